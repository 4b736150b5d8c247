"""Migration 11: decisions that held copies of their payments refer to the ledger from now on, and nothing is lost.

Account by account and decision by decision, in the order in which they were made, so that the ledger is what it would
be had it been there all the time. Where counting anew would not say what was decided, the decision keeps its content.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ..programme.decision import Decision
from ..programme.ids import AccountId, PaymentId
from ..programme.payments import Money, Payment, PaymentSketch, PaymentStatus
from ..programme.turnover import Reason
from .contents import decision_of
from .decisions import DecisionStore
from .ledger import LedgerStore

_UNCHANGED = ("id", "first_day", "last_day", "written", "cause", "who", "decided_at", "confirmed_at")
"""Columns of a decision that mean what they meant."""


def fill_the_ledger(connection: sqlite3.Connection) -> None:
    """In the transaction of the migration; the memory that it takes does not grow with the history."""
    ledger, decisions = LedgerStore(connection), DecisionStore(connection)
    for account in _accounts(connection):
        for row in connection.execute("SELECT * FROM decision_before WHERE account = ? ORDER BY id", (account,)):
            _take_over(ledger, decisions, row)
    connection.execute("DROP TABLE decision_before")
    for seen in connection.execute("SELECT * FROM seen_payment"):
        _notice(ledger, seen)
    connection.execute("DROP TABLE seen_payment")


def _accounts(connection: sqlite3.Connection) -> Iterator[AccountId]:
    """All that have decisions, one after another."""
    account = -1
    while True:
        row = connection.execute("SELECT min(account) FROM decision_before WHERE account > ?", (account,)).fetchone()
        if row[0] is None:
            return
        account = row[0]
        yield AccountId(account)


def _take_over(ledger: LedgerStore, decisions: DecisionStore, row: sqlite3.Row) -> None:
    account, day = AccountId(row["account"]), date.fromisoformat(row["last_day"])
    decision = decision_of(account, day, json.loads(row["content"]))
    window = decision.turnover.window
    if decision.basis.counts_payments:
        decided_at = datetime.fromisoformat(row["decided_at"])
        ledger.saw(account, _payments(decision), window.first, decided_at, window.last)
    decisions.add(decision, {name: row[name] for name in _UNCHANGED})


def _payments(decision: Decision) -> list[Payment]:
    """Its payments, with what the reasons tell of them beside."""
    return [
        replace(
            verdict.payment,
            promotional=verdict.reason is Reason.PROMOTIONAL,
            method_excluded=verdict.reason is Reason.EXCLUDED_METHOD,
        )
        for verdict in decision.turnover.verdicts
    ]


def _notice(ledger: LedgerStore, seen: sqlite3.Row) -> None:
    """What sweeps saw last: what is not in any decision is only noticed; of the others it is known who owned them."""
    looks, _, owner = seen["mark"].partition("\t")
    status, amount, currency, number = looks.split(" ", 3)
    sketch = PaymentSketch(
        PaymentId(seen["payment"]),
        number,
        Money(Decimal(amount), currency),
        PaymentStatus(int(status)),
        date.fromisoformat(seen["day"]),
        owner,
    )
    account = None if seen["account"] is None else AccountId(seen["account"])
    ledger.notice(sketch, account, datetime.fromisoformat(seen["day"]))
