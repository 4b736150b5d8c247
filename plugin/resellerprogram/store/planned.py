"""The plan that was last made for a page: what a run would change, account by account."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ..programme.changes import OF_TARIFF, PlainChange, change_of, values_of
from ..programme.effects import Way
from ..programme.ids import AccountId
from ..programme.values import dataclass
from ..programme.verdict import Part
from .database import transaction
from .listing import MOST_ROWS, Listing, fold, in_order
from .readable import readable

_PUT = (
    "INSERT OR REPLACE INTO planned (account, name, name_order, turnover, turnover_order, tier_before, tier, kind,"
    " drops, changes, unforetold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_OF_TYPES = (
    "EXISTS (SELECT 1 FROM json_each(changes) AS each, json_each(?) AS type"
    " WHERE json_extract(each.value, '$.scope') IS NOT NULL"
    " AND instr(json_extract(each.value, '$.what') || ?, type.value || ?) = 1)"
)


@dataclass(frozen=True)
class PlannedAccount:
    """One account: its tier before and after, which way its discounts go (`kind`), how many it lowers or
    removes, how many of these nothing known before explains, and every change."""

    account: AccountId
    name: str
    turnover: Decimal
    tier_before: str | None
    tier: str | None
    kind: Way
    drops: int
    changes: tuple[PlainChange, ...]
    unforetold: int = 0


class PlannedStore:
    """Replaced as a whole by each new plan; an account that was recalculated since is taken out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._listing = Listing(connection, "planned", "drops DESC, account")

    def replace(self, accounts: Iterable[PlannedAccount]) -> None:
        with transaction(self._connection):
            self._connection.execute("DELETE FROM planned")
            self._connection.executemany(_PUT, map(_values, accounts))

    def put(self, account: PlannedAccount) -> None:
        """What is planned for one account now, whatever was before."""
        self._connection.execute(_PUT, _values(account))

    def done(self, account: AccountId) -> None:
        self._connection.execute("DELETE FROM planned WHERE account = ?", (account,))

    def listed(
        self, name: str = "", kind: str = "", types: Sequence[str] | None = None, count: int = MOST_ROWS
    ) -> tuple[list[PlannedAccount], int]:
        """The first `count` of the accounts whose name holds `name`, whose change is of that kind, and of whom a
        discount for one of these service types changes, what takes most away first; and how many there are in all."""
        conditions = [*(["instr(name_order, ?)"] if name else []), *(["kind = ?"] if kind else [])]
        values = [*([fold(name)] if name else []), *([kind] if kind else [])]
        if types is not None:
            conditions.append(_OF_TYPES)
            values += [json.dumps(types), OF_TARIFF, OF_TARIFF]
        rows = self._listing.rows(conditions, values, count)
        return list(readable(rows, _planned)), self._listing.count(conditions, values)

    def count(self) -> int:
        """How many accounts the plan has."""
        return self._listing.count((), ())

    def accounts(self) -> list[AccountId]:
        return [AccountId(row[0]) for row in self._connection.execute("SELECT account FROM planned ORDER BY account")]

    def names(self, accounts: Iterable[AccountId]) -> dict[int, str]:
        """What these are called."""
        rows = self._connection.execute(
            "SELECT account, name FROM planned WHERE account IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(accounts))),),
        )
        return {row[0]: row[1] for row in rows}

    def parts(self, accounts: Iterable[AccountId] | None = None) -> Iterator[Part]:
        """What is planned, of these accounts or of all, what is alike together: thousands share a few steps."""
        wanted = None if accounts is None else json.dumps(sorted(set(accounts)))
        rows = self._connection.execute(
            "SELECT kind, unforetold, changes, count(*) AS clients FROM planned"
            " WHERE ? IS NULL OR account IN (SELECT value FROM json_each(?)) GROUP BY kind, unforetold, changes",
            (wanted, wanted),
        )
        return readable(rows, _part)


def _part(row: sqlite3.Row) -> Part:
    changes = tuple(map(change_of, json.loads(row["changes"])))
    return Part(Way(row["kind"]), row["unforetold"], changes, row["clients"])


def _values(planned: PlannedAccount) -> tuple[object, ...]:
    return (
        planned.account,
        planned.name,
        fold(planned.name),
        str(planned.turnover),
        in_order(planned.turnover),
        planned.tier_before,
        planned.tier,
        planned.kind.value,
        planned.drops,
        json.dumps([values_of(change) for change in planned.changes], ensure_ascii=False),
        planned.unforetold,
    )


def _planned(row: sqlite3.Row) -> PlannedAccount:
    return PlannedAccount(
        AccountId(row["account"]),
        row["name"],
        Decimal(row["turnover"]),
        row["tier_before"],
        row["tier"],
        Way(row["kind"]),
        row["drops"],
        tuple(map(change_of, json.loads(row["changes"]))),
        row["unforetold"],
    )
