"""R3: the window of a day, and the last day on which a payment counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.window import Window, last_counting_day

from tests.programme.builders import day


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


def _walked(credited_on: date, months: int) -> date:
    """The last counting day as a day-by-day walk finds it."""
    last = credited_on
    while credited_on in Window.of(last + timedelta(days=1), months):
        last += timedelta(days=1)
    return last


@pytest.mark.parametrize("months", [1, 2, 5])
def test_the_last_counting_day_equals_a_day_by_day_walk_over_four_years(months: int) -> None:
    first, days = date(2023, 1, 1), 4 * 366
    differing = {
        credited_on: (last_counting_day(credited_on, months), _walked(credited_on, months))
        for credited_on in (first + timedelta(days=offset) for offset in range(days))
        if last_counting_day(credited_on, months) != _walked(credited_on, months)
    }
    assert differing == {}


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 400), st.integers(1, 12))
def test_a_payment_is_in_the_window_exactly_up_to_its_last_counting_day(
    credited_on: date, later: int, months: int
) -> None:
    today = credited_on + timedelta(days=later)
    assert (credited_on in Window.of(today, months)) == (today <= last_counting_day(credited_on, months))
