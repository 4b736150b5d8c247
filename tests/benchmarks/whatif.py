"""A table played over a year's records, as the command that an administrator types, beside the same sums in DuckDB.

The records are written as the plugin writes them: every payment with its versions, a decision for each day on which a
turnover changed. DuckDB gets the same rows in a file of its own, and is asked in SQL for what the command tells:
clients by tier at the end of each month, the cost by class, who gains and loses most. Both must say the same.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from resellerprogram.programme.ids import PaymentId, ProviderId
from resellerprogram.programme.payments import PaymentStatus, Rate, RateTable
from resellerprogram.programme.replay import ByDay, Nature, Replay, Version
from resellerprogram.programme.tiers import Tier, TierTable, published_table
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.store import Store
from resellerprogram.store.database import transaction
from resellerprogram.store.ledger import REFUND
from resellerprogram.store.terms import TermStore

from .measuring import Row

FIRST, DAYS = date(2024, 3, 1), 365
LAST = FIRST + timedelta(days=DAYS - 1)
CLIENTS, PAYMENTS = 20_000, 1_000_000
US = ProviderId(1)
RUB, USD = Nature(PaymentStatus.CREDITED, "RUB", US), Nature(PaymentStatus.CREDITED, "USD", US)
REFUNDED = Nature(PaymentStatus.REFUNDED, "RUB", US)
BACK = Nature(PaymentStatus.CREDITED, "RUB", US, is_refund=True)
RATE = Rate("USD", FIRST - timedelta(days=1), Decimal("91.2345"))
_NO_RATES = RateTable()
RULES_IN_WORDS = "1 1 RUB"
BATCH = 200_000
GLANCE = 0.05


def other_table() -> TierTable:
    """What somebody thinks of: a quarter more to reach a tier, and three percent more in it."""
    return TierTable(
        tuple(
            Tier(
                each.name,
                each.threshold * Decimal("1.25"),
                {name: min(percent + 3, Decimal(100)) for name, percent in each.percents.items()},
            )
            for each in published_table().tiers
        )
    )


class Year:
    """Clients who pay in, each at their own scale; one payment in a hundred is in dollars, one is marked as refunded
    later, and of one a part is given back by a row of its own."""

    def __init__(self, clients: int, payments: int, seed: int = 1) -> None:
        self.chance = Random(seed)
        self.clients, self._each = clients, payments // clients
        self._numbers = iter(range(1, 10 * payments))

    def of_client(self, account: int) -> list[Version]:
        chance, scale = self.chance, self.chance.choice((300, 1000, 3000, 9000, 30000))
        found = []
        for _ in range(self._each):
            number, what = PaymentId(next(self._numbers)), chance.random()
            day = FIRST + timedelta(days=chance.randrange(DAYS))
            amount = Decimal(chance.randint(100 * scale // 3, 100 * scale)) / 100
            later = min(day + timedelta(days=chance.randrange(1, 40)), LAST)
            if what < 0.01:
                found.append(Version(number, day, (amount / 90).quantize(Decimal("0.01")), USD, day))
            elif what < 0.02 and later > day:
                found.append(Version(number, day, amount, RUB, day, later - timedelta(days=1)))
                found.append(Version(number, day, amount, REFUNDED, later))
            elif what < 0.03:
                found.append(Version(number, day, amount, RUB, day))
                part = (amount / 2).quantize(Decimal("0.01"))
                found.append(Version(PaymentId(next(self._numbers)), later, part, BACK, later, refund_of=number))
            else:
                found.append(Version(number, day, amount, RUB, day))
        return found


@dataclass
class Made:
    """One account's rows."""

    account: int
    versions: list[Version]
    decisions: list[tuple[str, str, Tier | None]]


def made(year: Year) -> Iterator[Made]:
    """Accounts with what was decided of them: on the first day, and on each on which the turnover changed."""
    table = published_table()
    replay = Replay(FIRST, LAST, lambda _: table)
    for account in range(1, year.clients + 1):
        versions = year.of_client(account)
        known = {(each.number, "USD"): RATE for each in versions if each.nature is USD}
        rules = CountingRules(US, "RUB", _NO_RATES, known)
        moves: ByDay = replay._moves(versions, rules)[0]
        balance, decisions = Decimal(0), []
        for day in sorted({FIRST, *moves}):
            balance += moves.get(day, Decimal(0))
            if FIRST <= day <= LAST:
                decisions.append((day.isoformat(), str(max(balance, Decimal(0))), table.tier_for(balance)))
        yield Made(account, versions, decisions)


