"""A wrong read never becomes a wrong write; a run that dies anywhere is finished by the next one."""

from __future__ import annotations

import multiprocessing
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.panel import directory
from resellerprogram.panel.errors import PanelError, TransportError
from resellerprogram.panel.https import Https
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.programme.errors import AnotherRunActive, ImplausibleRead, MemberError
from resellerprogram.programme.ids import AccountId
from resellerprogram.store import Store
from resellerprogram.store.lock import only_one

from tests.dying import die_before
from tests.operator import TODAY, Operator
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

LATER = date(2025, 1, 21)
GIVEN_UP = 6.0
"""Seconds; long enough for a busy machine."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of the transport are given up on quickly."""
    monkeypatch.setattr(Mgrctl.__init__, "__defaults__", (GIVEN_UP,))
    monkeypatch.setattr(Https.__init__, "__defaults__", ("", GIVEN_UP))
    monkeypatch.setattr("resellerprogram.panel.transport.Retrying.__init__.__defaults__", ((0.01,), lambda pause: None))


def three_resellers(operator: Operator) -> list[int]:
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(3)]
    for account in accounts:
        operator.sandbox.world.add_payment(account, 52_000, TODAY)
    return accounts


def state_of(operator: Operator, accounts: list[int]) -> list[dict[str, int]]:
    return [operator.percents(account) for account in accounts]


@pytest.mark.parametrize("fault", ["broken", "truncated", "empty", "html", "refuse"])
@pytest.mark.parametrize("function", ["payment", "account.discount", "account", "itemtype", "currency", "project"])
def test_a_read_that_fails_stops_the_run_before_anything_is_written(
    operator: Operator, function: str, fault: str
) -> None:
    accounts = three_resellers(operator)
    operator.apply()
    for account in accounts:
        operator.sandbox.world.add_payment(account, 100_000, LATER)
    before = state_of(operator, accounts)
    operator.writes()
    operator.sandbox.fault(fault, function, skip=1 if function in ("payment", "account.discount") else 0)
    with pytest.raises(PanelError):
        operator.apply(LATER)
    assert operator.writes() == []
    operator.sandbox.clear_faults()
    operator.apply(LATER)
    assert state_of(operator, accounts) != before


@pytest.mark.usefixtures("over_https")
def test_a_panel_that_hangs_is_given_up_on(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mgrctl.__init__, "__defaults__", (2.0,))
    monkeypatch.setattr(Https.__init__, "__defaults__", ("", 2.0))
    three_resellers(operator)
    operator.sandbox.fault("hang", "payment", seconds=30)
    with pytest.raises(TransportError, match="within 2 s"):
        operator.apply()


def test_payments_that_vanish_from_the_list_though_the_panel_has_them_stop_the_run(operator: Operator) -> None:
    accounts = three_resellers(operator)
    operator.apply()
    operator.sandbox.fault("stale_cache", "payment")
    # what the list shows is cached while it is empty …
    for account in accounts:
        operator.sandbox.world.set_payment(account, status=8)
    operator.plan(LATER)
    for account in accounts:
        operator.sandbox.world.set_payment(account, status=4)
    operator.writes()
    # … and stays so when the payments are there again
    with pytest.raises(ImplausibleRead, match="pfx/1"):
        operator.apply(LATER)
    assert operator.writes() == []


def test_a_payment_that_is_really_gone_is_believed(operator: Operator) -> None:
    accounts = three_resellers(operator)
    operator.apply()
    operator.sandbox.world.delete_payment(1)
    operator.apply(LATER)
    assert state_of(operator, accounts)[0] == {}


