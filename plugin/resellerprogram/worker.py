"""The worker process: started by an event, a page or a sweep, detached from the panel.

First it carries out what administrators have started from pages; a payment that comes meanwhile starts another one.
Then it answers the queue, and stays for a while, loaded and listening, so that the next payment does not wait for a
program to start; sweeps see to it that one is there. It ends when nothing came for that while, and when the plugin is
upgraded or removed.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from pathlib import Path

from .host.clock import Clock, clock_of
from .host.logfile import log_to
from .mirror.keeping import carrying
from .programme.errors import ResellerProgrammeError
from .recalculation.work import a_minute, work
from .store import Store
from .store.bell import Bell

LINGERS = 600.0
OURSELVES = Path(__file__).resolve()
GLANCES = 5.0
"""Seconds between two looks whether the plugin is still the one that started this process."""


def main(root: Path) -> None:
    """Be a worker of the panel in `root`. What goes wrong is in the log and in the queue."""
    log_to(root)
    clock = clock_of(root)
    try:
        with Store(root, clock()) as store:
            bell = Bell(store.folder)
            try:
                with carrying(root, store, clock):
                    # a plan over everybody takes memory that does not come back: who made one does not stay
                    tasks = _carry_out_tasks(root, store, clock)
                    work(root, store, clock, a_minute if tasks else Lingering(root, bell))
            finally:
                bell.close()
            if OURSELVES.exists():
                from .doctor.checks import tell_if_overdue  # much to load for what hardly ever matters

                tell_if_overdue(root, store, clock())
    except ResellerProgrammeError as error:
        logging.getLogger(__name__).error("the worker stopped; the next sweep goes on: %s", error)
    except Exception:
        logging.getLogger(__name__).exception("the worker failed; the next sweep goes on")


def _carry_out_tasks(root: Path, store: Store, clock: Clock) -> bool:
    if not store.tasks.next():
        return False
    from .office.tasks import carry_out_all  # much to load for a payment

    return carry_out_all(root, store, clock)


class Lingering:
    """Waits for the bell, or for what may be tried again."""

    def __init__(self, root: Path, bell: Bell) -> None:
        self._installed = root / "lib" / "resellerprogram" / "current" / "site" / "resellerprogram" / "worker.py"
        self._bell = bell

    def __call__(self, pause: timedelta | None) -> bool:
        until = time.monotonic() + (LINGERS if pause is None else min(LINGERS, pause.total_seconds()))
        while self._installed.resolve() == OURSELVES:
            left = until - time.monotonic()
            if self._bell.listen(max(0.0, min(left, GLANCES))):
                return True
            if left <= GLANCES:
                return pause is not None
        return False
