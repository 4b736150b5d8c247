"""A worker that is killed, or whose panel dies, at any point: one sweep later it is as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from resellerprogram.store import Store
from resellerprogram.store.journal import FILE_NAME

from tests.dying import die_before
from tests.operator import TODAY, Operator
from tests.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("impatient")]

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
TYPES = {"vhost": "it_1", "vds": "it_2", "dedic": "it_3", "certificate": "it_4"}


class Story:
    """One client before and after his payments changed, and what must be there in the end."""

    def __init__(self, operator: Operator, name: str) -> None:
        self.operator, world = operator, operator.sandbox.world
        self.ours: dict[str, int]
        self.others: list[tuple[str, Decimal, str]]
        self.account = world.add_account(name)
        if name == "rising":
            world.add_payment(self.account, 600, TODAY)
            world.add_discount(self.account, 40, "it_1", "Agreed by hand")
            operator.apply()
            changed = world.add_payment(self.account, 52_000, TODAY)
            world.add_discount(self.account, 55, "it_1", "Another")
            self.ours, self.others = PARTNER_8, []
        elif name == "starting":
            changed = world.add_payment(self.account, 600, TODAY)
            world.add_discount(self.account, 40, "it_1", "Agreed by hand")
            operator.apply(account=world.add_account("Somebody"))
            operator.store.runs.finish(
                operator.store.runs.begin("apply", TODAY, True, operator.clock(TODAY)()),
                "done",
                0,
                0,
                operator.clock(TODAY)(),
            )
            self.ours, self.others = STARTER, []
        else:
            changed = world.add_payment(self.account, 600, TODAY)
            world.add_discount(self.account, 40, "it_1", "Agreed by hand")
            world.add_discount(self.account, 40, "it_1", "Agreed by hand")
            operator.apply()
            world.set_payment(changed, status=7)
            self.ours, self.others = {}, [("Agreed by hand", Decimal(40), "vhost")] * 2
        if name != "rising":  # one story tells the client, too
            operator.store.settings.set("client_notices", "off")
        operator.queue(changed)
        operator.sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
        self.discounts, self.filters = world.discounts(), operator.sandbox.filters()
        self.snapshot = operator.store.backup(operator.clock(TODAY)(), operator.sandbox.root / "var" / "before.db")
        self.journal = operator.sandbox.root / "var" / FILE_NAME
        self.rests = self.journal.read_bytes() if self.journal.exists() else b""

    def again(self) -> None:
        """Panel and store as they were before the worker came."""
        world = self.operator.sandbox.world
        for each in world.discounts():
            world.delete_discount(each["id"])
        for each in self.discounts:
            world.put_discount(each["id"], each["account"], each["percent"], TYPES[each["internal_name"]], each["name"])
        with sqlite3.connect(self.snapshot) as source:
            source.backup(self.operator.store.connection)
        self.journal.write_bytes(self.rests)
        self.notified_before = len(self.operator.sandbox.notifications())

    def check(self, when: str) -> None:
        """One sweep, and everything is right."""
        operator, world = self.operator, self.operator.sandbox.world
        with Store(operator.sandbox.root, operator.clock(TODAY)()) as reopened:
            reopened.queue.retry()  # the pause after a failure is over
            swept = Operator(operator.sandbox, reopened).sweep()
            assert not swept.caught_up
            waiting, resting = reopened.queue.all(), reopened.set_aside.count()
            owned = {row[0] for row in reopened.connection.execute("SELECT id FROM owned_discount")}
        found = world.discounts(self.account)
        ours = [each for each in found if each["name"].startswith("Reseller program")]
        others = [(each["name"], each["percent"], each["internal_name"]) for each in found if each not in ours]
        assert {each["internal_name"]: int(each["percent"]) for each in ours} == self.ours, when
        assert len(ours) == len(self.ours), when
        assert others == self.others, when
        assert owned == {each["id"] for each in ours}, when
        assert waiting == [], when
        put_aside = {"rising": 2, "starting": 1}.get(self.name, 0)
        assert resting == put_aside, when
        assert operator.sandbox.filters() == self.filters, when

    def check_told(self, when: str) -> None:
        """Nobody is told twice, and what was not told is on record as lost."""
        told = len(self.operator.sandbox.notifications()) - self.notified_before
        with Store(self.operator.sandbox.root, self.operator.clock(TODAY)()) as reopened:
            found = (told, [kept.outcome for kept in reopened.notices.newest(10)])
        possible = [(1, ["sent"]), (1, ["lost"]), (0, ["lost"])] if self.name == "rising" else [(0, [])]
        assert found in possible, when

    @property
    def name(self) -> str:
        return "rising" if self.ours == PARTNER_8 else "starting" if self.ours else "falling"


def _dying_worker(root: Path, die_at: int) -> None:
    """A worker in a process of its own that is killed before its `die_at`-th panel call or store statement."""
    counting = die_before(die_at)
    with Store(root, Operator.clock(TODAY)()) as store:
        counting(store)
        Operator(Sandbox(root), store).work()
    os._exit(0)


@pytest.mark.parametrize("name", ["rising", "starting", "falling"])
def test_killed_at_every_point(operator: Operator, name: str) -> None:
    story = Story(operator, name)
    context, point, finished = multiprocessing.get_context("fork"), 0, False
    while not finished:
        point += 1
        story.again()
        process = context.Process(target=_dying_worker, args=(operator.sandbox.root, point))
        process.start()
        process.join()
        finished = process.exitcode == 0
        story.check(f"killed at {point}")
        story.check_told(f"killed at {point}")
    assert point > 25


@pytest.mark.parametrize("when", ["crash_before", "crash_after"])
@pytest.mark.parametrize("name", ["rising", "starting", "falling"])
def test_the_panel_dies_at_every_call(operator: Operator, name: str, when: str) -> None:
    """Before a write is done, and after any call is done and not answered yet."""
    story, sandbox, nth = Story(operator, name), operator.sandbox, 0
    while True:
        story.again()
        sandbox.fault(when, skip=nth, count=1, only_writes=when == "crash_before")
        operator.work()
        if sandbox.alive:
            break
        sandbox.start()
        sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
        story.check(f"{when}, call {nth}")
        nth += 1
    assert nth >= (4 if when == "crash_before" else 8)
