"""A past decision beside what the same day looks like by what is known now (R11).

The rules that held then count again; only what is known of the payments is another. What moved since is told payment by
payment. A look: nothing is decided by it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from .decision import Decision, counting_rules
from .ids import PaymentId
from .payments import Payment, Rate
from .pins import held
from .tiers import Tier, TierTable
from .turnover import Verdict, count
from .values import dataclass


class Since(str, enum.Enum):
    """What became of a payment since a decision was made."""

    APPEARED = "appeared"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True)
class Difference:
    """A payment that is known otherwise now: as it counted `then`, as it would count `now`; None where it is not among
    the payments of the window."""

    since: Since
    then: Verdict | None
    now: Verdict | None

    @property
    def payment(self) -> Payment:
        """As it was seen last."""
        seen = self.now or self.then
        assert seen is not None  # noqa: S101  one of them is there
        return seen.payment


@dataclass(frozen=True)
class Hindsight:
    """What the day of a decision looks like by what is known now: its turnover, its tier, and where they come from."""

    turnover: Decimal
    tier: Tier | None
    differences: tuple[Difference, ...]

    @property
    def is_the_same(self) -> bool:
        """Whether nothing is known otherwise."""
        return not self.differences


def look_back(
    decision: Decision,
    payments: Iterable[Payment],
    rates: Mapping[tuple[PaymentId, str], Rate],
    table: TierTable,
) -> Hindsight | None:
    """Count the window of `decision` again from `payments`, as they are known now, with the `rates` that are on record,
    and its day's `table`. None where no payments were counted, or where it is not known any more how, or which."""
    then, rules = decision.turnover, counting_rules(decision.rules, rates)
    if rules is None or then.recorded is not None or not decision.basis.counts_payments:
        return None
    now = count(payments, then.window, rules)
    return Hindsight(
        now.amount,
        held(decision.pin, decision.day, now.amount, table).tier,
        tuple(_differences(then.verdicts, now.verdicts)),
    )


def _differences(then: Iterable[Verdict], now: Iterable[Verdict]) -> Iterable[Difference]:
    before = {verdict.payment.id: verdict for verdict in then}
    after = {verdict.payment.id: verdict for verdict in now}
    for number in dict.fromkeys([*before, *after]):
        one, other = before.get(number), after.get(number)
        if one is None or other is None:
            yield Difference(Since.APPEARED if one is None else Since.LEFT, one, other)
        elif _as_told(one) != _as_told(other):
            yield Difference(Since.CHANGED, one, other)


def _as_told(verdict: Verdict) -> Verdict:
    """Without what decisions of earlier releases do not tell of a payment, and the reasons do."""
    payment = replace(verdict.payment, owner="", promotional=False, method_excluded=False, refund_of=None)
    return replace(verdict, payment=payment)
