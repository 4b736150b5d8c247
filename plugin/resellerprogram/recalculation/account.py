"""One account: read, decide, plan, and, if that is wanted, apply and record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reading:
    """What the panel says about an account. `outside` is why it takes no part; then no payments are read."""

    account: Account
    outside: Basis | None
    payments: list[Payment]
    listed: list[ListedDiscount]


def readings(context: Context, accounts: Iterable[Account]) -> Iterator[tuple[Account, Future[Reading]]]:
    """Each account with its reading, in order. While one is worked on, the next is already being read."""
    ahead: deque[tuple[Account, Future[Reading]]] = deque()
    with ThreadPoolExecutor(1, "reading") as reader:
        for account in accounts:
            ahead.append((account, reader.submit(_read, context, account, outside_because(context, account.id))))
            if len(ahead) > 1:
                yield ahead.popleft()
        yield from ahead


def consider_alone(context: Context, account: Account, with_uncredited: bool = False) -> Considered:
    """Read, decide and plan for one account; `with_uncredited` also reads payments that were placed but never
    credited. Raises ImplausibleRead, PanelError."""
    reading = _read(context, account, outside_because(context, account.id))
    if with_uncredited and not reading.outside:
        known = {payment.id for payment in reading.payments}
        placed = context.reader.not_credited(account.id, Window.of(context.day))
        reading.payments.extend(payment for payment in placed if payment.id not in known)
    return consider(context, reading)


def consider(context: Context, reading: Reading) -> Considered:
    """Decide and plan from what was read; nothing is written to the panel. Raises ImplausibleRead, PanelError."""
    account = reading.account
    before = context.store.decisions.last(account.id)
    decision = _decide(context, reading, before)
    found = _found(context, account.id, reading.listed)
    wanted = wanted_percents(decision, context.service_types) if decision.percents else {}
    changes = plan(account.id, wanted, found)
    tier_before = before.decision.tier if before else None
    return Considered(
        account,
        decision,
        changes,
        len(found),
        frozenset(row.id for row in reading.listed),
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


def outside_because(context: Context, account: AccountId) -> Basis | None:
    """Why the account takes no part; None for a member (R10)."""
    if context.withdraw:
        return Basis.WITHDRAWN
    return takes_part(context.store.members.of(account), context.settings.members, context.group_members)


def _read(context: Context, account: Account, outside: Basis | None) -> Reading:
    """The only part of an account's way that runs beside another's: it asks the panel and nobody else."""
    payments = [] if outside else context.reader.of_account(account.id, Window.of(context.day))
    return Reading(account, outside, payments, discounts.listed(context.panel, account.id))


def _decide(context: Context, reading: Reading, before: Record | None) -> Decision:
    account, payments = reading.account.id, reading.payments
    if reading.outside:
        return leave_out(account, context.day, reading.outside)
    if before and before.last_day <= context.day:
        _confirm_vanished(context, before.decision, {payment.id for payment in payments}, Window.of(context.day))
    pin = context.store.members.of(account).pin
    return decide(account, context.day, payments, context.table, _rules(context, account, payments), pin)


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
