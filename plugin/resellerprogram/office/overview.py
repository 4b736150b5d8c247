"""What the owner of the business asks: what the programme is worth, and whom to talk to. From the records alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice

from ..programme.forecast import Forecast, Keep
from ..programme.overview import (
    KNOWN_FOR,
    SOON,
    DayFigures,
    Held,
    Overview,
    Person,
    Records,
    Whom,
    falling,
    falls,
    overview,
)
from ..programme.tiers import TierTable
from ..programme.values import dataclass
from ..programme.window import Window
from ..store.people import PeopleStore
from . import Office


@dataclass(frozen=True)
class Listed:
    """A client on such a list, with the tier before it (of those who rose) and what keeps the tier (of those who
    fall)."""

    person: Person
    before: str | None = None
    keep: Keep | None = None


class OverviewDesk:
    """Reads what nights wrote down and where everybody stands; asks the panel nothing."""

    def __init__(self, office: Office) -> None:
        self._store, self.today = office.store, office.clock().date()

    @cached_property
    def _settings(self) -> tuple[str, int]:
        settings = self._store.settings.current()
        return settings.currency, settings.window_months

    @cached_property
    def period(self) -> Window:
        """The days whose payments count today."""
        return Window.of(self.today, self._settings[1])

    @cached_property
    def given_since(self) -> date | None:
        """From which day on it is known what discounts took off; None where the panel does not tell."""
        told = self._store.savings.told()
        return told[0] if told else None

    def overview(self) -> Overview:
        """The whole of it, as it stands now."""
        figures, (currency, months) = self._store.figures, self._settings
        first = self.today - KNOWN_FOR
        records = Records(
            figures.days(first, self.today - timedelta(days=1)),
            figures.given(first, self.today, currency),
            self.given_since,
            figures.moves(first, self.today),
            [tier.name for tier in self._table.tiers],
        )
        return overview(DayFigures(self.today, figures.stand(self.today).tiers, self._falling(SOON)), records, months)

    def elsewhere(self) -> dict[str, Decimal]:
        """What discounts took off in the period in other currencies than the programme's, which no figure holds."""
        return self._store.figures.other_currencies(self.period.first, self.period.last, self._settings[0])

    def listed(self, whom: Whom, within: timedelta = SOON, name: str = "", count: int = -1) -> list[Listed]:
        """These clients, what matters most first: at most `count`, of those whose name holds `name`."""
        found = islice(self._those(whom, within, name), None if count < 0 else count)
        return [Listed(each, before, self._keep(each) if whom is Whom.FALLING else None) for each, before in found]

    def count(self, whom: Whom, within: timedelta = SOON, name: str = "") -> int:
        """How many there are."""
        if whom is Whom.FALLING and not name:
            return self._falling(within).clients
        return sum(1 for _ in self._those(whom, within, name))

    def _those(self, whom: Whom, within: timedelta, name: str) -> Iterator[tuple[Person, str | None]]:
        """Each with the tier before it, of those who rose."""
        for each in self._whoever(whom, within):
            if name.casefold() not in each.name.casefold():
                continue
            before = self._before(each) if whom is Whom.ROSE else None
            if whom is Whom.ROSE and not falls(each.tier, before, self._table, self._table):
                continue
            yield each, before

    def _whoever(self, whom: Whom, within: timedelta) -> Iterable[Person]:
        if whom is Whom.FALLING:
            found = self._people.changing(*self._days_of_a_fall(within))
            return (each for each in found if self._falls(each))
        if whom is Whom.ROSE:
            return self._people.holding_since(self.today - within)
        if whom is Whom.GAINING:
            return self._people.gaining()
        return self._people.idle() if self._knows_orders else []

    @property
    def _knows_orders(self) -> bool:
        return self.given_since is not None and self.given_since <= self.period.first

    def _falling(self, within: timedelta) -> Held:
        return falling(self._people.leaving(*self._days_of_a_fall(within)), self._table_on, self.today)

    def _days_of_a_fall(self, within: timedelta) -> tuple[date, date]:
        return self.today + timedelta(days=1), self.today + within

    def _falls(self, person: Person) -> bool:
        return falls(person.tier, person.change_tier, self._table, self._table_on(person.change_day or self.today))

    def _keep(self, person: Person) -> Keep | None:
        """What keeps the tier that goes away; None where no payment does."""
        outlook = self._store.outlooks.of(person.account)
        if outlook is None:
            return None
        forecast = Forecast(outlook, self._table_on, self._table_days)
        change = next((each for each in forecast.changes() if each.day == person.change_day), None)
        return forecast.keep(change) if change else None

    def _before(self, person: Person) -> str | None:
        """The tier that was held before the one that is."""
        day = person.since - timedelta(days=1) if person.since else self.today
        return self._store.decisions.tier_during(person.account, day)

    @cached_property
    def _people(self) -> PeopleStore:
        period = self.period
        return PeopleStore(self._store.connection, self._settings[0], period.first, period.last)

    @cached_property
    def _table(self) -> TierTable:
        return self._store.tiers.on(self.today).table

    @cached_property
    def _table_days(self) -> list[date]:
        return self._store.tiers.days_after(self.today)

    def _table_on(self, day: date) -> TierTable:
        return self._table if day < min(self._table_days, default=date.max) else self._store.tiers.on(day).table
