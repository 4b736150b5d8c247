"""What the programme saved, and where a promotion acted beside a tier, as the panel's expenses tell it; a panel that
does not tell is believed to say nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.ids import AccountId, Scope
from resellerprogram.store.notes import SAVINGS
from resellerprogram.store.promo_orders import PromoOrder

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


def is_known(operator: Operator, account: int, day: date = TODAY, since: date | None = None) -> bool:
    return operator.store.savings.is_known(AccountId(account), since or day - timedelta(days=31), day)


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


def test_r10_the_id_of_ours_in_anothers_expense_is_another_discount(operator: Operator, account: int) -> None:
    other = operator.sandbox.world.add_account("Vector")
    operator.sandbox.world.add_expense(other, 810, TODAY, ours(operator, account), 190)
    operator.apply()
    assert (saved(operator, account), saved(operator, other)) == ({}, {})


@pytest.mark.parametrize("reading", ["by_day", "realdate"])
def test_days_are_asked_for_in_either_way_that_the_panel_may_know(
    operator: Operator, account: int, reading: str
) -> None:
    """C.4: `realdate` is assumed, `fromdate` and `todate` were seen."""
    operator.sandbox.read_as(expense_filter=reading)
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
    operator.sandbox.mgrctl("expense.filter", su="admin", locale_name="Vector", sok="ok")
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


# --- the panel tells the kind of what acted, no id (panel-2, D3) ---


def test_a_personal_discount_is_ours_where_the_account_has_no_other(operator: Operator, account: int) -> None:
    operator.sandbox.read_as(expense_discount="kind")
    discount = ours(operator, account)
    operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    operator.sandbox.world.add_expense(account, 100, TODAY, kind="globaldiscount", saved=900)
    operator.sandbox.world.add_expense(account, 100, TODAY)
    operator.apply()
    assert (told(operator), saved(operator, account)) == (True, {"RUB": Decimal(190)})
    assert is_known(operator, account)


def test_whose_a_personal_discount_was_is_unknown_beside_another(operator: Operator, account: int) -> None:
    """Neither the one figure nor the other: a sum without it would be too small."""
    operator.sandbox.read_as(expense_discount="kind")
    operator.store.settings.set("other_discounts", "leave")
    operator.sandbox.world.add_discount(account, 50, "it_1", name="Agreed")
    operator.sandbox.world.add_expense(account, 810, TODAY, ours(operator, account), 190)
    operator.apply()
    assert (told(operator), saved(operator, account), is_known(operator, account)) == (True, {}, False)


def test_until_anothers_discount_was_set_aside_it_may_have_been_that_one(operator: Operator, account: int) -> None:
    operator.sandbox.read_as(expense_discount="kind")
    operator.sandbox.world.add_discount(account, 50, "it_1", name="Agreed")
    operator.apply()
    discount, tomorrow = ours(operator, account), TODAY + timedelta(days=1)
    operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    operator.sandbox.world.add_expense(account, 810, tomorrow, discount, 100)
    operator.apply(tomorrow)
    assert saved(operator, account, tomorrow) == {"RUB": Decimal(100)}
    assert not is_known(operator, account, tomorrow)
    assert is_known(operator, account, tomorrow, since=tomorrow)


def test_two_clients_of_one_name_are_not_told_apart(operator: Operator, account: int) -> None:
    operator.sandbox.read_as(expense_discount="kind")
    operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_expense(account, 810, TODAY, ours(operator, account), 190)
    operator.apply()
    assert saved(operator, account) == {}


@pytest.mark.parametrize("spelling", ["shown", "kind"])
@pytest.mark.parametrize("empty", ["left_out", "shown"])
def test_a_night_without_discounts_keeps_what_was_known(
    operator: Operator, account: int, spelling: str, empty: str
) -> None:
    """panel-2 D2: an empty column is left out of a row, and a row without it had no discount."""
    operator.sandbox.read_as(expense_discount=spelling, empty_columns=empty)
    operator.sandbox.world.add_expense(account, 810, TODAY, ours(operator, account), 190)
    operator.sandbox.world.add_expense(account, 500, TODAY)
    operator.apply()
    later = TODAY + WEEK
    operator.sandbox.world.add_expense(account, 500, later)
    operator.apply(TODAY + timedelta(days=4))
    operator.apply(later)
    assert (told(operator), saved(operator, account, later)) == (True, {"RUB": Decimal(190)})


def test_where_no_expense_ever_told_a_discount_nothing_is_known(operator: Operator, account: int) -> None:
    operator.sandbox.world.add_expense(account, 500, TODAY)
    operator.apply()
    assert not told(operator)


# --- a promotion or promo code beside a tier (R9) ---


def orders(operator: Operator) -> list[PromoOrder]:
    return operator.store.promo_orders.newest(50)


@pytest.mark.parametrize("spelling", ["shown", "kind"])
def test_r9_an_order_with_a_code_from_before_the_tier_is_found(operator: Operator, spelling: str) -> None:
    """F9: the guard stands at the door; a code that is in the cart already acts."""
    sandbox = operator.sandbox
    sandbox.read_as(expense_discount=spelling)
    sandbox.now = operator.clock(TODAY)()
    sandbox.world.add_promotion("Everything", 80, None, TODAY, TODAY + WEEK, promocode="ALL80")
    early = sandbox.world.add_account("Code first")
    user = sandbox.world.user_of(early)
    sandbox.mgrctl("cart", clicked_button="setpromocode", promocode="ALL80", sok="ok", su=user)
    operator.apply()
    sandbox.world.add_payment(early, 3_500, TODAY)
    operator.apply()
    for kind in ("vds", "vhost"):
        line = sandbox.mgrctl(f"v2.{kind}.order.param", clicked_button="order", sok="ok", su=user)
        sandbox.mgrctl("cartorder.create.confirm", elid=line.findtext("lineitem.id"), sok="ok", su=user)
    operator.apply()
    (found,) = orders(operator)
    assert (found.account, found.day, found.tier) == (early, TODAY, "Partner #1")
    assert (found.taken.amount, found.taken.currency) == (Decimal(160), "RUB")
    assert saved(operator, early) == {"RUB": Decimal(50)}


@pytest.mark.parametrize("spelling", ["shown", "kind"])
def test_where_no_tier_is_held_promotions_are_nobodys_business(operator: Operator, spelling: str) -> None:
    operator.sandbox.read_as(expense_discount=spelling)
    without = operator.sandbox.world.add_account("No tier")
    former = operator.sandbox.world.add_account("Former")
    operator.sandbox.world.add_payment(former, 3_500, TODAY - timedelta(days=31))
    operator.apply()
    tomorrow = TODAY + timedelta(days=1)
    operator.apply(tomorrow, allow_drop=True)
    for account in (without, former):
        operator.sandbox.world.add_expense(account, 40, tomorrow, 4711, 160, kind="promo")
    operator.apply(tomorrow)
    assert orders(operator) == []


def test_anothers_personal_discount_is_no_promotion(operator: Operator, account: int) -> None:
    other = operator.sandbox.world.add_discount(account, 50, "it_1", name="Agreed")
    operator.sandbox.world.add_expense(account, 40, TODAY, other, 160)
    operator.apply()
    assert orders(operator) == []
    left = operator.sandbox.world.add_account("Left")
    operator.store.settings.set("other_discounts", "leave")
    kept = operator.sandbox.world.add_discount(left, 50, "it_1", name="Agreed")
    operator.sandbox.world.add_payment(left, 3_500, TODAY)
    operator.sandbox.world.add_expense(left, 40, TODAY, kept, 160)
    operator.apply()
    assert orders(operator) == []


def test_where_codes_are_allowed_beside_a_tier_none_is_reported(operator: Operator, account: int) -> None:
    operator.store.settings.set("promo_codes", "allow")
    operator.sandbox.world.add_expense(account, 40, TODAY, 4711, 160, kind="promo")
    operator.apply()
    assert orders(operator) == []


def test_r10_who_gets_a_clients_id_later_has_none_of_their_orders(operator: Operator, account: int) -> None:
    operator.sandbox.world.add_expense(account, 40, TODAY, 4711, 160, kind="promo")
    operator.apply()
    assert [each.account for each in orders(operator)] == [account]
    operator.store.clients.forget(AccountId(account))
    assert orders(operator) == []


# --- what it was worth by class, and for how long that is known ---


def test_what_was_saved_is_kept_by_class_for_92_days(operator: Operator, account: int) -> None:
    by_scope = {each.scope: each.id for each in operator.store.owned.of(AccountId(account)).values()}
    for scope, amount in (("it_2", 190), ("it_3", 70), ("it_2", 10)):
        operator.sandbox.world.add_expense(account, 810, TODAY, by_scope[Scope(scope)], amount)
    operator.apply()
    kept = operator.store.savings.by_class(AccountId(account), TODAY, TODAY)
    assert {each.service_class: each.saved.amount for each in kept} == {"vps": 200, "dedicated": 70}
    for later, known in ((92, 270), (93, 0)):
        operator.apply(TODAY + timedelta(days=later), allow_drop=True)
        assert saved(operator, account).get("RUB", 0) == known
