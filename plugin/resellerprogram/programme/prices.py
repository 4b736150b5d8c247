"""What a client pays for tariffs by the discounts in effect and by those of the next tier, and what these are worth to
what was charged lately. Nothing is rounded here (R5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from .discounts import Covered
from .effects import is_less
from .figures import to_kopeck
from .ids import Scope
from .payments import Money
from .scopes import TARIFF, TYPE, ScopeNames
from .text import Text
from .tiers import ServiceClass, Tier
from .values import dataclass

_EXACT = Context(prec=100)
_UNITS = {"hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M", "year": "P{}Y"}
_DAYS = {"hour": Fraction(1, 24), "day": Fraction(1), "week": Fraction(7), "month": Fraction(30), "year": Fraction(360)}
"""To put periods into order: a year of twelve months and twelve months stand together."""


@dataclass(frozen=True)
class Period:
    """For how long a price is: `length` units as the panel names them (day, month, year); any other unit is for good,
    such as a licence."""

    unit: str
    length: int

    @property
    def iso(self) -> str:
        """P1M, P12M, P1D; the unit's own name where it is for good.

        >>> Period("month", 12).iso, Period("hour", 1).iso, Period("lifetime", 1).iso
        ('P12M', 'PT1H', 'lifetime')
        """
        return _UNITS[self.unit].format(self.length) if self.unit in _UNITS else self.unit

    @property
    def order(self) -> tuple[bool, Fraction, str]:
        """The shorter first; what is for good comes last."""
        return self.unit not in _DAYS, _DAYS.get(self.unit, Fraction(0)) * self.length, self.unit


@dataclass(frozen=True)
class ListPrice:
    """What the panel's price list says of a tariff for a period, before any discount and without extras."""

    period: Period
    amount: Money


@dataclass(frozen=True)
class PricedTariff:
    """A tariff that can be ordered; `prices` are empty where its price is made up of extras alone."""

    id: int
    name: Text
    service_type: int
    prices: tuple[ListPrice, ...] = ()


@dataclass(frozen=True)
class Offer:
    """What a tariff costs one client for a period; where no price of its service type is known (`tariff` None), what a
    discount is for.

    The percents: in effect `now` (None where nobody knows), `by_tier`, and by the next tier (`following`, None without
    one).
    """

    service_class: ServiceClass
    scope: Scope
    service_type: int
    name: Text
    now: Decimal | None
    by_tier: Decimal
    following: Decimal | None
    tariff: int | None = None
    full: ListPrice | None = None

    @property
    def price(self) -> Decimal | None:
        """What is paid now; None where the price or the discount in effect is not known."""
        return self._less(self.now)

    @property
    def following_price(self) -> Decimal | None:
        """What would be paid at the next tier."""
        return self._less(self.following)

    def _less(self, percent: Decimal | None) -> Decimal | None:
        return None if self.full is None or percent is None else reduced(self.full.amount.amount, percent)


def reduced(amount: Decimal, percent: Decimal) -> Decimal:
    """An amount less a percent, exact.

    >>> reduced(Decimal("99.99"), Decimal("12.5"))
    Decimal('87.49125')
    """
    return _EXACT.scaleb(_EXACT.multiply(amount, 100 - percent), -2)


