"""What a step takes from many at once: told before anybody says yes to it (spec, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from .changes import PlainChange
from .discounts import TariffsOf, acting
from .effects import Way
from .ids import AccountId, Scope
from .ownership import OwnedDiscount
from .values import dataclass


@dataclass(frozen=True)
class Loss:
    """Whose discounts of ours end or get smaller (`clients`), how many discounts do, and how many discounts of others
    are put back. Of one client alone also which: `changes`, each called by its scope."""

    clients: frozenset[AccountId] = frozenset()
    ended: int = 0
    lowered: int = 0
    put_back: int = 0
    changes: Sequence[PlainChange] = ()

    @property
    def drops(self) -> int:
        return self.ended + self.lowered

    def __bool__(self) -> bool:
        """Whether anybody has less by it."""
        return bool(self.clients)

    def __add__(self, other: Loss) -> Loss:
        clients = self.clients | other.clients
        return Loss(
            clients,
            self.ended + other.ended,
            self.lowered + other.lowered,
            self.put_back + other.put_back,
            (*self.changes, *other.changes) if len(clients) == 1 else (),
        )

    @property
    def mark(self) -> str:
        """What a form has told of."""
        return f"{self.ended}-{self.lowered}-{self.put_back}-{len(self.clients)}"

    def was_told(self, mark: str) -> bool:
        """Whether a form has told of no less than this: who has lost a discount meanwhile loses none more."""
        told, now = mark.split("-"), self.mark.split("-")
        return len(told) == len(now) and all(
            shown.isdecimal() and int(count) <= int(shown) for shown, count in zip(told, now)
        )


def loss_of(
    account: AccountId,
    owned: Iterable[OwnedDiscount],
    wanted: Mapping[Scope, Decimal],
    resting: int,
    tariffs: TariffsOf | None = None,
    due: Mapping[Scope, Decimal] | None = None,
) -> Loss:
    """What an account loses that is to have the `wanted` percents instead of those of its discounts; `resting`
    discounts of others come back where it keeps none. A discount for a type that gives way to discounts for its
    `tariffs`, or these to it, is no loss of its own; nor is what is no less than what is `due` to it anyway."""
    tariffs = tariffs or {}
    changes = []
    for each in owned:
        change = PlainChange(each.scope, each.scope, each.percent, acting(each.scope, wanted, tariffs))
        if change.way.lowers and (due is None or (change.after or 0) < (acting(each.scope, due, tariffs) or 0)):
            changes.append(change)
    ended = sum(each.way is Way.ENDS for each in changes)
    touched = frozenset((account,)) if changes else frozenset()
    return Loss(touched, ended, len(changes) - ended, 0 if wanted else resting, changes)
