"""From a text to its cells: an HTML table, tab-separated, one cell a line, CSV.

Whatever somebody pastes, the work grows with its length and no faster, nothing is fetched or resolved, and what is too
large or no text is refused.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from ..errors import TierTableError
from ..text import Text
from ..values import dataclass
from . import figures
from .figures import FIGURES, Kind, kind
from .rows import Row, csv_rows

LONGEST_TEXT = 1_000_000
"""In characters: a saved web page with its menus is shorter."""
MOST_CELLS = 20_000
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffd]")


class Form(Enum):
    """How the cells of a text are told apart."""

    HTML = "html"
    TABS = "tabs"
    LINES = "lines"
    CSV = "csv"


@dataclass(frozen=True)
class Grid:
    """The rows of the table in a text, and the texts beside it that are left. `by_place`: that the first row is the
    headings is only where it stands."""

    form: Form
    rows: tuple[Row, ...]
    left: tuple[str, ...] = ()
    by_place: bool = False


def is_data(row: Row) -> bool:
    """Whether a row may be a tier: it has a figure, and something beside it."""
    return len(row.filled) > 1 and any(kind(cell) in FIGURES for cell in row.cells)


def grid_of(text: str) -> Grid:
    """The cells of the table in a text. Raises TierTableError for a text that is too long, that is none, or has no
    table or several."""
    if len(text) > LONGEST_TEXT:
        raise TierTableError(
            Text(
                "too long: more than {most} characters; copy only the table",
                "слишком длинно: больше {most} знаков; скопируйте только таблицу",
            )(most=LONGEST_TEXT)
        )
    if _NO_TEXT.search(text):
        raise TierTableError(
            Text(
                "this is not a text: it has characters that can't be shown; copy the table again, or save it as CSV "
                "in UTF-8",
                "это не текст: есть непечатаемые символы; скопируйте таблицу ещё раз или сохраните её как CSV в UTF-8",
            )
        )
    text = _UNSEEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    found = _grid(text)
    _check_count(sum(len(row.cells) for row in found.rows))
    return found


def _check_count(cells: int) -> None:
    if cells > MOST_CELLS:
        raise TierTableError(_TOO_MANY(most=MOST_CELLS))


_TOO_MANY = Text(
    "too many cells: more than {most}; copy only the table",
    "слишком много ячеек: больше {most}; скопируйте только таблицу",
)
NO_TABLE = Text(
    "no table is found in it: a row has a tier, a turnover and percents",
    "таблицы в нём не видно: в её строке есть статус, оборот и проценты",
)
_SEVERAL = Text(
    "there are several tables in it; leave one",
    "в нём несколько таблиц; оставьте одну",
)


def _grid(text: str) -> Grid:
    if _HTML.search(text):
        return _of_html(text)
    delimiter = delimiter_of(text)
    if delimiter:
        return Grid(Form.CSV, tuple(row for row in csv_rows(text, delimiter) if row.filled))
    lines = _with_ranges_joined((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    if any("\t" in line.strip("\t") for _, line in lines):
        return Grid(Form.TABS, tuple(_tab_rows(lines)))
    return of_lines(lines)


def _with_ranges_joined(lines: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines, where a page breaks "от 500р" and "до 2999р" apart with both in one."""
    joined: list[tuple[int, str]] = []
    for number, line in lines:
        begins, rest = line.partition("\t")[0], line.partition("\t")[1:]
        last = joined[-1][1] if joined else ""
        if figures.begins_with_to(begins) and figures.lacks_to(last.rpartition("\t")[2]):
            joined[-1] = (joined[-1][0], f"{last} {begins.strip()}{''.join(rest)}")
        else:
            joined.append((number, line))
    return joined


# --- CSV and tabs ---


