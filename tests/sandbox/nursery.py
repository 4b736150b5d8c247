"""Panels for tests, which start hundreds of them: a process that has everything loaded, and forks one in a moment."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_DISCOUNT = {"percentage": "5", "pricelist_tree": "it_2", "name": "Rehearsed", "sok": "ok"}
_LATER = {"filter": "on", "payfromdate": "2025-01-01", "paytodate": "2025-01-20"}
_REHEARSED: tuple[tuple[str, dict[str, str]], ...] = (
    *((each, {}) for each in ("whoami", "employee", "project", "currency", "currencyrate", "itemtype", "pricelist")),
    *((each, {}) for each in ("paymethod", "account", "user", "expense", "payment.filter")),
    ("itemtype.edit", {"elid": "1"}),
    ("user.edit", {"elid": "2"}),
    ("payment", {**_LATER, "account_id": "1"}),
    ("payment", _LATER),
    ("payment.info", {"elid": "1"}),
    ("account.discount.add.product", {**_DISCOUNT, "plid": "1"}),
    ("account.discount", {"elid": "1"}),
    ("account.discount.edit", {"elid": "1"}),
    ("account.discount.edit", {**_DISCOUNT, "elid": "1"}),
    ("account.discount.delete", {"elid": "1"}),
    ("payment.setpaid", {"elid": "1"}),
)


class Nursery:
    """Starts panels; it ends with the process that made it."""

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        """Begun with the first panel: most runs of a few tests need none."""
        return subprocess.Popen(
            [sys.executable, "-c", "from tests.sandbox.nursery import main; main()"],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, root: Path, database: str, port: int) -> Forked:
        """A panel in `root`, which writes what goes wrong into its var/core.out."""
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(json.dumps([str(root), database, port]) + "\n")
        asking.flush()
        return Forked(int(answering.readline()))


class Forked:
    """A panel's process, as `subprocess.Popen` would show it. The nursery takes its end off the process table."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self) -> None:
        while self.poll() is None:
            time.sleep(0.002)


def main() -> None:
    """A line asks for a panel, a line answers with its process."""
    from .server import main as serve

    _rehearse()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # what is loaded stays, and stays shared
    for line in sys.stdin:
        root, database, port = json.loads(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            output = os.open(Path(root) / "var" / "core.out", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            for stream, number in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
                os.dup2(stream, number)
            serve(Path(root), database, port)
            os._exit(0)
        print(pid, flush=True)


def _rehearse() -> None:
    """A panel that is gone again: what is learned when something is asked for the first time, every later one knows."""
    from .control import Sandbox
    from .panel import Panel
    from .state import State

    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox.create(Path(folder) / "mgr5")
        account = sandbox.world.add_account("Client")
        sandbox.world.add_payment(account, 500, date(2025, 1, 20))
        panel = Panel(sandbox.root, sandbox.database, State(datetime(2025, 1, 20, 12)))
        for function, params in _REHEARSED:
            panel.answer({"func": function, "out": "xml", "su": "admin", **params}, trusted=True)
        panel.answer({"func": "auth", "username": "admin", "password": "admin-password"})
        panel.engine.dispose()
        sandbox.world.engine.dispose()