def offers(
    priced: Iterable[PricedTariff],
    covered: Sequence[Covered],
    class_of_type: Mapping[int, ServiceClass],
    names: ScopeNames,
    in_effect: Callable[[Covered], Decimal | None],
    decided: Mapping[ServiceClass, Decimal],
    following: Mapping[ServiceClass, Decimal] | None,
    currency: str,
) -> Iterator[Offer]:
    """Every tariff of the service types in `class_of_type`, a row for each period, in the order of these. One that is
    left out of its class has no discount. What is covered and has no price stands there as a whole."""
    priced = sorted(priced, key=lambda each: (each.name.en, each.id))
    parts = {each.scope: each for each in covered}
    of_type: dict[int, list[PricedTariff]] = {}
    for tariff in priced:
        of_type.setdefault(tariff.service_type, []).append(tariff)
    for number, service_class in class_of_type.items():
        whole = parts.get(Scope(f"{TYPE}{number}"))
        split = (parts.get(Scope(f"{TARIFF}{each}")) for each, (_, kind) in names.tariffs.items() if kind == number)
        for tariff in of_type.get(number, ()):
            scope = Scope(f"{TARIFF}{tariff.id}")
            part = parts.get(scope, whole) or Covered(scope, "", None)
            percents = _percents(part, in_effect, decided, following)
            for price in prices_in(tariff.prices, currency) or (None,):
                yield Offer(service_class, scope, number, tariff.name, *percents, tariff.id, price)
        for part in filter(None, () if number in of_type else [whole] if whole else split):
            percents = _percents(part, in_effect, decided, following)
            yield Offer(service_class, part.scope, number, names.text(part.scope), *percents)


def _percents(
    part: Covered,
    in_effect: Callable[[Covered], Decimal | None],
    decided: Mapping[ServiceClass, Decimal],
    following: Mapping[ServiceClass, Decimal] | None,
) -> tuple[Decimal | None, Decimal, Decimal | None]:
    now = in_effect(part) if part.service_class else Decimal(0)
    return now, part.percent(decided), None if following is None else part.percent(following)


def prices_in(prices: Iterable[ListPrice], currency: str) -> tuple[ListPrice, ...]:
    """One price a period, the shortest first: in that currency, or in the one that there is."""
    chosen: dict[Period, ListPrice] = {}
    for price in prices:
        before = chosen.get(price.period)
        if before is None or (price.amount.currency == currency != before.amount.currency):
            chosen[price.period] = price
    return tuple(chosen[period] for period in sorted(chosen, key=lambda period: period.order))


def shortest(found: Iterable[Offer]) -> list[Offer]:
    """Each tariff once, for the shortest period that it can be ordered for."""
    first: dict[Scope, Offer] = {}
    for offer in found:
        first.setdefault(offer.scope, offer)
    return list(first.values())


def next_higher(
    tiers: Iterable[Tier], covered: Iterable[Covered], decided: Mapping[ServiceClass, Decimal]
) -> Tier | None:
    """The first of these tiers that gives more than is decided on anything that is covered; None where none does."""
    parts = list(covered)
    return next(
        (tier for tier in tiers if any(is_less(each.percent(decided), each.percent(tier.percents)) for each in parts)),
        None,
    )


# --- what it is worth ---


@dataclass(frozen=True)
class Saved:
    """What a discount took off on a day; of no class where the panel does not tell which discount it was."""

    day: date
    service_class: ServiceClass | None
    amount: Decimal


def of_classes(covered: Iterable[Covered], percents: Mapping[ServiceClass, Decimal]) -> dict[ServiceClass, Decimal]:
    """What a class gets where all that it covers gets the same; caps can make a difference."""
    found: dict[ServiceClass, set[Decimal]] = {}
    for each in covered:
        if each.service_class:
            found.setdefault(each.service_class, set()).add(each.percent(percents))
    return {name: told.pop() for name, told in found.items() if len(told) == 1}


def saved_at(
    savings: Iterable[Saved],
    then: Callable[[date, ServiceClass], Decimal | None],
    wanted: Mapping[ServiceClass, Decimal],
) -> Decimal | None:
    """What the same charges would have saved by other percents, to hundredths: an estimate, since charges that had no
    discount are not among them. None where it is not known which percent took something off."""
    total = Fraction(0)
    for each in savings:
        if each.service_class is None or each.service_class not in wanted:
            return None
        percent = then(each.day, each.service_class)
        if not percent:
            return None
        total += Fraction(each.amount) * Fraction(wanted[each.service_class]) / Fraction(percent)
    return to_kopeck(_EXACT.divide(Decimal(total.numerator), Decimal(total.denominator)))
