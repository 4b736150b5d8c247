"""What past days should have been, and tiers that rested on money given back: with what it was worth. From the records
alone, as the last night found it; nothing is charged back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from ..programme.corrections import Correction, Kind, Returned, Saved, worth
from ..programme.ids import AccountId
from ..programme.values import dataclass
from . import Office

AGAIN = 2
"""So often makes it a habit."""

Sums = Mapping[str, Decimal]
"""Amounts by currency."""


@dataclass(frozen=True)
class Listed:
    """A client's stretch of past days. `saved` is what discounts took off on these days, `worth` by how much more the
    other tier's would have (below zero: less); None where that is not known."""

    account: AccountId
    name: str
    correction: Correction
    saved: Sums | None
    worth: Sums | None


@dataclass(frozen=True)
class Repeated:
    """A client who paid, ordered with a discount, and was given the money back so many `times`, with these payments,
    the last given back first."""

    account: AccountId
    name: str
    times: int
    returned: tuple[Returned, ...]


class CorrectionsDesk:
    """Reads what nights wrote down; asks the panel nothing."""

    def __init__(self, office: Office) -> None:
        self._store = office.store

    def listed(self, kind: Kind, name: str = "", account: AccountId | None = None) -> list[Listed]:
        """The stretches of that kind, what ended last first: of whoever's name holds `name`, or of one account."""
        found = self._store.corrections.listed(kind, account)
        names = self._names(each for each, _ in found)
        return [
            self._listed(each, names.get(each, ""), correction)
            for each, correction in found
            if _is_meant(names.get(each, ""), name)
        ]

    def repeated(self, name: str = "", account: AccountId | None = None) -> list[Repeated]:
        """Who paid, ordered and took the money back again and again, most often first. Orders are told by what
        discounts took off; where nothing is known of that, nobody is listed."""
        found = self._store.corrections.returned(account)
        names = self._names(found)
        listed = [
            Repeated(each, names.get(each, ""), len(ordered), tuple(ordered))
            for each, returned in found.items()
            if len(ordered := [one for one in returned if self._ordered(each, one)]) >= AGAIN
            and _is_meant(names.get(each, ""), name)
        ]
        return sorted(listed, key=lambda each: (-each.times, each.account))

    @property
    def knows_savings(self) -> bool:
        """Whether the panel tells what discounts took off."""
        return self._told is not None

    def _listed(self, account: AccountId, name: str, correction: Correction) -> Listed:
        first, last = correction.first_day, correction.last_day
        if not self._knows(account, first, last):
            return Listed(account, name, correction, None, None)
        found = self._store.savings.by_class(account, first, last)
        saved = [Saved(each.day, each.service_class, each.saved) for each in found]
        return Listed(account, name, correction, _summed(saved), worth(correction, saved))

    def _knows(self, account: AccountId, first: date, last: date) -> bool:
        if self._told is None:
            return False
        known_since, known_until = self._told
        return known_since <= first and last <= known_until and self._store.savings.is_known(account, first, last)

    def _ordered(self, account: AccountId, returned: Returned) -> bool:
        return bool(self._store.savings.of(account, returned.paid_on, returned.returned_on))

    def _names(self, accounts: Iterable[AccountId]) -> dict[int, str]:
        return self._store.standings.names(accounts)

    @cached_property
    def _told(self) -> tuple[date, date] | None:
        return self._store.savings.told()


def _is_meant(name: str, part: str) -> bool:
    return part.casefold() in name.casefold()


def _summed(saved: Iterable[Saved]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in saved:
        sums[each.amount.currency] = sums.get(each.amount.currency, Decimal(0)) + each.amount.amount
    return sums
