"""What the owner of the business asks: what the programme is worth, and whom to talk to. From the records alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice

from ..programme.effects import is_fall
from ..programme.forecast import Forecast, Keep
from ..programme.overview import KNOWN_FOR, SOON, DayFigures, Overview, Person, Records, Whom, held_by, overview
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
        falling = held_by(each.turnover for each in self._falling(SOON))
        return overview(DayFigures(self.today, figures.stand(self.today).tiers, falling), records, months)

    def elsewhere(self) -> dict[str, Decimal]:
        """What discounts took off in the period in other currencies than the programme's, which no figure holds."""
        return self._store.figures.other_currencies(self.period.first, self.period.last, self._settings[0])

    def listed(self, whom: Whom, within: timedelta = SOON, name: str = "", count: int = -1) -> list[Listed]:
        """These clients, what matters most first: at most `count`, of those whose name holds `name`."""
        wanted = (each for each in self._whoever(whom, within) if name.casefold() in each.name.casefold())
        return list(islice(self._told(whom, wanted), None if count < 0 else count))

    def _whoever(self, whom: Whom, within: timedelta) -> list[Person]:
        if whom is Whom.FALLING:
            return self._falling(within)
        if whom is Whom.ROSE:
            return self._people.holding_since(self.today - within)
        if whom is Whom.GAINING:
            return self._people.gaining()
        return self._people.idle() if self._knows_orders else []

    @property
    def _knows_orders(self) -> bool:
        return self.given_since is not None and self.given_since <= self.period.first

    def _told(self, whom: Whom, people: Iterator[Person]) -> Iterator[Listed]:
        for each in people:
            if whom is Whom.FALLING:
                yield Listed(each, each.tier, self._keep(each))
            elif whom is Whom.ROSE:
                before = self._before(each)
                if is_fall(self._table.by_name(each.tier or ""), self._table.by_name(before or "")):
                    yield Listed(each, before)
            else:
                yield Listed(each)

    def _falling(self, within: timedelta) -> list[Person]:
        found = self._people.changing(self.today + timedelta(days=1), self.today + within)
        return [each for each in found if self._falls(each)]

    def _falls(self, person: Person) -> bool:
        return person.falls(self._table, self._table_on(person.change_day or self.today))

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
