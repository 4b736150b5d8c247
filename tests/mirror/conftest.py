"""Real servers for all tests of this folder, and machines that use them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from resellerprogram.mirror.carrying import Mirror
from resellerprogram.mirror.machine import machine_of, renewed
from resellerprogram.mirror.taking_over import take_over
from resellerprogram.store import Store

from tests import servers
from tests.operator import go_live
from tests.servers import MariaDB

NOW = datetime(2025, 1, 20, 12)


@pytest.fixture(scope="session", autouse=True)
def _servers() -> None:
    """Waits for them while `install.sh test` still installs them beside the other tests."""
    being_installed = Path(os.environ.get("SERVERS_BEING_INSTALLED", "/nonexistent"))
    while being_installed.exists():
        time.sleep(0.5)
    if not (Path(servers.MARIADBD).exists() and servers.GALERA.exists()):
        pytest.skip("needs Debian's mariadb-server, galera-4 and rsync; `install.sh test` installs them for root")


@pytest.fixture(scope="session")
def shared_server() -> Iterator[MariaDB]:
    with servers.place() as folder, servers.one(folder / "one") as server:
        yield server


@pytest.fixture
def server(shared_server: MariaDB) -> Iterator[MariaDB]:
    """A server that holds nothing of ours."""
    forget(shared_server)
    yield shared_server
    shared_server.go_on()


def forget(server: MariaDB) -> None:
    for table in ("resellerprogram_mirror", "resellerprogram_row"):
        server.ask(f"DROP TABLE IF EXISTS {table}", schema=servers.SCHEMA)


def dies(server: MariaDB) -> None:
    """Nobody has heard for a while of the machine that holds the mirror."""
    server.ask("UPDATE resellerprogram_mirror SET until_utc = UTC_TIMESTAMP()", schema=servers.SCHEMA)


class Machine:
    """One on which the plugin is installed: its folder, its database, its view of the mirror."""

    def __init__(self, root: Path, server: MariaDB) -> None:
        self.root = root
        (root / "var").mkdir(parents=True, exist_ok=True)
        server.configure(root)
        self.open()

    def open(self) -> None:
        self.store = Store(self.root, NOW)
        self.mirror = Mirror(self.root, self.store)

    def close(self) -> None:
        self.mirror.close()
        self.store.close()

    def keep_a_mirror(self) -> None:
        self.store.settings.set("mirror", "panel")
        go_live(self.store)
        self.mirror.make_whole()
        self.mirror.carry()

    def let_the_lease_lapse(self) -> None:
        """So long ago was it renewed; whether this machine is alone stays as it was found."""
        self.mirror.close()
        was = machine_of(self.store.folder)
        renewed(self.store.folder, was, 0.0, was.alone, was.term)
        self.mirror = Mirror(self.root, self.store)

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is on record, but for the mirror itself."""
        tables = [table.name for table in self.store.outbox.tables()]
        return {
            name: sorted(
                (
                    tuple(row)
                    for row in self.store.connection.execute(f"SELECT * FROM {name}")
                    if (name, row[0]) != ("note", "mirror")
                ),
                key=repr,
            )
            for name in tables
        }


class Machines:
    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, ExitStack()

    def new(self, server: MariaDB) -> Machine:
        machine = Machine(self._folder / f"machine{len(list(self._folder.iterdir()))}" / "mgr5", server)
        self._open.callback(machine.close)
        return machine

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    found = Machines(tmp_path)
    yield found
    found.close()


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError


def taken_over(machines: Machines, server: MariaDB) -> Machine:
    dies(server)
    second = machines.new(server)
    second.close()
    take_over(second.root, NOW, 0)
    second.open()
    return second
