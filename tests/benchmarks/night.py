"""What a night costs: panel calls, time against the way that asks about everybody, memory; on a panel of a hundred
thousand clients, too, whose database is a real MariaDB."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from resellerprogram.programme.due import share
from resellerprogram.store import Store

from tests.operator import go_live
from tests.sandbox import Sandbox

from .mariadb import know_the_tables, mariadb
from .measuring import Row
from .town import Town

SLOW = 0.045
"""Seconds that a call takes on a real panel (the reference tells of 12 to 125 ms)."""
SAMPLE = 10
"""How long a call takes where everybody is asked about, two calls each, is seen for one account in so many."""
ONE_NIGHT = """
import json, re, sys, time
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from resellerprogram.panel.https import Https
from resellerprogram.panel.standstill import writes
from resellerprogram.recalculation import run
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store

root, accounts, slow = Path(sys.argv[1]), json.loads(sys.argv[2]), float(sys.argv[3])
asked, send = Counter(), Https.send

def counted(self, call):
    time.sleep(slow)
    changes = call.function.startswith("account.discount.") and writes(call.function, call.params)
    tells = call.function in ("user.edit", "notification.edit") or (
        call.function == "user" and "account_id" in call.params  # whose logins those are, before they are told
    )
    asked["writes" if changes else "told" if tells else "reads"] += 1
    asked[call.function] += 1
    return send(self, call)

Https.send = counted
opened = run.open_panel
run.open_panel = lambda root, access, large=False: opened(root, access, True)  # a few are asked about in the same way
with Store(root, datetime(2025, 1, 21)) as store:
    begun = time.perf_counter()
    report = recalculate(
        root, store, date(2025, 1, 21), lambda: datetime(2025, 1, 21, 0, 7), "daily", accounts=accounts,
        write=sys.argv[4] == "write", allow_drop=True,
    )
    took = time.perf_counter() - begun
memory = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(json.dumps({"took": took, "memory": memory, "moved": len(report.planned), "failed": len(report.failed), **asked}))
"""


def measure(factor: int) -> list[Row]:
    """10 000 members, 3 000 with a discount, 60 000 payments in the window, 200 movers; never so few that all are asked
    about."""
    factor = min(factor, 4)
    town = Town(10_000 // factor, 3_000 // factor, 200 // factor, 6)
    with tempfile.TemporaryDirectory() as folder, Sandbox.create(Path(folder) / "mgr5") as panel:
        _live_in(town, panel)
        by_everybody = _one_night(panel, list(town.payments)[::SAMPLE], SLOW)
        decided = _one_night(panel, None, SLOW)
        found = _one_night(panel, None, 0.0, "write")
    assert decided["moved"] == town.movers, decided
    assert found["moved"] == town.movers, found
    turn = share(town.holders, 28)
    goal = 2 * town.movers + 2 * turn + 150
    before = 2 * town.members * by_everybody["took"] / by_everybody["reads"]
    return [
        (
            f"panel calls of a night, {town.members} members, {town.holders} with a discount, {town.movers} movers",
            f"{found['reads']:.0f}",
            f"goal {goal}; and {found['writes']:.0f} writes, {found['told']:.0f} to tell clients",
        ),
        (
            "that night until all is decided, each call slowed to 45 ms, against asking about everybody",
            f"{decided['took'] / before:.3f} ×",
            f"goal 0.05 ×; {decided['took']:.0f} s against {before:.0f} s, two calls each; "
            f"writing and telling take {(found['writes'] + found['told']) * SLOW:.0f} s more in both",
        ),
    ]


def measure_many(factor: int) -> list[Row]:
    """100 000 members, 1 000 000 payments in the window, 2 000 movers, on MariaDB."""
    town = Town(100_000 // factor, 30_000 // factor, 2_000 // factor, 10)
    what = f"the same, {town.members} members, {10 * town.members} payments, {town.movers} movers (MariaDB)"
    if not shutil.which("mariadbd"):
        return [(what, "not measured", "needs Debian's mariadb-server")]
    with (
        tempfile.TemporaryDirectory() as folder,
        mariadb(Path(folder)) as database,
        Sandbox.create(Path(folder) / "mgr5", database=database) as panel,
    ):
        _live_in(town, panel)
        know_the_tables(database)
        found = _one_night(panel, None, 0.0, "write")
    assert found["moved"] == town.movers, found
    goal = 2 * town.movers + 10 * town.members * 7 // 30 // 2_500 + 2 * share(town.holders, 28)
    return [
        (
            what,
            f"{found['reads']:.0f}",
            f"goal {goal}; and {found['writes']:.0f} writes, {found['told']:.0f} to tell clients; "
            f"{found['took']:.0f} s",
        ),
        ("memory of that night", f"{found['memory']:.0f} MB", "goal 300 MB"),
    ]


def _live_in(town: Town, panel: Sandbox) -> None:
    panel.reset_calls(recording=False)
    town.settle(panel)
    with Store(panel.root, datetime(2025, 1, 20)) as store:
        store.settings.set("panel_url", panel.url)
        go_live(store)
        town.remember(panel, store, datetime(2025, 1, 20, 0, 7))


def _one_night(panel: Sandbox, accounts: list[int] | None, slow: float, how: str = "plan") -> dict[str, float]:
    """Of 21 January, in a process of its own, only decided or written, too; of `accounts` that are named each is asked
    about, as everybody was."""
    command = [sys.executable, "-c", ONE_NIGHT, str(panel.root), json.dumps(accounts), str(slow), how]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
