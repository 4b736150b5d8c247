"""The tier tables: each holds from its first day until the next one's."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from ..programme.tiers import TierTable, published_table
from ..programme.values import dataclass
from .database import moment

PUBLISHED = 0
"""The version of the table that ships with the product and holds where no other does."""


@dataclass(frozen=True)
class TableVersion:
    """A tier table that holds from `first_day` on (None: since ever); `id` rises with every change."""

    id: int
    table: TierTable
    first_day: date | None = None
    made_at: datetime | None = None
    who: str = ""


class TierStore:
    """Keeps every table that was ever made; what held on a past day stays what it was. Of several with one first day
    the newest holds; the others tell what was known before it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def on(self, day: date, known_at: datetime = datetime.max) -> TableVersion:
        """The table of that day: of those that have begun the latest, of several of one day the newest; as it was
        `known_at` a moment."""
        row = self._connection.execute(
            "SELECT * FROM tier_table WHERE first_day <= ? AND imported_at <= ?"
            " ORDER BY first_day DESC, id DESC LIMIT 1",
            (day.isoformat(), moment(known_at)),
        ).fetchone()
        return _version(row) if row else TableVersion(PUBLISHED, published_table())

    def of(self, version: int) -> TableVersion | None:
        if version == PUBLISHED:
            return TableVersion(PUBLISHED, published_table())
        row = self._connection.execute("SELECT * FROM tier_table WHERE id = ?", (version,)).fetchone()
        return _version(row) if row else None

    def all(self) -> list[TableVersion]:
        """The versions, one a first day: the newest of it. The latest first day first, the published one last."""
        rows = self._connection.execute(
            "SELECT * FROM tier_table WHERE id IN (SELECT max(id) FROM tier_table GROUP BY first_day)"
            " ORDER BY first_day DESC"
        )
        return [*map(_version, rows), TableVersion(PUBLISHED, published_table())]

    def days_after(self, day: date) -> list[date]:
        """The days after `day` on which another table takes effect."""
        rows = self._connection.execute(
            "SELECT DISTINCT first_day FROM tier_table WHERE first_day > ? ORDER BY first_day", (day.isoformat(),)
        )
        return [date.fromisoformat(row[0]) for row in rows]

    def put(self, table: TierTable, first_day: date, who: str, now: datetime) -> int:
        added = self._connection.execute(
            "INSERT INTO tier_table (imported_at, csv, first_day, who) VALUES (?, ?, ?, ?)",
            (moment(now), table.to_csv(), first_day.isoformat(), who),
        )
        return int(added.lastrowid or 0)

    def remove(self, first_day: date) -> None:
        """Take back what was to begin on a day that has not come yet."""
        self._connection.execute("DELETE FROM tier_table WHERE first_day = ?", (first_day.isoformat(),))


def _version(row: sqlite3.Row) -> TableVersion:
    return TableVersion(
        row["id"],
        TierTable.from_csv(row["csv"]),
        date.fromisoformat(row["first_day"]),
        datetime.fromisoformat(row["imported_at"]),
        row["who"],
    )
