"""R3–R5: which payments make up the turnover, held against a small independent model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.ids import PaymentId, ProviderId
from resellerprogram.programme.payments import Payment, PaymentStatus, Rate, RateTable
from resellerprogram.programme.refunds import Placed
from resellerprogram.programme.tiers import TierTable
from resellerprogram.programme.turnover import CountingRules, Reason, Turnover, count
from resellerprogram.programme.window import Window, last_counting_day

from tests.programme.builders import RULES, US, day, paid, reasons, verdict_of
from tests.programme.strategies import amounts, days, payment_lists, payments, tables

S = PaymentStatus
TODAY = day("2025-01-20")


def turnover(*given_payments: Payment, on: date = TODAY, rules: CountingRules = RULES) -> Turnover:
    return count(given_payments, Window.of(on), rules)


# --- examples ---


@pytest.mark.parametrize(
    ("payment", "reason"),
    [
        (paid(100, "2025-01-10", status=S.NEW), Reason.NOT_CREDITED),
        (paid(100, "2025-01-10", status=S.IN_PAYMENT), Reason.NOT_CREDITED),
        (paid(100, "2025-01-10", status=S.PROMISED), Reason.PROMISED),
        (paid(100, "2025-01-10", status=S.AWAITING_REFUND), Reason.AWAITING_REFUND),
        (paid(100, "2025-01-10", status=S.REFUNDED), Reason.REFUNDED),
        (paid(100, "2025-01-10", status=S.FRAUD), Reason.FRAUD),
        (paid(100, "2025-01-10", status=S.INITIATED), Reason.NOT_CREDITED),
        (paid(100, "2025-01-10", status=S.CANCELLED), Reason.CANCELLED),
        (paid(100, "2025-01-10", status=S.DELETING), Reason.CANCELLED),
        (paid(100, "2025-01-10", promotional=True), Reason.PROMOTIONAL),
        (paid(100, "2025-01-10", method_excluded=True), Reason.EXCLUDED_METHOD),
        (paid(100, "2025-01-10", provider=ProviderId(2)), Reason.OTHER_PROVIDER),
        (paid(100, "2025-01-10", currency="USD"), Reason.NO_RATE),
        (paid(100, None, status=S.PROMISED), Reason.PROMISED),
        (paid(100, None), Reason.NOT_CREDITED),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_what_is_not_money_paid_in_does_not_count_and_says_why(payment: Payment, reason: Reason) -> None:
    result = turnover(payment, paid(500, "2025-01-10"))
    assert verdict_of(result, payment).reason is reason
    assert result.amount == 500


def test_the_sum_is_exact_to_the_fourth_decimal() -> None:
    assert turnover(
        paid("0.1", "2025-01-10"), paid("0.2", "2025-01-10"), paid("0.0001", "2025-01-11")
    ).amount == Decimal("0.3001")


@pytest.mark.parametrize("named", [True, False])
def test_r4_a_partial_refund_lowers_its_payment_on_the_payments_day(named: bool) -> None:
    payment = paid(1000, "2025-01-10")
    refund = paid(-400, "2025-01-12", is_refund=True, refund_of=payment.id if named else None)
    result = turnover(payment, refund)
    assert result.amount == 600
    assert reasons(result) == [Reason.COUNTED, Reason.REFUND_PLACED]
    assert (result.verdicts[0].counted, result.verdicts[0].taken_back) == (600, 400)
    assert result.verdicts[1].placed == (Placed(payment.id, payment.number, Decimal(400)),)
    assert turnover(payment, refund, on=day("2025-02-11")).amount == 0, "both have left: nothing is taken any more"


@pytest.mark.parametrize("status", [S.CREDITED, S.REFUNDED])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_full_refund_with_a_row_of_its_own_is_taken_off_once(sign: int, status: PaymentStatus) -> None:
    refunded, other = paid(1000, "2025-01-10", status=S.REFUNDED), paid(700, "2025-01-11")
    row = paid(sign * 1000, "2025-01-12", is_refund=True, status=status)
    result = turnover(refunded, other, row)
    assert result.amount == 700
    assert verdict_of(result, row).reason is Reason.REFUND_ALREADY_OFF


def test_a_full_refund_without_a_row_is_taken_off_once() -> None:
    assert turnover(paid(1000, "2025-01-10", status=S.REFUNDED), paid(700, "2025-01-11")).amount == 700


def test_a_refund_of_a_payment_that_left_the_window_is_not_subtracted_from_others() -> None:
    earlier, row = paid(1000, "2024-11-01", status=S.REFUNDED), paid(-1000, "2025-01-05", is_refund=True)
    result = turnover(earlier, paid(800, "2025-01-11"), row)
    assert result.amount == 800
    assert [verdict.payment for verdict in result.verdicts if verdict.payment == earlier] == []


def test_an_old_refund_does_not_hide_a_new_one_of_the_same_amount() -> None:
    old, old_row = paid(1000, "2024-10-01", status=S.REFUNDED), paid(-1000, "2024-10-02", is_refund=True)
    partial = paid(-1000, "2025-01-05", is_refund=True)
    assert turnover(old, old_row, paid(5000, "2025-01-03"), partial).amount == 4000


def test_refunds_that_name_their_payment_take_off_only_what_it_had() -> None:
    refunded = paid(1000, "2025-01-02", status=S.REFUNDED)
    halves = [paid(-500, "2025-01-03", is_refund=True, refund_of=refunded.id) for _ in range(2)]
    other = paid(-500, "2025-01-04", is_refund=True)
    result = turnover(refunded, *halves, other, paid(3000, "2025-01-05"))
    assert result.amount == 2500
    assert verdict_of(result, other).reason is Reason.REFUND_SUBTRACTED


def test_a_refund_is_not_taken_for_that_of_a_payment_that_came_after_it() -> None:
    refund, later = paid(-1000, "2025-01-05", is_refund=True), paid(1000, "2025-01-10", status=S.REFUNDED)
    assert turnover(paid(5000, "2025-01-03"), refund, later).amount == 4000


def test_refunds_and_payments_of_different_providers_are_not_paired() -> None:
    theirs = paid(1000, "2025-01-02", status=S.REFUNDED, provider=ProviderId(2))
    ours = paid(-1000, "2025-01-05", is_refund=True)
    assert turnover(theirs, ours, paid(5000, "2025-01-03")).amount == 4000


@pytest.mark.parametrize(
    "never",
    [
        {"status": S.FRAUD},
        {"status": S.CANCELLED},
        {"promotional": True},
        {"method_excluded": True},
        {"provider": ProviderId(2)},
    ],
    ids=str,
)
def test_the_refund_of_a_payment_that_never_counted_takes_nothing_from_the_others(never: dict[str, Any]) -> None:
    source = paid(1000, "2025-01-02", **never)
    refund = paid(-1000, "2025-01-05", is_refund=True, refund_of=source.id)
    result = turnover(source, refund, paid(5000, "2025-01-03"))
    assert result.amount == 5000
    assert verdict_of(result, refund).reason is Reason.REFUND_ALREADY_OFF


def test_a_refund_that_is_not_done_yet_is_not_subtracted() -> None:
    assert turnover(paid(900, "2025-01-10"), paid(-400, "2025-01-11", is_refund=True, status=S.NEW)).amount == 900


def test_the_turnover_is_never_below_zero() -> None:
    result = turnover(paid(100, "2025-01-10"), paid(-400, "2025-01-12", is_refund=True))
    assert result.amount == 0


USD = RateTable([Rate("USD", day("2025-01-03"), Decimal("90.5")), Rate("USD", day("2025-01-10"), Decimal(95))])


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2025-01-02", None), ("2025-01-03", "905"), ("2025-01-09", "905"), ("2025-01-10", "950"), ("2025-01-19", "950")],
)
def test_a_foreign_payment_is_converted_with_the_rate_in_force_on_its_day(on: str, expected: str | None) -> None:
    result = turnover(paid(10, on, currency="USD"), rules=CountingRules(US, "RUB", USD, {}))
    assert result.amount == Decimal(expected or 0)
    assert result.verdicts[0].reason is (Reason.COUNTED if expected else Reason.NO_RATE)


def test_a_rate_that_was_used_once_is_never_looked_up_again() -> None:
    payment, used = paid(10, "2025-01-10", currency="USD"), Rate("USD", day("2025-01-10"), Decimal(70))
    result = turnover(payment, rules=CountingRules(US, "RUB", USD, {(payment.id, "USD"): used}))
    assert (result.amount, result.verdicts[0].rate) == (700, used)


def test_nothing_is_rounded_in_a_conversion() -> None:
    rates = RateTable([Rate("USD", day("2025-01-01"), Decimal("91.234567"))])
    result = turnover(paid("0.3333", "2025-01-10", currency="USD"), rules=CountingRules(US, "RUB", rates, {}))
    assert result.amount == Decimal("0.3333") * Decimal("91.234567")


# --- refunds (R4) ---


@pytest.mark.parametrize("named", [True, False])
def test_m4_what_a_refund_is_larger_than_its_payment_is_taken_once_and_no_more(named: bool) -> None:
    big, small = paid(52_000, "2025-01-05"), paid(20_000, "2025-01-06", status=S.REFUNDED)
    refund = paid(-20_001, "2025-01-07", is_refund=True, refund_of=small.id if named else None)
    result = turnover(big, small, refund)
    assert result.amount == 51_999
    assert verdict_of(result, refund).reason is Reason.REFUND_PLACED


@pytest.mark.parametrize("back", [1, 49_999, 50_000])
@pytest.mark.parametrize("status", [S.CREDITED, S.REFUNDED])
def test_m5_a_named_refund_of_a_payment_that_left_the_window_takes_nothing(back: int, status: PaymentStatus) -> None:
    old = paid(50_000, "2024-09-01", status=status)
    refund = paid(-back, "2025-01-10", is_refund=True, refund_of=old.id)
    result = turnover(old, paid(52_000, "2025-01-05"), refund)
    assert result.amount == 52_000
    assert verdict_of(result, refund).reason is Reason.REFUND_ALREADY_OFF


@pytest.mark.parametrize(
    ("back", "status", "named"), [(49_500, S.CREDITED, True), (50_000, S.REFUNDED, True), (50_000, S.REFUNDED, False)]
)
def test_u1_most_of_an_old_payment_back_costs_as_much_as_all_of_it(
    back: int, status: PaymentStatus, named: bool
) -> None:
    old = paid(50_000, "2024-11-21", status=status)
    refund = paid(-back, "2025-01-19", is_refund=True, refund_of=old.id if named else None)
    payments_before = (old, paid(10_000, "2025-01-11"), refund)
    assert turnover(*payments_before).amount == 10_000
    assert turnover(*payments_before, paid(20_000, "2025-01-20")).amount == 30_000


DOLLARS_AND_EUROS = RateTable(
    [
        Rate("USD", day("2024-12-26"), Decimal(50)),
        Rate("USD", day("2025-01-13"), Decimal(100)),
        Rate("EUR", day("2025-01-11"), Decimal(50)),
    ]
)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("currency", "on", "back", "status", "expected"),
    [
        ("USD", "2025-01-10", 90, S.CREDITED, 5_500),
        ("USD", "2025-01-10", 100, S.REFUNDED, 5_000),
        ("EUR", "2025-01-08", 40, S.CREDITED, 5_000),
    ],
)
def test_f7_a_refund_in_another_currency_takes_what_its_payment_brought_at_its_payments_rate(
    currency: str, on: str, back: int, status: PaymentStatus, expected: int, named: bool
) -> None:
    payment = paid(100, on, currency=currency, status=status)
    refund = paid(-back, "2025-01-18", currency=currency, is_refund=True, refund_of=payment.id if named else None)
    rules = CountingRules(US, "RUB", DOLLARS_AND_EUROS, {})
    assert turnover(payment, paid(5_000, "2025-01-11"), refund, rules=rules).amount == expected


def test_r4_a_refund_that_names_none_goes_to_the_latest_payments_and_is_split_where_one_is_not_enough() -> None:
    first, second, third = paid(1000, "2025-01-02"), paid(600, "2025-01-03"), paid(100, "2025-01-04")
    one = paid(-500, "2025-01-05", is_refund=True)
    result = turnover(first, second, third, one)
    assert [each.taken_back for each in result.verdicts] == [0, 400, 100, 0]
    all_three = paid(-1150, "2025-01-05", is_refund=True)
    result = turnover(first, second, third, all_three)
    assert [each.taken_back for each in result.verdicts] == [450, 600, 100, 0]
    assert [each.amount for each in verdict_of(result, all_three).placed] == [100, 600, 450]
    assert [each.reason for each in result.verdicts][1] is Reason.REFUNDED


def test_r4_only_what_no_payment_holds_is_subtracted_and_on_the_refunds_own_day() -> None:
    refund = paid(-400, "2025-01-05", is_refund=True)
    result = turnover(paid(100, "2025-01-02"), refund, paid(5_000, "2025-01-06"))
    assert result.amount == 4_700
    assert (verdict_of(result, refund).reason, verdict_of(result, refund).counted) == (Reason.REFUND_SUBTRACTED, -300)


@pytest.mark.parametrize("other", [{"currency": "USD"}, {"provider": ProviderId(2)}, {"promotional": True}], ids=str)
def test_r4_a_refund_that_names_none_is_placed_on_no_other_currency_provider_or_cashback(other: dict[str, Any]) -> None:
    refund = paid(-400, "2025-01-05", is_refund=True)
    result = turnover(paid(900, "2025-01-01"), paid(900, "2025-01-04", **other), refund)
    assert result.amount == 500


def test_r4_a_named_refund_whose_payment_is_not_there_is_placed_like_one_that_names_none() -> None:
    refund = paid(-400, "2025-01-05", is_refund=True, refund_of=PaymentId(10**9))
    assert turnover(paid(900, "2025-01-01"), refund).amount == 500


def test_r4_a_refund_in_another_currency_than_the_payment_it_names_takes_none_of_its_figure() -> None:
    """F7's kind: 400 roubles back are not 400 dollars back."""
    dollars = paid(500, "2025-01-02", currency="USD")
    rules = replace(RULES, rates=RateTable([Rate("USD", day("2024-12-01"), Decimal(100))]))
    refund = paid(-400, "2025-01-05", is_refund=True, refund_of=dollars.id)
    assert turnover(dollars, paid(900, "2025-01-01"), refund, rules=rules).amount == 50_000 + 500


