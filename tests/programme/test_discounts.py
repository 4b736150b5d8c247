"""R8: the plan that leads from the discounts that are there to those that should be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.discounts import (
    Change,
    Covered,
    Create,
    Delete,
    Edit,
    ProgrammeDiscount,
    plan,
    wanted_percents,
)
from resellerprogram.programme.effects import Way
from resellerprogram.programme.errors import UnsafePlan
from resellerprogram.programme.ids import DiscountId, Scope
from resellerprogram.programme.limits import DropLimit
from resellerprogram.programme.tiers import DEDICATED, VPS

from tests.programme.builders import ACCOUNT, decided, paid

VDS, DEDIC, VPS2 = Scope("it_2"), Scope("it_3"), Scope("it_6")
TYPES = [
    Covered(VDS, "vds", VPS),
    Covered(DEDIC, "dedic", DEDICATED),
    Covered(VPS2, "vds.vps", VPS),
]


def there(number: int, scope: Scope, percent: int, intact: bool = True) -> ProgrammeDiscount:
    return ProgrammeDiscount(DiscountId(number), ACCOUNT, scope, Decimal(percent), intact)


def applied(found: list[ProgrammeDiscount], changes: tuple[Change, ...]) -> list[ProgrammeDiscount]:
    """What the panel has once it took the changes."""
    discounts = {discount.id: discount for discount in found}
    for change in changes:
        if isinstance(change, Create):
            number = DiscountId(max(discounts, default=DiscountId(0)) + 1)
            discounts[number] = ProgrammeDiscount(number, ACCOUNT, change.scope, change.percent)
        elif isinstance(change, Edit):
            discounts[change.before.id] = ProgrammeDiscount(change.before.id, ACCOUNT, change.scope, change.percent)
        elif isinstance(change, Delete):
            del discounts[change.before.id]
    return list(discounts.values())


def test_every_service_type_of_a_class_gets_the_percent_of_that_class() -> None:
    decision = decided([paid(52_000, "2025-01-05")], "2025-01-20")
    assert wanted_percents(decision, TYPES) == {VDS: 19, DEDIC: 7, VPS2: 19}


def test_no_tier_means_no_discount() -> None:
    assert wanted_percents(decided([], "2025-01-20"), TYPES) == {}


def test_what_is_right_is_not_written_again() -> None:
    assert plan(ACCOUNT, {VDS: Decimal(19)}, [there(1, VDS, 19)]) == ()


def test_a_missing_discount_is_created() -> None:
    assert plan(ACCOUNT, {VDS: Decimal(19)}, []) == (Create(ACCOUNT, VDS, Decimal(19)),)


def test_a_changed_percent_is_edited_in_place() -> None:
    found = there(1, VDS, 19)
    assert plan(ACCOUNT, {VDS: Decimal(21)}, [found]) == (Edit(found, Decimal(21)),)


def test_a_discount_that_was_tampered_with_is_edited_though_its_percent_is_right() -> None:
    found = there(1, VDS, 19, intact=False)
    assert plan(ACCOUNT, {VDS: Decimal(19)}, [found]) == (Edit(found, Decimal(19)),)


def test_of_two_for_one_service_type_the_older_stays() -> None:
    older, newer = there(1, VDS, 17), there(2, VDS, 19)
    assert plan(ACCOUNT, {VDS: Decimal(19)}, [newer, older]) == (Edit(older, Decimal(19)), Delete(newer, doubled=True))


def test_additions_come_before_removals() -> None:
    changes = plan(ACCOUNT, {VDS: Decimal(19)}, [there(1, DEDIC, 7)])
    assert [type(change) for change in changes] == [Create, Delete]


@pytest.mark.parametrize(
    ("change", "way"),
    [
        (Create(ACCOUNT, VDS, Decimal(3)), Way.STARTS),
        (Create(ACCOUNT, VDS, Decimal(0)), Way.PUT_RIGHT),
        (Edit(there(1, VDS, 3), Decimal(5)), Way.RISES),
        (Edit(there(1, VDS, 5), Decimal(3)), Way.FALLS),
        (Edit(there(1, VDS, 5, intact=False), Decimal(5)), Way.PUT_RIGHT),
        (Delete(there(1, VDS, 5)), Way.ENDS),
        (Delete(there(1, VDS, 0)), Way.PUT_RIGHT),
        (Delete(there(1, VDS, 5), doubled=True), Way.PUT_RIGHT),
    ],
)
def test_only_what_lowers_or_ends_a_percent_is_a_drop(change: Change, way: Way) -> None:
    assert (change.way, change.way.lowers) == (way, way in (Way.FALLS, Way.ENDS))


types = st.sampled_from([VDS, DEDIC, VPS2, Scope("it_9")])
wanted = st.dictionaries(types, st.integers(1, 100).map(Decimal), max_size=4)
found = st.lists(st.tuples(types, st.integers(0, 100), st.booleans()), max_size=6).map(
    lambda items: [there(number, *item) for number, item in enumerate(items, start=1)]
)


@given(wanted, found)
def test_planning_after_applying_the_plan_is_empty(
    target: dict[Scope, Decimal], before: list[ProgrammeDiscount]
) -> None:
    after = applied(before, plan(ACCOUNT, target, before))
    assert {discount.scope: discount.percent for discount in after} == target
    assert len(after) == len(target)
    assert plan(ACCOUNT, target, after) == ()


@given(wanted, found, st.data())
def test_a_plan_cut_short_anywhere_is_finished_by_the_next(
    target: dict[Scope, Decimal], before: list[ProgrammeDiscount], data: st.DataObject
) -> None:
    changes = plan(ACCOUNT, target, before)
    partly = applied(before, changes[: data.draw(st.integers(0, len(changes)))])
    after = applied(partly, plan(ACCOUNT, target, partly))
    assert sorted((each.scope, each.percent) for each in after) == sorted(target.items())


@pytest.mark.parametrize(("drops", "total"), [(10, 10), (10, 0), (11, 55), (20, 100), (0, 0)])
def test_up_to_a_fifth_and_at_least_ten_may_drop(drops: int, total: int) -> None:
    DropLimit().check(drops, total)


@pytest.mark.parametrize(("drops", "total"), [(11, 10), (11, 54), (21, 100), (201, 1000)])
def test_more_than_that_stops_the_run_with_both_figures_and_the_way_out(drops: int, total: int) -> None:
    with pytest.raises(UnsafePlan, match="--allow-drop") as stopped:
        DropLimit().check(drops, total)
    assert (stopped.value.drops, stopped.value.total) == (drops, total)
    assert str(drops) in stopped.value.text.ru
    assert str(total) in stopped.value.text.ru
