"""Which machine this is: one name, whatever happens to its file; and how long it may take itself to be alone."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from resellerprogram.mirror.errors import AnotherMachine, PerhapsAnother
from resellerprogram.mirror.machine import FILE_NAME, Machine, machine_of, renewed
from resellerprogram.mirror.tables import LEASE

from tests import servers
from tests.mirror.conftest import Machines, dies
from tests.servers import MariaDB


def test_who_asks_first_at_the_same_time_is_told_the_same(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        together = threading.Barrier(8)

        def asks(folder: Path = folder, together: threading.Barrier = together) -> str:
            together.wait()
            return machine_of(folder).mark

        with ThreadPoolExecutor(8) as pool:
            marks = {each.result() for each in [pool.submit(asks) for _ in range(8)]}
        assert marks == {machine_of(folder).mark}
        assert [each.name for each in folder.iterdir()] == [FILE_NAME]


def test_two_threads_that_renew_it_never_leave_half_a_file(tmp_path: Path) -> None:
    """The worker answers the queue in one, and carries in the other."""
    machine = machine_of(tmp_path)

    def renews(seed: int) -> None:
        for number in range(300):
            renewed(tmp_path, machine, float(1000 * number + seed), False, number)

    with ThreadPoolExecutor(3) as pool:
        renewals = [pool.submit(renews, seed) for seed in (1, 2)]
        while not all(each.done() for each in renewals):
            assert machine_of(tmp_path).mark == machine.mark
        for each in renewals:
            each.result()


def test_it_is_on_the_disk_before_it_takes_the_place_of_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that forgets its name in a power cut would be another one."""
    machine = machine_of(tmp_path)
    fsync, synced = os.fsync, []

    def notes(descriptor: int) -> None:
        fsync(descriptor)
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / FILE_NAME).stat().st_ino))

    monkeypatch.setattr(os, "fsync", notes)
    renewed(tmp_path, machine, 1000.0, False, 1)
    ((new, there),) = synced
    assert new == (tmp_path / FILE_NAME).stat().st_ino != there


def test_the_disk_is_not_written_for_every_change(tmp_path: Path) -> None:
    machine = renewed(tmp_path, machine_of(tmp_path), 1000.0, False, 1)
    before = (tmp_path / FILE_NAME).stat().st_ino
    assert renewed(tmp_path, machine, 1000.5, False, 1) == machine
    assert (tmp_path / FILE_NAME).stat().st_ino == before
    assert renewed(tmp_path, machine, 1001.0, False, 1).lapses == machine_of(tmp_path).lapses == 1001.0
    assert renewed(tmp_path, machine, 1000.5, False, 2).term == machine_of(tmp_path).term == 2


@pytest.mark.parametrize(("now", "may"), [(999.0, True), (1000.0, False), (940.0, True), (939.0, False), (0.0, False)])
def test_a_clock_that_was_put_back_makes_no_lease_longer(now: float, may: bool) -> None:
    assert LEASE == 60
    assert Machine("x", 1000.0, alone=False).may_go_on(now) is may
    assert Machine("x", 1000.0, alone=True).may_go_on(now)


@pytest.mark.slow
def test_a_machine_that_was_renamed_goes_on_once_its_former_name_is_not_heard_of(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container is with each start. While it is heard of, this may be a copy of it."""
    first = machines.new(server)
    first.keep_a_mirror()
    monkeypatch.setattr("socket.gethostname", lambda: "renamed")
    with pytest.raises(AnotherMachine):
        first.mirror.before_write()
    dies(server)
    first.store.notes.write("small", 1)
    first.mirror.before_suspending()
    ((holder,),) = server.ask("SELECT holder FROM resellerprogram_mirror", schema=servers.SCHEMA)
    assert holder.startswith("renamed (")


@pytest.mark.slow
def test_a_copy_of_a_machine_is_another_one_when_that_has_gone_on(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also under the same host name, as after a disk was copied."""
    first = machines.new(server)
    first.keep_a_mirror()
    copied = machines.new(server)
    copied.close()
    shutil.rmtree(copied.store.folder)
    first.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(first.store.folder, copied.store.folder)
    first.store.notes.write("small", 1)
    first.mirror.carry()
    monkeypatch.setattr("resellerprogram.mirror.machine._hardware", lambda: "other")
    copied.open()
    with pytest.raises(AnotherMachine):
        copied.mirror.before_write()
    dies(server)
    with pytest.raises(PerhapsAnother, match="restore --from-panel"):
        copied.mirror.before_write()
