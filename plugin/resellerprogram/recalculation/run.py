"""A run: over one account or all, planned or applied, one at a time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..mirror.keeping import kept_mirror
from ..panel import directory, filters
from ..panel.calls import Panel
from ..panel.connection import Access, check_certificate, open_panel
from ..panel.errors import MissingObject, PanelError, PanelTimeout, PanelUnreachable
from ..panel.standstill import check_may_write
from ..programme import causes
from ..programme.account import Considered, consider
from ..programme.discounts import SetAside
from ..programme.due import Due
from ..programme.effects import Way
from ..programme.errors import (
    AccountTrouble,
    NotStarted,
    PanelStandsStill,
    ResellerProgrammeError,
    SettingError,
    StoreError,
    UnsafePlan,
    told,
)
from ..programme.fingerprints import Prints, of_account
from ..programme.ids import AccountId, Scope
from ..programme.limits import check_clock
from ..programme.members import ENROLLED, Account, MemberNote
from ..programme.outcomes import DONE, FAILED, PARTLY, STOPPED
from ..programme.report import Planned, Report
from ..programme.setting_texts import check, settings_of
from ..programme.settings import SETTINGS, Settings
from ..programme.text import Text
from ..store import Store
from ..store.database import NO_ERROR
from ..store.going_live import TrialNight
from ..store.lock import only_one
from ..store.notes import REMEMBERED_FILTERS, SILENT
from ..store.prospects import Prospect
from .act import act, forget, give_back
from .context import Context, kept_facts
from .corrections import keep_corrections
from .drain import drain
from .estimate import estimate
from .figures import keep_figures
from .look import Looked, first_look, first_looks, look, look_again, made_sure, remember, with_uncredited
from .lookups import access_of, no_client
from .night import everybody, is_large, keep_rules, who_is_due
from .notifying import deliver
from .plans import keep_changed
from .prices import keep_prices
from .savings import keep_savings
from .scopes import tree_of

if TYPE_CHECKING:
    from ..mirror.carrying import Mirror

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]
PATIENCE = 60.0
"""Seconds that a command waits for another run; a worker is done with a payment long before."""

ASKED_TO_WRITE = frozenset({causes.APPLY, causes.PREVIEW})
"""Causes for which a person waits until something is written: refused before the programme is started."""

GLANCE = 0.1
"""Seconds after which the queue is looked at again while an account's long list is read."""

