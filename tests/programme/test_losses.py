"""What a step takes from many is counted, and a form that told of less is not taken for a yes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.losses import Loss, loss_of
from resellerprogram.programme.ownership import OwnedDiscount

ONE, TWO = AccountId(1), AccountId(2)


def owned(*percents: str) -> list[OwnedDiscount]:
    return [
        OwnedDiscount(DiscountId(number), ONE, Scope(f"it_{number}"), None, Decimal(percent))
        for number, percent in enumerate(percents)
    ]


def wanted(*percents: str) -> dict[Scope, Decimal]:
    return {Scope(f"it_{number}"): Decimal(percent) for number, percent in enumerate(percents)}


def test_who_is_to_have_nothing_loses_all_and_gets_back_what_rests() -> None:
    loss = loss_of(ONE, owned("19", "3"), {}, 2)
    assert (loss.clients, loss.ended, loss.lowered, loss.put_back) == ({ONE}, 2, 0, 2)


def test_who_keeps_a_discount_gets_nothing_back() -> None:
    loss = loss_of(ONE, owned("19", "3", "7"), wanted("17", "3"), 2)
    assert (loss.clients, loss.ended, loss.lowered, loss.put_back) == ({ONE}, 1, 1, 0)


def test_of_one_client_alone_it_is_known_which_discounts_end_or_get_smaller() -> None:
    one, two = loss_of(ONE, owned("19", "3", "7"), wanted("17", "3"), 0), loss_of(TWO, owned("5"), {}, 0)
    steps = [(each.scope, each.before, each.after) for each in (Loss() + one).changes]
    assert steps == [("it_0", Decimal(19), Decimal(17)), ("it_2", Decimal(7), None)]
    assert (one + two).changes == ()


def test_who_keeps_or_gains_is_not_among_them() -> None:
    assert not loss_of(ONE, owned("19", "3"), wanted("19", "5"), 2)
    assert not loss_of(ONE, [], {}, 0)
    assert not loss_of(ONE, owned("0"), {}, 0), "0 % is no discount to a client"


def test_what_is_due_to_go_anyway_is_no_loss_by_this() -> None:
    """An undone recalculation left more than the tier gives; a pin gives more than that, though less than is there."""
    assert not loss_of(ONE, owned("15", "3"), wanted("13", "3"), 0, due=wanted("11", "3"))
    loss = loss_of(ONE, owned("15", "3"), wanted("13"), 0, due=wanted("13", "3"))
    assert (loss.ended, loss.lowered) == (1, 0)


def test_losses_add_up_and_each_client_counts_once() -> None:
    both = loss_of(ONE, owned("19"), {}, 1) + loss_of(TWO, owned("3"), {}, 0) + loss_of(ONE, owned("5"), {}, 0)
    assert (both.clients, both.ended, both.drops, both.put_back) == ({ONE, TWO}, 3, 3, 1)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("3-1-2-2", True),
        ("9-9-9-9", True),
        ("2-1-2-2", False),
        ("3-1-2-1", False),
        ("", False),
        ("3-1-2", False),
        ("x-1-2-2", False),
    ],
)
def test_no_less_must_have_been_told(mark: str, told: bool) -> None:
    assert Loss(frozenset({ONE, TWO}), 3, 1, 2).was_told(mark) is told
