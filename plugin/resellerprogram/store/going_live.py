"""Whether somebody has started the programme, and what the nights before that would have done (spec, section 5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime

from ..programme.effects import Way
from ..programme.values import dataclass
from .notes import STARTED, NoteStore

_COUNTED = {Way.STARTS: "starts", Way.RISES: "rises", Way.FALLS: "falls", Way.ENDS: "ends"}


@dataclass(frozen=True)
class Started:
    """When the programme was started first, and by whom; nobody is named where that was before it was asked for."""

    at: datetime
    who: str = ""


@dataclass(frozen=True)
class TrialNight:
    """What a night would have done: how many members there were, how many `with_tier`, and how many tiers went which
    way since the night before."""

    day: date
    members: int
    with_tier: int
    ways: Mapping[Way, int]


class GoingLiveStore:
    """A start is remembered for good: what stops afterwards is what goes by itself (setting `automatic`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._notes = connection, NoteStore(connection)

    def started(self) -> Started | None:
        """None while the programme only looks."""
        kept = self._notes.read(STARTED)
        return Started(datetime.fromisoformat(kept["at"]), kept["who"]) if kept else None

    def start(self, now: datetime, who: str) -> None:
        """The first time counts."""
        if self.started() is None:
            self._notes.write(STARTED, {"at": now.isoformat(), "who": who})

    def keep_night(self, night: TrialNight) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO trial_night (day, members, with_tier, starts, rises, falls, ends)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                night.day.isoformat(),
                night.members,
                night.with_tier,
                *(night.ways.get(way, 0) for way in _COUNTED),
            ),
        )

    def nights(self, count: int) -> list[TrialNight]:
        """The newest `count`, newest first."""
        rows = self._connection.execute("SELECT * FROM trial_night ORDER BY day DESC LIMIT ?", (count,))
        return [
            TrialNight(
                date.fromisoformat(row["day"]),
                row["members"],
                row["with_tier"],
                {way: row[name] for way, name in _COUNTED.items()},
            )
            for row in rows
        ]
