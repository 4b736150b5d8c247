"""Who a session belongs to is believed for minutes only; an id comes before a login (A4, M7, R10)."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest
from resellerprogram.programme.ids import AccountId
from resellerprogram.store import Store
from resellerprogram.store.database import FILE_NAME
from resellerprogram.store.users import ClientUser

NOW = datetime(2025, 1, 20, 12)
ONE, TWO = AccountId(1), AccountId(2)
ANNA, BORIS = ClientUser("4", "anna@example.com", ONE), ClientUser("5", "boris@example.com", TWO)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("user", ["4", "anna@example.com"])
@pytest.mark.parametrize(
    ("after", "known"),
    [(timedelta(0), ONE), (5 * MINUTE, ONE), (6 * MINUTE, None), (-6 * MINUTE, None), (timedelta(days=-365), None)],
)
def test_a_row_is_believed_for_five_minutes(store: Store, user: str, after: timedelta, known: object) -> None:
    """Also none that a clock which was ahead has written."""
    store.users.add([ANNA], NOW)
    assert store.users.account_of_session(user, NOW + after) == known


def test_rows_from_before_there_was_a_time_are_not_believed(store: Store) -> None:
    store.connection.execute("INSERT INTO client_user (id, name, account) VALUES ('4', 'anna@example.com', 1)")
    assert store.users.account_of_session("4", NOW) is None
    assert not store.users.seen_lately(ONE, NOW)


def test_an_id_comes_before_a_login_and_digits_are_no_login(store: Store) -> None:
    """R10: who takes another's id as a login is not them, and who gets the next id is nobody yet."""
    store.users.add([ANNA, ClientUser("5", "4", TWO), ClientUser("6", "7", TWO)], NOW)
    assert store.users.account_of_session("4", NOW) == ONE
    assert store.users.account_of_session("7", NOW) is None


def test_a_login_of_two_accounts_is_nobodys(store: Store) -> None:
    store.users.add([ANNA, ClientUser("9", ANNA.name, TWO)], NOW)
    assert store.users.account_of_session(ANNA.name, NOW) is None
    assert store.users.account_of_session("4", NOW) == ONE


def test_a_whole_list_makes_all_its_rows_new_and_forgets_the_others(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    store.users.replace_all([ANNA, BORIS], NOW)
    store.users.replace_all([ANNA, BORIS], later)
    assert store.users.account_of_session("4", later) == ONE
    store.users.replace_all([BORIS], later)
    assert (store.users.account_of_session("4", later), store.users.account_of_session("5", later)) == (None, TWO)


def test_what_is_added_makes_nobody_else_newer_nor_forgotten(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    store.users.replace_all([ANNA, BORIS], NOW)
    store.users.add([BORIS], later)
    assert (store.users.account_of_session("4", later), store.users.account_of_session("5", later)) == (None, TWO)
    assert store.users.account_of("4") == ONE


def test_one_clients_list_forgets_who_is_not_their_user_any_more(store: Store) -> None:
    store.users.replace_all([ANNA, ClientUser("6", "moved@example.com", ONE), BORIS], NOW)
    store.users.replace_of(ONE, [ANNA], NOW + timedelta(hours=1))
    assert (store.users.of(ONE), store.users.of(TWO)) == (["4"], ["5"])
    assert store.users.seen_lately(ONE, NOW + timedelta(hours=1))


def test_remembering_whose_session_it_is_waits_for_nobody(store: Store) -> None:
    """The kind of V12: a page that shows does not fail while somebody writes."""
    other = sqlite3.connect(store.folder / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.users.remember(ANNA, NOW)
    assert store.users.account_of("4") is None
    other.execute("ROLLBACK")
    store.users.remember(ANNA, NOW)
    assert store.users.account_of("4") == ONE
    assert store.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 30_000


def test_what_is_known_is_not_written_again(store: Store) -> None:
    store.users.remember(ANNA, NOW)
    before = store.connection.total_changes
    store.users.remember(ANNA, NOW + MINUTE)
    assert store.connection.total_changes == before
    store.users.remember(ClientUser("4", ANNA.name, TWO), NOW + MINUTE)
    assert store.users.account_of_session("4", NOW + MINUTE) == TWO
