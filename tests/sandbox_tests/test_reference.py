"""The sandbox panel against the reference: each test names the paragraph that it holds."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One panel for tests that leave nothing behind that another would trip over."""
    with Sandbox.create(tmp_path_factory.mktemp("panel") / "mgr5") as panel:
        yield panel


def kind(document: etree._Element) -> str | None:
    error = document.find("error")
    return None if error is None else error.get("type")


def column(document: etree._Element, name: str) -> list[str]:
    return [row.findtext(name, "") for row in document.iterfind("elem")]


def get(panel: Sandbox, **params: Any) -> requests.Response:
    return requests.get(panel.url, params={"authinfo": "admin:admin-password", **params}, timeout=10)


# --- formats and access (E) ---


@pytest.mark.parametrize("out", ["json", "sjson"])
def test_json_has_text_under_dollar_and_attributes_with_dollar(shared: Sandbox, out: str) -> None:
    """E.1"""
    account = shared.world.add_account("One")
    shared.world.add_payment(account, 5, TODAY)
    answer = get(shared, func="payment", filter="on", account_id=account, out=out).json()
    row = answer["doc"]["elem"][0]
    assert (row["status"]["$"], row["status"]["$orig"], answer["doc"]["$func"]) == ("Credited", "4", "payment")


def test_bjson_is_flat(shared: Sandbox) -> None:
    """E.1"""
    assert get(shared, func="itemtype", out="bjson").json()["elem"][0]["id"] == "1"
    assert get(shared, func="itemtype.edit", elid=2, out="bjson").json()["model"]["intname"] == "vds"
    assert get(shared, func="itemtype.edit", elid=99, out="bjson").json()["error"]["type"] == "missed"


def test_errors_are_documents_with_http_200(shared: Sandbox) -> None:
    """E.5"""
    answer = get(shared, func="account.edit", elid=9999, out="xml")
    error = etree.fromstring(answer.content).find("error")
    assert error is not None
    assert (answer.status_code, error.get("type"), error.findtext("param[@name='value']")) == (200, "missed", "9999")
    assert error.find("stack/action") is not None


def test_a_session_ends_an_hour_after_its_last_use(tmp_path: Path) -> None:
    """E.2"""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        entered = etree.fromstring(
            requests.post(
                panel.url, {"func": "auth", "username": "admin", "password": "admin-password", "out": "xml"}, timeout=10
            ).content
        )
        session = entered.find("auth").get("id")  # type: ignore[union-attr]
        for later, expected in ((59, None), (59, None), (61, "auth")):
            panel.advance(timedelta(minutes=later))
            answer = requests.post(panel.url, {"func": "project", "auth": session, "out": "xml"}, timeout=10)
            assert kind(etree.fromstring(answer.content)) == expected


def test_a_key_opens_one_session_and_only_root_registers_it(shared: Sandbox) -> None:
    """E.2"""
    key = "0123456789abcdef"
    assert kind(etree.fromstring(get(shared, func="session.newkey", key=key, out="xml").content)) == "access"
    assert kind(shared.mgrctl("session.newkey", key="short")) == "value"
    assert kind(shared.mgrctl("session.newkey", key=key)) is None
    answers = [
        etree.fromstring(requests.post(shared.url, {"func": "auth", "key": key, "out": "xml"}, timeout=10).content)
        for _ in range(2)
    ]
    assert [kind(answer) for answer in answers] == [None, "auth"]


def test_a_wrong_password_opens_nothing(shared: Sandbox) -> None:
    """E.2"""
    assert kind(etree.fromstring(get(shared, func="project", authinfo="admin:x", out="xml").content)) == "auth"


def test_su_acts_as_an_employee_or_client_and_never_upwards(shared: Sandbox) -> None:
    """E.2, E.3"""
    account = shared.world.add_account("One")
    user = f"client{account}@example.com"
    who = shared.mgrctl("whoami", su=user).find("user")
    assert who is not None
    assert (who.get("level"), who.get("account")) == ("16", str(account))
    assert kind(shared.mgrctl("account", su=user)) == "access"
    assert (
        kind(
            etree.fromstring(
                get(shared, func="whoami", authinfo=f"{user}:client-password", su="admin", out="xml").content
            )
        )
        == "access"
    )
    assert kind(shared.mgrctl("whoami", su="nobody")) == "missed"


