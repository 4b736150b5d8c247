"""What the panel's expenses tell of discounts, read every night: what ours have saved, and where a promotion or promo
code acted beside a tier (R9)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from datetime import date, datetime, timedelta
from functools import cached_property

from ..panel.errors import PanelError
from ..panel.expenses import DiscountedExpense, Kind, discounted
from ..programme.ids import AccountId, DiscountId
from ..programme.report import Report
from ..programme.tiers import ServiceClass
from ..programme.values import dataclass
from ..store.discounts import Owner
from ..store.notes import SAVINGS
from ..store.promo_orders import PromoOrder
from ..store.savings import KEPT_FOR, Saving, first_kept
from .context import Context

SETTLES = timedelta(days=3)
"""Expenses of days so long ago are not expected to change any more."""

log = logging.getLogger(__name__)


def keep_savings(context: Context, report: Report, now: datetime) -> None:
    """Read what was saved since the last night, and the whole window the first time. Nothing is raised: a panel that
    does not tell leaves the savings unknown, and pages say nothing of them."""
    store, window = context.store, context.window
    kept = store.notes.read(SAVINGS) or {}
    since = kept.get("since") if kept.get("told") else None
    first = window.first
    if kept.get("told") and kept["first"] <= first.isoformat():
        first = max(first, date.fromisoformat(kept["last"]) - SETTLES)
    seen = kept.get("seen", "")
    try:
        tells = seen >= window.first.isoformat()
        found = discounted(context.panel, first, window.last, context.facts.currency_signs, tells)
        told = _Told(context, report, found)
        savings, orders = list(told.savings()), list(told.orders())
    except Exception as error:
        if isinstance(error, PanelError):
            log.info("what the discounts saved is not known: %s", error)
        else:
            log.exception("what the discounts saved is not known")
        store.notes.write(SAVINGS, {"told": False, "at": now.isoformat(), "why": str(error), "seen": seen})
        return
    store.savings.replace(first, window.last, savings, told.unknown)
    store.savings.forget_before(first_kept(window.first, window.last))
    store.promo_orders.replace(first, window.last, orders)
    store.promo_orders.forget_before(window.last - KEPT_FOR)
    store.owned.forget_former(window.first)
    store.notes.write(
        SAVINGS,
        {
            "told": True,
            "at": now.isoformat(),
            "since": min(since or first.isoformat(), first.isoformat()),
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
            "seen": max([seen, *(each.day.isoformat() for each in found)]),
        },
    )


@dataclass
class _Told:
    """What expenses say, with what is on record. The panel tells the id of what acted, or its kind alone; then a
    personal discount was ours where the account held no other that day, and where that can't be told the account's
    savings are `unknown`."""

    context: Context
    report: Report
    found: list[DiscountedExpense]
    unknown: set[tuple[AccountId, date]] = field(default_factory=set)

    def savings(self) -> Iterator[Saving]:
        for each in self.found:
            account = self._ours(each)
            if account is not None:
                tier = self.context.store.decisions.tier_during(account, each.day) or ""
                yield Saving(account, each.day, each.saved, tier, self._class_of(each))

    def orders(self) -> Iterator[PromoOrder]:
        """None while promo codes are allowed beside a tier."""
        if not self.context.settings.exclusive.promo_codes_refused:
            return
        started = self.context.store.going_live.started()
        for each in self.found:
            if started is None or each.day < started.at.date():
                continue  # what was only decided has kept no promotion out
            account = self._client(each) if self._may_be_a_promotion(each) else None
            tier = account is not None and self.context.store.decisions.tier_during(account, each.day)
            if account is not None and tier:
                yield PromoOrder(each.id, account, each.day, each.what, tier, each.saved)

    def _ours(self, each: DiscountedExpense) -> AccountId | None:
        if each.discount is not None:
            return self._owner(each)
        if each.kind is not Kind.PERSONAL:
            return None
        store, account = self.context.store, self._client(each)
        if account is None or not store.owned.held_on(account, each.day):
            return None
        if account in self._with_others or store.set_aside.others_on(account, each.day):
            self.unknown.add((account, each.day))
            return None
        return account

    def _may_be_a_promotion(self, each: DiscountedExpense) -> bool:
        """By its kind; or by an id that is nobody's personal discount."""
        if each.discount is None:
            return each.kind is Kind.PROMOTION
        return self._owner(each) is None and each.discount not in self._others

    def _client(self, each: DiscountedExpense) -> AccountId | None:
        """Whose an expense is, by the name that its row shows; None without one, and for one that two clients bear."""
        return self._by_name.get(each.account) if each.account else None

    def _owner(self, each: DiscountedExpense) -> AccountId | None:
        """Whose discount of ours acted. An id alone proves nothing (R10): that of one that has ended is nobody's
        afterwards, and the client whom the row names must have had it."""
        owner = self._owners.get(each.discount) if each.discount else None
        if owner is None or self._client(each) not in (None, owner.account):
            return None
        return owner.account if owner.ended_on is None or each.day <= owner.ended_on else None

    def _class_of(self, each: DiscountedExpense) -> ServiceClass | None:
        """Of which class the discount was; None where the panel tells its kind alone."""
        owner = self._owners.get(each.discount) if each.discount else None
        return self.context.rules.class_of.get(owner.scope) if owner else None

    @cached_property
    def _owners(self) -> dict[DiscountId, Owner]:
        return self.context.store.owned.owners(min(each.day for each in self.found))

    @cached_property
    def _others(self) -> set[DiscountId]:
        """Personal discounts that are not ours: left as they are, and those that were set aside."""
        left = {each.id for each in self.report.left}
        return left | self.context.store.set_aside.numbers()

    @cached_property
    def _with_others(self) -> set[AccountId]:
        """Accounts that have personal discounts of others now, or may have."""
        return {each.account for each in self.report.left} | self.report.failed.keys()

    @cached_property
    def _by_name(self) -> dict[str, AccountId]:
        clients = self.context.store.due.everybody()
        times = Counter(client.name for client in clients)
        ids = {str(client.id): client.id for client in clients}
        return {**ids, **{client.name: client.id for client in clients if times[client.name] == 1}}
