"""What a page shows of a document: a list's columns, rows and buttons; a form's fields, tables and conditions."""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from .decoration import DEFAULT_PAGE

Words = dict[str, str]

NO_SELECTION = frozenset({"new", "editnosel", "groupformnosel", "windownosel", "list", "refresh", "back", "url"})
GROUP = frozenset({"group", "groupdownload"})
ONE_ROW = frozenset({"action", "editlist", "window", "preview"})
_NOT_COLUMNS = frozenset({"docflow_pdf_status", "store_payment", "allowrefund"})
_NOT_FIELDS = frozenset({"tparams", "saved_filters", "messages", "metadata", "ok", "slist", "list"})
_ICONS = {"p-error": "⚠", "p-pin": "⚑", "p-off": "⊘", "p-set": "✎", "p-hold": "‖", "p-pr3": "▲"}


def list_of(document: etree._Element, metadata: etree._Element | None, words: Words) -> dict[str, Any]:
    elements = document.findall("elem")
    described = [] if metadata is None else metadata.findall(".//coldata/col")
    shown = [each for each in described if each.get("hidden") != "yes"]
    columns = [_column(each, words) for each in shown] or [
        {"name": name, "title": words.get(name, name), "type": "data", "total": "", "align": "", "sort": ""}
        for name in ([str(cell.tag) for cell in elements[0]] if elements else [])
        if name not in _NOT_COLUMNS
    ]
    by_name = {each.get("name"): each for each in described}
    key = "id" if metadata is None else metadata.get("key", "id")
    rows = [_row(element, columns, by_name, key or "id", words) for element in elements]
    buttons = [] if metadata is None else [_button(each, words) for each in metadata.iterfind(".//toolbtn")]
    return {
        "columns": columns,
        "rows": rows,
        "totals": any(column["total"] for column in columns),
        "buttons": buttons,
        "selectable": any(button["needs"] != "nothing" for button in buttons),
        "total": document.findtext("p_elems") or len(rows),
        "page": int(document.findtext("p_num") or 1),
        "size": int(document.findtext("p_cnt") or DEFAULT_PAGE),
        "order": (document.findtext("p_sort", ""), document.findtext("p_order", "")),
        "plid": document.findtext("plid", ""),
        "autoupdate": "" if metadata is None else metadata.get("autoupdate", ""),
    }


def form_of(document: etree._Element, metadata: etree._Element | None, words: Words) -> dict[str, Any]:
    if metadata is None:
        fields = [
            _field(document, str(child.tag), etree.Element("input"), words, etree.Element("field"))
            for child in document
            if not len(child) and child.tag not in _NOT_FIELDS
        ]
        pages = [{"title": "", "collapsed": False, "fields": fields}]
    else:
        pages = [
            _page(document, each, words) for each in metadata.iterfind("form/page") if not _removed(document, each)
        ]
        loose = [field for field in metadata.iterfind("form/field") if not _removed(document, field)]
        if loose:
            found = [field for each in loose for field in _controls(document, each, words)]
            pages.insert(0, {"title": "", "collapsed": False, "fields": found})
    form = None if metadata is None else metadata.find("form")
    named = {name for page in pages for name in _names(page)}
    undescribed = document.iterfind("list") if metadata is None else ()  # a client draws what the description names
    tables = [_table(each, None, words) for each in undescribed if len(each)]
    submits = form is None or form.get("nosubmit") != "yes"
    buttons = [] if form is None else [_form_button(each, words) for each in form.iterfind("buttons/button")]
    return {
        "pages": pages,
        "tables": tables,
        "submits": submits and bool(named),
        "buttons": buttons,
        "autoupdate": "" if metadata is None else metadata.get("autoupdate", ""),
    }


def report_of(document: etree._Element, words: Words) -> dict[str, Any]:
    """A report's bands: each a table with its totals, and its diagrams as bars with their figures (panel-2 A8)."""
    return {
        "info": words.get("report_info", ""),
        "bands": [_band(document, each, words) for each in document.iterfind("metadata/band")],
    }


