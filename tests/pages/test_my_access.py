"""A client's session gets that client's data, whatever parameters it sends (spec, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from resellerprogram.pages.routes import OF_CLIENTS
from resellerprogram.programme.ids import AccountId
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.operator import TODAY, Operator, go_live
from tests.pages.desk import NOW, Desk
from tests.sandbox import Sandbox

FUNCTIONS = [name.partition(".")[2] for name in OF_CLIENTS]
IDS = ("elid", "plid", "su", "account", "account_id", "client", "user", "user_id", "id", "elids", "auth", "authinfo")
OTHERS = (
    "date",
    "day",
    "months",
    "target",
    "amount",
    "filter",
    "name",
    "p_num",
    "p_cnt",
    "p_sort",
    "lang",
    "out",
    "func_",
)
ASKED = {"my.join", "my.leave", "my.notices", "my.history", "my.payments", "my.picture"}
"""Pages that act or show payments: the panel is asked each time whose session it is."""
ACTS = {"my.join": {"agree": "on"}, "my.leave": {"agree": "on"}, "my.notices": {"rose": "off"}, "my": {}}


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """One panel for all tests: nothing that they send may change what the others see."""
    with Sandbox.create(tmp_path_factory.mktemp("access") / "mgr5") as panel, Store(panel.root, NOW) as store:
        store.settings.set("panel_url", panel.url)
        go_live(store)
        yield Operator(panel, store)


@pytest.fixture(scope="module")
def two(operator: Operator) -> tuple[Desk, dict[str, str]]:
    """Romashka's desk, and everything by which Vector may be named; both have history, discounts and something set
    aside."""
    world = operator.sandbox.world
    romashka, vector = world.add_account("Romashka"), world.add_account("Vector Secret Ltd", email="vector@example.com")
    world.add_user(romashka, "second@example.com")
    world.add_payment(romashka, 700, TODAY, number="romashka/1")
    world.add_payment(vector, 77_777, TODAY, number="vector/1")
    world.add_discount(vector, 44, "it_1", "Vector's own deal")
    operator.store.settings.set("joining", "on")
    operator.apply()
    record = operator.store.decisions.newest_of(AccountId(vector))
    (user,) = operator.store.users.of(AccountId(vector))
    desk = Desk(operator.sandbox.root, operator.store, level=16, user=operator.store.users.of(AccountId(romashka))[0])
    return desk, {
        "account": str(vector),
        "user": user,
        "login": "vector@example.com",
        "decision": str(record),
        "several": f"{vector}, {record}",
    }


def plain(page: Any) -> bytes:
    return bytes(etree.tostring(page))


def state_of(operator: Operator, account: AccountId) -> object:
    store = operator.store
    return store.members.of(account), store.notices.unwanted(account), store.set_aside.of(account)


def undo(operator: Operator) -> None:
    """What the client of the session has decided in a test, for the next one."""
    operator.store.members.follow_the_rule(AccountId(1), NOW)
    operator.store.notices.want(AccountId(1), ())
    for each in operator.store.queue.all():
        operator.store.queue.drop(each.id)


def is_about_vector(page: Any) -> bool:
    text = plain(page).decode()
    return any(word in text for word in ("Vector", "77777", "77 777", "77\u00a0777", "vector/1", "44 %"))


@pytest.mark.slow
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_parameter_shows_somebody_elses_account(
    two: tuple[Desk, dict[str, str]], operator: Operator, function: str
) -> None:
    me, vector = two
    usual = plain(me.ask(function))
    for name in (*IDS, *OTHERS):
        for value in vector.values():
            page = me.ask(function, **{name: value})
            refused = page.find("error") is not None
            assert not is_about_vector(page), (name, value)
            if name in IDS and not refused:
                assert plain(page) == usual, (name, value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_that_is_sent_changes_somebody_elses_account(
    two: tuple[Desk, dict[str, str]], operator: Operator, function: str
) -> None:
    me, vector = two
    other = AccountId(int(vector["account"]))
    before = state_of(operator, other)
    for name in IDS:
        page = me.ask(function, **{**ACTS.get(function, {}), "sok": "ok", name: vector["account"]})
        assert not is_about_vector(page)
    assert state_of(operator, other) == before
    assert all(each.account != other for each in operator.store.queue.all())
    undo(operator)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_users_of_an_account_see_the_same(
    two: tuple[Desk, dict[str, str]], operator: Operator, function: str
) -> None:
    me, _ = two
    first, second = (Desk(me.root, me.store, level=16, user=user) for user in operator.store.users.of(AccountId(1)))
    assert plain(first.ask(function)) == plain(second.ask(function))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("level", [-1, 0, 9, 15, 29, 30, 31])
def test_clients_pages_are_for_clients(two: tuple[Desk, dict[str, str]], function: str, level: int) -> None:
    """An administrator who has entered as the client has the client's user and level 16 (F.4)."""
    me, vector = two
    staff = Desk(me.root, me.store, level=level, user="1")
    failure = staff.ask(function, elid=vector["account"]).find("error")
    assert (failure.get("type"), failure.findtext("msg")) == (
        "access",
        "This page belongs to the client area. Open the client's area to see it.",
    )


