"""Where an account stands by a decision: what lists and the account's own page show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .basis import Basis
from .ids import AccountId
from .moves import Move
from .tiers import ServiceClass


@dataclass(frozen=True)
class Standing:
    """An account's row. `basis` and `decided_at` are None before its first decision; `missing` is what it takes to
    reach `next_tier`; on `change_day` the tier becomes `change_tier` (None: none) if nothing is paid. The tier is held
    `since` that day, each class's percent since `class_since`, and `move` is what changed the tier last. Money is in
    the programme's currency.
    """

    account: AccountId
    name: str = ""
    basis: Basis | None = None
    tier: str | None = None
    threshold: Decimal | None = None
    turnover: Decimal = Decimal(0)
    next_tier: str | None = None
    missing: Decimal | None = None
    percents: Mapping[ServiceClass, Decimal] = field(default_factory=dict)
    change_day: date | None = None
    change_tier: str | None = None
    decided_at: datetime | None = None
    put_right_at: datetime | None = None
    since: date | None = None
    class_since: Mapping[ServiceClass, date] = field(default_factory=dict)
    move: Move | None = None
