"""The window of days whose payments make up the turnover (R3).

>>> from datetime import date
>>> str(Window.of(date(2025, 3, 31)))
'2025-02-28..2025-03-31'
>>> last_counting_day(date(2024, 12, 20))
datetime.date(2025, 1, 20)
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from .values import dataclass


@dataclass(frozen=True)
class Window:
    """Days from `first` to `last`, both included, in the billing server's local dates: `months` calendar months."""

    first: date
    last: date
    months: int = 1

    @classmethod
    def of(cls, day: date, months: int = 1) -> Window:
        """The window of `day`: from so many calendar months before (month ends clamp) to the day itself."""
        return cls(_months_later(day, -months), day, months)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


@lru_cache(maxsize=2048)
def last_counting_day(credited_on: date, months: int = 1) -> date:
    """The last day whose window still holds a payment credited on `credited_on`.

    A payment of a month's last day stays until the month ends in which it would leave, because every later day of that
    month clamps back to it: 28 February 2025 counts up to 31 March.
    """
    following = _months_later(credited_on, months)
    if credited_on.day == _days_in_month(credited_on):
        return following.replace(day=_days_in_month(following))
    return following


@lru_cache(maxsize=2048)
def first_day_without(credited_on: date, months: int = 1) -> date:
    """The day on which a payment credited on `credited_on` has left the window."""
    return later(last_counting_day(credited_on, months), 1)


def later(day: date, days: int) -> date:
    """So many days later, or the calendar's last day."""
    return day + timedelta(days=min(days, (date.max - day).days))


def ends_of_months(first: date, last: date) -> list[date]:
    """The last day of each month from `first` to `last`; of the last month `last` itself."""
    ends, day = [], first
    while day <= last:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        ends.append(min(following - timedelta(days=1), last))
        day = following
    return ends


@lru_cache(maxsize=4096)
def _months_later(day: date, months: int) -> date:
    """So many months later (month ends clamp), or the calendar's end: a day may be typed as 9999-12-31."""
    number = 12 * day.year + day.month - 1 + months
    if number // 12 < date.min.year:
        return date.min
    if number // 12 > date.max.year:
        return date.max
    from dateutil.relativedelta import relativedelta  # few pages count months

    return day + relativedelta(months=months)


def _days_in_month(day: date) -> int:
    from calendar import monthrange

    return monthrange(day.year, day.month)[1]
