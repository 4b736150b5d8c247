"""What must change so that an account's personal discounts say what its tier says (R8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    """A service type of the panel: `internal_name` is the stable one (vds, vds.vps), `service_class` is
    the class whose percent it gets."""

    id: ServiceTypeId
    internal_name: str
    service_class: ServiceClass


@dataclass(frozen=True)
class ProgrammeDiscount:
    """A personal discount in the panel that belongs to the programme: percent 0–100.

    `intact` is False when something beside the percent is not as the programme writes it (dates, service type).
    """

    id: DiscountId
    account: AccountId
    service_type: ServiceTypeId
    percent: Decimal
    intact: bool = True


@dataclass(frozen=True)
class Create:
    """A discount is missing."""

    account: AccountId
    service_type: ServiceTypeId
    percent: Decimal

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


@dataclass(frozen=True)
class Delete(_OfExisting):
    """A discount is there but must not be. `doubled`: another one for the same service type stays."""

    doubled: bool = False

    @property
    def drops(self) -> bool:
        return not self.doubled


Change = Union[Create, Edit, Delete]


def wanted_percents(decision: Decision, service_types: Iterable[ServiceType]) -> dict[ServiceTypeId, Decimal]:
    """The percent that each service type must have. A tier's 0 % means no discount there."""
    percents = (
        (service_type.id, decision.percents.get(service_type.service_class, Decimal(0)))
        for service_type in service_types
    )
    return {service_type: percent for service_type, percent in percents if percent}


def plan(
    account: AccountId, wanted: Mapping[ServiceTypeId, Decimal], found: Iterable[ProgrammeDiscount]
) -> tuple[Change, ...]:
    """The changes that lead from the programme's discounts `found` to `wanted`; none where all is right.

    Of several discounts for one service type the oldest stays. Creations come first and deletions last, so
    that a run cut short leaves nobody with less than before without need.
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
        Create(account, service_type, percent) for service_type, percent in wanted.items() if service_type not in kept
    ]
    edits = [
        Edit(discount, wanted[discount.service_type])
        for discount in kept.values()
        if not discount.intact or discount.percent != wanted[discount.service_type]
    ]
    return (*creations, *edits, *deletions)


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
