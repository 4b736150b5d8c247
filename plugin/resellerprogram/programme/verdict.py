"""What a plan comes to, before anybody reads its list: how many clients it touches and which way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .basis import Because
from .changes import PlainChange
from .effects import Way, way_together
from .tiers import ServiceClass
from .values import dataclass

ClassOfType = Mapping[str, ServiceClass]
"""The class of each service type, by its internal name."""


class Part(NamedTuple):
    """What is planned alike for so many `clients`: which way it goes for each, how many of its drops nothing foretold,
    and every change."""

    way: Way
    unforetold: int
    changes: Sequence[PlainChange]
    clients: int = 1


@dataclass(frozen=True)
class Verdict:
    """How many clients go each way, and how many of them by nothing that was not foretold; of their discounts how many
    are lowered or removed (`drops`), and how many of these nothing foretold. Other discounts that are set aside or put
    back. The same for each class: clients by the way that its discounts go; None is what no class stands for."""

    clients: Mapping[Way, int]
    foretold: Mapping[Way, int]
    drops: int
    unforetold: int
    set_aside: int
    put_back: int
    classes: Mapping[ServiceClass | None, Mapping[Way, int]]

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return any(self.clients.values())


@dataclass(frozen=True)
class Wanted:
    """Which part of a plan's list somebody wants to see: who goes a `way`, whom a class's discounts change for, who
    could not be calculated. Without any, all of it."""

    way: Way | None = None
    service_class: ServiceClass | None = None
    failed: bool = False

    def __bool__(self) -> bool:
        return self != Wanted()

    def takes(self, way: Way, changes: Iterable[PlainChange], class_of: ClassOfType) -> bool:
        """Whether a client of whom that is planned is wanted."""
        if self.failed or (self.way and way is not self.way):
            return False
        return self.service_class is None or self.service_class in by_class(changes, class_of)


def judge(parts: Iterable[Part], class_of: ClassOfType) -> Verdict:
    """The verdict on a plan, or on some clients' part of it."""
    clients: Counter[Way] = Counter()
    foretold: Counter[Way] = Counter()
    becauses: Counter[Because] = Counter()
    classes: dict[ServiceClass | None, Counter[Way]] = {}
    drops = unforetold = 0
    for part in parts:
        clients[part.way] += part.clients
        foretold[part.way] += 0 if part.unforetold else part.clients
        unforetold += part.unforetold * part.clients
        drops += sum(change.way.lowers for change in part.changes) * part.clients
        for change in part.changes:
            if change.is_of_others:
                becauses[change.because] += part.clients
        for name, of_class in by_class(part.changes, class_of).items():
            together = way_together(change.way for change in of_class)
            if together:
                classes.setdefault(name, Counter())[together] += part.clients
    return Verdict(
        clients, foretold, drops, unforetold, becauses[Because.SET_ASIDE], becauses[Because.PUT_BACK], classes
    )


def by_class(changes: Iterable[PlainChange], class_of: ClassOfType) -> dict[ServiceClass | None, list[PlainChange]]:
    """The changes of our own discounts, by the class whose percent they get."""
    found: dict[ServiceClass | None, list[PlainChange]] = {}
    for change in changes:
        if not change.is_of_others:
            found.setdefault(class_of.get(change.service_type), []).append(change)
    return found
