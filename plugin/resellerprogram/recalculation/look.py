"""Looking at one account: what is on record, and what the panel says. Nothing is written here.

The first look may run beside other work, since it asks the panel and nobody else; where it leaves a doubt, there is a
second one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from ..panel import directory, discounts
from ..panel.errors import MissingObject
from ..panel.payments import origin
from ..programme.account import Considered, Found, Known, consider_by_records, vanished
from ..programme.basis import Basis
from ..programme.due import Due
from ..programme.errors import ImplausibleRead
from ..programme.ids import AccountId, DiscountId
from ..programme.members import Account, MemberNote, takes_part
from ..programme.ownership import DiscountForm, FoundDiscount, OwnedDiscount, needs_form
from ..programme.payments import Payment, RateTable
from ..programme.text import Text
from ..programme.values import dataclass
from ..store.readable import SPOILT
from .context import Context
from .owners import owner_now


def look(context: Context, account: Account) -> tuple[Found, Known]:
    """Everything that is to be thought about. Raises PanelError, ImplausibleRead."""
    known = remember(context, account)
    return look_again(context, first_look(context, account, known), known), known


def remember(context: Context, account: Account) -> Known:
    """What is on record of an account. If it is another client who has the id now, nothing of it holds (R10)."""
    store = context.store
    if account.is_another(store.clients.registered(account.id)):
        return Known(MemberNote(account.id), another=True)
    before = store.decisions.last(account.id)
    standing = store.standings.of(account.id)
    tier = before.decision.tier.name if before and before.decision.tier else None
    return Known(
        store.members.of(account.id),
        before.decision if before else None,
        before.last_day if before else None,
        store.tiers.on(before.last_day, before.confirmed_at).table if before else None,
        standing,
        store.decisions.held_since(account.id, tier) if standing and not standing.since else None,
        store.owned.of(account.id),
        tuple(store.set_aside.of(account.id)),
        store.decisions.known_rates(account.id, context.settings.currency),
        store.notices.told(account.id),
        store.notices.unwanted(account.id),
        tuple(store.ledger.brought(account.id, context.window)),
    )


def known_of(context: Context, account: Account) -> tuple[Account, Known]:
    """The same with the client whose it is: what is said of somebody, and what rests for them, must not fall to who has
    the id now (R10)."""
    known = remember(context, account)
    if not account.registered and (known.note.standing or known.note.pin or known.openings or known.aside):
        return _as_registered(context, account)
    return account, known


def made_sure(context: Context, found: Found, known: Known) -> tuple[Found, Known]:
    """The same where nobody asked who has the id now, and what is on record is missing in the panel, as it is where the
    client has gone and the id came again (R10). Raises PanelError."""
    lacks_payments = not found.outside and vanished(known, found.payments, context.rules)
    if found.account.registered or not (lacks_payments or None in found.missing.values()):
        return found, known
    account, known = _as_registered(context, found.account)
    return replace(found, account=account, missing={} if known.another else found.missing), known


def _as_registered(context: Context, account: Account) -> tuple[Account, Known]:
    """The client with the day of registration, and what is on record of that one (R10)."""
    registered = directory.client(context.panel, account.id) or account
    return registered, remember(context, registered)


@dataclass(frozen=True)
class Looked:
    """An account whose first look is under way, or of which its records tell all there is to know."""

    account: Account
    known: Known
    found: Future[Found]
    considered: Considered | None = None


def first_looks(context: Context, due: Iterable[Due]) -> Iterator[Looked]:
    """Each account that is due, in order. While one is worked on, the next is already looked at. What is on record of
    an account and can't be read is found out when its turn comes."""
    context.keep_filters()  # what the panel remembers is asked by this thread, which may write it down
    ahead: deque[Looked] = deque()
    with ThreadPoolExecutor(1, "reading") as reader:
        for each in due:
            account, nothing = each.account, Future[Found]()
            try:
                considered = by_records(context, account) if each.by_records else None
                if considered:
                    ahead.append(Looked(account, Known(MemberNote(account.id)), nothing, considered))
                else:
                    account, known = known_of(context, account)
                    ahead.append(Looked(account, known, reader.submit(first_look, context, account, known)))
            except Exception as error:
                nothing.set_exception(error)
                ahead.append(Looked(account, Known(MemberNote(account.id)), nothing))
            if len(ahead) > 1:
                yield ahead.popleft()
        yield from ahead


