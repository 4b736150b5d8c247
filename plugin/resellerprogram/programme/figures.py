"""Money, days, percents and counts as a person reads them, in Russian and English: nothing else puts them into words.

Sentences, buttons and clients' tables take the form of the reader's language; the lists of administrators, which the
panel sorts and sums, take the panel's own (`listed_…`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from .text import Text, joined

NOTHING = "—"
_NONE = Text("none", "нет")

NO_BREAK, NARROW = "\u00a0", "\u202f"
"""Spaces at which no line breaks: within an amount, before a percent sign."""
KOPECK = Decimal("0.01")
_EXACT = Context(prec=100)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(number: Decimal) -> str:
    """The exact number, without exponent and trailing zeros: 3, 5.5, 1000000."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- in sentences ---


def to_kopeck(amount: Decimal) -> Decimal:
    """To hundredths, as people are told it, half of one upwards; how the panel rounds a charge is its own affair."""
    return amount.quantize(KOPECK, ROUND_HALF_UP, _EXACT)


def money(amount: Decimal, currency: str) -> Text:
    """To the kopeck; whole amounts without it.

    >>> money(Decimal("1234.5"), "RUB")
    Text(en='RUB\\xa01,234.50', ru='1\\xa0234,50\\xa0₽')
    >>> money(Decimal("-52000"), "USD")
    Text(en='-USD\\xa052,000', ru='-52\\xa0000\\xa0USD')
    """
    rounded = to_kopeck(amount)
    sign, told = "-" if rounded < 0 else "", f"{abs(rounded):,.2f}".removesuffix(".00")
    return Text(f"{sign}{currency}{NO_BREAK}{told}", f"{sign}{_russian(told)}{NO_BREAK}{_sign_of(currency)}")


def sums(amounts: Mapping[str, Decimal]) -> Text:
    """Amounts by currency, in its order: '1 200 ₽, 3,50 USD'."""
    return joined(", ", [money(amount, currency) for currency, amount in sorted(amounts.items())])


def signed_sums(amounts: Mapping[str, Decimal]) -> Text:
    """The same of differences."""
    return joined(", ", [signed_money(amount, currency) for currency, amount in sorted(amounts.items())])


def signed_money(amount: Decimal, currency: str) -> Text:
    """A difference: '+1 200 ₽', '-1 200 ₽', '0 ₽'."""
    told = money(amount, currency)
    return _plus(told) if to_kopeck(amount) > 0 else told


def about(amount: Decimal, currency: str) -> Text:
    """Rounded to three figures: '41 300 ₽'."""
    digits = max(0, len(str(int(amount))) - 3)
    return money(amount.quantize(Decimal(1)).scaleb(-digits).quantize(Decimal(1)).scaleb(digits), currency)


def unit(currency: str) -> Text:
    """The currency alone, for the axis of a picture."""
    return Text(currency, _sign_of(currency))


def whole(amount: Decimal) -> Text:
    """The amount without its kopecks and currency, where a picture has no room for them.

    >>> whole(Decimal("102000.75"))
    Text(en='102,000', ru='102\\xa0000')
    """
    told = f"{int(amount):,}"
    return Text(told, _russian(told))


def number(value: Decimal) -> Text:
    """The exact number with the reader's decimal sign: '5.5', '5,5'."""
    return Text(plain(value), _russian(plain(value)))


def percent(value: Decimal) -> Text:
    """'19 %', '17,5 %', with a narrow space."""
    told = f"{plain(value)}{NARROW}%"
    return Text(told, _russian(told))


def points(value: Decimal) -> Text:
    """What lies between two percents: '2 pp', '-2,5 п. п.'."""
    told = number(value)
    return Text(f"{told.en}{NO_BREAK}pp", f"{told.ru}{NO_BREAK}п.{NARROW}п.")


def signed_points(value: Decimal) -> Text:
    """A difference: '+2 pp', '-2,5 п. п.', '0 pp'."""
    return _plus(points(value)) if value > 0 else points(value)


def percent_step(before: Decimal | None, after: Decimal | None) -> Text:
    """'19 → 17 %', 'none → 3 %', '3 % → none'; no line breaks in it."""
    told = percent(before) if before is not None else _NONE, percent(after) if after is not None else _NONE
    if before is not None and after is not None:
        told = number(before), told[1]
    return joined(f"{NO_BREAK}→{NO_BREAK}", told)


def day(value: date) -> Text:
    """
    >>> day(date(2025, 1, 20))
    Text(en='20 Jan 2025', ru='20.01.2025')
    """
    return Text(f"{value.day} {_MONTHS[value.month - 1]} {value.year}", f"{value:%d.%m.%Y}")


def short_day(value: date) -> Text:
    """'21.01', where a picture has no room for the year."""
    return Text(f"{value.day} {_MONTHS[value.month - 1]}", f"{value:%d.%m}")


def moment(value: datetime) -> Text:
    """'20.01.2025, 00:07'."""
    told, at = day(value.date()), clock(value)
    return Text(f"{told.en}, {at}", f"{told.ru}, {at}")


def clock(value: datetime) -> str:
    """00:07."""
    return f"{value:%H:%M}"


def days(count: int) -> Text:
    """'3 days', '3 дня'."""
    return counted(count, ("day", "days"), ("день", "дня", "дней"))


def months(count: int) -> Text:
    """'3 months', '3 месяца'."""
    return counted(count, ("month", "months"), ("месяц", "месяца", "месяцев"))


def counted(count: int, english: tuple[str, str], russian: tuple[str, str, str]) -> Text:
    """A number with what is counted: English for one and more; Russian for one, few and many."""
    return Text(f"{count} {english[count != 1]}", f"{count} {_plural(count, *russian)}")


# --- in administrators' lists ---


def listed_money(amount: Decimal, currency: str) -> str:
    """As the panel's lists show it, to the kopeck: 52000.00 RUB. What programs read beside it is exact."""
    return f"{listed_amount(amount)} {currency}"


def listed_amount(amount: Decimal) -> str:
    """The number alone, where the head of its column names the currency: 102000.00."""
    return f"{to_kopeck(amount):f}"


def listed_day(value: date) -> str:
    """2025-01-21."""
    return value.isoformat()


def listed_span(first: date, last: date) -> str:
    """2025-01-21 – 2025-02-20, both included."""
    return f"{listed_day(first)} – {listed_day(last)}"


def listed_month(value: date) -> str:
    """2025-01."""
    return value.isoformat()[:7]


def listed_moment(value: datetime, seconds: bool = False) -> str:
    """2025-01-21 00:07."""
    return value.isoformat(" ", "seconds" if seconds else "minutes")


def _russian(told: str) -> str:
    return told.replace(",", NO_BREAK).replace(".", ",")


def _sign_of(currency: str) -> str:
    return "₽" if currency == "RUB" else currency


def _plus(told: Text) -> Text:
    return Text(f"+{told.en}", f"+{told.ru}")


def _plural(count: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun after a number."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many
