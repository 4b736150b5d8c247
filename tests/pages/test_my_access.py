"""A client's session gets that client's data, whatever parameters it sends (spec, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from resellerprogram.pages.routes import OF_CLIENTS
from resellerprogram.programme.ids import AccountId
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.operator import TODAY, Operator
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
ACTS = {"my.join": {"agree": "on"}, "my.leave": {"agree": "on"}, "my.notices": {"rose": "off"}, "my": {}}


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """One panel for all tests: nothing that they send may change what the others see."""
    with Sandbox.create(tmp_path_factory.mktemp("access") / "mgr5") as panel, Store(panel.root, NOW) as store:
        store.settings.set("panel_url", panel.url)
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


def is_about_vector(page: Any) -> bool:
    text = plain(page).decode()
    return any(word in text for word in ("Vector", "77777", "77 777", "77\u00a0777", "vector/1", "44 %"))


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
    before = (
        operator.store.members.of(other),
        operator.store.notices.unwanted(other),
        operator.store.set_aside.of(other),
    )
    before_me = operator.store.members.of(AccountId(1)).standing
    for name in IDS:
        page = me.ask(function, **{**ACTS.get(function, {}), "sok": "ok", name: vector["account"]})
        assert not is_about_vector(page)
    after = (
        operator.store.members.of(other),
        operator.store.notices.unwanted(other),
        operator.store.set_aside.of(other),
    )
    assert after == before
    assert all(each.account != other for each in operator.store.queue.all())
    if operator.store.members.of(AccountId(1)).standing != before_me:
        operator.store.members.follow_the_rule(AccountId(1), NOW)
    operator.store.notices.want(AccountId(1), ())
    for each in operator.store.queue.all():
        operator.store.queue.drop(each.id)


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
        "This page is the client's own: enter as the client to see it.",
    )


def test_a_user_told_by_login_is_known_and_one_who_could_be_two_is_not(
    two: tuple[Desk, dict[str, str]], operator: Operator
) -> None:
    me = replace(two[0], user="second@example.com")
    assert me.ask("my").findtext("account") == "1"
    me.user = "both@example.com"
    operator.store.users.add([ClientUser(str(900 + each), me.user, AccountId(each)) for each in (1, 2)])
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
    assert said == f"decision {vector['decision']} does not exist"


def test_staff_pages_stay_closed_to_clients(two: tuple[Desk, dict[str, str]]) -> None:
    me, vector = two
    assert me.ask("why", elid=vector["account"]).find("error").get("type") == "access"
    assert me.ask("notices").find("error").get("type") == "access"
