"""R1, R2: the tier table, its thresholds, and the table as CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.errors import TierTableError
from resellerprogram.programme.tiers import ServiceClass, Tier, TierTable, published_table

from tests.programme.builders import TABLE, language_problems
from tests.programme.strategies import tables

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
def test_a_reseller_holds_the_highest_tier_whose_threshold_is_not_above_the_turnover(
    turnover: str, name: str | None
) -> None:
    """R2"""
    tier = TABLE.tier_for(Decimal(turnover))
    assert (tier.name if tier else None) == name


@pytest.mark.parametrize("position", range(len(TABLE.tiers)), ids=lambda position: TABLE.tiers[position].name)
@pytest.mark.parametrize(("step", "reaches"), [(-CENT, False), (0 * CENT, True), (CENT, True)])
def test_every_published_tier_begins_exactly_at_its_threshold(position: int, step: Decimal, reaches: bool) -> None:
    """R2: the cent below is still the tier before."""
    tier, before = TABLE.tiers[position], TABLE.tiers[position - 1] if position else None
    assert TABLE.tier_for(tier.threshold + step) == (tier if reaches else before)


@given(tables(), st.data())
def test_every_tier_of_any_table_begins_exactly_at_its_threshold(table: TierTable, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(table.tiers) - 1))
    tier, before = table.tiers[position], table.tiers[position - 1] if position else None
    held = [table.tier_for(tier.threshold + step) for step in (-CENT, 0 * CENT, CENT)]
    assert held == [before, tier, tier]


@given(tables())
def test_zero_holds_no_tier_that_costs_anything_and_beyond_the_last_the_last_is_held(table: TierTable) -> None:
    assert table.tier_for(Decimal(0)) is None
    assert table.tier_for(table.tiers[-1].threshold * 1000 + 1) == table.tiers[-1]


def test_a_tier_from_zero_is_held_by_everybody() -> None:
    table = TierTable.from_csv(HEADER + "Everybody,0,1,0,0\nA,500,3,1,1\n")
    assert table.tier_for(Decimal(0)) == table.tiers[0]


@given(tables(), st.decimals(0, 10**7, places=2))
def test_the_next_tier_is_the_first_that_the_turnover_does_not_reach(table: TierTable, turnover: Decimal) -> None:
    following = table.next_after(turnover)
    higher = [tier for tier in table.tiers if tier.threshold > turnover]
    assert following == (higher[0] if higher else None)


@pytest.mark.parametrize("tier", TABLE.tiers, ids=lambda tier: tier.name)
def test_a_tier_is_found_by_its_name(tier: Tier) -> None:
    assert TABLE.by_name(tier.name) == tier


def test_a_name_that_the_table_does_not_have_finds_no_tier() -> None:
    assert TABLE.by_name("Partner #17") is None


# --- the published table (R1) ---

PUBLISHED = [
    ("Starter", 500, 3, 1, 1),
    ("Partner #1", 3_000, 5, 1, 1),
    ("Partner #2", 5_000, 7, 1, 1),
    ("Partner #3", 10_000, 9, 2, 1),
    ("Partner #4", 15_000, 11, 3, 3),
    ("Partner #5", 20_000, 13, 4, 3),
    ("Partner #6", 30_000, 15, 5, 3),
    ("Partner #7", 40_000, 17, 6, 3),
    ("Partner #8", 50_000, 19, 7, 3),
    ("Partner #9", 100_000, 21, 8, 5),
    ("Partner #10", 150_000, 23, 9, 5),
    ("Partner #11", 200_000, 25, 10, 5),
    ("Partner #12", 300_000, 27, 11, 5),
    ("Partner #13", 400_000, 29, 12, 5),
    ("Partner #14", 500_000, 31, 13, 10),
    ("Partner #15", 700_000, 33, 14, 10),
    ("Partner #16", 1_000_000, 35, 15, 10),
]


@pytest.mark.parametrize(
    ("name", "threshold", "vps", "dedicated", "ssl"), PUBLISHED, ids=[name for name, *_ in PUBLISHED]
)
def test_the_published_tier_ships_as_the_spec_has_it(
    name: str, threshold: int, vps: int, dedicated: int, ssl: int
) -> None:
    tier = published_table().by_name(name)
    assert tier is not None
    assert tier.threshold == threshold
    assert tier.percents == {ServiceClass.VPS: vps, ServiceClass.DEDICATED: dedicated, ServiceClass.SSL: ssl}


def test_no_other_tier_ships() -> None:
    assert [tier.name for tier in published_table().tiers] == [name for name, *_ in PUBLISHED]


# --- the table as CSV ---


@given(tables(any_names=True))
def test_a_table_survives_the_way_to_csv_and_back(table: TierTable) -> None:
    assert TierTable.from_csv(table.to_csv()) == table


@given(tables(any_names=True))
def test_a_table_that_a_spreadsheet_saved_anew_is_the_same_table(table: TierTable) -> None:
    """With a byte order mark, semicolons and its own line ends."""
    saved = io.StringIO()
    csv.writer(saved, delimiter=";", lineterminator="\r\n").writerows(csv.reader(io.StringIO(table.to_csv())))
    assert TierTable.from_csv("\ufeff" + saved.getvalue()) == table


def test_the_export_is_plain_to_read() -> None:
    table = TierTable.from_csv(HEADER + "A;B,0500.50,3.00,100,0\nC,1000000,5,1.25,1\n")
    assert table.to_csv() == HEADER + "A;B,500.5,3,100,0\nC,1000000,5,1.25,1\n"


def test_a_name_with_a_carriage_return_survives_the_way_to_csv_and_back() -> None:
    """An import takes such a name, the store keeps the export: what can't be read back is a store that can't."""
    table = TierTable.from_csv(HEADER + '"A\rB",500,3,1,1\n')
    assert TierTable.from_csv(table.to_csv()) == table


def test_byte_order_mark_semicolons_blank_lines_and_another_order_of_columns_are_taken() -> None:
    table = TierTable.from_csv("\ufeffssl;vps;dedicated;from;status\r\n1;3.5;2;500;A\r\n\r\n;;;;\r\n")
    assert table.tiers == (
        Tier(
            "A",
            Decimal(500),
            {ServiceClass.VPS: Decimal("3.5"), ServiceClass.DEDICATED: Decimal(2), ServiceClass.SSL: Decimal(1)},
        ),
    )


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ("A,500,3,1,1\nB,500,5,1,1\n", 3, "not above"),
        ("A,500,3,1,1\nB,400,5,1,1\n", 3, "not above"),
        ("A,500,3,1,1\nA,600,5,1,1\n", 3, "repeats"),
        (",500,3,1,1\n", 2, "no name"),
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
        ("A,,3,1,1\n", 2, "not a number"),
        ("A,500,3,1\n", 2, "4 cells instead of 5"),
        ("A,500,3,1,1,9\n", 2, "6 cells instead of 5"),
        ("A,-Infinity,3,1,1\n", 2, "not a number"),
        ("A,sNaN,3,1,1\n", 2, "not a number"),
        ("A,500,1E1,1,1\n", 2, "not a number"),
        ("A,500,3,100.01,1\n", 2, "outside 0–100"),
        ("A,500,3,1,1\n  ,600,5,1,1\n", 3, "no name"),
        ("A,500,3,1,1\n\n\nB,600,5,1,NaN\n", 5, "not a number"),
        ('"A\nA",500,3,1,1\nB,400,5,1,1\n', 4, "not above"),
        ("{A},500,3,1,1\n{A},600,3,1,x\n", 3, "not a number"),
        ('"A,500,3,1,1\n', 2, "not CSV"),
        ("", None, "no tier"),
        ("\n ,,,,\n", None, "no tier"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_line_and_reason_in_both_languages(
    lines: str, line: int | None, reason: str
) -> None:
    with pytest.raises(TierTableError, match=reason) as refused:
        TierTable.from_csv(HEADER + lines)
    assert refused.value.line == line
    assert language_problems(refused.value.text) == []
    assert line is None or (f"line {line}:" in refused.value.text.en and f"строка {line}:" in refused.value.text.ru)


def test_a_decimal_comma_is_refused_and_told_how_to_write_it() -> None:
    with pytest.raises(TierTableError, match=r"line 2: '3,5' is not a number; write 3000 or 2\.5"):
        TierTable.from_csv("status;from;vps;dedicated;ssl\nA;500;3,5;1;1\n")


@pytest.mark.parametrize("percent", ["0", "100", "0.01", "99.99", "2.50", "7.000"])
def test_a_percent_from_0_to_100_with_two_decimals_is_taken(percent: str) -> None:
    table = TierTable.from_csv(HEADER + f"A,500,{percent},1,1\n")
    assert table.tiers[0].percents[ServiceClass.VPS] == Decimal(percent)


def test_a_refused_name_with_braces_is_told_word_for_word() -> None:
    with pytest.raises(TierTableError, match=r"the name '\{A\}' repeats"):
        TierTable.from_csv(HEADER + "{A},500,3,1,1\n{A},600,3,1,1\n")


@pytest.mark.parametrize(
    ("tiers", "reason"),
    [
        ((), "there is no tier"),
        ((Tier("A", Decimal(1), {ServiceClass.VPS: Decimal(1)}),), "no percent for dedicated"),
        ((Tier("", Decimal(1), TABLE.tiers[0].percents),), "no name"),
        ((TABLE.tiers[1], TABLE.tiers[0]), "not above"),
        ((TABLE.tiers[0], TABLE.tiers[0]), "repeats"),
    ],
)
def test_a_table_that_no_csv_brought_is_refused_alike_but_names_no_line(tiers: tuple[Tier, ...], reason: str) -> None:
    with pytest.raises(TierTableError, match=f"^tier table: .*{reason}") as refused:
        TierTable(tiers)
    assert refused.value.line is None
    assert language_problems(refused.value.text) == []


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("status,from,vps,dedicated,ssl,domains", "unknown class 'domains'"),
        ("status,from,vps,dedicated", "'ssl' must be there once"),
        ("status,from,vps,vps,dedicated,ssl", "'vps' must be there once"),
        ("status;from;vps;dedicated", "'ssl' must be there once"),
        ("from,vps,dedicated,ssl", "'status' must be there once"),
        ("status,vps,dedicated,ssl", "'from' must be there once"),
        ("", "'status' must be there once"),
    ],
)
def test_a_header_with_an_unknown_class_or_without_a_column_is_refused(header: str, reason: str) -> None:
    with pytest.raises(TierTableError, match=reason) as refused:
        TierTable.from_csv(header + "\nA,500,3,1,1,2\n")
    assert refused.value.line == 1
    assert language_problems(refused.value.text) == []


def test_nothing_at_all_is_no_table() -> None:
    with pytest.raises(TierTableError, match="'status' must be there once"):
        TierTable.from_csv("")


def test_a_refusal_speaks_both_languages() -> None:
    with pytest.raises(TierTableError) as refused:
        TierTable.from_csv(HEADER + "A,500,101,1,1\n")
    assert refused.value.text.en == "tier table, line 2: 101 % for vps is outside 0–100"
    assert refused.value.text.ru == "таблица уровней, строка 2: 101 % для vps вне пределов 0–100"
