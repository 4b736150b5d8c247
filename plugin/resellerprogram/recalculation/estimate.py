"""What the discounts of a plan would have taken off last month's orders: for whoever decides on the start."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from ..panel import directory
from ..panel.assumptions import expense_is_of
from ..panel.errors import PanelError
from ..panel.expenses import Charge, charged
from ..programme.effects import ZERO
from ..programme.report import Estimate, Planned
from ..programme.tiers import ServiceClass
from .context import Context

MOST_CALLS = 30
"""A plan makes no more calls for it; what they did not show is left out, and said so."""

log = logging.getLogger(__name__)


def estimate(context: Context, planned: Iterable[Planned]) -> Estimate | None:
    """The programme's discounts of a plan, applied to what these clients were charged in the last period, in its
    currency. Only what can be told counts: an expense is of the tariff whose name it has, and of the client whose name
    it has. None where nothing can be told."""
    percents = _percents(context, planned)
    try:
        window = context.window
        charges, all_of_them = charged(
            context.panel, window.first, window.last, context.facts.currency_signs, MOST_CALLS
        )
        class_of = _class_of_tariffs(context)
    except PanelError as error:
        log.info("what the discounts would cost is not known: %s", error)
        return None
    costs = [cost for each in charges if (cost := _cost(context, each, percents, class_of)) is not None]
    return Estimate(sum(costs, ZERO), all_of_them) if costs else None


def _cost(
    context: Context,
    charge: Charge,
    percents: Mapping[str, Mapping[ServiceClass, Decimal]],
    class_of: Mapping[str, ServiceClass | None],
) -> Decimal | None:
    """None of what can't be told, or is in another currency."""
    client = percents.get(charge.account)
    name = expense_is_of(charge.what, class_of)
    if client is None or name is None or charge.gross.currency != context.settings.currency:
        return None
    service_class = class_of[name]
    return charge.gross.amount * client.get(service_class, ZERO) / 100 if service_class else ZERO


def _percents(context: Context, planned: Iterable[Planned]) -> dict[str, dict[ServiceClass, Decimal]]:
    """By a client's name, as expenses show it: nobody's where two bear it."""
    planned = list(planned)
    times = Counter(each.account.name for each in planned)
    found: dict[str, dict[ServiceClass, Decimal]] = {}
    for each in planned:
        if each.tier and each.account.name and times[each.account.name] == 1:
            tier = context.table.by_name(each.tier)
            found[each.account.name] = dict(tier.percents) if tier else {}
    return found


def _class_of_tariffs(context: Context) -> dict[str, ServiceClass | None]:
    """The class of every tariff by its name, in both languages; None of one without a discount."""
    of_type = {name: each for each in context.classes for name in each.types}
    known: dict[str, ServiceClass | None] = {}
    for language in ("en", "ru"):
        _, tariffs = directory.types_and_tariffs(context.panel, context.type_names, language)
        for tariff in tariffs:
            found = of_type.get(context.type_names.get(tariff.service_type, ""))
            known[tariff.name] = found.name if found and tariff.id not in found.left_out else None
    return {name: service_class for name, service_class in known.items() if name}
