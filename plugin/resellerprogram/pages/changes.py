"""`resellerprogram.changes`: who changed what, when, from where. For employees; no panel call."""

from __future__ import annotations

from lxml import etree

from ..programme import deeds, figures
from ..programme.text import Text
from ..store.changes import RecordedChange
from ..store.listing import MOST_ROWS
from ..words import audit, labels
from ..words.lines import one_line
from . import documents
from .visit import Visit

_IN_WORDS = frozenset({deeds.MEMBER, deeds.JOINED, deeds.LEFT, deeds.CLASS, deeds.SETTING, deeds.OPENING, deeds.LOSS})
"""Changes of which the words say everything; of a table one may want to see the whole."""


def changes(visit: Visit) -> etree._Element:
    """What administrators changed, the newest first."""
    found, count = visit.store.changes.newest(MOST_ROWS), visit.store.changes.count()
    rows = (
        {
            "id": str(each.id),
            "at": figures.listed_moment(each.at, seconds=True),
            "who": each.author.name,
            "address": each.author.address,
            "what": labels.of(labels.DEEDS, each.what, visit.language),
            "whom": audit.whose(each.what, each.whom, visit.language),
            "change": one_line("\n".join(_lines(visit, each))),
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
    if found.what in _IN_WORDS:
        documents.drop_field(visit.document, "before")
        documents.drop_field(visit.document, "after")
    whole = {} if found.what in _IN_WORDS else {"before": found.before, "after": found.after}
    return documents.form_page(
        visit.document,
        {
            "elid": str(found.id),
            "made": f"{figures.listed_moment(found.at, seconds=True)}, {found.author.name}, {found.author.address}",
            "whom": audit.whose(found.what, found.whom, visit.language),
            "change": "\n".join(_lines(visit, found)),
            **whole,
        },
    )


def _lines(visit: Visit, change: RecordedChange) -> list[str]:
    return audit.change_lines(change.what, change.before, change.after, visit.titles, visit.currency, visit.language)