def _band(document: etree._Element, band: etree._Element, words: Words) -> dict[str, Any]:
    name, columns = band.get("name", ""), band.findall("col")
    rows = document.findall(f"reportdata/{name}/elem")
    return {
        "title": words.get(name, name),
        "columns": [
            {
                "title": words.get(each.get("name", ""), each.get("name", "")),
                "align": each.get("align", ""),
                "total": each.get("value", ""),
            }
            for each in columns
        ],
        "rows": [[row.findtext(each.get("name", ""), "") for each in columns] for row in rows],
        "diagrams": [_diagram(each, rows, words) for each in band.iterfind("diagram")],
    }


def _diagram(described: etree._Element, rows: list[etree._Element], words: Words) -> dict[str, Any]:
    """Its bars, each as wide as its part of the largest figure of its line."""
    lines = [each.get("data", "") for each in described.iterfind("line")]
    figures = {name: [_figure(row.findtext(name, "")) for row in rows] for name in lines}
    return {
        "title": words.get(described.get("name", ""), ""),
        "bars": [
            {
                "label": row.findtext(described.get("label", ""), ""),
                "lines": [
                    {
                        "title": words.get(name, name),
                        "text": row.findtext(name, ""),
                        "width": round(100 * figures[name][place] / max([*figures[name], 1])),
                    }
                    for name in lines
                ],
            }
            for place, row in enumerate(rows)
        ],
    }


def _figure(text: str) -> float:
    try:
        return float(text.split(" ")[0])
    except ValueError:
        return 0.0


def _names(page: dict[str, Any]) -> list[str]:
    return [field["name"] for field in page["fields"]]


# --- lists ---


def _column(described: etree._Element, words: Words) -> dict[str, Any]:
    name = described.get("name", "")
    return {
        "name": name,
        "title": words.get(name, name),
        "hint": words.get(f"hint_{name}", ""),
        "type": described.get("type", "data"),
        "total": described.get("total", "") if described.get("stat") == "yes" else "",
        "align": described.get("align", ""),
        "sort": described.get("sort", ""),
    }


def _row(
    element: etree._Element, columns: list[dict[str, Any]], by_name: dict[Any, etree._Element], key: str, words: Words
) -> dict[str, Any]:
    values = {str(cell.tag): cell.text or "" for cell in element}
    raw = {str(cell.tag): cell.get("orig", cell.text or "") for cell in element}  # what colours go by
    cells = {}
    for column in columns:
        name = column["name"]
        cell, described = element.find(name), by_name.get(name)
        cells[name] = {
            "text": values.get(name, ""),
            "color": _color(cell, described, raw.get(name, "")),
            "icons": [] if described is None else list(_icons(element, described, values, words)),
        }
    return {"key": values.get(key, ""), "cells": cells, "texts": json.dumps(values, ensure_ascii=False)}


def _color(cell: etree._Element | None, described: etree._Element | None, raw: str) -> str:
    if cell is not None and cell.get("color"):
        return str(cell.get("color"))
    colors = [] if described is None else described.findall("setcolor")
    return next((each.get("color", "") for each in colors if each.get("value") == raw), "")


def _icons(element: etree._Element, described: etree._Element, values: dict[str, str], words: Words) -> Any:
    """An icon for each `prop` whose element is there and each `xprop` whose element has that value (plugins 1.5)."""
    for each in described:
        name, value = each.get("name", ""), each.get("value", "")
        there = element.find(name) is not None if each.tag == "prop" else values.get(name) == value
        if each.tag in ("prop", "xprop") and there:
            hint = words.get(f"hint_p_{name}_{value}") or words.get(f"hint_p_{name}", f"hint_p_{name}")
            image = each.get("img", "")
            yield {"sign": _ICONS.get(image, image), "hint": hint.replace("_value_", values.get(name, ""))}


def _button(described: etree._Element, words: Words) -> dict[str, Any]:
    kind, name = described.get("type", ""), described.get("name", "")
    one = kind in ONE_ROW or (kind == "edit" and described.get("nogroupedit") == "yes")
    needs = "nothing" if kind in NO_SELECTION else "group" if kind in GROUP else "one" if one else "rows"
    title = words.get(f"short_{name}") or words.get(f"msg_{name}") or f"short_{name}"
    conditions = [
        {"kind": each.tag, "name": each.get("name"), "value": each.get("value")}
        for each in described
        if each.tag in ("hide", "show", "remove")
    ]
    return {
        "name": name,
        "func": described.get("func", ""),
        "type": kind,
        "needs": needs,
        "title": title,
        "hint": words.get(f"hint_{name}", ""),
        "confirm": words.get(f"msg_confirm_{name}", f"msg_confirm_{name}") if described.get("warning") == "yes" else "",
        "conditions": json.dumps(conditions),
        "default": described.get("default") == "yes",
    }