def test_a_client_sees_own_payments_only_whatever_is_asked(shared: Sandbox) -> None:
    """E.3"""
    mine, other = shared.world.add_account("Mine"), shared.world.add_account("Other")
    payment = shared.world.add_payment(mine, 5, TODAY)
    shared.world.add_payment(other, 5, TODAY)
    rows = shared.mgrctl("payment", su=f"client{mine}@example.com", filter="on", account_id=other)
    assert column(rows, "id") == []
    rows = shared.mgrctl("payment", su=f"client{mine}@example.com", filter="off")
    assert column(rows, "id") == [str(payment)]
    assert rows.find("elem/account_name") is None


@pytest.mark.parametrize(("needed", "expected"), [("yes", "access"), ("no", None)])
def test_some_functions_may_need_an_employee(tmp_path: Path, needed: str, expected: str | None) -> None:
    """E.2"""
    with Sandbox.create(tmp_path / "mgr5", readings={"needs_su": needed}) as panel:
        account = panel.world.add_account("One")
        assert kind(panel.mgrctl("account.discount", elid=account)) == expected
        assert kind(panel.mgrctl("account.discount", elid=account, su="admin")) is None


def test_mgrctl_fails_when_the_core_does_not_run(tmp_path: Path) -> None:
    """E.6"""
    panel = Sandbox.create(tmp_path / "mgr5")
    done = subprocess.run(
        [str(panel.root / "sbin" / "mgrctl"), "-m", "billmgr", "whoami"], capture_output=True, check=False
    )
    assert (done.returncode, b"Failed to connect" in done.stderr) == (1, True)


# --- lists (A.2, C.4, E.4, I) ---


def test_lists_are_cut_at_5000_and_paged(tmp_path: Path) -> None:
    """I.2"""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        (account,) = panel.world.add_many(1, 5100, TODAY)
        rows = panel.mgrctl("payment", filter="on", account_id=account, p_cnt=5000)
        assert (len(rows.findall("elem")), rows.findtext("p_elems")) == (5000, "5000")
        second = panel.mgrctl("payment", filter="on", account_id=account, p_cnt=100, p_num=2)
        assert len(second.findall("elem")) == 100
        assert set(column(second, "id")) < set(column(rows, "id"))


def test_initiated_payments_are_hidden(shared: Sandbox) -> None:
    """C.2"""
    account = shared.world.add_account("One")
    shared.world.add_payment(account, 5, TODAY, status=8)
    assert column(shared.mgrctl("payment", filter="on", account_id=account), "id") == []


@pytest.mark.parametrize(("filter_off", "afterwards"), [("bypasses", 1), ("clears", 2)])
def test_a_filter_sticks_to_its_user_until_it_is_cleared(tmp_path: Path, filter_off: str, afterwards: int) -> None:
    """C.4"""
    with Sandbox.create(tmp_path / "mgr5", readings={"filter_off": filter_off}) as panel:
        account = panel.world.add_account("One")
        for status in (4, 3):
            panel.world.add_payment(account, 5, TODAY, status=status)

        def seen(**params: Any) -> int:
            return len(panel.mgrctl("payment", su="admin", **params).findall("elem"))

        assert seen() == 2
        assert seen(filter="on", status=3) == 1
        assert seen() == 1
        assert panel.mgrctl("payment.filter", su="admin").findtext("status") == "3"
        assert len(panel.mgrctl("payment").findall("elem")) == 2
        assert seen(filter="off") == 2
        assert seen() == afterwards
        panel.mgrctl("payment.filter", su="admin", sok="ok")
        assert seen() == 2


def test_a_filter_submitted_with_json_is_only_echoed(shared: Sandbox) -> None:
    """C.4"""
    requests.get(
        shared.url,
        {"authinfo": "admin:admin-password", "func": "payment.filter", "status": "7", "sok": "ok", "out": "json"},
        timeout=10,
    )
    assert [each for each in shared.filters() if each[2].get("status") == "7"] == []


def test_the_list_shows_text_and_raw_value_amounts_by_their_decimals(shared: Sandbox) -> None:
    """C.3"""
    account = shared.world.add_account("One")
    for amount in ("10", "12.3456"):
        shared.world.add_payment(account, amount, TODAY)
    rows = shared.mgrctl("payment", filter="on", account_id=account, lang="ru")
    assert column(rows, "subaccountamount_iso") == ["12.3456 RUB", "10.00 RUB"]
    status = rows.find("elem/status")
    assert status is not None
    assert (status.text, status.get("orig"), rows.findtext("elem/real_status")) == ("Зачислен", "4", "4")


