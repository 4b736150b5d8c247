"""The window of days whose payments make up the turnover (R3).

>>> from datetime import date
>>> str(Window.of(date(2025, 3, 31)))
'2025-02-28..2025-03-31'
>>> last_counting_day(date(2024, 12, 20))
datetime.date(2025, 1, 20)
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Window:
    """Days from `first` to `last`, both included, in the billing server's local dates: `months` calendar months."""

    first: date
    last: date
    months: int = 1

    @classmethod
    def of(cls, day: date, months: int = 1) -> Window:
        """The window of `day`: from so many calendar months before (month ends clamp) to the day itself."""
        try:
            return cls(day - relativedelta(months=months), day, months)
        except (ValueError, OverflowError):
            return cls(date.min, day, months)

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
    try:
        following = credited_on + relativedelta(months=months)
    except (ValueError, OverflowError):
        return date.max - timedelta(days=1)
    if credited_on.day == _days_in_month(credited_on):
        return following.replace(day=_days_in_month(following))
    return following


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
