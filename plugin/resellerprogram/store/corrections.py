"""What nights found of past days: tiers that are not right by what is known now, and tiers by money that was given
back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from ..programme.corrections import Became, Cause, Correction, Kind, Returned
from ..programme.ids import AccountId, PaymentId
from ..programme.payments import Money
from .contents import text_of
from .database import transaction
from .readable import readable
from .terms import TermStore


class CorrectionStore:
    """A row a stretch of days, and one a payment that was given back. Losing it loses nothing that the ledger still
    tells: the next night looks at everybody again (`notes.CORRECTED`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._terms = connection, TermStore(connection)

    def replace(self, account: AccountId, found: Iterable[Correction], returned: Iterable[Returned]) -> None:
        """All that is known of an account's past."""
        with transaction(self._connection):
            for table in ("correction", "given_back"):
                self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608  our names
            self._connection.executemany(
                "INSERT INTO correction (account, kind, first_day, last_day, held, other, mixed, payments)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(account, *self._columns(each)) for each in found],
            )
            self._connection.executemany(
                "INSERT INTO given_back (account, payment, number, amount, currency, paid_on, returned_on, how)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(account, *_columns_of_returned(each)) for each in returned],
            )

    def listed(self, kind: Kind, account: AccountId | None = None) -> list[tuple[AccountId, Correction]]:
        """Of everybody or one, what ended last first."""
        rows = self._connection.execute(
            "SELECT * FROM correction WHERE kind = ? AND (? IS NULL OR account = ?)"
            " ORDER BY last_day DESC, first_day DESC, account",
            (kind.value, account, account),
        )
        return list(readable(rows, self._correction))

    def returned(self, account: AccountId | None = None) -> dict[AccountId, list[Returned]]:
        """The payments that were given back, by account, the last given back first; and the account with it."""
        rows = self._connection.execute(
            "SELECT * FROM given_back WHERE ? IS NULL OR account = ? ORDER BY returned_on DESC, account, payment",
            (account, account),
        )
        found: dict[AccountId, list[Returned]] = {}
        for owner, each in readable(rows, _returned):
            found.setdefault(owner, []).append(each)
        return found

    def forget_before(self, day: date) -> None:
        """Stretches that ended earlier, and payments that were given back earlier."""
        self._connection.execute("DELETE FROM correction WHERE last_day < ?", (day.isoformat(),))
        self._connection.execute("DELETE FROM given_back WHERE returned_on < ?", (day.isoformat(),))

    def _columns(self, found: Correction) -> tuple[Any, ...]:
        return (
            found.kind.value,
            found.first_day.isoformat(),
            found.last_day.isoformat(),
            self._terms.number_of_tier(found.held),
            self._terms.number_of_tier(found.other),
            text_of(sorted(day.isoformat() for day in found.mixed)),
            text_of([_content_of(each) for each in found.causes]),
        )

    def _correction(self, row: sqlite3.Row) -> tuple[AccountId, Correction]:
        return AccountId(row["account"]), Correction(
            Kind(row["kind"]),
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]),
            self._terms.tier(row["held"]),
            self._terms.tier(row["other"]),
            tuple(map(_cause, json.loads(row["payments"]))),
            frozenset(map(date.fromisoformat, json.loads(row["mixed"]))),
        )


def _content_of(cause: Cause) -> list[Any]:
    counted = (str(cause.then), str(cause.now))
    return [cause.payment, cause.number, cause.day.isoformat(), cause.became.value, *counted]


def _cause(content: list[Any]) -> Cause:
    payment, number, day, became, then, now = content
    return Cause(PaymentId(payment), number, date.fromisoformat(day), Became(became), Decimal(then), Decimal(now))


def _columns_of_returned(each: Returned) -> tuple[Any, ...]:
    days = (each.paid_on.isoformat(), each.returned_on.isoformat())
    return each.payment, each.number, str(each.amount.amount), each.amount.currency, *days, each.how.value


def _returned(row: sqlite3.Row) -> tuple[AccountId, Returned]:
    return AccountId(row["account"]), Returned(
        PaymentId(row["payment"]),
        row["number"],
        Money(Decimal(row["amount"]), row["currency"]),
        date.fromisoformat(row["paid_on"]),
        date.fromisoformat(row["returned_on"]),
        Became(row["how"]),
    )
