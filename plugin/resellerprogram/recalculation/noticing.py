"""What lists of all clients' payments show that differs from what we saw of them: who must be looked at for it.

Such a list tells who is due, and nothing more: whoever differs is read before anything is decided. A list that lacks
half of what there was is not believed.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta

from ..panel.errors import UnreadableRow
from ..panel.payments import Sketches
from ..programme import causes
from ..programme.due import FITS, ONE_DAY, Stretch, as_many_as, days_in_turn, stretches
from ..programme.errors import ImplausibleRead
from ..programme.figures import day
from ..programme.ids import AccountId, PaymentId
from ..programme.payments import PaymentSketch
from ..programme.text import Text
from ..programme.values import dataclass
from ..store import Store
from ..store.ledger import Sighting
from ..store.notes import SWEPT, UNREADABLE
from .context import Context

CAUSE = causes.SWEEP
TURN = timedelta(hours=1)
"""Where the window's payments don't fit into one answer, sweeps look at the newest days, and so often at the next of
the others."""
ROWS_OF_SWEEP, DAYS_OF_SWEEP, DAYS_OF_NIGHT = 20_000, 2, 5
"""So much of the others at a time: a night needs a week for a window, sweeps some hours, or a day where it is long."""
BEYOND_DOUBT = 20
"""So many payments may be missing in a list, whatever their share."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Days:
    """The days whose payments are looked at; `whole`: all of the window. `turn` is the last of those in turn."""

    days: Collection[date]
    whole: bool = False
    turn: date | None = None


def days_of_sweep(context: Context, now: datetime) -> Days:
    """All days while their payments fit into one answer. Else those since the last sweep, and the one before; every
    hour some of the others, too."""
    seen = _Seen.of(context.store)
    newest = context.day if seen is None else min(seen.day, context.day)
    rests = seen is not None and now - seen.at < TURN
    return _days(context, newest - ONE_DAY if seen else None, seen, 0 if rests else ROWS_OF_SWEEP, DAYS_OF_SWEEP, rests)


def days_of_night(context: Context) -> Days:
    """The same since the last good night: days that a night did not see are looked at by the next one."""
    good = context.store.runs.last_good()
    return _days(context, good.day - ONE_DAY if good else None, _Seen.of(context.store), 0, DAYS_OF_NIGHT)


def all_days(context: Context) -> Days:
    """The whole window."""
    return Days(_every(context.window.first, context.window.last), whole=True)


@dataclass
class Differing:
    """What a list of payments shows otherwise than we saw it: payments as they are shown with what was known of them,
    those that it lacks, and rows that can't be read. `owners` are clients with several new ones, by name."""

    changed: list[tuple[PaymentSketch, Sighting | None]] = field(default_factory=list)
    gone: list[Sighting] = field(default_factory=list)
    unreadable: list[UnreadableRow] = field(default_factory=list)
    owners: Mapping[str, AccountId] = field(default_factory=dict)

    def account_of(self, store: Store, sketch: PaymentSketch, before: Sighting | None) -> AccountId | None:
        """Whose a payment is as far as we know; not, where it is the one new payment of somebody: one question tells
        that, and may be all."""
        return before.account if before else store.ledger.account_of(sketch.id) or self.owners.get(sketch.owner)


def differing(context: Context, looked_at: Days) -> Iterator[Differing]:
    """What differs from the ledger, stretch by stretch. Nothing is written.

    Raises PanelError, and ImplausibleRead for a list that lacks more than half of what there was."""
    store = context.store
    for stretch in stretches(looked_at.days, store.ledger.per_day(context.window.first, context.window.last)):
        listed = context.reader.of_everybody(stretch.first, stretch.last, stretch.many)
        known = store.ledger.newest(stretch.first, stretch.last)
        found = Differing(list(_changed(listed, known)), _gone(listed, known), listed.unreadable)
        _check_plausible(stretch, found.gone, known)
        names = Counter(sketch.owner for sketch, before in found.changed if before is None)
        found.owners = store.due.by_name(name for name, count in names.items() if name and count > 1)
        yield found


