"""What the night finds of past days: where what is known now gives another tier than was held, and which tiers rested
on payments that were given back. From the records alone; only accounts of whose past something new was seen are looked
at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, partial

from ..panel.payments import PaymentOrigin
from ..programme.corrections import (
    LOOKED_BACK,
    Correction,
    History,
    Returned,
    corrections,
    held_by_returned,
    returned_since,
)
from ..programme.ids import AccountId, PaymentId
from ..store import Store
from ..store.notes import CORRECTED
from ..store.readable import SPOILT
from .context import Context

log = logging.getLogger(__name__)


def keep_corrections(store: Store, today: date, between: Callable[[], object]) -> None:
    """Write down what the days before `today` should have been, for whoever's past is another since the last night; do
    what waits `between` two accounts. Before the programme is started nothing was held. An account whose records can't
    be read keeps what was found."""
    started = store.going_live.started()
    if started is None:
        return
    first, newest = today - LOOKED_BACK, store.ledger.latest()
    seen = store.notes.read(CORRECTED) or 0
    for account in sorted(store.ledger.with_another_past(seen, first)):
        try:
            found, returned = look_back(store, account, max(first, started.at.date()), today, started.at)
            store.corrections.replace(account, found, returned)
        except SPOILT:
            log.exception("what past days of account %s should have been is not known", account)
        between()
    store.corrections.forget_before(first)
    store.notes.write(CORRECTED, newest)


def look_back(
    store: Store, account: AccountId, first: date, today: date, since: datetime
) -> tuple[list[Correction], list[Returned]]:
    """The account's days from `first` on that are over, and its payments that were given back."""
    history = History(
        store.decisions.held(account, first, since),
        store.ledger.versions(account),
        lru_cache(maxsize=None)(partial(store.decisions.known_rates, account)),
        lru_cache(maxsize=None)(lambda day: store.tiers.on(day).table),
    )
    last = today - timedelta(days=1)
    found = [*corrections(history, first, last), *held_by_returned(history, first, last)]
    return found, returned_since(history, first)


def remember_past(
    context: Context, account: AccountId, payment: PaymentId, came_from: PaymentOrigin | None, now: datetime
) -> None:
    """A payment that has left the window, or never was in it, changes nothing today; what becomes of it is remembered
    for the days that it belonged to. Raises PanelError."""
    ledger, first = context.store.ledger, context.window.first
    known = ledger.day_of(payment)
    if came_from is None:
        if known and known < first:
            ledger.is_past_and_gone(payment, now)
        return
    day = came_from.credited_on or known
    if day is None or day >= first:
        return
    found = context.reader.one(account, payment)
    if found and found.credited_on and found.credited_on < first:
        ledger.saw_past(account, found, now)