def fill(store: Store, year: Year) -> None:
    """Rows in the order of their days, as life writes them."""
    terms = TermStore(store.connection)
    rules = terms.number(RULES_IN_WORDS)
    number_of: dict[int | None, int | None] = {
        None: None,
        **{id(tier): terms.number_of_tier(tier) for tier in published_table().tiers},
    }
    payments: list[tuple[Any, ...]] = []
    decisions: list[tuple[Any, ...]] = []
    rates: list[tuple[Any, ...]] = []
    for each in made(year):
        payments += [(version.first_day.isoformat(), each.account, version) for version in each.versions]
        decisions += [
            (day, each.account, turnover, tier.name if tier else None, number_of[id(tier) if tier else None])
            for day, turnover, tier in each.decisions
        ]
        rates += [(version.number, each.account) for version in each.versions if version.nature is USD]
    payments.sort(key=lambda row: row[:2])
    decisions.sort(key=lambda row: row[:2])
    with transaction(store.connection):
        _write_payments(store, payments)
        store.connection.executemany(
            "INSERT INTO decision (account, first_day, last_day, basis, turnover, payments, tier, tier_term, rules,"
            " version, mark, cause, decided_at, confirmed_at)"
            " VALUES (?, ?, ?, 'turnover', ?, 4, ?, ?, ?, 1, x'0102030405060708', 'payment.setpaid', ?, ?)",
            (
                (account, day, day, turnover, tier, term, rules, f"{day} 12:00:00", f"{day} 12:00:00")
                for day, account, turnover, tier, term in decisions
            ),
        )
        store.connection.executemany(
            "INSERT INTO payment_rate (payment, account, currency, programme_currency, since, value)"
            f" VALUES (?, ?, 'USD', 'RUB', '{RATE.since}', '{RATE.value}')",
            rates,
        )
    run = store.runs.begin("daily", LAST, True, datetime(LAST.year, LAST.month, LAST.day))
    store.runs.finish(run, "done", year.clients, 0, datetime(LAST.year, LAST.month, LAST.day))


def _write_payments(store: Store, payments: list[tuple[Any, ...]]) -> None:
    """Versions get their numbers in the order in which they were seen."""
    number_of = {(version.number, seen): place for place, (seen, _, version) in enumerate(payments, 1)}
    follows = {version.number: number_of[version.number, seen] for seen, _, version in payments}
    store.connection.executemany(
        "INSERT INTO ledger (payment, account, day, status, amount, currency, number, owner, kind, provider, method,"
        " refund_of, seen, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)",
        (
            (
                version.number,
                account,
                version.credited_on.isoformat(),
                int(version.nature.status),
                str(version.amount),
                version.nature.currency,
                f"RU-2024/{version.number}",
                f"Client {account}",
                REFUND if version.nature.is_refund else 0,
                int(US),
                version.refund_of,
                f"{seen} 12:00:00",
                follows[version.number] if version.last_day < LAST else None,
            )
            for seen, account, version in payments
        ),
    )


# --- the same sums in SQL ---

