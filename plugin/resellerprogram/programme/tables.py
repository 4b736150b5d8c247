"""What one tier table changes of another, and whom that touches on a day (R1, R2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from .effects import Way, percents_of, way_of, way_of_tier
from .forecast import Forecast, Outlook
from .ids import AccountId
from .tiers import ServiceClass, Tier, TierTable
from .values import dataclass

NIGHTS_TO_FORETELL = timedelta(days=2)
"""A table that begins so long after it was made was known to every account's night before: its falls are foretold."""


@dataclass(frozen=True)
class TierChange:
    """What became of one tier: `before` is None where it is new, `after` where it is gone."""

    before: Tier | None
    after: Tier | None


def same_tier(tier: Tier, table: TierTable) -> Tier | None:
    """The tier of another table that is meant by this one: of the same name, or at least of the same threshold."""
    named = table.by_name(tier.name)
    return named or next((other for other in table.tiers if other.threshold == tier.threshold), None)


def changes_between(before: TierTable, after: TierTable) -> list[TierChange]:
    """What became of the tiers from one table to another, by rising threshold; what stays as it was is left out."""
    found, went = [], set()
    for tier in after.tiers:
        was = same_tier(tier, before)
        if was and was.name != tier.name and after.by_name(was.name):
            was = None  # it lives on under its name, at another threshold
        if was:
            went.add(was.name)
        if was is None or not _alike(was, tier):
            found.append(TierChange(was, tier))
    found += [TierChange(tier, None) for tier in before.tiers if tier.name not in went]
    return sorted(found, key=lambda each: (each.after or each.before or before.tiers[0]).threshold)


def carried_over(typed: Tier, shown: Tier, to: Tier) -> Tier:
    """What somebody changed of the tier that they were shown, done to the same tier of another table: all that they
    left alone is there as that table has it."""
    return Tier(
        typed.name if typed.name != shown.name else to.name,
        typed.threshold if typed.threshold != shown.threshold else to.threshold,
        {
            name: percent if percent != shown.percents.get(name, Decimal(0)) else to.percents.get(name, Decimal(0))
            for name, percent in typed.percents.items()
        },
    )


def with_tier(table: TierTable, tier: Tier, instead_of: str | None = None) -> TierTable:
    """The table with `tier` added, or put in the place of the one of that name. Raises TierTableError."""
    kept = [each for each in table.tiers if each.name != instead_of]
    before = [each for each in kept if each.threshold < tier.threshold]
    return TierTable((*before, tier, *kept[len(before) :]))


def without_tiers(table: TierTable, names: Iterable[str]) -> TierTable:
    """The table without the tiers of these names. Raises TierTableError when none is left."""
    gone = set(names)
    return TierTable(tuple(tier for tier in table.tiers if tier.name not in gone))


def with_classes(table: TierTable, classes: Iterable[ServiceClass]) -> TierTable:
    """The table with a percent for each of `classes`: 0 for one that came after it."""
    names = tuple(classes)
    return TierTable(
        tuple(
            replace(tier, percents={name: tier.percents.get(name, Decimal(0)) for name in names})
            for tier in table.tiers
        )
    )


@dataclass(frozen=True)
class Effect:
    """What another table, or other turnover, does to an account on a day: the `turnover` that is foretold for it, the
    tier that the account would hold and the one that it will hold, and which way that goes."""

    account: AccountId
    name: str
    turnover: Decimal
    before: Tier | None
    after: Tier | None
    way: Way


@dataclass(frozen=True)
class Effects:
    """Whom that touches on `day`: how many gain and lose, the first of those who lose and of those who gain,
    and for each class how many of their discounts get smaller."""

    day: date
    rises: int = 0
    falls: int = 0
    first: tuple[Effect, ...] = ()
    lowered: tuple[tuple[ServiceClass, int], ...] = ()

    def __bool__(self) -> bool:
        return self.rises + self.falls > 0


def effects(
    outlooks: Iterable[tuple[AccountId, str, Outlook]], day: date, before: TierTable, after: TierTable, shown: int
) -> Effects:
    """What the table `after` does on `day` to the accounts of these outlooks, instead of the table `before`: counted,
    and `shown` of them, those with the highest turnover first."""
    return gathered(
        (
            effect(account, name, day, Forecast(outlook, lambda _: before), Forecast(outlook, lambda _: after))
            for account, name, outlook in outlooks
        ),
        day,
        shown,
    )


def effect(account: AccountId, name: str, day: date, before: Forecast, after: Forecast) -> Effect | None:
    """What comes of it for an account that one forecast says the one of, and another the other; None where that is the
    same."""
    held, will_hold = before.tier(day), after.tier(day)
    way = way_of_tier(held, will_hold)
    return None if way is None else Effect(account, name, after.turnover(day), held, will_hold, way)


def gathered(found: Iterable[Effect | None], day: date, shown: int) -> Effects:
    """All effects of a day together; None is nobody's."""
    falls: list[Effect] = []
    rises: list[Effect] = []
    lowered: dict[ServiceClass, int] = {}
    for effect in filter(None, found):
        (falls if effect.way.lowers else rises).append(effect)
        for service_class in _classes_lowered(effect):
            lowered[service_class] = lowered.get(service_class, 0) + 1
    for touched in (falls, rises):
        touched.sort(key=lambda each: (-each.turnover, each.account))
    first = (*falls[:shown], *rises[: max(0, shown - len(falls))])
    return Effects(day, len(rises), len(falls), first, tuple(sorted(lowered.items())))


@dataclass(frozen=True)
class Brake:
    """How a table stands with the limit on drops: `lowered` discounts get smaller by it, one run may lower `allowed`
    that nothing foretold; `foretold`: the night before knows of it, so that the limit counts none of them."""

    lowered: int
    allowed: int
    foretold: bool

    @property
    def stops(self) -> bool:
        return not self.foretold and self.lowered > self.allowed


def is_foretold(first_day: date, made_on: date) -> bool:
    """Whether a table that was made on `made_on` and begins on `first_day` was known to the night before it: then the
    limit on drops does not count its falls (spec, section 3)."""
    return first_day - made_on >= NIGHTS_TO_FORETELL


def _classes_lowered(effect: Effect) -> Iterator[ServiceClass]:
    had, has = percents_of(effect.before), percents_of(effect.after)
    return (name for name in had if way_of(had[name], has.get(name)).lowers)


def _alike(one: Tier, other: Tier) -> bool:
    percents = {name: percent for name, percent in one.percents.items() if percent}
    return (one.name, one.threshold, percents) == (
        other.name,
        other.threshold,
        {name: percent for name, percent in other.percents.items() if percent},
    )
