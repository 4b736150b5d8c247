"""What if: a table is played by a worker, shown with its progress, and taken from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.store import Store

from tests.pages.desk import Desk
from tests.pages.test_tiers_page import told
from tests.programme.builders import ACCOUNT, TABLE, paid
from tests.recalculation.test_whatif import FIRST, live

NOW = datetime(2025, 3, 15, 12)
OTHER = TABLE.to_csv().replace("Starter,500,3,1,1", "Starter,700,5,1,1")


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Desk]:
    """A full administrator at a panel with sixty days on record."""
    (tmp_path / "var").mkdir()
    with Store(tmp_path, datetime.combine(FIRST, datetime.min.time())) as store:
        live(store, [paid(600, "2025-01-20"), paid(3000, "2025-02-10")], table=TABLE)
        store.standings.know(ACCOUNT, "Ромашка")
        yield Desk(tmp_path, store, level=30, now=NOW)


def work(desk: Desk) -> None:
    assert carry_out_all(desk.root, desk.store, lambda: NOW)


def rows(page: Any, name: str) -> list[dict[str, str]]:
    found = page.find(f"list[@name='{name}']")
    return [] if found is None else [{str(cell.tag): cell.text or "" for cell in row} for row in found]


def test_at_first_there_is_nothing_and_a_button_to_play_one(played: Desk) -> None:
    page = played.ask("whatif")
    assert page.findtext("state") == "No table has been played yet: press “Play a table…”."
    assert [each.get("name") for each in page.iter("button")] == ["make"]
    assert "Таблиц ещё не проверяли" in Desk(played.root, played.store, 30, "ru", NOW).form("whatif")["state"]


def test_todays_table_is_there_to_be_changed(played: Desk) -> None:
    assert played.form("whatif.make") == {"csv": TABLE.to_csv(), "months": "12"}


def test_a_table_is_played_by_a_worker_and_shown(played: Desk) -> None:
    played.save("whatif.make", csv=OTHER, months="12")
    page = played.ask("whatif")
    assert (page.findtext("state"), page.find("metadata").get("autoupdate")) == ("under way…", "5")
    work(played)
    page = played.ask("whatif")
    assert page.findtext("state") == "Played 15 Mar 2025, 12:00."
    assert page.findtext("sums").startswith("Played from 15 Jan 2025 to 15 Mar 2025: 1 client, 1 of them")
    assert "The program has not been started" in page.findtext("sums")
    assert page.findtext("differences") == "Starter: from RUB 500 → RUB 700, VPS 3 → 5 %"
    assert rows(page, "costs")[0] == {
        "class": "VPS",
        "really": "4.67 % · RUB 168",
        "other": "4.17 % · RUB 150",
        "more": "-0.5 pp · -RUB 18",
    }
    assert rows(page, "months")[-1] == {
        "month": "2025-01",
        "tier": "no tier",
        "really": "0",
        "other": "1",
        "more": "+1",
    }
    assert [(each["client"], each["amount"]) for each in rows(page, "lost")] == [("27 Ромашка", "-RUB 18")]
    assert page.find(".//field[@name='gained']") is None
    assert page.findtext("empty").startswith("Nobody's turnover was ever between: Starter (from RUB 700")
    assert [each.get("name") for each in page.iter("button")] == ["make", "take"]


def test_it_speaks_russian(played: Desk) -> None:
    played.language = "ru"
    played.save("whatif.make", csv=OTHER, months="2")
    assert played.form("whatif")["state"] == "выполняется…"
    work(played)
    page = played.ask("whatif")
    assert page.findtext("state") == "Проверено 15.03.2025, 12:00."
    assert page.findtext("sums").startswith("Проверено с 16.01.2025 по 15.03.2025, клиентов: 1;")
    assert "Ничей оборот ни разу не попал" in page.findtext("empty")


def test_what_is_typed_wrong_is_marked(played: Desk) -> None:
    assert played.refused("whatif.make", csv="status,from\n", months="12")[1] == "csv"
    assert played.refused("whatif.make", csv=OTHER, months="0")[1] == "months"


def test_an_employee_plays_and_only_a_full_administrator_takes(played: Desk) -> None:
    played.level = 29
    played.save("whatif.make", csv=OTHER, months="12")
    work(played)
    assert [each.get("name") for each in played.ask("whatif").iter("button")] == ["make"]
    assert played.ask("whatif.take").find("error").get("type") == "access"


def test_the_played_table_is_taken_from_a_day_on_once_that_is_confirmed(played: Desk) -> None:
    assert "No table has been played yet." in played.ask("whatif.take").findtext("error/msg")
    played.save("whatif.make", csv=OTHER, months="12")
    work(played)
    form = told(played, "whatif.take", first_day="2025-04-01")
    assert "Starter: from RUB 500 → RUB 700" in form["changes"]
    assert "confirm it" in played.ask("whatif.take", **form, sok="ok").findtext("error/msg")
    page = played.ask("whatif.take", **{**form, "confirm": "on"}, sok="ok")
    assert page.find("ok") is not None, page.findtext("error/msg")
    (later,) = played.store.tiers.days_after(NOW.date())
    assert played.store.tiers.on(later).table.to_csv() == OTHER
    (change, *_) = played.store.changes.newest(1)
    assert change.what == "tiers"


def test_what_cannot_be_played_says_why(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with Store(tmp_path, NOW) as store:
        desk = Desk(tmp_path, store, level=30, now=NOW)
        desk.save("whatif.make", csv=OTHER, months="12")
        work(desk)
        assert desk.form("whatif")["state"].startswith("failed: Nothing is on record yet")
