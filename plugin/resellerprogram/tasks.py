"""The process that carries out what administrators start from pages: plans, runs, checks of the panel.

A page must not wait for thousands of panel calls. It writes a task down and starts this; tasks are done one by one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from .doctor import doctor
from .logfile import log_to
from .panel.assumptions import Finding
from .programme.discounts import Change, PutBack, SetAside
from .programme.errors import ResellerProgrammeError, UnsafePlan
from .programme.ids import AccountId
from .programme.members import Account
from .programme.notices import Notice
from .programme.text import Text, same
from .programme.tiers import plain
from .recalculation.letters import letter
from .recalculation.report import Planned, Report
from .recalculation.run import Clock, as_member, put_all_back, recalculate
from .store import Store
from .store.lock import as_tasks
from .store.notes import DOCTOR, PREVIEW
from .store.planned import PlannedAccount
from .store.tasks import APPLY, DONE, EXAMINE, FAILED, PLAN, PROSPECT, PUT_BACK, STOPPED, WITHDRAW, Task

PATIENCE = 3600.0
"""Seconds that a task waits for another run."""
_TELLS_EVERY = 0.5

log = logging.getLogger(__name__)


def main(root: Path) -> None:
    """Do what waits in the panel in `root`. What goes wrong is on record with its task, and in the log."""
    log_to(root)
    with Store(root, datetime.now()) as store:
        carry_out_all(root, store, datetime.now)


def carry_out_all(root: Path, store: Store, clock: Clock) -> None:
    """Every task that nobody has begun, in order; of two processes the second ends at once."""
    while store.tasks.next():
        with as_tasks(store.folder) as alone:
            if not alone:
                return
            for task in iter(store.tasks.next, None):
                _carry_out(root, store, clock, task)


def _carry_out(root: Path, store: Store, clock: Clock, task: Task) -> None:
    store.tasks.begin(task.id, clock())
    try:
        outcome, message = DONE, _KINDS[task.kind](root, store, clock, task)
    except UnsafePlan as error:
        outcome, message = STOPPED, error.text
    except ResellerProgrammeError as error:
        log.error("%s: %s", task.kind, error)
        outcome, message = FAILED, error.text
    except Exception as error:
        log.exception("%s failed", task.kind)
        outcome, message = (
            FAILED,
            Text("unexpected: {error}; see the log", "непредвиденное: {error}; см. журнал")(error=error),
        )
    store.tasks.end(task.id, outcome, message, clock())


def _plan(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    day = clock().date()
    report = recalculate(
        root,
        store,
        day,
        clock,
        PLAN,
        write=False,
        allow_drop=True,
        patience=PATIENCE,
        progress=_progress(store, task),
    )
    store.planned.replace(_planned(each, report) for each in report.planned)
    total = max(report.discounts, store.owned.count())
    store.notes.write(
        PREVIEW,
        {
            "at": clock().isoformat(),
            "accounts": report.accounts,
            "discounts": total,
            "drops": report.drops,
            "limit": store.settings.current().drop_limit.allows(total),
            "warnings": [[each.en, each.ru] for each in report.warnings],
            "left": len(report.left),
            "notices": [_noticed(account, notice, store) for account, notice in report.notices],
        },
    )
    return Text("accounts looked at: {all}, to change: {some}", "просмотрено клиентов: {all}, к изменению: {some}")(
        all=report.accounts, some=len(report.planned)
    )


def _apply(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    accounts = task.arguments.get("accounts")
    return _told(
        recalculate(
            root,
            store,
            clock().date(),
            clock,
            task.arguments.get("cause", APPLY),
            accounts=None if accounts is None else [AccountId(account) for account in accounts],
            who=task.author.name,
            allow_drop=bool(task.arguments.get("allow_drop")),
            patience=PATIENCE,
            progress=_progress(store, task),
        )
    )


def _withdraw(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    return _told(
        recalculate(
            root,
            store,
            clock().date(),
            clock,
            WITHDRAW,
            who=task.author.name,
            withdraw=True,
            patience=PATIENCE,
            progress=_progress(store, task),
        )
    )


def _put_back(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    return _told(put_all_back(root, store, clock().date(), clock, PATIENCE))


def _doctor(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    try_on = task.arguments.get("try_on")
    checks = list(doctor(root, store, clock().date(), clock(), None if try_on is None else AccountId(try_on)))
    store.notes.write(
        DOCTOR,
        {
            "at": clock().isoformat(),
            "checks": [
                {
                    "name": each.name,
                    "about": [each.about.en, each.about.ru],
                    "finding": each.finding.value,
                    "matters": each.matters,
                    "detail": [each.detail.en, each.detail.ru],
                }
                for each in checks
            ],
        },
    )
    differing = sum(each.finding is Finding.DIFFERS for each in checks)
    return Text("checks: {all}, different: {some}", "проверок: {all}, расхождений: {some}")(
        all=len(checks), some=differing
    )


def _prospect(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    account = AccountId(task.arguments["account"])
    found = as_member(root, store, clock().date(), clock(), account, PATIENCE)
    store.prospects.keep(found)
    return same(found.tier.name if found.tier else "-")


_KINDS: dict[str, Callable[[Path, Store, Clock, Task], Text]] = {
    PLAN: _plan,
    APPLY: _apply,
    EXAMINE: _doctor,
    WITHDRAW: _withdraw,
    PUT_BACK: _put_back,
    PROSPECT: _prospect,
}


def _told(report: Report) -> Text:
    if report.failed:
        account, error = next(iter(report.failed.items()))
        return Text(
            "written: {written}; wait in the queue: {failed}, the first account {account}: {error}",
            "записано: {written}; ждут в очереди: {failed}, первым клиент {account}: {error}",
        )(written=report.written, failed=len(report.failed), account=account, error=error.text)
    return Text("accounts: {all}, written: {written}", "клиентов: {all}, записано: {written}")(
        all=report.accounts, written=report.written
    )


def _progress(store: Store, task: Task) -> Callable[[int, int], None]:
    """Tells the page now and then how far it has come."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told > _TELLS_EVERY:
            told = time.monotonic()
            store.tasks.progress(task.id, done, total)

    return tell


