"""What the sandbox panel answers to odd requests, and in what shape (reference C, E)."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox_tests.conftest import kind

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)
PERCENT = {"name": "x", "type": 0, "percentage": 5, "pricelist_tree": "it_2", "sok": "ok"}


@pytest.mark.parametrize(
    ("func", "params"),
    [
        ("account.discount.add.product", {**PERCENT, "type": "x"}),
        ("account.discount.add.product", {**PERCENT, "type": "2"}),
        ("account.discount.add.product", {**PERCENT, "percentage": "NaN"}),
        ("account.discount.add.product", {**PERCENT, "pricelist_tree": "it_99"}),
        ("account.discount.add.product", {**PERCENT, "fromdate": "2025-02-01", "todate": "2025-01-01"}),
        ("account.discount.add.product", {**PERCENT, "name": "bell \x07"}),
        ("payment.add", {"account": 1, "amount": "-5", "sok": "ok"}),
        ("payment.add", {"account": 1, "amount": "much", "sok": "ok"}),
        ("payment", {"filter": "on", "payfromdate": "yesterday"}),
        ("payment", {"filter": "on", "saamount_from": "much"}),
    ],
)
def test_a_value_of_the_wrong_shape_is_a_value_error_with_http_200(
    common: Sandbox, func: str, params: dict[str, Any]
) -> None:
    """E.5"""
    account = common.world.add_account("One")
    asked = {"authinfo": "admin:admin-password", "out": "xml", "func": func, "plid": account, **params}
    answer = requests.post(common.url, asked, timeout=10)
    assert (answer.status_code, kind(etree.fromstring(answer.content))) == (200, "value")
    assert common.world.discounts(account) == []


def test_a_filter_that_was_refused_is_not_remembered(common: Sandbox) -> None:
    """C.4"""
    assert kind(common.mgrctl("payment", su="admin", filter="on", payfromdate="yesterday")) == "value"
    assert kind(common.mgrctl("payment", su="admin")) is None
    assert common.filters() == []


def test_the_literal_null_and_odd_pages_do_not_filter_anything_out(common: Sandbox) -> None:
    """E.4"""
    for params in ({"filter": "on", "name": "null"}, {"p_num": 0}, {"p_cnt": ""}, {"p_num": "x", "p_cnt": 0}):
        rows = common.mgrctl("itemtype", su="admin", **params)
        assert len(rows.findall("elem")) == 6, params
        common.mgrctl("itemtype", su="admin", filter="on")


def test_amounts_and_numbers_are_sorted_by_value(common: Sandbox) -> None:
    """E.4"""
    account = common.world.add_account("One")
    for amount in (9, 100, 25):
        common.world.add_payment(account, amount, TODAY)
    rows = common.mgrctl("account.payment", elid=account, p_sort="subaccountamount_iso", p_order="desc")
    assert [row.findtext("subaccountamount_iso") for row in rows.iterfind("elem")] == [
        "100.00 RUB",
        "25.00 RUB",
        "9.00 RUB",
    ]


def test_errors_speak_the_language_of_the_request(common: Sandbox) -> None:
    """E.5"""
    answer = common.mgrctl("account.edit", elid=9999, lang="ru")
    assert answer.findtext("error/msg") == "account '9999' не существует"
    assert answer.findtext("error/group") == "__object__ '__value__' не существует"


def test_staff_sees_more_columns_of_a_payment_than_its_owner(common: Sandbox) -> None:
    """C.3"""
    common.read_as(empty_columns="shown")
    account = common.world.add_account("One")
    common.world.add_payment(account, 5, TODAY)
    staff, owner = (
        {str(cell.tag) for cell in common.mgrctl("payment", filter="on", account_id=account, su=su).iterfind("elem/*")}
        for su in ("admin", f"client{account}@example.com")
    )
    assert staff - owner == {"account_name", "project", "recipient_name", "sender_id", "recipient_id", "billorder"}


def test_payment_info_tells_payer_method_currency_and_provider(common: Sandbox) -> None:
    """C.6"""
    account = common.world.add_account("One", email="payer@example.com")
    info = common.mgrctl("payment.info", elid=common.world.add_payment(account, 5, TODAY))
    told = [
        info.findtext(f"payment/{path}") for path in ("useremail", "project/name", "items/item/amount", "recurring")
    ]
    assert told == ["payer@example.com", "Example Hosting", "5.0000", ""]
    assert [each.findtext("iso") for each in info.iterfind("payment/currency")] == [None, "RUB"]


@pytest.mark.parametrize(("reading", "expected"), [("employee", None), ("root", "access")])
def test_payment_info_may_be_for_root_alone(common: Sandbox, reading: str, expected: str | None) -> None:
    """C.1"""
    common.read_as(payment_info_for=reading)
    payment = common.world.add_payment(common.world.add_account("One"), 5, TODAY)
    assert kind(common.mgrctl("payment.info", elid=payment, su="admin")) == expected
    assert kind(common.mgrctl("payment.info", elid=payment)) is None


@pytest.mark.parametrize(("reading", "second"), [("yes", "auth"), ("no", None)])
def test_a_key_may_open_more_than_one_session(common: Sandbox, reading: str, second: str | None) -> None:
    """E.2"""
    common.read_as(key_single_use=reading)
    key = f"key-for-the-reading-{reading}"
    common.mgrctl("session.newkey", key=key)
    asked = {"func": "auth", "key": key, "out": "xml"}
    answers = [etree.fromstring(requests.post(common.url, asked, timeout=10).content) for _ in range(2)]
    assert [kind(answer) for answer in answers] == [None, second]


def test_a_session_without_referer_may_be_refused(common: Sandbox) -> None:
    """E.2"""
    common.read_as(referer_required="yes")
    asked = {"func": "auth", "username": "admin", "password": "admin-password", "out": "xml"}
    session = etree.fromstring(requests.post(common.url, asked, timeout=10).content).findtext("auth", "")
    asked = {"func": "itemtype", "auth": session, "out": "xml"}
    answers = [
        etree.fromstring(requests.get(common.url, asked, headers=headers, timeout=10).content)
        for headers in ({}, {"Referer": common.url})
    ]
    assert [kind(answer) for answer in answers] == ["access", None]


def test_devel_describes_a_list_and_its_buttons_by_the_callers_level(common: Sandbox) -> None:
    """E.5, plugins 1.5"""
    account = common.world.add_account("One")
    buttons = [
        [each.get("func") for each in common.mgrctl("payment", out="devel", su=su).iterfind("metadata//toolbtn")]
        for su in ("admin", f"client{account}@example.com")
    ]
    assert "payment.setpaid" in buttons[0]
    assert buttons[1] == ["payment.add", "payment.filter"]
    assert common.mgrctl("payment").find("metadata") is None


def test_mgrctl_fails_when_the_core_dies_under_the_call(tmp_path: Path) -> None:
    """E.6"""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        panel.fault("crash_before", "whoami")
        command = [str(panel.root / "sbin" / "mgrctl"), "-m", "billmgr", "whoami"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert (done.returncode, done.stdout, b"Failed to connect" in done.stderr) == (1, b"", True)


@pytest.mark.parametrize(("reading", "expected"), [("by_iso", "USD"), ("by_id", "153"), ("absent", None)])
def test_rates_name_their_currency_one_way_or_the_other(common: Sandbox, reading: str, expected: str | None) -> None:
    """plugins 6"""
    common.read_as(currencyrate=reading)
    common.world.add_rate("USD", TODAY, "90.5")
    assert common.mgrctl("currencyrate").findtext("elem/currency") == expected


def test_calls_that_nobody_knows_and_faults_that_nobody_knows_are_refused(common: Sandbox) -> None:
    """E.5"""
    assert kind(common.mgrctl("no.such.function")) == "missed"
    with pytest.raises(RuntimeError, match="could not fault"):
        common.fault("gremlins")
    with pytest.raises(RuntimeError, match="could not reading"):
        common.read_as(no_such_reading="yes")


def test_prices_follow_the_period_and_a_special_price_replaces_the_tariffs(common: Sandbox) -> None:
    """A.3, A.4"""
    account = common.world.add_account("One")
    common.world.add_discount(account, 10, "it_2")
    assert (common.price(account, "vds"), common.price(account, "vds", "annually")) == (900, 10800)
    asked = {"plid": account, "name": "x", "type": 1, "pricelist_tree": "it_3", "monthly126": "7500", "sok": "ok"}
    assert kind(common.mgrctl("account.discount.add.product", **asked)) is None
    assert common.price(account, "dedic") == Decimal(7500)


def test_a_payment_credited_quietly_calls_no_function_but_leaves_history(common: Sandbox) -> None:
    """C.8"""
    payment = common.world.add_payment(common.world.add_account("One"), 5, None, status=1)
    common.reset_calls()
    common.world.credit_quietly(payment, common.now + timedelta(minutes=1))
    assert [row.status_new for row in common.world.history(payment)] == [4]
    assert common.calls() == []


def told(panel: Sandbox, user: str, **params: str) -> list[str]:
    return [each.findtext("subject", "") for each in panel.mgrctl("notification", su=user, **params).iterfind("elem")]


@pytest.mark.parametrize(("reading", "unnamed"), [("nobody", []), ("first", ["unnamed"])])
def test_notifications_are_shown_by_user_and_provider(common: Sandbox, reading: str, unnamed: list[str]) -> None:
    """panel-2 E1"""
    common.read_as(notification_without_project=reading)
    account = common.world.add_account("One")
    user, stranger = common.world.user_of(account), common.world.user_of(common.world.add_account("Two"))
    for project, subject in (("1", "first"), ("2", "second"), ("", "unnamed")):
        fields = {"user": user, "project": project, "subject": subject, "message": subject}
        common.mgrctl("notification.edit", sok="ok", su="admin", **fields)
    assert (told(common, user), told(common, user, project="2")) == (["first", *unnamed], ["second"])
    assert told(common, stranger) == []


def test_a_panel_that_does_nothing_sends_nothing_and_answers_all(common: Sandbox) -> None:
    """scale 1: users may look and order; mail gateways send nothing."""
    account = common.world.add_account("One")
    common.do_nothing()
    sent = len(common.notifications())
    try:
        fields = {"user": common.world.user_of(account), "project": "1", "subject": "x", "message": "x", "sok": "ok"}
        assert common.mgrctl("notification.edit", su="admin", **fields).find("ok") is not None
        assert kind(common.mgrctl("account.discount", elid=account, su="admin")) is None
    finally:
        common.do_nothing(False)
    assert len(common.notifications()) == sent
