"""`resellerprogram what-if`: what an operator types and reads, in both languages."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.store import Store
from resellerprogram.store.notes import SAVINGS

from tests.operator import go_live
from tests.programme.builders import ACCOUNT, TABLE, paid
from tests.recalculation.test_whatif import FIRST, live

Run = Callable[..., tuple[int, str, str]]
OTHER = TABLE.to_csv().replace("Starter,500,3,1,1", "Starter,700,5,1,1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A panel's folder with sixty days on record, and no panel."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "resellerprogram.clock").write_text("2025-03-15 12:00:00\n", encoding="utf-8")
    with Store(tmp_path, datetime.combine(FIRST, datetime.min.time())) as store:
        go_live(store)
        live(store, [paid(600, "2025-01-20"), paid(3000, "2025-02-10")], table=TABLE)
        store.standings.know(ACCOUNT, "Ромашка")
        store.notes.write(SAVINGS, {"told": True, "first": "2025-02-15", "last": "2025-03-14"})
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*words: str, language: str = "en") -> tuple[int, str, str]:
        try:
            code = main(["--root", str(root), "--lang", language, "what-if", *words])
        except SystemExit as left:
            code = int(str(left.code or 0))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return typed


def test_it_reads_like_a_colleagues_answer_and_the_last_line_names_the_command(run: Run, root: Path) -> None:
    (root / "new.csv").write_text(OTHER, encoding="utf-8")
    code, out, err = run(str(root / "new.csv"))
    assert (code, err) == (0, "")
    told, empty, take = out.rpartition("\nNobody's turnover was ever between: Starter (from RUB 700 to RUB 3,000), ")
    assert empty
    assert told == (
        "Played from 15 Jan 2025 to 15 Mar 2025: 1 client, 1 of them would have held other discounts on some day.\n"
        "On 15 Mar 2025 discounts would be higher for 0 clients, lower for 0 clients.\n"
        "Turnover of these days: RUB 3,600.\n"
        "\n"
        "What the discounts come to, if all payments had been spent on one category on the day of the "
        "payment:\n"
        "category                     really     at this table         difference\n"
        "VPS                4.67 % · RUB 168  4.17 % · RUB 150  -0.5 pp · -RUB 18\n"
        "dedicated servers      1 % · RUB 36   0.83 % · RUB 30  -0.17 pp · -RUB 6\n"
        "SSL certificates       1 % · RUB 36   0.83 % · RUB 30  -0.17 pp · -RUB 6\n"
        "By the expenses from 15 Feb 2025 to 14 Mar 2025 the discounts saved RUB 0; at this table RUB 0.\n"
        "Expenses are on record by client and day, not by category, and only of those who had a discount.\n"
        "\n"
        "Clients by tier, at the end of each month (really → at this table):\n"
        "tier        2025-01  2025-02  2025-03\n"
        "Starter       1 → 0        0        0\n"
        "Partner #1        0        1        0\n"
        "no tier       0 → 1        0        1\n"
        "\n"
        "Would have lost most:\n"
        "client       payments  really   at this table  at most  category\n"
        "27 Ромашка  RUB 3,600  no tier  no tier        -RUB 18  VPS\n"
    )
    assert take.endswith(f"from a day on: `resellerprogram tiers import {root / 'new.csv'} --from 2025-03-16`\n")


def test_it_speaks_russian(run: Run, root: Path) -> None:
    (root / "new.csv").write_text(OTHER, encoding="utf-8")
    code, out, err = run(str(root / "new.csv"), language="ru")
    assert (code, err) == (0, "")
    assert out.startswith(
        "Проверено с 15.01.2025 по 15.03.2025, клиентов: 1; другие скидки хотя бы в один день были бы у 1 клиента.\n"
    )
    assert "\nОборот за эти дни: 3 600 ₽.\n" in out
    assert "\nБольше всех потеряли бы:\n" in out
    assert out.endswith(
        f"Ввести её с нужного дня: `resellerprogram tiers import {root / 'new.csv'} --from 2025-03-16`\n"
    )


def test_todays_table_changes_nothing_and_there_is_nothing_to_take(run: Run) -> None:
    _, out, _ = run("current", "--months", "1")
    assert "Played from 16 Feb 2025 to 15 Mar 2025: 1 client, 0 of them" in out
    assert ("→ 1" in out, "Would have" in out) == (False, False)
    assert out.endswith("This table is in force already.\n")


def test_a_program_reads_all_of_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(OTHER))
    code, out, _ = run("-", "--json")
    told = json.loads(out)
    assert (code, told["clients"], told["differing"], told["turnover"]) == (0, 1, 1, "3600")
    assert told["classes"]["vps"]["percent"] == {"really": "4.67", "other": "4.17"}
    (lost,) = told["lost"]
    assert (lost["account"], lost["name"], float(lost["amount"])) == (ACCOUNT, "Ромашка", -18)
    assert told["months"][0] == {
        "day": "2025-01-31",
        "tiers": {"Starter": {"really": 1, "other": 0}, "": {"really": 0, "other": 1}},
    }
    assert date.fromisoformat(told["expenses"]["first"]) == date(2025, 2, 15)


def test_what_is_wrong_is_told_with_its_reason(run: Run, root: Path) -> None:
    (root / "new.csv").write_text("status,from,vps\nGold,5,x\n", encoding="utf-8")
    code, _, err = run(str(root / "new.csv"))
    assert (code, "column vps" in err) == (1, True)
    assert run("current", "--months", "0")[0] == 2
    assert "one month or more" in run("current", "--months", "0")[2]
    assert run(str(root / "nowhere.csv"))[0] == 1
