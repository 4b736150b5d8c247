"""A long table: filtered, sorted, counted and cut by the database, and no more of it read than is shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MOST_ROWS = 5000
"""No list of the panel shows more; beyond it stands what matters least."""
PLACES = 4
_LARGEST_ORDER = 2**62
_APART = 10**9


@dataclass(frozen=True)
class Page:
    """Which rows are wanted: sorted by a column (empty: the table's own order), `count` of them from `skip` on."""

    sort: str = ""
    descending: bool = False
    count: int = MOST_ROWS
    skip: int = 0


class Listing:
    """The rows of one table. `columns` are those to sort by: what a page calls them and what the table does."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, columns: Mapping[str, str]) -> None:
        self._connection, self._table, self._key, self._columns = connection, table, key, columns

    def rows(self, conditions: Sequence[str], values: Sequence[Any], page: Page) -> sqlite3.Cursor:
        """The rows of a page, in order."""
        column, way = self._columns.get(page.sort, self._key), "DESC" if page.descending else "ASC"
        return self._connection.execute(
            f"SELECT * FROM {self._table} {_where(conditions)}"  # noqa: S608  our names
            f" ORDER BY {column} IS NULL, {column} {way}, {self._key} LIMIT ? OFFSET ?",
            (*values, page.count, page.skip),
        )

    def count(self, conditions: Sequence[str], values: Sequence[Any]) -> int:
        rows = self._connection.execute(
            f"SELECT count(*) FROM {self._table} {_where(conditions)}",  # noqa: S608  our names
            values,
        )
        return int(rows.fetchone()[0])

    def sum(self, conditions: Sequence[str], values: Sequence[Any], column: str) -> Decimal:
        """The exact sum of a column of decimals as text: what has more than four decimals, or is too large for its
        order to tell it, is added one by one."""
        longer = (
            f"(instr({column}, '.') > 0 AND length({column}) - instr({column}, '.') > {PLACES})"
            f" OR abs({column}_order) >= {_LARGEST_ORDER}"
        )
        # In two parts: SQLite raises where a sum leaves 64 bits.
        large, small = self._connection.execute(
            f"SELECT coalesce(sum({column}_order / {_APART}), 0), coalesce(sum({column}_order % {_APART}), 0)"  # noqa: S608  our names
            f" FROM {self._table} {_where([*conditions, f'NOT ({longer})'])}",
            values,
        ).fetchone()
        whole = large * _APART + small
        rest = self._connection.execute(
            f"SELECT {column} FROM {self._table} {_where([*conditions, longer])}",  # noqa: S608  our names
            values,
        )
        return sum((Decimal(row[0]) for row in rest), Decimal(whole).scaleb(-PLACES))


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
