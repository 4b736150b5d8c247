"""A sandbox panel in the hands of a test, a demo or a benchmark."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

from lxml import etree

from . import within
from .core import Core
from .nursery import Forked, Nursery
from .world import World

PROJECT = Path(__file__).resolve().parents[2]
STARTING = 30.0
OF_A_PROCESS = ("hang", "crash_before", "crash_after")
"""Faults by which a process is stuck or gone."""
_FRESH: dict[str, bytes] = {}
"""The database of a panel just installed, by the employee's password."""


class Sandbox:
    """A BILLmanager in the folder `root`, served by a process of its own; or `here`, in this one, where calls take half
    the time, but it knows mgrctl alone (see `within`) and can neither hang nor crash."""

    nursery: ClassVar[Nursery | None] = None
    """Where there is one, it starts the panels."""

    def __init__(self, root: Path, database: str = "", port: int = 0, here: bool = False) -> None:
        self.root, self.port, self.here = root, port, here
        self.database = database or f"sqlite:///{root / 'var' / 'billmgr.db'}"
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._world: World | None = None

    @classmethod
    def create(
        cls,
        root: Path,
        *,
        database: str = "",
        port: int = 0,
        readings: dict[str, str] | None = None,
        now: datetime = datetime(2025, 1, 20, 12),
        password: str = "admin-password",
        clock_file: str = "",
        here: bool = False,
    ) -> Sandbox:
        """Lay out the folders and a fresh database; nothing runs yet. The clock stands at `now`; with a `clock_file`
        below `root` it goes on from there, and whoever reads or writes that file shares it."""
        root = Path(root).resolve()
        for folder in ("sbin", "bin", "etc/xml", "addon", "lib", "var/run", "var/.xmlcache/billmgr", "skins/common"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        script = (Path(__file__).parent / "mgrctl").read_text(encoding="utf-8")
        _executable(root / "sbin" / "mgrctl", f"{_first_lines(sys.executable)}{script}")
        _executable(root / "bin" / "core", "#!/bin/sh\necho 5.389.1\n")
        (root / "etc" / "billmgr.conf").write_text("DBHost localhost\nDBName billmgr\n", encoding="utf-8")
        sandbox = cls(root, database, port, here)
        sandbox._found(password)
        from .state import State

        state = State(now)
        for name, value in (readings or {}).items():
            state.set_reading(name, value)
        if clock_file:
            state.clock_file = root / clock_file
            state.now = now
        state.save(root / "var" / "run" / "state.json")
        return sandbox

    def _found(self, password: str) -> None:
        """What a fresh panel holds, made once and copied then: as the file of one that nobody has open."""
        file = self.root / "var" / "billmgr.db"
        if self.database != f"sqlite:///{file}" or file.exists():
            self.world.found(password)
        elif password in _FRESH:
            file.write_bytes(_FRESH[password])
        else:
            world = World(self.database, {})
            world.found(password)
            world.engine.dispose()
            _FRESH[password] = file.read_bytes()

    @property
    def world(self) -> World:
        """The panel's database, to be written behind its back."""
        from .state import State

        state = State.load(self.root / "var" / "run" / "state.json", datetime(2025, 1, 20, 12))
        self._world = self._world or World(self.database, state.readings)
        self._world.readings = state.readings
        return self._world

    @property
    def url(self) -> str:
        self._needs_a_process("HTTP")
        return (self.root / "var" / "run" / "address").read_text(encoding="utf-8")

    # --- running ---

    def start(self) -> Sandbox:
        if self.here:
            within.LIVING[self.root] = Core(self.root, self.database)
            return self
        run = self.root / "var" / "run"
        (run / "address").unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        if self.nursery:
            self._process = self.nursery.start(self.root, self.database, self.port)
        else:
            self._process = self._started(environment)
        deadline = time.monotonic() + STARTING
        while not (run / "address").exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.root / "var" / "core.out").read_text(errors="replace")[-2000:])
            time.sleep(0.005)
        return self

    def _started(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with open(self.root / "var" / "core.out", "ab") as output:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.sandbox",
                    "serve",
                    str(self.root),
                    "--port",
                    str(self.port),
                    "--database",
                    self.database,
                ],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self, how: int = signal.SIGTERM) -> None:
        core = within.LIVING.pop(self.root, None)
        if core:
            core.close()
            return
        pid = self.root / "var" / "run" / "pid"
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None
        elif pid.exists():
            os.kill(int(pid.read_text()), how)
        pid.unlink(missing_ok=True)

    @property
    def alive(self) -> bool:
        """Whether the process that was started here still answers; one that is about to be gone runs for a while."""
        if self.here:
            return self.root in within.LIVING
        if self._process is None or self._process.poll() is not None:
            return False
        try:
            self._control("status")
        except (OSError, RuntimeError):
            self._process.wait()
            return False
        return True

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def _needs_a_process(self, what: str) -> None:
        if self.here:
            raise RuntimeError(f"{what} takes a panel with a process of its own")

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if kind is None and self.violations:
            raise AssertionError("\n".join(["a handler did what is the core's", *self.violations]))

    @property
    def violations(self) -> list[str]:
        """What handlers did that no panel lets them do; whoever leaves the panel with some fails."""
        told = self.root / "var" / "violations"
        return sorted(set(told.read_text(encoding="utf-8").splitlines())) if told.exists() else []

    def forgive(self) -> None:
        """Forget them: for the tests of that."""
        (self.root / "var" / "violations").unlink(missing_ok=True)

    # --- the clock, the switches ---

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._control("status")["now"])

    @now.setter
    def now(self, moment: datetime) -> None:
        self._control("clock", now=moment.isoformat())

    def advance(self, span: timedelta) -> None:
        self.now = self.now + span

    @property
    def readings(self) -> dict[str, str]:
        """How each assumed fact is played now."""
        known: dict[str, str] = self._control("status")["readings"]
        return known

    def read_as(self, **readings: str) -> None:
        """Play assumed facts the named way."""
        for name, value in readings.items():
            self._control("reading", name=name, value=value)

    def deny(self, user: str, *functions: str) -> None:
        """Take the rights to these functions from an employee, and give back all others."""
        self._control("deny", user=user, functions=functions)

    def do_nothing(self, does: bool = True) -> None:
        """Mark the panel as a copy, a standby or under maintenance, or take the mark away."""
        mark = self.root / "etc" / "billmgr.DoNothing"
        mark.touch() if does else mark.unlink(missing_ok=True)

    def fault(self, kind: str, func: str = "*", **details: Any) -> None:
        """Switch a fault on (see state.Fault)."""
        if kind in OF_A_PROCESS:
            self._needs_a_process(f"the fault {kind}")
        self._control("fault", kind=kind, func=func, **details)

    def clear_faults(self) -> None:
        self._control("clear_faults")

    # --- what happened ---

    def calls(self) -> list[dict[str, Any]]:
        """Every call since the last reset: func, params, user, su, caller, writes."""
        found: list[dict[str, Any]] = self._control("calls")
        return found

    def reset_calls(self, recording: bool = True) -> None:
        self._control("reset_calls", recording=recording)

    def filters(self) -> list[list[Any]]:
        """The saved list filters: [user, function, fields]."""
        found: list[list[Any]] = self._control("filters")
        return found

    def forget_sessions(self) -> None:
        self._control("forget_sessions")

    def notifications(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._control("notifications")
        return found

    # --- using it ---

    def mgrctl(self, func: str, **params: Any) -> etree._Element:
        """The document that mgrctl prints."""
        words = ["-m", "billmgr", "-o", "xml", func, *(f"{name}={value}" for name, value in params.items())]
        command = [str(self.root / "sbin" / "mgrctl"), *words]
        if self.here:
            done = within.run(command, env=os.environ, timeout=STARTING)
            done.check_returncode()
        else:
            done = subprocess.run(command, capture_output=True, check=True)
        return etree.fromstring(done.stdout)

    def price(self, account: int, internal_name: str, period: str = "monthly") -> Decimal:
        """What the client would pay for that period of that service type, as an order preview tells it."""
        user = self.world.user_of(account)
        document = self.mgrctl(f"{internal_name}.order.param", su=user, order_period=period)
        if document.find("error") is not None:
            raise RuntimeError(document.findtext("error/msg"))
        return Decimal(document.findtext("cost", ""))

    def set_payment_status(self, function: str, *payments: int) -> etree._Element:
        return self.mgrctl(function, elid=", ".join(map(str, payments)), su="admin")

    def today(self) -> date:
        return self.now.date()

    def _control(self, do: str, **arguments: Any) -> Any:
        asked = json.dumps({"do": do, **arguments}).encode()
        core = within.living(self.root)
        answer = core.control(asked)[0] if core else within.by_socket(self.root / "var" / "run" / "control.sock", asked)
        if not answer:
            raise RuntimeError(f"the sandbox could not {do} {arguments}")
        return json.loads(answer)


def _first_lines(python: str) -> str:
    """A kernel takes a first line up to its first space; the shell is slower and takes any path."""
    if " " not in python:
        return f"#!{python} -ISE\n"
    return f"#!/bin/sh\n'''exec' {shlex.quote(python)} -ISE \"$0\" \"$@\"\n' '''\n"


def _executable(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
