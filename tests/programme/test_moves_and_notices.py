"""What moved a tier, and what a reseller is told of it."""

from __future__ import annotations

from datetime import date

import pytest
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.forecast import Forecast, Outlook
from resellerprogram.programme.moves import Mover, what_moved
from resellerprogram.programme.notices import Kind, Notice, Telling, notices
from resellerprogram.programme.payments import Payment, PaymentStatus
from resellerprogram.programme.tiers import TierTable

from tests.programme.builders import ACCOUNT, RULES, TABLE, day, decided, paid

EVERYTHING = Telling(frozenset(Kind), 3)
OLD, NEW = paid(3_000, "2024-12-20"), paid(49_000, "2025-01-05")


def told(
    before: Decision | None, after: Decision, telling: Telling = EVERYTHING, table: TierTable = TABLE
) -> list[Notice]:
    return list(notices(before, after, Forecast(Outlook.of(after), lambda _: table), telling))


def pinned(made: list[Payment], on: str) -> Decision:
    pin = Pin("Partner #8", day("2025-01-20"), "contract")
    return decide(ACCOUNT, day(on), made, TABLE, RULES, pin)


# --- what moved it ---


def test_a_payment_that_came_moved_it() -> None:
    top_up = paid(50_000, "2025-01-21")
    move = what_moved(decided([OLD, NEW], "2025-01-20"), decided([OLD, NEW, top_up], "2025-01-21"))
    assert (move.day, move.mover, move.amount, move.number) == (
        date(2025, 1, 21),
        Mover.PAYMENT,
        50_000,
        top_up.number,
    )


def test_a_payment_that_left_the_window_moved_it() -> None:
    move = what_moved(decided([OLD, NEW], "2025-01-20"), decided([OLD, NEW], "2025-01-21"))
    assert (move.mover, move.amount, move.credited_on) == (Mover.LEFT_THE_WINDOW, 3_000, date(2024, 12, 20))


@pytest.mark.parametrize("status", [PaymentStatus.REFUNDED, PaymentStatus.FRAUD, PaymentStatus.CANCELLED])
def test_a_payment_that_counts_no_more_was_taken_back(status: PaymentStatus) -> None:
    gone = Payment(NEW.id, NEW.number, NEW.amount, status, NEW.credited_on, NEW.provider)
    move = what_moved(decided([OLD, NEW], "2025-01-20"), decided([OLD, gone], "2025-01-20"))
    assert (move.mover, move.amount, move.number) == (Mover.TAKEN_BACK, 49_000, NEW.number)


def test_a_partial_refund_was_taken_back() -> None:
    refund = paid(-9_000, "2025-01-20", is_refund=True)
    move = what_moved(decided([OLD, NEW], "2025-01-20"), decided([OLD, NEW, refund], "2025-01-20"))
    assert (move.mover, move.amount) == (Mover.TAKEN_BACK, 9_000)


def test_a_pin_its_end_another_table_and_joining_are_told_as_such() -> None:
    by_turnover, held = decided([OLD], "2025-01-20"), pinned([OLD], "2025-01-20")
    outside = leave_out(ACCOUNT, day("2025-01-20"), Basis.NOT_A_MEMBER)
    assert what_moved(by_turnover, held).mover is Mover.PIN
    assert what_moved(held, pinned([OLD], "2025-01-21")).mover is Mover.PIN_ENDED
    assert what_moved(by_turnover, decided([OLD], "2025-01-20", TierTable(TABLE.tiers[:1]))).mover is Mover.TABLE
    assert what_moved(outside, by_turnover).mover is Mover.MEMBERSHIP
    assert what_moved(None, by_turnover).mover is Mover.MEMBERSHIP


def test_the_first_payments_of_an_account_moved_its_first_decision() -> None:
    small, large = paid(700, "2025-01-20"), paid(49_000, "2025-01-20")
    move = what_moved(None, decided([small, large], "2025-01-20"))
    assert (move.mover, move.amount, move.number) == (Mover.PAYMENT, 49_000, large.number)
    assert what_moved(None, decided([OLD, large], "2025-01-20")).mover is Mover.MEMBERSHIP
    assert what_moved(None, decided([], "2025-01-20")).mover is Mover.MEMBERSHIP
    assert what_moved(None, pinned([large], "2025-01-20")).mover is Mover.MEMBERSHIP


# --- what is told ---


def test_a_rise_is_told_once_it_happened() -> None:
    before, after = decided([NEW], "2025-01-20"), decided([NEW, paid(60_000, "2025-01-20")], "2025-01-20")
    assert [
        (each.kind, each.before and each.before.name, each.tier and each.tier.name) for each in told(before, after)
    ] == [(Kind.ROSE, "Partner #7", "Partner #9")]


def test_a_fall_is_told_and_three_days_before_what_keeps_it() -> None:
    warned = told(decided([OLD, NEW], "2025-01-17"), decided([OLD, NEW], "2025-01-18"))
    assert [(each.kind, each.day, each.keep and each.keep.amount) for each in warned] == [
        (Kind.WILL_FALL, date(2025, 1, 21), 1_000)
    ]
    fallen = told(decided([OLD, NEW], "2025-01-20"), decided([OLD, NEW], "2025-01-21"))
    assert [each.kind for each in fallen] == [Kind.FELL]


def test_a_fall_further_away_is_not_told_yet() -> None:
    assert told(decided([OLD, NEW], "2025-01-16"), decided([OLD, NEW], "2025-01-17")) == []


def test_a_coming_fall_has_one_cause_whatever_is_missing() -> None:
    (first,) = told(None, decided([OLD, NEW], "2025-01-18"))
    (again,) = told(None, decided([OLD, NEW, paid(400, "2025-01-19")], "2025-01-19"), Telling({Kind.WILL_FALL}, 3))
    assert first.keep
    assert again.keep
    assert (first.keep.amount, again.keep.amount) == (1_000, 600)
    assert first.cause == again.cause


def test_what_another_table_changes_is_told_to_nobody() -> None:
    harder = TierTable(TABLE.tiers[:3])
    before, after = decided([OLD, NEW], "2025-01-10"), decided([OLD, NEW], "2025-01-11", harder)
    assert after.tier != before.tier
    assert told(before, after, table=harder) == []
    assert (
        list(
            notices(
                before,
                decided([OLD, NEW], "2025-01-10"),
                Forecast(
                    Outlook.of(before), lambda on: harder if on >= day("2025-01-11") else TABLE, [day("2025-01-11")]
                ),
                EVERYTHING,
            )
        )
        == []
    )


def test_a_first_decision_is_news_only_when_a_payment_of_that_day_made_it() -> None:
    assert told(None, decided([NEW], "2025-01-10")) == []
    assert [each.kind for each in told(None, decided([NEW], "2025-01-05"))] == [Kind.ROSE]


def test_who_joins_or_leaves_is_told_nothing() -> None:
    outside = leave_out(ACCOUNT, day("2025-01-10"), Basis.NOT_A_MEMBER)
    inside = decided([NEW], "2025-01-10")
    assert told(outside, inside) == []
    assert told(inside, outside) == []


def test_what_is_switched_off_is_not_told() -> None:
    assert told(decided([OLD, NEW], "2025-01-20"), decided([OLD, NEW], "2025-01-21"), Telling({Kind.ROSE}, 3)) == []
