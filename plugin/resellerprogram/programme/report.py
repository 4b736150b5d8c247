"""What a recalculation finds and tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .basis import Basis
from .effects import Way, way_of_account
from .errors import PlanChanged, ResellerProgrammeError
from .fingerprints import Fingerprint, of_account, of_plan
from .ids import AccountId, Scope
from .text import Text
from .values import dataclass

if TYPE_CHECKING:
    from .account import Considered
    from .discounts import Change, OtherDiscount
    from .members import Account
    from .notices import Notice

NAMED = 10
"""So many accounts are named where there may be thousands."""


@dataclass(frozen=True)
class Planned:
    """The part of Considered that a report keeps: its size does not depend on the number of payments. `goes` says which
    way the discounts go where that does not follow from the tiers."""

    account: Account
    basis: Basis
    turnover: Decimal
    tier: str | None
    tier_before: str | None
    changes: tuple[Change, ...]
    unforetold: int = 0
    goes: Way | None = None

    @classmethod
    def of(cls, considered: Considered) -> Planned:
        tier = considered.decision.tier
        return cls(
            considered.account,
            considered.decision.basis,
            considered.decision.turnover.amount,
            tier.name if tier else None,
            considered.tier_before,
            considered.changes,
            considered.unforetold,
        )

    @property
    def fingerprint(self) -> Fingerprint:
        """What the account's part of the plan is known by."""
        return of_account(self.account.id, self.changes)

    @property
    def way(self) -> Way:
        """Which way the client's discounts go."""
        return self.goes or way_of_account((change.way for change in self.changes), self.tier_before, self.tier)

    @property
    def drops(self) -> int:
        """How many discounts are lowered or removed."""
        return sum(change.way.lowers for change in self.changes)


@dataclass(frozen=True)
class Estimate:
    """What discounts would have taken off in the last period, in the programme's currency; without `all_of_it` that is
    the least."""

    monthly: Decimal
    all_of_it: bool = True


@dataclass
class Report:
    """What a run looked at, and what it changed or would change. `failed` accounts could not be decided or written, and
    wait in the queue if anything was written, and their `names`; `left` are
    discounts of others that act beside the programme's; `notices` is what resellers are or would be told. `changed` is
    what was not written because it is not what was confirmed. `estimate` is what a plan before the start would cost."""

    day: date
    accounts: int = 0
    discounts: int = 0
    planned: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    written: int = 0
    failed: dict[AccountId, ResellerProgrammeError] = field(default_factory=dict)
    left: list[OtherDiscount] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    scope_names: Mapping[Scope, str] = field(default_factory=dict)
    notices: list[tuple[Account, Notice]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    estimate: Estimate | None = None

    @property
    def drops(self) -> int:
        return sum(planned.drops for planned in self.planned)

    @property
    def unforetold(self) -> int:
        """How many of the drops nothing known before explains; only these are limited."""
        return sum(planned.unforetold for planned in self.planned)

    @property
    def prints(self) -> dict[AccountId, Fingerprint]:
        """What each account's part of the plan is known by."""
        return {planned.account.id: planned.fingerprint for planned in self.planned}

    @property
    def fingerprint(self) -> Fingerprint:
        """What the plan is known by."""
        return of_plan(self.prints)

    def plan_changed(self) -> PlanChanged:
        """That `changed` was left out, and who that is."""
        named = [f"{each.account.id} {each.account.name}".strip() for each in self.changed[:NAMED]]
        return PlanChanged(
            Text(
                "the preview has changed since it was confirmed: clients who differ: {count} "
                "({accounts}). These were left as they are; discounts changed as confirmed: {written}. "
                "Look at the preview again and confirm what it says now.",
                "расчёт изменился после подтверждения: клиентов с отличиями: {count} ({accounts}). Их "
                "скидки оставлены как есть; из подтверждённого изменено скидок: {written}. Посмотрите "
                "расчёт ещё раз и подтвердите то, что в нём теперь.",
            )(
                count=len(self.changed),
                accounts=", ".join(named) + (", …" if len(self.changed) > NAMED else ""),
                written=self.written,
            )
        )
