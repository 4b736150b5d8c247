"""What is on record here is in the panel's database, row by row and in order, and comes back as it was."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resellerprogram.mirror.access import access_of
from resellerprogram.mirror.carrying import TOGETHER
from resellerprogram.mirror.errors import (
    AnotherMachine,
    MirrorBehind,
    MirrorIsDamaged,
    MirrorIsMissing,
    MirrorIsOld,
    MirrorOfOthers,
    MirrorUnreachable,
    NothingToTakeOver,
    PerhapsAnother,
)
from resellerprogram.mirror.keeping import Carrier, keep
from resellerprogram.mirror.taking_over import take_over
from resellerprogram.programme.errors import PanelStandsStill, StoreError
from resellerprogram.programme.outcomes import CUT_SHORT
from resellerprogram.store import database, restoring
from resellerprogram.store.changes import Author
from resellerprogram.store.notes import MIRROR_TROUBLE

from tests import servers
from tests.mirror.conftest import NOW, Machine, Machines, dies, eventually, forget, taken_over
from tests.servers import MariaDB

pytestmark = pytest.mark.slow


def a_row_in_every_table(machine: Machine) -> None:
    connection = machine.store.connection
    machine.store.notes.write("small", "€😀")
    for table in machine.store.outbox.tables():
        if connection.execute(f"SELECT 1 FROM {table.name}").fetchone():
            continue
        columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table.name,)).fetchall()
        values = {
            each["name"]: {"INTEGER": 7, "BLOB": b"\x00\xff'"}.get(each["type"], "Ж'\"\\%s\n€😀") for each in columns
        }
        values.update({name: "enrolled" for name in values if (table.name, name) == ("member", "standing")})
        values.update({name: "exactly" for name in values if name == "pin_kind"})
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO {table.name} VALUES ({marks})", list(values.values()))


def test_every_row_of_every_table_comes_back_as_it_was(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    a_row_in_every_table(first)
    assert first.mirror.carry()
    before = first.content()
    assert [name for name, rows in before.items() if not rows] == []
    assert taken_over(machines, server).content() == before


def test_what_was_there_before_a_mirror_was_wanted_is_in_it(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    a_row_in_every_table(first)
    first.store.connection.executemany(
        "INSERT INTO subaccount VALUES (?, ?)", [(number, 5) for number in range(100, 100 + 3 * TOGETHER)]
    )
    first.keep_a_mirror()
    assert taken_over(machines, server).content() == first.content()


CHANGES = st.lists(
    st.tuples(st.sampled_from(["put", "edit", "delete", "rename"]), st.integers(1, 4), st.text(max_size=5)), max_size=12
)


@settings(max_examples=25)
@given(parts=st.lists(CHANGES, max_size=3))
def test_after_any_changes_the_mirror_holds_what_we_hold(
    shared_server: MariaDB, tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[str, int, str]]]
) -> None:
    forget(shared_server)
    machines = Machines(tmp_path_factory.mktemp("machines"))
    try:
        first = machines.new(shared_server)
        first.keep_a_mirror()
        for part in parts:
            for what, number, text in part:
                _change(first, what, number, text)
            first.mirror.carry()
        assert not first.store.outbox.waits()
        assert taken_over(machines, shared_server).content() == first.content()
    finally:
        machines.close()


def _change(machine: Machine, what: str, number: int, text: str) -> None:
    statement, values = {
        "put": ("INSERT OR REPLACE INTO client_user VALUES (?, ?, 1, '')", (number, text)),
        "edit": ("UPDATE client_user SET name = ? WHERE id = ?", (text, number)),
        "delete": ("DELETE FROM client_user WHERE id = ?", (number,)),
        "rename": ("UPDATE OR REPLACE client_user SET id = id + 1 WHERE id = ?", (number,)),
    }[what]
    machine.store.connection.execute("PRAGMA recursive_triggers = ON")
    machine.store.connection.execute(statement, values)


def test_what_was_carried_before_a_crash_is_not_carried_again(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.notes.write("small", 1)
    kept = first.store.connection.execute("SELECT * FROM outbox").fetchall()
    first.mirror.carry()
    first.store.connection.executemany("INSERT INTO outbox VALUES (?, ?, ?, ?, ?)", [tuple(row) for row in kept])
    first.store.notes.write("small", 2)
    first.mirror.carry()
    assert taken_over(machines, server).store.notes.read("small") == 2


def test_the_machine_that_lost_it_writes_nothing_more(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    second.store.notes.write("small", "second")
    second.mirror.before_write()
    first.store.notes.write("small", "first")
    for asked in (first.mirror.before_write, first.mirror.before_suspending, first.mirror.carry):
        with pytest.raises(AnotherMachine, match="has taken over"):
            asked()
    with pytest.raises(AnotherMachine):
        keep(first.root, first.store)
    assert "has taken over" in first.store.notes.read(MIRROR_TROUBLE)[0]
    assert taken_over(machines, server).store.notes.read("small") == "second"


def test_it_can_go_back_and_forth(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    second.store.notes.write("small", "second")
    second.mirror.carry()
    dies(server)
    first.close()
    take_over(first.root, NOW, 0)
    first.open()
    assert first.store.notes.read("small") == "second"
    first.mirror.before_write()
    with pytest.raises(AnotherMachine):
        second.mirror.before_write()


def test_who_is_at_work_is_not_pushed_aside(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = machines.new(server), machines.new(server)
    first.keep_a_mirror()
    monkeypatch.setattr("resellerprogram.mirror.taking_over.LEASE", 0.5)
    monkeypatch.setattr("resellerprogram.mirror.taking_over._MORE", 0.5)
    monkeypatch.setattr("resellerprogram.mirror.taking_over._GLANCE", 0.01)
    told: list[str] = []
    with at_work(server), pytest.raises(NothingToTakeOver, match="is at work"):
        take_over(second.root, NOW, 0, waiting=told.append)
    assert len(told) == 1
    first.mirror.before_write()


@contextmanager
def at_work(server: MariaDB) -> Iterator[None]:
    """It renews its lease, each time by the clock of a server that is an hour ahead."""
    ended = threading.Event()

    def renews() -> None:
        until = 3600
        while not ended.wait(0.1):
            until += 1
            statement = "UPDATE resellerprogram_mirror SET until_utc = UTC_TIMESTAMP() + INTERVAL %s SECOND"
            server.ask(statement, until, schema=servers.SCHEMA)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(renews)
        try:
            yield
        finally:
            ended.set()


def test_who_is_silent_is_taken_over_from_whatever_the_clocks_of_the_servers_say(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The primary's was an hour ahead of the replica's."""
    first, second = machines.new(server), machines.new(server)
    first.keep_a_mirror()
    server.ask("UPDATE resellerprogram_mirror SET until_utc = UTC_TIMESTAMP() + INTERVAL 1 HOUR", schema=servers.SCHEMA)
    monkeypatch.setattr("resellerprogram.mirror.taking_over.LEASE", 0.3)
    monkeypatch.setattr("resellerprogram.mirror.taking_over._GLANCE", 0.01)
    second.close()
    take_over(second.root, NOW, 0)
    second.open()
    second.mirror.before_write()
    with pytest.raises(AnotherMachine):
        first.mirror.before_write()


