"""What we keep ourselves: migrations with a backup before them, settings, members, decisions, the lock."""

from __future__ import annotations

import json
import logging
import sqlite3
import stat
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from resellerprogram.doctor.health import health
from resellerprogram.host.logfile import LOG_NAME, last_errors, log_to
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.effects import Way
from resellerprogram.programme.errors import AnotherRunActive, SettingError, StoreError
from resellerprogram.programme.ids import AccountId, DiscountId, PaymentId, Scope
from resellerprogram.programme.members import GroupId, MemberNote, MemberRule, takes_part
from resellerprogram.programme.payments import Money, Payment, Rate, RateTable
from resellerprogram.programme.settings import SETTINGS
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.text import Text, same
from resellerprogram.programme.tiers import TierTable
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window
from resellerprogram.store import Store, database
from resellerprogram.store.contents import content_of
from resellerprogram.store.lock import only_one
from resellerprogram.store.planned import PlannedAccount
from resellerprogram.store.queue import GIVEN_UP_AFTER
from resellerprogram.store.staging import Staging
from resellerprogram.store.tiers import PUBLISHED

from tests.programme.builders import ACCOUNT, RULES, TABLE, US, paid
from tests.programme.strategies import days, payment_lists

NOW = datetime(2025, 1, 20, 12)
TODAY = NOW.date()


# --- the file ---


def test_the_database_is_its_owners_alone_and_writes_ahead(store: Store) -> None:
    path = store.folder / "resellerprogram.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert store.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def _with_migrations(monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    shipped = database._migrations()
    monkeypatch.setattr(database, "_migrations", lambda: [*shipped, *more])


