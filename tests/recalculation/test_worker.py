"""The worker answers the queue: at once, in order, each account once, and gives up on nothing silently (R6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.limits import DropLimit
from resellerprogram.programme.text import same
from resellerprogram.recalculation import drain
from resellerprogram.recalculation import run as runs
from resellerprogram.recalculation.drain import ROUND
from resellerprogram.recalculation.work import work
from resellerprogram.store.lock import as_worker
from resellerprogram.store.queue import GIVEN_UP_AFTER

from tests.operator import TODAY, Operator

pytestmark = pytest.mark.slow

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
LATER = date(2025, 1, 21)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mgrctl.__init__, "__defaults__", (6.0,))
    monkeypatch.setattr("resellerprogram.panel.transport.Retrying.__init__.__defaults__", ((0.01,), lambda pause: None))


def client(operator: Operator, name: str = "Romashka") -> int:
    return operator.sandbox.world.add_account(name)


def credit(operator: Operator, account: int, amount: int, day: date = TODAY) -> int:
    payment = operator.sandbox.world.add_payment(account, amount, day)
    operator.queue(payment, day=day)
    return payment


def functions(operator: Operator) -> list[str]:
    called = [call["func"] for call in operator.sandbox.calls()]
    operator.sandbox.reset_calls()
    return called


def test_a_credited_payment_lifts_the_discount_in_the_moment(operator: Operator) -> None:
    account = client(operator)
    credit(operator, account, 52_000)
    operator.work()
    assert operator.percents(account) == PARTNER_8
    assert operator.store.queue.all() == []
    (record,) = operator.store.decisions.history(AccountId(account))
    assert record.cause == "payment.setpaid"


def test_who_is_heard_of_first_by_a_payment_has_a_name_and_is_asked_for_it_once(operator: Operator) -> None:
    account = client(operator)
    credit(operator, account, 52_000)
    operator.work()
    assert operator.store.standings.names([AccountId(account)]) == {account: "Romashka"}
    called = functions(operator)
    assert called.count("account") == 1
    assert called.index("account") > called.index("account.discount.add.product"), "the discount waits for no name"
    credit(operator, account, 100_000)
    operator.work()
    assert "account" not in functions(operator)


def test_who_waits_with_an_error_has_a_name_too(operator: Operator) -> None:
    account = client(operator)
    operator.sandbox.fault("refuse", "account.discount")
    credit(operator, account, 52_000)
    operator.work()
    assert operator.store.queue.failing() == {account}
    assert operator.store.standings.names([AccountId(account)]) == {account: "Romashka"}


@pytest.mark.parametrize("status", [5, 6, 7, 9])
def test_a_payment_that_counts_no_more_lowers_it(operator: Operator, status: int) -> None:
    account = client(operator)
    credit(operator, account, 600)
    lost = credit(operator, account, 52_000)
    operator.work()
    operator.sandbox.world.set_payment(lost, status=status)
    operator.queue(lost)
    operator.work()
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}


def test_a_deleted_payment_is_known_by_the_decision_that_rested_on_it(operator: Operator) -> None:
    account = client(operator)
    payment = credit(operator, account, 52_000)
    operator.work()
    operator.sandbox.world.delete_payment(payment)
    operator.queue(payment, cause="payment.delete")
    operator.work()
    assert operator.percents(account) == {}


def test_a_payment_that_is_gone_and_never_counted_asks_for_nothing(operator: Operator) -> None:
    client(operator)
    operator.queue(812)
    operator.work()
    assert operator.store.queue.all() == []
    assert operator.store.decisions.any() is False


def test_the_calls_for_one_payment_are_those_that_it_needs(operator: Operator) -> None:
    """payment.info tells whose it is, payment.filter the employee's filter; nobody else's payments are read. Who is to
    be told of it, and in which language, comes after the discounts."""
    account, other = client(operator), client(operator)
    operator.sandbox.world.add_payment(other, 5_000, TODAY)
    credit(operator, account, 600)
    operator.work()
    operator.apply()
    credit(operator, account, 52_000)
    operator.sandbox.reset_calls()
    operator.work()
    asked = [call["params"].get("account_id") for call in operator.sandbox.calls() if call["func"] == "payment"]
    assert asked == [str(account)]
    called = functions(operator)
    assert called[:2] == ["payment.info", "payment.filter"]
    assert set(called[2:4]) == {"payment", "account.discount"}
    assert called[4:] == [*["account.discount.edit"] * 3, "user.edit", "notification.edit", "payment.filter"]


def test_a_payment_that_crosses_nothing_costs_one_call(operator: Operator) -> None:
    """What the panel says of it is enough: the turnover on record grows, the tier stays (R6, R11)."""
    account = client(operator)
    credit(operator, account, 600)
    operator.work()
    operator.sweep()  # which knows the client's users
    operator.sandbox.reset_calls()
    for amount in (700, 800):
        credit(operator, account, amount)
        operator.work()
    assert functions(operator) == ["payment.info"] * 2
    record = operator.store.decisions.last(AccountId(account))
    assert record is not None
    assert record.decision.turnover.amount == 2_100
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
    credit(operator, account, 900)
    operator.work()
    assert operator.percents(account)["vds"] == 5, "3 000 together"
    operator.sandbox.reset_calls()
    operator.sweep()
    assert operator.writes() == []
    assert operator.explain(account).decision.turnover.amount == 3_000


def test_every_part_of_a_payment_that_goes_back_lowers_it_at_once(operator: Operator) -> None:
    """R4, R6: the event names the payment, whose own row stays as it was; what went back is a row beside it."""
    account = client(operator)
    payment = credit(operator, account, 12_000)
    operator.work()
    operator.sweep()  # which knows the client's users
    for given, percent in ((1_000, 9), (3_000, 7), (6_000, 3)):
        operator.sandbox.world.refund(payment, TODAY, given)
        operator.queue(payment, cause="payment.refund")
        operator.work()
        assert operator.percents(account)["vds"] == percent


@pytest.mark.parametrize("odd", ["its user went", "refunded", "a pin", "no users known", "the amount changed"])
def test_a_payment_about_which_something_is_odd_costs_a_look(operator: Operator, odd: str) -> None:
    """R10: an id proves nothing. What one answer does not tell for sure is read."""
    world, account, other = operator.sandbox.world, client(operator), client(operator)
    for each in (account, other):
        credit(operator, each, 600)
    operator.work()
    operator.sweep()
    payment = world.add_payment(account, 700, TODAY)
    if odd == "its user went":
        world.move_user(world.user_of(account), other)
    elif odd == "refunded":
        world.set_payment(payment, status=6)
    elif odd == "a pin":
        operator.store.members.pin(AccountId(account), Pin("Partner #3", date(2025, 3, 1), ""), operator.clock(TODAY)())
    elif odd == "no users known":
        operator.store.users.replace_all([], operator.clock(TODAY)())
    else:
        operator.queue(payment)
        operator.work()
        world.set_payment(payment, subaccountamount=Decimal(710), paymethodamount=Decimal(710))
    operator.queue(payment)
    operator.sandbox.reset_calls()
    operator.work()
    assert "payment" in functions(operator)


def test_several_payments_of_an_account_are_answered_together(operator: Operator) -> None:
    one, two = client(operator), client(operator)
    for amount in (500, 2_500, 2_000, 47_000):
        credit(operator, one, amount)
        credit(operator, two, amount)
    operator.sandbox.reset_calls()
    operator.work()
    assert operator.percents(one) == operator.percents(two) == PARTNER_8
    called = functions(operator)
    assert called.count("payment.info") == 2
    assert called.count("account.discount.add.product") == 6
    assert "account.discount.edit" not in called


def test_what_comes_while_an_account_is_recalculated_is_not_lost(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = client(operator)
    credit(operator, account, 600)
    original: Callable[..., int] = vars(drain)["act"]
    credited: list[int] = []

    def pay_meanwhile(*arguments: Any) -> int:
        if not credited:
            credited.append(credit(operator, account, 52_000))
        return original(*arguments)

    monkeypatch.setattr(drain, "act", pay_meanwhile)
    operator.work()
    assert operator.percents(account) == PARTNER_8


@pytest.mark.usefixtures("over_https")
def test_a_long_queue_is_answered_over_https(operator: Operator) -> None:
    accounts = [client(operator, f"Client {number}") for number in range(ROUND + 5)]
    for account in accounts:
        credit(operator, account, 600)
    operator.sandbox.reset_calls()
    operator.work()
    assert all(operator.percents(account)["vds"] == 3 for account in accounts)
    assert "session.newkey" in functions(operator)


def test_a_payment_of_somebody_outside_changes_nothing(operator: Operator) -> None:
    operator.store.settings.set("members", "enrolled")
    account = client(operator)
    credit(operator, account, 52_000)
    operator.work()
    assert operator.percents(account) == {}
    assert operator.store.queue.all() == []
    credit(operator, account, 5_000)
    operator.sandbox.reset_calls()
    operator.work()
    assert "user" not in functions(operator), "whose subaccount it is was kept"


def test_two_providers_two_currencies_one_client(operator: Operator) -> None:
    """Each subaccount is found by itself, and only payments to the programme's provider count (R5)."""
    other = operator.sandbox.world.add_project("Second Brand")
    operator.store.settings.set("provider", "1")
    account = client(operator)
    operator.queue(operator.sandbox.world.add_payment(account, 52_000, TODAY, project=other))
    operator.queue(operator.sandbox.world.add_payment(account, 700, TODAY))
    operator.work()
    assert operator.percents(account)["vds"] == 3


