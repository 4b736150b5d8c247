"""What decisions and changes rest on."""

from __future__ import annotations

import enum
from datetime import date

from .values import dataclass


class Basis(str, enum.Enum):
    """What the tier of a decision rests on."""

    TURNOVER = "turnover"
    PINNED = "pinned"
    EXCLUDED = "excluded"
    NOT_A_MEMBER = "not_a_member"
    LEFT = "left"
    WITHDRAWN = "withdrawn"

    @property
    def counts_payments(self) -> bool:
        """Whether payments were looked at."""
        return self in (Basis.TURNOVER, Basis.PINNED)


COUNTING = tuple(basis.value for basis in Basis if basis.counts_payments)
"""Those who take part, as tables hold it."""


@dataclass(frozen=True)
class Pin:
    """An administrator holds the account on at least the tier named `tier`, or on `exactly` that one, up to and
    including `until` (R10)."""

    tier: str
    until: date
    reason: str
    exactly: bool = False


class Because(str, enum.Enum):
    """Why a discount is changed."""

    TIER = "tier"
    BY_HAND = "by_hand"
    DOUBLED = "doubled"
    SET_ASIDE = "set_aside"
    PUT_BACK = "put_back"
