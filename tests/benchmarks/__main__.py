"""`python -m tests.benchmarks`: the figures of docs/measured.md, as ratios against a baseline of the same run.

--quick takes a tenth of the members; --markdown prints the table that stands there.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import requests
from resellerprogram.panel.assumptions import payment_filter
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import decide
from resellerprogram.programme.effects import Way
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, RateTable
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.tiers import published_table
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store
from resellerprogram.store.changes import Author
from resellerprogram.store.database import transaction
from resellerprogram.store.listing import MOST_ROWS
from resellerprogram.store.lock import as_worker
from resellerprogram.store.planned import PlannedAccount

from tests.installation import download
from tests.installation import run as install
from tests.sandbox import Sandbox

from .night import night, very_many

TODAY = date(2025, 1, 20)
ROUNDS = 3
PERCENTS = {f"percent_{name}": "5" for name in ("vps", "dedicated", "ssl")}
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
    parser.add_argument("what", nargs="*", help="which of them; all by default")
    options = parser.parse_args()
    share = 10 if options.quick else 1
    rows: list[Row] = []
    measures = {each.__name__: each for each in (events, pages, runs, memory, decisions, night, very_many)}
    for measure in [measures[name] for name in options.what or measures]:
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


def events(share: int) -> list[Row]:
    """What the panel waits for, and how soon the discount is there, with the plugin installed as on a host."""
    rounds = 40 // (4 if share > 1 else 1)
    today = date.today()
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox.create(Path(folder) / "mgr5", now=datetime.now()) as panel,
    ):
        account = panel.world.add_account("Romashka")
        bare_setpaid = [timed(partial(set_paid, panel, placed(panel, account, today))) for _ in range(rounds)]
        install("install", panel.root, "--wheels", str(download(Path(folder) / "wheels")))
        command = str(panel.root / "sbin" / "resellerprogram")
        subprocess.run([command, "settings", "set", "drop_limit_count", "1000"], check=True, capture_output=True)
        subprocess.run([command, "apply"], check=True, capture_output=True)
        starts, event_times, guard_times = handler_times(panel, rounds)
        setpaid: list[float] = []
        soon: list[float] = []
        cold: list[float] = []
        bare: list[float] = []
        calls = 0
        for turn in range(2 * rounds):
            warm = turn % 2 == 1
            if not warm:
                subprocess.run(["pkill", "-f", f"resellerprogram.worker.*{panel.root}"], check=False)
            one_payment(panel, account, today, 40_000)
            subprocess.run([command, "apply"], check=True, capture_output=True)
            payment = placed(panel, account, today, 60_000)
            panel.reset_calls()
            setpaid.append(timed(partial(set_paid, panel, payment)))
            answered = time.perf_counter()
            while panel.world.percents(account) != {"vds": 21, "dedic": 8, "certificate": 5}:
                time.sleep(0.001)
            (soon if warm else cold).append(time.perf_counter() - answered)
            time.sleep(0.5)
            called = [call for call in panel.calls() if call["func"] != "payment.setpaid"]
            calls = len(called) - 1  # the employee's filter is put back afterwards
            bare.append(timed(partial(repeat, panel, called[:calls])))
        memory_of_worker = resident(panel)
    middle = statistics.median
    start = middle(starts)
    return [
        ("event executable, against an interpreter start", f"{middle(event_times) / start:.2f} ×", _goal("2", start)),
        ("promo guard, against an interpreter start", f"{middle(guard_times) / start:.2f} ×", _goal("3", start)),
        (
            "payment.setpaid answered → three discounts in place, against its bare calls",
            f"{middle(soon) / middle(bare):.2f} ×",
            f"goal 1.3 × and an interpreter start; {calls} calls by mgrctl; {1000 * middle(soon):.0f} ms",
        ),
        (
            "the same when no worker is there yet and one must be loaded first",
            f"{(middle(cold) - start) / middle(bare):.2f} ×",
            f"one interpreter start apart; {1000 * middle(cold):.0f} ms",
        ),
        ("memory of the worker that stays", f"{memory_of_worker} MB", ""),
        (
            "payment.setpaid itself with the plugin, against the panel without it",
            f"+{1000 * (middle(setpaid) - middle(bare_setpaid)):.0f} ms",
            f"{1000 * middle(bare_setpaid):.0f} ms without",
        ),
    ]


SHOWN = {
    "members.filter": {},
    "members.edit": {"elid": "7"},
    "why": {"elid": "7"},
    "history": {"elid": "7"},
    "preview": {},
    "tiers": {},
    "tiers.edit": {"elid": "0-8", "sv_field": "threshold", "name": "A", "threshold": "51000", **PERCENTS},
    "classes": {},
    "classes.edit": {"elid": "vps"},
    "settings": {},
    "health": {},
}
"""Pages that only show something, and what they are asked for."""

LONG_LIST_OF_CLIENTS: dict[str, dict[str, str]] = {"my.payments": {}}
LONG_LISTS: dict[str, dict[str, str]] = {"members": {}, "changes": {}}
"""Those that give as many rows as the panel takes."""


OF_CLIENTS = {
    "my": {},
    "my.ahead": {"amount": "5000"},
    "my.tiers": {},
    "my.history": {},
    "my.picture": {"months": "12"},
    "my.how": {},
    "my.leave": {},
    "my.notices": {},
}
"""The same for a client's session."""