INTO_DUCKDB = """
CREATE TABLE seen AS SELECT account::INT account, payment::BIGINT payment, day::DATE AS "day", status::INT status,
    amount::DECIMAL(18, 4) amount, currency, kind::INT kind, refund_of::BIGINT refund_of, seen::DATE seen,
    until::DATE until FROM read_csv('{folder}/ledger.csv', header = true, all_varchar = true);
CREATE TABLE decision AS SELECT account::INT account, first_day::DATE AS "day", nullif(tier, '') AS tier
    FROM read_csv('{folder}/decision.csv', header = true, all_varchar = true);
CREATE TABLE tier (tier VARCHAR, threshold DECIMAL(18, 4), vps DECIMAL(5, 2), dedicated DECIMAL(5, 2),
    ssl DECIMAL(5, 2));
CREATE TABLE other_tier AS FROM tier;
CREATE TABLE month_end ("day" DATE);
"""
STEPS = """
CREATE OR REPLACE TEMP TABLE entry AS
WITH paid AS (SELECT *, "day" + INTERVAL 1 MONTH AS next_month, last_day("day") = "day" AS ends FROM seen),
known AS (
    SELECT *, (CASE WHEN ends THEN last_day(next_month) ELSE next_month END + INTERVAL 1 DAY)::DATE AS leaves FROM paid)
SELECT account, "day" AS credited, greatest("day", seen) AS enters,
    least(leaves, coalesce(until, DATE '9999-12-31')) AS leaves, until IS NULL AS stays,
    CASE currency WHEN 'RUB' THEN amount ELSE (amount * 91.2345)::DECIMAL(18, 8) END::DECIMAL(20, 8) AS worth
FROM known WHERE status = 4 AND kind = 0
UNION ALL
SELECT p.account, p."day", greatest(r."day", r.seen), p.leaves, true, -r.amount
FROM known r JOIN known p ON p.payment = r.refund_of AND p.status = 4 AND p.kind = 0 WHERE r.kind = 4;

CREATE OR REPLACE TEMP TABLE step AS
WITH moves AS (
    SELECT account, enters AS "day", worth FROM entry WHERE enters < leaves
    UNION ALL SELECT account, leaves, -worth FROM entry WHERE enters < leaves),
daily AS (SELECT account, "day", sum(worth) AS more FROM moves GROUP BY ALL),
balance AS (SELECT account, "day", sum(more) OVER (PARTITION BY account ORDER BY "day") AS turnover FROM daily),
start AS (FROM balance UNION ALL SELECT DISTINCT account, DATE '{first}' - 1, 0 FROM seen)
SELECT start.account, start."day", other_tier.tier
FROM start ASOF LEFT JOIN other_tier ON start.turnover >= other_tier.threshold;
"""
BY_MONTH = """
SELECT "day", coalesce(tier, ''), sum(really)::INT, sum(other)::INT FROM (
    SELECT m."day", d.tier, 1 AS really, 0 AS other
    FROM (SELECT * FROM month_end, (SELECT DISTINCT account FROM seen)) m
        ASOF JOIN decision d ON m.account = d.account AND m."day" >= d."day"
    UNION ALL
    SELECT m."day", s.tier, 0, 1 FROM (SELECT * FROM month_end, (SELECT DISTINCT account FROM seen)) m
        ASOF JOIN step s ON m.account = s.account AND m."day" >= s."day")
GROUP BY ALL ORDER BY ALL
"""
SPENT = """
CREATE OR REPLACE TEMP TABLE spent AS
WITH paid AS (
    SELECT account, credited, sum(worth)::DECIMAL(20, 8) AS amount FROM entry
    WHERE stays AND enters <= DATE '{last}' GROUP BY ALL),
really AS (
    SELECT p.*, d.tier AS had FROM paid p ASOF JOIN decision d ON p.account = d.account AND p.credited >= d."day"),
other AS (SELECT p.*, s.tier AS has FROM really p ASOF JOIN step s ON p.account = s.account AND p.credited >= s."day")
SELECT account, sum(amount) AS paid, {sums}
FROM other LEFT JOIN tier h ON h.tier = had LEFT JOIN other_tier o ON o.tier = has GROUP BY account
"""
CLASSES = ("vps", "dedicated", "ssl")
SUMS = ", ".join(
    f"sum(amount * 0.01 * coalesce({table}.{name}, 0::DECIMAL(5, 2))) AS {name}_{side}"
    for name in CLASSES
    for table, side in (("h", "really"), ("o", "other"))
)
TOTALS = "SELECT sum(paid), " + ", ".join(f"sum({name}_really), sum({name}_other)" for name in CLASSES) + " FROM spent"
RANKS = """
SELECT account FROM (SELECT account, unnest([vps_other - vps_really, dedicated_other - dedicated_really,
    ssl_other - ssl_really]) AS more FROM spent)
GROUP BY account ORDER BY {order}(more) {way}, account LIMIT 20
"""


