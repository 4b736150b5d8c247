"""Who is due by time alone, and which days' payments are read together (R7)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import event, given
from hypothesis import strategies as st
from resellerprogram.programme import due
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import leave_out
from resellerprogram.programme.due import next_day
from resellerprogram.programme.effects import what_is_held
from resellerprogram.programme.forecast import Forecast, Outlook
from resellerprogram.programme.notices import Kind, Telling, notices

from tests.programme.builders import ACCOUNT, TABLE, day
from tests.programme.test_forecast import History, histories

DAY = timedelta(days=1)


@given(histories(), st.integers(1, 28))
def test_until_an_account_is_due_nothing_changes_and_nothing_is_to_be_told(history: History, warn_days: int) -> None:
    """Walked day by day: the same turnover, tier and warnings as on the first."""
    forecast, telling = history.forecast(), Telling(frozenset(Kind), warn_days)
    until = next_day(forecast, warn_days)
    event("due" if until else "never due")
    first = history.decide(history.today)
    told = {each.cause for each in notices(first, first, forecast, telling)}
    for on in history.days():
        if on == history.today:
            continue
        if until is not None and on >= until:
            return
        now = history.decide(on)
        assert now.turnover.amount == first.turnover.amount
        assert what_is_held(now.tier) == what_is_held(first.tier)
        later = Forecast(Outlook.of(now), history.table_on, [each for each in history.table_days if each > on])
        assert {each.cause for each in notices(first, now, later, telling)} <= told


def test_who_takes_no_part_is_never_due() -> None:
    outlook = Outlook.of(leave_out(ACCOUNT, day("2025-01-20"), Basis.EXCLUDED))
    assert next_day(Forecast(outlook, lambda _: TABLE, [day("2025-02-01")]), 3) is None


@given(st.integers(0, 500), st.integers(1, 90))
def test_in_so_many_nights_each_has_had_its_turn(count: int, days: int) -> None:
    assert due.share(count, days) * days >= count
    assert due.share(count, days) * days < count + days


@given(
    st.lists(st.dates(date(2025, 1, 1), date(2025, 2, 10)), max_size=40),
    st.dictionaries(st.dates(date(2025, 1, 1), date(2025, 2, 10)), st.integers(0, 120), max_size=30),
)
def test_every_day_is_in_one_stretch_and_each_stretch_fits(days: list[date], known: dict[date, int]) -> None:
    found = due.stretches(days, known, 100)
    covered = [each.first + number * DAY for each in found for number in range((each.last - each.first).days + 1)]
    assert covered == sorted(set(days))
    for each in found:
        rows = sum(count for on, count in known.items() if each.first <= on <= each.last)
        assert rows <= 100 or (each.many and each.first == each.last)


@given(st.integers(1, 9), st.integers(0, 3), st.integers(0, 400))
def test_days_in_turn_come_round(length: int, least: int, rows: int) -> None:
    first = date(2025, 1, 1)
    last, seen, before = first + (length - 1) * DAY, set[date](), None
    for _ in range(length):
        days = due.days_in_turn(first, last, before)
        assert sorted(days) == [first + number * DAY for number in range(length)]
        turn = due.as_many_as(days, dict.fromkeys(days, 100), rows, max(1, least))
        assert len(turn) >= min(length, max(1, least))
        seen |= set(turn)
        before = turn[-1]
    assert len(seen) == length
