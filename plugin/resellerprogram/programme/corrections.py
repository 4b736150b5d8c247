"""What past days should have been by what is known now, and which tiers rested on money that was given back (R4, R11).

For each past day three answers are compared: what was held, what its payments gave as they were known at its end, and
what they give otherwise; all by the rules of the decision in force and the day's table. A look: nothing is decided by
it, and nothing is charged back.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Optional

from .basis import Pin
from .decision import counting_rules
from .effects import ZERO, percents_of
from .ids import PaymentId
from .payments import Money, Payment, PaymentStatus, Rate
from .pins import outranking
from .refunds import GIVEN_BACK, Placing, place
from .tiers import ServiceClass, Tier, TierTable
from .turnover import CountingRules, Turnover, count
from .values import dataclass
from .window import Window

ONE_DAY = timedelta(days=1)
LOOKED_BACK = timedelta(days=92)
"""So many past days are looked at."""

KnownRates = Mapping[tuple[PaymentId, str], Rate]
_HowItBecame = Callable[[PaymentId, Optional[Payment], bool], "Became"]
"""By a payment's id, what was known of it, and whether it counts less now."""


class Kind(str, enum.Enum):
    """Which other tier a past day is held against: what should have been held by what is known now, or what would have
    been held without the payments that were given back later."""

    CORRECTED = "corrected"
    GIVEN_BACK = "given_back"


class Became(str, enum.Enum):
    """What became of a payment after a day to which it belongs."""

    LATE = "late"
    MOVED = "moved"
    EDITED = "edited"
    TAKEN_BACK = "taken_back"
    REFUNDED = "refunded"
    FRAUD = "fraud"
    CANCELLED = "cancelled"


class Pattern(str, enum.Enum):
    """What a list of money given back tells: tiers that rested on it, or who paid, ordered and took it back again and
    again."""

    TIERS = "tiers"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Version:
    """A payment as it was seen from `seen_on` on, until the version `until` took its place on `ended_on`. One that is
    `gone` was the account's no longer."""

    number: int
    payment: Payment
    seen_on: date
    gone: bool = False
    until: int | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class Held:
    """A decision: from `first_day` to the next one the account held this tier, by what was known up to `version`.
    `rules` are empty where nothing can be counted again: no payments were counted, or their details are not kept.
    `by_night`: it held from the day's beginning."""

    first_day: date
    version: int
    tier: Tier | None
    rules: str
    pin: Pin | None = None
    by_night: bool = False


@dataclass(frozen=True)
class History:
    """What is on record of an account: its decisions as they were made, its payments, and the rates that were used, by
    programme currency; and the tables of all days."""

    decisions: Sequence[Held]
    versions: Sequence[Version]
    rates: Callable[[str], KnownRates]
    table_on: Callable[[date], TierTable]


@dataclass(frozen=True)
class Cause:
    """A payment that makes the difference: its day, what it counted in programme currency as it was known, and what it
    counts otherwise."""

    payment: PaymentId
    number: str
    day: date
    became: Became
    then: Decimal
    now: Decimal


@dataclass(frozen=True)
class Correction:
    """From `first_day` to `last_day` the account held one tier, and the `other` would have been right, because of these
    payments. On `mixed` days it held several, one after another: then that of the day's end is told."""

    kind: Kind
    first_day: date
    last_day: date
    held: Tier | None
    other: Tier | None
    causes: tuple[Cause, ...]
    mixed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Returned:
    """A payment that was credited and given back later: so much of it (in its own currency, `whole`: all), how, and
    on which day the last of it."""

    payment: PaymentId
    number: str
    amount: Money
    paid_on: date
    returned_on: date
    how: Became
    whole: bool = True


@dataclass(frozen=True)
class Saved:
    """What discounts of the programme took off on a day; the class is None where the panel does not tell it."""

    day: date
    service_class: ServiceClass | None
    amount: Money


