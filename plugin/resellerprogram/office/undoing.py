"""Undoing a run: whoever wants it is told what that takes and gives, and the programme stands still afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..programme.deeds import UNDO
from ..programme.effects import Way, way_together
from ..programme.ids import AccountId
from ..programme.verdict import Part, Verdict, judge
from ..store.runs import Run
from . import Office

if TYPE_CHECKING:
    from ..recalculation.undo import Undoable


class Undoing:
    """What the office can tell of it from the records, and what it decides."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def runs(self, count: int) -> list[Run]:
        """The newest runs that changed discounts."""
        return self._store.runs.that_wrote(count)

    def of(self, number: int) -> Undoable:
        """What undoing that run would do. Raises BadInput."""
        from ..recalculation.undo import undoable  # much to load, and a list of runs needs none of it

        return undoable(self._store, number)

    def verdict(self, undoable: Undoable) -> Verdict:
        """How many clients go which way by it."""
        parts = (
            Part(way_together(each.way for each in changes) or Way.OTHER, 0, changes)
            for changes in undoable.changes.values()
        )
        return judge(parts, self._store.classes.of_types())

    def names(self, accounts: Iterable[AccountId]) -> Mapping[int, str]:
        """What they are called."""
        return self._store.standings.names(accounts)

    def begin(self, number: int, reason: str) -> None:
        """Before anything is taken back: what goes by itself stops, else the next night would write it again. Who
        wanted it and why is on record."""
        self._office.going_live.stop()
        self._office.record(UNDO, str(number), "", reason)
