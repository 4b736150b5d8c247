"""A Galera cluster of three nodes: each machine uses its own; one is lost, or split off from the others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from resellerprogram.mirror.errors import AnotherMachine, MirrorBehind, MirrorUnreachable, PerhapsAnother
from resellerprogram.mirror.taking_over import take_over

from tests import servers
from tests.mirror.conftest import NOW, Machines, dies, eventually, forget, taken_over
from tests.mirror.two_machines import Effect, TwoMachines
from tests.operator import Operator
from tests.recalculation.test_worker_dies import Story
from tests.servers import MariaDB

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("impatient")]


ACTS = ("account.discount.delete", "notification.edit")


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[MariaDB]]:
    with servers.place() as folder, servers.cluster(folder) as found:
        yield found


def split_off(node: MariaDB) -> None:
    node.ask("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")


def join_again(nodes: list[MariaDB], node: MariaDB) -> None:
    node.ask("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'")
    eventually(lambda: all(of(each, "wsrep_cluster_size") == "3" for each in nodes))
    eventually(lambda: of(node, "wsrep_ready") == "ON")


def of(node: MariaDB, what: str) -> str:
    return str(node.ask("SHOW STATUS LIKE %s", what)[0][1])


@pytest.mark.parametrize("name", ["rising", "falling"])
def test_killed_at_every_point_in_a_cluster(operator: Operator, nodes: list[MariaDB], name: str) -> None:
    TwoMachines(operator, nodes[0], nodes[1]).killed_at_every_point(name)


def test_split_off_in_the_middle_of_a_write_the_others_take_over(
    operator: Operator, nodes: list[MariaDB], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of each commit after which another's discount is deleted or a client is told, and of the first. The
    machine goes on as far as it may until its lease is over; what it did then is found by the second one."""
    monkeypatch.setattr("resellerprogram.mirror.server.SECONDS", 2)
    one, two, _ = nodes
    machines, story = TwoMachines(operator, one, two), Story(operator, "rising")
    log = operator.sandbox.root / "effects"

    def note(effect: Effect, number: int) -> None:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{effect}\n")

    def split(at: int, effect: Effect, number: int) -> None:
        if number == at:
            split_off(one)

    machines.begin(story)
    assert machines.work(note) == 0
    machines.take_over(story, "undisturbed")
    effects = log.read_text("utf-8").split()
    commits = [number for number, effect in enumerate(effects, 1) if effect == "commit"]
    acts = [number for number, effect in enumerate(effects, 1) if effect in ACTS]
    middle = {max(commit for commit in commits if commit < act) for act in acts}
    assert len(middle) > 1
    for point in sorted({commits[0], *middle}):
        machines.begin(story)
        assert machines.work(partial(split, point)) == 0
        assert operator.store.outbox.waits()
        machines.take_over(story, f"split off at {point}")
        join_again(nodes, one)


def test_a_cluster_of_one_node_is_one(machines: Machines) -> None:
    """Others may join it later, and take over where it is split off from them."""
    with servers.place() as folder, servers.cluster(folder, 1) as (node,):
        first = machines.new(node)
        first.keep_a_mirror()
        first.mirror.before_write()
        first.mirror.close()
        node.kill()
        first.let_the_lease_lapse()
        with pytest.raises(PerhapsAnother):
            first.mirror.before_write()


def test_a_node_is_lost_and_another_is_split_off(machines: Machines, nodes: list[MariaDB]) -> None:
    """The last here: one node stays dead."""
    one, two, three = nodes
    forget(one)
    first = machines.new(one)
    first.keep_a_mirror()
    first.store.notes.write("small", 1)
    first.mirror.before_write()
    split_off(one)
    first.store.notes.write("small", "never carried")
    with pytest.raises(MirrorBehind):
        first.mirror.before_suspending()
    dies(two)
    second = machines.new(two)
    second.close()
    take_over(second.root, NOW, 0)
    second.open()
    assert second.store.notes.read("small") == 1
    second.mirror.before_suspending()
    first.let_the_lease_lapse()
    with pytest.raises(PerhapsAnother):
        first.mirror.before_write()
    join_again(nodes, one)
    with pytest.raises((AnotherMachine, MirrorUnreachable)):
        first.mirror.carry()
    two.kill()
    eventually(lambda: of(three, "wsrep_ready") == "ON" and of(three, "wsrep_cluster_size") == "2")
    third = taken_over(machines, three)
    assert third.store.notes.read("small") == 1
    third.mirror.before_suspending()