def delimiter_of(text: str) -> str:
    """What separates the cells of a CSV text; empty where it is none.

    The first line alone would take a sentence with two commas for a header: most lines must have it.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or sum("\t" in line for line in lines) * 2 > len(lines):
        return ""
    for delimiter in ";,":
        cells = [cell.strip().lower() for cell in lines[0].split(delimiter)]
        wanted = 2 if len(cells) > 2 else 1
        if len(cells) > 2 or cells == ["status", "from"]:
            like = sum(line.count(delimiter) >= wanted for line in lines)
            if like * 2 > len(lines):
                return delimiter
    return ""


def _tab_rows(lines: Sequence[tuple[int, str]]) -> Iterator[Row]:
    """A spreadsheet quotes what holds a tab or a quote, a web page quotes nothing."""
    for number, line in lines:
        try:
            (cells,) = csv.reader([line], delimiter="\t", strict=True)
        except (csv.Error, ValueError):
            cells = line.split("\t")
        yield Row(number, tuple(cells))


# --- one cell a line ---

_TIER_CELLS = re.compile("T[RN][PND]*")


def of_lines(lines: Sequence[tuple[int, str]], form: Form = Form.LINES) -> Grid:
    """The rows of a table whose every cell is a line: a text, a turnover, percents, and again.

    A header is taken only where it has as many cells as a row and stands right before the first. Raises TierTableError.
    """
    kinds = "".join(kind(line).value for _, line in lines)
    runs = _runs(list(_TIER_CELLS.finditer(kinds)))
    if not runs:
        raise TierTableError(NO_TABLE)
    run = max(runs, key=len)
    if sum(len(each) == len(run) for each in runs) > 1:
        raise TierTableError(_SEVERAL if len(run) > 1 else NO_TABLE)
    width = _width(run)
    start, end = run[0].start(), run[-1].end()
    header = max(0, start - width)
    if kinds[header:start] != "T" * width:
        header = start
    rows = [_row_of(lines[place : place + width]) for place in range(header, start, width)]
    for found in run:
        rows.append(_row_of(lines[found.start() : found.end()]))
    left = tuple(line.strip() for _, line in (*lines[:header], *lines[end:]))
    return Grid(form, tuple(rows), left, by_place=header < start)


def _runs(found: Sequence[re.Match[str]]) -> list[list[re.Match[str]]]:
    """The tiers in a row, with nothing between them."""
    runs: list[list[re.Match[str]]] = []
    for each in found:
        if runs and runs[-1][-1].end() == each.start():
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def _width(run: Sequence[re.Match[str]]) -> int:
    """How many cells most tiers of a run have."""
    widths = [each.end() - each.start() for each in run]
    return max(sorted(set(widths), reverse=True), key=widths.count)


def _row_of(lines: Sequence[tuple[int, str]]) -> Row:
    return Row(lines[0][0], tuple(line.strip() for _, line in lines))


# --- HTML ---

_HTML = re.compile("<(?:table|tbody|tr|td|th|html|body|div|p|ul|span|meta)\\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTES = "(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*|[^<>]*"
_TAG = re.compile(f"<(/?)([a-zA-Z][a-zA-Z0-9]{{0,20}})({_ATTRIBUTES})>|<[!?][^<>]*>")
"""None goes beyond the next `<`, so that each sign is looked at a few times at most."""
_UNREAD = (("<!--", "-->"), ("<script\\b", "</script"), ("<style\\b", "</style"))
_SPAN = "\\b{name}\\s*=\\s*[\"']?([0-9]{{1,2}})\\b"
_BREAKS = frozenset(
    {"br", "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "tr", "td", "th"}
)


class _Table:
    """A table as its tags come: each nested one has its own."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self.rows: list[Row] = []
        self._spend = spend
        self._row: list[str] | None = None
        self._line = 0
        self._cell: list[str] | None = None
        self._over = self._down = 1
        self._hanging: dict[int, tuple[int, str]] = {}

    @property
    def takes_text(self) -> bool:
        return self._cell is not None

    def add(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text)

    def begin_row(self, line: int) -> None:
        self.end_row()
        self._row, self._line = [], line

    def begin_cell(self, line: int, attributes: str) -> None:
        self.end_cell()
        if self._row is None:
            self.begin_row(line)
        self._cell = []
        self._over, self._down = _span_of("colspan", attributes), _span_of("rowspan", attributes)

    def end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        text, self._cell = figures.tidy("".join(self._cell)), None
        self._hang()
        self._spend(self._over)
        for _ in range(self._over):
            if self._down > 1:
                self._hanging[len(self._row)] = (self._down - 1, text)
            self._row.append(text)

    def end_row(self) -> None:
        self.end_cell()
        if self._row:
            self._hang()
            self.rows.append(Row(self._line, tuple(self._row)))
        self._row = None

    def _hang(self) -> None:
        """What reaches down from an earlier row."""
        while self._row is not None and len(self._row) in self._hanging:
            place = len(self._row)
            rows, text = self._hanging.pop(place)
            if rows > 1:
                self._hanging[place] = (rows - 1, text)
            self._row.append(text)
            self._spend(1)


