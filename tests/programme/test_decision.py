"""R2, R8, R10, R11: the decision about an account."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import decide, leave_out
from resellerprogram.programme.payments import Payment
from resellerprogram.programme.tiers import TierTable
from resellerprogram.programme.turnover import Reason
from resellerprogram.programme.window import Window

from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid, reasons
from tests.programme.strategies import days, payment_lists, tables

PIN = Pin("Partner #8", day("2025-01-31"), "contract 12/2024")


def test_a_decision_carries_everything_that_explains_it() -> None:
    """R11: the window, every payment with counted or not and why, the sum, the tier, the percents."""
    decision = decided([paid(600, "2025-01-05"), paid(50, "2025-01-06", promotional=True)], "2025-01-20")

    assert decision.turnover.window == Window(day("2024-12-20"), day("2025-01-20"))
    assert reasons(decision.turnover) == [Reason.COUNTED, Reason.PROMOTIONAL]
    assert [verdict.counted for verdict in decision.turnover.verdicts] == [600, 0]
    assert (decision.turnover.amount, decision.tier, decision.basis) == (600, TABLE.tiers[0], Basis.TURNOVER)
    assert decision.percents == TABLE.tiers[0].percents


def test_without_a_tier_there_are_no_percents() -> None:
    assert decided([paid("499.99", "2025-01-05")], "2025-01-20").percents == {}


@pytest.mark.parametrize(
    ("on", "tier", "basis"),
    [
        ("2025-01-30", "Partner #8", Basis.PINNED),
        ("2025-01-31", "Partner #8", Basis.PINNED),
        ("2025-02-01", "Starter", Basis.TURNOVER),
    ],
)
def test_a_pin_holds_up_to_and_including_its_last_day(on: str, tier: str, basis: Basis) -> None:
    decision = decide(ACCOUNT, day(on), [paid(600, "2025-01-05")], TABLE, RULES, PIN)
    assert decision.tier is not None
    assert (decision.tier.name, decision.basis) == (tier, basis)
    assert decision.turnover.amount == 600


def test_a_pin_on_a_tier_that_the_table_no_longer_has_gives_way_to_the_turnover() -> None:
    gone = Pin("Gold", day("2025-12-31"), "old table")
    assert decide(ACCOUNT, day("2025-01-20"), [], TABLE, RULES, gone).basis is Basis.TURNOVER


def test_who_takes_no_part_has_no_tier_whatever_was_paid() -> None:
    decision = leave_out(ACCOUNT, day("2025-01-20"), Basis.EXCLUDED)
    assert (decision.tier, decision.percents, decision.turnover.verdicts) == (None, {}, ())


@given(payment_lists, tables(), tables(), days)
def test_a_new_table_decides_from_the_same_turnover(
    payments: list[Payment], old: TierTable, new: TierTable, today: date
) -> None:
    before, after = (decide(ACCOUNT, today, payments, table, RULES) for table in (old, new))
    assert before.turnover == after.turnover
    assert after.tier == new.tier_for(after.turnover.amount)


@given(payment_lists, days)
def test_nothing_carries_over_from_day_to_day(payments: list[Payment], first: date) -> None:
    """R7: two months later every payment has left."""
    later = max([first, *(payment.credited_on for payment in payments if payment.credited_on)]) + timedelta(days=62)
    assert decide(ACCOUNT, later, payments, TABLE, RULES).turnover.amount == Decimal(0)
