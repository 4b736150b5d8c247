"""A run: over one account or all, planned or applied, one at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..panel import directory, filters
from ..panel.calls import Panel
from ..panel.connection import Way, open_panel
from ..panel.errors import MissingObject, PanelError, PanelRefusal, PanelTimeout, PanelUnreachable
from ..panel.standstill import check_may_write
from ..programme.account import Considered, Found, Known, consider
from ..programme.discounts import SetAside
from ..programme.errors import (
    AccountTrouble,
    ImplausibleRead,
    PanelStandsStill,
    ResellerProgrammeError,
    SettingError,
    StoreError,
    UnsafePlan,
)
from ..programme.ids import AccountId, Scope
from ..programme.members import ENROLLED, Account, MemberNote
from ..programme.text import Text
from ..store import Store
from ..store.lock import only_one
from ..store.notes import REMEMBERED_FILTERS
from ..store.prospects import Prospect
from ..store.settings import Settings, check, settings_of
from .act import act, forget, give_back
from .context import Context, kept_facts
from .drain import drain
from .look import first_look, look, look_again, outside_because, remember, with_uncredited
from .lookups import no_client, way_of
from .notifying import deliver
from .report import Planned, Report
from .savings import keep_savings

if TYPE_CHECKING:
    from concurrent.futures import Future

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]
PATIENCE = 60.0
"""Seconds that a command waits for another run; a worker is done with a payment long before."""

log = logging.getLogger(__name__)


def recalculate(
    root: Path,
    store: Store,
    day: date,
    clock: Clock,
    cause: str,
    *,
    accounts: Sequence[AccountId] | None = None,
    who: str = "",
    write: bool = True,
    allow_drop: bool = False,
    withdraw: bool = False,
    patience: float = 0.0,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Bring the discounts of these accounts, or of all, to what `day` asks for; with `write` False only tell the plan.

    With `withdraw` all discounts of the programme are taken off, and what was set aside is put back, whatever anybody
    paid. `who` has asked for it; nobody for what runs by itself. While a run over all is under way, it also answers
    what comes into the queue (R6).
    What goes wrong with one account concerns that account: it is in `failed` and waits in the queue, and the others
    are served. Raises PanelStandsStill where it would write and may not, AnotherRunActive after `patience` seconds,
    SettingError, ImplausibleRead and PanelError where everything is in doubt, and, unless `allow_drop`, UnsafePlan
    after everything but the falls in question was written.
    """
    if write:
        check_may_write(root)
    with only_one(store.folder, cause, clock(), patience):
        run = store.runs.begin(cause, day, accounts is None, clock(), who) if write else None
        report = Report(day)
        try:
            if write:
                store.set_aside.reconcile(clock())
            with working_on(root, store, day, large=accounts is None, withdraw=withdraw, writes=write) as context:
                _Run(context, report, clock, cause, who, write, allow_drop or withdraw, progress).over(accounts)
        except Exception as error:
            if run is not None:
                outcome = "stopped" if isinstance(error, UnsafePlan) else "failed"
                store.runs.finish(run, outcome, report.accounts, report.written, clock(), str(error) or repr(error))
            raise
        if run is not None:
            outcome = "partly" if report.failed else "done"
            store.runs.finish(run, outcome, report.accounts, report.written, clock())
        return report


def put_all_back(root: Path, store: Store, day: date, clock: Clock, patience: float = 0.0) -> Report:
    """Put back every discount that was set aside, and change nothing else (before uninstalling).

    Raises PanelStandsStill, AnotherRunActive, TransportError; accounts whose discount the panel does not take are in
    `failed`.
    """
    check_may_write(root)
    report = Report(day)
    with only_one(store.folder, "put-back", clock(), patience), working_on(root, store, day) as context:
        for account in sorted(store.set_aside.accounts()):
            report.accounts += 1
            try:
                found, known = look(context, Account(account, ""))
                belongings = consider(found, known, context.rules).belongings
                report.written += give_back(context, account, belongings, clock())
            except PanelRefusal as refusal:
                if isinstance(refusal, MissingObject) and directory.client_is_gone(context.panel, account):
                    forget(context, account)
                    continue
                log.error("account %s: %s", account, refusal)
                report.failed[account] = refusal
    return report


def considered_alone(
    root: Path, store: Store, day: date, now: datetime, account: AccountId, patience: float = 0.0
) -> tuple[Considered, Mapping[Scope, str]]:
    """One account as `recalculate` would see it, with payments that were never credited, and the names of the
    panel's service types; nothing is written."""
    with only_one(store.folder, "explain", now, patience), working_on(root, store, day, writes=False) as context:
        context.prepare()
        found, known = look(context, _client(context, account))
        return consider(with_uncredited(context, found), known, context.rules), context.scope_names


