"""One account: read, decide, plan, and, if that is wanted, apply and record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ..panel import discounts
from ..panel.discounts import ListedDiscount
from ..panel.errors import MissingObject
from ..panel.payments import origin
from ..programme.basis import Basis, Because
from ..programme.decision import Decision, decide, leave_out
from ..programme.discounts import (
    Change,
    OtherDiscount,
    ProgrammeDiscount,
    PutBack,
    RestingDiscount,
    make_way,
    plan,
    wanted_percents,
)
from ..programme.errors import ImplausibleRead
from ..programme.falls import unforetold
from ..programme.forecast import Forecast, Outlook
from ..programme.ids import AccountId, DiscountId
from ..programme.members import Account, takes_part
from ..programme.moves import what_moved
from ..programme.notices import Notice, notices
from ..programme.payments import Payment, RateTable
from ..programme.standing import Standing
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from ..programme.turnover import CountingRules, Reason
from ..programme.window import Window
from ..store.database import transaction
from ..store.decisions import Record
from ..store.discounts import OwnedDiscount
from ..store.set_aside import SetAsideDiscount
from .context import Context
from .owners import owner_now
from .report import Considered, Overtaken
from .writing import put_back, write


@dataclass(frozen=True)
class Reading:
    """What the panel says about an account. `outside` is why it takes no part; then no payments are read."""

    account: Account
    outside: Basis | None
    payments: list[Payment]
    listed: list[ListedDiscount]


def read(context: Context, account: Account, outside: Basis | None) -> Reading:
    """The only part of an account's way that may run beside another's: it asks the panel and nobody else."""
    payments = [] if outside else context.reader.of_account(account.id, context.window)
    return Reading(account, outside, payments, discounts.listed(context.panel, account.id))


def consider_alone(context: Context, account: Account, with_uncredited: bool = False) -> Considered:
    """Read, decide and plan for one account; `with_uncredited` also reads payments that were placed but never
    credited. Raises ImplausibleRead, PanelError."""
    reading = read(context, account, outside_because(context, account.id))
    if with_uncredited and not reading.outside:
        known = {payment.id for payment in reading.payments}
        placed = context.reader.not_credited(account.id, context.window)
        reading.payments.extend(payment for payment in placed if payment.id not in known)
    return consider(context, reading)


def consider(context: Context, reading: Reading) -> Considered:
    """Decide and plan from what was read; nothing is written to the panel. Raises ImplausibleRead, PanelError."""
    account = reading.account
    before = context.store.decisions.last(account.id)
    decision, moved_to = _decide(context, reading, before)
    sorted_out = _sort_out(context, account.id, reading.listed)
    wanted = wanted_percents(decision, context.covered, context.everywhere) if decision.tier else {}
    set_aside = context.settings.exclusive.others_set_aside
    resting, overtaken = _resting(context, account.id, reading.listed, sorted_out)
    way = make_way(sorted_out.others, resting, decision.tier is not None and set_aside, context.day)
    tier_before = before.decision.tier if before else None
    former = before.decision if before else None
    moved = decision.tier if former is None else decision.tier != former.tier
    changes = plan(account.id, wanted, sorted_out.ours, way, {each.scope for each in sorted_out.deleted})
    return Considered(
        account,
        decision,
        changes,
        len(sorted_out.ours),
        frozenset(row.id for row in reading.listed),
        tier_before.name if tier_before else None,
        _unforetold(context, changes, before, decision),
        () if set_aside or not decision.tier else tuple(sorted_out.others),
        overtaken,
        what_moved(former, decision) if moved else None,
        _notices(context, former, decision),
        moved_to,
    )


def _unforetold(context: Context, changes: Sequence[Change], before: Record | None, decision: Decision) -> int:
    """Taking the programme off asks for every fall, and was confirmed."""
    if context.withdraw or not any(change.drops for change in changes):
        return 0
    known = context.store.tiers.on(before.last_day, before.confirmed_at).table if before else context.table
    return unforetold(changes, context.class_of, before.decision if before else None, decision, known)


def _notices(context: Context, before: Decision | None, decision: Decision) -> tuple[Notice, ...]:
    """What to tell the client for it. The first run of all tells nobody anything."""
    if context.is_first or not context.telling.kinds:
        return ()
    told = notices(before, decision, _forecast(context, decision), context.telling)
    return tuple(filter(context.store.notices.is_new, told))


def _forecast(context: Context, decision: Decision) -> Forecast:
    return Forecast(Outlook.of(decision), context.table_on, context.table_days)


def apply(context: Context, considered: Considered, cause: str, now: datetime, who: str = "") -> int:
    """Write the changes of one account and record each as the panel takes it; tells how many. Raises PanelError."""
    store = context.store
    with transaction(store.connection):
        record = store.decisions.record(considered.decision, cause, now, bool(considered.changes), who)
        forecast = _forecast(context, considered.decision)
        store.standings.keep(_standing(context, considered, forecast, now))
        store.outlooks.keep(considered.account.id, forecast.outlook)
        for notice in considered.notices if context.day == now.date() else ():
            store.notices.put(notice, now)
        store.planned.done(considered.account.id)
        for owner in considered.moved_to:
            store.queue.put_once(owner, cause, now)
        _settle(context, considered.account.id, considered.overtaken, now)
        if not considered.changes:
            _saw(context, considered)
    for written in write(context, considered, now):
        store.decisions.add_written(record, written)
    if considered.changes:
        _saw(context, considered)
    return len(considered.changes)


def _standing(context: Context, considered: Considered, forecast: Forecast, now: datetime) -> Standing:
    """Where the account stands now, for the lists and for the account itself."""
    decision = considered.decision
    before = context.store.standings.of(considered.account.id)
    tier, turnover, counted = decision.tier, decision.turnover.amount, decision.basis.counts_payments
    following = forecast.next_tier(decision.day) if counted else None
    ahead = next(forecast.changes(), None)
    since = _since(context, considered, before)
    put_right = any(change.because is Because.BY_HAND for change in considered.changes)
    return Standing(
        decision.account,
        considered.account.name,
        decision.basis,
        tier.name if tier else None,
        tier.threshold if tier else None,
        turnover,
        following.name if following else None,
        forecast.missing(following, decision.day) if following else None,
        decision.percents,
        ahead.day if ahead else None,
        ahead.tier.name if ahead and ahead.tier else None,
        now,
        now if put_right else None,
        since,
        {name: _class_since(name, percent, before, since) for name, percent in decision.percents.items()},
        considered.move or (before.move if before else None),
    )


def _since(context: Context, considered: Considered, before: Standing | None) -> date:
    """The day from which on the account holds its tier."""
    decision = considered.decision
    name, day = decision.tier.name if decision.tier else None, decision.day
    if considered.tier_before != name or not before:
        return day
    return before.since or context.store.decisions.held_since(decision.account, name) or day


def _class_since(name: ServiceClass, percent: Decimal, before: Standing | None, since: date) -> date:
    """The day from which on a class has its percent: neighbouring tiers may have the same."""
    known = before.class_since.get(name) if before and before.percents.get(name) == percent else None
    return known or since


def _saw(context: Context, considered: Considered) -> None:
    """The account's discounts now say what these payments ask for."""
    turnover = considered.decision.turnover
    if considered.decision.basis.counts_payments:
        payments = (verdict.payment for verdict in turnover.verdicts)
        context.store.seen.replace(considered.account.id, payments, turnover.window)