def test_special_payment_methods_of_the_filter_find_cashback_and_certificates(shared: Sandbox) -> None:
    """C.4, C.5"""
    account = shared.world.add_account("One")
    cashback, coupon = shared.world.add_cashback(account, 5, TODAY), shared.world.add_certificate(account, 5, TODAY)
    for method, expected in (("cashback_paymethod", [cashback]), ("coupon_paymethod", [coupon])):
        rows = shared.mgrctl("payment", filter="on", account_id=account, paymethod=method)
        assert column(rows, "id") == [str(each) for each in expected]


def test_payment_info_has_the_payment_method_twice_and_no_account(shared: Sandbox) -> None:
    """C.6"""
    payment = shared.world.add_payment(shared.world.add_account("One"), 5, TODAY)
    info = shared.mgrctl("payment.info", elid=payment)
    methods = info.findall("payment/paymethod")
    assert (methods[0].text, methods[1].findtext("module")) == ("1", "pmbank")
    assert info.find("payment/account") is None


# --- personal discounts (A) ---


@pytest.mark.parametrize(("returns", "shown"), [("no", False), ("yes", True)])
def test_the_wizard_may_keep_the_new_id_to_itself(tmp_path: Path, returns: str, shown: bool) -> None:
    """A.2"""
    with Sandbox.create(tmp_path / "mgr5", readings={"wizard_returns_id": returns}) as panel:
        account = panel.world.add_account("One")
        made = panel.mgrctl(
            "account.discount.add.product",
            plid=account,
            name="Partner VPS",
            type=0,
            percentage=15,
            pricelist_tree="it_2",
            fromdate="2025-01-01",
            todate="2099-12-31",
            sok="ok",
        )
        assert made.find("ok") is not None
        assert (made.find("id") is not None) is shown
        rows = panel.mgrctl("account.discount", elid=account)
        assert [cell.tag for cell in rows.find("elem")] == ["id", "name", "value", "fromdate", "todate"]  # type: ignore[union-attr]
        assert rows.findtext("elem/value") == "15 %"


def test_an_empty_elid_creates_and_a_parent_guards_its_children(shared: Sandbox) -> None:
    """A.2, E.4"""
    one, other = shared.world.add_account("One"), shared.world.add_account("Other")
    fields = {"name": "x", "type": 0, "percentage": 5, "pricelist_tree": "it_2", "sok": "ok"}
    assert kind(shared.mgrctl("account.discount.edit", elid="", plid=one, **fields)) is None
    (made,) = shared.world.discounts(one)
    assert kind(shared.mgrctl("account.discount.edit", elid=made["id"], plid=other, **fields)) == "missed"
    assert kind(shared.mgrctl("account.discount.delete", elid=made["id"], plid=one)) is None
    assert kind(shared.mgrctl("account.discount.delete", elid=made["id"], plid=one)) == "missed"


@pytest.mark.parametrize(
    ("reading", "fields"),
    [
        ({"decimal_percent": "no"}, {"percentage": "2.5"}),
        ({"zero_percent": "no"}, {"percentage": "0"}),
        ({"far_todate": "no"}, {"percentage": "5", "todate": "2099-12-31"}),
        ({}, {"percentage": "101"}),
        ({}, {"percentage": "many"}),
    ],
)
def test_a_percent_or_date_that_the_panel_may_not_take_is_a_value_error(
    tmp_path: Path, reading: dict[str, str], fields: dict[str, str]
) -> None:
    """A.3, K.2"""
    with Sandbox.create(tmp_path / "mgr5", readings=reading) as panel:
        account = panel.world.add_account("One")
        asked = {"plid": account, "name": "x", "type": 0, "pricelist_tree": "it_2", "sok": "ok", **fields}
        assert kind(panel.mgrctl("account.discount.add.product", **asked)) == "value"
        assert panel.world.discounts(account) == []


# --- prices (A.4, B.5) ---


