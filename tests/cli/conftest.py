"""What all tests of the command line share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_processes(no_processes: None) -> None:
    """They are about what is typed and read."""
