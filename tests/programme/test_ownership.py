"""Whose a discount is where no record is left (R10, F5): a name that begins like ours is not ours."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.ownership import (
    DiscountForm,
    FoundDiscount,
    Marks,
    OwnedDiscount,
    SetAsideDiscount,
    is_named_like_ours,
    names_of,
    sort_out,
)
from resellerprogram.programme.text import Text

OURS = "Reseller program: VPS"
MARKS = Marks(frozenset({OURS, "Реселлерская программа: VPS"}), frozenset({Decimal(3), Decimal(5)}))
VDS, VHOST = Scope("it_2"), Scope("it_1")
SINCE = date(2024, 11, 1)


def found(
    name: str, percent: int, is_open: bool = True, scope: Scope | None = VDS, since: date = SINCE, number: int = 7
) -> FoundDiscount:
    fields = {"name": name, "type": "0", "pricelist_tree": scope or "", "fromdate": str(since), "percentage": "3"}
    form = DiscountForm(fields, scope, Decimal(percent), since, is_open)
    return FoundDiscount(DiscountId(number), AccountId(1), name, f"{percent} %", Decimal(percent), None, {}, form)


@pytest.mark.parametrize(
    ("discount", "ours"),
    [
        (found(OURS, 3), True),
        (found("Реселлерская программа: VPS", 5), True),
        (found("Реселлерская программа: по договору", 5), False),
        (found("Reseller program: VPS, agreed with the boss", 3), False),
        (found(OURS, 40), False),
        (found(OURS, 3, is_open=False), False),
        (found(OURS, 3, scope=None), False),
        (found("Agreed by hand", 3), False),
    ],
    ids=lambda value: f"{value.name} {value.value}" if isinstance(value, FoundDiscount) else "",
)
def test_without_a_record_name_percent_and_open_end_together_stand_for_it(discount: FoundDiscount, ours: bool) -> None:
    sorted_out = sort_out([discount], {}, {}, (), MARKS)
    assert (len(sorted_out.ours), len(sorted_out.others)) == ((1, 0) if ours else (0, 1))


RECORD = OwnedDiscount(DiscountId(7), AccountId(1), VDS, None, Decimal(3), SINCE)


@pytest.mark.parametrize(
    ("discount", "ours"),
    [
        (found("Renamed by hand", 50), True),
        (found(OURS, 3, scope=VHOST), True),
        (found(OURS, 3, since=date(2025, 1, 1)), True),
        (found("Agreed by hand", 3, since=date(2025, 1, 1)), False),
        (found("Agreed by hand", 3, scope=VHOST), False),
        (found(OURS, 40, scope=VHOST, since=date(2025, 1, 1)), False),
    ],
)
def test_with_a_record_two_of_name_scope_and_first_day_must_agree(discount: FoundDiscount, ours: bool) -> None:
    """M2: its id alone proves nothing."""
    sorted_out = sort_out([discount], {}, {RECORD.id: RECORD}, (), MARKS)
    assert (len(sorted_out.ours), len(sorted_out.others), len(sorted_out.gone)) == ((1, 0, 0) if ours else (0, 1, 1))


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize(
    ("discount", "same"),
    [(found("Agreed", 40), True), (found("Agreed", 25, scope=VHOST), True), (found("Other", 40, scope=VHOST), False)],
)
def test_what_rests_is_never_taken_for_what_has_its_id_now(discount: FoundDiscount, same: bool, deleted: bool) -> None:
    """M2 a: it was never deleted only where it agrees, and never once the panel had said that it is gone."""
    fields = {"name": "Agreed", "pricelist_tree": str(VDS), "fromdate": str(SINCE), "percentage": "40"}
    rests = SetAsideDiscount(1, AccountId(1), DiscountId(7), {}, fields, datetime(2025, 1, 20), None, deleted)
    sorted_out = sort_out([discount], {}, {}, [rests], MARKS)
    assert (len(sorted_out.still_there), len(sorted_out.resting)) == ((1, 0) if same and not deleted else (0, 1))


@pytest.mark.parametrize(
    "beginning", ["Reseller program", "Реселлерская программа", "Reseller programme", "Партнёрская программа"]
)
def test_a_discount_keeps_being_ours_under_the_name_that_an_earlier_release_gave_it(beginning: str) -> None:
    name = f"{beginning}: VPS"
    assert is_named_like_ours(name)
    assert name in {said for each in names_of(Text("VPS", "VPS")) for said in (each.en, each.ru)}
