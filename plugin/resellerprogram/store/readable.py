"""Rows that something has spoilt (a hand, a disk): they are passed over and told of, all others are served."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

_Built = TypeVar("_Built")
SPOILT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What building something from a row raises where the row does not hold what it should."""


def readable(rows: Iterable[Any], build: Callable[[Any], _Built]) -> Iterator[_Built]:
    """What can be built of the rows. For lists; whoever needs one certain row has to know that it can't be read."""
    for row in rows:
        built = if_readable(row, build)
        if built is not None:
            yield built


def if_readable(row: sqlite3.Row | None, build: Callable[[sqlite3.Row], _Built]) -> _Built | None:
    """The same for one row; also for none."""
    if row is None:
        return None
    try:
        return build(row)
    except SPOILT as error:
        import logging  # takes time to load, and almost all rows are sound

        log = logging.getLogger(__name__)
        log.error("a row of the database can't be read and is passed over: %.300s: %r", dict(row), error)
        return None
