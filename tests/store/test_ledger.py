"""The ledger: every payment once, each version of it with when it was seen, and decisions that refer to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.decision import decide
from resellerprogram.programme.ids import AccountId, PaymentId, Scope
from resellerprogram.programme.payments import Money, Payment, PaymentSketch, PaymentStatus
from resellerprogram.programme.window import Window
from resellerprogram.store import Store
from resellerprogram.store.contents import content_of
from resellerprogram.store.database import transaction

from tests.programme.builders import ACCOUNT, RULES, TABLE, US, paid

NOW = datetime(2025, 1, 20, 12)
LATER = NOW + timedelta(hours=1)
TODAY = NOW.date()
WINDOW = Window.of(TODAY)
OTHER = AccountId(28)


def sketch(payment: Payment) -> PaymentSketch:
    return PaymentSketch(payment.id, payment.number, payment.amount, payment.status, payment.credited_on, payment.owner)


def versions(store: Store) -> int:
    return int(store.connection.execute("SELECT count(*) FROM ledger").fetchone()[0])


def saw(store: Store, *payments: Payment, account: AccountId = ACCOUNT, now: datetime = NOW) -> int:
    """The account was read, and these are its payments; the version up to which that is known."""
    store.ledger.saw(account, payments, WINDOW.first, now)
    return store.ledger.latest()


def known(store: Store, version: int | None = None, account: AccountId = ACCOUNT) -> list[Payment]:
    return sorted(store.ledger.as_known(account, WINDOW, version), key=lambda payment: payment.id)


# --- versions ---


def test_a_payment_is_kept_once_however_often_it_is_seen(store: Store) -> None:
    payment = paid(600, "2025-01-05", owner="Romashka", refund_of=None)
    for hour in range(5):
        saw(store, payment, now=NOW + timedelta(hours=hour))
    assert (versions(store), known(store)) == (1, [payment])


CHANGES: dict[str, dict[str, Any]] = {
    "amount": {"amount": Money(Decimal("599.5"), "RUB")},
    "currency": {"amount": Money(Decimal(600), "USD")},
    "status": {"status": PaymentStatus.FRAUD},
    "day": {"credited_on": date(2025, 1, 7)},
    "number": {"number": "other/1"},
    "owner": {"owner": "Vasilek"},
    "provider": {"provider": 2},
    "method": {"method": "Card"},
    "an excluded method": {"method_excluded": True},
    "cashback": {"promotional": True},
    "refund": {"is_refund": True, "refund_of": PaymentId(4)},
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_payment_that_changed_is_a_new_version_and_the_old_one_is_known_as_it_was(store: Store, what: str) -> None:
    before = paid(600, "2025-01-05", owner="Romashka")
    after = replace(before, **CHANGES[what])
    first, second = saw(store, before), saw(store, after, now=LATER)
    assert versions(store) == 2
    assert (known(store, first), known(store, second), known(store)) == ([before], [after], [after])


def test_a_payment_that_is_gone_was_there_and_may_come_back(store: Store) -> None:
    payment, other = paid(600, "2025-01-05"), paid(700, "2025-01-06")
    here, gone = saw(store, payment, other), saw(store, other)
    assert saw(store, other) == gone, "it is gone once"
    back = saw(store, payment, other)
    assert [len(known(store, version)) for version in (here, gone, back)] == [2, 1, 2]
    assert store.ledger.account_of(payment.id) == ACCOUNT


def test_a_payment_of_other_days_is_not_taken_for_one_that_is_gone(store: Store) -> None:
    """Only days that were read tell that something is missing there."""
    early, late = paid(600, "2024-11-05"), paid(700, "2025-01-06")
    store.ledger.saw(ACCOUNT, [early, late], date.min, NOW)
    saw(store, late)
    assert versions(store) == 2
    store.ledger.saw(ACCOUNT, [late], date.min, NOW)
    assert store.ledger.account_of(early.id) is None


def test_r10_a_payment_that_moved_is_the_others_now_and_was_the_first_ones(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    before = saw(store, payment)
    after = saw(store, payment, account=OTHER)
    saw(store)
    assert versions(store) == 2, "that it is not the first one's any more is known already"
    assert (known(store, before), known(store, after)) == ([payment], [])
    assert (known(store, before, OTHER), known(store, None, OTHER)) == ([], [payment])
    assert store.ledger.account_of(payment.id) == OTHER


def test_a_version_that_was_referred_to_stays_the_latest_when_its_row_is_gone(store: Store) -> None:
    """Else a decision that is made next would take the first one's payment for one that it has still."""
    payment = paid(600, "2025-01-05")
    saw(store, payment)
    moved = saw(store, payment, account=OTHER)
    store.clients.forget(OTHER)
    assert store.ledger.latest() == moved
    assert known(store, store.ledger.latest()) == known(store) == []


