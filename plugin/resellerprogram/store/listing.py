"""A long table: filtered, counted and cut by the database, what matters most first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

MOST_ROWS = 1000
"""So many a list of the panel shows at a time; beyond it stands what matters least."""
EVERY_ROW = -1
PLACES = 4
_LARGEST_ORDER = 2**62


class Listing:
    """The rows of one table in one `order`; the panel's core sorts what it is given by whatever else is wanted."""

    def __init__(self, connection: sqlite3.Connection, table: str, order: str) -> None:
        self._connection, self._table, self._order = connection, table, order

    def rows(self, conditions: Sequence[str], values: Sequence[Any], count: int) -> sqlite3.Cursor:
        """The first `count` rows."""
        return self._connection.execute(
            f"SELECT * FROM {self._table} {_where(conditions)} ORDER BY {self._order} LIMIT ?",  # noqa: S608  our names
            (*values, count),
        )

    def count(self, conditions: Sequence[str], values: Sequence[Any]) -> int:
        rows = self._connection.execute(
            f"SELECT count(*) FROM {self._table} {_where(conditions)}",  # noqa: S608  our names
            values,
        )
        return int(rows.fetchone()[0])


def in_order(amount: Decimal | None) -> int | None:
    """An amount as a whole number of ten-thousandths, to sort by; the panel's own amounts have four decimals. What is
    too large for the column comes last, or first below zero."""
    if amount is None:
        return None
    return int(max(Decimal(-_LARGEST_ORDER), min(amount.scaleb(PLACES), Decimal(_LARGEST_ORDER))))


def _where(conditions: Sequence[str]) -> str:
    return "WHERE " + " AND ".join(f"({condition})" for condition in conditions) if conditions else ""


def fold(name: str) -> str:
    """A name without its capitals, to sort and to find by."""
    return name.casefold()
