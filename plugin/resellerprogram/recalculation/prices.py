"""The panel's price list, read once a day for all clients, and what one of them pays by it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from ..programme.ids import AccountId
from ..programme.payments import Money
from ..programme.prices import ListPrice, Offer, Period, PricedTariff, Saved, of_classes, offers, saved_at
from ..programme.standing import Standing
from ..programme.text import Text
from ..programme.tiers import ServiceClass, Tier
from ..programme.values import dataclass
from ..programme.window import Window
from ..store import Store
from ..store.decisions import Stretch
from ..store.notes import PRICES, SCOPES
from .lagging import Lagging
from .scopes import covered, scope_names

if TYPE_CHECKING:
    from .context import Context

MOST_STRETCHES = 1000


def keep_prices(context: Context, now: datetime) -> None:
    """Read the prices of what is covered, once a day. Nothing is raised: what was read before stays, with its day."""
    from ..panel.errors import PanelError  # pages read what was kept
    from ..panel.prices import price_list

    names = [name for each in context.classes for name in each.types if name in context.type_names.values()]
    kept = context.store.notes.read(PRICES) or {}
    if (kept.get("tried"), kept.get("types")) == (context.day.isoformat(), names):
        return
    tried = {"tried": context.day.isoformat(), "types": names}
    try:
        found = price_list(context.panel, names, context.type_names, context.provider)
    except Exception as error:
        log = logging.getLogger(__name__)
        if isinstance(error, PanelError):
            log.info("the panel's prices are not known: %s", error)
        else:
            log.exception("the panel's prices are not known")
        context.store.notes.write(PRICES, {**kept, **tried, "why": str(error)})
        return
    context.store.notes.write(PRICES, {**tried, "at": now.isoformat(), "tariffs": [_plain(each) for each in found]})


def _plain(tariff: PricedTariff) -> list[Any]:
    prices = [
        [each.period.unit, each.period.length, str(each.amount.amount), each.amount.currency] for each in tariff.prices
    ]
    return [tariff.id, tariff.name.en, tariff.name.ru, tariff.service_type, prices]


def _tariff(number: int, en: str, ru: str, service_type: int, prices: list[list[Any]]) -> PricedTariff:
    told = (ListPrice(Period(unit, length), Money(Decimal(cost), currency)) for unit, length, cost, currency in prices)
    return PricedTariff(number, Text(en, ru), service_type, tuple(told))


@dataclass(frozen=True)
class Worth:
    """What the programme's discounts saved an account from `first` to `last`, both included, by currency: an account's
    month. `at_now`, `at_next`: what the same charges would have saved by today's percents, and by the next tier's, in
    the one currency; None where that can't be told."""

    first: date
    last: date
    saved: Mapping[str, Decimal]
    at_now: Decimal | None = None
    at_next: Decimal | None = None


class PriceView:
    """What one client pays, by the records alone."""

    def __init__(self, store: Store, account: AccountId, standing: Standing) -> None:
        self._store, self._account, self._standing = store, account, standing
        self._kept = store.notes.read(PRICES) or {}
        self.covered = covered(store)

    @property
    def read_at(self) -> datetime | None:
        """When the panel told its prices last; None where it never did."""
        return datetime.fromisoformat(self._kept["at"]) if self._kept.get("tariffs") else None

    @property
    def types(self) -> dict[int, str]:
        """The internal names of the service types by id, as a run has kept them."""
        kept = (self._store.notes.read(SCOPES) or {}).get("types", {})
        return {int(number): name for number, (name, *_) in kept.items()}

    def offers(self, following: Tier | None, currency: str) -> list[Offer]:
        """Every tariff that is covered, for every period, by the percents in effect, by tier and at the next tier."""
        ids = {name: number for number, name in self.types.items()}
        classes = {ids[name]: each.name for each in self._store.classes.all() for name in each.types if name in ids}
        return list(
            offers(
                [_tariff(*each) for each in self._kept.get("tariffs", ())],
                self.covered,
                classes,
                scope_names(self._store),
                Lagging(self._store).in_place(self._account, self._standing),
                self._standing.percents,
                following.percents if following else None,
                currency,
            )
        )

    def worth(self, today: date, following: Tier | None) -> Worth | None:
        """Of the last month, as far back as it is known; None where the panel does not tell whose discounts took
        something off."""
        savings, month = self._store.savings, Window.of(today, 1)
        told = savings.told_of_accounts()
        if told is None:
            return None
        first, last = max(month.first + timedelta(days=1), told[0]), min(today, told[1])
        if first > last or not savings.is_known(self._account, first, last):
            return None
        sums = savings.of(self._account, first, last)
        if len(sums) != 1:
            return Worth(first, last, sums)
        single = [
            Saved(each.day, each.service_class, each.saved.amount)
            for each in savings.by_class(self._account, first, last)
        ]
        then = partial(self._percent_then, self._store.decisions.stretches(self._account, MOST_STRETCHES))
        at_now, at_next = (
            saved_at(single, then, of_classes(self.covered, percents))
            for percents in (self._standing.percents, following.percents if following else {})
        )
        return Worth(first, last, sums, at_now, at_next if following else None)

    def _percent_then(self, stretches: list[Stretch], day: date, service_class: ServiceClass) -> Decimal | None:
        """What a class had on a day; None where that changed on the day, or is not known any more."""
        held = [each.percents for each in stretches if each.first_day <= day <= each.last_day]
        if not held or any(each is None for each in held):
            return None
        found = {of_classes(self.covered, each or {}).get(service_class) for each in held}
        return found.pop() if len(found) == 1 else None
