"""Whose turn it is, by what is on record: each of these is one question to an index or a count (R7)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import date

from ..programme.basis import COUNTING, Basis
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.values import dataclass

_HOLDERS = "SELECT account FROM owned_discount UNION SELECT account FROM set_aside WHERE put_back_at IS NULL"


@dataclass(frozen=True)
class OnRecord:
    """As much of an account as the list of clients is compared with: `holds` a discount of ours, or something rests."""

    basis: Basis | None
    holds: bool
    verified_on: date | None


class DueStore:
    """Reads standings and discounts; writes nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def members(self) -> int:
        """How many take part."""
        marks = ", ".join("?" * len(COUNTING))
        return self._number(f"SELECT count(*) FROM standing WHERE basis IN ({marks})", *COUNTING)  # noqa: S608  marks

    def with_tier(self) -> int:
        """How many hold one, or would."""
        return self._number("SELECT count(*) FROM standing WHERE tier IS NOT NULL")

    def accounts(self) -> int:
        """How many clients are on record."""
        return self._number("SELECT count(*) FROM standing")

    def by_time(self, day: date) -> list[Account]:
        """Whom time may have changed by `day`, and of whom that is not known."""
        return self._accounts("SELECT account, name FROM standing WHERE due_on IS NULL OR due_on <= ?", day.isoformat())

    def everybody(self) -> list[Account]:
        return self._accounts("SELECT account, name FROM standing")

    def holders(self) -> int:
        """How many have a discount of ours, or one that rests."""
        return self._number(f"SELECT count(*) FROM ({_HOLDERS})")  # noqa: S608  our words

    def longest_unverified(self, count: int) -> list[Account]:
        """`count` of the holders, those first about whom the panel was not asked for the longest time."""
        return self._accounts(
            f"SELECT account, coalesce(name, '') AS name FROM ({_HOLDERS}) LEFT JOIN standing USING (account)"  # noqa: S608
            " ORDER BY verified_on IS NOT NULL, verified_on, account LIMIT ?",
            count,
        )

    def named(self, accounts: Iterable[AccountId]) -> list[Account]:
        """These, with the names by which they are known."""
        return self._accounts(
            "SELECT value AS account, coalesce(name, '') AS name FROM json_each(?)"
            " LEFT JOIN standing ON standing.account = value",
            json.dumps(sorted(set(accounts))),
        )

    def on_record(self, ending: str = "") -> dict[AccountId, OnRecord]:
        """Everybody on record whose id ends so."""
        rows = self._connection.execute(
            f"SELECT a.account, basis, verified_on, a.account IN ({_HOLDERS}) AS holds FROM"  # noqa: S608  our words
            " (SELECT account FROM standing UNION SELECT account FROM member) a LEFT JOIN standing USING (account)"
            " WHERE ? = '' OR substr(a.account, -length(?)) = ?",
            (ending, ending, ending),
        )
        return {AccountId(row["account"]): _on_record(row) for row in rows}

    def by_name(self, names: Iterable[str]) -> dict[str, AccountId]:
        """Whose name each is, as lists show it; without those that two clients bear or nobody."""
        rows = self._connection.execute(
            "SELECT name, min(account) AS account FROM standing WHERE name IN (SELECT value FROM json_each(?))"
            " GROUP BY name HAVING count(*) = 1",
            (json.dumps(sorted(set(names)), ensure_ascii=False),),
        )
        return {row["name"]: AccountId(row["account"]) for row in rows if row["name"]}

    def _accounts(self, question: str, *values: object) -> list[Account]:
        rows = self._connection.execute(question, values)
        return [Account(AccountId(row["account"]), row["name"]) for row in rows]

    def _number(self, question: str, *values: object) -> int:
        return int(self._connection.execute(question, values).fetchone()[0])


def _on_record(row: sqlite3.Row) -> OnRecord:
    verified = row["verified_on"]
    return OnRecord(
        Basis(row["basis"]) if row["basis"] else None,
        bool(row["holds"]),
        date.fromisoformat(verified) if verified else None,
    )
