"""Settings and fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from resellerprogram.panel.calls import Employee, Panel
from resellerprogram.panel.transport import Mgrctl, Retrying
from resellerprogram.store import Store

from tests.installation import download
from tests.operator import Operator
from tests.sandbox import Sandbox
from tests.sandbox.nursery import Nursery

settings.register_profile("here", deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

TODAY = date(2025, 1, 20)


@pytest.fixture(scope="session", autouse=True)
def _nursery() -> None:
    Sandbox.nursery = Nursery()


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime packages as files."""
    return download(tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A fresh panel that runs; its clock stands at noon of 20 January 2025."""
    with Sandbox.create(tmp_path / "mgr5") as panel:
        yield panel


@pytest.fixture
def panel(sandbox: Sandbox) -> Panel:
    """The sandbox panel as our gateway sees it through mgrctl."""
    return Panel(Retrying(Mgrctl(sandbox.root), pauses=(0.01, 0.01)), Employee("admin"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in a panel's folder where no panel runs."""
    (tmp_path / "mgr5" / "var").mkdir(parents=True, exist_ok=True)
    with Store(tmp_path / "mgr5", datetime(2025, 1, 20, 12)) as opened:
        yield opened


@pytest.fixture
def operator(sandbox: Sandbox) -> Iterator[Operator]:
    """Somebody who runs the plugin against the sandbox, in this process."""
    with Store(sandbox.root, datetime(2025, 1, 20, 12)) as opened:
        opened.settings.set("panel_url", sandbox.url)
        yield Operator(sandbox, opened)
