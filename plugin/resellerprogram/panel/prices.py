"""The panel's own price list, as it tells it to everybody (D.7)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ..programme.bounds import is_id
from ..programme.ids import ProviderId
from ..programme.payments import Money
from ..programme.prices import ListPrice, Period, PricedTariff
from ..programme.text import Text, short
from . import assumptions
from .answers import Row
from .calls import Panel
from .directory import ServiceTypeId

log = logging.getLogger(__name__)


def price_list(
    panel: Panel, wanted: Iterable[str], type_names: Mapping[ServiceTypeId, str], provider: ProviderId
) -> list[PricedTariff]:
    """The tariffs of the service types `wanted` (internal names) that clients of the provider may order, with their
    prices, by id. A call a type; one alone where the panel answers it with all types. Raises PanelError."""
    numbers = {name: number for number, name in type_names.items()}
    found: dict[int, PricedTariff] = {}
    for name in wanted:
        document = panel.call(assumptions.PRICE_LIST, assumptions.prices_of(name))
        rows = document.parts("pricelist")
        for row in rows:
            tariff = _tariff(row, numbers, provider)
            if tariff:
                found[tariff.id] = tariff
        if any(assumptions.type_of_price(row, numbers) != numbers.get(name) for row in rows):
            break
    return [found[number] for number in sorted(found)]


def _tariff(row: Row, numbers: Mapping[str, ServiceTypeId], provider: ProviderId) -> PricedTariff | None:
    """None for what is not on sale, is another provider's, or can't be read."""
    service_type = assumptions.type_of_price(row, numbers)
    if not assumptions.is_on_sale(row, provider):
        return None
    if service_type is None or not is_id(row.raw("id")):
        log.info("a tariff of the price list is passed over: %s", short(repr(row.columns()), 200))
        return None
    name = row.text("name")
    return PricedTariff(row.number("id"), Text(name, row.text("name_ru") or name), service_type, tuple(_prices(row)))


def _prices(row: Row) -> Iterator[ListPrice]:
    """A trial is no price, and a price of nothing one that extras make up."""
    for price in row.parts("price"):
        for each in price.parts("period"):
            cost, length = each.attribute("cost"), each.attribute("length")
            if not re.fullmatch(r"[0-9]{1,18}(?:\.[0-9]{1,4})?", cost) or not price.attribute("currency"):
                log.info("a price of tariff %s is passed over: %r", row.raw("id"), short(cost, 40))
            elif is_id(length) and int(length) and Decimal(cost):
                period = Period(each.attribute("type"), int(length))
                yield ListPrice(period, Money(Decimal(cost), price.attribute("currency").upper()))
