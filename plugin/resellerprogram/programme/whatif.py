"""What another tier table would have done to the recorded past: counted account by account, and what it comes to.

Money is told in two ways, each by what it rests on. *By payments*: as if each payment had been spent on one class of
services on the day on which it was credited; of all that was played, a figure for each class. *By expenses*: what the
discounts really saved, as far as that is on record. It is not on record by class, so that the other table's share of it
lies between the smallest and the largest ratio of the percents; nor is it for whom no discount acted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .effects import ZERO, Way, percents_of, way_of_tier, what_is_held
from .ids import AccountId
from .replay import Played, Stage
from .tiers import ServiceClass, Tier, TierTable
from .values import dataclass
from .window import ends_of_months

HUNDRED = Decimal(100)
SHOWN = 20
_KEPT = 10 * SHOWN
"""So many who gain or lose are kept before they are put in order again."""


class Beside(NamedTuple):
    """The same figure as it really was, and as it would have been at the other table."""

    really: Decimal
    other: Decimal

    @property
    def more(self) -> Decimal:
        """What the other table adds; below zero where it takes away."""
        return self.other - self.really


@dataclass(frozen=True)
class Month:
    """How many clients stood on `day`, the last one played of its month, on each tier: really, and at the other table;
    the empty name counts those without a tier."""

    day: date
    tiers: Mapping[str, tuple[int, int]]

    @property
    def with_tier(self) -> tuple[int, int]:
        """How many held any."""
        held = [counts for name, counts in self.tiers.items() if name]
        return sum(each[0] for each in held), sum(each[1] for each in held)


@dataclass(frozen=True)
class Client:
    """Who would have gained or lost: at most `amount` (below zero: lost), if all of `paid` had been spent on
    `service_class`; really and at the other table on the last day played."""

    account: AccountId
    amount: Decimal
    service_class: ServiceClass
    paid: Decimal
    really: str | None
    other: str | None


@dataclass(frozen=True)
class Expenses:
    """What discounts saved from `first` to `last`, as the expenses on record tell it, and the least and the most that
    the other table would have saved of the same. `untold` was saved on days of which no tier is on record."""

    first: date
    last: date
    really: Decimal
    least: Decimal
    most: Decimal
    untold: Decimal = ZERO


class Between(NamedTuple):
    """The amounts of a tier: from `threshold` to below the next one's, None at the top."""

    tier: str
    threshold: Decimal
    following: Decimal | None


@dataclass(frozen=True)
class WhatIf:
    """What a table comes to, played from `first` to `last`. `clients` were played, of them `differing` would have held
    something else on some day, and on the last day `rises` hold more at the other table and `falls` less. `turnover`
    is what counted of all payments credited in these days. `empty` are thresholds that nobody's money was ever between;
    `unpinned` so many clients had a pin whose tier the table does not have. The programme acts since `started` (None:
    it only looks so far); what it decided before was not given."""

    first: date
    last: date
    currency: str
    table: TierTable
    clients: int = 0
    differing: int = 0
    rises: int = 0
    falls: int = 0
    turnover: Decimal = ZERO
    months: tuple[Month, ...] = ()
    classes: Mapping[ServiceClass, Beside] = field(default_factory=dict)
    expenses: Expenses | None = None
    gained: tuple[Client, ...] = ()
    lost: tuple[Client, ...] = ()
    empty: tuple[Between, ...] = ()
    unpinned: int = 0
    started: date | None = None

    def percent(self, amount: Decimal) -> Decimal | None:
        """Of the turnover, to hundredths; None without one."""
        return (HUNDRED * amount / self.turnover).quantize(Decimal("0.01")) if self.turnover > 0 else None


class _Pair(NamedTuple):
    """From `day` on: held really, and at the other table."""

    day: date
    really: Tier | None
    other: Tier | None
    takes_part: bool


