"""What moved an account's tier from one decision to the next."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .basis import Basis
from .values import dataclass

if TYPE_CHECKING:
    from .decision import Decision
    from .payments import Payment
    from .turnover import Verdict


class Mover(str, enum.Enum):
    """What can move a tier."""

    PAYMENT = "payment"
    LEFT_THE_WINDOW = "left_the_window"
    TAKEN_BACK = "taken_back"
    OPENING = "opening"
    OPENING_OVER = "opening_over"
    OPENING_ENDED = "opening_ended"
    PIN = "pin"
    PIN_ENDED = "pin_ended"
    MEMBERSHIP = "membership"
    TABLE = "table"
    RULES = "rules"


_OF_OPENINGS = {
    Mover.PAYMENT: Mover.OPENING,
    Mover.LEFT_THE_WINDOW: Mover.OPENING_OVER,
    Mover.TAKEN_BACK: Mover.OPENING_ENDED,
}
"""What it is called where it was no payment but opening turnover."""


@dataclass(frozen=True)
class Move:
    """On `day` the tier changed. `amount` (programme currency) was paid, taken back, or left the window; `number` and
    `credited_on` tell of which payment, where it was one."""

    day: date
    mover: Mover
    amount: Decimal | None = None
    number: str = ""
    credited_on: date | None = None


def what_moved(before: Decision | None, after: Decision) -> Move:
    """Why the tier of `after` is another one than that of `before`; None before an account's first decision, which
    payments of its own day have moved if there are no others.

    Where several things happened between two decisions, the largest payment that goes the way of the turnover is told.
    """
    if before is None:
        paid = [each for each in after.turnover.verdicts if each.counted > 0]
        if after.basis is Basis.TURNOVER and paid and all(each.payment.credited_on == after.day for each in paid):
            largest = max(paid, key=lambda each: each.counted)
            return _by_payment(after.day, Mover.PAYMENT, largest.counted, largest.payment)
        return Move(after.day, Mover.MEMBERSHIP)
    if before.basis.counts_payments != after.basis.counts_payments:
        return Move(after.day, Mover.MEMBERSHIP)
    if after.pin != before.pin and Basis.PINNED in (before.basis, after.basis):
        return Move(after.day, Mover.PIN if after.basis is Basis.PINNED else Mover.PIN_ENDED)
    if before.rules and after.rules and before.rules != after.rules:
        return Move(after.day, Mover.RULES)
    then, now = _by_id(before.turnover.verdicts), _by_id(after.turnover.verdicts)
    if after.turnover.amount == before.turnover.amount:
        return Move(after.day, Mover.TABLE)
    steps = {number: _counted(now.get(number)) - _counted(then.get(number)) for number in sorted({**then, **now})}
    rises = after.turnover.amount > before.turnover.amount
    number = (max if rises else min)(steps, key=lambda each: steps[each])
    payment = (now.get(number) or then[number]).payment
    left = payment.credited_on is not None and payment.credited_on < after.turnover.window.first
    mover = Mover.LEFT_THE_WINDOW if left else Mover.PAYMENT if rises else Mover.TAKEN_BACK
    return _by_payment(after.day, mover, abs(steps[number]), payment)


def _by_payment(day: date, mover: Mover, amount: Decimal, payment: Payment) -> Move:
    mover = _OF_OPENINGS[mover] if payment.is_opening else mover
    return Move(day, mover, amount, payment.number or str(payment.id), payment.credited_on)


def _by_id(verdicts: Iterable[Verdict]) -> dict[int, Verdict]:
    return {verdict.payment.id: verdict for verdict in verdicts}


def _counted(verdict: Verdict | None) -> Decimal:
    return verdict.counted if verdict else Decimal(0)