def corrections(history: History, first: date, last: date) -> list[Correction]:
    """Where what is known now gives another tier than was held, from `first` to `last`, the oldest first."""
    books = _Books(history)
    return list(_stretches(Kind.CORRECTED, books.corrected(first, last)))


def held_by_returned(history: History, first: date, last: date) -> list[Correction]:
    """The same for tiers that payments gave which were given back later."""
    books = _Books(history)
    return list(_stretches(Kind.GIVEN_BACK, books.held_by_returned(first, last)))


def returned_since(history: History, first: date) -> list[Returned]:
    """The payments that counted and were given back on `first` or later, the oldest first."""
    rules = counting_rules(history.decisions[-1].rules, {}) if history.decisions else None
    paid = {each.payment.id: each.payment for each in history.versions}
    found = [
        each
        for number, each in _Books(history).returned.items()
        if each.returned_on >= first and rules and _may_count(paid[number], rules)
    ]
    return sorted(found, key=lambda each: (each.returned_on, each.payment))


def worth(correction: Correction, saved: Iterable[Saved]) -> dict[str, Decimal] | None:
    """By how much more the other tier's percents would have taken off on these days, by currency; below zero: less.
    Told by what the percents held took off; None where that does not tell it: no discount was held, two were, or the
    panel does not say which one acted."""
    held, other = percents_of(correction.held), percents_of(correction.other)
    if not held or any(percent and not held.get(name) for name, percent in other.items()):
        return None
    sums: dict[str, Decimal] = {}
    for each in saved:
        percent = held.get(each.service_class, ZERO) if each.service_class else ZERO
        if not percent or each.day in correction.mixed:
            return None
        more = each.amount.amount * (other.get(each.service_class, ZERO) - percent) / percent  # type: ignore[arg-type]
        sums[each.amount.currency] = sums.get(each.amount.currency, ZERO) + more
    return sums


def _may_count(payment: Payment, rules: CountingRules) -> bool:
    return not payment.promotional and not payment.method_excluded and payment.provider == rules.provider


@dataclass(frozen=True)
class _Day:
    """One past day with a difference."""

    day: date
    held: Tier | None
    other: Tier | None
    causes: tuple[Cause, ...]
    mixed: bool