def pages(share: int) -> list[Row]:
    """Every page as the panel starts it; the panel's own time is counted apart."""
    members, payments = 10_000 // share, 10_000 // share
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox.create(Path(folder) / "mgr5", now=datetime.now()) as panel,
    ):
        panel.world.add_many(100, 6, date.today())
        install("install", panel.root, "--wheels", str(download(Path(folder) / "wheels")))
        subprocess.run([str(panel.root / "sbin" / "resellerprogram"), "apply"], check=True, capture_output=True)
        many_members(panel, members)
        with Store(panel.root, datetime.now()) as store:
            store.settings.set("joining", "on")
            account = AccountId(1)
            user = store.users.of(account)[0]
            many_payments(store, account, payments)
        staff = slowest(panel, SHOWN, {"AUTH_LEVEL": "30", "AUTH_USER": "1"})
        long = slowest(panel, LONG_LISTS, {"AUTH_LEVEL": "30", "AUTH_USER": "1"})
        paid = slowest(panel, LONG_LIST_OF_CLIENTS, {"AUTH_LEVEL": "16", "AUTH_USER": user})
        client = slowest(panel, OF_CLIENTS, {"AUTH_LEVEL": "16", "AUTH_USER": user})
    return [
        _page_row(f"the slowest page, {members} members, against an interpreter start", staff),
        (
            f"the longest list, {min(members, MOST_ROWS)} rows of {members} members, against an interpreter start",
            f"{long[1]:.1f} ×",
            f"{long[0]}; the panel sorts and pages what it gets, so it gets all",
        ),
        ("panel calls of a page, at most", str(staff[3]), f"{staff[2]}; goal 2"),
        _page_row(f"the slowest page of a client with {payments} payments in the window", client),
        (
            f"{min(payments, MOST_ROWS)} payments of a client in one list, against an interpreter start",
            f"{paid[1]:.1f} ×",
            paid[0],
        ),
        ("panel calls of a client's page, at most", str(client[3]), "goal 1"),
    ]


def _page_row(what: str, found: tuple[str, float, str, int, float]) -> Row:
    page, ratio, _, _, start = found
    return what, f"{ratio:.1f} ×", f"{page}; {_goal('10', start)}; panel calls apart"


def slowest(
    panel: Sandbox, asked: Mapping[str, Mapping[str, str]], who: dict[str, str]
) -> tuple[str, float, str, int, float]:
    """The page that takes longest and how many interpreter starts, the one with the most panel calls and how many, and
    how long an interpreter start takes."""
    python = panel.root / "lib" / "resellerprogram" / "current" / "venv" / "bin" / "python"
    handler = [str(panel.root / "addon" / "resellerprogram")]
    worst, most, start = ("", 0.0), ("", 0), 0.0
    for page, params in asked.items():
        environment = {
            "PATH": "/usr/bin:/bin",
            **who,
            "PARAM_func": f"resellerprogram.{page}",
            **{f"PARAM_{name}": value for name, value in params.items()},
        }
        starts, times, bare = [], [], []
        for _ in range(11):
            starts.append(timed(partial(started, [str(python), "-I", "-c", "pass"], environment)))
            panel.reset_calls()
            times.append(timed(partial(started, handler, environment)))
            called = panel.calls()
            bare.append(timed(partial(repeat, panel, called)) if called else 0.0)
        start = statistics.median(starts)
        ratio = (statistics.median(times) - statistics.median(bare)) / start
        worst = max(worst, (page, ratio), key=lambda each: each[1])
        most = max(most, (page, len(called)), key=lambda each: each[1])
    return (*worst, *most, start)


