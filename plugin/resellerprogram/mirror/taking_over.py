"""Taking over on a second machine: what the mirror holds becomes the database here, and this machine the one that
writes (docs/second-machine.md)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..panel.standstill import check_may_write
from ..programme.errors import StoreError
from ..programme.text import Text
from ..store import database, folder_of
from ..store.notes import MIRROR_TROUBLE, NoteStore
from ..store.outbox import OutboxStore
from ..store.restoring import Restored, restore
from ..store.tasks import TaskStore
from .access import connect
from .errors import MirrorIsDamaged, MirrorIsMissing, NothingToTakeOver
from .machine import machine_of, renewed
from .tables import LEASE, MirrorTables, State

if TYPE_CHECKING:
    from .server import Server

_GLANCE = 0.5
_MORE = 5.0
_NOTHING = Text(
    "the panel's database holds no whole copy of the program's data", "в базе панели нет полной копии данных программы"
)
_AT_WORK = Text(
    "{holder} is at work and renews its claim. Stop it first (`touch etc/billmgr.DoNothing` in its panel's folder), "
    "then repeat this",
    "{holder} работает и подтверждает это. Сначала остановите её (`touch etc/billmgr.DoNothing` в папке её панели), "
    "затем повторите",
)
_NEWER = Text(
    "the copy is of version {found}, this program knows {known}: install the newer program here first",
    "версия копии {found}, программа знает {known}: сначала установите здесь более новую программу",
)


def what_is_there(root: Path, schema: str = "") -> State | None:
    """The mirror that could be taken over, None without a whole one. Raises MirrorUnreachable."""
    with closing(connect(root, schema)) as server, server.told():
        return MirrorTables(server).whole()


def take_over(
    root: Path, now: datetime, patience: float, schema: str = "", waiting: Callable[[str], None] = lambda holder: None
) -> Restored:
    """Wait until the machine that holds the mirror was not heard of for `LEASE` seconds (`waiting` is told whose), then
    hold it and put its content in the database's place; what was there is kept beside it.

    Raises PanelStandsStill, MirrorUnreachable, NothingToTakeOver, MirrorIsDamaged, StoreError, AnotherRunActive.
    """
    check_may_write(root)
    folder = folder_of(root)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    machine = machine_of(folder)
    with closing(connect(root, schema)) as server, server.told():
        tables = MirrorTables(server)
        state = tables.whole()
        if state is None:
            raise NothingToTakeOver(_NOTHING)
        if state.version > database.newest_version():
            raise StoreError(_NEWER(found=state.version, known=database.newest_version()))
        knows_since = machine.term in (0, state.term)
        _take(server, tables, machine.name, state.holder, waiting)
        with TemporaryDirectory(dir=folder, prefix="take-over-") as aside:
            file = Path(aside) / "mirror.db"
            term = server.together(lambda: _written(tables, file, schema))
            if knows_since:  # also when this is cut short and done again
                machine = renewed(folder, machine, 0.0, False, term)
            restored = restore(root, file, now, patience, of_mirror=True, journal_is_old=not knows_since)
        renewed(folder, machine, 0.0, False, term)
        return restored


def _take(server: Server, tables: MirrorTables, me: str, holder: str, waiting: Callable[[str], None]) -> None:
    """The servers of two machines may have clocks that differ: a lease that seems to last is over, too, when nobody
    renews it."""
    begun, until, silent = time.monotonic(), None, None
    while not server.together(partial(tables.take, me, silent)):
        state = tables.state()
        if state is None:
            raise MirrorIsMissing
        if until is None:
            waiting(holder)
        if state.until != until:
            until, since = state.until, time.monotonic()
        if time.monotonic() > begun + LEASE + _MORE:
            raise NothingToTakeOver(_AT_WORK(holder=holder))
        time.sleep(_GLANCE)
        silent = until if time.monotonic() > since + LEASE else None


def _written(tables: MirrorTables, file: Path, schema: str) -> int:
    """A database of what the mirror holds at this moment; tells its term."""
    state = tables.state(to_change=True)
    if state is None:
        raise MirrorIsMissing
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        database.bring_to(connection, state.version)
        outbox = OutboxStore(connection)
        known = {table.name: table for table in outbox.tables()}
        with database.transaction(connection):
            for table in known.values():
                table.clear()
            for name, _, content in tables.rows(state.generation):
                try:
                    known[name].put(content)
                except (LookupError, TypeError, ValueError, sqlite3.Error) as error:
                    raise MirrorIsDamaged(name, error) from error
            NoteStore(connection).forget(MIRROR_TROUBLE)
            outbox.is_carried_as(state.generation, state.term, schema)
            outbox.begin()
            outbox.go_on_after(state.position)
            TaskStore(connection).moved_here()
    return state.term
