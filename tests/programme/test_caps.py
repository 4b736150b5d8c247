"""Caps: the highest percent of a service type or a tariff; nothing of the programme is above it (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.panel.directory import ServiceTypeId, Tariff, TariffId
from resellerprogram.programme.caps import (
    Limit,
    capped,
    capped_table,
    ceilings,
    changed,
    read,
    that_bite,
    written,
)
from resellerprogram.programme.changes import plain_change
from resellerprogram.programme.decision import decide
from resellerprogram.programme.discounts import (
    Covered,
    Create,
    Delete,
    Edit,
    ProgrammeDiscount,
    acting,
    plan,
    wanted_percents,
)
from resellerprogram.programme.effects import Way, way_of_account
from resellerprogram.programme.errors import BadInput
from resellerprogram.programme.falls import unforetold
from resellerprogram.programme.ids import DiscountId, Scope
from resellerprogram.programme.lags import Lag, lags
from resellerprogram.programme.losses import loss_of
from resellerprogram.programme.ownership import OwnedDiscount
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import SSL, VPS, ServiceClass, TierTable
from resellerprogram.programme.undoing import net, undo
from resellerprogram.recalculation.scopes import parts, tariffs_of_types
from resellerprogram.store.classes import ClassOfServices

from tests.programme import strategies
from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid
from tests.texts import plain_spaces

VDS, PROMO, FAST = Scope("it_2"), Scope("pl_7"), Scope("pl_8")
TARIFFS = [Tariff(TariffId(7), "Promo", ServiceTypeId(2)), Tariff(TariffId(8), "Fast", ServiceTypeId(2))]
OF_TYPES = tariffs_of_types(TARIFFS)
PARTNER_8 = decided([paid(52_000, "2025-01-20")], "2025-01-20")
"""19 % on VPS, 3 % on SSL."""


def vps(caps: str = "", *left_out: int) -> list[Covered]:
    """The class VPS, which is one service type with two tariffs."""
    return parts(ServiceTypeId(2), "vds", ClassOfServices(VPS, same("VPS"), ("vds",), left_out, read(caps)), TARIFFS)


def there(**percents: int) -> list[ProgrammeDiscount]:
    return [
        ProgrammeDiscount(DiscountId(number), ACCOUNT, Scope(scope), Decimal(percent), True, Decimal(percent))
        for number, (scope, percent) in enumerate(percents.items())
    ]


def owned(percents: Mapping[Scope, Decimal]) -> list[OwnedDiscount]:
    return [
        OwnedDiscount(DiscountId(n), ACCOUNT, scope, None, each) for n, (scope, each) in enumerate(percents.items())
    ]


# --- as people write them ---


@pytest.mark.parametrize(
    ("text", "caps"),
    [
        ("", {}),
        ("vds=20", {"vds": "20"}),
        ("7=10, vds=20", {"7": "10", "vds": "20"}),
        ("7=10,vds=20", {"7": "10", "vds": "20"}),
        ("vds.vps = 2,5 %\n 7 = 0", {"vds.vps": "2.5", "7": "0"}),
        ("7=2,5,vds=20;8=1", {"7": "2.5", "vds": "20", "8": "1"}),
        ("7=100,", {"7": "100"}),
    ],
)
def test_caps_are_read_as_people_write_them(text: str, caps: dict[str, str]) -> None:
    found = read(text)
    assert found == {what: Decimal(percent) for what, percent in caps.items()}
    assert read(written(found)) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vds", "“vds”: write a product type's"),
        ("=5", "“=5”: write"),
        ("vds=101", "101 % is outside 0–100"),
        ("vds=-1", "-1 % is outside"),
        ("vds=1.234", "1.234 % has more than two decimals"),
        ("vds=much", "“much” is not a number"),
        ("vds=", "enter a number such as 3000 or 2.5"),
        ("7=1 7=2", "7 is there twice"),
    ],
)
def test_what_is_no_cap_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text, "caps")
    assert says in plain_spaces(refused.value.text.en)
    assert refused.value.field == "caps"


def test_one_is_set_and_taken_off_beside_the_others() -> None:
    before = read("7=10, vds=20")
    assert changed(before, ["vds=15", "8=5"]) == read("7=10, 8=5, vds=15")
    assert changed(before, ["7="]) == read("vds=20")
    assert changed(before, ["9="]) == before


# --- what is given ---


def test_a_type_gets_no_more_than_its_cap() -> None:
    assert wanted_percents(PARTNER_8, vps()) == {VDS: 19}
    assert wanted_percents(PARTNER_8, vps("vds=15")) == {VDS: 15}
    assert wanted_percents(PARTNER_8, vps("vds=20")) == {VDS: 19}
    assert wanted_percents(PARTNER_8, vps("vds=0")) == {}


def test_a_capped_tariff_has_a_discount_of_its_own_as_have_the_others_of_its_type() -> None:
    assert wanted_percents(PARTNER_8, vps("7=10")) == {PROMO: 10, FAST: 19}
    assert wanted_percents(PARTNER_8, vps("7=10, vds=15")) == {PROMO: 10, FAST: 15}
    assert wanted_percents(PARTNER_8, vps("7=15, vds=10")) == {PROMO: 10, FAST: 10}, "both hold"
    assert wanted_percents(PARTNER_8, vps("7=0")) == {FAST: 19}
    assert wanted_percents(PARTNER_8, vps("7=10", 8)) == {PROMO: 10}
    assert wanted_percents(PARTNER_8, vps("7=10", 7)) == {FAST: 19}, "left out stays left out"


def test_a_cap_of_none_keeps_promotions_out_where_they_are_kept_out_everywhere() -> None:
    assert wanted_percents(PARTNER_8, vps("7=0"), everywhere=True) == {PROMO: 0, FAST: 19}


def test_the_best_of_a_class_is_told_where_all_of_it_is_capped() -> None:
    other = Covered(Scope("it_3"), "vds.vps", VPS)
    assert ceilings(vps("vds=15")) == ceilings(vps("vds=15, 7=10")) == ceilings(vps("7=10, 8=15")) == {VPS: 15}
    assert ceilings(vps("7=10")) == ceilings([*vps("vds=15"), other]) == ceilings([]) == {}
    assert capped(PARTNER_8.percents, {VPS: Decimal(15)})[VPS] == 15
    best = capped_table(TABLE, {VPS: Decimal(15)})
    assert max(tier.percents[VPS] for tier in best.tiers) == 15
    assert [tier.percents[SSL] for tier in best.tiers] == [tier.percents[SSL] for tier in TABLE.tiers]


def test_a_cap_is_told_where_it_bites() -> None:
    limits = [Limit(VPS, "vds", Decimal(20), same("VPS")), Limit(VPS, "7", Decimal(10), same("Promo"))]
    assert [each.what for each in that_bite(limits, {VPS: Decimal(25)})] == ["vds", "7"]
    assert [each.what for each in that_bite(limits, {VPS: Decimal(20)})] == ["7"]
    assert list(that_bite(limits, {VPS: Decimal(10)})) == list(that_bite(limits, {})) == []


# --- what it changes ---


def test_a_cap_on_a_tariff_is_one_discount_less_and_no_rise() -> None:
    wanted = wanted_percents(PARTNER_8, vps("7=10"))
    changes = plan(ACCOUNT, wanted, there(it_2=19), tariffs=OF_TYPES)
    assert {(type(each), each.scope): each.way for each in changes} == {  # type: ignore[union-attr]
        (Create, PROMO): Way.PUT_RIGHT,
        (Create, FAST): Way.PUT_RIGHT,
        (Delete, VDS): Way.FALLS,
    }
    assert [plain_change(each, {}).way for each in changes] == [each.way for each in changes]
    loss = loss_of(ACCOUNT, owned({VDS: Decimal(19)}), wanted, 0, OF_TYPES)
    assert (loss.ended, loss.lowered, loss.clients) == (0, 1, {ACCOUNT})


def test_a_cap_taken_off_takes_nothing() -> None:
    wanted = wanted_percents(PARTNER_8, vps())
    before = there(pl_7=10, pl_8=19)
    changes = plan(ACCOUNT, wanted, before, tariffs=OF_TYPES)
    assert {each.scope: each.way for each in changes} == {  # type: ignore[union-attr]
        VDS: Way.RISES,
        PROMO: Way.RISES,
        FAST: Way.PUT_RIGHT,
    }
    assert way_of_account((each.way for each in changes), "Partner #8", "Partner #8") is Way.RISES
    assert not loss_of(ACCOUNT, owned({PROMO: Decimal(10), FAST: Decimal(19)}), wanted, 0, OF_TYPES)


def test_a_tariff_left_out_ends() -> None:
    wanted = wanted_percents(PARTNER_8, vps("", 7))
    loss = loss_of(ACCOUNT, owned({VDS: Decimal(19)}), wanted, 0, OF_TYPES)
    assert (loss.ended, loss.lowered) == (1, 0)


@pytest.mark.parametrize(("caps", "count"), [("vds=15", 1), ("7=10", 1), ("7=10, vds=15", 1), ("vds=19", 0)])
def test_nothing_foretold_that_a_cap_lowers_a_discount(caps: str, count: int) -> None:
    wanted = wanted_percents(PARTNER_8, vps(caps))
    changes = plan(ACCOUNT, wanted, there(it_2=19), tariffs=OF_TYPES)
    classes = {VDS: VPS, PROMO: VPS, FAST: VPS}
    assert unforetold(changes, classes, PARTNER_8, PARTNER_8, TABLE) == count


def test_a_foretold_fall_below_a_cap_is_foretold() -> None:
    later = decided([paid(3_000, "2025-01-20")], "2025-02-20")
    assert later.percents[VPS] == 5
    wanted = wanted_percents(later, vps("7=10"))
    changes = plan(ACCOUNT, wanted, there(pl_7=10, pl_8=19), tariffs=OF_TYPES)
    assert [type(each) for each in changes] == [Edit, Edit]
    before = decided([paid(49_000, "2025-01-19"), *[each.payment for each in later.turnover.verdicts]], "2025-01-20")
    assert unforetold(changes, {PROMO: VPS, FAST: VPS}, before, later, TABLE) == 0


def test_a_run_that_split_a_type_is_undone() -> None:
    before = there(it_2=19)
    changes = plan(ACCOUNT, wanted_percents(PARTNER_8, vps("7=10")), before, tariffs=OF_TYPES)
    done = net([plain_change(each, {}) for each in changes])
    back = undo(ACCOUNT, done, there(pl_7=10, pl_8=19))
    assert {(type(each), each.scope) for each in back} == {  # type: ignore[union-attr]
        (Create, VDS),
        (Delete, PROMO),
        (Delete, FAST),
    }
    assert not any(each.way.lowers for each in back)


# --- what is in place ---


def test_what_is_capped_is_not_behind() -> None:
    decided_percents = {VPS: Decimal(19)}
    assert lags(owned({VDS: Decimal(15)}), vps("vds=15"), decided_percents, OF_TYPES) == {}
    assert lags(owned({PROMO: Decimal(10), FAST: Decimal(19)}), vps("7=10"), decided_percents, OF_TYPES) == {}


def test_who_waits_is_told_beside_who_is_capped() -> None:
    decided_percents = {VPS: Decimal(19)}
    waiting = owned({PROMO: Decimal(10), FAST: Decimal(17)})
    assert lags(waiting, vps("7=10"), decided_percents, OF_TYPES) == {VPS: Lag(Decimal(17), Decimal(19))}
    capped_later = owned({PROMO: Decimal(12), FAST: Decimal(19)})
    assert lags(capped_later, vps("7=10"), decided_percents, OF_TYPES) == {VPS: Lag(Decimal(12), Decimal(10))}


def test_a_type_that_is_still_whole_acts_on_its_tariffs() -> None:
    assert lags(owned({VDS: Decimal(19)}), vps("7=10"), {VPS: Decimal(19)}, OF_TYPES) == {
        VPS: Lag(Decimal(19), Decimal(10))
    }
    assert lags([OwnedDiscount(DiscountId(1), ACCOUNT, VDS, None)], vps("7=10"), {VPS: Decimal(19)}, OF_TYPES) == {}


# --- whatever caps there are ---

PERCENTS = strategies.percents
CAPS = st.dictionaries(st.sampled_from(["vds", "vds.vps", "7", "8", "9"]), PERCENTS)
LEFT_OUT = st.sets(st.sampled_from([7, 8, 9]))
ALL_TARIFFS = [*TARIFFS, Tariff(TariffId(9), "Cloud", ServiceTypeId(3))]
ALL_OF_TYPES = tariffs_of_types(ALL_TARIFFS)
TYPE_OF = {7: "vds", 8: "vds", 9: "vds.vps"}


def all_covered(caps: Mapping[str, Decimal], left_out: set[int]) -> list[Covered]:
    whose = ClassOfServices(VPS, same("VPS"), ("vds", "vds.vps"), tuple(left_out), caps)
    types = {"vds": ServiceTypeId(2), "vds.vps": ServiceTypeId(3)}
    return [part for name in whose.types for part in parts(types[name], name, whose, ALL_TARIFFS)]


def on_paper(tariff: int, percent: Decimal, caps: Mapping[str, Decimal], left_out: set[int]) -> Decimal:
    """What a tariff gets, told without any discount."""
    if tariff in left_out:
        return Decimal(0)
    return min(percent, caps.get(str(tariff), Decimal(100)), caps.get(TYPE_OF[tariff], Decimal(100)))


@given(strategies.tables(), strategies.amounts, CAPS, LEFT_OUT, CAPS, LEFT_OUT)
def test_whatever_caps_no_discount_is_above_its_own_and_all_who_read_it_agree(
    table: TierTable,
    amount: Decimal,
    caps_before: dict[str, Decimal],
    left_out_before: set[int],
    caps: dict[str, Decimal],
    left_out: set[int],
) -> None:
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(amount, "2025-01-20")], table, RULES)
    percent = decision.percents.get(VPS, Decimal(0))
    before, after = all_covered(caps_before, left_out_before), all_covered(caps, left_out)
    had, wanted = wanted_percents(decision, before), wanted_percents(decision, after)
    on = {tariff: on_paper(tariff, percent, caps, left_out) for tariff in TYPE_OF}
    for tariff, least in on.items():
        scope = Scope(f"pl_{tariff}")
        assert (acting(scope, wanted, ALL_OF_TYPES) or 0) == least
        assert not (scope in wanted and any(scope in each and whole in wanted for whole, each in ALL_OF_TYPES.items()))
    highest: ServiceClass | Decimal | None = ceilings(after).get(VPS)
    assert capped(decision.percents, ceilings(after)).get(VPS, Decimal(0)) >= max(on.values())
    if after and highest is None:
        assert max([each.percent(decision.percents) for each in after]) == percent
    found = [
        ProgrammeDiscount(DiscountId(number), ACCOUNT, scope, each, True, each)
        for number, (scope, each) in enumerate(had.items())
    ]
    changes = plan(ACCOUNT, wanted, found, tariffs=ALL_OF_TYPES)
    assert all(each.will_have is None or each.will_have == wanted[each.scope] for each in changes)  # type: ignore[union-attr]
    loses = any(on_paper(tariff, percent, caps_before, left_out_before) > least for tariff, least in on.items())
    loss = loss_of(ACCOUNT, owned(had), wanted, 0, ALL_OF_TYPES)
    drops = [each for each in changes if each.way.lowers]
    assert bool(loss) is bool(drops) is loses
    assert loss.drops == len(drops)
    classes = {scope: VPS for whole, of_type in ALL_OF_TYPES.items() for scope in (whole, *of_type)}
    assert (unforetold(changes, classes, decision, decision, table) > 0) is loses
    assert lags(owned(wanted), after, decision.percents, ALL_OF_TYPES) == {}
    assert bool(lags(owned(had), after, decision.percents, ALL_OF_TYPES)) <= bool(changes)


@given(CAPS)
def test_caps_are_kept_as_they_were_written(caps: dict[str, Decimal]) -> None:
    assert read(written(caps)) == caps
