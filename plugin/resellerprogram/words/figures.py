"""Words and figures as a person reads them, in Russian and English. Used by the command line and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from ..programme.text import LANGUAGES, Text, same
from ..programme.tiers import ServiceClass, plain

NOTHING = "—"

LONGEST_LINE = 120

NO_BREAK = "\u00a0"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

Titles = Mapping[ServiceClass, Text]
"""What people read of the service classes."""


def money(amount: Decimal, currency: str) -> str:
    """The exact amount with at least two decimals: 102 000.00 RUB."""
    units, _, fraction = plain(abs(amount)).partition(".")
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole(Decimal(units))}.{fraction.ljust(2, '0')} {currency}"


def sum_said(amount: Decimal, currency: str, language: str) -> str:
    """As sentences and clients' tables tell it: '1 234,50 ₽', 'RUB 1,234.50', '52 000 ₽'; no line breaks it apart."""
    told = f"{amount:,.2f}".removesuffix(".00")
    if language == "ru":
        sign = "₽" if currency == "RUB" else currency
        return f"{told.replace(',', NO_BREAK).replace('.', ',')}{NO_BREAK}{sign}"
    return f"{currency}{NO_BREAK}{told}"


def share(value: Decimal) -> str:
    """'19 %' with a narrow space that no line breaks apart."""
    return f"{plain(value)}\u202f%"


def day_said(value: date, language: str) -> str:
    """'20.01.2025', '20 Jan 2025'."""
    return day(value, "ru") if language == "ru" else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def about(amount: Decimal, currency: str) -> str:
    """Rounded to three figures: 41 300 RUB."""
    digits = max(0, len(str(int(amount))) - 3)
    return f"{whole(amount.quantize(Decimal(1)).scaleb(-digits).quantize(Decimal(1)).scaleb(digits))} {currency}"


def bare(amount: Decimal) -> str:
    """The amount as a number with two decimals, where the head of its column names the currency: 102000.00."""
    return f"{amount:.2f}"


def month(value: date) -> str:
    """2025-01, as a list sorts it."""
    return value.isoformat()[:7]


def whole(amount: Decimal) -> str:
    """The amount without its kopecks and currency, where a picture has no room for them: 102 000."""
    return f"{int(amount):,}".replace(",", " ")


def percent(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{plain(value)} %"


def day(value: date, language: str) -> str:
    return f"{value:%d.%m.%Y}" if language == "ru" else value.isoformat()


def days(count: int) -> Text:
    """'3 days', '3 дня'."""
    return counted(count, ("day", "days"), ("день", "дня", "дней"))


def months(count: int) -> Text:
    """'3 months', '3 месяца'."""
    return counted(count, ("month", "months"), ("месяц", "месяца", "месяцев"))


def counted(count: int, english: tuple[str, str], russian: tuple[str, str, str]) -> Text:
    """A number with what is counted: English for one and more; Russian for one, few and many."""
    return Text(f"{count} {english[count != 1]}", f"{count} {_plural(count, *russian)}")


def _plural(count: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun after a number."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many


def day_text(value: date) -> Text:
    return Text(*(day(value, language) for language in LANGUAGES))


def moment(value: datetime, language: str) -> str:
    return f"{day(value.date(), language)} {value:%H:%M:%S}"


def stamp(value: datetime, seconds: bool = False) -> str:
    """As a list of the panel sorts it: 2025-01-21 00:07."""
    return value.isoformat(" ", "seconds" if seconds else "minutes")


def clock(value: datetime) -> str:
    """00:07."""
    return value.isoformat(timespec="minutes").partition("T")[2]


def short_day(value: date) -> str:
    """21.01, where a picture has no room for the year."""
    return f"{value:%d.%m}"


def one_line(text: str) -> str:
    """A text of several lines in one, cut where it gets long."""
    line = " / ".join(part for part in text.splitlines() if part)
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def step_of_tier(before: str | None, after: str | None) -> str:
    """'Partner #7 → Partner #8'; where nothing changed, the tier alone."""
    shown = after or NOTHING
    return shown if before in (None, after) else f"{before} → {shown}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Aligned lines; the columns in `right` are right-aligned."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        )
        yield "  ".join(cells).rstrip()


def percents(of: Mapping[ServiceClass, Decimal], titles: Titles, language: str) -> str:
    """'VPS 19 %, SSL certificates 3 %'."""
    ordered = [name for name in titles if name in of] + [name for name in of if name not in titles]
    return ", ".join(f"{titles.get(name, same(name)).say(language)} {percent(of[name])}" for name in ordered)


def percents_text(of: Mapping[ServiceClass, Decimal], titles: Titles) -> Text:
    return Text(*(percents(of, titles, language) for language in LANGUAGES))
