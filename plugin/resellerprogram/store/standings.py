"""Where every account stands by its last decision: what lists show, without the decision's payments (R11)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from ..programme.basis import Basis, Pin
from ..programme.ids import AccountId
from ..programme.members import Account
from ..programme.moves import Move, Mover
from ..programme.standing import Standing
from ..programme.tiers import ServiceClass
from ..programme.values import dataclass
from .contents import text_of
from .database import moment
from .listing import MOST_ROWS, PLACES, Listing, fold, in_order
from .members import pin_in
from .readable import if_readable, readable

PUT_RIGHT_FOR = timedelta(days=30)
"""How long a list shows that somebody's change of a discount was put right."""

STATES = {
    "members": "basis IN ('', 'turnover', 'pinned')",
    "with_tier": "tier IS NOT NULL",
    "no_tier": "tier IS NULL AND basis IN ('turnover', 'pinned')",
    "pinned": "basis = 'pinned' OR account IN (SELECT account FROM member WHERE pin_until >= :today)",
    "excluded": "account IN (SELECT account FROM member WHERE standing = 'excluded')",
    "set_aside": "account IN (SELECT account FROM set_aside WHERE put_back_at IS NULL)",
    "put_right": "put_right_at >= :lately",
    "failed": "account IN (SELECT account FROM queue WHERE error <> '')",
    "waits": "account IN (SELECT account FROM queue)",
    "differs": "account IN (SELECT value FROM json_each(:behind))",
    "not_a_member": "basis = 'not_a_member'",
}
TROUBLES = ("failed", "waits", "differs", "put_right")
STATES["trouble"] = " OR ".join(STATES[each] for each in TROUBLES)
"""By what a list can be filtered, and the condition; `:today`, `:lately` and `:behind` are put in."""


@dataclass(frozen=True)
class Wanted:
    """Whom a list is about: whose name holds `name`, who has `tier` and is in all of these `states`, and whose tier
    changes `within` so many days. `behind` are those whose discounts in effect are not what is due."""

    name: str = ""
    tier: str = ""
    states: tuple[str, ...] = ()
    within: int | None = None
    behind: Collection[AccountId] = ()


EVERYBODY = Wanted()


@dataclass(frozen=True)
class Listed:
    """A standing with what else a list shows of the account: what the administrator said of it (`excluded` is why), how
    many discounts are `set_aside`, and the error with which it waits in the queue; None where it does not wait."""

    standing: Standing
    pin: Pin | None
    excluded: str | None
    set_aside: int
    error: str | None

    def put_right_lately(self, now: datetime) -> bool:
        """Whether somebody's change of a discount was put right a short while ago."""
        at = self.standing.put_right_at
        return at is not None and now - at <= PUT_RIGHT_FOR