def look_at_payments(context: Context, looked_at: Days, now: datetime) -> int:
    """Put into the queue whose payments differ from those that the last decisions rest on; tells how many differ.
    Raises as `differing` does."""
    store = context.store
    good = store.runs.last_good()
    if good is None:
        return 0  # nobody was ever recalculated: everything would look new
    changed, unreadable = 0, []
    for found in differing(context, looked_at):
        changed += _queue(store, found, good.day, now)
        unreadable += found.unreadable
    changed += _look_at_unreadable(store, unreadable, now, looked_at.whole)
    store.ledger.forget_noticed_before(context.window.first)
    has_seen(store, context.day, looked_at, now)
    return changed


def has_seen(store: Store, day: date, looked_at: Days, now: datetime) -> None:
    """These days were looked at; the others in turn come after them."""
    _Seen.keep(store, day, looked_at, now)


def queue_unfinished(store: Store, now: datetime) -> None:
    """Accounts whose decision was made by somebody who did not live to write all of it."""
    for account in store.decisions.unfinished():
        store.queue.put_once(account, CAUSE, now)
        store.decisions.finish(account)


@dataclass(frozen=True)
class _Seen:
    """Up to which day payments were looked at, when the last ones in turn were, and which was the last of these."""

    day: date
    at: datetime
    turn: date | None

    @classmethod
    def of(cls, store: Store) -> _Seen | None:
        kept = store.notes.read(SWEPT)
        if not kept:
            return None
        turn = kept.get("turn")
        return cls(
            date.fromisoformat(kept["day"]),
            datetime.fromisoformat(kept["full"]),
            date.fromisoformat(turn) if turn else None,
        )

    @staticmethod
    def keep(store: Store, day: date, looked_at: Days, now: datetime) -> None:
        before = store.notes.read(SWEPT) or {}
        turned = looked_at.whole or looked_at.turn is not None
        store.notes.write(
            SWEPT,
            {
                "day": day.isoformat(),
                "full": now.isoformat() if turned else before.get("full", now.isoformat()),
                "turn": looked_at.turn.isoformat() if looked_at.turn else before.get("turn"),
            },
        )


def _days(context: Context, since: date | None, seen: _Seen | None, rows: int, least: int, rests: bool = False) -> Days:
    """From the day `since`, and of the days before it those in turn, unless it `rests`; all of the window where nothing
    was looked at yet, or where it is small."""
    window = context.window
    first = window.first if since is None else max(window.first, since)
    if first == window.first or context.store.ledger.count(window.first) <= FITS:
        return Days(_every(window.first, window.last), whole=True)
    known = context.store.ledger.per_day(window.first, window.last)
    others = days_in_turn(window.first, first - ONE_DAY, seen.turn if seen else None)
    turn = [] if rests else as_many_as(others, known, rows, least)
    return Days([*turn, *_every(first, window.last)], turn=turn[-1] if turn else None)


def _every(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _queue(store: Store, found: Differing, good: date, now: datetime) -> int:
    swept, changed = store.notes.read(SWEPT), len(found.gone)
    for sketch, before in found.changed:
        account = before.account if before else store.ledger.account_of(sketch.id)
        baseline = account is None and not swept and sketch.credited_on and sketch.credited_on < good
        if not baseline:
            owner = found.owners.get(sketch.owner)
            if owner is None:
                store.queue.put_payment(sketch.id, CAUSE, now)
            else:
                store.queue.put_once(owner, CAUSE, now)
            changed += 1
        store.ledger.notice(sketch, account, now)
    for sighting in found.gone:
        if sighting.account is not None:
            store.queue.put(sighting.account, CAUSE, now)
        store.ledger.notice_gone(sighting.sketch.id, now)
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


def _check_plausible(stretch: Stretch, gone: Collection[Sighting], known: Collection[PaymentId]) -> None:
    """Not so many are deleted or moved at once: the list is cut, or a filter of somebody's joins in (C.4)."""
    if len(gone) > BEYOND_DOUBT and len(gone) * 2 > len(known):
        raise ImplausibleRead(
            Text(
                "the panel's list of payments of {first}–{last} lacks {gone} of the {known} that were "
                "there. This answer is left out; it will be tried again.",
                "в списке платежей панели за {first}–{last} нет {gone} из {known}, которые там были. "
                "Этот ответ не учтён, повторим автоматически.",
            )(first=day(stretch.first), last=day(stretch.last), gone=len(gone), known=len(known))
        )


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
