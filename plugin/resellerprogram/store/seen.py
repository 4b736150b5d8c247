"""The payments that the last decisions rest on, so that a sweep finds those that changed since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..programme.ids import AccountId, PaymentId
from ..programme.payments import Payment, PaymentSketch
from ..programme.window import Window
from .database import transaction


@dataclass(frozen=True)
class SeenPayment:
    """A payment credited on `day` as its account's last decision, or a sweep, saw it. `mark` says how it looked."""

    payment: PaymentId
    account: AccountId | None
    day: date
    mark: str


def mark_of(payment: Payment | PaymentSketch) -> str:
    """What makes a payment count as it does, and for whom, beside its day: different marks ask for a new decision."""
    looks = f"{payment.status:d} {payment.amount.amount} {payment.amount.currency} {payment.number}"
    return f"{looks}\t{payment.owner}" if payment.owner else looks


def same_mark(before: str, now: str) -> bool:
    """Whether two marks say the same, as far as the older one, of an earlier release, speaks of the owner at all."""
    return before == now or ("\t" not in before and before == now.partition("\t")[0])


class SeenPaymentStore:
    """Payments by id. Losing it costs one needless recalculation of everybody, no more."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace(self, account: AccountId, payments: Iterable[Payment], window: Window) -> None:
        """The account's payments of the window are these; written only when something differs."""
        wanted = {
            payment.id: (payment.credited_on.isoformat(), mark_of(payment))
            for payment in payments
            if payment.credited_on and payment.credited_on in window
        }
        rows = self._connection.execute("SELECT payment, day, mark FROM seen_payment WHERE account = ?", (account,))
        if {row["payment"]: (row["day"], row["mark"]) for row in rows} == wanted:
            return
        with transaction(self._connection):
            self._connection.execute("DELETE FROM seen_payment WHERE account = ?", (account,))
            self._connection.executemany(
                "INSERT OR REPLACE INTO seen_payment (payment, account, day, mark) VALUES (?, ?, ?, ?)",
                [(payment, account, day, mark) for payment, (day, mark) in wanted.items()],
            )

    def keep(self, seen: SeenPayment) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO seen_payment (payment, account, day, mark) VALUES (?, ?, ?, ?)",
            (seen.payment, seen.account, seen.day.isoformat(), seen.mark),
        )

    def between(self, first: date, last: date) -> dict[PaymentId, SeenPayment]:
        """Those credited from `first` to `last`, both included."""
        rows = self._connection.execute(
            "SELECT * FROM seen_payment WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat())
        )
        return {PaymentId(row["payment"]): _seen(row) for row in rows}

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM seen_payment").fetchone()[0])

    def forget(self, payment: PaymentId) -> None:
        self._connection.execute("DELETE FROM seen_payment WHERE payment = ?", (payment,))

    def forget_before(self, day: date) -> None:
        """Payments that no window will hold again."""
        self._connection.execute("DELETE FROM seen_payment WHERE day < ?", (day.isoformat(),))

    # --- whose payment is it? ---

    def account_of(self, payment: PaymentId) -> AccountId | None:
        row = self._connection.execute("SELECT account FROM seen_payment WHERE payment = ?", (payment,)).fetchone()
        return AccountId(row[0]) if row and row[0] is not None else None

    def account_of_subaccount(self, subaccount: int) -> AccountId | None:
        row = self._connection.execute("SELECT account FROM subaccount WHERE id = ?", (subaccount,)).fetchone()
        return AccountId(row[0]) if row else None

    def keep_subaccount(self, subaccount: int, account: AccountId) -> None:
        self._connection.execute("INSERT OR REPLACE INTO subaccount (id, account) VALUES (?, ?)", (subaccount, account))


def _seen(row: sqlite3.Row) -> SeenPayment:
    account = row["account"]
    return SeenPayment(
        PaymentId(row["payment"]),
        None if account is None else AccountId(account),
        date.fromisoformat(row["day"]),
        row["mark"],
    )
