"""A tier that an administrator holds an account on, against the one that its money earns (R10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .basis import Pin
from .tiers import Tier, TierTable


class Held(NamedTuple):
    """The tier of an account on a day, and the one that its money alone earns, None where there is none; `is_pinned`:
    a pin decides, and not the money."""

    tier: Tier | None
    earned: Tier | None
    is_pinned: bool = False


def held(pin: Pin | None, day: date, turnover: Decimal, table: TierTable) -> Held:
    """The tier that a turnover earns (R2), or that the pin gives instead (R10): for the decision about a day, the days
    to come and the days that are played again alike."""
    earned = table.tier_for(turnover)
    pinned = outranking(pin, day, earned, table) if pin else None
    return Held(pinned or earned, earned, pinned is not None)


def pin_holds(pin: Pin | None, day: date) -> bool:
    """Up to and including its last day."""
    return pin is not None and day <= pin.until


def outranking(pin: Pin | None, day: date, earned: Tier | None, table: TierTable) -> Tier | None:
    """The tier that the pin gives instead of what is `earned`; None where the money decides: no pin holds, its tier is
    not in the table any more, or the pin is "at least" and as much is earned."""
    pinned = table.by_name(pin.tier) if pin and pin_holds(pin, day) else None
    if pin is None or pinned is None:
        return None
    if not pin.exactly and earned and earned.threshold >= pinned.threshold:
        return None
    return pinned
