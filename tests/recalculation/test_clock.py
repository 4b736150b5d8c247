"""A clock that jumped: on a wrong day every payment has left the window, and all falls would be foretold (V11)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from resellerprogram.programme.errors import ClockJumped
from resellerprogram.programme.limits import check_clock
from resellerprogram.recalculation.run import recalculate
from resellerprogram.recalculation.sweep import sweep
from resellerprogram.recalculation.work import work

from tests.operator import TODAY, Operator

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


@pytest.fixture
def resellers(operator: Operator) -> list[int]:
    """Three, so that their nine discounts are below what one run may take."""
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(3)]
    for account in accounts:
        operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.apply()
    return accounts


@pytest.mark.parametrize("days", [366, 36, -2, -365])
def test_v11_nothing_goes_on_by_itself_on_a_day_that_can_not_follow_the_last_run(
    operator: Operator, resellers: list[int], days: int
) -> None:
    def clock() -> datetime:
        return datetime(2025, 1, 20, 0, 7) + timedelta(days=days)

    root, store = operator.sandbox.root, operator.store
    operator.queue(1)
    waiting = store.queue.all()
    operator.writes()
    for cause in ("daily", "caught_up"):
        with pytest.raises(ClockJumped):
            recalculate(root, store, clock().date(), clock, cause)
    with pytest.raises(ClockJumped):
        sweep(root, store, clock)
    work(root, store, clock, lambda _: False)
    assert operator.writes() == []
    assert [operator.percents(account) for account in resellers] == [PARTNER_8] * 3
    assert store.queue.all() == waiting, "what waits is not put off to the wrong day"


def test_v11_a_person_who_looked_lets_it_go_on(operator: Operator, resellers: list[int]) -> None:
    later = TODAY + timedelta(days=60)
    operator.apply(later)
    assert [operator.percents(account) for account in resellers] == [{}] * 3
    recalculate(operator.sandbox.root, operator.store, later, operator.clock(later), "daily")


@pytest.mark.parametrize(("today", "follows"), [("2025-01-19", True), ("2025-02-24", True), ("2025-02-25", False)])
def test_a_panel_that_was_off_for_a_month_goes_on_where_it_was(today: str, follows: bool) -> None:
    if follows:
        check_clock(date.fromisoformat(today), TODAY)
    else:
        with pytest.raises(ClockJumped, match="25 Feb 2025"):
            check_clock(date.fromisoformat(today), TODAY)
