"""What is on record of an account: a decision, and what was done for it."""

from __future__ import annotations

from datetime import date, datetime

from .changes import PlainChange
from .decision import Decision
from .values import dataclass


@dataclass(frozen=True)
class Record:
    """A decision that held from `first_day` to `last_day`, what was written for it, what caused it, who, and when.
    Without `has_details` it is so old that its payments and what was written are not kept any more."""

    id: int
    decision: Decision
    first_day: date
    last_day: date
    written: tuple[PlainChange, ...]
    cause: str
    decided_at: datetime
    confirmed_at: datetime
    who: str = ""
    has_details: bool = True
