"""A small model of R3, R4 and R2 to hold the engine against: a plain sum over a list. It shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from resellerprogram.programme.payments import PaymentId
from resellerprogram.programme.tiers import Tier, TierTable


def month_before(today: date) -> date:
    """R3, from the calendar alone: the same day of the month before, or its last."""
    last_of_month_before = today.replace(day=1) - timedelta(days=1)
    return last_of_month_before.replace(day=min(today.day, last_of_month_before.day))


@dataclass(frozen=True)
class Movement:
    """Money that came in (or went back, negative) on a day, because of a payment."""

    on: date
    amount: Decimal
    payment: PaymentId


@dataclass
class Ledger:
    """What truly happened to an account's money, whatever rows the panel shows for it."""

    movements: list[Movement] = field(default_factory=list)

    def add(self, on: date, amount: Decimal, payment: PaymentId) -> None:
        self.movements.append(Movement(on, amount, payment))

    def undo(self, payment: PaymentId) -> None:
        """As if the payment had never been: it, and what was given back of it, leaves the sum."""
        self.movements = [movement for movement in self.movements if movement.payment != payment]

    def turnover(self, today: date) -> Decimal:
        inside = [each.amount for each in self.movements if month_before(today) <= each.on <= today]
        return max(sum(inside, Decimal(0)), Decimal(0))


def tier_held(table: TierTable, turnover: Decimal) -> Tier | None:
    """R2: of the thresholds that are not above the turnover, the highest."""
    reached = {tier.threshold: tier for tier in table.tiers if not tier.threshold > turnover}
    return reached[max(reached)] if reached else None
