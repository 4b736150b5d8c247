"""Which payments make up the turnover, and why the others don't (R3, R4, R5)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .ids import PaymentId, ProviderId
from .payments import Payment, PaymentStatus, Rate, RateTable
from .window import Window

ZERO = Decimal(0)


class Reason(str, enum.Enum):
    """Why a payment counts as it does."""

    COUNTED = "counted"
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
TAKEN_BACK = frozenset({PaymentStatus.AWAITING_REFUND, PaymentStatus.REFUNDED})
_REFUND_DONE = frozenset({PaymentStatus.CREDITED, PaymentStatus.REFUNDED})


@dataclass(frozen=True)
class Verdict:
    """One payment, the reason, and what it adds to the turnover: programme currency, negative for a
    refund, zero when it does not count. `rate` is the rate that was used, if one was needed."""

    payment: Payment
    reason: Reason
    counted: Decimal = ZERO
    rate: Rate | None = None


@dataclass(frozen=True)
class Turnover:
    """The verdicts of a window, by credit date and id, and their sum, never below zero (R4)."""

    window: Window
    verdicts: tuple[Verdict, ...]

    @property
    def amount(self) -> Decimal:
        return max(ZERO, sum((verdict.counted for verdict in self.verdicts), ZERO))


@dataclass(frozen=True)
class CountingRules:
    """What decides whether a payment counts, beside the payment itself (R5), and for how many `months`.

    `known_rates` are the rates that earlier decisions used; they are never looked up again.
    """

    provider: ProviderId
    currency: str
    rates: RateTable
    known_rates: Mapping[PaymentId, Rate]
    months: int = 1


def count(payments: Iterable[Payment], window: Window, rules: CountingRules) -> Turnover:
    """Judge every payment of one account that is not credited outside the window.

    The order in which they come does not matter. Earlier payments may be among them; they only help to
    tell which refund belongs to which payment.
    """
    ordered = sorted(payments, key=lambda payment: (payment.credited_on or window.first, payment.id))
    already_off = refunds_already_off(ordered)
    return Turnover(
        window,
        tuple(
            _judge(payment, rules, already_off)
            for payment in ordered
            if payment.credited_on is None or payment.credited_on in window
        ),
    )


def refunds_already_off(payments: Iterable[Payment]) -> frozenset[PaymentId]:
    """Refund rows whose payment does not count (any more), so that a refund is subtracted once (R4).

    The panel takes a fully refunded payment out by its status (5, 6) and may also write a refund row. A row that
    names its payment belongs to it, as far as the payment's amount goes; one that does not is paired, one to one,
    with an earlier refunded payment of the same amount and provider. A row without such a partner (a partial
    refund) is subtracted. `payments` come in the order in which they were credited.
    """
    payments = list(payments)
    sources = {payment.id: payment for payment in payments if not payment.is_refund}
    room = {payment.id: abs(payment.amount.amount) for payment in sources.values() if payment.status in TAKEN_BACK}
    off: set[PaymentId] = set()
    unnamed: list[Payment] = []
    for refund in payments:
        if not refund.is_refund or refund.status not in _REFUND_DONE:
            continue
        source = sources.get(refund.refund_of) if refund.refund_of else None
        if source is None:
            unnamed.append(refund)
        elif _never_counts(source, refund):
            off.add(refund.id)
        elif abs(refund.amount.amount) <= room.get(source.id, ZERO):
            room[source.id] -= abs(refund.amount.amount)
            off.add(refund.id)
    whole = [sources[number] for number, left in room.items() if left == abs(sources[number].amount.amount)]
    for refund in unnamed:
        partner = next((payment for payment in whole if _may_be_refunded_by(payment, refund)), None)
        if partner:
            whole.remove(partner)
            off.add(refund.id)
    return frozenset(off)


def _never_counts(source: Payment, refund: Payment) -> bool:
    """Whether a refunded payment was no part of the turnover that its refund would be taken from."""
    return (
        source.status not in {PaymentStatus.CREDITED, *TAKEN_BACK}
        or source.promotional
        or source.method_excluded
        or source.provider != refund.provider
    )


def _may_be_refunded_by(payment: Payment, refund: Payment) -> bool:
    return (
        abs(payment.amount.amount) == abs(refund.amount.amount)
        and payment.amount.currency == refund.amount.currency
        and payment.provider == refund.provider
        and (payment.credited_on is None or refund.credited_on is None or payment.credited_on <= refund.credited_on)
    )


def _judge(payment: Payment, rules: CountingRules, already_off: frozenset[PaymentId]) -> Verdict:
    reason = _reason(payment, rules, already_off)
    if reason not in (Reason.COUNTED, Reason.REFUND_SUBTRACTED):
        return Verdict(payment, reason)
    rate = _rate(payment, rules)
    if rate is None and payment.amount.currency != rules.currency:
        return Verdict(payment, Reason.NO_RATE)
    amount = payment.amount.amount * rate.value if rate else payment.amount.amount
    return Verdict(payment, reason, -abs(amount) if payment.is_refund else amount, rate)


def _reason(payment: Payment, rules: CountingRules, already_off: frozenset[PaymentId]) -> Reason:
    if payment.provider != rules.provider:
        return Reason.OTHER_PROVIDER
    if payment.promotional:
        return Reason.PROMOTIONAL
    if payment.method_excluded:
        return Reason.EXCLUDED_METHOD
    if payment.credited_on is None:
        return _STATUS_REASONS.get(payment.status, Reason.NOT_CREDITED)
    if payment.is_refund and payment.status in _REFUND_DONE:
        return Reason.REFUND_ALREADY_OFF if payment.id in already_off else Reason.REFUND_SUBTRACTED
    if payment.status != PaymentStatus.CREDITED:
        return _STATUS_REASONS[payment.status]
    return Reason.COUNTED


def _rate(payment: Payment, rules: CountingRules) -> Rate | None:
    if payment.amount.currency == rules.currency or payment.credited_on is None:
        return None
    known = rules.known_rates.get(payment.id)
    return known or rules.rates.in_force(payment.amount.currency, payment.credited_on)
