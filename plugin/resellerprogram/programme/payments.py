"""Payments as the rules see them."""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from .ids import PaymentId, ProviderId
from .values import dataclass


@dataclass(frozen=True)
class Money:
    """An exact amount in a currency (ISO code). Never rounded here (R5)."""

    amount: Decimal
    currency: str


class PaymentStatus(enum.IntEnum):
    """The panel's payment statuses by their raw code (reference, C.2)."""

    NEW = 1
    IN_PAYMENT = 2
    PROMISED = 3
    CREDITED = 4
    AWAITING_REFUND = 5
    REFUNDED = 6
    FRAUD = 7
    INITIATED = 8
    CANCELLED = 9
    DELETING = 100


@dataclass(frozen=True)
class Payment:
    """One row of an account's payments.

    `amount` is what reached the account's balance, in the account's currency. `credited_on` is the day
    on which it was credited, None while it was not. A row with `is_refund` gives money back; its sign
    does not matter. `refund_of` is the payment it gives back, where the panel says so.
    `owner` is the client's name as the list shows it; accounts are told by id.
    `promotional` marks cashback and certificates: balance that nobody paid.
    One with an `id` below zero is none of the panel's but opening turnover (see programme/openings.py); its `number` is
    why it was given.
    """

    id: PaymentId
    number: str
    amount: Money
    status: PaymentStatus
    credited_on: date | None
    provider: ProviderId
    method: str = ""
    method_excluded: bool = False
    promotional: bool = False
    is_refund: bool = False
    refund_of: PaymentId | None = None
    owner: str = ""

    @property
    def is_opening(self) -> bool:
        """Whether it is turnover that the client brought along, which the panel knows nothing of (R4)."""
        return self.id < 0


@dataclass(frozen=True)
class PaymentSketch:
    """As much of a payment as a list tells without a further question: enough to see that it changed."""

    id: PaymentId
    number: str
    amount: Money
    status: PaymentStatus
    credited_on: date | None
    owner: str = ""


@dataclass(frozen=True)
class Rate:
    """One unit of `currency` was worth `value` units of the programme's currency from `since` on."""

    currency: str
    since: date
    value: Decimal

    @property
    def is_usable(self) -> bool:
        """A rate of nothing, below it or of no number at all is no rate (R5)."""
        return self.value.is_finite() and self.value > 0


class RateTable:
    """The panel's currency rates, asked by day."""

    def __init__(self, rates: Iterable[Rate] = ()) -> None:
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.since):
            self._by_currency.setdefault(rate.currency, []).append(rate)

    def in_force(self, currency: str, day: date) -> Rate | None:
        """The rate of `day`: the latest one set on or before it. None where the panel gives none, or none to use."""
        rates = self._by_currency.get(currency, [])
        position = bisect_right([rate.since for rate in rates], day)
        found = rates[position - 1] if position else None
        return found if found and found.is_usable else None
