"""When a payment keeps a tier, in words; for the client's pages and letters."""

from __future__ import annotations

from datetime import date

from ..programme.figures import day, short_day
from ..programme.forecast import Keep
from ..programme.text import Text


def when_kept(keep: Keep, today: date) -> Text:
    """'by 20 Jan 2025'; where it is too early today 'between 20 Jan and 22 Jan 2025'."""
    first, last = keep.first_day, keep.last_day
    if first <= today:
        return Text("by {last}", "до {last} включительно")(last=day(last))
    begins = begins_of_span(first, last)
    return Text("between {first} and {last}", "с {first} по {last} включительно")(first=begins, last=day(last))


def begins_of_span(first: date, last: date) -> Text:
    """The first of two days, without the year that the second one names."""
    return short_day(first) if first.year == last.year else day(first)
