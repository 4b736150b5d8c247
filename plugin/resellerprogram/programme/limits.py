"""How much one run may take away, and how long there may be none (spec, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .errors import UnsafePlan

OVERDUE = timedelta(hours=26)
"""After so long without a run over all members something is wrong."""


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
