"""The recorded history of an account played again with another tier table (R2–R5, R10).

What is known of the payments from which day on, who took part, by which settings, and who was pinned stays as it was;
only the tables are others. Nothing is decided here: which payments count, where refunds are placed, when a payment
leaves the window and which tier that gives is asked of the functions that decisions and forecasts ask. Looked at are
only days on which something enters or leaves the window, or on which a table, a pin or a setting changes.

A day is played as it ended: with all that was known in the evening.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from .basis import Pin
from .effects import ZERO
from .ids import PaymentId, ProviderId
from .payments import Money, Payment, PaymentStatus
from .pins import held
from .tiers import Tier, TierTable
from .turnover import CountingRules, brings_its_amount, by_day, count
from .values import dataclass
from .window import Window, first_day_without, later

ByDay = dict[date, Decimal]
_make = tuple.__new__
"""Three times as fast as the name of the tuple, for what there are millions of."""


class Nature(NamedTuple):
    """What many payments have in common."""

    status: PaymentStatus
    currency: str
    provider: ProviderId
    method_excluded: bool = False
    promotional: bool = False
    is_refund: bool = False


class Version(NamedTuple):
    """A credited payment as it was known in the evenings from `first_day` to `last_day`, both included; `last_day` is
    the calendar's last while it still is."""

    number: PaymentId
    credited_on: date
    amount: Decimal
    nature: Nature
    first_day: date
    last_day: date = date.max
    refund_of: PaymentId | None = None

    @property
    def payment(self) -> Payment:
        """As the rules see it."""
        nature = self.nature
        return Payment(
            self.number,
            "",
            Money(self.amount, nature.currency),
            nature.status,
            self.credited_on,
            nature.provider,
            method_excluded=nature.method_excluded,
            promotional=nature.promotional,
            is_refund=nature.is_refund,
            refund_of=self.refund_of,
        )


class Stage(NamedTuple):
    """What was decided of an account from `first_day` on, until its next stage: the tier that it really held, by which
    rules its payments counted (None: it took no part), and the pin that held. Stages with the same rules share one
    object of them."""

    first_day: date
    tier: Tier | None
    rules: CountingRules | None
    pin: Pin | None = None


class Step(NamedTuple):
    """From `day` on the account holds `tier`; its money alone earns `earned`."""

    day: date
    tier: Tier | None
    earned: Tier | None


class Played(NamedTuple):
    """How an account would have stood, step by step, and what was `counted` of its payments, by the day on which they
    were credited and as they are known in the end, in the currency of the settings in force on that day. Opening
    turnover moves the tiers, and is nothing that was paid in."""

    steps: list[Step]
    counted: list[tuple[str, ByDay]]

    def on(self, day: date) -> Step:
        """Where it would have stood on a day. Raises ValueError for one that is not played."""
        reached = [step for step in self.steps if step.day <= day]
        if not reached:
            raise ValueError(day)
        return reached[-1]


