"""The command line on a sandbox panel: what an operator types, reads and gets as an exit code."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from resellerprogram import __version__
from resellerprogram.cli import main
from resellerprogram.cli.output import shown
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.payments import Money
from resellerprogram.programme.settings import SETTINGS
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import published_table
from resellerprogram.store import Store
from resellerprogram.store.lock import only_one
from resellerprogram.store.promo_orders import PromoOrder

from tests.operator import go_live
from tests.programme.published_texts import WRITINGS
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)
NOON = datetime(2025, 1, 20, 12)


class Shell:
    """Types commands and reads what comes back."""

    def __init__(self, sandbox: Sandbox, capture: pytest.CaptureFixture[str]) -> None:
        self.sandbox, self._capture = sandbox, capture

    def move(self, moment: datetime) -> None:
        """Set the clock by which the plugin lives."""
        (self.sandbox.root / "var" / "resellerprogram.clock").write_text(f"{moment}\n", encoding="utf-8")

    def run(self, *words: str, language: str = "en") -> tuple[int, str, str]:
        try:
            code = main(["--root", str(self.sandbox.root), "--lang", language, *words])
        except SystemExit as left:
            code = int(left.code or 0)
        captured = self._capture.readouterr()
        return code, captured.out, captured.err

    def json(self, *words: str, warns: bool = False) -> Any:
        code, out, err = self.run(*words, "--json")
        assert (code, bool(err)) == (0, warns)
        return json.loads(out)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another run."""
    for module in ("cli.preview", "cli.queue", "cli.takeoff", "cli.undo", "cli.why", "doctor.checks"):
        monkeypatch.setattr(f"resellerprogram.{module}.PATIENCE", 0.0)