IN_TROUBLE = 20
"""Of those whom a night picks so many may be in trouble, whatever their share."""

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
    confirmed: Prints | None = None,
    withdraw: bool = False,
    patience: float = 0.0,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Bring the discounts of these accounts, or of all, to what `day` asks for; with `write` False only tell the plan.

    With `withdraw` all discounts of the programme are taken off, and what was set aside is put back, whatever anybody
    paid. `who` has asked for it; nobody for what runs by itself. While a run over all is under way, it also answers
    what comes into the queue (R6).
    With `confirmed` only that is written, and the limit is lifted for that alone: every account is looked at again, and
    before the first write its fingerprint is compared (see programme/fingerprints.py). What differs is in `changed`.
    What goes wrong with one account concerns that account: it is in `failed` and waits in the queue, and the others
    are served. Raises PanelStandsStill where it would write and may not, NotStarted where a person asks for writing
    before the programme is started (else all is decided and nothing written), ClockJumped, AnotherRunActive after
    `patience` seconds, SettingError, ImplausibleRead and PanelError where everything is in doubt, and, unless
    `allow_drop`, UnsafePlan after everything but the falls in question was written.
    """
    if write:
        check_may_write(root)
        if cause in ASKED_TO_WRITE:
            check_started(store)
    if cause in causes.BY_ITSELF:
        check_clock_of(store, day)
    with only_one(store.folder, cause, clock(), patience):
        run = store.runs.begin(cause, day, accounts is None, clock(), who) if write else None
        report = Report(day)
        try:
            if write:
                store.set_aside.reconcile(clock())
            with working_on(
                root, store, day, large=accounts is None, whole=accounts is None, withdraw=withdraw, writes=write
            ) as context:
                _Run(context, report, clock, cause, who, run, write, allow_drop or withdraw, progress, confirmed).over(
                    accounts
                )
        except Exception as error:
            if run is not None:
                outcome = STOPPED if isinstance(error, UnsafePlan) else FAILED
                store.runs.finish(run, outcome, report.accounts, report.written, clock(), told(error))
            raise
        if run is not None:
            outcome = PARTLY if report.failed or report.changed else DONE
            differs = report.plan_changed().text if report.changed else NO_ERROR
            store.runs.finish(run, outcome, report.accounts, report.written, clock(), differs)
        return report


def check_started(store: Store) -> None:
    """Raises NotStarted."""
    if store.going_live.started() is None:
        raise NotStarted


def check_clock_of(store: Store, today: date) -> None:
    """Whatever goes on without a person looks at the clock first. Raises ClockJumped."""
    good = store.runs.last_good()
    if good:
        check_clock(today, good.started_at.date())


def put_all_back(root: Path, store: Store, day: date, clock: Clock, patience: float = 0.0) -> Report:
    """Put back every discount that was set aside, and change nothing else (before uninstalling). Payments, tiers and
    settings that do not fit the panel have no say in it.

    Raises PanelStandsStill, AnotherRunActive, and PanelUnreachable and PanelTimeout; whatever goes wrong with one
    account is in `failed`.
    """
    check_may_write(root)
    report = Report(day)
    with (
        only_one(store.folder, "put-back", clock(), patience),
        working_on(root, store, day, withdraw=True) as context,
    ):
        store.set_aside.reconcile(clock())
        for account in sorted(store.set_aside.accounts()):
            report.accounts += 1
            try:
                report.written += _give_back_to(context, account, clock())
            except Exception as error:
                left_out(report, account, error)
    return report


def _give_back_to(context: Context, account: AccountId, now: datetime) -> int:
    """What was set aside for a client who is gone goes to nobody, whoever has the id now (R10)."""
    client = directory.client(context.panel, account)
    if client is None and not directory.client_is_gone(context.panel, account):
        client = Account(account, "")
    if client is None or client.is_another(context.store.clients.registered(account)):
        forget(context, account)
        return 0
    found, known = look(context, client)
    return give_back(context, account, consider(found, known, context.rules).belongings, now)


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
        aside = [change.other for change in found.changes if isinstance(change, SetAside)]
        others = [(other.name, other.value, tree_of(context.panel, other)) for other in aside]
        return Prospect(account, now, found.decision.turnover.amount, found.decision.tier, others)


def check_settings(
    root: Path, store: Store, changed: Mapping[str, str], now: datetime, patience: float = 0.0
) -> Sequence[Text]:
    """Raises SettingError when the settings with these changes can't be used with this panel; tells its warnings."""
    for name, text in changed.items():
        check(name, text)
    settings = settings_of({**store.settings.texts(), **changed})
    if changed.keys() & {"employee", "panel_url", "panel_certificate"}:
        check_certificate(settings.panel_certificate)
        _check_employee(root, settings)
    with (
        only_one(store.folder, "settings", now, patience),
        working_on(root, store, now.date(), settings=settings, writes=False) as context,
    ):
        context.prepare()
        return context.warnings


def _check_employee(root: Path, settings: Settings) -> None:
    """Whether the panel lets us act as the employee. Raises SettingError, PanelError."""
    login = settings.employee
    if not login:
        return
    with open_panel(root, access_of(settings)) as panel:
        if not directory.is_employee(panel, login):
            raise SettingError(
                Text(
                    "The panel has no employee “{login}”. Leave the setting {setting} empty for the first that works.",
                    "В панели нет сотрудника «{login}». Оставьте настройку {setting} пустой, чтобы программа взяла "
                    "первого подходящего.",
                )(login=login, setting=SETTINGS["employee"].called),
                "employee",
            )


@contextmanager
def working_on(
    root: Path,
    store: Store,
    day: date,
    *,
    large: bool = False,
    whole: bool = False,
    quick: bool = False,
    withdraw: bool = False,
    settings: Settings | None = None,
    writes: bool = True,
) -> Iterator[Context]:
    """A Context on the panel in `root`; the employee's list filters are left as they were found.

    `quick` takes what an earlier run of the day kept of the panel instead of asking again. Raises SettingError where
    the stored settings can't be read.
    """
    if settings is None:
        settings = store.settings.current()
        if not withdraw:
            settings.check()
    facts = kept_facts(store, settings, day) if quick else None
    way = access_of(settings)
    access = Access(way.url, way.certificate, facts.employee) if facts else way
    with (
        _noting_silence(store, writes),
        open_panel(root, access, large) as panel,
        kept_mirror(root, store, settings.mirror and writes) as mirror,
    ):
        if writes:
            panel.check_may_write = partial(_check_may_write, root, store, mirror, withdraw)
        _put_back_filters(panel, store)
        try:
            context = Context(panel, store, day, settings, withdraw, facts, writes, whole)
            if mirror:
                context.carry = mirror.before_write
                context.before_suspending = mirror.before_suspending
                context.before_what_is_done_once = mirror.before_what_is_done_once
            yield context
        finally:
            try:
                _put_back_filters(panel, store)
            except PanelError as error:
                log.warning("list filters are put back by the next run: %s", error)


