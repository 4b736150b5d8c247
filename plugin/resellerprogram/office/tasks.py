"""What administrators start from pages and takes long: plans, runs, checks of the panel.

A page must not wait for thousands of panel calls. It writes a task down and starts a worker; tasks are done one by one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ..doctor.checks import doctor
from ..programme.errors import PlanChanged, ResellerProgrammeError, UnsafePlan, told
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.notices import Notice
from ..programme.outcomes import CHANGED, DONE, FAILED, STOPPED, Finding
from ..programme.report import Report
from ..programme.settings import FULL_LEVEL
from ..programme.text import Text, same
from ..programme.tiers import TierTable
from ..programme.whatif import values_of
from ..recalculation.lookups import name_services
from ..recalculation.plans import keep_plan
from ..recalculation.run import Clock, as_member, put_all_back, recalculate
from ..recalculation.undo import undo_run
from ..recalculation.whatif import play
from ..store import Store
from ..store.lock import as_tasks
from ..store.notes import DOCTOR, PREVIEW
from ..store.notes import WHAT_IF as PLAYED
from ..store.tasks import APPLY, EXAMINE, PLAN, PROSPECT, PUT_BACK, UNDO, WHAT_IF, WITHDRAW, Task
from ..words import letters
from ..words.going_live import at_the_start
from ..words.people import first_names
from . import Office

PATIENCE = 3600.0
"""Seconds that a task waits for another run."""
_TELLS_EVERY = 0.5

log = logging.getLogger(__name__)


def carry_out_all(root: Path, store: Store, clock: Clock) -> bool:
    """Every task that nobody has begun, in order; of two processes the second passes on. Whether there was one. What
    goes wrong is on record with its task, and in the log."""
    busy = False
    while store.tasks.next():
        with as_tasks(store.folder) as alone:
            if not alone:
                break
            for task in iter(store.tasks.next, None):
                _carry_out(root, store, clock, task)
                busy = True
    return busy


def _carry_out(root: Path, store: Store, clock: Clock, task: Task) -> None:
    store.tasks.begin(task.id, clock())
    try:
        outcome, message = DONE, _KINDS[task.kind](root, store, clock, task)
    except UnsafePlan as error:
        outcome, message = STOPPED, error.text
    except PlanChanged as error:
        outcome, message = CHANGED, error.text
    except ResellerProgrammeError as error:
        log.error("%s: %s", task.kind, error)
        outcome, message = FAILED, error.what_happened
    except Exception as error:
        log.exception("%s failed", task.kind)
        outcome, message = FAILED, told(error)
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
    keep_plan(store, report)
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
            "at_the_start": asdict(at_the_start(report, store.settings.current().currency)),
            "failed": [[account, *_reason(error)] for account, error in report.failed.items()],
            "names": {str(account): report.names.get(account, "") for account in report.failed},
            "notices": [_noticed(account, notice) for account, notice in report.notices],
        },
    )
    return Text("clients: {all}, discounts change for {some}", "клиентов: {all}, изменятся скидки у {some}")(
        all=report.accounts, some=len(report.planned)
    )


def _apply(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    """A limit is lifted for a plan that was confirmed, and for nothing else. The same starts the programme."""
    if task.arguments.get("start"):
        Office(root, store, task.author, clock, FULL_LEVEL).going_live.start()
    accounts, confirmed = task.arguments.get("accounts"), task.arguments.get("confirmed")
    report = recalculate(
        root,
        store,
        clock().date(),
        clock,
        task.arguments.get("cause", APPLY),
        accounts=None if accounts is None else [AccountId(account) for account in accounts],
        who=task.author.name,
        allow_drop=confirmed is not None and bool(task.arguments.get("allow_drop")),
        confirmed=None if confirmed is None else {AccountId(int(each)): confirmed[each] for each in confirmed},
        patience=PATIENCE,
        progress=_progress(store, task),
    )
    if report.changed:
        raise report.plan_changed()
    return _told(report)


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


def _undo(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    done = undo_run(
        root,
        store,
        task.arguments["run"],
        clock,
        who=task.author.name,
        patience=PATIENCE,
        progress=_progress(store, task),
    )
    told = _told(done.report)
    if not done.left:
        return told
    return Text("{told}; left as they are: {left}", "{told}; оставлено как есть: {left}")(
        told=told, left=first_names([each.id for each in done.left], {each.id: each.name for each in done.left})
    )


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
    name_services(root, store, [tree for *_, tree in found.others])
    store.prospects.keep(found)
    return same(found.tier.name if found.tier else "-")


def _what_if(root: Path, store: Store, clock: Clock, task: Task) -> Text:
    """The table is in the task as CSV; what it comes to is kept until another one is played."""
    table, months = TierTable.from_csv(task.arguments["csv"]), int(task.arguments["months"])
    found = play(store, table, months, _progress(store, task))
    store.notes.write(PLAYED, {"at": clock().isoformat(), "months": months, "found": values_of(found)})
    return Text("clients: {all}, other discounts for: {some}", "клиентов: {all}, с другими скидками: {some}")(
        all=found.clients, some=found.differing
    )


def _reason(error: ResellerProgrammeError) -> tuple[str, str]:
    """What went wrong, without the call: the log has that."""
    said = error.what_happened
    return said.en, said.ru


_KINDS: dict[str, Callable[[Path, Store, Clock, Task], Text]] = {
    PLAN: _plan,
    APPLY: _apply,
    EXAMINE: _doctor,
    WITHDRAW: _withdraw,
    PUT_BACK: _put_back,
    UNDO: _undo,
    PROSPECT: _prospect,
    WHAT_IF: _what_if,
}


def _told(report: Report) -> Text:
    if report.failed:
        account, error = next(iter(report.failed.items()))
        return Text(
            "discounts changed: {written}; wait in the queue: {failed}, the first client {account}: {error}",
            "изменено скидок: {written}; ждут в очереди: {failed}, первым клиент {account}: {error}",
        )(written=report.written, failed=len(report.failed), account=account, error=error.what_happened)
    return Text("clients: {all}, discounts changed: {written}", "клиентов: {all}, изменено скидок: {written}")(
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


def _noticed(account: Account, notice: Notice) -> dict[str, object]:
    """What a client would be told."""
    subject = letters.subject(notice)
    return {"account": account.id, "name": account.name, "kind": notice.kind.value, "subject": [subject.en, subject.ru]}
