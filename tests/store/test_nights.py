"""A night looks only at whom something may have changed for: what it left as it was holds up to that night."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from resellerprogram.programme.decision import decide
from resellerprogram.programme.outcomes import DONE, FAILED, PARTLY
from resellerprogram.programme.text import same
from resellerprogram.store import Store
from resellerprogram.store.contents import content_of

from tests.programme.builders import ACCOUNT, RULES, TABLE, paid

NOON = datetime(2025, 1, 20, 12)
TODAY = NOON.date()
PAYMENTS = [paid(600, "2025-01-05")]


def night(store: Store, day: int, outcome: str = DONE, whole: bool = True) -> datetime:
    """Of that day in January; tells when it was done."""
    begun = datetime(2025, 1, day, 0, 7)
    run = store.runs.begin("daily", begun.date(), whole, begun)
    store.runs.finish(run, outcome, 1, 0, begun + timedelta(minutes=1))
    return begun + timedelta(minutes=1)


def decided(store: Store, at: datetime = NOON, count: int = 1) -> int:
    return store.decisions.record(decide(ACCOUNT, at.date(), PAYMENTS[:count], TABLE, RULES), "apply", at)


def reaches(store: Store) -> list[date]:
    """Up to which day each decision holds, wherever that is asked."""
    decisions = store.decisions
    found = [record.last_day for record in decisions.history(ACCOUNT)]
    assert [each.last_day for each in decisions.stretches(ACCOUNT, 9)] == found
    assert [each.stretch.last_day for each in decisions.listed(ACCOUNT, 9)] == found
    assert [each.last_day for each in decisions.course(ACCOUNT, date(2025, 1, 1), date(2025, 3, 1))] == found[::-1]
    return found


def test_what_a_night_leaves_as_it_was_holds_up_to_that_night_and_nothing_is_written(store: Store) -> None:
    decided(store)
    night(store, 21)
    done = night(store, 25)
    before = store.connection.total_changes
    record = store.decisions.on(ACCOUNT, date(2025, 1, 24))
    assert record is not None
    assert (record.first_day, record.last_day, record.confirmed_at) == (TODAY, date(2025, 1, 25), done)
    made = store.decisions.last(ACCOUNT)
    assert made is not None
    assert made.last_day == TODAY, "what a run compares with is what it saw itself"
    assert content_of(record.decision) == content_of(made.decision)
    assert store.decisions.on(ACCOUNT, date(2025, 1, 26)) is None
    assert reaches(store) == [date(2025, 1, 25)]
    assert [each.last_day.day for each in store.decisions.course(ACCOUNT, date(2025, 1, 23), date(2025, 1, 24))] == [25]
    assert store.connection.total_changes == before


def test_only_the_newest_decision_goes_on(store: Store) -> None:
    decided(store, count=0)
    decided(store, NOON + timedelta(days=2))
    night(store, 25)
    assert reaches(store) == [date(2025, 1, 25), TODAY]
    assert store.decisions.on(ACCOUNT, date(2025, 1, 21)) is None


def test_a_night_that_failed_or_was_before_or_about_one_account_leaves_nothing_in_force(store: Store) -> None:
    night(store, 20)
    decided(store)
    night(store, 21, FAILED)
    night(store, 22, whole=False)
    assert reaches(store) == [TODAY]
    night(store, 23, PARTLY)
    assert reaches(store) == [date(2025, 1, 23)]


def test_an_account_that_waits_with_an_error_is_left_as_it_was_only_by_nights_before_that(store: Store) -> None:
    decided(store)
    night(store, 21)
    store.queue.put_trouble(ACCOUNT, "daily", same("its amount can't be read"), datetime(2025, 1, 22, 0, 7))
    night(store, 22, PARTLY)
    assert reaches(store) == [date(2025, 1, 21)]
    (waits,) = store.queue.all()
    store.queue.drop(waits.id)
    assert reaches(store) == [date(2025, 1, 22)]
