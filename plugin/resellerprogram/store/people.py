"""Whom the owner may want to talk to: who falls soon, who rose, who gains most, who orders nothing."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal

from ..programme.ids import AccountId
from ..programme.overview import Person

_LISTED = (
    "SELECT s.*, (SELECT group_concat(name, ', ') FROM client_user u WHERE u.account = s.account) AS addresses,"
    " (SELECT group_concat(amount) FROM saving g WHERE g.account = s.account AND g.day BETWEEN :first AND :last"
    " AND g.currency = :currency) AS given FROM standing s WHERE "
)
_IDLE = (
    "s.tier IS NOT NULL AND s.since < :first"
    " AND NOT EXISTS (SELECT 1 FROM saving g WHERE g.account = s.account AND g.day >= :first)"
    " AND NOT EXISTS (SELECT 1 FROM saving_unknown g WHERE g.account = s.account AND g.day >= :first)"
)
_GAINS = "s.account IN (SELECT account FROM saving WHERE day BETWEEN :first AND :last AND currency = :currency)"


class PeopleStore:
    """Reads standings, savings and logins; writes nothing. Amounts are in `currency`, periods include both days."""

    def __init__(self, connection: sqlite3.Connection, currency: str, first: date, last: date) -> None:
        self._connection = connection
        self._values = {"currency": currency, "first": first.isoformat(), "last": last.isoformat()}

    def changing(self, first: date, last: date) -> list[Person]:
        """Whose tier changes on one of these days if nothing is paid, the soonest first."""
        return self._found(
            "s.tier IS NOT NULL AND s.change_day BETWEEN :from AND :until ORDER BY s.change_day, s.turnover_order DESC",
            {"from": first.isoformat(), "until": last.isoformat()},
        )

    def holding_since(self, first: date) -> list[Person]:
        """Who has held the tier since that day or a later one, the newest first."""
        return self._found(
            "s.tier IS NOT NULL AND s.since >= :from ORDER BY s.since DESC, s.turnover_order DESC",
            {"from": first.isoformat()},
        )

    def gaining(self) -> list[Person]:
        """Whom discounts saved something in the period, who most first."""
        return sorted(self._found(_GAINS, {}), key=lambda each: each.given, reverse=True)

    def idle(self) -> list[Person]:
        """Who has held the tier throughout the period and was saved nothing, the highest tier first."""
        return self._found(f"{_IDLE} ORDER BY s.threshold_order DESC, s.turnover_order DESC", {})

    def _found(self, condition: str, values: dict[str, str]) -> list[Person]:
        rows = self._connection.execute(_LISTED + condition, {**self._values, **values})
        return [_person(row) for row in rows]


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
