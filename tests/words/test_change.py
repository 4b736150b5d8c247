"""A change is put into words once and into plain values once, planned or written."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Because
from resellerprogram.programme.changes import PlainChange, change_of, plain_change, values_of
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
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.words.change import change_line

from tests.texts import plain_spaces

ACCOUNT, VDS = AccountId(1), Scope("it_2")
NAMES = {VDS: "vds"}
THERE = ProgrammeDiscount(DiscountId(7), ACCOUNT, VDS, Decimal(19), written=Decimal(17))
BY_HAND = "скидку меняли вручную, программа её восстановила"
TOLD: list[tuple[Change, str, str, str]] = [
    (Create(ACCOUNT, VDS, Decimal(3)), "create", "vds none → 3 %", "vds нет → 3 %"),
    (
        Edit(THERE, Decimal("17.5")),
        "edit",
        "vds 19 → 17.5 % (changed by hand, set again by the program)",
        f"vds 19 → 17,5 % ({BY_HAND})",
    ),
    (Delete(THERE), "delete", "vds 19 % → none", "vds 19 % → нет"),
    (Delete(THERE, doubled=True), "delete", "vds 19 % → none (duplicate removed)", "vds 19 % → нет (удалён дубль)"),
    (
        SetAside(OtherDiscount(DiscountId(4), ACCOUNT, "Agreed", "40 %")),
        "set_aside",
        "Agreed 40 %: suspended",
        "Agreed 40 %: приостановлена",
    ),
    (PutBack(RestingDiscount(1, ACCOUNT, "", "")), "put_back", "—: restored", "—: восстановлена"),
]


@pytest.mark.parametrize(("change", "kind", "english", "russian"), TOLD)
def test_a_planned_change_is_told_in_one_line(change: Change, kind: str, english: str, russian: str) -> None:
    plain = plain_change(change, NAMES)
    assert (plain.kind, *(plain_spaces(change_line(plain, plain.what, each)) for each in ("en", "ru"))) == (
        kind,
        english,
        russian,
    )


@pytest.mark.parametrize("change", [each for each, *_ in TOLD])
def test_plain_values_survive_json_and_say_the_same_again(change: Change) -> None:
    plain = plain_change(change, NAMES)
    assert change_of(json.loads(json.dumps(values_of(plain)))) == plain


def test_plain_values_name_what_a_change_is_about_as_programs_have_read_it_so_far() -> None:
    ours = values_of(plain_change(Edit(THERE, Decimal("17.50")), NAMES))
    assert ours == {
        "kind": "edit",
        "because": "by_hand",
        "scope": "it_2",
        "what": "vds",
        "covers": "vds",
        "before": "19",
        "after": "17.5",
        "value": "",
    }
    others = values_of(plain_change(SetAside(OtherDiscount(DiscountId(4), ACCOUNT, "Agreed", "40 %")), {}))
    assert (others["kind"], others["name"], others["value"]) == ("set_aside", "Agreed", "40 %")


@pytest.mark.parametrize(
    ("kept", "change"),
    [
        (
            {"name": "vds", "before": None, "after": "3", "because": "tier"},
            PlainChange(None, "vds", None, Decimal(3)),
        ),
        (
            {"name": "Agreed", "value": "40 %", "because": "set_aside"},
            PlainChange(None, "Agreed", None, None, Because.SET_ASIDE, "40 %"),
        ),
    ],
)
def test_a_plan_that_an_earlier_release_kept_is_read(kept: dict[str, str | None], change: PlainChange) -> None:
    assert change_of(kept) == change
    assert plain_spaces(change_line(change_of(kept), change.what, "en")) in ("vds none → 3 %", "Agreed 40 %: suspended")
