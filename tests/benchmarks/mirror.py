"""What a mirror costs: how far it is behind; what a night, pages, guard and event take with it and without one."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from datetime import date, datetime
from functools import partial
from pathlib import Path

from resellerprogram.mirror.carrying import Mirror
from resellerprogram.mirror.keeping import Carrier, keep
from resellerprogram.programme.ids import AccountId
from resellerprogram.quick import event
from resellerprogram.store import Store
from resellerprogram.store.lock import as_worker

from tests import servers
from tests.benchmarks.measuring import ROUNDS, Row, alternately, started, timed
from tests.installation import download
from tests.installation import run as install
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
        felt = _felt(Path(folder), server, 40 // (4 if share > 1 else 1))
    return [
        (
            f"mirror: behind at {CHANGES_A_SECOND} changes a second, median and most",
            f"{statistics.median(behind):.2f} s, {max(behind):.2f} s",
            "one MariaDB on this host",
        ),
        ("a night that gives everybody discounts, with a mirror / without", f"{kept / plain:.2f} ×", "at most 1.1 ×"),
        *(
            (
                f"{name} as the panel starts it, with a mirror / without",
                f"{kept / plain:.2f} ×",
                f"{1000 * plain:.0f} ms",
            )
            for name, (plain, kept) in felt.items()
        ),
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


def _felt(folder: Path, server: MariaDB, rounds: int) -> dict[str, tuple[float, float]]:
    """Medians of each of what the panel waits for, without a mirror and with one, in turns; a lock keeps events from
    starting workers."""
    with Sandbox.create(folder / "felt" / "mgr5", now=datetime.now()) as panel:
        panel.world.add_many(100, 6, date.today())
        install("install", panel.root, "--wheels", str(download(folder / "wheels")))
        server.configure(panel.root)
        forget(server)
        with Store(panel.root, datetime.now()) as store:
            go_live(store)
            subprocess.run([str(panel.root / "sbin" / "resellerprogram"), "apply"], check=True, capture_output=True)
            user = store.users.of(AccountId(1))[0]
            addon, path = panel.root / "addon", {"PATH": "/usr/bin:/bin"}
            staff, client = {"AUTH_LEVEL": "30", "AUTH_USER": "1"}, {"AUTH_LEVEL": "16", "AUTH_USER": user}
            page = str(addon / "resellerprogram")
            asked = {
                "event": (str(addon / "resellerprogram_event"), {"PARAM_func": "payment.setpaid", "PARAM_elid": "1"}),
                "guard": (
                    str(addon / "resellerprogram_guard"),
                    {"PARAM_func": "basket", "PARAM_promocode": "SALE", "PARAM_sok": "ok", **client},
                ),
                "a client's page": (page, {"PARAM_func": "resellerprogram.my", **client}),
                "an administrator's list": (page, {"PARAM_func": "resellerprogram.members", **staff}),
                "the page about trouble": (page, {"PARAM_func": "resellerprogram.health", **staff}),
            }
            times: dict[tuple[str, bool], list[float]] = {(name, kept): [] for name in asked for kept in (False, True)}
            with as_worker(panel.root / "var" / "resellerprogram"):
                for _ in range(rounds):
                    for kept in (False, True):
                        store.settings.set("mirror", "panel" if kept else "off")
                        assert keep(panel.root, store) is None
                        for name, (program, params) in asked.items():
                            times[name, kept].append(timed(partial(started, [program], {**path, **params})))
    return {name: (statistics.median(times[name, False]), statistics.median(times[name, True])) for name in asked}


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