class _Books:
    """An account's history, and what is known now."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._now = {each.payment.id: each.payment for each in history.versions if each.until is None and not each.gone}
        self._placing = place(each for each in self._now.values() if each.credited_on)
        self.returned = dict(_returned(history.versions, self._now, self._placing))

    def corrected(self, first: date, last: date) -> Iterator[_Day]:
        def otherwise(known: Iterable[Payment]) -> Iterable[Payment]:
            """Opening turnover counts from the day on which it was given, and until it is ended: neither changes what
            should have been before."""
            of_the_panel = (each for each in self._now.values() if not each.is_opening)
            return (*of_the_panel, *(each for each in known if each.is_opening))

        for day in self._days(first, last):
            found = self._compared(day, otherwise, self._became)
            if found and _name(found.other) != _name(day.held.tier):
                yield found

    def held_by_returned(self, first: date, last: date) -> Iterator[_Day]:
        if not self.returned:
            return
        for day in self._days(first, last):
            found = self._compared(day, self._without_returned, self._how_returned)
            if found and _threshold(found.other) < _threshold(day.held.tier):
                yield found

    def _compared(
        self,
        day: _HeldDay,
        otherwise: Callable[[Iterable[Payment]], Iterable[Payment]],
        became: _HowItBecame,
    ) -> _Day | None:
        """The day by what was known at its end and by other payments; None where its tier is the same by both."""
        rules = counting_rules(day.held.rules, {})
        if rules is None:
            return None
        known, window = self._known_on(day), Window.of(day.day, rules.months)
        others = list(otherwise(known))
        if not _may_differ(known, others, window):
            return None
        rules = replace(rules, known_rates=self._history.rates(rules.currency))
        then, now = count(known, window, rules), count(others, window, rules)
        table = self._history.table_on(day.day)
        before, after = (_tier(each.amount, day, table) for each in (then, now))
        if _name(before) == _name(after):
            return None
        causes = tuple(_causes(then, now, known, became))
        return _Day(day.day, day.held.tier, after, causes, day.mixed) if causes else None

    def _known_on(self, day: _HeldDay) -> list[Payment]:
        """The payments as they were known at the end of the day to whoever decided about it."""
        return [
            each.payment
            for each in self._history.versions
            if not each.gone and _is_known(each, day) and not _is_replaced(each, day)
        ]

    def _days(self, first: date, last: date) -> Iterator[_HeldDay]:
        """Each day with the decision that was in force at its end."""
        decisions = self._history.decisions
        for position, held in enumerate(decisions):
            following = decisions[position + 1].first_day if position + 1 < len(decisions) else last + ONE_DAY
            day, end = max(first, held.first_day), min(last, following - ONE_DAY)
            while day <= end:
                yield _HeldDay(day, held, day == held.first_day and _is_mixed(decisions, position))
                day += ONE_DAY

    def _became(self, number: PaymentId, before: Payment | None, less: bool) -> Became:
        now = self._now.get(number)
        if before is None or before.credited_on is None:
            return Became.LATE
        if now is None or now.credited_on is None or (now.status != before.status and less):
            return Became.TAKEN_BACK
        if now.credited_on != before.credited_on:
            return Became.MOVED
        return Became.TAKEN_BACK if now == before and less else Became.EDITED

    def _how_returned(self, number: PaymentId, *_: object) -> Became:
        returned = self.returned.get(number)
        return returned.how if returned else Became.REFUNDED

    def _without_returned(self, known: Iterable[Payment]) -> Iterator[Payment]:
        """Payments less what was given back of them later; of refunds only what could be placed on no payment."""
        for each in known:
            returned = self.returned.get(each.id)
            if each.is_refund:
                left = self._placing.unplaced.get(each.id, ZERO)
            elif returned is None or returned.amount.currency != each.amount.currency:
                yield each
                continue
            else:
                left = ZERO if returned.whole else each.amount.amount - returned.amount.amount
            if left > 0:
                yield replace(each, amount=replace(each.amount, amount=left))


@dataclass(frozen=True)
class _HeldDay:
    day: date
    held: Held
    mixed: bool


def _is_known(version: Version, day: _HeldDay) -> bool:
    return version.number <= day.held.version and version.seen_on <= day.day


def _is_replaced(version: Version, day: _HeldDay) -> bool:
    if version.until is None or version.until > day.held.version:
        return False
    return version.ended_on is None or version.ended_on <= day.day


def _is_mixed(decisions: Sequence[Held], position: int) -> bool:
    """Whether several tiers were held on the first day of a decision: those of that day's decisions, and the one before
    them, unless the night made the first."""
    held = decisions[position]
    of_day = [position]
    while of_day[0] and decisions[of_day[0] - 1].first_day == held.first_day:
        of_day.insert(0, of_day[0] - 1)
    if of_day[0] and not decisions[of_day[0]].by_night:
        of_day.insert(0, of_day[0] - 1)
    return len({_name(decisions[each].tier) for each in of_day}) > 1


def _may_differ(some: Sequence[Payment], others: Sequence[Payment], window: Window) -> bool:
    """Whether the window's payments are not the same; where money was given back, earlier ones have a say."""
    differing = set(some) ^ set(others)
    if any(each.is_refund for each in (*some, *others)):
        return bool(differing)
    return any(each.credited_on is not None and each.credited_on in window for each in differing)


def _tier(turnover: Decimal, day: _HeldDay, table: TierTable) -> Tier | None:
    earned = table.tier_for(turnover)
    return outranking(day.held.pin, day.day, earned, table) or earned


def _name(tier: Tier | None) -> str | None:
    return tier.name if tier else None


