"""Undoing a run: each account looked at, and what the run wrote and is there still is taken back (see
programme/undoing.py). It is cut short like any run, and finished by asking for it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path

from ..panel import directory
from ..panel.standstill import check_may_write
from ..programme import causes
from ..programme.account import consider
from ..programme.changes import PlainChange
from ..programme.effects import Way, way_together
from ..programme.errors import BadInput, told
from ..programme.fingerprints import Prints, of_account
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.outcomes import DONE, FAILED, PARTLY
from ..programme.report import Planned, Report
from ..programme.text import Text
from ..programme.undoing import ChangedSince, net, still_to_undo, undo
from ..programme.values import dataclass
from ..store import Store
from ..store.lock import only_one
from ..store.runs import Run
from ..words.undoing import changed_since
from .act import act
from .context import Context
from .look import look
from .run import Clock, check_started, left_out, working_on

IT_WROTE_NOTHING = Text("recalculation {number} changed no discount", "пересчёт {number} не менял скидок")
_ANSWERED = Text(
    "recalculation {number} answered payments and changes; those can't be undone",
    "пересчёт {number} отвечал на платежи и изменения; такие не отменяются",
)
_NO_RUN = Text(
    "there is no recalculation {number}; see `resellerprogram undo` for those that can be undone",
    "нет пересчёта {number}; какие можно отменить, покажет `resellerprogram undo`",
)
GONE = Text("the client is gone", "клиента больше нет")
NOT_CONFIRMED = Text("the changes are not those that were shown", "изменения уже не те, что были показаны")


@dataclass
class Undone:
    """What undoing a run changes, or changed, and whom it leaves as they are, each with why."""

    report: Report
    left: dict[Account, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Undoable:
    """What is to be undone as far as the records tell: the changes of each account in plain, and how many accounts
    have changed since."""

    changes: Mapping[AccountId, tuple[PlainChange, ...]]
    left: frozenset[AccountId]

    @property
    def mark(self) -> str:
        """What a form has told of: so many accounts and discounts."""
        return f"{len(self.changes)}-{sum(map(len, self.changes.values()))}"


def writes_of(store: Store, number: int) -> tuple[Run, Mapping[AccountId, list[PlainChange]]]:
    """A run and what it wrote, by account. Raises BadInput for one that is not kept, that answered
    payments, or that changed nothing."""
    run = store.runs.of(number)
    if run is None:
        raise BadInput(_NO_RUN(number=number))
    if run.cause == causes.WORKER:
        raise BadInput(_ANSWERED(number=number))
    written = store.decisions.written_by(number, run.started_at)
    if not written:
        raise BadInput(IT_WROTE_NOTHING(number=number))
    return run, written


def undoable(store: Store, number: int) -> Undoable:
    """By our records of our own discounts; the panel is not asked. Raises BadInput."""
    _, written = writes_of(store, number)
    changes: dict[AccountId, tuple[PlainChange, ...]] = {}
    left = set()
    for account, writes in written.items():
        percents = {each.scope: each.percent for each in store.owned.of(account).values() if each.percent is not None}
        done = net(writes)
        try:
            to_come = (*still_to_undo(done, percents), *done.set_aside, *done.put_back)
        except ChangedSince:
            left.add(account)
        else:
            if to_come:
                changes[account] = to_come
    return Undoable(changes, frozenset(left))


def undo_run(
    root: Path,
    store: Store,
    number: int,
    clock: Clock,
    *,
    who: str = "",
    write: bool = True,
    confirmed: Prints | None = None,
    patience: float = 0.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Undone:
    """Take back what run `number` wrote, account by account; with `write` False only tell what that would be, and with
    `confirmed` only what was told then. It is a run of its own, and can be undone. Whoever asks for it stops what goes
    by itself first: else the next payment writes it again.

    Raises BadInput, PanelStandsStill, NotStarted, AnotherRunActive after `patience` seconds, SettingError, PanelError.
    """
    if write:
        check_may_write(root)
        check_started(store)
    _, written = writes_of(store, number)
    now = clock()
    with (
        only_one(store.folder, causes.UNDO, now, patience),
        working_on(root, store, now.date(), writes=write) as context,
    ):
        this = store.runs.begin(causes.UNDO, now.date(), False, now, who) if write else None
        undone = Undone(Report(now.date()))
        try:
            if write:
                store.set_aside.reconcile(now)
            context.prepare()
            undone.report.scope_names = context.scope_names
            for done, account in enumerate(written):
                progress(done, len(written))
                _undo_one(context, undone, account, written[account], clock, who, this, confirmed)
            progress(len(written), len(written))
        except Exception as error:
            if this is not None:
                store.runs.finish(this, FAILED, undone.report.accounts, undone.report.written, clock(), told(error))
            raise
        if this is not None:
            outcome = PARTLY if undone.report.failed else DONE
            store.runs.finish(this, outcome, undone.report.accounts, undone.report.written, clock())
        return undone


def _undo_one(
    context: Context,
    undone: Undone,
    account: AccountId,
    writes: list[PlainChange],
    clock: Clock,
    who: str,
    this: int | None,
    confirmed: Prints | None,
) -> None:
    report = undone.report
    report.accounts += 1
    try:
        client = directory.client(context.panel, account)
        if client is None or client.is_another(context.store.clients.registered(account)):
            undone.left[client or Account(account, "")] = GONE
            return
        found, known = look(context, client)
        considered = consider(found, known, context.rules)
        belongings = considered.belongings
        report.discounts += considered.discounts
        changes = undo(account, net(writes), belongings.ours, belongings.others, belongings.resting)
        if not changes:
            return
        if confirmed is not None and confirmed.get(account) != of_account(account, changes):
            undone.left[client] = NOT_CONFIRMED
            return
        taken_back = replace(considered, changes=changes, unforetold=0, notices=())
        goes = way_together(change.way for change in changes) or Way.OTHER
        report.planned.append(replace(Planned.of(taken_back), goes=goes))
        if this is not None:
            report.written += act(context, taken_back, causes.UNDO, clock(), who, this)
    except ChangedSince as since:
        classes = context.store.classes
        titles = {each.name: each.title for each in classes.all()}
        undone.left[client or Account(account, "")] = changed_since(since.change, classes.of_types(), titles)
    except Exception as error:
        left_out(report, account, error)
