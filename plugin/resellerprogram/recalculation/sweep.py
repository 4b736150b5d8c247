"""The sweep, every few minutes by cron: what events lost is found, what waits is done, a missed night is caught up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from ..mirror.keeping import keep
from ..panel import discounts
from ..panel.errors import MissingObject, PanelTimeout, PanelUnreachable
from ..panel.standstill import stands_still
from ..programme import causes
from ..programme.errors import ResellerProgrammeError, SettingError, StoreError
from ..programme.ids import AccountId
from ..programme.ownership import FoundDiscount
from ..programme.values import dataclass
from ..store import Store
from ..store.lock import only_one
from ..store.notes import SWEPT_ACCOUNT
from .context import Context
from .drain import Drained, drain
from .noticing import days_of_sweep, look_at_payments, queue_unfinished
from .notifying import deliver
from .run import PATIENCE, Clock, check_clock_of, recalculate, working_on

CAUSE = causes.SWEEP
LISTS_PER_SWEEP = 200
"""Accounts whose discounts are looked at in one sweep, in turns."""
NIGHT_IS_OVER = timedelta(minutes=30)
TRIES_AGAIN = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swept:
    """What a sweep found: payments and accounts that were put into the queue, and what came of it."""

    payments: int = 0
    accounts: int = 0
    recalculated: int = 0
    written: int = 0
    caught_up: bool = False


def sweep(root: Path, store: Store, clock: Clock) -> Swept:
    """Find what changed in the panel since it was last looked at, answer the queue, catch up a missed night. The queue
    is answered all the time: no payment waits for lists.

    Raises ClockJumped, AnotherRunActive, NotTheHolder, SettingError, PanelError; what was found stays in the queue.
    A list that can't be read keeps nothing else back.
    """
    keep(root, store)
    if not store.settings.current().automatic or stands_still(root):
        return Swept()
    check_clock_of(store, clock().date())
    with (
        only_one(store.folder, CAUSE, clock(), PATIENCE),
        working_on(root, store, clock().date(), large=True, quick=True) as context,
    ):
        store.set_aside.reconcile(clock())
        context.prepare()
        done = Drained()
        steps = _Steps(context, lambda: done.add(drain(context, clock)))
        queue_unfinished(store, clock())
        payments = steps.take(lambda: look_at_payments(context, days_of_sweep(context, clock()), clock()))
        accounts = steps.take(lambda: _look_at_discounts(context, clock()))
        steps.take(lambda: context.keep_users(clock()))
        done.add(drain(context, clock))
        deliver(context, clock)
    caught_up = _missed_night(store, clock())
    if caught_up:
        try:
            recalculate(root, store, clock().date(), clock, causes.CAUGHT_UP, patience=PATIENCE)
        except ResellerProgrammeError as error:  # it is on record as a run, and is tried again
            log.error("%s", error)
    if steps.failed:
        raise steps.failed[0]
    return Swept(payments or 0, accounts or 0, len(done.touched), done.written, caught_up)


Found = TypeVar("Found")


class _Steps:
    """Each step of a sweep stands for itself: what can't be read is in `failed`, and the next is taken, unless the
    panel is lost. While a step reads its lists, `answer` is called between their parts."""

    def __init__(self, context: Context, answer: Callable[[], object]) -> None:
        self._context, self._answer = context, answer
        self.failed: list[Exception] = []

    def take(self, step: Callable[[], Found]) -> Found | None:
        try:
            with self._context.answering(self._answer):
                return step()
        except (PanelUnreachable, PanelTimeout, SettingError, StoreError):
            raise
        except Exception as error:
            log.error("%s", error)
            self.failed.append(error)
            return None


# --- discounts ---


def _look_at_discounts(context: Context, now: datetime) -> int:
    """Put accounts into the queue whose discounts are not as we left them; tells how many."""
    store, turn = context.store, _in_turn(context.store)
    found, unreadable = 0, 0
    for account in turn:
        try:
            differs = _differs(context, account, discounts.listed(context.panel, account))
        except MissingObject:
            continue  # a client who is gone is the nightly run's business
        except (PanelUnreachable, PanelTimeout):
            raise
        except Exception as error:  # that account's own trouble: it is tried by itself, and says so
            log.warning("account %s: %s", account, error)
            unreadable += 1
            if unreadable * 2 > len(turn):
                raise
            store.queue.put_once(account, CAUSE, now)
            continue
        if differs:
            store.queue.put_once(account, CAUSE, now)
            found += 1
    return found


def _differs(context: Context, account: AccountId, rows: list[FoundDiscount]) -> bool:
    owned = context.store.owned.of(account)
    ours = {row.id: row for row in rows if row.id in owned}
    touched = any(
        row.percent is not None and (row.percent, row.shown) != (owned[number].percent, owned[number].shown)
        for number, row in ours.items()
    )
    strangers = [row for row in rows if row.id not in owned and (row.last_day is None or row.last_day >= context.day)]
    unwelcome = context.settings.exclusive.others_set_aside and bool(strangers)
    return touched or unwelcome or len(ours) < len(owned)


def _in_turn(store: Store) -> list[AccountId]:
    """The next accounts with discounts of ours, after those of the last sweep."""
    accounts = sorted(store.owned.accounts())
    swept = store.notes.read(SWEPT_ACCOUNT) or 0
    ahead = [account for account in accounts if account > swept]
    turn = (ahead + [account for account in accounts if account <= swept])[:LISTS_PER_SWEEP]
    if turn:
        store.notes.write(SWEPT_ACCOUNT, turn[-1])
    return turn


# --- the rest ---


def _missed_night(store: Store, now: datetime) -> bool:
    """Whether no run over all has succeeded today although the night is over; a failed one is tried again hourly."""
    good, last = store.runs.last_good(), store.runs.last_whole()
    if good is None or last is None or good.day >= now.date():
        return False
    midnight = datetime(now.year, now.month, now.day)
    return now - midnight > NIGHT_IS_OVER and now - last.started_at > TRIES_AGAIN
