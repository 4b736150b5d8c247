"""The mirror as everybody else sees it: there, or not; PyMySQL is loaded only where one is kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..panel.standstill import stands_still
from ..programme.text import Text
from ..store import Store
from ..store.notes import MIRROR, MIRROR_TROUBLE

if TYPE_CHECKING:
    from .carrying import Mirror
    from .errors import MirrorError

EVERY = 1.0
"""Seconds between two looks for changes to carry."""
NO_PACKAGE = Text(
    "PyMySQL is missing; run `install.sh install --mirror`",
    "нет пакета PyMySQL: запустите `install.sh install --mirror`",
)

log = logging.getLogger(__name__)


def mirror_of(root: Path, store: Store) -> Mirror | None:
    """The mirror that the settings want, None without one. Raises MirrorUnreachable where its package is missing."""
    if not store.settings.current().mirror:
        return None
    try:
        from .carrying import Mirror
    except ModuleNotFoundError as error:
        from .errors import MirrorUnreachable

        raise MirrorUnreachable(NO_PACKAGE) from error
    return Mirror(root, store)


@contextmanager
def kept_mirror(root: Path, store: Store, wanted: bool) -> Iterator[Mirror | None]:
    """The mirror for who writes to the panel. Where its package is missing, nothing is suspended."""
    mirror = mirror_of(root, store) if wanted else None
    try:
        yield mirror
    finally:
        if mirror:
            mirror.close()


def keep(root: Path, store: Store, mirror: Mirror | None = None) -> MirrorError | None:
    """Bring the mirror up to date, or end it where the settings want none any more. What keeps it is told, and on
    record for `status`; so is that another machine has taken over, which is raised (AnotherMachine)."""
    from .errors import AnotherMachine, MirrorError

    if stands_still(root):
        return None
    if not store.settings.current().mirror:
        if store.outbox.is_kept:
            store.outbox.end()
            store.notes.forget(MIRROR)
            store.notes.forget(MIRROR_TROUBLE)
        return None
    own = None
    try:
        own = mirror or mirror_of(root, store)
        assert own is not None  # noqa: S101  the settings want one
        own.make_whole()
        own.carry()
    except (MirrorError, AnotherMachine) as error:
        told = [error.text.en, error.text.ru]
        if store.notes.read(MIRROR_TROUBLE) != told:
            log.warning("%s", error)
            store.notes.write(MIRROR_TROUBLE, told)
        if isinstance(error, AnotherMachine):
            raise
        return error
    finally:
        if own and not mirror:
            own.close()
    if store.notes.read(MIRROR_TROUBLE):
        store.notes.forget(MIRROR_TROUBLE)
    return None


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
        from ..programme.errors import ResellerProgrammeError

        try:
            with Store(self._root, self._clock()) as store:
                mirror = mirror_of(self._root, store)
                while mirror and not self._ended.is_set():
                    if store.outbox.waits() or not mirror.is_whole:
                        keep(self._root, store, mirror)
                    self._ended.wait(EVERY)
                if mirror:
                    mirror.close()
        except ResellerProgrammeError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the mirror is not kept by this process any more")
