"""What the core does to a list once a handler has given its rows: it orders, sums and pages them itself, and words the
columns of messages (panel-2 A1–A3). No handler does any of that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from lxml import etree

DEFAULT_PAGE = 1000
OF_THE_CORE = ("p_sort", "p_order", "page", "p_cnt", "p_num", "p_elems")
CONDITIONS = ("hide", "show", "remove")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\S+))?")


def natural(text: str, default: int) -> int:
    """A paging parameter; empty or nonsense means the default."""
    return int(text) if text.isdecimal() and 0 < int(text) < 10**9 else default


def complaints(document: etree._Element) -> Iterator[str]:
    """What a handler brought to a list that is the core's to say, and what the core can't count."""
    for name in OF_THE_CORE:
        if document.find(name) is not None:
            yield f"<{name}> is the core's: it sorts and pages what a handler gives"
    for column in _columns(document):
        name = column.get("name", "")
        if column.get("total") is not None:
            yield f"the total of the column {name!r} is the core's"
        if column.get("stat") == "yes" or column.get("sort") == "digit":
            odd = next((text for text in _texts(document, name) if text and not _NUMBER.fullmatch(text)), None)
            if odd is not None:
                yield f"the column {name!r} is counted or ordered as numbers, and {odd!r} is none"


def decorate(document: etree._Element, params: Mapping[str, str], order_by: str = "shown") -> None:
    """Order, sum and page the rows of a handler's list. `order_by` is what of a cell decides: `shown` or its `orig`."""
    _say_messages(document)
    column, descending = _order(document, params)
    rows = document.findall("elem")
    if column is not None:
        digits = column.get("sort") == "digit"
        name = column.get("name", "")
        rows.sort(key=lambda row: _key(_cell(row, name, order_by), digits), reverse=descending)
    for each in _columns(document):
        if each.get("stat") == "yes":
            _sum(each, _texts(document, each.get("name", "")))
    size, number = natural(params.get("p_cnt", ""), DEFAULT_PAGE), natural(params.get("p_num", ""), 1)
    shown = rows[(number - 1) * size : number * size]
    for row in document.findall("elem"):
        document.remove(row)
    document.extend(shown)
    written = {
        "p_sort": "" if column is None else column.get("name", ""),
        "p_order": "" if column is None else "desc" if descending else "asc",
        "page": _span(document, shown, column),
        "p_cnt": str(size),
        "p_num": str(number),
        "p_elems": str(len(rows)),
    }
    for name, text in written.items():
        for brought in document.findall(name):
            document.remove(brought)
        if text:
            etree.SubElement(document, name).text = text


def _columns(document: etree._Element) -> list[etree._Element]:
    return document.findall("metadata/coldata/col")


def _texts(document: etree._Element, name: str) -> Iterator[str]:
    return (cell.text or "" for cell in document.iterfind(f"elem/{name}"))


def _say_messages(document: etree._Element) -> None:
    """In columns of messages the cells, and the values that buttons compare with them, become words."""
    words = {each.get("name", ""): each.text or "" for each in document.iterfind("messages/msg")}
    for column in _columns(document):
        name = column.get("name", "")
        if column.get("type") != "msg":
            continue
        for cell in document.iterfind(f"elem/{name}"):
            raw = cell.text or ""
            if raw and cell.get("orig") is None:
                cell.set("orig", raw)
                cell.text = words.get(f"{name}_{raw}", raw)
        for kind in CONDITIONS:
            for each in document.iterfind(f"metadata/toolbar/toolgrp/toolbtn/{kind}[@name='{name}']"):
                value = each.get("value", "")
                each.set("value", words.get(f"{name}_{value}", value))


def _order(document: etree._Element, params: Mapping[str, str]) -> tuple[etree._Element | None, bool]:
    """The column that was asked for, or the first that the description says; none: the handler's own order."""
    sortable = [each for each in _columns(document) if each.get("sort")]
    for each in sortable:
        if each.get("name") == params.get("p_sort"):
            return each, params.get("p_order") == "desc"
    said = [each for each in sortable if each.get("sorted")]
    if not said:
        return None, False
    first = min(said, key=lambda each: abs(int(each.get("sorted", "1"))))
    return first, first.get("sorted", "").startswith("-")


def _cell(row: etree._Element, name: str, order_by: str) -> str:
    cell = row.find(name)
    if cell is None:
        return ""
    text = cell.text or ""
    return cell.get("orig", text) if order_by == "orig" else text


def _key(text: str, digits: bool) -> tuple[Decimal, str]:
    """A number by its value, nothing being the least; a word by its letters."""
    number = _NUMBER.fullmatch(text) if digits else None
    return (Decimal(number[1]) if number else Decimal("-Infinity") if digits else Decimal(0), text.casefold())


def _sum(column: etree._Element, texts: Iterator[str]) -> None:
    """The sum of "number unit", where all have one unit."""
    found = [number for text in texts if (number := _NUMBER.fullmatch(text))]
    units = {each[2] for each in found}
    column.attrib.pop("total", "")
    if len(units) == 1:
        unit = units.pop()
        total = sum((Decimal(each[1]) for each in found), Decimal(0))
        column.set("total", f"{total} {unit}" if unit else str(total))


def _span(document: etree._Element, shown: list[etree._Element], column: etree._Element | None) -> str:
    """'6 - 1': what the first and the last row of the page have in the column that orders them, or as their key."""
    metadata = document.find("metadata")
    key = "id" if metadata is None else metadata.get("key", "id")
    name = str(key if column is None else column.get("name"))
    return f"{shown[0].findtext(name, '')} - {shown[-1].findtext(name, '')}" if shown else ""
