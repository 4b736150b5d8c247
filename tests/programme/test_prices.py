"""Prices are the panel's less the discount that acts, exactly; what the next tier makes of them, and what that is
worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.panel.directory import ServiceTypeId, Tariff, TariffId
from resellerprogram.programme.caps import read
from resellerprogram.programme.discounts import Covered
from resellerprogram.programme.figures import to_kopeck
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.lags import in_place
from resellerprogram.programme.ownership import OwnedDiscount
from resellerprogram.programme.payments import Money
from resellerprogram.programme.prices import (
    ListPrice,
    Offer,
    Period,
    PricedTariff,
    Saved,
    next_higher,
    offers,
    prices_in,
    reduced,
    saved_at,
    shortest,
)
from resellerprogram.programme.scopes import ScopeNames
from resellerprogram.programme.text import Text, same
from resellerprogram.programme.tiers import SSL, VPS, ServiceClass
from resellerprogram.recalculation.scopes import parts, tariffs_of_types
from resellerprogram.store.classes import ClassOfServices
from resellerprogram.words.prices import period_text

from tests.programme import strategies
from tests.programme.builders import TABLE

MONTH, YEAR = Period("month", 1), Period("month", 12)
TARIFFS = [Tariff(TariffId(7), "Promo", ServiceTypeId(2)), Tariff(TariffId(8), "Fast", ServiceTypeId(2))]
NAMES = ScopeNames({2: same("Virtual server"), 5: same("SSL")}, {7: ("Promo", 2), 8: ("Fast", 2)})
CLASSES = {2: VPS, 5: SSL}
P8: Mapping[ServiceClass, Decimal] = {VPS: Decimal(19), SSL: Decimal(3)}
P9: Mapping[ServiceClass, Decimal] = {VPS: Decimal(21), SSL: Decimal(5)}


def at(amount: Any, period: Period = MONTH, currency: str = "RUB") -> ListPrice:
    return ListPrice(period, Money(Decimal(str(amount)), currency))


PRICED = [
    PricedTariff(7, same("Promo"), 2, (at(1000), at(10_000, YEAR))),
    PricedTariff(8, same("Fast"), 2, (at("99.99"),)),
]


def vps(caps: str = "", *left_out: int) -> list[Covered]:
    whose = ClassOfServices(VPS, same("VPS"), ("vds",), left_out, read(caps))
    ssl = ClassOfServices(SSL, same("SSL"), ("certificate",))
    return [
        *parts(ServiceTypeId(2), "vds", whose, TARIFFS),
        *parts(ServiceTypeId(5), "certificate", ssl, TARIFFS),
    ]


def offered(covered: list[Covered], priced: list[PricedTariff] = PRICED, **more: Any) -> list[Offer]:
    in_effect = more.get("in_effect", lambda part: part.percent(P8))
    return list(offers(priced, covered, CLASSES, NAMES, in_effect, P8, more.get("following", P9), "RUB"))


def told(found: list[Offer]) -> list[tuple[str, Any, Any, Any]]:
    return [(each.name.en, each.full and each.full.period.iso, each.price, each.following_price) for each in found]


# --- what is paid ---


@given(st.decimals(0, 10**9, places=4), strategies.percents)
def test_r5_a_price_is_the_list_price_less_the_percent_and_nothing_is_rounded(
    amount: Decimal, percent: Decimal
) -> None:
    assert Fraction(reduced(amount, percent)) == Fraction(amount) * (1 - Fraction(percent) / 100)


@given(
    st.dictionaries(st.sampled_from(["it_2", "pl_7", "pl_8"]), st.none() | strategies.percents),
    st.sampled_from(["", "7=10", "vds=12"]),
)
def test_r8_what_is_paid_now_follows_the_discount_that_acts_for_the_tariff(
    written: dict[str, Decimal | None], caps: str
) -> None:
    """The tariff's own discount, else its type's, whatever else is there; where that is unknown so is the price."""
    owned = [
        OwnedDiscount(DiscountId(number), AccountId(1), Scope(scope), None, percent)
        for number, (scope, percent) in enumerate(written.items())
    ]
    covered = vps(caps)
    in_effect = partial(in_place, owned, tariffs_of_types(TARIFFS))
    for each in offered(covered, in_effect=in_effect):
        if each.tariff is None or each.full is None:
            continue
        full, own = Fraction(each.full.amount.amount), f"pl_{each.tariff}"
        if all(percent is not None for percent in written.values()):
            assert each.price is not None
            if own in written and Scope(own) in {part.scope for part in covered}:
                assert Fraction(each.price) == full * (1 - Fraction(written[own] or 0) / 100)
            elif "it_2" in written and "it_2" in {part.scope for part in covered}:
                assert Fraction(each.price) == full * (1 - Fraction(written["it_2"] or 0) / 100)
        elif own in written and written[own] is None:
            assert each.price is None


def test_each_tariff_stands_there_for_every_period_and_a_type_without_prices_as_a_whole() -> None:
    found = offered(vps())
    assert told(found) == [
        ("Fast", "P1M", Decimal("80.9919"), Decimal("78.9921")),
        ("Promo", "P1M", Decimal(810), Decimal(790)),
        ("Promo", "P12M", Decimal(8100), Decimal(7900)),
        ("SSL: all tariff plans", None, None, None),
    ]
    assert (found[-1].now, found[-1].following, found[-1].tariff) == (3, 5, None)
    assert [each[:2] for each in told(shortest(found))] == [
        ("Fast", "P1M"),
        ("Promo", "P1M"),
        ("SSL: all tariff plans", None),
    ]


def test_r8_a_cap_holds_and_what_is_left_out_has_its_full_price() -> None:
    assert told(offered(vps("7=10")))[1] == ("Promo", "P1M", Decimal(900), Decimal(900))
    assert told(offered(vps("vds=20")))[0] == ("Fast", "P1M", Decimal("80.9919"), Decimal("79.9920"))
    left_out = offered(vps("", 7))[1]
    assert (left_out.name.en, left_out.now, left_out.price, left_out.following_price) == ("Promo", 0, 1000, 1000)


def test_without_prices_the_percents_of_what_is_split_are_told_by_tariff() -> None:
    found = offered(vps("7=10"), [])
    assert [(each.name.en, each.now, each.following, each.price) for each in found] == [
        ("Virtual server: tariff plan Promo", 10, 10, None),
        ("Virtual server: tariff plan Fast", 19, 21, None),
        ("SSL: all tariff plans", 3, 5, None),
    ]


def test_without_a_next_tier_nothing_is_told_of_one_and_what_nobody_knows_is_no_price() -> None:
    found = offered(vps(), following=None, in_effect=lambda part: None)
    assert {(each.now, each.price, each.following, each.following_price) for each in found} == {(None,) * 4}


def test_the_programmes_currency_is_told_where_there_is_a_price_in_it() -> None:
    several = (at(12, MONTH, "USD"), at(1000), at(3, Period("day", 1), "USD"), at(9, Period("lifetime", 1)))
    found = [(each.period.iso, each.amount.amount, each.amount.currency) for each in prices_in(several, "RUB")]
    assert found == [("P1D", 3, "USD"), ("P1M", 1000, "RUB"), ("lifetime", 9, "RUB")]


# --- the next tier ---


def test_the_next_tier_is_the_next_that_gives_more_to_what_is_covered() -> None:
    tiers = [tier for tier in TABLE.tiers if tier.threshold > 50_000]
    assert next_higher(tiers, vps(), P8) == TABLE.by_name("Partner #9")
    capped = vps("vds=5")
    assert next_higher(tiers[1:], capped, P9) == TABLE.by_name("Partner #14"), "SSL rises there"
    assert next_higher([], vps(), P8) is None
    assert next_higher(tiers, [Covered(Scope("it_2"), "vds", VPS, Decimal(19))], P8) is None


# --- what it is worth ---


def test_charges_of_a_month_by_other_percents() -> None:
    day = date(2025, 1, 20)
    savings = [Saved(day, VPS, Decimal(190)), Saved(day, SSL, Decimal(30))]
    assert saved_at(savings, lambda day, name: P8[name], P9) == Decimal("260.00")
    assert saved_at(savings, lambda day, name: P8[name], P8) == Decimal("220.00")
    assert saved_at([], lambda day, name: None, P9) == 0
    assert saved_at(savings, lambda day, name: None, P9) is None
    assert saved_at(savings, lambda day, name: P8[name], {VPS: Decimal(21)}) is None
    assert saved_at([Saved(day, None, Decimal(1))], lambda day, name: P8[name], P9) is None


# --- how it is said ---


def test_amounts_are_told_to_the_kopeck() -> None:
    assert [to_kopeck(Decimal(text)) for text in ("80.9919", "0.005", "0.0049")] == [
        Decimal("80.99"),
        Decimal("0.01"),
        Decimal("0.00"),
    ]


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (MONTH, Text("1 month", "1 месяц")),
        (Period("month", 36), Text("3 years", "3 года")),
        (Period("day", 1), Text("1 day", "1 день")),
        (Period("lifetime", 1), Text("for good", "бессрочно")),
        (Period("fortnight", 1), same("fortnight")),
    ],
    ids=str,
)
def test_a_period_is_said(period: Period, said: Text) -> None:
    assert period_text(period) == said
