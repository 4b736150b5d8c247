"""What other settings would take from whom: counted from the records, before anybody is read for it or written to.

It tells what is at stake; before a discount is lowered the account itself is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from ..panel import directory
from ..panel.facts import Facts
from ..programme.decision import Decision, decide
from ..programme.errors import ImplausibleRead
from ..programme.ids import AccountId, PaymentId, Scope
from ..programme.losses import Loss, loss_of
from ..programme.members import MemberNote
from ..programme.openings import Opening
from ..programme.setting_texts import check, settings_of
from ..programme.turnover import CountingRules
from ..store import Store
from ..store.classes import ClassOfServices
from ..store.lock import only_one
from .context import Context
from .look import outside_because
from .run import working_on


def loss_by_settings(root: Path, store: Store, changed: Mapping[str, str], now: datetime, patience: float) -> Loss:
    """Whose discounts end or fall with these settings, by their payments as they are known. Raises SettingError where
    the settings don't fit the panel, PanelError, AnotherRunActive."""
    for name, text in changed.items():
        check(name, text)
    settings = settings_of({**store.settings.texts(), **changed})
    with (
        only_one(store.folder, "settings", now, patience),
        working_on(root, store, now.date(), settings=settings, whole=True, writes=False) as context,
    ):
        context.prepare()
        methods = directory.names_of_methods(context.panel, context.facts.excluded)
        accounts = sorted(store.owned.accounts() | store.set_aside.accounts())
        return sum((_loss_of(context, account, methods) for account in accounts), Loss())


def loss_by_class(root: Path, store: Store, wanted: ClassOfServices, now: datetime, patience: float) -> Loss:
    """Whose discounts end or fall when a class is that, by what is known of them; whoever has no other discounts by it
    is left out. Raises SettingError, PanelError, AnotherRunActive."""
    settings = store.settings.current()
    with (
        only_one(store.folder, "classes", now, patience),
        working_on(root, store, now.date(), settings=settings, whole=True, writes=False) as context,
    ):
        facts = Facts.ask(context.panel, settings.excluded_payment_methods, with_tariffs=True)
        before, after = (
            Context(context.panel, store, now.date(), settings, False, facts, False, True) for _ in range(2)
        )
        after.classes = [each for each in after.classes if each.name != wanted.name] + [wanted]
        before.prepare()
        methods = directory.names_of_methods(context.panel, facts.excluded)
        accounts = [
            account
            for account in sorted(store.owned.accounts())
            if _wanted(before, account, methods) != _wanted(after, account, methods)
        ]
        return sum((_loss_of(after, account, methods) for account in accounts), Loss())


def loss_by_ending(root: Path, store: Store, opening: Opening, now: datetime, patience: float) -> Loss:
    """Whether discounts of the account end or fall when its opening turnover counts no more, by its payments as they
    are known. Raises SettingError, PanelError, AnotherRunActive."""
    with (
        only_one(store.folder, "opening", now, patience),
        working_on(root, store, now.date(), writes=False) as context,
    ):
        context.prepare()
        methods = directory.names_of_methods(context.panel, context.facts.excluded)
        return _loss_of(context, opening.account, methods, PaymentId(-opening.number))


def loss_by_note(root: Path, store: Store, wanted: MemberNote, now: datetime, patience: float) -> Loss:
    """Whether discounts of the account end or fall when that is said of it, by its payments as they are known; not
    what it is about to lose anyway. Raises SettingError, PanelError, AnotherRunActive."""
    account = wanted.account
    with (
        only_one(store.folder, "member", now, patience),
        working_on(root, store, now.date(), writes=False) as context,
    ):
        context.prepare()
        methods = directory.names_of_methods(context.panel, context.facts.excluded)
        due, then = _wanted(context, account, methods), _wanted(context, account, methods, note=wanted)
        resting = len(store.set_aside.of(account))
        return loss_of(account, store.owned.of(account).values(), then, resting, context.rules.tariffs, due)


def _loss_of(
    context: Context,
    account: AccountId,
    methods: frozenset[str],
    without: PaymentId | None = None,
) -> Loss:
    store = context.store
    owned = store.owned.of(account).values()
    wanted = _wanted(context, account, methods, without)
    return loss_of(account, owned, wanted, len(store.set_aside.of(account)), context.rules.tariffs)


def _wanted(
    context: Context,
    account: AccountId,
    methods: frozenset[str],
    without: PaymentId | None = None,
    note: MemberNote | None = None,
) -> Mapping[Scope, Decimal]:
    """What the account is to have without that payment, and with this `note` in place of what is said of it."""
    note = note or context.store.members.of(account)
    try:
        if outside_because(context, note):
            return {}
    except ImplausibleRead:  # the panel does not tell whether they are in the group; nothing is written then
        return {each.scope: each.percent or Decimal(0) for each in context.store.owned.of(account).values()}
    return context.rules.wanted(_decision(context, note, methods, without))


def _decision(context: Context, note: MemberNote, methods: frozenset[str], without: PaymentId | None) -> Decision:
    store, settings, account = context.store, context.settings, note.account
    payments = [
        replace(payment, method_excluded=payment.method in methods)
        for payment in store.ledger.as_known(account, context.window)
        if payment.id != without
    ]
    known_rates = store.decisions.known_rates(account, settings.currency)
    rules = CountingRules(context.provider, settings.currency, context.rates, known_rates, settings.window_months)
    return decide(account, context.day, payments, context.table, rules, note.pin, settings.excluded_payment_methods)
