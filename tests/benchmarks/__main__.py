"""`python -m tests.benchmarks`: the figures of the README, as ratios against a baseline of the same run.

--quick takes a tenth of the members; --markdown prints the table that stands in the README.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import requests
from resellerprogram.panel.assumptions import payment_filter
from resellerprogram.programme.decision import decide
from resellerprogram.programme.payments import (
    AccountId,
    Money,
    Payment,
    PaymentId,
    PaymentStatus,
    ProviderId,
    RateTable,
)
from resellerprogram.programme.tiers import published_table
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store

from tests.sandbox import Sandbox

TODAY = date(2025, 1, 20)
ROUNDS = 3
MEMORY = """
import re, sys
from datetime import date, datetime
from pathlib import Path
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store
with Store(Path(sys.argv[1]), datetime(2025, 1, 20)) as store:
    store.settings.set("panel_url", sys.argv[2])
    recalculate(Path(sys.argv[1]), store, date(2025, 1, 20), datetime.now, "memory", write=sys.argv[3] == "apply")
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""

Row = tuple[str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    share = 10 if options.quick else 1
    rows: list[Row] = []
    for measure in (runs, memory, decisions):
        for row in measure(share):
            rows.append(row)
            print(("| {} | {} | {} |" if options.markdown else "{:<72} {:>16}  {}").format(*row), flush=True)


def runs(share: int) -> list[Row]:
    members = 1000 // share
    with tempfile.TemporaryDirectory() as folder, Sandbox.create(Path(folder) / "mgr5") as panel:
        accounts = panel.world.add_many(members, 6, TODAY)
        panel.reset_calls(recording=False)
        with Store(panel.root, datetime(2025, 1, 20)) as store:
            store.settings.set("panel_url", panel.url)
            written = recalculate(panel.root, store, TODAY, datetime.now, "first").written
            settle = recalculate(panel.root, store, TODAY, datetime.now, "second").written
            ours, bare = alternately(lambda: run(panel, store), lambda: bare_calls(panel, accounts))
            store.settings.set("panel_url", "")
            by_mgrctl = timed(lambda: run(panel, store))
            store.settings.set("panel_url", panel.url)
            panel.reset_calls()
            run(panel, store)
            calls = len(panel.calls())
            changed = accounts[::10]
            for account in changed:
                panel.world.add_payment(account, 1_500_000, TODAY)
            panel.reset_calls()
            report = recalculate(panel.root, store, TODAY, datetime.now, "changed")
            writes = [call for call in panel.calls() if call["writes"] and call["func"].startswith("account.discount")]
    differing = sum(len(planned.changes) for planned in report.planned)
    return [
        (
            f"full run, {members} members, nothing to change, against its bare panel calls",
            f"{ours / bare:.2f} ×",
            f"goal 1.25 ×; {ours:.1f} s against {bare:.1f} s",
        ),
        ("the same run by mgrctl, against HTTPS", f"{by_mgrctl / ours:.1f} ×", f"{by_mgrctl:.1f} s"),
        ("panel calls of that run, per member", f"{calls / members:.2f}", f"{calls} calls: payments and discounts"),
        (
            "panel writes of a run, against differing discounts",
            f"{len(writes)} = {differing}",
            f"first run wrote {written}, the second {settle}",
        ),
    ]


def run(panel: Sandbox, store: Store) -> None:
    report = recalculate(panel.root, store, TODAY, datetime.now, "benchmark")
    assert report.planned == []


def bare_calls(panel: Sandbox, accounts: list[int]) -> None:
    """What no run can do without: each member's payments and discounts, over one session, answers thrown away."""
    window = Window.of(TODAY)
    dates = {"payfromdate": str(window.first), "paytodate": str(window.last)}
    with requests.Session() as session:
        session.trust_env = False
        common = {"authinfo": "admin:admin-password", "out": "xml", "p_cnt": "5000", "p_num": "1"}
        for account in accounts:
            for form in (
                {"func": "payment", **payment_filter(AccountId(account), dates)},
                {"func": "account.discount", "elid": str(account), "filter": "off"},
            ):
                session.post(panel.url, data={**common, **form}, timeout=60).content  # noqa: B018


def memory(share: int) -> list[Row]:
    rows = []
    sizes = [
        (1000 // share, 6, "plan"),
        (10_000 // share, 6, "plan"),
        (1000 // share, 60, "plan"),
        (1000 // share, 60, "apply"),
    ]
    for members, payments, what in sizes:
        with tempfile.TemporaryDirectory() as folder, Sandbox.create(Path(folder) / "mgr5") as panel:
            panel.world.add_many(members, payments, TODAY)
            panel.reset_calls(recording=False)
            done = subprocess.run(
                [sys.executable, "-c", MEMORY, str(panel.root), panel.url, what],
                capture_output=True,
                text=True,
                check=True,
            )
            rows.append(
                (
                    f"peak memory of {what}, {members} members with {payments} payments each, all to change",
                    f"{done.stdout.strip()} MB",
                    "",
                )
            )
    return rows


def decisions(share: int) -> list[Row]:
    chance, table = random.Random(1), published_table()
    rules = CountingRules(ProviderId(1), "RUB", RateTable(), {})
    payments = [
        Payment(
            PaymentId(number),
            f"pfx/{number}",
            Money(Decimal(chance.randint(100, 90_000)), "RUB"),
            PaymentStatus.CREDITED,
            TODAY - timedelta(days=chance.randint(0, 30)),
            ProviderId(1),
            "Bank",
        )
        for number in range(10)
    ]
    count = 20_000 // share
    seconds = timed(lambda: [decide(AccountId(1), TODAY, payments, table, rules) for _ in range(count)])
    plain = timed(lambda: [sum((payment.amount.amount for payment in payments), Decimal(0)) for _ in range(count)])
    return [
        (
            "decisions of the pure part, ten payments each",
            f"{count / seconds:,.0f} /s".replace(",", " "),
            f"{seconds / plain:.0f} × a bare sum of ten Decimals",
        )
    ]


def alternately(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """The best of some rounds of each, taken in turns so that a busy moment strikes both."""
    times = [(timed(first), timed(second)) for _ in range(ROUNDS)]
    return min(pair[0] for pair in times), min(pair[1] for pair in times)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
