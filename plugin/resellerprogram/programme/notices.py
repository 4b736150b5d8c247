"""What a reseller is told, and when: the tier rose, it will fall unless something is paid, it fell."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .forecast import Ahead, Forecast, Keep
from .ids import AccountId
from .pins import outranking
from .tiers import Tier, TierTable
from .window import later

if TYPE_CHECKING:
    from .decision import Decision


class Kind(str, enum.Enum):
    """What is told."""

    ROSE = "rose"
    WILL_FALL = "will_fall"
    FELL = "fell"


@dataclass(frozen=True)
class Notice:
    """One thing to tell an account: the tier changes from `before` to `tier` on `day`. `keep` is what prevents a coming
    fall. Of the same `kind` and `cause` an account is told once."""

    account: AccountId
    kind: Kind
    day: date
    before: Tier | None
    tier: Tier | None
    keep: Keep | None = None

    @property
    def cause(self) -> str:
        names = (each.name if each else "" for each in (self.before, self.tier))
        return "/".join((self.day.isoformat(), *(names if self.kind is not Kind.WILL_FALL else [next(names)])))


@dataclass(frozen=True)
class Telling:
    """What is to be told at all: the `kinds`, and how many days before a fall."""

    kinds: Collection[Kind]
    warn_days: int


def notices(before: Decision | None, after: Decision, forecast: Forecast, telling: Telling) -> Iterator[Notice]:
    """What a new decision gives to tell. Nothing for who takes no part, for what another tier table or another setting changed,
    and for an account's first decision, unless a payment of that day made it."""
    for notice in (*_moved(before, after, forecast.table_on(after.day)), *_coming(after, forecast, telling)):
        if notice.kind in telling.kinds:
            yield notice


def _moved(before: Decision | None, after: Decision, table: TierTable) -> Iterator[Notice]:
    tier = before.tier if before else None
    if before:
        is_news = before.basis.counts_payments and _same_table(before, table) and _same_rules(before, after)
    else:
        is_news = any(each.counted > 0 and each.payment.credited_on == after.day for each in after.turnover.verdicts)
    if is_news and after.basis.counts_payments and _held(tier) != _held(after.tier):
        falls = Ahead(after.day, after.turnover.amount, tier, after.tier).falls
        yield Notice(after.account, Kind.FELL if falls else Kind.ROSE, after.day, tier, after.tier)


def _coming(after: Decision, forecast: Forecast, telling: Telling) -> Iterator[Notice]:
    until = later(after.day, telling.warn_days)
    for change in forecast.changes():
        if change.day > until:
            return
        keep = forecast.keep(change) if change.day not in forecast.table_days else None
        if keep:
            yield Notice(after.account, Kind.WILL_FALL, change.day, change.before, change.tier, keep)


def _same_table(before: Decision, table: TierTable) -> bool:
    """Whether the table in force now would have decided alike."""
    earned = table.tier_for(before.turnover.amount)
    again = outranking(before.pin, before.day, earned, table) or earned
    return _held(again) == _held(before.tier)


def _same_rules(before: Decision, after: Decision) -> bool:
    """Whether both were made under the same settings, as far as that is known."""
    return not before.rules or not after.rules or before.rules == after.rules


def _held(tier: Tier | None) -> object:
    return tier and (tier.name, tier.percents)
