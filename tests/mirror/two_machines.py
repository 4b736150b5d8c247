"""A worker that is killed at every point where the second machine could see the difference, and what follows."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from functools import partial
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

NOW = Operator.clock(TODAY)()

Effect = str
"""`commit`: one in the mirror, or the function of a call that changes the panel."""


class TwoMachines:
    """The panel's folder is the first machine's, with the plugin's data and its own server, until that machine is lost;
    then it is the second one's, with nothing but what `standby` holds. `fails_over` is what an administrator does, so
    that it holds all and takes writes; `again` undoes that."""

    def __init__(
        self,
        operator: Operator,
        active: MariaDB,
        standby: MariaDB,
        fails_over: Callable[[], None] = lambda: None,
        again: Callable[[], None] = lambda: None,
    ) -> None:
        self.operator, self._active, self._standby = operator, active, standby
        self._fails_over, self._again = fails_over, again

    def killed_at_every_point(self, name: str) -> None:
        story, point, finished = Story(self.operator, name), 0, False
        while not finished:
            point += 1
            self.begin(story)
            finished = not self.work(partial(_die, point))
            self.take_over(story, f"killed at {point}")
        assert point > 12

    def begin(self, story: Story) -> None:
        """Panel, records and mirror as they were before the worker came."""
        story.again()
        self._again()
        self._active.configure(self._root)
        forget(self._active)
        with Store(self._root, NOW) as store:
            store.settings.set("mirror", "panel")
            store.outbox.end()
            store.outbox.replace(None)
            mirror = Mirror(self._root, store)
            mirror.make_whole()
            mirror.carry()
            mirror.close()

    def work(self, before: Callable[[Effect, int], None]) -> int:
        """A worker in a process of its own, which calls `before` ahead of each effect that the second machine can see,
        with its number from 1 on; how it ended."""
        process = multiprocessing.get_context("fork").Process(target=_worker, args=(self._root, before))
        process.start()
        process.join()
        return process.exitcode or 0

    def take_over(self, story: Story, when: str) -> None:
        self.operator.store.close()
        self._the_first_is_lost()
        self._fails_over()
        self._standby.configure(self._root)
        dies(self._standby)
        take_over(self._root, NOW, 0)
        story.check(when)
        story.check_told(when)
        self.operator.store = Store(self._root, NOW)

    @property
    def _root(self) -> Path:
        return self.operator.sandbox.root

    def _the_first_is_lost(self) -> None:
        shutil.rmtree(self._root / "var" / "resellerprogram")
        for journal in (self._root / "var").glob("resellerprogram.*.jsonl"):
            journal.unlink()


def _die(at: int, effect: Effect, number: int) -> None:
    if number == at:
        os.kill(os.getpid(), 9)


def _worker(root: Path, before: Callable[[Effect, int], None]) -> None:
    passed = 0

    def tick(effect: Effect) -> None:
        nonlocal passed
        passed += 1
        before(effect, passed)

    send, commit = Mgrctl.send, pymysql.connections.Connection.commit

    def sends(self: Mgrctl, call: Call) -> Document:
        if writes(call.function, call.params) or "sok" in call.params:
            tick(call.function)
        return send(self, call)

    def commits(self: Any) -> None:
        tick("commit")
        commit(self)

    with pytest.MonkeyPatch.context() as patched, Store(root, NOW) as store:
        patched.setattr(Mgrctl, "send", sends)
        patched.setattr(pymysql.connections.Connection, "commit", commits)
        Operator(Sandbox(root), store).work()
    os._exit(0)
