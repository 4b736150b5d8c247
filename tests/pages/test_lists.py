"""Every list gives all its rows, for the panel's core to sort, sum and page (panel-2 A1); beyond the cap words tell
what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from resellerprogram.pages.routes import PAGES
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import Decision
from resellerprogram.programme.effects import Way
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.notices import Kind, Notice
from resellerprogram.programme.payments import Money
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import published_table
from resellerprogram.programme.turnover import Turnover
from resellerprogram.programme.window import Window
from resellerprogram.store.changes import Author
from resellerprogram.store.planned import PlannedAccount

from tests.pages.desk import NOW, Desk
from tests.test_description import OWN

ROWS = 60
LISTS = {
    "members": ("members", {}, "Filter"),
    "preview": ("preview", {}, "Filter"),
    "history": ("why", {"elid": 7}, "resellerprogram explain 7"),
    "queue": ("queue", {}, "resellerprogram queue list"),
    "setaside": ("setaside", {}, "resellerprogram set-aside"),
    "openings": ("openings", {}, "resellerprogram opening list"),
    "notices": ("notices", {}, "resellerprogram notices --count 60"),
    "changes": ("changes", {}, "resellerprogram changes --count 60"),
}
"""Lists that grow: the module of their page, what they are asked for, and where they send whoever misses a row."""
SHORT = {"tiers", "tables", "classes", "health.sixty", "people", "undo", "corrections", "gaming"}
OF_CLIENTS = {"my.tiers", "my.history", "my.payments"}
"""See test_my."""


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Sixty rows everywhere."""
    store, tier = desk.store, published_table().tiers[0]
    planned = []
    for number in range(1, ROWS + 1):
        account = AccountId(number)
        store.standings.keep(Standing(account, f"Client {number}", Basis.TURNOVER, turnover=Decimal(number)))
        planned.append(
            PlannedAccount(account, f"Client {number}", Decimal(0), None, tier.name, Way.STARTS, number % 2, ())
        )
        found = Decision(
            AccountId(7), date(2025, 1, 1), Basis.TURNOVER, Turnover(Window.of(NOW.date()), ()), None, None
        )
        store.decisions.record(replace(found, rules=str(number)), "daily", NOW)
        store.queue.put(account, "sweep", NOW)
        store.ledger.give(account, Money(Decimal(number), "RUB"), NOW.date(), "other panel", NOW)
        store.set_aside.keep(account, number, {"name": "Agreed"}, {}, "", NOW)  # type: ignore[arg-type]
        store.notices.put(Notice(account, Kind.ROSE, NOW.date(), None, tier), NOW)
        store.changes.add("setting", "currency", "RUB", "USD", Author("anna", ""), NOW)
    store.planned.replace(planned)
    return desk


def test_no_list_is_forgotten() -> None:
    described = {str(page.get("name")).partition(".")[2] for page in OWN if page.get("type") == "list"}
    assert described == {*LISTS, *SHORT, *OF_CLIENTS}
    assert described <= {name.partition(".")[2] for name in PAGES}


@pytest.mark.parametrize("function", LISTS)
def test_a_list_gives_all_rows_whatever_page_is_asked_for(full: Desk, function: str) -> None:
    asked = LISTS[function][1]
    for paging in ({}, {"p_num": 2, "p_cnt": 2, "p_sort": "id", "p_order": "asc"}):
        assert len(full.ask(function, **asked, **paging).findall("elem")) == ROWS
    page = full.shown(function, **asked, p_cnt=25, p_num=3)
    assert (len(page.findall("elem")), page.findtext("p_elems")) == (10, "60")
    assert full.ask(function, **asked).find("banner") is None or function == "preview"


@pytest.mark.parametrize("function", LISTS)
def test_beyond_the_cap_a_list_says_how_many_it_leaves_out_and_where_they_are(
    full: Desk, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    module, asked, where = LISTS[function]
    monkeypatch.setattr(f"resellerprogram.pages.{module}.MOST_ROWS", 50)
    assert len(full.ask(function, **asked).findall("elem")) == 50
    said = full.said(function, **asked)
    assert "Shown: 50 of 60, not shown: 10." in said
    assert where in said
    full.language = "ru"
    assert "Показано: 50 из 60, не показано: 10." in full.said(function, **asked)


def test_what_was_given_up_stays_in_the_list_of_the_queue(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    last = full.store.queue.newest()
    for _ in range(8):
        full.store.queue.failed(last, same("refused"), NOW)
    full.store.queue.failed(last - 1, same("refused"), NOW)
    monkeypatch.setattr("resellerprogram.pages.queue.MOST_ROWS", 3)
    assert [row["id"] for row in full.rows("queue")] == [str(last), str(last - 1), "1"]
