"""Answering the queue: accounts that were paid for or changed, in the order in which that was heard of (R6)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import field
from datetime import datetime

from ..mirror.errors import MirrorBehind
from ..panel import directory
from ..panel.errors import BadAnswer, IncompleteAnswer, MissingObject, PanelError, PanelTimeout, PanelUnreachable
from ..panel.payments import PaymentOrigin, origin
from ..programme import causes
from ..programme.account import Considered, Found, consider
from ..programme.errors import (
    ImplausibleRead,
    PanelStandsStill,
    ResellerProgrammeError,
    SettingError,
    StoreError,
    UnsafePlan,
    told,
)
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.outcomes import DONE, PARTLY
from ..programme.text import Text
from ..programme.values import dataclass
from ..store.database import NO_ERROR
from ..store.notes import WORKER_DROPS
from ..store.queue import Queued
from .act import act, forget
from .context import Context
from .corrections import remember_past
from .look import by_records, first_look, known_of, look, look_again, made_sure
from .notifying import deliver
from .owners import owner_as_known, owner_now

CAUSE = causes.WORKER
ROUND = 20
"""Accounts after which the worker looks again whether the queue has become long enough for HTTPS."""

log = logging.getLogger(__name__)


@dataclass
class Drained:
    """What one round did: `touched` accounts were recalculated or tried, `interrupted` when the panel was lost or
    everybody's trouble found, `doubtful` when what is remembered of the panel may be what went wrong. `stopped` is why
    nothing may be written any more."""

    touched: set[AccountId] = field(default_factory=set)
    written: int = 0
    errors: list[Text] = field(default_factory=list)
    interrupted: bool = False
    doubtful: bool = False
    stopped: PanelStandsStill | None = None

    def add(self, more: Drained) -> None:
        self.touched |= more.touched
        self.written += more.written
        self.errors += more.errors
        self.interrupted = self.interrupted or more.interrupted
        self.doubtful = self.doubtful or more.doubtful
        self.stopped = self.stopped or more.stopped


def drain(context: Context, clock: Callable[[], datetime], at_most: int | None = None) -> Drained:
    """Recalculate what is due, `at_most` so many accounts. Nothing is raised: what fails stays in the queue, with its
    error, and is tried again after a pause."""
    queue, done = context.store.queue, Drained()
    run = None
    while not done.interrupted and (at_most is None or len(done.touched) < at_most):
        row = queue.next_due(clock())
        if row is None:
            break
        run = run or context.store.runs.begin(CAUSE, context.day, False, clock())
        _answer(context, row, clock, done)
    if run:
        if not done.interrupted:
            _keep_names(context, done.touched)
        deliver(context, clock)
        outcome, error = (PARTLY, done.errors[-1]) if done.errors else (DONE, NO_ERROR)
        context.store.runs.finish(run, outcome, len(done.touched), done.written, clock(), error)
    return done


def _answer(context: Context, row: Queued, clock: Callable[[], datetime], done: Drained) -> None:
    """What goes wrong with one row is its account's trouble, also an answer about it that can't be used; only a panel
    that does not answer, and what every account needs, are everybody's."""
    queue = context.store.queue
    try:
        _prepare(context)
        _recalculate(context, row, clock, done)
    except _EverybodysTrouble as trouble:
        done.interrupted = True
        _failed(context, row, trouble.error, clock, done, may_die=False)
    except (PanelUnreachable, PanelTimeout, SettingError) as error:
        done.interrupted = True
        _failed(context, row, error, clock, done, may_die=False)
    except StoreError:  # nothing can be recorded any more, also not that
        raise
    except PanelStandsStill as error:  # marked while this was under way: it waits as if nobody had touched it
        done.interrupted, done.stopped = True, error
        log.info("%s", error)
    except UnsafePlan as error:  # only a person can help, and will
        _failed(context, row, error, clock, done, may_die=False)
    except ResellerProgrammeError as error:
        _failed(context, row, error, clock, done, may_die=not isinstance(error, (BadAnswer, MirrorBehind)))
    except Exception as error:
        log.exception("queue row %s", row.id)
        queue.failed(row.id, told(error), clock())
        done.errors.append(told(error))
        done.doubtful = True


def _keep_names(context: Context, accounts: set[AccountId]) -> None:
    """Ask what those are called who were heard of for the first time: after their discounts, which wait for nothing."""
    known = context.store.standings.names(accounts)
    for account in sorted(account for account in accounts if not known.get(account)):
        try:
            client = directory.client(context.panel, account)
        except PanelError as error:
            log.warning("client %s has no name yet: %s", account, error)
            continue
        if client and client.name:
            context.store.standings.know(account, client.name)


class _EverybodysTrouble(Exception):
    """What every account needs could not be read."""

    def __init__(self, error: ResellerProgrammeError) -> None:
        super().__init__(str(error))
        self.error = error


def _prepare(context: Context) -> None:
    try:
        context.prepare()
    except ResellerProgrammeError as error:
        raise _EverybodysTrouble(error) from error


def _failed(
    context: Context,
    row: Queued,
    error: ResellerProgrammeError,
    clock: Callable[[], datetime],
    done: Drained,
    may_die: bool,
) -> None:
    log.error("%s: %s", f"account {row.account}" if row.account else f"payment {row.payment}", error)
    context.store.queue.failed(row.id, error.what_happened, clock(), may_die)
    done.errors.append(error.what_happened)
    spoilt = isinstance(error, BadAnswer) and not isinstance(error, IncompleteAnswer)
    done.doubtful = done.doubtful or done.interrupted or not spoilt


