"""The owner's page: five figures, their course, and the clients to talk to, filtered and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from resellerprogram.programme.ids import AccountId

from tests.operator import TODAY, Operator
from tests.pages.desk import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def owner(operator: Operator) -> Desk:
    """Лютик falls on 25 January; a month ago Vector held a tier, which is gone; Ромашка has ordered with a discount."""
    world = operator.sandbox.world
    romashka, vector = world.add_account("Ромашка"), world.add_account("Vector")
    world.add_payment(vector, 600, date(2024, 12, 10))
    falling = world.add_account("=Лютик")
    world.add_payment(falling, 600, date(2024, 12, 24))
    for day in (date(2024, 12, 20), date(2024, 12, 26)):
        operator.night(day)
    world.add_payment(romashka, 52_000, TODAY)
    operator.night(allow_drop=True)
    world.add_expense(romashka, 810, TODAY, min(operator.store.owned.of(AccountId(1))), 190)
    operator.night()
    return Desk(operator.sandbox.root, operator.store)


def columns(page: object, name: str) -> list[str]:
    """Of the band's first row, which the description must have, too."""
    described = [each.get("name") for each in page.findall(f"metadata/band[@name='{name}']/col")]  # type: ignore[attr-defined]
    first = [str(cell.tag) for cell in page.find(f"reportdata/{name}/elem")]  # type: ignore[attr-defined]
    assert described == first
    return first


def band(page: object, name: str) -> list[list[str]]:
    rows = page.findall(f"reportdata/{name}/elem")  # type: ignore[attr-defined]
    return [[cell.text or "" for cell in row] for row in rows]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_five_figures_their_course_and_the_first_of_each_list(owner: Desk, language: str) -> None:
    owner.language = language
    page = owner.ask("overview")
    lines = band(page, "figures")

    def told(amount: str) -> str:
        sign, units = ("+", amount[1:]) if amount.startswith("+") else ("", amount)
        return sign + (f"{units.replace(',', ' ')} ₽" if language == "ru" else f"RUB {units}")

    assert [line[1:] for line in lines] == [
        ["2", "1", "+1"],
        [*map(told, ("52,600", "600", "+52,000"))],
        [*map(told, ("190", "0", "+190"))],
        ["0,36 %", "0 %", "+0,36 п. п."] if language == "ru" else ["0.36 %", "0 %", "+0.36 pp"],
        [f"1 ({told('600')})", f"0 ({told('0')})", "+1"],
    ]
    assert len({line[0] for line in lines}) == 5
    tiers = {row[0]: row[1:] for row in band(page, "tiers")}
    assert tiers["Partner #8"] == ["1", "52000.00", "190.00"]
    assert tiers[{"en": "without a tier", "ru": "без статуса"}[language]][0] == "1"
    assert [row[:2] for row in band(page, "months")] == [["2024-12", "2"], ["2025-01", "2"]]
    assert len(band(page, "weeks")) == 5
    (fall,) = band(page, "falling")
    assert fall[0] == "3 =Лютик"
    for name in ("figures", "tiers", "classes", "months", "weeks", "falling", "rose", "gaining"):
        assert columns(page, name)
    day = {"en": "25 Jan 2025", "ru": "25.01.2025"}[language]
    assert fall[2].startswith(f"{day}: Starter → ")


def test_a_panel_that_tells_no_discounts_is_told_of_and_a_programme_that_only_looks(
    desk: Desk, operator: Operator
) -> None:
    page = desk.ask("overview")
    assert band(page, "figures")[2][1] == "the panel does not tell"
    operator.store.notes.forget("started")
    page = Desk(operator.sandbox.root, operator.store).ask("overview")
    assert "not been started" in (page.findtext("banner/msg") or "") or "not started" in page.findtext("banner/msg")


def test_a_list_is_filtered_says_so_and_is_given_as_csv(owner: Desk) -> None:
    (falls,) = owner.rows("people")
    assert (falls["id"], falls["keep"].replace("\xa0", " ")) == ("3", "RUB 500 by 24 Jan 2025")
    assert "@" in falls["address"]
    assert owner.said("people") == "Whose tier drops next (7 days). Clients: 1."
    owner.save("people.filter", whom="rose", within="31", name="ром")
    (rose,) = owner.rows("people")
    assert rose["about"] == "20 Jan 2025: without a tier → Partner #8"
    assert owner.said("people") == "Who has risen lately (31 days), name with “ром”. Clients: 1."
    owner.save("people.filter", whom="falling", within="14", name="")
    head, row = csv.reader(io.StringIO(owner.form("people.export")["csv"]))
    values = dict(zip(head, row))
    assert (values["account"], values["keep_amount"], values["day"]) == ("3", "500", "2025-01-25")
    assert values["name"] == "'=Лютик", "no cell begins a formula"


def test_whom_a_filter_does_not_know_is_nobody(owner: Desk) -> None:
    assert owner.rows("people", filter="on", whom="everybody", within="9999", name="") == owner.rows("people")
    assert owner.now.date() + timedelta(days=5) == date(2025, 1, 25)


def test_a_list_shows_a_few_to_talk_to_and_counts_all(
    owner: Desk, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.store.connection.execute(
        "INSERT INTO standing (account, name, basis, tier, turnover, turnover_order, percents, change_day)"
        " SELECT account + 1000, 'Next', basis, tier, '700', 7000000, percents, change_day FROM standing"
        " WHERE account = 3"
    )
    assert len(owner.rows("people")) == 2
    monkeypatch.setattr("resellerprogram.pages.overview.MOST_PEOPLE", 1)
    (row,) = owner.rows("people")
    assert row["id"] == "1003", "the higher turnover"
    assert owner.said("people").splitlines() == [
        "Whose tier drops next (7 days). Clients: 2.",
        "Shown: 1 of 2, not shown: 1. Press “Filter” to see others, or “Export to CSV” to take all.",
    ]
    assert band(owner.ask("overview"), "figures")[4][1] == "2 (RUB 1,300)"
    _, *rows = csv.reader(io.StringIO(owner.form("people.export")["csv"]))
    assert [row[0] for row in rows] == ["1003", "3"]
