"""Where the money that was given back came from: every refund is placed on payments (R4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from decimal import Decimal

from .ids import PaymentId
from .payments import Payment, PaymentStatus
from .values import dataclass

ZERO = Decimal(0)

GIVEN_BACK = frozenset({PaymentStatus.AWAITING_REFUND, PaymentStatus.REFUNDED})
"""The status of a payment already says that it was given back: it brings nothing any more."""
REFUND_DONE = frozenset({PaymentStatus.CREDITED, PaymentStatus.REFUNDED})


@dataclass(frozen=True)
class Placed:
    """That much of a refund, in the payment's currency, takes back the payment `number`."""

    payment: PaymentId
    number: str
    amount: Decimal


@dataclass(frozen=True)
class Placing:
    """What is taken off each payment, where each refund went, and what of it could be placed on no payment."""

    taken: dict[PaymentId, Decimal] = field(default_factory=dict)
    placed: dict[PaymentId, tuple[Placed, ...]] = field(default_factory=dict)
    unplaced: dict[PaymentId, Decimal] = field(default_factory=dict)


def ask_for_earlier(payments: Iterable[Payment]) -> bool:
    """Whether an account's earlier payments have to be known to tell what was given back."""
    return any(payment.is_refund for payment in payments)


def place(payments: Iterable[Payment]) -> Placing:
    """Place every refund that is done; the order in which the payments come does not matter.

    First what names its payment, then the rest, oldest refund first. What a named payment cannot hold is placed as if
    it named none. A payment credited after the refund is never taken back by it, so a refund from before a window
    touches nothing in it. Opening turnover was never paid in here, so nobody gives it back.
    """
    credited = sorted((each for each in payments if each.credited_on), key=_by_day)
    refunds = [each for each in credited if each.is_refund and each.status in REFUND_DONE]
    sources = {each.id: each for each in reversed(credited) if not each.is_refund and not each.is_opening}
    placing = Placing()
    for refund in refunds:
        placing.unplaced[refund.id] = abs(refund.amount.amount)
        named = sources.get(refund.refund_of) if refund.refund_of else None
        if named and _earlier(named, refund) and named.amount.currency == refund.amount.currency:
            _take(placing, refund, [named])
    for refund in refunds:
        if placing.unplaced[refund.id]:
            fitting = [each for each in sources.values() if _may_be_refunded_by(each, refund)]
            _take(placing, refund, [each for each in fitting if each.status in GIVEN_BACK])
            _take(placing, refund, [each for each in fitting if each.status == PaymentStatus.CREDITED])
    return placing


def _take(placing: Placing, refund: Payment, newest_first: Iterable[Payment]) -> None:
    steps = []
    for payment in newest_first:
        amount = min(_room(placing, payment), placing.unplaced[refund.id])
        if amount > 0:
            placing.taken[payment.id] = placing.taken.get(payment.id, ZERO) + amount
            placing.unplaced[refund.id] -= amount
            steps.append(Placed(payment.id, payment.number, amount))
    placing.placed[refund.id] = (*placing.placed.get(refund.id, ()), *steps)


def _room(placing: Placing, payment: Payment) -> Decimal:
    return payment.amount.amount - placing.taken.get(payment.id, ZERO)


def _may_be_refunded_by(payment: Payment, refund: Payment) -> bool:
    """Cashback was never paid in, so nobody gives it back; a method that does not count gives back what did not."""
    return (
        payment.amount.currency == refund.amount.currency
        and payment.provider == refund.provider
        and not payment.promotional
        and (payment.method_excluded or not refund.method_excluded)
        and _earlier(payment, refund)
    )


def _earlier(payment: Payment, refund: Payment) -> bool:
    return bool(payment.credited_on and refund.credited_on and payment.credited_on <= refund.credited_on)


def _by_day(payment: Payment) -> tuple[date, PaymentId]:
    return payment.credited_on or date.min, payment.id
