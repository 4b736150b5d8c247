"""The sweep, every few minutes by cron: what events lost is found, what waits is done, a missed night is caught up."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from ..panel import discounts
from ..panel.errors import MissingObject, PanelTimeout, PanelUnreachable, UnreadableRow
from ..panel.payments import Sketches
from ..panel.standstill import stands_still
from ..programme import causes
from ..programme.errors import ResellerProgrammeError, SettingError, StoreError
from ..programme.ids import AccountId, PaymentId
from ..programme.ownership import FoundDiscount
from ..programme.payments import PaymentSketch
from ..store import Store
from ..store.ledger import Sighting
from ..store.lock import only_one
from ..store.notes import SWEPT, SWEPT_ACCOUNT, UNREADABLE
from .context import Context
from .drain import Drained, drain
from .notifying import deliver
from .run import PATIENCE, Clock, check_clock_of, recalculate, working_on

CAUSE = causes.SWEEP
SMALL = 4000
"""So many payments in the window fit into one answer of the panel, and all of them are looked at every time."""
BETWEEN_FULL = timedelta(hours=1)
"""Where there are more, all of them are looked at that often, and the last two days every time."""
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

    Raises ClockJumped, AnotherRunActive, SettingError, PanelError; what was found stays in the queue. A list that can't
    be read keeps nothing else back.
    """
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
        _queue_unfinished(store, clock())
        payments = steps.take(lambda: _look_at_payments(context, clock()))
        accounts = steps.take(lambda: _look_at_discounts(context, clock()))
        steps.take(lambda: context.keep_all_users(clock()))
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


# --- payments ---


def _look_at_payments(context: Context, now: datetime) -> int:
    """Put into the queue whose payments differ from those that the last decisions rest on; tells how many differ."""
    store = context.store
    good = store.runs.last_good()
    if good is None:
        return 0  # nobody was ever recalculated: everything would look new
    window, swept = context.window, store.notes.read(SWEPT) or {}
    first, full = window.first, True
    if store.ledger.count(first) > SMALL and swept and now - datetime.fromisoformat(swept["full"]) < BETWEEN_FULL:
        first, full = max(window.first, date.fromisoformat(swept["day"]) - timedelta(days=1)), False
    listed = context.reader.of_everybody(first, window.last)
    changed = _look_at_unreadable(store, listed.unreadable, now, full)
    known = store.ledger.newest(first, window.last)
    for sketch, before in _changed(listed, known):
        account = before.account if before else store.ledger.account_of(sketch.id)
        baseline = account is None and not swept and sketch.credited_on and sketch.credited_on < good.day
        if not baseline:
            store.queue.put_payment(sketch.id, CAUSE, now)
            changed += 1
        store.ledger.notice(sketch, account, now)
    for gone in _gone(listed, known):
        if gone.account is not None:
            store.queue.put(gone.account, CAUSE, now)
        store.ledger.notice_gone(gone.sketch.id, now)
        changed += 1
    store.ledger.forget_noticed_before(window.first)
    store.notes.write(SWEPT, {"day": context.day.isoformat(), "full": now.isoformat() if full else swept["full"]})
    return changed


def _changed(listed: Sketches, known: Mapping[PaymentId, Sighting]) -> Iterator[tuple[PaymentSketch, Sighting | None]]:
    """Payments that are new or look different."""
    for sketch in listed.readable:
        before = known.get(sketch.id)
        if sketch.credited_on and not (before and before.says(sketch)):
            yield sketch, before


def _gone(listed: Sketches, known: Mapping[PaymentId, Sighting]) -> list[Sighting]:
    """Payments that are not listed any more; a row that can't be read is one that is there."""
    there = {sketch.id for sketch in listed.readable} | {row.payment for row in listed.unreadable}
    return [sighting for number, sighting in known.items() if number not in there]


def _queue_unfinished(store: Store, now: datetime) -> None:
    """Accounts whose decision was made by somebody who did not live to write all of it."""
    for account in store.decisions.unfinished():
        store.queue.put_once(account, CAUSE, now)
        store.decisions.finish(account)


def _look_at_unreadable(store: Store, rows: list[UnreadableRow], now: datetime, full: bool) -> int:
    """Payments whose rows can't be read: their accounts are asked once for each look of a row, and say what the
    trouble is."""
    kept = store.notes.read(UNREADABLE) or {}
    found = {row.payment: hashlib.sha256(row.shown.encode()).hexdigest() for row in rows if row.payment is not None}
    for row in rows:
        log.warning("%s", row)
    fresh = [payment for payment, mark in found.items() if kept.get(str(payment)) != mark]
    for payment in fresh:
        account = store.ledger.account_of(payment)
        if account is None:
            store.queue.put_payment(payment, CAUSE, now)
        else:
            store.queue.put_once(account, CAUSE, now)
    left = {str(payment): mark for payment, mark in found.items()}
    store.notes.write(UNREADABLE, left if full else {**kept, **left})
    return len(fresh)


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
