"""Why: a decision in words, the discounts in the panel beside it, the history, two decisions side by side (R11)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.operator import Operator
from tests.pages.desk import Desk


def table(page: object, name: str) -> list[dict[str, str]]:
    listed = page.find(f"list[@name='{name}']")  # type: ignore[attr-defined]
    return [{str(cell.tag): cell.text or "" for cell in row} for row in listed]


@pytest.fixture
def told(office: Desk, operator: Operator) -> Desk:
    """Ромашка on Partner #8 on 20 January, on Partner #9 since a payment of the 21st."""
    operator.sandbox.world.add_cashback(1, 500, date(2025, 1, 20))
    payment = operator.sandbox.world.add_payment(1, 50_000, date(2025, 1, 21))
    operator.queue(payment, day=date(2025, 1, 21))
    operator.work(date(2025, 1, 21))
    return office


def test_a_decision_is_told_in_words_with_every_payment_and_what_the_panel_has(told: Desk, operator: Operator) -> None:
    operator.sandbox.reset_calls()
    page = told.ask("why", elid=1)
    assert len(operator.sandbox.calls()) == 1
    assert page.findtext("words") == (
        "Client 1 Ромашка, on 21 Jan 2025: Partner #9 (VPS 21 %, dedicated servers 8 %, SSL certificates 5 %)\n"
        "Basis: by turnover.\n"
        "Turnover RUB 102,000: payments credited from 21 Dec 2024 to 21 Jan 2025, both days included.\n"
        "RUB 48,000 more to reach Partner #10 (from RUB 150,000)."
    )
    assert page.findtext("made").startswith(
        "Calculated 21 Jan 2025, 12:00 (payment credited); last checked without change"
    )
    assert [(row["counted"], row["reason"]) for row in table(page, "payments")] == [
        ("52000.00 RUB", "counts through 20 Feb 2025"),
        ("—", "cashback or certificate, no money came in"),
        ("50000.00 RUB", "counts through 21 Feb 2025"),
    ]
    assert [(row["what"], row["before"], row["after"]) for row in table(page, "written")] == [
        ("VPS", "19 %", "21 %"),
        ("dedicated servers", "7 %", "8 %"),
        ("SSL certificates", "3 %", "5 %"),
    ]
    assert [(row["value"], row["whose"]) for row in table(page, "found")] == [
        ("21 %", "program"),
        ("8 %", "program"),
        ("5 %", "program"),
    ]


def test_a_cap_that_gives_less_is_told_of_the_newest_decision(told: Desk, operator: Operator) -> None:
    older = told.rows("history", elid=1)[1]["id"]
    operator.classes("vps", "vds", caps="vds=20")
    operator.classes("ssl", "certificate", caps="certificate=5")
    assert "Less by caps: VPS: at most 20 %." in told.ask("why", elid=1).findtext("words").splitlines()
    told.language = "ru"
    assert "Ограничено: VPS: не больше 20 %." in told.ask("why", elid=1).findtext("words")
    assert "Ограничено" not in told.ask("history.decision", elid=older).findtext("words")


def test_a_discount_of_somebody_else_is_told_apart(told: Desk, operator: Operator) -> None:
    operator.sandbox.world.add_discount(1, 40, "it_1", "Agreed by hand")
    told.language = "ru"
    assert ("Agreed by hand", "другое") in [
        (row["name"], row["whose"]) for row in table(told.ask("why", elid=1), "found")
    ]


def test_a_client_without_a_decision_is_told_so(told: Desk, operator: Operator) -> None:
    new = operator.sandbox.world.add_account("Новый")
    assert told.form("why", elid=new)["words"].startswith("This client has not been calculated yet.")


def test_the_history_lists_every_decision_with_cause_and_who(told: Desk) -> None:
    rows = told.rows("history", elid=1)
    assert [(row["tier"], row["turnover"], row["cause"], row["written"]) for row in rows] == [
        ("Partner #9", "102000.00 RUB", "payment credited", "3"),
        ("Partner #8", "52000.00 RUB", "by hand", "3"),
    ]
    older = told.ask("history.decision", elid=rows[1]["id"])
    assert "Partner #8" in older.findtext("words")
    assert len(told.rows("history", elid=1, p_cnt=1, p_num=2)) == 1
    assert told.ask("history", elid=1).findtext("plid") == "1"


def test_r11_an_older_decision_is_told_by_what_is_known_now_too(told: Desk, operator: Operator) -> None:
    page = told.ask("why", elid=1)
    assert page.findtext("since") == "By what is known now the same comes out."
    assert (page.find(".//field[@name='differ']"), page.find("list[@name='differ']")) == (None, None)
    operator.sandbox.world.set_payment(1, status=6)
    operator.apply(date(2025, 1, 21))
    told.language = "ru"
    older = told.ask("history.decision", elid=told.rows("history", elid=1)[-1]["id"])
    assert older.findtext("since").startswith("По тому, что известно сейчас, было бы: нет статуса, оборот 0 ₽;")
    assert [(row["since"], row["then"], row["now"]) for row in table(older, "differ")] == [
        ("изменился", "52000.00 RUB", "—"),
        ("появился", "—", "—"),
    ]


def test_two_decisions_are_compared_side_by_side(told: Desk) -> None:
    newer, older = (row["id"] for row in told.rows("history", elid=1))
    page = told.ask("history.compare", elid=f"{newer}, {older}")
    sides = {row["what"]: (row["first"], row["second"]) for row in table(page, "sides")}
    assert sides["tier"] == ("Partner #8", "Partner #9")
    assert sides["VPS"] == ("19 %", "21 %")
    assert sides["basis"] == ("by turnover", "by turnover")
    colors = {row.findtext("what"): row.find("second").get("color") for row in page.find("list[@name='sides']")}
    assert (colors["tier"], colors["basis"]) == ("yellow", None)
    assert [row["first"] for row in table(page, "payments")].count("—") == 2


def test_not_any_two_can_be_compared(told: Desk, operator: Operator) -> None:
    other = operator.sandbox.world.add_account("Atlas")
    operator.sandbox.world.add_payment(other, 600, date(2025, 1, 21))
    operator.apply(date(2025, 1, 21))
    mine, theirs = told.rows("history", elid=1)[0]["id"], told.rows("history", elid=other)[0]["id"]
    for chosen, says in (
        (mine, "Choose two"),
        (f"{mine}, {theirs}", "different clients"),
        (f"{mine}, 99", "not exist"),
    ):
        assert says in told.error(told.ask("history.compare", elid=chosen))[0]


def test_a_panel_that_is_away_is_told(told: Desk, operator: Operator) -> None:
    operator.sandbox.stop()
    message, _ = told.error(told.ask("why", elid=1))
    assert "mgrctl" in message
