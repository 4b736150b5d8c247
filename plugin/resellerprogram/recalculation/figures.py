"""What the night writes down of the whole programme, for the overview: who stands where, and who went which way."""

from __future__ import annotations

from datetime import timedelta

from ..programme.overview import SOON, DayFigures, Held, falling, month_ends
from ..programme.window import Window
from ..store.people import PeopleStore
from .context import Context

KEPT_FOR = timedelta(days=800)
"""Two years to compare, and room for a night that was missed."""
COUNTED_BACK = timedelta(days=84)
"""So far back the first night counts from decisions who went which way."""


def keep_figures(context: Context) -> None:
    """Write down this day's figures, and the moves of the days since the last night. The first night counts those of
    the past months from decisions. Before the programme is started nothing is held, and nothing is written down."""
    store, day = context.store, context.day
    started = store.going_live.started()
    if started is None:
        return
    figures = store.figures
    if figures.is_empty():
        for past in {*month_ends(day)[:-1], Window.of(day).first}:
            counted = figures.count(past, started.at)
            if counted.tiers:
                figures.keep(counted)
    last = figures.last_day_of_moves()
    figures.keep(DayFigures(day, figures.count(day, started.at).tiers, _falling_soon(context)))
    first = max(day - COUNTED_BACK, min(last, day) - timedelta(days=1)) if last else day - COUNTED_BACK
    figures.keep_moves({day: {}, **figures.count_moves(first, day, started.at)})
    figures.forget_before(day - KEPT_FOR)


def _falling_soon(context: Context) -> Held:
    """Who falls within a week if nothing is paid, and with what turnover."""
    people = PeopleStore(context.store.connection, context.settings.currency, context.window.first, context.day)
    leaving = people.leaving(context.day + timedelta(days=1), context.day + SOON)
    return falling(leaving, context.table_on, context.day)
