"""Why an account is recalculated: the names that decisions, runs and the queue keep. What people read of them is in
words/labels.py."""

from __future__ import annotations

DAILY, CAUGHT_UP, WORKER, SWEEP = "daily", "caught_up", "worker", "sweep"
BY_ITSELF = frozenset({DAILY, CAUGHT_UP})
"""The night, in time or late: nobody has asked for it."""
PLAN, APPLY, PREVIEW, RECALCULATE, WITHDRAW = "plan", "apply", "preview", "recalculate", "withdraw"
UNDO = "undo"
MEMBER, JOINED, LEFT, OPENING = "member", "joined", "left", "opening"
REFUND = "payment.refund"
"""Its event names the payment of which something goes back; what goes back is a row of its own."""
EVENTS = (
    "payment.setpaid",
    "payment.setinpay",
    "payment.setnopay",
    "payment.setfraud",
    "payment.setcanceled",
    REFUND,
    "payment.edit",
    "payment.delete",
    "account.discount.add.product",
    "account.discount.edit",
    "account.discount.delete",
)
"""The panel's functions whose events we hear."""
