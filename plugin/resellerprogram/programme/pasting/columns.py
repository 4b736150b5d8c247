"""Which column of a published table says what: by its heading, by what is in it, or by somebody's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..errors import BadInput, TierTableError
from ..text import Text, short
from ..tiers import DEDICATED, SSL, VPS, ServiceClass
from ..values import dataclass
from .cells import NO_TABLE, Form, Grid, is_data
from .figures import FIGURES, PERCENT_SIGNS, Kind, kind, span, tidy
from .rows import Row

STATUS, FROM, TO = "status", "from", "to"
"""What a column may say beside a class's percents; classes are never called so."""
NONE = "-"
"""The answer that no column says it."""
_WORDS = {
    STATUS: frozenset(["status", "статус", "tier", "уровень", "level", "название", "name"]),
    FROM: frozenset(["from", "от", "оборот", "turnover", "порог", "threshold", "сумма", "amount"]),
    TO: frozenset(["to", "до"]),
}
_STEMS: Mapping[ServiceClass, tuple[str, ...]] = {
    VPS: ("vps", "vds", "виртуальн", "virtual"),
    DEDICATED: ("dedicated", "выделенн", "физическ"),
    SSL: ("ssl", "сертификат", "certificat"),
}
_HEADER_ROWS = 3


@dataclass(frozen=True)
class Column:
    """A column by its place (the first is 1), its heading, and its first cells, by which one knows it without."""

    number: int
    heading: str
    sample: str


@dataclass(frozen=True)
class Sheet:
    """A table with its columns apart from its rows; `left` are the texts that belong to neither."""

    form: Form
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left: tuple[str, ...]

    @property
    def is_ours(self) -> bool:
        """Whether it has the columns of our own CSV, whose percents are percents."""
        return {STATUS, FROM} <= {column.heading.strip().lower() for column in self.columns}

    def cells(self, column: Column) -> list[str]:
        return [row.cells[column.number - 1] for row in self.rows]


def sheet_of(grid: Grid, titles: Mapping[ServiceClass, Text]) -> Sheet:
    """The table in a grid. Raises TierTableError where there is none, or a row has other cells than the header."""
    rows = _without_empty_columns(grid.rows)
    first = next((place for place, row in enumerate(rows) if is_data(row)), None)
    if first is None:
        raise TierTableError(NO_TIER if rows and _is_header(rows[0]) else NO_TABLE)
    header = _header(rows[:first])
    if grid.by_place and not _is_in_line(header[-1], titles):
        header = []
    width = max(map(_length, header)) if header else _length(rows[first])
    body, left = _body(rows[first:], header, width)
    before = rows[: first - len(header)]
    left = [*grid.left, *(" ".join(row.filled) for row in before), *left]
    return Sheet(grid.form, _columns(header, body), tuple(body), tuple(map(tidy, left)))


NO_TIER = Text("there is no tier in it", "в ней нет ни одного статуса")


def _is_header(row: Row) -> bool:
    return any(word in _WORDS[key] for cell in row.cells for word in _words(cell) for key in (STATUS, FROM))


def _is_in_line(header: Row, titles: Mapping[ServiceClass, Text]) -> bool:
    """Whether headings found by place alone are those of their columns: shifted by one, each class would get the
    percents of its neighbour."""
    first, second = (meanings(cell, titles) for cell in header.cells[:2])
    return (STATUS in first or FROM in second) and FROM not in first - {STATUS} and not (first | second) & {*titles}


def _without_empty_columns(rows: Sequence[Row]) -> list[Row]:
    width = max((len(row.cells) for row in rows), default=0)
    used = [place for place in range(width) if any(place < len(row.cells) and row.cells[place].strip() for row in rows)]
    return [Row(row.line, tuple(row.cells[place] for place in used if place < len(row.cells))) for row in rows]


def _header(above: Sequence[Row]) -> list[Row]:
    """The rows of headings right above the first tier; a title of one cell is none."""
    header: list[Row] = []
    for row in reversed(above[-_HEADER_ROWS:]):
        if len(row.filled) < 2:
            break
        header.insert(0, row)
    return header


def _length(row: Row) -> int:
    """How many cells a row has, without empty ones behind."""
    return max(place for place, cell in enumerate(row.cells, 1) if cell.strip())


def _body(rows: Sequence[Row], header: Sequence[Row], width: int) -> tuple[list[Row], list[str]]:
    body: list[Row] = []
    left: list[str] = []
    headings = [tuple(map(tidy, row.cells)) for row in header]
    for row in rows:
        if not is_data(row) and (len(row.filled) < 2 or tuple(map(tidy, row.cells)) in headings):
            left.append(" ".join(row.filled))
        else:
            body.append(Row(row.line, _fitted(row, width)))
    return body, left


def _fitted(row: Row, width: int) -> tuple[str, ...]:
    cells = row.cells if len(row.cells) <= width else row.cells[: max(width, _length(row))]
    if len(cells) != width:
        raise TierTableError(
            Text("{found} cells instead of {wanted}", "ячеек {found} вместо {wanted}")(found=len(cells), wanted=width),
            row.line,
        )
    return cells


def _columns(header: Sequence[Row], body: Sequence[Row]) -> tuple[Column, ...]:
    return tuple(
        Column(place + 1, _heading(header, place), short(", ".join(_sample(body, place)), 40))
        for place in range(len(body[0].cells))
    )


