"""Whose subaccount is whose, as it was last seen: where to look first for the owner of a payment."""

from __future__ import annotations

import sqlite3

from ..programme.ids import AccountId


class SubaccountStore:
    """Subaccounts by id. They may move: what is found here is to be proved (R10)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def account_of(self, subaccount: int) -> AccountId | None:
        row = self._connection.execute("SELECT account FROM subaccount WHERE id = ?", (subaccount,)).fetchone()
        return AccountId(row[0]) if row else None

    def keep(self, subaccount: int, account: AccountId) -> None:
        self._connection.execute("INSERT OR REPLACE INTO subaccount (id, account) VALUES (?, ?)", (subaccount, account))
