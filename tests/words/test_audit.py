"""The change log in the reader's language, from the plain values that were kept."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from resellerprogram.office import Office
from resellerprogram.office.classes import class_values
from resellerprogram.office.members import note_values
from resellerprogram.programme import deeds
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.losses import Loss
from resellerprogram.programme.members import MemberNote
from resellerprogram.programme.settings import FULL_LEVEL
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import VPS, published_table
from resellerprogram.store import Store
from resellerprogram.store.changes import Author
from resellerprogram.store.classes import ClassOfServices
from resellerprogram.words.audit import change_lines, whose

from tests.texts import plain_spaces

CSV = published_table().to_csv()
TITLES = {VPS: Text("VPS", "VPS")}
PINNED = MemberNote(AccountId(1), "enrolled", "asked", Pin("Partner #3", date(2025, 2, 1), "contract 12", exactly=True))
NOBODY = MemberNote(AccountId(1))


def told(what: str, before: str, after: str, language: str = "en") -> list[str]:
    return list(map(plain_spaces, change_lines(what, before, after, TITLES, "RUB", language)))


def test_a_table_is_told_tier_by_tier() -> None:
    after = CSV.replace("Partner #5,20000,13", "Partner #5,20000,10")
    assert told(deeds.TIERS, CSV, after) == ["Partner #5: VPS 13 → 10 %"]
    assert [whose(deeds.TIERS, "2026-12-01", each) for each in ("en", "ru")] == ["from 1 Dec 2026", "с 01.12.2026"]


def test_what_was_said_of_a_client_is_told_in_the_readers_language() -> None:
    before, after = note_values(NOBODY), note_values(PINNED)
    assert told(deeds.MEMBER, before, after) == [
        "participation: as in the settings → included: asked",
        "pinned tier: — → exactly Partner #3 through 1 Feb 2025: contract 12",
    ]
    assert told(deeds.MEMBER, after, before, "ru") == [
        "участие: включён в программу: asked → как в настройках",
        "закреплённый статус: ровно Partner #3 по 01.02.2025 включительно: contract 12 → —",
    ]


def test_what_many_lose_is_told_in_the_readers_language(store: Store) -> None:
    office = Office(store.folder.parents[1], store, Author("chief", ""), lambda: datetime(2025, 1, 20, 12), FULL_LEVEL)
    office.losses.record("settings", Loss(frozenset({AccountId(27)}), ended=3), "по договору")
    kept = store.changes.newest(1)[0]
    assert told(kept.what, kept.before, kept.after, "ru") == [
        "Скидки программы отменятся у 1 клиента (скидок: 3).",
        "по договору",
    ]
    assert told(kept.what, kept.before, kept.after)[0] == "1 client loses its program discounts (3)."
    assert [whose(kept.what, each, "ru") for each in (kept.whom, "warn_days", "vps")] == [
        "настройки",
        "Предупреждать о снижении, дней (warn_days)",
        "vps",
    ]


def test_what_a_client_has_agreed_to_is_on_record_word_for_word() -> None:
    joined = note_values(MemberNote(AccountId(1), "enrolled"), "Promo codes end.\nOther discounts rest.")
    assert told(deeds.JOINED, note_values(NOBODY), joined)[1:] == ["Promo codes end.", "Other discounts rest."]


def test_opening_turnover_is_told_as_it_was_given_and_why_it_was_ended() -> None:
    given = (
        '{"amount": "20000", "currency": "RUB", "day": "2025-01-15", "until": "2025-02-15", "reason": "other panel"}'
    )
    assert told(deeds.OPENING, "", given) == [
        "— → RUB 20,000, counts like a payment of 15 Jan 2025, through 15 Feb 2025: other panel"
    ]
    assert told(deeds.OPENING, given, '{"reason": "by mistake"}', "ru") == [
        "20 000 ₽, учитывается как платёж от 15.01.2025 по 15.02.2025 включительно: other panel → —",
        "by mistake",
    ]


def test_a_class_is_told_by_what_differs() -> None:
    before = ClassOfServices(VPS, Text("VPS", "VPS"), ("vds",))
    after = ClassOfServices(VPS, Text("VPS", "VPS"), ("vds", "vds.vps"), (5,))
    assert told(deeds.CLASS, class_values(before), class_values(after), "ru") == [
        "типы продуктов: vds → vds, vds.vps",
        "тарифы без скидки: — → 5",
    ]
    assert told(deeds.CLASS, "", class_values(before))[1] == "product types: — → vds"


def test_a_setting_is_told_by_its_label_and_its_name() -> None:
    assert told(deeds.SETTING, "1", "2") == ["1 → 2"]
    assert whose(deeds.SETTING, "window_months", "ru") == "Период, месяцев (window_months)"


@pytest.mark.parametrize(
    ("what", "before", "after", "lines"),
    [
        (deeds.MEMBER, "by the rule", "excluded: contract ended", ["by the rule → excluded: contract ended"]),
        (deeds.CLASS, "", "VPS / VPS: vds", ["VPS / VPS: vds"]),
        (deeds.TIERS, "", CSV[:60], None),
        (deeds.MEMBER, "null", "[]", ["null → []"]),
        (deeds.APPLY, "", "a quiet month", ["a quiet month"]),
        (deeds.BACKUP, "", "", []),
    ],
)
def test_what_an_earlier_release_kept_is_told_as_it_was_kept(
    what: str, before: str, after: str, lines: list[str] | None
) -> None:
    found = told(what, before, after)
    assert found == lines if lines is not None else "status,from" in found[0]
