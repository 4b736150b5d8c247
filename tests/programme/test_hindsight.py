"""R11: a past day as it was decided, and as it looks by what is known now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.hindsight import Hindsight, Since, look_back
from resellerprogram.programme.payments import Money, Payment, PaymentStatus
from resellerprogram.recalculation.hindsight import known_now
from resellerprogram.store import Store
from resellerprogram.store.database import transaction
from resellerprogram.words import hindsight

from tests.programme.builders import ACCOUNT, RULES, TABLE, decided, paid
from tests.texts import plain_spaces

NOW = datetime(2025, 1, 20, 12)


def looked_back(then: Decision, *payments: Payment) -> Hindsight:
    found = look_back(then, payments, {}, TABLE)
    assert found is not None
    return found


def test_where_nothing_is_known_otherwise_the_same_comes_out() -> None:
    payments = [paid(600, "2025-01-05"), paid(-100, "2025-01-06", is_refund=True)]
    then = decided(payments, "2025-01-20")
    found = looked_back(then, *reversed(payments))
    assert (found.is_the_same, found.turnover, found.tier) == (True, then.turnover.amount, then.tier)
    assert list(hindsight.lines(found, "RUB", "ru")) == ["По тому, что известно сейчас, выходит то же самое."]


def test_what_appeared_changed_and_left_since_is_told_and_what_would_come_of_it() -> None:
    left, changed = paid(49_000, "2025-01-05"), paid(3_000, "2025-01-06")
    appeared, of_other_days = paid(500, "2025-01-07"), paid(90_000, "2024-11-07")
    then = decided([left, changed], "2025-01-20")
    found = looked_back(then, replace(changed, status=PaymentStatus.FRAUD), appeared, of_other_days)
    assert [(each.since, each.payment.id) for each in found.differences] == [
        (Since.LEFT, left.id),
        (Since.CHANGED, changed.id),
        (Since.APPEARED, appeared.id),
    ]
    assert (found.turnover, found.tier) == (Decimal(500), TABLE.by_name("Starter"))
    told = list(hindsight.lines(found, "RUB", "en"))
    assert (
        plain_spaces(told[0])
        == "By what is known now it would be Starter, turnover RUB 500; known otherwise since then: 3."
    )
    assert [line.split()[0] for line in told[2:]] == ["left", "changed", "appeared"]
    assert told[3].endswith("—  fraudulent")


def test_a_payment_of_another_day_is_one_that_left() -> None:
    payment = paid(600, "2025-01-05")
    found = looked_back(decided([payment], "2025-01-20"), replace(payment, credited_on=date(2024, 11, 5)))
    assert [each.since for each in found.differences] == [Since.LEFT]
    assert (found.turnover, found.tier) == (0, None)


def test_r10_a_pin_of_that_day_holds_whatever_became_known() -> None:
    pin = Pin("Partner #3", date(2025, 2, 1), "by contract")
    then = decide(ACCOUNT, NOW.date(), [paid(600, "2025-01-05")], TABLE, RULES, pin)
    assert looked_back(then).tier == TABLE.by_name("Partner #3")


def test_where_no_payments_were_counted_or_are_known_any_more_there_is_nothing_to_compare() -> None:
    then = decided([paid(600, "2025-01-05")], "2025-01-20")
    gone = replace(then, turnover=replace(then.turnover, verdicts=(), recorded=Decimal(600)))
    for each in (leave_out(ACCOUNT, NOW.date(), Basis.LEFT), gone, replace(then, rules="")):
        assert look_back(each, [], {}, TABLE) is None


def test_looking_back_reads_the_ledger_and_writes_nothing(store: Store) -> None:
    first, second = paid(600, "2025-01-05"), paid(5_000, "2025-01-06")
    with transaction(store.connection):
        store.decisions.record(decide(ACCOUNT, NOW.date(), [first], TABLE, RULES), "apply", NOW)
        less = replace(first, amount=Money(Decimal(550), "RUB"))
        later = decide(ACCOUNT, date(2025, 1, 21), [less, second], TABLE, RULES)
        store.decisions.record(later, "apply", NOW.replace(day=21))
    before = store.connection.total_changes
    record, newest = store.decisions.on(ACCOUNT, NOW.date()), store.decisions.last(ACCOUNT)
    assert record is not None
    assert newest is not None
    assert store.decisions.has_news(record.id)
    assert not store.decisions.has_news(newest.id), "nothing was seen since, and nobody needs to count"
    found = known_now(store, record.decision)
    assert found is not None
    assert record.decision.turnover.amount == 600
    assert (found.turnover, [each.since for each in found.differences]) == (5_550, [Since.CHANGED, Since.APPEARED])
    assert store.connection.total_changes == before
