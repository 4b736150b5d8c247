"""What the panel has of an account's discounts while it has not taken all that was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .effects import ZERO
from .ids import Scope
from .ownership import OwnedDiscount
from .tiers import ServiceClass


@dataclass(frozen=True)
class Lag:
    """A class's percent in the panel `now`, and the one that `follows`; 0 is none."""

    now: Decimal
    follows: Decimal


def lags(
    owned: Iterable[OwnedDiscount], covered: Mapping[Scope, ServiceClass], decided: Mapping[ServiceClass, Decimal]
) -> dict[ServiceClass, Lag]:
    """The classes whose percent in the panel is another than was decided. Of a class that covers several service types
    the least counts: no more can be promised. What nobody knows is not told."""
    written = {each.scope: each.percent for each in owned}
    in_place: dict[ServiceClass, list[Decimal | None]] = {}
    for scope, service_class in covered.items():
        in_place.setdefault(service_class, []).append(written.get(scope, ZERO))
    found = {}
    for service_class, percents in in_place.items():
        known = [percent for percent in percents if percent is not None]
        follows = decided.get(service_class, ZERO)
        behind = [percent for percent in known if percent != follows]
        if behind and len(known) == len(percents):
            found[service_class] = Lag(min(known) if follows else max(known), follows)
    return found
