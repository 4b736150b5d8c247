"""What the programme is worth, for whoever owns the business: now, beside a month ago, and month by month."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from decimal import Decimal

from .effects import ZERO, Way, is_fall
from .ids import AccountId
from .tiers import ServiceClass, TierTable
from .values import dataclass
from .window import Window, ends_of_months

MONTHS = 12
WEEKS = 12
KNOWN_FOR = timedelta(days=400)
"""So far back the overview looks."""
SOON = timedelta(days=7)
"""Who falls within so many days is at stake."""
MOVES = (Way.STARTS, Way.RISES, Way.FALLS, Way.ENDS)


@dataclass(frozen=True)
class Held:
    """So many clients, with that turnover together (programme currency)."""

    clients: int = 0
    turnover: Decimal = ZERO

    def __add__(self, other: Held) -> Held:
        return Held(self.clients + other.clients, self.turnover + other.turnover)


@dataclass(frozen=True)
class Leaving:
    """All clients whose tier becomes another on `day` if nothing is paid, and the same for all (None: none)."""

    day: date
    tier: str
    following: str | None
    held: Held


def falling(leaving: Iterable[Leaving], table_on: Callable[[date], TierTable], today: date) -> Held:
    """Those of them who hold less then: by today's table, and by that of the day."""
    return sum(
        (each.held for each in leaving if falls(each.tier, each.following, table_on(today), table_on(each.day))), Held()
    )


def falls(tier: str | None, following: str | None, table: TierTable, table_then: TierTable) -> bool:
    """Whether less is held after one tier became another: by today's table, and by that of the change day."""
    return is_fall(table.by_name(tier or ""), table_then.by_name(following or ""))


@dataclass(frozen=True)
class DayFigures:
    """The members on a day by the name of their tier, None without one. `falling` were to fall within a week; None
    where nobody wrote that down."""

    day: date
    tiers: Mapping[str | None, Held]
    falling: Held | None = None

    @property
    def with_tier(self) -> int:
        """How many members hold a tier."""
        return sum(held.clients for tier, held in self.tiers.items() if tier)

    @property
    def turnover(self) -> Decimal:
        """Of all members, of those without a tier, too."""
        return sum((held.turnover for held in self.tiers.values()), ZERO)


@dataclass(frozen=True)
class Given:
    """What discounts of the programme took off on a day for clients with that `tier`, in one currency. The class is
    None where the panel does not tell which discount it was."""

    day: date
    tier: str
    service_class: ServiceClass | None
    amount: Decimal


@dataclass(frozen=True)
class Compared:
    """A figure and what it was a month ago, None where that is not known."""

    now: Decimal
    before: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        """By how much it grew; below zero where it shrank."""
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True)
class Month:
    """A month by its `last` recorded day: members with a tier, the turnover of the period that ends on it, and what
    discounts took off in the month; None where that is not known for all of its days."""

    last: date
    with_tier: int
    turnover: Decimal
    given: Decimal | None


@dataclass(frozen=True)
class Week:
    """How many clients went which way in the seven days from `first` on."""

    first: date
    moves: Mapping[Way, int]


@dataclass(frozen=True)
class OfTier:
    """A tier's clients and their turnover, and what discounts took off for such clients in the period; None where the
    panel does not tell."""

    tier: str | None
    held: Held
    given: Decimal | None


@dataclass(frozen=True)
class Overview:
    """`given` is what discounts took off in the period that ends on `day`, `share` that in percent of the turnover;
    None where the panel does not tell. Of `falling`, who falls within a week: how many, and with what turnover."""

    day: date
    with_tier: Compared
    turnover: Compared
    given: Compared | None
    share: Compared | None
    falling: Compared
    stake: Compared
    tiers: Sequence[OfTier] = ()
    classes: Mapping[ServiceClass | None, Decimal] = field(default_factory=dict)
    months: Sequence[Month] = ()
    weeks: Sequence[Week] = ()


class Whom(str, enum.Enum):
    """Which clients a list is about: who falls soon, has risen lately, saves most, or ordered nothing with the discount
    for a whole period."""

    FALLING = "falling"
    ROSE = "rose"
    GAINING = "gaining"
    IDLE = "idle"


@dataclass(frozen=True)
class Person:
    """A client on such a list: the logins (on most panels e-mail addresses), the turnover, since when the
    tier is held, on which day it becomes another if nothing is paid (None: none), what discounts took off in the
    period."""

    account: AccountId
    name: str
    addresses: str
    tier: str | None
    turnover: Decimal
    since: date | None
    change_day: date | None
    change_tier: str | None
    given: Decimal


