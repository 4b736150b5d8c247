"""Orders in which a promotion or promo code acted beside a tier, as the panel's expenses told it (R9)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ..programme.ids import AccountId
from ..programme.payments import Money
from ..programme.values import dataclass
from .database import transaction


@dataclass(frozen=True)
class PromoOrder:
    """On `day` a promotion or code took `taken` off what the panel calls `what`, while the client held `tier`."""

    expense: int
    account: AccountId
    day: date
    what: str
    tier: str
    taken: Money


class PromoOrderStore:
    """One row an expense. Losing it loses nothing: a night reads the window again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace(self, first: date, last: date, found: Iterable[PromoOrder]) -> None:
        """From `first` to `last`, both included, it was these, and no others."""
        with transaction(self._connection):
            self._connection.execute(
                "DELETE FROM promo_order WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat())
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO promo_order (expense, account, day, what, tier, currency, amount)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        each.expense,
                        each.account,
                        each.day.isoformat(),
                        each.what,
                        each.tier,
                        each.taken.currency,
                        str(each.taken.amount),
                    )
                    for each in found
                ],
            )

    def newest(self, count: int) -> list[PromoOrder]:
        rows = self._connection.execute("SELECT * FROM promo_order ORDER BY day DESC, expense DESC LIMIT ?", (count,))
        return [
            PromoOrder(
                row["expense"],
                AccountId(row["account"]),
                date.fromisoformat(row["day"]),
                row["what"],
                row["tier"],
                Money(Decimal(row["amount"]), row["currency"]),
            )
            for row in rows
        ]

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM promo_order").fetchone()[0])

    def forget_before(self, day: date) -> None:
        self._connection.execute("DELETE FROM promo_order WHERE day < ?", (day.isoformat(),))
