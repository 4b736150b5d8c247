"""Copies of the database: there as a whole or not at all, and those of the nights packed, and few.

Of the nights the last seven are kept, and of each of the eight weeks before them the first, so that what is on record
is not multiplied by its copies.
"""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from ..programme.errors import StoreError
from ..programme.text import Text, same

PACKED = ".gz"
NIGHTS, WEEKS = 7, 8
_NIGHTLY = "-nightly"
_OF_A_NIGHT = rf"(\d{{8}}-\d{{6}}){_NIGHTLY}\.db(\{PACKED})?"
_STAMP = "%Y%m%d-%H%M%S"
_BEGUN = ".part"
_OF_A_DATABASE = b"SQLite format 3\0"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_MEGABYTE = 1_000_000


def path_of(folder: Path, now: datetime, note: str = "") -> Path:
    """Where a copy of the database in `folder` that is made `now` goes."""
    return folder / "backups" / f"{now:{_STAMP}}{note}.db"


def copy_to(connection: sqlite3.Connection, target: Path) -> Path:
    """A consistent copy at `target`, readable by its owner alone; packed where its name ends like that.

    Raises StoreError where there is no room or no place for it, and sqlite3.DatabaseError where the database itself is
    damaged; then nothing of it is left, and what was there before is.
    """
    begun = target.with_name(target.name + _BEGUN)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_another_file(target)
        begun.touch(mode=0o600)
        with closing(sqlite3.connect(begun)) as copy:
            connection.backup(copy)
        if target.suffix == PACKED:
            _pack(begun)
        begun.replace(target)
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error, sqlite3.Error) and not _is_full(error):
            raise
        raise _not_made(connection, target, error) from error
    finally:
        begun.unlink(missing_ok=True)
    return target


def of_the_night(connection: sqlite3.Connection, folder: Path, now: datetime) -> Path:
    """Tonight's copy; those that are not kept any more go first, as they may be what takes the room. Raises
    StoreError."""
    target = path_of(folder, now, _NIGHTLY).with_suffix(f".db{PACKED}")
    made = {path: _made_at(path) for path in target.parent.glob(f"*{_NIGHTLY}.db*")}
    nights = {path: at for path, at in made.items() if at}
    keep = kept([*nights.values(), now])
    for path, at in made.items():
        if (at not in keep) if at else path.suffix == _BEGUN:
            path.unlink()
    return copy_to(connection, target)


def kept(nights: Collection[datetime]) -> set[datetime]:
    """Which of these copies stay: of a day the last, of the last seven days all, of the eight weeks before them the
    first of each. Nights without one are not counted, so that a host that stood still finds its copies again."""
    of_days: dict[date, datetime] = {at.date(): at for at in sorted(nights)}
    newest_first = sorted(of_days.values(), reverse=True)
    of_weeks = {at.isocalendar()[:2]: at for at in newest_first[NIGHTS:]}
    return {*newest_first[:NIGHTS], *sorted(of_weeks.values(), reverse=True)[:WEEKS]}


def unpack(file: Path, target: Path) -> None:
    """The database that a copy holds, packed or not, in `target`. Raises OSError, EOFError and zlib.error for one that
    is not whole."""
    import gzip
    import shutil

    with open(file, "rb") as begins:
        packed = begins.read(2) == b"\x1f\x8b"
    target.touch(mode=0o600)
    with gzip.open(file) if packed else open(file, "rb") as source, open(target, "wb") as taken:
        shutil.copyfileobj(source, taken, _MEGABYTE)


def _pack(file: Path) -> None:
    """In its own place."""
    import gzip
    import shutil

    packed = file.with_name(file.name + _BEGUN)
    try:
        packed.touch(mode=0o600)
        with open(file, "rb") as source, gzip.open(packed, "wb", 6) as taking:
            shutil.copyfileobj(source, taking, _MEGABYTE)
        packed.replace(file)
    finally:
        packed.unlink(missing_ok=True)


def _made_at(path: Path) -> datetime | None:
    """When a nightly copy was made; None for what is none, such as the rest of one that was cut short."""
    found = re.fullmatch(_OF_A_NIGHT, path.name)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], _STAMP)
    except ValueError:
        return None


def _refuse_another_file(target: Path) -> None:
    """A copy may take the place of a copy, and of nothing else. Raises StoreError."""
    if not target.exists():
        return
    with open(target, "rb") as file:
        begins = file.read(len(_OF_A_DATABASE))
    if begins not in (b"", _OF_A_DATABASE) and not begins.startswith(b"\x1f\x8b"):
        raise StoreError(Text("{path} is there already and no database", "{path} уже есть, и это не база")(path=target))


def _is_full(error: Exception) -> bool:
    """Whether the disk has no room; SQLite and the system say so in their own ways."""
    return "full" in str(error) if isinstance(error, sqlite3.Error) else getattr(error, "errno", 0) in _NO_ROOM


def _not_made(connection: sqlite3.Connection, target: Path, error: Exception) -> StoreError:
    told = same(str(getattr(error, "strerror", None) or error))
    if _is_full(error):
        (size,) = connection.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()
        told = Text(
            "there is no room on the disk; while it is made it needs up to {size} MB. Make room, or put {folder} "
            "elsewhere by a link",
            "на диске нет места; пока она делается, нужно до {size} МБ. Освободите место или вынесите {folder} "
            "по ссылке",
        )(size=2 * size // _MEGABYTE + 1, folder=target.parent)
    return StoreError(
        Text(
            "the backup {path} was not made: {why}. Nothing of it is left; what was there before is",
            "копия {path} не сделана: {why}. От неё ничего не осталось; прежние копии на месте",
        )(path=target, why=told)
    )
