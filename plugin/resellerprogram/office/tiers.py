"""Tables of tiers (R1): from which day on, and what they do to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from ..programme import bounds
from ..programme.deeds import TIERS
from ..programme.effects import Way, way_of_tier
from ..programme.errors import TierTableError
from ..programme.ids import AccountId
from ..programme.text import Text
from ..programme.tiers import ServiceClass, Tier, TierTable
from ..store.database import transaction
from . import Office


@dataclass(frozen=True)
class Effect:
    """What another tier table does to an account as it stands: its tier before and after, and which `way` that
    is."""

    account: AccountId
    name: str
    turnover: Decimal
    before: Tier | None
    after: Tier | None
    way: Way


@dataclass(frozen=True)
class Effects:
    """How many rise and fall, and the first of them."""

    rises: int
    falls: int
    first: tuple[Effect, ...]

    def __bool__(self) -> bool:
        return self.rises + self.falls > 0


@dataclass(frozen=True)
class _Step:
    """Turnovers from `low` up to but not including `high` (None: without end), and what they mean in two tables."""

    low: Decimal | None
    high: Decimal | None
    before: Tier | None
    after: Tier | None

    @property
    def way(self) -> Way | None:
        return way_of_tier(self.before, self.after)


class Tiers:
    """What the office decides of the table."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def put(self, table: TierTable, first_day: date, seen: int | None = None) -> int:
        """Let a table hold from `first_day` on; tells its version. `seen` is the newest version when the change began.

        Raises TierTableError for a day that is over or a tier that somebody is pinned to and that is gone, EditConflict
        when somebody else changed the tiers meanwhile.
        """
        today, store = self._office.clock().date(), self._store
        bounds.within(first_day, "first_day")
        if first_day < today:
            raise TierTableError(
                Text(
                    "{day} is over: the past keeps the table that it had",
                    "{day} уже прошло: прошлое остаётся со своей таблицей",
                )(day=first_day),
                field="first_day",
            )
        with transaction(store.connection):
            if seen is not None and seen != store.tiers.newest():
                raise self._office.conflict(TIERS)
            before = store.tiers.on(first_day)
            self._check_pins(before.table, table)
            version = store.tiers.put(table, first_day, self._office.author.name, self._office.clock())
            self._office.record(TIERS, first_day.isoformat(), before.table.to_csv(), table.to_csv())
        return version

    def remove(self, version: int) -> None:
        """Take back a table that has not begun yet. Raises TierTableError."""
        found = self._store.tiers.of(version)
        if found is None or found.first_day is None or found.first_day <= self._office.clock().date():
            raise TierTableError(
                Text(
                    "only a table that has not begun yet can be taken back",
                    "отменить можно только ещё не начавшую действовать таблицу",
                )
            )
        with transaction(self._store.connection):
            self._store.tiers.remove(version)
            self._office.record(TIERS, found.first_day.isoformat(), found.table.to_csv(), "")

    def effects_of(self, table: TierTable, before: TierTable, shown: int) -> Effects:
        """Who would rise or fall today, by the turnovers that the last run found: how many, and so many of them, those
        who fall first."""
        bounds = sorted({tier.threshold for tier in (*table.tiers, *before.tiers)})
        falls: list[_Step] = []
        rises: list[_Step] = []
        for low, high in zip((None, *bounds), (*bounds, None)):
            turnover = low if low is not None else Decimal(-1)
            step = _Step(low, high, before.tier_for(turnover), table.tier_for(turnover))
            if step.way:
                (falls if step.way.lowers else rises).append(step)
        standings = self._store.standings
        found = (
            Effect(account, name, turnover, step.before, step.after, way)
            for step in (*falls, *rises)
            for way in ([step.way] if step.way else [])
            for account, name, turnover in standings.between(step.low, step.high, shown)
        )
        return Effects(self._count(rises), self._count(falls), tuple(islice(found, shown)))

    def _count(self, steps: Sequence[_Step]) -> int:
        return sum(self._store.standings.count_between(step.low, step.high) for step in steps)

    def uses_of(self, tier: str) -> list[str]:
        """The accounts that are pinned to a tier, as a person reads them: id and name."""
        store = self._store
        pinned = [note.account for note in store.members.all() if note.pin and note.pin.tier == tier]
        found = [(account, store.standings.of(account)) for account in pinned]
        return [f"{account} {standing.name if standing else ''}".strip() for account, standing in found]

    def _check_pins(self, before: TierTable, table: TierTable) -> None:
        for gone in before.tiers:
            users = self.uses_of(gone.name) if table.by_name(gone.name) is None else []
            if users:
                raise TierTableError(
                    Text(
                        "tier {tier!r} is in use: pinned to it are {users}. End those pins first.",
                        "уровень {tier!r} используется: на нём закреплены {users}. Сначала снимите закрепление.",
                    )(tier=gone.name, users=", ".join(users))
                )


def with_tier(table: TierTable, tier: Tier, instead_of: str | None = None) -> TierTable:
    """The table with `tier` added, or put in the place of the one of that name. Raises TierTableError."""
    kept = [each for each in table.tiers if each.name != instead_of]
    before = [each for each in kept if each.threshold < tier.threshold]
    return TierTable((*before, tier, *kept[len(before) :]))


def without_tiers(table: TierTable, names: Sequence[str]) -> TierTable:
    """The table without the tiers of these names. Raises TierTableError when none is left."""
    return TierTable(tuple(tier for tier in table.tiers if tier.name not in names))


def with_classes(table: TierTable, classes: Sequence[ServiceClass]) -> TierTable:
    """The table with a percent for each of `classes`: 0 for one that came after it."""
    return TierTable(
        tuple(
            replace(tier, percents={name: tier.percents.get(name, Decimal(0)) for name in classes})
            for tier in table.tiers
        )
    )
