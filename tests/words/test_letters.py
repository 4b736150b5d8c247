"""What clients are notified of, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from resellerprogram.programme.forecast import Keep
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.notices import Kind, Notice
from resellerprogram.programme.settings import Settings
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import VPS, published_table
from resellerprogram.store import Store
from resellerprogram.words.letters import letter

from tests.texts import plain_spaces

TITLES = {VPS: Text("VPS", "VPS")}
DAY, TODAY = date(2025, 1, 21), date(2025, 1, 18)


@pytest.fixture
def settings(store: Store) -> Settings:
    return store.settings.current()


def told(notice: Notice, settings: Settings, language: str) -> tuple[str, str]:
    words = letter(notice, settings, TITLES, TODAY)
    return plain_spaces(words.subject.say(language)), plain_spaces(words.message.say(language))


def notice(kind: Kind, before: str, after: str, keep: Keep | None = None) -> Notice:
    table = published_table()
    short = {each.name: replace(each, percents={VPS: each.percents[VPS]}) for each in table.tiers}
    return Notice(AccountId(1), kind, DAY, short.get(before), short.get(after), keep)


def kept(name: str, first: date) -> Keep:
    found = published_table().by_name(name)
    assert found
    return Keep(found, Decimal(1000), first, date(2025, 1, 20))


def test_a_rise_says_what_is_in_effect_and_where_its_end_is_told(settings: Settings) -> None:
    rose = notice(Kind.ROSE, "Partner #8", "Partner #9")
    assert told(rose, settings, "ru") == (
        "Ваш статус повышен: Partner #9",
        "Теперь действуют скидки: VPS 21 % — на новые заказы и продления. До какого дня сохранится статус: "
        "«Реселлерская программа» → «Мой статус».",
    )
    assert told(rose, settings, "en") == (
        "Your tier is now Partner #9",
        "Your discounts on new orders and renewals: VPS 21 %. How long you keep the tier: Reseller program → My tier.",
    )


def test_a_coming_fall_says_what_to_add_by_when(settings: Settings) -> None:
    falls = notice(Kind.WILL_FALL, "Partner #8", "Partner #7", kept("Partner #8", TODAY))
    assert told(falls, settings, "ru") == (
        "21.01.2025 статус снизится до Partner #7",
        "Чтобы сохранить Partner #8 (VPS 19 %), внесите 1 000 ₽ до 20.01.2025 включительно. Иначе с 21.01.2025 скидки "
        "будут: VPS 17 %.",
    )
    assert told(falls, settings, "en") == (
        "Your tier drops to Partner #7 on 21 Jan 2025",
        "To keep Partner #8 (VPS 19 %), add RUB 1,000 by 20 Jan 2025. Otherwise your discounts from 21 Jan 2025 are: "
        "VPS 17 %.",
    )


def test_from_which_day_on_is_said_only_where_today_is_too_early(settings: Settings) -> None:
    falls = notice(Kind.WILL_FALL, "Starter", "", kept("Starter", date(2025, 1, 19)))
    assert told(falls, settings, "ru") == (
        "21.01.2025 скидки программы закончатся",
        "Чтобы сохранить Starter (VPS 3 %), внесите 1 000 ₽ с 19.01 по 20.01.2025 включительно. Иначе 21.01.2025 "
        "скидки программы закончатся.",
    )
    assert told(falls, settings, "en") == (
        "Your program discounts end on 21 Jan 2025",
        "To keep Starter (VPS 3 %), add RUB 1,000 between 19 Jan and 20 Jan 2025. Otherwise your program discounts end "
        "on 21 Jan 2025.",
    )


def test_a_fall_says_what_is_left_and_where_the_way_back_is_told(settings: Settings) -> None:
    fell = notice(Kind.FELL, "Partner #8", "Partner #7")
    assert told(fell, settings, "ru") == (
        "Статус снизился до Partner #7",
        "Оборот теперь меньше порога Partner #8. Действуют скидки: VPS 17 %. Сколько внести, чтобы вернуть статус: "
        "«Реселлерская программа» → «Мой статус».",
    )
    assert told(fell, settings, "en") == (
        "Your tier dropped to Partner #7",
        "Your turnover is now below Partner #8. Your discounts: VPS 17 %. What it takes to get it back: Reseller "
        "program → My tier.",
    )


@pytest.mark.parametrize(
    ("promo_codes", "others", "again"),
    [
        ("refuse", "set_aside", " Промокоды снова действуют, приостановленные скидки возвращаются."),
        ("refuse", "leave", " Промокоды снова действуют."),
        ("allow", "set_aside", " Приостановленные скидки возвращаются."),
        ("allow", "leave", ""),
    ],
)
def test_the_end_says_what_acts_again_as_far_as_it_had_rested(
    store: Store, promo_codes: str, others: str, again: str
) -> None:
    store.settings.set("promo_codes", promo_codes)
    store.settings.set("other_discounts", others)
    assert told(notice(Kind.FELL, "Starter", ""), store.settings.current(), "ru") == (
        "Скидки реселлерской программы закончились",
        f"Оборот меньше порога первого статуса.{again}",
    )