def _heading(header: Sequence[Row], place: int) -> str:
    """What stands above a column, in one row or, where headings are grouped, in several."""
    parts = (tidy(row.cells[place]) for row in header if place < len(row.cells))
    return short(" ".join(dict.fromkeys(part for part in parts if part)), 100)


def _sample(body: Sequence[Row], place: int) -> list[str]:
    return [tidy(row.cells[place]) for row in body[:3]]


# --- what a heading means ---


def meanings(heading: str, titles: Mapping[ServiceClass, Text]) -> set[str]:
    """What a heading may mean: one if it says exactly that, else whatever its words may."""
    said = tidy(heading.replace("%", " ")).strip(" ,:;.").lower()
    exact = {key for key in (STATUS, FROM, TO) if said == key}
    exact |= {name for name, title in titles.items() if said in (name, title.en.lower(), title.ru.lower())}
    if exact:
        return exact
    words = _words(heading)
    found = {key for key, known in _WORDS.items() if known & words}
    if TO in found:
        found -= {TO} if words & {"from", "от"} else {FROM}
    return found | {name for name, title in titles.items() if _may_name(words, name, title)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower().replace("ё", "е")))


def _may_name(words: set[str], name: ServiceClass, title: Text) -> bool:
    stems = _STEMS.get(name, ())
    return (
        name in words
        or any(said and said <= words for said in (_words(title.en), _words(title.ru)))
        or any(word.startswith(stem) for word in words for stem in stems)
    )


@dataclass(frozen=True)
class Doubt:
    """Nobody can tell which column says `key`: it may be any of these."""

    key: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Roles:
    """Which column says what: None where it was answered that none does. `doubts` are to be answered."""

    columns: Mapping[str, Column | None]
    doubts: tuple[Doubt, ...]
    unused: tuple[Column, ...]


def roles_of(sheet: Sheet, titles: Mapping[ServiceClass, Text], answers: Mapping[str, str]) -> Roles:
    """Which column says what. Raises BadInput for an answer that the table does not have."""
    found: dict[str, Column | None] = {
        key: _answered(sheet.columns, key, answer) for key, answer in answers.items() if answer
    }
    wanted = [STATUS, FROM, *titles]
    meant = {column: meanings(column.heading, titles) for column in sheet.columns if column not in found.values()}
    may_be = {key: _may_be(key, meant) for key in (*wanted, TO) if key not in found}
    for key, columns in may_be.items():
        if len(columns) == 1 and not any(columns[0] in others for other, others in may_be.items() if other != key):
            found[key] = columns[0]
    for key in (STATUS, FROM):
        if key not in found:
            _take_by_content(sheet, key, found)
    free = tuple(column for column in sheet.columns if column not in found.values())
    doubts = [
        Doubt(key, tuple(column for column in may_be[key] if column in free) or _likely(sheet, key, free))
        for key in wanted
        if key not in found
    ]
    return Roles(found, tuple(doubts), free)


def _may_be(key: str, meant: Mapping[Column, set[str]]) -> list[Column]:
    return [column for column, keys in meant.items() if key in keys]


def _answered(columns: Sequence[Column], key: str, answer: str) -> Column | None:
    """The column that an answer names, by its heading or its number."""
    if answer == NONE and key not in (STATUS, FROM):
        return None
    named = [column for column in columns if column.heading.lower() == tidy(answer).lower()]
    if len(named) != 1 and answer.isascii() and answer.isdecimal():
        named = [column for column in columns if str(column.number) == answer]
    if len(named) == 1:
        return named[0]
    there = ", ".join(column.heading or str(column.number) for column in columns)
    raise BadInput(
        Text(
            "there is no column “{answer}”, or there are several; the columns are: {there}. A number names one, too.",
            "столбца «{answer}» нет или он не один; столбцы: {there}. Столбец можно назвать и номером.",
        )(answer=short(answer, 40), there=short(there, 300)),
        f"column_{key}",
    )


def _take_by_content(sheet: Sheet, key: str, found: dict[str, Column | None]) -> None:
    """A column that only a status, or only a turnover, can be: alone of its kind, whatever it is called."""
    free = [column for column in sheet.columns if column not in found.values()]
    likely = [column for column in free if _can_only_be(key, sheet.cells(column))]
    if len(likely) == 1:
        found[key] = likely[0]


def _can_only_be(key: str, cells: Sequence[str]) -> bool:
    if key == STATUS:
        return all(kind(cell) is Kind.TEXT for cell in cells)
    return all(kind(cell) in (Kind.RANGE, Kind.NUMBER) for cell in cells) and any(
        kind(cell) is Kind.RANGE or _is_beyond_percents(cell) for cell in cells
    )


def _is_beyond_percents(cell: str) -> bool:
    """Whether a bare figure is more than a hundred however it is read."""
    found = span(cell)
    least = PERCENT_SIGNS.read(found.lower) if found and found.lower else None
    return least is not None and least > 100


def _likely(sheet: Sheet, key: str, free: Iterable[Column]) -> tuple[Column, ...]:
    """The columns that may say `key` by what is in them."""
    wanted = {Kind.TEXT, Kind.NUMBER} if key == STATUS else {*FIGURES, Kind.DASH}
    return tuple(column for column in free if any(kind(cell) in wanted for cell in sheet.cells(column)))
