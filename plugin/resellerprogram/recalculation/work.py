"""Working through the queue: one worker at a time (R6)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from ..mirror.errors import NotTheHolder
from ..mirror.keeping import keep
from ..panel.standstill import stands_still
from ..programme.errors import AnotherRunActive, ClockJumped, ClockUnreadable, ResellerProgrammeError
from ..store import Store
from ..store.lock import as_worker, only_one
from ..store.notes import FACTS
from .drain import CAUSE, ROUND, drain
from .run import Clock, check_clock_of, working_on

STAYS = timedelta(seconds=60)
GLANCE = 0.1
WAITS = 3600.0
"""Seconds that a worker lets another run finish. A run over all answers the queue by itself meanwhile."""

Wait = Callable[["timedelta | None"], bool]
"""Told how long it is until something may be tried again (None: nothing waits), waits for that or for something new;
False ends the work."""

log = logging.getLogger(__name__)


def a_minute(pause: timedelta | None) -> bool:
    """Wait for what may be tried again within a minute; the rest is left to the next sweep."""
    if pause is None or pause > STAYS:
        return False
    time.sleep(GLANCE)
    return True


def work(root: Path, store: Store, clock: Clock, wait: Wait = a_minute) -> None:
    """Answer the queue until nothing is due and `wait` ends it. Of two workers the second ends at once.

    The first looks into the queue again after it has stopped being the worker, so that what an event put in meanwhile
    is not left behind.
    """
    while _clock_is_right(store, clock):
        with as_worker(store.folder) as alone:
            if not alone:
                return
            try:
                _serve(root, store, clock, wait)
            except NotTheHolder as lost:
                log.warning("%s", lost)
                return
        if not (_may_go_on(root, store) and store.queue.next_due(clock())):
            return


def _serve(root: Path, store: Store, clock: Clock, wait: Wait) -> None:
    while _may_go_on(root, store):
        time.tzset()  # the host's zone may have been changed since this process began (spec, section 4)
        if not _clock_is_right(store, clock):
            return
        if store.queue.next_due(clock()):
            if not _round(root, store, clock):
                return
        elif not wait(store.queue.next_pause(clock())):
            return


def _may_go_on(root: Path, store: Store) -> bool:
    return store.settings.current().automatic and not stands_still(root)


def _clock_is_right(store: Store, clock: Clock) -> bool:
    """A row that was tried on a wrong day would wait for that day to come."""
    try:
        check_clock_of(store, clock().date())
    except (ClockJumped, ClockUnreadable) as wrong:
        log.error("%s", wrong)
        return False
    return True


def _round(root: Path, store: Store, clock: Clock) -> bool:
    """One round of the queue; False when somebody else holds on to the panel for too long."""
    try:
        keep(root, store, copies=False)
        with only_one(store.folder, CAUSE, clock(), WAITS):
            store.set_aside.reconcile(clock())
            many = store.queue.due_count(clock()) > ROUND
            with working_on(root, store, clock().date(), large=many, quick=True) as context:
                drained = drain(context, clock, None if many else ROUND)
    except NotTheHolder:
        raise
    except AnotherRunActive as busy:
        log.warning("%s", busy)
        return False
    except ResellerProgrammeError as error:  # the panel could not even be opened
        log.error("%s", error)
        first = store.queue.next_due(clock())
        if first:
            store.queue.failed(first.id, error.what_happened, clock(), may_die=False)
        store.notes.forget(FACTS)
        return True
    if isinstance(drained.stopped, NotTheHolder):  # what is due stays due: who went on would ask the panel for ever
        raise drained.stopped
    if drained.doubtful:
        store.notes.forget(FACTS)
    return True
