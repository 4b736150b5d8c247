"""R1, R2: the tier table, its thresholds, and the table as CSV."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.errors import TierTableError
from resellerprogram.programme.tiers import DEDICATED, PUBLISHED_CLASSES, SSL, VPS, Tier, TierTable, published_table

from tests.programme.builders import TABLE
from tests.programme.strategies import tables
from tests.texts import plain_spaces

HEADER = "status,from,vps,dedicated,ssl\n"
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("turnover", "name"),
    [
        ("2999.99", "Starter"),
        ("149500", "Partner #9"),
        ("499.99", None),
        ("500", "Starter"),
        ("0", None),
        ("3000", "Partner #1"),
        ("999999.9999", "Partner #15"),
        ("1000000", "Partner #16"),
        ("99000000", "Partner #16"),
    ],
)
def test_a_reseller_holds_the_highest_tier_whose_threshold_is_not_above_the_turnover(turnover: str, name: str) -> None:
    tier = TABLE.tier_for(Decimal(turnover))
    assert (tier.name if tier else None) == name


@pytest.mark.parametrize("position", range(len(TABLE.tiers)), ids=lambda position: TABLE.tiers[position].name)
def test_a_cent_below_a_threshold_the_tier_before_is_held(position: int) -> None:
    tier, before = TABLE.tiers[position], TABLE.tiers[position - 1] if position else None
    held = [TABLE.tier_for(tier.threshold + step) for step in (-CENT, 0 * CENT, CENT)]
    assert held == [before, tier, tier]


@given(tables())
def test_every_table_has_its_steps_at_its_thresholds(table: TierTable) -> None:
    assert table.tier_for(table.tiers[0].threshold - CENT) is None
    for before, tier in zip((None, *table.tiers), table.tiers):
        assert table.tier_for(tier.threshold - CENT) == before or tier.threshold - CENT < 0
        assert table.tier_for(tier.threshold) == table.tier_for(tier.threshold + CENT) == tier
    assert table.tier_for(table.tiers[-1].threshold * 1000 + 1) == table.tiers[-1]


@given(tables(), st.decimals(0, 10**7, places=2))
def test_the_next_tier_is_the_first_that_the_turnover_does_not_reach(table: TierTable, turnover: Decimal) -> None:
    following = table.next_after(turnover)
    higher = [tier for tier in table.tiers if tier.threshold > turnover]
    assert following == (higher[0] if higher else None)


@given(tables(), st.decimals(0, 10**7, places=2))
def test_between_two_steps_of_a_table_the_tier_is_the_same(table: TierTable, turnover: Decimal) -> None:
    least, most = table.alike(turnover)
    assert least <= turnover < most
    assert most.is_infinite() or table.tier_for(most) is not table.tier_for(turnover)
    assert least.is_infinite() or table.tier_for(least) is table.tier_for(turnover)


def test_a_table_has_the_classes_that_its_columns_name() -> None:
    table = TierTable.from_csv("status,from,vps,domains\nA,500,3,2.5\n")
    assert table.classes == ("vps", "domains")
    assert TierTable.from_csv("status,from\nA,500\n").classes == ()
    with pytest.raises(TierTableError, match="unknown category “обл”"):
        TierTable.from_csv("status,from,vps,Обл\nA,500,3,2\n")


@given(tables())
def test_a_table_survives_the_way_to_csv_and_back(table: TierTable) -> None:
    assert TierTable.from_csv(table.to_csv()) == table


def test_the_published_table_ships() -> None:
    table = published_table()
    assert (len(table.tiers), table.tiers[0].name, table.tiers[-1].threshold) == (17, "Starter", 1_000_000)
    assert table.tiers[14].percents == {VPS: 31, DEDICATED: 13, SSL: 10}


def test_byte_order_mark_semicolons_blank_lines_and_another_order_of_columns_are_taken() -> None:
    table = TierTable.from_csv("\ufeffssl;vps;dedicated;from;status\r\n1;3.5;2;500;A\r\n\r\n;;;;\r\n")
    assert table.tiers == (
        Tier(
            "A",
            Decimal(500),
            {VPS: Decimal("3.5"), DEDICATED: Decimal(2), SSL: Decimal(1)},
        ),
    )


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ("A,500,3,1,1\nB,500,5,1,1\n", 3, "not above"),
        ("A,500,3,1,1\nB,400,5,1,1\n", 3, "not above"),
        ("A,500,3,1,1\nA,600,5,1,1\n", 3, "repeats"),
        (",500,3,1,1\n", 2, "no name"),
        ('"A\tB",500,3,1,1\n', 2, "can't be shown"),
        ("A,-1,3,1,1\n", 2, "below zero"),
        ("A,500,101,1,1\n", 2, "outside 0–100"),
        ("A,500,3,-0.01,1\n", 2, "outside 0–100"),
        ("A,500,3,1,1.005\n", 2, "more than two decimals"),
        ("A,500,3,1,one\n", 2, "not a number"),
        ("A,NaN,3,1,1\n", 2, "not a number"),
        ("A,Infinity,3,1,1\n", 2, "not a number"),
        ("A,1e3,3,1,1\n", 2, "not a number"),
        ("A,1_000,3,1,1\n", 2, "not a number"),
        ("A,3 000,3,1,1\n", 2, "not a number"),
        ("A,,3,1,1\n", 2, "enter a number"),
        ("A,500,3,1\n", 2, "4 cells instead of 5"),
        ("A,500,3,1,1,9\n", 2, "6 cells instead of 5"),
        ('"A,500,3,1,1\n', 2, "not CSV"),
        ("", None, "no tier"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_line_and_reason(lines: str, line: int, reason: str) -> None:
    with pytest.raises(TierTableError, match=reason) as refused:
        TierTable.from_csv(HEADER + lines)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("status,from,vps,dedicated,ssl,domains", "unknown category “domains”"),
        ("status,from,vps,dedicated", "“ssl” must be there once"),
        ("status,from,vps,vps,dedicated,ssl", "“vps” must be there once"),
        ("", "“status” must be there once"),
    ],
)
def test_a_header_with_other_classes_is_refused(header: str, reason: str) -> None:
    with pytest.raises(TierTableError, match=reason) as refused:
        TierTable.from_csv(header + "\nA,500,3,1,1,2\n", PUBLISHED_CLASSES)
    assert refused.value.line == 1


def test_a_refusal_speaks_both_languages() -> None:
    with pytest.raises(TierTableError) as refused:
        TierTable.from_csv(HEADER + "A,500,101,1,1\n")
    assert plain_spaces(refused.value.text.en) == "discount table, line 2: 101 % for vps is outside 0–100"
    assert plain_spaces(refused.value.text.ru) == "таблица скидок, строка 2: 101 % для vps вне пределов 0–100"
