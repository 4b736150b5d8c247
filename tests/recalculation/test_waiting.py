"""A payment never waits for notifications, savings, or the reading of a long list (R6, case V8); an odd answer about
one account keeps no other waiting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from resellerprogram.panel.calls import Panel
from resellerprogram.panel.errors import Call, IncompleteAnswer
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.programme.errors import SettingError
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation import notifying
from resellerprogram.recalculation import savings as savings_of
from resellerprogram.recalculation.run import put_all_back
from resellerprogram.store.notes import FACTS

from tests.operator import TODAY, Operator

pytestmark = pytest.mark.slow

STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mgrctl.__init__, "__defaults__", (6.0,))
    monkeypatch.setattr("resellerprogram.panel.transport.Retrying.__init__.__defaults__", ((0.01,), lambda pause: None))


@pytest.fixture
def clients(operator: Operator) -> list[int]:
    """Seven clients who are Starter since yesterday's night, each with savings."""
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(7)]
    for account in accounts:
        operator.sandbox.world.add_payment(account, 600, date(2025, 1, 10))
    operator.apply(YESTERDAY)
    operator.store.settings.set("panel_url", "")
    for account in accounts:
        discount = min(operator.store.owned.of(AccountId(account)))
        operator.sandbox.world.add_expense(account, 810, TODAY, discount, 190)
    return accounts


def pays_when_the_second_page_is_asked_for(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, function: str, account: int
) -> None:
    """Lists come in pages of two rows; the client pays while the first of `function` is answered."""
    monkeypatch.setattr("resellerprogram.panel.calls.PAGE_ROWS", 2)
    call = Panel.call
    paid: list[int] = []

    def pays(panel: Panel, name: str, params: Any = None, **more: Any) -> Any:
        answer = call(panel, name, params, **more)
        everybody = (params or {}).get("account_id") in (None, "", "0") and (params or {}).get("p_num") == 1
        if name == function and everybody and not paid:
            paid.append(operator.sandbox.world.add_payment(account, 52_000, date(2025, 1, 12)))
            operator.queue(paid[0])
        return answer

    monkeypatch.setattr(Panel, "call", pays)


def order(operator: Operator, function: str) -> tuple[int, int]:
    """When the payment's discounts were written, and when that list was asked for the last time."""
    called = [call["func"] for call in operator.sandbox.calls()]
    backwards = called[::-1]
    return called.index("account.discount.edit"), len(called) - 1 - backwards.index(function)


