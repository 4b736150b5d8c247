"""What a plan is known by: what somebody confirmed is what is written (spec, section 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Because
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
)
from resellerprogram.programme.fingerprints import of_account, of_plan
from resellerprogram.programme.ids import AccountId, DiscountId, Scope

from tests.programme.builders import ACCOUNT
from tests.programme.strategies import percents

ids = st.integers(1, 50).map(DiscountId)
scopes = st.sampled_from([Scope(name) for name in ("it_1", "it_2", "pl_7")])
names = st.text(max_size=6)
ours = st.builds(ProgrammeDiscount, ids, st.just(ACCOUNT), scopes, percents, st.booleans(), st.none() | percents)
others = st.builds(OtherDiscount, ids, st.just(ACCOUNT), names, names, st.none() | st.dates())
resting = st.builds(RestingDiscount, st.integers(1, 50), st.just(ACCOUNT), names, names)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(Create, st.just(ACCOUNT), scopes, percents, st.sampled_from([Because.TIER, Because.BY_HAND])),
    st.builds(Edit, ours, percents),
    st.builds(Delete, ours, st.booleans()),
    st.builds(SetAside, others),
    st.builds(PutBack, resting),
)
plans = st.dictionaries(st.integers(1, 99).map(AccountId), st.lists(changes, min_size=1, max_size=4), max_size=6)


@given(st.lists(changes, max_size=6).flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_in_which_order_an_account_was_read_makes_no_difference(both: tuple[list[Change], list[Change]]) -> None:
    first, second = both
    assert of_account(ACCOUNT, first) == of_account(ACCOUNT, second)


@given(plans, st.randoms())
def test_in_which_order_the_accounts_were_read_makes_no_difference(
    plan: dict[AccountId, list[Change]], random: Any
) -> None:
    prints = {account: of_account(account, planned) for account, planned in plan.items()}
    order = list(prints)
    random.shuffle(order)
    assert of_plan(prints) == of_plan({account: prints[account] for account in order})


@given(plans, plans)
def test_two_plans_are_one_only_where_every_account_has_the_same_changes(
    first: dict[AccountId, list[Change]], second: dict[AccountId, list[Change]]
) -> None:
    prints = [{account: of_account(account, plan[account]) for account in plan} for plan in (first, second)]
    assert (of_plan(prints[0]) == of_plan(prints[1])) is (prints[0] == prints[1])


@given(st.lists(changes, max_size=4), changes)
def test_one_change_more_is_another_plan_also_where_it_is_there_twice(some: list[Change], more: Change) -> None:
    assert of_account(ACCOUNT, some) != of_account(ACCOUNT, [*some, more])


THERE = ProgrammeDiscount(DiscountId(7), ACCOUNT, Scope("it_2"), Decimal(19))
OTHER = OtherDiscount(DiscountId(9), ACCOUNT, "Agreed by hand", "40 %")
RESTING = RestingDiscount(3, ACCOUNT, "Agreed by hand", "40 %")
CREATE = Create(ACCOUNT, Scope("it_2"), Decimal(19))


@pytest.mark.parametrize(
    ("seen", "now"),
    [
        (CREATE, replace(CREATE, percent=Decimal("19.01"))),
        (CREATE, replace(CREATE, scope=Scope("it_3"))),
        (CREATE, replace(CREATE, because=Because.BY_HAND)),
        (CREATE, Edit(THERE, Decimal(19))),
        (Edit(THERE, Decimal(17)), Edit(THERE, Decimal(5))),
        (Edit(THERE, Decimal(17)), Edit(replace(THERE, percent=Decimal(21)), Decimal(17))),
        (Edit(THERE, Decimal(17)), Edit(replace(THERE, scope=Scope("it_3")), Decimal(17))),
        (Edit(THERE, Decimal(17)), Edit(replace(THERE, id=DiscountId(8)), Decimal(17))),
        (Edit(THERE, Decimal(17)), Edit(replace(THERE, intact=False), Decimal(17))),
        (Edit(THERE, Decimal(0)), Delete(THERE)),
        (Delete(THERE), Delete(THERE, doubled=True)),
        (Delete(THERE), Delete(replace(THERE, id=DiscountId(8)))),
        (SetAside(OTHER), SetAside(replace(OTHER, id=DiscountId(10)))),
        (SetAside(OTHER), SetAside(replace(OTHER, value="45 %"))),
        (SetAside(OTHER), SetAside(replace(OTHER, name="Agreed"))),
        (PutBack(RESTING), PutBack(replace(RESTING, record=4))),
        (PutBack(RESTING), PutBack(replace(RESTING, value="45 %"))),
        (PutBack(RESTING), PutBack(replace(RESTING, name="Agreed"))),
        (SetAside(OTHER), PutBack(replace(RESTING, record=9))),
    ],
)
def test_whatever_would_be_written_otherwise_is_another_plan(seen: Change, now: Change) -> None:
    assert of_account(ACCOUNT, [seen]) != of_account(ACCOUNT, [now])


def test_the_same_change_of_another_client_is_another_plan() -> None:
    assert of_account(ACCOUNT, [CREATE]) != of_account(AccountId(ACCOUNT + 1), [CREATE])


def test_how_a_number_is_written_and_until_when_a_discount_of_others_holds_is_no_other_plan() -> None:
    assert of_account(ACCOUNT, [CREATE]) == of_account(ACCOUNT, [replace(CREATE, percent=Decimal("19.00"))])
    ends = replace(OTHER, last_day=date(2025, 2, 1))
    assert of_account(ACCOUNT, [SetAside(OTHER)]) == of_account(ACCOUNT, [SetAside(ends)])


def test_a_fingerprint_is_the_same_in_another_process_and_short_enough_to_be_copied() -> None:
    """It goes from one command to the next."""
    prints = {ACCOUNT: of_account(ACCOUNT, [CREATE, SetAside(OTHER)])}
    assert (prints[ACCOUNT], of_plan(prints)) == ("c5c812e2726c", "6b0eba943277")
