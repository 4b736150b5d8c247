"""An account's life, day by day, for whatever keeps decisions about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from resellerprogram.programme.basis import Pin
from resellerprogram.programme.decision import Decision, decide
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, Rate, RateTable
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window

from tests.programme.builders import TABLE, US


class History:
    """Payments of every kind, changed, given back, in foreign money; the same life for the same seed."""

    def __init__(self, account: int, seed: int) -> None:
        self.account, self.random = AccountId(account), Random(seed)
        self.payments: dict[PaymentId, Payment] = {}
        self.rates: dict[tuple[PaymentId, str], Rate] = {}

    def live(self, day: date) -> None:
        """What happens on a day, if anything does."""
        what = self.random.choice(["pay", "pay", "refund", "change", "move", "delete", *["nothing"] * 4])
        if what == "pay":
            self._pay(day, Decimal(self.random.randrange(100, 90_000)) / 4)
        elif self.payments:
            payment = self.random.choice(list(self.payments.values()))
            if what == "refund":
                named = payment.id if self.random.random() < 0.5 else None
                self._pay(day, -Decimal(self.random.randrange(100, 9_000)), is_refund=True, refund_of=named)
            elif what == "change":
                status = self.random.choice(list(PaymentStatus))
                self.payments[payment.id] = replace(payment, status=status)
            elif what == "move":
                self.payments[payment.id] = replace(payment, credited_on=day)
            elif what == "delete":
                del self.payments[payment.id]

    def _pay(self, day: date, amount: Decimal, **other: Any) -> None:
        number = PaymentId(self.account * 1000 + self.random.randrange(1000))
        self.payments[number] = Payment(
            number,
            f"pfx/{number}",
            Money(amount, self.random.choice(["RUB", "RUB", "USD"])),
            PaymentStatus.CREDITED,
            day,
            self.random.choice([US, US, ProviderId(2)]),
            "Bank",
            self.random.random() < 0.1,
            self.random.random() < 0.1,
            **other,
        )

    def decide(self, day: date) -> Decision:
        rates = RateTable([Rate("USD", date(2025, 1, 15), Decimal("90.5") + day.day)])
        rules = CountingRules(US, "RUB", rates, self.rates, 1 if day.month < 3 else 2)
        pin = Pin("Partner #3", date(2025, 2, 3), "by contract") if day < date(2025, 2, 5) else None
        found = decide(self.account, day, self._read(Window.of(day, rules.months)), TABLE, rules, pin)
        for verdict in found.turnover.verdicts:
            if verdict.rate:
                self.rates.setdefault((verdict.payment.id, verdict.rate.currency), verdict.rate)
        return found

    def _read(self, window: Window) -> list[Payment]:
        """What the panel's reader would give: earlier payments only where money was given back."""
        inside = [each for each in self.payments.values() if each.credited_on and each.credited_on >= window.first]
        return list(self.payments.values()) if any(each.is_refund for each in inside) else inside
