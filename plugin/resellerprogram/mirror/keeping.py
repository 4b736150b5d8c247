"""The mirror as everybody else sees it: there, or not; PyMySQL is loaded only where one is kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..panel.standstill import stands_still
from ..programme.errors import ResellerProgrammeError
from ..programme.text import Text
from ..store import Store
from ..store.notes import MIRROR, MIRROR_TROUBLE
from .errors import AnotherMachine, MirrorError, MirrorUnreachable

if TYPE_CHECKING:
    from .carrying import Mirror

EVERY = 1.0
"""Seconds between two looks for changes to carry."""
_NO_PACKAGE = Text(
    "PyMySQL is missing; run `install.sh install --mirror`",
    "нет пакета PyMySQL: запустите `install.sh install --mirror`",
)

log = logging.getLogger(__name__)


def check_package() -> None:
    """Raises MirrorUnreachable where what speaks to the server is missing."""
    if find_spec("pymysql") is None:
        raise MirrorUnreachable(_NO_PACKAGE)


def mirror_of(root: Path, store: Store) -> Mirror:
    """The mirror of a panel whose settings want one. Raises MirrorUnreachable where its package is missing."""
    check_package()
    from .carrying import Mirror

    return Mirror(root, store)


def kept_mirror(root: Path, store: Store, wanted: bool) -> AbstractContextManager[Mirror | None]:
    """The mirror for who writes to the panel. Raises as `mirror_of`."""
    return closing(mirror_of(root, store)) if wanted else nullcontext()


def keep(root: Path, store: Store, mirror: Mirror | None = None) -> MirrorError | None:
    """Bring the mirror up to date, or end it where the settings want none any more. What keeps it is told, and on
    record for `status`; so is that another machine has taken over, which is raised (AnotherMachine)."""
    if stands_still(root):
        return None
    if not store.settings.current().mirror:
        if store.outbox.is_kept:
            store.outbox.end()
            store.notes.forget(MIRROR)
            store.notes.forget(MIRROR_TROUBLE)
        return None
    try:
        with nullcontext(mirror) if mirror else closing(mirror_of(root, store)) as own:
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
        try:
            with Store(self._root, self._clock()) as store, closing(mirror_of(self._root, store)) as mirror:
                while not self._ended.is_set():
                    if store.outbox.waits() or not mirror.is_whole:
                        keep(self._root, store, mirror)
                    self._ended.wait(EVERY)
        except ResellerProgrammeError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the mirror is not kept by this process any more")
