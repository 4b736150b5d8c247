"""The panel's database, opened. What SQLAlchemy once learned of a statement, every database of the process knows: tests
open a thousand of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Engine, Row, bindparam, create_engine, select
from sqlalchemy.orm import Session

_COMPILED: dict[Any, Any] = {}
_FIRST: dict[str, Engine] = {}


def opened(database: str, options: Mapping[str, Any] | None = None) -> Engine:
    """`options` are the driver's."""
    engine = create_engine(
        database,
        connect_args=dict(options or {}),
        execution_options={"compiled_cache": _COMPILED},
        pool_reset_on_return=None,  # a session has ended its transaction before it gives the connection back
    )
    if engine.name not in _FIRST:
        with engine.connect():  # the dialect looks at what it speaks to
            _FIRST[engine.name] = engine
    engine.dialect = _FIRST[engine.name].dialect  # by which what is compiled is kept
    return engine


def row_of(session: Session, model: Any, number: int) -> Row[Any] | None:
    """The row with that id, to be read: a fifth of what the same as an object takes."""
    return session.execute(_by_id(model), {"number": number}).first()


def the_row_of(session: Session, model: Any, number: int) -> Row[Any]:
    return session.execute(_by_id(model), {"number": number}).one()


def rows_of(session: Session, model: Any) -> list[Row[Any]]:
    """All rows, to be read."""
    return list(session.execute(_all(model)).all())


@cache
def _by_id(model: Any) -> Any:
    return select(model.__table__).where(model.__table__.c.id == bindparam("number"))


@cache
def _all(model: Any) -> Any:
    return select(model.__table__)
