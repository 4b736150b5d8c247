"""Who changed what: settings, tiers, classes, members, and what was done by hand. Kept for good."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from ..programme.values import dataclass
from .database import moment
from .readable import readable


@dataclass(frozen=True)
class Author:
    """Who does something: a login (or the system user at a console), and the address it comes from.

    Nobody is what runs by itself.
    """

    name: str = ""
    address: str = ""


NOBODY = Author()


@dataclass(frozen=True)
class RecordedChange:
    """`what` kind of thing was changed, `whom` tells which one; `before` and `after` are as a person reads them."""

    id: int
    at: datetime
    author: Author
    what: str
    whom: str
    before: str
    after: str


class ChangeStore:
    """Writes them down, newest last."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, what: str, whom: str, before: str, after: str, author: Author, now: datetime) -> None:
        self._connection.execute(
            "INSERT INTO change (at, who, address, what, whom, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (moment(now), author.name, author.address, what, whom, before, after),
        )

    def last(self, what: str, whom: str | None = None) -> RecordedChange | None:
        """The newest change of that kind, of one thing or of any."""
        row = self._connection.execute(
            "SELECT * FROM change WHERE what = ? AND (? IS NULL OR whom = ?) ORDER BY id DESC LIMIT 1",
            (what, whom, whom),
        ).fetchone()
        return _change(row) if row else None

    def by_id(self, number: int) -> RecordedChange | None:
        row = self._connection.execute("SELECT * FROM change WHERE id = ?", (number,)).fetchone()
        return _change(row) if row else None

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM change").fetchone()[0])

    def newest(self, count: int) -> list[RecordedChange]:
        rows = self._connection.execute("SELECT * FROM change ORDER BY id DESC LIMIT ?", (count,))
        return list(readable(rows, _change))


def _change(row: sqlite3.Row) -> RecordedChange:
    return RecordedChange(
        row["id"],
        datetime.fromisoformat(row["at"]),
        Author(row["who"], row["address"]),
        row["what"],
        row["whom"],
        row["before"],
        row["after"],
    )
