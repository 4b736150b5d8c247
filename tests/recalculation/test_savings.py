"""What the programme saved, as the panel's expenses tell it; a panel that does not tell is believed to say nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.ids import AccountId
from resellerprogram.store.notes import SAVINGS

from tests.operator import TODAY, Operator

WEEK = timedelta(days=7)


@pytest.fixture
def account(operator: Operator) -> int:
    found = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(found, 52_000, date(2025, 1, 10))
    operator.apply()
    return found


def ours(operator: Operator, account: int) -> int:
    return min(operator.store.owned.of(AccountId(account)))


def saved(operator: Operator, account: int, day: date = TODAY) -> dict[str, Decimal]:
    return dict(operator.store.savings.of(AccountId(account), day - timedelta(days=31), day))


def told(operator: Operator) -> bool:
    return bool((operator.store.notes.read(SAVINGS) or {}).get("told"))


def test_only_what_our_discounts_took_off_is_saved_by_the_programme(operator: Operator, account: int) -> None:
    discount = ours(operator, account)
    operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    operator.sandbox.world.add_expense(account, 81, TODAY, discount, 19)
    operator.sandbox.world.add_expense(account, 500, TODAY, 4711, 100)
    operator.sandbox.world.add_expense(account, 500, TODAY)
    operator.apply()
    assert saved(operator, account) == {"RUB": Decimal(209)}
    assert told(operator)


def test_a_night_adds_its_days_and_counts_none_twice(operator: Operator, account: int) -> None:
    discount = ours(operator, account)
    for offset in range(5):
        day = TODAY + timedelta(days=offset)
        operator.sandbox.world.add_expense(account, 810, day, discount, 100)
        operator.apply(day)
        operator.apply(day)
    assert saved(operator, account, TODAY + timedelta(days=4)) == {"RUB": Decimal(500)}


def test_a_discount_that_has_ended_saved_until_then_and_its_number_is_nobodys_afterwards(
    operator: Operator, account: int
) -> None:
    discount = ours(operator, account)
    operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    over = date(2025, 2, 11)
    operator.apply(over, allow_drop=True)
    assert operator.percents(account) == {}
    operator.sandbox.world.add_expense(account, 810, over + WEEK, discount, 77)
    operator.apply(over + WEEK)
    assert saved(operator, account, over + WEEK) == {"RUB": Decimal(190)}


@pytest.mark.parametrize(
    "reading", [{"expense_discount": "absent"}, {"expense_amounts": "plain"}], ids=["no discount", "no currency"]
)
def test_a_panel_that_does_not_tell_leaves_it_unknown(
    operator: Operator, account: int, reading: dict[str, str]
) -> None:
    """The sandbox has three currencies: a plain amount could be any of them."""
    operator.sandbox.read_as(**reading)
    operator.sandbox.world.add_expense(account, 810, TODAY, ours(operator, account), 190)
    operator.apply()
    assert (told(operator), saved(operator, account)) == (False, {})


def test_a_filter_that_is_not_obeyed_adds_no_other_days(operator: Operator, account: int) -> None:
    operator.sandbox.read_as(expense_filter="ignored")
    discount = ours(operator, account)
    operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    operator.sandbox.world.add_expense(account, 810, date(2024, 6, 1), discount, 1000)
    operator.apply()
    assert saved(operator, account) == {"RUB": Decimal(190)}


def test_days_are_asked_for_in_either_way_that_the_panel_may_know(operator: Operator, account: int) -> None:
    """C.4: `realdate` is assumed, `fromdate` and `todate` were seen."""
    operator.sandbox.read_as(expense_filter="from_to")
    day = TODAY - timedelta(days=1)
    operator.sandbox.world.add_many_expenses(account, 5_400, day, ours(operator, account), 1)
    operator.apply()
    assert saved(operator, account) == {"RUB": Decimal(5_400)}


def test_a_panel_that_fails_here_fails_nothing_else(operator: Operator, account: int) -> None:
    operator.sandbox.fault("refuse", "expense")
    operator.sandbox.world.add_payment(account, 60_000, TODAY)
    report = operator.apply()
    assert (report.written, operator.percents(account)["vds"], told(operator)) == (3, 21, False)
    operator.sandbox.clear_faults()
    operator.apply()
    assert told(operator)


def test_the_employees_filter_of_expenses_is_left_as_it_was(operator: Operator, account: int) -> None:
    operator.sandbox.mgrctl("expense.filter", su="admin", account="Vector", sok="ok")
    before = operator.sandbox.filters()
    operator.sandbox.world.add_expense(account, 810, TODAY, ours(operator, account), 190)
    operator.apply()
    assert operator.sandbox.filters() == before
    assert saved(operator, account) == {"RUB": Decimal(190)}


def test_more_expenses_than_a_list_shows_are_read_in_parts(operator: Operator, account: int) -> None:
    """C.3: the panel cuts a list at 5000 rows."""
    discount = ours(operator, account)
    operator.sandbox.world.add_many_expenses(account, 5_400, TODAY, discount, 1)
    operator.apply()
    assert saved(operator, account) == {"RUB": Decimal(5_400)}
