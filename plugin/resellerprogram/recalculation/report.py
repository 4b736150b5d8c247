"""What a recalculation finds and tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..programme.basis import Basis
from ..programme.decision import Decision
from ..programme.discounts import Change, OtherDiscount
from ..programme.errors import ResellerProgrammeError
from ..programme.ids import AccountId, DiscountId, Scope
from ..programme.members import Account
from ..programme.moves import Move
from ..programme.notices import Notice
from ..programme.text import Text


@dataclass(frozen=True)
class Overtaken:
    """Records of ours that the panel has overtaken: set-aside discounts that it has again (`came_back`: record and new
    id) or never deleted (`still_there`), and programme's discounts that somebody deleted (`gone`)."""

    came_back: Mapping[int, DiscountId] = field(default_factory=dict)
    still_there: tuple[DiscountId, ...] = ()
    gone: tuple[DiscountId, ...] = ()


@dataclass(frozen=True)
class Considered:
    """What one account should have and why, and the changes that lead there; none where all is right.

    `discounts` is how many of ours it has, `known` all its discounts, `tier_before` the last decision's tier.
    `unforetold` is how many changes take something that nothing known before explains (see programme/falls.py).
    `left` are other discounts that act beside the tier's because the settings leave them. `move` is what changed the
    tier, None where it stays; `notices` is what to tell. Payments of the account that were transferred are `moved_to`
    these.
    """

    account: Account
    decision: Decision
    changes: tuple[Change, ...]
    discounts: int
    known: frozenset[DiscountId]
    tier_before: str | None
    unforetold: int = 0
    left: tuple[OtherDiscount, ...] = ()
    overtaken: Overtaken = field(default_factory=Overtaken)
    move: Move | None = None
    notices: tuple[Notice, ...] = ()
    moved_to: tuple[AccountId, ...] = ()

    def summary(self) -> Planned:
        tier = self.decision.tier
        return Planned(
            self.account,
            self.decision.basis,
            self.decision.turnover.amount,
            tier.name if tier else None,
            self.tier_before,
            self.changes,
            self.unforetold,
        )


@dataclass(frozen=True)
class Planned:
    """The part of Considered that a report keeps: its size does not depend on the number of payments."""

    account: Account
    basis: Basis
    turnover: Decimal
    tier: str | None
    tier_before: str | None
    changes: tuple[Change, ...]
    unforetold: int = 0


@dataclass
class Report:
    """What a run looked at, and what it changed or would change. `failed` accounts could not be decided or written, and
    wait in the queue if anything was written; `left` are
    discounts of others that act beside the programme's; `notices` is what resellers are or would be told."""

    day: date
    accounts: int = 0
    discounts: int = 0
    planned: list[Planned] = field(default_factory=list)
    written: int = 0
    failed: dict[AccountId, ResellerProgrammeError] = field(default_factory=dict)
    left: list[OtherDiscount] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    scope_names: Mapping[Scope, str] = field(default_factory=dict)
    notices: list[tuple[Account, Notice]] = field(default_factory=list)

    @property
    def drops(self) -> int:
        return sum(change.drops for planned in self.planned for change in planned.changes)

    @property
    def unforetold(self) -> int:
        """How many of the drops nothing known before explains; only these are limited."""
        return sum(planned.unforetold for planned in self.planned)
