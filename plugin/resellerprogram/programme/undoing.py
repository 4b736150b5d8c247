"""What a run did to an account's discounts, taken back: act in reverse.

Only what is still as the run left it is taken back. Where anything else has happened to the account's discounts since,
by a later run, a payment or by hand, all of the account is left as it is and told: half of an undoing helps nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar, Union

from .basis import Because
from .changes import PlainChange
from .discounts import (
    Change,
    Create,
    Delete,
    Edit,
    OtherDiscount,
    ProgrammeDiscount,
    PutBack,
    RestingDiscount,
    SetAside,
)
from .effects import Way, way_of
from .ids import AccountId, Scope
from .values import dataclass

_AnyOther = Union[OtherDiscount, RestingDiscount]
_Other = TypeVar("_Other", OtherDiscount, RestingDiscount)


class ChangedSince(Exception):
    """The account's discounts are not as the run left them: `change` is what can't be taken back for that."""

    def __init__(self, change: PlainChange) -> None:
        super().__init__(change.what)
        self.change = change


@dataclass(frozen=True)
class Net:
    """What the writes of a run come to: the programme's percent of each scope before and after, None without a
    discount, and of others which were set aside and which put back."""

    ours: Sequence[PlainChange] = ()
    set_aside: Sequence[PlainChange] = ()
    put_back: Sequence[PlainChange] = ()


def net(written: Iterable[PlainChange]) -> Net:
    """All writes about one account together, in their order: an account may be written twice in a run. What changed no
    percent (dates put right, one of two deleted) is not taken back."""
    ours: dict[Scope, PlainChange] = {}
    others: list[PlainChange] = []
    for change in written:
        if change.is_of_others:
            others.append(change)
        elif change.scope and change.because is not Because.DOUBLED and _differ(change.before, change.after):
            first = ours.get(change.scope, change)
            ours[change.scope] = PlainChange(
                change.scope, change.what, first.before, change.after, beside=change.beside
            )
    rested, returned = (
        Counter((each.what, each.value) for each in others if each.because is because)
        for because in (Because.SET_ASIDE, Because.PUT_BACK)
    )
    return Net(
        [each for each in ours.values() if each.before != each.after],
        _others(rested - returned, Because.SET_ASIDE),
        _others(returned - rested, Because.PUT_BACK),
    )


def _others(counted: Counter[tuple[str, str]], because: Because) -> list[PlainChange]:
    return [PlainChange(None, what, None, None, because, value) for what, value in counted.elements()]


def undo(
    account: AccountId,
    done: Net,
    ours: Iterable[ProgrammeDiscount],
    others: Iterable[OtherDiscount] = (),
    resting: Iterable[RestingDiscount] = (),
) -> tuple[Change, ...]:
    """The changes that lead from what is there back to what was there before a run; none where it is so already.

    Raises ChangedSince.
    """
    there = {each.scope: each for each in sorted(ours, key=lambda each: each.id, reverse=True)}
    changes = [each for change in done.ours for each in _back(account, change, there.get(_scope(change)))]
    returning, leaving = list(resting), list(others)
    moves: list[Change] = [
        *(PutBack(each) for change in done.set_aside for each in _taken(change, returning, leaving)),
        *(SetAside(each) for change in done.put_back for each in _taken(change, leaving, returning)),
    ]
    creations, deletions = ([each for each in changes if isinstance(each, kind)] for kind in (Create, Delete))
    return (*creations, *(each for each in changes if isinstance(each, Edit)), *moves, *deletions)


def still_to_undo(done: Net, percents: dict[Scope, Decimal]) -> Sequence[PlainChange]:
    """The same of the programme's own discounts as far as the records tell, before anybody is asked: what is to come,
    in plain. Raises ChangedSince."""
    to_come = []
    for change in done.ours:
        if _remains(change, percents.get(_scope(change))):
            to_come.append(PlainChange(change.scope, change.what, change.after, change.before, beside=_beside(change)))
    return to_come


def _remains(change: PlainChange, now: Decimal | None) -> bool:
    """Whether what the run did is in place still, and not undone already."""
    if now not in (change.before, change.after):
        raise ChangedSince(change)
    return now != change.before


def _scope(change: PlainChange) -> Scope:
    return change.scope or Scope("")


def _back(account: AccountId, change: PlainChange, there: ProgrammeDiscount | None) -> Iterable[Change]:
    if not _remains(change, there.percent if there else None):
        return ()
    if there is None:
        return (Create(account, _scope(change), change.before or Decimal(0), beside=_beside(change)),)
    return (Delete(there, beside=_beside(change)),) if change.before is None else (Edit(there, change.before),)


def _beside(change: PlainChange) -> Decimal | None:
    """What acts in the place of a discount that is made or ended again, as far as the change tells it."""
    percents = [each for each in (change.before, change.after) if each is not None]
    return None if change.beside is None else min(change.beside, *percents)


def _differ(before: Decimal | None, after: Decimal | None) -> bool:
    return way_of(before, after) is not Way.PUT_RIGHT


def _taken(change: PlainChange, where: list[_Other], back: Iterable[_AnyOther]) -> Iterable[_Other]:
    """The one discount that a change was about, taken out of `where`; none where it is `back` in its place already."""
    found = next((each for each in where if (each.name, each.value) == (change.what, change.value)), None)
    if found is None:
        if any((each.name, each.value) == (change.what, change.value) for each in back):
            return ()
        raise ChangedSince(change)
    where.remove(found)
    return (found,)
