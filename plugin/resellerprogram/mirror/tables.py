"""What stands in the panel's database: the rows of ours, and one row that says whose they are.

Two tables, whatever ours look like: an upgrade changes no table of the panel's database, and a cluster is never held up
by one. InnoDB, primary keys, no foreign keys, no triggers; keys that MariaDB 5.5 and MySQL 5.6 can index.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ..programme.values import dataclass
from ..store.outbox import Row
from .errors import MirrorIsDamaged

if TYPE_CHECKING:
    from .server import Server

LEASE = 60
"""Seconds for which a machine that was heard of counts as being at work."""
_LONGEST_KEY = 120
_PACKED_FROM = 10_000
_READ_TOGETHER = 1000
_MAKE = (
    "CREATE TABLE IF NOT EXISTS resellerprogram_mirror ("
    " id TINYINT NOT NULL PRIMARY KEY, holder VARCHAR(120) CHARACTER SET utf8 NOT NULL, term INT NOT NULL,"
    " until_utc DATETIME NOT NULL, generation INT NOT NULL, position BIGINT NOT NULL, version INT NOT NULL,"
    " carried_at DATETIME NULL) ENGINE=InnoDB",
    "CREATE TABLE IF NOT EXISTS resellerprogram_row ("
    " generation INT NOT NULL, what VARCHAR(40) CHARACTER SET ascii NOT NULL, row_key VARBINARY(200) NOT NULL,"
    " content LONGBLOB NOT NULL, PRIMARY KEY (generation, what, row_key)) ENGINE=InnoDB",
)
_THERE = (
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
    " AND table_name IN ('resellerprogram_mirror', 'resellerprogram_row')"
)
_STATE = (
    "SELECT holder, term, generation, position, version, until_utc, until_utc <= UTC_TIMESTAMP()"
    " FROM resellerprogram_mirror WHERE id = 1"
)
_FIRST = (
    "INSERT IGNORE INTO resellerprogram_mirror (id, holder, term, until_utc, generation, position, version)"
    " VALUES (1, %s, 1, UTC_TIMESTAMP() + INTERVAL %s SECOND, 0, 0, 0)"
)
_PUT = "REPLACE INTO resellerprogram_row (generation, what, row_key, content) VALUES (%s, %s, %s, %s)"
_GONE = "DELETE FROM resellerprogram_row WHERE generation = %s AND what = %s AND row_key = %s"


@dataclass(frozen=True)
class State:
    """Whose the mirror is, and for which `term`: who takes over begins another. `generation` 0: it was never whole;
    `position`: the last change that is in it; `version` of our schema. Its lease is renewed `until` then, by the clock
    of the server at which that was done, and by that of the one that is asked it is `over`."""

    holder: str
    term: int
    generation: int
    position: int
    version: int
    until: datetime
    over: bool


class MirrorTables:
    """Single steps; who calls them opens the transaction."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def are_there(self) -> bool:
        return bool(self._server.execute(_THERE)[0][0] == len(_MAKE))

    def make(self, holder: str) -> None:
        """Made where they are missing; the first to come is the holder."""
        if not self.are_there():
            for statement in _MAKE:
                self._server.execute(statement)
        self._server.change(_FIRST, (holder, LEASE))

    def state(self, to_change: bool = False) -> State | None:
        """With `to_change` nobody else changes it before the transaction ends."""
        found = self._server.execute(_STATE + (" FOR UPDATE" if to_change else ""))
        return State(*found[0]) if found else None

    def whole(self) -> State | None:
        """The same of a mirror from which a database could be restored; None where there is none."""
        found = self.state() if self.are_there() else None
        return found if found and found.generation else None

    def renew(self, holder: str) -> None:
        """The holder, which is called so now, was heard of."""
        self._server.change(
            "UPDATE resellerprogram_mirror SET holder = %s, until_utc = UTC_TIMESTAMP() + INTERVAL %s SECOND"
            " WHERE id = 1",
            (holder, LEASE),
        )

    def carried(self, position: int, holder: str) -> None:
        """All changes up to here are in; the lease is renewed with that."""
        self._server.change(
            "UPDATE resellerprogram_mirror SET position = %s, carried_at = UTC_TIMESTAMP(), holder = %s,"
            " until_utc = UTC_TIMESTAMP() + INTERVAL %s SECOND WHERE id = 1",
            (position, holder, LEASE),
        )

    def is_whole(self, generation: int, position: int, version: int) -> None:
        """From now on `generation` is what would be restored."""
        self._server.change(
            "UPDATE resellerprogram_mirror SET generation = %s, position = %s, version = %s,"
            " carried_at = UTC_TIMESTAMP() WHERE id = 1",
            (generation, position, version),
        )

    def is_not_whole(self) -> None:
        """From now on nothing is restored from here."""
        self._server.change("UPDATE resellerprogram_mirror SET generation = 0 WHERE id = 1")

    def take(self, holder: str, silent: datetime | None = None) -> bool:
        """Become the holder, unless another one was heard of lately. `silent`: for as long as a lease lasts nothing
        came after this one, whatever the clocks say of it."""
        return bool(
            self._server.change(
                "UPDATE resellerprogram_mirror SET holder = %s, term = term + 1,"
                " until_utc = UTC_TIMESTAMP() + INTERVAL %s SECOND"
                " WHERE id = 1 AND (holder = %s OR until_utc <= UTC_TIMESTAMP() OR until_utc = %s)",
                (holder, LEASE, holder, silent),
            )
        )

    def put(self, generation: int, rows: list[Row]) -> None:
        """The rows as they are after these changes, in their order; of several of one row the last counts."""
        last = {(row.table, row.key): row for row in rows}
        there = [row for row in last.values() if row.values is not None]
        if there:
            self._server.many(
                _PUT, [(generation, row.table, key_of(row.key), _packed(row.values or "")) for row in there]
            )
        for row in last.values():
            if row.values is None:
                self._server.change(_GONE, (generation, row.table, key_of(row.key)))

    def others(self, generation: int, at_most: int) -> int:
        """Delete some of what belongs to no `generation` that counts; tells how many."""
        return self._server.change(
            "DELETE FROM resellerprogram_row WHERE generation <> %s LIMIT %s", (generation, at_most)
        )

    def rows(self, generation: int) -> Iterator[tuple[str, bytes, str]]:
        """Table, key and content of all rows, in the order of the primary key; in the transaction that is open."""
        table, key = "", b""
        while found := self._server.execute(
            "SELECT what, row_key, content FROM resellerprogram_row WHERE generation = %s"
            " AND (what > %s OR (what = %s AND row_key > %s)) ORDER BY what, row_key LIMIT %s",
            (generation, table, table, key, _READ_TOGETHER),
        ):
            for table, key, content in found:
                try:
                    plain = _unpacked(content)
                except (ValueError, zlib.error) as error:
                    raise MirrorIsDamaged(table, error) from error
                yield table, key, plain

    def engines(self) -> tuple[str, ...]:
        """What holds our tables, where it is not InnoDB: nothing of the sort takes back half a transaction."""
        found = self._server.execute(
            "SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_name IN ('resellerprogram_mirror', 'resellerprogram_row') AND engine <> 'InnoDB'"
        )
        return tuple(str(row[0]) for row in found)


def key_of(key: str) -> bytes:
    """The key of a row as it stands there: short enough to be indexed everywhere."""
    plain = key.encode()
    return plain if len(plain) <= _LONGEST_KEY else hashlib.sha256(plain).hexdigest().encode()


def _packed(content: str) -> bytes:
    """A long one compressed: a row is never longer than what servers take at once."""
    plain = content.encode()
    return plain if len(plain) < _PACKED_FROM else zlib.compress(plain)


def _unpacked(content: bytes) -> str:
    """A list in JSON begins with a bracket, and nothing compressed does."""
    return (content if content[:1] == b"[" else zlib.decompress(content)).decode()
