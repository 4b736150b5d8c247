"""The report of the sandbox panel, made in this process."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from resellerprogram.doctor.report import report_of
from resellerprogram.panel.answers import Document, parse
from resellerprogram.panel.calls import Employee, Panel
from resellerprogram.panel.errors import Call

from tests.sandbox.panel import Panel as SandboxPanel
from tests.sandbox.population import populate
from tests.sandbox.state import State
from tests.sandbox.world import World

MARK = """\
# WHAT THIS IS: the shapes of the sandbox panel of our tests, made by `python -m tests.replay`. No real panel answered.
"""
_TODAY = date(2025, 1, 20)


class InProcess:
    """The sandbox panel without a process: what mgrctl would ask, asked here."""

    def __init__(self, panel: SandboxPanel) -> None:
        self._panel = panel

    def send(self, call: Call) -> Document:
        asked = {**call.params, "func": call.function, "out": "xml"}
        return parse(self._panel.answer(asked, trusted=True).body, call)

    def close(self) -> None:
        """There is nothing to give back."""


def sandbox_in(folder: Path, **readings: str) -> Panel:
    """The gateway to a populated sandbox in a folder."""
    (folder / "var").mkdir(parents=True, exist_ok=True)
    noon = datetime(2025, 1, 20, 12)
    state = State(noon)
    for name, value in readings.items():
        state.set_reading(name, value)
    database = f"sqlite:///{folder / 'var' / 'billmgr.db'}"
    world = World(database, state.readings)
    with world.at_once():
        world.found("admin-password")
        accounts = populate(world, _TODAY, 7, 40)
        world.add_expense(accounts[0], 810, _TODAY, discount=1, saved=190)
        world.add_expense(accounts[1], 1000, _TODAY)
    return Panel(InProcess(SandboxPanel(folder, database, state)), Employee("admin"))


def report_of_the_sandbox(folder: Path) -> str:
    return MARK + without_seconds(report_of(sandbox_in(folder)))


def without_seconds(report: str) -> str:
    """Durations are another every time."""
    return re.sub(r"(?m)^  took [0-9.]+$", "  took 0.00", report)