def load(store: Store, folder: Path) -> Path:
    """A file of DuckDB with the same rows: money as decimals and days as days, better than the plugin's own."""

    import duckdb

    with closing(duckdb.connect(str(folder / "same.duckdb"))) as duck:
        for name, query in (
            (
                "ledger",
                "SELECT l.account, l.payment, l.day, l.status, l.amount, l.currency, l.kind, l.refund_of,"
                " substr(l.seen, 1, 10) AS seen, substr(u.seen, 1, 10) AS until"
                " FROM ledger l LEFT JOIN ledger u ON u.version = l.until",
            ),
            ("decision", "SELECT account, first_day, tier FROM decision"),
        ):
            rows = store.connection.execute(query)
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow([column[0] for column in rows.description])
                writer.writerows(map(tuple, rows))
        duck.execute(INTO_DUCKDB.format(folder=folder))
        for name, table in (("tier", published_table()), ("other_tier", other_table())):
            duck.executemany(
                f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)",
                [(each.name, each.threshold, *each.percents.values()) for each in table.tiers],
            )
        ends = [(date(2024 + month // 12, month % 12 + 1, 1) - timedelta(days=1),) for month in range(3, 14)]
        duck.executemany("INSERT INTO month_end VALUES (?)", [*ends, (LAST,)])
    return folder / "same.duckdb"


def ask_duckdb(file: Path, threads: int = 2) -> tuple[float, dict[str, Any]]:
    """How long it takes, in an engine that has been started, and what it says."""
    import duckdb

    with closing(duckdb.connect(str(file), read_only=True)) as duck:
        duck.execute(f"SET threads = {threads}")
        begun = time.perf_counter()
        duck.execute(STEPS.format(first=FIRST))
        months = duck.execute(BY_MONTH).fetchall()
        duck.execute(SPENT.format(sums=SUMS, last=LAST))
        totals: Any = duck.execute(TOTALS).fetchone()
        gained = duck.execute(RANKS.format(order="max", way="DESC")).fetchall()
        lost = duck.execute(RANKS.format(order="min", way="ASC")).fetchall()
        took = time.perf_counter() - begun
    turnover, *sums = totals
    classes = {name: (sums[2 * place], sums[2 * place + 1]) for place, name in enumerate(CLASSES)}
    by_month: dict[str, dict[str, tuple[int, int]]] = {}
    for day, tier, really, other in months:
        by_month.setdefault(day.isoformat(), {})[tier] = really, other
    return took, {"turnover": turnover, "classes": classes, "months": by_month, "gained": gained, "lost": lost}


# --- the command ---


def run_command(root: Path, table: Path) -> tuple[float, int, dict[str, Any]]:
    """Seconds, the most megabytes that it and its processes took together, and what it told."""
    command = [sys.executable, "-m", "resellerprogram", "--root", str(root), "what-if", str(table), "--json"]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        most = 0
        with tempfile.TemporaryFile() as told:
            while process.poll() is None:
                most = max(most, _memory(process.pid))
                time.sleep(GLANCE)
            took = time.perf_counter() - begun
            told.write(process.stdout.read() if process.stdout else b"")
            told.seek(0)
            return took, most // 1024, json.loads(told.read())


def _memory(process: int) -> int:
    """Kilobytes of a process and of all that it started; what they share is counted once."""
    found = 0
    for each in (process, *_children(process)):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        found += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return found


def _children(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in children.split()]


def differences(told: dict[str, Any], sums: dict[str, Any]) -> list[str]:
    """Where the two do not say the same."""
    months = {
        each["day"]: {name: (counts["really"], counts["other"]) for name, counts in each["tiers"].items()}
        for each in told["months"]
    }
    found = [] if months == sums["months"] else ["clients by tier"]
    for name, (really, other) in sums["classes"].items():
        if (Decimal(told["classes"][name]["really"]), Decimal(told["classes"][name]["other"])) != (really, other):
            found.append(f"the cost of {name}")
    if Decimal(told["turnover"]) != sums["turnover"]:
        found.append("the turnover")
    for side in ("gained", "lost"):
        wanted = [account for (account,) in sums[side]][: len(told[side])]
        if [each["account"] for each in told[side]] != wanted:
            found.append(f"who {side}")
    return found


def measure(share: int) -> list[Row]:
    clients, payments = CLIENTS // share, PAYMENTS // share
    with tempfile.TemporaryDirectory() as name:
        root, folder = Path(name) / "mgr5", Path(name)
        (root / "var").mkdir(parents=True)
        (root / "var" / "resellerprogram.clock").write_text(f"{LAST} 12:00:00\n", encoding="utf-8")
        with Store(root, datetime(LAST.year, LAST.month, LAST.day)) as store:
            store.going_live.start(datetime(2020, 1, 1), "chief")
            fill(store, Year(clients, payments))
            file = load(store, folder)
            decisions = store.connection.execute("SELECT count(*) FROM decision").fetchone()[0]
        table = folder / "table.csv"
        table.write_text(other_table().to_csv(), encoding="utf-8")
        took, memory, told = min((run_command(root, table) for _ in range(2)), key=lambda each: each[0])
        duck, sums = min((ask_duckdb(file) for _ in range(3)), key=lambda each: each[0])
    found = differences(told, sums)
    if found:
        raise AssertionError(f"DuckDB says otherwise: {', '.join(found)}")
    what = f"a table played over {DAYS} days, {clients} clients, {payments} payments, {decisions} decisions"
    return [
        (what, f"{took:.1f} s", f"goal {10 / share:g} s, as a command; two processes"),
        ("the same, against the same sums in DuckDB", f"{took / duck:.1f} ×", f"goal 8 ×; {duck:.2f} s on two threads"),
        ("memory of all its processes together", f"{memory} MB", "goal 200 MB"),
    ]
