"""R11: details of what is long past go, sums stay, and what is newer reads word for word as before."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.ids import AccountId, Scope
from resellerprogram.programme.payments import Rate, RateTable
from resellerprogram.programme.records import Record
from resellerprogram.programme.window import Window
from resellerprogram.recalculation.hindsight import known_now
from resellerprogram.recalculation.retention import let_details_go
from resellerprogram.store import Store
from resellerprogram.store.contents import content_of
from resellerprogram.store.database import transaction
from resellerprogram.store.notes import RETAINED
from resellerprogram.store.restoring import restore

from tests.dying import die_before
from tests.operator import go_live
from tests.programme.builders import ACCOUNT, RULES, TABLE, paid
from tests.store.history import History

FIRST_DAY = date(2025, 1, 10)
NIGHTS = 60
LAST_DAY = FIRST_DAY + timedelta(days=NIGHTS)
ACCOUNTS = tuple(map(AccountId, (1, 2, 3)))
CHANGE = PlainChange(Scope("it_3"), "vds", Decimal(3), Decimal(5))


@contextmanager
def a_store() -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "var").mkdir()
        with Store(Path(folder), datetime.combine(FIRST_DAY, time())) as opened:
            go_live(opened)
            yield opened


def live(store: Store, seed: int, thinned_every: int = 0, kept: timedelta = timedelta(days=20)) -> None:
    """Sixty nights of three accounts; details older than `kept` go every so many nights, if ever."""
    lives = [History(account, seed + account) for account in ACCOUNTS]
    for number in range(NIGHTS):
        day = FIRST_DAY + timedelta(days=number)
        for history in lives:
            history.live(day)
            decision = leave_out(history.account, day, Basis.LEFT) if number % 25 == 24 else history.decide(day)
            record(store, decision, number)
        if thinned_every and number % thinned_every == 0:
            let_go(store, day - kept)


def record(store: Store, decision: Decision, number: int) -> None:
    """As a run does; some die before all is written, and some decisions are of a release whose rules nobody knows."""
    if number % 17 == 5:
        decision = replace(decision, rules="of another release")
    with transaction(store.connection):
        now = datetime.combine(decision.day, time(0, 7))
        made = store.decisions.record(decision, "daily", now, will_write=number % 4 == 0, who="anna")
        if number % 4 == 0:
            store.decisions.add_written(made, CHANGE)
        if number % 12:
            store.decisions.finish(decision.account)


def let_go(store: Store, before: date) -> int:
    return store.retention.let_go(before, Window.of(before).first)


def told(store: Store, found: Record) -> tuple[Any, ...]:
    """Everything that can be read of a decision."""
    return found, content_of(found.decision), known_now(store, found.decision)


def sums(found: Record) -> tuple[Any, ...]:
    """What is kept for ever."""
    decision = found.decision
    return (
        (found.id, found.first_day, found.last_day, found.cause, found.who, found.decided_at, found.confirmed_at),
        (decision.account, decision.basis, decision.turnover.amount, decision.turnover.window, decision.rules),
        (decision.tier, decision.percents, decision.pin),
    )


def histories(store: Store) -> dict[int, Record]:
    return {each.id: each for account in ACCOUNTS for each in store.decisions.history(account)}


def rows(store: Store) -> list[list[tuple[Any, ...]]]:
    tables = ("decision", "ledger", "payment_rate", "note")
    return [[tuple(row) for row in store.connection.execute(f"SELECT * FROM {table}")] for table in tables]


# --- what goes and what stays ---


@pytest.mark.slow
@settings(max_examples=12)
@given(st.integers(0, 10_000), st.integers(-5, NIGHTS + 40))
def test_r11_sums_stay_and_what_is_newer_reads_word_for_word_as_before(seed: int, after: int) -> None:
    before = FIRST_DAY + timedelta(days=after)
    with a_store() as store:
        live(store, seed)
        was = {number: (told(store, each), sums(each)) for number, each in histories(store).items()}
        courses = [store.decisions.course(account, FIRST_DAY, LAST_DAY) for account in ACCOUNTS]
        unfinished = {row[0] for row in store.connection.execute("SELECT id FROM decision WHERE unfinished")}
        count = let_go(store, before)
        found = histories(store)
        assert count == sum(not each.has_details for each in found.values())
        assert {number: sums(each) for number, each in found.items()} == {key: all_[1] for key, all_ in was.items()}
        assert [store.decisions.course(account, FIRST_DAY, LAST_DAY) for account in ACCOUNTS] == courses
        for number, each in found.items():
            if each.has_details:
                assert told(store, each) == was[number][0]
            else:
                assert (each.written, each.decision.turnover.verdicts) == ((), ())
                assert known_now(store, each.decision) is None
                assert each.last_day < before
                assert number not in unfinished
        for account in ACCOUNTS:
            of_account = [each for each in found.values() if each.decision.account == account]
            in_force = max((each.id for each in of_account if each.first_day <= before), default=0)
            assert all(each.has_details or each.id < in_force for each in of_account), (
                "what was in force on the day, and all that came later, has its details"
            )
            assert all(not each.has_details or each.id in unfinished for each in of_account if each.id < in_force), (
                "all that ended before has none"
            )


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(0, 40))
def test_a_life_goes_on_the_same_whether_details_went_meanwhile_or_not(seed: int, every: int, kept: int) -> None:
    with a_store() as whole, a_store() as thinned:
        live(whole, seed)
        live(thinned, seed, every, timedelta(days=kept))
        for one, other in zip(histories(whole).values(), histories(thinned).values()):
            assert sums(one) == sums(other)
            if other.has_details:
                assert told(whole, one) == told(thinned, other)
        for account in ACCOUNTS:
            assert whole.decisions.last(account) == thinned.decisions.last(account), "what the next night begins with"
            for table in ("ledger", "payment_rate"):
                count = f"SELECT count(*) FROM {table}"
                assert thinned.connection.execute(count).fetchone()[0] <= whole.connection.execute(count).fetchone()[0]


def test_what_has_gone_goes_once_and_a_second_time_writes_nothing(store: Store) -> None:
    live(store, 1)
    assert let_go(store, LAST_DAY) > 20
    was, changes = rows(store), store.connection.total_changes
    assert let_go(store, LAST_DAY) == 0
    assert (rows(store), store.connection.total_changes) == (was, changes)


def test_payments_that_no_details_need_leave_the_ledger_and_take_their_rates_along(store: Store) -> None:
    rules = replace(RULES, rates=RateTable([Rate("USD", FIRST_DAY, Decimal("90.5"))]))
    with transaction(store.connection):
        for month in range(1, 13):
            day = date(2025, month, 20)
            decision = decide(ACCOUNT, day, [paid(600, day - timedelta(days=3), currency="USD")], TABLE, rules)
            store.decisions.record(decision, "daily", datetime.combine(day, time(0, 7)))
    assert let_go(store, date(2025, 10, 25)) == 9
    left = [row[0] for row in store.connection.execute("SELECT day FROM ledger ORDER BY day")]
    assert left == ["2025-10-17", "2025-11-17", "2025-12-17"]
    assert store.connection.execute("SELECT count(*) FROM payment_rate").fetchone()[0] == 3


def test_r4_earlier_payments_stay_where_money_was_given_back_since(store: Store) -> None:
    """They tell which payment a refund took back."""
    early, refund = paid(600, "2024-06-05"), paid(-100, "2025-03-02", is_refund=True)
    with transaction(store.connection):
        for day, payments in ((date(2024, 6, 10), [early]), (date(2025, 3, 5), [early, refund])):
            decision = decide(ACCOUNT, day, payments, TABLE, RULES)
            store.decisions.record(decision, "daily", datetime.combine(day, time(0, 7)))
    was = store.decisions.last(ACCOUNT)
    assert let_go(store, date(2025, 3, 6)) == 1
    assert store.decisions.last(ACCOUNT) == was
    assert store.ledger.account_of(early.id) == ACCOUNT


def test_payments_of_the_window_stay_whoever_needs_them(store: Store) -> None:
    """What lists of everybody are compared with is no matter of decisions."""
    payment = paid(600, "2025-01-05")
    for day, decision in (
        (date(2025, 1, 6), decide(ACCOUNT, date(2025, 1, 6), [payment], TABLE, RULES)),
        (date(2025, 1, 7), leave_out(ACCOUNT, date(2025, 1, 7), Basis.EXCLUDED)),
        (date(2025, 3, 1), leave_out(ACCOUNT, date(2025, 3, 1), Basis.LEFT)),
    ):
        store.decisions.record(decision, "daily", datetime.combine(day, time(0, 7)))
    assert store.retention.let_go(date(2025, 2, 1), date(2025, 1, 1)) == 1
    assert store.ledger.account_of(payment.id) == ACCOUNT


def test_an_account_of_which_something_cant_be_read_keeps_all_and_holds_nobody_up(store: Store) -> None:
    live(store, 2)
    store.connection.execute("UPDATE decision SET last_day = '2025-13-99' WHERE id = (SELECT max(id) FROM decision)")
    spoilt = store.connection.execute("SELECT account FROM decision ORDER BY id DESC").fetchone()[0]
    let_go(store, LAST_DAY)
    gone = store.connection.execute("SELECT DISTINCT account FROM decision WHERE written = 'null' ORDER BY account")
    assert [row[0] for row in gone] == [account for account in ACCOUNTS if account != spoilt]


# --- night by night ---


def test_a_night_looks_at_a_few_and_the_next_ones_go_on(store: Store) -> None:
    live(store, 3)
    with a_store() as other:
        live(other, 3)
        let_go(other, LAST_DAY)
        for night in range(1, NIGHTS):
            store.retention.let_go(LAST_DAY, Window.of(LAST_DAY).first, at_most=7)
            if night == 1:
                assert store.notes.read(RETAINED) == 7
        assert rows(store) == rows(other)


def test_killed_between_two_accounts_the_next_night_finishes_it(store: Store) -> None:
    live(store, 4)
    with a_store() as other:
        live(other, 4)
        let_go(other, LAST_DAY)
        process = multiprocessing.get_context("fork").Process(target=_night_that_dies, args=(store.root,))
        process.start()
        process.join()
        assert process.exitcode == -9
        whole = [all(each.has_details for each in store.decisions.history(account)) for account in ACCOUNTS]
        assert sorted(whole) == [False, True, True]
        let_go(store, LAST_DAY)
        assert rows(store) == rows(other)


def _night_that_dies(root: Path) -> None:
    """Before the second account is done."""
    watch = die_before(2)
    with Store(root, datetime.combine(LAST_DAY, time())) as store:
        watch(store)
        let_go(store, LAST_DAY)
    os._exit(0)


def test_the_setting_says_for_how_long(store: Store) -> None:
    live(store, 5)
    today = date(2028, 2, 1)
    assert let_details_go(store, today) == sum(not each.has_details for each in histories(store).values()) > 0
    assert all(each.has_details for each in histories(store).values() if each.last_day >= date(2025, 2, 1))


@pytest.mark.parametrize("text", ["0", "a while"])
def test_where_all_is_kept_or_the_setting_cant_be_read_nothing_goes(store: Store, text: str) -> None:
    """The default stands in for what can be had again; what is gone can't."""
    live(store, 6)
    store.connection.execute("INSERT OR REPLACE INTO setting VALUES ('history_months', ?)", (text,))
    assert let_details_go(store, date(2100, 1, 1)) == 0
    assert all(each.has_details for each in histories(store).values())


def test_a_backup_brings_the_details_back_and_the_next_night_lets_them_go_again(store: Store) -> None:
    live(store, 7)
    now = datetime.combine(LAST_DAY, time(1))
    backup = store.nightly_backup(now)
    whole = rows(store)
    let_go(store, LAST_DAY)
    thinned = rows(store)
    restore(store.root, backup, now)
    assert rows(store) == whole
    let_go(store, LAST_DAY)
    assert rows(store) == thinned


def test_a_list_of_decisions_tells_that_what_was_written_is_not_kept(store: Store) -> None:
    live(store, 8)
    let_go(store, LAST_DAY)
    for account in ACCOUNTS:
        listed = store.decisions.listed(account, NIGHTS)
        details = [each.has_details for each in store.decisions.history(account)]
        assert [each.written is not None for each in listed] == details
        assert not all(details)
