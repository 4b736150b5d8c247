"""The plugin through the days: nights, events, worker, sweeps, and what strikes them."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.errors import ResellerProgrammeError, UnsafePlan
from resellerprogram.programme.ids import AccountId, PaymentId
from resellerprogram.programme.report import Report
from resellerprogram.recalculation import work as working
from resellerprogram.recalculation.run import recalculate
from resellerprogram.recalculation.sweep import sweep
from resellerprogram.recalculation.work import work
from resellerprogram.store import Store, journal

from tests.dying import die_before
from tests.operator import go_live
from tests.sandbox import Sandbox

from .life import Life
from .oddities import Oddities

log = logging.getLogger(__name__)

NIGHT, WORK, SWEEP = time(0, 10), time(14), time(19)
TROUBLE = ("killed", "panel dies", "panel is off", "disk full")


class House:
    """One panel, one plugin, and the moment that it is."""

    def __init__(self, root: Path, chance: random.Random, first: date, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance, self.monkeypatch = chance, monkeypatch
        self.sandbox = Sandbox.create(root, readings=_readings(chance)).start()
        self.sandbox.reset_calls(recording=False)
        self.life = Life(self.sandbox.world, chance, first)
        self.oddities = Oddities(self.life.clients)
        self.now = datetime.combine(first, NIGHT)
        self.store = Store(root, self.now)
        go_live(self.store)
        self.struck: Counter[str] = Counter()
        self.store.settings.set("client_notices", "off")
        self.store.settings.set("excluded_payment_methods", "3")
        self.store.settings.set("provider", "1")
        self.store.settings.set("panel_url", "")

    def close(self) -> None:
        self.store.close()
        self.sandbox.stop()

    def clock(self) -> datetime:
        return self.now

    # --- what runs ---

    def night(self, trouble: str = "") -> Report | None:
        """The nightly run; what it stops for, an administrator looks at and lets through. None when it did not end."""
        self.at(NIGHT)
        done: list[Report] = []
        self.under(trouble, lambda store: done.append(self.recalculated(store)))
        return done[0] if done else None

    def recalculated(self, store: Store, **options: Any) -> Report:
        try:
            return recalculate(self.sandbox.root, store, self.now.date(), self.clock, "daily", **options)
        except UnsafePlan:
            return recalculate(
                self.sandbox.root, store, self.now.date(), self.clock, "apply", who="chief", allow_drop=True
            )

    def work(self, trouble: str = "") -> None:
        self.at(WORK)
        self.under(trouble, lambda store: work(self.sandbox.root, store, self.clock, lambda pause: False))

    def sweep(self, trouble: str = "") -> None:
        self.at(SWEEP)
        self.under(trouble, lambda store: sweep(self.sandbox.root, store, self.clock))

    def heard(self) -> None:
        """What events and administrators put into the queue."""
        self.at(time(12))
        for payment in self.life.announced:
            self.store.queue.put_payment(PaymentId(payment), "payment.setpaid", self.now)
        members = self.store.members
        for number, word in self.life.called:
            account, client = AccountId(number), self.life.clients[number]
            if word == "pin" and client.pinned:
                kind = client.pinned
                members.pin(account, Pin(kind.tier.name, kind.until, "agreed", kind.exactly), self.now)
            elif word == "unpin":
                members.unpin(account, self.now)
            elif word == "exclude":
                members.exclude(account, "agreed", self.now)
            else:
                members.follow_the_rule(account, self.now)
            if self.chance.random() < 0.7:
                self.store.queue.put(account, word, self.now, "chief")

    def at(self, moment: time) -> None:
        self.now = datetime.combine(self.now.date(), moment)

    def next_day(self) -> date:
        self.now = datetime.combine(self.now.date() + timedelta(days=1), NIGHT)
        self.oddities.day = self.now.date()
        return self.now.date()

    # --- what strikes it ---

    def under(self, trouble: str, act: Callable[[Store], object]) -> None:
        self.struck[trouble or "nothing"] += 1
        if trouble == "killed":
            self._killed(act)
            return
        with self._striking(trouble):
            try:
                act(self.store)
            except (ResellerProgrammeError, sqlite3.Error, OSError) as error:
                if not trouble:
                    raise
                log.info("%s: %s", trouble, error)

    def _killed(self, act: Callable[[Store], object]) -> None:
        """In a process of its own, which dies before some call or statement."""
        point = self.chance.choice((1, 5, 20, 100, 400)) + self.chance.randrange(40)
        process = multiprocessing.get_context("fork").Process(target=self._dying, args=(act, point))
        process.start()
        process.join()
        self.struck["died indeed"] += process.exitcode == -9

    def _dying(self, act: Callable[[Store], object], point: int) -> None:
        counting = die_before(point)
        with Store(self.sandbox.root, self.now) as store:
            counting(store)
            act(store)
        os._exit(0)

    @contextmanager
    def _striking(self, trouble: str) -> Iterator[None]:
        if trouble == "panel dies":
            how, writes = self.chance.choice((("crash_before", True), ("crash_after", False)))
            skip = self.chance.randrange(6) if writes else self.chance.choice((0, 3, 10, 100, 300))
            self.sandbox.fault(how, skip=skip, count=1, only_writes=writes)
        elif trouble == "panel is off":
            self.sandbox.stop()
        try:
            if trouble == "disk full":
                with self._no_space():
                    yield
            else:
                yield
        finally:
            if trouble.startswith("panel"):
                self._panel_comes_back()

    def _panel_comes_back(self) -> None:
        try:
            self.sandbox.clear_faults()
        except (OSError, RuntimeError):  # it is dead, or dying still
            self.sandbox.kill()
            self.sandbox.start()
            self.sandbox.reset_calls(recording=False)

    @contextmanager
    def _no_space(self) -> Iterator[None]:
        """No page more for the database, and no line more for the journal."""
        connection = self.store.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {int(pages) + self.chance.choice((0, 0, 2)):d}")
        left = self.chance.choice((0, 0, 1, 3))

        def no_space(descriptor: int, content: bytes) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.write(descriptor, content[: len(content) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")
            whole(descriptor, content)

        whole = vars(journal)["_write_all"]
        with self.monkeypatch.context() as patched:
            patched.setattr(journal, "_write_all", no_space)
            try:
                yield
            finally:
                connection.execute("PRAGMA max_page_count = 1073741823")


def _readings(chance: random.Random) -> dict[str, str]:
    """How this panel plays what nobody knows."""
    return {
        "refund_source": chance.choice(("absent", "present")),
        "refund_row_status": chance.choice(("4", "6")),
        "refund_sign": chance.choice(("negative", "positive")),
        "wizard_returns_id": chance.choice(("no", "yes")),
    }


def quick_and_impatient(monkeypatch: pytest.MonkeyPatch, house: House) -> None:
    """The panel is asked through its socket, and nobody waits before asking again."""
    from .channel import Channel

    channel = Channel(house.sandbox.root, house.oddities)
    monkeypatch.setattr(Mgrctl, "send", lambda _, call: channel.send(call))
    monkeypatch.setattr("resellerprogram.panel.transport.Retrying.__init__.__defaults__", ((0.0,), lambda pause: None))
    monkeypatch.setattr(working, "WAITS", 0.0)