def test_a_personal_discount_outranks_a_promotion_and_acts_within_its_dates(tmp_path: Path) -> None:
    """B.5, A.4"""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        account = panel.world.add_account("One")
        assert panel.price(account, "vds") == 1000
        panel.world.add_promotion("Sale", 50, None, TODAY, TODAY + timedelta(days=30))
        assert panel.price(account, "vds") == 500
        panel.world.add_discount(account, 10, "it_2", todate=TODAY + timedelta(days=1))
        assert (panel.price(account, "vds"), panel.price(account, "dedic")) == (900, 5000)
        panel.advance(timedelta(days=2))
        assert panel.price(account, "vds") == 500


@pytest.mark.parametrize(("choice", "price"), [("narrowest", 900), ("largest", 700)])
def test_of_two_personal_discounts_one_acts(tmp_path: Path, choice: str, price: int) -> None:
    """A.4, the rule of version 4"""
    with Sandbox.create(tmp_path / "mgr5", readings={"several_discounts": choice}) as panel:
        account = panel.world.add_account("One")
        panel.world.add_discount(account, 30, "null")
        panel.world.add_discount(account, 10, "it_2")
        assert panel.price(account, "vds") == price


def test_promo_codes_are_known_unknown_or_not_usable(tmp_path: Path) -> None:
    """B.5"""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        account = panel.world.add_account("One")
        user = f"client{account}@example.com"
        panel.world.add_promotion("Old", 50, "vds", date(2024, 1, 1), date(2024, 2, 1), "OLD")
        panel.world.add_promotion("Code", 20, "vds", TODAY, TODAY, "CODE")
        assert kind(panel.mgrctl("basket", promocode="NONE", sok="ok", su=user)) == "missed"
        assert kind(panel.mgrctl("basket", promocode="OLD", sok="ok", su=user)) == "promocode_not_use"
        assert panel.price(account, "vds") == 1000
        assert kind(panel.mgrctl("basket", promocode="CODE", sok="ok", su=user)) is None
        assert panel.price(account, "vds") == 800


# --- status changes, refunds (C) ---


def test_crediting_is_a_group_action_with_history(shared: Sandbox) -> None:
    """C.7, C.8"""
    account = shared.world.add_account("One")
    payments = [shared.world.add_payment(account, 5, None, status=1) for _ in range(2)]
    done = shared.set_payment_status("payment.setpaid", *payments)
    assert done.find("ok") is not None
    (row,) = shared.world.history(payments[1])
    assert (row.status, row.status_new, row.request_action, row.username) == (1, 4, "payment.setpaid", "admin")
    info = shared.mgrctl("payment.info", elid=payments[0])
    assert (info.findtext("payment/status"), info.findtext("payment/paydate")) == ("4", "2025-01-20 12:00:00")


def test_a_full_refund_makes_the_payment_refunded_and_a_partial_one_does_not(shared: Sandbox) -> None:
    """C.5"""
    account = shared.world.add_account("One")
    whole, part = (shared.world.add_payment(account, 100, TODAY) for _ in range(2))
    shared.mgrctl("payment.refund", elid=whole, su="admin")
    shared.mgrctl("payment.refund", elid=part, amount=40, su="admin")
    rows = shared.mgrctl("payment", filter="on", account_id=account)
    shown = {
        row.findtext("number"): (
            row.findtext("real_status"),
            row.findtext("subaccountamount_iso"),
            row.findtext("refund"),
        )
        for row in rows.iterfind("elem")
    }
    assert shown[f"pfx/{whole}"] == ("6", "100.00 RUB", "off")
    assert shown[f"pfx/{part}"] == ("4", "100.00 RUB", "off")
    assert sorted(value for number, value in shown.items() if str(number).startswith("return/")) == [
        ("4", "-100.00 RUB", "on"),
        ("4", "-40.00 RUB", "on"),
    ]


# --- plugins (F) ---

DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?><mgrdata>
<handler name="probe" type="{type}"{more}><event name="{event}" {stage}="yes"/></handler></mgrdata>"""


def plug(
    panel: Sandbox,
    script: str,
    event: str = "payment.setpaid",
    stage: str = "after",
    kind_of: str = "xml",
    more: str = "",
) -> None:
    handler = panel.root / "addon" / "probe"
    handler.write_text(f"#!/bin/sh\n{script}\n")
    handler.chmod(0o750)
    (panel.root / "etc" / "xml" / "billmgr_mod_probe.xml").write_text(
        DESCRIPTION.format(type=kind_of, event=event, stage=stage, more=more)
    )
    panel.mgrctl("exit")


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox.create(tmp_path / "mgr5") as started:
        yield started


def test_a_handler_gets_parameters_user_level_stage_and_the_document(panel: Sandbox) -> None:
    """F.4"""
    plug(panel, "env > var/probe.env; cat > var/probe.xml; cat var/probe.xml")
    payment = panel.world.add_payment(panel.world.add_account("One"), 5, None, status=1)
    assert panel.set_payment_status("payment.setpaid", payment).find("ok") is not None
    variables = dict(
        line.split("=", 1) for line in (panel.root / "var" / "probe.env").read_text().splitlines() if "=" in line
    )
    assert {
        name: variables[name]
        for name in ("PARAM_func", "PARAM_elid", "AUTH_USER", "AUTH_LEVEL", "EVENT_TYPE", "ACTION_NAME")
    } == {
        "PARAM_func": "payment.setpaid",
        "PARAM_elid": str(payment),
        "AUTH_USER": "1",
        "AUTH_LEVEL": "29",
        "EVENT_TYPE": "after",
        "ACTION_NAME": "payment.setpaid",
    }
    assert b"<ok/>" in (panel.root / "var" / "probe.xml").read_bytes()
    assert "Register event 'probe' for action 'payment.setpaid'" in (panel.root / "var" / "billmgr.log").read_text()


def test_the_change_is_committed_and_the_lock_still_held_when_after_runs(panel: Sandbox) -> None:
    """C.7"""
    plug(panel, "sbin/mgrctl -m billmgr -o xml payment.info elid=$PARAM_elid > var/seen.xml; sleep 1; cat")
    account = panel.world.add_account("One")
    first, second = (panel.world.add_payment(account, 5, None, status=1) for _ in range(2))
    started = time.monotonic()
    workers = [
        threading.Thread(target=panel.set_payment_status, args=("payment.setpaid", each)) for each in (first, second)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert time.monotonic() - started >= 2
    assert b"<status>4</status>" in (panel.root / "var" / "seen.xml").read_bytes()


@pytest.mark.parametrize(("blocks", "status"), [("yes", "1"), ("no", "4")])
def test_an_error_before_an_action_stops_it(panel: Sandbox, blocks: str, status: str) -> None:
    """F.5, K.7"""
    panel.read_as(before_error_blocks=blocks)
    plug(panel, "echo '<doc><error type=\"mine\"><msg>No.</msg></error></doc>'", stage="before")
    payment = panel.world.add_payment(panel.world.add_account("One"), 5, None, status=1)
    panel.set_payment_status("payment.setpaid", payment)
    assert panel.mgrctl("payment.info", elid=payment).findtext("payment/status") == status


@pytest.mark.parametrize(("more", "expected"), [("", "plugin"), (' ignore_errors="yes"', None)])
@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "kill -9 $$"])
def test_a_handler_that_crashes_is_told_unless_errors_are_ignored(
    panel: Sandbox, script: str, more: str, expected: str | None
) -> None:
    """F.4"""
    plug(panel, script, more=more)
    payment = panel.world.add_payment(panel.world.add_account("One"), 5, None, status=1)
    answer = panel.set_payment_status("payment.setpaid", payment)
    assert kind(answer) == expected
    if expected:
        assert "plugin terminated with an error or returned an invalid XML" in answer.findtext("error/msg", "")


def test_cgi_output_is_merged_and_xml_output_replaces(panel: Sandbox) -> None:
    """F.4"""
    plug(panel, "echo '<doc><added>1</added></doc>'", event="whoami", kind_of="cgi")
    merged = panel.mgrctl("whoami")
    assert (merged.findtext("added"), merged.find("user") is not None) == ("1", True)
    plug(panel, "echo '<doc><added>1</added></doc>'", event="whoami", kind_of="xml")
    assert panel.mgrctl("whoami").find("user") is None


def test_a_background_handler_runs_after_the_response(panel: Sandbox) -> None:
    """F.6"""
    plug(panel, "sleep 0.5; echo $PARAM_elid > var/ran", kind_of="background")
    payment = panel.world.add_payment(panel.world.add_account("One"), 5, None, status=1)
    panel.set_payment_status("payment.setpaid", payment)
    ran = panel.root / "var" / "ran"
    assert not ran.exists()
    deadline = time.monotonic() + 10
    while not ran.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ran.read_text().strip() == str(payment)


def test_a_broken_description_does_not_stop_the_panel(panel: Sandbox) -> None:
    """plugins 1.1"""
    (panel.root / "etc" / "xml" / "billmgr_mod_broken.xml").write_text("<mgrdata><handler></mgrdata>")
    panel.mgrctl("exit")
    assert panel.mgrctl("whoami").find("user") is not None
    assert "ERROR billmgr_mod_broken.xml" in (panel.root / "var" / "billmgr.log").read_text()


# --- clock, faults, content ---


def test_the_clock_moves_when_it_is_moved_and_survives_a_restart(panel: Sandbox) -> None:
    panel.now = datetime(2028, 2, 29, 23, 59)
    payment = panel.world.add_payment(panel.world.add_account("One"), 5, None, status=1)
    panel.set_payment_status("payment.setpaid", payment)
    assert panel.mgrctl("payment.info", elid=payment).findtext("payment/paydate") == "2028-02-29 23:59:00"
    panel.kill()
    panel.start()
    assert panel.now == datetime(2028, 2, 29, 23, 59)


@pytest.mark.parametrize(("fault", "body"), [("empty", b""), ("html", b"<!DOCTYPE html>"), ("broken", b"</dic>")])
def test_a_fault_strikes_as_often_as_it_was_told_to(panel: Sandbox, fault: str, body: bytes) -> None:
    panel.fault(fault, "itemtype", count=1, skip=1)
    answers = [get(panel, func="itemtype", out="xml").content for _ in range(3)]
    assert [body in answer if body else answer == b"" for answer in answers] == [False, True, False]


def test_a_stale_cache_shows_yesterdays_rows_until_it_is_cleared(panel: Sandbox) -> None:
    """G.4"""
    account = panel.world.add_account("One")
    panel.fault("stale_cache", "account.discount")
    assert column(panel.mgrctl("account.discount", elid=account), "id") == []
    panel.world.add_discount(account, 5, "it_2")
    assert column(panel.mgrctl("account.discount", elid=account), "id") == []
    panel.mgrctl("tool.clearcache", table="discount")
    assert column(panel.mgrctl("account.discount", elid=account), "id") == ["1"]


def test_a_discount_may_be_missed_between_list_and_edit(panel: Sandbox) -> None:
    """I.18"""
    account = panel.world.add_account("One")
    discount = panel.world.add_discount(account, 5, "it_2")
    panel.fault("missed", "account.discount.edit", id=str(discount), count=1)
    asked = {"elid": discount, "plid": account}
    answers = [panel.mgrctl("account.discount.edit", **asked) for _ in range(2)]
    assert [kind(answer) for answer in answers] == ["missed", None]


def test_the_demo_content_is_the_same_every_time(tmp_path: Path) -> None:
    sums = []
    for name in ("one", "two"):
        sandbox = Sandbox.create(tmp_path / name)
        sandbox.world.populate(TODAY, count=20)
        with sandbox.world.engine.connect() as connection:
            sums.append(connection.exec_driver_sql("SELECT count(*), sum(subaccountamount) FROM payment").one())
    assert sums[0] == sums[1]
    assert sums[0][0] > 60


def test_calls_are_recorded_with_who_asked_and_whether_they_write(panel: Sandbox) -> None:
    account = panel.world.add_account("One")
    discount = panel.world.add_discount(account, 5, "it_2")
    panel.reset_calls()
    panel.mgrctl("account.discount", elid=account, su="admin")
    panel.mgrctl("account.discount.delete", elid=discount, plid=account)
    assert [(call["func"], call["user"], call["su"], call["writes"]) for call in panel.calls()] == [
        ("account.discount", "admin", "admin", False),
        ("account.discount.delete", "root", "", True),
    ]


def test_money_stays_decimal_to_the_fourth_place(panel: Sandbox) -> None:
    """G.2"""
    account = panel.world.add_account("One")
    panel.world.add_discount(account, Decimal("33.33"), "it_2")
    assert panel.price(account, "vds") == Decimal("666.7000")


def test_the_command_line_steers_a_panel(panel: Sandbox) -> None:
    def run(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "tests.sandbox", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout

    assert run("clock", str(panel.root), "2025-03-01").strip() == "2025-03-01 00:00:00"
    run("reading", str(panel.root), "wizard_returns_id=yes")
    assert json.loads(run("calls", str(panel.root))) == []
