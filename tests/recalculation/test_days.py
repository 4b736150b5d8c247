"""The calendar: month ends, a leap day, and three months day by day against a slow, separate computation (R3, R7)."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.recalculation import night

from tests.operator import Operator
from tests.programme.ledger_model import a_month_before

pytestmark = pytest.mark.slow

STARTER = {"vds": 3, "dedic": 1, "certificate": 1}

# the published table as the provider publishes it: from, VPS, dedicated, SSL
PUBLISHED = """
500 3 1 1 / 3000 5 1 1 / 5000 7 1 1 / 10000 9 2 1 / 15000 11 3 3 / 20000 13 4 3 / 30000 15 5 3 / 40000 17 6 3
/ 50000 19 7 3 / 100000 21 8 5 / 150000 23 9 5 / 200000 25 10 5 / 300000 27 11 5 / 400000 29 12 5
/ 500000 31 13 10 / 700000 33 14 10 / 1000000 35 15 10
"""


def published(turnover: Decimal) -> dict[str, int]:
    """The percents of the published table, read from the top down."""
    found: dict[str, int] = {}
    for line in PUBLISHED.split("/"):
        threshold, *percents = map(int, line.split())
        if turnover >= threshold:
            found = dict(zip(("vds", "dedic", "certificate"), percents))
    return found


@pytest.mark.parametrize(
    ("credited", "last"),
    [
        (date(2024, 12, 20), date(2025, 1, 20)),
        (date(2025, 1, 31), date(2025, 2, 28)),
        (date(2025, 2, 28), date(2025, 3, 31)),
        (date(2024, 1, 30), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 3, 31)),
        (date(2024, 2, 28), date(2024, 3, 28)),
        (date(2024, 11, 30), date(2024, 12, 31)),
    ],
)
def test_a_payment_counts_to_the_last_day_of_its_month_and_not_longer(
    operator: Operator, credited: date, last: date
) -> None:
    """R3, by night runs and by events on the same days."""
    nightly, prompted = (operator.sandbox.world.add_account(name) for name in ("Nightly", "Prompted"))
    operator.sandbox.world.add_payment(nightly, 600, credited)
    operator.queue(operator.sandbox.world.add_payment(prompted, 600, credited), day=last)
    operator.work(last)
    operator.apply(last)
    assert operator.percents(nightly) == operator.percents(prompted) == STARTER
    operator.apply(last + timedelta(days=1))
    assert operator.percents(nightly) == operator.percents(prompted) == {}


@pytest.mark.parametrize(("amount", "left"), [(None, {}), (200, {}), (50, STARTER)])
@pytest.mark.parametrize("status", ["4", "6"])
def test_a_refund_on_the_last_day_of_its_payment_and_on_the_day_after(
    operator: Operator, amount: int | None, left: dict[str, int], status: str
) -> None:
    """600 of 20 December beside 550 of 9 January: on 20 January both count, on 21 January the first has left."""
    operator.sandbox.read_as(refund_row_status=status)
    world = operator.sandbox.world
    account = world.add_account("Romashka")
    first = world.add_payment(account, 600, date(2024, 12, 20))
    world.add_payment(account, 550, date(2025, 1, 9))
    operator.apply(date(2025, 1, 20))
    refund = world.refund(first, date(2025, 1, 20), amount)
    operator.queue(first, refund, cause="payment.refund")
    operator.work(date(2025, 1, 20))
    assert operator.percents(account) == STARTER, "550 are left at least"
    operator.apply(date(2025, 1, 21))
    # a full refund took its payment out by status; a partial one names none here, so it lowers the latest payment
    assert operator.percents(account) == (STARTER if amount is None else left)


@pytest.mark.parametrize("members", ["few", "many"])
def test_three_months_day_by_day_are_what_a_separate_computation_says(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, members: str
) -> None:
    """Every day: the night run, then payments, refunds and frauds as they come, by worker or by sweep; and compare.
    Where there are many members, the night picks whom it looks at."""
    if members == "many":
        monkeypatch.setattr(night, "SMALL", 0)
    chance, world = random.Random(29), operator.sandbox.world
    operator.store.settings.set("drop_limit_count", "1000")
    operator.store.settings.set("client_notices", "off")  # tests/recalculation/test_notices.py
    accounts = [world.add_account(f"Client {number}") for number in range(6)]
    books: dict[int, dict[int, tuple[date, Decimal]]] = defaultdict(dict)
    changes, day, last = 0, date(2023, 12, 14), date(2024, 3, 16)
    before: dict[int, dict[str, int]] = {}
    while day <= last:
        operator.night(day)
        _compare(operator, books, accounts, day, "after the night run")
        for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
            account = chance.choice(accounts)
            if books[account] and chance.random() < 0.2:
                payment = chance.choice(sorted(books[account]))
                books[account].pop(payment)
                world.set_payment(payment, status=chance.choice((6, 7)))
            else:
                amount = Decimal(chance.choice((1, 499, 500, 700, 2_999, 12_345, 48_000, 120_000)))
                payment = world.add_payment(account, amount, day)
                books[account][payment] = (day, amount)
            if chance.random() < 0.7:
                operator.queue(payment, day=day)
        operator.work(day)
        operator.sweep(day)
        _compare(operator, books, accounts, day, "in the evening")
        now = {account: operator.percents(account) for account in accounts}
        changes += now != before
        before, day = now, day + timedelta(days=1)
    assert changes > 40, "something must have happened"
    assert operator.store.queue.all() == []


def _compare(
    operator: Operator,
    books: dict[int, dict[int, tuple[date, Decimal]]],
    accounts: list[int],
    day: date,
    when: str,
) -> None:
    for account in accounts:
        turnover = sum(
            (amount for credited, amount in books[account].values() if a_month_before(day) <= credited <= day),
            Decimal(0),
        )
        assert operator.percents(account) == published(turnover), f"{account} on {day} {when}: {turnover}"
