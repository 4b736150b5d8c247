"""A tier table as people publish it: what is understood of a text, what is odd about it, what must be asked (R1, R2).

What is odd is told and changes nothing: thresholds alone decide. What could be meant in two ways is never guessed:
there is no table until it is answered.

>>> titles = {ServiceClass("vps"): Text("VPS", "VPS")}
>>> found = understand("Статус;Оборот;VPS\\nStarter;от 500р до 2999р;3%\\nPro;от 3000р;5%", titles, "RUB")
>>> [(tier.name, str(tier.threshold)) for tier in found.table.tiers], [odd.kind.name for odd in found.oddities]
([('Starter', '500'), ('Pro', '3000')], ['KOPECKS'])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from enum import Enum

from .. import bounds
from ..errors import BadInput, TierTableError
from ..figures import KOPECK
from ..spreadsheets import unguarded
from ..text import Text
from ..tiers import ServiceClass, Tier, TierTable, check
from ..values import dataclass
from . import AS_SHARE
from .cells import Form, grid_of
from .columns import FROM, STATUS, TO, Column, Doubt, Roles, Sheet, roles_of, sheet_of
from .figures import PERCENT_SIGNS, Kind, Number, Percent, Signs, Span, kind, percent, settled, span
from .rows import Row

DECIMAL, SHARES = "decimal", "shares"


@dataclass(frozen=True)
class Answers:
    """What somebody answered: which sign is `decimal`, whether percents are written as `shares` of one (AS_SHARE), and
    which column says a status, a turnover or a class: its heading or number, NONE for no column."""

    decimal: str = ""
    shares: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


class Odd(Enum):
    """What is told of a text."""

    KOPECKS = "kopecks"
    """Between "to" and the next "from" there is room for kopecks."""
    GAP = "gap"
    OVERLAP = "overlap"
    BACKWARDS = "backwards"
    """ "To" is below its own "from"."""
    CLOSED_TOP = "closed_top"
    """The highest tier has a "to"."""
    STRICT = "strict"
    """ "More than 500" is taken as from 500."""
    DESCENDING = "descending"
    CURRENCY = "currency"
    NO_COLUMN = "no_column"
    """A class that no column names, by an answer."""
    DASH = "dash"
    COLUMN_LEFT = "column_left"
    TEXT_LEFT = "text_left"


@dataclass(frozen=True)
class Oddity:
    """Something odd with its values: names, amounts, counts."""

    kind: Odd
    values: Mapping[str, object]


@dataclass(frozen=True)
class Question:
    """What has to be answered: DECIMAL, SHARES, or which column says a `key`. `example` is the cell that it is about,
    in that `line` and `column`; `readings` are what it would be either way; `columns` what to choose from."""

    key: str
    example: str = ""
    line: int = 0
    column: str = ""
    readings: tuple[Decimal, ...] = ()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Understanding:
    """What was read: the columns and what each says, the table once nothing is left to ask."""

    form: Form
    columns: tuple[Column, ...]
    roles: Mapping[str, Column | None]
    oddities: tuple[Oddity, ...] = ()
    questions: tuple[Question, ...] = ()
    table: TierTable | None = None


@dataclass(frozen=True)
class _Draft:
    """A row taken apart, before its numbers are read."""

    row: Row
    name: str
    turnover: Span
    upper: Number | None
    percents: Mapping[ServiceClass, Percent]
    dashes: int


def understand(
    text: str, titles: Mapping[ServiceClass, Text], currency: str, answers: Answers | None = None
) -> Understanding:
    """Read the table in a text: a percent for each of the classes that `titles` names.

    Raises TierTableError for a text that has no table, or one that can't be right, with its line; BadInput for an
    answer that does not fit the text.
    """
    answers = answers or Answers()
    sheet = sheet_of(grid_of(text), titles)
    roles = roles_of(sheet, titles, answers.columns)
    questions = [Question(each.key, columns=each.columns) for each in roles.doubts]
    if _has_doubts(roles.doubts, STATUS, FROM):
        return Understanding(sheet.form, sheet.columns, roles.columns, (), tuple(questions))
    drafts = [_draft(row, roles, titles) for row in sheet.rows]
    signs = _signs(drafts, answers)
    if isinstance(signs, Number):
        questions.append(_about_decimal(drafts, signs, roles))
    shares = _in_shares(drafts, sheet, roles, answers)
    if shares is None:
        questions.append(_about_shares(drafts, roles))
    if isinstance(signs, Number) or questions:
        return Understanding(sheet.form, sheet.columns, roles.columns, (), tuple(questions))
    tiers = _Reader(signs, bool(shares), roles).tiers(drafts)
    drafts, tiers, turned = _ascending(drafts, tiers)
    for place, tier in enumerate(tiers):
        check(tier, tiers[:place], drafts[place].row.line)
    oddities = (*_of_ranges(drafts, tiers, signs, turned), *_of_text(sheet, roles, drafts, currency))
    return Understanding(sheet.form, sheet.columns, roles.columns, oddities, (), TierTable(tuple(tiers)))


def _has_doubts(doubts: Sequence[Doubt], *keys: str) -> bool:
    return any(doubt.key in keys for doubt in doubts)


# --- a row ---


def _draft(row: Row, roles: Roles, titles: Mapping[ServiceClass, Text]) -> _Draft:
    """A row taken apart. Raises TierTableError with line and column."""
    column, last = roles.columns[FROM], roles.columns.get(TO)
    turnover = span(_cell(row, column))
    if turnover is None:
        raise _refused(row, column, bounds.no_figure(_cell(row, column)))
    if turnover.lower is None:
        raise _refused(row, column, BadInput(_NO_FROM(text=_cell(row, column))))
    end = span(_cell(row, last)) if last else None
    percents = {name: _percent(row, roles.columns.get(name)) for name in titles}
    dashes = sum(kind(_cell(row, roles.columns[name])) is Kind.DASH for name in titles if roles.columns.get(name))
    return _Draft(
        row, _name(row, roles), turnover, (end and (end.upper or end.lower)) or turnover.upper, percents, dashes
    )


_NO_FROM = Text(
    "“{text}” does not tell from which turnover; write “from 0 to …” if that is meant",
    "«{text}» — не сказано, от какого оборота; напишите «от 0 до …», если это имеется в виду",
)


def _cell(row: Row, column: Column | None) -> str:
    return row.cells[column.number - 1].strip() if column else ""


def _name(row: Row, roles: Roles) -> str:
    """A status as it stands; only spaces of other kinds become plain ones."""
    said = "".join(" " if sign.isspace() and sign != "\t" else sign for sign in _cell(row, roles.columns[STATUS]))
    try:
        return bounds.line(unguarded(said.strip()), STATUS, bounds.LONGEST_NAME)
    except BadInput as error:
        raise _refused(row, roles.columns[STATUS], error) from error


def _percent(row: Row, column: Column | None) -> Percent:
    if column is None:
        return Percent(Number("0"), False)
    found = percent(_cell(row, column))
    if found is None:
        raise _refused(row, column, bounds.no_figure(_cell(row, column)))
    return found


def _refused(row: Row, column: Column | None, error: BadInput) -> TierTableError:
    reason = Text("column {column}: {reason}", "столбец {column}: {reason}")
    named = _named(column)
    return TierTableError(reason(column=named, reason=error.text), row.line, named)


def _named(column: Column | None) -> str:
    return (column.heading or str(column.number)) if column else ""


# --- what the text leaves open ---


def _signs(drafts: Sequence[_Draft], answers: Answers) -> Signs | Number:
    if answers.decimal:
        return Signs(frozenset(answers.decimal))
    return settled(_amounts(drafts), [each.number for draft in drafts for each in draft.percents.values()])


def _amounts(drafts: Sequence[_Draft]) -> Iterator[Number]:
    return (number for draft in drafts for number in (draft.turnover.lower, draft.upper) if number)


def _about_decimal(drafts: Sequence[_Draft], doubtful: Number, roles: Roles) -> Question:
    draft = next(each for each in drafts if doubtful in (each.turnover.lower, each.upper))
    readings = (Signs(frozenset(".,")).read(doubtful), Signs().read(doubtful))
    shown = tuple(each for each in readings if each is not None)
    return Question(DECIMAL, doubtful.text, draft.row.line, _named(roles.columns[FROM]), shown)


def _in_shares(drafts: Sequence[_Draft], sheet: Sheet, roles: Roles, answers: Answers) -> bool | None:
    """Whether 0.19 is 19 %: None where nobody can tell, as all are below one and nothing says they are percents."""
    percents = [each for draft in drafts for each in draft.percents.values()]
    values = [value for each in percents if (value := PERCENT_SIGNS.read(each.number)) is not None]
    signed = any(each.signed for each in percents) or any("%" in _named(each) for each in roles.columns.values())
    if sheet.is_ours or signed or not _look_like_shares(values):
        return False
    return answers.shares == AS_SHARE if answers.shares else None


def _look_like_shares(values: Sequence[Decimal]) -> bool:
    return all(value <= 1 for value in values) and any(0 < value < 1 for value in values)


def _about_shares(drafts: Sequence[_Draft], roles: Roles) -> Question:
    for draft in drafts:
        for name, each in draft.percents.items():
            value = PERCENT_SIGNS.read(each.number)
            if value is not None and 0 < value < 1:
                column = roles.columns.get(name)
                return Question(SHARES, each.number.text, draft.row.line, _named(column), (value, value * 100))
    raise AssertionError("asked only where there is one")


# --- the tiers ---


@dataclass(frozen=True)
class _Reader:
    """Reads the numbers of rows by what is known of all of them."""

    signs: Signs
    shares: bool
    roles: Roles

    def tiers(self, drafts: Sequence[_Draft]) -> list[Tier]:
        return [self._tier(draft) for draft in drafts]

    def _tier(self, draft: _Draft) -> Tier:
        percents = {name: self._percent(draft, name, each) for name, each in draft.percents.items()}
        return Tier(draft.name, self._threshold(draft), percents)

    def _threshold(self, draft: _Draft) -> Decimal:
        column, number = self.roles.columns[FROM], draft.turnover.lower
        value = self.signs.read(number) if number else None
        if value is None or (draft.upper and self.signs.read(draft.upper) is None):
            raise _refused(draft.row, column, bounds.no_figure(_cell(draft.row, column)))
        try:
            return bounds.amount(bounds.written(value), FROM)
        except BadInput as error:
            raise _refused(draft.row, column, error) from error

    def _percent(self, draft: _Draft, name: ServiceClass, found: Percent) -> Decimal:
        value = PERCENT_SIGNS.read(found.number)
        if value is None:
            column = self.roles.columns.get(name)
            raise _refused(draft.row, column, bounds.no_figure(_cell(draft.row, column)))
        return value * 100 if self.shares else value


def _ascending(drafts: list[_Draft], tiers: list[Tier]) -> tuple[list[_Draft], list[Tier], bool]:
    """A table that begins with its highest tier, turned round; of two rows nobody can tell it from a misprint."""
    thresholds = [tier.threshold for tier in tiers]
    if len(tiers) > 2 and all(one > other for one, other in zip(thresholds, thresholds[1:])):
        return drafts[::-1], tiers[::-1], True
    return drafts, tiers, False


# --- what is odd ---


def _of_ranges(drafts: Sequence[_Draft], tiers: Sequence[Tier], signs: Signs, turned: bool) -> Iterator[Oddity]:
    if turned:
        yield Oddity(Odd.DESCENDING, {})
    strict = [tier.name for draft, tier in zip(drafts, tiers) if draft.turnover.strict]
    if strict:
        yield Oddity(Odd.STRICT, {"tier": strict[0], "count": len(strict)})
    narrow: list[Oddity] = []
    for place, (draft, tier) in enumerate(zip(drafts, tiers)):
        upper = signs.read(draft.upper) if draft.upper else None
        if upper is None:
            continue
        odd = _of_range(tier, upper, tiers[place + 1] if place + 1 < len(tiers) else None)
        if odd and odd.kind is Odd.KOPECKS:
            narrow.append(odd)
        elif odd:
            yield odd
    if narrow:
        yield Oddity(Odd.KOPECKS, {**narrow[0].values, "count": len(narrow)})


_UNIT = Decimal(1)


def _of_range(tier: Tier, upper: Decimal, following: Tier | None) -> Oddity | None:
    """What is odd about a tier's "to"; that it is the next "from" is not, nor that it is a kopeck below."""
    values = {"tier": tier.name, "from": tier.threshold, "to": upper}
    if upper < tier.threshold:
        return Oddity(Odd.BACKWARDS, values)
    if following is None:
        return Oddity(Odd.CLOSED_TOP, values)
    values |= {"next": following.name, "next_from": following.threshold}
    room = following.threshold - upper
    if room < 0:
        return Oddity(Odd.OVERLAP, values)
    if room <= KOPECK:
        return None
    return Oddity(Odd.KOPECKS if room <= _UNIT else Odd.GAP, values)


def _of_text(sheet: Sheet, roles: Roles, drafts: Sequence[_Draft], currency: str) -> Iterator[Oddity]:
    others = {draft.turnover.currency for draft in drafts} - {"", currency}
    for other in sorted(others):
        yield Oddity(Odd.CURRENCY, {"other": other, "currency": currency})
    for key, column in roles.columns.items():
        if column is None:
            yield Oddity(Odd.NO_COLUMN, {"class": key})
    dashes = sum(draft.dashes for draft in drafts)
    if dashes:
        yield Oddity(Odd.DASH, {"count": dashes})
    for column in roles.unused:
        yield Oddity(Odd.COLUMN_LEFT, {"column": _named(column), "sample": column.sample})
    if sheet.left:
        yield Oddity(Odd.TEXT_LEFT, {"text": " / ".join(sheet.left)})
