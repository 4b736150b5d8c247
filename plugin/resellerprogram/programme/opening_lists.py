"""A list of opening turnover from a spreadsheet: client, amount, until or day, reason; a heading above each (R4).

>>> found = read("Client;Amount;Until;Reason\\n27;20 000,50;15.02.2025;other panel", date(2025, 1, 20))
>>> [(each.client, str(each.amount), str(each.day)) for each in found.lines]
[('27', '20000.50', '2025-01-15')]
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from . import bounds
from .errors import BadInput
from .openings import amount_of, day_of, reason_of
from .spreadsheets import unguarded
from .text import Text, short
from .values import dataclass

CLIENT, AMOUNT, UNTIL, DAY, REASON = "client", "amount", "until", "day", "reason"
HEADINGS: Mapping[str, frozenset[str]] = {
    CLIENT: frozenset({CLIENT, "account", "id", "клиент"}),
    AMOUNT: frozenset({AMOUNT, "turnover", "сумма", "оборот"}),
    UNTIL: frozenset({UNTIL, "through", "по", "до"}),
    DAY: frozenset({DAY, "date", "день", "дата"}),
    REASON: frozenset({REASON, "why", "причина"}),
}
"""What may stand above a column, in small letters."""
LONGEST_TEXT = 1_000_000
"""In characters."""


@dataclass(frozen=True)
class Line:
    """A line that can be meant: `client` is an id or a name, `day` what it counts as; `until` is the last day that was
    asked for, None where none was."""

    line: int
    client: str
    amount: Decimal
    day: date
    until: date | None
    reason: str


@dataclass(frozen=True)
class Bad:
    """A line that can't be, and why."""

    line: int
    why: Text


@dataclass(frozen=True)
class Sheet:
    """What is understood of a list; `left` are the headings of columns that say nothing here."""

    lines: tuple[Line, ...]
    bad: tuple[Bad, ...] = ()
    left: tuple[str, ...] = ()


def read(text: str, today: date, months: int = 1) -> Sheet:
    """The lines of a list, by what counts on `today`. Raises BadInput where it is no list at all."""
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            Text("too long: more than {most} characters", "слишком длинно: больше {most} знаков")(most=LONGEST_TEXT),
            "csv",
        )
    rows = _rows(text.lstrip("\ufeff"))
    _, heads = next(rows, (0, []))
    places = _places(heads)
    lines: list[Line] = []
    bad: list[Bad] = []
    for number, cells in rows:
        said = {name: unguarded(cells[place].strip()) if place < len(cells) else "" for name, place in places.items()}
        try:
            _check_width(cells, heads)
            lines.append(_line(number, said, today, months))
        except BadInput as error:
            bad.append(Bad(number, error.text))
    left = (head.strip() for place, head in enumerate(heads) if place not in places.values())
    return Sheet(tuple(lines), tuple(bad), tuple(short(head, bounds.LONGEST_NAME) for head in left if head))


def _check_width(cells: list[str], heads: list[str]) -> None:
    """An amount with commas may fall into several cells, whose first would be taken for all of it. Raises BadInput."""
    if any(cell.strip() for cell in cells[len(heads) :]):
        raise BadInput(
            Text(
                "more cells than headings; put what has the separator in it, such as an amount, in quotes",
                "ячеек больше, чем заголовков; то, в чём есть разделитель, например сумму, заключите в кавычки",
            )
        )


def _line(number: int, said: Mapping[str, str], today: date, months: int) -> Line:
    """Raises BadInput."""
    if not said[CLIENT]:
        raise BadInput(Text("say which client", "укажите клиента"))
    until = said.get(UNTIL, "")
    return Line(
        number,
        said[CLIENT],
        amount_of(said[AMOUNT]),
        day_of(until, said.get(DAY, ""), today, months),
        bounds.day(until) if until else None,
        reason_of(said[REASON]),
    )


def _places(heads: list[str]) -> dict[str, int]:
    """In which column each thing stands. Raises BadInput where one is missing."""
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        for name, headings in HEADINGS.items():
            if head.strip().lower() in headings:
                found.setdefault(name, place)
    missing = [name for name in (CLIENT, AMOUNT, REASON) if name not in found]
    if not found.keys() & {UNTIL, DAY}:
        missing.append(f"{UNTIL} | {DAY}")
    if missing:
        raise BadInput(
            Text(
                "the first line must have the headings client, amount, reason, and until or day; missing: {missing}",
                "в первой строке нужны заголовки client (клиент), amount (сумма), reason (причина) и until (по) или "
                "day (день); не хватает: {missing}",
            )(missing=", ".join(missing)),
            "csv",
        )
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that have something, by line. Raises BadInput for what is no CSV."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadInput(
            Text("line {line}: not CSV: {error}", "строка {line}: это не CSV: {error}")(
                line=reader.line_num, error=error
            ),
            "csv",
        ) from error
