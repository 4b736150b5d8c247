"""Tiers and pins as plain values that JSON can hold, for whatever keeps them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..programme.basis import Pin
from ..programme.tiers import ServiceClass, Tier


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