@contextmanager
def _noting_silence(store: Store, writes: bool) -> Iterator[None]:
    """For `status`: whether the panel answered whoever asked it last. A look leaves the records as they are."""
    try:
        yield
    except (PanelUnreachable, PanelTimeout) as error:
        if writes:
            store.notes.write(SILENT, [error.text.en, error.text.ru])
        raise
    if writes:
        store.notes.forget(SILENT)


def _check_may_write(root: Path, store: Store, mirror: Mirror | None, withdraw: bool) -> None:
    check_may_write(root)
    if not withdraw:
        check_started(store)
    if mirror:
        mirror.before_write()


class _NotConfirmed(Exception):
    """Another look found something else than what was confirmed."""

    def __init__(self, considered: Considered) -> None:
        super().__init__()
        self.considered = considered


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
        number: int | None,
        write: bool,
        allow_drop: bool,
        progress: Progress,
        confirmed: Prints | None,
    ) -> None:
        self.context, self.report, self.clock, self.cause, self.who = context, report, clock, cause, who
        self.number, self.write, self.allow_drop, self.progress = number, write, allow_drop, progress
        self.confirmed = confirmed
        self.disturbed: set[AccountId] = set()
        self.picks = False
        self.ways: Counter[Way] = Counter()
        self.today = context.day == clock().date()
        self.waiting = context.store.queue.newest() if self.today else 0

    def over(self, accounts: Sequence[AccountId] | None) -> None:
        from ..store.staging import Staging

        context, report, store = self.context, self.report, self.context.store
        context.prepare()
        report.warnings, report.scope_names = context.warnings, context.scope_names
        whole = accounts is None
        with self._answering(whole):
            due = self._due() if accounts is None else [Due(account) for account in self._asked_for(accounts)]
            if whole and self.write:
                context.keep_users_if_told(self.clock())
        staging: Staging[Considered] = Staging(store.folder)
        gone = set(self.confirmed or ())
        try:
            for considered in self._consider_all(due, whole):
                gone.discard(considered.account.id)
                if considered.tier_way:
                    self.ways[considered.tier_way] += 1
                report.discounts += considered.discounts
                if not self._is_confirmed(considered):
                    report.changed.append(Planned.of(considered))
                    continue
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
        if whole and not self.write and not context.is_live:
            report.estimate = estimate(context, report.planned)
        if self.write and self.confirmed is not None:
            self._show_again(gone)
        if too_many:
            raise too_many
        if self.write and whole:
            keep_rules(context)
            if not context.is_live:
                self._keep_trial()
        if self.write and self.today:
            deliver(context, self.clock)
            while self._answer_queue(whole):  # a payment interrupts the telling; who answers it tells the rest
                pass
            if whole and not context.withdraw:
                with self._answering(whole):
                    keep_savings(context, report, self.clock())
                    keep_figures(context)
                    keep_prices(context, self.clock())
                    keep_corrections(store, context.day, lambda: self._answer_queue(whole))

    def _keep_trial(self) -> None:
        """What this night would have done, for whoever reads the trial."""
        due = self.context.store.due
        night = TrialNight(self.context.day, due.members(), due.with_tier(), self.ways)
        self.context.store.going_live.keep_night(night)

    def _due(self) -> list[Due]:
        """In a large programme a night picks; what a person asks for goes through all."""
        context = self.context
        self.picks = is_large(context)
        if not self.picks:
            return everybody(context)
        return who_is_due(context, self.clock(), asked_for=self.cause not in causes.BY_ITSELF)

    def _show_again(self, gone: Collection[AccountId]) -> None:
        """What was left out is in the plan as it is now; what an event did after it was looked at is done, and who is
        `gone`, or takes no part any more, needs nothing."""
        report, store = self.report, self.context.store
        report.changed = [each for each in report.changed if each.account.id not in self.disturbed]
        keep_changed(store, report.changed, report.scope_names)
        for account in gone:
            if account not in report.failed:
                store.planned.done(account)

    def _asked_for(self, accounts: Sequence[AccountId]) -> list[Account]:
        """Of those in a confirmed plan who is gone meanwhile needs nothing any more; else nobody is missing."""
        if self.confirmed is None:
            return [_client(self.context, account) for account in accounts]
        found = [directory.client(self.context.panel, account) for account in accounts]
        return [client for client in found if client]

    def _is_confirmed(self, considered: Considered) -> bool:
        """Whether what would be written is what was confirmed; where nothing was, the limit on drops is all."""
        if self.confirmed is None or not considered.changes:
            return True
        account = considered.account.id
        return self.confirmed.get(account) == of_account(account, considered.changes)

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

    def _consider_all(self, due: Sequence[Due], whole: bool) -> Iterator[Considered]:
        context = self.context
        for done, looked in enumerate(first_looks(context, due)):
            self.progress(done, len(due))
            self._answer_queue(whole)
            while whole and not (looked.considered or looked.found.done()):
                wait([looked.found], GLANCE)
                self._answer_queue(whole)
            try:
                with self._answering(whole):
                    considered = self._considered(looked)
            except Exception as error:
                self._leave_out(looked.account.id, error)
                self._keep_name(looked.account)
                self._stop_if_all_is_in_doubt(len(due))
                continue
            if considered:
                self.report.accounts += 1
                yield considered
        if self.write:
            self._queue_failed()
        self.progress(len(due), len(due))

    def _considered(self, looked: Looked) -> Considered | None:
        """None for a client who is gone."""
        context, account = self.context, looked.account
        try:
            if account.id in self.disturbed:
                return consider(*look(context, account), context.rules)
            if looked.considered:
                return looked.considered
            found, known = made_sure(context, looked.found.result(), looked.known)
            return consider(look_again(context, found, known), known, context.rules)
        except MissingObject:
            if not directory.client_is_gone(context.panel, account.id):
                raise
            if self.write:
                forget(context, account.id)
            return None

    def _leave_out(self, account: AccountId, error: Exception) -> None:
        left_out(self.report, account, error)

    def _keep_name(self, account: Account) -> None:
        """Who could not be decided is listed all the same."""
        self.report.names[account.id] = account.name
        if self.write and account.name:
            self.context.store.standings.know(account.id, account.name)

    def _stop_if_all_is_in_doubt(self, due: int) -> None:
        """More than half of all can't be the trouble of each: the panel's answers are in doubt. The few whom a night
        picks may well be in trouble. Raises the first."""
        failed = len(self.report.failed)
        if failed * 2 > due and failed > (IN_TROUBLE if self.picks else 0):
            raise next(iter(self.report.failed.values()))

    def _queue_failed(self) -> None:
        """What could not be decided waits with its reason."""
        for account, error in self.report.failed.items():
            self.context.store.queue.put_trouble(account, self.cause, error.what_happened, self.clock(), self.who)

    def _apply(self, considered: Considered) -> None:
        context, report, account = self.context, self.report, considered.account.id
        try:
            try:
                if account in self.disturbed:
                    considered = self._as_it_is_now(considered)
                report.written += act(context, considered, self.cause, self.clock(), self.who, self.number)
            except MissingObject:  # somebody deleted a discount since it was read: look again, once
                considered = self._as_it_is_now(considered)
                report.written += act(context, considered, self.cause, self.clock(), self.who, self.number)
            if self.waiting:
                context.store.queue.done(account, self.waiting)
        except _NotConfirmed as other:
            report.planned = [planned for planned in report.planned if planned.account.id != account]
            report.changed.append(Planned.of(other.considered))
        except Exception as error:
            self._leave_out(account, error)
            context.store.queue.put_trouble(
                account, self.cause, report.failed[account].what_happened, self.clock(), self.who
            )

    def _as_it_is_now(self, considered: Considered) -> Considered:
        """The account after another look. Raises _NotConfirmed."""
        again = consider(*look(self.context, considered.account), self.context.rules)
        if not self._is_confirmed(again):
            raise _NotConfirmed(again)
        return again

    def _answer_queue(self, whole: bool) -> bool:
        """Payments that come while a run over all is under way do not wait for its end (R6). They ask for today. Tells
        whether there was something to answer."""
        automatic = self.context.settings.automatic and not self.context.withdraw
        if not (whole and self.today and automatic and self.context.store.queue.next_due(self.clock())):
            return False
        self.disturbed |= drain(self.context, self.clock).touched
        return True

    def _answering(self, whole: bool) -> AbstractContextManager[None]:
        """The same between the pages and parts of what is read meanwhile."""
        return self.context.answering(lambda: self._answer_queue(whole))


def left_out(report: Report, account: AccountId, error: Exception) -> None:
    """What goes wrong with one account is that account's trouble; no answer at all is everybody's. Raises that."""
    if isinstance(error, (PanelUnreachable, PanelTimeout, PanelStandsStill, SettingError, StoreError)):
        raise error
    if isinstance(error, ResellerProgrammeError):
        log.error("account %s: %s", account, error)
    else:
        log.error("account %s", account, exc_info=error)
        error = AccountTrouble(error)
    report.failed[account] = error


def _client(context: Context, account: AccountId) -> Account:
    found = directory.client(context.panel, account)
    if found is None:
        raise no_client(account)
    return found


def _put_back_filters(panel: Panel, store: Store) -> None:
    remembered = store.notes.read(REMEMBERED_FILTERS)
    if remembered:
        filters.put_back(panel, remembered)
        store.notes.forget(REMEMBERED_FILTERS)
