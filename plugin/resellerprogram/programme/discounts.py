"""What must change so that an account's personal discounts say what its tier says (R8), and no other acts (R9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Union

from .basis import Because
from .caps import lower
from .decision import Decision
from .effects import Way, way_of
from .ids import AccountId, DiscountId, Scope
from .tiers import ServiceClass
from .values import dataclass


@dataclass(frozen=True)
class Covered:
    """What one discount of the programme is for: a service type by its internal name (vds, vds.vps), or a tariff of
    one that leaves others out or caps them. `service_class` is the class whose percent it gets, None outside the
    programme, and `cap` the most that it ever gets."""

    scope: Scope
    name: str
    service_class: ServiceClass | None
    cap: Decimal | None = None

    def percent(self, decided: Mapping[ServiceClass, Decimal]) -> Decimal:
        """What it gets of the percents by class."""
        return lower(decided.get(self.service_class, Decimal(0)), self.cap) if self.service_class else Decimal(0)


TariffsOf = Mapping[Scope, Collection[Scope]]
"""The tariffs of each service type, which is covered whole or tariff by tariff, and may change to the other."""


def acting(scope: Scope, percents: Mapping[Scope, Decimal], tariffs: TariffsOf) -> Decimal | None:
    """What acts on a service type or a tariff by these discounts, whether they are for the type or for its tariffs (of
    these the least); None where nothing does."""
    if scope in percents:
        return percents[scope]
    if any(each in percents for each in tariffs.get(scope, ())):
        least = min(percents.get(each, Decimal(0)) for each in tariffs[scope])
        return least or None
    return next((percents[whole] for whole, of_type in tariffs.items() if scope in of_type and whole in percents), None)


@dataclass(frozen=True)
class ProgrammeDiscount:
    """A personal discount in the panel that belongs to the programme: percent 0–100.

    `intact` is False when something beside the percent is not as the programme writes it (dates, scope).
    `written` is the percent that the programme wrote last, None when that is not known.
    """

    id: DiscountId
    account: AccountId
    scope: Scope
    percent: Decimal
    intact: bool = True
    written: Decimal | None = None

    @property
    def by_hand(self) -> bool:
        """Whether somebody else changed it since."""
        return not self.intact or self.written not in (None, self.percent)


@dataclass(frozen=True)
class OtherDiscount:
    """A personal discount of an account that is not the programme's; `name` and `value` are what the panel shows.

    `last_day` is the last one on which it acts, None when it has none or the panel does not show it.
    """

    id: DiscountId
    account: AccountId
    name: str
    value: str
    last_day: date | None = None


@dataclass(frozen=True)
class RestingDiscount:
    """A discount that was set aside: `record` is ours, the panel gives it a new id when it is put back."""

    record: int
    account: AccountId
    name: str
    value: str


@dataclass(frozen=True)
class Create:
    """A discount is missing. `because` is BY_HAND when it was there and somebody deleted it. `beside`: so much of it
    acts already, by a discount for the whole type or for its tariffs."""

    account: AccountId
    scope: Scope
    percent: Decimal
    because: Because = Because.TIER
    beside: Decimal | None = None
    had = None

    @property
    def will_have(self) -> Decimal | None:
        return self.percent

    @property
    def way(self) -> Way:
        return way_of(self.beside, self.percent)


@dataclass(frozen=True)
class _OfExisting:
    """A change of a discount that is there; `before` is how it was found."""

    before: ProgrammeDiscount

    @property
    def had(self) -> Decimal | None:
        """The percent before the change, None without a discount; `will_have` is the one after it."""
        return self.before.percent

    @property
    def account(self) -> AccountId:
        return self.before.account

    @property
    def scope(self) -> Scope:
        return self.before.scope


@dataclass(frozen=True)
class Edit(_OfExisting):
    """A discount is there but says something else. Edited in place: no moment without one."""

    percent: Decimal

    @property
    def will_have(self) -> Decimal | None:
        return self.percent

    @property
    def way(self) -> Way:
        return way_of(self.before.percent, self.percent)

    @property
    def because(self) -> Because:
        return Because.BY_HAND if self.before.by_hand else Because.TIER


@dataclass(frozen=True)
class Delete(_OfExisting):
    """A discount is there but must not be. `doubled`: another one for the same scope stays. `beside`: so much acts in
    its place, by a discount for the whole type or for its tariffs."""

    doubled: bool = False
    beside: Decimal | None = None
    will_have = None

    @property
    def way(self) -> Way:
        return Way.PUT_RIGHT if self.doubled else way_of(self.before.percent, self.beside)

    @property
    def because(self) -> Because:
        return Because.DOUBLED if self.doubled else Because.TIER


@dataclass(frozen=True)
class SetAside:
    """Another discount acts beside the tier's: it is kept word for word and taken out of the panel (R9)."""

    other: OtherDiscount

    because = Because.SET_ASIDE
    way = Way.OTHER

    @property
    def account(self) -> AccountId:
        return self.other.account


