"""Personal discounts of others that rest while an account holds a tier (R9): kept word for word, put back unchanged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..programme.ids import AccountId, DiscountId
from .database import moment, transaction
from .journal import Journal


@dataclass(frozen=True)
class SetAsideDiscount:
    """A discount that was taken out of the panel, or is about to be. `shown` is its list row, `fields` its form.

    `known` are the account's discounts when putting it back began, None before that.
    """

    id: int
    account: AccountId
    discount: DiscountId
    shown: Mapping[str, str]
    fields: Mapping[str, str]
    set_aside_at: datetime
    known: frozenset[int] | None


class SetAsideStore:
    """A record is made before the panel deletes the discount, and ends when the panel has it again. The journal
    holds it, too, in case the database is lost."""

    def __init__(self, connection: sqlite3.Connection, journal: Journal) -> None:
        self._connection, self._journal = connection, journal

    def restore(self) -> None:
        """Take from the journal what waits there; for a database that was made anew."""
        for line in self._journal.waiting():
            self._insert(
                line["account"], line["discount"], line["shown"], line["fields"], line["form"], line["set_aside_at"]
            )

    def keep(
        self,
        account: AccountId,
        discount: DiscountId,
        shown: Mapping[str, str],
        fields: Mapping[str, str],
        form: str,
        now: datetime,
    ) -> None:
        """Record a discount before it is deleted; one that was recorded and not deleted is recorded anew."""
        self._journal.write(
            "set_aside",
            {
                "account": account,
                "discount": discount,
                "shown": dict(shown),
                "fields": dict(fields),
                "form": form,
                "set_aside_at": moment(now),
            },
        )
        with transaction(self._connection):
            self._delete(account, [discount])
            self._insert(account, discount, shown, fields, form, moment(now))

    def of(self, account: AccountId) -> list[SetAsideDiscount]:
        """What waits to be put back, the oldest first."""
        return self._where("account = ? AND put_back_at IS NULL", account)

    def all(self) -> list[SetAsideDiscount]:
        return self._where("put_back_at IS NULL")

    def accounts(self) -> set[AccountId]:
        rows = self._connection.execute("SELECT DISTINCT account FROM set_aside WHERE put_back_at IS NULL")
        return {AccountId(row[0]) for row in rows}

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM set_aside WHERE put_back_at IS NULL").fetchone()[0])

    def begin_putting_back(self, record: int, known: Collection[int]) -> None:
        """From now on a discount beside the `known` ones may be this one."""
        self._connection.execute("UPDATE set_aside SET known = ? WHERE id = ?", (json.dumps(sorted(known)), record))

    def end_putting_back(self, record: int, as_discount: DiscountId | None, now: datetime) -> None:
        account, discount = self._connection.execute(
            "SELECT account, discount FROM set_aside WHERE id = ?", (record,)
        ).fetchone()
        self._journal.write("put_back", {"account": account, "discount": discount, "as": as_discount})
        self._connection.execute(
            "UPDATE set_aside SET put_back_at = ?, put_back_as = ? WHERE id = ?", (moment(now), as_discount, record)
        )

    def forget(self, account: AccountId, discounts: Collection[int]) -> None:
        """These discounts are in the panel still: they were recorded, but never deleted."""
        for kept in self.of(account):
            if kept.discount in discounts:
                self._journal.write("never_deleted", {"account": account, "discount": kept.discount})
                self._delete(account, [kept.discount])

    def forget_account(self, account: AccountId) -> None:
        """The client is gone, and nobody is left to whom anything could be given back."""
        self.forget(account, [kept.discount for kept in self.of(account)])

    def _delete(self, account: AccountId, discounts: Collection[int]) -> None:
        self._connection.executemany(
            "DELETE FROM set_aside WHERE account = ? AND discount = ? AND put_back_at IS NULL",
            [(account, discount) for discount in discounts],
        )

    def _insert(
        self, account: int, discount: int, shown: Mapping[str, str], fields: Mapping[str, str], form: str, at: str
    ) -> None:
        """Once, whoever comes first."""
        self._connection.execute(
            "INSERT INTO set_aside (account, discount, shown, fields, form, set_aside_at) SELECT ?, ?, ?, ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM set_aside WHERE account = ? AND discount = ? AND put_back_at IS NULL)",
            (account, discount, _json(shown), _json(fields), form, at, account, discount),
        )

    def _where(self, condition: str, *values: int) -> list[SetAsideDiscount]:
        rows = self._connection.execute(
            f"SELECT * FROM set_aside WHERE {condition} ORDER BY id",  # noqa: S608  our text
            values,
        )
        return [_record(row) for row in rows]


def _record(row: sqlite3.Row) -> SetAsideDiscount:
    return SetAsideDiscount(
        row["id"],
        AccountId(row["account"]),
        DiscountId(row["discount"]),
        json.loads(row["shown"]),
        json.loads(row["fields"]),
        datetime.fromisoformat(row["set_aside_at"]),
        None if row["known"] is None else frozenset(json.loads(row["known"])),
    )


def _json(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)