def test_r4_a_refund_from_before_the_window_takes_nothing_from_it() -> None:
    payment = paid(1000, "2025-01-10")
    assert turnover(payment, paid(-900, "2024-12-01", is_refund=True, refund_of=payment.id)).amount == 1000


# --- rates (R5) ---


@pytest.mark.parametrize("value", ["0", "-90", "NaN", "Infinity"])
@pytest.mark.parametrize("known", [True, False])
def test_r5_a_rate_that_cannot_be_used_is_no_rate(value: str, known: bool) -> None:
    payment, unusable = paid(10, "2025-01-10", currency="USD"), Rate("USD", day("2025-01-10"), Decimal(value))
    rules = CountingRules(
        US, "RUB", RateTable([] if known else [unusable]), {(payment.id, "USD"): unusable} if known else {}
    )
    result = turnover(payment, paid(500, "2025-01-10"), rules=rules)
    assert (result.amount, verdict_of(result, payment).reason) == (500, Reason.NO_RATE)


def test_r5_a_known_rate_is_not_used_for_a_payment_that_has_another_currency_now() -> None:
    payment = paid(10, "2025-01-12", currency="USD")
    known = {(payment.id, "EUR"): Rate("EUR", day("2025-01-01"), Decimal(7))}
    assert turnover(payment, rules=CountingRules(US, "RUB", USD, known)).amount == 950


