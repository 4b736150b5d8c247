"""What is in place while the panel refuses, and what follows; what a discount is for, by its names."""

from __future__ import annotations

from decimal import Decimal

from resellerprogram.programme.discounts import Covered
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.lags import Lag, lags
from resellerprogram.programme.ownership import OwnedDiscount
from resellerprogram.programme.scopes import ScopeNames
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import SSL, VPS
from resellerprogram.words.lags import lag_text, not_taken, still_updating

from tests.texts import plain_spaces

ONE, OTHER, CERTIFICATE = Scope("it_2"), Scope("it_3"), Scope("it_5")
COVERED = [Covered(ONE, "vds", VPS), Covered(CERTIFICATE, "certificate", SSL)]
TITLES = {VPS: Text("VPS", "VPS"), SSL: Text("SSL certificates", "SSL-сертификаты")}


def owned(**percents: int | None) -> list[OwnedDiscount]:
    return [
        OwnedDiscount(DiscountId(number), AccountId(1), Scope(scope), None, None if each is None else Decimal(each))
        for number, (scope, each) in enumerate(percents.items())
    ]


def test_what_is_as_decided_does_not_lag() -> None:
    assert lags(owned(it_2=25, it_5=3), COVERED, {VPS: Decimal(25), SSL: Decimal(3)}) == {}
    assert lags([], COVERED, {}) == {}


def test_what_is_in_place_and_what_follows() -> None:
    found = lags(owned(it_2=21), COVERED, {VPS: Decimal(25), SSL: Decimal(5)})
    assert found == {VPS: Lag(Decimal(21), Decimal(25)), SSL: Lag(Decimal(0), Decimal(5))}
    assert [plain_spaces(lag_text(lag).en) for lag in found.values()] == ["21 %; 25 % follows", "none; 5 % follows"]
    assert [plain_spaces(lag_text(lag).ru) for lag in found.values()] == ["21 %; 25 % будет", "нет; 5 % будет"]


def test_what_has_not_ended_yet_is_told() -> None:
    (lag,) = lags(owned(it_2=3), COVERED, {}).values()
    assert tuple(map(plain_spaces, (lag_text(lag).en, lag_text(lag).ru))) == ("3 %; ends", "3 %; отменится")


def test_of_a_class_with_several_types_the_least_is_promised() -> None:
    both = [Covered(ONE, "vds", VPS), Covered(OTHER, "vds.vps", VPS)]
    assert lags(owned(it_2=25, it_3=21), both, {VPS: Decimal(25)}) == {VPS: Lag(Decimal(21), Decimal(25))}
    assert lags(owned(it_2=21), both, {VPS: Decimal(25)}) == {VPS: Lag(Decimal(0), Decimal(25))}
    assert lags(owned(it_3=21), both, {}) == {VPS: Lag(Decimal(21), Decimal(0))}


def test_what_nobody_knows_is_not_told() -> None:
    assert lags(owned(it_2=None), [Covered(ONE, "vds", VPS)], {VPS: Decimal(25)}) == {}
    assert lags(owned(it_2=21), [], {VPS: Decimal(25)}) == {}, "no recalculation has kept what the panel has"


def test_client_and_administrator_read_it_in_a_sentence() -> None:
    found = lags(owned(it_2=21, it_5=3), COVERED, {VPS: Decimal(25), SSL: Decimal(3)})
    assert plain_spaces(not_taken(found, TITLES).ru) == (
        "Панель сохранила ещё не все скидки. Действует: VPS 21 %. По статусу: VPS 25 %."
    )
    told = still_updating(found, TITLES)
    assert "In effect now: VPS 21 %. By tier: VPS 25 %." in plain_spaces(told.en)
    assert "Сейчас действует: VPS 21 %. По статусу: VPS 25 %." in plain_spaces(told.ru)


# --- what a discount is for ---

NAMES = ScopeNames(
    {1: Text("Shared hosting", "Виртуальный хостинг"), 2: Text("VDS", "VDS")}, {5: ("Promo", 2), 6: ("X", 9)}
)


def test_a_service_type_or_a_tariff_is_told_by_its_name() -> None:
    assert (NAMES.text("it_1").en, NAMES.text("it_1").ru) == (
        "Shared hosting: all tariff plans",
        "Виртуальный хостинг: все тарифы",
    )
    assert (NAMES.text("pl_5").en, NAMES.text("pl_5").ru) == ("VDS: tariff plan Promo", "VDS: тариф Promo")
    assert NAMES.text("pl_6").en == "tariff plan X"
    assert NAMES.text("it_1, pl_5").en == "Shared hosting: all tariff plans, VDS: tariff plan Promo"


def test_what_has_no_name_keeps_its_id() -> None:
    assert [(NAMES.lacks(tree), NAMES.text(tree).en) for tree in ("pl_7", "it_x", "", "it_1")] == [
        (True, "pl_7"),
        (True, "it_x"),
        (False, ""),
        (False, "Shared hosting: all tariff plans"),
    ]