def test_a_user_told_by_login_is_known_and_one_who_could_be_two_is_not(
    two: tuple[Desk, dict[str, str]], operator: Operator
) -> None:
    me = replace(two[0], user="second@example.com")
    assert me.ask("my").findtext("account") == "1"
    me.user = "both@example.com"
    operator.store.users.add([ClientUser(str(900 + each), me.user, AccountId(each)) for each in (1, 2)], NOW)
    assert me.ask("my").find("error") is not None


@pytest.mark.parametrize(
    "user", ["", "0", "-1", "999999", "root", "admin", "1", "'; DROP TABLE member; --", "x" * 10_000]
)
def test_who_is_no_client_gets_nothing(two: tuple[Desk, dict[str, str]], user: str) -> None:
    page = replace(two[0], user=user).ask("my")
    assert page.find("error") is not None
    assert not is_about_vector(page)
    assert b"Romashka" not in plain(page)


def test_another_clients_decision_does_not_exist(two: tuple[Desk, dict[str, str]]) -> None:
    me, vector = two
    said, _ = me.error(me.ask("my.payments", elid=vector["decision"]))
    assert said == f"There is no calculation {vector['decision']}."


def test_staff_pages_stay_closed_to_clients(two: tuple[Desk, dict[str, str]]) -> None:
    me, vector = two
    assert me.ask("why", elid=vector["account"]).find("error").get("type") == "access"
    assert me.ask("notices").find("error").get("type") == "access"


# --- a login that has moved to another client (A4) ---


@pytest.fixture
def moved(operator: Operator) -> Iterator[Desk]:
    """The desk of a login that was Vector's at the last sweep and is Romashka's since; no sweep succeeds any more."""
    world, login = operator.sandbox.world, "moving@example.com"
    number = world.add_user(2, login)
    operator.store.users.add([ClientUser(str(number), login, AccountId(2))], NOW)
    world.move_user(login, 1)
    operator.sandbox.reset_calls()
    yield Desk(operator.sandbox.root, operator.store, level=16, user=str(number))
    world.delete_user(login)
    operator.sweep()


@pytest.mark.parametrize("by_login", [False, True])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_login_that_moved_shows_nothing_of_the_old_client_once_the_list_is_old(
    two: tuple[Desk, dict[str, str]], moved: Desk, function: str, by_login: bool
) -> None:
    vector = two[1]["decision"]
    later = NOW + timedelta(minutes=5, seconds=1)
    for sent in ({}, {"elid": vector}, {"sok": "ok"}):
        me = replace(moved, now=later, user="moving@example.com" if by_login else moved.user)
        mine = replace(two[0], now=later)
        assert plain(me.ask(function, **sent)) == plain(mine.ask(function, **sent))
        assert not is_about_vector(me.ask(function, **sent))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_pages_that_act_or_show_payments_ask_the_panel_each_time_and_no_page_more_than_once(
    two: tuple[Desk, dict[str, str]], operator: Operator, moved: Desk, function: str
) -> None:
    for _ in range(2):
        page = moved.ask(function)
        if function in ASKED:
            assert not is_about_vector(page)
            assert plain(page) == plain(two[0].ask(function))
            operator.store.users.add([ClientUser(moved.user, "moving@example.com", AccountId(2))], NOW)
    asked = [call for call in operator.sandbox.calls() if call["su"] == moved.user]
    assert [call["func"] for call in asked] == (["whoami"] * 2 if function in ASKED else [])


@pytest.mark.parametrize("function", sorted(ASKED & ACTS.keys()))
def test_a_login_that_moved_decides_nothing_for_the_old_client(
    two: tuple[Desk, dict[str, str]], operator: Operator, moved: Desk, function: str
) -> None:
    before = state_of(operator, AccountId(2))
    moved.ask(function, **ACTS[function], sok="ok")
    assert state_of(operator, AccountId(2)) == before
    assert all(each.account != 2 for each in operator.store.queue.all())
    undo(operator)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_while_the_panel_cannot_say_whose_session_it_is_nothing_is_shown_by_an_old_list(
    moved: Desk, operator: Operator, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.panel.directory.user_as_seen", lambda panel, user: None)
    page = replace(moved, now=NOW + timedelta(hours=7)).ask(function)
    assert page.find("error") is not None
    assert not is_about_vector(page)
