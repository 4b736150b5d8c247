"""Putting a backup in the place of the database: looked at first, the present one kept, nothing set aside lost.

The content is copied into the file that is there, so that whoever has it open goes on with what was restored.
"""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from contextlib import closing
from datetime import datetime
from gzip import BadGzipFile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..programme.errors import StoreError
from ..programme.text import Text
from . import Store, backups, database, folder_of
from .journal import FILE_NAME as JOURNAL
from .journal import Journal
from .lock import only_one
from .outbox import begin_anew
from .set_aside import Reconciliation

_OURS = {"setting", "decision", "owned_discount", "queue", "run"}
"""Tables that every version of our database has."""


class Restored(NamedTuple):
    """Where the database that was there is kept (None when there was none), and what the journal added."""

    former: Path | None
    set_aside: Reconciliation


def restore(
    root: Path,
    file: Path,
    now: datetime,
    patience: float = 0.0,
    *,
    of_mirror: bool = False,
    journal_is_old: bool = False,
) -> Restored:
    """Put the copy `file` in place; one `of_mirror` goes on where the mirror is, of any other a mirror is made anew.
    `journal_is_old`: another machine has gone on with what was set aside since this one wrote it down; it is put beside
    the database that was there. Raises AnotherRunActive, StoreError (nothing was changed), OSError."""
    folder = folder_of(root)
    live = folder / database.FILE_NAME
    if not file.is_file():
        raise StoreError(Text("{file}: there is no such file", "{file}: нет такого файла")(file=file))
    if live.exists() and file.samefile(live):
        raise StoreError(
            Text("{file} is the database itself; name a backup", "{file} — это сама база; укажите резервную копию")(
                file=file
            )
        )
    with only_one(folder, "restore", now, patience), TemporaryDirectory(dir=folder, prefix="restore-") as aside:
        checked = _checked(file, Path(aside), now)
        if journal_is_old:
            _put_away(Journal(root / "var" / JOURNAL), backups.path_of(folder, now, "-before-restore"))
        former = _replace(folder, checked, now)
        with Store(root, now) as store:
            if not of_mirror:
                begin_anew(store.connection)
            return Restored(former, store.set_aside.reconcile(now))


def _checked(file: Path, aside: Path, now: datetime) -> Path:
    """A copy of the backup, found whole, ours, and brought to our version."""
    copy = aside / database.FILE_NAME
    try:
        backups.unpack(file, copy)
        ahead = file.with_name(file.name + "-wal")
        if ahead.exists():
            shutil.copyfile(ahead, copy.with_name(copy.name + "-wal"))
        with closing(sqlite3.connect(copy)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (sqlite3.Error, EOFError, BadGzipFile, zlib.error) as error:
        found, tables = [str(error)], set()
    if found != ["ok"]:
        raise StoreError(
            Text(
                "{file} is damaged or no database: {error}. Nothing was changed; take another backup",
                "{file} повреждён или не база: {error}. Ничего не изменено; возьмите другую копию",
            )(file=file, error="; ".join(found))
        )
    if not tables >= _OURS:
        raise StoreError(
            Text(
                "{file} is a database of something else. Nothing was changed",
                "{file} — база другой программы. Ничего не изменено",
            )(file=file)
        )
    database.connect(aside, now).close()
    return copy


def _replace(folder: Path, checked: Path, now: datetime) -> Path | None:
    live = folder / database.FILE_NAME
    if database.is_missing(folder):
        live.touch(mode=0o600)
        _copy(checked, live)
        return None
    former = backups.path_of(folder, now, "-before-restore")
    try:
        with closing(sqlite3.connect(live, timeout=30)) as connection:
            backups.copy_to(connection, former)
        _copy(checked, live)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise StoreError(
                Text("the database is in use: {error}. Try again", "база занята: {error}. Повторите")(error=error)
            ) from error
        _move_away(live, former)
        live.touch(mode=0o600)
        _copy(checked, live)
    return former


def _put_away(journal: Journal, former: Path) -> None:
    """A new one begins with what waits in the database."""
    former.parent.mkdir(mode=0o700, exist_ok=True)
    with journal.held():
        journal.path.replace(former.with_suffix(journal.path.suffix))


def _move_away(live: Path, former: Path) -> None:
    """One that is damaged is kept as it is, with what belongs to it."""
    former.parent.mkdir(mode=0o700, exist_ok=True)
    for ending in ("", "-wal", "-shm"):
        part = live.with_name(live.name + ending)
        if part.exists():
            part.replace(former.with_name(former.name + ending))


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target, timeout=30)) as taking:
        given.backup(taking)
