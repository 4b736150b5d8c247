"""Facts that the reference only assumes, played both ways (reference A, C, E)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox_tests.conftest import kind

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)


def create(panel: Sandbox, account: int, **more: Any) -> etree._Element:
    fields = {"name": "VPS", "name_ru": "ВПС", "type": 0, "percentage": 5, "pricelist_tree": "it_2", "sok": "ok"}
    return panel.mgrctl("account.discount.add.product", plid=account, **{**fields, **more})


def test_the_wizard_leads_from_its_start_to_its_last_step(common: Sandbox) -> None:
    """E.4"""
    account = common.world.add_account("One")
    assert common.mgrctl("account.discount.add", plid=account).get("func") == "account.discount.add"
    last = common.mgrctl("account.discount.add", plid=account, snext="ok")
    assert last.get("func") == "account.discount.add.product"
    assert [each.get("key") for each in last.iterfind("slist[@name='pricelist_tree']/val")][:3] == [
        "null",
        "it_1",
        "it_2",
    ]


@pytest.mark.parametrize(("steps", "at_once"), [("no", None), ("yes", "missed")])
def test_the_wizard_may_insist_on_its_steps(common: Sandbox, steps: str, at_once: str | None) -> None:
    """E.4"""
    common.read_as(wizard_steps=steps)
    account = common.world.add_account("One")
    assert kind(create(common, account)) == at_once
    common.mgrctl("account.discount.add", elid=account)
    assert kind(create(common, account)) is None


def test_a_creation_may_lose_its_id_once(common: Sandbox) -> None:
    """A.2"""
    common.read_as(wizard_returns_id="yes")
    common.fault("wizard_without_id", "account.discount.add.product", count=1)
    account = common.world.add_account("One")
    assert [create(common, account).find("id") is not None for _ in range(2)] == [False, True]


@pytest.mark.parametrize(("localized", "shown"), [("yes", "ВПС"), ("no", "VPS")])
def test_a_discounts_name_may_have_one_language_only(common: Sandbox, localized: str, shown: str) -> None:
    """A.3"""
    common.read_as(discount_name_localized=localized)
    account = common.world.add_account("One")
    create(common, account)
    assert common.mgrctl("account.discount", elid=account, lang="ru").findtext("elem/name") == shown


@pytest.mark.parametrize(("shape", "path"), [("report", "list[@name='personal']/elem"), ("list", "elem")])
def test_the_clients_own_discounts_come_as_a_report_or_a_list(common: Sandbox, shape: str, path: str) -> None:
    """A.5"""
    common.read_as(discountinfo_shape=shape)
    account = common.world.add_account("One")
    common.world.add_discount(account, 5, "it_2")
    answer = common.mgrctl("account.discountinfo", su=common.world.user_of(account))
    assert [row.findtext("value") for row in answer.iterfind(path)] == ["5 %"]


def test_a_full_refund_may_have_to_wait(common: Sandbox) -> None:
    """C.5"""
    common.read_as(full_refund="awaited")
    payment = common.world.add_payment(common.world.add_account("One"), 100, TODAY)
    refund = common.mgrctl("payment.refund", elid=payment, su="admin").findtext("id", "")

    def statuses() -> list[str | None]:
        return [common.mgrctl("payment.info", elid=each).findtext("payment/status") for each in (payment, refund)]

    assert statuses() == ["5", "1"]
    common.set_payment_status("payment.setpaid", int(refund))
    assert statuses() == ["6", "4"]


@pytest.mark.parametrize(("reading", "expected"), [("yes", None), ("no", "value")])
def test_a_promised_payment_may_be_paid_by_setpaid(common: Sandbox, reading: str, expected: str | None) -> None:
    """C.8"""
    common.read_as(promised_paid_by_setpaid=reading)
    payment = common.world.add_payment(common.world.add_account("One"), 100, TODAY, status=3)
    assert kind(common.set_payment_status("payment.setpaid", payment)) == expected


@pytest.mark.parametrize(("source", "shown"), [("absent", False), ("present", True)])
def test_a_refund_may_tell_which_payment_it_gives_back(common: Sandbox, source: str, shown: bool) -> None:
    """C.5"""
    common.read_as(refund_source=source)
    account = common.world.add_account("One")
    paid = common.world.add_payment(account, 100, TODAY)
    common.world.add_payment(account, -100, TODAY, refund="on", number="return/1", refund_of=paid)
    row = common.mgrctl("payment", filter="on", account_id=account).find("elem")
    assert row is not None
    assert (row.findtext("source_payment") == str(paid)) is shown


@pytest.mark.parametrize(("reading", "names"), [("all_with_status", 2), ("members_only", 1)])
def test_a_groups_list_shows_everybody_or_its_members(common: Sandbox, reading: str, names: int) -> None:
    """D.2"""
    common.read_as(group_list=reading)
    inside, outside = common.world.add_account("Inside"), common.world.add_account("Outside")
    group = common.world.add_group("Resellers")
    common.world.add_to_group(group, inside)
    rows = common.mgrctl("accountgroup.account", elid=group, p_cnt=1000)
    shown = {row.findtext("id") for row in rows.iterfind("elem")} & {str(inside), str(outside)}
    assert len(shown) == names


@pytest.mark.parametrize(("reading", "first"), [("sorted", "1"), ("own_order", "51")])
def test_a_list_is_cut_in_the_order_asked_for_or_in_its_own(tmp_path: Path, reading: str, first: str) -> None:
    """C.3, I.2"""
    with Sandbox.create(tmp_path / "mgr5", readings={"list_cut": reading}) as panel:
        panel.world.add_many(1, 5050, TODAY)
        oldest = panel.mgrctl("payment", p_order="asc", p_sort="id", p_cnt=10)
        assert (oldest.findtext("elem/id"), oldest.findtext("p_elems")) == (first, "5000")


@pytest.mark.parametrize(("reading", "shown"), [("obeyed", ["12", "2"]), ("literal", []), ("ignored", None)])
@pytest.mark.parametrize("function", ["payment", "account", "user", "accountgroup.account"])
def test_a_wildcard_in_a_filter_by_id_is_obeyed_or_not(
    common: Sandbox, function: str, reading: str, shown: list[str] | None
) -> None:
    """scale 4"""
    common.read_as(id_wildcard=reading)
    for number in range(12):
        common.world.add_payment(common.world.add_account(f"Client {number}"), 100, TODAY)
    group = common.world.add_group("Resellers")
    answer = common.mgrctl(function, elid=group, filter="on", id="*2", p_cnt=1000)
    found = [row.findtext("id", "") for row in answer.iterfind("elem")]
    if shown is None:
        assert len(found) > 2
        assert not all(number.endswith("2") for number in found)
    else:
        assert bool(found) is bool(shown)
        assert all(number.endswith("2") for number in found)


def test_rates_may_be_listed_for_one_currency_only(common: Sandbox) -> None:
    """panel-2 D5"""
    common.read_as(currencyrate="nested")
    common.world.add_rate("USD", TODAY, "90")
    assert kind(common.mgrctl("currencyrate")) == "missed"
    number = next(
        row.findtext("id", "") for row in common.mgrctl("currency").iterfind("elem") if row.findtext("iso") == "USD"
    )
    rows = list(common.mgrctl("currencyrate", elid=number).iterfind("elem"))
    assert [(row.findtext("date"), row.find("currency")) for row in rows] == [(str(TODAY), None)]


@pytest.mark.parametrize(("reading", "there"), [("left_out", False), ("shown", True)])
def test_a_column_without_a_value_is_left_out_of_its_row(common: Sandbox, reading: str, there: bool) -> None:
    """panel-2 D2, D3"""
    common.read_as(empty_columns=reading)
    account = common.world.add_account("One")
    common.world.add_payment(account, 5, None, status=1)
    common.world.add_expense(account, 5, TODAY)
    payment = common.mgrctl("payment", filter="on", account_id=account, su="admin").find("elem")
    expense = common.mgrctl("expense", su=common.world.user_of(account)).find("elem")
    assert payment is not None
    assert expense is not None
    found = [row.find(name) is not None for row, name in ((payment, "pay_date"), (payment, "billorder"))]
    assert [*found, expense.find("discount") is not None, expense.find("discountamount") is not None] == [there] * 4
