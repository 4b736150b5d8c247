"""One recalculation at a time, and one worker at a time, on this host."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from ..programme.errors import AnotherRunActive

WORKER_LOCK = "worker.lock"
_GLANCE = 0.05


@contextmanager
def only_one(folder: Path, purpose: str, now: datetime, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock; the system gives it back when the process dies, however it dies.

    Raises AnotherRunActive, which names the holder, when somebody else holds it for longer than `patience` (seconds).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "a+", encoding="utf-8") as file:
        deadline = time.monotonic() + patience
        while not _taken(file):
            if time.monotonic() >= deadline:
                file.seek(0)
                raise AnotherRunActive(file.read().strip() or "?")
            time.sleep(_GLANCE)
        file.seek(0)
        file.truncate()
        file.write(f"{purpose}, pid {os.getpid()}, {now:%Y-%m-%d %H:%M:%S}\n")
        file.flush()
        yield


def is_taken(folder: Path) -> bool:
    """Whether somebody is recalculating now."""
    try:
        with open(folder / "lock", encoding="utf-8") as file:
            return not _taken(file)
    except FileNotFoundError:
        return False


@contextmanager
def as_worker(folder: Path) -> Iterator[bool]:
    """Be the one worker; False when another lives. `quick/event.py` asks the same lock whether one must be started."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / WORKER_LOCK, "a", encoding="utf-8") as file:
        yield _taken(file)


@contextmanager
def as_tasks(folder: Path) -> Iterator[bool]:
    """Be the one that carries out tasks; False when another does."""
    with open(folder / "tasks.lock", "a", encoding="utf-8") as file:
        yield _taken(file)


@contextmanager
def as_carrier(folder: Path) -> Iterator[bool]:
    """Be the one that makes the mirror whole; False when another does."""
    with open(folder / "carrier.lock", "a", encoding="utf-8") as file:
        yield _taken(file)


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
