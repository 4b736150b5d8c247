"""What must change so that an account's personal discounts say what its tier says (R8), and no other acts (R9)."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NewType, Union

from .decision import Decision
from .errors import UnsafePlan
from .payments import AccountId
from .tiers import ServiceClass

DiscountId = NewType("DiscountId", int)
ServiceTypeId = NewType("ServiceTypeId", int)


@dataclass(frozen=True)
class ServiceType:
    """A service type of the panel: `internal_name` is the stable one (vds, vds.vps), `service_class` is the class
    whose percent it gets, None for one outside the programme."""

    id: ServiceTypeId
    internal_name: str
    service_class: ServiceClass | None


class Because(str, enum.Enum):
    """Why a discount is changed."""

    TIER = "tier"
    BY_HAND = "by_hand"
    DOUBLED = "doubled"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"


@dataclass(frozen=True)
class ProgrammeDiscount:
    """A personal discount in the panel that belongs to the programme: percent 0–100.

    `intact` is False when something beside the percent is not as the programme writes it (dates, service type).
    `written` is the percent that the programme wrote last, None when that is not known.
    """

    id: DiscountId
    account: AccountId
    service_type: ServiceTypeId
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
    """A discount is missing. `because` is BY_HAND when it was there and somebody deleted it."""

    account: AccountId
    service_type: ServiceTypeId
    percent: Decimal
    because: Because = Because.TIER

    @property
    def drops(self) -> bool:
        return False


@dataclass(frozen=True)
class _OfExisting:
    """A change of a discount that is there; `before` is how it was found."""

    before: ProgrammeDiscount

    @property
    def account(self) -> AccountId:
        return self.before.account

    @property
    def service_type(self) -> ServiceTypeId:
        return self.before.service_type


@dataclass(frozen=True)
class Edit(_OfExisting):
    """A discount is there but says something else. Edited in place: no moment without one."""

    percent: Decimal

    @property
    def drops(self) -> bool:
        return self.percent < self.before.percent

    @property
    def because(self) -> Because:
        return Because.BY_HAND if self.before.by_hand else Because.TIER


@dataclass(frozen=True)
class Delete(_OfExisting):
    """A discount is there but must not be. `doubled`: another one for the same service type stays."""

    doubled: bool = False

    @property
    def drops(self) -> bool:
        return not self.doubled and self.before.percent > 0

    @property
    def because(self) -> Because:
        return Because.DOUBLED if self.doubled else Because.TIER


@dataclass(frozen=True)
class SetAside:
    """Another discount acts beside the tier's: it is kept word for word and taken out of the panel (R9)."""

    other: OtherDiscount

    because = Because.SET_ASIDE
    drops = False

    @property
    def account(self) -> AccountId:
        return self.other.account


@dataclass(frozen=True)
class PutBack:
    """The tier has ended: a discount that was set aside comes back as it was (R9)."""

    other: RestingDiscount

    because = Because.PUT_BACK
    drops = False

    @property
    def account(self) -> AccountId:
        return self.other.account


TierChange = Union[Create, Edit, Delete]
OtherChange = Union[SetAside, PutBack]
Change = Union[TierChange, OtherChange]


def wanted_percents(
    decision: Decision, service_types: Iterable[ServiceType], everywhere: bool = False
) -> dict[ServiceTypeId, Decimal]:
    """The percent that each service type must have.

    A tier's 0 % means no discount there; with `everywhere` a 0 % discount keeps promotions out of every type that
    has no other percent (R9).
    """
    percents = {
        service_type.id: decision.percents.get(service_type.service_class, Decimal(0))
        if service_type.service_class
        else Decimal(0)
        for service_type in service_types
    }
    blocked = everywhere and decision.tier is not None
    return {service_type: percent for service_type, percent in percents.items() if percent or blocked}


def plan(
    account: AccountId,
    wanted: Mapping[ServiceTypeId, Decimal],
    found: Iterable[ProgrammeDiscount],
    others: Iterable[OtherChange] = (),
    deleted_by_hand: Collection[ServiceTypeId] = (),
) -> tuple[Change, ...]:
    """The changes that lead from the programme's discounts `found` to `wanted`; none where all is right.

    Of several discounts for one service type the oldest stays. Creations come first and deletions last, with what
    happens to `others` between them, so that a run cut short leaves nobody with less than before without need.
    """
    kept: dict[ServiceTypeId, ProgrammeDiscount] = {}
    deletions: list[Change] = []
    for discount in sorted(found, key=lambda discount: discount.id):
        if discount.service_type not in wanted:
            deletions.append(Delete(discount))
        elif discount.service_type in kept:
            deletions.append(Delete(discount, doubled=True))
        else:
            kept[discount.service_type] = discount
    creations = [
        Create(
            account,
            service_type,
            percent,
            Because.BY_HAND if service_type in deleted_by_hand else Because.TIER,
        )
        for service_type, percent in wanted.items()
        if service_type not in kept
    ]
    edits = [
        Edit(discount, wanted[discount.service_type])
        for discount in kept.values()
        if not discount.intact or discount.percent != wanted[discount.service_type]
    ]
    return (*creations, *edits, *others, *deletions)


def make_way(
    others: Iterable[OtherDiscount], resting: Iterable[RestingDiscount], exclusive: bool, day: date
) -> tuple[OtherChange, ...]:
    """What happens to an account's other discounts (R9): while its tier is `exclusive` they rest, afterwards they
    come back. One that has ended by `day` does not act and stays where it is."""
    if exclusive:
        return tuple(SetAside(other) for other in others if other.last_day is None or other.last_day >= day)
    return tuple(PutBack(other) for other in resting)


@dataclass(frozen=True)
class DropLimit:
    """How many discounts one run may lower or remove: `percent` of all of them, at least `at_least`."""

    percent: Decimal = Decimal(20)
    at_least: int = 10

    def check(self, drops: int, total: int) -> None:
        """Raises UnsafePlan when `drops` of `total` discounts are more than that (spec, section 3)."""
        limit = max(self.at_least, int(total * self.percent / 100))
        if drops > limit:
            raise UnsafePlan(drops, total, limit)
