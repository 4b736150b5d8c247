"""`resellerprogram.notices`: what clients were told, and would be. For employees; no panel call."""

from __future__ import annotations

from lxml import etree

from ..programme.ids import named
from ..programme.outcomes import LOST, REFUSED, SENT
from ..store.listing import MOST_ROWS
from ..store.notes import PREVIEW
from ..words import labels
from ..words.people import called
from . import documents
from .documents import Cell
from .visit import Visit

_COLORS = {SENT: "green", REFUSED: "red", LOST: "yellow"}


def notices(visit: Visit) -> etree._Element:
    """What clients were told, the newest first, after what the last plan would tell them."""
    from ..words.letters import subject

    language, notices = visit.language, visit.store.notices
    planned = (visit.store.notes.read(PREVIEW) or {}).get("notices", [])
    rows = [
        {
            "id": f"planned{number}",
            "made": "",
            "account": named(each["account"], each["name"]),
            "subject": each["subject"][language == "ru"],
            "outcome": Cell(labels.of(labels.NOTICE_OUTCOMES, "planned", language), "blue", "planned"),
        }
        for number, each in enumerate(planned)
    ]
    newest = notices.newest(max(0, MOST_ROWS - len(rows)))
    names = visit.store.standings.names(kept.notice.account for kept in newest)
    rows += [
        {
            "id": str(kept.id),
            "made": visit.moment(kept.made_at),
            "account": called(kept.notice.account, names),
            "subject": subject(kept.notice).say(language),
            "outcome": Cell(
                ": ".join(
                    filter(None, (labels.of(labels.NOTICE_OUTCOMES, kept.outcome, language), kept.error.say(language)))
                ),
                _COLORS.get(kept.outcome, ""),
                kept.outcome,
            ),
        }
        for kept in newest
    ]
    count = len(planned) + notices.count()
    rest = visit.rest(
        min(len(rows), MOST_ROWS),
        count,
        "These are the newest; on the server older ones are listed by: resellerprogram notices --count {count}.",
        "Это самые новые; на сервере прежние покажет: resellerprogram notices --count {count}.",
        count=count,
    )
    documents.say_above(visit.document, "notices", rest)
    return documents.list_page(visit.document, rows[:MOST_ROWS])