def test_nothing_is_suspended_while_the_mirror_is_away_and_all_else_goes_on(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.mirror.server.SECONDS", 1)
    first = machines.new(server)
    first.keep_a_mirror()
    first.mirror.close()
    server.pause()
    first.store.notes.write("small", 1)
    first.mirror.before_write()
    first.mirror.before_what_is_done_once()
    with pytest.raises(MirrorBehind, match="this waits"):
        first.mirror.before_suspending()
    assert isinstance(keep(first.root, first.store), MirrorUnreachable)
    assert first.store.outbox.behind().changes
    server.go_on()
    first.mirror.before_suspending()
    assert keep(first.root, first.store) is None
    assert first.store.notes.read(MIRROR_TROUBLE) is None


def test_who_may_not_be_alone_stops_when_the_lease_is_over(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.mirror.server.SECONDS", 1)
    machines.new(server).keep_a_mirror()
    second = taken_over(machines, server)
    second.mirror.before_write()
    second.mirror.close()
    server.pause()
    second.mirror.before_write()
    with pytest.raises(MirrorBehind, match="this waits"):
        second.mirror.before_what_is_done_once()
    second.let_the_lease_lapse()
    with pytest.raises(PerhapsAnother, match="until it is certain that no other machine"):
        second.mirror.before_write()


def test_without_its_package_only_suspending_waits(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.mirror.close()
    monkeypatch.setattr("resellerprogram.mirror.access.find_spec", lambda name: None)
    first.mirror.before_write()
    with pytest.raises(MirrorBehind, match="upgrade --mirror"):
        first.mirror.before_suspending()


def test_tables_that_somebody_dropped_are_told_and_made_anew(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    forget(server)
    first.mirror.before_write()
    found = keep(first.root, first.store)
    assert isinstance(found, MirrorIsMissing)
    assert "mirror --replace" in str(found)
    first.store.outbox.replace(None)
    assert keep(first.root, first.store) is None
    assert taken_over(machines, server).content() == first.content()


def test_a_backup_that_was_put_in_place_is_carried_anew(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.notes.write("small", "then")
    backup = first.store.backup(NOW)
    first.store.notes.write("small", "later")
    first.mirror.carry()
    first.close()
    restoring.restore(first.root, backup, NOW)
    first.open()
    assert keep(first.root, first.store) is None
    first.store.notes.write("other", 1)
    first.mirror.carry()
    second = taken_over(machines, server)
    assert second.store.notes.read("small") == "then"
    assert second.content() == first.content()


def test_a_panels_database_that_was_put_back_to_an_earlier_day_is_carried_anew(
    server: MariaDB, machines: Machines
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    for number in range(5):
        first.store.notes.write("small", number)
    first.mirror.carry()
    server.ask("UPDATE resellerprogram_mirror SET position = position - 3", schema=servers.SCHEMA)
    first.store.notes.write("other", 1)
    assert isinstance(keep(first.root, first.store), MirrorIsOld)
    assert keep(first.root, first.store) is None
    assert taken_over(machines, server).content() == first.content()


def test_an_empty_machine_does_not_replace_what_the_mirror_holds(server: MariaDB, machines: Machines) -> None:
    first, second = machines.new(server), machines.new(server)
    first.keep_a_mirror()
    second.store.settings.set("mirror", "panel")
    with pytest.raises(AnotherMachine):
        second.mirror.make_whole()
    with pytest.raises(AnotherMachine):
        second.mirror.before_write()
    first.store.outbox.end()
    first.store.notes.forget("mirror")
    with pytest.raises(MirrorOfOthers, match="other data"):
        first.mirror.make_whole()


def test_a_standby_takes_nothing_over_and_carries_nothing(server: MariaDB, machines: Machines) -> None:
    first, second = machines.new(server), machines.new(server)
    first.keep_a_mirror()
    first.store.notes.write("small", 1)
    for machine in (first, second):
        (machine.root / "etc" / "billmgr.DoNothing").touch()
    assert keep(first.root, first.store) is None
    assert first.store.outbox.waits()
    with pytest.raises(PanelStandsStill):
        take_over(second.root, NOW, 0)


def test_a_mirror_that_nobody_wants_any_more_costs_nothing(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.settings.set("mirror", "off")
    assert keep(first.root, first.store) is None
    first.store.notes.write("small", 1)
    assert not first.store.outbox.waits()


def test_a_mirror_that_is_wanted_again_is_made_anew_from_what_is_here(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.settings.set("mirror", "off")
    assert keep(first.root, first.store) is None
    first.store.notes.write("small", 1)
    first.store.settings.set("mirror", "panel")
    assert keep(first.root, first.store) is None
    assert taken_over(machines, server).store.notes.read("small") == 1


def test_a_thread_carries_what_others_write(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    with Carrier(first.root, lambda: NOW):
        first.store.notes.write("small", 1)
        eventually(lambda: not first.store.outbox.waits())
    assert taken_over(machines, server).store.notes.read("small") == 1


def test_a_replica_is_told_and_not_taken_for_a_primary(machines: Machines) -> None:
    """Not by root either, whom `read_only` does not stop: a write there ends the replication."""
    with servers.place() as folder, servers.primary_and_replica(folder) as (primary, replica):
        first = machines.new(primary)
        first.keep_a_mirror()
        first.store.notes.write("small", 1)
        first.mirror.carry()
        dies(primary)
        second = machines.new(replica)
        second.close()
        for rights in (f"{servers.SCHEMA}.*", "*.*"):
            primary.ask(f"GRANT ALL ON {rights} TO {servers.USER}@'%'")
            (reached,) = primary.ask("SELECT @@gtid_binlog_pos")[0]
            replica.ask("SELECT MASTER_GTID_WAIT(%s, 10)", reached)
            with pytest.raises(MirrorUnreachable, match="replica that takes no writes"):
                take_over(second.root, NOW, 0)
        primary.kill()
        replica.ask("SET GLOBAL read_only = 0")
        take_over(second.root, NOW, 0)
        second.open()
        assert second.store.notes.read("small") == 1


def test_a_password_is_in_no_text(server: MariaDB, machines: Machines) -> None:
    access = access_of(machines.new(server).root)
    assert access.password == servers.PASSWORD
    assert servers.PASSWORD not in f"{access!r} {access}"


def test_tables_of_sqlite_itself_are_not_carried(server: MariaDB, machines: Machines) -> None:
    """An administrator may have it count its rows."""
    first = machines.new(server)
    first.store.connection.execute("ANALYZE")
    first.keep_a_mirror()
    first.store.notes.write("small", 1)
    first.mirror.carry()
    assert taken_over(machines, server).store.notes.read("small") == 1


def test_what_the_mirror_is_told_is_on_the_disk_here_first(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut it must not know more than this machine does, which would stop it as another's."""
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.notes.write("small", 1)
    fsync, commit, order = os.fsync, pymysql.connections.Connection.commit, []

    def syncs(descriptor: int) -> None:
        fsync(descriptor)
        order.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)

    def commits(self: Any) -> None:
        order.append("commit")
        commit(self)

    monkeypatch.setattr(os, "fsync", syncs)
    monkeypatch.setattr(pymysql.connections.Connection, "commit", commits)
    first.mirror.before_suspending()
    assert order[:2] == ["resellerprogram.db-wal", "commit"]


def test_a_damaged_mirror_is_told_and_leaves_what_is_here(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    for harm in ("'[1'", "'x'", "'[1]'"):
        server.ask(f"UPDATE resellerprogram_row SET content = {harm} WHERE what = 'setting'", schema=servers.SCHEMA)
        dies(server)
        second = machines.new(server)
        second.store.notes.write("small", 1)
        with pytest.raises(MirrorIsDamaged, match="setting"):
            take_over(second.root, NOW, 0)
        assert second.store.notes.read("small") == 1


def test_a_newer_release_takes_over_from_an_older_one(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.connection.execute("INSERT INTO subaccount VALUES (1, 5)")
    first.mirror.carry()
    first.close()
    older = database._migrations()
    newer = [*older, "ALTER TABLE subaccount ADD COLUMN since TEXT NOT NULL DEFAULT 'then';"]
    monkeypatch.setattr(database, "_migrations", lambda: newer)
    second = taken_over(machines, server)
    assert second.store.connection.execute("SELECT since FROM subaccount").fetchall()[0][0] == "then"
    with pytest.raises(MirrorBehind, match="not complete yet"):
        second.mirror.before_suspending()
    assert keep(second.root, second.store) is None
    second.mirror.before_suspending()
    monkeypatch.setattr(database, "_migrations", lambda: older)
    dies(server)
    with pytest.raises(StoreError, match="install the newer program here first"):
        take_over(first.root, NOW, 0)
    first.open()


def test_a_panels_database_of_before_all_was_carried_anew_is_carried_anew_again(
    server: MariaDB, machines: Machines
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.outbox.replace(None)
    assert keep(first.root, first.store) is None
    server.ask("UPDATE resellerprogram_mirror SET generation = 1, position = 1", schema=servers.SCHEMA)
    assert isinstance(keep(first.root, first.store), MirrorIsOld)
    first.mirror.before_write()
    assert keep(first.root, first.store) is None
    assert taken_over(machines, server).content() == first.content()


def test_whether_or_not_a_commit_was_answered_nothing_is_doubled_or_lost(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each commit in turn, of copying, of carrying and of taking over, is done and not answered."""
    commit, number, lost = pymysql.connections.Connection.commit, [0], [0]

    def commits(self: Any) -> None:
        commit(self)
        number[0] += 1
        if number[0] == lost[0]:
            raise pymysql.OperationalError(2013, "Lost connection to MySQL server during query")

    def again(work: Callable[[], object]) -> None:
        try:
            work()
        except MirrorUnreachable:
            work()

    monkeypatch.setattr(pymysql.connections.Connection, "commit", commits)
    while number[0] >= lost[0]:
        lost[0] += 1
        number[0] = 0
        forget(server)
        first = machines.new(server)
        again(first.keep_a_mirror)
        for value in (1, 2):
            first.store.notes.write("small", value)
            again(first.mirror.carry)
        second = machines.new(server)
        dies(server)
        second.close()
        again(lambda root=second.root: take_over(root, NOW, 0))  # type: ignore[misc]
        second.open()
        assert second.content() == first.content()
        again(second.mirror.carry)
    assert lost[0] > 8


def test_what_an_administrator_started_on_the_first_machine_is_not_under_way_on_the_second(
    server: MariaDB, machines: Machines
) -> None:
    """Whatever process has that number there."""
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.tasks.begin(first.store.tasks.ask("preview", {}, Author("chief", "192.0.2.1"), NOW), NOW)
    first.mirror.carry()
    second = taken_over(machines, server)
    under_way, cut_short = first.store.tasks.last("preview"), second.store.tasks.last("preview")
    assert under_way
    assert cut_short
    assert (under_way.outcome, cut_short.outcome) == (None, CUT_SHORT)
    second.mirror.before_suspending()
