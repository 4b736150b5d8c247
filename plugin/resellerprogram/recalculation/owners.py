"""Whose a payment is now (R10): an id alone proves nothing, because subaccounts and payments move between clients."""

from __future__ import annotations

from ..panel import directory
from ..panel.payments import PaymentOrigin
from ..programme.ids import AccountId
from .context import Context


def owner_as_known(context: Context, came_from: PaymentOrigin) -> AccountId | None:
    """By what is remembered of subaccounts and users, else as the panel says. What is remembered may be old: it only
    says where to look first, and the payment must be found there in the panel. Raises PanelError."""
    store = context.store
    known = store.subaccounts.account_of(came_from.subaccount) or store.users.account_of(came_from.user)
    return known if known is not None else owner_now(context, came_from)


def owner_now(context: Context, came_from: PaymentOrigin) -> AccountId | None:
    """As the panel says it at this moment; None where it does not tell. Raises PanelError."""
    return directory.account_of_user(context.panel, came_from.user) if came_from.user else None
