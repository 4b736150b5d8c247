"""The SQLite file of the programme: opened and migrated.

Every migration is a file `migrations/NNNN_name.sql`; the file's `user_version` says how far it has come.
Before a migration of a database that holds something, a copy is put beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ..programme.errors import StoreError
from ..programme.text import Text, same, short
from . import backups

FILE_NAME = "resellerprogram.db"
PATIENCE, PAGE_PATIENCE = 30.0, 2.0
"""Seconds to wait for who holds the database: a run, and a person who looks at a page."""
_OF_THE_WHOLE = ("full", "I/O error", "malformed", "readonly")
"""How SQLite speaks of a database into which nothing can be written any more, whoever is concerned."""
LEDGER = 11
"""The migration from which on payments are kept once; store/conversions.py takes over what was on record before."""
OUTBOX = 21
"""The migration from which on changes can be written down for a mirror; others change the tables that it follows."""
LONGEST_ERROR = 1000
"""What is kept of a failure; another's message may have any length."""
NO_ERROR = same("")


class Connection(sqlite3.Connection):
    """One that tells of a full or broken disk in words: that is nobody's own trouble. Raises StoreError."""

    path: Path

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        try:
            return super().execute(*arguments)
        except sqlite3.DatabaseError as error:
            raise self._in_words(error) from error

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        try:
            return super().executemany(*arguments)
        except sqlite3.DatabaseError as error:
            raise self._in_words(error) from error

    def _in_words(self, error: sqlite3.DatabaseError) -> Exception:
        if not any(word in str(error) for word in _OF_THE_WHOLE):
            return error
        return StoreError(
            Text(
                "the database {path} can't be written: {error}. Nothing more is recorded, and so nothing "
                "is done. Make room on the disk or see to the file; the next recalculation finishes what "
                "was begun",
                "в базу {path} нельзя писать: {error}. Больше ничего не записывается, поэтому ничего и не делается. "
                "Освободите место на диске или разберитесь с файлом; начатое завершит следующий запуск",
            )(path=self.path, error=error)
        )


def connect(folder: Path, now: datetime, on_trial: bool = False, patience: float = PATIENCE) -> sqlite3.Connection:
    """Open the database in `folder`, made and migrated as needed. A release that is `on_trial` migrates none: the one
    before it may come back. Whatever is written waits `patience` seconds for who holds it. Raises StoreError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE_NAME
    try:
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None, factory=Connection)
        connection.path = path
        path.chmod(0o600)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _migrate(connection, folder, now, on_trial)
    except sqlite3.Error as error:
        raise StoreError(
            Text("the database {path} can't be used: {error}", "база {path} непригодна: {error}")(
                path=path, error=error
            )
        ) from error
    return connection


def is_missing(folder: Path) -> bool:
    """No database yet, or one whose making was cut short before anything was in it."""
    path = folder / FILE_NAME
    return not path.exists() or not path.stat().st_size


def moment(at: datetime) -> str:
    """A local time as all tables hold it."""
    return at.isoformat(" ", "seconds")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; inside another transaction, part of that one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, folder: Path, now: datetime, on_trial: bool) -> None:
    migrations = _migrations()
    version = _version(connection)
    if version == len(migrations):
        return
    if version > len(migrations):
        raise StoreError(
            Text(
                "the database is of version {found}, this program knows {known}: install the newer program again",
                "версия базы {found}, программа знает {known}: установите более новую программу",
            )(found=version, known=len(migrations))
        )
    if version and on_trial:
        raise StoreError(
            Text(
                "the plugin is being upgraded; try again in a minute. If that lasts, run `install.sh install` again",
                "плагин обновляется, повторите через минуту. Если это не проходит, запустите `install.sh install`",
            )
        )
    if version:
        backups.copy_to(connection, backups.path_of(folder, now, f"-before-{version + 1:04}"))
    with transaction(connection):
        if version >= OUTBOX:
            from .outbox import begin_anew

            begin_anew(connection)
        bring_to(connection, len(migrations))


def newest_version() -> int:
    """The version of our schema that this program knows."""
    return len(_migrations())


def bring_to(connection: sqlite3.Connection, version: int) -> None:
    """Apply the migrations up to that version, as far as they are not applied."""
    with transaction(connection):
        for number, script in enumerate(_migrations()[:version], start=1):
            _apply(connection, number, script)


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    """One migration, in the transaction of all; skipped when another process came first."""
    if _version(connection) >= number:
        return
    for statement in _statements(script):
        connection.execute(statement)
    if number == LEDGER:
        from .conversions import fill_the_ledger

        fill_the_ledger(connection)
    connection.execute(f"PRAGMA user_version = {number:d}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrations() -> list[str]:
    files = sorted(Path(__file__).with_name("migrations").glob("*.sql"))
    return [file.read_text(encoding="utf-8") for file in files]


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit on its own."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def kept_error(error: Text) -> tuple[str, str]:
    """What stands in the columns `error` and `error_ru`."""
    return short(error.en, LONGEST_ERROR), short(error.ru, LONGEST_ERROR)


def error_of(row: sqlite3.Row) -> Text:
    """Such a failure again; one from before it was kept in Russian is told in English."""
    return Text(row["error"], row["error_ru"] or row["error"])
