"""What the core does to a report: bands of rows, which a handler gives under `reportdata`, with totals and diagrams as
the description says (panel-2 A8). Where a band's rows and its totals stand is the sandbox's own reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\S+))?")


def waits_for_its_form(described: etree._Element | None, submitted: bool) -> bool:
    """With `firstrun="no"` a report shows its form first; only what that asks for is worked out."""
    return described is not None and described.get("firstrun") == "no" and not submitted


def rows(document: etree._Element, band: str) -> list[etree._Element]:
    return document.findall(f"reportdata/{band}/elem")


def complaints(document: etree._Element) -> Iterator[str]:
    """What the bands and diagrams of a description name and the rows lack."""
    bands = {each.get("name", ""): each for each in document.iterfind("metadata/band")}
    for brought in document.iterfind("reportdata/*"):
        if brought.tag not in bands:
            yield f"the description has no band {brought.tag!r}"
    for name, band in bands.items():
        columns = {each.get("name", "") for each in band.iterfind("col")}
        for diagram in band.iterfind("diagram"):
            wanted = [diagram.get("label"), *(each.get("data") for each in diagram.iterfind("line"))]
            wanted.append(diagram.get("data"))
            for column in filter(None, wanted):
                if column not in columns:
                    yield f"the diagram {diagram.get('name')!r} draws the column {column!r}, which {name!r} lacks"


def decorate(document: etree._Element) -> None:
    """Write the totals of each band's columns: the sum of numbers of one unit, or how many rows there are."""
    for band in document.iterfind("metadata/band"):
        found = rows(document, band.get("name", ""))
        for column in band.iterfind("col[@total]"):
            texts = [row.findtext(column.get("name", ""), "") for row in found]
            column.set("value", str(len(texts)) if column.get("total") == "count" else _sum(texts))


def _sum(texts: list[str]) -> str:
    numbers = [number for text in texts if (number := _NUMBER.fullmatch(text))]
    units = {each[2] or "" for each in numbers}
    if len(units) != 1 or len(numbers) != len([text for text in texts if text]):
        return ""
    return f"{sum((Decimal(each[1]) for each in numbers), Decimal(0))} {units.pop()}".strip()
