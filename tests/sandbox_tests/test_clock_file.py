"""A clock that the panel shares with others: one file, and the time goes on."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.sandbox.state import State

NOON = datetime(2025, 1, 20, 12)


def test_the_clock_goes_on_by_its_file_and_moving_it_writes_that(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    state = State(NOON, clock_file=file)
    state.now = NOON
    os.utime(file, (time.time() - 60,) * 2)
    assert timedelta(seconds=59) <= state.now - NOON < timedelta(seconds=65)
    state.now = NOON + timedelta(days=1)
    assert file.read_text() == "2025-01-21 12:00:00\n"
    state.save(tmp_path / "state.json")
    assert State.load(tmp_path / "state.json", NOON).clock_file == file


def test_without_a_file_it_stands_still(tmp_path: Path) -> None:
    state = State(NOON)
    time.sleep(0.01)
    assert state.now == NOON
