"""`resellerprogram.changes`: who changed what, when, from where. For employees; no panel call."""

from __future__ import annotations

from lxml import etree

from ..programme.text import Text
from ..store.listing import MOST_ROWS
from ..words import figures, labels
from . import documents
from .visit import Visit


def changes(visit: Visit) -> etree._Element:
    """What administrators changed, the newest first."""
    found, count = visit.store.changes.newest(MOST_ROWS), visit.store.changes.count()
    rows = (
        {
            "id": str(each.id),
            "at": f"{each.at:%Y-%m-%d %H:%M:%S}",
            "who": each.author.name,
            "address": each.author.address,
            "what": labels.of(labels.DEEDS, each.what, visit.language),
            "whom": each.whom,
            "before": figures.one_line(figures.without_lines_of(each.before, each.after)),
            "after": figures.one_line(figures.without_lines_of(each.after, each.before)),
        }
        for each in found
    )
    rest = visit.rest(
        len(found),
        count,
        "These are the newest; on the server older ones are listed by: resellerprogram changes --count {count}.",
        "Это самые новые; на сервере прежние покажет: resellerprogram changes --count {count}.",
        count=count,
    )
    documents.say_above(visit.document, "changes", rest)
    return documents.list_page(visit.document, rows)


def change(visit: Visit) -> etree._Element:
    """One change in full."""
    number = visit.number(visit.request.elid, Text("change", "изменение"))
    found = visit.store.changes.by_id(number)
    if found is None:
        visit.refuse("change {number} does not exist", "изменения {number} нет", number=number)
    return documents.form_page(
        visit.document,
        {
            "elid": str(found.id),
            "made": f"{found.at:%Y-%m-%d %H:%M:%S}, {found.author.name}, {found.author.address}",
            "whom": found.whom,
            "before": found.before,
            "after": found.after,
        },
    )