def as_member(root: Path, store: Store, day: date, now: datetime, account: AccountId, patience: float) -> Prospect:
    """What an account would have today if it took part; nothing is written to the panel. Raises AnotherRunActive,
    MemberError, SettingError, PanelError."""
    with (
        only_one(store.folder, "prospect", now, patience),
        working_on(root, store, day, quick=True, writes=False) as context,
    ):
        context.prepare()
        client = _client(context, account)
        known = replace(remember(context, client), note=MemberNote(account, ENROLLED))
        found = consider(look_again(context, first_look(context, client, known), known), known, context.rules)
        others = [(change.other.name, change.other.value) for change in found.changes if isinstance(change, SetAside)]
        return Prospect(account, now, found.decision.turnover.amount, found.decision.tier, others)


def check_settings(
    root: Path, store: Store, changed: Mapping[str, str], now: datetime, patience: float = 0.0
) -> Sequence[Text]:
    """Raises SettingError when the settings with these changes can't be used with this panel; tells its warnings."""
    for name, text in changed.items():
        check(name, text)
    settings = settings_of({**store.settings.texts(), **changed})
    with (
        only_one(store.folder, "settings", now, patience),
        working_on(root, store, now.date(), settings=settings, writes=False) as context,
    ):
        context.prepare()
        return context.warnings


@contextmanager
def working_on(
    root: Path,
    store: Store,
    day: date,
    *,
    large: bool = False,
    quick: bool = False,
    withdraw: bool = False,
    settings: Settings | None = None,
    writes: bool = True,
) -> Iterator[Context]:
    """A Context on the panel in `root`; the employee's list filters are left as they were found.

    `quick` takes what an earlier run of the day kept of the panel instead of asking again.
    """
    settings = settings or store.settings.current()
    facts = kept_facts(store, settings, day) if quick else None
    way = way_of(settings)
    with open_panel(root, Way(way.url, way.certificate, facts.employee) if facts else way, large) as panel:
        _put_back_filters(panel, store)
        try:
            yield Context(panel, store, day, settings, withdraw, facts, writes)
        finally:
            try:
                _put_back_filters(panel, store)
            except PanelError as error:
                log.warning("list filters are put back by the next run: %s", error)


