"""What concerns one account stays with it; within an account each change stands for itself (spec, section 3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from resellerprogram.doctor.health import health
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.errors import UnsafePlan
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.outcomes import State
from resellerprogram.programme.tiers import TierTable, published_table
from resellerprogram.recalculation import run as runs
from sqlalchemy.orm import Session

from tests.operator import TODAY, Operator
from tests.sandbox.models import Payment, Subaccount

pytestmark = pytest.mark.slow

STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
NOON = Operator.clock(TODAY)()
TOMORROW = TODAY + timedelta(days=1)


def client(operator: Operator, name: str, amount: int = 600, day: date = TODAY) -> int:
    account = operator.sandbox.world.add_account(name)
    operator.sandbox.world.add_payment(account, amount, day)
    return account


def transfer(operator: Operator, payment: int, to: int) -> None:
    """What the panel's "Payments transfer" leaves: the payment has another subaccount."""
    with Session(operator.sandbox.world.engine) as session:
        subaccount = session.query(Subaccount).filter(Subaccount.account == to).first()
        assert subaccount is not None
        session.get_one(Payment, payment).subaccount = subaccount.id
        session.commit()


@pytest.mark.parametrize("where", ["look_again", "consider", "act"])
def test_an_account_that_nobody_can_serve_waits_with_its_reason_and_the_others_are_served(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Cases F0, V1, F4: whatever exception one account raises."""
    odd, *others = [client(operator, f"Client {number}") for number in range(4)]
    original = getattr(runs, where)

    def stumbles(*arguments: Any) -> Any:
        if any(getattr(each, "account", None) and each.account.id == odd for each in arguments):
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        return original(*arguments)

    monkeypatch.setattr(runs, where, stumbles)
    for _ in range(2):
        report = operator.apply()
        assert list(report.failed) == [odd]
        assert [operator.percents(account) for account in others] == [STARTER] * 3
    (waiting,) = operator.store.queue.all()
    assert (waiting.account, "too large" in waiting.error.en, waiting.attempts) == (odd, True, 2)
    good = operator.store.runs.last_good()
    assert good is not None, "V5: a recalculation that leaves a few clients to the queue has looked at everybody"
    assert good.outcome == "partly"
    told = health(operator.store, NOON)
    assert told.state is State.WARNING
    assert any(f"client {odd}" in problem.en for problem in told.problems)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE decision SET content = '{' WHERE account = 1",
        "UPDATE owned_discount SET since = 'never' WHERE account = 1",
        "UPDATE decision SET content = 'null' WHERE account = 1",
        "UPDATE notice SET content = '{' WHERE account = 1",
        "UPDATE member SET pin_until = 'for ever' WHERE account = 1",
    ],
)
def test_what_is_spoilt_in_one_accounts_records_is_that_accounts_trouble(operator: Operator, damage: str) -> None:
    """F0, V1, where it is ours that can't be read."""
    odd, *others = [client(operator, f"Client {number}") for number in range(4)]
    operator.sandbox.world.add_discount(odd, 40, "it_1")
    operator.store.members.pin(AccountId(odd), Pin("Starter", TODAY, "friend"), NOON)
    operator.apply()
    for account in others:
        operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.store.connection.execute(damage)
    report = operator.apply()
    assert set(report.failed) <= {odd}
    assert [operator.percents(account) for account in others] == [PARTNER_8] * 3
    assert {each.account for each in operator.store.queue.all()} == set(report.failed)
    for payment in range(5, 8):
        operator.sandbox.world.set_payment(payment, status=7)
    operator.sweep()
    operator.work()
    assert [operator.percents(account) for account in others] == [STARTER] * 3


def test_a_plan_tells_who_could_not_be_decided_and_writes_no_queue(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, *_ = [client(operator, f"Client {number}") for number in range(4)]
    original = getattr(runs, "consider")  # noqa: B009  not exported

    def stumbles(found: Any, *more: Any) -> Any:
        if found.account.id == odd:
            raise ValueError("odd")
        return original(found, *more)

    monkeypatch.setattr(runs, "consider", stumbles)
    assert list(operator.plan().failed) == [odd]
    assert operator.store.queue.all() == []


def test_a_discount_that_the_panel_does_not_take_back_keeps_no_other_alive(operator: Operator) -> None:
    """Case M1: fraud ends all three discounts though the one that rested can't come back."""
    account = client(operator, "Charged back", 52_000)
    operator.sandbox.world.add_discount(account, 40, "it_1")
    operator.apply()
    operator.sandbox.world.set_payment(1, status=7)
    operator.sandbox.fault("refuse", "account.discount.add.product")
    for _ in range(2):
        assert list(operator.apply().failed) == [account]
        assert operator.percents(account) == {}
    operator.sandbox.clear_faults()
    operator.apply()
    assert operator.percents(account) == {"vhost": 40}
    assert operator.store.queue.all() == []


@pytest.mark.parametrize("fault", ["html", "empty"])
def test_a_charge_back_ends_what_it_must_though_the_put_back_got_no_usable_answer(
    operator: Operator, fault: str
) -> None:
    """Case M1, where it is no refusal: whether the panel did it is open, so nothing more is given; taking goes on."""
    account = client(operator, "Charged back", 52_000)
    operator.sandbox.world.add_discount(account, 40, "it_1")
    operator.apply()
    operator.sandbox.world.set_payment(1, status=7)
    operator.sandbox.fault(fault, "account.discount.add.product")
    assert list(operator.apply().failed) == [account]
    assert {name for name in operator.percents(account) if name != "vhost"} == set()
    operator.sandbox.clear_faults()
    operator.apply()
    assert [int(each["percent"]) for each in operator.sandbox.world.discounts(account)] == [40]
    assert operator.store.set_aside.count() == 0


def test_what_others_gave_stays_while_the_panel_refuses_ours(operator: Operator) -> None:
    """M1 the other way round: who gets nothing of ours keeps what was agreed (R9)."""
    account = client(operator, "Refused", 52_000)
    operator.sandbox.world.add_discount(account, 40, "it_1")
    operator.sandbox.fault("refuse", "account.discount.add.product")
    assert list(operator.apply().failed) == [account]
    assert operator.percents(account) == {"vhost": 40}
    operator.sandbox.clear_faults()
    operator.apply()
    assert operator.percents(account) == PARTNER_8
    assert operator.store.set_aside.count() == 1


def test_a_fall_does_not_wait_for_a_new_discount_that_is_refused(operator: Operator) -> None:
    """Case M1, its second half: a class got a second type, and the panel refuses the discount for it."""
    account = client(operator, "Falls", 52_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.apply()
    operator.classes("vps", "vds", "vhost")
    operator.sandbox.fault("refuse", "account.discount.add.product")
    assert list(operator.apply(TOMORROW).failed) == [account]
    assert operator.percents(account) == STARTER


def test_a_payment_that_moves_to_another_client_counts_there_and_stops_nobody(operator: Operator) -> None:
    """Case F1, V2: the wrong one falls, the right one rises, the bystander's fall is made."""
    right, wrong = client(operator, "Right"), client(operator, "Wrong")
    bystander = client(operator, "Bystander", 3_000, date(2024, 12, 20))
    payment = operator.sandbox.world.add_payment(wrong, 52_000, TODAY)
    operator.apply()
    assert operator.percents(wrong) == PARTNER_8
    transfer(operator, payment, right)
    report = operator.apply(TOMORROW, allow_drop=True)
    assert report.failed == {}
    assert [operator.percents(each) for each in (right, wrong, bystander)] == [PARTNER_8, STARTER, {}]


def test_an_event_about_a_payment_that_moved_reaches_its_new_owner(operator: Operator) -> None:
    """V2: the worker's own memory of whose payment and whose subaccount it is proves nothing (R10)."""
    right, wrong = client(operator, "Right"), client(operator, "Wrong")
    payment = operator.sandbox.world.add_payment(wrong, 52_000, TODAY)
    operator.apply()
    transfer(operator, payment, right)
    operator.queue(payment)
    operator.work()
    assert [operator.percents(each) for each in (right, wrong)] == [PARTNER_8, STARTER]
    assert operator.store.queue.all() == []


def test_a_night_that_died_is_told_though_the_worker_goes_on(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case F15."""
    client(operator, "Client")
    operator.apply()

    def dies(*_: Any) -> Any:
        raise RuntimeError("of ours")

    monkeypatch.setattr(runs._Run, "over", dies)
    with pytest.raises(RuntimeError):
        operator.apply()
    monkeypatch.undo()
    operator.queue(1)
    operator.work()
    told = health(operator.store, NOON)
    assert (told.state, "of ours" in told.problems[0].en) == (State.WARNING, True)


def test_a_night_that_was_killed_is_told(operator: Operator) -> None:
    client(operator, "Client")
    operator.apply()
    operator.store.runs.begin("daily", TODAY, True, NOON)
    assert any("died" in problem.en for problem in health(operator.store, NOON).problems)


def test_a_run_for_a_day_to_come_leaves_catching_up_to_today(operator: Operator) -> None:
    """Case F11."""
    client(operator, "Client")
    operator.apply()
    begun = operator.store.runs.begin("apply", date(2025, 12, 25), True, NOON)
    operator.store.runs.finish(begun, "done", 1, 0, NOON)
    good = operator.store.runs.last_good()
    assert good is not None
    assert good.day == TODAY


def test_clients_who_leave_use_up_no_limit(operator: Operator) -> None:
    """Case M8: three leave, the fourth's payment is charged back; all of it goes through."""
    accounts = [client(operator, f"Client {number}", 52_000) for number in range(5)]
    operator.apply()
    operator.store.settings.set("drop_limit_count", "0")
    operator.store.settings.set("drop_limit_percent", "0")
    for account in accounts[:3]:
        operator.store.connection.execute(
            "INSERT INTO member (account, standing, changed_at) VALUES (?, 'left', '2025-01-20')", (account,)
        )
    operator.sandbox.world.set_payment(4, status=6)
    operator.apply()
    assert [operator.percents(account) for account in accounts] == [{}] * 4 + [PARTNER_8]


def test_a_table_that_gives_less_by_mistake_is_limited_still(operator: Operator) -> None:
    accounts = [client(operator, f"Client {number}", 52_000) for number in range(5)]
    operator.apply()
    low = published_table().to_csv().replace("Partner #8,50000,19,7,3", "Partner #8,50000,1.9,0.7,0.3")
    operator.store.tiers.put(TierTable.from_csv(low), TODAY, "chief", datetime(2025, 1, 20, 13))
    with pytest.raises(UnsafePlan):
        operator.apply()
    assert [operator.percents(account) for account in accounts] == [PARTNER_8] * 5


def test_a_rate_of_zero_holds_from_its_day_on_whatever_other_payments_needed(operator: Operator) -> None:
    """U2, V3, R5: the payment before it has its rate, the one after it none; roubles are not touched."""
    world = operator.sandbox.world
    dollars, roubles = world.add_account("Dollars"), client(operator, "Roubles")
    world.add_rate("USD", date(2025, 1, 2), "90")
    world.add_rate("USD", date(2025, 1, 15), "0")
    world.add_payment(dollars, 100, date(2025, 1, 10), currency="USD")
    world.add_payment(dollars, 1_000, date(2025, 1, 18), currency="USD")
    report = operator.apply()
    assert report.failed == {}
    assert any("rates of the panel can't be used" in warning.en for warning in report.warnings)
    assert (operator.percents(dollars)["vds"], operator.percents(roubles)) == (7, STARTER)
