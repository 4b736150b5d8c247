"""The owner's figures: now, a month ago, by month and week, against values worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from resellerprogram.programme.effects import Way
from resellerprogram.programme.overview import (
    DayFigures,
    Given,
    Held,
    Leaving,
    Overview,
    Records,
    falling,
    latest,
    month_ends,
    overview,
)
from resellerprogram.programme.tiers import ServiceClass, published_table

DAY = date(2025, 1, 20)
VPS = ServiceClass("vps")


def figures(day: date, falling: Held | None = None, **tiers: tuple[int, int]) -> DayFigures:
    names = {name if name != "none" else None: name for name in tiers}
    return DayFigures(
        day, {tier: Held(tiers[name][0], Decimal(tiers[name][1])) for tier, name in names.items()}, falling
    )


NOW = figures(DAY, Held(2, Decimal(700)), none=(5, 1_000), Starter=(3, 2_000), Gold=(2, 97_000))
BEFORE = figures(date(2024, 12, 20), Held(1, Decimal(600)), none=(7, 500), Starter=(1, 600))


def found(
    given: tuple[Given, ...] = (),
    since: date | None = date(2024, 1, 1),
    moves: Mapping[date, Mapping[Way, int]] | None = None,
    past: tuple[DayFigures, ...] = (BEFORE,),
) -> Overview:
    return overview(NOW, Records(past, given, since, moves or {}, ["Starter", "Silver", "Gold"]), 1)


def test_five_figures_are_compared_with_a_month_ago() -> None:
    got = found(
        (
            Given(date(2024, 12, 20), "Starter", VPS, Decimal(40)),
            Given(date(2025, 1, 20), "Gold", None, Decimal(960)),
            Given(date(2024, 12, 19), "Starter", VPS, Decimal(11)),
        )
    )
    assert (got.with_tier.now, got.with_tier.before, got.with_tier.change) == (5, 1, 4)
    assert (got.turnover.now, got.turnover.before) == (100_000, 1_100)
    assert got.given is not None
    assert (got.given.now, got.given.before) == (1_000, 51), "both days included, so one day is in both periods (R3)"
    assert got.share is not None
    assert (got.share.now, got.share.before) == (Decimal("1.00"), Decimal("4.64"))
    assert (got.falling.now, got.falling.change, got.stake.now, got.stake.change) == (2, 1, 700, 100)


def test_what_is_not_known_is_none_and_never_nothing() -> None:
    got = found(since=None, past=())
    assert (got.given, got.share, got.with_tier.before, got.falling.change) == (None, None, None, None)
    assert [each.given for each in got.tiers] == [None] * 4
    half = found(since=date(2024, 12, 1))
    assert half.given is not None
    assert (half.given.now, half.given.before) == (0, None)


def test_tiers_are_in_the_tables_order_with_those_that_nobody_holds_and_those_that_are_gone() -> None:
    gone = figures(DAY, none=(1, 1), Bronze=(1, 9), Gold=(1, 5))
    got = overview(gone, Records((), (), None, {}, ["Starter", "Gold"]), 1)
    assert [(each.tier, each.held.clients) for each in got.tiers] == [
        (None, 1),
        ("Starter", 0),
        ("Gold", 1),
        ("Bronze", 1),
    ]


def test_discounts_are_told_by_tier_and_class() -> None:
    got = found(
        (
            Given(DAY, "Gold", VPS, Decimal(10)),
            Given(DAY, "Gold", None, Decimal(5)),
            Given(DAY, "Starter", VPS, Decimal(1)),
        )
    )
    assert {each.tier: each.given for each in got.tiers} == {None: 0, "Starter": 1, "Silver": 0, "Gold": 15}
    assert got.classes == {VPS: 11, None: 5}


def test_a_month_is_told_by_its_last_day_on_record_and_months_without_one_are_left_out() -> None:
    past = (figures(date(2024, 10, 30), Gold=(1, 5)), figures(date(2024, 12, 30), Gold=(2, 6)), BEFORE)
    got = found((Given(date(2024, 12, 31), "Gold", VPS, Decimal(3)),), past=tuple(sorted(past, key=lambda f: f.day)))
    assert [(each.last, each.with_tier, each.given) for each in got.months] == [
        (date(2024, 10, 30), 1, 0),
        (date(2024, 12, 30), 2, 3),
        (DAY, 5, 0),
    ]


def test_weeks_end_with_today_and_begin_with_the_first_day_on_record() -> None:
    moves: dict[date, dict[Way, int]] = {DAY: {Way.RISES: 2}, DAY - timedelta(days=6): {Way.RISES: 1, Way.ENDS: 4}}
    moves[DAY - timedelta(days=7)] = {Way.FALLS: 3}
    got = found(moves=moves)
    assert [(each.first, each.moves[Way.RISES], each.moves[Way.FALLS], each.moves[Way.ENDS]) for each in got.weeks] == [
        (DAY - timedelta(days=13), 0, 3, 0),
        (DAY - timedelta(days=6), 3, 0, 4),
    ]


def test_figures_of_another_week_stand_for_no_month_ago() -> None:
    assert latest([BEFORE], date(2024, 12, 26)) is BEFORE
    assert latest([BEFORE], date(2024, 12, 27)) is None
    assert latest([BEFORE], date(2024, 12, 19)) is None


def test_month_ends_are_twelve() -> None:
    ends = month_ends(date(2025, 3, 31))
    assert (ends[0], ends[-2:], len(ends)) == (date(2024, 4, 30), [date(2025, 2, 28), date(2025, 3, 31)], 12)


def test_those_who_hold_less_on_the_day_are_added_up() -> None:
    day = date(2025, 1, 25)
    leaving = [
        Leaving(day, "Partner #8", "Partner #7", Held(2, Decimal("3.5"))),
        Leaving(day, "Starter", None, Held(1, Decimal(2))),
        Leaving(day, "Partner #7", "Partner #8", Held(7, Decimal(9))),
    ]
    assert falling(leaving, lambda _: published_table(), date(2025, 1, 20)) == Held(3, Decimal("5.5"))
