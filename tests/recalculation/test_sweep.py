"""The sweep finds what events lost, puts right what was touched, catches up a missed night, tells of a long silence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.doctor.checks import tell_if_overdue
from resellerprogram.doctor.health import health
from resellerprogram.panel import directory, discounts
from resellerprogram.panel.directory import Listed
from resellerprogram.panel.errors import Call, IncompleteAnswer, PanelError, PanelRefusal
from resellerprogram.programme.ids import AccountId, PaymentId
from resellerprogram.programme.outcomes import State
from resellerprogram.recalculation import noticing
from resellerprogram.recalculation import sweep as sweeping
from resellerprogram.recalculation.sweep import sweep
from resellerprogram.store.notes import FACTS
from sqlalchemy.orm import Session

from tests.operator import TODAY, Operator
from tests.sandbox.models import Currency

pytestmark = pytest.mark.slow

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


@pytest.fixture
def reseller(operator: Operator) -> int:
    """A client with a tier, and a run over all that is done; the first sweep has seen everything."""
    account = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(account, 600, date(2025, 1, 5))
    operator.sandbox.world.add_account("Somebody else")
    operator.apply()
    operator.sweep()
    return account


def test_a_sweep_that_finds_nothing_writes_nothing_and_asks_little(operator: Operator, reseller: int) -> None:
    operator.sandbox.reset_calls()
    swept = operator.sweep()
    assert (swept.payments, swept.accounts, swept.recalculated) == (0, 0, 0)
    called = [call["func"] for call in operator.sandbox.calls()]
    assert called.count("payment") == 1
    assert called.count("account.discount") == 1
    assert operator.writes() == []


@pytest.mark.parametrize("day", [TODAY, date(2025, 1, 2)])
def test_a_payment_whose_event_was_lost_is_found(operator: Operator, reseller: int, day: date) -> None:
    operator.sandbox.world.add_payment(reseller, 52_000, day)
    assert operator.sweep().payments == 1
    assert operator.percents(reseller) == PARTNER_8
    assert operator.sweep().payments == 0


@pytest.mark.parametrize("odd", ["refused", "unreadable"])
def test_one_account_whose_discounts_the_panel_does_not_list_ends_no_sweep(
    operator: Operator, reseller: int, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    """Found by the soak: that account waits with its reason, and what was touched at another is put right."""
    for number in range(2):
        operator.sandbox.world.add_payment(operator.sandbox.world.add_account(f"Client {number}"), 600, TODAY)
    operator.apply()
    last = operator.sandbox.world.discounts()[-1]
    operator.sandbox.world.change_discount(last["id"], percentage=Decimal(90))
    call = Call("account.discount", {"elid": str(reseller)})
    errors: dict[str, PanelError] = {
        "refused": PanelRefusal("db", "", "", "Lost connection to database", call),
        "unreadable": IncompleteAnswer(call, "id"),
    }
    listed = discounts.listed

    def fails(panel: Any, account: AccountId, language: str = "en") -> Any:
        if account == reseller:
            raise errors[odd]
        return listed(panel, account, language)

    monkeypatch.setattr(discounts, "listed", fails)
    operator.sweep()
    assert operator.percents(last["account"])["certificate"] == 1
    (waiting,) = operator.store.queue.all()
    assert (waiting.account, waiting.error) == (reseller, errors[odd].what_happened), "the log has the call"


def test_a_payment_that_cannot_be_read_is_its_accounts_trouble_and_others_are_found(
    operator: Operator, reseller: int
) -> None:
    """Cases V1, U4: `$` names two currencies, and the payment's own currency need not be its account's."""
    world = operator.sandbox.world
    with Session(world.engine) as session:
        session.add(
            Currency(id=78, iso="CAD", symbol="$", code="124", name="Canadian dollar", name_ru="Канадский доллар")
        )
        session.commit()
    operator.store.notes.write(FACTS, {})
    operator.sandbox.read_as(amount_sign="symbol")
    canadian = world.add_account("Canadian dollars")
    odd = world.add_payment(canadian, 100, TODAY, currency="CAD")
    world.set_payment(odd, paymethodamount=Decimal(99))
    world.add_payment(reseller, 52_000, TODAY)

    assert operator.sweep().payments == 2
    assert operator.percents(reseller) == PARTNER_8
    assert operator.percents(canadian) == {}
    assert operator.sweep().payments == 0

    world.set_payment(odd, paymethodamount=Decimal(98))
    assert operator.sweep().payments == 1


@pytest.mark.parametrize("change", ["fraud", "refunded", "amount", "day", "deleted", "partial refund"])
def test_a_payment_that_changed_is_found_however_it_changed(operator: Operator, reseller: int, change: str) -> None:
    world = operator.sandbox.world
    payment = world.add_payment(reseller, 52_000, date(2025, 1, 6))
    operator.sweep()
    if change == "deleted":
        world.delete_payment(payment)
    elif change == "partial refund":
        world.refund(payment, TODAY, 52_000 - 100)
    else:
        columns: dict[str, dict[str, Any]] = {
            "fraud": {"status": 7},
            "refunded": {"status": 6},
            "amount": {"subaccountamount": Decimal(100)},
            "day": {"paydate": date(2024, 12, 1)},
        }
        world.set_payment(payment, **columns[change])
    assert operator.sweep().payments == 1
    assert operator.percents(reseller) == {"vds": 3, "dedic": 1, "certificate": 1}
    assert operator.sweep().payments == 0


def test_the_first_sweep_does_not_take_old_payments_of_others_for_new_ones(operator: Operator) -> None:
    member, stranger = (operator.sandbox.world.add_account(name) for name in ("Member", "Stranger"))
    operator.store.settings.set("members", "enrolled")
    operator.store.members.enrol(AccountId(member), "", operator.clock(TODAY)())
    for account in (member, stranger):
        operator.sandbox.world.add_payment(account, 600, date(2025, 1, 5))
    operator.apply()
    assert operator.sweep().payments == 0
    operator.sandbox.world.add_payment(stranger, 600, date(2025, 1, 6))
    assert operator.sweep().payments == 1
    assert operator.sweep().payments == 0


def test_before_the_first_run_over_all_a_sweep_looks_at_no_payments(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(account, 600, TODAY)
    assert operator.sweep().payments == 0
    assert operator.percents(account) == {}


def test_with_many_payments_the_days_before_are_looked_at_by_the_hour(
    operator: Operator, reseller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticing, "FITS", 0)
    old = operator.sandbox.world.add_payment(reseller, 5_000, date(2025, 1, 6))
    new = operator.sandbox.world.add_payment(reseller, 700, TODAY)
    now = operator.clock(TODAY)()
    assert sweep(operator.sandbox.root, operator.store, lambda: now + timedelta(minutes=5)).payments == 1
    assert operator.store.ledger.account_of(PaymentId(new)) == reseller
    # answering for the new one has shown the old one, too; what nothing leads to is found by the hour
    operator.sandbox.world.set_payment(old, status=7)
    assert sweep(operator.sandbox.root, operator.store, lambda: now + timedelta(minutes=10)).payments == 0
    assert sweep(operator.sandbox.root, operator.store, lambda: now + timedelta(minutes=61)).payments == 1
    assert operator.percents(reseller)["vds"] == 3


def test_discounts_that_were_touched_are_found_and_put_right(operator: Operator, reseller: int) -> None:
    world = operator.sandbox.world
    by_type = {each["internal_name"]: each["id"] for each in world.discounts(reseller)}
    for touch in (
        lambda: world.change_discount(by_type["vds"], percentage=Decimal(90)),
        lambda: world.change_discount(by_type["vds"], todate=date(2025, 2, 2)),
        lambda: world.delete_discount(by_type["vds"]),
        lambda: world.add_discount(reseller, 40, "it_1", "Agreed by hand"),
    ):
        touch()
        assert operator.sweep().accounts == 1
        assert operator.percents(reseller) == {"vds": 3, "dedic": 1, "certificate": 1}
        assert {each["todate"] for each in world.discounts(reseller)} == {date(2099, 12, 31)}
        assert operator.sweep().written == 0, "what was put right is read once more, in full"
        assert operator.sweep().accounts == 0
    assert operator.store.set_aside.count() == 1


def test_with_many_accounts_their_discounts_are_looked_at_in_turns(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LISTS_PER_SWEEP", 2)
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(5)]
    for account in accounts:
        operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.apply()
    for account in accounts:
        operator.sandbox.world.add_discount(account, 40, "it_1")
    assert [operator.sweep().accounts for _ in range(4)] == [2, 2, 1, 0]


def test_an_account_that_can_not_be_put_right_is_not_queued_again_and_again(operator: Operator, reseller: int) -> None:
    operator.sandbox.world.add_discount(reseller, 40, "it_1")
    operator.sandbox.fault("refuse", "account.discount.delete")
    for _ in range(3):
        operator.sweep()
    assert len(operator.store.queue.all()) == 1


def test_a_new_user_of_a_client_with_a_tier_is_known_to_the_guard(operator: Operator, reseller: int) -> None:
    number = operator.sandbox.world.add_user(reseller, "second@example.com")
    operator.sweep()
    assert operator.store.users.account_of(str(number)) == reseller


def test_a_list_of_users_that_is_not_whole_makes_nobody_be_forgotten(
    operator: Operator, reseller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case M7"""
    user = operator.sandbox.world.user_of(reseller)
    for complete, known in ((False, AccountId(reseller)), (True, None)):
        monkeypatch.setattr(directory, "users", lambda panel, ending="", complete=complete: Listed([], complete))
        operator.sweep()
        assert operator.store.users.account_of_session(user, operator.clock(TODAY)()) == known


