"""What is taken at every door, pages, command line and CSV alike: figures, ids, days and texts, and how large they may
be. What is refused is refused with its field and with what to write instead.

>>> amount("25 000,50")
Decimal('25000.50')
>>> amount("25,000")
Traceback (most recent call last):
resellerprogram.programme.errors.BadInput: “25,000” can be read in two ways; write 25000, or 25
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from . import figures
from .errors import BadInput
from .figures import plain
from .text import Text, short

LARGEST_AMOUNT = Decimal(1_000_000_000_000)
"""A threshold or a payment beyond it is a slip of the hand; the database orders by ten-thousandths in 64 bits."""
LARGEST_ID = 2**63 - 1
LONGEST_PAST = 120
"""Calendar months over which a table can be played."""
LARGEST_COUNT = 1_000_000
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
"""No day that somebody names is outside; a window before and a step after still are days of the calendar."""
LONGEST_NAME, LONGEST_REASON, LONGEST_SETTING = 100, 1000, 2000
_SPACES = "[ \u00a0\u2009\u202f]"
_FIGURE = rf"(-?)([0-9]+|[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}})+)(?:[.,]([0-9]+))?"
_TWO_WAYS = r"-?[1-9][0-9]{0,2}[.,][0-9]{3}"
_ISO_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_DOTTED_DAY = r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})"
_LONGEST_FIGURE = 40


def is_figure(text: str) -> bool:
    """Whether a text is a number at all, in one way or in two."""
    return len(text) <= _LONGEST_FIGURE and re.fullmatch(_FIGURE, text.strip()) is not None


def figure(text: str, field: str = "", spaced: bool = True) -> Decimal:
    """A number as people write it: 3000, 2.5, 2,5, and `spaced` 25 000. Raises BadInput for anything else, and for what
    could be thousands as well as decimals."""
    match = re.fullmatch(_FIGURE, text.strip()) if is_figure(text) else None
    if match is None or (not spaced and not match[2].isdecimal()):
        raise no_figure(text, field)
    sign, whole, part = match[1], re.sub(_SPACES, "", match[2]), match[3]
    number = Decimal(f"{sign}{whole}.{part}" if part else sign + whole)
    if re.fullmatch(_TWO_WAYS, text.strip()):
        raise BadInput(
            Text(
                "“{text}” can be read in two ways; write {thousands}, or {decimals}",
                "«{text}» можно прочесть двояко; пишите {thousands} или {decimals}",
            )(text=text.strip(), thousands=f"{sign}{whole}{part}", decimals=written(number)),
            field,
        )
    return number


def no_figure(text: str, field: str = "") -> BadInput:
    """That a text is no number."""
    return BadInput(
        Text("“{text}” is not a number; write 3000 or 2.5", "«{text}» — не число; пишите 3000 или 2,5")(
            text=short(text, _LONGEST_FIGURE)
        )
        if text.strip()
        else Text("enter a number such as 3000 or 2.5", "укажите число, например 3000 или 2,5"),
        field,
    )


def percent(text: str, field: str = "", spaced: bool = True) -> Decimal:
    """A figure for a percent, whose own bounds are its reader's. Raises BadInput.

    Three decimals that are not zeros can't be thousands here: whoever checks the percent says that they are too many.
    """
    if re.fullmatch(_TWO_WAYS, text.strip()) and not text.strip().endswith("0"):
        return Decimal(text.strip().replace(",", "."))
    return figure(text, field, spaced)


def amount(text: str, field: str = "", spaced: bool = True) -> Decimal:
    """A figure that is not larger than any amount is. Raises BadInput."""
    number = figure(text, field, spaced)
    if abs(number) > LARGEST_AMOUNT:
        raise BadInput(
            Text("{text} is too large; the most is {most}", "{text} — слишком много; наибольшее — {most}")(
                text=text.strip(), most=plain(LARGEST_AMOUNT)
            ),
            field,
        )
    return number


def written(number: Decimal) -> str:
    """The exact number as `figure` takes it: never with three decimals, which could be thousands.

    >>> [written(Decimal(each)) for each in ("3", "2.50", "3.125")]
    ['3', '2.5', '3.1250']
    """
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + "0" if re.fullmatch(_TWO_WAYS, text) else text


def places(number: Decimal) -> int:
    """How many decimals a number needs."""
    _, _, part = format(number, "f").partition(".")
    return len(part.rstrip("0"))


def is_id(text: str) -> bool:
    """Whether a text is a whole number that a database can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID)) and int(text) <= LARGEST_ID


