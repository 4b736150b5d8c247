"""Which clients there are on record: since when each is one, and what goes with them when they are gone (R10)."""

from __future__ import annotations

import sqlite3
from datetime import date

from ..programme.ids import AccountId
from ..programme.values import dataclass
from .database import transaction
from .listing import fold

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

_CALLED = (
    ("name_order = :folded", "lower(name) = lower(:text)"),
    ("instr(name_order, :folded)", "instr(lower(name), lower(:text))"),
)
"""What a client's name and a login are asked, the whole of it first and then a part."""


@dataclass(frozen=True)
class Called:
    """A client on record, as far as it is known what they are called and how they log in."""

    account: AccountId
    name: str
    logins: str


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

    def is_on_record(self, account: AccountId) -> bool:
        """Whether anything is known of that client."""
        return any(
            self._connection.execute(f"SELECT 1 FROM {table} WHERE account = ? LIMIT 1", (account,)).fetchone()  # noqa: S608
            for table in ("standing", "member", "decision", "client_user")
        )

    def called(self, text: str, count: int) -> tuple[list[Called], int]:
        """The first `count` clients whose name or login that is, capitals or not; where it is nobody's, in whose it
        occurs. And how many there are in all."""
        values = {"text": text, "folded": fold(text), "count": count}
        for of_name, of_login in _CALLED:
            rows = self._connection.execute(
                "SELECT found.account, coalesce(s.name, '') AS name, count(*) OVER () AS total,"  # noqa: S608  our words
                " (SELECT group_concat(name, ', ') FROM client_user u WHERE u.account = found.account) AS logins"
                f" FROM (SELECT account FROM standing WHERE {of_name}"
                f" UNION SELECT account FROM client_user WHERE {of_login}) found"
                " LEFT JOIN standing s ON s.account = found.account ORDER BY found.account LIMIT :count",
                values,
            ).fetchall()
            if rows:
                found = [Called(AccountId(row["account"]), row["name"], row["logins"] or "") for row in rows]
                return found, rows[0]["total"]
        return [], 0

    def forget(self, account: AccountId) -> None:
        """The client is gone, and takes pins, exclusions and history along."""
        with transaction(self._connection):
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608  our names