class _Run:
    """One run under way. All reads of it come before its first write, but for accounts from the queue.

    `disturbed` are accounts that the queue had recalculated meanwhile: what was read of them before is worth nothing.
    """

    def __init__(
        self,
        context: Context,
        report: Report,
        clock: Clock,
        cause: str,
        who: str,
        write: bool,
        allow_drop: bool,
        progress: Progress,
    ) -> None:
        self.context, self.report, self.clock, self.cause, self.who = context, report, clock, cause, who
        self.write, self.allow_drop, self.progress = write, allow_drop, progress
        self.disturbed: set[AccountId] = set()
        self.today = context.day == clock().date()
        self.waiting = context.store.queue.newest() if self.today else 0

    def over(self, accounts: Sequence[AccountId] | None) -> None:
        from ..store.staging import Staging

        context, report, store = self.context, self.report, self.context.store
        context.prepare()
        report.warnings, report.scope_names = context.warnings, context.scope_names
        whole = accounts is None
        clients = _members(context) if accounts is None else [_client(context, account) for account in accounts]
        if whole and self.write:
            context.keep_all_users(self.clock())
        staging: Staging[Considered] = Staging(store.folder)
        try:
            for considered in self._consider_all(clients, whole):
                report.discounts += considered.discounts
                report.left += considered.left
                if self.today:
                    report.notices += ((considered.account, notice) for notice in considered.notices)
                if considered.changes:
                    report.planned.append(Planned.of(considered))
                    staging.put(considered)
                elif self.write:
                    self._apply(considered)
            too_many = self._too_many_falls()
            for considered in staging if self.write else ():
                if not (too_many and considered.unforetold):
                    self._apply(considered)
                self._answer_queue(whole)
        finally:
            staging.close()
        if too_many:
            raise too_many
        if self.write and self.today:
            deliver(context, self.clock)
            if whole and not context.withdraw:
                keep_savings(context, report, self.clock())

    def _too_many_falls(self) -> UnsafePlan | None:
        """What stops is the unforetold falls alone (spec, section 3)."""
        report, context = self.report, self.context
        if self.allow_drop:
            return None
        try:
            context.settings.drop_limit.check(report.unforetold, max(report.discounts, context.store.owned.count()))
        except UnsafePlan as unsafe:
            return unsafe
        return None

    def _consider_all(self, accounts: Sequence[Account], whole: bool) -> Iterator[Considered]:
        context = self.context
        for done, (account, known, found) in enumerate(_first_looks(context, accounts)):
            self.progress(done, len(accounts))
            self._answer_queue(whole)
            try:
                considered = self._considered(account, known, found)
            except Exception as error:
                self._leave_out(account.id, error)
                self._stop_if_all_is_in_doubt(len(accounts))
                continue
            if considered:
                self.report.accounts += 1
                yield considered
        if self.write:
            self._queue_failed()
        self.progress(len(accounts), len(accounts))

    def _considered(self, account: Account, known: Known, found: Future[Found]) -> Considered | None:
        """None for a client who is gone."""
        context = self.context
        try:
            if account.id in self.disturbed:
                return consider(*look(context, account), context.rules)
            return consider(look_again(context, found.result(), known), known, context.rules)
        except MissingObject:
            if not directory.client_is_gone(context.panel, account.id):
                raise
            if self.write:
                forget(context, account.id)
            return None

    def _leave_out(self, account: AccountId, error: Exception) -> None:
        """What goes wrong with one account is that account's trouble; no answer at all is everybody's. Raises that."""
        if isinstance(error, (PanelUnreachable, PanelTimeout, PanelStandsStill, SettingError, StoreError)):
            raise error
        if isinstance(error, ResellerProgrammeError):
            log.error("account %s: %s", account, error)
        else:
            log.error("account %s", account, exc_info=error)
            error = AccountTrouble(error)
        self.report.failed[account] = error

    def _stop_if_all_is_in_doubt(self, accounts: int) -> None:
        """More than half of all can't be the trouble of each: the panel's answers are in doubt. Raises the first."""
        if len(self.report.failed) * 2 > accounts:
            raise next(iter(self.report.failed.values()))

    def _queue_failed(self) -> None:
        """What could not be decided waits with its reason."""
        for account, error in self.report.failed.items():
            self.context.store.queue.put_trouble(account, self.cause, str(error), self.clock(), self.who)

    def _apply(self, considered: Considered) -> None:
        context, report, account = self.context, self.report, considered.account.id
        try:
            try:
                if account in self.disturbed:
                    considered = consider(*look(context, considered.account), context.rules)
                report.written += act(context, considered, self.cause, self.clock(), self.who)
            except MissingObject:  # somebody deleted a discount since it was read: look again, once
                considered = consider(*look(context, considered.account), context.rules)
                report.written += act(context, considered, self.cause, self.clock(), self.who)
            if self.waiting:
                context.store.queue.done(account, self.waiting)
        except Exception as error:
            self._leave_out(account, error)
            context.store.queue.put_trouble(account, self.cause, str(report.failed[account]), self.clock(), self.who)

    def _answer_queue(self, whole: bool) -> None:
        """Payments that come while a run over all is under way do not wait for its end (R6). They ask for today."""
        automatic = self.context.settings.automatic and not self.context.withdraw
        if whole and self.today and automatic:
            self.disturbed |= drain(self.context, self.clock).touched


def _first_looks(context: Context, accounts: Iterable[Account]) -> Iterator[tuple[Account, Known, Future[Found]]]:
    """Each account with what is known and found, in order. While one is worked on, the next is already looked at."""
    from concurrent.futures import ThreadPoolExecutor

    ahead: deque[tuple[Account, Known, Future[Found]]] = deque()
    with ThreadPoolExecutor(1, "reading") as reader:
        for account in accounts:
            known = remember(context, account)
            ahead.append((account, known, reader.submit(first_look, context, account, known)))
            if len(ahead) > 1:
                yield ahead.popleft()
        yield from ahead


def _client(context: Context, account: AccountId) -> Account:
    found = directory.client(context.panel, account)
    if found is None:
        raise no_client(account)
    return found


def _members(context: Context) -> list[Account]:
    """Who has to be looked at: members, and whoever has a discount of ours or something set aside; everybody while
    nothing is known yet.

    Raises ImplausibleRead when a client with a discount of ours is missing from a list that should have him.
    """
    store = context.store
    if not context.withdraw:
        context.reader.check_filter()
    everybody = context.clients
    owners = store.owned.accounts() | store.set_aside.accounts()
    for missing in sorted((owners | store.clients.on_record()) - {account.id for account in everybody}):
        if not directory.client_is_gone(context.panel, missing):
            raise ImplausibleRead(
                Text(
                    "the panel's client list lacks account {account}, which has discounts of the programme and "
                    "still exists. Nothing is written on such a read.",
                    "в списке клиентов панели нет клиента {account}, хотя он есть и у него есть скидки программы. "
                    "По такому чтению ничего не пишется.",
                )(account=missing)
            )
        if context.writes:
            forget(context, missing)
    if not store.decisions.any():
        return everybody
    return [
        account
        for account in everybody
        if account.id in owners or not outside_because(context, store.members.of(account.id))
    ]


def _put_back_filters(panel: Panel, store: Store) -> None:
    remembered = store.notes.read(REMEMBERED_FILTERS)
    if remembered:
        filters.put_back(panel, remembered)
        store.notes.forget(REMEMBERED_FILTERS)