@dataclass
class Tally:
    """Counts one account after another; two tallies of different accounts add up. Its size does not grow with them."""

    table: TierTable
    currency: str
    first: date
    last: date
    clients: int = 0
    differing: int = 0
    rises: int = 0
    falls: int = 0
    unpinned: int = 0
    turnover: Decimal = ZERO
    saved: list[Decimal] = field(default_factory=lambda: [ZERO] * 4)
    months: list[dict[str, list[int]]] = field(default_factory=list)
    classes: dict[ServiceClass, list[Decimal]] = field(default_factory=dict)
    gained: list[Client] = field(default_factory=list)
    lost: list[Client] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    _ways: dict[tuple[int, int], tuple[bool, Way | None, Tier | None, Tier | None]] = field(
        default_factory=dict, repr=False
    )

    def __post_init__(self) -> None:
        self._ends = ends_of_months(self.first, self.last)
        self.months = self.months or [{} for _ in self._ends]

    def add(
        self, account: AccountId, stages: Sequence[Stage], played: Played, saved: Iterable[tuple[date, Decimal]]
    ) -> None:
        """One account, as it was decided and as it is played; `saved` is what discounts saved it, by day, in the
        tally's currency."""
        pairs = _beside_each_other(stages, played, self.first)
        if not pairs:
            return
        days = [pair.day for pair in pairs]
        self.clients += 1
        self.differing += any(not self._compared(pair)[0] for pair in pairs)
        earned = {id(step.earned): step.earned for step in played.steps}
        self.reached.update(tier.name for tier in earned.values() if tier)
        self.unpinned += any(stage.pin and self.table.by_name(stage.pin.tier) is None for stage in stages)
        for counts, end in zip(self.months, self._ends):
            place = bisect_right(days, end)
            if place and pairs[place - 1].takes_part:
                _count(counts, pairs[place - 1])
        self._spend(account, pairs, days, played)
        for day, amount in saved:
            place = bisect_right(days, day)
            self._save(amount, pairs[place - 1].really if place else None, pairs[place - 1].other if place else None)
        way = self._compared(pairs[-1])[1]
        if way:
            self.rises, self.falls = self.rises + (not way.lowers), self.falls + way.lowers

    def merge(self, of_others: Tally) -> None:
        """Add what was counted of other accounts."""
        for name in ("clients", "differing", "rises", "falls", "unpinned", "turnover"):
            setattr(self, name, getattr(self, name) + getattr(of_others, name))
        self.saved = [one + other for one, other in zip(self.saved, of_others.saved)]
        for counts, more in zip(self.months, of_others.months):
            for name, (really, other) in more.items():
                known = counts.setdefault(name, [0, 0])
                known[0], known[1] = known[0] + really, known[1] + other
        for service_class, (really_spent, other_spent) in of_others.classes.items():
            sums = self.classes.setdefault(service_class, [ZERO, ZERO])
            sums[0], sums[1] = sums[0] + really_spent, sums[1] + other_spent
        self.gained, self.lost = most([*self.gained, *of_others.gained]), most([*self.lost, *of_others.lost])
        self.reached |= of_others.reached

    def result(
        self, saved_from: date | None = None, saved_to: date | None = None, started: date | None = None
    ) -> WhatIf:
        """What it comes to; expenses are on record between these days, both included."""
        really, least, greatest, untold = self.saved
        expenses = Expenses(saved_from, saved_to, really, least, greatest, untold) if saved_from and saved_to else None
        following = [*(tier.threshold for tier in self.table.tiers[1:]), None]
        return WhatIf(
            self.first,
            self.last,
            self.currency,
            self.table,
            self.clients,
            self.differing,
            self.rises,
            self.falls,
            self.turnover,
            tuple(
                Month(end, {name: (counts[0], counts[1]) for name, counts in of_month.items()})
                for end, of_month in zip(self._ends, self.months)
                if of_month
            ),
            {name: Beside(*sums) for name, sums in self.classes.items()},
            expenses,
            tuple(most(self.gained)),
            tuple(most(self.lost)),
            tuple(
                Between(tier.name, tier.threshold, after)
                for tier, after in zip(self.table.tiers, following)
                if self.clients and tier.name not in self.reached
            ),
            self.unpinned,
            started,
        )

    def _compared(self, pair: _Pair) -> tuple[bool, Way | None, Tier | None, Tier | None]:
        """Whether both are the same to hold, and which way it goes from one to the other. Tiers are few and kept."""
        key = id(pair.really), id(pair.other)
        found = self._ways.get(key)
        if found is None:
            same = what_is_held(pair.really) == what_is_held(pair.other)
            way = None if same else way_of_tier(pair.really, pair.other)
            found = self._ways[key] = same, way, pair.really, pair.other
        return found

    def _spend(self, account: AccountId, pairs: Sequence[_Pair], days: Sequence[date], played: Played) -> None:
        """By payments: what each would have saved, really and at the other table, were all of it of one class."""
        spent: dict[int, Decimal] = {}
        for currency, counted in played.counted:
            for day, amount in counted.items() if currency == self.currency else ():
                place = bisect_right(days, day)
                spent[place] = spent.get(place, ZERO) + amount
        spent.pop(0, None)  # before the first day that is played of it
        together: dict[tuple[int, int], tuple[_Pair, Decimal]] = {}
        for place, amount in spent.items():
            pair = pairs[place - 1]
            _, was, would_be, _ = pair
            key = id(was), id(would_be)
            known = together.get(key)
            together[key] = pair, known[1] + amount if known else amount
        paid = sum((amount for _, amount in together.values()), ZERO)
        self.turnover += paid
        had = _saved((pair.really, amount) for pair, amount in together.values())
        has = _saved((pair.other, amount) for pair, amount in together.values())
        greatest: tuple[Decimal, ServiceClass] | None = None
        for name in {**had, **has}:
            in_all = self.classes.setdefault(name, [ZERO, ZERO])
            had_of, has_of = had.get(name, ZERO), has.get(name, ZERO)
            in_all[0], in_all[1] = in_all[0] + had_of, in_all[1] + has_of
            if had_of != has_of and (greatest is None or abs(has_of - had_of) > abs(greatest[0])):
                greatest = has_of - had_of, name
        if greatest:
            self._rank(account, greatest, paid, pairs[-1])

    def _rank(self, account: AccountId, greatest: tuple[Decimal, ServiceClass], paid: Decimal, last: _Pair) -> None:
        ranks = self.gained if greatest[0] > 0 else self.lost
        really, other = (tier.name if tier else None for tier in (last.really, last.other))
        ranks.append(Client(account, *greatest, paid, really, other))
        if len(ranks) > _KEPT:
            ranks[:] = most(ranks)

    def _save(self, amount: Decimal, really: Tier | None, other: Tier | None) -> None:
        """By expenses: the class is not known, so that the ratio of percents is the least or the greatest of any."""
        given = {name: percent for name, percent in percents_of(really).items() if percent}
        self.saved[0] += amount
        if not given:
            self.saved[3] += amount
            return
        would = percents_of(other)
        ratios = [would.get(name, ZERO) / percent for name, percent in given.items()]
        self.saved[1] += amount * min(ratios)
        self.saved[2] += amount * max(ratios)


