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

from .panel import directory, discounts, filters
from .panel.calls import Employee, Panel, find_employee
from .panel.discounts import ListedDiscount
from .panel.errors import Call, MissingObject, PanelError, PanelRefusal
from .panel.payments import PaymentReader
from .panel.transport import Https, HttpsOrMgrctl, Mgrctl, Retrying, Transport
from .programme.decision import Basis, Decision, decide, leave_out
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
from .programme.errors import ImplausibleRead, MemberError, ResellerProgrammeError, SettingError, UnsafePlan
from .programme.payments import AccountId, Payment, ProviderId, RateTable
from .programme.text import Text
from .programme.turnover import CountingRules, Reason
from .programme.window import Window
from .store import Store
from .store.decisions import Record, WrittenChange
from .store.discounts import OwnedDiscount
from .store.lock import only_one
from .store.members import takes_part
from .store.settings import Settings, check, settings_of
from .store.staging import Staging

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Considered:
    """What one account should have and why, and the changes that lead there; none where all is right.

    `discounts` is how many of ours it has, `known` all its discounts, `tier_before` the last decision's tier.
    """

    account: directory.Account
    decision: Decision
    changes: tuple[Change, ...]
    discounts: int
    known: frozenset[DiscountId]
    tier_before: str | None

    def summary(self) -> Planned:
        tier = self.decision.tier
        return Planned(
            self.account,
            self.decision.basis,
            self.decision.turnover.amount,
            tier.name if tier else None,
            self.tier_before,
            self.changes,
        )


@dataclass(frozen=True)
class Planned:
    """The part of Considered that a report keeps: its size does not depend on the number of payments."""

    account: directory.Account
    basis: Basis
    turnover: Decimal
    tier: str | None
    tier_before: str | None
    changes: tuple[Change, ...]


@dataclass
class Report:
    """What a run looked at, and what it changed or would change. `failed` accounts wait in the queue."""

    day: date
    accounts: int = 0
    discounts: int = 0
    planned: list[Planned] = field(default_factory=list)
    written: int = 0
    failed: dict[AccountId, PanelRefusal] = field(default_factory=dict)
    warnings: list[Text] = field(default_factory=list)
    type_names: Mapping[ServiceTypeId, str] = field(default_factory=dict)

    @property
    def drops(self) -> int:
        return sum(change.drops for planned in self.planned for change in planned.changes)


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


def https_problem(root: Path, settings: Settings) -> Text | None:
    """Why large runs can't use HTTPS; None when they can."""
    if not settings.panel_url:
        return Text("panel_url is empty", "настройка panel_url пуста")
    https = Https(settings.panel_url, Mgrctl(root), settings.panel_certificate)
    try:
        https.log_in()
        https.send(Call("whoami"))
    except PanelError as error:
        return error.text
    finally:
        https.close()
    return None


