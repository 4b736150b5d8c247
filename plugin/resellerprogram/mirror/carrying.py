"""Carrying changes into the mirror, and being the one machine that may write to the panel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..programme.text import Text
from ..store import Store
from ..store.lock import as_carrier
from ..store.notes import MIRROR_TROUBLE
from ..store.outbox import OutboxStore
from .access import connect
from .errors import (
    AnotherMachine,
    MirrorBehind,
    MirrorError,
    MirrorIsMissing,
    MirrorIsOld,
    MirrorOfOthers,
    MirrorUnreachable,
    NotTheHolder,
    PerhapsAnother,
)
from .machine import Machine, machine_of, renewed
from .tables import LEASE, MirrorTables, State

if TYPE_CHECKING:
    from .server import Server

TOGETHER = 500
"""Changes that go in one transaction."""
FRESH = 5.0
"""Seconds after which a lease that nothing was carried with is renewed."""

RESTS = 10.0
"""Seconds for which a mirror that was away is not asked again before each write."""

_NOT_WHOLE = Text(
    "the copy in the panel's database is not complete yet; the next reconciliation goes on with it",
    "копия в базе панели ещё не полна; её продолжит ближайшая сверка",
)

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


def held_by(machine: Machine, state: State | None) -> State:
    """The state of a mirror that this machine holds. Raises MirrorIsMissing, AnotherMachine."""
    if state is None:
        raise MirrorIsMissing
    if not machine.is_called(state.holder, state.over):
        raise AnotherMachine(state.holder)
    return state


def holding(outbox: OutboxStore, state: State) -> State:
    """The state of a mirror that holds the database of this outbox. Raises MirrorIsOld, MirrorOfOthers."""
    generation = outbox.generation() or 0
    if outbox.term() == state.term and state.generation < generation:
        raise MirrorIsOld
    if (outbox.term(), generation) != (state.term, state.generation) or outbox.newest() < state.position:
        raise MirrorOfOthers(state.holder)
    return state


class Mirror:
    """The mirror of the database of `store`, as this machine sees it. The connection is made when it is needed, and
    anew after it was lost."""

    def __init__(self, root: Path, store: Store, schema: str | None = None) -> None:
        """In the database that the settings name, or another `schema`."""
        self._root, self._store, self._given, self._schema = root, store, schema, ""
        self._machine = machine_of(store.folder)
        self._server: Server | None = None
        self._renewed = self._used = 0.0
        self._away: MirrorUnreachable | None = None
        self._away_since = 0.0

    def before_write(self) -> None:
        """Before the panel is asked to change anything: what is on record here is in the mirror, and this machine is
        still the one that may. A mirror that can't be reached holds up nobody who is alone.

        Raises NotTheHolder.
        """
        if self._away and time.monotonic() - self._away_since < RESTS:
            keeps: Text | None = self._away.text
        else:
            keeps = self._keeps_from_carrying()
        if keeps and not self._machine.may_go_on(time.time()):
            raise PerhapsAnother(keeps)

    def before_suspending(self) -> None:
        """What is about to be deleted in the panel must be in the mirror. Raises MirrorBehind, NotTheHolder."""
        keeps = self._keeps_from_carrying() or (None if self.is_whole else _NOT_WHOLE)
        if keeps:
            raise MirrorBehind(keeps)

    def before_what_is_done_once(self) -> None:
        """That a client is told something, or given back a discount, must be in the mirror, where another machine could
        take over and do it again; it waits also while all is being copied there. Raises MirrorBehind, NotTheHolder."""
        being_copied = not self.is_whole and not self._store.notes.read(MIRROR_TROUBLE)
        if self._machine.alone and not being_copied:
            self.before_write()
        else:
            self.before_suspending()

    def _keeps_from_carrying(self) -> Text | None:
        """Carry all that waits; what keeps us from it, that passes. Raises NotTheHolder."""
        try:
            self.carry()
        except MirrorOfOthers as error:
            raise PerhapsAnother(error.text) from error
        except MirrorError as error:
            log.warning("%s", error)
            return error.text
        return None

    def carry(self) -> bool:
        """Carry all that waits, and renew the lease; whether the mirror is whole then. Raises AnotherMachine,
        MirrorError."""
        with self._connected() as server:
            tables = MirrorTables(server)
            if not self.is_whole:
                self._check_no_other(server, tables)
                return False
            try:
                while self._step(server, tables):
                    pass
            except MirrorIsOld:
                self._store.outbox.replace(self._store.outbox.term())
                raise
        return True

    @property
    def is_whole(self) -> bool:
        """Whether all of this database is in the mirror, but for what waits."""
        return self._store.outbox.generation() is not None

    def make_whole(self) -> None:
        """Where the mirror holds nothing of this database yet: all of it is carried, under one number of its own, and
        takes the place of what was there when it is whole. One process at a time. Raises as `carry`."""
        with as_carrier(self._store.folder) as alone:
            if not alone or self.is_whole:
                return
            with self._connected() as server:
                self._copy(server)

    def let_go(self) -> None:
        """Where nothing is carried any more, what the mirror holds grows old: no machine is to begin with it."""
        try:
            with self._connected() as server:
                tables = MirrorTables(server)

                def ended() -> None:
                    self._own(tables.state(to_change=True))
                    tables.is_not_whole()

                server.together(ended)
        except (MirrorError, NotTheHolder) as error:
            log.warning("what the mirror holds is not carried on, and could not be marked so: %s", error)

    def close(self) -> None:
        if self._server:
            self._server.close()
        self._server = None

    @contextmanager
    def _connected(self) -> Iterator[Server]:
        """The connection; one that was lost is let go, so that the next is a new one. One that was not used for a while
        may have been cut by the server, or on the way there."""
        try:
            if self._server and time.monotonic() - self._used > FRESH and not self._server.lives():
                self.close()
            if self._server is None:
                wanted = self._store.settings.current().mirror_schema
                self._schema = wanted if self._given is None else self._given
                self._server = connect(self._root, self._schema)
            yield self._server
        except MirrorUnreachable as error:
            self._away, self._away_since = error, time.monotonic()
            self.close()
            raise
        self._away, self._used = None, time.monotonic()

    def _step(self, server: Server, tables: MirrorTables) -> bool:
        """One transaction; whether more waits."""
        outbox = self._store.outbox
        if not outbox.waits() and time.monotonic() - self._renewed < FRESH:
            with server.told():
                self._checked(tables.state())
            return False

        def work() -> tuple[State, int, int]:
            state = self._checked(tables.state(to_change=True))
            if not outbox.follows_on(state.position):
                raise MirrorIsOld
            changes = outbox.next(state.position, TOGETHER)
            if changes:  # a mirror that knew more after a power cut than this machine would be another's
                outbox.reaches_the_disk()
            tables.put(state.generation, [row for _, row in changes])
            last = changes[-1][0] if changes else state.position
            tables.carried(last, self._machine.name)
            return state, last, len(changes)

        begun = time.time()
        state, last, count = server.together(work)
        self._held(begun, server, state)
        outbox.drop(last)
        return count == TOGETHER

    def _check_no_other(self, server: Server, tables: MirrorTables) -> None:
        with server.told():
            state = tables.whole()
        if state:
            self._own(state)

    def _own(self, state: State | None) -> State:
        return held_by(self._machine, state)

    def _checked(self, state: State | None) -> State:
        return holding(self._store.outbox, self._own(state))

    def _held(self, begun: float, server: Server, state: State) -> None:
        self._renewed = time.monotonic()
        self._machine = renewed(
            self._store.folder, self._machine, begun + LEASE, state.term == 1 and not server.is_cluster, state.term
        )

    def _copy(self, server: Server) -> None:
        tables, outbox = MirrorTables(server), self._store.outbox
        server.together(lambda: tables.make(self._machine.name))
        try:
            with server.told():
                before = self._own(tables.state())
        except AnotherMachine:  # what a person has allowed before they knew
            outbox.replace(self._machine.term)
            raise
        if before.generation and not outbox.may_replace(before.term):
            raise MirrorOfOthers(before.holder)
        outbox.replace(before.term)
        outbox.begin()
        outbox.go_on_after(max(outbox.newest(), before.position))
        generation = before.generation + 1
        self._sweep_out(server, tables, before)
        with outbox.at_one_moment():
            position = outbox.newest()
            version = int(self._store.connection.execute("PRAGMA user_version").fetchone()[0])
            rows = chain.from_iterable(table.rows() for table in outbox.tables())
            for part in iter(lambda: list(islice(rows, TOGETHER)), []):
                self._holding(server, tables, before, partial(tables.put, generation, part))
        outbox.reaches_the_disk()
        self._holding(server, tables, before, lambda: tables.is_whole(generation, position, version))
        outbox.is_carried_as(generation, before.term, self._schema)
        outbox.drop(position)
        self._sweep_out(server, tables, replace(before, generation=generation))
        log.info("the mirror is whole: generation %s up to change %s", generation, position)

    def _holding(self, server: Server, tables: MirrorTables, held: State, work: Callable[[], Outcome]) -> Outcome:
        """`work` in one transaction, while the mirror is still this machine's as it was when it began; the lease is
        renewed with that. Raises AnotherMachine, MirrorOfOthers."""

        def still() -> Outcome:
            state = self._own(tables.state(to_change=True))
            if (state.term, state.generation) != (held.term, held.generation):
                raise MirrorOfOthers(state.holder)
            tables.renew(self._machine.name)
            return work()

        begun = time.time()
        done = server.together(still)
        self._held(begun, server, held)
        return done

    def _sweep_out(self, server: Server, tables: MirrorTables, held: State) -> None:
        while self._holding(server, tables, held, lambda: tables.others(held.generation, TOGETHER)) == TOGETHER:
            pass
