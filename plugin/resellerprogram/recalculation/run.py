"""A run: over one account or all, planned or applied, one at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from ..panel import directory, filters
from ..panel.calls import Panel
from ..panel.connection import Way, open_panel
from ..panel.directory import Account
from ..panel.errors import MissingObject, PanelError, PanelRefusal
from ..programme.discounts import ServiceTypeId
from ..programme.errors import ImplausibleRead, MemberError, ResellerProgrammeError, UnsafePlan
from ..programme.payments import AccountId
from ..programme.text import Text
from ..store import Store
from ..store.lock import only_one
from ..store.settings import Settings, check, settings_of
from ..store.staging import Staging
from .account import apply, consider, consider_alone, outside_because, readings
from .context import Context
from .report import Considered, Report

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


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
            with working_on(root, store, day, large=account is None, withdraw=withdraw) as context:
                _run(context, report, clock, cause, account, write, allow_drop or withdraw, progress)
        except ResellerProgrammeError as error:
            if run is not None:
                outcome = "stopped" if isinstance(error, UnsafePlan) else "failed"
                store.runs.finish(run, outcome, report.accounts, report.written, clock(), str(error))
            raise
        if run is not None:
            store.runs.finish(run, "partly" if report.failed else "done", report.accounts, report.written, clock())
        return report


def considered_alone(
    root: Path, store: Store, day: date, now: datetime, account: AccountId
) -> tuple[Considered, Mapping[ServiceTypeId, str]]:
    """One account as `recalculate` would see it, with payments that were never credited, and the names of the
    panel's service types; nothing is written."""
    with only_one(store.folder, "explain", now), working_on(root, store, day) as context:
        context.prepare()
        return consider_alone(context, _client(context, account), with_uncredited=True), context.type_names


def known_client(root: Path, store: Store, account: AccountId, now: datetime) -> Account:
    """The panel's client with that id. Raises MemberError when there is none."""
    with only_one(store.folder, "members", now), working_on(root, store, now.date()) as context:
        return _client(context, account)


def check_settings(root: Path, store: Store, changed: Mapping[str, str], now: datetime) -> None:
    """Raises SettingError when the settings with these changes can't be used with this panel."""
    for name, text in changed.items():
        check(name, text)
    settings = settings_of({**store.settings.texts(), **changed})
    with (
        only_one(store.folder, "settings", now),
        working_on(root, store, now.date(), settings=settings) as context,
    ):
        context.prepare()


def way_of(settings: Settings) -> Way:
    """How these settings reach the panel."""
    return Way(settings.panel_url, settings.panel_certificate, settings.employee)


@contextmanager
def working_on(
    root: Path,
    store: Store,
    day: date,
    *,
    large: bool = False,
    withdraw: bool = False,
    settings: Settings | None = None,
) -> Iterator[Context]:
    """A Context on the panel in `root`; the employee's list filters are left as they were found."""
    settings = settings or store.settings.current()
    with open_panel(root, way_of(settings), large) as panel:
        _put_back_filters(panel, store)
        store.filters.remember(filters.remember(panel))
        try:
            yield Context(panel, store, day, settings, withdraw)
        finally:
            try:
                _put_back_filters(panel, store)
            except PanelError as error:
                log.warning("list filters are put back by the next run: %s", error)


def _run(
    context: Context,
    report: Report,
    clock: Callable[[], datetime],
    cause: str,
    account: AccountId | None,
    write: bool,
    allow_drop: bool,
    progress: Progress,
) -> None:
    store = context.store
    context.prepare()
    report.warnings, report.type_names = context.warnings, context.type_names
    accounts = [_client(context, account)] if account is not None else _members(context)
    waiting = {queued.account for queued in store.queue.all()}
    staging: Staging[Considered] = Staging(store.folder)
    try:
        for considered in _consider_all(context, accounts, progress):
            report.accounts += 1
            report.discounts += considered.discounts
            if considered.changes:
                report.planned.append(considered.summary())
                staging.put(considered)
            elif write:
                store.decisions.record(considered.decision, cause, clock())
                if considered.account.id in waiting:
                    store.queue.remove(considered.account.id)
        if not allow_drop:
            context.settings.drop_limit.check(report.drops, max(report.discounts, store.owned.count()))
        for considered in staging if write else ():
            _apply(context, considered, report, clock, cause)
    finally:
        staging.close()


def _consider_all(context: Context, accounts: Sequence[Account], progress: Progress) -> Iterator[Considered]:
    for done, (account, reading) in enumerate(readings(context, accounts)):
        progress(done, len(accounts))
        try:
            yield consider(context, reading.result())
        except MissingObject:
            if not directory.client_is_gone(context.panel, account.id):
                raise
            context.store.owned.forget_account(account.id)
    progress(len(accounts), len(accounts))


def _apply(context: Context, considered: Considered, report: Report, clock: Callable[[], datetime], cause: str) -> None:
    store, account = context.store, considered.account.id
    try:
        try:
            report.written += apply(context, considered, cause, clock())
        except MissingObject:  # somebody deleted a discount since it was read: look again, once
            report.written += apply(context, consider_alone(context, considered.account), cause, clock())
        store.queue.remove(account)
    except PanelRefusal as refusal:
        log.error("account %s: %s", account, refusal)
        report.failed[account] = refusal
        store.queue.put(account, cause, clock(), str(refusal))


def _client(context: Context, account: AccountId) -> Account:
    found = directory.client(context.panel, account)
    if found is None:
        raise MemberError(Text("the panel has no client {account}", "в панели нет клиента {account}")(account=account))
    return found


def _members(context: Context) -> list[Account]:
    """Who has to be looked at: members, and whoever has a discount of ours; everybody while nothing is known yet.

    Raises ImplausibleRead when a client with a discount of ours is missing from a list that should have him.
    """
    store = context.store
    if not context.withdraw:
        context.reader.check_filter()
    everybody = directory.clients(context.panel)
    owners = store.owned.accounts()
    for missing in sorted(owners - {account.id for account in everybody}):
        if not directory.client_is_gone(context.panel, missing):
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
    return [account for account in everybody if account.id in owners or not outside_because(context, account.id)]


def _put_back_filters(panel: Panel, store: Store) -> None:
    remembered = store.filters.remembered()
    if remembered:
        filters.put_back(panel, remembered)
    store.filters.forget()
