"""Another tier table played over the recorded past: read from the records alone, nothing is asked or written.

Accounts are played by ranges of their ids, so that memory does not grow with the payments; where there are many, by two
processes.
"""

from __future__ import annotations

import gc
import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import lru_cache
from pathlib import Path

from ..programme.errors import BadInput
from ..programme.ids import AccountId
from ..programme.replay import Replay
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..programme.values import dataclass
from ..programme.whatif import Tally, WhatIf
from ..programme.window import Window, later
from ..store import Store
from ..store.database import FILE_NAME
from ..store.past import PastStore

AT_ONCE = 250
"""Accounts of a range: what progress is told by, and whose results wait for nothing."""
MANY = 2000
"""Accounts for which a second process is worth its start."""
PROCESSES = 2
CACHE = 20_000
"""Kilobytes of the database that a process keeps at hand: an account's rows lie far apart."""
NOTHING_YET = Text(
    "Nothing is on record yet: a table can be played over the past after the first calculations.",
    "Истории ещё нет: проверить таблицу на прошлом можно после первых расчётов.",
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Part:
    """A range of accounts, and what to play over them."""

    folder: Path
    lowest: AccountId
    highest: AccountId
    accounts: int
    table: TierTable
    currency: str
    first: date
    last: date


def play(store: Store, table: TierTable, months: int, progress: Progress = lambda done, total: None) -> WhatIf:
    """Play `table` over the last so many calendar months on record. Raises BadInput where nothing is."""
    past = PastStore(store.connection)
    known = past.days()
    if known is None:
        raise BadInput(NOTHING_YET)
    first, last = max(known.first, later(Window.of(known.last, months).first, 1)), known.last
    currency, accounts = store.settings.current().currency, past.accounts()
    parts = [
        _Part(store.folder, chunk[0], chunk[-1], len(chunk), table, currency, first, last)
        for chunk in (accounts[place : place + AT_ONCE] for place in range(0, len(accounts), AT_ONCE))
    ]
    whole, done = Tally(table, currency, first, last), 0
    for part, tally in _played(parts, len(accounts), past):
        whole.merge(tally)
        done += part.accounts
        progress(done, len(accounts))
    started = store.going_live.started()
    return whole.result(*_saved_between(store, first, last), started.at.date() if started else None)


def _played(parts: list[_Part], accounts: int, past: PastStore) -> Iterator[tuple[_Part, Tally]]:
    """One after another, or by two processes that share nothing with this one."""
    if accounts < MANY:
        yield from ((part, _tally(part, past)) for part in parts)
        return
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as processes:
        waiting = {processes.submit(_play_part, part): part for part in parts}
        yield from ((waiting[each], each.result()) for each in as_completed(waiting))


def _play_part(part: _Part) -> Tally:
    """In a process of its own."""
    return _tally(part, _past_in(part.folder))


@lru_cache(maxsize=1)
def _past_in(folder: Path) -> PastStore:
    """By a connection of such a process, which can write nothing."""
    gc.disable()  # nothing that is made here refers to itself, and there are millions
    connection = sqlite3.connect(f"file:{folder / FILE_NAME}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    return PastStore(connection)


def _tally(part: _Part, past: PastStore) -> Tally:
    replay = Replay(part.first, part.last, lambda day: part.table)
    tally = Tally(part.table, part.currency, part.first, part.last)
    for found in past.read(part.lowest, part.highest, part.first, part.currency):
        tally.add(found.account, found.stages, replay.of(found.stages, found.versions), found.saved)
    return tally


def _saved_between(store: Store, first: date, last: date) -> tuple[date | None, date | None]:
    """The days among those played of which the panel has told the expenses, both included."""
    told = store.savings.told_of_accounts()
    if told is None:
        return None, None
    since, until = max(first, told[0]), min(last, told[1])
    return (since, until) if since <= until else (None, None)