def give_back(context: Context, account: AccountId, now: datetime) -> int:
    """Put back what was set aside for an account, whatever its tier; tells how many. Raises PanelError."""
    store, rows = context.store, discounts.listed(context.panel, account)
    resting, overtaken = _resting(context, account, rows, _sort_out(context, account, rows))
    _settle(context, account, overtaken, now)
    last = store.decisions.last(account)
    for other in resting:
        written = put_back(context, PutBack(other), now)
        if last:
            store.decisions.add_written(last.id, written)
    return len(resting)


def outside_because(context: Context, account: AccountId) -> Basis | None:
    """Why the account takes no part; None for a member (R10)."""
    if context.withdraw:
        return Basis.WITHDRAWN
    return takes_part(context.store.members.of(account), context.settings.members, context.group_members)


def forget(context: Context, account: AccountId) -> None:
    """The client is gone, and its discounts with it."""
    context.store.owned.forget_account(account)
    context.store.set_aside.forget_account(account)
    context.store.standings.forget(account)
    context.store.planned.done(account)


# --- the decision ---


def _decide(context: Context, reading: Reading, before: Record | None) -> tuple[Decision, tuple[AccountId, ...]]:
    """The decision, and the accounts to which payments of this one have moved."""
    account, payments = reading.account.id, reading.payments
    if reading.outside:
        return leave_out(account, context.day, reading.outside), ()
    moved_to: tuple[AccountId, ...] = ()
    if before and before.last_day <= context.day:
        moved_to = _confirm_vanished(context, before.decision, {payment.id for payment in payments}, context.window)
    pin = context.store.members.of(account).pin
    excluded = context.settings.excluded_payment_methods
    rules = _rules(context, account, payments)
    decision = decide(account, context.day, payments, context.table, rules, pin, excluded)
    return decision, moved_to


def _confirm_vanished(context: Context, before: Decision, read: set[int], window: Window) -> tuple[AccountId, ...]:
    """A payment that counted and is missing now must be gone, or another account's, by the panel's own word (spec,
    section 3). Tells those accounts."""
    vanished = [
        verdict.payment
        for verdict in before.turnover.verdicts
        if verdict.reason is Reason.COUNTED
        and verdict.payment.id not in read
        and verdict.payment.credited_on
        and verdict.payment.credited_on in window
    ]
    missing = context.reader.still_credited(vanished)
    owners = {payment.id: owner_now(context, origin(context.panel, payment.id)) for payment in missing}
    contradicted = [payment for payment in missing if owners[payment.id] in (None, before.account)]
    if contradicted:
        raise ImplausibleRead(
            Text(
                "account {account}: the panel's list lacks payment {payments}, which the panel itself says is "
                "credited. Nothing is written on such a read.",
                "клиент {account}: в списке панели нет платежа {payments}, хотя сама панель говорит, что он зачислен. "
                "По такому чтению ничего не пишется.",
            )(account=before.account, payments=", ".join(payment.number or str(payment.id) for payment in contradicted))
        )
    return tuple(owner for owner in dict.fromkeys(owners.values()) if owner is not None)


