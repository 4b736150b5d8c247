"""Opening turnover in the ledger: what no reading and no list tells of, from when on it counts, how it ends (R4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from resellerprogram.programme.decision import decide
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.openings import Opening
from resellerprogram.programme.payments import Money
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.window import Window
from resellerprogram.store import Store
from resellerprogram.store.past import PastStore

from tests.programme.builders import ACCOUNT, RULES, TABLE, paid
from tests.store.test_ledger import NOW, OTHER, TODAY, WINDOW, saw, sketch

DAY = date(2025, 1, 5)
AMOUNT = Money(Decimal("20000.50"), "RUB")
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


def given(store: Store, now: datetime = NOW, account: AccountId = ACCOUNT, day: date = DAY) -> int:
    return store.ledger.give(account, AMOUNT, day, "other panel", now)


def numbers(store: Store, window: Window = WINDOW, version: int | None = None) -> list[int]:
    return sorted(each.id for each in store.ledger.as_known(ACCOUNT, window, version))


def test_it_is_on_record_with_its_reason_and_since_when(store: Store) -> None:
    number = given(store)
    assert store.ledger.openings() == [Opening(number, ACCOUNT, AMOUNT, DAY, "other panel", TODAY)]
    (payment,) = store.ledger.brought(ACCOUNT, WINDOW)
    assert (payment.id, payment.is_opening, payment.amount, payment.credited_on) == (-number, True, AMOUNT, DAY)
    assert (payment.number, store.ledger.openings(OTHER)) == ("other panel", [])


def test_a_full_reading_of_the_account_leaves_it(store: Store) -> None:
    number, payment = given(store), paid(600, "2025-01-05")
    before = store.ledger.latest()
    store.ledger.saw(ACCOUNT, [payment, *store.ledger.brought(ACCOUNT, WINDOW)], date.min, NOW)
    saw(store)
    assert numbers(store) == [-number]
    assert store.ledger.latest() == before + 2, "a payment came and went, and nothing else"


def test_no_list_is_held_against_it(store: Store) -> None:
    """Else a sweep would take it for a payment that is gone."""
    given(store)
    payment = paid(600, DAY)
    store.ledger.notice(sketch(payment), None, NOW)
    assert store.ledger.newest(WINDOW.first, TODAY).keys() == {payment.id}
    assert (store.ledger.count(WINDOW.first), store.ledger.per_day(WINDOW.first, TODAY)) == (1, {DAY: 1})


def test_who_has_some_that_nobody_has_ended(store: Store) -> None:
    given(store)
    ended = given(store, account=OTHER)
    assert store.ledger.with_openings() == {ACCOUNT, OTHER}
    store.ledger.end(ended, NOW)
    assert store.ledger.with_openings() == {ACCOUNT}


def test_its_number_is_never_given_again(store: Store) -> None:
    first = given(store)
    store.clients.forget(ACCOUNT)
    assert store.ledger.openings() == []
    second = given(store)
    saw(store, paid(600, "2025-01-05"))
    assert first < second < given(store)


def test_it_counts_from_the_day_on_which_it_was_given_until_that_on_which_it_was_ended(store: Store) -> None:
    number = given(store, YESTERDAY)
    before = store.ledger.latest()
    store.ledger.end(number, TOMORROW)
    days = [TODAY + timedelta(days=ahead) for ahead in (-2, -1, 0, 1)]
    assert [numbers(store, Window.of(each)) for each in days] == [[], [-number], [-number], []]
    assert numbers(store, version=before) == [-number]
    assert numbers(store, version=before + 1) == []
    (ended,) = store.ledger.openings()
    assert (ended.given_on, ended.ended_on) == (YESTERDAY.date(), TOMORROW.date())


def test_what_was_given_and_ended_on_one_day_never_counted(store: Store) -> None:
    number = given(store)
    store.ledger.end(number, NOW + timedelta(hours=1))
    assert numbers(store) == numbers(store, Window.of(TOMORROW.date())) == []
    store.ledger.end(number, TOMORROW)
    assert store.ledger.openings()[0].ended_on == TODAY, "it has ended once"


def test_r4_it_says_nothing_new_of_days_before_it_was_given_or_ended(store: Store) -> None:
    store.decisions.record(decide(ACCOUNT, DAY, [], TABLE, RULES), "apply", datetime(2025, 1, 5, 12))
    before = store.ledger.latest()
    number = given(store)
    store.ledger.end(number, TOMORROW)
    assert store.ledger.with_another_past(before, date(2024, 12, 1)) == set()
    saw(store, paid(600, "2025-01-05"))
    assert store.ledger.with_another_past(before, date(2024, 12, 1)) == {ACCOUNT}


def test_a_decision_is_told_as_it_was_made_whatever_became_of_it(store: Store) -> None:
    number = given(store)
    made = decide(ACCOUNT, TODAY, store.ledger.as_known(ACCOUNT, WINDOW), TABLE, RULES)
    record = store.decisions.record(made, "apply", NOW)
    store.ledger.end(number, NOW + timedelta(hours=1))
    found = store.decisions.by_id(record)
    assert found
    assert [each.payment.id for each in found.decision.turnover.verdicts] == [-number]
    assert found.decision.turnover == made.turnover


def test_what_somebody_gives_while_a_decision_is_made_is_not_the_decisions(store: Store) -> None:
    """A night confirms what it has read: the payments behind it stay known."""
    saw(store, paid(600, "2025-01-05"))
    made = decide(ACCOUNT, TODAY, store.ledger.as_known(ACCOUNT, WINDOW), TABLE, RULES)
    store.decisions.record(made, "apply", NOW)
    number = given(store)
    for end in (False, True):
        if end:
            made = decide(ACCOUNT, TODAY, store.ledger.as_known(ACCOUNT, WINDOW), TABLE, RULES)
            store.decisions.record(made, "apply", NOW)
            store.ledger.end(number, NOW)
        found = store.decisions.by_id(store.decisions.record(made, "apply", NOW))
        assert found
        assert found.decision.turnover == made.turnover
        assert len(found.decision.turnover.verdicts) == 1 + end


def test_the_past_is_played_with_it_from_the_evening_of_the_day_on_which_it_was_given(store: Store) -> None:
    store.decisions.record(decide(ACCOUNT, YESTERDAY.date(), [], TABLE, RULES), "apply", YESTERDAY)
    number = given(store)
    store.ledger.end(number, TOMORROW)
    (past,) = PastStore(store.connection).read(ACCOUNT, ACCOUNT, DAY, "RUB")
    (version,) = past.versions
    assert (version.number, version.first_day, version.last_day) == (-number, TODAY, TODAY)


def test_the_outlook_remembers_how_much_of_the_turnover_it_is(store: Store) -> None:
    given(store)
    made = decide(ACCOUNT, TODAY, store.ledger.as_known(ACCOUNT, WINDOW), TABLE, RULES)
    store.standings.keep(Standing(ACCOUNT))
    store.outlooks.keep(ACCOUNT, Outlook.of(made))
    assert store.outlooks.of(ACCOUNT) == Outlook.of(made)
    assert store.outlooks.of(ACCOUNT) != replace(Outlook.of(made), brought={})


def test_it_goes_with_the_details_of_the_decisions_that_counted_it(store: Store) -> None:
    """R11"""
    number = given(store)
    payments = store.ledger.as_known(ACCOUNT, WINDOW)
    store.decisions.record(decide(ACCOUNT, TODAY, payments, TABLE, RULES), "apply", NOW)
    later = TODAY + timedelta(days=90)
    for ahead in (0, 1):
        day = later + timedelta(days=ahead)
        more = [paid(600, day)]
        store.decisions.record(decide(ACCOUNT, day, more, TABLE, RULES), "apply", NOW + timedelta(days=90 + ahead))
    assert [each.number for each in store.ledger.openings()] == [number]
    store.retention.let_go(later + timedelta(days=1), Window.of(later).first)
    assert store.ledger.openings() == []