def test_what_waits_in_the_queue_is_done(operator: Operator, reseller: int) -> None:
    operator.sandbox.world.add_payment(reseller, 52_000, TODAY)
    operator.store.queue.put(AccountId(reseller), "payment.setpaid", operator.clock(TODAY)())
    assert operator.sweep().recalculated == 1
    assert operator.percents(reseller) == PARTNER_8


# --- the night ---


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)


def test_a_missed_night_is_caught_up_once(operator: Operator, reseller: int) -> None:
    """R7: on 6 February the payment of 5 January has left the window."""
    root, store = operator.sandbox.root, operator.store
    falls = date(2025, 2, 6)
    assert not sweep(root, store, lambda: at(falls, 0, 20)).caught_up, "cron may be at it just now"
    assert sweep(root, store, lambda: at(falls, 7)).caught_up
    assert operator.percents(reseller) == {}
    assert not sweep(root, store, lambda: at(falls, 7, 5)).caught_up


def test_a_night_that_fails_is_tried_again_by_the_hour(operator: Operator, reseller: int) -> None:
    root, store = operator.sandbox.root, operator.store
    falls = date(2025, 2, 6)
    operator.sandbox.fault("refuse", "account")
    assert sweep(root, store, lambda: at(falls, 7)).caught_up
    assert not sweep(root, store, lambda: at(falls, 7, 30)).caught_up
    operator.sandbox.clear_faults()
    assert sweep(root, store, lambda: at(falls, 8, 1)).caught_up
    assert operator.percents(reseller) == {}


def test_after_26_hours_the_administrator_is_told_in_the_panel_once_a_day(operator: Operator, reseller: int) -> None:
    done = operator.store.runs.last_good()
    assert done is not None
    assert done.finished_at is not None
    for hours, told in ((25, 0), (27, 1), (28, 1), (51, 2)):
        now = done.finished_at + timedelta(hours=hours)
        tell_if_overdue(operator.sandbox.root, operator.store, now)
        assert len(operator.sandbox.notifications()) == told
        assert (health(operator.store, now).state is State.CRITICAL) is (hours > 26)
    message = operator.sandbox.notifications()[0]
    assert message["user"] == "admin"
    assert "пересчёта всех участников не было 27 ч" in message["message"]
    assert "no full recalculation for 27 hours" in message["message"]


def test_a_panel_that_takes_no_notification_is_asked_again(operator: Operator, reseller: int) -> None:
    now = operator.clock(TODAY)() + timedelta(days=2)
    operator.sandbox.fault("refuse", "notification.edit", count=1)
    tell_if_overdue(operator.sandbox.root, operator.store, now)
    tell_if_overdue(operator.sandbox.root, operator.store, now)
    assert len(operator.sandbox.notifications()) == 1
