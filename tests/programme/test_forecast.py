"""What becomes of an account if nothing more is paid, against the decisions that later days really bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import decide, leave_out
from resellerprogram.programme.forecast import Ahead, changes_ahead
from resellerprogram.programme.payments import Payment
from resellerprogram.programme.tiers import TierTable

from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid
from tests.programme.strategies import payments, tables

DAYS = 70


def told(changes: list[Ahead]) -> list[tuple[str, str | None]]:
    return [(str(each.day), each.tier.name if each.tier else None) for each in changes]


def test_the_published_example_falls_on_the_day_after_its_payment_leaves_the_window() -> None:
    """R7: 3 000 of 20 December count for the last time on 20 January, the rest for the last time on 5 February."""
    decision = decided([paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")], "2025-01-20")
    assert told(list(changes_ahead(decision, lambda day: TABLE))) == [
        ("2025-01-21", "Partner #7"),
        ("2025-02-06", None),
    ]


def test_a_pin_holds_until_its_last_day() -> None:
    """R10"""
    pin = Pin("Partner #8", day("2025-01-25"), "contract")
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(600, "2025-01-20")], TABLE, RULES, pin)
    assert told(list(changes_ahead(decision, lambda day: TABLE))) == [("2025-01-26", "Starter"), ("2025-02-21", None)]


def test_another_table_changes_the_tier_on_its_first_day() -> None:
    other, first = TierTable(TABLE.tiers[3:]), day("2025-02-01")
    decision = decided([paid(600, "2025-01-20")], "2025-01-20")
    ahead = changes_ahead(decision, lambda on: other if on >= first else TABLE, [first])
    assert told(list(ahead)) == [("2025-02-01", None)]


def test_who_takes_no_part_has_nothing_ahead() -> None:
    assert list(changes_ahead(leave_out(ACCOUNT, day("2025-01-20"), Basis.EXCLUDED), lambda day: TABLE)) == []


@given(
    st.lists(payments(), max_size=6),
    tables(),
    tables(),
    st.integers(1, 3),
    st.none() | st.integers(-5, 50),
    st.integers(1, 60),
)
def test_every_forecast_is_what_the_daily_run_later_decides(
    made: list[Payment], table: TierTable, other: TierTable, months: int, pinned: int | None, changes_in: int
) -> None:
    today, rules = day("2025-01-31"), replace(RULES, months=months)
    first = today + timedelta(days=changes_in)
    pin = None if pinned is None else Pin(table.tiers[0].name, today + timedelta(days=pinned), "")

    def table_on(on: date) -> TierTable:
        return other if on >= first else table

    decision = decide(ACCOUNT, today, made, table, rules, pin)
    ahead = {each.day: each for each in changes_ahead(decision, table_on, [first])}
    tier = decision.tier
    for offset in range(1, DAYS * months):
        on = today + timedelta(days=offset)
        real = decide(ACCOUNT, on, [each for each in made if not _comes(each, today)], table_on(on), rules, pin)
        if on in ahead:
            tier = ahead[on].tier
            assert ahead[on].turnover == real.turnover.amount
        assert (tier and tier.name) == (real.tier and real.tier.name), on


def _comes(payment: Payment, today: date) -> bool:
    """Whether a payment is credited after `today`: a forecast can't know of it."""
    return payment.credited_on is not None and payment.credited_on > today
