"""Who has to be looked at on a day, and which days' payments: by what is on record alone (R7).

Money that comes or goes is found where the panel's payments differ from the ledger. What time alone does is known
beforehand: payments leave the window, a pin ends, a table begins, a warning falls due. The rest is verified in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from .members import Account
from .values import dataclass
from .window import last_counting_day, later

if TYPE_CHECKING:
    from .forecast import Forecast

SMALL = 2000
"""Where there are no more members, each is looked at in the panel every night."""
FITS = 4000
"""So many rows come in one answer of the panel, with room for those that nobody expected."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """An account whose turn it is. `by_records`: first by what is on record of it, which costs no call and may find
    that it takes a look into the panel."""

    account: Account
    by_records: bool = False


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last`, both included, whose payments are read together; `many`: one day that is known to
    have more than one answer holds."""

    first: date
    last: date
    many: bool = False


def next_day(forecast: Forecast, warn_days: int) -> date | None:
    """The first day after the outlook's on which time alone may change what is decided or told: a payment leaves the
    window or begins to count, a pin ends, another table begins, a fall is `warn_days` ahead. None where nothing is."""
    outlook = forecast.outlook
    if not outlook.basis.counts_payments:
        return None
    days = {*outlook.counted, *forecast.table_days}
    days |= {later(last_counting_day(credited_on, outlook.months), 1) for credited_on in outlook.counted}
    if outlook.pin:
        days.add(later(outlook.pin.until, 1))
    days |= {change.day - timedelta(days=warn_days) for change in forecast.changes()}
    return min((day for day in days if day > outlook.day), default=None)


def share(count: int, days: int) -> int:
    """How many of `count` come up in one night so that each has come within so many `days`.

    >>> share(3000, 28), share(1, 28), share(0, 28)
    (108, 1, 0)
    """
    return -(-count // days)


def days_in_turn(first: date, last: date, before: date | None) -> list[date]:
    """The days from `first` to `last`, both included, beginning after the day that was the last one `before`.

    >>> [day.day for day in days_in_turn(date(2025, 1, 1), date(2025, 1, 5), date(2025, 1, 3))]
    [4, 5, 1, 2, 3]
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    ahead = [day for day in days if before is not None and day > before]
    return ahead + [day for day in days if day not in ahead]


def as_many_as(days: Sequence[date], known: Mapping[date, int], rows: int, least: int) -> list[date]:
    """The first of these days that have so many `rows` together, `least` so many days.

    >>> days = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)]
    >>> [day.day for day in as_many_as(days, {date(2025, 1, 2): 600, date(2025, 1, 3): 600}, 1000, 1)]
    [1, 2]
    """
    total = 0
    for number, day in enumerate(days):
        total += known.get(day, 0)
        if number >= least and total > rows:
            return list(days[:number])
    return list(days)


def stretches(days: Iterable[date], known: Mapping[date, int], fits: int = FITS) -> list[Stretch]:
    """These days put together so that what is `known` of each stretch comes in one answer.

    >>> days = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 4), date(2025, 1, 5)]
    >>> [(each.first.day, each.last.day, each.many) for each in stretches(days, {date(2025, 1, 5): 9000})]
    [(1, 2, False), (4, 4, False), (5, 5, True)]
    """
    found: list[Stretch] = []
    total = 0
    for day in sorted(set(days)):
        count = known.get(day, 0)
        joins = found and not found[-1].many and found[-1].last + ONE_DAY == day and total + count <= fits
        if joins:
            found[-1], total = Stretch(found[-1].first, day), total + count
        else:
            found.append(Stretch(day, day, count > fits))
            total = count
    return found
