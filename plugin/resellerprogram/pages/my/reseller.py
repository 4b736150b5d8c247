"""Who asks, where they stand, and how it is said to them. Every page of this folder begins with a Reseller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from ...programme import figures
from ...programme.basis import Basis
from ...programme.caps import Ceilings, Limit, capped, capped_table, capped_tier, that_bite
from ...programme.effects import percents_of
from ...programme.errors import MemberError
from ...programme.figures import plain
from ...programme.forecast import Ahead, Forecast, Keep, Outlook
from ...programme.ids import AccountId
from ...programme.lags import Lag
from ...programme.limits import OVERDUE
from ...programme.members import EXCLUDED, LEFT, MemberNote
from ...programme.scopes import ScopeNames
from ...programme.settings import Settings
from ...programme.standing import Standing
from ...programme.text import Filling, Text
from ...programme.tiers import ServiceClass, Tier, TierTable
from ...words.keeping import begins_of_span, when_kept
from ...words.lines import percents
from ...words.tables import table_step
from ..documents import Cell, Row
from ..visit import Visit

_NOT_A_CLIENT = Text(
    "This page belongs to the client area. Open the client's area to see it.",
    "Эта страница — часть личного кабинета. Откройте личный кабинет нужного клиента.",
)


class Reseller:
    """The account of the session behind a request. Raises MemberError when there is none.

    A page that acts or shows payments wants it `asked`: logins move from client to client, and what our own table says
    may be minutes old.
    """

    def __init__(self, visit: Visit, asked: bool = False) -> None:
        self.visit, self.language, self.today = visit, visit.language, visit.today
        self.account = _account(visit, asked)

    # --- where they stand ---

    @cached_property
    def settings(self) -> Settings:
        return self.visit.store.settings.current()

    @cached_property
    def note(self) -> MemberNote:
        """What was said of the account, by the administrator or by itself."""
        return self.visit.store.members.of(self.account)

    @cached_property
    def standing(self) -> Standing | None:
        return self.visit.store.standings.of(self.account)

    @cached_property
    def outlook(self) -> Outlook | None:
        """None before the first decision, and for who takes no part. Its tier gives what it does at best."""
        found = self._by_tier
        return replace(found, tier=capped_tier(found.tier, self.highest)) if found else None

    @cached_property
    def _by_tier(self) -> Outlook | None:
        """The same as it was decided, whatever caps there are."""
        return (self.visit.store.outlooks.of(self.account) or self._older()) if self.takes_part else None

    def _older(self) -> Outlook | None:
        """Of the last decision, where it was made before outlooks were kept."""
        last = self.visit.store.decisions.last(self.account)
        return Outlook.of(last.decision) if last else None

    @cached_property
    def state(self) -> str:
        """tier, below (the first tier), pinned; uncounted (no decision yet); excluded, left, not_a_member,
        withdrawn; not_started while the programme only looks.
        """
        if self.visit.store.going_live.started() is None:
            return "not_started"
        said, basis = self.note.standing, self.standing.basis if self.standing else None
        if said in (EXCLUDED, LEFT):
            return said
        outside = not self.settings.members.everybody and said is None
        if basis is None and outside and self.visit.store.runs.last_good():
            return "not_a_member"
        if basis is Basis.NOT_A_MEMBER and outside:
            return "not_a_member"
        if basis is Basis.WITHDRAWN:
            return "withdrawn"
        if basis is None or not basis.counts_payments:
            return "uncounted"
        if basis is Basis.PINNED:
            return "pinned"
        return "tier" if self.standing and self.standing.tier else "below"

    @cached_property
    def live_since(self) -> datetime:
        """When the programme was started; what was decided before was only a look."""
        started = self.visit.store.going_live.started()
        return started.at if started else datetime.max

    @property
    def takes_part(self) -> bool:
        return self.state in ("tier", "below", "pinned")

    @property
    def is_waiting(self) -> bool:
        """Whether a change is known and not yet counted."""
        return self.settings.automatic and self.visit.store.queue.waits(self.account)

    @property
    def counted_at(self) -> datetime | None:
        return self.standing.decided_at if self.standing else None

    @property
    def is_stopped(self) -> bool:
        """Whether the figures are old because nothing recalculates."""
        late = self.counted_at is not None and self.visit.now - self.counted_at > OVERDUE
        return self.takes_part and (late or not self.settings.automatic)

    @cached_property
    def tier(self) -> Tier | None:
        """As it is held, with the percents of the last decision; of classes that are capped, with what is left."""
        return self.outlook.tier if self.outlook else None

    # --- caps ---

    @cached_property
    def highest(self) -> Ceilings:
        """What the best service of a class may get where all are capped."""
        from ...recalculation.scopes import highest

        return highest(self.visit.store)

    @cached_property
    def _limits(self) -> Sequence[Limit]:
        from ...recalculation.scopes import limits

        return limits(self.visit.store)

    @property
    def caps(self) -> list[Limit]:
        """The caps that give this account less than its tier does."""
        return list(that_bite(self._limits, percents_of(self._by_tier.tier if self._by_tier else None)))

    @property
    def caps_of_table(self) -> list[Limit]:
        """The caps that give anybody less than the table does."""
        best: dict[ServiceClass, Decimal] = {}
        for tier in self.visit.store.tiers.on(self.today).table.tiers:
            for name, percent in tier.percents.items():
                best[name] = max(percent, best.get(name, percent))
        return list(that_bite(self._limits, best))

    def capped(self, limits: Iterable[Limit]) -> Iterator[Row]:
        """Caps as data."""
        for each in limits:
            yield {
                "class": Cell(self.title(each.service_class), raw=each.service_class),
                "covers": Cell(each.named.say(self.language), raw=each.what),
                "percent": self.percent(each.percent),
            }

    # --- what comes ---

    @cached_property
    def tables(self) -> Mapping[date, TierTable]:
        """The tables by their first day, from today's on, with what their tiers give at best."""
        tiers, days = self.visit.store.tiers, (self.today, *self.visit.store.tiers.days_after(self.today))
        return {day: capped_table(tiers.on(day).table, self.highest) for day in days}

    @property
    def table(self) -> TierTable:
        return self.tables[self.today]

    def table_on(self, day: date) -> TierTable:
        return self.tables[max(first for first in self.tables if first <= max(day, self.today))]

    def forecast(self, outlook: Outlook) -> Forecast:
        return Forecast(outlook, self.table_on, [day for day in self.tables if day > self.today])

    def horizon(self, outlook: Outlook) -> date:
        """The day on which no payment made so far counts any more, or a month from now."""
        return self.today + timedelta(days=31 * outlook.months)

    # --- how it is said ---

    def say(self, en: str, ru: str, **values: Filling) -> str:
        return self.visit.say(en, ru, **values)

    def money(self, amount: Decimal) -> Cell:
        return Cell(self.money_said(amount), raw=plain(amount), currency=self.visit.currency)

    def money_said(self, amount: Decimal) -> str:
        """'48 000 ₽' in the programme's currency."""
        return self.in_currency(amount, self.visit.currency)

    def in_currency(self, amount: Decimal, currency: str) -> str:
        return figures.money(amount, currency).say(self.language)

    def day(self, day: date) -> Cell:
        """In one line, also where a column is narrow: by it a row is known."""
        return Cell(self.day_said(day).replace(" ", figures.NO_BREAK), raw=day.isoformat())

    def day_said(self, day: date) -> str:
        return figures.day(day).say(self.language)

    def span(self, first: date, last: date) -> str:
        """'С 25.11 по 25.12.2026 включительно'."""
        begins, ends = begins_of_span(first, last).say(self.language), self.day_said(last)
        return self.say("From {begins} through {ends}", "С {begins} по {ends} включительно", begins=begins, ends=ends)

    def percent(self, percent: Decimal | None) -> Cell:
        if percent is None:
            return Cell(figures.NOTHING, raw="")
        return Cell(figures.percent(percent).say(self.language), raw=plain(percent))

    def percents(self, tier: Tier | None) -> str:
        """'VPS 19 %, SSL certificates 3 %'; 'no discounts'."""
        if tier is None:
            return self.say("no discounts", "без скидок")
        return percents(capped(tier.percents, self.highest), self.visit.titles).say(self.language)

    def name(self, tier: Tier | None) -> str:
        return tier.name if tier else self.say("no tier", "без статуса")

    def step(self, change: Ahead) -> str:
        """'21.01.2025: Partner #8 → Partner #7', by the client's own payments or pin."""
        return f"{self.day_said(change.day)}: {self.name(change.before)} → {self.name(change.own)}"

    def table_step(self, change: Ahead) -> str:
        """'New table from 21.01.2025: VPS 19 → 21 %'."""
        return self.say(
            "New table from {day}: {steps}",
            "С {day} действует новая таблица: {steps}",
            day=self.day_said(change.day),
            steps=table_step(change.own, change.tier, self.visit.titles, self.language),
        )

    def steps(self, change: Ahead) -> str:
        """Both, as far as there is something of each."""
        own, table = change.is_own, change.is_by_table
        return ". ".join([*([self.step(change)] if own else []), *([self.table_step(change)] if table else [])])

    def kept(self, keep: Keep) -> str:
        """'Чтобы сохранить Partner #8, внесите 1 000 ₽ до 20.01.2025 включительно.'; where it is too early today also
        from which day on, and why."""
        said = self.say(
            "To keep {tier}, add {amount} {when}",
            "Чтобы сохранить {tier}, внесите {amount} {when}",
            amount=self.money_said(keep.amount),
            when=self.when_kept(keep),
            tier=keep.tier.name,
        )
        if keep.first_day <= self.today:
            return f"{said}."
        early = self.say(
            "an earlier payment will have left the period by the day of the drop.",
            "более ранний платёж ко дню снижения выйдет из периода.",
        )
        return f"{said}: {early}"

    def when_kept(self, keep: Keep) -> str:
        """'до 20.01.2025 включительно'; 'с 20.01 по 22.01.2025 включительно' where it is too early today."""
        return when_kept(keep, self.today).say(self.language)

    def covers(self, tree: str) -> str:
        """What a discount is for: 'Shared hosting: all tariffs'."""
        return self._scopes.text(tree).say(self.language)

    @cached_property
    def _scopes(self) -> ScopeNames:
        from ...recalculation.scopes import scope_names  # most pages name none

        return scope_names(self.visit.store)

    def other(self, name: str, value: str, tree: str) -> Row:
        """A discount that is not the programme's, with what it acts on."""
        return {"name": name, "value": value, "covers": Cell(self.covers(tree), raw=tree)}

    @cached_property
    def lags(self) -> Mapping[ServiceClass, Lag]:
        """What is in place of the account's discounts where the panel has not taken all that was decided."""
        from ...recalculation.lagging import Lagging

        return Lagging(self.visit.store).of(self.account, self.standing)

    def title(self, service_class: ServiceClass) -> str:
        return self.visit.head(self.visit.titles.get(service_class, Text(service_class, service_class)))[:-3]


def _account(visit: Visit, asked: bool) -> AccountId:
    """The session's account: by our own table of users while that is minutes old, else by the panel. Nothing of the
    request is asked. Raises MemberError, PanelError."""
    user = visit.request.user
    account = None if asked else visit.store.users.account_of_session(user, visit.now)
    if account is None and user:
        from ...recalculation.lookups import account_of_session

        account = account_of_session(visit.root, visit.store, user, visit.now)
    if account is None:
        raise MemberError(_NOT_A_CLIENT)
    return account
