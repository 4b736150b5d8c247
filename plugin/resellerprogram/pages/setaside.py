"""`resellerprogram.setaside`: other personal discounts that rest. For employees; no panel call."""

from __future__ import annotations

from lxml import etree

from ..store.listing import MOST_ROWS
from . import documents
from .visit import Visit


def set_aside(visit: Visit) -> etree._Element:
    """Other personal discounts that rest while a tier holds, word for word."""
    found = visit.store.set_aside.newest(MOST_ROWS)
    names = visit.store.standings.names(each.account for each in found)
    rows = (
        {
            "id": str(each.id),
            "account": f"{each.account} {names.get(each.account, '')}".strip(),
            "name": each.shown.get("name", ""),
            "value": each.shown.get("value", ""),
            "covers": each.fields.get("pricelist_tree", ""),
            "since": visit.moment(each.set_aside_at),
        }
        for each in found
    )
    rest = visit.rest(
        len(found),
        visit.store.set_aside.count(),
        "These are the newest; on the server all of them are listed by: resellerprogram set-aside.",
        "Это самые новые; на сервере все покажет: resellerprogram set-aside.",
    )
    documents.say_above(visit.document, "setaside", rest)
    return documents.list_page(visit.document, rows)
