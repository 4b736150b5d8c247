"""Whether the mirror holds what is on record here, for `doctor`. Nothing is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..programme.values import dataclass
from ..store import Store
from .access import access_of, connect
from .carrying import held_by, holding
from .machine import machine_of
from .tables import MirrorTables, key_of

if TYPE_CHECKING:
    from .server import Server

TRIES = 5
"""Looks, until both sides are of one moment: between the two something may have been carried."""
_EMPTY = (0, 0)


@dataclass(frozen=True)
class Difference:
    """A table of ours that differs, and its rows here and there, without those that wait to be carried."""

    table: str
    here: int
    there: int


@dataclass(frozen=True)
class Compared:
    """What the panel's database server is, where, and as whom we use it; `nodes` of its cluster, 0 without one; `rows`
    there. `differences` is None where changes came faster than both sides could be read."""

    version: str
    database: str
    user: str
    nodes: int
    engines: tuple[str, ...]
    rows: int
    differences: tuple[Difference, ...] | None


def compare(root: Path, store: Store) -> Compared:
    """Read both. Raises MirrorUnreachable, MirrorIsOld, MirrorOfOthers, AnotherMachine."""
    schema = store.settings.current().mirror_schema
    access = access_of(root, schema)
    with closing(connect(root, schema)) as server, server.told():
        engines = MirrorTables(server).engines()
        looks = (_differences(server, store) for _ in range(TRIES))
        rows, differences = next((found for found in looks if found), (0, None))
        return Compared(server.version, access.name, access.user, server.nodes, engines, rows, differences)


def _differences(server: Server, store: Store) -> tuple[int, tuple[Difference, ...]] | None:
    """Rows there, and what differs; None where something was carried between the two moments."""
    tables, outbox = MirrorTables(server), store.outbox
    with server.at_one_moment(), outbox.at_one_moment():
        state = holding(outbox, held_by(machine_of(store.folder), tables.state()))
        if not outbox.follows_on(state.position):
            return None
        wait = {(row.table, key_of(row.key)) for _, row in outbox.next(state.position)}
        ours = ((table.name, key_of(row.key), row.values or "") for table in outbox.tables() for row in table.rows())
        here, there = _sums(ours, wait), _sums(tables.rows(state.generation), wait)
    names = sorted(here.keys() | there.keys())
    differ = [name for name in names if here.get(name, _EMPTY) != there.get(name, _EMPTY)]
    return sum(count for count, _ in there.values()), tuple(
        Difference(name, here.get(name, _EMPTY)[0], there.get(name, _EMPTY)[0]) for name in differ
    )


def _sums(rows: Iterable[tuple[str, bytes, str]], without: set[tuple[str, bytes]]) -> dict[str, tuple[int, int]]:
    """Of each table the number of its rows, and a sum of what is in them, in whatever order they come."""
    sums: dict[str, tuple[int, int]] = {}
    for table, key, content in rows:
        if (table, key) not in without:
            count, total = sums.get(table, _EMPTY)
            digest = hashlib.blake2b(key + b"\0" + content.encode(), digest_size=8).digest()
            sums[table] = count + 1, (total + int.from_bytes(digest, "big")) % (1 << 64)
    return sums
