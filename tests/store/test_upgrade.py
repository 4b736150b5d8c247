"""An installation with a history is upgraded to the ledger: nothing of what was recorded is lost or altered (R11)."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.cli import main
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.changes import values_of
from resellerprogram.programme.decision import Decision, leave_out
from resellerprogram.programme.ids import PaymentId
from resellerprogram.programme.records import Record
from resellerprogram.store import Store, database
from resellerprogram.store.contents import content_of

from tests.store.history import History

HERE = Path(__file__).with_name("upgrade")
NOW = datetime(2026, 11, 26, 18)
FIRST_DAY = date(2025, 1, 10)
BEFORE = 10
"""The database's version before the ledger."""

WRITTEN = ("scope", "what", "before", "after", "because", "value")
"""What a written change was kept by."""


def plain(record: Record) -> dict[str, Any]:
    decision = record.decision
    return {
        "id": record.id,
        "account": decision.account,
        "day": str(decision.day),
        "first_day": str(record.first_day),
        "last_day": str(record.last_day),
        "cause": record.cause,
        "who": record.who,
        "decided_at": str(record.decided_at),
        "confirmed_at": str(record.confirmed_at),
        "content": content_of(decision),
        "written": [{name: values_of(change)[name] for name in WRITTEN} for change in record.written],
    }


# --- the demo's ---


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """What `./install.sh demo` of the last release without a ledger left behind, its panel gone."""
    folder = tmp_path / "var" / "resellerprogram"
    folder.mkdir(parents=True)
    (folder / database.FILE_NAME).write_bytes(gzip.decompress((HERE / "demo-10.db.gz").read_bytes()))
    return tmp_path


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What that release said of it."""
    found: dict[str, Any] = json.loads(gzip.decompress((HERE / "demo-10.json.gz").read_bytes()))
    return found


def test_the_demos_history_is_the_same_after_the_upgrade(demo: Path, told: dict[str, Any]) -> None:
    with Store(demo, NOW) as store:
        rows = store.connection.execute("SELECT id, account, content FROM decision ORDER BY id").fetchall()
        found = [store.decisions.by_id(row["id"]) for row in rows]
        assert [plain(record) for record in found if record] == told["kept"]
        assert [row["id"] for row in rows if row["content"]] == [], "all of it comes out again by counting"
        assert {row["account"] for row in rows} == {each["account"] for each in told["kept"]}
    (backup,) = (demo / "var" / "resellerprogram" / "backups").glob("*-before-0011.db")
    with sqlite3.connect(backup) as former:
        assert former.execute("SELECT count(*) FROM seen_payment").fetchone()[0] == len(told["seen"])


def test_explain_says_the_same_after_the_upgrade(
    demo: Path, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Store(demo, NOW).close()
    for asked, expected in list(told["explained"].items())[::4]:
        account, day = asked.split()
        assert main(["--root", str(demo), "--lang", "en", "explain", account, "--date", day, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        written = said["recorded"]["written"] if said["recorded"] else []
        for change in written:
            for added in change.keys() - set(WRITTEN):
                del change[added]
        assert {name: said[name] for name in expected} == expected


def test_what_was_seen_before_the_upgrade_is_nothing_new_to_the_sweep_after_it(
    demo: Path, told: dict[str, Any]
) -> None:
    """The sweep that comes next queues nobody."""
    with Store(demo, NOW) as store:
        found = store.ledger.newest(date.min, date.max)
        for payment, account, day, mark in told["seen"]:
            seen = found[PaymentId(int(payment))]
            looks = f"{int(seen.sketch.status)} {seen.sketch.amount.amount} {seen.sketch.amount.currency}"
            assert f"{looks} {seen.sketch.number}\t{seen.sketch.owner}" == mark
            assert (str(seen.account), str(seen.sketch.credited_on)) == (account, day)
        decided = {each["id"] for record in told["kept"] for each in record["content"]["payments"]}
        assert set(found) == decided | {int(payment) for payment, *_ in told["seen"]}


# --- any history ---


def former_rows(history: History) -> Iterator[tuple[Decision, date]]:
    """The decisions of sixty nights, each with its last day."""
    for number in range(60):
        day = FIRST_DAY + timedelta(days=number)
        history.live(day)
        yield (leave_out(history.account, day, Basis.LEFT) if number == 40 else history.decide(day)), day


def _record_as_before(connection: sqlite3.Connection, decision: Decision, day: date) -> None:
    content, at = json.dumps(content_of(decision), ensure_ascii=False, sort_keys=True), f"{day} 00:07:00"
    last = connection.execute(
        "SELECT id, content FROM decision WHERE account = ? ORDER BY id DESC", (decision.account,)
    ).fetchone()
    if last and last["content"] == content:
        connection.execute(
            "UPDATE decision SET last_day = ?, confirmed_at = ? WHERE id = ?", (str(day), at, last["id"])
        )
        return
    written = '[{"scope": "it_2", "what": "vds", "before": null, "after": "3", "because": "tier", "value": ""}]'
    connection.execute(
        "INSERT INTO decision (account, first_day, last_day, content, turnover, payments, tier, written, cause,"
        " decided_at, confirmed_at, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'daily', ?, ?, 'anna')",
        (
            decision.account,
            str(day),
            str(day),
            content,
            str(decision.turnover.amount),
            len(decision.turnover.verdicts),
            decision.tier.name if decision.tier else None,
            written,
            at,
            at,
        ),
    )
    for verdict in decision.turnover.verdicts:
        if verdict.rate:
            connection.execute(
                "INSERT OR IGNORE INTO payment_rate VALUES (?, ?, ?, 'RUB', ?, ?)",
                (decision.account, verdict.payment.id, "USD", str(verdict.rate.since), str(verdict.rate.value)),
            )


def test_no_decision_of_a_long_and_odd_history_is_lost_or_altered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    shipped = database._migrations()
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:BEFORE])
        connection = database.connect(tmp_path / "var" / "resellerprogram", NOW)
    with database.transaction(connection):
        for account in range(1, 7):
            for decision, day in former_rows(History(account, account)):
                _record_as_before(connection, decision, day)
    before = [dict(row) for row in connection.execute("SELECT * FROM decision ORDER BY id")]
    connection.close()

    with Store(tmp_path, NOW) as store:
        assert store.connection.execute("SELECT count(*) FROM decision").fetchone()[0] == len(before)
        for row in before:
            record = store.decisions.by_id(row["id"])
            assert record is not None
            assert content_of(record.decision) == json.loads(row["content"])
            kept = plain(record)
            for name in ("account", "first_day", "last_day", "cause", "who", "decided_at", "confirmed_at"):
                assert kept[name] == row[name], name
            assert kept["written"] == json.loads(row["written"])
        kept_whole = store.connection.execute("SELECT count(content) FROM decision").fetchone()[0]
        assert 0 < kept_whole < len(before) / 2, "most come out again by counting, and the rest are kept word for word"
