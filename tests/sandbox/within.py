"""What the sandbox's mgrctl does, without a process: for tests that call it thousands of times and are about something
else. Another program at its place is run as ever. The panel itself may live in this process, too."""

from __future__ import annotations

import os
import socket
import subprocess
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .core import ANSWERED, Core

LIVING: dict[Path, Core] = {}
"""The panels of this process, by their folder."""
_SCRIPT = (Path(__file__).parent / "mgrctl").read_text(encoding="utf-8")


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run`, as it is called for mgrctl."""
    if not _is_ours(command[0]):
        return subprocess.run(command, check=options.pop("check", False), **options)
    environment = options["env"]
    words = [environment.get("SSH_CONNECTION", ""), *_resolved(command[1:], environment)]
    try:
        answer = _ask(Path(command[0]).parents[1], words, options["timeout"])
    except socket.timeout as error:  # TimeoutError from Python 3.10 on
        raise subprocess.TimeoutExpired(command, options["timeout"]) from error
    except OSError as error:
        return subprocess.CompletedProcess(command, 1, b"", f"ERROR Failed to connect to the core: {error}\n".encode())
    return subprocess.CompletedProcess(command, 0, answer, b"")


INSTEAD = SimpleNamespace(run=run, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired)
"""What a module takes for `subprocess`."""


def _is_ours(program: str) -> bool:
    found = os.stat(program)
    return _same(program, found.st_mtime_ns, found.st_size) and os.access(program, os.X_OK)


@lru_cache(maxsize=64)
def _same(program: str, changed: int, size: int) -> bool:
    return Path(program).read_text(encoding="utf-8", errors="replace").endswith(_SCRIPT)


def _resolved(words: list[str], environment: dict[str, str]) -> list[str]:
    """The words; behind each `-e name=$VARIABLE` the same with the value that the environment has."""
    resolved: list[str] = []
    for before, word in zip(["", *words], words):
        resolved.append(word)
        if before == "-e":
            name, _, variable = word.partition("=")
            resolved.append(f"{name}={environment.get(variable[1:], '')}")
    return resolved


def living(root: Path) -> Core | None:
    """The panel in that folder, where it lives in this process."""
    core = LIVING.get(root)
    if core is not None and core.process != os.getpid():
        raise RuntimeError(f"the panel in {root} lives in the process that this one was forked from")
    return core


def _ask(root: Path, words: list[str], timeout: float) -> bytes:
    asked = "\0".join(words).encode("utf-8", "surrogateescape")
    core = living(root)
    if core:
        answer, after = core.mgrctl(asked)
        for work in after:
            work()
    else:
        answer = by_socket(root / "var" / "run" / "core.sock", asked, timeout)
    if not answer.startswith(ANSWERED):
        raise OSError("the core closed the connection")
    return answer[len(ANSWERED) :]


def by_socket(path: Path, asked: bytes, timeout: float | None = None) -> bytes:
    """What whoever listens there answers; nothing where it closed the connection. Raises OSError."""
    opened = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX) as core:
            core.settimeout(timeout)
            core.connect(f"/proc/self/fd/{opened}/{path.name}")  # a socket's path may be 107 bytes long at most
            core.sendall(asked)
            core.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: core.recv(65536), b""))
    finally:
        os.close(opened)
