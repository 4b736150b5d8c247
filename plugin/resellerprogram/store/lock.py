"""One recalculation at a time, on this host."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..programme.errors import AnotherRunActive


@contextmanager
def only_one(folder: Path, purpose: str, now: datetime) -> Iterator[None]:
    """Hold the lock; the system gives it back when the process dies, however it dies.

    Raises AnotherRunActive, which names the holder, when somebody else holds it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AnotherRunActive(file.read().strip() or "?") from None
        file.seek(0)
        file.truncate()
        file.write(f"{purpose}, pid {os.getpid()}, {now:%Y-%m-%d %H:%M:%S}\n")
        file.flush()
        yield