def _planned(planned: Planned, report: Report) -> PlannedAccount:
    return PlannedAccount(
        planned.account.id,
        planned.account.name,
        planned.turnover,
        planned.tier_before,
        planned.tier,
        _kind(planned),
        sum(change.drops for change in planned.changes),
        tuple(_values(change, report) for change in planned.changes),
        planned.unforetold,
    )


def _noticed(account: Account, notice: Notice, store: Store) -> dict[str, object]:
    """What a client would be told."""
    titles = {each.name: each.title for each in store.classes.all()}
    subject = letter(notice, store.settings.current().currency, titles).subject
    return {"account": account.id, "name": account.name, "kind": notice.kind.value, "subject": [subject.en, subject.ru]}


def _kind(planned: Planned) -> str:
    """What the run does to the client: starts, rises, falls or ends the discounts, or touches others only."""
    own = [change for change in planned.changes if not isinstance(change, (SetAside, PutBack))]
    if not own:
        return "other"
    if any(change.drops for change in own):
        return "falls" if planned.tier else "ends"
    return "starts" if planned.tier_before is None and all(change.had is None for change in own) else "rises"


def _values(change: Change, report: Report) -> dict[str, object]:
    if isinstance(change, (SetAside, PutBack)):
        return {"name": change.other.name, "value": change.other.value, "because": change.because.value}
    return {
        "name": report.scope_names.get(change.scope, change.scope),
        "before": None if change.had is None else plain(change.had),
        "after": None if change.will_have is None else plain(change.will_have),
        "because": change.because.value,
    }