@pytest.mark.parametrize("function", ["account", "user", "expense"])
def test_a_night_serves_a_payment_between_the_pages_of_a_long_list(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    pays_when_the_second_page_is_asked_for(operator, monkeypatch, function, clients[3])
    operator.sandbox.reset_calls()
    operator.apply()
    written, listed = order(operator, function)
    assert written < listed
    assert [operator.percents(account) for account in clients] == [*[STARTER] * 3, PARTNER_8, *[STARTER] * 3]
    assert operator.store.queue.all() == []
    monkeypatch.undo()
    assert operator.apply().written == 0


@pytest.mark.parametrize("function", ["payment", "user"])
def test_a_sweep_serves_a_payment_between_the_pages_of_a_long_list(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    operator.sweep(TODAY)
    operator.apply()
    pays_when_the_second_page_is_asked_for(operator, monkeypatch, function, clients[3])
    operator.sandbox.reset_calls()
    operator.sweep()
    written, listed = order(operator, function)
    assert written < listed
    assert [operator.percents(account) for account in clients] == [*[STARTER] * 3, PARTNER_8, *[STARTER] * 3]
    monkeypatch.undo()
    operator.sweep()
    assert operator.store.queue.all() == []
    assert operator.apply().written == 0


def test_a_sweep_serves_a_payment_between_the_accounts_whose_discounts_it_looks_at(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.sweep(TODAY)
    operator.apply()
    pays_when_the_second_page_is_asked_for(operator, monkeypatch, "account.discount", clients[3])
    operator.sandbox.reset_calls()
    operator.sweep()
    written, listed = order(operator, "account.discount")
    assert written < listed
    assert operator.percents(clients[3]) == PARTNER_8


def test_a_night_serves_a_payment_between_two_notifications_and_sends_the_rest(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """V8: each of many takes its time; who paid meanwhile does not wait for the last, nor for the savings."""
    for account in clients:
        operator.sandbox.world.add_payment(account, 3_000, date(2025, 1, 11))
    call = Panel.call
    paid: list[int] = []

    def pays(panel: Panel, name: str, params: Any = None, **more: Any) -> Any:
        answer = call(panel, name, params, **more)
        if name == "notification.edit" and not paid:
            operator.sandbox.reset_calls()
            paid.append(operator.sandbox.world.add_payment(clients[3], 52_000, date(2025, 1, 12)))
            operator.queue(paid[0])
        return answer

    monkeypatch.setattr(Panel, "call", pays)
    operator.apply()
    called = [each["func"] for each in operator.sandbox.calls()]
    first, notified, saved = (called.index(name) for name in ("account.discount.edit", "notification.edit", "expense"))
    assert first < notified < saved
    assert called.count("notification.edit") == len(clients) - 1
    assert operator.percents(clients[3])["vds"] == 19
    assert operator.store.notices.waiting() == []


def test_savings_that_nobody_can_read_fail_no_night(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: Any) -> Any:
        raise ValueError("odd")

    monkeypatch.setattr(savings_of, "discounted", stumbles)
    operator.apply()
    good = operator.store.runs.last_good()
    assert good is not None
    assert good.day == TODAY


# --- an odd answer about one account ---


SPOILT: list[str] = ["broken", "truncated", "empty", "html"]


@pytest.mark.parametrize("fault", SPOILT)
def test_an_answer_about_one_client_that_can_not_be_used_keeps_nobody_waiting(
    operator: Operator, clients: list[int], fault: str
) -> None:
    """Only a panel that does not answer ends the round; and what is remembered of the panel stays."""
    odd, other = clients[:2]
    operator.apply()
    operator.sandbox.fault(fault, "payment", of={"account_id": str(odd)})
    operator.queue(
        operator.sandbox.world.add_payment(odd, 52_000, TODAY), operator.sandbox.world.add_payment(other, 52_000, TODAY)
    )
    assert operator.store.notes.read(FACTS)
    operator.work()
    assert operator.percents(other) == PARTNER_8
    (waiting,) = operator.store.queue.all()
    assert (waiting.account, waiting.attempts, bool(waiting.error), waiting.dead) == (odd, 1, True, False)
    assert len([run for run in operator.store.runs.newest(10) if run.cause == "worker"]) == 1
    assert operator.store.notes.read(FACTS)


def test_what_every_account_needs_is_asked_for_once_and_not_for_each_in_turn(
    operator: Operator, clients: list[int]
) -> None:
    operator.apply()
    operator.store.notes.forget(FACTS)
    operator.sandbox.fault("html", "project")
    for account in clients:
        operator.store.queue.put(AccountId(account), "sweep", Operator.clock(TODAY)())
    operator.sandbox.reset_calls()
    operator.work()
    assert operator.sandbox.world.discounts()
    assert len(operator.store.queue.all()) == len(clients)
    assert operator.writes() == []


def test_one_client_who_can_not_be_notified_yet_keeps_no_notification_of_others(
    operator: Operator, clients: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in clients[:3]:
        operator.sandbox.world.add_payment(account, 3_000, date(2025, 1, 11))
    users = vars(notifying)["_users"]

    def stumbles(context: Any, account: AccountId, now: Any) -> Any:
        if account == clients[0]:
            raise IncompleteAnswer(Call("user"), "name")
        return users(context, account, now)

    monkeypatch.setattr(notifying, "_users", stumbles)
    operator.apply()
    assert [kept.notice.account for kept in operator.store.notices.waiting()] == [clients[0]]
    monkeypatch.undo()
    operator.apply()
    assert operator.store.notices.waiting() == []


@pytest.mark.parametrize("function", ["user", "employee"])
def test_users_that_can_not_be_read_keep_no_night_and_no_sweep(
    operator: Operator, clients: list[int], function: str
) -> None:
    """The kind of V1: whoever may log in is nobody's discount."""
    operator.sandbox.world.add_payment(clients[0], 52_000, TODAY)
    operator.store.settings.set("employee", "admin")
    operator.store.notes.forget(FACTS)
    operator.sandbox.fault("html", function)
    report = operator.apply()
    assert operator.percents(clients[0]) == PARTNER_8
    assert any("log in" in warning.en for warning in report.warnings)


def test_one_discount_that_can_not_be_given_back_for_now_keeps_no_other(operator: Operator, clients: list[int]) -> None:
    """put_all_back, before uninstalling: an answer about one client that can't be used is that client's trouble."""
    for account in clients[:2]:
        operator.sandbox.world.add_discount(account, 40, "it_1")
    operator.apply()
    operator.sandbox.fault("html", "account.discount", of={"elid": str(clients[0])})
    report = put_all_back(operator.sandbox.root, operator.store, TODAY, Operator.clock(TODAY))
    assert list(report.failed) == [clients[0]]
    assert operator.store.set_aside.accounts() == {clients[0]}


# --- settings of an older release ---


def test_a_setting_of_money_that_can_not_be_read_stops_every_run_and_takes_nothing_off(
    operator: Operator, clients: list[int]
) -> None:
    operator.store.connection.execute("INSERT OR REPLACE INTO setting VALUES ('currency', '???')")
    payment = operator.sandbox.world.add_payment(clients[0], 52_000, TODAY)
    operator.queue(payment)
    operator.work()
    assert "currency" in operator.store.queue.all()[0].error.en
    for run in (operator.apply, operator.plan, operator.sweep):
        with pytest.raises(SettingError, match="currency"):
            run()
    assert [operator.percents(account) for account in clients] == [STARTER] * 7
    operator.store.settings.set("currency", "RUB")
    operator.apply()
    assert operator.percents(clients[0]) == PARTNER_8
