"""Which machine this is, and until when it may believe itself to be the only one; beside the database, never in it:
a copy of the database on another machine is another machine."""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path

from ..programme.values import dataclass

FILE_NAME = "machine"


@dataclass(frozen=True)
class Machine:
    """`lapses` is when the lease ends that was last renewed, in seconds of this host's clock; `alone` when nobody else
    could take it meanwhile: one machine, and a database that is no cluster."""

    name: str
    lapses: float = 0.0
    alone: bool = True


def machine_of(folder: Path) -> Machine:
    """This machine, by its host name and a mark that is made once."""
    path = folder / FILE_NAME
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        mark, lapses, alone = str(kept["mark"]), float(kept["lapses"]), bool(kept["alone"])
    except (OSError, ValueError, KeyError, TypeError):
        mark, lapses, alone = secrets.token_hex(4), 0.0, True
        _write(path, mark, lapses, alone)
    return Machine(f"{socket.gethostname()[:80]} ({mark})", lapses, alone)


def renewed(folder: Path, machine: Machine, lapses: float, alone: bool) -> Machine:
    """Remember that the lease was renewed."""
    _write(folder / FILE_NAME, machine.name.rpartition("(")[2].rstrip(")"), lapses, alone)
    return Machine(machine.name, lapses, alone)


def _write(path: Path, mark: str, lapses: float, alone: bool) -> None:
    begun = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump({"mark": mark, "lapses": lapses, "alone": alone}, file)
    begun.replace(path)
