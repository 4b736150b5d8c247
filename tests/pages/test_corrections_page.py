"""Past days that should have been otherwise, and money given back: pages, filtered and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from resellerprogram.programme.ids import AccountId

from tests.operator import Operator
from tests.pages.desk import Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def owner(operator: Operator) -> Desk:
    """Ромашка's 3 000 of 15 January were credited on the 18th; =Vector held Partner #2 by 5 000 that were given back,
    and ordered twice meanwhile."""
    world, store = operator.sandbox.world, operator.store
    romashka, vector = world.add_account("Ромашка"), world.add_account("=Vector")
    store.settings.set("drop_limit_count", "1000")
    paid = [
        world.add_payment(romashka, 600, date(2025, 1, 10), number="R-1"),
        world.add_payment(vector, 600, date(2025, 1, 10), number="V-1"),
    ]
    operator.queue(*paid, day=date(2025, 1, 10))
    for offset in range(11):
        day = date(2025, 1, 10) + timedelta(days=offset)
        operator.night(day)
        if day == date(2025, 1, 16):
            _order(operator, romashka, day, 30)
        if day.day in (12, 15):
            operator.queue(world.add_payment(vector, 5_000, day, number=f"V-{day.day}"), day=day)
        if day.day == 18:
            operator.queue(world.add_payment(romashka, 3_000, date(2025, 1, 15), number="R-2"), day=day)
        operator.work(day)
        if day.day in (13, 16):
            _order(operator, vector, day, 70)
        if day.day in (14, 17):
            refund = world.refund(_payment(operator, f"V-{day.day - 2}"), day)
            operator.queue(refund, cause="payment.refund", day=day)
            operator.work(day)
    return Desk(operator.sandbox.root, operator.store)


def _payment(operator: Operator, number: str) -> int:
    row = operator.store.connection.execute("SELECT payment FROM ledger WHERE number = ?", (number,)).fetchone()
    return int(row[0])


def _order(operator: Operator, account: int, day: date, saved: int) -> None:
    ours = next(each for each in operator.store.owned.of(AccountId(account)).values() if each.scope == "it_2")
    operator.sandbox.world.add_expense(account, 900, day, ours.id, saved)


def test_what_past_days_should_have_been_and_what_that_was_worth(owner: Desk) -> None:
    (row, *others) = owner.rows("corrections")
    assert {each["account"] for each in others} == {"2"}, "what was taken back should not have counted either"
    assert {each["worth"] for each in others} == {"-RUB 40"}
    assert (row["account"], row["first_day"], row["last_day"]) == ("1", "2025-01-15", "2025-01-17")
    assert (row["held"], row["other"], row["name"]) == ("Starter", "Partner #1", "Ромашка")
    assert row["payments"].replace("\xa0", " ") == "R-2 of 15 Jan 2025: credited late, RUB 0 → RUB 3,000"
    assert row["worth"].replace("\xa0", " ") == "+RUB 20", "30 by 3 %; by 5 % it would have been 50"
    said = owner.said("corrections")
    assert "The program charges nothing back" in said
    owner.language = "ru"
    (row, *_) = owner.rows("corrections")
    assert "R-2 от 15.01.2025: зачислен задним числом" in row["payments"]
    assert "ничего не доначисляет" in owner.said("corrections")


def test_tiers_by_money_given_back_and_who_does_it_again(owner: Desk) -> None:
    rows = owner.rows("gaming")
    assert [(each["first_day"], each["last_day"], each["held"], each["other"]) for each in rows] == [
        ("2025-01-15", "2025-01-16", "Partner #2", "Starter"),
        ("2025-01-12", "2025-01-13", "Partner #2", "Starter"),
    ]
    for row in rows:
        assert (row["saved"], row["over"]) == ("RUB 70", "RUB 40"), "70 by 7 %; by 3 % it would have been 30"
    assert "V-12 of 12 Jan 2025: refunded" in rows[1]["payments"]
    assert "not an accusation" in owner.said("gaming")
    owner.save("gaming.filter", pattern="repeated", name="")
    (row,) = owner.rows("gaming")
    assert (row["account"], row["times"], row["held"]) == ("2", "2", "")
    assert "V-12: RUB 5,000, 12 Jan 2025 – 14 Jan 2025, refunded" in row["payments"].replace("\xa0", " ")
    owner.language = "ru"
    assert "Это цифры, а не обвинение" in owner.said("gaming")
    assert "возвращён" in owner.rows("gaming")[0]["payments"]


def test_lists_are_filtered_and_given_as_csv(owner: Desk) -> None:
    owner.save("corrections.filter", name="vec")
    assert {each["name"] for each in owner.rows("corrections")} == {"=Vector"}
    assert owner.said("corrections").endswith("Name with “vec”.")
    owner.save("corrections.filter", name="ром")
    head, *rows = csv.reader(io.StringIO(owner.form("corrections.export")["csv"]))
    (values,) = (dict(zip(head, row)) for row in rows)
    assert (values["held"], values["should"], values["more"], values["less"]) == (
        "Starter",
        "Partner #1",
        "20 RUB",
        "",
    )
    head, *rows = csv.reader(io.StringIO(owner.form("gaming.export")["csv"]))
    first = dict(zip(head, rows[0]))
    assert (len(rows), first["name"], first["saved_too_much"]) == (2, "'=Vector", "40 RUB")
    owner.save("gaming.filter", pattern="repeated", name="VECTOR")
    head, *rows = csv.reader(io.StringIO(owner.form("gaming.export")["csv"]))
    assert [dict(zip(head, row))["payment"] for row in rows] == ["V-15", "V-12"]


def test_where_the_panel_tells_no_discounts_worth_is_not_known(owner: Desk) -> None:
    owner.store.notes.forget("savings")
    assert owner.rows("corrections")[0]["worth"] == "not known"
    assert {each["saved"] for each in owner.rows("gaming")} == {"not known"}
    owner.save("gaming.filter", pattern="repeated", name="")
    assert "nobody can be listed" in owner.said("gaming")


def test_a_client_who_is_gone_takes_the_list_along(owner: Desk) -> None:
    owner.store.clients.forget(AccountId(2))
    assert owner.rows("gaming") == []