def test_where_money_was_given_back_earlier_payments_are_known_too(store: Store) -> None:
    early, refund = paid(600, "2024-11-05"), paid(-100, "2025-01-06", is_refund=True)
    store.ledger.saw(ACCOUNT, [early, refund], date.min, NOW)
    assert known(store) == [early, refund]
    saw(store)
    assert known(store) == []


def test_what_an_earlier_release_kept_gets_its_owners_name_without_a_new_version(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    saw(store, payment)
    saw(store, replace(payment, owner="Romashka"))
    assert (versions(store), known(store)[0].owner) == (1, "Romashka")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.integers(1, 4), st.sampled_from([100, 200, -50]), max_size=4), max_size=6))
def test_every_reading_is_known_as_it_was(store: Store, readings: list[dict[int, int]]) -> None:
    account = AccountId(store.ledger.latest() + 1)
    with transaction(store.connection):
        read = []
        for reading in readings:
            found = [
                Payment(
                    PaymentId(10 * account + number),
                    f"pfx/{number}",
                    Money(Decimal(amount), "RUB"),
                    PaymentStatus.CREDITED,
                    date(2025, 1, number),
                    US,
                    is_refund=amount < 0,
                )
                for number, amount in sorted(reading.items())
            ]
            read.append((saw(store, *found, account=account), found))
        assert all(known(store, version, account) == found for version, found in read)


# --- what lists show ---


def newest(store: Store) -> dict[PaymentId, Decimal]:
    return {number: each.sketch.amount.amount for number, each in store.ledger.newest(WINDOW.first, TODAY).items()}


def test_what_a_list_shows_is_the_newest_and_no_history_until_the_account_is_read(store: Store) -> None:
    payment, new = paid(600, "2025-01-05"), paid(50, "2025-01-06")
    changed = replace(payment, amount=Money(Decimal(1), "RUB"))
    saw(store, payment)
    store.ledger.notice(sketch(changed), ACCOUNT, NOW)
    store.ledger.notice(sketch(new), None, NOW)
    assert newest(store) == {payment.id: 1, new.id: 50}
    assert known(store) == [payment]
    assert (store.ledger.account_of(payment.id), store.ledger.account_of(new.id)) == (ACCOUNT, None)
    saw(store, changed, new)
    assert newest(store) == {payment.id: 1, new.id: 50}
    assert known(store) == [changed, new]
    assert versions(store) == 3