@pytest.fixture
def shell(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> Shell:
    """At noon of the panel's day; the programme has been started."""
    typed = Shell(sandbox, capsys)
    typed.move(NOON)
    with Store(sandbox.root, NOON) as store:
        go_live(store)
    return typed


@pytest.fixture
def romashka(sandbox: Sandbox) -> int:
    account = sandbox.world.add_account("Ромашка")
    sandbox.world.add_payment(account, 3_000, date(2024, 12, 20))
    sandbox.world.add_payment(account, 49_000, date(2025, 1, 9))
    sandbox.world.add_cashback(account, "12.3456", date(2025, 1, 10))
    return account


def test_plan_apply_and_plan_again_read_like_a_colleagues_answer(shell: Shell, romashka: int) -> None:
    plan = shell.json("plan")["fingerprint"]
    code, out, err = shell.run("plan")
    assert (code, err) == (0, "")
    assert out == (
        "start 1\n"
        "  VPS, dedicated servers, SSL certificates: start 1\n"
        "20 Jan 2025: clients: 1; the program's discounts in the panel: 0\n"
        "\n"
        "client  name         turnover  tier        VPS          dedicated servers  SSL certificates\n"
        "1       Ромашка  52000.00 RUB  Partner #8  none → 19 %  none → 7 %         none → 3 %\n"
        "\n"
        f"No discount has changed. Apply: `resellerprogram apply`; with `--plan {plan}` only if it is this one.\n"
    )
    applied = shell.run("apply")[1]
    assert (applied.startswith("started 1\n"), applied.endswith("\nDiscounts changed: 3.\n")) == (True, True)
    assert shell.run("plan", language="ru")[1].startswith(
        "Скидки уже верны, менять нечего.\n20.01.2025: просмотрено клиентов: 1; "
    )
    _, falling, _ = shell.run("plan", "--date", "2025-01-21", language="ru")
    assert "49000.00 RUB  Partner #8 → Partner #7  19 → 17 %  7 → 6 %" in falling


def test_a_plan_has_a_verdict_a_folded_list_and_filters(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    shell.run("apply")
    for number in range(12):
        sandbox.world.add_payment(sandbox.world.add_account(f"Client {number}"), 600, TODAY)
    sandbox.world.add_payment(romashka, 50_000, TODAY)
    out = shell.run("plan")[1]
    assert out.startswith("start 12 · rise 1\n  VPS, dedicated servers, SSL certificates: start 12 · rise 1\n")
    listed, told = out.split("Clients will be notified: 14\n")
    assert (listed.count("Client "), "… gets discounts: 2 more, see `resellerprogram plan --way start`" in listed) == (
        10,
        True,
    )
    assert ("Ромашка" in listed, told.count("\n"), told.endswith("… 4 more\n")) == (True, 12, True)
    assert shell.run("plan", "--way", "start")[1].count("Client ") == 12
    summary = shell.run("plan", "--summary")[1]
    assert (summary.startswith("start 12 · rise 1\n"), "Ромашка" in summary) == (True, False)
    assert "\nNo discount has changed. " in summary
    told = shell.json("plan", "--way", "rise", "--class", "vps")
    assert [planned["name"] for planned in told["planned"]] == ["Ромашка"]
    assert (told["verdict"]["clients"]["start"], told["verdict"]["classes"]["vps"]["rise"]) == (12, 1)
    assert "planned" not in shell.json("plan", "--summary")
    assert "There is no category “cloud”" in shell.run("plan", "--class", "cloud")[2]


def test_detailed_exit_codes_are_those_that_terraforms_users_know(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    assert shell.run("plan", "--detailed-exitcode")[0] == 2, "there are changes"
    shell.run("apply")
    assert shell.run("plan", "--detailed-exitcode")[0] == 0, "nothing to do"
    assert shell.run("plan", "--detailed-exitcode", "--way", "sideways")[0] == 1, "no wrong usage is a change"
    sandbox.world.add_account("Other")
    sandbox.fault("refuse", "payment", count=1, skip=1)
    assert shell.run("plan", "--detailed-exitcode")[0] == 1, "somebody could not be calculated"
    with only_one(sandbox.root / "var" / "resellerprogram", "daily", datetime(2025, 1, 20)):
        assert shell.run("plan", "--detailed-exitcode")[0] == 1
    assert "2: there are changes" in " ".join(shell.run("plan", "--help")[1].split())


def test_another_day_is_only_looked_at_and_the_last_line_says_so_and_names_no_command(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    """What would be applied is today's (spec, section 4)."""
    shell.run("apply")
    for language, look in (("en", "Only a look at 21 Jan 2025: "), ("ru", "Это только взгляд на 21.01.2025: ")):
        for words in (("plan",), ("explain", str(romashka))):
            *_, last = shell.run(*words, "--date", "2025-01-21", language=language)[1].splitlines()
            assert last.startswith(look)
            assert "`" not in last
    told = shell.json("plan", "--date", "2025-01-21")
    assert (told["only_a_look"], told["fingerprint"]) == (True, None)
    assert "VPS 19 → 17 %" in shell.run("explain", str(romashka), "--date", "2025-01-21")[1]
    sandbox.world.delete_payments(romashka)
    with Store(sandbox.root, NOON) as store:
        store.settings.set("drop_limit_count", "0")
    warned = shell.run("plan", "--date", "2025-01-19")[2]
    assert ("the drop limit is 0" in warned, "apply" in warned) == (True, False)


@pytest.mark.parametrize("command", ["apply", "withdraw"])
def test_what_acts_acts_for_today(shell: Shell, command: str) -> None:
    code, _, err = shell.run(command, "--date", "2025-01-20")
    assert (code, "--date" in err) == (2, True)


def test_the_day_turns_when_the_clock_is_moved(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    shell.run("daily")
    assert sandbox.world.percents(romashka)["vds"] == 19
    shell.move(datetime(2025, 1, 21, 0, 7))
    assert shell.run("daily")[0] == 0
    assert sandbox.world.percents(romashka)["vds"] == 17
    assert (sandbox.root / "var/resellerprogram/backups/20250121-000700-nightly.db.gz").exists()


def test_r11_a_night_lets_go_of_details_that_are_too_old(shell: Shell, romashka: int) -> None:
    shell.run("daily")
    shell.move(datetime(2025, 1, 21, 0, 7))
    shell.run("daily")
    shell.run("settings", "set", "history_months", "1")
    for day in (date(2025, 2, 20), date(2025, 2, 21)):
        shell.move(datetime(day.year, day.month, day.day, 0, 7))
        shell.run("daily")
        told = shell.json("explain", str(romashka), "--date", "2025-01-20")
        assert Decimal(told["turnover"]) == 52_000
        assert (told["payments"] is None) == (day == date(2025, 2, 21))


@pytest.mark.parametrize(("language", "says"), [("en", "can't be read"), ("ru", "не читаются")])
def test_a_test_clock_that_tells_no_time_stops_every_command_and_says_so(
    shell: Shell, sandbox: Sandbox, language: str, says: str
) -> None:
    (sandbox.root / "var" / "resellerprogram.clock").write_text("tomorrow")
    for command in ("plan", "daily", "status", "backup"):
        code, out, err = shell.run(command, language=language)
        assert (code, out, says in err, "resellerprogram.clock" in err) == (1, "", True, True)


def test_explain_names_every_payment_with_amount_and_reason(shell: Shell, romashka: int) -> None:
    code, out, _ = shell.run("explain", str(romashka), language="ru")
    assert code == 0
    assert out == (
        "Клиент 1, Ромашка, на 20.01.2025: Partner #8 (VPS 19 %, выделенные серверы 7 %, "
        "SSL-сертификаты 3 %)\nОснование: по обороту.\nОборот 52 000 ₽: платежи, зачисленные "
        "с 20.12.2024 по 20.01.2025 включительно.\n\nзачислен    платёж         сумма        "
        "учтено  почему\n2024-12-20  pfx/1    3000.00 RUB   3000.00 RUB  учитывается по "
        "20.01.2025 включительно\n2025-01-09  pfx/2   49000.00 RUB  49000.00 RUB  учитывается "
        "по 09.02.2025 включительно\n2025-01-10  pfx/3      12.35 RUB             —  кэшбэк или "
        "сертификат: деньги не поступали\n\nДо статуса Partner #9 (от 100 000 ₽) не хватает "
        "48 000 ₽.\nВ панели другие скидки; `resellerprogram apply --account 1` изменит: VPS нет "
        "→ 19 %; выделенные серверы нет → 7 %; SSL-сертификаты нет → 3 %.\n"
    )


def test_explain_and_the_queue_name_the_employee_behind_a_payment_not_their_id(shell: Shell, romashka: int) -> None:
    shell.run("daily")
    with Store(shell.sandbox.root, NOON) as store:
        store.queue.put(AccountId(romashka), "payment.setpaid", NOON, "1")
    assert "платёж зачислен, admin" in shell.run("queue", language="ru")[1]
    shell.sandbox.world.add_payment(romashka, 60_000, TODAY)
    shell.run("queue", "retry")
    assert "(платёж зачислен, admin);" in shell.run("explain", str(romashka), language="ru")[1]


def test_a_cap_is_set_shown_explained_and_taken_off(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    cheap = sandbox.world.add_tariff("VDS Promo", 2)
    code, out, _ = shell.run("classes", "set", "vps", "--cap", "vds=15", "--cap", f"{cheap}=10,5")
    assert (code, f"{cheap}=10.5, vds=15" in out) == (0, True)
    (vps, *_) = shell.json("classes", "list")
    assert vps["caps"] == {str(cheap): "10.5", "vds": "15"}
    told = shell.json("explain", str(romashka))
    assert told["caps"] == {str(cheap): "10.5", "vds": "15"}
    assert "Less by caps: VPS: at most 15 %; tariff plan" in shell.run("explain", str(romashka))[1]
    assert shell.run("classes", "set", "vps", "--cap", f"{cheap}=")[0] == 0
    assert shell.json("classes", "list")[0]["caps"] == {"vds": "15"}
    for typed, says in (
        ("vds", "such as vds=20"),
        ("dedic=5", "Not of this category: dedic"),
        ("99=5", "no tariff plan 99"),
    ):
        code, _, err = shell.run("classes", "set", "vps", "--cap", typed)
        assert (code, says in err) == (1, True)
    assert f"at most: {cheap} 10.5 %, vds 15 % → vds 15 %" in shell.run("changes")[1]


def test_explain_of_a_past_day_tells_the_decision_that_was_made(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    shell.run("apply")
    sandbox.world.delete_payment(2)
    shell.move(NOON + timedelta(days=1))
    told = shell.json("explain", str(romashka), "--date", "2025-01-20")
    assert (told["turnover"], told["tier"]["name"]) == ("52000.00", "Partner #8")
    assert (told["name"], told["recorded"]["cause"]) == ("Ромашка", "apply")
    written = told["recorded"]["written"]
    assert [change["what"] for change in written] == ["vds", "dedic", "certificate"]
    assert {"scope", "what", "before", "after", "because", "value"} <= written[0].keys(), "as programs read it so far"
    assert [payment["reason"] for payment in told["payments"]] == ["counted", "counted", "promotional"]
    assert told["known_now"]["same"], "nobody has looked since"
    shell.run("apply")
    now = shell.json("explain", str(romashka), "--date", "2025-01-20")["known_now"]
    assert (now["turnover"], now["tier"]["name"]) == ("3000.00", "Partner #1")
    assert [(each["since"], each["then"]["id"], each["now"]) for each in now["differences"]] == [("left", 2, None)]
    said = shell.run("explain", str(romashka), "--date", "2025-01-20")[1]
    assert "By what is known now it would be Partner #1" in said
    assert "was in effect" not in said


def test_explain_of_a_day_between_two_looks_says_of_which_its_figures_are(shell: Shell, romashka: int) -> None:
    for days in (1, 4):
        shell.move(NOON + timedelta(days=days))
        shell.run("apply")
    shell.move(NOON + timedelta(days=5))
    assert (
        "On 22 Jan 2025 this calculation was in effect; it was last confirmed on 24 Jan 2025, and its figures are of "
        "that day." in shell.run("explain", str(romashka), "--date", "2025-01-22")[1]
    )


def test_plan_is_also_for_programs(shell: Shell, romashka: int) -> None:
    told = shell.json("plan")
    (planned,) = told["planned"]
    assert (planned["account"], planned["turnover"], planned["tier"]) == (romashka, "52000", "Partner #8")
    assert planned["changes"][0] == {
        "kind": "create",
        "scope": "it_2",
        "because": "tier",
        "covers": "vds",
        "what": "vds",
        "before": None,
        "after": "19",
        "value": "",
    }


def test_a_terminal_shows_how_far_a_run_has_come(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.world.add_account("Other")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _, _, err = shell.run("plan")
    assert f"\r[{'#' * 15}{'.' * 15}] 1/2" in err
    assert err.endswith("2/2\r\033[K")


def test_one_account_alone_is_applied(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    other = sandbox.world.add_account("Other")
    sandbox.world.add_payment(other, 600, TODAY)
    assert shell.run("apply", "--account", str(other))[0] == 0
    assert (len(sandbox.world.discounts(other)), len(sandbox.world.discounts(romashka))) == (3, 0)


def test_exit_codes_tell_what_happened(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    paid = [sandbox.world.add_payment(sandbox.world.add_account(f"Client {number}"), 600, TODAY) for number in range(4)]
    assert shell.run("apply")[0] == 0
    for payment in paid:
        sandbox.world.delete_payment(payment)
    shell.move(NOON + timedelta(days=1))
    code, _, err = shell.run("apply")
    assert (code, "--allow-drop" in err) == (4, True)
    plan = shell.json("plan", warns=True)["fingerprint"]
    assert f"--allow-drop --plan {plan}`" in shell.run("plan")[2]
    with only_one(sandbox.root / "var" / "resellerprogram", "daily", datetime(2025, 1, 20)):
        code, _, err = shell.run("apply", language="ru")
    assert (code, "Программа занята: ночной пересчёт, с 00:00 (процесс" in err) == (3, True)
    sandbox.fault("refuse", "account.discount.delete", count=1)
    assert shell.run("apply", "--allow-drop", "--plan", plan)[0] == 5
    assert shell.run("apply", "--account", "999")[0] == 1
    assert shell.run("apply", "--account", "1; rm -rf /")[0] == 1
    assert shell.run("explode")[0] == 2


def test_the_plan_that_was_named_is_applied_or_nothing_and_then_the_new_one_is_shown(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    """What an administrator confirms is what is applied (spec, section 3)."""
    seen = shell.json("plan")["fingerprint"]
    sandbox.world.add_payment(romashka, 50_000, TODAY)
    code, out, err = shell.run("apply", "--plan", seen)
    now = shell.json("plan")["fingerprint"]
    assert (code, sandbox.world.discounts()) == (6, [])
    assert "Partner #9  none → 21 %" in out
    assert f"The preview is not {seen} any more; no discount has changed. It is {now} now" in err
    code, _, err = shell.run("apply", "--plan", seen, language="ru")
    assert (code, f"Расчёт уже не {seen}; скидки не изменены. Теперь это {now}" in err) == (6, True)
    assert shell.run("apply", "--plan", now)[0] == 0
    assert sandbox.world.percents(romashka)["vds"] == 21


def test_what_changes_between_the_look_and_the_writing_is_left_out_and_named(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resellerprogram.cli import preview

    other = sandbox.world.add_account("Other")
    sandbox.world.add_payment(other, 600, TODAY)
    original = vars(preview)["recalculate"]

    def pay_before_the_writing(*arguments: Any, **options: Any) -> Any:
        if options.get("write", True):
            sandbox.world.add_payment(other, 3_000, TODAY)
        return original(*arguments, **options)

    seen = shell.json("plan")["fingerprint"]
    monkeypatch.setattr(preview, "recalculate", pay_before_the_writing)
    code, out, err = shell.run("apply", "--plan", seen)
    assert (code, out.endswith("\nDiscounts changed: 3.\n")) == (6, True)
    assert f"clients who differ: 1 ({other} Other)" in err
    assert (len(sandbox.world.discounts(romashka)), sandbox.world.discounts(other)) == (3, [])


def test_a_limit_is_lifted_for_a_plan_that_was_named_and_for_no_other(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    shell.run("apply")
    with Store(sandbox.root, NOON) as store:
        store.settings.set("drop_limit_count", "0")
    sandbox.world.delete_payments(romashka)
    seen = shell.json("plan", warns=True)["fingerprint"]
    code, out, err = shell.run("apply", "--allow-drop")
    assert (code, out, "for one preview" in err) == (2, "", True), "a script names what it lifts the limit for"
    assert "для одного расчёта" in shell.run("apply", "--allow-drop", language="ru")[2]
    other = sandbox.world.add_account("Other")
    sandbox.world.add_payment(other, 600, TODAY)
    assert shell.run("apply", "--allow-drop", "--plan", seen)[0] == 6
    assert sandbox.world.percents(romashka)["vds"] == 19
    now = shell.json("plan", warns=True)["fingerprint"]
    assert shell.run("apply", "--plan", now)[0] == 4, "a plan that is named has the limit still"
    now = shell.json("plan", warns=True)["fingerprint"]
    assert shell.run("apply", "--allow-drop", "--plan", now)[0] == 0
    assert (sandbox.world.percents(romashka), sandbox.world.percents(other)["vds"]) == ({}, 3)


@pytest.mark.parametrize(("language", "no", "yes"), [("en", "", "yes"), ("ru", "нет", "да")])
def test_at_a_terminal_the_plan_is_shown_and_asked_about_before_the_limit_is_lifted(
    shell: Shell,
    sandbox: Sandbox,
    romashka: int,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    no: str,
    yes: str,
) -> None:
    shell.run("apply")
    sandbox.world.delete_payments(romashka)
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{no}\n"))
    code, out, _ = shell.run("apply", "--allow-drop", language=language)
    assert (code, "Partner #8 → —" in out, "[y/N]" in out or "[д/Н]" in out) == (1, True, True)
    assert sandbox.world.percents(romashka)["vds"] == 19
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{yes}\n"))
    assert shell.run("apply", "--allow-drop", language=language)[0] == 0
    assert sandbox.world.percents(romashka) == {}
    assert shell.run("apply", "--allow-drop", language=language)[0] == 0, "nothing to ask about"
    assert shell.run("apply", "--allow-drop", "--json")[0] == 2, "a program names its plan"


def test_status_suits_a_monitoring_system(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    assert shell.run("status")[0] == 2
    shell.run("apply")
    code, out, _ = shell.run("status")
    assert (
        code,
        out.startswith("OK: All is well. Clients looked at in the last full recalculation: 1; discounts in effect: 3."),
        out.endswith(f"discounts 3, suspended 0, queue 0, retries stopped 0; version {__version__}\n"),
    ) == (0, True, True)
    sandbox.fault("refuse", "account.discount", count=1)
    shell.run("apply")
    code, out, _ = shell.run("status", language="ru")
    assert (code, "! последний пересчёт всех участников не удался: панель отказала" in out) == (1, True)
    with Store(sandbox.root, NOON) as store:
        long_ago = (NOON - timedelta(hours=27)).isoformat(" ", "seconds")
        store.connection.execute(
            "UPDATE run SET started_at = ?, finished_at = ?, day = ?", (long_ago, long_ago, long_ago[:10])
        )
    code, out, _ = shell.run("status", "--json")
    told = json.loads(out)
    assert (code, told["state"], told["age_seconds"] > 26 * 3600) == (2, "CRITICAL", True)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "acted on a day with a tier: 1"), ("ru", "промоакция или промокод: 1")]
)
def test_r9_status_tells_orders_with_a_promotion_beside_a_tier(
    shell: Shell, sandbox: Sandbox, romashka: int, language: str, said: str
) -> None:
    """In one line each: who, when, how much; they change no state."""
    shell.run("apply")
    day = date(2025, 1, 20)
    with Store(sandbox.root, NOON) as store:
        order = PromoOrder(812, AccountId(romashka), day, "order", "Partner #8", Money(Decimal(160), "RUB"))
        store.promo_orders.replace(day, day, [order])
    code, out, _ = shell.run("status", language=language)
    (line,) = [line for line in out.splitlines() if "Partner #8" in line]
    assert (code, said in out) == (0, True)
    assert all(part in line for part in (f" {romashka}", {"en": "RUB 160", "ru": "160 ₽"}[language], "2025"))
    told = shell.json("status")
    assert told["promo_orders_count"] == 1
    assert told["promo_orders"] == [
        {
            "account": romashka,
            "day": "2025-01-20",
            "what": "order",
            "tier": "Partner #8",
            "taken": "160",
            "currency": "RUB",
        }
    ]


def test_what_waits_is_listed_tried_again_and_dropped(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    sandbox.fault("refuse", "account.discount.add.product", count=1)
    assert shell.run("apply")[0] == 5
    out = shell.run("status")[1]
    assert (
        "! waiting in the queue after a failure: 1, the first client 1 Ромашка: the panel did not save the discount"
        in out
    )
    (waiting,) = shell.json("queue", "list")
    assert (waiting["account"], waiting["name"], waiting["attempts"], waiting["given_up"]) == (
        romashka,
        "Ромашка",
        1,
        False,
    )
    assert "вручную" in shell.run("queue", "list", language="ru")[1]
    with Store(sandbox.root, NOON) as store:
        store.connection.execute("UPDATE queue SET dead = 1")
    assert "retries stopped for clients: 1, the first client 1 Ромашка" in shell.run("status")[1]
    assert shell.run("queue", "retry") == (0, "Tried again: 1; still waiting: 0.\n", "")
    assert shell.json("queue", "list") == []
    with Store(sandbox.root, NOON) as store:
        number = store.queue.put(AccountId(romashka), "sweep", NOON)
    assert shell.run("queue", "drop", str(number))[0] == 0
    assert shell.json("queue", "list") == []


def test_nightly_run_and_sweep_do_nothing_while_automatic_is_off(shell: Shell, romashka: int) -> None:
    assert shell.run("daily")[0] == 0
    assert shell.run("sweep")[1].startswith("payments that changed: 0, clients whose discounts did: 0")
    assert shell.run("settings", "set", "automatic", "off")[0] == 0
    for command in ("daily", "sweep"):
        code, out, _ = shell.run(command, language="ru")
        assert (code, "Программа остановлена (automatic = off): скидки не меняются" in out) == (0, True)
    assert "! the program is stopped (automatic = off)" in shell.run("status")[1]


def test_every_night_leaves_a_backup(shell: Shell, sandbox: Sandbox) -> None:
    shell.run("daily")
    (made,) = (sandbox.root / "var" / "resellerprogram" / "backups").iterdir()
    assert made.name.endswith("-nightly.db.gz")


def test_what_was_set_aside_is_shown_and_put_back(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    sandbox.world.add_discount(romashka, 40, "it_1", "Agreed by hand")
    planned = shell.run("plan", language="ru")[1]
    assert "Agreed by hand 40 %: будет приостановлена" in planned
    (changes,) = [each["changes"] for each in shell.json("plan")["planned"]]
    assert {name: changes[-1][name] for name in ("kind", "name", "value")} == {
        "kind": "set_aside",
        "name": "Agreed by hand",
        "value": "40 %",
    }
    shell.run("apply")
    (resting,) = shell.json("set-aside")
    assert (resting["account"], resting["fields"]["percentage"], resting["fields"]["pricelist_tree"]) == (
        1,
        "40",
        "it_1",
    )
    assert "Agreed by hand" in shell.run("set-aside", language="ru")[1]
    assert "Agreed by hand 40 %: suspended" in shell.run("explain", "1")[1]
    code, out, _ = shell.run("put-back")
    assert (code, out.endswith("Discounts restored: 1.\n"), "automatic = off" in out) == (0, True, True)
    assert len(sandbox.world.discounts(romashka)) == 4
    shell.run("settings", "set", "other_discounts", "leave")
    told = shell.run("plan")[1]
    assert "! client 1: another personal discount acts beside the program's: Agreed by hand 40 %" in told


def test_tiers_go_out_to_csv_and_come_back(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "tiers.csv"
    assert shell.run("tiers", "export", str(file))[0] == 0
    file.write_text(file.read_text().replace("Starter,500,3,", "Starter,500,4.25,"))
    code, out, err = shell.run("tiers", "import", str(file))
    assert (code, "Starter: VPS 3 → 4.25 %" in out, "say --yes" in err) == (2, True, True)
    code, out, _ = shell.run("tiers", "import", str(file), "--dry-run", language="ru")
    assert (code, out.splitlines()[-1]) == (0, "Ничего не изменено.")
    assert "4.25 %" not in shell.run("tiers", "show")[1]
    code, out, _ = shell.run("tiers", "import", str(file), "--yes", language="ru")
    assert (code, out.splitlines()[-1]) == (0, "Таблица сохранена и действует. Скидки изменит ближайший пересчёт.")
    _, out, _ = shell.run("tiers", "show")
    assert "Starter          500.00 RUB  4.25 %                1 %               1 %" in out
    file.write_text(file.read_text().replace("Partner #1,3000", "Partner #1,400"))
    code, _, err = shell.run("tiers", "import", str(file), language="ru")
    assert (code, err) == (1, "Таблица скидок, строка 3: порог 400 не выше порога 500 статуса «Starter».\n")
    file.write_bytes("Статус".encode("utf-16"))
    assert shell.run("tiers", "import", str(file))[0] == 1
    missing = str(tmp_path / "missing.csv")
    assert shell.run("tiers", "import", missing, language="ru") == (1, "", f"Файла {missing} нет.\n")
    assert "4.25 %" in shell.run("tiers", "show")[1]
    assert "Starter: VPS 4.25 → 3 %" in shell.run("tiers", "end", "--yes")[1]
    assert "4.25 %" not in shell.run("tiers", "show")[1]


def test_a_table_is_imported_as_it_is_published(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = WRITINGS["one cell a line"](published_table()).replace("до 149999р", "до 149000р")
    file = tmp_path / "page.txt"
    file.write_text(text.replace("Starter", "Beginner"), encoding="utf-8")
    code, out, err = shell.run("tiers", "import", str(file), "--dry-run")
    assert (code, "Read as a text, one cell a line." in out, "Starter → Beginner" in out) == (0, True, True)
    assert "! Partner #9 is written to RUB 149,000, but Partner #10 begins only at RUB 150,000" in err
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert "No differences" in shell.run("tiers", "import", "-", "--dry-run")[1]
    assert shell.run("tiers", "import", str(file), "--yes")[0] == 0
    assert "Beginner" in shell.run("tiers", "show")[1]


@pytest.mark.parametrize(
    ("text", "asked", "answers", "understood"),
    [
        (
            "Статус;Оборот;VPS;Выделенные;SSL\nA;1.500;3 %;1 %;1 %\n",
            "! line 2: column Оборот: “1.500” can be read in two ways: 1.5 or 1500 — answer with --decimal '.': 1.5, "
            "--decimal ',': 1500\n",
            ("--decimal", ","),
            "A     1500.00 RUB  3 %",
        ),
        (
            "Статус;Оборот;VPS;Выделенные;SSL\nA;от 500р;0,03;0,01;0\n",
            "! line 2: column VPS: “0,03” can be read in two ways: 0.03 % or 3 % — answer with --percents percent: "
            "0.03 %, --percents share: 3 %\n",
            ("--percents", "share"),
            "A     500.00 RUB  3 %",
        ),
        (
            "Статус;Оборот;VPS;Выделенные;Защита\nA;от 500р;3 %;1 %;2 %\n",
            "! Which column has the percents for SSL certificates? — answer with --column 'ssl=Защита', --column ssl=- "
            "(none: 0 %)\n",
            ("--column", "ssl=Защита"),
            "2 %",
        ),
    ],
)
def test_what_a_table_leaves_open_is_answered_by_an_option(
    shell: Shell, tmp_path: Path, text: str, asked: str, answers: tuple[str, ...], understood: str
) -> None:
    file = tmp_path / "page.txt"
    file.write_text(text, encoding="utf-8")
    code, out, err = shell.run("tiers", "import", str(file), "--yes")
    assert (code, err, out.splitlines()[-1]) == (2, asked, "Nothing has been changed.")
    code, out, _ = shell.run("tiers", "import", str(file), "--dry-run", *answers)
    assert (code, understood in out) == (0, True), out
    assert "Starter" in shell.run("tiers", "show")[1]
    code, _, err = shell.run("tiers", "import", str(file), "--column", "cloud=VPS")
    assert (code, "There is no category “cloud”" in err) == (1, True)


def test_an_imported_table_is_asked_about_at_a_terminal(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tiers.csv"
    file.write_text("status,from,vps,dedicated,ssl\nGold,25,50,1,1\n")
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    for answer, code in (("n\n", 1), ("y\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert shell.run("tiers", "import", str(file), "--from", "2099-01-01")[0] == code
    assert "Another table holds from 1 Jan 2099 on" in shell.run("tiers", "show")[1]


def test_members_are_enrolled_excluded_pinned_and_unpinned(shell: Shell, romashka: int) -> None:
    one = str(romashka)
    assert "Client 1, Ромашка, is included." in shell.run("members", "enrol", one)[1]
    assert (
        "Клиент 1, Ромашка, исключён из программы."
        in shell.run("members", "exclude", one, "--reason", "abuse", language="ru")[1]
    )
    assert shell.run("members", "pin", one, "Partner #8", "--until", "2999-01-31", "--reason", "contract")[0] == 0
    _, out, _ = shell.run("members", "list", language="ru")
    assert out.splitlines()[:2] == [
        "Кто участвует: все клиенты (настройка `members = all`).",
        "Ниже только клиенты с особыми условиями: 1.",
    ]
    _, out, _ = shell.run("members", "list")
    assert out.splitlines()[-1].split() == [
        *("1", "Ромашка", "excluded", "abuse", "at", "least", "Partner", "#8", "2999-01-31", "contract")
    ]
    exactly = ("members", "pin", one, "Partner #8", "--exactly", "--until", "2999-01-31", "--reason", "contract")
    assert shell.run(*exactly)[0] == 0
    assert shell.json("members", "list")["accounts"][0]["pin"]["exactly"] is True
    assert "exactly Partner #8" in shell.run("members", "list")[1]
    assert shell.run("members", "unpin", one)[0] == 0
    assert shell.json("members", "list")["accounts"] == [
        {"account": 1, "name": "Ромашка", "standing": "excluded", "reason": "abuse", "pin": None}
    ]
    shell.run("members", "reset", one)
    assert shell.json("members", "list")["accounts"] == [], "nothing is said of them any more"
    assert shell.run("members", "list", language="ru")[1].splitlines()[-1] == "Клиентов с особыми условиями нет."
    assert shell.run(*exactly)[0] == 0
    assert shell.run("members", "list", language="ru")[1].splitlines()[-1].split()[:6] == [
        *("1", "Ромашка", "как", "в", "настройках", "—")
    ]


def test_without_terms_of_their_own_members_says_who_takes_part_all_the_same(shell: Shell) -> None:
    shell.run("settings", "set", "members", "enrolled")
    assert shell.run("members")[1].splitlines() == [
        "Who is a member: included by hand (setting `members = enrolled`).",
        "No client has terms of their own.",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("members", "enrol", "99"), "no client 99"),
        (("members", "exclude", "99", "--reason", "x"), "no client 99"),
        (("members", "pin", "1", "Gold", "--until", "2999-01-01", "--reason", "x"), "no tier “Gold”"),
        (("members", "pin", "1", "Starter", "--until", "2020-01-01", "--reason", "x"), "over already"),
        (("members", "unpin", "1"), "not pinned"),
        (("explain", "99"), "no client 99"),
        (("corrections", "--account", "99"), "no client 99"),
        (("opening", "--account", "99"), "no client 99"),
        (("queue", "retry", "99"), "no row 99"),
        (("queue", "drop", "99"), "no row 99"),
        (("classes", "remove", "cloud"), "no category “cloud”"),
        (("settings", "set", "members", "group:99"), "client group 99"),
        (("settings", "set", "nonsense", "1"), "There is no setting “nonsense”. There are: provider, "),
        (("settings", "set", "currency", "GBP"), "no currency GBP"),
        (("settings", "set", "drop_limit_percent", "200"), "The value “200” does not fit"),
        (("settings", "set", "provider", "5"), "1 (Example Hosting)"),
    ],
)
def test_bad_input_gets_a_clear_error_and_changes_nothing(
    shell: Shell, romashka: int, words: tuple[str, ...], says: str
) -> None:
    code, out, err = shell.run(*words)
    assert (code, out, says in err) == (1, "", True)
    assert shell.json("members", "list")["accounts"] == []
    assert shell.json("settings", "show")["members"] == "all"


def test_a_setting_is_shown_and_set(shell: Shell) -> None:
    assert shell.run("settings", "set", "window_months", "3")[1] == "window_months = 3\n"
    assert shell.json("settings", "show")["window_months"] == "3"
    assert "сколько календарных месяцев" in shell.run("settings", "show", language="ru")[1]


@pytest.mark.usefixtures("own_process")
def test_doctor_finds_what_holds_and_what_differs(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    sandbox.world.refund(sandbox.world.add_payment(romashka, 10, TODAY), TODAY)
    sandbox.world.add_rate("USD", TODAY, "90")
    sandbox.world.add_tariff("KVM-4", 2)
    sandbox.world.add_expense(romashka, 810, TODAY, discount=1, saved=190, what="KVM-4 #12 (order)")
    sandbox.world.add_expense(romashka, 810, TODAY - timedelta(days=2), discount=1, saved=190)
    shell.run("settings", "set", "panel_url", sandbox.url)
    shell.run("settings", "set", "promo_codes", "allow")
    shell.run("apply")
    checks = {check["name"]: check["finding"] for check in shell.json("doctor")}
    assert checks.pop("clock") == "differs", "it is a test's"
    # no guard and no page is installed here; tests/live has them
    assert (checks.pop("before_error_blocks"), checks.pop("own_lists")) == ("could not tell", "could not tell")
    assert checks.pop("list_cut") == "could not tell", "nothing here is long enough to be cut"
    assert checks.pop("html_fields") == "could not tell", "only eyes can"
    assert set(checks.values()) == {"holds"}
    sandbox.read_as(discount_list_columns="id_only", refund_flag="off", missing_elid="value", currencyrate="absent")
    sandbox.world.set_payment(3, paymethod=1)
    code, out, _ = shell.run("doctor", language="ru")
    assert code == 1
    found = {line.split()[0]: line for line in out.splitlines() if not line.startswith("!")}
    assert "отличается" in found["promotional_without_method"]
    assert "отличается" in found["discount_list_columns"]
    assert "не проверено" in found["currency_rates"]
    assert "совпадает" in found["missing_object"]
    told = [line.split(": ")[0] for line in out.splitlines() if line[:2] in ("! ", "? ")]
    assert (told, {*told}) == (sorted(told), {"! отличается", "? не проверено"})
    brief = shell.run("doctor", "--brief")[1].splitlines()
    assert {line.split(": ")[0] for line in brief} == {"! differs", "holds"}
    assert "\n? not checked: " in shell.run("doctor")[1]


def test_doctor_says_so_when_the_panel_does_not_answer(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.stop()
    code, out, _ = shell.run("doctor")
    assert (code, "Failed to connect to the core" in out) == (1, True)
    sandbox.start()


def test_backup_tells_where_the_copy_is(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("backup", str(tmp_path / "copy.db"))[1] == f"{tmp_path / 'copy.db'}\n"
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_withdraw_tells_who_loses_what_asks_for_a_reason_and_a_yes_and_takes_everything_off(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.world.add_discount(romashka, 40, "it_1")
    shell.run("apply")
    code, out, _ = shell.run("withdraw", "--plan", language="ru")
    assert (code, len(sandbox.world.discounts())) == (0, 3)
    assert out.startswith(
        "Скидки программы отменятся у 1 клиента (скидок: 3); восстановится приостановленных скидок: 1.\n"
        "Клиент 1 Ромашка: VPS 19 % → нет; выделенные серверы 7 % → нет; SSL-сертификаты 3 % → нет.\n"
    )
    assert shell.json("withdraw", "--plan")["clients"] == [{"account": romashka, "name": "Ромашка"}]
    for half in ((), ("--yes",), ("--reason", "moving")):
        assert (shell.run("withdraw", *half)[0], len(sandbox.world.discounts())) == (2, 3), "nobody has agreed"
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    for answers in ("\n", "y\n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        assert (shell.run("withdraw")[0], len(sandbox.world.discounts())) == (1, 3)
    assert shell.json("settings", "show")["automatic"] == "on"
    monkeypatch.setattr("sys.stdin", io.StringIO("да\nпереезд\n"))
    code, out, _ = shell.run("withdraw", language="ru")
    assert (code, "Скидки отменены у 1 клиента · других скидок восстановлено: 1\n" in out) == (0, True)
    assert [(each["internal_name"], each["percent"]) for each in sandbox.world.discounts()] == [("vhost", 40)]
    (off, *_) = [each for each in shell.json("changes") if each["what"] == "withdraw"]
    assert off["after"] == "переезд"
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", False)
    assert shell.run("withdraw", "--yes", "--reason", "again")[0] == 0
    shell.move(NOON + timedelta(days=1))
    assert "program discounts removed" in shell.run("explain", str(romashka), "--date", "2025-01-20")[1]


def test_monitoring_documents_every_field_of_status_and_its_examples_run(shell: Shell) -> None:
    project = Path(__file__).resolve().parents[2]
    told = (project / "docs" / "monitoring.md").read_text(encoding="utf-8")
    code, out, _ = shell.run("status", "--json")
    assert set(json.loads(out)) == set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE))
    for example in ("zabbix/resellerprogram.conf", "nagios/resellerprogram.cfg"):
        text = (project / "examples" / example).read_text(encoding="utf-8")
        for words in set(re.findall(r"sbin/resellerprogram --lang en ([a-z -]+?)(?: \|\||$)", text, re.MULTILINE)):
            assert shell.run(*words.split())[0] == code
        for path in re.findall(r"\$\.([a-z_.]+)", text):
            value = json.loads(out)
            for name in path.split("."):
                value = value[name]
    first = shell.run("status")[1].splitlines()[0]
    assert first.startswith(("OK: ", "WARNING: ", "CRITICAL: "))


def test_undo_lists_runs_shows_asks_takes_back_and_stops(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell.run("undo")[:2] == (0, "No recalculation on record has changed discounts.\n")
    shell.run("apply")
    (run,) = shell.json("undo")
    assert (run["written"], run["cause"]) == (3, "apply")
    number = str(run["run"])
    assert f"{number}  2025-01-20 12:00  by hand " in shell.run("undo")[1]
    sandbox.world.change_discount(sandbox.world.discounts()[0]["id"], percentage=77)
    _, out, _ = shell.run("undo", number, "--plan", language="ru")
    assert "\n! скидки клиента 1 Ромашка остаются как есть: скидка на VPS изменилась после пересчёта\n" in out
    sandbox.world.change_discount(sandbox.world.discounts()[0]["id"], percentage=19)
    code, out, _ = shell.run("undo", number, "--plan", language="ru")
    assert (code, out.splitlines()[0]) == (0, "Скидки отменятся у 1 клиента")
    assert out.endswith("Ничего не изменено.\n")
    (planned,) = shell.json("undo", number, "--plan")["planned"]
    assert (planned["account"], {each["after"] for each in planned["changes"]}) == (romashka, {None})
    for half in ((), ("--yes",), ("--reason", "wrong table")):
        assert (shell.run("undo", number, *half)[0], len(sandbox.world.discounts())) == (2, 3), "nobody has agreed"
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    monkeypatch.setattr("sys.stdin", io.StringIO("да\nне та таблица\n"))
    code, out, _ = shell.run("undo", number, language="ru")
    assert (code, "Программа остановится" in out, "Скидки отменены у 1 клиента" in out) == (0, True, True)
    assert (sandbox.world.discounts(), shell.json("settings", "show")["automatic"]) == ([], "off")
    assert {"undo", "stop"} <= {each["what"] for each in shell.json("changes")}
    code, out, _ = shell.run("undo", number)
    assert (
        code,
        out.startswith("Nothing to undo: all discounts that this recalculation changed are as before it"),
    ) == (0, True)
    code, _, err = shell.run("undo", "999")
    assert (code, "no recalculation 999" in err) == (1, True)


def test_overview_tells_what_the_programme_is_worth(shell: Shell, romashka: int) -> None:
    shell.run("daily")
    code, out, _ = shell.run("overview", language="ru")
    said = " ".join(out.replace("\xa0", " ").split())
    assert (code, "Участников со статусом 1 — —" in said) == (0, True)
    heads = ["клиент", "статус", "изменение", "чтобы", "сохранить", "статус", "оборот"]
    title, head, told, *_ = out[out.index("У кого скоро снизится статус") :].splitlines()
    assert (title, head.split(), told.split()[:2]) == (
        "У кого скоро снизится статус (7 дней)",
        heads,
        ["1", "Ромашка"],
    )
    assert "21.01.2025: Partner #8 → Partner #7" in told
    values = shell.json("overview")
    assert (values["with_tier"], values["falling"]["now"]) == ({"now": "1", "before": None, "change": None}, "1")
    (falls,) = values["falling_clients"]
    assert (falls["account"], falls["keep_amount"], falls["keep_last_day"]) == (romashka, "1000", "2025-01-20")


def test_overview_says_how_many_more_there_are(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.world.add_payment(sandbox.world.add_account("Vector"), 600, date(2024, 12, 20))
    shell.run("daily")
    assert "more" not in shell.run("overview")[1]
    monkeypatch.setattr("resellerprogram.cli.overview.SHOWN", 1)
    assert "\n… and 1 more: page “Clients to talk to”\n" in shell.run("overview")[1]


def test_corrections_and_gaming_tell_what_past_days_should_have_been(shell: Shell, sandbox: Sandbox) -> None:
    account, other = sandbox.world.add_account("Ромашка"), sandbox.world.add_account("Vector")
    for each in (account, other):
        sandbox.world.add_payment(each, 600, TODAY)
    shell.run("daily")
    for later in (1, 2):
        shell.move(NOON + timedelta(days=later))
        late = sandbox.world.add_payment(account, 3_000 * later, TODAY - timedelta(days=5), number=f"R-{later}")
        assert late
        if later == 2:
            sandbox.world.set_payment(2, status=7)
        shell.run("daily", "--json")
        shell.run("apply", "--account", str(other), "--allow-drop")
    shell.move(NOON + timedelta(days=3))
    shell.run("daily")
    found = shell.json("corrections", "--account", str(account))
    assert [(each["first_day"], each["held"], each["should"]) for each in found] == [
        ("2025-01-21", "Partner #1", "Partner #2"),
        ("2025-01-20", "Starter", "Partner #2"),
    ]
    assert [each["number"] for each in found[1]["payments"]] == ["R-1", "R-2"]
    assert {each["account"] for each in shell.json("corrections")} == {account, other}
    values = shell.json("gaming")
    assert [(each["account"], each["held"], each["without"]) for each in values["tiers"]] == [(other, "Starter", None)]
    assert values["tiers"][0]["payments"][0]["became"] == "fraud"
    assert values["repeated"] == []
    for command, language, says in (
        ("corrections", "ru", "Программа ничего не доначисляет"),
        ("corrections", "en", "credited late"),
        ("gaming", "ru", "мошеннический"),
        ("gaming", "en", "Nothing of the kind is known."),
    ):
        code, out, _ = shell.run(command, language=language)
        assert (code, says in out) == (0, True)


def test_a_class_that_covers_less_tells_from_whom_it_takes_and_asks(shell: Shell, romashka: int) -> None:
    shell.run("apply")
    code, out, err = shell.run("classes", "set", "vps", "--types", "vds.vps")
    assert (code, "--yes and --reason" in err) == (2, True)
    assert out.startswith("1 client loses its program discounts (1).\nClient 1 Ромашка: VPS 19 % → none.\n")
    assert shell.json("classes", "list")[0]["types"] == ["vds"]
    assert shell.run("classes", "set", "vps", "--types", "vds,vds.vps")[0] == 0, "nobody has less by it"
    agreed = ("--yes", "--reason", "no margin there")
    assert shell.run("classes", "set", "vps", "--cap", "vds=5", *agreed)[0] == 0
    (told, *_) = [each for each in shell.json("changes") if each["what"] == "loss"]
    assert (told["whom"], told["after"]) == ("vps", "no margin there")


def test_excluding_a_client_tells_which_discounts_end_and_asks(
    shell: Shell, sandbox: Sandbox, romashka: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R10"""
    sandbox.world.add_discount(romashka, 40, "it_1")
    shell.run("apply")
    excluding = ("members", "exclude", str(romashka), "--reason", "долги")
    code, out, err = shell.run(*excluding, language="ru")
    assert (code, "--yes" in err) == (2, True)
    assert out == (
        "Скидки программы отменятся у 1 клиента (скидок: 3); восстановится приостановленных скидок: 1.\n"
        "Клиент 1 Ромашка: VPS 19 % → нет; выделенные серверы 7 % → нет; SSL-сертификаты 3 % → нет.\n"
    )
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    monkeypatch.setattr("sys.stdin", io.StringIO("нет\n"))
    code, out, _ = shell.run(*excluding, language="ru")
    assert (code, out.splitlines()[-1]) == (1, "Исключить клиента из программы? [д/Н] Ничего не изменено.")
    assert shell.json("members", "list")["accounts"] == []
    monkeypatch.setattr("sys.stdin", io.StringIO("да\n"))
    code, out, _ = shell.run(*excluding, language="ru")
    assert (code, out.splitlines()[-2].endswith("Клиент 1, Ромашка, исключён из программы.")) == (0, True)
    assert shell.json("members", "list")["accounts"][0]["reason"] == "долги"


def test_excluding_again_with_another_reason_takes_nothing_and_asks_nothing(shell: Shell, romashka: int) -> None:
    """Before the recalculation that ends the discounts, too."""
    shell.run("apply")
    for reason in ("долги", "суд"):
        code, out, _ = shell.run("members", "exclude", str(romashka), "--yes", "--reason", reason, language="ru")
        assert (code, "отменятся у 1 клиента" in out) == (0, reason == "долги")
    assert shell.json("members", "list")["accounts"][0]["reason"] == "суд"


def test_excluding_who_has_nothing_to_lose_says_so_and_asks_nothing(shell: Shell, romashka: int) -> None:
    code, out, _ = shell.run("members", "exclude", str(romashka), "--reason", "долги", language="ru")
    assert (code, out.splitlines()[:2]) == (
        0,
        ["Ничьи скидки не отменятся и не снизятся.", "Клиент 1, Ромашка, исключён из программы."],
    )


def test_a_pin_of_who_takes_no_part_says_that_it_has_no_effect(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    """R10"""
    one = str(romashka)
    pinning = ("members", "pin", one, "Partner #8", "--until", "2999-01-31", "--reason", "contract")

    def told() -> str:
        code, out, _ = shell.run(*pinning)
        assert code == 0
        return out.splitlines()[-1]

    assert told() == "It is applied now."
    shell.run("members", "exclude", one, "--reason", "debts")
    assert told() == "The pin has no effect while the client is excluded."
    assert shell.run(*pinning, language="ru")[1].splitlines()[-1] == (
        "Пока клиент исключён из программы, закрепление не действует."
    )
    with Store(sandbox.root, NOON) as store:
        store.members.leave(AccountId(romashka), NOON)
    assert told().startswith("The client has left the program by themselves; ")
    shell.run("members", "reset", one)
    for rule in ("enrolled", "group:1"):
        with Store(sandbox.root, NOON) as store:
            store.settings.set("members", rule)
        shell.run("apply")
        assert told() == "The client is not a member; the pin has no effect until they are included."
    shell.run("members", "enrol", one)
    assert told() == "It is applied now."


def test_what_is_said_of_a_client_tells_what_is_lost_by_it_and_asks(shell: Shell, romashka: int) -> None:
    """R10"""
    one, until = str(romashka), ("--until", "2025-03-01", "--reason", "contract")
    agreed = ("--yes", "--reason", "contract ended")
    shell.run("members", "enrol", one)
    assert shell.run("members", "pin", one, "Partner #9", *until)[0] == 0, "nobody has less by it"
    shell.run("settings", "set", "members", "enrolled")
    shell.run("apply")
    for words, told in (
        (("reset", one), "1 client loses its program discounts (3)."),
        (("unpin", one), "Program discounts get smaller for 1 client (3)."),
        (
            ("pin", one, "Starter", "--exactly", *until),
            "Program discounts get smaller for 1 client (3).",
        ),
    ):
        code, out, err = shell.run("members", *words)
        assert (code, "--yes and --reason" in err, out.splitlines()[0]) == (2, True, told)
        assert out.splitlines()[1].startswith("Client 1 Ромашка: VPS 21 ")
    (note,) = shell.json("members", "list")["accounts"]
    assert (note["standing"], note["pin"]["tier"]) == ("enrolled", "Partner #9")
    assert shell.run("members", "pin", one, "Partner #10", *until)[0] == 0, "it gives more"
    assert shell.run("members", "unpin", one, *agreed)[0] == 0
    (told, *_) = [each for each in shell.json("changes") if each["what"] == "loss"]
    assert (told["whom"], told["after"]) == ("1 Ромашка", "contract ended")
    assert shell.run("members", "reset", one, *agreed)[0] == 0
    assert shell.json("members", "list")["accounts"] == []


def test_a_setting_that_takes_discounts_from_many_tells_from_whom_and_asks(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    shell.run("apply")
    for name, value in (("members", "enrolled"), ("excluded_payment_methods", "1")):
        code, out, err = shell.run("settings", "set", name, value)
        assert (code, "--yes and --reason" in err) == (2, True)
        assert out.startswith("1 client loses its program discounts (3).\nClient 1 Ромашка: VPS 19 % → none; ")
        assert shell.json("settings", "show")[name] != value
    assert shell.run("settings", "set", "window_months", "2")[0] == 0, "nobody has less by it"
    shell.run("settings", "set", "members", "enrolled", "--yes", "--reason", "only by contract")
    assert shell.json("settings", "show")["members"] == "enrolled"
    (told, *_) = [each for each in shell.json("changes") if each["what"] == "loss"]
    assert (told["whom"], told["after"]) == ("members", "only by contract")


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (ZeroDivisionError("oops"), 1, "Внутренняя ошибка: oops"),
        (sqlite3.OperationalError("disk full"), 1, "disk full"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_nobody_expected_is_told_without_a_traceback_and_logged(
    shell: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int, says: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr("resellerprogram.cli.preview.recalculate", fail)
    left, out, err = shell.run("apply", language="ru")
    assert (left, out, says in err, "Traceback" in err) == (code, "", True, False)
    log = (sandbox.root / "var" / "resellerprogram.log").read_text()
    assert ("Traceback" in log) is (code == 1)


@pytest.mark.usefixtures("own_process")
def test_the_log_has_no_secrets(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    shell.run("settings", "set", "panel_url", sandbox.url)
    sandbox.fault("html", "payment", count=1)
    shell.run("apply")
    log = (sandbox.root / "var" / "resellerprogram.log").read_text()
    keys = [call["params"]["key"] for call in sandbox.calls() if call["func"] == "session.newkey"]
    assert keys
    assert "HTTPS to the panel failed" in log
    assert [key for key in keys if key in log] == []


def test_plan_shows_what_clients_would_be_told_and_notices_what_they_were(
    shell: Shell, sandbox: Sandbox, romashka: int
) -> None:
    assert shell.run("apply")[0] == 0
    assert shell.run("notices")[1].count("\n") == 1
    sandbox.world.add_payment(romashka, 60_000, TODAY)
    planned = shell.json("plan")["notices"]
    assert [(each["account"], each["kind"], each["tier"]) for each in planned] == [(romashka, "rose", "Partner #9")]
    assert "Clients will be notified: 1" in shell.run("plan")[1]
    assert shell.json("notices") == []
    assert "Clients are notified: 1" in shell.run("apply")[1]
    (told,) = shell.json("notices")
    assert (told["subject"], told["outcome"]) == ("Your tier is now Partner #9", "sent")
    assert "отправлено" in shell.run("notices", language="ru")[1]


BIG = "9" * 20


@pytest.mark.parametrize(
    ("words", "option", "says"),
    [
        (("explain", BIG), "CLIENT", "not a whole number from 0 to"),
        (("members", "exclude", BIG, "--reason", "x"), "CLIENT", "not a whole number"),
        (("members", "exclude", "1", "--reason", "\udce4\udcee"), "--reason", "is not UTF-8"),
        (("members", "pin", "1", "Starter", "--until", "9999-12-31", "--reason", "x"), "--until", "out of range"),
        (("changes", "--count", BIG), "--count", "not a whole number"),
        (("notices", "--count", "-1"), "--count", "not a whole number"),
        (("queue", "retry", BIG), "NUMBER", "not a whole number"),
        (("queue", "drop", "one"), "NUMBER", "not a whole number"),
        (("plan", "--date", "0001-01-15"), "--date", "out of range"),
        (("plan", "--date", "9999-12-31"), "--date", "out of range"),
        (("explain", "1", "--date", "9999-12-31"), "--date", "out of range"),
        (("tiers", "import", "x.csv", "--from", "9999-12-31"), "--from", "out of range"),
        (("tiers", "import", "x.csv", "--column", "vps"), "--column", "write it as vps=Heading"),
        (("settings", "set", "drop_limit_percent", "x" * 3000), "VALUE", "too long"),
    ],
)
def test_what_is_out_of_bounds_is_wrong_usage_and_names_the_option(
    shell: Shell, words: tuple[str, ...], option: str, says: str
) -> None:
    code, _, err = shell.run(*words)
    assert (code, f"argument {option}: " in err, says in err) == (2, True, True), err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("drop_limit_percent", "NaN"),
        ("drop_limit_percent", "20.000"),
        ("drop_limit_count", BIG),
        ("provider", BIG),
        ("members", f"group:{BIG}"),
        ("warn_days", "٣"),
    ],
)
def test_a_setting_out_of_bounds_is_refused_with_its_name(shell: Shell, name: str, value: str) -> None:
    code, _, err = shell.run("settings", "set", name, value)
    says = f"The value “{value}” does not fit the setting {SETTINGS[name].called.en}. What is needed: "
    assert (code, err.startswith(says), f"({name})" in err) == (1, True, True), err


def test_a_refused_setting_tells_which_and_what_is_needed_by_its_label_and_code(shell: Shell) -> None:
    """Wording, voice 9"""
    assert shell.run("settings", "set", "warn_days", "99", language="ru") == (
        1,
        "",
        "Значение «99» не подходит для настройки «Предупреждать о снижении, дней» (warn_days). Что нужно: за сколько "
        "дней предупреждать о снижении статуса, от 1 до 28.\n",
    )
    assert (
        "Пустое значение не подходит для настройки «Валюта» (currency)."
        in shell.run("settings", "set", "currency", "", language="ru")[2]
    )


@pytest.mark.parametrize(
    ("file", "why"),
    [("nothing.pem", "файла нет"), ("text.pem", "в нём нет сертификата"), (".", "это папка")],
)
def test_a_certificate_that_can_not_be_read_is_told_in_the_readers_language(
    shell: Shell, tmp_path: Path, file: str, why: str
) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    code, _, err = shell.run("settings", "set", "panel_certificate", str(tmp_path / file), language="ru")
    assert code == 1
    assert err.endswith(f" (panel_certificate): {why}. Укажите файл с сертификатом.\n"), err


def test_a_panel_that_is_gone_is_told_in_the_readers_language(shell: Shell) -> None:
    mgrctl = shell.sandbox.root / "sbin" / "mgrctl"
    mgrctl.unlink()
    code, _, err = shell.run("members", "enrol", "1", language="ru")
    assert (code, err.startswith(f"Панель недоступна: {mgrctl}: файла нет [")) == (1, True), err


def test_a_method_that_the_panel_lacks_is_refused_and_the_setting_stays(shell: Shell, romashka: int) -> None:
    for _ in range(2):
        code, _, err = shell.run("settings", "set", "excluded_payment_methods", "zzz", language="ru")
        assert (code, err) == (
            1,
            "В панели нет метода zzz, а настройка «Не учитывать методы оплаты» (excluded_payment_methods) принимает "
            "только методы панели. Ничего не изменено.\n",
        )
        shell.run("apply")
    assert shell.json("settings", "show")["excluded_payment_methods"] == ""


def test_what_the_panel_has_to_say_of_a_setting_is_told_when_it_is_set(shell: Shell, romashka: int) -> None:
    """An id of a method that is gone is taken, for its payments are gone, too."""
    code, _, err = shell.run("settings", "set", "excluded_payment_methods", "99", language="ru")
    assert (code, err.startswith("! В панели нет метода 99, ")) == (0, True), err


def test_an_imported_table_is_shown_as_it_was_understood_and_a_tier_above_the_next_one_is_remarked(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "tiers.csv"
    file.write_text("status;from;vps;dedicated;ssl\nGold;25;50;1;1\nStarter;500;3;1;1\n")
    code, out, err = shell.run("tiers", "import", str(file), "--dry-run")
    assert (code, "RUB 25" in out) == (0, True)
    assert err == "! “Gold” gives more for vps than “Starter”: 50 % against 3 %\n"


@pytest.mark.parametrize("words", [("plan",), ("members",), ("changes",), ("corrections",), ("apply", "--help")])
def test_who_has_seen_enough_of_it_may_go(
    shell: Shell, romashka: int, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """A pipe that nobody reads any more, as with `| head`: no error, now or when the process ends."""
    read, write = os.pipe()
    os.close(read)
    with open(write, "w", encoding="utf-8") as gone:
        monkeypatch.setattr("sys.stdout", gone)
        assert shell.run(*words)[::2] == (0, "")
        gone.flush()


def test_a_clients_name_gives_the_terminal_no_commands() -> None:
    assert shown("Atlas\x1b[2J\x9b\n") == "Atlas\ufffd[2J\ufffd\n"


def test_members_are_found_by_what_the_pages_filter_asks(shell: Shell, sandbox: Sandbox, romashka: int) -> None:
    other = sandbox.world.add_account("Вектор")
    sandbox.world.add_payment(other, 700, TODAY)
    shell.run("apply")
    agreed = ("--until", "2025-12-31", "--reason", "contract")
    shell.run("members", "pin", str(other), "Partner #2", *agreed)
    shell.run("apply")
    _, out, _ = shell.run("members", "list", "--within", "7", language="ru")
    assert out.splitlines() == [
        "клиент           оборот  статус        не хватает  статус сменится         неполадки",
        "1 Ромашка  52000.00 RUB  Partner #8  48000.00 RUB  2025-01-21: Partner #7  —",
    ]
    assert [each["account"] for each in shell.json("members", "list", "--pinned")] == [other]
    assert [each["name"] for each in shell.json("members", "list", "--tier", "Partner #8")] == ["Ромашка"]
    assert shell.run("members", "list", "--trouble", language="ru")[1] == "Таких клиентов нет.\n"
    with Store(sandbox.root, NOON) as store:
        store.queue.put_trouble(AccountId(romashka), "daily", same("refused"), NOON)
    (found,) = shell.json("members", "list", "--trouble")
    assert (found["account"], found["troubles"]) == (romashka, ["failed"])
    assert shell.run("members", "list", "--within", "-1")[0] == 2
