"""Which machine this is, and until when it may believe itself to be the only one; beside the database, never in it:
a copy of the database on another machine is another machine."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, replace
from pathlib import Path

from ..programme.values import dataclass

FILE_NAME = "machine"


@dataclass(frozen=True)
class Machine:
    """`mark` is made once. `lapses` is when the lease ends that was last renewed, in seconds of this host's clock;
    `alone` when nobody else could take it meanwhile: one machine, and a database that is no cluster. `term`: the last
    in which this machine held the mirror, 0 for none; what it kept of its own is of then."""

    mark: str
    lapses: float = 0.0
    alone: bool = True
    term: int = 0

    @property
    def name(self) -> str:
        return f"{socket.gethostname()[:80]} ({self.mark})"


def machine_of(folder: Path) -> Machine:
    """This machine."""
    try:
        kept = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return Machine(str(kept["mark"]), float(kept["lapses"]), bool(kept["alone"]), int(kept.get("term", 0)))
    except (OSError, ValueError, KeyError, TypeError):
        return _written(folder, Machine(secrets.token_hex(4)))


def renewed(folder: Path, machine: Machine, lapses: float, alone: bool, term: int) -> Machine:
    """Remember that the lease was renewed."""
    return _written(folder, replace(machine, lapses=lapses, alone=alone, term=term))


def _written(folder: Path, machine: Machine) -> Machine:
    begun = folder / f"{FILE_NAME}.{os.getpid()}"
    descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(machine), file)
    begun.replace(folder / FILE_NAME)
    return machine
