"""Who is looked at in a run over all (R7).

Up to 2 000 members: everybody. Beyond, a night costs what changed: whom the forecast names for this day, whose payments
differ from the ledger, whose membership or discounts are not as they are on record, and a share of the others in turn,
so that each is verified within `verify_days`. Where the settings have changed, everybody.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import field
from datetime import date, datetime, timedelta

from ..panel import directory
from ..panel.errors import PanelError, PanelTimeout, PanelUnreachable
from ..panel.payments import origin
from ..programme import causes
from ..programme.due import SMALL, Due, share
from ..programme.errors import ImplausibleRead
from ..programme.ids import AccountId, PaymentId
from ..programme.members import Account
from ..programme.text import Text
from ..programme.values import dataclass
from ..store.due import OnRecord
from ..store.notes import CLIENTS_TURN, RULES
from ..store.readable import SPOILT
from .act import forget
from .context import Context
from .look import outside_because
from .noticing import Days, all_days, days_of_night, differing, has_seen
from .owners import owner_as_known
from .turns import endings

MATTERS = (
    "provider",
    "currency",
    "members",
    "window_months",
    "excluded_payment_methods",
    "other_discounts",
    "promotions",
    "discount_names",
)
"""The settings that decide what an account has."""

log = logging.getLogger(__name__)


def is_large(context: Context) -> bool:
    """Whether a night picks whom it looks at. A first run concerns everybody, and so does taking the programme off."""
    store = context.store
    return not context.withdraw and store.decisions.any() and store.due.members() > SMALL


def everybody(context: Context) -> list[Due]:
    """Members, and whoever has a discount of ours or something set aside; all clients while nothing is known yet.

    Raises ImplausibleRead when a client with a discount of ours is missing from a list that should have him.
    """
    store = context.store
    if not context.withdraw:
        context.reader.check_filter()
    owners = store.owned.accounts() | store.set_aside.accounts()
    recorded, nothing_known = store.clients.on_record(), not store.decisions.any()  # the queue is answered meanwhile
    clients = context.clients
    _forget_who_is_gone(context, owners | recorded, clients)
    _rename(context, clients)
    return [
        Due(account)
        for account in clients
        if nothing_known or account.id in owners or _may_take_part(context, account.id)
    ]


def who_is_due(context: Context, now: datetime, asked_for: bool) -> list[Due]:
    """Those of many who are due. With `asked_for` a person wants to know of all: the others are gone through by what is
    on record, and all days' payments are looked at.

    Raises PanelError, and ImplausibleRead where a list lacks what is there.
    """
    store, found = context.store, _Picked()
    context.reader.check_filter()
    for ending in endings(store, CLIENTS_TURN, context.writes):
        clients = directory.clients(context.panel, ending) if ending else context.clients
        on_record = store.due.on_record(ending)
        _forget_who_is_gone(context, on_record.keys(), clients)
        _rename(context, clients)
        overdue = context.day - timedelta(days=context.settings.verify_days)
        found.add(each for each in clients if _differs(context, each, on_record.get(each.id), overdue))
    looked_at = all_days(context) if asked_for else days_of_night(context)
    found.add(store.due.named(_whose_payments_differ(context, looked_at, now)))
    if context.writes:
        has_seen(store, context.day, looked_at, now)
    found.add(store.due.named([*store.decisions.unfinished(), *store.queue.in_trouble()]))
    found.add(store.due.longest_unverified(share(store.due.holders(), context.settings.verify_days)))
    kept, rules = store.notes.read(RULES) or {}, _marks(context)
    if kept.get("settings") != rules["settings"]:
        found.add(store.due.everybody())
    elif asked_for or kept.get("tables") != rules["tables"]:
        found.add(store.due.everybody(), by_records=True)
    found.add(store.due.by_time(context.day), by_records=True)
    return found.in_order()


def _whose_payments_differ(context: Context, looked_at: Days, now: datetime) -> set[AccountId]:
    """Where it is not known whose a payment is, the panel is asked; what it does not tell waits in the queue."""
    store, found = context.store, set[AccountId]()
    for differs in differing(context, looked_at):
        found |= {each.account for each in differs.gone if each.account is not None}
        rows = [(sketch.id, differs.account_of(store, sketch, before)) for sketch, before in differs.changed]
        rows += [(row.payment, store.ledger.account_of(row.payment)) for row in differs.unreadable if row.payment]
        for payment, known in rows:
            account = _owner(context, payment) if known is None else known
            if account is not None:
                found.add(account)
            elif context.writes:
                store.queue.put_payment(payment, causes.SWEEP, now)
    return found


def _owner(context: Context, payment: PaymentId) -> AccountId | None:
    try:
        return owner_as_known(context, origin(context.panel, payment))
    except (PanelUnreachable, PanelTimeout):
        raise
    except PanelError as error:
        log.warning("payment %s: %s", payment, error)
        return None


def keep_rules(context: Context) -> None:
    """A run over all has gone by these: the next one need not look at everybody for them."""
    if not context.withdraw:
        context.store.notes.write(RULES, _marks(context))


@dataclass
class _Picked:
    """Each account once; as it was found first, which is from the panel rather than by the records."""

    _due: dict[AccountId, Due] = field(default_factory=dict)

    def add(self, accounts: Iterable[Account], by_records: bool = False) -> None:
        for account in accounts:
            self._due.setdefault(account.id, Due(account, by_records))

    def in_order(self) -> list[Due]:
        return [self._due[number] for number in sorted(self._due)]


def _differs(context: Context, client: Account, known: OnRecord | None, overdue: date) -> bool:
    """Whether the list of clients shows one whom we do not know yet, who takes part now and did not or the other way,
    or whose discounts can't be as they are on record. Who has one though nothing of ours is known may have another's:
    that is looked at in turn."""
    if known is None or known.basis is None:
        return True
    if known.basis.counts_payments is not _may_take_part(context, client.id):
        return True
    if client.has_discount is None or client.has_discount is known.holds:
        return False
    return known.holds or known.verified_on is None or known.verified_on <= overdue


def _may_take_part(context: Context, account: AccountId) -> bool:
    try:
        return outside_because(context, context.store.members.of(account)) is None
    except (ImplausibleRead, *SPOILT):
        return True  # what can't be told or read is told when the account's turn comes


def _forget_who_is_gone(context: Context, known: Iterable[AccountId], clients: Iterable[Account]) -> None:
    """Raises ImplausibleRead when a client on record is missing from the list and exists."""
    for missing in sorted(set(known) - {account.id for account in clients}):
        if not directory.client_is_gone(context.panel, missing):
            raise ImplausibleRead(
                Text(
                    "the panel's client list lacks client {account}, which has discounts of the program and "
                    "still exists. Discounts unchanged; it will be tried again.",
                    "в списке клиентов панели нет клиента {account}, хотя он есть и у него есть скидки "
                    "программы. Скидки не изменены, повторим автоматически.",
                )(account=missing)
            )
        if context.writes:
            forget(context, missing)


def _rename(context: Context, clients: Iterable[Account]) -> None:
    if context.writes:
        context.store.standings.rename(clients)


def _marks(context: Context) -> dict[str, str]:
    """What tells one state of the rules from another: the settings and classes, and the tier tables from today on."""
    texts = context.store.settings.texts()
    settings = [(name, texts.get(name)) for name in MATTERS]
    tables = [context.table, *((day, context.table_on(day)) for day in context.table_days)]
    return {
        "settings": _mark([*map(repr, settings), *map(repr, context.classes), str(context.everywhere)]),
        "tables": _mark(map(repr, tables)),
    }


def _mark(values: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]
