"""The one `call` that everything in this folder goes through, and complete lists (reference, A.2, C.4, E.4, I)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NewType

from ..programme.text import Text
from .answers import Document, Row
from .assumptions import AS_ROOT, LIKELY_EMPLOYEE, LIST_CAP, PAGE_ROWS
from .errors import Call, IncompleteAnswer, PanelError, PanelRefusal
from .transport import Transport

Employee = NewType("Employee", str)
NO_FILTER: Mapping[str, str] = {"filter": "off"}


class TooManyRows(PanelError):
    """The panel cuts this list, so that it can't be known to be complete."""

    def __init__(self, call: Call) -> None:
        super().__init__(
            Text(
                "the list has {cap} rows or more; the panel cuts it there",
                "в списке {cap} строк или больше, панель его обрезает",
            )(cap=LIST_CAP),
            call,
        )


class Panel:
    """BILLmanager as we call it: in English unless said otherwise, as an employee where a function needs one."""

    def __init__(self, transport: Transport, employee: Employee | None = None) -> None:
        self._transport, self.employee = transport, employee
        self.before_filtering: Callable[[str], None] = lambda function: None

    def call(self, function: str, params: Mapping[str, object] | None = None, *, repeatable: bool = True) -> Document:
        """Call a panel function; `repeatable` only if a second time does no harm.

        Raises TransportError without an answer to trust, PanelRefusal for the panel's error document.
        """
        sent = {name: str(value) for name, value in (params or {}).items()}
        sent.setdefault("lang", "en")
        if self.employee and function not in AS_ROOT:
            sent.setdefault("su", self.employee)
        return self._transport.send(Call(function, sent, repeatable))

    def rows(
        self, function: str, params: Mapping[str, object] | None = None, conditions: Mapping[str, str] = NO_FILTER
    ) -> list[Row]:
        """All rows of a list, whatever its page size. Raises TooManyRows at the panel's cap.

        `conditions` says explicitly what is filtered, because the panel otherwise uses the last filter
        that this employee left (I.1); `before_filtering` is told before that filter is replaced.
        """
        if conditions.get("filter") == "on":
            self.before_filtering(function)
        sent = {**(params or {}), **conditions}
        try:
            return self._all_pages(function, sent)
        except IncompleteAnswer:
            return self._all_pages(function, sent)  # a row that came or went between two pages shifts the rest

    def capped_rows(self, function: str, order: str) -> list[Row]:
        """The rows of an unfiltered list by id, `asc` or `desc`, as many as the panel lists."""
        return self._all_pages(function, {**NO_FILTER, "p_sort": "id", "p_order": order}, capped=True)

    def _all_pages(self, function: str, params: Mapping[str, object], capped: bool = False) -> list[Row]:
        rows: dict[str, Row] = {}
        for page in itertools.count(1):
            document = self.call(function, {**params, "p_num": page, "p_cnt": PAGE_ROWS})
            found, before = document.rows(), len(rows)
            rows.update((row.raw("id", "elid"), row) for row in found)
            total = int(document.value("p_elems") or 0)
            if max(total, len(rows)) >= LIST_CAP and not capped:
                raise TooManyRows(document.call)
            if "" in rows:
                raise IncompleteAnswer(document.call, "id")
            if document.has("p_elems") and len(rows) >= min(total, LIST_CAP):
                break
            if len(rows) == before:
                if len(rows) < total:
                    raise IncompleteAnswer(document.call, f"{len(rows)} of {total} rows")
                break  # the panel does not count its rows, and this page brought nothing new
        return list(rows.values())

    def close(self) -> None:
        self._transport.close()


def by_days(read: Callable[[date, date], list[Row]], first: date, last: date) -> list[Row]:
    """What `read` gives for the days from `first` to `last`, both included, in parts where the panel would cut it.

    Raises TooManyRows where one day has more rows than the panel lists.
    """
    try:
        return read(first, last)
    except TooManyRows:
        if first == last:
            raise
        middle = first + (last - first) // 2
        return by_days(read, first, middle) + by_days(read, middle + timedelta(days=1), last)


def find_employee(panel: Panel) -> Employee | None:
    """The first employee whom the panel lets us act as; None where it names none that works.

    Many functions need an employee, because a provider stands behind one (E.2).
    """
    try:
        rows = sorted(panel.rows("employee"), key=lambda row: row.number("id"))
        candidates = [row.raw("name", "id") for row in rows]
    except PanelRefusal:
        candidates = [LIKELY_EMPLOYEE]
    for candidate in candidates:
        try:
            panel.call("whoami", {"su": candidate})
        except PanelRefusal:
            continue
        return Employee(candidate)
    return None
