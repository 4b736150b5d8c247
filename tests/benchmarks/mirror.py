"""What a mirror costs: how far it is behind, what a night and an event take with it, against the same without one."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path

from resellerprogram.mirror.carrying import Mirror
from resellerprogram.mirror.keeping import Carrier
from resellerprogram.quick import event
from resellerprogram.store import Store

from tests import servers
from tests.benchmarks.measuring import ROUNDS, Row, alternately, timed
from tests.mirror.conftest import forget
from tests.operator import TODAY, Operator, go_live
from tests.sandbox import Sandbox
from tests.servers import MariaDB

NOW = datetime(2025, 1, 20, 12)
CHANGES_A_SECOND = 50
SECONDS = 20


def measure(share: int) -> list[Row]:
    with (
        servers.place() as place,
        servers.one(place / "one") as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        behind = _behind(Path(folder) / "behind", server, SECONDS // min(share, 4))
        plain, kept = _nights(Path(folder), server, 40 // (4 if share > 1 else 1))
        bare, followed = _events(Path(folder) / "events", server)
    return [
        (
            f"mirror: behind at {CHANGES_A_SECOND} changes a second, median and most",
            f"{statistics.median(behind):.2f} s, {max(behind):.2f} s",
            "one MariaDB on this host",
        ),
        ("a night that gives everybody discounts, with a mirror / without", f"{kept / plain:.2f} ×", "at most 1.1 ×"),
        ("an event's row in the queue, with a mirror / without", f"{followed / bare:.2f} ×", f"{1000 * bare:.2f} ms"),
    ]


def _behind(root: Path, server: MariaDB, seconds: int) -> list[float]:
    """How long each change waited, in seconds."""
    store, mirror = _kept(root, server)
    waits: list[tuple[int, float]] = []
    behind: list[float] = []
    with Carrier(root, lambda: NOW):
        for number in range(seconds * CHANGES_A_SECOND):
            store.notes.write("small", number)
            now = time.perf_counter()
            waits.append((store.outbox.newest(), now))
            (oldest,) = store.connection.execute("SELECT coalesce(min(change), 1 << 60) FROM outbox").fetchone()
            while waits and waits[0][0] < oldest:
                behind.append(now - waits.pop(0)[1])
            time.sleep(1 / CHANGES_A_SECOND)
    mirror.close()
    store.close()
    return behind


def _nights(folder: Path, server: MariaDB, members: int) -> tuple[float, float]:
    """The best of some rounds of each, in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for kept in (False, True):
            root = folder / f"night{turn}{kept}" / "mgr5"
            with Sandbox.create(root) as panel:
                for number in range(members):
                    account = panel.world.add_account(f"Reseller {number}")
                    panel.world.add_payment(account, 52_000, TODAY)
                store, mirror = _kept(root, server) if kept else (_plain(root), None)
                times[kept].append(timed(partial(Operator(panel, store).night, TODAY)))
                if mirror:
                    mirror.close()
                store.close()
    return min(times[0]), min(times[1])


def _events(root: Path, server: MariaDB) -> tuple[float, float]:
    plain, (store, mirror) = _plain(root / "plain"), _kept(root / "kept", server)
    rows: list[tuple[int | None, int | None, str]] = [(None, 7, "payment.setpaid")]

    def puts(folder: Path) -> None:
        for _ in range(200):
            event._put(str(folder), rows, "admin", "2025-01-20 12:00:00")

    bare, followed = alternately(partial(puts, plain.folder), partial(puts, store.folder))
    mirror.close()
    store.close()
    plain.close()
    return bare / 200, followed / 200


def _plain(root: Path) -> Store:
    (root / "var").mkdir(parents=True, exist_ok=True)
    store = Store(root, NOW)
    store.settings.set("panel_url", "")
    go_live(store)
    return store


def _kept(root: Path, server: MariaDB) -> tuple[Store, Mirror]:
    forget(server)
    store = _plain(root)
    server.configure(root)
    store.settings.set("mirror", "panel")
    mirror = Mirror(root, store)
    mirror.make_whole()
    return store, mirror
