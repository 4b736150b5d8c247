"""Panels for tests, which start hundreds of them: a process that has everything loaded, and forks one in a moment."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class Nursery:
    """Starts panels; it ends with the process that made it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox.nursery"],
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


if __name__ == "__main__":
    main()