def most(clients: Iterable[Client]) -> list[Client]:
    """Those who gain or lose most, `SHOWN` of them."""
    return sorted(clients, key=lambda each: (-abs(each.amount), each.account))[:SHOWN]


def _count(counts: dict[str, list[int]], pair: _Pair) -> None:
    for side, tier in enumerate((pair.really, pair.other)):
        counts.setdefault(tier.name if tier else "", [0, 0])[side] += 1


def _saved(spent: Iterable[tuple[Tier | None, Decimal]]) -> dict[ServiceClass, Decimal]:
    """What each class would have saved, were all of it spent on it: what was paid in while each tier was held."""
    by_tier: dict[int, tuple[Tier, Decimal]] = {}
    for tier, amount in spent:
        if tier is not None:
            known = by_tier.get(id(tier))
            by_tier[id(tier)] = tier, known[1] + amount if known else amount
    sums: dict[ServiceClass, Decimal] = {}
    for tier, amount in by_tier.values():
        share = amount / HUNDRED
        for name, percent in tier.percents.items():
            sums[name] = sums.get(name, ZERO) + share * percent
    return sums


def _beside_each_other(stages: Sequence[Stage], played: Played, first: date) -> list[_Pair]:
    """What was decided and what is played, step by step, from the first day on that is played."""
    if not played.steps:
        return []
    really = {max(stage.first_day, first): stage for stage in stages}
    others = {step.day: step for step in played.steps}
    begins, found, make = played.steps[0].day, list[_Pair](), tuple.__new__
    stage, step = None, None
    for day in sorted({*really, *others}):
        stage, step = really.get(day, stage), others.get(day, step)
        if day >= begins and stage and step:
            found.append(make(_Pair, (day, stage.tier, step.tier, stage.rules is not None)))
    return found


