"""Bounds at every door: what is taken, what is refused, and that it names the field (cases F3, F4, F6, F14)."""

from __future__ import annotations

import doctest
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme import bounds, spreadsheets, text
from resellerprogram.programme.errors import BadInput, TierTableError
from resellerprogram.programme.spreadsheets import guarded, guarded_throughout, unguarded
from resellerprogram.programme.text import short
from resellerprogram.programme.tiers import PUBLISHED_CLASSES, Tier, TierTable, published_table
from resellerprogram.programme.window import Window, last_counting_day

from tests.texts import plain_spaces

HEADER = "status,from,vps,dedicated,ssl\n"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3000", "3000"),
        ("2.5", "2.5"),
        ("2,50", "2.50"),
        ("25 000", "25000"),
        ("1\u00a0000\u202f000,5", "1000000.5"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("3.1250", "3.1250"),
    ],
)
def test_a_figure_is_read_as_people_write_it(typed: str, number: str) -> None:
    assert bounds.figure(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["3.000", "25,000", "999,999", "-3.000", "1.234"])
def test_a_figure_that_could_be_thousands_or_decimals_is_refused_and_both_are_offered(typed: str) -> None:
    with pytest.raises(BadInput, match="can be read in two ways") as refused:
        bounds.figure(typed, "threshold")
    assert refused.value.field == "threshold"
    for offered in str(refused.value).split("; write ")[1].split(", or "):
        assert bounds.figure(offered) is not None


@pytest.mark.parametrize("typed", ["", "NaN", "1e3", "1_000", "1.2.3", "1,234.56", "10 00", "٣", "9" * 41, "0x10"])
def test_what_is_no_figure_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match=r"write 3000|enter a number"):
        bounds.figure(typed)


@given(st.decimals(0, 10**12, places=4))
def test_what_we_write_is_never_read_in_two_ways(number: Decimal) -> None:
    assert bounds.figure(bounds.written(number)) == number


@pytest.mark.parametrize("digits", [13, 15, 19, 25, 39])
def test_an_amount_that_nobody_is_meant_to_reach_is_refused_with_line_and_column(digits: int) -> None:
    with pytest.raises(TierTableError, match=r"line 2: column from: 9+ is too large") as refused:
        TierTable.from_csv(f"{HEADER}By invitation,{'9' * digits},50,20,15\n")
    assert (refused.value.line, refused.value.field) == (2, "from")
    assert TierTable.from_csv(f"{HEADER}By invitation,1000000000000,50,20,15\n")


def test_a_table_of_old_with_a_threshold_of_25_digits_can_still_be_read() -> None:
    tier = Tier("By invitation", Decimal(10) ** 24, dict.fromkeys(PUBLISHED_CLASSES, Decimal(1)))
    assert TierTable((tier,)).tier_for(Decimal(5)) is None


def test_a_csv_table_with_figures_that_could_be_read_in_two_ways_is_refused_with_line_and_column() -> None:
    with pytest.raises(TierTableError, match=r"line 3: column from: “3.000” can be read in two ways; write 3000, or 3"):
        TierTable.from_csv("status;from;vps;dedicated;ssl\nStarter;500;3;1;1\nPartner #1;3.000;5;1;1\n")
    with pytest.raises(TierTableError, match=r"column vps: “5.000” can be read in two ways"):
        TierTable.from_csv(HEADER + "A,500,5.000,1,1\n")
    with pytest.raises(TierTableError, match="column status: too long: 101 characters"):
        TierTable.from_csv(f"{HEADER}{'A' * 101},500,5,1,1\n")


def test_a_table_is_read_back_from_its_csv_also_with_three_decimals_and_names_like_formulas() -> None:
    names = ("=cmd|' /C calc'!A0", "'=1", "''@x", "+7", "-5", "'quoted'", "Ordinary")
    percents = dict.fromkeys(PUBLISHED_CLASSES, Decimal(1))
    table = TierTable(tuple(Tier(name, Decimal("3.125") + at, percents) for at, name in enumerate(names)))
    assert TierTable.from_csv(table.to_csv()) == table
    assert not any(line[0] in "=+-@" for line in table.to_csv().splitlines())


@given(st.text())
def test_a_guarded_cell_begins_no_formula_and_gives_its_text_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(tuple("=+-@\t\r"))


def test_a_table_for_reading_is_guarded_also_behind_what_another_country_takes_for_a_comma() -> None:
    assert guarded_throughout("x;=1+1") == "x;'=1+1"
    assert guarded_throughout("Atlas; Moscow") == "Atlas; Moscow"


def test_a_tier_that_gives_more_than_the_next_one_is_remarked() -> None:
    assert published_table().remarks() == []
    table = TierTable.from_csv(HEADER + "Gold,25,50,1,1\nStarter,500,3,1,1\n")
    assert [plain_spaces(each.en) for each in table.remarks()] == [
        "“Gold” gives more for vps than “Starter”: 50 % against 3 %"
    ]


@pytest.mark.parametrize("typed", ["0001-01-15", "9999-12-31", "1999-12-31", "3000-01-01", "31.12.9999"])
def test_a_day_that_nobody_can_mean_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match=r"out of range; choose a day from 1 Jan 2000 to 31 Dec 2999") as refused:
        bounds.day(typed, "pin_until")
    assert refused.value.field == "pin_until"


@pytest.mark.parametrize("typed", ["", "2025-02-30", "20250131", "2025-W05-1", "1.1.2025", "yesterday", "٢٠٢٥-01-01"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="Enter a date such as"):
        bounds.day(typed)


def test_a_day_is_read_as_the_panel_and_as_people_write_it() -> None:
    assert bounds.day("2025-01-31") == bounds.day("31.01.2025") == date(2025, 1, 31)


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "9" * 20, str(2**63), "٣", "²"])
def test_what_is_no_id_is_refused(typed: str) -> None:
    assert not bounds.is_id(typed)
    with pytest.raises(BadInput, match="not a whole number"):
        bounds.whole(typed)


def test_a_text_that_is_too_long_or_not_utf8_or_of_several_lines_is_refused() -> None:
    assert bounds.line("договор 5") == "договор 5"
    for typed, reason in (("x" * 1001, "too long"), ("\udce4\udcee", "is not UTF-8"), ("a\nb", "can't be shown")):
        with pytest.raises(BadInput, match=reason) as refused:
            bounds.line(typed, "reason")
        assert refused.value.field == "reason"
        str(refused.value).encode()


def test_the_window_of_the_first_and_last_days_of_the_calendar_does_not_raise() -> None:
    assert Window.of(date(1, 1, 15)).first == date.min
    assert last_counting_day(date.max) == date.max


def test_what_another_says_is_told_on_one_line_and_shortened() -> None:
    assert short("a\n2025-01-01 ERROR b\x1b[0m") == "a 2025-01-01 ERROR b [0m"
    assert len(short("x" * 5_000_000)) == 500


@pytest.mark.parametrize("module", [bounds, spreadsheets, text])
def test_the_examples_of_the_bounds_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
