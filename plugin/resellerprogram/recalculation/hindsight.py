"""A recorded decision, and its day by what is known now: read from the records alone, nothing is asked or written."""

from __future__ import annotations

from ..programme.decision import Decision
from ..programme.hindsight import Hindsight, look_back
from ..store import Store


def known_now(store: Store, decision: Decision) -> Hindsight | None:
    """None where there is nothing to compare: no payments were counted, or they are not known any more. Opening
    turnover that was given or ended since, be it on the same day, says nothing of what was before (R4)."""
    window, currency = decision.turnover.window, decision.turnover.currency
    of_the_panel = (each for each in store.ledger.as_known(decision.account, window) if not each.is_opening)
    brought = (each.payment for each in decision.turnover.verdicts if each.payment.is_opening)
    return look_back(
        decision,
        (*of_the_panel, *brought),
        store.decisions.known_rates(decision.account, currency),
        store.tiers.on(decision.day).table,
    )