# --- properties ---


def model(given_payments: list[Payment], today: date) -> Decimal:
    """R3 and R4 in one line each, without the engine's classes."""
    month_before = Window.of(today).first
    return sum(
        (
            payment.amount.amount
            for payment in given_payments
            if payment.status == 4
            and payment.provider == US
            and not payment.promotional
            and not payment.method_excluded
            and payment.credited_on
            and month_before <= payment.credited_on <= today
        ),
        Decimal(0),
    )


@given(payment_lists, days)
def test_the_engine_agrees_with_a_plain_sum(given_payments: list[Payment], today: date) -> None:
    assert turnover(*given_payments, on=today).amount == model(given_payments, today)


@given(st.lists(st.tuples(amounts, days, st.integers(0, 3), st.integers(0, 40)), max_size=10), days)
def test_r4_named_refunds_lower_their_own_payment_and_no_other(
    events: list[tuple[Decimal, date, int, int]], today: date
) -> None:
    """0: nothing · 1: partial refund · 2: full refund with a row · 3: full refund by status alone."""
    rows, total, window = [], Decimal(0), Window.of(today)
    for amount, paid_on, kind, later in events:
        refunded_on, half = paid_on + timedelta(days=later), amount / 2
        rows.append(paid(amount, paid_on, status=S.REFUNDED if kind in (2, 3) else S.CREDITED))
        if kind in (1, 2):
            rows.append(paid(-(amount if kind == 2 else half), refunded_on, is_refund=True, refund_of=rows[-1].id))
        if kind in (0, 1) and paid_on in window:
            total += amount - half if kind == 1 and refunded_on <= today else amount
    assert turnover(*rows, on=today).amount == total


