"""What a reseller is told, and when: the tier rose, it will fall unless something is paid, it fell."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from .caps import Ceilings, capped_tier
from .effects import way_of_tier, what_is_held
from .ids import AccountId
from .pins import held
from .text import Text
from .tiers import Tier, TierTable
from .values import dataclass
from .window import later

if TYPE_CHECKING:
    from .decision import Decision
    from .forecast import Forecast, Keep


class Kind(str, enum.Enum):
    """What is told."""

    ROSE = "rose"
    WILL_FALL = "will_fall"
    FELL = "fell"


NAMES = {
    Kind.ROSE: Text("the tier rose", "статус вырос"),
    Kind.WILL_FALL: Text("the tier will drop", "статус скоро снизится"),
    Kind.FELL: Text("the tier dropped", "статус снизился"),
}
"""What administrators read of each; the setting `client_notices` offers these."""


@dataclass(frozen=True)
class Notice:
    """One thing to tell an account: the tier changes from `before` to `tier` on `day`. `keep` is what prevents a coming
    fall. Of the same `kind` and `cause` an account is told once, unless it was told something else meanwhile."""

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
    """What a new decision gives to tell. Nothing for who takes no part, for what another tier table or another setting
    changed, and for an account's first decision, unless a payment of that day made it."""
    for notice in (*_moved(before, after, forecast.table_on(after.day)), *_coming(after, forecast, telling)):
        if notice.kind in telling.kinds:
            yield notice


def is_told(notice: Notice, earlier: Sequence[Notice]) -> bool:
    """Whether the account knows already, from what it was told so far (oldest first) or is about to be told: the last
    thing told is always true, so a rise is told again once the fall was; and a payment once named must be enough."""
    if notice.kind is Kind.WILL_FALL:
        same = [each for each in earlier if (each.kind, each.cause) == (notice.kind, notice.cause)]
        return bool(same) and not _asks_for_more(notice, same[-1])
    moves = [each for each in earlier if each.kind is not Kind.WILL_FALL]
    return bool(moves) and (moves[-1].kind, moves[-1].cause) == (notice.kind, notice.cause)


def overtakes(notice: Notice, waiting: Notice) -> bool:
    """Whether one that was not told yet need not be told any more beside a newer one."""
    if notice.kind is Kind.WILL_FALL:
        return (waiting.kind, waiting.cause) == (notice.kind, notice.cause)
    return waiting.kind is not Kind.WILL_FALL


def joined(waiting: Notice, then: Notice) -> Notice | None:
    """What there is to tell of two moves of which the first was not told: nothing where the second took it back."""
    if then.kind is Kind.WILL_FALL:
        return then
    if what_is_held(waiting.before) == what_is_held(then.tier):
        return None
    return replace(then, kind=_kind_of_move(waiting.before, then.tier), before=waiting.before)


def still_true(notice: Notice, forecast: Forecast) -> Notice | None:
    """A notice that waited, as the account stands now; None where it is not so any more."""
    outlook = forecast.outlook
    if notice.kind is not Kind.WILL_FALL:
        same = outlook.basis.counts_payments and what_is_held(outlook.tier) == what_is_held(notice.tier)
        return notice if same else None
    for change in forecast.changes():
        same = change.day == notice.day and what_is_held(change.before) == what_is_held(notice.before)
        if same and change.falls_by_itself:
            keep = forecast.keep(change)
            return replace(notice, tier=change.tier, keep=keep) if keep else None
    return None


def at_best(notice: Notice, highest: Ceilings) -> Notice:
    """The same with what the tiers give where all services of a class are capped."""
    return replace(notice, before=capped_tier(notice.before, highest), tier=capped_tier(notice.tier, highest))


def _asks_for_more(notice: Notice, told: Notice) -> bool:
    return notice.keep is not None and (told.keep is None or notice.keep.amount > told.keep.amount)


def _kind_of_move(before: Tier | None, tier: Tier | None) -> Kind:
    way = way_of_tier(before, tier)
    return Kind.FELL if way and way.lowers else Kind.ROSE


def _moved(before: Decision | None, after: Decision, table: TierTable) -> Iterator[Notice]:
    tier = before.tier if before else None
    if before:
        is_news = before.basis.counts_payments and _same_table(before, table) and _same_rules(before, after)
    else:
        is_news = any(each.counted > 0 and each.payment.credited_on == after.day for each in after.turnover.verdicts)
    if is_news and after.basis.counts_payments and what_is_held(tier) != what_is_held(after.tier):
        kind = _kind_of_move(tier, after.tier)
        yield Notice(after.account, kind, after.day, tier, after.tier)


def _coming(after: Decision, forecast: Forecast, telling: Telling) -> Iterator[Notice]:
    until = later(after.day, telling.warn_days)
    for change in forecast.changes():
        if change.day > until:
            return
        keep = forecast.keep(change) if change.falls_by_itself else None
        if keep:
            yield Notice(after.account, Kind.WILL_FALL, change.day, change.before, change.tier, keep)


def _same_table(before: Decision, table: TierTable) -> bool:
    """Whether the table in force now would have decided alike."""
    again = held(before.pin, before.day, before.turnover.amount, table).tier
    return what_is_held(again) == what_is_held(before.tier)


def _same_rules(before: Decision, after: Decision) -> bool:
    """Whether both were made under the same settings, as far as that is known."""
    return not before.rules or not after.rules or before.rules == after.rules
