"""Short ways to write payments and rules down."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count as counter
from typing import Any

from resellerprogram.programme.decision import Decision, decide
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.openings import payment_of
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, RateTable
from resellerprogram.programme.tiers import PUBLISHED_CLASSES, TierTable, published_table
from resellerprogram.programme.turnover import CountingRules, Reason, Turnover, Verdict

US = ProviderId(1)
ACCOUNT = AccountId(27)
RULES = CountingRules(US, "RUB", RateTable(), {})
NOW = datetime(2025, 1, 20, 12)
TABLE = published_table()
_ids = counter(1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def paid(amount: Any, on: str | date | None, **other: Any) -> Payment:
    """A credited payment to us in RUB, unless `other` says something else."""
    credited_on = day(on) if isinstance(on, str) else on
    number = PaymentId(next(_ids))
    values: dict[str, Any] = {"status": PaymentStatus.CREDITED, "provider": US, "method": "Bank", **other}
    currency = values.pop("currency", "RUB")
    return Payment(number, f"pfx/{number}", Money(Decimal(str(amount)), currency), credited_on=credited_on, **values)


def brought(amount: Any, on: str | date, reason: str = "other panel") -> Payment:
    """Opening turnover in RUB."""
    credited_on = day(on) if isinstance(on, str) else on
    return payment_of(next(_ids), Money(Decimal(str(amount)), "RUB"), credited_on, reason)


def decided(payments: list[Payment], on: str, table: TierTable = TABLE, rules: CountingRules = RULES) -> Decision:
    return decide(ACCOUNT, day(on), payments, table, rules)


def percents(decision: Decision) -> dict[str, int]:
    return {str(each): int(value) for each, value in decision.percents.items()}


def reasons(turnover: Turnover) -> list[Reason]:
    return [verdict.reason for verdict in turnover.verdicts]


def verdict_of(turnover: Turnover, payment: Payment) -> Verdict:
    return next(verdict for verdict in turnover.verdicts if verdict.payment.id == payment.id)


ALL_CLASSES = PUBLISHED_CLASSES
