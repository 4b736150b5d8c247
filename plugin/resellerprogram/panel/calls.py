"""The one `call` that everything in this folder goes through, and complete lists (reference, A.2, C.4, E.4, I)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NewType, TypeVar

from ..programme.bounds import is_id
from ..programme.text import Text
from . import assumptions
from .answers import Document, Row
from .assumptions import AS_ROOT, LIKELY_EMPLOYEE, LIST_CAP, PAGE_ROWS
from .errors import Call, IncompleteAnswer, InvalidValue, PanelError, PanelRefusal
from .standstill import writes

if TYPE_CHECKING:
    from .transport import Transport

Employee = NewType("Employee", str)
Taken = TypeVar("Taken")
NO_FILTER: Mapping[str, str] = {"filter": "off"}
READINGS = 5
"""So often a list that comes in several pages is read until two readings in a row agree."""
LONGEST_ENDING = 6
MAY_HAVE_GONE = 50
"""So many rows may go while a list is read in parts; more, and the panel does not obey the wildcard."""

_NOT_ALIKE = Text("the pages of this list don't agree with each other", "страницы списка не сходятся между собой")
_REPEATED = Text("page {page} repeats rows: {rows}", "на странице {page} повторяются строки: {rows}")
_TWO_TOTALS = Text(
    "its pages tell two totals, {total} and {counted}", "страницы называют разное число строк: {total} и {counted}"
)
_OTHER_TOTAL = Text("rows that came: {rows} of {total}", "пришло строк: {rows} из {total}")


class TooManyRows(PanelError):
    """The panel cuts this list, so that it can't be known to be complete; `ids` are some of what it shows."""

    def __init__(self, call: Call, ids: Iterable[str] = ()) -> None:
        super().__init__(
            Text(
                "the list has {cap} rows or more; the panel cuts it there",
                "в списке {cap} строк или больше, панель его обрезает",
            )(cap=LIST_CAP),
            call,
        )
        self.ids = frozenset(ids)


class Panel:
    """BILLmanager as we call it: in English unless said otherwise, as an employee where a function needs one."""

    def __init__(self, transport: Transport, employee: Employee | None = None) -> None:
        self._transport, self.employee = transport, employee
        self.before_filtering: Callable[[str], None] = lambda function: None
        self.check_may_write: Callable[[], None] = lambda: None
        self.between: Callable[[], None] = lambda: None
        """Called between the pages and parts of lists (see `Context.answering`)."""

    def call(self, function: str, params: Mapping[str, object] | None = None, *, repeatable: bool = True) -> Document:
        """Call a panel function; `repeatable` only if a second time does no harm.

        Raises TransportError without an answer to trust, PanelRefusal for the panel's error document, PanelStandsStill
        instead of a write where none may be (`check_may_write`).
        """
        sent = {name: str(value) for name, value in (params or {}).items()}
        if writes(function, sent):
            self.check_may_write()
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
        return self._stable(function, sent)

    def capped_rows(self, function: str, order: str) -> list[Row]:
        """The rows of an unfiltered list by id, `asc` or `desc`, as many as the panel lists."""
        return self._stable(function, {**NO_FILTER, "p_sort": "id", "p_order": order}, capped=True)

    def _stable(self, function: str, params: Mapping[str, object], capped: bool = False) -> list[Row]:
        """A list that came in one page, or in several that two readings in a row agree about: a row that comes or goes
        between two pages shifts the rest, and one of each leaves even their number as it was."""
        before: set[str] | None = None
        for left in reversed(range(READINGS)):
            try:
                rows, pages = self._all_pages(function, params, capped)
            except IncompleteAnswer:
                if not left:
                    raise
                before = None
                continue
            if pages == 1 or rows.keys() == before:
                return list(rows.values())
            before = set(rows)
        shown = {name: str(value) for name, value in params.items()}
        raise IncompleteAnswer(Call(function, shown), _NOT_ALIKE)

    def _all_pages(
        self, function: str, params: Mapping[str, object], capped: bool = False
    ) -> tuple[dict[str, Row], int]:
        """The rows by id, and how many pages they came in. Raises IncompleteAnswer where these don't fit together."""
        rows: dict[str, Row] = {}
        size = total = None
        for page in itertools.count(1):
            self.between()
            document = self.call(function, {**params, "p_num": page, "p_cnt": PAGE_ROWS})
            found = document.rows()
            new = {row.raw("id", "elid"): row for row in found}
            known = new.keys() & rows.keys()
            if "" in new:
                raise IncompleteAnswer(document.call, "id")
            if known and known != new.keys():
                raise IncompleteAnswer(document.call, _REPEATED(page=page, rows=len(known)))
            counted = _total(document)
            if page > 1 and counted != total:
                raise IncompleteAnswer(document.call, _TWO_TOTALS(total=str(total), counted=str(counted)))
            rows, total = {**rows, **new}, counted
            if max(total or 0, len(rows)) >= LIST_CAP and not capped:
                raise TooManyRows(document.call, rows)
            brought_nothing = len(known) == len(new)
            if total is None:
                if brought_nothing:
                    return rows, max(page - 1, 1)
            elif len(rows) == total or (capped and len(rows) >= LIST_CAP):
                return rows, page
            elif brought_nothing or len(rows) > total or (size is not None and len(found) != size):
                raise IncompleteAnswer(document.call, _OTHER_TOTAL(rows=len(rows), total=str(total)))
            size = len(found)
        raise AssertionError

    def close(self) -> None:
        self._transport.close()


