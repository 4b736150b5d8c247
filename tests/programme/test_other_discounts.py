"""R9: other discounts make way for a tier and come back; nothing is lost or doubled whatever the tiers do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Because
from resellerprogram.programme.discounts import (
    Covered,
    Create,
    Delete,
    Edit,
    OtherChange,
    OtherDiscount,
    ProgrammeDiscount,
    PutBack,
    RestingDiscount,
    SetAside,
    make_way,
    plan,
    wanted_percents,
)
from resellerprogram.programme.ids import DiscountId, Scope
from resellerprogram.programme.tiers import VPS

from tests.programme.builders import ACCOUNT, decided, paid

VDS, VHOST = Scope("it_2"), Scope("it_1")
TODAY = date(2025, 1, 20)


def other(number: int, last_day: date | None = None) -> OtherDiscount:
    return OtherDiscount(DiscountId(number), ACCOUNT, f"Agreed {number}", "40 %", last_day)


def resting(number: int) -> RestingDiscount:
    return RestingDiscount(number, ACCOUNT, f"Agreed {number}", "40 %")


def test_while_the_tier_holds_others_rest_and_afterwards_they_come_back() -> None:
    assert make_way([other(1)], [], True, TODAY) == (SetAside(other(1)),)
    assert make_way([], [resting(1)], True, TODAY) == ()
    assert make_way([], [resting(1)], False, TODAY) == (PutBack(resting(1)),)
    assert make_way([other(1)], [], False, TODAY) == ()


def test_one_that_has_ended_does_not_act_and_one_that_is_to_begin_would() -> None:
    assert make_way([other(1, date(2025, 1, 19)), other(2, TODAY)], [], True, TODAY) == (SetAside(other(2, TODAY)),)


def test_others_go_after_ours_are_there_and_are_back_before_ours_go() -> None:
    """So that a run cut short leaves nobody with less than before."""
    ours = ProgrammeDiscount(DiscountId(7), ACCOUNT, VDS, Decimal(19))
    rising = plan(ACCOUNT, {VDS: Decimal(19)}, [], make_way([other(1)], [], True, TODAY))
    assert [type(change) for change in rising] == [Create, SetAside]
    falling = plan(ACCOUNT, {}, [ours], make_way([], [resting(1)], False, TODAY))
    assert [type(change) for change in falling] == [PutBack, Delete]


def test_a_change_by_hand_is_told_from_a_change_of_tier() -> None:
    def edited(percent: int, written: int | None, intact: bool = True) -> Because:
        last = None if written is None else Decimal(written)
        found = ProgrammeDiscount(DiscountId(1), ACCOUNT, VDS, Decimal(percent), intact, last)
        (change,) = plan(ACCOUNT, {VDS: Decimal(19)}, [found])
        assert isinstance(change, Edit)
        return change.because

    assert edited(17, 17) is Because.TIER
    assert edited(90, 17) is Because.BY_HAND
    assert edited(17, None) is Because.TIER, "what was written is not known"
    assert edited(19, 19, intact=False) is Because.BY_HAND
    (deleted,) = plan(ACCOUNT, {VDS: Decimal(19)}, [], deleted_by_hand={VDS})
    assert deleted.because is Because.BY_HAND


def test_promotions_are_kept_out_elsewhere_by_zero_percent_while_there_is_a_tier() -> None:
    types = [Covered(VDS, "vds", VPS), Covered(VHOST, "vhost", None)]
    tier, none = decided([paid(600, "2025-01-05")], "2025-01-20"), decided([], "2025-01-20")
    assert wanted_percents(tier, types) == {VDS: 3}
    assert wanted_percents(tier, types, everywhere=True) == {VDS: 3, VHOST: 0}
    assert wanted_percents(none, types, everywhere=True) == {}


others = st.lists(st.integers(1, 30), max_size=5, unique=True)


@given(others, st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=12))
def test_whatever_the_tiers_do_and_wherever_it_is_cut_short_nothing_is_lost_or_doubled(
    numbers: list[int], days: list[tuple[bool, int]]
) -> None:
    there, kept = set(numbers), set[int]()
    for exclusive, cut in days:
        for changes in (_changes(there, kept, exclusive)[:cut], None):
            for change in _changes(there, kept, exclusive) if changes is None else changes:
                moved = int(change.other.name.split()[1])
                source, target = (there, kept) if isinstance(change, SetAside) else (kept, there)
                source.remove(moved)
                target.add(moved)
        assert there | kept == set(numbers)
        assert not there & kept
        assert (there if exclusive else kept) == set()
        assert _changes(there, kept, exclusive) == ()


def _changes(there: set[int], kept: set[int], exclusive: bool) -> tuple[OtherChange, ...]:
    return make_way([other(each) for each in sorted(there)], [resting(each) for each in sorted(kept)], exclusive, TODAY)
