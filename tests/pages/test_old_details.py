"""R11: whoever opens a decision whose details are not kept any more is told so, and sees no zeros in their place."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from resellerprogram.cli import main
from resellerprogram.programme.decision import decide
from resellerprogram.store import Store

from tests.pages.desk import Desk
from tests.programme.builders import ACCOUNT, RULES, TABLE, paid

FIRST = date(2024, 11, 5)
NOT_KEPT = "not kept any more"


@pytest.fixture
def old(desk: Desk, store: Store) -> Desk:
    """Three decisions, of November, December and January; only the last has its details."""
    payments = [paid(amount, FIRST + timedelta(days=number)) for number, amount in enumerate((600, 3_000, 50_000))]
    for number, day in enumerate((FIRST, date(2024, 12, 3), date(2025, 1, 19))):
        found = decide(ACCOUNT, day, [*payments[: number + 1], paid(700, day)], TABLE, RULES)
        store.decisions.record(found, "daily", datetime(day.year, day.month, day.day, 0, 7))
    assert store.retention.let_go(date(2025, 1, 19), FIRST) == 2
    return desk


def test_the_history_tells_sums_and_that_what_was_written_is_not_kept(old: Desk) -> None:
    rows = old.rows("history", elid=ACCOUNT)
    assert [(row["tier"], row["turnover"], row["written"]) for row in rows] == [
        ("Starter", "700.00 RUB", "0"),
        ("Partner #1", "4300.00 RUB", NOT_KEPT),
        ("Starter", "1300.00 RUB", NOT_KEPT),
    ]


def test_an_old_decision_says_that_details_are_not_kept_and_has_no_empty_tables(old: Desk) -> None:
    page = old.ask("history.decision", elid=2)
    assert "Turnover RUB 4,300" in page.findtext("words")
    assert "more to reach" not in page.findtext("words")
    assert page.findtext("made").splitlines()[1].startswith("Details are kept for 36 months. Of these days")
    assert page.findtext("since") == ""
    for name in ("payments", "written", "differ"):
        assert (page.find(f".//field[@name='{name}']"), page.find(f"list[@name='{name}']")) == (None, None)
    assert old.ask("history.decision", elid=3).find("list[@name='payments']") is not None


def test_beside_a_newer_one_it_says_not_kept_instead_of_nothing(old: Desk) -> None:
    page = old.ask("history.compare", elid="2, 3")
    sides = {row.findtext("what"): (row.findtext("first"), row.findtext("second")) for row in page.find("list")}
    assert sides["turnover"] == ("4300.00 RUB", "700.00 RUB")
    assert sides["changes"] == (NOT_KEPT, "—")
    (payment,) = page.find("list[@name='payments']")
    assert payment.findtext("first") == NOT_KEPT
    assert payment.findtext("second").startswith("700.00 RUB, counts")
    both = old.ask("history.compare", elid="1, 2")
    assert (both.find(".//field[@name='payments']"), both.find("list[@name='payments']")) == (None, None)


def test_explain_tells_sums_and_null_where_a_program_would_take_nothing_for_none(
    old: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (old.root / "var" / "resellerprogram.clock").write_text("2025-01-20 12:00\n", encoding="utf-8")
    asked = ["--root", str(old.root), "--lang", "en", "explain", str(ACCOUNT), "--date", "2024-12-03"]
    assert main(asked) == 0
    assert "Details are kept for 36 months." in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["turnover"], said["tier"]["name"]) == ("4300", "Partner #1")
    assert (said["payments"], said["recorded"]["written"], said["known_now"]) == (None, None, None)
