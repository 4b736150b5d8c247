"""What an administrator said about accounts: enrolled, excluded, pinned (R10)."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from ..programme.basis import Pin
from ..programme.ids import AccountId
from ..programme.members import ENROLLED, EXCLUDED, LEFT, MemberNote
from .database import moment, transaction
from .readable import readable

AT_LEAST, EXACTLY = "at_least", "exactly"


class MemberStore:
    """Reads and writes member notes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, account: AccountId) -> MemberNote:
        row = self._connection.execute("SELECT * FROM member WHERE account = ?", (account,)).fetchone()
        return _note(row) if row else MemberNote(account)

    def all(self) -> list[MemberNote]:
        """Of whom something is said; one that was taken back leaves none."""
        rows = self._connection.execute(
            "SELECT * FROM member WHERE standing IS NOT NULL OR pin_tier IS NOT NULL ORDER BY account"
        )
        return list(readable(rows, _note))

    def enrol(self, account: AccountId, reason: str, now: datetime) -> None:
        """The account takes part, also where the member rule leaves it out; an exclusion ends."""
        self._set(account, now, standing=ENROLLED, reason=reason)

    def exclude(self, account: AccountId, reason: str, now: datetime) -> None:
        """The account takes no part, whatever the member rule says."""
        self._set(account, now, standing=EXCLUDED, reason=reason)

    def leave(self, account: AccountId, now: datetime) -> None:
        """The client wants to take no part; it may join again."""
        self._set(account, now, standing=LEFT, reason="")

    def follow_the_rule(self, account: AccountId, now: datetime) -> None:
        """Neither enrolled nor excluded."""
        self._set(account, now, standing=None, reason="")

    def pin(self, account: AccountId, pin: Pin, now: datetime) -> None:
        self._set(
            account,
            now,
            pin_tier=pin.tier,
            pin_until=pin.until.isoformat(),
            pin_reason=pin.reason,
            pin_kind=EXACTLY if pin.exactly else AT_LEAST,
        )

    def unpin(self, account: AccountId, now: datetime) -> None:
        self._set(account, now, pin_tier=None, pin_until=None, pin_reason=None, pin_kind=AT_LEAST)

    def _set(self, account: AccountId, now: datetime, **columns: str | None) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR IGNORE INTO member (account, changed_at) VALUES (?, ?)",
                (account, moment(now)),
            )
            for column, value in {**columns, "changed_at": moment(now)}.items():
                self._connection.execute(
                    f"UPDATE member SET {column} = ? WHERE account = ?",  # noqa: S608  our names
                    (value, account),
                )


def pin_in(row: sqlite3.Row) -> Pin | None:
    """The pin of a row that has the columns of one."""
    if not row["pin_tier"]:
        return None
    until, exactly = date.fromisoformat(row["pin_until"]), row["pin_kind"] == EXACTLY
    return Pin(row["pin_tier"], until, row["pin_reason"], exactly)


def _note(row: sqlite3.Row) -> MemberNote:
    return MemberNote(AccountId(row["account"]), row["standing"], row["reason"], pin_in(row))
