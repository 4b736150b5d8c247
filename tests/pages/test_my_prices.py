"""The reseller's prices: by the discounts in effect, at the next tier, and what a month of them was worth."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.store.notes import PRICES, SAVINGS

from tests.operator import TODAY, Operator
from tests.pages.desk import NOW, Desk
from tests.pages.test_my import as_client, buttons, fields, raw, table

pytestmark = pytest.mark.slow


@pytest.fixture
def me(operator: Operator) -> Desk:
    """52 000 in the window, all of them to stay: Partner #8 since a month ago; a tariff that is capped, another that is
    left out and whose name a spreadsheet could take for a formula."""
    world = operator.sandbox.world
    capped, left_out = world.add_tariff("Promo", 2, "99.99"), world.add_tariff("=Special", 2, 500)
    operator.classes("vps", "vds", left_out=(left_out,), caps=f"{capped}=10")
    account = world.add_account("Romashka")
    world.add_payment(account, 52_000, TODAY - timedelta(days=20))
    operator.apply(TODAY - timedelta(days=20))
    operator.apply()
    operator.sandbox.reset_calls()
    return as_client(operator, account)


def prices(page: Any) -> list[tuple[str, ...]]:
    names = ("class", "type", "period", "full", "percent", "price", "next_percent", "next_price")
    return [tuple(row[name] for name in names) for row in table(page, "prices")]


def lines(me: Desk) -> list[dict[str, str]]:
    return list(csv.DictReader((me.ask("my.prices.export").findtext("csv") or "").splitlines()))


def test_what_i_pay_now_and_at_the_next_tier_in_every_form(me: Desk, operator: Operator) -> None:
    page = me.ask("my.prices")
    found = raw(page)
    assert (found["state"], found["tier"], found["next_tier"], found["missing"]) == (
        "tier",
        "Partner #8",
        "Partner #9",
        "48000",
    )
    assert found["read_at"] == "2025-01-20T12:00:00"
    assert prices(page) == [
        ("vps", "vds", "P1M", "500", "0", "500", "0", "500"),
        ("vps", "vds", "P1M", "99.99", "10", "89.991", "10", "89.991"),
        ("vps", "vds", "P1M", "1000", "19", "810", "21", "790"),
        ("dedicated", "dedic", "P1M", "10000", "7", "9300", "8", "9200"),
        ("ssl", "certificate", "P1M", "2000", "3", "1940", "5", "1900"),
    ]
    first, second = list(page.find("list[@name='prices']"))[1:3]
    assert first.find("price").text == "RUB 89.99", "the text is rounded, the value is not"
    assert (second.findtext("full"), second.findtext("percent")) == ("RUB 1,000 / 1 month", "19 %")
    assert "RUB 48,000 more to reach Partner #9" in page.findtext("words")
    assert [key.get("key") for key in page.iterfind("slist[@name='period']/val")] == [
        "shortest",
        "P1M",
        "P12M",
        "all",
    ]
    assert {row[2] for row in prices(me.ask("my.prices", period="P12M"))} == {"P12M"}
    every = lines(me)
    assert len(prices(me.ask("my.prices", period="all"))) == len(every) == 10
    assert (every[0]["name"], every[0]["next_tier"]) == ("'=Special", "Partner #9")
    assert [each["price"] for each in every if each["period"] == "P1M"] == ["500", "89.991", "810", "9300", "1940"]
    assert operator.sandbox.calls() == [], "the page asks the panel nothing"
    me.language = "ru"
    page = me.ask("my.prices")
    assert "До Partner #9 не хватает 48 000 ₽" in page.findtext("words")
    assert page.findtext("list[@name='prices']/elem/percent") == "нет"


def test_a_month_of_charges_by_other_percents_and_when_it_is_not_known(me: Desk, operator: Operator) -> None:
    operator.store.classes.put(operator.store.classes.all()[1])
    operator.classes("vps", "vds")
    operator.apply()
    owned = {each.scope: number for number, each in operator.store.owned.of(AccountId(1)).items()}
    day = TODAY - timedelta(days=3)
    operator.sandbox.world.add_expense(1, 810, day, owned["it_2"], 190)  # type: ignore[index]
    operator.apply()
    found = raw(me.ask("my.prices"))
    assert (found["saved"], found["saved_now"], found["saved_next"]) == ("190", "190", "210")
    assert (found["saved_first_day"], found["saved_last_day"]) == ("2024-12-21", "2025-01-20")
    assert me.ask("my.prices").findtext("saved") == (
        "From 21 Dec 2024 through 20 Jan 2025: RUB 190. With Partner #9 it would be RUB 210."
    )
    operator.store.notes.write(SAVINGS, {"told": False})
    assert me.ask("my.prices").findtext("saved").startswith("Unknown: the panel doesn't tell")


def test_what_is_in_effect_is_charged_while_the_panel_has_not_taken_the_new_percent(
    me: Desk, operator: Operator
) -> None:
    operator.sandbox.fault("refuse", "account.discount.edit")
    operator.sandbox.world.add_payment(1, 48_000, TODAY)
    operator.apply()
    page = me.ask("my.prices")
    dedicated = next(row for row in table(page, "prices") if row["class"] == "dedicated")
    assert (dedicated["percent"], dedicated["follows"], dedicated["price"]) == ("7", "8", "9300")
    assert (raw(page)["tier"], raw(page)["next_tier"], dedicated["next_price"]) == ("Partner #9", "Partner #10", "9100")
    assert "still being updated" in page.findtext("waiting")


def test_who_has_no_next_tier_or_takes_no_part_reads_words_and_no_zeros(me: Desk, operator: Operator) -> None:
    store, one = operator.store, AccountId(1)
    store.members.pin(one, Pin("Partner #16", date(2025, 3, 1), "agreed", True), NOW)
    operator.apply()
    page = me.ask("my.prices")
    assert (raw(page)["next_tier"], "next_price" in fields(page)) == ("", False)
    assert "doesn't depend on your turnover through 1 Mar 2025" in page.findtext("words")
    store.members.exclude(one, "", NOW)
    operator.apply(allow_drop=True)
    page = me.ask("my.prices")
    assert (raw(page)["state"], buttons(page), page.find("list[@name='prices']")) == ("excluded", [], None)
    assert page.findtext("words") == "You are not in the reseller program: it gives no discounts on your orders."
    assert lines(me) == []


def test_a_panel_that_tells_no_prices_leaves_the_percents_and_one_that_fails_once_the_prices_of_before(
    me: Desk, operator: Operator
) -> None:
    before = operator.store.notes.read(PRICES)
    operator.sandbox.read_as(price_list="absent")
    tomorrow = TODAY + timedelta(days=1)
    operator.apply(tomorrow)
    kept = operator.store.notes.read(PRICES)
    assert (kept["tariffs"], kept["at"], kept["tried"]) == (before["tariffs"], before["at"], tomorrow.isoformat())
    operator.store.notes.forget(PRICES)
    operator.apply(tomorrow)
    page = me.ask("my.prices")
    shown = [(row["class"], row["percent"], row["next_percent"], row["price"]) for row in table(page, "prices")]
    assert shown == [
        ("vps", "19", "21", ""),
        ("vps", "10", "10", ""),
        ("dedicated", "7", "8", ""),
        ("ssl", "3", "5", ""),
    ]
    assert "only discounts are shown" in page.findtext("words")
    assert "period" not in fields(page)