def _span_of(name: str, attributes: str) -> int:
    found = re.search(_SPAN.format(name=name), attributes, re.IGNORECASE)
    return max(1, int(found[1])) if found else 1


class _Page:
    """What the tags of a page make of it: its tables, and its texts line by line for a page that has none."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.lines: list[tuple[int, str]] = []
        self._open: list[_Table] = []
        self._text: list[str] = []
        self._cells = 0

    def text(self, text: str) -> None:
        said = html.unescape(text)
        if self._open:
            self._open[-1].add(said)
        self._text.append(said)

    def tag(self, line: int, name: str, closes: bool, attributes: str) -> None:
        if name in _BREAKS:
            self._break(line)
        if name == "table":
            self._close_table() if closes else self._open_table()
        elif name in ("tr", "td", "th"):
            self._cell_tag(line, name, closes, attributes)

    def end(self, line: int) -> None:
        """What was never closed ends with the page."""
        self._break(line)
        while self._open:
            self._close_table()

    def _cell_tag(self, line: int, name: str, closes: bool, attributes: str) -> None:
        if not self._open:
            self._open_table()
        table = self._open[-1]
        if name == "tr":
            table.end_row() if closes else table.begin_row(line)
        elif closes:
            table.end_cell()
        else:
            table.begin_cell(line, attributes)

    def _open_table(self) -> None:
        self._open.append(_Table(self._spend))

    def _close_table(self) -> None:
        if self._open:
            self._open[-1].end_row()
            self.tables.append(self._open.pop())

    def _break(self, line: int) -> None:
        if self._open:
            self._open[-1].add(" ")
        said, self._text = figures.tidy("".join(self._text)), []
        if said:
            self.lines.append((line, said))

    def _spend(self, cells: int) -> None:
        self._cells += cells
        _check_count(self._cells)


def _of_html(text: str) -> Grid:
    """The one table of a page that has tiers; a page that draws it without a table is read line by line."""
    page = _read(_readable(text))
    found = [table for table in page.tables if any(is_data(row) for row in table.rows)]
    if len(found) > 1:
        found = [table for table in found if any(kind(cell) is Kind.RANGE for row in table.rows for cell in row.cells)]
        if len(found) != 1:
            raise TierTableError(_SEVERAL)
    if not found:
        return of_lines(_with_ranges_joined(iter(page.lines)), Form.HTML)
    return Grid(Form.HTML, tuple(row for row in found[0].rows if row.filled))


def _read(text: str) -> _Page:
    page, at, line = _Page(), 0, 1
    for tag in _TAG.finditer(text):
        page.text(text[at : tag.start()])
        line += text.count("\n", at, tag.start())
        if tag[2]:
            page.tag(line, tag[2].lower(), bool(tag[1]), tag[3])
        line += text.count("\n", tag.start(), tag.end())
        at = tag.end()
    page.text(text[at:])
    page.end(line)
    return page


def _readable(text: str) -> str:
    """A page without its comments, scripts and styles, each line where it was."""
    for begin, end in _UNREAD:
        text = "".join(_outside(text, re.compile(begin, re.IGNORECASE), re.compile(end, re.IGNORECASE)))
    return text


def _outside(text: str, begin: re.Pattern[str], end: re.Pattern[str]) -> Iterator[str]:
    at = 0
    while opened := begin.search(text, at):
        yield text[at : opened.start()]
        closed = end.search(text, opened.end())
        stop = closed.end() if closed else len(text)
        yield "\n" * text.count("\n", opened.start(), stop)
        at = stop
    yield text[at:]