def test_a_list_that_shows_nothing_new_leaves_nothing_behind(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    saw(store, payment)
    store.ledger.notice(sketch(replace(payment, number="other")), ACCOUNT, NOW)
    store.ledger.notice(sketch(payment), ACCOUNT, NOW)
    assert versions(store) == 1
    (seen,) = store.ledger.newest(WINDOW.first, TODAY).values()
    assert seen.says(sketch(payment))
    assert not seen.says(replace(sketch(payment), status=PaymentStatus.FRAUD))


def test_what_no_list_shows_is_gone_from_the_newest_until_the_account_says_otherwise(store: Store) -> None:
    payment, stranger = paid(600, "2025-01-05"), paid(50, "2025-01-06")
    saw(store, payment)
    store.ledger.notice(sketch(stranger), None, NOW)
    for number in (payment.id, stranger.id):
        store.ledger.notice_gone(number, NOW)
    assert (newest(store), known(store)) == ({}, [payment])
    saw(store, payment)
    assert newest(store) == {payment.id: 600}


def test_a_payment_with_another_day_is_not_on_its_old_one_any_more(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    saw(store, payment)
    store.ledger.notice(replace(sketch(payment), credited_on=date(2024, 11, 5)), ACCOUNT, NOW)
    assert newest(store) == {}


def test_of_nobody_that_is_known_only_the_window_is_kept(store: Store) -> None:
    payment, stranger = paid(600, "2024-12-21"), paid(50, "2024-12-21")
    saw(store, payment)
    store.ledger.notice(sketch(stranger), None, NOW)
    store.ledger.forget_noticed_before(date(2024, 12, 22))
    assert newest(store) == {payment.id: 600}


# --- decisions refer to it ---


def test_r11_a_decision_says_what_was_known_when_it_was_made(store: Store) -> None:
    first, second = paid(600, "2025-01-05"), paid(5_000, "2025-01-06")
    made = [
        decide(ACCOUNT, TODAY, payments, TABLE, RULES)
        for payments in ([first], [first, second], [first, replace(second, status=PaymentStatus.FRAUD)])
    ]
    for decision in made:
        store.decisions.record(decision, "apply", NOW)
    kept = [record.decision for record in reversed(store.decisions.history(ACCOUNT))]
    assert [content_of(each) for each in kept] == [content_of(each) for each in made]
    assert store.connection.execute("SELECT count(*) FROM decision WHERE content IS NOT NULL").fetchone()[0] == 0


def test_r11_a_decision_that_holds_on_knows_what_was_known_on_its_last_day(store: Store) -> None:
    """A payment that was dated tomorrow, and tomorrow is not there any more, changes nothing: neither the decision, nor
    what is read of it."""
    payment, dated_tomorrow = paid(600, "2025-01-05"), paid(5_000, "2025-01-21")
    store.decisions.record(decide(ACCOUNT, TODAY, [payment, dated_tomorrow], TABLE, RULES), "daily", NOW)
    on = decide(ACCOUNT, TODAY + timedelta(days=1), [payment], TABLE, RULES)
    store.decisions.record(on, "daily", NOW + timedelta(days=1))
    assert store.decisions.history_length(ACCOUNT) == 1
    last = store.decisions.last(ACCOUNT)
    assert last is not None
    assert content_of(last.decision) == content_of(on)


def test_a_decision_that_would_not_come_out_again_keeps_its_content(store: Store) -> None:
    decision = decide(ACCOUNT, TODAY, [paid(600, "2025-01-05")], TABLE, RULES)
    for rules in ("", "1 7 RUB", "of another release"):
        odd = replace(decision, rules=rules)
        store.decisions.record(odd, "apply", NOW)
        last = store.decisions.last(ACCOUNT)
        assert last is not None
        assert content_of(last.decision) == content_of(odd)


def test_what_was_not_written_in_full_is_unfinished(store: Store) -> None:
    decision = decide(ACCOUNT, TODAY, [paid(600, "2025-01-05")], TABLE, RULES)
    store.decisions.record(decision, "apply", NOW, will_write=True)
    store.decisions.record(replace(decision, account=OTHER), "apply", NOW)
    assert store.decisions.unfinished() == [ACCOUNT]
    store.decisions.finish(ACCOUNT)
    assert store.decisions.unfinished() == []


# --- growth ---

METHOD, OWNER = "Банковская карта (ЮKassa)", "Общество «Ромашка» (romashka@example.com)"


def size(store: Store) -> int:
    """What the database takes, in bytes; pages are counted, nothing is packed."""
    return int(
        store.connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    )


def month(account: int) -> list[Payment]:
    """Forty payments of an account in the window."""
    return [
        Payment(
            PaymentId(account * 1000 + number),
            f"RU-2025/{account * 1000 + number}",
            Money(Decimal("1250.0000"), "RUB"),
            PaymentStatus.CREDITED,
            TODAY - timedelta(days=number % 30),
            US,
            METHOD,
            owner=OWNER,
        )
        for number in range(40)
    ]


def test_a_payment_takes_at_most_300_bytes_a_decision_400_and_a_confirmation_nothing(store: Store) -> None:
    """The database grows with what happens, not with days and not with payments squared."""
    accounts = [AccountId(number) for number in range(1, 21)]
    empty = size(store)
    with transaction(store.connection):
        for account in accounts:
            store.ledger.saw(account, month(account), WINDOW.first, NOW)
    with_payments = size(store)
    with transaction(store.connection):
        for account in accounts:
            for later in range(12):
                decide_and_write(store, account, TODAY + timedelta(days=later))
    with_decisions = size(store)
    with transaction(store.connection):
        for account in accounts:
            decision = decide(account, TODAY + timedelta(days=11), month(account), TABLE, RULES)
            store.decisions.record(decision, "daily", NOW + timedelta(days=12))
    assert store.connection.execute("SELECT count(*), count(content) FROM decision").fetchone()[:] == (240, 0)
    assert (with_payments - empty) / (40 * len(accounts)) <= 300
    assert (with_decisions - with_payments) / (12 * len(accounts)) <= 400
    assert size(store) == with_decisions


def decide_and_write(store: Store, account: AccountId, day: date) -> None:
    """A decision that changes three discounts."""
    decision = decide(account, day, month(account), TABLE, RULES)
    record = store.decisions.record(decision, "payment.setpaid", NOW, will_write=True, who="administrator")
    for scope, what in ((3, "vds"), (4, "dedic"), (5, "certificate")):
        store.decisions.add_written(record, PlainChange(Scope(f"it_{scope}"), what, Decimal(17), Decimal(19)))
