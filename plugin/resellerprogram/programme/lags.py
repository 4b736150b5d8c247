"""What the panel has of an account's discounts while it has not taken all that was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from .discounts import Covered, TariffsOf, acting
from .effects import ZERO
from .ownership import OwnedDiscount
from .tiers import ServiceClass
from .values import dataclass


@dataclass(frozen=True)
class Lag:
    """A class's percent in the panel `now`, and the one that `follows`; 0 is none."""

    now: Decimal
    follows: Decimal


def in_place(owned: Iterable[OwnedDiscount], tariffs: TariffsOf, part: Covered) -> Decimal | None:
    """What acts on something that is covered, by what was written; None where that is not known."""
    written = {each.scope: each.percent for each in owned}
    near = {part.scope, *(whole for whole, of_type in tariffs.items() if part.scope in of_type)}
    if any(written[scope] is None for scope in near | {*tariffs.get(part.scope, ())} if scope in written):
        return None
    known = {scope: percent for scope, percent in written.items() if percent is not None}
    return acting(part.scope, known, tariffs) or ZERO


def lags(
    owned: Iterable[OwnedDiscount],
    covered: Iterable[Covered],
    decided: Mapping[ServiceClass, Decimal],
    tariffs: TariffsOf | None = None,
) -> dict[ServiceClass, Lag]:
    """The classes whose percent in the panel is another than was decided. Of a class that covers several service types
    the least counts: no more can be promised. Who is capped waits for the cap alone, and is told of only where nobody
    else of the class waits. What nobody knows is not told."""
    tariffs, written = tariffs or {}, {each.scope: each.percent for each in owned}
    known = {scope: percent for scope, percent in written.items() if percent is not None}
    unknown = {each for scope in written.keys() - known.keys() for each in (scope, *tariffs.get(scope, ()))}
    of_class: dict[ServiceClass, list[Covered]] = {}
    for each in covered:
        if each.service_class:
            of_class.setdefault(each.service_class, []).append(each)
    found = {}
    for service_class, parts in of_class.items():
        if all(each.scope not in unknown for each in parts):
            told = [Lag(acting(each.scope, known, tariffs) or ZERO, each.percent(decided)) for each in parts]
            lag = _told(told)
            if lag:
                found[service_class] = lag
    return found


def _told(parts: Collection[Lag]) -> Lag | None:
    """Of what a class covers, the one that is told of; None where all is as decided."""
    follows = max((each.follows for each in parts if each.now != each.follows), default=None)
    if follows is None:
        return None
    alike = [each.now for each in parts if each.follows == follows]
    return Lag(min(alike) if follows else max(alike), follows)
