"""The active machine is killed between any two effects, and the second one takes over: as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import servers
from tests.mirror.two_machines import TwoMachines
from tests.operator import TODAY, Operator
from tests.recalculation.test_worker_dies import Story
from tests.servers import MariaDB

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("impatient")]


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[MariaDB, MariaDB]]:
    with servers.place() as folder, servers.primary_and_replica(folder) as both:
        yield both


@pytest.mark.parametrize("name", ["rising", "falling"])
def test_killed_at_every_point_with_one_server(operator: Operator, server: MariaDB, name: str) -> None:
    TwoMachines(operator, server, server).killed_at_every_point(name)


@pytest.mark.parametrize("name", ["rising", "falling"])
def test_killed_at_every_point_with_a_replica(operator: Operator, pair: tuple[MariaDB, MariaDB], name: str) -> None:
    primary, replica = pair

    def promoted() -> None:
        (reached,) = primary.ask("SELECT @@gtid_binlog_pos")[0]
        assert replica.ask("SELECT MASTER_GTID_WAIT(%s, 20)", reached) == [(0,)]
        replica.ask("SET GLOBAL read_only = 0")

    def replica_again() -> None:
        replica.ask("SET GLOBAL read_only = 1")

    TwoMachines(operator, primary, replica, promoted, replica_again).killed_at_every_point(name)


def a_reseller(operator: Operator, server: MariaDB) -> int:
    """On the first tier, where a mirror is kept."""
    server.configure(operator.sandbox.root)
    operator.store.settings.set("mirror", "panel")
    account = operator.sandbox.world.add_account("Reseller")
    operator.queue(operator.sandbox.world.add_payment(account, 600, TODAY))
    operator.sweep()
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
    return account


def test_a_machine_that_was_only_asleep_writes_nothing_when_it_wakes(operator: Operator, server: MariaDB) -> None:
    """Payments are its own to count until the other one has taken over; then not a discount of its changes any more."""
    account, world = a_reseller(operator, server), operator.sandbox.world
    server.ask("UPDATE billmgr.resellerprogram_mirror SET holder = 'the second', term = term + 1")
    operator.queue(world.add_payment(account, 52_000, TODAY))
    before: list[dict[str, Any]] = world.discounts()
    operator.work()
    assert world.discounts() == before
    assert [row.error.en for row in operator.store.queue.all()] == [""]


def test_a_worker_that_may_not_know_whether_it_is_the_only_one_ends(operator: Operator, server: MariaDB) -> None:
    """Nor does it ask the panel again and again what it may not write: the next sweep looks again."""
    account, world = a_reseller(operator, server), operator.sandbox.world
    server.ask("UPDATE billmgr.resellerprogram_mirror SET term = term + 1")
    operator.queue(world.add_payment(account, 52_000, TODAY))
    before: list[dict[str, Any]] = world.discounts()
    runs = len(operator.store.runs.newest(100))
    operator.work()
    assert world.discounts() == before
    assert len(operator.store.runs.newest(100)) == runs + 1
    operator.store.outbox.replace(None)
    operator.sweep()
    assert operator.percents(account) == {"vds": 19, "dedic": 7, "certificate": 3}


def test_no_payment_waits_until_all_is_copied(operator: Operator, server: MariaDB) -> None:
    """As after an upgrade: a thread of the worker, and the sweep, do that."""
    server.configure(operator.sandbox.root)
    account = operator.sandbox.world.add_account("Reseller")
    operator.store.settings.set("mirror", "panel")
    operator.queue(operator.sandbox.world.add_payment(account, 600, TODAY))
    operator.work()
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
    assert operator.store.outbox.generation() is None
    operator.sweep()
    assert operator.store.outbox.generation() == 1


@pytest.mark.parametrize("name", ["rising", "falling"])
def test_lost_while_all_was_being_copied(operator: Operator, server: MariaDB, name: str) -> None:
    """The second machine begins with what was there before: what must not be done twice has waited."""
    machines, story = TwoMachines(operator, server, server), Story(operator, name)
    machines.begin(story)
    operator.store.outbox.replace(None)
    assert machines.work(lambda effect, number: None) == 0
    machines.take_over(story, "lost while all was being copied")
