"""`resellerprogram opening`: what an operator types and reads, in both languages."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.programme.decision import decide
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.payments import Payment, Rate, RateTable
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window
from resellerprogram.store import Store
from resellerprogram.store.notes import STARTED

from tests.operator import TODAY, go_live
from tests.programme.builders import ACCOUNT, RULES, TABLE, paid

NOW = datetime(2025, 1, 20, 12)
OTHER = AccountId(28)
Run = Callable[..., tuple[int, str, str]]
ADD = ("add", "27", "20 000,50", "--until", "2025-02-15", "--reason", "other panel")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A panel's folder with two clients on record, one of them calculated, and no panel."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "resellerprogram.clock").write_text("2025-01-20 12:00:00\n", encoding="utf-8")
    with Store(tmp_path, NOW) as store:
        go_live(store)
        decision = decide(ACCOUNT, TODAY, [paid(600, "2025-01-18")], TABLE, RULES)
        store.decisions.record(decision, "apply", NOW)
        store.standings.keep(Standing(ACCOUNT, "Ромашка", decision.basis, "Starter"))
        store.outlooks.keep(ACCOUNT, Outlook.of(decision))
        store.standings.know(OTHER, "Atlas")
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def typed(*words: str, language: str = "en") -> tuple[int, str, str]:
        try:
            code = main(["--root", str(root), "--lang", language, "opening", *words])
        except SystemExit as left:
            code = int(str(left.code or 0))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return typed


def given(root: Path) -> list[tuple[int, str, str, str]]:
    with Store(root, NOW) as store:
        return [(each.account, str(each.amount.amount), str(each.day), each.reason) for each in store.ledger.openings()]


def test_it_is_told_what_it_gives_before_it_is_given(run: Run, root: Path) -> None:
    told = (
        "27 Ромашка: RUB 20,000.50, counts like a payment of 15 Jan 2025, through 15 Feb 2025: other panel\n"
        "From 20 Jan 2025 on discounts are higher for 1 client.\n"
        "client      turnover then  before   after\n"
        "27 Ромашка   20600.50 RUB  Starter  Partner #5: VPS 3 → 13 %, dedicated servers 1 → 4 %, "
        "SSL certificates 1 → 3 %\n"
    )
    assert run(*ADD, "--dry-run") == (0, told + "Nothing has been changed.\n", "")
    assert run(*ADD)[0] == 2, "nobody sits there who could say yes"
    assert given(root) == []
    code, out, err = run(*ADD, "--yes")
    assert (code, err) == (0, "")
    assert out == told + ("Opening turnover given: 1.\nIt is applied now.\n")
    assert given(root) == [(27, "20000.50", "2025-01-15", "other panel")]
    with Store(root, NOW) as store:
        assert [(each.account, each.cause) for each in store.queue.all()] == [(27, "opening")]
        (change,) = store.changes.newest(5)
        assert (change.what, change.whom, change.before) == ("opening", "27 Ромашка", "")


@pytest.mark.parametrize(
    ("automatic", "started", "says"),
    [
        ("on", True, "It is applied now."),
        ("off", True, "The program is stopped: apply this by `resellerprogram apply --account 27`."),
        ("on", False, "The program has not started: it calculates and shows, and changes no discount."),
    ],
)
def test_what_happens_next_is_told_in_the_one_sentence_that_is_true(
    run: Run, root: Path, automatic: str, started: bool, says: str
) -> None:
    with Store(root, NOW) as store:
        store.settings.set("automatic", automatic)
        if not started:
            store.notes.forget(STARTED)
    assert run(*ADD, "--yes")[1].splitlines()[-1] == says


def test_somebody_at_a_terminal_is_asked(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    for answer, code, count in (("n\n", 1, 0), ("y\n", 0, 1)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run(*ADD)[0] == code
        assert len(given(root)) == count


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("27", "0", "--until", "2025-02-15"), "above zero"),
        (("27", "-5", "--until", "2025-02-15"), "above zero"),
        (("27", "25,000", "--until", "2025-02-15"), "can be read in two ways"),
        (("27", "5", "--until", "2025-03-15"), "through 20 Feb 2025 at the latest; for longer, pin a tier"),
        (("27", "5", "--day", "2025-01-21"), "the last possible one is today"),
        (("27", "5", "--day", "2024-12-01"), "the first possible day is 20 Dec 2024"),
        (("27", "5"), "Say until which day"),
        (("27", "5", "--until", "2025-02-15", "--reason", " "), "Enter a reason; it goes into the change log."),
    ],
)
def test_what_can_not_be_is_refused_and_changes_nothing(
    run: Run, root: Path, words: tuple[str, ...], says: str
) -> None:
    reason = () if "--reason" in words else ("--reason", "x")
    code, out, err = run("add", *words, *reason, "--yes")
    assert (code, out, says in err) == (1, "", True)
    assert given(root) == []


def test_nothing_is_given_twice_by_a_second_press_of_a_button(run: Run, root: Path) -> None:
    assert run(*ADD, "--yes")[0] == 0
    assert "there already, as opening turnover 2; if there is more" in run(*ADD, "--yes")[2]
    assert run(*ADD[:-1], "sheet 2", "--yes")[0] == 0
    assert [reason for _, _, _, reason in given(root)] == ["sheet 2", "other panel"]


def test_who_is_excluded_is_included_first(run: Run, root: Path) -> None:
    with Store(root, NOW) as store:
        store.members.exclude(ACCOUNT, "abuse", NOW)
    assert "Клиент 27 Ромашка не участвует в программе" in run(*ADD, "--yes", language="ru")[2]


def test_who_is_not_enrolled_is_included_first_though_no_run_has_seen_them(run: Run, root: Path) -> None:
    with Store(root, NOW) as store:
        store.settings.set("members", "enrolled")
        store.members.enrol(ACCOUNT, "", NOW)
    assert run(*ADD, "--yes")[0] == 0
    assert "Client 28 Atlas is not in the program" in run("add", "28", *ADD[2:], "--yes")[2]


def test_the_list_tells_what_counts_and_what_did(run: Run) -> None:
    assert run("list")[1] == "Nobody has brought any turnover along.\n"
    run(*ADD, "--yes")
    run("add", "28", "500", "--day", "20.01.2025", "--reason", "sheet 2", "--yes")
    first = json.loads(run("list", "--account", "27", "--json")[1])
    assert first == [
        {
            "number": 2,
            "account": 27,
            "name": "Ромашка",
            "amount": "20000.5",
            "currency": "RUB",
            "day": "2025-01-15",
            "until": "2025-02-15",
            "state": "counts",
            "reason": "other panel",
            "given_on": "2025-01-20",
            "ended_on": None,
        }
    ]
    assert run("list", language="ru")[1].splitlines()[1].split() == [
        *("3", "28", "Atlas", "500.00", "RUB", "2025-01-20", "2025-02-20", "учитывается", "2025-01-20", "sheet", "2")
    ]


def test_one_is_ended_with_a_reason(run: Run, root: Path) -> None:
    run(*ADD, "--yes")
    assert run("end", "2", "--yes")[0] == 2
    assert run("end", "2", "--dry-run")[1].endswith("Nothing has been changed.\n")
    assert "no opening turnover 9 that counts" in run("end", "9", "--yes", "--reason", "x")[2]
    code, out, _ = run("end", "2", "--yes", "--reason", "by mistake")
    assert (code, "Opening turnover 2 counts no more." in out) == (0, True)
    assert json.loads(run("list", "--json")[1])[0]["state"] == "ended"
    assert "no opening turnover 2 that counts" in run("end", "2", "--yes", "--reason", "x")[2]
    with Store(root, NOW) as store:
        newest, *_ = store.changes.newest(1)
        assert json.loads(newest.after) == {"reason": "by mistake"}


def test_what_has_not_counted_yet_takes_nothing_with_it(run: Run, root: Path) -> None:
    """Of the same day there is another, which counts."""
    run(*ADD, "--yes")
    counted(root, RULES, paid(600, "2025-01-18"))
    run(*ADD[:-1], "sheet 2", "--yes")
    newest, first = (each["number"] for each in json.loads(run("list", "--json")[1]))
    assert "nobody's discounts would differ" in run("end", str(newest), "--dry-run")[1]
    assert "discounts are lower for 1 client" in run("end", str(first), "--dry-run")[1]


def test_what_was_given_in_another_currency_takes_with_it_what_it_counts_for(run: Run, root: Path) -> None:
    """R5"""
    run("add", "27", "10", "--day", "2025-01-15", "--reason", "other panel", "--yes")
    with Store(root, NOW) as store:
        store.settings.set("currency", "EUR")
    rates = RateTable([Rate("RUB", date(2025, 1, 1), Decimal(2_000))])
    counted(root, replace(RULES, currency="EUR", rates=rates), paid(600, "2025-01-18", currency="EUR"))
    assert "600.00 EUR  Partner #5  Starter: VPS 13 → 3 %" in run("end", "2", "--dry-run")[1]


def counted(root: Path, rules: CountingRules, payment: Payment) -> None:
    """The account has been recalculated since."""
    with Store(root, NOW) as store:
        payments = [payment, *store.ledger.brought(ACCOUNT, Window.of(TODAY))]
        decision = decide(ACCOUNT, TODAY, payments, TABLE, rules)
        store.decisions.record(decision, "apply", NOW)
        store.outlooks.keep(ACCOUNT, Outlook.of(decision))


LIST = """client;amount;until;reason
27;"20 000,50";15.02.2025;other panel
Atlas;3000;2025-02-20;other panel
"""


def test_a_list_is_taken_once_however_often_it_is_given(run: Run, root: Path) -> None:
    (root / "list.csv").write_text(LIST + LIST.splitlines()[1] + "\n", encoding="utf-8")
    file = str(root / "list.csv")
    shown = run("import", file, "--dry-run")[1]
    assert shown.startswith("Lines: 3; new: 2; already there: 1; bad: 0.\n27 Ромашка: RUB 20,000.50, counts like")
    assert "Of clients who have not been calculated yet it is not known what it gives: 1." in shown
    assert given(root) == []
    assert run("import", file, "--yes")[0] == 0
    expected = [(28, "3000", "2025-01-20", "other panel"), (27, "20000.50", "2025-01-15", "other panel")]
    assert given(root) == expected
    assert run("import", file, "--yes")[1] == ("Lines: 3; new: 0; already there: 3; bad: 0.\nNothing of it is new.\n")
    assert given(root) == expected


def test_one_bad_line_keeps_all_back_and_each_is_told(run: Run, root: Path) -> None:
    (root / "list.csv").write_text(LIST + "Nobody;5;2025-02-15;x\n27;5;2025-03-15;x\n", encoding="utf-8")
    code, out, _ = run("import", str(root / "list.csv"), "--yes", language="ru")
    assert code == 1
    assert out.splitlines() == [
        "Строк: 4; новых: 2; уже есть: 0; с ошибками: 2.",
        "строка 4: Клиент «Nobody» не найден: его нет среди тех, кого программа уже рассчитала. Укажите номер клиента, "
        "как в панели.",
        "строка 5: перенесённый оборот учитывается не дольше сегодняшнего платежа: самое позднее по 20.02.2025 "
        "включительно; на больший срок закрепите статус",
        "Пока хоть одна строка с ошибкой, не добавляется ничего.",
    ]
    assert given(root) == []


def test_where_a_month_is_short_the_true_last_day_is_said(run: Run, root: Path) -> None:
    (root / "var" / "resellerprogram.clock").write_text("2025-03-01 12:00:00\n", encoding="utf-8")
    out = run("add", "27", "5", "--until", "2025-03-29", "--reason", "x", "--dry-run")[1]
    assert "No day's payments count through 29 Mar 2025: this counts through 31 Mar 2025.\n" in out


def test_of_a_long_list_the_first_lines_are_told(run: Run, root: Path) -> None:
    lines = "".join(f"27;{number};2025-02-15;x\n" for number in range(1, 211))
    (root / "list.csv").write_text("client;amount;until;reason\n" + lines, encoding="utf-8")
    assert "\n… and 10 more\n" in run("import", str(root / "list.csv"), "--dry-run")[1]


def test_a_file_in_another_encoding_is_refused(run: Run, root: Path) -> None:
    (root / "list.csv").write_bytes("клиент;сумма;по;причина\n".encode("cp1251"))
    code, _, err = run("import", str(root / "list.csv"), "--yes")
    assert (code, "Not UTF-8" in err) == (1, True)


def test_so_it_is_where_no_locale_is_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input takes every byte there."""
    typed = io.BytesIO(LIST.replace("Atlas", "Ромашка").encode("cp1251"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(typed, encoding="utf-8", errors="surrogateescape"))
    code, _, err = run("import", "-", "--yes")
    assert (code, "Not UTF-8" in err) == (1, True)
