"""Runs, the queue of accounts that still have to be recalculated, and what a dead run left to put back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..programme.payments import AccountId

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Run:
    """One recalculation. `outcome` is done, partly, stopped or failed; None while it runs or after it was killed."""

    id: int
    cause: str
    day: date
    whole: bool
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    accounts: int
    written: int
    error: str


@dataclass(frozen=True)
class Queued:
    """An account that still has to be recalculated."""

    account: AccountId
    cause: str
    since: datetime
    attempts: int
    error: str


class RunStore:
    """Keeps the runs of the last 90 days."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, cause: str, day: date, whole: bool, now: datetime) -> int:
        self._connection.execute("DELETE FROM run WHERE started_at < ?", ((now - KEPT).isoformat(" ", "seconds"),))
        added = self._connection.execute(
            "INSERT INTO run (cause, day, whole, started_at) VALUES (?, ?, ?, ?)",
            (cause, day.isoformat(), whole, now.isoformat(" ", "seconds")),
        )
        return int(added.lastrowid or 0)

    def finish(self, run: int, outcome: str, accounts: int, written: int, now: datetime, error: str = "") -> None:
        self._connection.execute(
            "UPDATE run SET finished_at = ?, outcome = ?, accounts = ?, written = ?, error = ? WHERE id = ?",
            (now.isoformat(" ", "seconds"), outcome, accounts, written, error, run),
        )

    def last(self) -> Run | None:
        """The newest run, of one account or of all."""
        return self._one("ORDER BY id DESC")

    def last_good(self) -> Run | None:
        """The newest run over all members that finished its work."""
        return self._one("WHERE whole AND outcome = 'done' ORDER BY id DESC")

    def _one(self, condition: str) -> Run | None:
        row = self._connection.execute(f"SELECT * FROM run {condition} LIMIT 1").fetchone()  # noqa: S608  our text
        if row is None:
            return None
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
            row["error"],
        )


class QueueStore:
    """One row per account, however often it is put in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, account: AccountId, cause: str, now: datetime, error: str = "") -> None:
        self._connection.execute(
            "INSERT INTO queue (account, cause, since, attempts, error) VALUES (?, ?, ?, 1, ?)"
            " ON CONFLICT (account) DO UPDATE SET attempts = attempts + 1, error = excluded.error",
            (account, cause, now.isoformat(" ", "seconds"), error),
        )

    def remove(self, account: AccountId) -> None:
        self._connection.execute("DELETE FROM queue WHERE account = ?", (account,))

    def all(self) -> list[Queued]:
        rows = self._connection.execute("SELECT * FROM queue ORDER BY since, account")
        return [
            Queued(
                AccountId(row["account"]),
                row["cause"],
                datetime.fromisoformat(row["since"]),
                row["attempts"],
                row["error"],
            )
            for row in rows
        ]


class FilterStore:
    """The employee's list filters that a run changed and has not put back yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def remembered(self) -> dict[str, dict[str, str]] | None:
        row = self._connection.execute("SELECT content FROM remembered_filters").fetchone()
        return json.loads(row[0]) if row else None

    def remember(self, filters: Mapping[str, Mapping[str, str]]) -> None:
        content = json.dumps({name: dict(fields) for name, fields in filters.items()}, ensure_ascii=False)
        self._connection.execute("INSERT OR REPLACE INTO remembered_filters (id, content) VALUES (1, ?)", (content,))

    def forget(self) -> None:
        self._connection.execute("DELETE FROM remembered_filters")
