"""One account: read, decide, plan, and, if that is wanted, apply and record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ..panel import discounts
from ..panel.directory import Account
from ..panel.discounts import ListedDiscount
from ..panel.errors import MissingObject
from ..programme.decision import Basis, Decision, decide, leave_out
from ..programme.discounts import Change, Create, Delete, DiscountId, Edit, ProgrammeDiscount, plan, wanted_percents
from ..programme.errors import ImplausibleRead
from ..programme.payments import AccountId, Payment, RateTable
from ..programme.text import Text
from ..programme.turnover import CountingRules, Reason
from ..programme.window import Window
from ..store.decisions import Record, WrittenChange
from ..store.discounts import OwnedDiscount
from ..store.members import takes_part
from .context import Context
from .report import Considered


def consider(context: Context, account: Account, with_uncredited: bool = False) -> Considered:
    """Read, decide and plan for one account; nothing is written to the panel.

    `with_uncredited` also reads payments that were placed but never credited. Raises ImplausibleRead, PanelError.
    """
    before = context.store.decisions.last(account.id)
    decision = _decide(context, account.id, before, with_uncredited)
    listed = discounts.listed(context.panel, account.id)
    found = _found(context, account.id, listed)
    changes = plan(account.id, wanted_percents(decision, context.service_types), found)
    tier_before = before.decision.tier if before else None
    return Considered(
        account,
        decision,
        changes,
        len(found),
        frozenset(row.id for row in listed),
        tier_before.name if tier_before else None,
    )


def apply(context: Context, considered: Considered, cause: str, now: datetime) -> int:
    """Write the changes of one account and record each as the panel takes it; tells how many. Raises PanelError."""
    decisions = context.store.decisions
    record = decisions.record(considered.decision, cause, now, will_write=bool(considered.changes))
    known = set(considered.known)
    for change in considered.changes:
        known.add(_write(context, change, known))
        decisions.add_written(record, _written(context, change))
    return len(considered.changes)


def _decide(context: Context, account: AccountId, before: Record | None, with_uncredited: bool) -> Decision:
    note = context.store.members.of(account)
    outside = takes_part(note, context.settings.members, context.group_members)
    if context.withdraw or outside:
        return leave_out(account, context.day, Basis.WITHDRAWN if context.withdraw else outside or Basis.NOT_A_MEMBER)
    payments = _payments(context, account, before, with_uncredited)
    return decide(account, context.day, payments, context.table, _rules(context, account, payments), note.pin)


def _payments(context: Context, account: AccountId, before: Record | None, with_uncredited: bool) -> list[Payment]:
    window = Window.of(context.day)
    payments = context.reader.of_account(account, window)
    if before and before.last_day <= context.day:
        _confirm_vanished(context, before.decision, {payment.id for payment in payments}, window)
    if with_uncredited:
        known = {payment.id for payment in payments}
        payments += [payment for payment in context.reader.not_credited(account, window) if payment.id not in known]
    return payments


def _confirm_vanished(context: Context, before: Decision, read: set[int], window: Window) -> None:
    """A payment that counted and is missing now must be gone by the panel's own word (spec, section 3)."""
    vanished = [
        verdict.payment
        for verdict in before.turnover.verdicts
        if verdict.reason is Reason.COUNTED
        and verdict.payment.id not in read
        and verdict.payment.credited_on
        and verdict.payment.credited_on in window
    ]
    contradicted = context.reader.still_credited(vanished)
    if contradicted:
        raise ImplausibleRead(
            Text(
                "account {account}: the panel's list lacks payment {payments}, which the panel itself says is "
                "credited. Nothing is written on such a read.",
                "клиент {account}: в списке панели нет платежа {payments}, хотя сама панель говорит, что он зачислен. "
                "По такому чтению ничего не пишется.",
            )(account=before.account, payments=", ".join(payment.number or str(payment.id) for payment in contradicted))
        )


def _rules(context: Context, account: AccountId, payments: Sequence[Payment]) -> CountingRules:
    currency = context.settings.currency
    if all(payment.amount.currency == currency for payment in payments):
        return CountingRules(context.provider, currency, RateTable(), {})
    return CountingRules(context.provider, currency, context.rates, context.store.decisions.known_rates(account))


def _found(context: Context, account: AccountId, listed: Sequence[ListedDiscount]) -> list[ProgrammeDiscount]:
    """Our discounts among those of the account: by what we stored, and by name where the store is lost."""
    owned = context.store.owned.of(account)
    for missing in owned.keys() - {row.id for row in listed}:
        _confirm_gone(context, owned[missing])
    found = [_recognised(context, row, owned.get(row.id)) for row in listed]
    return [discount for discount in found if discount and discount.service_type in context.type_names]


def _confirm_gone(context: Context, owned: OwnedDiscount) -> None:
    """A discount of ours that is missing from the list must be gone, or we would make a second one."""
    try:
        discounts.read(context.panel, owned.account, owned.id)
    except MissingObject:
        context.store.owned.forget(owned.id)
        return
    raise ImplausibleRead(
        Text(
            "account {account}: the panel's list lacks discount {discount}, which still exists. Nothing is written on "
            "such a read.",
            "клиент {account}: в списке панели нет скидки {discount}, хотя она есть. По такому чтению не пишем.",
        )(account=owned.account, discount=owned.id)
    )


def _recognised(context: Context, row: ListedDiscount, owned: OwnedDiscount | None) -> ProgrammeDiscount | None:
    if owned and row.percent is not None and owned.shown == row.shown:
        return ProgrammeDiscount(row.id, row.account, owned.service_type, row.percent)
    if not owned and not row.may_be_ours:
        return None
    full = discounts.read(context.panel, row.account, row.id)
    service_type = owned.service_type if owned else full.service_type
    if service_type is None or not (owned or full.bears_our_name):
        return None
    intact = full.is_intact(service_type)
    context.store.owned.keep(OwnedDiscount(row.id, row.account, service_type, row.shown if intact else None))
    return ProgrammeDiscount(row.id, row.account, service_type, full.percent or Decimal(0), intact)


def _write(context: Context, change: Change, known: set[DiscountId]) -> DiscountId:
    """Write one change and remember whose discount it is; tells its id."""
    owned = context.store.owned
    if isinstance(change, Delete):
        discounts.delete(context.panel, change.account, change.before.id)
        owned.forget(change.before.id)
        return change.before.id
    if isinstance(change, Edit):
        discounts.edit(context.panel, change.account, change.before.id, change.service_type, change.percent)
        owned.keep(OwnedDiscount(change.before.id, change.account, change.service_type, None))
        return change.before.id
    service_class = context.types[change.service_type].service_class
    created = discounts.create(
        context.panel, change.account, change.service_type, service_class, change.percent, context.day, known
    )
    owned.keep(OwnedDiscount(created.id, change.account, change.service_type, created.shown or None))
    return created.id


def _written(context: Context, change: Change) -> WrittenChange:
    return WrittenChange(
        change.service_type,
        context.type_names[change.service_type],
        None if isinstance(change, Create) else change.before.percent,
        None if isinstance(change, Delete) else change.percent,
    )
