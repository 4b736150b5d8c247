"""What changed in our database, row by row and in order, for a mirror elsewhere (`mirror/`).

SQLite itself writes it down, by triggers that are there while a mirror is kept: whoever changes a row, the event too,
needs to know nothing of it. A row goes as a list of its values in the order of the table's columns.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from ..programme.values import dataclass
from .database import transaction
from .notes import MIRROR, NoteStore

_LISTED = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'outbox' AND substr(name, 1, 7) <> 'sqlite_'"
    " ORDER BY name"
)
_FOLLOWING = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'outbox_of_%'"


@dataclass(frozen=True)
class Row:
    """A row as it is now; no `values` for one that is gone. `key` tells it from all others of its table, as JSON."""

    table: str
    key: str
    values: str | None


@dataclass(frozen=True)
class Behind:
    """How many changes wait, and for how long the oldest does, by the host's own clock."""

    changes: int
    lag: timedelta


class Table:
    """A table of ours as it goes to the mirror and comes back."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name, self._connection = name, connection
        columns = connection.execute("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
        self._columns = [(_quoted(column["name"]), column["type"] == "BLOB") for column in columns]
        keys = sorted((column["pk"], column["name"]) for column in columns if column["pk"])
        self._key = [_quoted(column) for _, column in keys]

    def rows(self) -> Iterator[Row]:
        """All of them, as they are in the transaction that is open."""
        query = f"SELECT {self._key_of('')}, {self._content_of('')} FROM {_quoted(self.name)}"  # noqa: S608  our own names
        for key, content in self._connection.execute(query):
            yield Row(self.name, key, content)

    def put(self, content: str) -> None:
        """A row that came back."""
        values = [
            bytes.fromhex(value) if packed and value is not None else value
            for (_, packed), value in zip(self._columns, json.loads(content))
        ]
        marks = ", ".join("?" * len(self._columns))
        self._connection.execute(f"INSERT INTO {_quoted(self.name)} VALUES ({marks})", values)  # noqa: S608

    def clear(self) -> None:
        """Without the rows that migrations bring."""
        self._connection.execute(f"DELETE FROM {_quoted(self.name)}")  # noqa: S608

    def follow(self) -> None:
        """From now on, what changes here is written down."""
        name, key, old = _quoted(self.name), self._key_of("NEW."), self._key_of("OLD.")
        gone = f"INSERT INTO outbox (at, what, key) SELECT strftime('%s', 'now'), '{self.name}', {old}"
        changed = (
            f"INSERT INTO outbox (at, what, key, content)"  # noqa: S608
            f" VALUES (strftime('%s', 'now'), '{self.name}', {key}, {self._content_of('NEW.')})"
        )
        for event, actions in (
            ("INSERT", f"{changed};"),
            ("UPDATE", f"{gone} WHERE {old} <> {key}; {changed};"),
            ("DELETE", f"{gone};"),
        ):
            trigger = _quoted(f"outbox_of_{self.name}_{event.lower()}")
            self._connection.execute(f"CREATE TRIGGER {trigger} AFTER {event} ON {name} BEGIN {actions} END")

    def _key_of(self, row: str) -> str:
        return f"json_array({', '.join(row + column for column in self._key)})"

    def _content_of(self, row: str) -> str:
        return f"json_array({', '.join(self._value(row + each, packed) for each, packed in self._columns)})"

    @staticmethod
    def _value(column: str, packed: bool) -> str:
        """JSON holds no bytes."""
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE hex({column}) END" if packed else column


class OutboxStore:
    """What waits to be carried to the mirror."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._notes = connection, NoteStore(connection)

    @property
    def is_kept(self) -> bool:
        """Whether changes are written down."""
        return self._connection.execute(f"{_FOLLOWING} LIMIT 1").fetchone() is not None

    def tables(self) -> list[Table]:
        """Everything that is carried."""
        return [Table(self._connection, row[0]) for row in self._connection.execute(_LISTED).fetchall()]

    def begin(self) -> None:
        """Write down from now on what changes, anew."""
        with transaction(self._connection):
            self.end()
            for table in self.tables():
                table.follow()

    def end(self) -> None:
        """Write down nothing more, and let go of what waits. The numbers of changes go on."""
        with transaction(self._connection):
            for row in self._connection.execute(_FOLLOWING).fetchall():
                self._connection.execute(f"DROP TRIGGER {_quoted(row[0])}")
            self._connection.execute("DELETE FROM outbox")

    def generation(self) -> int | None:
        """Under which number the mirror holds all of this database but what waits; None where it does not."""
        found: int | None = self._mirrored().get("generation") if self.is_kept else None
        return found

    def term(self) -> int | None:
        """The term of the machine whose mirror holds it; the one that takes over begins another."""
        return self._mirrored().get("term")

    def schema(self) -> str:
        """Where that mirror is, as the settings named it then."""
        return str(self._mirrored().get("schema", ""))

    def is_carried_as(self, generation: int, term: int, schema: str) -> None:
        """The mirror there holds all of it under this number, since this term or before."""
        self._notes.write(MIRROR, {"generation": generation, "term": term, "schema": schema})

    def may_replace(self, term: int) -> bool:
        """Whether what the mirror holds in this term may be replaced by this database."""
        known = self._mirrored()
        return bool(known.get("replace")) and known.get("term") in (None, term)

    def replace(self, term: int | None) -> None:
        """All of this database is to take the place of what the mirror holds; unless another machine has taken over
        since this `term` (None: whoever has, as a person wants it)."""
        self._notes.write(MIRROR, {"replace": True, "term": term})

    def _mirrored(self) -> dict[str, Any]:
        found: dict[str, Any] = self._notes.read(MIRROR) or {}
        return found

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """All that is read meanwhile is of one moment, whatever changes."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def follows_on(self, change: int) -> bool:
        """Whether what waits begins right after this one."""
        row = self._connection.execute(
            "SELECT coalesce((SELECT min(change) FROM outbox WHERE change > ?),"
            " (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox'), 1)",
            (change,),
        ).fetchone()
        return bool(row[0] == change + 1)

    def next(self, after: int, at_most: int = -1) -> list[tuple[int, Row]]:
        """The changes that follow, each under its number; all of them without `at_most`."""
        rows = self._connection.execute(
            'SELECT change, what, "key", content FROM outbox WHERE change > ? ORDER BY change LIMIT ?', (after, at_most)
        )
        return [(row["change"], Row(row["what"], row["key"], row["content"])) for row in rows]

    def reaches_the_disk(self) -> None:
        """What was committed is on the disk from now on, which it otherwise is only with the next checkpoint."""
        (database,) = self._connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
        try:
            descriptor = os.open(f"{database}-wal", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def newest(self) -> int:
        """The number of the last change there ever was."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
        return int(row[0]) if row else 0

    def go_on_after(self, change: int) -> None:
        """The next change has a number above this one."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
            self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", (change,))

    def drop(self, up_to: int) -> None:
        """These are in the mirror."""
        self._connection.execute("DELETE FROM outbox WHERE change <= ?", (up_to,))

    def behind(self) -> Behind:
        count, seconds = self._connection.execute(
            "SELECT count(*), coalesce(strftime('%s', 'now') - min(at), 0) FROM outbox"
        ).fetchone()
        return Behind(count, timedelta(seconds=seconds))

    def waits(self) -> bool:
        return self._connection.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is not None


def begin_anew(connection: sqlite3.Connection) -> None:
    """This database is another one than the mirror holds: where one is kept, all of it is carried again."""
    outbox = OutboxStore(connection)
    with transaction(connection):
        outbox.end()
        if NoteStore(connection).read(MIRROR) is not None:
            outbox.replace(outbox.term())


def _quoted(name: str) -> str:
    """A name of our own schema; those of clients are never part of a statement."""
    return '"' + name.replace('"', '""') + '"'
