"""Tiers, pins and decisions as plain values that JSON can hold, for whatever keeps or shows them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from ..programme.basis import Basis, Pin
from ..programme.decision import Decision
from ..programme.ids import AccountId, PaymentId, ProviderId
from ..programme.payments import Money, Payment, PaymentStatus, Rate
from ..programme.refunds import Placed
from ..programme.tiers import ServiceClass, Tier
from ..programme.turnover import Reason, Turnover, Verdict
from ..programme.window import Window


def text_of(content: object) -> str:
    """As the tables hold it: the same for the same content, and no longer than it must be."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_of_tier(tier: Tier | None) -> dict[str, Any] | None:
    if tier is None:
        return None
    return {
        "name": tier.name,
        "threshold": str(tier.threshold),
        "percents": {str(name): str(percent) for name, percent in tier.percents.items()},
    }


def tier_of(content: dict[str, Any] | None) -> Tier | None:
    if content is None:
        return None
    return Tier(
        content["name"],
        Decimal(content["threshold"]),
        {ServiceClass(name): Decimal(percent) for name, percent in content["percents"].items()},
    )


def content_of_pin(pin: Pin | None) -> dict[str, Any] | None:
    if pin is None:
        return None
    return {"tier": pin.tier, "until": pin.until.isoformat(), "reason": pin.reason, "exactly": pin.exactly}


def pin_of(content: dict[str, Any] | None) -> Pin | None:
    """Before there were two kinds, a pin was exact."""
    if content is None:
        return None
    until, exactly = date.fromisoformat(content["until"]), content.get("exactly", True)
    return Pin(content["tier"], until, content["reason"], exactly)


def content_of(decision: Decision) -> dict[str, Any]:
    """A decision as plain values, without its account and day: two that are equal here say the same."""
    months = decision.turnover.window.months
    return {
        "basis": decision.basis.value,
        **({} if months == 1 else {"months": months}),
        "turnover": str(decision.turnover.amount),
        "tier": content_of_tier(decision.tier),
        "pin": content_of_pin(decision.pin),
        **({"rules": decision.rules} if decision.rules else {}),
        "payments": [content_of_verdict(verdict) for verdict in decision.turnover.verdicts],
        **({"currency": decision.turnover.currency} if any(each.rate for each in decision.turnover.verdicts) else {}),
    }


def content_of_verdict(verdict: Verdict) -> dict[str, Any]:
    """A payment with the reason and what it counted."""
    payment, rate = verdict.payment, verdict.rate
    return {
        "id": payment.id,
        "number": payment.number,
        "status": int(payment.status),
        "provider": payment.provider,
        "credited_on": payment.credited_on and payment.credited_on.isoformat(),
        "amount": str(payment.amount.amount),
        "currency": payment.amount.currency,
        "method": payment.method,
        "refund": payment.is_refund,
        "reason": verdict.reason.value,
        "counted": str(verdict.counted),
        "rate": rate and [rate.currency, rate.since.isoformat(), str(rate.value)],
        **({"taken_back": str(verdict.taken_back)} if verdict.taken_back else {}),
        **({"placed": [_placed_content(each) for each in verdict.placed]} if verdict.placed else {}),
    }


def _placed_content(placed: Placed) -> list[Any]:
    return [placed.payment, placed.number, str(placed.amount)]


def decision_of(account: AccountId, day: date, content: dict[str, Any]) -> Decision:
    """The decision that `content_of` made plain, of this release or an earlier one; without its payments, where they
    are not kept any more."""
    payments = content.get("payments")
    return Decision(
        account,
        day,
        Basis(content["basis"]),
        Turnover(
            Window.of(day, content.get("months", 1)),
            tuple(map(verdict_of, payments or ())),
            content.get("currency", ""),
            Decimal(content["turnover"]) if payments is None else None,
        ),
        tier_of(content["tier"]),
        pin_of(content["pin"]),
        content.get("rules", ""),
    )


def verdict_of(content: dict[str, Any]) -> Verdict:
    rate, credited_on = content["rate"], content["credited_on"]
    payment = Payment(
        PaymentId(content["id"]),
        content["number"],
        Money(Decimal(content["amount"]), content["currency"]),
        PaymentStatus(content["status"]),
        date.fromisoformat(credited_on) if credited_on else None,
        ProviderId(content["provider"]),
        content["method"],
        is_refund=content["refund"],
    )
    return Verdict(
        payment,
        Reason(content["reason"]),
        Decimal(content["counted"]),
        Rate(rate[0], date.fromisoformat(rate[1]), Decimal(rate[2])) if rate else None,
        Decimal(content.get("taken_back", "0")),
        tuple(Placed(PaymentId(each[0]), each[1], Decimal(each[2])) for each in content.get("placed", ())),
    )
