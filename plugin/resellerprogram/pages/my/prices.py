"""`resellerprogram.my.prices`: what I pay for each tariff now, and at the next tier. For clients; no panel call: the
night has read the price list (see recalculation/prices.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cached_property

from lxml import etree

from ...programme import figures
from ...programme.figures import plain, to_kopeck
from ...programme.lags import Lag
from ...programme.prices import Offer, next_higher, shortest
from ...programme.standing import Standing
from ...programme.text import joined
from ...programme.tiers import Tier
from ...recalculation.prices import PriceView, Worth
from ...store.listing import MOST_ROWS
from ...words import prices as words
from ...words.lags import STILL_UPDATING, lag_text, still_updating
from .. import documents
from ..documents import Cell, Row
from ..sheets import csv_page
from ..visit import Visit
from .reseller import Reseller

SHORTEST, ALL = "shortest", "all"
"""The choices of periods beside each of them."""
_OF_MEMBERS = ("saved", "period", "prices")
_HEADS = (
    *("class", "type", "tariff", "name", "period", "currency", "full", "percent", "price"),
    *("next_tier", "next_percent", "next_price"),
)


def prices(visit: Visit) -> etree._Element:
    """Each tariff with its price before and after the discount in effect, and at the next tier that gives more."""
    mine = _Mine(visit)
    me, document = mine.me, visit.document
    if mine.view is None:
        for name in ("waiting", *_OF_MEMBERS):
            documents.drop_field(document, name)
        documents.drop_button(document, "export")
        said = words.OUTSIDE.get(me.state, words.OUTSIDE["uncounted"])
        return documents.form_page(document, {"state": Cell("", raw=me.state), "words": said.say(me.language)})
    period, listed = mine.period, mine.of_period(mine.period)
    rest = visit.rest(
        min(len(listed), MOST_ROWS), len(listed), "All of them are in the CSV.", "Все они есть в выгрузке в CSV."
    )
    _leave_out(mine)
    return documents.form_page(
        document,
        {
            "state": Cell("", raw=me.state),
            "words": "\n".join(filter(None, (mine.words(), rest))),
            "waiting": mine.waiting(),
            "tier": Cell(me.tier.name if me.tier else "", raw=me.tier.name if me.tier else ""),
            **mine.following_told(),
            "read_at": Cell(mine.read_at, raw=mine.view.read_at.isoformat() if mine.view.read_at else ""),
            **mine.saved(),
            "period": period,
        },
        {"period": mine.periods},
        {"prices": map(mine.row, listed[:MOST_ROWS])},
    )


def export(visit: Visit) -> etree._Element:
    """The same for every period, as CSV: amounts exact."""
    mine = _Mine(visit)
    return csv_page(visit, ([*_HEADS], *mine.lines()))


class _Mine:
    """What is shown of the prices of the session's client."""

    def __init__(self, visit: Visit) -> None:
        self.me = Reseller(visit)
        self.language = self.me.language

    @cached_property
    def view(self) -> PriceView | None:
        """None for who has no discounts of the programme."""
        standing = self._standing
        return PriceView(self.me.visit.store, self.me.account, standing) if standing else None

    @cached_property
    def _standing(self) -> Standing | None:
        return self.me.standing if self.me.outlook else None

    @cached_property
    def next_tier(self) -> Tier | None:
        """The next one that gives this client more than the decided discounts."""
        outlook, standing = self.me.outlook, self._standing
        if outlook is None or standing is None or self.view is None:
            return None
        above = self.me.forecast(outlook).tiers_above(self.me.today)
        return next_higher(above, self.view.covered, standing.percents)

    @cached_property
    def _missing(self) -> Decimal | None:
        """How much turnover the next tier takes; None without one."""
        outlook, tier = self.me.outlook, self.next_tier
        return None if outlook is None or tier is None else self.me.forecast(outlook).missing(tier, self.me.today)

    @cached_property
    def offers(self) -> list[Offer]:
        return self.view.offers(self.next_tier, self.me.visit.currency) if self.view else []

    # --- which of them ---

    @property
    def periods(self) -> list[tuple[str, str]]:
        """What there is to choose from, the shorter first."""
        found = {each.full.period for each in self.offers if each.full}
        listed = sorted(found, key=lambda period: period.order)
        return [
            (SHORTEST, words.SHORTEST.say(self.language)),
            *((each.iso, words.period_text(each).say(self.language)) for each in listed),
            (ALL, words.ALL.say(self.language)),
        ]

    @property
    def period(self) -> str:
        wanted = self.me.visit.request.text("period")
        return wanted if wanted in dict(self.periods) else SHORTEST

    def of_period(self, period: str) -> list[Offer]:
        if period == SHORTEST:
            return shortest(self.offers)
        return [each for each in self.offers if period == ALL or (each.full and each.full.period.iso == period)]

    # --- in words ---

    def waiting(self) -> str:
        """That the panel has not taken what was decided."""
        lags = self.me.lags
        told = [STILL_UPDATING, still_updating(lags, self.me.visit.titles)] if lags else []
        return joined(". ", told).say(self.language)

    @property
    def read_at(self) -> str:
        at = self.view.read_at if self.view else None
        return figures.moment(at).say(self.language) if at else ""

    def words(self) -> str:
        """Where the client stands, what the columns show, and of when the prices are."""
        has_prices = any(each.full for each in self.offers)
        lines = [
            f"{self._tier_said()} {self._next_said()}",
            words.AS_OF(at=self.read_at).say(self.language) if has_prices else words.NO_PRICES.say(self.language),
        ]
        if not self.me.settings.exclusive.others_set_aside:
            lines.append(words.OTHERS.say(self.language))
        return "\n".join(lines)

    def _tier_said(self) -> str:
        tier = self.me.tier
        return (words.HOLDS(tier=tier.name) if tier else words.BELOW).say(self.language)

    def _next_said(self) -> str:
        outlook = self.me.outlook
        if outlook is None:
            return ""
        if self.next_tier and self._missing is not None:
            return words.NEXT(amount=self._sum(self._missing), tier=self.next_tier.name).say(self.language)
        if outlook.pin and self.me.forecast(outlook).is_fixed(self.me.today):
            until = figures.day(outlook.pin.until)
            return words.FIXED(until=until).say(self.language)
        return words.HIGHEST.say(self.language)

    def following_told(self) -> Row:
        tier, missing = self.next_tier, self._missing
        if tier is None or missing is None:
            return {"next_tier": Cell("", raw=""), "missing": Cell("", raw="")}
        return {"next_tier": Cell(tier.name, raw=tier.name), "missing": self._money(missing, self.me.visit.currency)}

    def saved(self) -> Row:
        """What the discounts were worth in the last month; as data, where it is one currency."""
        worth = self.view.worth(self.me.today, self.next_tier) if self.view else None
        nothing = Cell("", raw="")
        if worth is None:
            unknown = dict.fromkeys(("saved_first_day", "saved_last_day", "saved_now", "saved_next"), nothing)
            return {"saved": Cell(words.NOT_TOLD.say(self.language), raw=""), **unknown}
        said, sums = self._saved_said(worth), worth.saved or {self.me.visit.currency: Decimal(0)}
        (currency, amount), *more = sums.items()
        estimates = {"saved_now": worth.at_now, "saved_next": worth.at_next}
        days = {"saved_first_day": worth.first, "saved_last_day": worth.last}
        return {
            "saved": Cell(said, raw="") if more else Cell(said, "", plain(amount), currency),
            **{name: Cell(figures.day(day).say(self.language), raw=day.isoformat()) for name, day in days.items()},
            **{name: nothing if each is None else self._money(each, currency) for name, each in estimates.items()},
        }

    def _saved_said(self, worth: Worth) -> str:
        first, last = figures.day(worth.first), figures.day(worth.last)
        if not worth.saved:
            return words.NOTHING_SAVED(first=first, last=last).say(self.language)
        said = [words.SAVED(first=first, last=last, saved=figures.sums(worth.saved))]
        (currency, amount), *_ = worth.saved.items()
        if worth.at_now is not None and worth.at_now != to_kopeck(amount):
            said.append(words.AT_NOW(amount=figures.money(worth.at_now, currency)))
        if self.next_tier and worth.at_next is not None:
            said.append(words.AT_NEXT(tier=self.next_tier.name, amount=figures.money(worth.at_next, currency)))
        elif self.next_tier:
            said.append(words.NOT_AT_NEXT(tier=self.next_tier.name))
        return " ".join(each.say(self.language) for each in said)

    # --- a tariff ---

    def row(self, offer: Offer) -> Row:
        lag = None if offer.now is None or offer.now == offer.by_tier else Lag(offer.now, offer.by_tier)
        full = offer.full
        period = words.period_text(full.period).say(self.language) if full else ""
        return {
            "tariff": Cell(offer.name.say(self.language), raw="" if offer.tariff is None else str(offer.tariff)),
            "class": Cell(self.me.title(offer.service_class), raw=offer.service_class),
            "type": self._type(offer),
            "period": Cell(period, raw=full.period.iso if full else ""),
            "full": self._price(offer, full.amount.amount, period) if full else Cell("", raw=""),
            "percent": Cell(lag_text(lag).say(self.language), raw=plain(lag.now)) if lag else self._share(offer.now),
            "follows": self._share(lag.follows) if lag else "",
            "price": self._price(offer, offer.price),
            "next_percent": self._share(offer.following) if self.next_tier else Cell("", raw=""),
            "next_price": self._price(offer, offer.following_price),
        }

    def lines(self) -> Iterator[list[str]]:
        """For other programs; a percent that nobody knows is empty."""
        for each in self.offers:
            full = each.full
            yield [
                each.service_class,
                self._type(each),
                "" if each.tariff is None else str(each.tariff),
                each.name.say(self.language),
                full.period.iso if full else "",
                full.amount.currency if full else "",
                *map(_exact, (full.amount.amount if full else None, each.now, each.price)),
                self.next_tier.name if self.next_tier else "",
                *map(_exact, (each.following, each.following_price)),
            ]

    def _type(self, offer: Offer) -> str:
        return self.view.types.get(offer.service_type, "") if self.view else ""

    def _price(self, offer: Offer, amount: Decimal | None, period: str = "") -> Cell:
        if offer.full is None or amount is None:
            return Cell("", raw="")
        told = self._money(amount, offer.full.amount.currency)
        return Cell(f"{told.text} / {period}", "", told.raw, told.currency) if period else told

    def _share(self, percent: Decimal | None) -> Cell:
        if percent is None:
            return Cell(words.UNKNOWN.say(self.language), raw="")
        return Cell((figures.percent(percent) if percent else words.NONE).say(self.language), raw=plain(percent))

    def _money(self, amount: Decimal, currency: str) -> Cell:
        return Cell(figures.money(amount, currency).say(self.language), "", plain(amount), currency)

    def _sum(self, amount: Decimal) -> str:
        return figures.money(amount, self.me.visit.currency).say(self.language)


def _leave_out(mine: _Mine) -> None:
    """Columns of which nothing is known are not there; those of the next tier bear its name."""
    document, tier = mine.me.visit.document, mine.next_tier
    gone: Iterable[str] = ()
    if tier is None:
        gone = ("next_price", "next_percent")
    if not any(each.full for each in mine.offers):
        gone = (*gone, "full", "price", "next_price")
        documents.drop_field(document, "period")
    for name in gone:
        documents.drop_table_column(document, "prices", name)
    if tier:
        documents.say(document, "list_next_price", words.NEXT_PRICE(tier=tier.name).say(mine.language))
        documents.say(document, "list_next_percent", words.NEXT_PERCENT(tier=tier.name).say(mine.language))
    if not mine.me.lags:
        documents.drop_field(document, "waiting")


def _exact(number: Decimal | None) -> str:
    return "" if number is None else plain(number)