@dataclass(frozen=True)
class Records:
    """What the overview is made from: `figures` by day, the oldest first; `given` and from which day on all of it is
    known (None: not at all); how many went which way on each day; the names of `tiers`, the lowest first."""

    figures: Sequence[DayFigures]
    given: Sequence[Given]
    given_since: date | None
    moves: Mapping[date, Mapping[Way, int]]
    tiers: Sequence[str]


def overview(now: DayFigures, records: Records, months: int) -> Overview:
    """How it stands by the figures of `now`, with periods of so many months (R3)."""
    day, falling = now.day, now.falling or Held()
    before = latest(records.figures, Window.of(day).first)
    given = _compared_given(records, day, months)
    return Overview(
        day,
        Compared(Decimal(now.with_tier), Decimal(before.with_tier) if before else None),
        Compared(now.turnover, before.turnover if before else None),
        given,
        _share(given, now, before),
        Compared(Decimal(falling.clients), Decimal(before.falling.clients) if before and before.falling else None),
        Compared(falling.turnover, before.falling.turnover if before and before.falling else None),
        list(_of_tiers(now, records, months)),
        _by_class(records, Window.of(day, months)) if given else {},
        list(_months(now, records)),
        list(_weeks(day, records)),
    )


def latest(figures: Sequence[DayFigures], day: date) -> DayFigures | None:
    """The newest figures that are not after a day, if they are of the week before it."""
    found = [each for each in figures if day - SOON < each.day <= day]
    return found[-1] if found else None


def month_ends(day: date, count: int = MONTHS) -> list[date]:
    """The last days of the months before that of `day`, and that day: so many, the oldest first."""
    return ends_of_months(Window.of(day.replace(day=1), count - 1).first, day)


def _compared_given(records: Records, day: date, months: int) -> Compared | None:
    now, before = (_given_in(records, Window.of(each, months)) for each in (day, Window.of(day).first))
    return None if now is None else Compared(now, before)


def _given_in(records: Records, days: Window) -> Decimal | None:
    if records.given_since is None or records.given_since > days.first:
        return None
    return sum((each.amount for each in records.given if each.day in days), ZERO)


def _share(given: Compared | None, now: DayFigures, before: DayFigures | None) -> Compared | None:
    if given is None or not now.turnover:
        return None
    known = before is not None and before.turnover and given.before is not None
    return Compared(
        _percent(given.now, now.turnover),
        _percent(given.before or ZERO, before.turnover) if before and known else None,
    )


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(Decimal("0.01"))


def _of_tiers(now: DayFigures, records: Records, months: int) -> Iterator[OfTier]:
    """Every tier of the table, and those that somebody holds still; the lowest first, and who has none before it."""
    window = Window.of(now.day, months)
    told = _given_in(records, window) is not None
    by_tier: dict[str | None, Decimal] = {}
    for each in records.given:
        if each.day in window:
            by_tier[each.tier] = by_tier.get(each.tier, ZERO) + each.amount
    rest = sorted(tier for tier in now.tiers if tier and tier not in records.tiers)
    for name in (None, *records.tiers, *rest):
        yield OfTier(name, now.tiers.get(name, Held()), by_tier.get(name, ZERO) if told else None)


def _by_class(records: Records, window: Window) -> dict[ServiceClass | None, Decimal]:
    found: dict[ServiceClass | None, Decimal] = {}
    for each in records.given:
        if each.day in window:
            found[each.service_class] = found.get(each.service_class, ZERO) + each.amount
    return found


def _months(now: DayFigures, records: Records) -> Iterator[Month]:
    """Months of which no day is on record are left out."""
    for end in month_ends(now.day):
        of_month = [each for each in (*records.figures, now) if end.replace(day=1) <= each.day <= end]
        if not of_month:
            continue
        last = of_month[-1]
        given = _given_in(records, Window(end.replace(day=1), end))
        yield Month(last.day, last.with_tier, last.turnover, given)


def _weeks(day: date, records: Records) -> Iterator[Week]:
    """Whole weeks that end with the day, the oldest first; none from before the first day on record."""
    begun = min(records.moves, default=day)
    for number in range(WEEKS - 1, -1, -1):
        first = day - timedelta(days=7 * number + 6)
        if first + timedelta(days=6) < begun:
            continue
        days = (records.moves.get(first + timedelta(days=offset), {}) for offset in range(7))
        yield Week(first, _summed(days))


def _summed(moves: Iterable[Mapping[Way, int]]) -> dict[Way, int]:
    found = dict.fromkeys(MOVES, 0)
    for each in moves:
        for way, count in each.items():
            found[way] = found.get(way, 0) + count
    return found
