"""R3, R4 and R5 a second time, from the words of the rules and with nothing of the engine's: for comparison.

Amounts are whole cents and rates fractions. Every cent of a payment that counts lies on that payment's day; refunds are
carried to the payments one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

CREDITED, BEING_REFUNDED, REFUNDED = 4, 5, 6


@dataclass
class Row:
    """One line of the panel's list."""

    id: int
    cents: int
    currency: str
    status: int
    day: date
    provider: int = 1
    cashback: bool = False
    excluded: bool = False
    refund: bool = False
    names: int | None = None
    account: int = 1


@dataclass
class Book:
    """What somebody with paper and pencil would keep: the rates that were once used, under both currencies."""

    rates: dict[str, dict[date, Fraction]]
    used: dict[tuple[int, str, str], Fraction] = field(default_factory=dict)

    def rate(self, row: Row, programme: str) -> Fraction | None:
        if row.currency == programme:
            return Fraction(1)
        if (row.id, row.currency, programme) in self.used:
            return self.used[row.id, row.currency, programme]
        until_then = [day for day in self.rates.get(row.currency, {}) if day <= row.day]
        rate = self.rates[row.currency][max(until_then)] if until_then else Fraction(0)
        return rate if rate > 0 else None

    def turnover(self, rows: list[Row], account: int, today: date, programme: str = "RUB") -> Fraction:
        rows = [row for row in rows if row.account == account and row.day <= today]
        left = {row.id: row.cents for row in rows if not row.refund}
        by_id = {row.id: row for row in rows if not row.refund}
        still = {row.id: row.cents for row in rows if row.refund and row.status in (CREDITED, REFUNDED)}
        refunds = sorted((row for row in rows if row.id in still), key=lambda row: (row.day, row.id))

        def carry(refund: Row, payment: int, cents: int) -> None:
            left[payment] -= cents
            still[refund.id] -= cents

        for refund in refunds:
            payment = by_id.get(refund.names or 0)
            if payment and payment.day <= refund.day and payment.currency == refund.currency:
                carry(refund, payment.id, min(left[payment.id], still[refund.id]))
        for refund in refunds:
            earlier = sorted(
                (
                    row
                    for row in by_id.values()
                    if row.day <= refund.day
                    and (row.provider, row.currency) == (refund.provider, refund.currency)
                    and not row.cashback
                    and (row.excluded or not refund.excluded)
                ),
                key=lambda row: (row.day, row.id),
            )
            for row in reversed(earlier):
                if row.status in (BEING_REFUNDED, REFUNDED):
                    carry(refund, row.id, min(left[row.id], still[refund.id]))
            for row in reversed(earlier):
                if row.status == CREDITED:
                    carry(refund, row.id, min(left[row.id], still[refund.id]))

        total, since = Fraction(0), a_month_before(today)
        for row in rows:
            rate = self.rate(row, programme)
            if row.day < since or row.provider != 1 or row.cashback or row.excluded or rate is None:
                continue
            if row.id in by_id and row.status == CREDITED:
                total += left[row.id] * rate
            elif still.get(row.id):
                total -= still[row.id] * rate
            else:
                continue
            if row.currency != programme:
                self.used[row.id, row.currency, programme] = rate
        return max(Fraction(0), total) / 100


def a_month_before(day: date) -> date:
    """The same day of the month before, or the last one that it has."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, min(day.day, 27))
