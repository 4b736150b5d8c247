"""Tables of tiers (R1): from which day on, and what they do to whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from ..programme import bounds, figures, tables
from ..programme.caps import capped_table
from ..programme.deeds import TIERS
from ..programme.errors import TierTableError
from ..programme.figures import day
from ..programme.ids import named
from ..programme.tables import Brake, Effects
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..store.database import transaction
from ..store.tiers import PUBLISHED, TableVersion
from . import Office

if TYPE_CHECKING:
    from ..programme.pasting.reading import Answers, Understanding


class Tiers:
    """What the office decides of the table."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    @property
    def today(self) -> date:
        return self._office.clock().date()

    def newest_change(self) -> int:
        """What a form remembers, to tell whether somebody changed the tables meanwhile."""
        last = self._store.changes.last(TIERS)
        return last.id if last else 0

    def understand(self, text: str, answers: Answers | None = None) -> Understanding:
        """The table in what somebody pasted or saved, for the classes there are. Raises TierTableError, BadInput."""
        from ..programme.pasting.reading import understand  # takes time to load, and only this needs it

        titles = {each.name: each.title for each in self._store.classes.all()}
        return understand(text, titles, self._store.settings.current().currency, answers)

    def put(self, table: TierTable, first_day: date, seen: int | None = None) -> int:
        """Let a table hold from `first_day` on, in place of one that begins that day already; tells its version. `seen`
        is the newest change when this one began.

        Raises TierTableError for a day that is over, a percent of a class that has no services, or a tier that somebody
        is pinned to and that is gone; EditConflict when somebody else changed the tiers meanwhile.
        """
        store = self._store
        bounds.within(first_day, "first_day")
        if first_day < self.today:
            raise TierTableError(
                Text(
                    "{day} is over: choose today or later, past days are not recalculated",
                    "Дата {day} прошла: выберите сегодня или позже, прошлые дни не пересчитываются",
                )(day=day(first_day)),
                field="first_day",
            )
        with transaction(store.connection):
            if seen is not None and seen != self.newest_change():
                raise self._office.conflict(TIERS)
            before = store.tiers.on(first_day)
            self._check_pins(before.table, table)
            self._check_classes(before.table, table)
            version = store.tiers.put(table, first_day, self._office.author.name, self._office.clock())
            self._office.record(TIERS, first_day.isoformat(), before.table.to_csv(), table.to_csv())
        return version

    def remove(self, version: int) -> None:
        """Take back a table that has not begun yet. Raises TierTableError."""
        found = self._store.tiers.of(version)
        if found is None or found.first_day is None or found.first_day <= self.today:
            raise TierTableError(
                Text(
                    "only a table that has not taken effect yet can be deleted",
                    "удалить можно только таблицу, которая ещё не вступила в силу",
                )
            )
        with transaction(self._store.connection):
            self._store.tiers.remove(found.first_day)
            after = self._store.tiers.on(found.first_day)
            self._office.record(TIERS, found.first_day.isoformat(), found.table.to_csv(), after.table.to_csv())

    def before(self, version: TableVersion) -> TableVersion:
        """The version that held, or would hold, until `version` begins. Raises TierTableError for the published one."""
        if version.id == PUBLISHED or version.first_day is None:
            raise TierTableError(Text("there is no table before the initial one", "до исходной таблиц не было"))
        return self._store.tiers.on(version.first_day - timedelta(days=1))

    def effects_of(self, table: TierTable, first_day: date, shown: int, before: TierTable | None = None) -> Effects:
        """Who would gain and who would lose on `first_day`, by what is foretold for that day as the last run knew it:
        how many, and so many of them, those who lose first. Instead of the table `before`, of that day's without. Where
        a whole class is capped, what is above the cap touches nobody."""
        from ..recalculation.scopes import highest

        before = before or self._store.tiers.on(first_day).table
        if not tables.changes_between(before, table):
            return Effects(first_day)
        best = highest(self._store)
        was, becomes = (capped_table(each, best) for each in (before, table))
        return tables.effects(self._store.outlooks.all(), first_day, was, becomes, shown)

    def brake_on(self, effects: Effects) -> Brake:
        """Whether the limit on drops will stop what a table that is made now does on its first day."""
        types = {each.name: len(each.types) for each in self._store.classes.all()}
        lowered = sum(count * types.get(name, 1) for name, count in effects.lowered)
        limit = self._store.settings.current().drop_limit
        foretold = tables.is_foretold(effects.day, self.today)
        return Brake(lowered, limit.allows(self._store.owned.count()), foretold)

    def uses_of(self, tier: str) -> list[str]:
        """The accounts that are pinned to a tier, as a person reads them: id and name."""
        store = self._store
        pinned = [note.account for note in store.members.all() if note.pin and note.pin.tier == tier]
        found = [(account, store.standings.of(account)) for account in pinned]
        return [named(account, standing.name if standing else "") for account, standing in found]

    def _check_pins(self, before: TierTable, table: TierTable) -> None:
        for gone in before.tiers:
            users = self.uses_of(gone.name) if table.by_name(gone.name) is None else []
            if users:
                raise TierTableError(
                    Text(
                        "tier “{tier}” is in use: pinned to it are {users}. End those pins first.",
                        "статус «{tier}» занят: он закреплён за: {users}. Сначала снимите закрепление.",
                    )(tier=gone.name, users=", ".join(users))
                )

    def _check_classes(self, before: TierTable, table: TierTable) -> None:
        """What a table gives already it may go on giving: a class may lose its services while tiers have percents."""
        empty = {each.name: each.title for each in self._store.classes.all() if not each.types}
        for tier in table.tiers:
            was = tables.same_tier(tier, before)
            for name, title in empty.items():
                percent = tier.percents.get(name)
                if percent and (was is None or was.percents.get(name) != percent):
                    raise TierTableError(
                        Text(
                            "category {title} has no product types, so {percent} for it in “{tier}” would give "
                            "nothing: choose its product types first",
                            "у категории {title} нет типов продуктов, и {percent} на неё в «{tier}» ничего не "
                            "дадут: сначала выберите типы продуктов",
                        )(title=title, percent=figures.percent(percent), tier=tier.name),
                        field=f"percent_{name}",
                    )