# --- forms ---


def _page(document: etree._Element, page: etree._Element, words: Words) -> dict[str, Any]:
    name = page.get("name", "")
    fields = [
        field
        for each in page.iterfind("field")
        if not _removed(document, each)
        for field in _controls(document, each, words)
    ]
    return {"title": words.get(name, ""), "collapsed": page.get("collapsed") == "yes", "fields": fields}


def _removed(document: etree._Element, each: etree._Element) -> bool:
    """`remove_if="new"`: not when something is made anew; `if="x"`: only where the data says x=on."""
    new = not (document.findtext("elid") or document.findtext("tparams/elid"))
    condition = each.get("if")
    if condition and (document.findtext(condition) or "") not in ("on", "yes"):
        return True
    return each.get("remove_if") == ("new" if new else "edit")


def _controls(document: etree._Element, field: etree._Element, words: Words) -> list[dict[str, Any]]:
    return [
        _field(document, control.get("name", field.get("name", "")), control, words, field)
        for control in field
        if isinstance(control.tag, str)
    ]


def _field(
    document: etree._Element, name: str, control: etree._Element, words: Words, field: etree._Element
) -> dict[str, Any]:
    value = document.findtext(name) or ""
    kind, many = str(control.tag), control.get("type") == "multiple"
    options = [
        {"key": each.get("key", ""), "text": _option(each, words), "depend": each.get("depend", "")}
        for each in document.iterfind(f"slist[@name='{name}']/val")
    ]
    listed = document.find(f"list[@name='{name}']") if kind == "list" else None
    told = words.get(value, value) if control.get("type") == "msg" else value
    if kind == "textdata" and control.get("type") == "msg":
        told = words.get(name, name)
    return {
        "name": name,
        "field": field.get("name", name),
        "title": "" if field.get("noname") == "yes" else words.get(name, name),
        "hint": words.get(f"hint_{name}", ""),
        "kind": kind,
        "type": control.get("type", "text"),
        "value": told,
        "chosen": [part.strip() for part in value.split(",")] if many else [value],
        "multiple": many,
        "options": options,
        "readonly": control.get("readonly") == "yes",
        "required": control.get("required") == "yes",
        "warning": control.get("warning") == "yes",
        "date": control.get("date") == "yes",
        "rows": control.get("rows", "6"),
        "setvalues": control.get("setvalues", ""),
        "depend": control.get("depend", ""),
        "conditions": json.dumps([{"kind": each.tag, **each.attrib} for each in control if each.tag in ("if", "else")]),
        "table": None if listed is None else _table(listed, control, words, field.get("noname") != "yes"),
    }


def _option(value: etree._Element, words: Words) -> str:
    text = value.text or ""
    return words.get(text, text) if value.get("msg") == "yes" else text or words.get(value.get("key", ""), "")


def _form_button(described: etree._Element, words: Words) -> dict[str, Any]:
    """It stands back where another one of the form is the default."""
    name, buttons = described.get("name", ""), described.getparent()
    chosen = [] if buttons is None else [each for each in buttons if each.get("default") == "yes"]
    return {
        "name": name,
        "type": described.get("type", ""),
        "func": described.get("func", ""),
        "title": words.get(f"msg_{name}", f"msg_{name}"),
        "plain": bool(chosen) and described not in chosen,
    }


def _table(listed: etree._Element, control: etree._Element | None, words: Words, named: bool = True) -> dict[str, Any]:
    """An inner table `list[@name]/elem`, a row a list of texts with colours."""
    rows = [
        {
            str(cell.tag): {"text": " ".join(map(str, cell.itertext())).strip(), "color": cell.get("color", "")}
            for cell in element
        }
        for element in listed
    ]
    described = [] if control is None else [each.get("name", "") for each in control.iterfind("col")]
    names = described or list(rows[0] if rows else ())
    name = listed.get("name", "")
    nothing = {"text": "", "color": ""}
    return {
        "title": words.get(name, name) if named else "",
        "columns": [words.get(f"list_{each}") or words.get(each, each) for each in names],
        "rows": [[row.get(each, nothing) for each in names] for row in rows],
    }