# --- failures ---


def test_a_panel_that_is_away_is_waited_for_as_long_as_it_takes(operator: Operator) -> None:
    account = client(operator)
    credit(operator, account, 52_000)
    operator.sandbox.stop()
    now = _tried(operator, operator.clock(TODAY)() + timedelta(hours=9))
    (waiting,) = operator.store.queue.all()
    assert (waiting.dead, waiting.attempts > GIVEN_UP_AFTER, "can't be reached" in waiting.error.en) == (
        False,
        True,
        True,
    )
    operator.sandbox.start()
    _tried(operator, now + timedelta(hours=1))
    assert operator.percents(account) == PARTNER_8


def _tried(operator: Operator, until: datetime) -> datetime:
    """Let workers try whatever becomes due until then; tells when the last one stopped."""
    now = operator.clock(TODAY)()

    while now < until:
        work(operator.sandbox.root, operator.store, _standing(now), lambda pause: False)
        now += max(operator.store.queue.next_pause(now) or timedelta(hours=1), timedelta(seconds=1))
    return now


def _standing(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def test_what_the_panel_refuses_again_and_again_is_kept_and_shown_and_the_others_go_on(operator: Operator) -> None:
    bad, good = client(operator), client(operator)
    credit(operator, bad, 52_000)
    operator.sandbox.fault("refuse", "account.discount.add.product", count=3 * GIVEN_UP_AFTER)
    _tried(operator, operator.clock(TODAY)() + timedelta(hours=6))
    (letter,) = operator.store.queue.all()
    assert (letter.dead, letter.attempts, "Lost connection" in letter.error.en) == (True, GIVEN_UP_AFTER, True)
    operator.sandbox.clear_faults()
    credit(operator, good, 600)
    operator.work()
    assert operator.percents(good)["vds"] == 3
    assert [row.id for row in operator.store.queue.all()] == [letter.id]
    operator.store.queue.retry(letter.id)
    operator.work()
    assert operator.percents(bad) == PARTNER_8
    assert operator.store.queue.all() == []


def test_the_nightly_run_takes_care_of_what_was_given_up(operator: Operator) -> None:
    account = client(operator)
    operator.sandbox.world.add_payment(account, 600, TODAY)
    row = operator.store.queue.put(AccountId(account), "sweep", operator.clock(TODAY)())
    for _ in range(GIVEN_UP_AFTER):
        operator.store.queue.failed(row, same("once"), operator.clock(TODAY)())
    operator.apply()
    assert operator.store.queue.all() == []


def test_a_list_that_lacks_the_payment_we_came_for_is_not_believed(operator: Operator) -> None:
    account = client(operator)
    operator.sandbox.fault("stale_cache", "payment")
    operator.apply()  # the empty list is in the panel's cache now
    credit(operator, account, 52_000)
    operator.writes()
    _tried(operator, operator.clock(TODAY)() + timedelta(seconds=30))
    assert operator.writes() == []
    assert "not among the payments" in operator.store.queue.all()[0].error.en
    operator.sandbox.clear_faults()
    operator.store.queue.retry()
    operator.work()
    assert operator.percents(account) == PARTNER_8


def six_with_a_tier(operator: Operator) -> tuple[list[int], list[int]]:
    """Six clients that one payment each has given a tier, and these payments."""
    accounts = [client(operator, f"Client {number}") for number in range(6)]
    payments = [operator.sandbox.world.add_payment(account, 52_000, TODAY) for account in accounts]
    operator.apply()
    return accounts, payments


def test_what_fraud_takes_uses_up_no_limit(operator: Operator) -> None:
    """Spec, section 3: what refund, fraud or the client's own leaving takes goes on."""
    accounts, payments = six_with_a_tier(operator)
    operator.store.settings.set("drop_limit_count", "0")
    for payment in payments:
        operator.sandbox.world.set_payment(payment, status=7)
        operator.queue(payment, cause="payment.setfraud")
    operator.work()
    assert [operator.percents(account) for account in accounts] == [{}] * 6


def test_many_small_falls_that_nothing_explains_stop_where_one_large_run_would(operator: Operator) -> None:
    accounts, payments = six_with_a_tier(operator)
    operator.store.settings.set("drop_limit_count", "7")
    for payment in payments:
        operator.sandbox.world.delete_payment(payment)
        operator.queue(payment, cause="payment.delete")
    _tried(operator, operator.clock(TODAY)() + timedelta(seconds=30))
    fallen = [account for account in accounts if not operator.percents(account)]
    assert len(fallen) == 2
    waiting = operator.store.queue.all()
    assert len(waiting) == 4
    assert "limit is 7" in waiting[0].error.en
    assert not any(row.dead for row in waiting)
    operator.apply(allow_drop=True)
    assert all(operator.percents(account) == {} for account in accounts)
    assert operator.store.queue.all() == []


def test_switched_off_nothing_happens_by_itself(operator: Operator) -> None:
    operator.store.settings.set("automatic", "off")
    account = client(operator)
    credit(operator, account, 52_000)
    operator.work()
    assert operator.percents(account) == {}
    operator.store.settings.set("automatic", "on")
    operator.work()
    assert operator.percents(account) == PARTNER_8


# --- beside others ---


def test_of_two_workers_the_second_ends_at_once(operator: Operator) -> None:
    account = client(operator)
    credit(operator, account, 52_000)
    with as_worker(operator.store.folder) as first:
        assert first
        operator.work()
        assert operator.percents(account) == {}
    operator.work()
    assert operator.percents(account) == PARTNER_8


@pytest.mark.parametrize("phase", ["reading", "writing"])
def test_a_payment_that_comes_during_a_run_over_all_is_answered_by_it(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    """And what the run had read of that account before is not written over it."""
    accounts = [client(operator, f"Client {number}") for number in range(4)]
    for account in accounts:
        operator.sandbox.world.add_payment(account, 600, TODAY)
    credited: list[int] = []
    name = "consider" if phase == "reading" else "act"
    original = getattr(runs, name)

    def pay_meanwhile(*arguments: Any) -> Any:
        result = original(*arguments)
        if not credited:
            credited.extend(credit(operator, account, 52_000) for account in (accounts[0], accounts[-1]))
        return result

    monkeypatch.setattr(runs, name, pay_meanwhile)
    operator.apply()
    assert [operator.percents(account)["vds"] for account in accounts] == [19, 3, 3, 19]
    assert operator.store.queue.all() == []
    monkeypatch.undo()
    assert operator.apply().written == 0


def test_the_limit_is_the_settings(operator: Operator) -> None:
    assert operator.store.settings.current().drop_limit == DropLimit()


def test_a_run_for_another_day_leaves_the_queue_to_today(operator: Operator) -> None:
    account = client(operator)
    credit(operator, account, 52_000)
    operator.store.settings.set("drop_limit_count", "100")
    now = operator.clock(TODAY)
    runs.recalculate(operator.sandbox.root, operator.store, date(2025, 6, 1), now, "apply", allow_drop=True)
    assert operator.percents(account) == {}
    assert len(operator.store.queue.all()) == 1
    operator.work()
    assert operator.percents(account) == PARTNER_8
