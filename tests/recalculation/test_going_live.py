"""Until somebody starts the programme it looks and decides, and writes nothing (spec, section 5)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.doctor.checks import tell_if_overdue
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.programme.effects import Way
from resellerprogram.programme.errors import NotStarted
from resellerprogram.programme.figures import about
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.report import Estimate
from resellerprogram.store import Store, database
from resellerprogram.store.conversions import fill_the_ledger
from resellerprogram.words import going_live

from tests.operator import TODAY, Operator, go_live
from tests.pages.desk import Desk
from tests.texts import plain_spaces

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
NIGHT = "2025-01-20 00:07:00"
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


@pytest.fixture
def fresh(operator: Operator) -> Operator:
    """An installation that nobody has started: three clients, of whom one has a discount of somebody else's."""
    operator.store.notes.forget("started")
    world = operator.sandbox.world
    for amount in (52_000, 600, 100):
        world.add_payment(world.add_account(f"Client {amount}"), amount, date(2025, 1, 5))
    world.add_discount(1, 40, "it_1", "Agreed by hand")
    (operator.sandbox.root / "var" / "resellerprogram.clock").write_text(f"{TODAY} 12:00\n", encoding="utf-8")
    operator.sandbox.reset_calls()
    return operator


@pytest.fixture
def looking(operator: Operator) -> Operator:
    """One that nobody has started, without a client."""
    operator.store.notes.forget("started")
    return operator


def written(operator: Operator) -> list[str]:
    """Every call that changes anything at all, but for the list filters that are put back."""
    calls = [call for call in operator.sandbox.calls() if call["writes"]]
    operator.sandbox.reset_calls()
    return [call["func"] for call in calls if "sok" in call["params"] and not call["func"].endswith(".filter")]


def resellerprogram(operator: Operator, *words: str, language: str = "en") -> int:
    return main(["--root", str(operator.sandbox.root), "--lang", language, *words])


def test_nights_events_and_sweeps_decide_and_write_nothing(fresh: Operator) -> None:
    world = fresh.sandbox.world
    fresh.night(TODAY)
    fresh.queue(world.add_payment(2, 60_000, TODAY))
    fresh.work()
    fresh.sweep()
    fresh.night(TODAY + DAY)
    assert written(fresh) == []
    assert fresh.sandbox.notifications() == []
    assert [fresh.percents(account) for account in (1, 2, 3)] == [{"vhost": 40}, {}, {}]
    tiers = [fresh.store.standings.of(AccountId(account)) for account in (1, 2, 3)]
    assert [each and each.tier for each in tiers] == ["Partner #8", "Partner #8", None]
    assert fresh.store.queue.all() == []
    assert fresh.store.decisions.unfinished() == []


def test_who_asks_for_writing_is_told_to_start_it(fresh: Operator) -> None:
    with pytest.raises(NotStarted, match="resellerprogram start"):
        fresh.apply()
    assert resellerprogram(fresh, "apply") == 1
    assert written(fresh) == []


def test_what_somebody_presses_before_the_start_is_refused_and_an_old_plan_is_kept(fresh: Operator) -> None:
    """Nights and events decide meanwhile: what the plan shows is still to be done."""
    desk = Desk(fresh.sandbox.root, fresh.store, level=30)
    desk.ask("preview.make", sok="ok")
    carry_out_all(desk.root, desk.store, lambda: desk.now)
    assert len(desk.rows("preview")) == 2
    for function, params in (("members.recalculate", {"elid": "1"}), ("preview.apply", {"elid": "1"})):
        assert "has not started" in desk.ask(function, sok="ok", **params).findtext("error/msg")
    assert desk.changes() == []
    fresh.night(TODAY)
    assert len(desk.rows("preview")) == 2


def test_a_trial_that_is_overdue_tells_nobody_in_the_panel(fresh: Operator) -> None:
    fresh.night(TODAY)
    tell_if_overdue(fresh.sandbox.root, fresh.store, datetime(2025, 1, 25))
    assert fresh.sandbox.notifications() == []


