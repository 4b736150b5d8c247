"""Where an account stands by a decision: what lists and the account's own page show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal

from .basis import Basis
from .caps import Ceilings, capped
from .decision import Decision
from .forecast import Ahead, Forecast
from .ids import AccountId
from .members import Account
from .moves import Move
from .tiers import ServiceClass, Tier
from .values import dataclass


@dataclass(frozen=True)
class Standing:
    """An account's row. `basis` and `decided_at` are None before its first decision; `missing` is what it takes to
    reach `next_tier`; on `change_day` the tier becomes `change_tier` (None: none) if nothing is paid, by the account's
    own doing before another table's. The tier is held `since` that day, each class's percent since `class_since`, and
    `move` is what changed the tier last. From `due_on` on time alone may change something (None: never), and the panel
    was last asked on `verified_on`. Money is in the programme's currency.
    """

    account: AccountId
    name: str = ""
    basis: Basis | None = None
    tier: str | None = None
    threshold: Decimal | None = None
    turnover: Decimal = Decimal(0)
    next_tier: str | None = None
    missing: Decimal | None = None
    percents: Mapping[ServiceClass, Decimal] = field(default_factory=dict)
    change_day: date | None = None
    change_tier: str | None = None
    decided_at: datetime | None = None
    put_right_at: datetime | None = None
    since: date | None = None
    class_since: Mapping[ServiceClass, date] = field(default_factory=dict)
    move: Move | None = None
    due_on: date | None = None
    verified_on: date | None = None


def stand(
    account: Account,
    decision: Decision,
    forecast: Forecast,
    tier_before: Tier | None,
    move: Move | None,
    before: Standing | None,
    held_since: date | None,
    due_on: date | None,
    highest: Ceilings | None = None,
) -> Standing:
    """Where the account stands by a decision. `before` is where it stood, `held_since` the day from which on decisions
    on record gave it that tier; of classes that are capped it has no more than `highest`. Who writes it down adds when
    that was."""
    percents = capped(decision.percents, highest or {})
    tier, counted = decision.tier, decision.basis.counts_payments
    following = forecast.next_tier(decision.day) if counted else None
    ahead = _next_change(forecast)
    held = before is not None and (tier_before.name if tier_before else None) == (tier.name if tier else None)
    since = (before.since if before and held else None) or (held_since if held else None) or decision.day
    return Standing(
        account=decision.account,
        name=account.name,
        basis=decision.basis,
        tier=tier.name if tier else None,
        threshold=tier.threshold if tier else None,
        turnover=decision.turnover.amount,
        next_tier=following.name if following else None,
        missing=forecast.missing(following, decision.day) if following else None,
        percents=percents,
        change_day=ahead.day if ahead else None,
        change_tier=ahead.tier.name if ahead and ahead.tier else None,
        since=since,
        class_since={name: _class_since(name, percent, before, since) for name, percent in percents.items()},
        move=move or (before.move if before else None),
        due_on=due_on,
    )


def _next_change(forecast: Forecast) -> Ahead | None:
    """The account's own, whatever a table does before it; another table's where there is no other."""
    changes = list(forecast.changes())
    return next((change for change in changes if change.is_own), changes[0] if changes else None)


def _class_since(name: ServiceClass, percent: Decimal, before: Standing | None, since: date) -> date:
    """The day from which on a class has its percent: neighbouring tiers may have the same."""
    known = before.class_since.get(name) if before and before.percents.get(name) == percent else None
    return known or since