def test_a_discount_that_vanishes_from_the_list_is_not_made_a_second_time(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_resellers(operator)
    operator.apply()
    monkeypatch.setattr("resellerprogram.panel.discounts.listed", lambda panel, account: [])
    operator.writes()
    with pytest.raises(ImplausibleRead, match="discount"):
        operator.apply()
    assert operator.writes() == []


def test_a_client_list_without_a_client_who_exists_stops_the_run(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_resellers(operator)
    operator.apply()
    complete = directory.clients
    monkeypatch.setattr(directory, "clients", lambda panel: complete(panel)[:1])
    with pytest.raises(ImplausibleRead, match="client 2"):
        operator.apply()


def test_an_account_whose_write_is_refused_waits_in_the_queue_and_the_others_are_done(operator: Operator) -> None:
    accounts = three_resellers(operator)
    operator.sandbox.fault("refuse", "account.discount.add.product", count=1)
    report = operator.apply()
    assert list(report.failed) == [accounts[0]]
    assert [len(state) for state in state_of(operator, accounts)] == [2, 3, 3], "each change stands for itself"
    (waiting,) = operator.store.queue.all()
    assert (waiting.account, "Lost connection" in waiting.error.en) == (accounts[0], True)
    operator.apply()
    assert operator.store.queue.all() == []
    assert all(state_of(operator, accounts))


def test_a_discount_deleted_between_read_and_write_is_looked_at_again(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = three_resellers(operator)
    operator.apply()
    operator.sandbox.world.add_payment(accounts[0], 100_000, LATER)
    victim = operator.sandbox.world.discounts(accounts[0])[0]["id"]
    check = operator.store.settings.current().drop_limit.__class__.check

    def delete_meanwhile(self: Any, drops: int, total: int) -> None:
        operator.sandbox.world.delete_discount(victim)
        check(self, drops, total)

    monkeypatch.setattr("resellerprogram.programme.limits.DropLimit.check", delete_meanwhile)
    report = operator.apply(LATER)
    assert report.failed == {}
    assert operator.percents(accounts[0]) == {"vds": 23, "dedic": 9, "certificate": 5}


def test_an_unknown_account_is_told(operator: Operator) -> None:
    with pytest.raises(MemberError, match="no client 99"):
        operator.apply(account=99)


@pytest.mark.usefixtures("over_https")
def test_the_employees_filters_are_put_back_though_the_run_fails(operator: Operator) -> None:
    three_resellers(operator)
    operator.sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
    before = operator.sandbox.filters()
    operator.sandbox.fault("broken", "account.discount")
    with pytest.raises(TransportError):
        operator.apply()
    assert operator.sandbox.filters() == before


def test_a_second_run_is_told_who_runs(operator: Operator) -> None:
    with only_one(operator.store.folder, "daily", operator.clock(TODAY)()), pytest.raises(AnotherRunActive) as told:
        operator.apply()
    assert told.value.holder == f"daily, pid {os.getpid()}, 2025-01-20 12:00:00"
    operator.apply()


# --- kill -9 at every point between two calls or store writes ---


def _dying(root: Path, die_at: int, day: date) -> None:
    """A run in a process of its own that is killed before its `die_at`-th panel call or store statement."""
    counting = die_before(die_at)
    with Store(root, Operator.clock(day)()) as store:
        counting(store)
        Operator(Sandbox(root), store).apply(day)
    os._exit(0)


@pytest.mark.usefixtures("own_process")
def test_killed_at_every_point_the_next_run_finishes_the_job(operator: Operator) -> None:
    """One account that rises, one that gets its first discounts, one that falls: every step is tried."""
    world, store = operator.sandbox.world, operator.store
    rising, new, falling = (world.add_account(name) for name in ("Rising", "New", "Falling"))
    world.add_payment(rising, 600, TODAY)
    falls = world.add_payment(falling, 600, TODAY)
    operator.apply()
    world.add_payment(rising, 52_000, LATER)
    world.add_payment(new, 600, LATER)
    world.set_payment(falls, status=6)
    operator.sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
    before = (world.discounts(), operator.sandbox.filters())
    snapshot = store.backup(operator.clock(TODAY)(), operator.sandbox.root / "var" / "before.db")
    expected = {
        rising: {"vds": 19, "dedic": 7, "certificate": 3},
        new: {"vds": 3, "dedic": 1, "certificate": 1},
        falling: {},
    }

    context, point, finished = multiprocessing.get_context("fork"), 0, False
    while not finished:
        point += 1
        _reset(operator, before[0], snapshot)
        process = context.Process(target=_dying, args=(operator.sandbox.root, point, LATER))
        process.start()
        process.join()
        finished = process.exitcode == 0

        with Store(operator.sandbox.root, operator.clock(LATER)()) as reopened:
            Operator(operator.sandbox, reopened).apply(LATER)
            owned = {row[0] for row in reopened.connection.execute("SELECT id FROM owned_discount")}
        assert {account: operator.percents(account) for account in expected} == expected, f"killed at {point}"
        assert owned == {each["id"] for each in world.discounts()}, f"killed at {point}"
        assert operator.sandbox.filters() == before[1], f"killed at {point}"
    assert point > 60


def _reset(operator: Operator, discounts: list[dict[str, Any]], snapshot: Path) -> None:
    """Panel and store as they were before the run that dies."""
    import sqlite3

    world = operator.sandbox.world
    for each in world.discounts():
        world.delete_discount(each["id"])
    types = {"vds": "it_2", "dedic": "it_3", "certificate": "it_4"}
    for each in discounts:
        world.put_discount(each["id"], each["account"], each["percent"], types[each["internal_name"]], each["name"])
    with sqlite3.connect(snapshot) as source:
        source.backup(operator.store.connection)


@pytest.mark.usefixtures("over_https")
@pytest.mark.parametrize("when", ["crash_before", "crash_after"])
@pytest.mark.parametrize("nth", range(6))
def test_the_panel_dying_at_any_write_leaves_nothing_doubled(operator: Operator, when: str, nth: int) -> None:
    accounts = three_resellers(operator)[:2]
    operator.sandbox.fault(when, "account.discount.add.product", skip=nth, count=1)
    with pytest.raises(TransportError):
        operator.apply()
    operator.sandbox.stop()
    operator.sandbox.start()
    operator.store.settings.set("panel_url", operator.sandbox.url)
    operator.apply()
    assert state_of(operator, accounts) == [{"vds": 19, "dedic": 7, "certificate": 3}] * 2
    assert operator.store.owned.count() == 9


def test_decisions_are_exact_whatever_the_amounts(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Cents")
    for amount in ("499.99", "0.0099", "0.0001"):
        operator.sandbox.world.add_payment(account, amount, TODAY)
    assert operator.explain(account).decision.turnover.amount == Decimal("500")
    operator.apply(account=account)
    assert operator.store.decisions.last(AccountId(account)).decision.turnover.amount == Decimal("500")  # type: ignore[union-attr]