def _threshold(tier: Tier | None) -> Decimal:
    return tier.threshold if tier else Decimal(-1)


def _causes(then: Turnover, now: Turnover, known: Iterable[Payment], became: _HowItBecame) -> Iterator[Cause]:
    """The payments that count otherwise, as they were `known` as far as they were."""
    before = {each.id: each for each in known}
    counted, counts = ({each.payment.id: each.counted for each in turnover.verdicts} for turnover in (then, now))
    seen = {each.payment.id: each.payment for each in (*now.verdicts, *then.verdicts)}
    for number, payment in seen.items():
        one, other = counted.get(number, ZERO), counts.get(number, ZERO)
        if one != other:
            known_as = before.get(number)
            day = known_as.credited_on if known_as else None
            day = day or payment.credited_on or now.window.last
            yield Cause(number, payment.number, day, became(number, known_as, other < one), one, other)


def _returned(
    versions: Iterable[Version], now: Mapping[PaymentId, Payment], placing: Placing
) -> Iterator[tuple[PaymentId, Returned]]:
    """What was credited once and is given back, as far as it is known now. A payment that is gone is nobody's."""
    credited: dict[PaymentId, Payment] = {}
    since: dict[PaymentId, date] = {}
    for each in versions:
        number = each.payment.id
        if each.payment.status == PaymentStatus.CREDITED and each.payment.credited_on:
            credited[number] = each.payment
            since.pop(number, None)
        else:
            since.setdefault(number, each.seen_on)
    refunded_on = _refunded_on(now, placing)
    for number, paid in credited.items():
        current, taken = now.get(number), placing.taken.get(number, ZERO)
        whole = current is not None and current.status != PaymentStatus.CREDITED
        if current is None or paid.is_refund or paid.credited_on is None or not (whole or taken):
            continue
        yield (
            number,
            Returned(
                number,
                paid.number,
                paid.amount if whole else replace(paid.amount, amount=taken),
                paid.credited_on,
                refunded_on.get(number) or since[number],
                _how(current),
                whole,
            ),
        )


def _refunded_on(now: Mapping[PaymentId, Payment], placing: Placing) -> dict[PaymentId, date]:
    """The day of the last refund that took something of each payment."""
    found: dict[PaymentId, date] = {}
    for refund, steps in placing.placed.items():
        day = now[refund].credited_on or date.min
        for step in steps:
            found[step.payment] = max(day, found.get(step.payment, date.min))
    return found


def _how(payment: Payment) -> Became:
    if payment.status == PaymentStatus.FRAUD:
        return Became.FRAUD
    refunded = payment.status in GIVEN_BACK or payment.status == PaymentStatus.CREDITED
    return Became.REFUNDED if refunded else Became.CANCELLED


@dataclass
class _Open:
    """A stretch that may go on."""

    days: list[_Day]
    causes: dict[PaymentId, Cause] = field(default_factory=dict)

    def closed(self, kind: Kind) -> Correction:
        first, last = self.days[0], self.days[-1]
        causes = tuple(sorted(self.causes.values(), key=lambda each: (each.day, each.payment)))
        mixed = frozenset(each.day for each in self.days if each.mixed)
        return Correction(kind, first.day, last.day, first.held, first.other, causes, mixed)


def _stretches(kind: Kind, days: Iterable[_Day]) -> Iterator[Correction]:
    """Days that follow one another with the same two tiers; a payment is told as it first makes the difference."""
    stretch: _Open | None = None
    for day in days:
        if stretch and not _goes_on(stretch.days[-1], day):
            yield stretch.closed(kind)
            stretch = None
        stretch = stretch or _Open([])
        stretch.days.append(day)
        for cause in day.causes:
            stretch.causes.setdefault(cause.payment, cause)
    if stretch:
        yield stretch.closed(kind)


def _goes_on(before: _Day, day: _Day) -> bool:
    return day.day - before.day == ONE_DAY and (before.held, before.other) == (day.held, day.other)
