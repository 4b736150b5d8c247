"""Servers as other people have set them up: modes, locks, tables that are half there, connections that are cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
from resellerprogram.mirror.access import access_of
from resellerprogram.mirror.errors import MirrorBehind, MirrorIsMissing, MirrorUnreachable
from resellerprogram.mirror.server import Server

from tests import servers
from tests.mirror.conftest import Machines, taken_over
from tests.mirror.test_carrying import a_row_in_every_table
from tests.servers import MariaDB

pytestmark = pytest.mark.slow

ODD = {
    "sql_mode": "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH",
    "time_zone": "+11:00",
    "tx_isolation": "READ-COMMITTED",
    "autocommit": 0,
    "max_allowed_packet": 1 << 20,
    "character_set_server": "cp1251",
}


@pytest.fixture
def odd(server: MariaDB) -> Iterator[MariaDB]:
    before = {name: server.ask(f"SELECT @@global.{name}")[0][0] for name in ODD}
    for name, value in ODD.items():
        server.ask(f"SET GLOBAL {name} = %s", value)
    yield server
    for name, value in before.items():
        server.ask(f"SET GLOBAL {name} = %s", value)


def test_the_modes_of_a_server_change_nothing(odd: MariaDB, machines: Machines) -> None:
    first = machines.new(odd)
    first.keep_a_mirror()
    a_row_in_every_table(first)
    first.store.notes.write("it's \\", "'; DROP TABLE resellerprogram_row; -- \\")
    first.store.notes.write("long", "".join(chr(0x400 + each * each % 997) for each in range(20_000)))
    first.mirror.carry()
    assert taken_over(machines, odd).content() == first.content()


def test_a_value_that_does_not_fit_is_refused_and_not_cut(server: MariaDB, machines: Machines) -> None:
    server.ask("SET GLOBAL sql_mode = ''")
    first = machines.new(server)
    first.keep_a_mirror()
    server.ask("ALTER TABLE resellerprogram_row MODIFY content TINYBLOB NOT NULL", schema=servers.SCHEMA)
    first.store.notes.write("long", "x" * 300)
    with pytest.raises(MirrorUnreachable, match="too long"):
        first.mirror.carry()


def test_tables_that_somebody_locks_are_not_waited_for_by_a_crowd(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.mirror.server.TRIES", 2)
    first = machines.new(server)
    first.keep_a_mirror()
    with server.cursor(servers.SCHEMA) as dump:
        dump.execute("LOCK TABLES resellerprogram_mirror READ, resellerprogram_row READ")
        first.store.notes.write("small", 1)
        with pytest.raises(MirrorBehind, match="Lock wait timeout"):
            first.mirror.before_suspending()
    first.mirror.before_suspending()


def test_a_connection_that_was_cut_while_nothing_was_to_be_done_is_made_anew(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    for (number,) in server.ask("SELECT id FROM information_schema.processlist WHERE user = %s", servers.USER):
        server.ask(f"KILL {number}")
    monkeypatch.setattr("resellerprogram.mirror.carrying.FRESH", 0.0)
    first.store.notes.write("small", 1)
    first.mirror.before_suspending()


@pytest.mark.parametrize("lost", ["resellerprogram_mirror", "resellerprogram_row"])
def test_one_of_the_tables_may_be_missing(server: MariaDB, machines: Machines, lost: str) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    server.ask(f"DROP TABLE {lost}", schema=servers.SCHEMA)
    first.store.notes.write("small", 1)
    with pytest.raises(MirrorIsMissing, match="--replace"):
        first.mirror.carry()
    first.store.outbox.replace(None)
    first.mirror.make_whole()
    assert taken_over(machines, server).content() == first.content()


def test_a_way_to_log_in_that_needs_another_package_holds_up_suspending_alone(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = machines.new(server)
    first.keep_a_mirror()
    first.mirror.close()

    def refuses(*_: object, **__: object) -> None:
        raise RuntimeError("'cryptography' package is required")

    monkeypatch.setattr(pymysql, "connect", refuses)
    first.mirror.before_write()
    with pytest.raises(MirrorBehind, match="cryptography"):
        first.mirror.before_suspending()


@pytest.mark.parametrize("password", ["pa ss#wörd", "\"'\\%s", "# not a comment", "DBUser root", "x\tx"])
@pytest.mark.parametrize("gap", [" ", "\t", " \t "])
def test_credentials_are_read_as_they_stand(tmp_path: Path, password: str, gap: str) -> None:
    root = tmp_path
    (root / "etc" / "billmgr.conf.d").mkdir(parents=True)
    (root / "etc" / "billmgr.conf").write_text("DBUser old\nDBPassword old\n", "utf-8")
    (root / "etc" / "billmgr.conf.d" / "db.conf").write_text(
        f"# DBPassword commented\n#DBUser nobody\nDBPassword{gap}{password}\r\nDBUser{gap}billmgr\n", "utf-8"
    )
    access = access_of(root)
    assert (access.user, access.password) == ("billmgr", password)


@pytest.mark.parametrize(
    ("lines", "host", "socket"),
    [
        ("DBSocket /s", "localhost", "/s"),
        ("DBHost localhost\nDBSocket /s", "localhost", "/s"),
        ("DBHost \nDBSocket /s", "localhost", "/s"),
        ("DBHost 192.0.2.5\nDBSocket /s", "192.0.2.5", ""),
        ("DBHost 127.0.0.1\nDBSocket /s", "127.0.0.1", ""),
        ("DBHost ::1", "::1", ""),
    ],
)
def test_a_socket_is_for_this_host_alone(tmp_path: Path, lines: str, host: str, socket: str) -> None:
    """What is left of a server that was here must not be taken for the panel's, which is elsewhere now."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "billmgr.conf").write_text(f"DBUser billmgr\n{lines}\n", "utf-8")
    access = access_of(tmp_path)
    assert (access.host, access.socket) == (host, socket)


@pytest.mark.parametrize(("told", "writes"), [(0, True), ("OFF", True), (1, False), ("ON", False), ("NO_LOCK", False)])
def test_servers_say_in_several_words_whether_they_are_replicas(
    server: MariaDB, machines: Machines, monkeypatch: pytest.MonkeyPatch, told: object, writes: bool
) -> None:
    execute = Server.execute

    def tells(self: Server, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        found = execute(self, statement, values)
        return [(found[0][0], told)] if "@@read_only" in statement else found

    monkeypatch.setattr(Server, "execute", tells)
    first = machines.new(server)
    first.store.settings.set("mirror", "panel")
    if writes:
        first.mirror.make_whole()
    else:
        with pytest.raises(MirrorUnreachable, match="replica"):
            first.mirror.make_whole()
