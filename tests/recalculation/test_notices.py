"""What resellers are told: once per cause, in their language, through the panel's own notifications."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.notices import Kind
from resellerprogram.recalculation import notifying

from tests.operator import TODAY, Operator
from tests.texts import plain_spaces

NEXT = TODAY + timedelta(days=1)


@pytest.fixture
def reseller(operator: Operator) -> int:
    """52 000 on 20 January, of which 3 000 leave the window next day; known to the programme for a week."""
    _SEEN.clear()
    account = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(account, 3_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(account, 49_000, date(2025, 1, 5))
    operator.apply(date(2025, 1, 13))
    assert told(operator) == []
    return account


_SEEN: dict[Path, int] = {}


def told(operator: Operator) -> list[tuple[str, str]]:
    """Whom the panel has notified of what since the last look."""
    found: list[dict[str, Any]] = operator.sandbox.notifications()
    seen = _SEEN.get(operator.sandbox.root, 0)
    _SEEN[operator.sandbox.root] = len(found)
    return [(each["user"], each["subject"]) for each in found[seen:]]


def test_the_first_run_tells_nobody(operator: Operator) -> None:
    for amount in (700, 52_000):
        operator.sandbox.world.add_payment(operator.sandbox.world.add_account("Old client"), amount, TODAY)
    operator.apply()
    assert told(operator) == []
    assert operator.store.notices.newest(10) == []


def test_a_payment_that_lifts_the_tier_is_told_in_the_users_language(operator: Operator, reseller: int) -> None:
    operator.sandbox.world.add_user(reseller, "english@example.com", language="en")
    operator.apply(date(2025, 1, 14))
    payment = operator.sandbox.world.add_payment(reseller, 60_000, date(2025, 1, 14))
    operator.queue(payment, day=date(2025, 1, 14))
    operator.work(date(2025, 1, 14))
    assert told(operator) == [("2", "Ваш статус повышен: Partner #9"), ("3", "Your tier is now Partner #9")]
    operator.queue(payment, day=date(2025, 1, 14))
    operator.work(date(2025, 1, 14))
    assert told(operator) == []


@pytest.mark.parametrize("reading", ["nobody", "first"])
def test_a_notification_names_the_programmes_provider_and_is_seen_in_that_client_area(
    operator: Operator, reading: str
) -> None:
    """panel-2 E1: the panel counts them by user and provider."""
    sandbox = operator.sandbox
    second = sandbox.world.add_project("Second")
    operator.store.settings.set("provider", str(second))
    sandbox.read_as(notification_without_project=reading)
    account = sandbox.world.add_account("Ромашка")
    user = sandbox.world.user_of(account)
    operator.apply()
    sandbox.world.add_payment(account, 52_000, TODAY, project=second)
    operator.apply()
    assert [each["project"] for each in sandbox.notifications()] == [str(second)]
    seen = {area: len(sandbox.mgrctl("notification", su=user, project=area).findall("elem")) for area in (1, second)}
    assert seen == {1: 0, second: 1}


def test_a_coming_fall_is_told_once_with_what_prevents_it_and_the_fall_when_it_is_there(
    operator: Operator, reseller: int
) -> None:
    """R7, the published example."""
    operator.sandbox.read_as(user_form="absent")
    subjects = {}
    for offset in range(7):
        day = date(2025, 1, 16) + timedelta(days=offset)
        operator.apply(day)
        operator.apply(day)
        subjects[day.day] = told(operator)
    assert subjects[16] == subjects[17] == subjects[19] == subjects[20] == subjects[22] == []
    assert subjects[18] == [
        ("2", "21.01.2025 статус снизится до Partner #7 / Your tier drops to Partner #7 on 21 Jan 2025")
    ]
    assert subjects[21] == [("2", "Статус снизился до Partner #7 / Your tier dropped to Partner #7")]


def test_the_warning_names_amount_and_last_day(operator: Operator, reseller: int) -> None:
    operator.apply(date(2025, 1, 18))
    (sent,) = operator.sandbox.notifications()
    assert plain_spaces(sent["message"]) == (
        "Чтобы сохранить Partner #8 (VPS 19 %, выделенные серверы 7 %, SSL-сертификаты 3 %), внесите 1 000 ₽ до "
        "20.01.2025 включительно. Иначе с 21.01.2025 скидки будут: VPS 17 %, выделенные серверы 6 %, "
        "SSL-сертификаты 3 %."
    )


def test_the_end_of_a_pin_is_no_payment_that_leaves(operator: Operator, reseller: int) -> None:
    """R6: whatever ends the tier, what is said is true of it."""
    operator.store.members.pin(
        AccountId(reseller), Pin("Partner #9", date(2025, 1, 17), "contract 12"), datetime(2025, 1, 14)
    )
    operator.apply(date(2025, 1, 15))
    warning = operator.sandbox.notifications()[-1]
    assert warning["subject"] == "18.01.2025 статус снизится до Partner #8"
    assert "Чтобы сохранить Partner #9 (" in warning["message"]
    assert "внесите 48 000 ₽ до 17.01.2025 включительно" in plain_spaces(warning["message"])
    operator.apply(date(2025, 1, 18))
    fall = operator.sandbox.notifications()[-2]
    assert "Оборот теперь меньше порога Partner #9. Действуют скидки: VPS 19" in fall["message"]


@pytest.mark.parametrize("days", [1, 5])
def test_how_long_before_is_a_setting(operator: Operator, reseller: int, days: int) -> None:
    operator.store.settings.set("warn_days", str(days))
    day = date(2025, 1, 21) - timedelta(days=days)
    operator.apply(day - timedelta(days=1))
    assert told(operator) == []
    operator.apply(day)
    assert len(told(operator)) == 1


def test_the_administrator_switches_each_off(operator: Operator, reseller: int) -> None:
    operator.store.settings.set("client_notices", "fell")
    operator.apply(date(2025, 1, 18))
    assert told(operator) == []
    operator.apply(date(2025, 1, 21))
    assert len(told(operator)) == 1
    operator.store.settings.set("client_notices", "off")
    operator.apply(date(2025, 2, 6), allow_drop=True)
    assert told(operator) == []


def test_the_reseller_switches_each_off(operator: Operator, reseller: int) -> None:
    operator.store.notices.want(AccountId(reseller), {Kind.WILL_FALL})
    operator.apply(date(2025, 1, 18))
    assert told(operator) == []
    operator.apply(date(2025, 1, 21))
    assert len(told(operator)) == 1


def test_another_tier_table_tells_nobody(operator: Operator, reseller: int) -> None:
    from resellerprogram.programme.tiers import TierTable, published_table

    operator.store.tiers.put(
        TierTable(published_table().tiers[:3]), date(2025, 1, 14), "admin", operator.clock(TODAY)()
    )
    operator.apply(date(2025, 1, 14), allow_drop=True)
    assert operator.percents(reseller)["vds"] == 7
    assert told(operator) == []


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(operator: Operator, reseller: int) -> None:
    report = operator.plan(date(2025, 1, 18))
    assert [(account.id, notice.kind) for account, notice in report.notices] == [(reseller, Kind.WILL_FALL)]
    assert told(operator) == []
    assert operator.store.notices.newest(10) == []
    operator.apply(date(2025, 1, 18))
    assert len(told(operator)) == 1
    assert operator.plan(date(2025, 1, 18)).notices == []


def test_a_run_for_another_day_tells_nobody(operator: Operator, reseller: int) -> None:
    from resellerprogram.recalculation.run import recalculate

    store, root = operator.store, operator.sandbox.root
    recalculate(root, store, date(2025, 1, 18), operator.clock(date(2025, 1, 14)), "apply")
    assert told(operator) == []
    assert store.notices.newest(10) == []


def test_what_the_panel_refuses_is_on_record_and_not_tried_again(operator: Operator, reseller: int) -> None:
    operator.sandbox.fault("refuse", "notification.edit", count=1)
    operator.apply(date(2025, 1, 18))
    assert told(operator) == []
    (kept,) = operator.store.notices.newest(10)
    assert (kept.outcome, "Lost connection" in kept.error.en or bool(kept.error)) == ("refused", True)
    operator.apply(date(2025, 1, 19))
    assert told(operator) == []


def test_a_user_that_the_panel_refuses_keeps_no_other_user_and_no_other_account(
    operator: Operator, reseller: int
) -> None:
    other = operator.sandbox.world.add_account("Vector Ltd")
    operator.sandbox.world.add_payment(other, 3_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(other, 49_000, date(2025, 1, 5))
    operator.sandbox.world.add_user(reseller, "second@example.com")
    operator.apply(date(2025, 1, 14))
    operator.sandbox.fault("refuse", "notification.edit", count=1)
    operator.apply(date(2025, 1, 18))
    assert len(told(operator)) == 2
    assert [(kept.outcome, bool(kept.error)) for kept in operator.store.notices.newest(10)] == [
        ("sent", False),
        ("sent", True),
    ]


def test_a_client_without_a_user_is_on_record_as_such(operator: Operator, reseller: int) -> None:
    operator.sandbox.world.delete_user("client1@example.com")
    operator.apply(date(2025, 1, 18))
    assert told(operator) == []
    assert [kept.outcome for kept in operator.store.notices.newest(10)] == ["nobody"]


@pytest.mark.parametrize("stays", [True, False])
def test_a_login_that_moved_to_another_client_is_not_told_of_the_old_ones_payments(
    operator: Operator, reseller: int, stays: bool
) -> None:
    """The kind of A4: whom to write to is not read from a list that is old because sweeps fail."""
    world, day = operator.sandbox.world, date(2025, 1, 14)
    moving = world.add_user(reseller, "moving@example.com")
    operator.apply(date(2025, 1, 13))
    assert str(moving) in operator.store.users.of(AccountId(reseller))
    other = world.add_account("Vector Ltd")
    world.move_user("moving@example.com", other)
    if not stays:
        world.move_user("client1@example.com", other)
    world.add_payment(reseller, 60_000, day)
    operator.store.queue.put(AccountId(reseller), "payment.setpaid", operator.clock(day)())
    operator.work(day)
    assert [user for user, _ in told(operator)] == (["2"] if stays else [])
    assert operator.store.notices.newest(1)[0].outcome == ("sent" if stays else "nobody")


def test_a_client_whose_users_the_panel_refuses_to_tell_keeps_nobody_else(operator: Operator, reseller: int) -> None:
    other = operator.sandbox.world.add_account("Vector Ltd")
    operator.sandbox.world.add_payment(other, 3_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(other, 49_000, date(2025, 1, 5))
    operator.apply(date(2025, 1, 14))
    operator.sandbox.world.delete_user("client1@example.com")
    operator.sandbox.fault("refuse", "user", skip=1, count=1)
    operator.apply(date(2025, 1, 18))
    assert len(told(operator)) == 1
    assert [kept.outcome for kept in operator.store.notices.newest(10)] == ["sent", "refused"]


def test_what_goes_wrong_with_one_notification_keeps_nobody_else(
    operator: Operator, reseller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V1's kind: a mistake of ours about one client ends neither night nor worker, and is on record."""
    other = operator.sandbox.world.add_account("Vector Ltd")
    operator.sandbox.world.add_payment(other, 3_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(other, 49_000, date(2025, 1, 5))
    operator.apply(date(2025, 1, 14))

    def as_it_is_now(context: Any, notice: Any) -> Any:
        if notice.account == reseller:
            raise OverflowError("of ours")
        return notice

    monkeypatch.setattr(notifying, "_as_it_is_now", as_it_is_now)
    assert operator.apply(date(2025, 1, 18)).failed == {}
    assert len(told(operator)) == 1
    kept = {each.notice.account: (each.outcome, each.error.en) for each in operator.store.notices.newest(10)}
    assert kept == {reseller: ("lost", "unexpected error: OverflowError('of ours'); see the log"), other: ("sent", "")}


def test_a_panel_that_dies_while_it_takes_one_is_not_asked_twice(operator: Operator, reseller: int) -> None:
    operator.sandbox.fault("empty", "notification.edit", count=1)
    operator.apply(date(2025, 1, 18))
    assert len(told(operator)) == 1
    assert [kept.outcome for kept in operator.store.notices.newest(10)] == ["lost"]
    operator.apply(date(2025, 1, 19))
    assert told(operator) == []


def test_while_the_panel_does_not_answer_a_notification_waits(operator: Operator, reseller: int) -> None:
    operator.sandbox.fault("empty", "user.edit")
    operator.apply(date(2025, 1, 18))
    operator.sandbox.clear_faults()
    assert told(operator) == []
    assert [kept.outcome for kept in operator.store.notices.newest(10)] == [""]
    operator.sweep(date(2025, 1, 18))
    assert len(told(operator)) == 1


def test_a_warning_that_waited_until_the_fall_is_not_sent_any_more(operator: Operator, reseller: int) -> None:
    operator.sandbox.fault("empty", "user.edit")
    operator.apply(date(2025, 1, 18))
    operator.sandbox.clear_faults()
    operator.apply(date(2025, 1, 21))
    assert told(operator) == [("2", "Статус снизился до Partner #7")]
    assert sorted(kept.outcome for kept in operator.store.notices.newest(10)) == ["over", "sent"]


def test_nobody_is_told_of_a_discount_before_the_panel_has_it(operator: Operator, reseller: int) -> None:
    payment = operator.sandbox.world.add_payment(reseller, 60_000, date(2025, 1, 14))
    operator.sandbox.fault("refuse", "account.discount.edit", count=1)
    operator.queue(payment, day=date(2025, 1, 14))
    operator.work(date(2025, 1, 14))
    assert told(operator) == []
    operator.apply(date(2025, 1, 14))
    assert told(operator) == [("2", "Ваш статус повышен: Partner #9")]


# --- the last thing told is true ---


def move(operator: Operator, function: str, payment: int) -> None:
    day = date(2025, 1, 14)
    operator.sandbox.set_payment_status(function, payment)
    operator.queue(payment, cause=function, day=day)
    operator.work(day)


def test_what_is_won_again_after_it_was_lost_is_told_again(operator: Operator, reseller: int) -> None:
    operator.apply(date(2025, 1, 14))
    payment = operator.sandbox.world.add_payment(reseller, 60_000, date(2025, 1, 14))
    for function in ("payment.setpaid", "payment.setfraud", "payment.setpaid", "payment.setfraud"):
        move(operator, function, payment)
    assert [subject for _, subject in told(operator)] == [
        "Ваш статус повышен: Partner #9",
        "Статус снизился до Partner #8",
        "Ваш статус повышен: Partner #9",
        "Статус снизился до Partner #8",
    ]


def test_what_was_taken_back_before_it_was_sent_is_told_to_nobody(operator: Operator, reseller: int) -> None:
    operator.apply(date(2025, 1, 14))
    payment = operator.sandbox.world.add_payment(reseller, 60_000, date(2025, 1, 14))
    operator.sandbox.fault("empty", "user.edit")
    move(operator, "payment.setpaid", payment)
    move(operator, "payment.setfraud", payment)
    operator.sandbox.clear_faults()
    operator.apply(date(2025, 1, 14))
    assert told(operator) == []
    assert [kept.outcome for kept in operator.store.notices.newest(10)] == ["withdrawn"]


def test_u5_a_changed_setting_is_not_told_to_clients_as_their_doing(operator: Operator, reseller: int) -> None:
    day = date(2025, 1, 14)
    operator.apply(day)
    operator.sandbox.world.add_payment(reseller, 60_000, date(2024, 12, 1))
    for months, tier in (("2", 21), ("1", 19)):
        operator.store.settings.set("window_months", months)
        operator.apply(day, allow_drop=True)
        assert operator.percents(reseller)["vds"] == tier
    assert told(operator) == []


def test_v8_a_payment_waits_for_one_notification_and_not_for_all(
    operator: Operator, reseller: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resellerprogram.panel.notices import notify

    for _ in range(3):
        other = operator.sandbox.world.add_account("Another")
        operator.sandbox.world.add_payment(other, 3_000, date(2024, 12, 20))
        operator.sandbox.world.add_payment(other, 49_000, date(2025, 1, 5))
    operator.apply(date(2025, 1, 14))
    waits: list[int] = []

    def payment_meanwhile(*words: Any) -> None:
        if not waits:
            operator.store.queue.put(AccountId(reseller), "payment.setpaid", operator.clock(date(2025, 1, 18))())
        waits.append(len(operator.store.queue.all()))
        notify(*words)

    monkeypatch.setattr("resellerprogram.recalculation.notifying.notify", payment_meanwhile)
    operator.apply(date(2025, 1, 18))
    assert waits == [1, 0, 0, 0]
    assert len(told(operator)) == 4


def test_a_status_that_rises_under_its_caps_is_told_with_what_the_client_gets(
    operator: Operator, reseller: int
) -> None:
    """No discount changes by it."""
    for name, of_type in (("vps", "vds"), ("dedicated", "dedic"), ("ssl", "certificate")):
        operator.classes(name, of_type, caps=f"{of_type}=1")
    operator.apply(allow_drop=True)
    told(operator)
    operator.sandbox.reset_calls()
    operator.queue(operator.sandbox.world.add_payment(reseller, 60_000, TODAY))
    operator.work()
    assert operator.writes() == []
    (letter,) = operator.sandbox.notifications()[-1:]
    assert told(operator) == [("2", "Ваш статус повышен: Partner #9")]
    assert "VPS 1 %" in plain_spaces(letter["message"])