def the_row(row: Row) -> Row:
    """Takes a row as it is (see `in_parts`). It keeps the whole answer in memory."""
    return row


def by_days(read: Callable[[date, date], list[Taken]], first: date, last: date) -> list[Taken]:
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


def in_parts(read: Callable[[str], list[Row]], take: Callable[[Row], Taken], many: bool = False) -> list[Taken]:
    """What `take` makes of each row of a whole list, in parts by the last digits of the ids where the panel would cut
    it; at once where it is known to have that `many`. Rows are let go part by part.

    `read` gives the rows that a filter by id leaves, "" for all; `*` in it stands for any digits (`wildcard_on_id`).
    Raises TooManyRows where the panel does not obey that.
    """
    whole: TooManyRows | None = None
    if not many:
        try:
            return [take(row) for row in read("")]
        except TooManyRows as error:
            whole = error
    return list(_by_endings(read, take, "", whole or TooManyRows(Call("", {}))).values())


def by_days_and_ids(
    read: Callable[[date, date, str], list[Row]],
    first: date,
    last: date,
    take: Callable[[Row], Taken],
    many: bool = False,
) -> list[Taken]:
    """As `by_days`, and below a day `in_parts`; at once where the one day is known to have that `many`."""

    def days(start: date, end: date) -> list[Taken]:
        if start < end:
            return [take(row) for row in read(start, end, "")]
        return in_parts(lambda ids: read(start, end, ids), take, many)

    return by_days(days, first, last)


def _by_endings(
    read: Callable[[str], list[Row]], take: Callable[[Row], Taken], ending: str, whole: TooManyRows
) -> dict[str, Taken]:
    """By id. Rows of what `whole` shows must be among them, or be gone when they are asked for by name."""
    if len(ending) == LONGEST_ENDING or not all(number.endswith(ending) for number in whole.ids):
        raise whole

    def taken(ids: str) -> dict[str, Taken]:
        return {row.raw("id", "elid"): take(row) for row in read(ids)}

    found: dict[str, Taken] = {}
    for longer in [f"{digit}{ending}" for digit in range(10)]:
        try:
            part = taken(assumptions.ids_ending_in(longer))
        except TooManyRows as too_many:
            if len(too_many.ids) and not all(number.endswith(longer) for number in too_many.ids):
                raise whole from too_many
            part = _by_endings(read, take, longer, too_many)
        except InvalidValue as refusal:
            raise whole from refusal
        if not all(number.endswith(longer) for number in part):
            raise whole
        found.update(part)
    missing = sorted(whole.ids - found.keys())
    if len(missing) > MAY_HAVE_GONE:
        raise whole
    for number in missing:  # gone meanwhile, or the ending itself; else the wildcard does not find what is there
        rows = taken(number)
        if rows and number != ending:
            raise whole
        found.update(rows)
    if ending and ending not in found and not ending.startswith("0"):
        found.update({number: row for number, row in taken(ending).items() if number == ending})
    return found


def _total(document: Document) -> int | None:
    """How many rows the panel says that the list has, None where it does not say."""
    counted = document.value("p_elems")
    if not counted:
        return None
    if not is_id(counted):
        raise IncompleteAnswer(document.call, f"p_elems={counted!r}")
    return int(counted)


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
