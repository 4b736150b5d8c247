"""The active machine is killed between any two effects, and the second one takes over: as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Any

import pymysql
import pytest
from resellerprogram.mirror.carrying import Mirror
from resellerprogram.mirror.taking_over import take_over
from resellerprogram.panel.answers import Document
from resellerprogram.panel.errors import Call
from resellerprogram.panel.standstill import writes
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.store import Store

from tests.mirror.conftest import dies, forget
from tests.operator import TODAY, Operator
from tests.recalculation.test_worker_dies import Story
from tests.sandbox import Sandbox
from tests.servers import MariaDB

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("impatient")]
NOW = Operator.clock(TODAY)()


def _dying_worker(root: Path, die_at: int) -> None:
    """Killed before its `die_at`-th effect that the second machine can see: a call that changes the panel, a commit in
    the mirror."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == die_at:
            os.kill(os.getpid(), 9)

    send, commit = Mgrctl.send, pymysql.connections.Connection.commit

    def sends(self: Mgrctl, call: Call) -> Document:
        if writes(call.function, call.params) or "sok" in call.params:
            tick()
        return send(self, call)

    def commits(self: Any) -> None:
        tick()
        commit(self)

    with pytest.MonkeyPatch.context() as patched, Store(root, NOW) as store:
        patched.setattr(Mgrctl, "send", sends)
        patched.setattr(pymysql.connections.Connection, "commit", commits)
        Operator(Sandbox(root), store).work()
    os._exit(0)


def _the_machine_is_lost(root: Path) -> None:
    """What stands on its disk; the panel's database has a replica."""
    shutil.rmtree(root / "var" / "resellerprogram")
    for journal in (root / "var").glob("resellerprogram.*.jsonl"):
        journal.unlink()


@pytest.mark.parametrize("name", ["rising", "falling"])
def test_killed_at_every_point_the_second_machine_takes_over(operator: Operator, server: MariaDB, name: str) -> None:
    root = operator.sandbox.root
    server.configure(root)
    story = Story(operator, name)
    context, point, finished = multiprocessing.get_context("fork"), 0, False
    while not finished:
        point += 1
        story.again()
        forget(server)
        _carried(root)
        process = context.Process(target=_dying_worker, args=(root, point))
        process.start()
        process.join()
        finished = process.exitcode == 0
        operator.store.close()
        _the_machine_is_lost(root)
        dies(server)
        take_over(root, NOW, 0)
        story.check(f"killed at {point}")
        story.check_told(f"killed at {point}")
        operator.store = Store(root, NOW)
    assert point > 12


def _carried(root: Path) -> None:
    with Store(root, NOW) as store:
        store.settings.set("mirror", "panel")
        store.outbox.end()
        store.outbox.replace()
        mirror = Mirror(root, store)
        mirror.make_whole()
        mirror.carry()
        mirror.close()


def test_a_machine_that_was_only_asleep_writes_nothing_when_it_wakes(operator: Operator, server: MariaDB) -> None:
    """Payments are its own to count until the other one has taken over; then not a discount of its changes any more."""
    root, world = operator.sandbox.root, operator.sandbox.world
    server.configure(root)
    operator.store.settings.set("mirror", "panel")
    account = world.add_account("Reseller")
    operator.queue(world.add_payment(account, 600, TODAY))
    operator.sweep()
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
    server.ask("UPDATE billmgr.resellerprogram_mirror SET holder = 'the second', term = term + 1")
    operator.queue(world.add_payment(account, 52_000, TODAY))
    before: list[dict[str, Any]] = world.discounts()
    operator.work()
    assert world.discounts() == before
    assert [row.error.en for row in operator.store.queue.all()] == [""]
