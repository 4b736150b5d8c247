"""What becomes of an account: exact, from the payments made and those that somebody thinks of (R2, R3, R6, R7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Context, Decimal
from typing import TYPE_CHECKING

from .basis import Basis, Pin
from .effects import ZERO, is_fall, what_is_held
from .figures import KOPECK
from .pins import held, outranking
from .tiers import Tier, TierTable
from .turnover import by_day
from .values import dataclass
from .window import Window, first_day_without, last_counting_day, later

if TYPE_CHECKING:
    from .decision import Decision

NEXT_DAY = timedelta(days=1)
"""Nobody can pay in less than that."""

_EXACT = Context(prec=100)

TableOn = Callable[[date], TierTable]


@dataclass(frozen=True)
class Outlook:
    """What of a decision the future rests on; its size does not depend on the number of payments.

    `counted` is what was counted, by the day on which it was credited: programme currency, negative where more was
    given back; payments that are credited already with a day to come are among them. `tier` is held on `day`, None
    below the first; `pin` holds until its last day. `brought` is what of `counted` is opening turnover.
    """

    day: date
    basis: Basis
    months: int
    tier: Tier | None
    counted: Mapping[date, Decimal]
    pin: Pin | None = None
    brought: Mapping[date, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, decision: Decision) -> Outlook:
        counted = by_day((*decision.turnover.verdicts, *decision.to_come))
        months = decision.turnover.window.months
        brought = by_day(each for each in decision.turnover.verdicts if each.payment.is_opening)
        return cls(decision.day, decision.basis, months, decision.tier, counted, decision.pin, brought)

    def with_payment(self, amount: Decimal, day: date) -> Outlook:
        """The same account if `amount` (programme currency) were credited on `day`."""
        return replace(self, counted={**self.counted, day: self.counted.get(day, ZERO) + amount})

    @property
    def opening(self) -> tuple[Decimal, date] | None:
        """How much of the turnover of `day` is opening turnover, and the last day on which the last of it counts. A
        refund for which no payment was found may leave less of it, or nothing."""
        window = Window.of(self.day, self.months)
        counts = {day: amount for day, amount in self.brought.items() if day in window}
        turnover = sum((amount for day, amount in self.counted.items() if day in window), ZERO)
        amount = min(sum(counts.values(), ZERO), turnover)
        return (amount, last_counting_day(max(counts), self.months)) if amount > 0 else None


@dataclass(frozen=True)
class Ahead:
    """From `day` on the account will hold `tier` (None: none) instead of `before`, with that turnover in the
    programme's currency. By the table of the day before it would hold `own`: as far as that is another one than
    `before`, the account's payments and pin move it; from there on it is another table."""

    day: date
    turnover: Decimal
    before: Tier | None
    tier: Tier | None
    own: Tier | None

    @property
    def falls(self) -> bool:
        """Whether a discount gets smaller; or only the status, where all discounts stay."""
        return is_fall(self.before, self.tier)

    @property
    def is_own(self) -> bool:
        """Whether the account's own payments or pin move it, whatever a table does on the same day."""
        return what_is_held(self.before) != what_is_held(self.own)

    @property
    def falls_by_itself(self) -> bool:
        """Whether the account's own payments or pin lower it."""
        return self.is_own and is_fall(self.before, self.own)

    @property
    def is_by_table(self) -> bool:
        """Whether another table that begins on that day changes what the account holds."""
        return what_is_held(self.own) != what_is_held(self.tier)


