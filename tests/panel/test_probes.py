"""What `doctor` finds out of each assumption, where the panel is as we think and where it is not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.panel.answers import Document
from resellerprogram.panel.assumptions import ASSUMPTIONS, GUARD_ERROR, Specimen, examine
from resellerprogram.panel.calls import Panel
from resellerprogram.panel.directory import User
from resellerprogram.panel.experiments import notification_is_shown
from resellerprogram.programme.ids import AccountId, ProviderId
from resellerprogram.programme.outcomes import Finding
from resellerprogram.programme.text import same

from tests.sandbox import Sandbox

TODAY = date(2025, 1, 20)
HOLDS, DIFFERS, UNKNOWN = Finding.HOLDS, Finding.DIFFERS, Finding.UNKNOWN
BY_NAME = {each.name: each for each in ASSUMPTIONS}


@pytest.fixture
def account(sandbox: Sandbox) -> AccountId:
    return AccountId(sandbox.world.add_account("Romashka"))


def found(panel: Panel, name: str, **specimen: Any) -> tuple[Finding, str]:
    finding, detail = examine(panel, BY_NAME[name], Specimen(day=TODAY, **specimen))
    return finding, detail.en


# --- expenses (panel-2, D3) ---


@pytest.mark.parametrize(
    ("readings", "finding", "told"),
    [
        ({}, HOLDS, "discount=7 discountamount=190.00 RUB"),
        ({"expense_discount": "kind"}, HOLDS, "discount=personal discountamount=190.00 RUB"),
        ({"expense_discount": "absent"}, UNKNOWN, "expenses: 2, none with a discount"),
        ({"empty_columns": "shown"}, HOLDS, "discount=7"),
        ({"expense_filter": "realdate"}, HOLDS, "discount=7"),
        ({"expense_filter": "ignored"}, DIFFERS, "expenses of other days: 1"),
    ],
    ids=str,
)
def test_the_expense_that_something_made_smaller_says_how_the_panel_spells_it(
    sandbox: Sandbox, panel: Panel, account: AccountId, readings: dict[str, str], finding: Finding, told: str
) -> None:
    """The newest one had no discount, and leaves the column out."""
    sandbox.read_as(**readings)
    sandbox.world.add_expense(account, 500, TODAY - timedelta(days=99)) if "expense_filter" in readings else None
    sandbox.world.add_expense(account, 810, TODAY - timedelta(days=9), 7, 190)
    sandbox.world.add_expense(account, 500, TODAY)
    seen = found(panel, "expense_columns")
    assert seen[0] is finding
    assert told in seen[1]


def test_a_word_that_nobody_has_heard_of_differs(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    sandbox.read_as(expense_discount="kind")
    sandbox.world.add_expense(account, 810, TODAY, None, 190, kind="loyalty")
    assert found(panel, "expense_columns") == (DIFFERS, "expense 1: discount=loyalty")


def test_without_expenses_nothing_is_known_of_them(panel: Panel) -> None:
    assert found(panel, "expense_columns")[0] is UNKNOWN


# --- prices (D.7) ---


@pytest.mark.parametrize(
    ("reading", "finding", "told"),
    [
        ("by_type", HOLDS, "tariff plans: 1, type=month length=1 cost=1000.0000 RUB"),
        ("whole", HOLDS, "tariff plans of all types: 6"),
        ("absent", UNKNOWN, "pricelist.export"),
    ],
)
def test_the_price_list_is_looked_at(sandbox: Sandbox, panel: Panel, reading: str, finding: Finding, told: str) -> None:
    sandbox.read_as(price_list=reading)
    seen = found(panel, "price_list")
    assert seen[0] is finding
    assert told in seen[1]


def test_charges_with_more_places_than_are_shown_are_told(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    assert found(panel, "charges_rounded")[0] is UNKNOWN
    sandbox.world.add_expense(account, Decimal("80.99"), TODAY)
    assert found(panel, "charges_rounded") == (HOLDS, "expenses: 1")
    sandbox.read_as(expense_amounts="plain")
    sandbox.world.add_expense(account, Decimal("80.9919"), TODAY)
    assert found(panel, "charges_rounded") == (DIFFERS, "amount=80.9919")


# --- rates (panel-2, D5) ---


@pytest.mark.parametrize(
    ("shape", "finding", "told"),
    [
        ("by_iso", HOLDS, ""),
        ("by_id", HOLDS, ""),
        ("nested", HOLDS, "currencyrate elid, USD"),
        ("nested_empty", HOLDS, "currencyrate elid, USD"),
        ("absent", UNKNOWN, "currencyrate"),
    ],
)
def test_rates_are_looked_for_in_the_lists_of_single_currencies_too(
    sandbox: Sandbox, panel: Panel, shape: str, finding: Finding, told: str
) -> None:
    sandbox.world.add_rate("USD", TODAY, "90")
    sandbox.read_as(currencyrate=shape)
    seen = found(panel, "currency_rates")
    assert seen[0] is finding
    assert told in seen[1]


def test_a_panel_without_any_rate_leaves_it_open(panel: Panel) -> None:
    assert found(panel, "currency_rates") == (UNKNOWN, "no rate")


# --- the guard (panel-2, B2) ---


def test_a_code_that_nobody_has_is_submitted_as_the_carts_form_does(
    sandbox: Sandbox, panel: Panel, account: AccountId
) -> None:
    """Without our guard the panel refuses it by itself: that differs."""
    sandbox.reset_calls()
    seen = found(panel, "before_error_blocks", user=sandbox.world.user_of(account))
    (call,) = [each for each in sandbox.calls() if each["func"] == "basket"]
    assert (call["params"]["sok"], call["params"]["clicked_button"]) == ("ok", "setpromocode")
    assert seen[0] is DIFFERS
    assert GUARD_ERROR not in seen[1]


# --- rights (panel-2, A5) ---


def test_what_our_employee_may_not_call_is_named(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    assert found(panel, "employee_rights", account=account) == (HOLDS, "")
    sandbox.deny("admin", "account.discount", "user", "tariffs.of.nobody")
    seen = found(panel, "employee_rights", account=account)
    assert seen[0] is DIFFERS
    assert seen[1].startswith("admin: account.discount (")
    assert "user (" in seen[1]


# --- refunds (panel-2, D2) ---


def test_refunds_are_found_by_the_wildcard(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    payment = sandbox.world.add_payment(account, 100, TODAY)
    assert found(panel, "refund_rows", account=account) == (UNKNOWN, "no refund")
    sandbox.world.refund(payment, TODAY, 40)
    sandbox.reset_calls()
    assert found(panel, "refund_rows", account=account) == (HOLDS, "")
    assert sandbox.calls()[-1]["params"]["number"] == "return/*"


# --- lists that are cut (scale 1) ---


@pytest.mark.parametrize(("reading", "finding"), [("own_order", HOLDS), ("sorted", DIFFERS)])
def test_where_a_long_list_is_cut_shows_in_both_orders(
    sandbox: Sandbox, panel: Panel, reading: str, finding: Finding
) -> None:
    assert found(panel, "list_cut") == (UNKNOWN, "payments: 0, nothing is cut")
    sandbox.read_as(list_cut=reading)
    sandbox.world.add_many(51, 100, TODAY)
    assert found(panel, "list_cut")[0] is finding


# --- what a night of many members rests on ---


def test_the_list_of_clients_tells_who_has_a_discount(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    name = "client_list_tells_discounts"
    assert found(panel, name) == (UNKNOWN, "no client to look at")
    assert found(panel, name, account=account) == (HOLDS, "has_discount=off, discounts: 0")
    sandbox.world.add_discount(account, 5, "it_2")
    assert found(panel, name, account=account) == (HOLDS, "has_discount=on, discounts: 1")
    sandbox.read_as(has_discount="absent")
    assert found(panel, name, account=account)[0] is UNKNOWN


def test_a_payment_alone_is_told_as_in_the_list(
    sandbox: Sandbox, panel: Panel, account: AccountId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(panel, "payment_alone", account=account)[0] is UNKNOWN
    payment = sandbox.world.add_payment(account, "100.50", TODAY)
    assert found(panel, "payment_alone", account=account) == (HOLDS, "")
    call = panel.call

    def another_number(function: str, *asked: Any, **how: Any) -> Document:
        document = call(function, *asked, **how)
        for number in document.tree.iterfind("payment/number"):
            number.text = "0009"
        return document

    monkeypatch.setattr(panel, "call", another_number)
    finding, told = found(panel, "payment_alone", account=account)
    assert finding is DIFFERS
    assert told == f"number: '0009', in the list 'pfx/{payment}'"


# --- notifications (panel-2, E1) ---


@pytest.mark.parametrize("reading", ["nobody", "first"])
@pytest.mark.parametrize("provider", [1, 2])
def test_a_notification_that_names_the_programmes_provider_is_seen_and_taken_away(
    sandbox: Sandbox, panel: Panel, account: AccountId, provider: int, reading: str
) -> None:
    sandbox.world.add_project("Second")
    sandbox.read_as(notification_without_project=reading)
    user = User("2", sandbox.world.user_of(account), account)
    assert notification_is_shown(panel, user, ProviderId(provider)) == (HOLDS, same(""))
    assert sandbox.notifications() == []


def test_one_that_names_no_provider_may_be_seen_by_nobody(sandbox: Sandbox, panel: Panel, account: AccountId) -> None:
    user = User("2", sandbox.world.user_of(account), account)
    assert notification_is_shown(panel, user, None)[0] is DIFFERS
