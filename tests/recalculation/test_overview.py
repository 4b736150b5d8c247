"""The owner's overview over a random history, every figure and list against a slow computation of its own."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.office import Office
from resellerprogram.office.overview import OverviewDesk
from resellerprogram.programme.effects import Way
from resellerprogram.programme.ids import AccountId, Scope
from resellerprogram.programme.overview import MOVES, Whom
from resellerprogram.store.changes import Author

from tests.operator import TODAY, Operator
from tests.programme.ledger_model import a_month_before
from tests.recalculation.test_days import PUBLISHED

pytestmark = pytest.mark.slow

FIRST = date(2024, 12, 8)
CLASS_OF = {Scope("it_2"): "vps", Scope("it_3"): "dedicated", Scope("it_4"): "ssl"}
THRESHOLDS = [int(line.split()[0]) for line in PUBLISHED.split("/")]
NAMES = ["Starter", *(f"Partner #{number}" for number in range(1, 17))]


def desk_of(operator: Operator, day: date = TODAY) -> OverviewDesk:
    def noon() -> datetime:
        return datetime(day.year, day.month, day.day, 12)

    return Office(operator.sandbox.root, operator.store, Author("owner", ""), noon, 30).overview


def tier(turnover: Decimal) -> str | None:
    return next((name for name, least in zip(NAMES[::-1], THRESHOLDS[::-1]) if turnover >= least), None)


def rank(name: str | None) -> int:
    return NAMES.index(name) + 1 if name else 0


@dataclass
class Books:
    """What was paid and charged, and how that stood each night and evening."""

    paid: dict[int, list[tuple[date, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    given: list[tuple[date, str, str, Decimal]] = field(default_factory=list)
    nights: dict[date, tuple[Counter[str | None], Decimal]] = field(default_factory=dict)
    moves: dict[date, Counter[Way]] = field(default_factory=dict)

    def turnover(self, account: int, day: date) -> Decimal:
        return sum((amount for paid, amount in self.paid[account] if a_month_before(day) <= paid <= day), Decimal(0))

    def tiers(self, day: date) -> dict[int, str | None]:
        return {account: tier(self.turnover(account, day)) for account in self.paid}

    def close(self, day: date, before: Mapping[int, str | None], after: Mapping[int, str | None]) -> None:
        """A day is over: who went which way on it."""
        self.moves[day] = Counter(
            way_between(rank(before.get(account)), rank(after[account]))
            for account in after
            if rank(before.get(account)) != rank(after[account])
        )

    def falls(self, account: int) -> tuple[date, str | None] | None:
        """On which day of the next seven the tier changes first, and to which, if it is a lower one."""
        held = tier(self.turnover(account, TODAY))
        for offset in range(1, 8):
            day = TODAY + timedelta(days=offset)
            then = tier(self.turnover(account, day))
            if then != held:
                return (day, then) if rank(then) < rank(held) else None
        return None


def way_between(before: int, after: int) -> Way:
    if after > before:
        return Way.RISES if before else Way.STARTS
    return Way.FALLS if after else Way.ENDS


@pytest.fixture
def books(operator: Operator) -> Books:
    """Six weeks of payments, nights and orders of seven clients, the newest day today."""
    chance, world, books = random.Random(41), operator.sandbox.world, Books()
    operator.store.settings.set("drop_limit_count", "1000")
    operator.store.settings.set("client_notices", "off")
    for number in range(7):
        books.paid[world.add_account(f"Client {number}")] = []
    before: dict[int, str | None] = {}
    day = FIRST
    while day <= TODAY:
        operator.night(day)
        turnovers = [books.turnover(account, day) for account in books.paid]
        books.nights[day] = (Counter(books.tiers(day).values()), sum(turnovers, Decimal(0)))
        for account in chance.sample(sorted(books.paid), chance.choice((0, 1, 2))):
            amount = Decimal(chance.choice((1, 400, 600, 2_999, 4_000, 12_345, 48_000)))
            operator.queue(world.add_payment(account, amount, day), day=day)
            books.paid[account].append((day, amount))
        operator.work(day)
        _order(operator, books, chance, day)
        books.close(day, before, books.tiers(day))
        before, day = books.tiers(day), day + timedelta(days=1)
    operator.night(TODAY)  # the last day's orders are known, too
    return books


def _order(operator: Operator, books: Books, chance: random.Random, day: date) -> None:
    for account, held in books.tiers(day).items():
        owned = list(operator.store.owned.of(AccountId(account)).values())
        if held and owned and account % 3 and chance.random() < 0.2:
            ours, saved = chance.choice(owned), Decimal(chance.choice((19, 190, 7)))
            operator.sandbox.world.add_expense(account, 800, day, ours.id, saved)
            books.given.append((day, held, CLASS_OF[ours.scope], saved))


def test_every_figure_and_list_is_what_a_separate_computation_says(operator: Operator, books: Books) -> None:
    desk = desk_of(operator)
    _check_figures(desk, books)
    _check_lists(operator, desk, books)


def _check_figures(desk: OverviewDesk, books: Books) -> None:
    found = desk.overview()
    now, then = books.tiers(TODAY), books.nights[a_month_before(TODAY)]
    assert found.with_tier.now == sum(held is not None for held in now.values())
    assert found.with_tier.before == sum(count for held, count in then[0].items() if held)
    assert found.turnover.now == sum(books.turnover(account, TODAY) for account in books.paid)
    assert found.turnover.before == then[1]
    in_period = [each for each in books.given if a_month_before(TODAY) <= each[0] <= TODAY]
    assert found.given is not None
    assert found.given.now == sum(saved for *_, saved in in_period) > 0
    assert found.given.before == sum(saved for day, *_, saved in books.given if day <= a_month_before(TODAY))
    by_class: Counter[str] = Counter()
    by_tier: Counter[str] = Counter()
    for _, held, service_class, saved in in_period:
        by_class[service_class] += int(saved)
        by_tier[held] += int(saved)
    assert {str(name): int(amount) for name, amount in found.classes.items()} == dict(by_class)
    assert {each.tier: int(each.given or 0) for each in found.tiers if each.given} == dict(by_tier)
    clients = Counter(now.values())
    assert {each.tier: each.held.clients for each in found.tiers if each.held.clients} == dict(clients)
    for each in found.months[:-1]:
        with_tier = sum(count for name, count in books.nights[each.last][0].items() if name)
        assert (each.with_tier, each.turnover) == (with_tier, books.nights[each.last][1])
    assert [each.last for each in found.months] == [date(2024, 12, 31), TODAY]
    assert [each.first for each in found.weeks][-1] == TODAY - timedelta(days=6)
    for week in found.weeks:
        days = [week.first + timedelta(days=offset) for offset in range(7)]
        expected: Counter[Way] = Counter()
        for day in days:
            expected += books.moves.get(day, Counter())
        assert {way: week.moves[way] for way in MOVES if week.moves[way]} == dict(expected), week.first


def _check_lists(operator: Operator, desk: OverviewDesk, books: Books) -> None:
    falling = {account: fall for account in books.paid if (fall := books.falls(account))}
    assert falling, "something must be at stake"
    listed = desk.listed(Whom.FALLING)
    assert {each.person.account: (each.person.change_day, each.person.change_tier) for each in listed} == falling
    for each in listed:
        account, day = each.person.account, falling[each.person.account][0]
        least = THRESHOLDS[rank(each.person.tier) - 1]
        assert each.keep is not None
        assert each.keep.amount == least - books.turnover(account, day)
        assert each.keep.last_day == day - timedelta(days=1)
        assert each.person.addresses == operator.sandbox.world.user_of(account)
    assert found_stake(desk) == sum(books.turnover(account, TODAY) for account in falling)
    saved: Counter[int] = Counter()
    for each in desk.listed(Whom.GAINING):
        saved[each.person.account] = int(each.person.given)
    assert list(saved.values()) == sorted(saved.values(), reverse=True)
    assert sum(saved.values()) == sum(int(amount) for day, *_, amount in books.given if a_month_before(TODAY) <= day)
    for each in desk.listed(Whom.ROSE, timedelta(days=31)):
        assert rank(each.before) < rank(each.person.tier)
    idle = {each.person.account for each in desk.listed(Whom.IDLE)}
    assert not idle & set(saved)
    assert desk.listed(Whom.FALLING, name="client 99") == []


def found_stake(desk: OverviewDesk) -> Decimal:
    return desk.overview().stake.now


def test_before_the_start_nothing_is_written_down(operator: Operator) -> None:
    operator.store.notes.forget("started")
    operator.sandbox.world.add_payment(operator.sandbox.world.add_account("Client"), 600, TODAY)
    operator.night()
    assert operator.store.figures.is_empty()


def test_the_first_night_of_this_release_counts_the_past_from_decisions(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Client")
    operator.sandbox.world.add_payment(account, 600, date(2024, 12, 15))
    for day in (date(2024, 12, 15), date(2024, 12, 20), date(2025, 1, 16)):
        operator.night(day, allow_drop=True)
    for table in ("day_figure", "day_moves"):
        operator.store.connection.execute(f"DELETE FROM {table}")
    operator.night(TODAY)
    found = desk_of(operator).overview()
    assert (found.with_tier.now, found.with_tier.before, found.turnover.before) == (0, 1, 600)
    assert sum(week.moves[Way.STARTS] + week.moves[Way.ENDS] for week in found.weeks) == 2


def test_a_panel_that_tells_only_the_kind_leaves_the_class_open(operator: Operator) -> None:
    operator.sandbox.read_as(expense_discount="kind")
    account = operator.sandbox.world.add_account("Client")
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.night()
    (ours, *_) = operator.store.owned.of(AccountId(account))
    operator.sandbox.world.add_expense(account, 810, TODAY, ours, 190)
    operator.night()
    assert desk_of(operator).overview().classes == {None: 190}
