"""What the demo tells of a night, a payment, a refund."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.moves import Move, Mover
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.tiers import ServiceClass, published_table

from tests.demo import speech
from tests.demo.telling import State, changes, unchanged, verdict

TODAY = date(2025, 1, 21)
NAMES = {1: "Atlas", 2: "Borealis", 3: "Cumulus", 4: "Driftnet"}
PRODUCTS = {"certificate": ServiceClass("ssl"), "dedic": ServiceClass("dedicated"), "vds": ServiceClass("vps")}
"""In the order of the alphabet, as the panel's database may give them; and the table's name for each."""


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(speech, "RUSSIAN", request.param == "ru")
    return str(request.param)


def standing(account: int, tier: str | None, move: Move | None = None, by_hand: datetime | None = None) -> Standing:
    found = published_table().by_name(tier) if tier else None
    return Standing(
        AccountId(account),
        NAMES[account],
        Basis.TURNOVER,
        tier,
        found.threshold if found else None,
        put_right_at=by_hand,
        move=move,
    )


def state(*standings: Standing, changed: Mapping[int, Mapping[str, int]] | None = None) -> State:
    """Each with the discounts of their tier, as far as nobody has `changed` them."""
    percents = {}
    for each in standings:
        tier = published_table().by_name(each.tier) if each.tier else None
        given = {product: tier.percents[name] for product, name in PRODUCTS.items()} if tier else {}
        given |= {product: Decimal(percent) for product, percent in (changed or {}).get(each.account, {}).items()}
        percents[int(each.account)] = given
    return State({each: NAMES[each] for each in percents}, {int(each.account): each for each in standings}, percents)


def test_a_night_tells_tiers_and_discounts_apart_and_who_why(language: str) -> None:
    """Of whom only a discount was put right no tier has moved."""
    left = Move(TODAY, Mover.LEFT_THE_WINDOW, Decimal(3_000), "pfx/5", date(2024, 12, 20))
    before = state(
        standing(1, "Partner #8"),
        standing(2, "Starter"),
        standing(3, "Partner #1"),
        standing(4, None),
        changed={2: {"vds": 50}},
    )
    after = state(
        standing(1, "Partner #7", left),
        standing(2, "Starter", by_hand=datetime(2025, 1, 21, 0, 7)),
        standing(3, None, left),
        standing(4, None),
    )
    assert (
        verdict(before, after)
        == {
            "en": "Tiers: 1 dropped, 1 ended. Discounts changed for 3 clients.",
            "ru": "Статус снизился у 1 клиента, закончился у 1. Скидки изменились у 3 клиентов.",
        }[language]
    )
    assert (
        list(changes(before, after))
        == {
            "en": [
                "  1 Atlas: Partner #8 → Partner #7, RUB 3,000 of 20 Dec 2024 left the period",
                "    VPS 19 → 17 %, dedicated servers 7 → 6 %",
                "  2 Borealis: Starter, changed by hand, set again by the program",
                "    VPS 50 → 3 %",
                "  3 Cumulus: Partner #1 → no tier, RUB 3,000 of 20 Dec 2024 left the period",
                "    VPS 5 % → none, dedicated servers 1 % → none, SSL certificates 1 % → none",
            ],
            "ru": [
                "  1 Atlas: Partner #8 → Partner #7, платёж 3 000 ₽ от 20.12.2024 вышел из периода",
                "    VPS 19 → 17 %, выделенные серверы 7 → 6 %",
                "  2 Borealis: Starter, скидку меняли вручную, программа её восстановила",
                "    VPS 50 → 3 %",
                "  3 Cumulus: Partner #1 → без статуса, платёж 3 000 ₽ от 20.12.2024 вышел из периода",
                "    VPS 5 % → нет, выделенные серверы 1 % → нет, SSL-сертификаты 1 % → нет",
            ],
        }[language]
    )


def test_a_night_on_which_nothing_moved_says_so(language: str) -> None:
    same = state(standing(1, "Partner #8"), standing(4, None))
    assert (verdict(same, same), list(changes(same, same))) == (
        {
            "en": "Nobody's tier changed. Nobody's discounts changed.",
            "ru": "Ничей статус не изменился. Ничьи скидки не изменились.",
        }[language],
        [],
    )


HELD = replace(
    standing(1, "Partner #8"), change_day=date(2025, 1, 22), next_tier="Partner #9", missing=Decimal("48000.50")
)
NOBODY = Standing(AccountId(1))


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        pytest.param(
            HELD,
            replace(HELD, change_day=date(2025, 2, 10)),
            {
                "en": "the payment keeps Partner #8 through 9 Feb 2025; without it, through 21 Jan 2025. "
                "RUB 48,000.50 more to reach Partner #9.",
                "ru": "платёж сохранил Partner #8 по 09.02.2025 включительно, без него — по 21.01.2025. "
                "До Partner #9 не хватает 48 000,50 ₽.",
            },
            id="a payment that keeps the tier",
        ),
        pytest.param(
            replace(HELD, change_day=date(2025, 2, 10), missing=None),
            replace(HELD, missing=None),
            {
                "en": "Partner #8 is kept through 21 Jan 2025.",
                "ru": "Partner #8 сохранится по 21.01.2025 включительно.",
            },
            id="a refund, and no higher tier",
        ),
        pytest.param(
            NOBODY,
            replace(standing(1, None), next_tier="Starter", missing=Decimal(200)),
            {
                "en": "no tier yet. RUB 200 more to reach Starter.",
                "ru": "статуса пока нет. До Starter не хватает 200 ₽.",
            },
            id="below the first tier",
        ),
        pytest.param(
            NOBODY,
            replace(NOBODY, basis=Basis.EXCLUDED),
            {
                "en": "client excluded from the program by the administrator.",
                "ru": "клиент исключён из программы администратором.",
            },
            id="excluded",
        ),
        pytest.param(
            NOBODY,
            NOBODY,
            {"en": "client not a member.", "ru": "клиент не участвует в программе."},
            id="nothing is on record",
        ),
    ],
)
def test_why_a_payment_changed_no_discount(
    was: Standing, now: Standing, says: Mapping[str, str], language: str
) -> None:
    """What follows from it for the tier, in the figures of the client's own page."""
    begins = {"en": "Discounts have not changed: ", "ru": "Скидки не изменились: "}[language]
    assert unchanged(state(was), state(now), 1) == begins + says[language]
