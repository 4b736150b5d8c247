"""Amounts and percents as people publish them: "от 500р до 2999р", "RUB 1,000+", "19 %".

What a figure means depends on the rest of the text (is "3.000" three or three thousand?), so that a cell is taken apart
first and its numbers are read once all of them are known (`Signs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from ..values import dataclass

_LONGEST = 80
"""A longer cell is a sentence."""
_SPACES = re.compile("[\\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_DASHES = frozenset({"-", "–", "—", "−", "нет", "no", "none"})
_CURRENCIES = {
    "RUB": "₽|рублей|рубля|рубль|руб\\.?|р\\.?|p\\.?|rub\\.?|rur",
    "USD": "\\$|usd|долл\\.?",
    "EUR": "€|eur|евро",
    "GBP": "£|gbp",
    "KZT": "₸|kzt|тенге|тг\\.?",
    "UAH": "₴|uah|грн\\.?",
    "BYN": "byn",
    "UZS": "uzs",
    "CNY": "¥|cny",
    "TRY": "₺|try",
}
_CURRENCY = "|".join(_CURRENCIES.values())
_TIMES = {"тыс\\.?|тысяч[аи]?|thousand|k|к": Decimal(1000), "млн\\.?|миллион(?:а|ов)?|mln|million": Decimal(1_000_000)}
_NUMBER = "[0-9]+(?:[ '’.,][0-9]+)*"
_MORE_THAN = "свыше|более|больше|over|above|more than|>"


def _amount(name: str) -> str:
    return (
        f"(?:(?P<{name}before>{_CURRENCY}) ?)?(?P<{name}number>{_NUMBER})"
        f"(?: ?(?P<{name}times>{'|'.join(_TIMES)}))?(?: ?(?P<{name}after>{_CURRENCY}))?"
    )


_SPAN = re.compile(
    f"(?:(?:от|с|from|не менее|at least|≥|>=|(?P<strict>{_MORE_THAN})) ?)?{_amount('lower')}"
    "(?: ?(?:\\+|и (?:выше|более|больше)|(?:and|or) (?:more|up|above)))?"
    f"(?:,? ?(?:до|по|up to|to|-|–|—|−|…|\\.\\.\\.?) ?{_amount('upper')})?"
)
_UP_TO = re.compile(f"(?:до|по|менее|up to|to|less than|under|≤|<=|<) ?{_amount('upper')}")
_FIGURE = re.compile(f"(?P<sign>[-−+]?) ?(?P<number>{_NUMBER})(?P<percent> ?%)?")

_GROUPED = re.compile("[0-9]{1,3}(?:([ '.,])[0-9]{3})(?:\\1[0-9]{3})*(?:([.,])([0-9]+))?")
_PLAIN = re.compile("([0-9]+)(?:([.,])([0-9]+))?")
_DOUBTFUL = re.compile("[1-9][0-9]{0,2}([.,])[0-9]{3}")


class Kind(Enum):
    """What a cell looks like: `RANGE` has words or a currency that only a turnover has, `NUMBER` is bare."""

    TEXT = "T"
    RANGE = "R"
    PERCENT = "P"
    NUMBER = "N"
    DASH = "D"
    EMPTY = "E"


FIGURES = frozenset({Kind.RANGE, Kind.PERCENT, Kind.NUMBER})


@dataclass(frozen=True)
class Number:
    """A number as it stands in the text, times a thousand or a million where a word says so."""

    text: str
    times: Decimal = Decimal(1)
    negative: bool = False


@dataclass(frozen=True)
class Span:
    """A turnover "from" and "to", either of which may be left out. `strict`: from more than that on."""

    lower: Number | None
    upper: Number | None
    strict: bool = False
    currency: str = ""


@dataclass(frozen=True)
class Percent:
    """A percent; `signed`: its cell has the sign."""

    number: Number
    signed: bool


def tidy(text: str) -> str:
    """The text with each run of spaces of any kind as one, and none around."""
    return _SPACES.sub(" ", text).strip()


@lru_cache(maxsize=4096)
def kind(cell: str) -> Kind:
    """What a cell looks like."""
    text = tidy(cell).lower()
    if not text:
        return Kind.EMPTY
    if text in _DASHES:
        return Kind.DASH
    if len(text) > _LONGEST:
        return Kind.TEXT
    figure = _FIGURE.fullmatch(text)
    if figure:
        return Kind.PERCENT if figure["percent"] else Kind.NUMBER
    return Kind.RANGE if _SPAN.fullmatch(text) or _UP_TO.fullmatch(text) else Kind.TEXT


def span(cell: str) -> Span | None:
    """The turnover of a cell, None where it has none."""
    text = tidy(cell).lower()
    if len(text) > _LONGEST:
        return None
    figure = _FIGURE.fullmatch(text)
    if figure and not figure["percent"]:
        return Span(Number(figure["number"], negative=figure["sign"] not in ("", "+")), None)
    found = _SPAN.fullmatch(text) or _UP_TO.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    return Span(_number(parts, "lower"), _number(parts, "upper"), bool(parts.get("strict")), _currency(parts))


def percent(cell: str) -> Percent | None:
    """The percent of a cell, 0 for a dash, None where it has none."""
    text = tidy(cell).lower()
    if text in _DASHES:
        return Percent(Number("0"), False)
    found = _FIGURE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    return Percent(Number(found["number"], negative=found["sign"] not in ("", "+")), bool(found["percent"]))


def begins_with_to(cell: str) -> bool:
    """Whether a cell is only the end of a range, as where a web page breaks the line before it."""
    found = span(cell)
    return found is not None and found.lower is None


def lacks_to(cell: str) -> bool:
    """Whether a cell is a range without its end."""
    found = span(cell)
    return kind(cell) is Kind.RANGE and found is not None and found.upper is None


def _number(parts: dict[str, str | None], name: str) -> Number | None:
    text, times = parts.get(f"{name}number"), parts.get(f"{name}times")
    if text is None:
        return None
    return Number(text, next((by for words, by in _TIMES.items() if times and re.fullmatch(words, times)), Decimal(1)))


def _currency(parts: dict[str, str | None]) -> str:
    """The code of the currency that a range names, empty without."""
    named = [text for name in ("lowerbefore", "lowerafter", "upperbefore", "upperafter") if (text := parts.get(name))]
    codes = (code for text in named for code, words in _CURRENCIES.items() if re.fullmatch(words, text))
    return next(codes, "")


# --- what the signs in a number mean ---


@dataclass(frozen=True)
class Shape:
    """What the signs within one number can be: its `thousands` and `decimal` signs where it says so by itself, or the
    one that is `doubtful`, as in 3.000."""

    thousands: str = ""
    decimal: str = ""
    doubtful: str = ""


def shape(text: str) -> Shape | None:
    """The signs of a number, None where it is none.

    >>> shape("1,000,000.5"), shape("3 000,50"), shape("3.000"), shape("1 00")
    (Shape(thousands=',', decimal='.', doubtful=''), Shape(thousands=' ', decimal=',', doubtful=''), \
Shape(thousands='', decimal='', doubtful='.'), None)
    """
    text = text.replace("’", "'")
    doubtful = _DOUBTFUL.fullmatch(text)
    if doubtful:
        return Shape(doubtful=doubtful[1])
    plain = _PLAIN.fullmatch(text)
    if plain:
        return Shape(decimal=plain[2] or "")
    grouped = _GROUPED.fullmatch(text)
    if grouped is None or grouped[1] == grouped[2]:
        return None
    return Shape(grouped[1], grouped[2] or "")


@dataclass(frozen=True)
class Signs:
    """Which signs are decimal where a number by itself could be read in two ways; the others part thousands."""

    decimal: frozenset[str] = frozenset()

    def read(self, number: Number) -> Decimal | None:
        """What a number is, None where it is none."""
        found = shape(number.text)
        if found is None:
            return None
        sign = found.decimal or (found.doubtful if found.doubtful in self.decimal else "")
        whole, _, part = number.text.rpartition(sign) if sign else (number.text, "", "")
        value = Decimal(re.sub("[^0-9]", "", whole) + (f".{part}" if part else "")) * number.times
        return -value if number.negative else value


_OTHER = {".": ",", ",": "."}
PERCENT_SIGNS = Signs(frozenset(".,"))
"""A percent of a thousand is none: whatever parts three digits there is decimal."""


def settled(amounts: Iterable[Number], percents: Iterable[Number]) -> Signs | Number:
    """What the numbers of a text say together about the doubtful ones among the amounts; the first that they leave
    open. A percent tells only where it is plain."""
    amounts = list(amounts)
    shapes = [found for each in (*amounts, *percents) if (found := shape(each.text))]
    decimals, thousands = {each.decimal for each in shapes} - {""}, {each.thousands for each in shapes} - {""}
    decimal = set()
    for number in amounts:
        found = shape(number.text)
        if found is None or not found.doubtful:
            continue
        sign = found.doubtful
        is_decimal = sign in decimals or _OTHER[sign] in thousands
        is_thousands = sign in thousands or _OTHER[sign] in decimals
        if is_decimal == is_thousands:
            return number
        if is_decimal:
            decimal.add(sign)
    return Signs(frozenset(decimal))
