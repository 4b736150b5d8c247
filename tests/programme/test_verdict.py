"""What a plan comes to: clients by the way they go, drops that nothing foretold, each class by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Because
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.effects import Way, way_together
from resellerprogram.programme.ids import Scope
from resellerprogram.programme.tiers import SSL, VPS, ServiceClass
from resellerprogram.programme.verdict import Part, judge

CLASSES = {"vds": VPS, "vds.vps": VPS, "certificate": SSL}


def change(what: str, before: int | None, after: int | None, because: Because = Because.TIER) -> PlainChange:
    had, has = (None if each is None else Decimal(each) for each in (before, after))
    scope = None if because in (Because.SET_ASIDE, Because.PUT_BACK) else Scope("it_2")
    return PlainChange(scope, what, had, has, because)


def other(because: Because) -> PlainChange:
    return change("Agreed", None, None, because)


def test_clients_are_counted_by_their_way_and_their_other_discounts_beside_it() -> None:
    verdict = judge(
        [
            Part(Way.STARTS, 0, [change("vds", None, 3), other(Because.SET_ASIDE), other(Because.SET_ASIDE)]),
            Part(Way.FALLS, 0, [change("vds", 19, 17), change("certificate", 3, 3)]),
            Part(Way.FALLS, 2, [change("vds", 19, 17), change("certificate", 3, 1)]),
            Part(Way.ENDS, 0, [change("vds", 3, None), other(Because.PUT_BACK)]),
            Part(Way.OTHER, 0, [other(Because.SET_ASIDE)]),
        ],
        CLASSES,
    )
    assert verdict.clients == {Way.STARTS: 1, Way.FALLS: 2, Way.ENDS: 1, Way.OTHER: 1}
    assert verdict.foretold[Way.FALLS] == 1
    assert (verdict.drops, verdict.unforetold, verdict.set_aside, verdict.put_back) == (4, 2, 3, 1)
    assert verdict.classes == {
        VPS: {Way.STARTS: 1, Way.FALLS: 2, Way.ENDS: 1},
        SSL: {Way.PUT_RIGHT: 1, Way.FALLS: 1},
    }
    assert (bool(verdict), bool(judge([], CLASSES))) == (True, False)


def test_what_is_planned_alike_for_many_counts_for_each() -> None:
    verdict = judge([Part(Way.FALLS, 1, [change("vds", 19, 17), other(Because.PUT_BACK)], 120)], CLASSES)
    assert (verdict.clients, verdict.classes) == ({Way.FALLS: 120}, {VPS: {Way.FALLS: 120}})
    assert (verdict.drops, verdict.unforetold, verdict.put_back) == (120, 120, 120)


def test_a_tariff_belongs_to_the_class_of_its_type_and_what_no_class_has_to_none() -> None:
    verdict = judge([Part(Way.STARTS, 0, [change("vds: Promo", None, 3), change("vhost", None, 0)])], CLASSES)
    assert verdict.classes == {VPS: {Way.STARTS: 1}, None: {Way.PUT_RIGHT: 1}}


@pytest.mark.parametrize(
    ("ways", "together"),
    [
        ([], None),
        ([Way.OTHER], None),
        ([Way.RISES, Way.FALLS], Way.FALLS),
        ([Way.ENDS, Way.ENDS], Way.ENDS),
        ([Way.ENDS, Way.RISES], Way.FALLS),
        ([Way.STARTS], Way.STARTS),
        ([Way.STARTS, Way.RISES], Way.RISES),
        ([Way.STARTS, Way.PUT_RIGHT], Way.RISES),
        ([Way.PUT_RIGHT, Way.OTHER], Way.PUT_RIGHT),
    ],
)
def test_a_class_goes_the_way_of_all_its_discounts(ways: list[Way], together: Way | None) -> None:
    assert way_together(ways) == together


def test_one_of_two_that_is_deleted_takes_nothing_away() -> None:
    verdict = judge([Part(Way.PUT_RIGHT, 0, [change("vds", 19, None, Because.DOUBLED)])], CLASSES)
    assert (verdict.drops, verdict.classes) == (0, {ServiceClass("vps"): {Way.PUT_RIGHT: 1}})