def by_records(context: Context, account: Account, fresh: Payment | None = None) -> Considered | None:
    """What becomes of an account as far as its records tell, with a `fresh` payment that the panel has just named; None
    where the panel has to be asked. No call."""
    try:
        known = remember(context, account)
        if fresh is None:
            outside = outside_because(context, known.note)
        else:  # whether they take part was seen with the decision; nothing is written for it
            outside = known.before.basis if known.before and not known.before.basis.counts_payments else None
        in_ledger = [] if outside else context.store.ledger.as_known(account.id, context.window)
        payments = [each for each in in_ledger if not each.is_opening]
        if fresh:
            kept = next((each for each in payments if each.id == fresh.id), None)
            if kept and not _is_same(kept, fresh):
                return None
            payments = payments if kept else [*payments, fresh]
        return consider_by_records(Found(account, outside, tuple(payments)), known, context.rules)
    except (ImplausibleRead, *SPOILT):
        return None


def _is_same(one: Payment, other: Payment) -> bool:
    return (one.amount, one.status, one.credited_on) == (other.amount, other.status, other.credited_on)


def first_look(context: Context, account: Account, known: Known, side_by_side: bool = False) -> Found:
    """Payments and discounts; `side_by_side` where somebody may be waiting. Raises PanelError."""
    outside = outside_because(context, known.note)
    if not side_by_side:
        payments = () if outside else tuple(context.reader.of_account(account.id, context.window))
        return Found(account, outside, payments, *_discounts(context, account.id, known))
    context.keep_filters()
    with ThreadPoolExecutor(1, "discounts") as beside:
        found = beside.submit(_discounts, context, account.id, known)
        payments = () if outside else tuple(context.reader.of_account(account.id, context.window))
        return Found(account, outside, payments, *found.result())


def look_again(context: Context, found: Found, known: Known) -> Found:
    """Where the first look leaves a doubt: payments that are missing, rates of foreign ones. Raises PanelError."""
    if found.outside:
        return found
    missing = context.reader.still_credited(vanished(known, found.payments, context.rules))
    moved = {payment.id: owner_now(context, origin(context.panel, payment.id)) for payment in missing}
    return replace(found, moved=moved, rates=_rates(context, (*found.payments, *known.openings), known))


def with_uncredited(context: Context, found: Found) -> Found:
    """The same with payments that were placed and never credited. Raises PanelError."""
    if found.outside:
        return found
    read = {payment.id for payment in found.payments}
    placed = context.reader.not_credited(found.account.id, context.window)
    return replace(found, payments=(*found.payments, *(payment for payment in placed if payment.id not in read)))


def outside_because(context: Context, note: MemberNote) -> Basis | None:
    """Why an account takes no part; None for a member (R10). Raises ImplausibleRead where the panel does not tell."""
    if context.withdraw:
        return Basis.WITHDRAWN
    rule, inside = context.settings.members, context.is_in_group(note.account)
    outside = takes_part(note, rule, {note.account} if inside else ())
    if inside is None and takes_part(note, rule, {note.account}) != outside:
        raise ImplausibleRead(
            Text(
                "the panel does not tell whether client {account} is in client group {group}; its "
                "discounts are unchanged; it will be tried again",
                "панель не говорит, входит ли клиент {account} в группу клиентов {group}; его скидки не "
                "изменены, повторим автоматически",
            )(account=note.account, group=rule.group or "?")
        )
    return outside


def _discounts(
    context: Context, account: AccountId, known: Known
) -> tuple[tuple[FoundDiscount, ...], Mapping[DiscountId, DiscountForm | None]]:
    """The account's discounts, with their forms where the list leaves it open whose they are; and the forms of those
    on record that it lacks."""
    rows = discounts.listed(context.panel, account)
    found = tuple(
        replace(row, form=discounts.read(context.panel, account, row.id))
        if needs_form(row, known.owned, known.aside)
        else row
        for row in rows
    )
    listed = {row.id for row in rows}
    lacking = [each for each in known.owned.values() if each.id not in listed]
    return found, {each.id: _form(context, each) for each in lacking}


def _form(context: Context, owned: OwnedDiscount) -> DiscountForm | None:
    try:
        return discounts.read(context.panel, owned.account, owned.id)
    except MissingObject:
        return None


def _rates(context: Context, payments: Iterable[Payment], known: Known) -> RateTable:
    """The panel's rates, where an earlier decision has not used one for each foreign payment (R5)."""
    currency = context.settings.currency
    foreign = ((payment.id, payment.amount.currency) for payment in payments if payment.amount.currency != currency)
    return context.rates.read() if any(each not in known.rates for each in foreign) else RateTable()
