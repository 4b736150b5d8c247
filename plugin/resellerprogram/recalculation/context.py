"""What a run reads once, whatever the number of accounts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from ..panel import assumptions, directory
from ..panel.calls import Panel
from ..panel.directory import ClientGroup, ServiceTypeId
from ..panel.errors import PanelError, PanelRefusal, PanelTimeout, PanelUnreachable
from ..panel.facts import Facts
from ..panel.filters import FilterKeeper
from ..panel.payments import PaymentReader
from ..programme.account import Rules
from ..programme.caps import of_tariff
from ..programme.discounts import Covered, TariffsOf
from ..programme.errors import SettingError
from ..programme.ids import AccountId, ProviderId, Scope
from ..programme.members import Account
from ..programme.notices import Kind, Telling
from ..programme.ownership import NO_PROMOTIONS, OTHER_SERVICES, Marks, names_of
from ..programme.settings import SETTINGS, Settings
from ..programme.text import Text
from ..programme.tiers import ServiceClass, TierTable
from ..programme.window import Window
from ..store import Store
from ..store.classes import ClassOfServices
from ..store.notes import FACTS, GROUP_LIST, REMEMBERED_FILTERS, STAFF, USERS_TURN, ZERO_PERCENT_CONFIRMED
from ..store.users import ClientUser
from .scopes import keep_scopes, kept_tariffs, parts, tariffs_of, tariffs_of_types
from .turns import endings

log = logging.getLogger(__name__)


class Context:
    """A run's view of the panel, the settings and the tier table: everything that is read once.

    `facts` are those that an earlier run kept; without them the panel is asked, and they are kept. Without `writes`
    it is a look only, which leaves our records as they are (spec, section 3). `whole` when all accounts are looked at.
    """

    def __init__(
        self,
        panel: Panel,
        store: Store,
        day: date,
        settings: Settings,
        withdraw: bool = False,
        facts: Facts | None = None,
        writes: bool = True,
        whole: bool = False,
    ) -> None:
        self.panel, self.store, self.day, self.settings, self.withdraw = panel, store, day, settings, withdraw
        self.writes, self._whole = writes, whole
        self.classes = store.classes.all()
        self.table = store.tiers.on(day).table
        self.window = Window.of(day, settings.window_months)
        self.warnings: list[Text] = []
        self._filters = FilterKeeper(panel, self._remember_filters)
        self._kept_facts = facts
        self._group_tells = self._known_to_tell()
        self.carry: Callable[[], None] = lambda: None
        """Where a mirror is kept, carries there what is on record so far; one that can't be reached is passed over."""
        self.before_suspending: Callable[[], None] = lambda: None
        """Called before the panel deletes what was set aside: where a mirror is kept, it must be there, too."""
        self.before_what_is_done_once: Callable[[], None] = lambda: None
        """The same before a client is told something or given back a discount, which must not be done again."""

    @cached_property
    def facts(self) -> Facts:
        if self._kept_facts:
            return self._kept_facts
        with_tariffs = any(each.picks_tariffs for each in self.classes)
        asked = Facts.ask(self.panel, self.settings.excluded_payment_methods, with_tariffs)
        if self.writes:
            kept = {**_validity(self.settings, self.classes, self.day), "facts": asked.plain()}
            self.store.notes.write(FACTS, kept)
            keep_scopes(self.store, asked)
        return asked

    @cached_property
    def provider(self) -> ProviderId:
        """The provider whose programme this is: the one in the settings, else the panel's first.

        Raises SettingError for one that the panel does not have; warns of a choice that was not made.
        """
        providers = self.facts.providers
        known = ", ".join(f"{provider} ({name})" for provider, name in providers.items())
        chosen = self.settings.provider
        if not providers:
            return chosen or assumptions.FIRST_PROVIDER
        if chosen is None:
            chosen = min(providers)
            if len(providers) > 1:
                self.warnings.append(
                    Text(
                        "payments to provider {chosen} count; the panel has {known}; see setting `provider`",
                        "учитываются платежи провайдеру {chosen}; в панели есть {known}; см. настройку `provider`",
                    )(chosen=chosen, known=known)
                )
        if chosen not in providers:
            raise SettingError(
                Text(
                    "The panel has no provider {chosen}. Set {setting} to one of its providers: {known}.",
                    "В панели нет провайдера {chosen}. Укажите в настройке {setting} одного из них: {known}.",
                )(chosen=chosen, setting=SETTINGS["provider"].called, known=known),
                "provider",
            )
        return chosen

    @property
    def type_names(self) -> Mapping[ServiceTypeId, str]:
        """The internal name of every service type of the panel."""
        return self.facts.type_names

    @cached_property
    def covered(self) -> list[Covered]:
        """What each discount of an account with a tier is for: the service types of all classes, tariff by tariff where
        some are left out or capped; and all other types where promotions are kept out there, too.

        Types that the panel lacks are warned of; without any, SettingError.
        """
        ids = {name: number for number, name in self.type_names.items()}
        wanted = [(name, each) for each in self.classes for name in each.types]
        missing = [name for name, _ in wanted if name not in ids]
        if len(missing) == len(wanted):
            raise SettingError(
                Text(
                    "the panel has none of the product types {names}; see `classes list`",
                    "в панели нет ни одного из типов продуктов {names}; см. `classes list`",
                )(names=", ".join(missing) or "-")
            )
        self.warnings += [
            Text(
                "the panel has no product type “{name}”; it is passed over",
                "в панели нет типа продукта «{name}», он пропущен",
            )(name=name)
            for name in missing
        ]
        if self.facts.tariffs is not None:
            there = {tariff.id for tariff in self.facts.tariffs}
            self._add_warnings(
                Text(
                    "category {name}: the panel has no tariff plan {tariff} any more, which is left out of "
                    "it; see `classes`",
                    "категория {name}: в панели больше нет тарифа {tariff}, исключённого из неё; см. `classes`",
                )(name=each.name, tariff=tariff)
                for each in self.classes
                for tariff in each.left_out
                if tariff not in there
            )
            self._add_warnings(
                Text(
                    "category {name}: the panel has no tariff plan {tariff} any more, which is capped; see `classes`",
                    "категория {name}: в панели больше нет тарифа {tariff}, скидка на который ограничена; "
                    "см. `classes`",
                )(name=each.name, tariff=tariff)
                for each in self.classes
                for tariff in map(of_tariff, each.caps)
                if tariff is not None and tariff not in there
            )
        covered = [
            part for name, each in wanted if name in ids for part in parts(ids[name], name, each, self.facts.tariffs)
        ]
        if not self.everywhere:
            return covered
        inside = {ids[name] for name, _ in wanted if name in ids}
        return covered + [
            Covered(assumptions.type_scope(number), name, None)
            for number, name in self.type_names.items()
            if number not in inside
        ]

    def _warn_of_odd_rows(self) -> None:
        self._add_warnings(
            Text(
                "the panel has a row that can't be read, it is left out: {row}",
                "в панели есть нечитаемая строка, она пропущена: {row}",
            )(row=row)
            for row in self.facts.odd
        )

    def _add_warnings(self, warnings: Iterable[Text]) -> None:
        self.warnings += [each for each in warnings if each.en not in {known.en for known in self.warnings}]

    @cached_property
    def scope_names(self) -> dict[Scope, str]:
        """The name of everything that a discount of ours may be for: service types, and tariffs as far as known."""
        types = {assumptions.type_scope(number): name for number, name in self.type_names.items()}
        return {**types, **tariffs_of(self.facts)}

    @cached_property
    def rules(self) -> Rules:
        """What thinking needs, the same for every account. Raises SettingError, PanelError; while the programme is
        taken off it needs no settings that fit."""
        settings, off = self.settings, self.withdraw
        return Rules(
            self.day,
            self.window,
            None if off else self.provider,
            settings.currency,
            settings.excluded_payment_methods,
            self.table,
            self.table_on,
            self.table_days,
            () if off else self.covered,
            self.scope_names.keys(),
            not off and self.everywhere,
            settings.exclusive.others_set_aside,
            self.telling,
            self._marks,
            self.is_first,
            off,
            self.is_live,
            self._tariffs,
        )

    @property
    def _tariffs(self) -> TariffsOf:
        """Where nobody asked for them as an earlier run has kept them."""
        tariffs = self.facts.tariffs
        return tariffs_of_types(kept_tariffs(self.store) if tariffs is None else tariffs)

    @property
    def _marks(self) -> Marks:
        """Names of all classes in both languages, also as earlier releases wrote them; the percents of all tiers and
        caps that ever were."""
        titles = [*(each.title for each in self.classes), NO_PROMOTIONS, OTHER_SERVICES]
        names = [name for title in titles for name in names_of(title)]
        tiers = [tier for version in self.store.tiers.all() for tier in version.table.tiers]
        return Marks(
            frozenset(text for name in names for text in (name.en, name.ru)),
            frozenset(
                {
                    Decimal(0),
                    *(percent for tier in tiers for percent in tier.percents.values()),
                    *self.store.classes.percents_of_caps(),
                }
            ),
        )

    def title_of(self, service_class: ServiceClass | None) -> Text:
        """What the client reads in a discount's name of a class; of none, what is on all other services."""
        found = next((each.title for each in self.classes if each.name == service_class), None)
        return found or NO_PROMOTIONS

    def table_on(self, day: date) -> TierTable:
        """The tier table of another day that is not before this one."""
        begun = [first for first in self.table_days if first <= day]
        return self._tables_to_come[begun[-1]] if begun else self.table

    @cached_property
    def _tables_to_come(self) -> dict[date, TierTable]:
        return {first: self.store.tiers.on(first).table for first in self.table_days}

    @cached_property
    def telling(self) -> Telling:
        """What clients are told at all."""
        return Telling(frozenset(map(Kind, self.settings.client_notices)), self.settings.warn_days)

    @cached_property
    def is_first(self) -> bool:
        """Whether no run over all has succeeded since the programme was started: nobody is told of what it finds."""
        started, good = self.store.going_live.started(), self.store.runs.last_good()
        return started is None or good is None or good.started_at < started.at

    @cached_property
    def is_live(self) -> bool:
        """Whether anything may be written to the panel: somebody has started the programme, or it is taken off."""
        return self.withdraw or self.store.going_live.started() is not None

    @cached_property
    def everywhere(self) -> bool:
        """Whether 0 % discounts keep promotions out of all other service types: wanted, and seen to work here."""
        wanted = self.settings.exclusive.promotions_everywhere
        confirmed = bool(self.store.notes.read(ZERO_PERCENT_CONFIRMED))
        if wanted and not confirmed:
            self.warnings.append(
                Text(
                    "promotions = everywhere has no effect: `doctor --try-on` has not confirmed that a 0 % discount "
                    "keeps promotions out on this panel",
                    "promotions = everywhere не действует: `doctor --try-on` не подтвердил, что скидка 0 % "
                    "отключает промоакции в этой панели",
                )
            )
        return wanted and confirmed

    def is_in_group(self, account: AccountId) -> bool | None:
        """Whether an account is in the client group of the settings, False without one; None where the panel does not
        tell. Where not all are looked at, nobody waits for a list of all. Raises SettingError, PanelError."""
        group = self.settings.members.group
        if group is None:
            return False
        if self._whole or self._group_tells is None:
            return self._group.has(account)
        try:
            return directory.is_in_group(self.panel, group, account, self._group_tells)
        except PanelRefusal as refusal:
            raise _no_group(group, refusal) from refusal

    @cached_property
    def _group(self) -> ClientGroup:
        """Raises SettingError."""
        group = self.settings.members.group or 0
        try:
            found = directory.client_group(self.panel, group)
        except PanelRefusal as refusal:
            raise _no_group(group, refusal) from refusal
        if self.writes:
            self.store.notes.write(GROUP_LIST, {"group": group, "tells": found.tells})
        return found

    def _known_to_tell(self) -> bool | None:
        """Whether this panel's list of the group shows all clients, as far as an earlier run has seen."""
        kept = self.store.notes.read(GROUP_LIST) or {}
        return kept.get("tells") if kept.get("group") == self.settings.members.group else None

    @cached_property
    def reader(self) -> PaymentReader:
        facts, currency = self.facts, self.settings.currency
        self._check_methods(facts.unknown_methods)
        if currency not in facts.currency_signs.values():
            raise SettingError(
                Text(
                    "The panel has no currency {currency}. Set {setting} to one that it has.",
                    "В панели нет валюты {currency}. Укажите в настройке {setting} ту, которая в ней есть.",
                )(currency=currency, setting=SETTINGS["currency"].called),
                "currency",
            )
        return PaymentReader(self.panel, facts.providers, dict(facts.currency_signs), facts.excluded)

    def keep_filters(self) -> None:
        """Before any thread but this one reads payments: the filter that the panel remembers for us is asked for, and
        written down (I.1). Raises PanelError."""
        self._filters.before("payment")

    def _remember_filters(self, saved: object) -> None:
        self.store.notes.write(REMEMBERED_FILTERS, saved)
        self.carry()

    def _check_methods(self, unknown: Sequence[str]) -> None:
        """A method that was picked by id and is gone can have no more payments; a name may have been changed, so that
        its payments would count. Raises SettingError for that."""
        gone = [method for method in unknown if method.isdecimal()]
        says = Text(
            "The panel has no method {names}, which the setting {setting} names. Correct it there.",
            "В панели нет метода {names}, указанного в настройке {setting}. Исправьте её.",
        )
        setting = SETTINGS["excluded_payment_methods"].called
        if len(gone) < len(unknown):
            kept = self.store.settings.current().excluded_payment_methods
            if kept != self.settings.excluded_payment_methods:
                says = Text(
                    "The panel has no method {names}; the setting {setting} takes only its own. "
                    "Nothing has been changed.",
                    "В панели нет метода {names}, а настройка {setting} принимает только методы панели. "
                    "Ничего не изменено.",
                )
            raise SettingError(says(names=", ".join(unknown), setting=setting), "excluded_payment_methods")
        if gone:
            self.warnings.append(says(names=", ".join(gone), setting=setting))

    def prepare(self) -> None:
        """Read what every account needs. Raises SettingError when settings and panel don't fit; taking the programme
        off needs none of them."""
        _ = self.type_names
        self._warn_of_odd_rows()
        if not self.withdraw:
            _ = self.provider, self.covered, self.reader
            if self.settings.members.group and (self._whole or self._group_tells is None):
                _ = self._group

    @contextmanager
    def answering(self, answer: Callable[[], object]) -> Iterator[None]:
        """Whatever list is read meanwhile by this thread, between its pages and parts comes `answer`: a payment does
        not wait for the reading of a long list (R6)."""
        panel, here, before = self.panel, threading.get_ident(), self.panel.between

        def between() -> None:
            if threading.get_ident() != here:
                return
            panel.between = lambda: None
            try:
                answer()
            finally:
                panel.between = between

        panel.between = between
        try:
            yield
        finally:
            panel.between = before

    def keep_users_if_told(self, now: datetime) -> None:
        """`keep_users`, which nobody's discount waits for. Raises PanelUnreachable, PanelTimeout."""
        try:
            self.keep_users(now)
        except (PanelUnreachable, PanelTimeout):
            raise
        except PanelError as error:
            log.error("who may log in for whom could not be read: %s", error)
            self.warnings.append(
                Text(
                    "who may log in for whom could not be read: {error}",
                    "не удалось прочитать, кто входит от имени каких клиентов: {error}",
                )(error=error.text)
            )

    def keep_users(self, now: datetime) -> None:
        """Who may log in for whom changes, and the guard must know; staff, too, is told by name in the records. Where
        there are too many clients for one night, some of their users in turn."""
        for ending in endings(self.store, USERS_TURN):
            listed = directory.users(self.panel, ending)
            known = map(_client_user, listed.users)
            if listed.complete:
                self.store.users.replace_all(known, now, ending)
            else:
                self.store.users.add(known, now)
        self.store.notes.write(STAFF, directory.employees(self.panel))

    def keep_users_of(self, account: AccountId, now: datetime) -> None:
        """The same for one client; a list without anybody makes nobody be forgotten."""
        found = directory.users_of(self.panel, account)
        if found:
            self.store.users.replace_of(account, map(_client_user, found), now)

    @cached_property
    def clients(self) -> list[Account]:
        """All clients of the panel. Raises PanelError."""
        return directory.clients(self.panel)

    @cached_property
    def rates(self) -> directory.Rates:
        return directory.rates(self.panel, self.settings.currency, self.warnings.append)

    @cached_property
    def table_days(self) -> list[date]:
        """The days to come on which another tier table takes effect."""
        return self.store.tiers.days_after(self.day)


def _no_group(group: int, refusal: PanelRefusal) -> SettingError:
    return SettingError(
        Text(
            "The setting {setting} names client group {group}: {why}",
            "В настройке {setting} указана группа клиентов {group}: {why}",
        )(setting=SETTINGS["members"].called, group=group, why=refusal.text),
        "members",
    )


def kept_facts(store: Store, settings: Settings, day: date) -> Facts | None:
    """What a run of the same day kept of the panel, under the same settings."""
    kept = store.notes.read(FACTS)
    if not kept or {name: kept.get(name) for name in ("day", "for")} != _validity(settings, store.classes.all(), day):
        return None
    return Facts.from_plain(kept["facts"])


def _client_user(user: directory.User) -> ClientUser:
    return ClientUser(user.id, user.name, user.account)


def _validity(settings: Settings, classes: Sequence[ClassOfServices], day: date) -> dict[str, object]:
    with_tariffs = any(each.picks_tariffs for each in classes)
    return {
        "day": day.isoformat(),
        "for": [settings.employee, list(settings.excluded_payment_methods), with_tariffs],
    }
