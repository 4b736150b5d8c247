"""How much one run may take away, and how long there may be none (spec, section 3)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .errors import ClockJumped, UnsafePlan
from .values import dataclass

OVERDUE = timedelta(hours=26)
"""After so long without a run over all members something is wrong."""


LONGEST_GAP = timedelta(days=35)
"""Between two runs over all. After a longer one a whole window has gone by unseen, so that every fall would count as
foretold: nothing goes on by itself then."""


def check_clock(today: date, last_run: date) -> None:
    """Raises ClockJumped where `today` can't follow the day of the last run: too long after it, or before it."""
    if not last_run - timedelta(days=1) <= today <= last_run + LONGEST_GAP:
        raise ClockJumped(today, last_run)


@dataclass(frozen=True)
class DropLimit:
    """How many discounts one run may lower or remove: `percent` of all of them, at least `at_least`."""

    percent: Decimal = Decimal(20)
    at_least: int = 10

    def allows(self, total: int) -> int:
        """How many that is of `total` discounts."""
        return max(self.at_least, int(total * self.percent / 100))

    def check(self, drops: int, total: int) -> None:
        """Raises UnsafePlan when `drops` of `total` discounts are more than that (spec, section 3)."""
        limit = self.allows(total)
        if drops > limit:
            raise UnsafePlan(drops, total, limit)
