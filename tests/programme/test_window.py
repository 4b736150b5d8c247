"""R3: the window of a day, and the last day on which a payment counts."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme import window
from resellerprogram.programme.window import Window, last_counting_day

from tests.programme.builders import day
from tests.programme.model import month_before

ALL_DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2025-01-20", "2024-12-20"),
        ("2025-01-21", "2024-12-21"),
        ("2025-03-31", "2025-02-28"),
        ("2024-03-31", "2024-02-29"),
        ("2025-03-28", "2025-02-28"),
        ("2025-05-31", "2025-04-30"),
        ("2025-01-01", "2024-12-01"),
    ],
)
def test_a_day_looks_back_one_calendar_month_and_month_ends_clamp(today: str, first: str) -> None:
    assert Window.of(day(today)) == Window(day(first), day(today))


@pytest.mark.parametrize(
    ("inside", "expected"), [("2024-12-19", False), ("2024-12-20", True), ("2025-01-20", True), ("2025-01-21", False)]
)
def test_both_days_of_the_window_are_included(inside: str, expected: bool) -> None:
    assert (day(inside) in Window.of(day("2025-01-20"))) is expected


@given(ALL_DAYS)
def test_the_window_of_any_day_begins_where_the_calendar_says(today: date) -> None:
    assert Window.of(today) == Window(month_before(today), today)


def test_a_window_is_written_as_its_first_and_last_day() -> None:
    assert str(Window.of(day("2025-01-20"))) == "2024-12-20..2025-01-20"


def test_the_examples_of_the_module_hold() -> None:
    result = doctest.testmod(window)
    assert (result.failed, result.attempted > 0) == (0, True)


# --- the last counting day ---


@pytest.mark.parametrize(
    ("credited_on", "last"),
    [
        ("2024-12-20", "2025-01-20"),
        ("2024-12-31", "2025-01-31"),
        ("2025-01-28", "2025-02-28"),
        ("2025-01-29", "2025-02-28"),
        ("2025-01-31", "2025-02-28"),
        ("2024-01-31", "2024-02-29"),
        ("2025-02-27", "2025-03-27"),
        ("2025-02-28", "2025-03-31"),
        ("2024-02-28", "2024-03-28"),
        ("2024-02-29", "2024-03-31"),
        ("2025-04-29", "2025-05-29"),
        ("2025-04-30", "2025-05-31"),
    ],
)
def test_a_payment_counts_for_a_month_and_one_of_a_months_last_day_until_the_next_month_ends(
    credited_on: str, last: str
) -> None:
    assert last_counting_day(day(credited_on)) == day(last)


def _walked(credited_on: date) -> date:
    """The last counting day as a day-by-day walk finds it."""
    last = credited_on
    while month_before(last + timedelta(days=1)) <= credited_on:
        last += timedelta(days=1)
    return last


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027])
def test_the_last_counting_day_equals_a_day_by_day_walk(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=offset) for offset in range(365 + (year == 2024))]
    assert days[-1] == date(year, 12, 31)
    assert {each: last_counting_day(each) for each in days} == {each: _walked(each) for each in days}


@given(ALL_DAYS, st.integers(0, 70))
def test_a_payment_is_in_the_window_exactly_up_to_its_last_counting_day(credited_on: date, later: int) -> None:
    today = credited_on + timedelta(days=later)
    assert (credited_on in Window.of(today)) == (today <= last_counting_day(credited_on))
