"""The mirror as everybody else sees it: kept, or not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from pathlib import Path

from ..panel.standstill import stands_still
from ..programme.errors import ResellerProgrammeError
from ..store import Store
from ..store.notes import MIRROR_TROUBLE
from .carrying import Mirror
from .errors import MirrorError, NotTheHolder

EVERY = 1.0
"""Seconds between two looks for changes to carry."""

log = logging.getLogger(__name__)


def kept_mirror(root: Path, store: Store, wanted: bool) -> AbstractContextManager[Mirror | None]:
    """The mirror for who writes to the panel."""
    return closing(Mirror(root, store)) if wanted else nullcontext()


def keep(root: Path, store: Store, mirror: Mirror | None = None, *, copies: bool = True) -> MirrorError | None:
    """Bring the mirror up to date, or end it where the settings want none any more. What keeps it is told, and on
    record for `status`; so is that another machine has taken over, which is raised (NotTheHolder). Who has something
    else to do leaves it to others to copy all into a mirror that is not whole, which may take minutes."""
    if stands_still(root):
        return None
    settings, outbox = store.settings.current(), store.outbox
    if not settings.mirror or (outbox.generation() is not None and outbox.schema() != settings.mirror_schema):
        _end(root, store)
        if mirror:
            mirror.close()
    if not settings.mirror:
        return None
    try:
        with nullcontext(mirror) if mirror else closing(Mirror(root, store)) as own:
            if copies:
                own.make_whole()
            own.carry()
    except (MirrorError, NotTheHolder) as error:
        told = [error.text.en, error.text.ru]
        if store.notes.read(MIRROR_TROUBLE) != told:
            log.warning("%s", error)
            store.notes.write(MIRROR_TROUBLE, told)
        if isinstance(error, NotTheHolder):
            raise
        return error
    if (copies or outbox.generation() is not None) and store.notes.read(MIRROR_TROUBLE):
        store.notes.forget(MIRROR_TROUBLE)
    return None


def _end(root: Path, store: Store) -> None:
    """What the mirror holds then is this database's past: nobody's to begin with, and replaced where a mirror is wanted
    again."""
    if store.outbox.generation() is not None:
        with closing(Mirror(root, store, store.outbox.schema())) as former:
            former.let_go()
        store.outbox.replace(store.outbox.term())
    if store.outbox.is_kept:
        store.outbox.end()
    if store.notes.read(MIRROR_TROUBLE):
        store.notes.forget(MIRROR_TROUBLE)


def carrying(root: Path, store: Store, clock: Callable[[], datetime]) -> AbstractContextManager[object]:
    """Keep the mirror meanwhile, where one is wanted."""
    return Carrier(root, clock) if store.settings.current().mirror else nullcontext()


class Carrier:
    """Keeps the mirror from a thread of its own, while who holds it does something else; what is carried is what a
    statement of SQLite has committed."""

    def __init__(self, root: Path, clock: Callable[[], datetime]) -> None:
        self._root, self._clock = root, clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="mirror", daemon=True)

    def __enter__(self) -> Carrier:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _carry(self) -> None:
        try:
            with Store(self._root, self._clock()) as store, closing(Mirror(self._root, store)) as mirror:
                while not self._ended.is_set():
                    if store.outbox.waits() or not mirror.is_whole:
                        keep(self._root, store, mirror)
                    self._ended.wait(EVERY)
        except ResellerProgrammeError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the mirror is not kept by this process any more")
