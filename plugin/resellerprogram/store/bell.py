"""The bell by which an event wakes the worker that waits: a byte in a pipe with a name."""

from __future__ import annotations

import contextlib
import os
import select
import stat
from pathlib import Path

BELL = "bell"


class Bell:
    """Held by the worker while it lives; `quick/event.py` rings it. A ring before one listens is not lost."""

    def __init__(self, folder: Path) -> None:
        path = folder / BELL
        if not path.exists() or not stat.S_ISFIFO(path.stat().st_mode):
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
        # for writing, too: so the pipe has no end
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def listen(self, seconds: float) -> bool:
        """Wait for a ring, at most so long; whether there was one."""
        rung, _, _ = select.select([self._pipe], [], [], seconds)
        if rung:
            os.read(self._pipe, 4096)
        return bool(rung)

    @staticmethod
    def ring(folder: Path) -> None:
        """Wake the worker, if one lives."""
        try:
            pipe = os.open(folder / BELL, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return
        with contextlib.suppress(BlockingIOError):
            os.write(pipe, b"!")
        os.close(pipe)

    def close(self) -> None:
        os.close(self._pipe)
