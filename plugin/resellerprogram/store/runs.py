"""Runs: what was recalculated when, and how it ended."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

from ..programme import causes
from ..programme.outcomes import DONE
from ..programme.text import Text
from ..programme.values import dataclass
from .database import NO_ERROR, error_of, kept_error, moment
from .readable import readable

KEPT, KEPT_OF_ONE = timedelta(days=90), timedelta(days=3)
"""How long a run is kept, and one of single accounts that ended well: there is one for every payment, and what came of
it stands with the account's decision."""


@dataclass(frozen=True)
class Run:
    """One recalculation. `outcome` (see programme/outcomes.py) is None while it runs or after it was killed."""

    id: int
    cause: str
    day: date
    whole: bool
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    accounts: int
    written: int
    error: Text
    who: str = ""


class RunStore:
    """Keeps the runs of the last 90 days, of single accounts those of three."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, cause: str, day: date, whole: bool, now: datetime, who: str = "") -> int:
        self._connection.execute(
            "DELETE FROM run WHERE started_at < ? OR (started_at < ? AND NOT whole AND outcome = ?)",
            (moment(now - KEPT), moment(now - KEPT_OF_ONE), DONE),
        )
        added = self._connection.execute(
            "INSERT INTO run (cause, day, whole, started_at, who) VALUES (?, ?, ?, ?, ?)",
            (cause, day.isoformat(), whole, moment(now), who),
        )
        return int(added.lastrowid or 0)

    def finish(
        self, run: int, outcome: str, accounts: int, written: int, now: datetime, error: Text = NO_ERROR
    ) -> None:
        self._connection.execute(
            "UPDATE run SET finished_at = ?, outcome = ?, accounts = ?, written = ?, error = ?, error_ru = ?"
            " WHERE id = ?",
            (moment(now), outcome, accounts, written, *kept_error(error), run),
        )

    def last_whole(self) -> Run | None:
        """The newest run over all members, however it ended."""
        return self._one("WHERE whole ORDER BY id DESC")

    def last(self) -> Run | None:
        """The newest run, of one account or of all."""
        return self._one("ORDER BY id DESC")

    def last_good(self) -> Run | None:
        """The newest run over all members that looked at everybody, whomever it had to leave to the queue. One for a
        day that was still to come tells nothing of today."""
        return self._one(
            "WHERE whole AND outcome IN ('done', 'partly') AND day <= substr(started_at, 1, 10) ORDER BY id DESC"
        )

    def of(self, number: int) -> Run | None:
        """The run with that number, as long as it is kept."""
        row = self._connection.execute("SELECT * FROM run WHERE id = ?", (number,)).fetchone()
        return _run(row) if row else None

    def that_wrote(self, count: int) -> list[Run]:
        """The newest runs that changed discounts, or may have: of one that died nobody counted; newest first. Without
        those that answered payments, which can't be undone."""
        rows = self._connection.execute(
            "SELECT * FROM run WHERE cause <> ? AND (written > 0 OR outcome IS NULL OR outcome <> ?)"
            " ORDER BY id DESC LIMIT ?",
            (causes.WORKER, DONE, count),
        )
        return list(readable(rows, _run))

    def newest(self, count: int) -> list[Run]:
        """The newest runs, newest first."""
        return list(readable(self._connection.execute("SELECT * FROM run ORDER BY id DESC LIMIT ?", (count,)), _run))

    def _one(self, condition: str) -> Run | None:
        row = self._connection.execute(f"SELECT * FROM run {condition} LIMIT 1").fetchone()  # noqa: S608  our text
        return _run(row) if row else None


def _run(row: sqlite3.Row) -> Run:
    finished = row["finished_at"]
    return Run(
        row["id"],
        row["cause"],
        date.fromisoformat(row["day"]),
        bool(row["whole"]),
        datetime.fromisoformat(row["started_at"]),
        datetime.fromisoformat(finished) if finished else None,
        row["outcome"],
        row["accounts"],
        row["written"],
        error_of(row),
        row["who"],
    )
