"""What a page shows of a document: a list's columns, rows and buttons; a form's fields and tables."""

from __future__ import annotations

from typing import Any

from lxml import etree

Words = dict[str, str]

NO_SELECTION = frozenset({"new", "editnosel", "groupformnosel", "windownosel", "refresh", "back", "url"})
GROUP = frozenset({"group", "groupdownload"})
_NOT_COLUMNS = frozenset({"docflow_pdf_status", "store_payment", "allowrefund"})
_NOT_FIELDS = frozenset({"tparams", "saved_filters", "messages", "metadata", "ok", "slist", "list"})


def list_of(document: etree._Element, metadata: etree._Element | None, words: Words) -> dict[str, Any]:
    rows = [{str(cell.tag): cell.text or "" for cell in element} for element in document.iterfind("elem")]
    described = [] if metadata is None else metadata.findall(".//coldata/col")
    kinds = {each.get("name", ""): each.get("type", "data") for each in described if each.get("hidden") != "yes"}
    names = [name for name in (kinds or (rows[0] if rows else {})) if name not in _NOT_COLUMNS]
    for row in rows:
        row.update(
            {name: words.get(row[name], row[name]) for name, kind in kinds.items() if kind == "msg" and name in row}
        )
    buttons = [] if metadata is None else [_button(each, words) for each in metadata.iterfind(".//toolbtn")]
    return {
        "columns": [(name, words.get(name, name)) for name in names],
        "rows": rows,
        "key": "id" if metadata is None else metadata.get("key", "id"),
        "buttons": buttons,
        "selectable": any(button["needs"] != "nothing" for button in buttons),
        "total": document.findtext("p_elems") or len(rows),
        "page": int(document.findtext("p_num") or 1),
        "size": int(document.findtext("p_cnt") or 50),
    }


def form_of(document: etree._Element, metadata: etree._Element | None, words: Words) -> dict[str, Any]:
    if metadata is None:
        fields = [
            _field(document, str(child.tag), etree.Element("input"), words)
            for child in document
            if not len(child) and child.tag not in _NOT_FIELDS
        ]
    else:
        fields = [
            _field(document, control.get("name", field.get("name", "")), control, words)
            for field in metadata.iterfind(".//field")
            for control in field
            if isinstance(control.tag, str)
        ]
    form = None if metadata is None else metadata.find("form")
    named = {field["name"] for field in fields}
    tables = [
        _table(each, None, words) for each in document.iterfind("list") if each.get("name") not in named and len(each)
    ]
    submits = form is None or form.get("nosubmit") != "yes"
    return {"fields": fields, "tables": tables, "submits": submits and bool(fields)}


def _button(described: etree._Element, words: Words) -> dict[str, str]:
    kind, name = described.get("type", ""), described.get("name", "")
    needs = "nothing" if kind in NO_SELECTION else "group" if kind in GROUP else "rows"
    title = words.get(f"short_{name}") or words.get(f"msg_{name}") or name
    return {"func": described.get("func", ""), "needs": needs, "title": title, "hint": words.get(f"hint_{name}", "")}


def _field(document: etree._Element, name: str, control: etree._Element, words: Words) -> dict[str, Any]:
    value = document.findtext(name) or ""
    options = [(each.get("key", ""), _option(each, words)) for each in document.iterfind(f"slist[@name='{name}']/val")]
    listed = document.find(f"list[@name='{name}']") if control.tag == "list" else None
    return {
        "name": name,
        "title": words.get(name, name),
        "hint": words.get(f"hint_{name}", ""),
        "kind": str(control.tag),
        "type": control.get("type", "text"),
        "value": words.get(value, value) if control.get("type") == "msg" else value,
        "chosen": [part.strip() for part in value.split(",")] if control.get("type") == "multiple" else [value],
        "multiple": control.get("type") == "multiple",
        "options": options,
        "readonly": control.get("readonly") == "yes",
        "required": control.get("required") == "yes",
        "table": None if listed is None else _table(listed, control, words),
    }


def _option(value: etree._Element, words: Words) -> str:
    text = value.text or ""
    return words.get(text, text) if value.get("msg") == "yes" else text or words.get(value.get("key", ""), "")


def _table(listed: etree._Element, control: etree._Element | None, words: Words) -> dict[str, Any]:
    """An inner table `list[@name]/elem`, a row a list of texts."""
    rows = [{str(cell.tag): " ".join(map(str, cell.itertext())).strip() for cell in element} for element in listed]
    described = [] if control is None else [each.get("name", "") for each in control.iterfind("col")]
    names = described or list(rows[0] if rows else ())
    name = listed.get("name", "")
    return {
        "title": words.get(name, name),
        "columns": [words.get(f"list_{each}") or words.get(each, each) for each in names],
        "rows": [[row.get(each, "") for each in names] for row in rows],
    }
