"""A request as the panel sees it once it knows who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from sqlalchemy.orm import Session

from .documents import Cell, Refusal, Row, add_ok, add_rows, add_values, new_document
from .state import State

ROOT, EMPLOYEE, CLIENT = 30, 29, 16
LIST_CAP = 5000
DEFAULT_PAGE = 50
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
    """One call under way. `after` is work for when its answer is out."""

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

    def form(self, values: dict[str, Cell]) -> etree._Element:
        document = new_document(self.func, self.language)
        add_values(document, values)
        return document

    def listing(self, rows: list[Row], conditions: dict[str, str] | None = None) -> etree._Element:
        """A list as the panel gives it: filtered by the columns in `conditions`, sorted, cut at 5000, one page."""
        for name, value in (conditions or {}).items():
            if value and rows and name in rows[0]:
                rows = [row for row in rows if value in (_text(row[name]), _raw(row[name]))]
        rows = self._sorted(rows)[:LIST_CAP]
        size = (
            int(self.param("p_cnt")) if self.param("p_cnt").isdecimal() and self.param("p_cnt") != "0" else DEFAULT_PAGE
        )
        page = int(self.param("p_num")) if self.param("p_num").isdecimal() else 1
        document = new_document(self.func, self.language)
        if self.elid:
            add_values(document, {"plid": self.elid})
        add_rows(document, rows[(page - 1) * size : page * size])
        add_values(document, {"p_elems": str(len(rows)), "p_num": str(page), "p_cnt": str(size)})
        return document

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
        return {**defaults, **fresh}

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

    def _sorted(self, rows: list[Row]) -> list[Row]:
        column = self.param("p_sort") or "id"
        if not rows or column not in rows[0]:
            return rows
        descending = self.param("p_order", "desc" if column == "id" and self.func == "payment" else "asc") == "desc"
        return sorted(rows, key=lambda row: _sort_key(_raw(row[column])), reverse=descending)


def _text(cell: Cell) -> str:
    return cell[0] if isinstance(cell, tuple) else cell


def _raw(cell: Cell) -> str:
    return cell[1].get("orig", cell[0]) if isinstance(cell, tuple) else cell


def _sort_key(value: str) -> tuple[int, int, str]:
    return (0, int(value), "") if value.lstrip("-").isdecimal() else (1, 0, value)
