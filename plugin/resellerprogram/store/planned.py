"""The plan that was last made for a page: what a run would change, account by account."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ..programme.changes import PlainChange, change_of, values_of
from ..programme.effects import Way
from ..programme.ids import AccountId
from .database import transaction
from .listing import MOST_ROWS, Listing, fold, in_order
from .readable import readable

_PUT = (
    "INSERT OR REPLACE INTO planned (account, name, name_order, turnover, turnover_order, tier_before, tier, kind,"
    " drops, changes, unforetold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
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

    def listed(self, name: str = "", kind: str = "", count: int = MOST_ROWS) -> tuple[list[PlannedAccount], int]:
        """The first `count` of the accounts whose name holds `name` and whose change is of that kind, what takes most
        away first; and how many there are in all."""
        conditions = [*(["instr(name_order, ?)"] if name else []), *(["kind = ?"] if kind else [])]
        values = [*([fold(name)] if name else []), *([kind] if kind else [])]
        rows = self._listing.rows(conditions, values, count)
        return list(readable(rows, _planned)), self._listing.count(conditions, values)

    def accounts(self) -> list[AccountId]:
        return [AccountId(row[0]) for row in self._connection.execute("SELECT account FROM planned ORDER BY account")]

    def counts(self, accounts: Iterable[AccountId] | None = None) -> dict[Way, int]:
        """How many accounts there are of each kind, of these or of all."""
        wanted = None if accounts is None else set(accounts)
        rows = self._connection.execute("SELECT account, kind FROM planned")
        found = Counter(row["kind"] for row in rows if wanted is None or row["account"] in wanted)
        return {way: found[way.value] for way in Way}

    def drops(self, accounts: Iterable[AccountId] | None = None) -> int:
        """How many discounts the plan lowers or removes, of these accounts or of all."""
        return self._sum("drops", accounts)

    def unforetold(self, accounts: Iterable[AccountId] | None = None) -> int:
        """How many of them nothing known before explains."""
        return self._sum("unforetold", accounts)

    def _sum(self, column: str, accounts: Iterable[AccountId] | None) -> int:
        wanted = None if accounts is None else set(accounts)
        rows = self._connection.execute("SELECT * FROM planned")
        return sum(row[column] for row in rows if wanted is None or row["account"] in wanted)


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
