"""What one tier table changes of another, and whom it touches on a day (R1, R2, R3, R10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme import tables
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.tiers import VPS, Tier, TierTable
from resellerprogram.words.tables import difference_lines

from tests.programme.builders import TABLE
from tests.texts import plain_spaces

DAY = date(2025, 1, 20)
STARTER, FIRST, *_ = TABLE.tiers


def changed(number: int, **values: object) -> TierTable:
    tiers = list(TABLE.tiers)
    tiers[number] = replace(tiers[number], **values)  # type: ignore[arg-type]
    return TierTable(tuple(tiers))


def lines(before: TierTable, after: TierTable) -> list[str]:
    return list(map(plain_spaces, difference_lines(tables.changes_between(before, after), {}, "RUB", "en")))


def test_a_table_differs_from_itself_in_nothing() -> None:
    assert tables.changes_between(TABLE, TABLE) == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (changed(0, threshold=Decimal(600)), ["Starter: from RUB 500 → RUB 600"]),
        (changed(0, percents={**STARTER.percents, VPS: Decimal(4)}), ["Starter: vps 3 → 4 %"]),
        (changed(0, name="Beginner"), ["Starter → Beginner"]),
        (TierTable(TABLE.tiers[1:]), ["Starter: removed"]),
        (
            tables.with_tier(TABLE, Tier("Guest", Decimal(100), dict.fromkeys(STARTER.percents, Decimal(1)))),
            ["Guest: new, from RUB 100, vps 1 %, dedicated 1 %, ssl 1 %"],
        ),
    ],
)
def test_what_became_of_a_tier_is_told_in_a_line(after: TierTable, told: list[str]) -> None:
    assert lines(TABLE, after) == told


def test_a_tier_that_takes_the_threshold_of_another_is_not_mistaken_for_it() -> None:
    swapped = TierTable((replace(FIRST, threshold=STARTER.threshold), *TABLE.tiers[2:]))
    assert lines(TABLE, swapped) == ["Partner #1: from RUB 3,000 → RUB 500", "Starter: removed"]


def test_what_nobody_touched_stays_as_the_other_day_has_it() -> None:
    there = replace(STARTER, percents={**STARTER.percents, VPS: Decimal(5)})
    typed = replace(STARTER, threshold=Decimal(700))
    assert tables.carried_over(typed, STARTER, there) == replace(there, threshold=Decimal(700))


@given(
    paid=st.lists(
        st.dictionaries(
            st.integers(-40, 40).map(lambda days: DAY + timedelta(days)),
            st.integers(1, 200_000).map(Decimal),
            max_size=4,
        ),
        max_size=6,
    ),
    ahead=st.integers(0, 40),
    number=st.integers(0, len(TABLE.tiers) - 1),
    vps=st.integers(0, 50).map(Decimal),
)
def test_whom_another_table_touches_is_what_two_sums_by_hand_say(
    paid: list[dict[date, Decimal]], ahead: int, number: int, vps: Decimal
) -> None:
    """An independent sum: a month back from that day, the highest threshold not above it, the VPS percent of each."""
    day = DAY + timedelta(ahead)
    after = changed(number, percents={**TABLE.tiers[number].percents, VPS: vps})
    outlooks = [
        (AccountId(place), f"Client {place}", Outlook(DAY, Basis.TURNOVER, 1, None, counted))
        for place, counted in enumerate(paid, 1)
    ]
    found = tables.effects(outlooks, day, TABLE, after, shown=100)
    month_back = day.replace(day=min(day.day, 28)) if day.month == 3 and day.day > 28 else day
    first = (month_back.replace(day=1) - timedelta(1)).replace(day=month_back.day)
    rises = falls = 0
    for counted in paid:
        turnover = sum(amount for credited, amount in counted.items() if first <= credited <= day)
        reached = [place for place, tier in enumerate(TABLE.tiers) if tier.threshold <= turnover]
        if reached and reached[-1] == number:
            rises += vps > TABLE.tiers[number].percents[VPS]
            falls += vps < TABLE.tiers[number].percents[VPS]
    assert (found.rises, found.falls) == (rises, falls)
    assert sum(count for _, count in found.lowered) == falls, "one category of each"


def test_a_table_is_known_to_the_night_before_it_from_two_days_ahead_on() -> None:
    assert [tables.is_foretold(DAY + timedelta(days), DAY) for days in (0, 1, 2)] == [False, False, True]
