"""Whether the programme is well: what can be the matter, the gravest first, and how grave it is.

Who finds it out is doctor/health.py; what people read of it is in words/health.py.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import field

from .outcomes import State
from .text import Filling
from .values import dataclass


class Trouble(str, enum.Enum):
    """What can be the matter; in this order it is told."""

    CLOCK = "clock"
    SETTINGS = "settings"
    OVERDUE = "overdue"
    NO_NIGHT_YET = "no_night_yet"
    STANDS_STILL = "stands_still"
    MIRROR = "mirror"
    NOT_STARTED = "not_started"
    STOPPED = "stopped"
    PANEL_SILENT = "panel_silent"
    FALLS_WAIT = "falls_wait"
    NIGHT_FAILED = "night_failed"
    NIGHT_DIED = "night_died"
    CANT_RESTORE = "cant_restore"
    GIVEN_UP = "given_up"
    CLIENTS_WAIT = "clients_wait"
    QUEUE_IS_LATE = "queue_is_late"
    JOURNAL = "journal"
    PANEL_DIFFERS = "panel_differs"
    ODD_SETTING = "odd_setting"
    NOTICES_REFUSED = "notices_refused"
    NO_BACKUP = "no_backup"


CRITICAL = frozenset({Trouble.CLOCK, Trouble.SETTINGS, Trouble.OVERDUE, Trouble.NO_NIGHT_YET})
"""Discounts may be wrong by now, for everybody."""


@dataclass(frozen=True)
class Found:
    """One thing that is the matter, and what its words speak of: a count, hours, whom it concerns first."""

    trouble: Trouble
    values: Mapping[str, Filling] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return State.CRITICAL if self.trouble in CRITICAL else State.WARNING


def gravest(found: list[Found]) -> Found | None:
    """What is told first; None where all is well."""
    order = list(Trouble)
    return min(found, key=lambda each: order.index(each.trouble), default=None)
