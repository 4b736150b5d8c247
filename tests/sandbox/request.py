"""A request as the panel sees it once it knows who asks."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree
from sqlalchemy import String, cast, false, true
from sqlalchemy.orm import Session

from .decoration import DEFAULT_PAGE, natural
from .documents import Cell, Refusal, Row, add_choices, add_ok, add_rows, add_values, new_document
from .state import State

ROOT, EMPLOYEE, CLIENT = 30, 29, 16
GENERIC = frozenset(
    {
        "func",
        "out",
        "lang",
        "su",
        "auth",
        "authinfo",
        "elid",
        "plid",
        "sok",
        "filter",
        "p_num",
        "p_cnt",
        "p_sort",
        "p_order",
        "clicked_button",
        "sv_field",
        "snext",
        "sback",
        "progressid",
        "checkonly",
    }
)


@dataclass
class Caller:
    """Who asks: `user` is root or a user id; `account` a client's account; `via` the names before `su`."""

    user: str
    level: int
    account: int | None = None
    name: str = ""
    via: tuple[str, ...] = ()


@dataclass
class Request:
    """One call under way. `after` is work for when its answer is out, `undo` for when it is refused."""

    func: str
    params: dict[str, str]
    caller: Caller
    session: Session
    state: State
    filters: dict[tuple[str, str], dict[str, str]]
    language: str = "en"
    origin: str = "mgrctl"
    environment: dict[str, str] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    panel: Any = None
    locks: list[Any] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.state.now

    @property
    def elid(self) -> str:
        return self.params.get("elid", "")

    @property
    def submitted(self) -> bool:
        return bool(self.params.get("sok"))

    def param(self, name: str, default: str = "") -> str:
        return self.params.get(name, default)

    def ids(self, name: str = "elid") -> list[int]:
        """The ids of a group operation: '1, 2, 3'."""
        parts = [part.strip() for part in self.param(name).split(",") if part.strip()]
        if not parts or not all(part.isdecimal() for part in parts):
            raise Refusal("value", name, self.param(name))
        return [int(part) for part in parts]

    def number(self, name: str = "elid") -> int:
        if not self.param(name).isdecimal():
            raise Refusal("value", name, self.param(name))
        return int(self.param(name))

    def key(self, name: str, default: str) -> int:
        """A whole number that may be left out."""
        text = self.param(name) or default
        if not text.isdecimal():
            raise Refusal("value", name, text)
        return int(text)

    def amount(self, name: str, default: str = "0") -> Decimal:
        return as_amount(name, self.param(name) or default)

    def day(self, name: str) -> date | None:
        return as_day(name, self.param(name)) if self.param(name) else None

    def missing(self, name: str, value: object) -> Refusal:
        """The refusal for an object that is not there."""
        if self.state.reads("missing_elid", "value"):
            return Refusal("value", "elid", str(value))
        return Refusal("missed", name, str(value))

    def localized(self, record: Any, column: str = "name") -> str:
        return (getattr(record, f"{column}_ru", "") if self.language == "ru" else "") or getattr(record, column)

    # --- answers ---

    def ok(self, number: int | None = None) -> etree._Element:
        document = new_document(self.func, self.language)
        add_ok(document, number)
        return document

    def form(
        self, values: Mapping[str, Cell], choices: Mapping[str, Iterable[tuple[str, str]]] | None = None
    ) -> etree._Element:
        document = new_document(self.func, self.language)
        add_values(document, values)
        add_choices(document, choices or {})
        return document

    def listing(
        self,
        rows: Sequence[Any],
        conditions: Mapping[str, str] | None = None,
        *,
        build: Callable[[Sequence[Any]], list[Row]] | None = None,
        newest_first: bool = False,
    ) -> etree._Element:
        """A list as the panel gives it: filtered by the columns in `conditions`, sorted, cut at 5000, one page.

        With `build`, `rows` come from `cut`, and only those that are shown are built.
        """
        column, descending = self._order(newest_first)
        if build is not None and column == "id":
            found = rows[: self.list_cap]
        else:
            shown: list[Row] = build(rows) if build else list(rows)
            for name, value in (conditions or {}).items():
                if value not in ("", "null") and shown and name in shown[0]:
                    shown = [row for row in shown if self._fits(name, value, row[name])]
            found, build = _sorted(shown, column, descending)[: self.list_cap], None
        size, page = natural(self.param("p_cnt"), DEFAULT_PAGE), natural(self.param("p_num"), 1)
        part = found[(page - 1) * size : page * size]
        document = new_document(self.func, self.language)
        if self.elid:
            add_values(document, {"plid": self.elid})
        given: Sequence[Row] = build(part) if build else part
        add_rows(document, map(_filled, given) if self.state.reads("empty_columns", "left_out") else given)
        add_values(document, {"p_elems": str(len(found)), "p_num": str(page), "p_cnt": str(size)})
        return document

    def cut(self, query: Any, number: Any, newest_first: bool = False) -> list[Any]:
        """The rows of a query that a list may show, `number` being their id: cut at 5000 before or after sorting."""
        column, descending = self._order(newest_first)
        if self.state.reads("list_cut", "own_order"):
            own = number.desc() if newest_first else number
            found = list(self.session.execute(query.order_by(own).limit(self.list_cap)).all())
            return found[::-1] if column == "id" and descending is not newest_first else found
        query = query.order_by(number.desc() if descending else number)
        return list(self.session.execute(query.limit(self.list_cap) if column == "id" else query).all())

    @property
    def list_cap(self) -> int:
        return int(self.state.readings["list_cap"])

    def _fits(self, name: str, value: str, cell: Cell) -> bool:
        if name == "id" and "*" in value:
            if not self.state.reads("id_wildcard", "obeyed"):
                return self.state.reads("id_wildcard", "ignored")
            return fnmatch.fnmatchcase(_raw(cell), value.replace("[", "[[]").replace("?", "[?]"))
        return value in (_text(cell), _raw(cell))

    def with_id(self, column: Any, value: str) -> Any:
        """The condition of a filter field `id`: ids in a row, or one with the wildcard `*` (panel-2 D2, scale 4)."""
        if "*" not in value:
            return column.in_([int(part) for part in value.split(",") if part.strip().isdecimal()])
        if not self.state.reads("id_wildcard", "obeyed"):
            return true() if self.state.reads("id_wildcard", "ignored") else false()
        return cast(column, String).like(like(value), escape="!")

    def _order(self, newest_first: bool) -> tuple[str, bool]:
        """The column to sort by, and whether downwards."""
        default = "desc" if newest_first and self.param("p_sort") in ("", "id") else "asc"
        return self.param("p_sort") or "id", (self.param("p_order") or default) == "desc"

    def conditions(self, defaults: dict[str, str]) -> dict[str, str]:
        """The filter in force: the request's own, or the one that this user left (C.4)."""
        key = (self.caller.user, self.func)
        saved = self.filters.get(key, {})
        mode = self.param("filter")
        if mode == "off":
            if self.state.reads("filter_off", "clears"):
                self.filters.pop(key, None)
            return dict(defaults)
        if mode not in ("on", "yes"):
            return {**defaults, **saved}
        own = {name: value for name, value in self.params.items() if name not in GENERIC}
        fresh = {**saved, **own} if self.state.reads("filter_on", "merges") else own
        if self.state.reads("list_saves_filter", "yes"):
            self.filters[key] = fresh
            self.undo.append(lambda: self._restore_filter(key, saved))
        return {**defaults, **fresh}

    def _restore_filter(self, key: tuple[str, str], saved: dict[str, str]) -> None:
        if saved:
            self.filters[key] = saved
        else:
            self.filters.pop(key, None)

    def filter_form(self, function: str, defaults: dict[str, str]) -> etree._Element:
        """`<list>.filter`: shows the saved filter, saves a submitted one; with out=json it only echoes (C.4)."""
        key = (self.caller.user, function)
        if not self.submitted:
            return self.form({**defaults, **self.filters.get(key, {})})
        fields = {name: self.param(name, default) for name, default in defaults.items()}
        if self.param("out") == "json":
            return self.form(dict(fields))
        if fields == defaults:
            self.filters.pop(key, None)
        else:
            self.filters[key] = {name: value for name, value in fields.items() if value != defaults[name]}
        return self.ok()