class Recalculation:
    """A run's view of the panel, the settings and the tier table; everything that is read once."""

    def __init__(self, panel: Panel, store: Store, day: date, settings: Settings, withdraw: bool = False) -> None:
        self.panel, self.store, self.day, self.settings, self.withdraw = panel, store, day, settings, withdraw
        self.table = store.tiers.current()
        self.warnings: list[Text] = []

    @cached_property
    def provider(self) -> ProviderId:
        """The provider whose programme this is. Raises SettingError when the panel does not settle it."""
        chosen = self.settings.provider
        if chosen is None and len(self._providers) == 1:
            chosen = next(iter(self._providers))
        if chosen is None or chosen not in self._providers:
            known = ", ".join(f"{provider} ({name})" for provider, name in self._providers.items())
            raise SettingError(
                Text(
                    "set `provider` to one of the panel's providers: {known}",
                    "задайте настройку `provider`, провайдеры панели: {known}",
                )(known=known)
            )
        return chosen

    @cached_property
    def type_names(self) -> dict[ServiceTypeId, str]:
        """The internal name of every service type of the panel."""
        return directory.service_types(self.panel)

    @cached_property
    def service_types(self) -> list[ServiceType]:
        """The service types of all classes. Those that the panel lacks are warned of; without any, SettingError."""
        ids = {name: number for number, name in self.type_names.items()}
        wanted = [
            (name, service_class) for service_class, names in self.settings.service_types.items() for name in names
        ]
        missing = [name for name, _ in wanted if name not in ids]
        if len(missing) == len(wanted):
            raise SettingError(
                Text(
                    "the panel has none of the service types {names}; see `settings show`",
                    "в панели нет ни одного из типов услуг {names}; см. `settings show`",
                )(names=", ".join(missing) or "-")
            )
        self.warnings += [
            Text(
                "the panel has no service type {name!r}; it is passed over",
                "в панели нет типа услуг {name!r}, он пропущен",
            )(name=name)
            for name in missing
        ]
        return [ServiceType(ids[name], name, service_class) for name, service_class in wanted if name in ids]

    @cached_property
    def group_members(self) -> set[AccountId]:
        """The members of the client group in the settings; empty without one. Raises SettingError."""
        group = self.settings.members.group
        if group is None:
            return set()
        try:
            return directory.group_members(self.panel, group)
        except PanelRefusal as refusal:
            raise SettingError(
                Text("client group {group}: {why}", "группа клиентов {group}: {why}")(group=group, why=refusal.text)
            ) from refusal

    @cached_property
    def reader(self) -> PaymentReader:
        excluded, unknown = directory.payment_methods(self.panel, self.settings.excluded_payment_methods)
        if unknown:
            raise SettingError(
                Text(
                    "excluded_payment_methods: the panel has no method {names}",
                    "excluded_payment_methods: в панели нет метода {names}",
                )(names=", ".join(unknown))
            )
        signs = directory.currency_signs(self.panel)
        if self.settings.currency not in signs.values():
            raise SettingError(
                Text("the panel has no currency {currency}", "в панели нет валюты {currency}")(
                    currency=self.settings.currency
                )
            )
        return PaymentReader(self.panel, self._providers, signs, excluded)

    def prepare(self) -> None:
        """Read what every account needs. Raises SettingError when settings and panel don't fit."""
        _ = self.provider, self.service_types, self.group_members, self.reader

    def consider(self, account: directory.Account, with_uncredited: bool = False) -> Considered:
        """Read, decide and plan for one account; nothing is written. Raises ImplausibleRead, PanelError."""
        note = self.store.members.of(account.id)
        outside = Basis.WITHDRAWN if self.withdraw else takes_part(note, self.settings.members, self.group_members)
        before = self.store.decisions.last(account.id)
        if outside:
            decision = leave_out(account.id, self.day, outside)
        else:
            payments = self._payments(account.id, before, with_uncredited)
            decision = decide(account.id, self.day, payments, self.table, self._rules(account.id, payments), note.pin)
        listed = discounts.listed(self.panel, account.id)
        found = self._found(account.id, listed)
        changes = plan(account.id, wanted_percents(decision, self.service_types), found)
        tier_before = before.decision.tier if before else None
        return Considered(
            account,
            decision,
            changes,
            len(found),
            frozenset(row.id for row in listed),
            tier_before.name if tier_before else None,
        )

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
        vanished = [
            verdict.payment
            for verdict in before.turnover.verdicts
            if verdict.reason is Reason.COUNTED
            and verdict.payment.id not in read
            and verdict.payment.credited_on
            and verdict.payment.credited_on in window
        ]
        contradicted = self.reader.still_credited(vanished)
        if contradicted:
            raise ImplausibleRead(
                Text(
                    "account {account}: the panel's list lacks payment {payments}, which the panel itself says "
                    "is credited. Nothing is written on such a read.",
                    "клиент {account}: в списке панели нет платежа {payments}, хотя сама панель говорит, что он "
                    "зачислен. По такому чтению ничего не пишется.",
                )(account=account, payments=", ".join(payment.number or str(payment.id) for payment in contradicted))
            )

    def _rules(self, account: AccountId, payments: Sequence[Payment]) -> CountingRules:
        foreign = any(payment.amount.currency != self.settings.currency for payment in payments)
        return CountingRules(
            self.provider,
            self.settings.currency,
            self._rates if foreign else RateTable(),
            self.store.decisions.known_rates(account) if foreign else {},
        )

    def _found(self, account: AccountId, listed: Sequence[ListedDiscount]) -> list[ProgrammeDiscount]:
        """Our discounts among those of the account: by what we stored, and by name where the store is lost."""
        owned = self.store.owned.of(account)
        found = [self._recognised(row, owned.get(row.id)) for row in listed]
        for gone in owned.keys() - {row.id for row in listed}:
            self.store.owned.forget(gone)
        return [discount for discount in found if discount and discount.service_type in self.type_names]

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
            created = discounts.create(
                self.panel, change.account, change.service_type, service_class, change.percent, self.day, known
            )
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
        return WrittenChange(
            change.service_type,
            self.type_names[change.service_type],
            None if isinstance(change, Create) else change.before.percent,
            None if isinstance(change, Delete) else change.percent,
        )