@dataclass(frozen=True)
class PutBack:
    """The tier has ended: a discount that was set aside comes back as it was (R9)."""

    other: RestingDiscount

    because = Because.PUT_BACK
    way = Way.OTHER

    @property
    def account(self) -> AccountId:
        return self.other.account


TierChange = Union[Create, Edit, Delete]
OtherChange = Union[SetAside, PutBack]
Change = Union[TierChange, OtherChange]


def wanted_percents(decision: Decision, covered: Iterable[Covered], everywhere: bool = False) -> dict[Scope, Decimal]:
    """The percent that each service type, or tariff, must have.

    None is above its cap. A tier's 0 % means no discount there; with `everywhere` a 0 % discount keeps promotions out
    of everything that has no other percent (R9).
    """
    percents = {each.scope: each.percent(decision.percents) for each in covered}
    blocked = everywhere and decision.tier is not None
    return {scope: percent for scope, percent in percents.items() if percent or blocked}


def plan(
    account: AccountId,
    wanted: Mapping[Scope, Decimal],
    found: Iterable[ProgrammeDiscount],
    others: Iterable[OtherChange] = (),
    deleted_by_hand: Collection[Scope] = (),
    tariffs: TariffsOf | None = None,
) -> tuple[Change, ...]:
    """The changes that lead from the programme's discounts `found` to `wanted`; none where all is right.

    Of several discounts for one scope the oldest stays. Creations come first and deletions last, with what
    happens to `others` between them, so that a run cut short leaves nobody with less than before without need.
    `tariffs` tell which discounts take one another's place.
    """
    found, tariffs = tuple(found), tariffs or {}
    there = {discount.scope: discount.percent for discount in found}
    kept: dict[Scope, ProgrammeDiscount] = {}
    deletions: list[Change] = []
    for discount in sorted(found, key=lambda discount: discount.id):
        if discount.scope not in wanted:
            deletions.append(Delete(discount, beside=acting(discount.scope, wanted, tariffs)))
        elif discount.scope in kept:
            deletions.append(Delete(discount, doubled=True))
        else:
            kept[discount.scope] = discount
    creations = [
        Create(
            account,
            scope,
            percent,
            Because.BY_HAND if scope in deleted_by_hand else Because.TIER,
            _at_most(acting(scope, there, tariffs), percent),
        )
        for scope, percent in wanted.items()
        if scope not in kept
    ]
    edits = [
        Edit(discount, wanted[discount.scope])
        for discount in kept.values()
        if not discount.intact or discount.percent != wanted[discount.scope]
    ]
    return (*creations, *edits, *others, *deletions)


def _at_most(percent: Decimal | None, most: Decimal) -> Decimal | None:
    """A new discount takes nothing: what it gives less than the one before it, that one's end says."""
    return percent and min(percent, most)


def make_way(
    others: Iterable[OtherDiscount], resting: Iterable[RestingDiscount], exclusive: bool, day: date
) -> tuple[OtherChange, ...]:
    """What happens to an account's other discounts (R9): while its tier is `exclusive` they rest, afterwards they
    come back. One that has ended by `day` does not act and stays where it is."""
    if exclusive:
        return tuple(SetAside(other) for other in others if other.last_day is None or other.last_day >= day)
    return tuple(PutBack(other) for other in resting)
