"""Undoing what a run wrote: back to before, or left as it is where anything else has happened since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Because
from resellerprogram.programme.changes import PlainChange, plain_change
from resellerprogram.programme.discounts import (
    Change,
    Create,
    Delete,
    Edit,
    OtherDiscount,
    ProgrammeDiscount,
    PutBack,
    RestingDiscount,
    SetAside,
    plan,
)
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.undoing import ChangedSince, net, still_to_undo, undo

ACCOUNT = AccountId(27)
VPS, SSL = Scope("it_2"), Scope("it_4")
AGREED = OtherDiscount(DiscountId(90), ACCOUNT, "Agreed", "40 %")
RESTING = RestingDiscount(1, ACCOUNT, "Agreed", "40 %")


def changed(scope: Scope, before: int | None, after: int | None, because: Because = Because.TIER) -> PlainChange:
    was, becomes = (None if each is None else Decimal(each) for each in (before, after))
    return PlainChange(scope, scope, was, becomes, because)


def there(percents: Mapping[Scope, Decimal | int]) -> list[ProgrammeDiscount]:
    return [
        ProgrammeDiscount(DiscountId(number), ACCOUNT, scope, Decimal(percent))
        for number, (scope, percent) in enumerate(sorted(percents.items()), 1)
    ]


def after(percents: Mapping[Scope, Decimal], changes: Iterable[Change]) -> dict[Scope, Decimal]:
    """What is there once the changes are written."""
    found = dict(percents)
    for change in changes:
        if isinstance(change, (Create, Edit)):
            found[change.scope] = change.percent
        elif isinstance(change, Delete):
            del found[change.scope]
    return found


def test_what_was_raised_lowered_made_and_ended_goes_back() -> None:
    done = net([changed(VPS, 19, 21), changed(SSL, None, 5), changed(Scope("it_3"), 3, None)])
    back = undo(ACCOUNT, done, there({VPS: 21, SSL: 5}))
    assert [(type(each), each.scope, each.will_have) for each in back if not isinstance(each, (SetAside, PutBack))] == [
        (Create, "it_3", Decimal(3)),
        (Edit, VPS, Decimal(19)),
        (Delete, SSL, None),
    ]


def test_two_writes_of_one_run_go_back_to_before_the_first() -> None:
    done = net([changed(VPS, 3, 19), changed(VPS, 19, 21)])
    assert undo(ACCOUNT, done, there({VPS: 21})) == (Edit(there({VPS: 21})[0], Decimal(3)),)


def test_what_is_as_before_already_needs_nothing_and_the_rest_goes_back() -> None:
    """An undoing that was cut short is finished."""
    done = net([changed(VPS, 19, 21), changed(SSL, 3, 5)])
    assert [each.scope for each in undo(ACCOUNT, done, there({VPS: 19, SSL: 5})) if isinstance(each, Edit)] == [SSL]


@pytest.mark.parametrize("now", [{VPS: 23, SSL: 5}, {SSL: 5}])
def test_where_anything_has_changed_since_all_of_the_account_is_left(now: dict[Scope, int]) -> None:
    done = net([changed(SSL, 3, 5), changed(VPS, 19, 21)])
    with pytest.raises(ChangedSince) as since:
        undo(ACCOUNT, done, there(now))
    assert since.value.change.scope == VPS
    with pytest.raises(ChangedSince):
        still_to_undo(done, {scope: Decimal(percent) for scope, percent in now.items()})


def test_what_was_put_right_without_a_percent_is_not_undone() -> None:
    assert not net([changed(VPS, 19, 19, Because.BY_HAND), changed(VPS, 19, None, Because.DOUBLED)]).ours


def test_other_discounts_go_back_too_and_once() -> None:
    aside, back = (
        PlainChange(None, "Agreed", None, None, because, "40 %") for because in (Because.SET_ASIDE, Because.PUT_BACK)
    )
    assert undo(ACCOUNT, net([aside]), (), (), (RESTING,)) == (PutBack(RESTING),)
    assert undo(ACCOUNT, net([back]), (), (AGREED,)) == (SetAside(AGREED),)
    assert undo(ACCOUNT, net([aside]), (), (AGREED,)) == (), "it is back already"
    assert undo(ACCOUNT, net([aside, back]), (), (AGREED,)) == ()
    twice = undo(ACCOUNT, net([aside, aside]), (), (), (RESTING, replace(RESTING, record=2)))
    assert [each.other.record for each in twice if isinstance(each, PutBack)] == [1, 2]
    with pytest.raises(ChangedSince):
        undo(ACCOUNT, net([aside]), (), ())


percents = st.dictionaries(
    st.sampled_from([Scope(f"it_{number}") for number in range(5)]), st.integers(1, 100).map(Decimal)
)


@given(before=percents, wanted=percents)
def test_whatever_a_run_does_undoing_it_leads_back(before: dict[Scope, Decimal], wanted: dict[Scope, Decimal]) -> None:
    changes = plan(ACCOUNT, wanted, there(before))
    written = [plain_change(change, {}) for change in changes]
    assert after(before, changes) == wanted
    back = undo(ACCOUNT, net(written), there(wanted))
    assert after(wanted, back) == before
    assert len(still_to_undo(net(written), wanted)) == len(back)
    assert undo(ACCOUNT, net(written), there(before)) == ()