class StandingStore:
    """One row an account. Losing it loses nothing: the next run writes it again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._listing = Listing(connection, "standing", "turnover_order DESC, account DESC")

    def keep(self, standing: Standing) -> None:
        """Write an account's row; a name, a putting right or a verification that is not known now stays as it was."""
        self._connection.execute(
            "INSERT INTO standing (account, name, name_order, basis, tier, threshold_order, turnover, turnover_order,"
            " next_tier, missing, missing_order, percents, change_day, change_tier, decided_at, put_right_at,"
            " since, class_since, move, due_on, verified_on)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (account) DO UPDATE SET"
            " name = coalesce(nullif(excluded.name, ''), name),"
            " name_order = coalesce(nullif(excluded.name_order, ''), name_order),"
            " basis = excluded.basis, tier = excluded.tier,"
            " threshold_order = excluded.threshold_order, turnover = excluded.turnover,"
            " turnover_order = excluded.turnover_order, next_tier = excluded.next_tier, missing = excluded.missing,"
            " missing_order = excluded.missing_order, percents = excluded.percents, change_day = excluded.change_day,"
            " change_tier = excluded.change_tier, decided_at = excluded.decided_at,"
            " since = excluded.since, class_since = excluded.class_since, move = excluded.move,"
            " due_on = excluded.due_on, verified_on = coalesce(excluded.verified_on, verified_on),"
            " put_right_at = coalesce(excluded.put_right_at, put_right_at)",
            (
                standing.account,
                standing.name,
                fold(standing.name),
                standing.basis.value if standing.basis else "",
                standing.tier,
                in_order(standing.threshold),
                str(standing.turnover),
                in_order(standing.turnover),
                standing.next_tier,
                None if standing.missing is None else str(standing.missing),
                in_order(standing.missing),
                text_of({name: str(percent) for name, percent in standing.percents.items()}),
                standing.change_day and standing.change_day.isoformat(),
                standing.change_tier,
                standing.decided_at and moment(standing.decided_at),
                standing.put_right_at and moment(standing.put_right_at),
                standing.since and standing.since.isoformat(),
                text_of({name: day.isoformat() for name, day in standing.class_since.items()}),
                _content_of_move(standing.move),
                (standing.due_on or date.max).isoformat(),
                standing.verified_on and standing.verified_on.isoformat(),
            ),
        )

    def know(self, account: AccountId, name: str) -> None:
        """Let lists show an account that no run has looked at yet."""
        self._connection.execute(
            "INSERT INTO standing (account, name, name_order) VALUES (?, ?, ?)"
            " ON CONFLICT (account) DO UPDATE SET name = excluded.name, name_order = excluded.name_order",
            (account, name, fold(name)),
        )

    def of(self, account: AccountId) -> Standing | None:
        """None also where the row is spoilt: the next run writes it again."""
        row = self._connection.execute("SELECT * FROM standing WHERE account = ?", (account,)).fetchone()
        return if_readable(row, _standing)

    def rename(self, clients: Iterable[Account]) -> None:
        """What the panel calls these now; who is not on record stays so."""
        self._connection.executemany(
            "UPDATE standing SET name = ?, name_order = ? WHERE account = ? AND name <> ?",
            ((each.name, fold(each.name), each.id, each.name) for each in clients if each.name),
        )

    def names(self, accounts: Iterable[AccountId]) -> dict[int, str]:
        """What these are called, as far as it is known."""
        rows = self._connection.execute(
            "SELECT account, name FROM standing WHERE account IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(set(accounts))),),
        )
        return {row[0]: row[1] for row in rows}

    def forget(self, account: AccountId) -> None:
        self._connection.execute("DELETE FROM standing WHERE account = ?", (account,))

    def holders(self, tier: str) -> int:
        """How many accounts hold the tier of that name."""
        return int(self._connection.execute("SELECT count(*) FROM standing WHERE tier = ?", (tier,)).fetchone()[0])

    def count(self) -> int:
        """How many accounts there are."""
        return self._listing.count((), ())

    def listed(self, now: datetime, wanted: Wanted = EVERYBODY, count: int = MOST_ROWS) -> tuple[list[Listed], int]:
        """The first `count` of those who are wanted, the highest turnover first; and how many there are in all."""
        conditions, values = [], []
        if wanted.name:
            conditions.append("instr(name_order, ?)")
            values.append(fold(wanted.name))
        if wanted.tier:
            conditions.append("tier = ?")
            values.append(wanted.tier)
        if wanted.within is not None:
            conditions.append("change_day <= ?")
            values.append((now.date() + timedelta(days=wanted.within)).isoformat())
        for state in wanted.states:
            conditions.append(
                STATES[state]
                .replace(":today", f"'{now.date().isoformat()}'")
                .replace(":lately", f"'{moment(now - PUT_RIGHT_FOR)}'")
                .replace(":behind", f"'{json.dumps(sorted(wanted.behind))}'")
            )
        said, resting, errors = self._said(), self._resting(), self._errors()
        found = []
        for standing in readable(self._listing.rows(conditions, values, count), _standing):
            noted = said.get(standing.account)
            found.append(
                Listed(
                    standing,
                    if_readable(noted, pin_in),
                    noted["reason"] if noted and noted["standing"] == "excluded" else None,
                    resting.get(standing.account, 0),
                    errors.get(standing.account),
                )
            )
        return found, self._listing.count(conditions, values)

    def _said(self) -> dict[int, sqlite3.Row]:
        """What was said of members: of a few, beside all the others."""
        return {row["account"]: row for row in self._connection.execute("SELECT * FROM member")}

    def _resting(self) -> dict[int, int]:
        rows = self._connection.execute(
            "SELECT account, count(*) FROM set_aside WHERE put_back_at IS NULL GROUP BY account"
        )
        return {row[0]: row[1] for row in rows}

    def _errors(self) -> dict[int, str]:
        """With which error an account waits, the oldest first, or with none."""
        rows = self._connection.execute("SELECT account, error FROM queue ORDER BY error <> '', id DESC")
        return {row[0]: row[1] for row in rows if row[0] is not None}


def _standing(row: sqlite3.Row) -> Standing:
    return Standing(
        AccountId(row["account"]),
        row["name"],
        _BASES[row["basis"]],
        row["tier"],
        None if row["threshold_order"] is None else Decimal(row["threshold_order"]).scaleb(-PLACES),
        Decimal(row["turnover"]),
        row["next_tier"],
        None if row["missing"] is None else Decimal(row["missing"]),
        _percents(row["percents"]),
        date.fromisoformat(row["change_day"]) if row["change_day"] else None,
        row["change_tier"],
        datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
        datetime.fromisoformat(row["put_right_at"]) if row["put_right_at"] else None,
        date.fromisoformat(row["since"]) if row["since"] else None,
        _days(row["class_since"]),
        _move_of(row["move"]),
        date.fromisoformat(row["due_on"]) if row["due_on"] not in (None, _NEVER) else None,
        date.fromisoformat(row["verified_on"]) if row["verified_on"] else None,
    )


_NEVER = date.max.isoformat()
_BASES = {"": None, **{each.value: each for each in Basis}}


@lru_cache(maxsize=1000)
def _percents(text: str) -> Mapping[ServiceClass, Decimal]:
    """Thousands of accounts share the few of a table."""
    return {ServiceClass(name): Decimal(percent) for name, percent in json.loads(text).items()}


@lru_cache(maxsize=1000)
def _days(text: str) -> Mapping[ServiceClass, date]:
    return {ServiceClass(name): date.fromisoformat(day) for name, day in json.loads(text).items()}


def _content_of_move(move: Move | None) -> str | None:
    if move is None:
        return None
    return text_of(
        {
            "day": move.day.isoformat(),
            "mover": move.mover.value,
            "amount": None if move.amount is None else str(move.amount),
            "number": move.number,
            "credited_on": move.credited_on and move.credited_on.isoformat(),
        }
    )


def _move_of(text: str | None) -> Move | None:
    if text is None:
        return None
    content = json.loads(text)
    return Move(
        date.fromisoformat(content["day"]),
        Mover(content["mover"]),
        None if content["amount"] is None else Decimal(content["amount"]),
        content["number"],
        date.fromisoformat(content["credited_on"]) if content["credited_on"] else None,
    )
