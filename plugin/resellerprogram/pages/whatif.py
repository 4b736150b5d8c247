"""`resellerprogram.whatif`: a table played over the recorded past, by a worker; from there it can be taken.

For employees; taking it is for full administrators, as every other way of making a table is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lxml import etree

from ..programme import bounds, figures
from ..programme.errors import TierTableError
from ..programme.outcomes import DONE
from ..programme.pasting.reading import Answers
from ..programme.tables import changes_between, with_classes
from ..programme.tiers import TierTable
from ..programme.whatif import Client, Month, WhatIf, whatif_of
from ..store.notes import WHAT_IF as PLAYED
from ..store.tasks import WHAT_IF
from ..words import tables as table_words
from ..words import whatif as words
from ..words.pasted import question
from . import documents, tables
from .documents import Cell, Row
from .preview import REFRESHES, is_under_way, not_done
from .visit import Visit

PAGE = "resellerprogram.whatif"
A_YEAR = "12"
_RESULTS = ("sums", "differences", "costs", "expenses", "empty", "gained", "lost", "months")


def what_if(visit: Visit) -> etree._Element:
    """What the table that was played last came to; while one is being played, how far that is."""
    kept = _kept(visit)
    if is_under_way(visit, WHAT_IF):
        documents.refresh_every(visit.document, REFRESHES)
    if kept is None:
        documents.drop_button(visit.document, "take")
        for name in _RESULTS:
            documents.drop_field(visit.document, name)
        return documents.form_page(visit.document, {"state": _state(visit, None)})
    found = whatif_of(kept["found"])
    if not found.gained:
        documents.drop_field(visit.document, "gained")
    if not found.lost:
        documents.drop_field(visit.document, "lost")
    return documents.form_page(
        visit.document,
        {
            "state": _state(visit, kept),
            "sums": _lines(visit, *words.summary(found), *words.grounds(found)),
            "differences": _differences(visit, found.table),
            "expenses": _lines(visit, *words.expenses(found)),
            "empty": _lines(visit, words.empty_text(found)) or visit.say("none", "нет"),
        },
        tables={
            "costs": [
                {"class": title, "really": really, "other": other, "more": more}
                for title, really, other, more in words.cost_cells(found, visit.titles, visit.language)
            ],
            "months": _month_rows(visit, found),
            "gained": _clients(visit, found.gained, found),
            "lost": _clients(visit, found.lost, found),
        },
    )


def make(visit: Visit) -> etree._Element:
    """Which table to play, and how far back: today's to begin with, to be changed."""
    if not visit.request.submitted:
        names = visit.store.classes.names()
        today = with_classes(visit.store.tiers.on(visit.today).table, names).to_csv()
        return documents.form_page(visit.document, {"csv": today, "months": A_YEAR})
    table, months = _typed(visit), bounds.months(visit.request.text("months"), "months")
    visit.start_task(WHAT_IF, csv=table.to_csv(), months=months)
    return documents.ok(f"func={PAGE}", "form")


def take(visit: Visit) -> etree._Element:
    """Let the table that was played hold from a chosen day on; whom that touches is told first."""
    kept = _kept(visit)
    if kept is None:
        visit.refuse("no table has been played yet", "таблиц ещё не проверяли")
    table, request = whatif_of(kept["found"]).table, visit.request

    def draft(first_day: date | None = None) -> tables.Draft:
        return tables.drafted(visit, lambda _: table, first_day)

    if request.submitted:
        return tables.save(visit, draft(), always_asks=True)
    shared = tables.SHARED & request.params.keys() if request.params.get("sv_field") else ()
    typed = {name: request.params[name] for name in shared}
    values = {**tables.about_change(visit, visit.today), **typed}
    return tables.refreshed(visit, values, lambda: draft(None if typed else visit.today))


def _kept(visit: Visit) -> Mapping[str, Any] | None:
    kept: Mapping[str, Any] | None = visit.store.notes.read(PLAYED)
    return kept


def _typed(visit: Visit) -> TierTable:
    """As somebody has it; what is ambiguous is for the page that takes tables in to ask."""
    try:
        found = visit.office.tiers.understand(visit.request.params.get("csv", ""), Answers())
    except TierTableError as error:
        error.field = "csv"
        raise
    if found.table is None:
        raise TierTableError(question(found.questions[0], visit.titles), field="csv")
    return found.table


def _state(visit: Visit, kept: Mapping[str, Any] | None) -> str:
    """How far one is that is being played, what went wrong with it, or when the one was that is shown."""
    task = visit.store.tasks.last(WHAT_IF)
    if task and task.outcome != DONE:
        return not_done(visit, task)
    if kept is None:
        return words.NOTHING_PLAYED.say(visit.language)
    at = figures.moment(datetime.fromisoformat(kept["at"]))
    return visit.say("Played {at}.", "Проверено {at}.", at=at)


def _differences(visit: Visit, table: TierTable) -> str:
    """What the table changes of today's."""
    changes = changes_between(visit.store.tiers.on(visit.today).table, table)
    lines = table_words.difference_lines(changes, visit.titles, visit.currency, visit.language)
    return "\n".join(lines) or words.IN_FORCE.say(visit.language)


def _lines(visit: Visit, *texts: Any) -> str:
    return "\n".join(text.say(visit.language) for text in texts if text)


def _month_rows(visit: Visit, found: WhatIf) -> Iterator[Row]:
    """A row a month and tier that anybody held, the latest month first."""
    for month in reversed(found.months):
        for name in _in_order(month, found.table):
            really, other = month.tiers[name]
            more = f"{other - really:+d}" if other != really else ""
            yield {
                "month": figures.listed_month(month.day),
                "tier": name or table_words.NO_TIER.say(visit.language),
                "really": str(really),
                "other": str(other),
                "more": more,
            }


def _in_order(month: Month, table: TierTable) -> list[str]:
    """The highest tier first, those that the table does not have after it, who has none last."""
    place = {tier.name: number for number, tier in enumerate(reversed(table.tiers))}
    return sorted(month.tiers, key=lambda name: (not name, place.get(name, len(place)), name))


def _clients(visit: Visit, whose: Sequence[Client], found: WhatIf) -> list[Row]:
    names = visit.store.standings.names(each.account for each in whose)
    rows: list[Row] = []
    for client, paid, really, other, amount, title in words.client_cells(
        whose, found, names, visit.titles, visit.language
    ):
        color = "red" if amount.startswith("-") else "green"
        rows.append(
            {
                "client": client,
                "paid": paid,
                "really": really,
                "other": other,
                "amount": Cell(amount, color),
                "class": title,
            }
        )
    return rows
