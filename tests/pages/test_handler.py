"""Our handler: who may see what, and that whatever it is fed comes back as a document."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from lxml import etree
from resellerprogram.pages.handler import answer
from resellerprogram.pages.routes import FOR_FULL_ADMINISTRATORS, OF_CLIENTS, PAGES
from resellerprogram.panel.errors import Call, PanelUnreachable
from resellerprogram.panel.transport import Retrying
from resellerprogram.programme.errors import BadInput, PanelStandsStill
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.text import Text
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.pages.desk import NOW, Desk

HEALTH = {"PARAM_func": "resellerprogram.health", "AUTH_LEVEL": "29", "AUTH_USER": "1"}
LOWLY = ["", "0", "16", "24", "28", "-1", "twenty-nine", "29x", "²⁹", "9" * 400, "-29", "29.0"]


def ask(root: Path, given: bytes = b'<doc lang="ru"/>', **environment: str) -> Any:
    return answer({**HEALTH, **environment}, given, root, lambda: NOW)


@pytest.fixture
def root(store: Store) -> Path:
    return store.folder.parents[1]


@pytest.mark.parametrize("function", [each for each in PAGES if each not in OF_CLIENTS])
@pytest.mark.parametrize("sent", [{}, {"PARAM_sok": "ok", "PARAM_elid": "1"}, {"PARAM_su": "admin"}])
def test_no_client_sees_or_does_anything(root: Path, store: Store, function: str, sent: Any) -> None:
    before = list(store.connection.iterdump())
    for level in ("16", "28") if sent else LOWLY:
        page = ask(root, PARAM_func=function, AUTH_LEVEL=level, **sent)
        assert [child.tag for child in page] == ["error"]
        assert (page.find("error").get("type"), page.findtext("error/msg")) == ("access", "Недостаточно прав.")
    assert list(store.connection.iterdump()) == before


@pytest.mark.parametrize("function", sorted(FOR_FULL_ADMINISTRATORS))
def test_what_nobody_should_do_by_accident_is_for_full_administrators(root: Path, function: str) -> None:
    assert ask(root, PARAM_func=function).find("error").get("type") == "access"
    failure = ask(root, PARAM_func=function, AUTH_LEVEL="30").find("error")
    assert failure is None or failure.get("type") != "access"


def test_what_the_panel_put_into_its_document_stays(root: Path) -> None:
    page = ask(root, b'<doc lang="en"><metadata name="x"/><messages name="x"/></doc>')
    assert [child.tag for child in page][:3] == ["metadata", "messages", "state"]


@pytest.mark.parametrize(
    "function", ["", "resellerprogram", "resellerprogram.nothing", "payment.setpaid", "../../etc/passwd", "os.system"]
)
def test_a_function_that_is_not_ours_is_refused(root: Path, function: str) -> None:
    assert ask(root, PARAM_func=function).find("error").get("type") == "access"


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"<doc>",
        b"\xff\xfe\x00",
        b"<doc lang='ru'>\xff</doc>",
        b"not xml",
        b"<doc/>" * 2,
        b"<!DOCTYPE doc [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><doc>&b;</doc>",
        b'<!DOCTYPE doc [<!ENTITY x SYSTEM "file:///etc/passwd">]><doc><name>&x;</name></doc>',
        b"<doc>" + b"<elem><id>1</id></elem>" * 300_000 + b"</doc>",
    ],
    ids=[
        "nothing",
        "unclosed",
        "binary",
        "invalid utf-8",
        "text",
        "two roots",
        "entities",
        "external entity",
        "megabytes",
    ],
)
def test_whatever_it_is_fed_it_answers_with_a_document(root: Path, given: bytes) -> None:
    page = etree.tostring(ask(root, given))
    assert b"root:" not in page
    assert b"Traceback" not in page
    assert page.startswith(b"<doc")


FIELDS = ("elid", "plid", "p_num", "p_cnt", "p_sort", "p_order", "seen", "name", "amount", "day", "target", "months")
NASTY = (
    "",
    "0",
    "-1",
    "9" * 30,
    "1, 2, x",
    "1' OR '1'='1",
    "<b>&amp;]]>",
    "\x01\ud800",
    "null",
    "0-99999999999999999999",
    "0--1",
    "²",
    "a" * 100_000,
)


@pytest.mark.parametrize("function", PAGES)
def test_whatever_is_sent_comes_back_as_a_page_or_a_clear_refusal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """Nothing unexpected happens: that would be in the log with its whole story."""
    monkeypatch.setattr(Retrying.__init__, "__defaults__", ((), None))
    page = function.partition(".")[2]
    desk.level, desk.user = (16, "7") if function in OF_CLIENTS else (30, "1")
    desk.store.users.add([ClientUser("7", "romashka@example.com", AccountId(27))], NOW)
    desk.store.settings.set("joining", "on")
    for text in NASTY:
        sent = dict.fromkeys(FIELDS, text)
        for way in ({}, {"sok": "ok"}, {"sv_field": text}):
            told = desk.ask(page, **sent, **way)
            assert etree.tostring(told)
    log = desk.root / "var" / "resellerprogram.log"
    assert not log.exists() or "Traceback" not in log.read_text()


def test_a_failure_of_ours_is_told_and_logged(root: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resellerprogram.doctor.health.health", lambda store, now: 1 / 0)
    page = ask(root)
    log = root / "var" / "resellerprogram.log"
    assert page.findtext("error/msg") == f"Внутренняя ошибка реселлерской программы, подробности: {log}."
    assert "ZeroDivisionError" in log.read_text()


def test_a_client_is_told_nothing_of_what_is_inside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a client can put right is said; a panel that refuses, and what is ours, is for employees."""

    def answer_to(error: Exception, page: str = "my") -> str:
        def fails(*_: object) -> NoReturn:
            raise error

        monkeypatch.setattr("resellerprogram.pages.handler.page_of", fails)
        return str(desk.ask(page).findtext("error/msg"))

    desk.level, desk.user, desk.language = 16, "7", "ru"
    unreachable = PanelUnreachable("no route", Call("account", {"id": "27"}))
    for error in (ZeroDivisionError(), unreachable, PanelStandsStill()):
        assert answer_to(error) == "Страница не открылась. Повторите через минуту; не помогло — напишите в поддержку."
    assert answer_to(BadInput(Text("Day?", "День?"))) == "День?"
    desk.level = 30
    assert answer_to(unreachable, "health") == "Панель недоступна: no route.", "the call is in the log"
    assert "id=27" in (desk.root / "var" / "resellerprogram.log").read_text()


def test_a_mistake_at_the_screen_is_no_error_in_the_log(desk: Desk) -> None:
    desk.ask("history", elid="x")
    assert not (desk.root / "var" / "resellerprogram.log").exists()


@pytest.mark.slow
def test_a_page_does_not_wait_long_for_who_holds_the_database(root: Path, store: Store) -> None:
    """Case V12"""
    desk = Desk(root, store, level=30)
    store.connection.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    try:
        page = desk.ask("queue.retry", elid="1")
    finally:
        store.connection.execute("ROLLBACK")
    assert time.monotonic() - begun < 10
    assert "Try again" in page.findtext("error/msg")
