"""`resellerprogram.setaside`: other personal discounts that rest. For employees; no panel call."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from ..programme.ownership import SetAsideDiscount
from ..programme.scopes import ScopeNames
from ..recalculation.scopes import scope_names
from ..store.listing import MOST_ROWS
from ..words.people import called
from . import documents
from .documents import Cell, Row
from .visit import Visit


def set_aside(visit: Visit) -> etree._Element:
    """Other personal discounts that rest while a tier holds, word for word."""
    found = visit.store.set_aside.newest(MOST_ROWS)
    scopes = scope_names(visit.store)
    names = visit.store.standings.names(each.account for each in found)
    rows = (_row(visit, each, names, scopes) for each in found)
    rest = visit.rest(
        len(found),
        visit.store.set_aside.count(),
        "These are the newest; on the server all of them are listed by: resellerprogram set-aside.",
        "Это самые новые; на сервере все покажет: resellerprogram set-aside.",
    )
    documents.say_above(visit.document, "setaside", rest)
    return documents.list_page(visit.document, rows)


def _row(visit: Visit, aside: SetAsideDiscount, names: Mapping[int, str], scopes: ScopeNames) -> Row:
    return {
        "id": str(aside.id),
        "account": called(aside.account, names),
        "name": aside.shown.get("name", ""),
        "value": aside.shown.get("value", ""),
        "covers": Cell(scopes.text(aside.tree).say(visit.language), raw=aside.tree),
        "since": visit.moment(aside.set_aside_at),
    }
