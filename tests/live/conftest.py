"""The plugin installed into a sandbox panel: the panel's events start it, nobody else does. The clock is the host's."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from resellerprogram.programme.errors import AnotherRunActive
from resellerprogram.store import Store
from resellerprogram.store.lock import only_one

from tests.installation import end_workers, put_into, workers_of
from tests.sandbox import Sandbox

PATIENCE = 60.0
"""Seconds; long enough for a busy machine."""


@dataclass
class Live:
    """An installed plugin in the hands of a test."""

    sandbox: Sandbox

    @property
    def root(self) -> Path:
        return self.sandbox.root

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "sbin" / "resellerprogram"), *words],
            text=True,
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            check=False,
        )

    def store(self) -> Store:
        return Store(self.root, datetime.now())

    def client(self, name: str = "Romashka") -> int:
        return self.sandbox.world.add_account(name)

    def placed(self, account: int, amount: int) -> int:
        """A payment that was placed and not credited yet."""
        return self.sandbox.world.add_payment(account, amount, None, status=1, created_on=date.today())

    def percents(self, account: int) -> dict[str, int]:
        found = self.sandbox.world.discounts(account)
        return {each["internal_name"]: int(each["percent"]) for each in found}

    def has(self, account: int, percents: dict[str, int]) -> bool:
        return self.percents(account) == percents

    def quiet(self) -> bool:
        """Whether nothing waits and nobody works."""
        with self.store() as store:
            try:
                with only_one(store.folder, "test", datetime.now()):
                    return not store.queue.all()
            except AnotherRunActive:
                return False

    def workers(self) -> list[int]:
        """The processes of workers of this panel."""
        return workers_of(self.root)

    def stop_workers(self) -> None:
        end_workers(self.root)
        self.wait(lambda: not self.workers(), "the worker's end")

    def wait(self, until: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < deadline, f"{what or 'it'} did not happen; {self.log()}"
            time.sleep(0.02)

    def log(self) -> str:
        path = self.root / "var" / "resellerprogram.log"
        return path.read_text(encoding="utf-8")[-3000:] if path.exists() else ""


@pytest.fixture(scope="module")
def one_live(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Live]:
    with Sandbox.create(tmp_path_factory.mktemp("live") / "mgr5", now=datetime.now()) as panel:
        put_into(panel, wheels)
        live = Live(panel)
        assert live.cli("settings", "set", "panel_url", panel.url).returncode == 0
        yield live
        live.stop_workers()


@pytest.fixture
def live(one_live: Live) -> Iterator[Live]:
    """The installed plugin with nothing under way and default readings."""
    one_live.sandbox.now = datetime.now()
    one_live.sandbox.reset_calls()
    yield one_live
    one_live.sandbox.clear_faults()
    one_live.sandbox.read_as(payment_reads_wait="no", before_error_blocks="yes")
    one_live.wait(one_live.quiet, "the end of the queue")
