"""A recorded decision, and its day by what is known now: read from the records alone, nothing is asked or written."""

from __future__ import annotations

from ..programme.decision import Decision
from ..programme.hindsight import Hindsight, look_back
from ..store import Store


def known_now(store: Store, decision: Decision) -> Hindsight | None:
    """None where there is nothing to compare: no payments were counted, or they are not known any more."""
    window, currency = decision.turnover.window, decision.turnover.currency
    return look_back(
        decision,
        store.ledger.as_known(decision.account, window),
        store.decisions.known_rates(decision.account, currency),
        store.tiers.on(decision.day).table,
    )
