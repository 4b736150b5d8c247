"""Two machines, or two pasts of one, that take themselves to be who keeps the mirror."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from resellerprogram.mirror.carrying import TOGETHER
from resellerprogram.mirror.errors import AnotherMachine, MirrorOfOthers, PerhapsAnother
from resellerprogram.mirror.keeping import Carrier, keep
from resellerprogram.mirror.taking_over import take_over
from resellerprogram.programme.errors import AnotherRunActive
from resellerprogram.programme.ids import AccountId, DiscountId
from resellerprogram.store.journal import FILE_NAME
from resellerprogram.store.lock import only_one
from resellerprogram.store.outbox import OutboxStore, Row, Table, begin_anew

from tests import servers
from tests.mirror.conftest import NOW, Machine, Machines, dies, taken_over
from tests.servers import MariaDB

pytestmark = pytest.mark.slow

ACCOUNT = AccountId(5)


def carries(machine: Machine, value: object) -> None:
    machine.store.notes.write("small", value)
    machine.mirror.carry()


def goes_on_unknowing(machine: Machine) -> None:
    """It was pushed aside, and events still come: more of them than the other machine has had."""
    for number in range(50):
        machine.store.notes.write("its own", number)


def takes_over(machine: Machine, server: MariaDB, patience: float = 0.0) -> None:
    dies(server)
    machine.close()
    try:
        take_over(machine.root, NOW, patience)
    finally:
        machine.open()


def test_who_took_it_and_was_cut_short_carries_nothing_of_its_own_past(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    carries(second, "second")
    goes_on_unknowing(first)
    with only_one(first.store.folder, "a run", NOW), pytest.raises(AnotherRunActive):
        takes_over(first, server)
    with pytest.raises(PerhapsAnother, match="restore --from-panel"):
        first.mirror.before_write()
    takes_over(first, server)
    first.mirror.before_write()
    assert first.content() == second.content()


def test_a_past_that_was_to_be_carried_anew_is_not_once_another_machine_has_taken_over(
    server: MariaDB, machines: Machines
) -> None:
    """As after an upgrade, or a backup that was put in place, of the machine that lost it."""
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    carries(second, "second")
    begin_anew(first.store.connection)
    with only_one(first.store.folder, "a run", NOW), pytest.raises(AnotherRunActive):
        takes_over(first, server)
    assert isinstance(keep(first.root, first.store), MirrorOfOthers)
    takes_over(first, server)
    assert first.content() == second.content()


def test_what_a_person_allowed_in_vain_is_not_allowed_later(server: MariaDB, machines: Machines) -> None:
    """`mirror --replace` on a machine that has lost it."""
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    carries(second, "second")
    first.store.outbox.replace(None)
    with pytest.raises(AnotherMachine):
        keep(first.root, first.store)
    with only_one(first.store.folder, "a run", NOW), pytest.raises(AnotherRunActive):
        takes_over(first, server)
    assert isinstance(keep(first.root, first.store), MirrorOfOthers)
    takes_over(first, server)
    assert first.content() == second.content()


def test_a_worker_that_lives_while_its_machine_takes_over_carries_nothing_in_between(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    carries(second, "second")
    goes_on_unknowing(first)
    dies(server)
    monkeypatch.setattr("resellerprogram.mirror.keeping.EVERY", 0.01)
    with ThreadPoolExecutor(1) as pool:
        with only_one(first.store.folder, "a run", NOW):
            taking = pool.submit(take_over, first.root, NOW, 10)
            with Carrier(first.root, lambda: NOW):
                time.sleep(0.5)
        taking.result()
    first.close()
    first.open()
    assert first.content() == second.content()
    assert taken_over(machines, server).content() == first.content()


def set_aside(machine: Machine) -> int:
    record = machine.store.set_aside.keep(ACCOUNT, DiscountId(7), {"name": "Agreed"}, {"value": "5"}, "<form/>", NOW)
    machine.mirror.before_suspending()
    return record


def test_what_ended_on_the_other_machine_does_not_wait_again_on_the_first(server: MariaDB, machines: Machines) -> None:
    """The journal there is of the days before."""
    first = machines.new(server)
    first.keep_a_mirror()
    record = set_aside(first)
    second = taken_over(machines, server)
    second.store.set_aside.forget(ACCOUNT, {record})
    second.mirror.carry()
    with only_one(first.store.folder, "a run", NOW), pytest.raises(AnotherRunActive):
        takes_over(first, server)
    first.store.set_aside.reconcile(NOW)  # as every run begins
    takes_over(first, server)
    assert first.store.set_aside.count() == 0
    first.store.set_aside.reconcile(NOW)
    assert first.store.set_aside.count() == 0
    assert any("Agreed" in file.read_text() for file in (first.store.folder / "backups").glob("*.jsonl"))


def test_what_the_journal_of_the_last_holder_knows_is_not_lost(server: MariaDB, machines: Machines) -> None:
    """Its mirror may be older than that, as after days without one."""
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.settings.set("mirror", "off")
    first.store.set_aside.keep(ACCOUNT, DiscountId(7), {"name": "Agreed"}, {"value": "5"}, "<form/>", NOW)
    for _ in range(2):
        takes_over(first, server)
        assert first.store.set_aside.count() == 1
    assert (first.root / "var" / FILE_NAME).exists()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Machine, Callable[[], None]], None]:
    """Something that happens once, when a machine copies the table `task`."""

    def happens(machine: Machine, what: Callable[[], None]) -> None:
        rows, todo = Table.rows, [what]

        def reads(self: Table) -> Iterator[Row]:
            if self.name == "task" and self._connection is machine.store.connection and todo:
                todo.pop()()
            yield from rows(self)

        monkeypatch.setattr(Table, "rows", reads)

    return happens


def with_much_to_copy(server: MariaDB, machines: Machines) -> Machine:
    """Which is to carry all of it anew."""
    machine = machines.new(server)
    machine.keep_a_mirror()
    machine.store.connection.executemany(
        "INSERT INTO subaccount VALUES (?, ?)", [(number, 5) for number in range(100, 100 + 3 * TOGETHER)]
    )
    machine.store.outbox.replace(None)
    return machine


def test_who_loses_it_while_copying_spoils_nothing(
    server: MariaDB, machines: Machines, meanwhile: Callable[..., None]
) -> None:
    first = with_much_to_copy(server, machines)
    second = machines.new(server)

    def pushed_aside() -> None:
        takes_over(second, server)
        second.store.outbox.replace(None)
        second.mirror.make_whole()

    meanwhile(first, pushed_aside)
    with pytest.raises(AnotherMachine):
        first.mirror.make_whole()
    assert taken_over(machines, server).content() == second.content()


def test_who_loses_it_after_copying_spoils_nothing(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines.new(server), machines.new(server)
    first.keep_a_mirror()
    first.store.outbox.replace(None)
    drop, todo = OutboxStore.drop, [first]

    def pushed_aside(self: OutboxStore, up_to: int) -> None:
        drop(self, up_to)
        if todo:
            todo.pop()
            takes_over(second, server)
            second.store.outbox.replace(None)
            second.mirror.make_whole()

    monkeypatch.setattr(OutboxStore, "drop", pushed_aside)
    with pytest.raises(AnotherMachine):
        first.mirror.make_whole()
    assert taken_over(machines, server).content() == second.content()


def test_who_copies_for_long_is_heard_of_meanwhile(
    server: MariaDB, machines: Machines, meanwhile: Callable[..., None]
) -> None:
    first = with_much_to_copy(server, machines)
    dies(server)
    heard_of: list[object] = []
    meanwhile(
        first,
        lambda: heard_of.extend(
            server.ask("SELECT until_utc > UTC_TIMESTAMP() FROM resellerprogram_mirror", schema=servers.SCHEMA)
        ),
    )
    first.mirror.make_whole()
    assert heard_of == [(1,)]


def test_a_change_that_comes_while_the_mirror_looks_is_not_taken_for_one_that_is_missing(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    newest = OutboxStore.newest

    def comes(self: OutboxStore) -> int:
        first.store.notes.write("small", newest(self))
        return newest(self)

    position = newest(first.store.outbox)
    monkeypatch.setattr(OutboxStore, "newest", comes)
    assert first.store.outbox.follows_on(position)
    assert keep(first.root, first.store) is None
