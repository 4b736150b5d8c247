"""Settings and fixtures shared by all tests."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from resellerprogram.panel import transport
from resellerprogram.panel.calls import Employee, Panel
from resellerprogram.panel.transport import Mgrctl, Retrying
from resellerprogram.store import Store, database

from tests import installation
from tests.operator import Operator, go_live
from tests.sandbox import Sandbox, within
from tests.sandbox.nursery import Nursery

for profile, examples in (("here", 100), ("quick", 15)):
    settings.register_profile(
        profile, deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile("here")

TODAY = date(2025, 1, 20)

OF_A_PANEL = {"sandbox", "one_panel", "one_live", "wheels"}
"""Fixtures behind which a panel's process or an installation stands: whoever has one of them is slow."""


LONG = ("soak", "live", "install/test_demo", "install", "browser", "mirror")
"""What takes longest: whatever begins last keeps the other processors waiting for its end. Browser and database servers
may still be on their way when the tests begin."""


SHARE = ("tests/live/", "tests/sandbox_tests/", "tests/mirror/")
"""Whose modules have one panel or one set of servers each, made for all of their tests."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks who is slow."""
    if set(getattr(item, "fixturenames", ())) & OF_A_PANEL:
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who shares an installation stays together, so that it is made once. From pytest 9.2 on, xdist 3.8 reads no
    `xdist_group` any more, and says nothing."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith("tests/browser/"):
                return "tests/browser"
            return nodeid.partition("::")[0] if nodeid.startswith(SHARE) else nodeid

    return Together(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    where = f"{item.path.parent.name}/{item.path.stem}"
    return next((rank for rank, long in enumerate(LONG) if where.startswith(long)), len(LONG))


@pytest.fixture(scope="session", autouse=True)
def _nursery() -> None:
    Sandbox.nursery = Nursery()


@pytest.fixture(scope="session", autouse=True)
def _fresh_databases() -> Iterator[None]:
    """In the test's process, a new database is a copy of one that all migrations have made, which takes a tenth of the
    time. A database that holds something is migrated as ever."""
    shipped, migrate = database._migrations, database._migrate
    with closing(sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)) as model:
        migrate(model, Path(), datetime(2025, 1, 20), False)

        def copied(connection: sqlite3.Connection, folder: Path, now: datetime, on_trial: bool) -> None:
            holds_something = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if database._migrations is shipped and not holds_something:
                model.backup(connection)
            migrate(connection, folder, now, on_trial)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(database, "_migrate", copied)
            yield


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the test's process, calls are repeated as often as ever, but without the seconds between them."""
    monkeypatch.setattr(Retrying.__init__, "__defaults__", ((0.01, 0.01), time.sleep))


@pytest.fixture
def impatient(own_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a panel that dies the program has enough soon."""
    monkeypatch.setattr(Mgrctl.__init__, "__defaults__", (10.0,))
    monkeypatch.setattr(Retrying.__init__, "__defaults__", ((0.01,), lambda pause: None))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime packages as files; the workers of one run share them."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    folder, python = base / "wheels", base / "prepared" / "python"
    with open(base / "wheels.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python.exists():
            folder.mkdir(exist_ok=True)
            installation.prepare(python.parent, installation.download(folder))
    installation.PREPARED = python
    return folder


@pytest.fixture
def sandbox(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A fresh panel that runs; its clock stands at noon of 20 January 2025."""
    asked = set(request.fixturenames)
    here = "no_processes" in asked and not asked & {"own_process", "over_https"}
    with Sandbox.create(tmp_path / "mgr5", here=here) as panel:
        yield panel
        if (panel.root / "lib" / "resellerprogram").exists():
            installation.end_workers(panel.root)


@pytest.fixture
def panel(sandbox: Sandbox) -> Panel:
    """The sandbox panel as our gateway sees it through mgrctl."""
    return Panel(Retrying(Mgrctl(sandbox.root), pauses=(0.01, 0.01)), Employee("admin"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in a panel's folder where no panel runs."""
    (tmp_path / "mgr5" / "var").mkdir(parents=True, exist_ok=True)
    with Store(tmp_path / "mgr5", datetime(2025, 1, 20, 12)) as opened:
        go_live(opened)
        yield opened


@pytest.fixture
def no_processes() -> Iterator[None]:
    """Panel and mgrctl live in this process; those of their own have tests/panel, tests/live and tests/install."""
    with pytest.MonkeyPatch.context() as patched:  # its own, for a test that undoes its patches
        patched.setattr(transport, "subprocess", within.INSTEAD)
        yield


@pytest.fixture
def own_process() -> None:
    """The panel has a process of its own nevertheless: where one hangs, dies or is forked."""


@pytest.fixture
def operator(sandbox: Sandbox, no_processes: None) -> Iterator[Operator]:
    """Somebody who runs the plugin against the sandbox, in this process. His runs ask by mgrctl, which takes half the
    time of HTTPS here."""
    with Store(sandbox.root, datetime(2025, 1, 20, 12)) as opened:
        opened.settings.set("panel_url", "")
        go_live(opened)
        yield Operator(sandbox, opened)


@pytest.fixture
def over_https(operator: Operator) -> None:
    """The operator's runs ask over HTTPS, as they do at home."""
    operator.store.settings.set("panel_url", operator.sandbox.url)
