"""One page of a long table: filtered, sorted and counted by the database, and no more of it read than is shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Page:
    """Which rows are wanted: sorted by a column (empty: the table's own order), `count` of them from `skip` on."""

    sort: str = ""
    descending: bool = False
    count: int = 50
    skip: int = 0


class Listing:
    """The rows of one table. `columns` are those to sort by: what a page calls them and what the table does."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, columns: Mapping[str, str]) -> None:
        self._connection, self._table, self._key, self._columns = connection, table, key, columns
        connection.create_function("fold", 1, _fold, deterministic=True)

    def keys(self, conditions: Sequence[str], values: Sequence[Any], page: Page) -> list[Any]:
        """The keys of the rows of a page, in order."""
        column, way = self._columns.get(page.sort, self._key), "DESC" if page.descending else "ASC"
        rows = self._connection.execute(
            f"SELECT {self._key} FROM {self._table} {_where(conditions)}"  # noqa: S608  our names
            f" ORDER BY {column} IS NULL, {column} {way}, {self._key} LIMIT ? OFFSET ?",
            (*values, page.count, page.skip),
        )
        return [row[0] for row in rows]

    def count_and_sum(self, conditions: Sequence[str], values: Sequence[Any], column: str) -> tuple[int, Decimal]:
        """How many rows there are, and the exact sum of a column that holds decimals as text."""
        rows = self._connection.execute(
            f"SELECT {column} FROM {self._table} {_where(conditions)}",  # noqa: S608  our names
            values,
        ).fetchall()
        return len(rows), sum((Decimal(row[0]) for row in rows), Decimal(0))


def in_order(amount: Decimal | None) -> int | None:
    """An amount as a whole number of ten-thousandths, to sort by; the panel's own amounts have four decimals."""
    return None if amount is None else int(amount * TEN_THOUSAND)


def _where(conditions: Sequence[str]) -> str:
    return "WHERE " + " AND ".join(f"({condition})" for condition in conditions) if conditions else ""


def _fold(text: str | None) -> str:
    return (text or "").casefold()