@dataclass
class Replay:
    """The days from `first` to `last`, both included, with the table that `table_on` tells for each; `table_days` are
    those on which another one begins. It remembers which kinds of payments count, and nothing else of an account."""

    first: date
    last: date
    table_on: Callable[[date], TierTable]
    table_days: Collection[date] = ()
    _worth: dict[tuple[int, ProviderId, str], tuple[bool, Nature]] = field(default_factory=dict, repr=False)

    def of(self, stages: Sequence[Stage], versions: Sequence[Version]) -> Played:
        """Play one account, from its first stage on: `stages` by day, one of a day, `versions` in any order."""
        steps: list[Step] = []
        counted: list[tuple[str, ByDay]] = []
        for rules, span, last in self._spans(stages):
            first = max(self.first, span[0].first_day)
            if rules is None:
                steps.append(Step(first, None, None))
                continue
            moves, brought = self._moves(versions, rules)
            steps += self._walk(span, first, last, moves)
            counted.append((rules.currency, {day: each for day, each in brought.items() if first <= day <= last}))
        return Played(steps, counted)

    def _spans(self, stages: Sequence[Stage]) -> Iterator[tuple[CountingRules | None, list[Stage], date]]:
        """Stages that follow one another with the same rules, and the last day that is played of them."""
        together = [list(span) for _, span in groupby(stages, lambda stage: id(stage.rules))]
        for span, following in zip(together, [*together[1:], None]):
            last = min(self.last, _day_before(following[0].first_day)) if following else self.last
            if last >= max(self.first, span[0].first_day):
                yield span[0].rules, span, last

    def _walk(self, stages: Sequence[Stage], first: date, last: date, moves: ByDay) -> Iterator[Step]:
        """What is held from day to day, told where it changes."""
        pins = _pins(stages)
        ends = (later(pin.until, 1) for pin in pins.values() if pin)
        days = {**dict.fromkeys((first, *self.table_days, *pins, *ends), ZERO), **moves}
        balance, table, pin = ZERO, self.table_on(first), None
        before: tuple[Tier | None, Tier | None] | None = None
        least, most = ZERO, ZERO
        for day, amount in sorted(days.items()):
            if day > last:
                return
            balance += amount
            if pins and day in pins:
                pin, least = pins[day], most
            if day < first:
                continue
            if day in self.table_days:
                table, least = self.table_on(day), most
            turnover = balance if balance > 0 else ZERO
            if pin is None and least <= turnover < most:
                continue  # most days change the turnover and nothing else
            tier, earned, _ = held(pin, day, turnover, table)
            least, most = table.alike(turnover)
            if before is None or tier is not before[0] or earned is not before[1]:
                before = tier, earned
                yield _make(Step, (day, tier, earned))

    # --- what enters the window and leaves it ---

    def _moves(self, versions: Sequence[Version], rules: CountingRules) -> tuple[ByDay, ByDay]:
        """By how much the turnover changes on each day; and what is counted in the end, by credit date. No refund takes
        back a payment that is credited after it, or opening turnover: those stand for themselves."""
        refunded_on = max((each.credited_on for each in versions if each.nature.is_refund), default=None)
        moves, counted = ByDay(), ByDay()
        brought = [each for each in versions if each.number < 0]
        if brought:
            versions = [each for each in versions if each.number >= 0]
        if refunded_on:
            may_be_taken = [each for each in versions if each.credited_on <= refunded_on]
            versions = [each for each in versions if each.credited_on > refunded_on]
            moves, counted = self._with_refunds(may_be_taken, rules)
        self._stand_alone(versions, rules, moves, counted)
        self._stand_alone(brought, rules, moves, ByDay())
        return moves, counted

    def _stand_alone(self, versions: Iterable[Version], rules: CountingRules, moves: ByDay, counted: ByDay) -> None:
        """Each enters when it is credited and known, and leaves with its window, or when it is known otherwise. There
        are a million of them."""
        last, months, of, counts = self.last, rules.months, moves.get, counted.get
        for version in versions:
            _, credited_on, worth, nature, first_day, last_day, _ = version
            if not self._counts_whole(version, nature, rules):
                worth = self._converted(version, rules)
                if not worth:
                    continue
            enters = first_day if first_day > credited_on else credited_on
            leaves = first_day_without(credited_on, months)
            if last_day < last:
                leaves = min(leaves, later(last_day, 1))
            elif enters <= last:
                counted[credited_on] = counts(credited_on, ZERO) + worth
            if enters < leaves:
                moves[enters] = of(enters, ZERO) + worth
                moves[leaves] = of(leaves, ZERO) - worth

    def _alone(self, version: Version, rules: CountingRules) -> Decimal:
        """What a payment counts while nothing of it is given back."""
        whole = self._counts_whole(version, version.nature, rules)
        return version.amount if whole else self._converted(version, rules)

    def _counts_whole(self, version: Version, nature: Nature, rules: CountingRules) -> bool:
        """Payments of a kind count alike, but for the rate: of each kind the rules are asked once."""
        known = self._worth.get((id(nature), rules.provider, rules.currency))
        if known is None:
            known = brings_its_amount(version.payment, rules), nature
            self._worth[id(nature), rules.provider, rules.currency] = known
        return known[0]

    def _converted(self, version: Version, rules: CountingRules) -> Decimal:
        """What counts of one that does not with all of its amount."""
        if version.nature.currency == rules.currency:
            return ZERO
        of_its_day = Window(version.credited_on, version.credited_on, rules.months)
        return by_day(count([version.payment], of_its_day, rules).verdicts).get(version.credited_on, ZERO)

    def _with_refunds(self, versions: Sequence[Version], rules: CountingRules) -> tuple[ByDay, ByDay]:
        """Where money was given back: on each day on which that may place it otherwise all is counted anew."""
        moves, counted, known = ByDay(), ByDay(), dict[PaymentId, Payment]()
        news = list(_days_of_news(versions, self.last))
        last_placing = max((place for place, each in enumerate(news) if each.may_place), default=-1)
        for place, each in enumerate(news):
            if place <= last_placing:
                for version in each.gone:
                    known.pop(version.number, None)
                known.update((version.number, version.payment) for version in each.come)
            if each.may_place:
                window = Window.of(each.day, rules.months)
                if place == last_placing:  # in the end all is told, and before that only what is in the window
                    window = replace(window, first=date.min)
                now = by_day(count(known.values(), window, rules).verdicts)
                before = {day: amount for day, amount in counted.items() if day >= window.first}
                more = [(day, now.get(day, ZERO) - before.get(day, ZERO)) for day in {*before, *now}]
            else:
                more = [(version.credited_on, self._alone(version, rules)) for version in each.come]
                more += [(version.credited_on, -self._alone(version, rules)) for version in each.gone]
            for credited_on, amount in more:
                counted[credited_on] = counted.get(credited_on, ZERO) + amount
                leaves = first_day_without(credited_on, rules.months)
                if amount and each.day < leaves:
                    moves[each.day] = moves.get(each.day, ZERO) + amount
                    moves[leaves] = moves.get(leaves, ZERO) - amount
        return moves, counted


