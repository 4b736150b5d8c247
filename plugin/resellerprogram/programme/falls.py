"""Which falls were foretold: what the limit on drops must not stop (spec, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from .basis import Basis, Because
from .decision import Decision
from .discounts import Change, Delete, Edit
from .effects import ZERO, is_less, percents_of
from .ids import Scope
from .tiers import ServiceClass, Tier, TierTable
from .turnover import COUNTS, Reason, Verdict

EXPLAINED = frozenset(
    {*COUNTS, Reason.AWAITING_REFUND, Reason.REFUNDED, Reason.FRAUD, Reason.CANCELLED, Reason.NOT_CREDITED}
)
"""Reasons that a payment which is still there, with its amount and day, may have for bringing less than it did."""


def unforetold(
    changes: Iterable[Change],
    class_of: Mapping[Scope, ServiceClass | None],
    before: Decision | None,
    after: Decision,
    table_before: TierTable,
) -> int:
    """How many of an account's `changes` lower or end a discount further than what was known before explains: that
    payments leave the window or a pin ends, that money was given back or was fraud, that the client left, that somebody
    ended opening turnover.

    `table_before` is the tier table as it was known at the decision `before`; a table that gives less explains nothing,
    and no more does a cap. `class_of` knows a service type by its tariffs, too.
    """
    drops = [change for change in changes if isinstance(change, (Edit, Delete)) and change.way.lowers]
    if not drops or after.basis is Basis.LEFT:
        return 0
    if before is None:
        return len(drops)
    expected = percents_of(_expected_tier(before, after, table_before))
    return sum(
        change.because is Because.BY_HAND or is_less(_after(change), _percent(expected, class_of.get(change.scope)))
        for change in drops
    )


def _after(drop: Edit | Delete) -> Decimal | None:
    """What acts afterwards, be it by other discounts."""
    return drop.beside if isinstance(drop, Delete) else drop.percent


def _percent(percents: Mapping[ServiceClass, Decimal], service_class: ServiceClass | None) -> Decimal:
    return percents.get(service_class, ZERO) if service_class else ZERO


def _expected_tier(before: Decision, after: Decision, table: TierTable) -> Tier | None:
    """The tier that the account would hold if nothing had changed but what explains itself."""
    if not before.basis.counts_payments:
        return None
    pinned = table.by_name(before.pin.tier) if before.pin and after.day <= before.pin.until else None
    if before.basis is Basis.PINNED and pinned:
        return pinned
    return table.tier_for(_expected_turnover(before, after))


def _expected_turnover(before: Decision, after: Decision) -> Decimal:
    if not after.basis.counts_payments:
        return before.turnover.amount
    now = {verdict.payment.id: verdict for verdict in after.turnover.verdicts}
    still = (
        _expected(verdict, now.get(verdict.payment.id))
        for verdict in before.turnover.verdicts
        if verdict.counted > 0 and verdict.payment.credited_on and verdict.payment.credited_on in after.turnover.window
    )
    given_back = sum((verdict.counted for verdict in after.turnover.verdicts if verdict.counted < 0), ZERO)
    return max(ZERO, sum(still, ZERO) + given_back)


def _expected(then: Verdict, now: Verdict | None) -> Decimal:
    """What a payment that counted should bring today: what it does where that explains itself, else what it did.
    Opening turnover is gone only where an administrator has ended it."""
    if now is None and then.payment.is_opening:
        return ZERO
    if now is None or now.reason not in EXPLAINED:
        return then.counted
    same = (now.payment.amount, now.payment.credited_on) == (then.payment.amount, then.payment.credited_on)
    return now.counted if same or now.reason is not Reason.COUNTED else then.counted
