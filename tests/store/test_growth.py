"""The database grows with what happens, not with days and not with payments squared (`tests/benchmarks/growth.py`)."""

from __future__ import annotations

import pytest
from resellerprogram.store import Store

from tests.benchmarks.growth import QUIET_NIGHTS, grow

PAGE = 4096


@pytest.mark.slow
def test_a_payment_a_decision_and_a_quiet_night_take_no_more_than_they_may(store: Store) -> None:
    found = grow(store, members=30, payments=150, days=20)
    assert found.payment <= 300
    assert found.changing <= 400
    assert found.decision <= found.changing + PAGE / found.changed, "a file grows by whole pages"
    assert found.quiet * QUIET_NIGHTS <= 2 * PAGE, "lines in the list of runs; confirmations take nothing"
    assert found.decisions > found.changed > 30
