"""Which clients there are on record: since when each is one, and what goes with them when they are gone (R10)."""

from __future__ import annotations

import sqlite3
from datetime import date

from ..programme.ids import AccountId
from .database import transaction

_TABLES = (
    "member",
    "decision",
    "payment_rate",
    "owned_discount",
    "former_discount",
    "saving",
    "saving_unknown",
    "promo_order",
    "correction",
    "given_back",
    "ledger",
    "subaccount",
    "client_user",
    "standing",
    "planned",
    "notice",
    "unwanted_notice",
    "prospect",
    "client",
)
"""What is on record of one client, but for what waits in the queue and what was set aside: that is to be ended."""


class ClientStore:
    """An account is who it was when it was registered: the panel may give its id again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def registered(self, account: AccountId) -> date | None:
        """The day on which the client on record was registered, as far as it is known."""
        row = self._connection.execute("SELECT registered FROM client WHERE account = ?", (account,)).fetchone()
        return date.fromisoformat(row[0]) if row else None

    def know(self, account: AccountId, registered: date) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO client (account, registered) VALUES (?, ?)", (account, registered.isoformat())
        )

    def on_record(self) -> set[AccountId]:
        """Everybody of whom something is kept that could be taken for another's."""
        rows = self._connection.execute("SELECT account FROM standing UNION SELECT account FROM member")
        return {AccountId(row[0]) for row in rows}

    def forget(self, account: AccountId) -> None:
        """The client is gone, and takes pins, exclusions and history along."""
        with transaction(self._connection):
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608  our names
