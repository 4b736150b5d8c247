"""A mirror that is wanted no more, or elsewhere: what it held grows old, and no machine begins with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from resellerprogram.mirror.errors import AnotherMachine
from resellerprogram.mirror.keeping import keep
from resellerprogram.mirror.taking_over import take_over, what_is_there

from tests import servers
from tests.mirror.conftest import NOW, Machines, taken_over
from tests.servers import MariaDB

pytestmark = pytest.mark.slow

ELSEWHERE = "elsewhere"


@pytest.fixture
def elsewhere(server: MariaDB) -> Iterator[str]:
    server.ask(f"CREATE DATABASE {ELSEWHERE}")
    server.ask(f"GRANT ALL ON {ELSEWHERE}.* TO {servers.USER}@'%'")
    yield ELSEWHERE
    server.ask(f"DROP DATABASE {ELSEWHERE}")


def test_what_is_not_carried_on_is_offered_to_nobody(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    assert what_is_there(first.root)
    first.store.settings.set("mirror", "off")
    assert keep(first.root, first.store) is None
    assert what_is_there(first.root) is None
    first.store.settings.set("mirror", "panel")
    assert keep(first.root, first.store) is None
    assert taken_over(machines, server).content() == first.content()


def test_one_that_is_away_is_let_go_all_the_same(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.mirror.server.SECONDS", 1)
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.settings.set("mirror", "off")
    server.pause()
    assert keep(first.root, first.store) is None
    first.store.notes.write("small", 1)
    assert not first.store.outbox.waits()


def test_who_has_lost_it_lets_go_of_nothing_of_the_other_machine(server: MariaDB, machines: Machines) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    second = taken_over(machines, server)
    first.store.settings.set("mirror", "off")
    assert keep(first.root, first.store) is None
    assert what_is_there(second.root)
    second.mirror.before_suspending()
    first.store.settings.set("mirror", "panel")
    with pytest.raises(AnotherMachine):
        keep(first.root, first.store)


def test_one_that_is_wanted_elsewhere_is_made_there_and_let_go_here(
    server: MariaDB, machines: Machines, elsewhere: str
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.store.settings.set("mirror_schema", elsewhere)
    assert keep(first.root, first.store, first.mirror) is None
    first.store.notes.write("small", 1)
    first.mirror.before_suspending()
    assert what_is_there(first.root) is None
    dies_at(server, elsewhere)
    second = machines.new(server)
    second.close()
    take_over(second.root, NOW, 0, elsewhere)
    second.open()
    assert second.content() == first.content()
    assert keep(second.root, second.store) is None
    assert second.store.outbox.schema() == elsewhere


def dies_at(server: MariaDB, schema: str) -> None:
    server.ask("UPDATE resellerprogram_mirror SET until_utc = UTC_TIMESTAMP()", schema=schema)
