"""Caps: the highest percent that a service type or a tariff ever gets, whatever the tier gives (R8).

A cap is named by the type's internal name or the tariff's id. A tariff's own cap and its type's hold both.

>>> read("7=10, vds=20").items()
dict_items([('7', Decimal('10')), ('vds', Decimal('20'))])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from . import bounds, figures
from .errors import BadInput
from .text import Text, short
from .tiers import ServiceClass, Tier, TierTable
from .values import dataclass

if TYPE_CHECKING:
    from .discounts import Covered

Caps = Mapping[str, Decimal]
"""Percents by the internal name of a service type or the id of a tariff."""
Ceilings = Mapping[ServiceClass, Decimal]
"""Of classes all of whose services are capped, what the best of these may get."""

MOST = Decimal(100)
_APART = r"[\s;]+|,(?=[^,;\s=]*=)|,(?=\s|$)"
"""Between two caps; a comma between two figures is a decimal one."""


@dataclass(frozen=True)
class Limit:
    """A cap as people read it: `what` is the service type or tariff by its key, `named` how it is called."""

    service_class: ServiceClass
    what: str
    percent: Decimal
    named: Text


def lower(percent: Decimal, cap: Decimal | None) -> Decimal:
    """A percent as far as a cap lets it."""
    return percent if cap is None else min(percent, cap)


def lowest(*caps: Decimal | None) -> Decimal | None:
    """The cap that holds where several do."""
    return min((cap for cap in caps if cap is not None), default=None)


def of_tariff(what: str) -> int | None:
    """The tariff that a cap is for; None where it is for a service type."""
    return int(what) if bounds.is_id(what) else None


def read(text: str, field: str = "") -> dict[str, Decimal]:
    """Caps as people write them: 'vds=20, 7=10', a line each or one behind the other. Raises BadInput."""
    caps: dict[str, Decimal] = {}
    for what, percent in _pairs(text, field):
        if what in caps:
            raise BadInput(Text("{what} is there twice", "{what} указано дважды")(what=what), field)
        caps[what] = cap_of(percent, field)
    return in_order(caps)


def changed(before: Caps, typed: Iterable[str], field: str = "") -> dict[str, Decimal]:
    """What comes of caps when some are set (`7=10`) or taken off (`7=`). Raises BadInput."""
    caps = dict(before)
    for what, percent in (pair for text in typed for pair in _pairs(text, field)):
        caps.pop(what, None)
        if percent:
            caps[what] = cap_of(percent, field)
    return in_order(caps)


def cap_of(text: str, field: str = "") -> Decimal:
    """The percent of a cap. Raises BadInput."""
    percent = bounds.percent(text, field)
    if not 0 <= percent <= MOST:
        raise BadInput(
            Text("{percent} is outside 0–100", "{percent} вне пределов 0–100")(percent=figures.percent(percent)), field
        )
    if bounds.places(percent) > 2:
        raise BadInput(
            Text("{percent} has more than two decimals", "в {percent} больше двух знаков после запятой")(
                percent=figures.percent(percent)
            ),
            field,
        )
    return percent


def in_order(caps: Caps) -> dict[str, Decimal]:
    """The same caps always in the same order."""
    return {what: caps[what] for what in sorted(caps)}


def written(caps: Caps) -> str:
    """Caps as `read` takes them: '7=10, vds=20'."""
    return ", ".join(f"{what}={bounds.written(percent)}" for what, percent in caps.items())


def ceilings(covered: Iterable[Covered]) -> Ceilings:
    """The classes none of whose services gets more than a cap lets it, each with the highest of its caps."""
    caps: dict[ServiceClass, list[Decimal]] = {}
    for each in covered:
        if each.service_class:
            caps.setdefault(each.service_class, []).append(MOST if each.cap is None else each.cap)
    return {name: max(found) for name, found in caps.items() if max(found) < MOST}


def capped(percents: Mapping[ServiceClass, Decimal], highest: Ceilings) -> dict[ServiceClass, Decimal]:
    """What the best service of each class gets of the percents of a tier."""
    return {name: lower(percent, highest.get(name)) for name, percent in percents.items()}


def capped_tier(tier: Tier | None, highest: Ceilings) -> Tier | None:
    """A tier with what it gives at best."""
    return replace(tier, percents=capped(tier.percents, highest)) if tier and highest else tier


def capped_table(table: TierTable, highest: Ceilings) -> TierTable:
    """A table with what it gives at best."""
    if not highest:
        return table
    return replace(table, tiers=tuple(replace(tier, percents=capped(tier.percents, highest)) for tier in table.tiers))


def that_bite(limits: Iterable[Limit], percents: Mapping[ServiceClass, Decimal]) -> Iterator[Limit]:
    """The caps below the percent that a class has otherwise."""
    return (each for each in limits if each.percent < percents.get(each.service_class, Decimal(0)))


def _pairs(text: str, field: str) -> Iterator[tuple[str, str]]:
    shorter = re.sub(r"\s*(=)\s*|\s*%", r"\1", text)
    for part in filter(None, re.split(_APART, shorter)):
        what, sign, percent = part.partition("=")
        if not what or not sign:
            raise BadInput(
                Text(
                    "“{text}”: write a product type's internal name or a tariff plan's id and its percent, "
                    "such as vds=20",
                    "«{text}»: укажите внутреннее имя типа продукта или id тарифа и процент, например vds=20",
                )(text=short(part, 40)),
                field,
            )
        yield bounds.line(what, field, bounds.LONGEST_NAME), percent