def recalculate(
    root: Path,
    store: Store,
    day: date,
    clock: Callable[[], datetime],
    cause: str,
    *,
    account: AccountId | None = None,
    write: bool = True,
    allow_drop: bool = False,
    withdraw: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Bring the discounts of one account or of all to what `day` asks for; with `write` False only tell the plan.

    With `withdraw` all discounts of the programme are taken off, whatever anybody paid.
    Raises AnotherRunActive, SettingError, ImplausibleRead, PanelError and, unless `allow_drop`, UnsafePlan; what
    it raises before the first write has changed nothing. Accounts that the panel refuses are in `failed`.
    """
    with only_one(store.folder, cause, clock()):
        run = store.runs.begin(cause, day, account is None, clock()) if write else None
        report = Report(day)
        try:
            with working_on(root, store, day, large=account is None, withdraw=withdraw) as recalculation:
                _run(recalculation, report, clock, cause, account, write, allow_drop or withdraw, progress)
        except ResellerProgrammeError as error:
            if run is not None:
                outcome = "stopped" if isinstance(error, UnsafePlan) else "failed"
                store.runs.finish(run, outcome, report.accounts, report.written, clock(), str(error))
            raise
        if run is not None:
            store.runs.finish(run, "partly" if report.failed else "done", report.accounts, report.written, clock())
        return report


def considered_alone(root: Path, store: Store, day: date, now: datetime, account: AccountId) -> Considered:
    """One account as `recalculate` would see it, with payments that were never credited; nothing is written."""
    with only_one(store.folder, "explain", now), working_on(root, store, day) as recalculation:
        recalculation.prepare()
        return recalculation.consider(_client(recalculation, account), with_uncredited=True)


def known_client(root: Path, store: Store, account: AccountId, now: datetime) -> directory.Account:
    """The panel's client with that id. Raises MemberError when there is none."""
    with only_one(store.folder, "members", now), working_on(root, store, now.date()) as recalculation:
        return _client(recalculation, account)


def check_settings(root: Path, store: Store, changed: Mapping[str, str], now: datetime) -> None:
    """Raises SettingError when the settings with these changes can't be used with this panel."""
    for name, text in changed.items():
        check(name, text)
    settings = settings_of({**store.settings.texts(), **changed})
    with (
        only_one(store.folder, "settings", now),
        working_on(root, store, now.date(), settings=settings) as recalculation,
    ):
        recalculation.prepare()


@contextmanager
def working_on(
    root: Path,
    store: Store,
    day: date,
    *,
    large: bool = False,
    withdraw: bool = False,
    settings: Settings | None = None,
) -> Iterator[Recalculation]:
    """A Recalculation on the panel in `root`; the employee's list filters are left as they were found."""
    settings = settings or store.settings.current()
    with open_panel(root, settings, large) as panel:
        _put_back_filters(panel, store)
        store.filters.remember(filters.remember(panel))
        try:
            yield Recalculation(panel, store, day, settings, withdraw)
        finally:
            try:
                _put_back_filters(panel, store)
            except PanelError as error:
                log.warning("list filters are put back by the next run: %s", error)


def _run(
    recalculation: Recalculation,
    report: Report,
    clock: Callable[[], datetime],
    cause: str,
    account: AccountId | None,
    write: bool,
    allow_drop: bool,
    progress: Progress,
) -> None:
    store = recalculation.store
    recalculation.prepare()
    report.warnings, report.type_names = recalculation.warnings, recalculation.type_names
    accounts = [_client(recalculation, account)] if account is not None else _members(recalculation)
    staging: Staging[Considered] = Staging(store.folder)
    try:
        for considered in _consider_all(recalculation, accounts, progress):
            report.accounts += 1
            report.discounts += considered.discounts
            if considered.changes:
                report.planned.append(considered.summary())
                staging.put(considered)
            elif write:
                store.decisions.record(considered.decision, cause, clock())
                store.queue.remove(considered.account.id)
        if not allow_drop:
            recalculation.settings.drop_limit.check(report.drops, max(report.discounts, store.owned.count()))
        for considered in staging if write else ():
            _apply(recalculation, considered, report, clock, cause)
    finally:
        staging.close()


def _consider_all(
    recalculation: Recalculation, accounts: Sequence[directory.Account], progress: Progress
) -> Iterator[Considered]:
    for done, account in enumerate(accounts):
        progress(done, len(accounts))
        try:
            yield recalculation.consider(account)
        except MissingObject:
            if not directory.client_is_gone(recalculation.panel, account.id):
                raise
            recalculation.store.owned.forget_account(account.id)
    progress(len(accounts), len(accounts))


def _apply(
    recalculation: Recalculation, considered: Considered, report: Report, clock: Callable[[], datetime], cause: str
) -> None:
    store, account = recalculation.store, considered.account.id
    try:
        try:
            report.written += recalculation.apply(considered, cause, clock())
        except MissingObject:  # somebody deleted a discount since it was read: look again, once
            report.written += recalculation.apply(recalculation.consider(considered.account), cause, clock())
        store.queue.remove(account)
    except PanelRefusal as refusal:
        log.error("account %s: %s", account, refusal)
        report.failed[account] = refusal
        store.queue.put(account, cause, clock(), str(refusal))


def _client(recalculation: Recalculation, account: AccountId) -> directory.Account:
    found = directory.client(recalculation.panel, account)
    if found is None:
        raise MemberError(Text("the panel has no client {account}", "в панели нет клиента {account}")(account=account))
    return found


def _members(recalculation: Recalculation) -> list[directory.Account]:
    """Who has to be looked at: members, and whoever has a discount of ours; everybody while nothing is known yet.

    Raises ImplausibleRead when a client with a discount of ours is missing from a list that should have him.
    """
    store, rule = recalculation.store, recalculation.settings.members
    recalculation.reader.check_filter()
    everybody = directory.clients(recalculation.panel)
    owners = store.owned.accounts()
    for missing in sorted(owners - {account.id for account in everybody}):
        if not directory.client_is_gone(recalculation.panel, missing):
            raise ImplausibleRead(
                Text(
                    "the panel's client list lacks account {account}, which has discounts of the programme and "
                    "still exists. Nothing is written on such a read.",
                    "в списке клиентов панели нет клиента {account}, хотя он есть и у него есть скидки программы. "
                    "По такому чтению ничего не пишется.",
                )(account=missing)
            )
        store.owned.forget_account(missing)
    if not store.decisions.any():
        return everybody
    return [
        account
        for account in everybody
        if account.id in owners or not takes_part(store.members.of(account.id), rule, recalculation.group_members)
    ]


def _put_back_filters(panel: Panel, store: Store) -> None:
    remembered = store.filters.remembered()
    if remembered:
        filters.put_back(panel, remembered)
    store.filters.forget()