def many_payments(store: Store, account: AccountId, count: int) -> None:
    """A month of daily decisions about an account with so many payments in its window."""
    today, rules = date.today(), CountingRules(ProviderId(1), "RUB", RateTable(), {})
    made = [
        Payment(
            PaymentId(number),
            f"pfx/{number}",
            Money(Decimal(number % 90 + 1), "RUB"),
            PaymentStatus.CREDITED,
            today - timedelta(days=number % 30),
            ProviderId(1),
            "Bank",
        )
        for number in range(1, count + 1)
    ]
    now = datetime.now()
    for back in range(30, -1, -1):
        found = decide(account, today - timedelta(days=back), made, published_table(), rules)
        store.decisions.record(found, "daily", now, will_write=True)
    store.outlooks.keep(account, Outlook.of(found))


def many_members(panel: Sandbox, count: int) -> None:
    """Rows and decisions of so many members, as a run leaves them; a tenth of them wait to be changed by a plan."""
    now, table = datetime.now(), published_table()
    with Store(panel.root, now) as store, transaction(store.connection):
        for number in range(1, count + 1):
            account, turnover = AccountId(number), Decimal(number * 37 % 1_200_000)
            tier = table.tier_for(turnover)
            percents = tier.percents if tier else {}
            threshold = tier.threshold if tier else None
            name = tier.name if tier else None
            store.standings.keep(
                Standing(account, f"Клиент {number}", Basis.TURNOVER, name, threshold, turnover, percents=percents)
            )
            store.changes.add("setting", "currency", "RUB", "USD", Author("admin", "192.0.2.7"), now)
        store.planned.replace(
            PlannedAccount(AccountId(number), f"Клиент {number}", Decimal(number), None, "Starter", Way.STARTS, 0, ())
            for number in range(1, count // 10)
        )


def _goal(times: str, start: float) -> str:
    return f"goal {times} ×; `python3 -I -c pass` takes {1000 * start:.0f} ms"


def handler_times(panel: Sandbox, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """An interpreter start, the event and the guard, in turns; a lock keeps events from starting workers."""
    addon = panel.root / "addon"
    python = panel.root / "lib" / "resellerprogram" / "current" / "venv" / "bin" / "python"
    path = {"PATH": "/usr/bin:/bin"}
    event = {**path, "PARAM_func": "payment.setpaid", "PARAM_elid": "1"}
    guard = {**path, "PARAM_func": "basket", "PARAM_promocode": "SALE", "PARAM_sok": "ok"}
    guard |= {"AUTH_LEVEL": "16", "AUTH_USER": "2"}
    starts, events, guards = [], [], []
    with as_worker(panel.root / "var" / "resellerprogram"):
        for _ in range(rounds):
            starts.append(timed(partial(started, [str(python), "-I", "-c", "pass"], path)))
            events.append(timed(partial(started, [str(addon / "resellerprogram_event")], event)))
            guards.append(timed(partial(started, [str(addon / "resellerprogram_guard")], guard)))
    with Store(panel.root, datetime.now()) as store:
        for row in store.queue.all():
            store.queue.drop(row.id)
    return starts, events, guards


def started(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, input=b'<doc lang="ru"/>', capture_output=True, check=True)


def placed(panel: Sandbox, account: int, day: date, amount: int = 100) -> int:
    return panel.world.add_payment(account, amount, None, status=1, created_on=day)


def one_payment(panel: Sandbox, account: int, day: date, amount: int) -> None:
    """The account has one payment of that amount, and no other that counts."""
    panel.world.refuse_all_payments(account)
    panel.world.add_payment(account, amount, day)


def resident(panel: Sandbox) -> int:
    """Megabytes that the waiting worker holds."""
    found = subprocess.run(
        ["pgrep", "-f", f"resellerprogram.worker.*{panel.root}"], check=True, capture_output=True, text=True
    )
    status = Path(f"/proc/{found.stdout.split()[0]}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024


def set_paid(panel: Sandbox, payment: int) -> None:
    form = {"authinfo": "admin:admin-password", "func": "payment.setpaid", "elid": str(payment), "out": "xml"}
    with requests.Session() as session:
        session.trust_env = False
        assert "<ok/>" in session.post(panel.url, data=form, timeout=60).text


def repeat(panel: Sandbox, calls: list[dict[str, Any]]) -> None:
    """The same calls by mgrctl, one after the other, answers thrown away."""
    for call in calls:
        panel.mgrctl(call["func"], **{name: value for name, value in call["params"].items() if name != "func"})


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