def whole(text: str, field: str = "", most: int = LARGEST_ID) -> int:
    """An id or a count. Raises BadInput."""
    if not is_id(text.strip()) or int(text) > most:
        raise BadInput(
            Text("“{text}” is not a whole number from 0 to {most}", "«{text}» — не целое число от 0 до {most}")(
                text=short(text, _LONGEST_FIGURE), most=most
            ),
            field,
        )
    return int(text)


def count(text: str, field: str = "") -> int:
    """How many of something are wanted: one or more. Raises BadInput."""
    found = whole(text, field, LARGEST_COUNT)
    if not found:
        raise BadInput(Text("one or more", "укажите 1 или больше"), field)
    return found


def months(text: str, field: str = "") -> int:
    """How far to look back: one calendar month or more. Raises BadInput."""
    found = whole(text, field, LONGEST_PAST)
    if not found:
        raise BadInput(Text("one month or more", "один месяц или больше"), field)
    return found


def day(text: str, field: str = "") -> date:
    """A day that was typed as YYYY-MM-DD or DD.MM.YYYY. Raises BadInput."""
    iso, dotted = re.fullmatch(_ISO_DAY, text.strip()), re.fullmatch(_DOTTED_DAY, text.strip())
    parts = iso.groups() if iso else dotted.groups()[::-1] if dotted else ()
    try:
        return within(date(*map(int, parts)), field)
    except BadInput:
        raise
    except (TypeError, ValueError):
        raise BadInput(
            Text(
                "Enter a date such as 2025-01-31 or 31.01.2025{not_this}.",
                "Укажите дату, например 31.01.2025{not_this}.",
            )(not_this=not_this(text)),
            field,
        ) from None


def not_this(text: str) -> Text:
    """', not “x”', where something was typed; it stands behind what should have been."""
    typed = text.strip()
    return Text(", not “{text}”", ", а не «{text}»")(text=short(typed, _LONGEST_FIGURE)) if typed else Text("", "")


def within(named: date, field: str = "") -> date:
    """The day itself. Raises BadInput for one that nobody can mean."""
    if not FIRST_DAY <= named <= LAST_DAY:
        raise BadInput(
            Text(
                "{day} is out of range; choose a day from {first} to {last}",
                "{day} вне пределов; выберите день от {first} до {last}",
            )(day=figures.day(named), first=figures.day(FIRST_DAY), last=figures.day(LAST_DAY)),
            field,
        )
    return named


def line(text: str, field: str = "", longest: int = LONGEST_REASON) -> str:
    """A text of one line. Raises BadInput for one that is too long, not UTF-8 or can't be shown."""
    if len(text) > longest:
        raise BadInput(
            Text(
                "too long: {length} characters, the most is {longest}",
                "слишком длинно: знаков {length}, наибольшее — {longest}",
            )(length=len(text), longest=longest),
            field,
        )
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadInput(Text("“{text}” is not UTF-8", "«{text}» — не в UTF-8")(text=short(text, _LONGEST_FIGURE)), field)
    if not all(sign.isprintable() or _is_space(sign) for sign in text):
        raise BadInput(
            Text("“{text}” has characters that can't be shown", "в «{text}» есть непечатаемые символы")(
                text=short(text, _LONGEST_FIGURE)
            ),
            field,
        )
    return text


def _is_space(sign: str) -> bool:
    import unicodedata  # takes time to load, and hardly a text has such a sign

    return unicodedata.category(sign) == "Zs"