def like(value: str) -> str:
    """A value with the wildcard `*` as SQL's LIKE takes it, escaped by `!`."""
    for each in "!%_":
        value = value.replace(each, f"!{each}")
    return value.replace("*", "%")


def as_amount(name: str, text: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise Refusal("value", name, text) from None
    if not amount.is_finite():
        raise Refusal("value", name, text)
    return amount


def as_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("value", name, text) from None


def _filled(row: Row) -> Row:
    """What the panel gives of a row: a column that is NULL is left out of it (panel-2 D2)."""
    return {name: cell for name, cell in row.items() if cell != ""}


def _sorted(rows: list[Row], column: str, descending: bool) -> list[Row]:
    if not rows or column not in rows[0]:
        return rows
    return sorted(rows, key=lambda row: _sort_key(_raw(row.get(column, ""))), reverse=descending)


def _text(cell: Cell) -> str:
    return cell[0] if isinstance(cell, tuple) else cell


def _raw(cell: Cell) -> str:
    return cell[1].get("orig", cell[0]) if isinstance(cell, tuple) else cell


_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: \S+)?")


def _sort_key(value: str) -> tuple[int, Decimal, str]:
    number = _NUMBER.fullmatch(value)
    return (0, Decimal(number[1]), "") if number else (1, Decimal(0), value)
