"""Money, days, percents and counts in the form of the reader's language (spec, section 3)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme import figures
from resellerprogram.programme.text import Text, same

AMOUNTS = st.decimals("-1000000000", "1000000000", places=4)


def spaced(text: Text) -> tuple[str, str]:
    """English and Russian with plain spaces."""
    return text.en.replace("\u00a0", " "), text.ru.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "en", "ru"),
    [
        ("52000", "RUB", "RUB 52,000", "52 000 ₽"),
        ("1234.5", "RUB", "RUB 1,234.50", "1 234,50 ₽"),
        ("25067.9332", "RUB", "RUB 25,067.93", "25 067,93 ₽"),
        ("0.005", "RUB", "RUB 0.01", "0,01 ₽"),
        ("-1200", "RUB", "-RUB 1,200", "-1 200 ₽"),
        ("-0.001", "RUB", "RUB 0", "0 ₽"),
        ("7", "USD", "USD 7", "7 USD"),
    ],
)
def test_money_reads_as_the_language_writes_it(amount: str, currency: str, en: str, ru: str) -> None:
    assert spaced(figures.money(Decimal(amount), currency)) == (en, ru)


def test_no_line_breaks_an_amount_or_a_percent_apart() -> None:
    assert " " not in figures.money(Decimal("1234567.5"), "RUB").ru
    assert figures.percent(Decimal("12.50")) == Text("12.5\u202f%", "12,5\u202f%")


def test_a_difference_says_in_which_direction() -> None:
    differences = [figures.signed_money(Decimal(each), "RUB") for each in ("1200", "-1200", "0", "0.001")]
    assert [spaced(each)[1] for each in differences] == ["+1 200 ₽", "-1 200 ₽", "0 ₽", "0 ₽"]
    points = [figures.signed_points(Decimal(each)) for each in ("2.5", "-2", "0")]
    assert [(each.en, each.ru) for each in points] == [
        ("+2.5\u00a0pp", "+2,5\u00a0п.\u202fп."),
        ("-2\u00a0pp", "-2\u00a0п.\u202fп."),
        ("0\u00a0pp", "0\u00a0п.\u202fп."),
    ]
    both = {"USD": Decimal("3.5"), "RUB": Decimal(120)}
    assert spaced(figures.signed_sums(both)) == ("+RUB 120, +USD 3.50", "+120 ₽, +3,50 USD")
    assert spaced(figures.sums(both))[1] == "120 ₽, 3,50 USD"


@given(AMOUNTS)
def test_both_languages_tell_the_same_digits(amount: Decimal) -> None:
    told = figures.money(amount, "RUB")
    digits = ["".join(sign for sign in each if sign.isdigit() or sign == "-") for each in (told.en, told.ru)]
    assert digits[0] == digits[1]
    assert (amount - Decimal(told.en.replace(",", "").replace("RUB\u00a0", ""))).copy_abs() <= Decimal("0.005")


def test_days_and_moments_read_as_the_language_writes_them() -> None:
    assert spaced(figures.day(date(2025, 1, 2))) == ("2 Jan 2025", "02.01.2025")
    assert spaced(figures.moment(datetime(2025, 1, 2, 3, 4, 5))) == ("2 Jan 2025, 03:04", "02.01.2025, 03:04")
    assert spaced(figures.short_day(date(2025, 1, 2))) == ("2 Jan", "02.01")


def test_a_step_tells_both_percents_and_that_there_is_none() -> None:
    nineteen, seventeen = Decimal(19), Decimal(17)
    assert figures.percent_step(nineteen, seventeen) == same("19\u00a0→\u00a017\u202f%")
    assert figures.percent_step(None, nineteen) == Text("none\u00a0→\u00a019\u202f%", "нет\u00a0→\u00a019\u202f%")
    assert figures.percent_step(nineteen, None) == Text("19\u202f%\u00a0→\u00a0none", "19\u202f%\u00a0→\u00a0нет")


def test_russian_numbers_decline_their_noun() -> None:
    assert [figures.days(count).ru for count in (1, 2, 5, 11, 12, 21, 111, 122)] == [
        *("1 день", "2 дня", "5 дней", "11 дней", "12 дней", "21 день", "111 дней", "122 дня"),
    ]
    assert [figures.months(count).en for count in (1, 2)] == ["1 month", "2 months"]


def test_lists_of_administrators_have_the_panels_own_form() -> None:
    assert figures.listed_money(Decimal("52000"), "RUB") == "52000.00 RUB"
    assert figures.listed_money(Decimal("-0.1264"), "RUB") == "-0.13 RUB"
    assert figures.listed_amount(Decimal("102000")) == "102000.00"
    assert figures.listed_moment(datetime(2025, 1, 2, 3, 4, 5)) == "2025-01-02 03:04"
    assert figures.listed_span(date(2025, 1, 2), date(2025, 2, 1)) == "2025-01-02 – 2025-02-01"
