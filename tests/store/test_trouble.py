"""A disk that is full, a row that something has spoilt: what can go on goes on, the rest is told (spec, section 3)."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.errors import StoreError
from resellerprogram.programme.ids import AccountId, DiscountId
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.text import same
from resellerprogram.store import Store
from resellerprogram.store.database import transaction

NOW = datetime(2025, 1, 20, 12)
ONE, TWO = AccountId(1), AccountId(2)


@pytest.fixture
def full(store: Store) -> Store:
    """No page more."""
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages:d}")
    return store


def fill(store: Store) -> None:
    for number in range(200):
        store.queue.put(AccountId(number), "x" * 4000, NOW)


def test_a_full_disk_is_told_in_words_and_is_nobody_s_own_trouble(full: Store) -> None:
    with pytest.raises(StoreError, match=r"resellerprogram\.db can't be written: .*full.*Make room"):
        fill(full)


def test_what_a_full_disk_has_cut_short_is_undone_as_a_whole_and_work_goes_on_afterwards(full: Store) -> None:
    def all_or_nothing() -> None:
        with transaction(full.connection):
            full.settings.set("currency", "EUR")
            fill(full)

    with pytest.raises(StoreError, match="full"):
        all_or_nothing()
    assert not full.connection.in_transaction
    full.connection.execute("PRAGMA max_page_count = 1073741823")
    assert (full.settings.current().currency, full.queue.count()) == ("RUB", 0)
    full.queue.put(ONE, "daily", NOW)
    assert full.queue.count() == 1


def test_a_commit_that_fails_is_rolled_back(store: Store) -> None:
    store.connection.execute("PRAGMA foreign_keys = ON")
    store.connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    store.connection.execute("CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(sqlite3.IntegrityError), transaction(store.connection):
        store.connection.execute("INSERT INTO child (id) VALUES (7)")
    assert not store.connection.in_transaction
    assert store.connection.execute("SELECT count(*) FROM child").fetchone()[0] == 0


def test_somebody_who_holds_the_database_is_still_told_from_a_broken_one(store: Store) -> None:
    store.connection.execute("PRAGMA busy_timeout = 0")
    with Store(store.root, NOW) as other, transaction(other.connection):
        other.queue.put(ONE, "daily", NOW)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            store.queue.put(TWO, "daily", NOW)


def spoil(store: Store, table: str, column: str, account: AccountId = ONE) -> None:
    assert store.connection.execute(
        f"UPDATE {table} SET {column} = '{{\"?' WHERE account = ?",
        (account,),
    ).rowcount


def test_a_list_passes_over_a_spoilt_row(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    for account in (ONE, TWO):
        store.standings.keep(Standing(account, f"Client {account}", None, None, None, Decimal(0), None, None, {}))
        store.members.pin(account, Pin("Starter", date(2025, 3, 1), "x", False), NOW)
        store.set_aside.keep(account, DiscountId(account + 10), {"name": "A"}, {}, "<doc/>", NOW)
    spoil(store, "member", "pin_until")
    spoil(store, "set_aside", "fields")
    assert [note.account for note in store.members.all()] == [TWO]
    assert [each.account for each in store.set_aside.all()] == [TWO]
    assert [each.standing.account for each in store.standings.listed(NOW)[0]] == [TWO, ONE]
    spoil(store, "standing", "turnover")
    assert [each.standing.account for each in store.standings.listed(NOW)[0]] == [TWO]
    assert store.standings.of(ONE) is None
    assert caplog.text.count("can't be read and is passed over") >= 4


def test_what_was_set_aside_and_then_spoilt_comes_back_from_its_journal(store: Store) -> None:
    """D1: the journal is whole without the database."""
    store.set_aside.keep(ONE, DiscountId(4), {"name": "Agreed"}, {"percentage": "40"}, "<doc/>", NOW)
    spoil(store, "set_aside", "fields")
    assert store.set_aside.reconcile(NOW).restored == 1
    assert [each.fields for each in store.set_aside.of(ONE)] == [{"percentage": "40"}]
    assert store.set_aside.count() == 1


def test_what_waits_is_served_whatever_its_row_says_of_the_time(store: Store) -> None:
    store.queue.put(ONE, "daily", NOW)
    spoil(store, "queue", "since")
    row = store.queue.next_due(NOW)
    assert row is not None
    assert row.account == ONE


def test_several_rows_of_one_account_wait_together_and_go_together(store: Store) -> None:
    rows = [store.queue.put(ONE, cause, NOW) for cause in ("payment.setpaid", "pinned")]
    other = store.queue.put(TWO, "daily", NOW)
    store.queue.failed(rows[0], same("no answer"), NOW)
    due = store.queue.next_due(NOW)
    assert due is not None
    assert due.id == other
    assert store.queue.due_count(NOW + timedelta(seconds=6)) == 3
    store.queue.put(ONE, "payment.refund", NOW)
    assert store.queue.due_count(NOW) == 2, "what comes afterwards is tried at once"
    store.queue.done(ONE, store.queue.newest())
    assert [each.account for each in store.queue.all()] == [TWO]
