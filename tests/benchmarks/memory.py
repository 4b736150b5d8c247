"""The peak memory of plan and apply, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.benchmarks.measuring import Row
from tests.sandbox import Sandbox

TODAY = date(2025, 1, 20)
MEMORY = """
import re, sys
from datetime import date, datetime
from pathlib import Path
from resellerprogram.recalculation.run import recalculate
from resellerprogram.store import Store
with Store(Path(sys.argv[1]), datetime(2025, 1, 20)) as store:
    store.going_live.start(datetime(2020, 1, 1), "chief")
    store.settings.set("panel_url", sys.argv[2])
    recalculate(Path(sys.argv[1]), store, date(2025, 1, 20), datetime.now, "memory", write=sys.argv[3] == "apply")
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def measure(share: int) -> list[Row]:
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
