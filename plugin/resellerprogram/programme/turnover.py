"""Which payments make up the turnover, and why the others don't (R3, R4, R5)."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from .ids import PaymentId, ProviderId
from .payments import Payment, PaymentStatus, Rate, RateTable
from .refunds import REFUND_DONE, Placed, Placing, place
from .values import dataclass
from .window import Window

ZERO = Decimal(0)


class Reason(str, enum.Enum):
    """Why a payment counts as it does."""

    COUNTED = "counted"
    OPENING = "opening"
    REFUND_PLACED = "refund_placed"
    REFUND_SUBTRACTED = "refund_subtracted"
    REFUND_ALREADY_OFF = "refund_already_off"
    OTHER_PROVIDER = "other_provider"
    PROMOTIONAL = "promotional"
    EXCLUDED_METHOD = "excluded_method"
    NOT_CREDITED = "not_credited"
    PROMISED = "promised"
    AWAITING_REFUND = "awaiting_refund"
    REFUNDED = "refunded"
    FRAUD = "fraud"
    CANCELLED = "cancelled"
    NO_RATE = "no_rate"


COUNTS = frozenset({Reason.COUNTED, Reason.OPENING})
"""Reasons of what counts: as a payment, or as turnover that the client brought along."""
_STATUS_REASONS = {
    PaymentStatus.NEW: Reason.NOT_CREDITED,
    PaymentStatus.IN_PAYMENT: Reason.NOT_CREDITED,
    PaymentStatus.INITIATED: Reason.NOT_CREDITED,
    PaymentStatus.PROMISED: Reason.PROMISED,
    PaymentStatus.AWAITING_REFUND: Reason.AWAITING_REFUND,
    PaymentStatus.REFUNDED: Reason.REFUNDED,
    PaymentStatus.FRAUD: Reason.FRAUD,
    PaymentStatus.CANCELLED: Reason.CANCELLED,
    PaymentStatus.DELETING: Reason.CANCELLED,
}


@dataclass(frozen=True)
class Verdict:
    """One payment, the reason, and what it adds to the turnover: programme currency, negative for what of a refund
    could be placed on no payment, zero when it does not count. `rate` is the rate that was used, if one was needed.

    `taken_back` is what refunds took off a payment, in its own currency; it is not in `counted` any more. `placed`
    tells of a refund which payments it took back.
    """

    payment: Payment
    reason: Reason
    counted: Decimal = ZERO
    rate: Rate | None = None
    taken_back: Decimal = ZERO
    placed: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class Turnover:
    """The verdicts of a window, by credit date and id, and their sum, never below zero (R4). `currency` is the
    programme's at that time, to which the verdicts' rates lead. `recorded` is the sum of a turnover whose payments are
    not known any more; it has no verdicts then."""

    window: Window
    verdicts: tuple[Verdict, ...]
    currency: str = field(default="", compare=False)
    recorded: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        if self.recorded is not None:
            return self.recorded
        return max(ZERO, sum((verdict.counted for verdict in self.verdicts), ZERO))


@dataclass(frozen=True)
class CountingRules:
    """What decides whether a payment counts, beside the payment itself (R5), and for how many `months`.

    `known_rates` are the rates that earlier decisions used for this programme currency, by payment and the payment's
    currency; they are not looked up again while both stay.
    """

    provider: ProviderId
    currency: str
    rates: RateTable
    known_rates: Mapping[tuple[PaymentId, str], Rate]
    months: int = 1


def count(payments: Iterable[Payment], window: Window, rules: CountingRules) -> Turnover:
    """Judge every payment of one account that is not credited outside the window.

    The order in which they come does not matter. Earlier payments may be among them; they only help to
    tell which payments a refund takes back.
    """
    ordered = sorted(payments, key=lambda payment: (payment.credited_on or window.first, payment.id))
    placing = place(each for each in ordered if each.credited_on and each.credited_on <= window.last)
    inside = [each for each in ordered if each.credited_on is None or each.credited_on in window]
    paid = {each.id: _judge_payment(each, rules, placing) for each in inside if not _gives_back(each)}
    lowered = {number for number, verdict in paid.items() if verdict.taken_back}
    return Turnover(
        window,
        tuple(paid[each.id] if each.id in paid else _judge_refund(each, rules, placing, lowered) for each in inside),
        rules.currency,
    )


def by_day(verdicts: Iterable[Verdict]) -> dict[date, Decimal]:
    """What was counted, by the day on which it was credited: programme currency, negative where more was given back."""
    counted: dict[date, Decimal] = {}
    for verdict in verdicts:
        credited_on = verdict.payment.credited_on
        if verdict.counted and credited_on:
            counted[credited_on] = counted.get(credited_on, ZERO) + verdict.counted
    return counted


def brings_its_amount(payment: Payment, rules: CountingRules) -> bool:
    """Whether a payment, no row that gives money back, counts with all of its amount while nothing of it is given back:
    it counts, and needs no rate. Its amount and number do not matter, and its day only as far as there is one."""
    return payment.amount.currency == rules.currency and reason_of(payment, rules) in COUNTS


def reason_of(payment: Payment, rules: CountingRules) -> Reason:
    """Why a payment counts as it does, as far as its rate and what was given back of it do not matter."""
    if payment.is_opening:  # given to the programme, whichever provider is its own
        return Reason.OPENING
    return _left_out(payment, rules) or _by_status(payment)


def _gives_back(payment: Payment) -> bool:
    return payment.is_refund and payment.status in REFUND_DONE and payment.credited_on is not None


def _judge_payment(payment: Payment, rules: CountingRules, placing: Placing) -> Verdict:
    reason = reason_of(payment, rules)
    if reason not in COUNTS:
        return Verdict(payment, reason)
    taken = placing.taken.get(payment.id, ZERO)
    left, rate = payment.amount.amount - taken, _rate(payment, rules)
    if rate is None and payment.amount.currency != rules.currency:
        return Verdict(payment, Reason.NO_RATE)
    return Verdict(
        payment,
        Reason.REFUNDED if taken and not left else reason,
        left * rate.value if rate else left,
        rate,
        taken,
    )


def _judge_refund(refund: Payment, rules: CountingRules, placing: Placing, lowered: Collection[PaymentId]) -> Verdict:
    """A refund takes something from its payments, which are `lowered`; itself only what it found no payment for."""
    placed, unplaced = placing.placed.get(refund.id, ()), placing.unplaced[refund.id]
    left_out = _left_out(refund, rules)
    if not unplaced or left_out:
        takes = any(each.payment in lowered for each in placed)
        return Verdict(refund, Reason.REFUND_PLACED if takes else left_out or Reason.REFUND_ALREADY_OFF, placed=placed)
    rate = _rate(refund, rules)
    if rate is None and refund.amount.currency != rules.currency:
        return Verdict(refund, Reason.NO_RATE, placed=placed)
    amount = unplaced * rate.value if rate else unplaced
    return Verdict(refund, Reason.REFUND_SUBTRACTED, -amount, rate, placed=placed)


def _left_out(payment: Payment, rules: CountingRules) -> Reason | None:
    if payment.provider != rules.provider:
        return Reason.OTHER_PROVIDER
    if payment.promotional:
        return Reason.PROMOTIONAL
    return Reason.EXCLUDED_METHOD if payment.method_excluded else None


def _by_status(payment: Payment) -> Reason:
    if payment.credited_on is None:
        return _STATUS_REASONS.get(payment.status, Reason.NOT_CREDITED)
    return _STATUS_REASONS.get(payment.status, Reason.COUNTED)


def _rate(payment: Payment, rules: CountingRules) -> Rate | None:
    currency = payment.amount.currency
    if currency == rules.currency or payment.credited_on is None:
        return None
    known = rules.known_rates.get((payment.id, currency))
    if known and known.is_usable:
        return known
    return rules.rates.in_force(currency, payment.credited_on)
