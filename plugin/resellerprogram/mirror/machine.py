"""Which machine this is, and until when it may believe itself to be the only one; beside the database, never in it:
a copy of the database on another machine is another machine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
from dataclasses import asdict, replace
from pathlib import Path

from ..programme.values import dataclass
from .tables import LEASE

FILE_NAME = "machine"
_TELL_HOSTS_APART = ("/sys/class/dmi/id/product_uuid", "/etc/machine-id")


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
        return f"{socket.gethostname()[:80]} ({self.mark}.{_hardware()})"

    def is_called(self, name: str, lately_unheard: bool) -> bool:
        """Whether this is the machine of that name. One of its mark on another host is this one as it was, moved or
        renamed, as a container is with each start; or one from which this was copied, while that is heard of."""
        return name == self.name or (lately_unheard and f"({self.mark}." in name)

    def may_go_on(self, now: float) -> bool:
        """Whether no other machine can have taken over, though the mirror can't be asked. A clock that was put back
        proves nothing."""
        return self.alone or self.lapses - LEASE <= now < self.lapses


def _hardware() -> str:
    """What tells a host from a copy of its disk."""
    told = ""
    for file in _TELL_HOSTS_APART:
        with contextlib.suppress(OSError):
            told += Path(file).read_text(encoding="utf-8", errors="replace")
    return hashlib.sha256(told.encode()).hexdigest()[:6]


def machine_of(folder: Path) -> Machine:
    """This machine."""
    return _kept(folder) or _made(folder)


def renewed(folder: Path, machine: Machine, lapses: float, alone: bool, term: int) -> Machine:
    """Remember that the lease was renewed; what differs by less than a second is not worth a write."""
    if 0 <= lapses - machine.lapses < 1 and (alone, term) == (machine.alone, machine.term):
        return machine
    again = replace(machine, lapses=lapses, alone=alone, term=term)
    _written(folder, again).replace(folder / FILE_NAME)
    return again


def _kept(folder: Path) -> Machine | None:
    try:
        kept = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return Machine(str(kept["mark"]), float(kept["lapses"]), bool(kept["alone"]), int(kept.get("term", 0)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(folder: Path) -> Machine:
    """Of several processes that make one at the same time, the first one's. One that can't be read is lost."""
    machine = Machine(secrets.token_hex(4))
    begun = _written(folder, machine)
    try:
        os.link(begun, folder / FILE_NAME)
    except FileExistsError:
        first = _kept(folder)
        if first:
            return first
        begun.replace(folder / FILE_NAME)
    finally:
        begun.unlink(missing_ok=True)
    return machine


def _written(folder: Path, machine: Machine) -> Path:
    """A file beside it, as a whole on the disk: what takes the place of a name must not be empty after a power cut."""
    begun = folder / f"{FILE_NAME}.{secrets.token_hex(4)}"
    descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(machine), file)
        file.flush()
        os.fsync(descriptor)
    return begun