class _News(NamedTuple):
    """What is known otherwise from `day` on: versions that go and that come. `may_place`: refunds may be placed
    otherwise by it; else all of it is later than each refund, and stands for itself."""

    day: date
    gone: list[Version]
    come: list[Version]
    may_place: bool


def _days_of_news(versions: Iterable[Version], last: date) -> Iterator[_News]:
    """The days up to `last` that bring any, in order; a payment of a day to come is news on that."""
    gone: dict[date, list[Version]] = {}
    come: dict[date, list[Version]] = {}
    for version in versions:
        comes = max(version.first_day, version.credited_on)
        if comes <= last and comes <= version.last_day:
            come.setdefault(comes, []).append(version)
            if version.last_day < last:
                gone.setdefault(later(version.last_day, 1), []).append(version)
    refunded_on = date.min
    for day in sorted({*gone, *come}):
        goes_now, comes_now = gone.get(day, []), come.get(day, [])
        for each in comes_now:
            if each.nature.is_refund and each.credited_on > refunded_on:
                refunded_on = each.credited_on
        earliest = min([each.credited_on for each in (*goes_now, *comes_now)])
        yield _News(day, goes_now, comes_now, earliest <= refunded_on)


def _pins(stages: Sequence[Stage]) -> dict[date, Pin | None]:
    """The days on which another pin was said, or none any more."""
    before = [None, *(stage.pin for stage in stages)]
    return {stage.first_day: stage.pin for stage, pin in zip(stages, before) if stage.pin != pin}


def _day_before(day: date) -> date:
    return later(day, -1) if day > date.min else day
