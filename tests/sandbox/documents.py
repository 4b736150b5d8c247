"""The panel's documents and their output formats (reference E.1, E.5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Union

from lxml import etree

Cell = Union[str, tuple[str, Mapping[str, str]]]
Row = Mapping[str, Cell]


class Refusal(Exception):
    """An error document: type, object, value; answered with HTTP 200."""

    def __init__(self, kind: str, concerning: str = "", value: str = "", message: str = "") -> None:
        super().__init__(message or f"{kind} {concerning} {value}")
        self.kind, self.concerning, self.value = kind, concerning, value
        self.message = message or _MESSAGES.get(kind, "{object} {value}").format(object=concerning, value=value)


_MESSAGES = {
    "missed": "{object} '{value}' does not exist",
    "value": "The '{object}' field has an invalid value. {value}",
    "access": "Access denied. {object}",
    "auth": "Authentication is required",
    "exists": "{object} '{value}' already exists",
}


def new_document(func: str, language: str) -> etree._Element:
    return etree.Element(
        "doc",
        lang=language,
        func=func,
        binary="/billmgr",
        host="http://",
        features="",
        notify="",
        themename="dragon",
        theme="/manimg/dragon/",
    )


def add(parent: etree._Element, name: str, cell: Cell) -> None:
    text, attributes = cell if isinstance(cell, tuple) else (cell, {})
    element = etree.SubElement(parent, name, attrib=dict(attributes))
    element.text = text


def add_rows(document: etree._Element, rows: Iterable[Row]) -> None:
    for row in rows:
        element = etree.SubElement(document, "elem")
        for name, cell in row.items():
            add(element, name, cell)


def add_values(document: etree._Element, values: Mapping[str, Cell]) -> None:
    for name, cell in values.items():
        add(document, name, cell)


def add_ok(document: etree._Element, number: int | None = None) -> None:
    if number is not None:
        add(document, "id", str(number))
    etree.SubElement(document, "ok")


def error_document(refusal: Refusal, func: str, user: str, level: int, language: str) -> etree._Element:
    document = etree.Element("doc")
    error = etree.SubElement(document, "error", type=refusal.kind, object=refusal.concerning, lang=language, code="1")
    etree.SubElement(error, "param", name="object", type="msg", msg=refusal.concerning).text = refusal.concerning
    etree.SubElement(error, "param", name="value").text = refusal.value
    etree.SubElement(etree.SubElement(error, "stack"), "action", level=str(level), user=user).text = func
    etree.SubElement(error, "group").text = "__object__ __value__"
    etree.SubElement(error, "msg").text = refusal.message
    return document


def without_metadata(document: etree._Element) -> etree._Element:
    """What out=xml leaves out."""
    for child in list(document):
        if child.tag in ("metadata", "messages"):
            document.remove(child)
    return document


def serialize(document: etree._Element, out: str) -> tuple[bytes, str]:
    """The document in an output format, and its content type."""
    if out in ("json", "sjson", "xjson"):
        return json.dumps({"doc": _tree(document)}, ensure_ascii=False).encode(), "application/json; charset=UTF-8"
    if out == "bjson":
        return json.dumps(_flat(document), ensure_ascii=False).encode(), "application/json; charset=UTF-8"
    if out == "text":
        return _text(document).encode(), "text/plain; charset=UTF-8"
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True), "text/xml; charset=UTF-8"


def _tree(element: etree._Element) -> dict[str, Any]:
    values: dict[str, Any] = {"$" + str(name): str(value) for name, value in element.attrib.items()}
    if element.text and element.text.strip():
        values["$"] = element.text.strip()
    for child in element:
        known = values.get(str(child.tag))
        if child.tag == "elem":
            values.setdefault("elem", []).append(_tree(child))
        elif known is None:
            values[str(child.tag)] = _tree(child)
        elif isinstance(known, list):
            known.append(_tree(child))
        else:
            values[str(child.tag)] = [known, _tree(child)]
    return values


def _flat(document: etree._Element) -> dict[str, Any]:
    error = document.find("error")
    if error is not None:
        return {"error": {"type": error.get("type"), "object": error.get("object"), "msg": error.findtext("msg")}}
    rows = document.findall("elem")
    if rows:
        return {"elem": [{str(cell.tag): cell.text or "" for cell in row} for row in rows]}
    return {"model": {str(child.tag): child.text or "" for child in document if not len(child)}}


def _text(document: etree._Element) -> str:
    rows = document.findall("elem") or [document]
    return "".join(" ".join(_pair(cell) for cell in row if not len(cell)) + "\n" for row in rows)


def _pair(cell: etree._Element) -> str:
    return "=".join((str(cell.tag), cell.text or ""))