# --- as it is kept, and read by programs ---


def values_of(found: WhatIf) -> dict[str, Any]:
    """All of it as JSON holds it; `whatif_of` reads it back."""
    expenses = found.expenses
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "currency": found.currency,
        "table": found.table.to_csv(),
        "clients": found.clients,
        "differing": found.differing,
        "rises": found.rises,
        "falls": found.falls,
        "turnover": str(found.turnover),
        "months": [
            {
                "day": month.day.isoformat(),
                "tiers": {name: {"really": one, "other": two} for name, (one, two) in month.tiers.items()},
            }
            for month in found.months
        ],
        "classes": {
            name: {"really": str(sums.really), "other": str(sums.other)} for name, sums in found.classes.items()
        },
        "expenses": expenses
        and {
            "first": expenses.first.isoformat(),
            "last": expenses.last.isoformat(),
            "really": str(expenses.really),
            "least": str(expenses.least),
            "most": str(expenses.most),
            "untold": str(expenses.untold),
        },
        "gained": [_values_of_client(each) for each in found.gained],
        "lost": [_values_of_client(each) for each in found.lost],
        "empty": [
            {
                "tier": each.tier,
                "from": str(each.threshold),
                "to": None if each.following is None else str(each.following),
            }
            for each in found.empty
        ],
        "unpinned": found.unpinned,
        "started": found.started and found.started.isoformat(),
    }


def whatif_of(values: Mapping[str, Any]) -> WhatIf:
    """What `values_of` told."""
    expenses = values["expenses"]
    return WhatIf(
        date.fromisoformat(values["first"]),
        date.fromisoformat(values["last"]),
        values["currency"],
        TierTable.from_csv(values["table"]),
        values["clients"],
        values["differing"],
        values["rises"],
        values["falls"],
        Decimal(values["turnover"]),
        tuple(
            Month(
                date.fromisoformat(each["day"]),
                {name: (counts["really"], counts["other"]) for name, counts in each["tiers"].items()},
            )
            for each in values["months"]
        ),
        {
            ServiceClass(name): Beside(Decimal(each["really"]), Decimal(each["other"]))
            for name, each in values["classes"].items()
        },
        Expenses(
            date.fromisoformat(expenses["first"]),
            date.fromisoformat(expenses["last"]),
            *(Decimal(expenses[name]) for name in ("really", "least", "most", "untold")),
        )
        if expenses
        else None,
        tuple(map(_client, values["gained"])),
        tuple(map(_client, values["lost"])),
        tuple(
            Between(each["tier"], Decimal(each["from"]), None if each["to"] is None else Decimal(each["to"]))
            for each in values["empty"]
        ),
        values["unpinned"],
        date.fromisoformat(values["started"]) if values["started"] else None,
    )


def _values_of_client(client: Client) -> dict[str, Any]:
    return {
        "account": client.account,
        "amount": str(client.amount),
        "class": client.service_class,
        "paid": str(client.paid),
        "really": client.really,
        "other": client.other,
    }


def _client(values: Mapping[str, Any]) -> Client:
    return Client(
        AccountId(values["account"]),
        Decimal(values["amount"]),
        ServiceClass(values["class"]),
        Decimal(values["paid"]),
        values["really"],
        values["other"],
    )