def _recalculate(context: Context, row: Queued, clock: Callable[[], datetime], done: Drained) -> None:
    store = context.store
    account, came_from = _whose(context, row, clock())
    if account is None:
        log.info("payment %s is gone and never counted", row.payment)
        store.queue.drop(row.id)
        return
    done.touched.add(account)
    if row.account is None:
        store.queue.is_of(row.id, account)
    if row.payment is not None:
        remember_past(context, account, row.payment, came_from, clock())
    crossed_nothing = None if row.cause == causes.REFUND else _by_payment_alone(context, account, came_from)
    if crossed_nothing:
        act(context, crossed_nothing, row.cause, clock(), row.who)
        store.queue.drop(row.id)
        return
    up_to = store.queue.newest()
    try:
        considered = _considered_of_owner(context, account, came_from)
        account = considered.account.id
        done.touched.add(account)
        _check_drops(context, considered)
        try:
            done.written += act(context, considered, row.cause, clock(), row.who)
        except MissingObject:  # somebody deleted a discount since it was read: look again, once
            considered = consider(*look(context, considered.account), context.rules)
            done.written += act(context, considered, row.cause, clock(), row.who)
    except MissingObject:
        if not directory.client_is_gone(context.panel, account):
            raise
        forget(context, account)
    else:
        if considered.decision.tier and not store.users.known(account):
            context.keep_users_of(account, clock())
    store.queue.done(account, up_to)
    store.queue.drop(row.id)


def _whose(context: Context, row: Queued, now: datetime) -> tuple[AccountId | None, PaymentOrigin | None]:
    """The account that a row is about, and what the panel says of its payment; no account when the payment is gone and
    never counted. Whose it was when it was last seen proves nothing (R10), but has to be looked at, too."""
    if row.payment is None:
        return row.account, None
    remembered = context.store.ledger.account_of(row.payment)
    try:
        came_from = origin(context.panel, row.payment, context.facts.excluded)
    except MissingObject:
        return remembered, None
    account = _account_of(context, came_from)
    if remembered not in (None, account):
        context.store.queue.put_once(remembered, row.cause, now)
    return account, came_from


def _account_of(context: Context, came_from: PaymentOrigin) -> AccountId:
    account = owner_as_known(context, came_from)
    if account is None:
        raise ImplausibleRead(
            Text(
                "payment {payment}: the panel does not tell whose it is (subaccount {subaccount}, user "
                "“{user}”). The nightly recalculation counts it.",
                "платёж {payment}: панель не говорит, чей он (лицевой счёт {subaccount}, пользователь «{user}»). Его "
                "учтёт ночной пересчёт.",
            )(payment=came_from.payment, subaccount=came_from.subaccount, user=came_from.user)
        )
    return account


def _by_payment_alone(context: Context, account: AccountId, came_from: PaymentOrigin | None) -> Considered | None:
    """The account with a payment that leaves its tier as it is, as nine of ten do: then what the panel has just said is
    enough, and nothing is written there. None where it is not, or where it is not sure whose the payment is (R10)."""
    if came_from is None or came_from.told is None:
        return None
    store = context.store
    if {store.subaccounts.account_of(came_from.subaccount), store.users.account_of(came_from.user)} != {account}:
        return None
    return by_records(context, Account(account, ""), came_from.told)


def _considered_of_owner(context: Context, account: AccountId, came_from: PaymentOrigin | None) -> Considered:
    """The account as it is now; or, where its payment is not its own any more (a subaccount moved), the owner's."""
    try:
        return _considered(context, account, came_from)
    except ImplausibleRead:
        owner = owner_now(context, came_from) if came_from else None
        if owner in (None, account):
            raise
        return _considered(context, owner, came_from)


def _considered(context: Context, account: AccountId, came_from: PaymentOrigin | None) -> Considered:
    """The account as it is now. The payment that brought us here must be among its own: so we know that the list is
    fresh, and that the account is the right one. Raises ImplausibleRead."""
    client, known = known_of(context, Account(account, ""))
    found, known = made_sure(context, first_look(context, client, known, side_by_side=True), known)
    if came_from and not _is_among(context, found, came_from):
        raise ImplausibleRead(
            Text(
                "payment {payment} is not among the payments of client {account}, to which it should "
                "belong. Discounts unchanged; it will be tried again.",
                "платежа {payment} нет среди платежей клиента {account}, которому он должен "
                "принадлежать. Скидки не изменены, повторим автоматически.",
            )(payment=came_from.payment, account=account)
        )
    if came_from:
        context.store.subaccounts.keep(came_from.subaccount, account)
    return consider(look_again(context, found, known), known, context.rules)


def _is_among(context: Context, found: Found, came_from: PaymentOrigin) -> bool:
    payment, account = came_from.payment, found.account.id
    if not found.outside and came_from.credited_on and came_from.credited_on in context.window:
        return any(each.id == payment for each in found.payments)
    return context.reader.has(account, payment)


def _check_drops(context: Context, considered: Considered) -> None:
    """The limit on unforetold falls holds for a day's worth of events, too: many small steps must not do what one run
    may not.

    An account that falls several times in a day counts once. Raises UnsafePlan.
    """
    if not considered.unforetold:
        return
    notes, day = context.store.notes, context.day.isoformat()
    kept = notes.read(WORKER_DROPS) or {}
    fallen: dict[str, int] = kept["accounts"] if kept.get("day") == day else {}
    total = context.store.owned.count() + sum(fallen.values())
    account = str(considered.account.id)
    fallen[account] = max(considered.unforetold, fallen.get(account, 0))
    context.settings.drop_limit.check(sum(fallen.values()), total)
    notes.write(WORKER_DROPS, {"day": day, "accounts": fallen})
