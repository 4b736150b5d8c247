"""The pure part: decisions a second."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from resellerprogram.programme.decision import decide
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, RateTable
from resellerprogram.programme.tiers import published_table
from resellerprogram.programme.turnover import CountingRules

from tests.benchmarks.measuring import Row, timed

TODAY = date(2025, 1, 20)


def measure(share: int) -> list[Row]:
    chance, table = random.Random(1), published_table()
    rules = CountingRules(ProviderId(1), "RUB", RateTable(), {})
    payments = [
        Payment(
            PaymentId(number),
            f"pfx/{number}",
            Money(Decimal(chance.randint(100, 90_000)), "RUB"),
            PaymentStatus.CREDITED,
            TODAY - timedelta(days=chance.randint(0, 30)),
            ProviderId(1),
            "Bank",
        )
        for number in range(10)
    ]
    count = 20_000 // share
    seconds = timed(lambda: [decide(AccountId(1), TODAY, payments, table, rules) for _ in range(count)])
    plain = timed(lambda: [sum((payment.amount.amount for payment in payments), Decimal(0)) for _ in range(count)])
    return [
        (
            "decisions of the pure part, ten payments each",
            f"{count / seconds:,.0f} /s".replace(",", " "),
            f"{seconds / plain:.0f} × a bare sum of ten Decimals",
        )
    ]
