"""What the panel waits for, and how soon the discount is there: event, guard, worker."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
from datetime import date, datetime
from functools import partial
from pathlib import Path

from resellerprogram.store import Store
from resellerprogram.store.lock import as_worker

from tests.benchmarks.measuring import Row, goal, placed, repeat, set_paid, started, timed
from tests.installation import download
from tests.installation import run as install
from tests.operator import go_live
from tests.sandbox import Sandbox


def measure(share: int) -> list[Row]:
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
        with Store(panel.root, datetime.now()) as store:
            go_live(store)
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
        ("event executable, against an interpreter start", f"{middle(event_times) / start:.2f} ×", goal("2", start)),
        ("promo guard, against an interpreter start", f"{middle(guard_times) / start:.2f} ×", goal("3", start)),
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
