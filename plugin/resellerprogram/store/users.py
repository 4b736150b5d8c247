"""Who may log in for an account. The guard (`pages/guard.py`) reads this table by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from ..programme.ids import AccountId
from .database import transaction


@dataclass(frozen=True)
class ClientUser:
    """A login of a client: the panel's user id, the login name, the account."""

    id: str
    name: str
    account: AccountId


class ClientUserStore:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace_all(self, users: Iterable[ClientUser]) -> None:
        """The panel's users are these; written only when something differs."""
        wanted = {(user.id, user.name, user.account) for user in users}
        rows = self._connection.execute("SELECT id, name, account FROM client_user")
        if {tuple(row) for row in rows} == wanted:
            return
        with transaction(self._connection):
            self._connection.execute("DELETE FROM client_user")
            self._insert(wanted)

    def add(self, users: Iterable[ClientUser]) -> None:
        """These are among the panel's users; nobody else is forgotten."""
        self._insert((user.id, user.name, user.account) for user in users)

    def known(self, account: AccountId) -> bool:
        """Whether any user of the account is known."""
        return bool(
            self._connection.execute("SELECT 1 FROM client_user WHERE account = ? LIMIT 1", (account,)).fetchone()
        )

    def of(self, account: AccountId) -> list[str]:
        """The ids of the account's users."""
        rows = self._connection.execute("SELECT id FROM client_user WHERE account = ? ORDER BY id", (account,))
        return [row[0] for row in rows]

    def name_of(self, user: str) -> str | None:
        """The login of a user."""
        row = self._connection.execute("SELECT name FROM client_user WHERE id = ?", (user,)).fetchone()
        return row[0] if row else None

    def account_of_session(self, user: str) -> AccountId | None:
        """The account of a session's user, whom the panel names by id, or by login. None where nobody is known, or
        where the name fits users of two accounts."""
        rows = self._connection.execute(
            "SELECT DISTINCT account FROM client_user WHERE id = ? OR name = ?", (user, user)
        ).fetchall()
        return AccountId(rows[0][0]) if len(rows) == 1 else None

    def account_of(self, user: str) -> AccountId | None:
        row = self._connection.execute("SELECT account FROM client_user WHERE id = ?", (user,)).fetchone()
        return AccountId(row[0]) if row else None

    def one_with_a_tier(self) -> str | None:
        """The id of a user whose account holds a tier."""
        row = self._connection.execute(
            "SELECT u.id FROM client_user u JOIN decision d ON d.account = u.account WHERE d.tier IS NOT NULL"
            " AND d.id = (SELECT max(id) FROM decision WHERE account = u.account) LIMIT 1"
        ).fetchone()
        return str(row[0]) if row else None

    def _insert(self, rows: Iterable[tuple[str, str, int]]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO client_user (id, name, account) VALUES (?, ?, ?)", list(rows)
        )
