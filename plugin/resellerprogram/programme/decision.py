"""The decision about one account on one day: its turnover, tier and percents, and why (R2, R8, R10, R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .basis import Basis, Pin
from .ids import AccountId
from .payments import Payment
from .tiers import ServiceClass, Tier, TierTable
from .turnover import CountingRules, Turnover, count
from .window import Window


@dataclass(frozen=True)
class Decision:
    """Why an account stands where it stands on `day`. `tier` is None when it has no discount."""

    account: AccountId
    day: date
    basis: Basis
    turnover: Turnover
    tier: Tier | None = None
    pin: Pin | None = None
    percents: Mapping[ServiceClass, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "percents", self.tier.percents if self.tier else {})


def decide(
    account: AccountId,
    day: date,
    payments: Iterable[Payment],
    table: TierTable,
    rules: CountingRules,
    pin: Pin | None = None,
) -> Decision:
    """The decision for a member. A pin that still holds, on a tier that still exists, outranks the turnover."""
    turnover = count(payments, Window.of(day, rules.months), rules)
    pinned = table.by_name(pin.tier) if pin and day <= pin.until else None
    if pinned:
        return Decision(account, day, Basis.PINNED, turnover, pinned, pin)
    return Decision(account, day, Basis.TURNOVER, turnover, table.tier_for(turnover.amount))


def leave_out(account: AccountId, day: date, basis: Basis) -> Decision:
    """The decision for an account that takes no part: no payments are looked at, no tier is held (R10)."""
    return Decision(account, day, basis, Turnover(Window.of(day), ()))