@dataclass(frozen=True)
class Keep:
    """The smallest payment in the programme's currency that keeps `tier`, if it is credited from `first_day` to
    `last_day`, both included, and nothing else is paid."""

    tier: Tier
    amount: Decimal
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Forecast:
    """What later days bring to an account if nothing else happens. `table_on` tells the tier table of a day,
    `table_days` are the days to come on which another one takes effect.

    An account that takes no part has no turnover, and nothing ahead.
    """

    outlook: Outlook
    table_on: TableOn
    table_days: Collection[date] = field(default=())

    def window(self, day: date) -> Window:
        """The days whose payments count on `day` (R3)."""
        return Window.of(day, self.outlook.months)

    def balance(self, day: date) -> Decimal:
        """What the window of `day` holds; below zero where more was given back than paid in."""
        window = self.window(day)
        return sum((amount for credited_on, amount in self.outlook.counted.items() if credited_on in window), ZERO)

    def turnover(self, day: date) -> Decimal:
        return max(ZERO, self.balance(day))

    def tier(self, day: date) -> Tier | None:
        """The tier of a day that is not before the outlook's."""
        return self._tier(day, self.table_on(day))

    def _tier(self, day: date, table: TierTable) -> Tier | None:
        outlook = self.outlook
        if not outlook.basis.counts_payments:
            return None
        return held(outlook.pin, day, self.turnover(day), table).tier

    def is_fixed(self, day: date) -> bool:
        """Whether no payment moves the tier of a day, because a pin says exactly which it is (R10)."""
        pin = self.outlook.pin
        return pin is not None and pin.exactly and outranking(pin, day, None, self.table_on(day)) is not None

    def next_tier(self, day: date) -> Tier | None:
        """The first tier that a payment of that day would lift the account to; None at the top, and where no payment
        moves it."""
        return next(iter(self.tiers_above(day)), None)

    def tiers_above(self, day: date) -> list[Tier]:
        """All tiers that payments of that day would lift the account to, the next one first."""
        if not self.outlook.basis.counts_payments or self.is_fixed(day):
            return []
        tier = self.tier(day)
        has = max(self.turnover(day), tier.threshold) if tier else self.turnover(day)
        return [tier for tier in self.table_on(day).tiers if tier.threshold > has]

    def changes(self) -> Iterator[Ahead]:
        """The days on which the tier changes, in order; the outlook's own day, too, if somebody thinks of paying
        then.
        """
        outlook = self.outlook
        if not outlook.basis.counts_payments:
            return
        tier = outlook.tier
        days = {first_day_without(credited_on, outlook.months) for credited_on in outlook.counted}
        days |= {*outlook.counted, *self.table_days}
        if outlook.pin:
            days.add(later(outlook.pin.until, 1))
        for day in sorted(day for day in days if day >= outlook.day):
            following = self.tier(day)
            if what_is_held(following) != what_is_held(tier):
                yield Ahead(day, self.turnover(day), tier, following, self._without_new_table(day, following))
            tier = following

    def _without_new_table(self, day: date, tier: Tier | None) -> Tier | None:
        """What the account would hold on that day if no other table began on it."""
        return self._tier(day, self.table_on(day - NEXT_DAY)) if day in self.table_days else tier

    def keep(self, change: Ahead) -> Keep | None:
        """What keeps the tier that `change` takes away; None where no payment can: it is no fall, another table gives
        less for the same tier or does not have it any more, an exact pin decides, or the change is today."""
        before = change.before
        if before is None or not change.falls or (change.tier and change.tier.name == before.name):
            return None
        kept = self.table_on(change.day).by_name(before.name)
        if kept is None or change.day <= self.outlook.day or self.is_fixed(change.day):
            return None
        last_day = change.day - NEXT_DAY
        amount = payable(kept.threshold - self.balance(change.day))
        first_day = max(self.outlook.day, self.window(change.day).first)
        return Keep(kept, amount, first_day, last_day) if amount else None

    def missing(self, tier: Tier, day: date) -> Decimal:
        """The smallest payment that reaches `tier` if it is credited on `day`."""
        return payable(tier.threshold - self.balance(day))


def payable(amount: Decimal) -> Decimal:
    """The smallest amount that can be paid and is not below `amount`."""
    return max(ZERO, amount).quantize(KOPECK, ROUND_CEILING, _EXACT)
