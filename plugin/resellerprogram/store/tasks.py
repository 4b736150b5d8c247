"""What administrators start from pages and a process of its own carries out: plans, runs, checks of the panel."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..programme.outcomes import CUT_SHORT
from ..programme.text import Text
from ..programme.values import dataclass
from .changes import Author
from .database import moment
from .readable import readable

PLAN, APPLY, EXAMINE, WITHDRAW, PUT_BACK, UNDO = "plan", "apply", "doctor", "withdraw", "put_back", "undo"
WHAT_IF = "what_if"
PROSPECT = "prospect"
WRITING = frozenset({APPLY, WITHDRAW, PUT_BACK, UNDO})
"""Those that change discounts in the panel."""
"""The kinds of tasks; the last is a client's, the others are administrators'."""


@dataclass(frozen=True)
class Task:
    """`kind` says what to do. `done` of `total` accounts are looked at; `outcome` is None until it has ended
    (see programme/outcomes.py)."""

    id: int
    kind: str
    arguments: Mapping[str, Any]
    author: Author
    asked_at: datetime
    started_at: datetime | None
    done: int
    total: int
    finished_at: datetime | None
    outcome: str | None
    message: Text


class TaskStore:
    """Tasks by the order in which they were asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ask(self, kind: str, arguments: Mapping[str, Any], author: Author, now: datetime) -> int:
        """Ask for something to be done; what is asked for and waits already is not asked for twice."""
        content = json.dumps(dict(arguments), sort_keys=True)
        waiting = self._connection.execute(
            "SELECT id FROM task WHERE kind = ? AND arguments = ? AND started_at IS NULL AND outcome IS NULL",
            (kind, content),
        ).fetchone()
        if waiting:
            return int(waiting[0])
        added = self._connection.execute(
            "INSERT INTO task (kind, arguments, who, address, asked_at) VALUES (?, ?, ?, ?, ?)",
            (kind, content, author.name, author.address, moment(now)),
        )
        return int(added.lastrowid or 0)

    def next(self) -> Task | None:
        """The oldest that nobody has begun."""
        return self._one("started_at IS NULL AND outcome IS NULL ORDER BY id")

    def last(self, *kinds: str) -> Task | None:
        """The newest of these kinds, one whose process died told as cut short."""
        marks = ", ".join("?" * len(kinds))
        return self._still(self._one(f"kind IN ({marks}) ORDER BY id DESC", *kinds))

    def last_about(self, kind: str, arguments: Mapping[str, Any]) -> Task | None:
        """The same for one kind with these arguments."""
        content = json.dumps(dict(arguments), sort_keys=True)
        return self._still(self._one("kind = ? AND arguments = ? ORDER BY id DESC", kind, content))

    def _still(self, task: Task | None) -> Task | None:
        if task and task.started_at and task.outcome is None and not self._lives(task.id):
            self.end(task.id, CUT_SHORT, Text("", ""), task.started_at)
            task = self._one("id = ?", task.id)
        return task

    def newest(self, count: int) -> list[Task]:
        """What administrators have asked for, newest first."""
        rows = self._connection.execute(
            "SELECT * FROM task WHERE kind <> ? ORDER BY id DESC LIMIT ?", (PROSPECT, count)
        )
        return list(readable(rows, _task))

    def begin(self, task: int, now: datetime) -> None:
        self._connection.execute(
            "UPDATE task SET started_at = ?, process = ? WHERE id = ?", (moment(now), os.getpid(), task)
        )

    def progress(self, task: int, done: int, total: int) -> None:
        self._connection.execute("UPDATE task SET done = ?, total = ? WHERE id = ?", (done, total, task))

    def end(self, task: int, outcome: str, message: Text, now: datetime) -> None:
        self._connection.execute(
            "UPDATE task SET finished_at = ?, outcome = ?, message_en = ?, message_ru = ? WHERE id = ?",
            (moment(now), outcome, message.en, message.ru, task),
        )

    def moved_here(self) -> None:
        """What was under way on another host is not here, whatever process has its number."""
        self._connection.execute("UPDATE task SET process = NULL WHERE process IS NOT NULL AND outcome IS NULL")

    def _lives(self, task: int) -> bool:
        process = self._connection.execute("SELECT process FROM task WHERE id = ?", (task,)).fetchone()[0]
        return process is not None and os.path.exists(f"/proc/{process}")

    def _one(self, condition: str, *values: object) -> Task | None:
        row = self._connection.execute(
            f"SELECT * FROM task WHERE {condition} LIMIT 1",  # noqa: S608  our text
            values,
        ).fetchone()
        return _task(row) if row else None


def _task(row: sqlite3.Row) -> Task:
    started, finished = row["started_at"], row["finished_at"]
    return Task(
        row["id"],
        row["kind"],
        json.loads(row["arguments"]),
        Author(row["who"], row["address"]),
        datetime.fromisoformat(row["asked_at"]),
        datetime.fromisoformat(started) if started else None,
        row["done"],
        row["total"],
        datetime.fromisoformat(finished) if finished else None,
        row["outcome"],
        Text(row["message_en"], row["message_ru"]),
    )
