"""What falls is decided in one place: a percent, a tier, all that is planned for a client."""

from __future__ import annotations

from decimal import Decimal

import pytest
from resellerprogram.programme.effects import Way, is_less, way_of, way_of_account, way_of_tier
from resellerprogram.programme.tiers import ServiceClass, Tier

STARTS, RISES, FALLS, ENDS, PUT_RIGHT, OTHER = Way


def tier(name: str, threshold: int, **percents: int) -> Tier:
    return Tier(name, Decimal(threshold), {ServiceClass(each): Decimal(percent) for each, percent in percents.items()})


SEVEN, EIGHT = tier("Partner #7", 30_000, vps=17, dedic=6), tier("Partner #8", 50_000, vps=19, dedic=7)


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (None, "3", STARTS),
        ("0", "3", STARTS),
        ("3", "3.01", RISES),
        ("3.01", "3", FALLS),
        ("3", "0", ENDS),
        ("3", None, ENDS),
        ("3.0", "3.00", PUT_RIGHT),
        ("0", None, PUT_RIGHT),
        (None, "0", PUT_RIGHT),
    ],
)
def test_no_discount_and_one_of_zero_percent_are_the_same(before: str | None, after: str | None, way: Way) -> None:
    had, has = (None if text is None else Decimal(text) for text in (before, after))
    assert way_of(had, has) is way
    assert (is_less(has, had), is_less(had, has)) == (way.lowers, way in (STARTS, RISES))


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (None, None, None),
        (None, SEVEN, STARTS),
        (SEVEN, EIGHT, RISES),
        (EIGHT, SEVEN, FALLS),
        (SEVEN, None, ENDS),
        (EIGHT, EIGHT, None),
        (EIGHT, tier("Partner #8", 60_000, vps=19, dedic=7), None),
        (EIGHT, tier("Gold", 50_000, vps=19, dedic=7), None),
        (EIGHT, tier("Partner #8", 50_000, vps=19, dedic=7, ssl=0), None),
        (EIGHT, tier("Partner #8", 50_000, vps=25, dedic=6), FALLS),
        (EIGHT, tier("Partner #8", 50_000, vps=19), FALLS),
        (tier("Basic", 100, vps=0), None, ENDS),
        (None, tier("Basic", 100, vps=0), STARTS),
    ],
)
def test_a_tier_falls_as_soon_as_one_percent_gets_smaller(
    before: Tier | None, after: Tier | None, way: Way | None
) -> None:
    assert way_of_tier(before, after) is way


def test_where_all_percents_stay_the_status_itself_rises_and_falls() -> None:
    honorary = tier("Partner #9", 100_000, vps=19, dedic=7)
    assert (way_of_tier(EIGHT, honorary), way_of_tier(honorary, EIGHT)) == (RISES, FALLS)


@pytest.mark.parametrize(
    ("ways", "before", "after", "way"),
    [
        ([STARTS, STARTS], None, "A", STARTS),
        ([STARTS, OTHER], None, "A", STARTS),
        ([RISES, RISES], "A", "B", RISES),
        ([STARTS], "A", "B", RISES),
        ([RISES, STARTS], None, "A", RISES),
        ([RISES, FALLS], "A", "B", FALLS),
        ([ENDS, RISES], "A", "B", FALLS),
        ([ENDS, ENDS, OTHER], "A", None, ENDS),
        ([PUT_RIGHT], "A", None, ENDS),
        ([PUT_RIGHT], "A", "A", PUT_RIGHT),
        ([PUT_RIGHT, OTHER], "A", "A", PUT_RIGHT),
        ([OTHER], "A", "B", OTHER),
        ([], "A", "A", OTHER),
    ],
)
def test_all_changes_of_a_client_go_one_way_and_what_falls_weighs_most(
    ways: list[Way], before: str | None, after: str | None, way: Way
) -> None:
    assert way_of_account(ways, before, after) is way
