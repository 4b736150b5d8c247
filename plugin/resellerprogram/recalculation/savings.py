"""What the programme's discounts have saved its members, read every night from the panel's expenses."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ..panel.errors import PanelError
from ..panel.expenses import DiscountedExpense, discounted
from ..store.notes import SAVINGS
from ..store.savings import Saving
from .context import Context

SETTLES = timedelta(days=3)
"""Expenses of days so long ago are not expected to change any more."""

log = logging.getLogger(__name__)


def keep_savings(context: Context, now: datetime) -> None:
    """Read what was saved since the last night, and the whole window the first time. Nothing is raised: a panel that
    does not tell leaves the savings unknown, and pages say nothing of them."""
    store, window = context.store, context.window
    kept = store.notes.read(SAVINGS) or {}
    first = window.first
    if kept.get("told") and kept["first"] <= first.isoformat():
        first = max(first, date.fromisoformat(kept["last"]) - SETTLES)
    try:
        found = discounted(context.panel, first, window.last, context.facts.currency_signs)
    except Exception as error:
        if isinstance(error, PanelError):
            log.info("what the discounts saved is not known: %s", error)
        else:
            log.exception("what the discounts saved is not known")
        store.notes.write(SAVINGS, {"told": False, "at": now.isoformat(), "why": str(error)})
        return
    store.savings.replace(first, window.last, _of_ours(context, found, first))
    store.savings.forget_before(window.first)
    store.owned.forget_former(window.first)
    store.notes.write(
        SAVINGS,
        {"told": True, "at": now.isoformat(), "first": window.first.isoformat(), "last": window.last.isoformat()},
    )


def _of_ours(context: Context, found: list[DiscountedExpense], first: date) -> Iterator[Saving]:
    owners = context.store.owned.owners(first)
    for each in found:
        account, ended_on = owners.get(each.discount, (None, None))
        if account is not None and (ended_on is None or each.day <= ended_on):
            yield Saving(account, each.day, each.saved)
