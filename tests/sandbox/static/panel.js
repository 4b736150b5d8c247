// What the panel's own client does: selection decides which buttons act, forms stay while they are refused, fields hide.
"use strict";

function checkedRows(form) {
  return [...form.querySelectorAll("input[name=elid]:checked")].map((box) => box.closest("tr"));
}

function mayAct(button, rows) {
  const needs = button.dataset.needs;
  if (needs === "one" && rows.length !== 1) return false;
  if ((needs === "rows" || needs === "group") && rows.length === 0) return false;
  const conditions = JSON.parse(button.dataset.conditions || "[]");
  const shown = rows.map((row) => JSON.parse(row.dataset.values)); // the texts: a button knows no other value
  const shows = conditions.filter((each) => each.kind === "show");
  if (conditions.some((each) => each.kind !== "show" && shown.some((row) => (row[each.name] || "") === each.value))) return false;
  return shows.length === 0 || (shown.length > 0 && shown.every((row) => shows.some((each) => (row[each.name] || "") === each.value)));
}

function tellSelection(form) {
  const rows = checkedRows(form);
  form.querySelectorAll(".tools button").forEach((button) => (button.disabled = !mayAct(button, rows)));
}

function complain(form, told) {
  form.querySelectorAll(".refused").forEach((each) => each.classList.remove("refused"));
  const place = form.querySelector(".error");
  place.textContent = told.error;
  place.hidden = false;
  const field = told.object && form.querySelector(`[name="${CSS.escape(told.object)}"]`);
  if (field) {
    field.closest(".field").classList.add("refused");
    if (field.type !== "hidden") field.focus();
  }
  place.scrollIntoView({ block: "nearest" });
}

async function send(form, fields) {
  const answer = await fetch("/billmgr", { method: "POST", body: new URLSearchParams(fields), headers: { "X-Form": "yes" } });
  const told = await answer.json();
  if (told.error) complain(form, told);
  else if (told.go) location.href = told.go;
  else {
    const fresh = new DOMParser().parseFromString(told.page, "text/html").querySelector("form.card");
    fresh.querySelectorAll("details").forEach((each, at) => (each.open ||= Boolean(form.querySelectorAll("details")[at]?.open))); // values change, sections stay
    form.replaceWith(fresh);
    prepare(fresh);
  }
}

function valueOf(form, name) {
  return new FormData(form).getAll(name).filter((value, at, all) => all.length === 1 || value !== "off" || at > 0).pop() ?? "";
}

function applyConditions(form) {
  const hidden = new Set();
  form.querySelectorAll("[data-conditions]").forEach((control) => {
    const value = valueOf(form, control.name || control.dataset.name);
    let met = false;
    for (const each of JSON.parse(control.dataset.conditions)) {
      const holds = each.kind === "else" ? !met : "value" in each ? value === each.value : (each.empty === "yes") === (value === "");
      if (each.kind === "if" && holds) met = true;
      if (holds && each.hide) hidden.add(each.hide);
    }
  });
  form.querySelectorAll(".field").forEach((field) => (field.hidden = hidden.has(field.dataset.field)));
  form.querySelectorAll("select[data-depend]").forEach((select) => {
    const wanted = new FormData(form).getAll(select.dataset.depend);
    [...select.options].forEach((option) => {
      const shown = !option.dataset.depend || wanted.includes(option.dataset.depend);
      option.hidden = option.disabled = !shown;
      if (!shown) option.selected = false;
    });
  });
}

function refresh(form, name) {
  const fields = new FormData(form);
  fields.delete("sok");
  fields.set("sv_field", name);
  return send(form, fields);
}

function prepare(form) {
  applyConditions(form);
  form.addEventListener("change", (event) => {
    applyConditions(form);
    if (event.target.dataset.setvalues) refresh(form, event.target.name);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && button.dataset.setvalues) return refresh(form, button.value);
    const fields = new FormData(form);
    if (button && button.name) fields.set(button.name, button.value);
    return send(form, fields);
  });
}

document.querySelectorAll("form.list").forEach((form) => {
  tellSelection(form);
  form.addEventListener("change", () => tellSelection(form));
  form.querySelectorAll("tbody tr").forEach((row) => {
    row.addEventListener("dblclick", () => {
      const usual = form.querySelector("button[data-default]");
      const box = row.querySelector("input[name=elid]");
      if (!usual || !box) return;
      form.querySelectorAll("input[name=elid]").forEach((each) => (each.checked = each === box));
      tellSelection(form);
      usual.click();
    });
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    if (button.dataset.confirm && !confirm(button.dataset.confirm)) return event.preventDefault();
    if (button.dataset.needs !== "group") return;
    event.preventDefault();
    const fields = new FormData(form);
    fields.set("func", button.value);
    fields.set("sok", "ok");
    send(form, fields);
  });
});
document.querySelectorAll("form.card:not(.login)").forEach(prepare);
const waits = document.querySelector("[data-autoupdate]");
if (waits) setTimeout(() => location.reload(), 1000 * Number(waits.dataset.autoupdate));
document.querySelector("main").hidden = false; // like the panel's own client, which shows a page when it answers to clicks
