"""How decisions are told whose details are not known or not kept any more (R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.decision import Decision, leave_out
from resellerprogram.programme.ids import Scope
from resellerprogram.programme.payments import Rate
from resellerprogram.programme.records import Record
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import ServiceClass
from resellerprogram.programme.turnover import Reason, Verdict
from resellerprogram.words import explanation

from tests.programme.builders import ACCOUNT, TABLE, decided, paid
from tests.texts import plain_spaces

NOON = datetime(2025, 1, 20, 12)
DETAILED = decided([paid(52_000, "2025-01-05")], "2025-01-20")
OLD = replace(DETAILED, turnover=replace(DETAILED.turnover, verdicts=(), recorded=Decimal(52_000)))


def told(decision: Decision, language: str, months: int = 36, has_details: bool = False) -> list[str]:
    record = Record(1, decision, NOON.date(), NOON.date(), (), "daily", NOON, NOON, has_details=has_details)
    lines = explanation.explanation(decision, "Ромашка", "RUB", TABLE, {}, language)
    written = explanation.written_lines(record, "", {}, {}, language, months)
    return list(map(plain_spaces, [*filter(None, lines), *written]))


def test_of_an_old_decision_the_sums_are_told_and_that_details_are_not_kept() -> None:
    assert told(OLD, "en") == [
        "Client 27, Ромашка, on 20 Jan 2025: Partner #8 (vps 19 %, dedicated 7 %, ssl 3 %)",
        "Basis: by turnover.",
        "Turnover RUB 52,000: payments credited from 20 Dec 2024 to 20 Jan 2025, both days included.",
        "The payments behind it are not known any more; the sum is on record.",
        "Calculated 20 Jan 2025, 12:00 (nightly recalculation); last checked without change 20 Jan 2025, 12:00.",
        "Details are kept for 36 months. Of these days turnover, tier and basis are on record; which payments counted "
        "and what was changed is not kept any more.",
    ]
    assert told(OLD, "ru")[-1] == (
        "Подробности хранятся 36 месяцев. Об этих днях сохранены оборот, статус и основание; какие платежи учтены и "
        "что изменено, больше не хранится."
    )


@pytest.mark.parametrize(("months", "says"), [(1, "1 месяц."), (3, "3 месяца."), (0, "Об этих днях")])
def test_for_how_long_details_are_kept_is_told_where_they_still_go(months: int, says: str) -> None:
    assert says in explanation.not_kept(months).ru
    assert ("Подробности хранятся" in explanation.not_kept(months).ru) == bool(months)


def test_of_who_took_no_part_no_payments_are_told_either_way() -> None:
    out = leave_out(ACCOUNT, date(2025, 1, 20), Basis.EXCLUDED)
    assert len(told(out, "en")) == 4
    assert told(out, "en", has_details=True) == told(out, "en")[:3]


def test_what_was_changed_is_told_by_the_titles_that_clients_read() -> None:
    vps, ssl = ServiceClass("vps"), ServiceClass("ssl")
    titles = {vps: Text("VPS", "VPS"), ssl: Text("SSL certificates", "SSL-сертификаты")}
    written = tuple(
        PlainChange(Scope(scope), what, Decimal(before), Decimal(after))
        for scope, what, before, after in (
            ("it_5", "certificate", 3, 5),
            ("it_2", "vds", 19, 21),
            ("pl_7", "vds: S", 1, 2),
        )
    )
    record = replace(Record(1, DETAILED, NOON.date(), NOON.date(), (), "daily", NOON, NOON), written=written)
    lines = explanation.written_lines(record, "", {"vds": vps, "certificate": ssl}, titles, "ru", 36)
    changed = "Изменено: VPS 19 → 21 %; VPS: S 1 → 2 %; SSL-сертификаты 3 → 5 %."
    assert plain_spaces([*lines][-1]) == changed


@pytest.mark.parametrize(
    ("login", "says"),
    [("", "(платёж зачислен);"), ("admin", "(платёж зачислен, admin);"), ("1", "(платёж зачислен, пользователь 1);")],
)
def test_who_did_it_is_told_by_login_or_as_a_user_of_that_id(login: str, says: str) -> None:
    record = Record(1, DETAILED, NOON.date(), NOON.date(), (), "payment.setpaid", NOON, NOON)
    assert says in next(explanation.written_lines(record, login, {}, {}, "ru", 36))


def test_a_rate_has_the_readers_decimal_sign() -> None:
    verdict = Verdict(
        paid(100, "2025-01-05"), Reason.COUNTED, Decimal(9_250), Rate("USD", date(2025, 1, 5), Decimal("92.5"))
    )
    assert "по курсу 92,5 от 05.01.2025" in explanation.reason(verdict, "ru")
    assert "at 92.5 of 5 Jan 2025" in explanation.reason(verdict, "en")


def test_a_decision_with_details_says_nothing_of_that() -> None:
    lines = told(DETAILED, "en", has_details=True)
    assert "RUB 48,000 more to reach Partner #9 (from RUB 100,000)." in lines
    assert not any("kept" in line for line in lines)