def test_what_was_decided_before_the_resellers_pages_is_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migration 4: the history gets its turnovers and the number of payments, members keep what was said of them."""
    (tmp_path / "var").mkdir()
    former = database._migrations()[:3]
    monkeypatch.setattr(database, "_migrations", lambda: former)
    decision = decide(ACCOUNT, TODAY, [paid(700, TODAY), paid("0.5", TODAY)], TABLE, RULES)
    with Store(tmp_path, NOW) as store:
        store.members.exclude(ACCOUNT, "by contract", NOW)
        store.connection.execute(
            "INSERT INTO decision (account, first_day, last_day, content, tier, cause, decided_at, confirmed_at)"
            " VALUES (27, '2025-01-20', '2025-01-20', ?, 'Starter', 'daily', '2025-01-20', '2025-01-20')",
            (json.dumps(content_of(decision)),),
        )
    monkeypatch.undo()
    with Store(tmp_path, NOW) as store:
        assert store.members.of(ACCOUNT) == MemberNote(ACCOUNT, "excluded", "by contract")
        (stretch,) = store.decisions.stretches(ACCOUNT, 10)
        assert (stretch.turnover, stretch.tier) == (Decimal("700.5"), "Starter")
        record = store.decisions.by_id(stretch.id)
        assert record is not None
        assert [verdict.counted for verdict in record.decision.turnover.verdicts][1:] == [Decimal("0.5")]


def test_a_migration_comes_with_a_backup_and_keeps_what_is_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.settings.set("currency", "USD")
    before = store.connection.execute("PRAGMA user_version").fetchone()[0]
    store.close()
    _with_migrations(monkeypatch, "CREATE TABLE later (id INTEGER);\nINSERT INTO later VALUES (7);")
    root = store.folder.parents[1]

    with Store(root, NOW) as opened:
        assert opened.settings.current().currency == "USD"
        assert opened.connection.execute("SELECT id FROM later").fetchone()[0] == 7
        assert opened.connection.execute("PRAGMA user_version").fetchone()[0] == before + 1

    (copy,) = (store.folder / "backups").iterdir()
    with sqlite3.connect(copy) as before:
        assert before.execute("SELECT value FROM setting").fetchone()[0] == "USD"
        assert before.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0


def test_the_first_release_is_migrated_with_what_waits_and_what_was_decided(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, shipped = store.folder.parents[1], database._migrations()
    store.close()
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:1])
        connection = database.connect(store.folder, NOW)
    content = json.dumps(content_of(decision(paid(52_000, "2025-01-05"))))
    connection.execute(
        "INSERT INTO queue (account, cause, since, attempts, error) VALUES (27, 'daily', ?, 2, 'x')", (str(NOW),)
    )
    connection.execute(
        "INSERT INTO decision (account, first_day, last_day, content, cause, decided_at, confirmed_at)"
        " VALUES (27, '2025-01-20', '2025-01-20', ?, 'daily', ?, ?)",
        (content, str(NOW), str(NOW)),
    )
    connection.execute('INSERT INTO owned_discount VALUES (41, 27, 3, \'{"id": "41", "value": "19 %"}\')')
    connection.execute('INSERT INTO remembered_filters VALUES (1, \'{"payment": {"status": "1"}}\')')
    connection.execute("INSERT INTO setting VALUES ('service_types.vps', 'vds, vds.vps')")
    connection.execute("INSERT INTO tier_table VALUES (1, '2025-01-03 10:00:00', ?)", (TABLE.to_csv(),))
    connection.close()

    with Store(root, NOW) as opened:
        (waiting,) = opened.queue.all()
        assert (waiting.account, waiting.attempts, waiting.error.en, waiting.dead) == (27, 2, "x", False)
        assert opened.queue.next_due(NOW) == waiting
        assert opened.connection.execute("SELECT tier FROM decision").fetchone()[0] == "Partner #8"
        assert opened.owned.of(AccountId(27))[DiscountId(41)].shown is None
        assert opened.owned.of(AccountId(27))[DiscountId(41)].scope == "it_3"
        assert [(each.name, each.types) for each in opened.classes.all()] == [
            ("vps", ("vds", "vds.vps")),
            ("dedicated", ("dedic",)),
            ("ssl", ("certificate",)),
        ]
        assert (opened.tiers.on(NOW.date()).first_day, opened.tiers.on(NOW.date()).table) == (date(2025, 1, 3), TABLE)
        (listed,), count = opened.standings.listed(NOW)
        assert (count, listed.standing.tier, listed.standing.basis) == (1, "Partner #8", Basis.TURNOVER)
        assert opened.notes.read("remembered_filters") == {"payment": {"status": "1"}}


def test_a_migration_that_fails_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    with monkeypatch.context() as patched:
        _with_migrations(patched, "CREATE TABLE later (id INTEGER);\nINSERT INTO nowhere VALUES (7);")
        with pytest.raises(StoreError, match="nowhere"):
            Store(store.folder.parents[1], NOW)
    with Store(store.folder.parents[1], NOW) as opened:
        assert opened.connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0


def test_migrations_are_made_all_or_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.close()
    with monkeypatch.context() as patched:
        _with_migrations(patched, "CREATE TABLE later (id INTEGER);", "INSERT INTO nowhere VALUES (7);")
        with pytest.raises(StoreError, match="nowhere"):
            Store(store.folder.parents[1], NOW)
    with Store(store.folder.parents[1], NOW) as opened:
        assert opened.connection.execute("PRAGMA user_version").fetchone()[0] == len(database._migrations())


def test_a_release_that_is_on_trial_leaves_the_data_to_the_one_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = store.folder.parents[1]
    store.close()
    trial = root / "lib" / "resellerprogram" / "current" / "on-trial"
    trial.parent.mkdir(parents=True)
    trial.touch()
    Store(root, NOW).close()
    _with_migrations(monkeypatch, "CREATE TABLE later (id INTEGER);")
    with pytest.raises(StoreError, match="being upgraded"):
        Store(root, NOW)
    assert not (store.folder / "backups").exists()
    trial.unlink()
    with Store(root, NOW) as opened:
        assert opened.connection.execute("PRAGMA user_version").fetchone()[0] == len(database._migrations())


def test_a_database_of_a_newer_program_is_not_touched(store: Store) -> None:
    store.connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(StoreError, match="newer program"):
        Store(store.folder.parents[1], NOW)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "resellerprogram"
    folder.mkdir(parents=True)
    (folder / "resellerprogram.db").write_text("not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreError, match="can't be used"):
        Store(tmp_path, NOW)


def test_a_backup_is_a_whole_database(store: Store, tmp_path: Path) -> None:
    store.settings.set("currency", "EUR")
    target = store.backup(NOW, tmp_path / "copy.db")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT value FROM setting").fetchone()[0] == "EUR"
    assert store.backup(NOW).name == "20250120-120000.db"


# --- settings ---


def test_the_defaults_can_be_used() -> None:
    assert [name for name, setting in SETTINGS.items() if setting.kind.read(setting.default) is NotImplemented] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nonsense", "1"),
        ("currency", "рубль"),
        ("currency", "RU"),
        ("members", "some"),
        ("members", "group:x"),
        ("provider", "first"),
        ("drop_limit_percent", "101"),
        ("drop_limit_percent", "x"),
        ("drop_limit_count", "-1"),
        ("panel_url", "http://billing.example.com/billmgr"),
        ("panel_url", "ftp://localhost"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_and_changes_nothing(store: Store, name: str, value: str) -> None:
    before = store.settings.texts()
    with pytest.raises(SettingError) as refused:
        store.settings.set(name, value)
    assert store.settings.texts() == before
    assert name in refused.value.text.ru


def test_an_address_elsewhere_that_was_stored_before_stops_nothing(store: Store) -> None:
    for name, value in (("panel_url", "https://["), ("panel_certificate", "/nowhere/ca.pem")):
        store.connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))
    assert store.settings.current().panel_url == "https://["
    store.settings.set("notifications", "off")


def test_settings_are_read_as_what_they_are(store: Store) -> None:
    for name, value in {
        "members": "group:201",
        "currency": "usd",
        "drop_limit_percent": "12.5",
        "provider": "3",
    }.items():
        store.settings.set(name, value)
    current = store.settings.current()
    assert current.members == MemberRule(everybody=False, group=GroupId(201))
    assert (current.currency, current.drop_limit.percent, current.provider) == ("USD", Decimal("12.5"), 3)


def store_as_it_was(store: Store, name: str, text: str) -> None:
    store.connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, text))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("drop_limit_percent", "20.000", Decimal(20)),
        ("drop_limit_percent", "1e1", Decimal(10)),
        ("drop_limit_percent", "12.500", Decimal("12.5")),
        ("drop_limit_count", "\u0663", 3),
        ("provider", "\u0663", 3),
        ("window_months", "\u0663", 3),
        ("warn_days", "\u0663", 3),
        ("members", "group:\u0663", MemberRule(everybody=False, group=GroupId(3))),
        ("excluded_payment_methods", "x" * 3000, ("x" * 3000,)),
    ],
)
def test_what_an_older_release_took_means_after_an_upgrade_what_it_meant_then(
    store: Store, name: str, text: str, value: object
) -> None:
    store_as_it_was(store, name, text)
    with pytest.raises(SettingError):
        store.settings.set(name, text)
    current = store.settings.current()
    found = {
        "drop_limit_percent": current.drop_limit.percent,
        "drop_limit_count": current.drop_limit.at_least,
        "provider": current.provider,
        "window_months": current.window_months,
        "warn_days": current.warn_days,
        "members": current.members,
        "excluded_payment_methods": current.excluded_payment_methods,
    }
    assert found[name] == value
    current.check()
    (problem,) = store.settings.problems()
    assert name in problem.en
    assert "release before" in problem.en
    assert problem.en in [each.en for each in health(store, NOW).problems]


UNREADABLE = {
    **dict.fromkeys(SETTINGS, "???"),
    "drop_limit_percent": "1e9",
    "drop_limit_count": "-1",
    "members": "group:NaN",
    "window_months": "1e1000000",
}
ANY_TEXT = {"employee", "excluded_payment_methods", "panel_url", "panel_certificate", "mirror_schema"}


@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - ANY_TEXT))
def test_a_setting_that_cannot_be_read_is_its_own_trouble_and_no_run_guesses_what_decides_money(
    store: Store, name: str
) -> None:
    default = store.settings.current()
    store_as_it_was(store, name, UNREADABLE[name])
    current = store.settings.current()
    assert replace(current, unreadable=()) == default
    (problem,) = store.settings.problems()
    assert name in problem.ru
    found = health(store, NOW)
    assert problem.en in [each.en for each in found.problems]
    if not SETTINGS[name].vital:
        current.check()
        assert "stands in" in problem.en
        return
    assert "Nothing is recalculated" in problem.en
    with pytest.raises(SettingError) as stopped:
        current.check()
    assert name in stopped.value.text.en
    for other in SETTINGS:  # whoever repairs one is not kept by another
        store.settings.set(other, SETTINGS[other].default)
    assert store.settings.problems() == []


# --- members ---


@pytest.mark.parametrize(
    ("standing", "rule", "in_group", "expected"),
    [
        (None, MemberRule(), False, None),
        ("excluded", MemberRule(), True, Basis.EXCLUDED),
        (None, MemberRule(everybody=False), False, Basis.NOT_A_MEMBER),
        ("enrolled", MemberRule(everybody=False), False, None),
        (None, MemberRule(everybody=False, group=GroupId(5)), True, None),
        (None, MemberRule(everybody=False, group=GroupId(5)), False, Basis.NOT_A_MEMBER),
        ("enrolled", MemberRule(everybody=False, group=GroupId(5)), False, None),
        ("excluded", MemberRule(everybody=False, group=GroupId(5)), True, Basis.EXCLUDED),
    ],
)
def test_who_takes_part(standing: str | None, rule: MemberRule, in_group: bool, expected: Basis | None) -> None:
    """R10"""
    assert takes_part(MemberNote(ACCOUNT, standing), rule, {ACCOUNT} if in_group else set()) is expected


def test_a_pin_and_a_standing_live_side_by_side(store: Store) -> None:
    pin = Pin("Partner #8", date(2025, 2, 1), "contract")
    store.members.enrol(ACCOUNT, "asked for it", NOW)
    store.members.pin(ACCOUNT, pin, NOW)
    assert store.members.of(ACCOUNT) == MemberNote(ACCOUNT, "enrolled", "asked for it", pin)
    store.members.unpin(ACCOUNT, NOW)
    assert store.members.all() == [MemberNote(ACCOUNT, "enrolled", "asked for it", None)]


# --- tiers ---


def test_each_day_has_the_table_that_held_on_it(store: Store) -> None:
    day, later = NOW.date(), NOW.date() + timedelta(days=10)
    assert (store.tiers.on(day).id, store.tiers.on(day).table) == (PUBLISHED, TABLE)
    three, two, one = (TierTable(TABLE.tiers[:count]) for count in (3, 2, 1))
    store.tiers.put(three, later, "anna", NOW)
    assert store.tiers.on(day).table == TABLE, "it has not begun yet"
    store.tiers.put(two, day, "boris", NOW)
    store.tiers.put(one, day, "anna", NOW)
    assert store.tiers.on(day - timedelta(days=1)).table == TABLE, "the past keeps its own"
    assert (store.tiers.on(day).table, store.tiers.on(day).who) == (one, "anna")
    assert store.tiers.on(later).table == three
    assert store.tiers.days_after(day) == [later]
    assert [version.first_day for version in store.tiers.all()] == [later, day, None], "one a first day"


# --- decisions ---


def decision(*payments: Payment, on: date = TODAY, pin: Pin | None = None) -> Decision:
    return decide(ACCOUNT, on, payments, TABLE, RULES, pin)


@given(payment_lists, days)
def test_a_decision_is_read_as_it_was_written(payments: list[Payment], today: date) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder), NOW) as opened:
        written = decision(*payments, on=today, pin=Pin("Partner #3", today, "why"))
        opened.decisions.record(written, "test", NOW)
        record = opened.decisions.last(ACCOUNT)
        assert record is not None
        assert content_of(record.decision) == content_of(written)
        assert (record.decision.turnover.amount, record.decision.tier) == (written.turnover.amount, written.tier)


def test_the_history_grows_with_what_changes_and_not_with_days(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    for offset in range(40):
        store.decisions.record(decision(payment, on=TODAY + timedelta(days=offset)), "daily", NOW)
    spans = [(record.first_day, record.last_day) for record in store.decisions.history(ACCOUNT)]
    assert spans == [(date(2025, 2, 6), date(2025, 2, 28)), (TODAY, date(2025, 2, 5))]


def test_the_decision_of_a_day_is_found(store: Store) -> None:
    store.decisions.record(decision(paid(600, "2025-01-05")), "daily", NOW)
    store.decisions.record(decision(paid(600, "2025-01-05"), on=date(2025, 1, 22)), "daily", NOW)
    found = store.decisions.on(ACCOUNT, date(2025, 1, 21))
    assert found is None or found.decision.turnover.amount == 600
    assert store.decisions.on(ACCOUNT, date(2025, 1, 19)) is None
    assert store.decisions.on(AccountId(28), TODAY) is None


def test_a_run_for_an_earlier_day_does_not_rewrite_a_later_decision(store: Store) -> None:
    payment = paid(600, "2025-01-05")
    store.decisions.record(decision(payment), "daily", NOW)
    store.decisions.record(decision(payment, on=date(2025, 1, 10)), "apply", NOW)
    assert [record.last_day for record in store.decisions.history(ACCOUNT)] == [date(2025, 1, 10), TODAY]


def test_written_changes_are_added_one_by_one(store: Store) -> None:
    record = store.decisions.record(decision(paid(600, "2025-01-05")), "apply", NOW, will_write=True)
    changes = (
        PlainChange(Scope("it_2"), "vds", None, Decimal(3)),
        PlainChange(Scope("it_3"), "dedic", Decimal("1.5"), None),
    )
    for change in changes:
        store.decisions.add_written(record, change)
    last = store.decisions.last(ACCOUNT)
    assert last is not None
    assert last.written == changes


def test_a_rate_is_kept_as_it_was_first_used(store: Store) -> None:
    payment = paid(10, "2025-01-05", currency="USD")
    for value in (90, 95):
        rules = CountingRules(US, "RUB", RateTable([Rate("USD", date(2025, 1, 1), Decimal(value))]), {})
        store.decisions.record(decide(ACCOUNT, TODAY, [payment], TABLE, rules), "daily", NOW)
    first = Rate("USD", date(2025, 1, 1), Decimal(90))
    assert store.decisions.known_rates(ACCOUNT, "RUB") == {(payment.id, "USD"): first}


def test_r5_a_rate_is_known_only_between_the_two_currencies_it_was_kept_for(
    store: Store,
) -> None:
    payment = paid(1000, "2025-01-05", currency="USD")
    in_euro = replace(payment, amount=Money(Decimal(1000), "EUR"))
    rates = RateTable([Rate("USD", date(2025, 1, 1), Decimal(90)), Rate("EUR", date(2025, 1, 1), Decimal(100))])
    for each in (payment, in_euro):
        rules = CountingRules(US, "RUB", rates, store.decisions.known_rates(ACCOUNT, "RUB"))
        store.decisions.record(decide(ACCOUNT, TODAY, [each], TABLE, rules), "daily", NOW)
    assert {number: rate.value for number, rate in store.decisions.known_rates(ACCOUNT, "RUB").items()} == {
        (payment.id, "USD"): 90,
        (payment.id, "EUR"): 100,
    }
    assert store.decisions.known_rates(ACCOUNT, "EUR") == {}
    assert store.decisions.known_rates(AccountId(28), "RUB") == {}, "R10: another owner"
    last = store.decisions.last(ACCOUNT)
    assert last is not None
    assert last.decision.turnover.currency == "RUB"


@pytest.mark.parametrize(("currency", "expected"), [(None, "RUB"), ("EUR", "EUR")])
def test_r5_rates_of_an_older_release_belong_to_the_currency_that_was_set(
    store: Store, monkeypatch: pytest.MonkeyPatch, currency: str | None, expected: str
) -> None:
    shipped = database._migrations()
    store.close()
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:4])
        connection = database.connect(store.folder, NOW)
    connection.executemany(
        "INSERT INTO payment_rate VALUES (?, 27, 'USD', '2025-01-01', ?)", [(4, "90.5"), (5, "0"), (6, "-1")]
    )
    if currency:
        connection.execute("INSERT INTO setting VALUES ('currency', ?)", (currency,))
    connection.close()
    with Store(store.folder.parents[1], NOW) as opened:
        known = opened.decisions.known_rates(ACCOUNT, expected)
    assert known == {(4, "USD"): Rate("USD", date(2025, 1, 1), Decimal("90.5"))}


def test_r11_a_decision_keeps_what_was_taken_off_a_payment_and_where_a_refund_was_placed(store: Store) -> None:
    payment, other = paid(1000, "2025-01-05"), paid(500, "2025-01-06")
    refund = paid(-1200, "2025-01-07", is_refund=True, refund_of=payment.id)
    made = decision(payment, other, refund)
    store.decisions.record(made, "daily", NOW)
    last = store.decisions.last(ACCOUNT)
    assert last is not None
    kept = [(each.reason, each.counted, each.taken_back, each.placed) for each in last.decision.turnover.verdicts]
    assert kept == [(each.reason, each.counted, each.taken_back, each.placed) for each in made.turnover.verdicts]
    assert [each.taken_back for each in made.turnover.verdicts] == [1000, 200, 0]
    assert store.decisions.record(made, "daily", NOW) == last.id, "it says the same"


def test_who_is_left_out_is_recorded_too(store: Store) -> None:
    store.decisions.record(leave_out(ACCOUNT, TODAY, Basis.EXCLUDED), "daily", NOW)
    last = store.decisions.last(ACCOUNT)
    assert last is not None
    assert (last.decision.basis, last.decision.tier) == (Basis.EXCLUDED, None)


# --- runs, queue, lock, staging ---


def test_runs_older_than_ninety_days_are_forgotten(store: Store) -> None:
    store.runs.begin("daily", TODAY, True, NOW - timedelta(days=91))
    run = store.runs.begin("daily", TODAY, True, NOW)
    store.runs.finish(run, "done", 5, 2, NOW)
    assert store.connection.execute("SELECT count(*) FROM run").fetchone()[0] == 1
    good = store.runs.last_good()
    assert good is not None
    assert (good.accounts, good.written, good.finished_at) == (5, 2, NOW)


def test_a_run_of_single_accounts_that_ended_well_is_kept_for_three_days(store: Store) -> None:
    """There is one for every payment; what failed, and runs over all, one looks for longer."""
    for whole, outcome in ((False, "done"), (False, "failed"), (True, "done")):
        store.runs.finish(store.runs.begin("worker", TODAY, whole, NOW), outcome, 1, 0, NOW)
    store.runs.begin("worker", TODAY, False, NOW + timedelta(days=3))
    assert len(store.runs.newest(9)) == 4
    store.runs.begin("worker", TODAY, False, NOW + timedelta(days=3, seconds=1))
    assert [(run.whole, run.outcome) for run in store.runs.newest(9)[2:]] == [(True, "done"), (False, "failed")]


def test_only_a_run_over_all_that_finished_is_a_good_one(store: Store) -> None:
    for whole, outcome in ((False, "done"), (True, "failed"), (True, "stopped"), (False, "partly")):
        store.runs.finish(store.runs.begin("daily", TODAY, whole, NOW), outcome, 1, 0, NOW)
    store.runs.begin("daily", TODAY, True, NOW)
    assert store.runs.last_good() is None


def test_the_queue_is_answered_in_order_and_what_came_later_stays(store: Store) -> None:
    store.queue.put_payment(PaymentId(812), "payment.setpaid", NOW)
    store.queue.put(ACCOUNT, "sweep", NOW)
    store.queue.put_once(ACCOUNT, "sweep", NOW)
    first = store.queue.next_due(NOW)
    assert first is not None
    assert (first.payment, first.account, len(store.queue.all())) == (812, None, 2)
    up_to = store.queue.newest()
    store.queue.put(ACCOUNT, "payment.setpaid", NOW)
    store.ledger.saw(ACCOUNT, [replace(paid(600, "2025-01-05"), id=PaymentId(812))], Window.of(TODAY).first, NOW)
    store.queue.done(ACCOUNT, up_to)
    assert [(row.account, row.cause) for row in store.queue.all()] == [(ACCOUNT, "payment.setpaid")]


def test_what_fails_is_tried_again_after_growing_pauses_and_given_up_only_when_it_may_be(store: Store) -> None:
    dies, lives = store.queue.put(ACCOUNT, "sweep", NOW), store.queue.put(AccountId(99), "sweep", NOW)
    pauses = []
    for _ in range(GIVEN_UP_AFTER):
        store.queue.failed(dies, same("refused"), NOW)
        store.queue.failed(lives, same("unreachable"), NOW, may_die=False)
        assert store.queue.next_due(NOW) is None
        pauses.append(store.queue.next_pause(NOW))
    assert pauses == [timedelta(seconds=seconds) for seconds in (5, 15, 45, 135, 405, 1215, 3600, 3600)]
    assert [row.dead for row in store.queue.all()] == [True, False]
    store.queue.failed(lives, same("unreachable"), NOW, may_die=False)
    assert store.queue.next_due(NOW + timedelta(hours=2)) == store.queue.all()[1]
    assert store.queue.retry(dies) == 1
    due = store.queue.next_due(NOW)
    assert due is not None
    assert (due.id, due.dead, due.error.en) == (dies, False, "refused")


def test_the_lock_is_free_again_when_its_holder_is_done(tmp_path: Path) -> None:
    with (
        only_one(tmp_path, "first", NOW),
        pytest.raises(AnotherRunActive, match="busy: a recalculation, since"),
        only_one(tmp_path, "second", NOW),
    ):
        pass
    with only_one(tmp_path, "third", NOW):
        assert (tmp_path / "lock").read_text().startswith("third, pid")


def test_staged_items_come_back_in_order_and_leave_no_file(tmp_path: Path) -> None:
    staging: Staging[Decision] = Staging(tmp_path)
    items = [decision(paid(number, "2025-01-05")) for number in (600, 3000, 100)]
    for item in items:
        staging.put(item)
    assert list(staging) == items
    staging.close()
    assert list(tmp_path.iterdir()) == []


# --- bounds ---


def test_amounts_beyond_64_bits_are_kept_exactly(store: Store) -> None:
    huge = [Decimal(10) ** 15, Decimal(10) ** 20, Decimal("922337203685477.5807"), Decimal("900000000000000.5")]
    for number, turnover in enumerate(huge, 1):
        store.standings.keep(Standing(AccountId(number), turnover=turnover, threshold=turnover, missing=turnover))
    listed, count = store.standings.listed(NOW)
    assert (count, {each.standing.turnover for each in listed}) == (4, set(huge))
    store.planned.replace([PlannedAccount(AccountId(1), "", huge[1], None, None, Way.OTHER, 0, ())])
    assert store.planned.listed()[0][0].turnover == huge[1]


def test_what_is_kept_of_a_failure_is_one_line_and_short(store: Store) -> None:
    row = store.queue.put(ACCOUNT, "payment.setpaid", NOW)
    store.queue.failed(row, same("refused\nforged " + "x" * 5_000_000), NOW)
    (waiting,) = store.queue.all()
    assert (waiting.error.en[:14], len(waiting.error.ru)) == ("refused forged", 1000)
    run = store.runs.begin("daily", TODAY, True, NOW)
    store.runs.finish(run, "failed", 0, 0, NOW, same("a\nb" * 1_000_000))
    last = store.runs.last()
    assert last is not None
    assert len(last.error.en) == 1000


def test_a_log_line_cannot_be_forged_by_what_the_panel_said(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        log_to(tmp_path)
        forged = "\n2025-01-20 12:00:00,000 7 ERROR forged\x1b[2J"
        logging.getLogger("x").error("refused %s", forged + "x" * 5_000_000)
        try:
            raise ValueError(forged)
        except ValueError:
            logging.getLogger("x").exception("unexpected")
        root.handlers[0].close()
    finally:
        root.handlers[:], root.level = before
    log = tmp_path / "var" / LOG_NAME
    assert log.stat().st_size < 10_000
    assert "\x1b" not in log.read_text()
    assert [line.split(" ERROR ")[1][:10] for line in last_errors(tmp_path, 5)] == ["unexpected", "refused \\n"]


def test_a_failure_is_kept_in_both_languages_and_one_of_an_earlier_release_in_its_own(store: Store) -> None:
    error = Text("the panel refused", "панель отказала")
    store.queue.put_trouble(AccountId(27), "daily", error, NOW)
    store.runs.finish(store.runs.begin("daily", TODAY, True, NOW), "failed", 0, 0, NOW, error)
    assert [store.queue.all()[0].error, store.runs.newest(1)[0].error] == [error, error]
    store.connection.execute("UPDATE queue SET error_ru = ''")
    assert store.queue.all()[0].error == same("the panel refused")
