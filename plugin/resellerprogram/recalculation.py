"""The one flow: read → decide → plan → apply → record, for one account or all.

`plan`, `explain` and the pages are the same flow that stops before apply. All reads of a run come before its
first write: what is read wrong stops the run while nothing has happened yet (spec, section 3).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from .panel import assumptions, directory, discounts, filters
from .panel.calls import Employee, Panel, find_employee
from .panel.discounts import ListedDiscount
from .panel.errors import MissingObject, PanelError, PanelRefusal
from .panel.payments import PaymentReader
from .panel.transport import Https, HttpsOrMgrctl, Mgrctl, Retrying, Transport
from .programme.decision import Decision, decide, leave_out
from .programme.discounts import (
    Change,
    Create,
    Delete,
    DiscountId,
    Edit,
    ProgrammeDiscount,
    ServiceType,
    ServiceTypeId,
    plan,
    wanted_percents,
)
from .programme.errors import ImplausibleRead, SettingError
from .programme.payments import AccountId, Payment, ProviderId, RateTable
from .programme.text import Text
from .programme.tiers import TierTable
from .programme.turnover import CountingRules, Reason
from .programme.window import Window
from .store import Store
from .store.decisions import Record, WrittenChange
from .store.discounts import OwnedDiscount
from .store.lock import only_one
from .store.members import takes_part
from .store.settings import Settings

MANY_ACCOUNTS = 25
"""From so many accounts on a run opens an HTTPS session instead of starting mgrctl for every call."""

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Considered:
    """What one account has, should have and why. `standing_changes` are empty where all is right."""

    account: directory.Account
    decision: Decision
    changes: tuple[Change, ...]
    found: tuple[ProgrammeDiscount, ...]
    known: frozenset[DiscountId]
    before: Record | None


@dataclass
class Report:
    """What a run looked at and what it changed, or would change."""

    day: date
    accounts: int = 0
    discounts: int = 0
    changed: list[Considered] = field(default_factory=list)
    written: int = 0
    failed: dict[AccountId, PanelRefusal] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)

    @property
    def drops(self) -> int:
        return sum(change.drops for considered in self.changed for change in considered.changes)


@contextmanager
def open_panel(root: Path, settings: Settings, large: bool = False) -> Iterator[Panel]:
    """The panel in the folder `root`: by mgrctl, for `large` runs by HTTPS while that works."""
    mgrctl: Transport = Mgrctl(root)
    transport = mgrctl
    if large and settings.panel_url:
        transport = HttpsOrMgrctl(Https(settings.panel_url, mgrctl, settings.panel_certificate), mgrctl)
    panel = Panel(Retrying(transport))
    try:
        panel.employee = Employee(settings.employee) if settings.employee else find_employee(panel)
        yield panel
    finally:
        panel.close()


class Recalculation:
    """A run's view of the panel, the settings and the tier table; everything that is read once."""

    def __init__(self, panel: Panel, store: Store, day: date, settings: Settings, table: TierTable) -> None:
        self.panel, self.store, self.day, self.settings, self.table = panel, store, day, settings, table
        self.warnings: list[Text] = []

    @cached_property
    def provider(self) -> ProviderId:
        """The provider whose programme this is. Raises SettingError when the panel does not settle it."""
        if self.settings.provider is None and len(self._providers) == 1:
            return next(iter(self._providers))
        if self.settings.provider in self._providers:
            return self.settings.provider
        known = ", ".join(f"{provider} ({name})" for provider, name in self._providers.items())
        raise SettingError(Text("set `provider` to one of the panel's providers: {known}",
                                "задайте настройку `provider` — один из провайдеров панели: {known}")(known=known))

    @cached_property
    def service_types(self) -> list[ServiceType]:
        """The service types of all classes. Those that the panel lacks are warned of; without any, SettingError."""
        found, missing = directory.service_types(self.panel, self.settings.service_types)
        if not found:
            raise SettingError(Text("the panel has none of the service types {names}; see `settings show`",
                                    "в панели нет ни одного из типов услуг {names}; см. `settings show`")(
                names=", ".join(missing)))
        self.warnings += [Text("the panel has no service type {name!r}; its discounts are left as they are",
                               "в панели нет типа услуг {name!r}; его скидки не трогаются")(name=name)
                          for name in missing]
        return found

    @cached_property
    def group_members(self) -> set[AccountId]:
        """The members of the client group in the settings; empty without one. Raises SettingError."""
        group = self.settings.members.group
        if group is None:
            return set()
        try:
            return directory.group_members(self.panel, group)
        except PanelRefusal as refusal:
            raise SettingError(Text("client group {group}: {why}", "группа клиентов {group}: {why}")(
                group=group, why=refusal.text)) from refusal

    @cached_property
    def reader(self) -> PaymentReader:
        excluded, unknown = directory.payment_methods(self.panel, self.settings.excluded_payment_methods)
        if unknown:
            raise SettingError(Text("excluded_payment_methods: the panel has no method {names}",
                                    "excluded_payment_methods: в панели нет метода {names}")(names=", ".join(unknown)))
        signs = directory.currency_signs(self.panel)
        if self.settings.currency not in signs.values():
            raise SettingError(Text("the panel has no currency {currency}", "в панели нет валюты {currency}")(
                currency=self.settings.currency))
        return PaymentReader(self.panel, self._providers, signs, excluded)

    def prepare(self) -> None:
        """Read what every account needs. Raises SettingError when settings and panel don't fit."""
        assert self.provider and self.reader and self.service_types  # noqa: S101  each reads and checks
        assert self.group_members is not None  # noqa: S101

    def consider(self, account: directory.Account, with_uncredited: bool = False) -> Considered:
        """Read, decide and plan for one account; nothing is written. Raises ImplausibleRead, PanelError."""
        note = self.store.members.of(account.id)
        outside = takes_part(note, self.settings.members, self.group_members)
        before = self.store.decisions.last(account.id)
        if outside:
            decision = leave_out(account.id, self.day, outside)
        else:
            payments = self._payments(account.id, before, with_uncredited)
            decision = decide(account.id, self.day, payments, self.table, self._rules(account.id, payments), note.pin)
        listed = discounts.listed(self.panel, account.id)
        found = self._found(account.id, listed)
        changes = plan(account.id, wanted_percents(decision, self.service_types), found)
        return Considered(account, decision, changes, tuple(found), frozenset(row.id for row in listed), before)

    def apply(self, considered: Considered, cause: str, now: datetime) -> int:
        """Write the changes of one account and record them as they are taken; tells how many. Raises PanelError."""
        record = self.store.decisions.record(considered.decision, cause, now, will_write=bool(considered.changes))
        known = set(considered.known)
        for change in considered.changes:
            known.add(self._write(change, known))
            self.store.decisions.add_written(record, self._written(change))
        return len(considered.changes)

    @cached_property
    def _providers(self) -> Mapping[ProviderId, str]:
        return directory.providers(self.panel)

    @cached_property
    def _rates(self) -> RateTable:
        return directory.rates(self.panel, self.settings.currency)

    @cached_property
    def _types(self) -> dict[ServiceTypeId, ServiceType]:
        return {service_type.id: service_type for service_type in self.service_types}

    def _payments(self, account: AccountId, before: Record | None, with_uncredited: bool) -> list[Payment]:
        window = Window.of(self.day)
        payments = self.reader.of_account(account, window)
        if before and before.last_day <= self.day:
            self._confirm_vanished(account, before.decision, {payment.id for payment in payments}, window)
        if with_uncredited:
            known = {payment.id for payment in payments}
            payments += [payment for payment in self.reader.not_credited(account, window) if payment.id not in known]
        return payments

    def _confirm_vanished(self, account: AccountId, before: Decision, read: set[int], window: Window) -> None:
        """A payment that counted and is missing now must be gone by the panel's own word (spec, section 3)."""
        vanished = [verdict.payment for verdict in before.turnover.verdicts
                    if verdict.reason is Reason.COUNTED and verdict.payment.id not in read
                    and verdict.payment.credited_on and verdict.payment.credited_on in window]
        contradicted = self.reader.still_credited(vanished)
        if contradicted:
            raise ImplausibleRead(Text(
                "account {account}: the panel's list lacks payment {payments}, which the panel itself says is "
                "credited. Nothing is written on such a read.",
                "клиент {account}: в списке панели нет платежа {payments}, хотя сама панель говорит, что он зачислен. "
                "По такому чтению ничего не пишется.",
            )(account=account, payments=", ".join(payment.number or str(payment.id) for payment in contradicted)))

    def _rules(self, account: AccountId, payments: Sequence[Payment]) -> CountingRules:
        foreign = any(payment.amount.currency != self.settings.currency for payment in payments)
        return CountingRules(self.provider, self.settings.currency, self._rates if foreign else RateTable(),
                             self.store.decisions.known_rates(account) if foreign else {})

    def _found(self, account: AccountId, listed: Sequence[ListedDiscount]) -> list[ProgrammeDiscount]:
        """Our discounts among those of the account: by what we stored, and by name where the store is lost."""
        owned = self.store.owned.of(account)
        found = [self._recognised(row, owned.get(row.id)) for row in listed]
        for gone in owned.keys() - {row.id for row in listed}:
            self.store.owned.forget(gone)
        return [discount for discount in found if discount and discount.service_type in self._types]

    def _recognised(self, row: ListedDiscount, owned: OwnedDiscount | None) -> ProgrammeDiscount | None:
        if owned and row.percent is not None and owned.shown == row.shown:
            return ProgrammeDiscount(row.id, row.account, owned.service_type, row.percent)
        if not owned and not row.may_be_ours:
            return None
        full = discounts.read(self.panel, row.account, row.id)
        service_type = owned.service_type if owned else full.service_type
        if service_type is None or not (owned or full.bears_our_name):
            return None
        intact = full.is_intact(service_type)
        self.store.owned.keep(OwnedDiscount(row.id, row.account, service_type, row.shown if intact else None))
        return ProgrammeDiscount(row.id, row.account, service_type, full.percent or Decimal(0), intact)

    def _write(self, change: Change, known: set[DiscountId]) -> DiscountId:
        if isinstance(change, Create):
            service_class = self._types[change.service_type].service_class
            created = discounts.create(self.panel, change.account, change.service_type, service_class,
                                       change.percent, self.day, known)
            self.store.owned.keep(OwnedDiscount(created, change.account, change.service_type, None))
            return created
        if isinstance(change, Edit):
            discounts.edit(self.panel, change.account, change.before.id, change.service_type, change.percent)
            self.store.owned.keep(OwnedDiscount(change.before.id, change.account, change.service_type, None))
        else:
            discounts.delete(self.panel, change.account, change.before.id)
            self.store.owned.forget(change.before.id)
        return change.before.id

    def _written(self, change: Change) -> WrittenChange:
        return WrittenChange(change.service_type, self._types[change.service_type].internal_name,
                             None if isinstance(change, Create) else change.before.percent,
                             None if isinstance(change, Delete) else change.percent)
