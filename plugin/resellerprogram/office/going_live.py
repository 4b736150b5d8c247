"""Starting the programme, and stopping what goes by itself (spec, section 5)."""

from __future__ import annotations

from ..programme.deeds import START, STOP
from ..store.database import transaction
from . import Office


class GoingLive:
    """What the office decides of the whole programme."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def start(self) -> None:
        """From now on discounts are written, at once and every night. What has been looked at is applied by whoever
        asked for the start; if that dies, the next run does it."""
        with transaction(self._store.connection):
            self._store.going_live.start(self._office.clock(), self._office.author.name)
            self._automatic("on")
            self._office.record(START)

    def stop(self) -> None:
        """Payments and nights change nothing any more; the discounts stay as they are."""
        with transaction(self._store.connection):
            self._automatic("off")
            self._office.record(STOP)

    def _automatic(self, text: str) -> None:
        self._store.settings.set("automatic", text)
