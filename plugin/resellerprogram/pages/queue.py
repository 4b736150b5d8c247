"""`resellerprogram.queue`: what waits to be recalculated, and what was given up. For employees; no panel call."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from ..programme.deeds import QUEUE_DROP, QUEUE_RETRY
from ..programme.outcomes import DEAD, FAILS
from ..programme.text import Text
from ..store.listing import MOST_ROWS
from ..store.queue import Queued
from ..words import labels
from ..words.people import called
from . import documents
from .documents import Cell, Row
from .visit import Visit

_COLORS = {DEAD: "red", FAILS: "yellow"}


def queue(visit: Visit) -> etree._Element:
    """What waits to be recalculated, and what was given up."""
    found = visit.store.queue.listed(MOST_ROWS)
    rest = visit.rest(
        len(found),
        visit.store.queue.count(),
        "First come those whose retries have stopped, then what fails. Settle these and the "
        "others follow; on the server all of it is listed by: resellerprogram queue list.",
        "Сначала то, по чему попытки прекращены, затем повторяемое. Разберите это, и появится "
        "остальное; на сервере всё покажет: resellerprogram queue list.",
    )
    documents.say_above(visit.document, "queue", rest)
    names = visit.store.standings.names(each.account for each in found if each.account is not None)
    return documents.list_page(visit.document, (_queued(visit, each, names) for each in found))


def _queued(visit: Visit, each: Queued, names: Mapping[int, str]) -> Row:
    return {
        "id": str(each.id),
        "what": visit.say("client {whom}", "клиент {whom}", whom=called(each.account, names))
        if each.account is not None
        else visit.say("payment {id}", "платёж {id}", id=each.payment or "?"),
        "cause": visit.cause(each.cause, each.who),
        "since": visit.moment(each.since),
        "attempts": str(each.attempts),
        "state": Cell(labels.of(labels.QUEUE, each.state, visit.language), _COLORS.get(each.state, ""), each.state),
        "error": each.error.say(visit.language),
    }


def queue_retry(visit: Visit) -> etree._Element:
    """Let the selected ones be tried at once, also those that were given up."""
    visit.check_may_write()
    for row in visit.request.several("elid"):
        visit.store.queue.retry(visit.number(row, Text("row", "строка")))
    visit.office.record(QUEUE_RETRY, visit.request.elid)
    visit.wake_worker()
    return documents.ok()


def queue_drop(visit: Visit) -> etree._Element:
    """Forget the selected ones; the nightly run looks at everybody anyway."""
    for row in visit.request.several("elid"):
        visit.store.queue.drop(visit.number(row, Text("row", "строка")))
    visit.office.record(QUEUE_DROP, visit.request.elid)
    return documents.ok()