@given(payment_lists, payments(), days, tables())
def test_the_tier_never_falls_when_a_payment_is_added(
    before: list[Payment], added: Payment, today: date, table: TierTable
) -> None:
    less, more = turnover(*before, on=today).amount, turnover(*before, added, on=today).amount
    assert more >= less
    assert (table.tier_for(more) or table.tiers[0]).threshold >= (table.tier_for(less) or table.tiers[0]).threshold


@given(st.lists(payments(), min_size=1, max_size=12), st.data(), days, st.sampled_from(["row", "status", "both"]))
def test_the_turnover_never_rises_by_a_refund(
    given_payments: list[Payment], data: st.DataObject, today: date, how: str
) -> None:
    position = data.draw(st.integers(0, len(given_payments) - 1))
    refunded = given_payments[position]
    after = list(given_payments)
    if how in ("status", "both"):
        after[position] = replace(refunded, status=S.REFUNDED)
    if how in ("row", "both"):
        assert refunded.credited_on
        after.append(
            paid(-refunded.amount.amount, data.draw(st.dates(refunded.credited_on, date(2024, 5, 1))), is_refund=True)
        )
    assert turnover(*after, on=today).amount <= turnover(*given_payments, on=today).amount


@given(payment_lists, days, st.randoms())
def test_the_order_of_events_does_not_matter(given_payments: list[Payment], today: date, chance: object) -> None:
    shuffled = list(given_payments)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert turnover(*shuffled, on=today) == turnover(*given_payments, on=today)


@given(payment_lists, days)
def test_payment_by_payment_equals_the_sum_over_the_window(given_payments: list[Payment], today: date) -> None:
    one_by_one = sum(
        (
            turnover(payment, on=payment.credited_on).amount
            for payment in given_payments
            if payment.credited_on and payment.credited_on <= today <= last_counting_day(payment.credited_on)
        ),
        Decimal(0),
    )
    assert turnover(*given_payments, on=today).amount == one_by_one


@given(payment_lists, amounts, days, days)
def test_a_back_dated_payment_counts_as_if_it_had_always_been_there(
    before: list[Payment], amount: Decimal, paid_on: date, today: date
) -> None:
    back_dated = paid(amount, paid_on)
    expected = turnover(*before, on=today).amount + (amount if paid_on in Window.of(today) else 0)
    assert turnover(*before, back_dated, on=today).amount == expected
