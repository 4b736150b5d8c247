"""Who takes part (R10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from datetime import date
from typing import NewType

from .basis import Basis, Pin
from .ids import AccountId
from .values import dataclass

GroupId = NewType("GroupId", int)
ENROLLED, EXCLUDED, LEFT = "enrolled", "excluded", "left"


@dataclass(frozen=True)
class Account:
    """A client of the provider. `registered` is the day on which the panel says that it was, `has_discount` whether
    they have any personal one; None where the panel is not asked or does not tell."""

    id: AccountId
    name: str
    registered: date | None = None
    has_discount: bool | None = field(default=None, compare=False)

    def is_another(self, registered: date | None) -> bool:
        """Whether this is not the client who was registered on that day: ids come again. A day more or less is a
        time zone's."""
        return bool(self.registered and registered and abs((self.registered - registered).days) > 1)


@dataclass(frozen=True)
class MemberRule:
    """Who takes part (R10): every client, the members of a client group, or those enrolled by hand."""

    everybody: bool = True
    group: GroupId | None = None


@dataclass(frozen=True)
class MemberNote:
    """The administrator's word about one account, or its own. `standing` is enrolled, excluded, left or None."""

    account: AccountId
    standing: str | None = None
    reason: str = ""
    pin: Pin | None = None

    @property
    def terms(self) -> object:
        """What of it decides, without the reasons."""
        return self.standing, self.pin and (self.pin.tier, self.pin.until, self.pin.exactly)


def takes_part(note: MemberNote, rule: MemberRule, group_members: Collection[AccountId]) -> Basis | None:
    """None for a member, otherwise why the account takes no part (R10)."""
    if note.standing == EXCLUDED:
        return Basis.EXCLUDED
    if note.standing == LEFT:
        return Basis.LEFT
    if rule.everybody or note.standing == ENROLLED or note.account in group_members:
        return None
    return Basis.NOT_A_MEMBER
