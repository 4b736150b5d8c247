"""Whom the owner may want to talk to: who falls soon, who rose, who gains most, who orders nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ..programme.ids import AccountId
from ..programme.overview import Held, Leaving, Person
from .listing import PLACES

_LISTED = (
    "SELECT s.*, (SELECT group_concat(name, ', ') FROM client_user u WHERE u.account = s.account) AS addresses,"
    " (SELECT group_concat(amount) FROM saving g WHERE g.account = s.account AND g.day BETWEEN :first AND :last"
    " AND g.currency = :currency) AS given FROM standing s WHERE "
)
_IDLE = (
    "s.tier IS NOT NULL AND +s.since < :first"
    " AND NOT EXISTS (SELECT 1 FROM saving g WHERE g.account = s.account AND g.day >= :first)"
    " AND NOT EXISTS (SELECT 1 FROM saving_unknown g WHERE g.account = s.account AND g.day >= :first)"
)
_GAINS = "s.account IN (SELECT account FROM saving WHERE day BETWEEN :first AND :last AND currency = :currency)"


class PeopleStore:
    """Reads standings, savings and logins; writes nothing. Amounts are in `currency`, periods include both days."""

    def __init__(self, connection: sqlite3.Connection, currency: str, first: date, last: date) -> None:
        self._connection = connection
        self._values = {"currency": currency, "first": first.isoformat(), "last": last.isoformat()}

    def leaving(self, first: date, last: date) -> list[Leaving]:
        """The same clients as those `changing` tells one by one, those alike together; to a ten-thousandth."""
        rows = self._connection.execute(
            "SELECT change_day, tier, change_tier, count(*), sum(turnover_order) FROM standing"
            " WHERE tier IS NOT NULL AND change_day BETWEEN ? AND ? GROUP BY change_day, tier, change_tier",
            (first.isoformat(), last.isoformat()),
        )
        return [
            Leaving(date.fromisoformat(day), tier, following, Held(count, Decimal(total).scaleb(-PLACES)))
            for day, tier, following, count, total in rows
        ]

    def changing(self, first: date, last: date) -> Iterator[Person]:
        """Whose tier changes on one of these days if nothing is paid, the soonest first."""
        return self._found(
            "s.tier IS NOT NULL AND s.change_day BETWEEN :from AND :until ORDER BY s.change_day, s.turnover_order DESC",
            {"from": first.isoformat(), "until": last.isoformat()},
        )

    def holding_since(self, first: date) -> Iterator[Person]:
        """Who has held the tier since that day or a later one, the newest first."""
        return self._found(
            "s.tier IS NOT NULL AND s.since >= :from ORDER BY s.since DESC, s.turnover_order DESC",
            {"from": first.isoformat()},
        )

    def gaining(self) -> list[Person]:
        """Whom discounts saved something in the period, who most first."""
        return sorted(self._found(_GAINS, {}), key=lambda each: each.given, reverse=True)

    def idle(self) -> Iterator[Person]:
        """Who has held the tier throughout the period and was saved nothing, the highest tier first: found in that
        order (`+`: not by the day), as most lists end after the first few."""
        return self._found(f"{_IDLE} ORDER BY s.threshold_order DESC, s.turnover_order DESC", {})

    def _found(self, condition: str, values: dict[str, str]) -> Iterator[Person]:
        """One after another: of most lists the first few are all that is wanted."""
        return map(_person, self._connection.execute(_LISTED + condition, {**self._values, **values}))


def _person(row: sqlite3.Row) -> Person:
    return Person(
        AccountId(row["account"]),
        row["name"],
        row["addresses"] or "",
        row["tier"],
        Decimal(row["turnover"]),
        date.fromisoformat(row["since"]) if row["since"] else None,
        date.fromisoformat(row["change_day"]) if row["change_day"] else None,
        row["change_tier"],
        sum(map(Decimal, (row["given"] or "0").split(",")), Decimal(0)),
    )