def _rules(context: Context, account: AccountId, payments: Sequence[Payment]) -> CountingRules:
    currency, months = context.settings.currency, context.settings.window_months
    if all(payment.amount.currency == currency for payment in payments):
        return CountingRules(context.provider, currency, RateTable(), {}, months)
    known = context.store.decisions.known_rates(account, currency)
    return CountingRules(context.provider, currency, context.rates, known, months)


# --- whose discounts are these? ---


@dataclass(frozen=True)
class _SortedOut:
    """An account's discounts: `ours`, those of `others`, and ours that somebody `deleted`."""

    ours: list[ProgrammeDiscount]
    others: list[OtherDiscount]
    deleted: list[OwnedDiscount]


def _sort_out(context: Context, account: AccountId, listed: Sequence[ListedDiscount]) -> _SortedOut:
    """Ours by what we stored, and by name where the store is lost."""
    owned = context.store.owned.of(account)
    missing = [owned[number] for number in owned.keys() - {row.id for row in listed}]
    for each in missing:
        _confirm_gone(context, each)
    ours, others = [], []
    for row in listed:
        recognised = _recognised(context, row, owned.get(row.id))
        if recognised is None:
            others.append(
                OtherDiscount(row.id, account, row.shown.get("name", ""), row.shown.get("value", ""), row.last_day)
            )
        elif recognised.scope in context.scope_names or recognised.scope.startswith("pl_"):
            ours.append(recognised)
    return _SortedOut(ours, others, missing)


def _confirm_gone(context: Context, owned: OwnedDiscount) -> None:
    """A discount of ours that is missing from the list must be gone, or we would make a second one."""
    try:
        discounts.read(context.panel, owned.account, owned.id)
    except MissingObject:
        return
    raise ImplausibleRead(
        Text(
            "account {account}: the panel's list lacks discount {discount}, which still exists. Nothing is written on "
            "such a read.",
            "клиент {account}: в списке панели нет скидки {discount}, хотя она есть. По такому чтению не пишем.",
        )(account=owned.account, discount=owned.id)
    )


def _recognised(context: Context, row: ListedDiscount, owned: OwnedDiscount | None) -> ProgrammeDiscount | None:
    if owned and row.percent is not None and owned.shown == row.beside_percent:
        return ProgrammeDiscount(row.id, row.account, owned.scope, row.percent, written=owned.percent)
    if not owned and not row.may_be_ours:
        return None
    full = discounts.read(context.panel, row.account, row.id)
    scope = owned.scope if owned else full.scope
    if scope is None or not (owned or full.bears_our_name):
        return None
    written, since = (owned.percent, owned.since) if owned else (None, None)
    intact = full.is_intact(scope, since)
    context.store.owned.keep(
        OwnedDiscount(
            row.id,
            row.account,
            scope,
            row.beside_percent if intact else None,
            full.percent if written is None else written,
            since or full.first_day,
        )
    )
    return ProgrammeDiscount(row.id, row.account, scope, full.percent or Decimal(0), intact, written)


# --- what was set aside ---


def _resting(
    context: Context, account: AccountId, rows: Sequence[ListedDiscount], sorted_out: _SortedOut
) -> tuple[list[RestingDiscount], Overtaken]:
    """What waits to be put back; and what does not any more, because it was recorded but never deleted, or came back
    already."""
    listed, gone = {row.id for row in rows}, tuple(each.id for each in sorted_out.deleted)
    kept = context.store.set_aside.of(account)
    if not kept:
        return [], Overtaken(gone=gone)
    came_back = _came_back(context, account, kept, sorted_out.others)
    resting = [
        RestingDiscount(each.id, account, each.shown.get("name", ""), each.shown.get("value", ""))
        for each in kept
        if each.discount not in listed and each.id not in came_back
    ]
    return resting, Overtaken(came_back, tuple(each.discount for each in kept if each.discount in listed), gone)


def _came_back(
    context: Context, account: AccountId, kept: Sequence[SetAsideDiscount], others: Sequence[OtherDiscount]
) -> dict[int, DiscountId]:
    """Records whose putting back was begun and cut short after the panel had done it."""
    found: dict[int, DiscountId] = {}
    for each in kept:
        for other in others if each.known is not None else ():
            if (
                other.id not in (each.known or ())
                and other.id not in found.values()
                and discounts.same_as(context.panel, account, other.id, each.fields)
            ):
                found[each.id] = other.id
                break
    return found


def _settle(context: Context, account: AccountId, overtaken: Overtaken, now: datetime) -> None:
    """Bring the records to what the panel says."""
    store = context.store
    for record, discount in overtaken.came_back.items():
        store.set_aside.end_putting_back(record, discount, now)
    if overtaken.still_there:
        store.set_aside.forget(account, overtaken.still_there)
    for gone in overtaken.gone:
        store.owned.end(gone, now.date())