def test_what_fell_while_it_stood_still_falls_with_the_yes_that_it_was_told_for(
    fresh: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    """More than the limit allows: the start has shown exactly that (spec, section 3)."""
    assert resellerprogram(fresh, "start", "--yes") == 0
    assert resellerprogram(fresh, "stop") == 0
    fresh.store.settings.set("drop_limit_count", "1")
    fresh.store.settings.set("drop_limit_percent", "1")
    for account in (1, 2):
        fresh.sandbox.world.delete_payments(account)
    desk = Desk(fresh.sandbox.root, fresh.store, level=30)
    desk.ask("preview.make", sok="ok")
    carry_out_all(desk.root, desk.store, lambda: desk.now)
    on_the_page = desk.form("preview.start")["verdict"]
    capsys.readouterr()
    assert resellerprogram(fresh, "start", "--yes") == 0
    told = capsys.readouterr().out
    assert told.splitlines()[0] == "2 clients whose discounts fall or end"
    exceeded = "it will be exceeded, these drop, too"
    assert exceeded in on_the_page
    assert (exceeded in told, "stay as they are" in told) == (True, False)
    assert [fresh.percents(account) for account in (1, 2)] == [{"vhost": 40}, {}]


def test_each_night_adds_a_line_to_the_trial(fresh: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    fresh.night(date(2025, 1, 20))
    fresh.sandbox.world.add_payment(3, 600, date(2025, 1, 21))
    fresh.night(date(2025, 1, 21))
    fresh.night(date(2025, 2, 6))
    nights = fresh.store.going_live.nights(10)
    assert [(each.day.isoformat(), each.members, each.with_tier) for each in nights] == [
        ("2025-02-06", 3, 1),
        ("2025-01-21", 3, 3),
        ("2025-01-20", 3, 2),
    ]
    assert [each.ways[Way.STARTS] for each in nights] == [0, 1, 2]
    assert nights[0].ways[Way.ENDS] == 2
    assert resellerprogram(fresh, "trial") == 0
    assert "2025-01-21" in capsys.readouterr().out


def test_of_a_programme_that_was_started_the_trial_says_that_these_nights_were_before(
    fresh: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Spec, section 5: since then nights write."""
    resellerprogram(fresh, "trial")
    before = capsys.readouterr().out
    assert before.splitlines()[1].startswith("No night has been tried yet")
    fresh.night(TODAY)
    go_live(fresh.store)
    resellerprogram(fresh, "trial", language="ru")
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("Пробные ночи до запуска программы (")
    assert (first.endswith("покажет `resellerprogram undo`."), lines[-1][:10]) == (True, "2025-01-20")


def test_without_a_trial_night_a_programme_that_was_started_promises_none(
    fresh: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    go_live(fresh.store)
    resellerprogram(fresh, "trial")
    out = capsys.readouterr().out
    assert (out.count("\n"), "no night was tried before" in out) == (1, True)


def test_no_code_is_refused_before_the_start(fresh: Operator) -> None:
    from resellerprogram.quick.guard import tier_of

    fresh.night(TODAY)
    fresh.sweep()
    user = fresh.store.users.of(AccountId(1))[0]
    assert tier_of(str(fresh.sandbox.root), user) is None
    assert resellerprogram(fresh, "start", "--yes") == 0
    assert tier_of(str(fresh.sandbox.root), user) == "Partner #8"


def test_start_shows_asks_does_exactly_that_and_goes_on(
    fresh: Operator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.night(TODAY - 3 * DAY)
    assert resellerprogram(fresh, "start") == 1, "nobody is there to confirm it"
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "2 clients get discounts; 1 other personal discount will be suspended"
    assert fresh.store.going_live.started() is None
    assert written(fresh) == []
    monkeypatch.setattr("resellerprogram.cli.output.Command.can_ask", True)
    answers = iter(("n\n", "да\n"))
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers), raising=False)
    assert resellerprogram(fresh, "start") == 1
    assert fresh.store.going_live.started() is None
    assert resellerprogram(fresh, "start", language="ru") == 0
    assert "2 клиента получат скидки; 1 другая персональная скидка будет приостановлена" in capsys.readouterr().out
    assert fresh.percents(1) == PARTNER_8
    assert fresh.sandbox.notifications() == [], "nobody is told of the first step"
    standing = fresh.store.standings.of(AccountId(1))
    assert standing is not None
    assert standing.since == TODAY, "what was only decided was never held"
    fresh.queue(fresh.sandbox.world.add_payment(3, 600, TODAY))
    fresh.work()
    assert fresh.percents(3)["vds"] == 3
    assert resellerprogram(fresh, "start") == 0
    assert "works by itself already" in capsys.readouterr().out


def test_stop_leaves_the_discounts_and_start_goes_on(fresh: Operator) -> None:
    assert resellerprogram(fresh, "start", "--yes") == 0
    assert resellerprogram(fresh, "stop") == 0
    assert not fresh.store.settings.current().automatic
    assert fresh.percents(1) == PARTNER_8
    begun = fresh.store.going_live.started()
    fresh.sandbox.world.add_payment(3, 600, TODAY)
    assert resellerprogram(fresh, "start", "--yes") == 0
    assert fresh.store.going_live.started() == begun
    assert fresh.percents(3)["vds"] == 3


def test_a_start_that_changes_nothing_says_so_and_counts_no_zero_clients(
    fresh: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("start", "--yes"), ("stop",)):
        assert resellerprogram(fresh, *words) == 0
    capsys.readouterr()
    assert resellerprogram(fresh, "start", "--yes", language="ru") == 0
    assert capsys.readouterr().out.splitlines()[0] == "Скидки ни у кого не изменятся"


@pytest.mark.usefixtures("own_process")
def test_a_start_that_dies_is_finished_by_the_next_night(fresh: Operator) -> None:
    """The word is on record before the first discount is written."""
    fresh.sandbox.fault("crash_before", skip=2, count=1, only_writes=True)
    assert resellerprogram(fresh, "start", "--yes") != 0
    fresh.sandbox.kill()
    fresh.sandbox.start()
    fresh.night(TODAY + DAY)
    assert fresh.percents(1) == PARTNER_8
    assert fresh.percents(2)["vds"] == 3


def test_the_page_starts_with_the_plan_that_it_showed(fresh: Operator) -> None:
    desk = Desk(fresh.sandbox.root, fresh.store, level=30)

    def tools(level: int) -> set[str]:
        desk.level = level
        return {str(each.get("name")) for each in desk.ask("preview").iter("toolbtn")}

    assert tools(30) >= {"start", "make"}
    assert not tools(30) & {"stop", "apply_all", "apply_selected"}
    assert "start" not in tools(29)
    desk.level = 30
    assert desk.said("preview").splitlines()[0].startswith("The program has not started")
    assert "no preview yet" in desk.ask("preview.start").findtext("error/msg")
    desk.ask("preview.make", sok="ok")
    carry_out_all(desk.root, desk.store, lambda: desk.now)
    for language, told in (
        ("en", "2 clients get discounts; 1 other personal discount will be suspended"),
        ("ru", "2 клиента получат скидки; 1 другая персональная скидка будет приостановлена"),
    ):
        desk.language = language
        assert desk.form("preview.start")["verdict"] == told
    desk.save("preview.start")
    carry_out_all(desk.root, desk.store, lambda: desk.now)
    assert fresh.percents(1) == PARTNER_8
    assert tools(30) >= {"stop", "apply_all"}
    assert "start" not in tools(30)
    desk.save("preview.stop")
    assert not fresh.store.settings.current().automatic
    assert tools(30) >= {"start"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_reseller_reads_that_it_has_not_started(fresh: Operator, language: str) -> None:
    fresh.night(TODAY)
    user = fresh.store.users.of(AccountId(1))[0]
    desk = Desk(fresh.sandbox.root, fresh.store, level=16, user=user, language=language)
    page = desk.ask("my")
    assert page.find("state").get("orig") == "not_started"
    assert (
        page.findtext("state")
        == {
            "en": "The reseller program has not started yet",
            "ru": "Реселлерская программа ещё не запущена",
        }[language]
    )
    assert page.find(".//list[@name='discounts']/elem") is None
    for name in ("turnover", "tier", "keep", "missing"):
        assert page.find(name) is None
    assert desk.rows("my.history") == []


def test_what_was_decided_in_the_trial_is_in_no_clients_history(fresh: Operator) -> None:
    fresh.night(TODAY - 5 * DAY)
    resellerprogram(fresh, "start", "--yes")
    fresh.sweep()
    user = fresh.store.users.of(AccountId(1))[0]
    desk = Desk(fresh.sandbox.root, fresh.store, level=16, user=user)
    assert [row["first_day"] for row in desk.rows("my.history")] == ["20 Jan 2025"]
    assert fresh.store.decisions.history_length(AccountId(1)) == 2, "the administrator sees both"


@pytest.mark.parametrize("lived", [True, False])
def test_an_upgrade_of_an_installation_that_is_live_stays_live(tmp_path: Path, lived: bool) -> None:
    """A database of the release before, with and without a history."""
    folder = tmp_path / "var" / "resellerprogram"
    folder.mkdir(parents=True)
    scripts = sorted(Path(database.__file__).with_name("migrations").glob("*.sql"))
    before = [each.name.partition("_")[2] for each in scripts].index("going_live.sql")
    with closing(sqlite3.connect(folder / "resellerprogram.db")) as old:
        old.row_factory = sqlite3.Row
        for script in scripts[:before]:
            old.executescript(script.read_text(encoding="utf-8"))
            if script.name.endswith("_ledger.sql"):
                fill_the_ledger(old)
        if lived:
            old.execute(
                "INSERT INTO run (cause, day, whole, started_at) VALUES ('daily', '2025-01-20', 1, ?)", (NIGHT,)
            )
        old.execute(f"PRAGMA user_version = {before:d}")
        old.commit()
    with Store(tmp_path, datetime(2025, 2, 1)) as store:
        started = store.going_live.started()
        assert (started and started.at.isoformat(" ")) == (NIGHT if lived else None)


def test_the_plan_before_the_start_says_what_last_months_orders_would_have_cost(
    looking: Operator,
) -> None:
    """By hand: 10 000 on VPS at 19 %, 2 000 on SSL at 3 %; hosting, unknown names and other clients are left out."""
    world = looking.sandbox.world
    account, other = world.add_account("Ромашка"), world.add_account("Nobody's member")
    world.add_payment(account, 52_000, TODAY)
    for amount, what in ((9_000, "Virtual server 1 (order)"), (2_000, "SSL-сертификат 1: продление")):
        world.add_expense(account, amount, TODAY, what=what)
    world.add_expense(account, 700, TODAY, 4711, 300, what="Виртуальный сервер 1")
    world.add_expense(account, 5_000, TODAY, what="Shared hosting 1")
    world.add_expense(account, 5_000, TODAY, what="Something else")
    world.add_expense(account, 9_000, TODAY - timedelta(days=40), what="Virtual server 1")
    world.add_expense(other, 9_000, TODAY, what="Virtual server 1")
    report = looking.plan()
    assert report.estimate == Estimate(Decimal(1_960))
    started = going_live.at_the_start(report, "RUB")
    said = [plain_spaces(going_live.verdict(started, language)) for language in ("en", "ru")]
    assert said[0].endswith("; about RUB 1,960 a month at last month's orders")
    assert said[1].endswith("; примерно 1 960 ₽ в месяц по заказам прошлого месяца")
    looking.sandbox.read_as(expense_discount="absent", expense_amounts="plain")
    assert looking.plan().estimate is None, "of three currencies nobody knows which"
    go_live(looking.store)
    assert looking.plan().estimate is None


def test_an_estimate_is_worth_a_few_calls_and_says_what_they_did_not_show(
    looking: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.recalculation.estimate.MOST_CALLS", 4)
    for name in ("LIST_CAP", "PAGE_ROWS"):
        monkeypatch.setattr(f"resellerprogram.panel.calls.{name}", 500)
    looking.sandbox.read_as(list_cap="500")
    world = looking.sandbox.world
    account = world.add_account("Ромашка")
    world.add_payment(account, 52_000, TODAY)
    world.add_expense(account, 1_000, date(2024, 12, 22), what="Virtual server 1")
    world.add_many_expenses(account, 600, TODAY, 4711, 7)
    found = looking.plan().estimate
    assert found == Estimate(Decimal(190), all_of_it=False)
    assert "at least RUB\u00a0190 a month" in going_live.verdict(
        going_live.AtTheStart(1, 0, 0, 0, "190", True, "RUB"), "en"
    )


def test_an_amount_is_rounded_to_three_figures() -> None:
    told = [
        about(Decimal(amount), "RUB").ru.replace("\xa0", " ") for amount in ("41273.55", "999.5", "7.4", "123456789")
    ]
    assert told == ["41 300 ₽", "1 000 ₽", "7 ₽", "123 000 000 ₽"]
