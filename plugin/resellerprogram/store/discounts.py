"""Which of the panel's personal discounts belong to the programme."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..programme.ids import AccountId, DiscountId, Scope
from ..programme.ownership import OwnedDiscount
from .contents import text_of
from .database import transaction


class Owner(NamedTuple):
    """Whose a discount of ours is or was, until when if it has ended, and what for; that is empty where it ended before
    it was kept."""

    account: AccountId
    ended_on: date | None
    scope: Scope


class OwnedDiscountStore:
    """Remembers our discounts by id. Losing it loses nothing: they are adopted again by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, account: AccountId) -> dict[DiscountId, OwnedDiscount]:
        rows = self._connection.execute("SELECT * FROM owned_discount WHERE account = ?", (account,))
        return {DiscountId(row["id"]): _owned(row) for row in rows}

    def any(self) -> OwnedDiscount | None:
        row = self._connection.execute("SELECT * FROM owned_discount ORDER BY id DESC LIMIT 1").fetchone()
        return _owned(row) if row else None

    def accounts(self) -> set[AccountId]:
        return {AccountId(row[0]) for row in self._connection.execute("SELECT DISTINCT account FROM owned_discount")}

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM owned_discount").fetchone()[0])

    def keep(self, discount: OwnedDiscount) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO owned_discount (id, account, scope, shown, percent, since)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                discount.id,
                discount.account,
                discount.scope,
                discount.shown and text_of(dict(discount.shown)),
                None if discount.percent is None else str(discount.percent),
                discount.since and discount.since.isoformat(),
            ),
        )

    def end(self, discount: DiscountId, on: date) -> None:
        """The discount is gone from the panel; what it saved until that day was ours still."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO former_discount (id, account, ended_on, scope)"
                " SELECT id, account, ?, scope FROM owned_discount WHERE id = ?",
                (on.isoformat(), discount),
            )
            self._connection.execute("DELETE FROM owned_discount WHERE id = ?", (discount,))

    def owners(self, day: date) -> dict[DiscountId, Owner]:
        """Whose each discount is that acted on `day` or later."""
        rows = self._connection.execute(
            "SELECT id, account, ended_on, scope FROM former_discount WHERE ended_on >= ?"
            " UNION ALL SELECT id, account, NULL, scope FROM owned_discount",
            (day.isoformat(),),
        )
        return {
            DiscountId(row["id"]): Owner(
                AccountId(row["account"]),
                date.fromisoformat(row["ended_on"]) if row["ended_on"] else None,
                Scope(row["scope"]),
            )
            for row in rows
        }

    def held_on(self, account: AccountId, day: date) -> bool:
        """Whether the account had a discount of ours on that day, for a part of it at least."""
        row = self._connection.execute(
            "SELECT 1 FROM owned_discount WHERE account = ? AND coalesce(since, '') <= ?"
            " UNION ALL SELECT 1 FROM former_discount WHERE account = ? AND ended_on >= ? LIMIT 1",
            (account, day.isoformat(), account, day.isoformat()),
        ).fetchone()
        return row is not None

    def forget_former(self, before: date) -> None:
        """Those that ended earlier; nobody asks for them any more."""
        self._connection.execute("DELETE FROM former_discount WHERE ended_on < ?", (before.isoformat(),))

    def forget_account(self, account: AccountId) -> None:
        self._connection.execute("DELETE FROM owned_discount WHERE account = ?", (account,))


def _owned(row: sqlite3.Row) -> OwnedDiscount:
    shown = json.loads(row["shown"]) if row["shown"] else None
    return OwnedDiscount(
        DiscountId(row["id"]),
        AccountId(row["account"]),
        Scope(row["scope"]),
        shown,
        None if row["percent"] is None else Decimal(row["percent"]),
        date.fromisoformat(row["since"]) if row["since"] else None,
    )
