"""Who may log in for an account. The guard (`quick/guard.py`) reads this table by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from ..programme.ids import AccountId
from ..programme.values import dataclass
from .database import moment, transaction

BELIEVED_FOR = timedelta(minutes=5)
"""So long a row says whose a session is; then the panel is asked."""


@dataclass(frozen=True)
class ClientUser:
    """A login of a client: the panel's user id, the login name, the account."""

    id: str
    name: str
    account: AccountId


class ClientUserStore:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace_all(self, users: Iterable[ClientUser], now: datetime, ending: str = "") -> None:
        """The panel's users, or those alone whose id has that ending, are these, all of them. Rows are made anew only
        when something differs."""
        wanted, whose = {(user.id, user.name, user.account) for user in users}, (f"%{ending}",)
        with transaction(self._connection):
            rows = self._connection.execute("SELECT id, name, account FROM client_user WHERE id LIKE ?", whose)
            if {tuple(row) for row in rows} == wanted:
                self._connection.execute("UPDATE client_user SET seen_at = ? WHERE id LIKE ?", (moment(now), *whose))
                return
            self._connection.execute("DELETE FROM client_user WHERE id LIKE ?", whose)
            self._insert(wanted, now)

    def add(self, users: Iterable[ClientUser], now: datetime) -> None:
        """These are among the panel's users; nobody else is forgotten."""
        with transaction(self._connection):
            self._insert(((user.id, user.name, user.account) for user in users), now)

    def replace_of(self, account: AccountId, users: Iterable[ClientUser], now: datetime) -> None:
        """The account's users are these; who was one of them and is not any more is forgotten."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM client_user WHERE account = ?", (account,))
            self.add(users, now)

    def remember(self, user: ClientUser, now: datetime) -> None:
        """The panel has just said so of this one. Written only where it tells something new, and only if nobody holds
        the database: a client's page does not wait for that."""
        row = self._connection.execute("SELECT * FROM client_user WHERE id = ?", (user.id,)).fetchone()
        if row and (row["name"], row["account"]) == (user.name, user.account) and _is_fresh(row, now):
            return
        patience = int(self._connection.execute("PRAGMA busy_timeout").fetchone()[0])
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            self.add([user], now)
        except sqlite3.OperationalError:
            pass
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {patience:d}")

    def known(self, account: AccountId) -> bool:
        """Whether any user of the account is known."""
        return bool(
            self._connection.execute("SELECT 1 FROM client_user WHERE account = ? LIMIT 1", (account,)).fetchone()
        )

    def seen_lately(self, account: AccountId, now: datetime) -> bool:
        """Whether the account's users are known, and none of them from an old list."""
        rows = self._connection.execute("SELECT seen_at FROM client_user WHERE account = ?", (account,)).fetchall()
        return bool(rows) and all(_is_fresh(row, now) for row in rows)

    def of(self, account: AccountId) -> list[str]:
        """The ids of the account's users."""
        rows = self._connection.execute("SELECT id FROM client_user WHERE account = ? ORDER BY id", (account,))
        return [row[0] for row in rows]

    def name_of(self, user: str) -> str | None:
        """The login of a user."""
        row = self._connection.execute("SELECT name FROM client_user WHERE id = ?", (user,)).fetchone()
        return row[0] if row else None

    def account_of_session(self, user: str, now: datetime) -> AccountId | None:
        """The account of a session's user, whom the panel names by id, else by login; digits are an id. None where
        nobody is known, where two accounts have that login, or where it was not seen for a while: logins move."""
        rows = self._connection.execute("SELECT * FROM client_user WHERE id = ?", (user,)).fetchall()
        if not rows and not user.isdecimal():
            rows = self._connection.execute("SELECT * FROM client_user WHERE name = ?", (user,)).fetchall()
        accounts = {row["account"] for row in rows}
        if len(accounts) != 1 or not all(_is_fresh(row, now) for row in rows):
            return None
        return AccountId(accounts.pop())

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

    def _insert(self, rows: Iterable[tuple[str, str, int]], now: datetime) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO client_user (id, name, account, seen_at) VALUES (?, ?, ?, ?)",
            [(*row, moment(now)) for row in rows],
        )


def _is_fresh(row: sqlite3.Row, now: datetime) -> bool:
    """Seen minutes ago; what was seen in the future, by a clock that was wrong, is not."""
    return bool(row["seen_at"]) and abs(now - datetime.fromisoformat(row["seen_at"])) <= BELIEVED_FOR
