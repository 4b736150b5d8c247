"""The panel's documents and their output formats (reference E.1, E.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Union

from lxml import etree

Cell = Union[str, tuple[str, Mapping[str, str]]]
Row = Mapping[str, Cell]


class Refusal(Exception):
    """An error document: type, object, value; answered with HTTP 200."""

    def __init__(
        self,
        kind: str,
        concerning: str = "",
        value: str = "",
        message: str = "",
        params: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or f"{kind} {concerning} {value}")
        self.kind, self.concerning, self.value, self.message = kind, concerning, value, message
        self.params = dict(params or {})

    def told(self, template: str) -> str:
        """The message, with `__param__` of the template filled in (E.5)."""
        known = {"object": self.concerning, "value": self.value, **self.params}
        return re.sub(r"__(\w+?)__", lambda found: known.get(found[1], found[0]), template).strip()


_ANY_TEMPLATE = "__object__ __value__"
_TEMPLATES = {
    "en": {
        "missed": "__object__ '__value__' does not exist",
        "value": "The '__object__' field has an invalid value. __value__",
        "access": "Access denied. __object__",
        "auth": "Authentication is required",
        "exists": "__object__ '__value__' already exists",
        "promocode_not_use": "The promo code '__value__' cannot be used",
        "lock": "__object__ is locked",
    },
    "ru": {
        "missed": "__object__ '__value__' не существует",
        "value": "Поле '__object__' имеет недопустимое значение. __value__",
        "access": "Недостаточно прав. __object__",
        "auth": "Необходима авторизация",
        "exists": "__object__ '__value__' уже существует",
        "promocode_not_use": "Промокод '__value__' не может быть использован",
        "lock": "__object__ занят",
    },
}
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unprintable(text: str) -> bool:
    """Whether a text holds characters that no XML document may."""
    return _NOT_IN_XML.search(text) is not None


def printable(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


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


def add_choices(document: etree._Element, choices: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """The options of a form's selects, as `slist` (E.5)."""
    for name, options in choices.items():
        listed = etree.SubElement(document, "slist", name=name)
        for key, text in options:
            etree.SubElement(listed, "val", key=key).text = text


def error_document(
    refusal: Refusal, func: str, user: str, level: int, language: str, template: str = ""
) -> etree._Element:
    template = template or _TEMPLATES[language].get(refusal.kind, _ANY_TEMPLATE)
    document = etree.Element("doc")
    error = etree.SubElement(document, "error", type=refusal.kind, object=refusal.concerning, lang=language, code="1")
    etree.SubElement(error, "param", name="object", type="msg", msg=refusal.concerning).text = refusal.concerning
    etree.SubElement(error, "param", name="value").text = refusal.value
    for name, value in refusal.params.items():
        if name not in ("object", "value"):
            etree.SubElement(error, "param", name=name).text = value
    etree.SubElement(etree.SubElement(error, "stack"), "action", level=str(level), user=user).text = func
    etree.SubElement(error, "group").text = template
    etree.SubElement(error, "msg").text = refusal.message or refusal.told(template)
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
