"""What becomes of an account if nothing more is paid: exact, from the payments already made (R2, R3, R7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .basis import Basis
from .decision import Decision
from .tiers import Tier, TierTable
from .turnover import ZERO
from .window import last_counting_day

NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ahead:
    """From `day` on the account will hold `tier` (None: none), with that turnover in the programme's currency."""

    day: date
    turnover: Decimal
    tier: Tier | None


def changes_ahead(
    decision: Decision, table_on: Callable[[date], TierTable], table_days: Iterable[date] = ()
) -> Iterator[Ahead]:
    """The days after the decision's on which the tier changes, in order.

    The tier changes when payments leave the window, when a pin has ended, and on `table_days`, on which another tier
    table takes effect. An account that takes no part never changes.
    """
    if not decision.basis.counts_payments:
        return
    leaving = _leaving(decision)
    days = {*leaving, *table_days, *([decision.pin.until + NEXT_DAY] if decision.pin else [])}
    balance = sum((verdict.counted for verdict in decision.turnover.verdicts), ZERO)
    tier = decision.tier
    for day in sorted(each for each in days if each > decision.day):
        balance -= leaving.get(day, ZERO)
        turnover = max(ZERO, balance)
        following = _tier(decision, day, turnover, table_on(day))
        if (following and following.name) != (tier and tier.name):
            yield Ahead(day, turnover, following)
        tier = following


def _leaving(decision: Decision) -> dict[date, Decimal]:
    """What leaves the turnover on which day."""
    leaving: dict[date, Decimal] = {}
    for verdict in decision.turnover.verdicts:
        credited_on = verdict.payment.credited_on
        if verdict.counted and credited_on:
            day = last_counting_day(credited_on, decision.turnover.window.months) + NEXT_DAY
            leaving[day] = leaving.get(day, ZERO) + verdict.counted
    return leaving


def _tier(decision: Decision, day: date, turnover: Decimal, table: TierTable) -> Tier | None:
    pin = decision.pin
    pinned = table.by_name(pin.tier) if decision.basis is Basis.PINNED and pin and day <= pin.until else None
    return pinned or table.tier_for(turnover)
