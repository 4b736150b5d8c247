"""What waits to be recalculated: accounts, and payments whose account is not known yet (R6)."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from ..programme.ids import AccountId, PaymentId
from ..programme.outcomes import DEAD, FAILS, WAITS
from ..programme.text import Text
from ..programme.values import dataclass
from .database import error_of, kept_error, moment
from .readable import readable

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = timedelta(seconds=5), timedelta(hours=1), 3
GIVEN_UP_AFTER = 8


@dataclass(frozen=True)
class Queued:
    """An account, or a payment whose account is still to be found. `dead` is tried again only when told to."""

    id: int
    account: AccountId | None
    payment: PaymentId | None
    cause: str
    since: datetime
    attempts: int
    error: Text
    dead: bool
    who: str = ""

    @property
    def state(self) -> str:
        """How it stands (see programme/outcomes.py)."""
        return DEAD if self.dead else FAILS if self.error else WAITS


class QueueStore:
    """First come, first served. A row stays until what it asks for is done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, account: AccountId, cause: str, now: datetime, who: str = "") -> int:
        """Let the account be recalculated; tells the row's id."""
        added = self._connection.execute(
            "INSERT INTO queue (account, cause, since, who) VALUES (?, ?, ?, ?)", (account, cause, moment(now), who)
        )
        return int(added.lastrowid or 0)

    def put_once(self, account: AccountId, cause: str, now: datetime) -> None:
        """The same, unless the account waits already."""
        self._connection.execute(
            "INSERT INTO queue (account, cause, since) SELECT ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM queue WHERE account = ?)",
            (account, cause, moment(now), account),
        )

    def put_trouble(self, account: AccountId, cause: str, error: Text, now: datetime, who: str = "") -> None:
        """The account could not be served: it waits with the reason, in the row that it has if there is one."""
        row = self._connection.execute(
            "SELECT id FROM queue WHERE account = ? ORDER BY id DESC LIMIT 1", (account,)
        ).fetchone()
        self.failed(row[0] if row else self.put(account, cause, now, who), error, now)

    def put_payment(self, payment: PaymentId, cause: str, now: datetime) -> None:
        """Let the account of that payment be recalculated. `quick/event.py` writes the same row by itself."""
        self._connection.execute(
            "INSERT INTO queue (payment, cause, since) VALUES (?, ?, ?)", (payment, cause, moment(now))
        )

    def is_of(self, row: int, account: AccountId) -> None:
        """Whose payment a row is about has been found."""
        self._connection.execute("UPDATE queue SET account = ? WHERE id = ?", (account, row))

    def next_due(self, now: datetime) -> Queued | None:
        """The oldest row that may be tried now."""
        row = self._connection.execute(
            "SELECT * FROM queue WHERE dead = 0 AND not_before <= ? ORDER BY id LIMIT 1", (moment(now),)
        ).fetchone()
        return _queued(row) if row else None

    def due_count(self, now: datetime) -> int:
        return int(
            self._connection.execute(
                "SELECT count(*) FROM queue WHERE dead = 0 AND not_before <= ?", (moment(now),)
            ).fetchone()[0]
        )

    def next_pause(self, now: datetime) -> timedelta | None:
        """How long until a row may be tried; None when none ever may."""
        row = self._connection.execute("SELECT min(not_before) FROM queue WHERE dead = 0").fetchone()
        if row[0] is None:
            return None
        return max(timedelta(0), _since(row[0]) - now) if row[0] else timedelta(0)

    def listed(self, count: int) -> list[Queued]:
        """The first `count` of all, what was given up before what fails before what only waits."""
        rows = self._connection.execute("SELECT * FROM queue ORDER BY dead DESC, error = '', id LIMIT ?", (count,))
        return list(readable(rows, _queued))

    def in_trouble(self) -> list[AccountId]:
        """Accounts that could not be served and wait with the reason, or were given up."""
        rows = self._connection.execute("SELECT DISTINCT account FROM queue WHERE error <> '' AND account IS NOT NULL")
        return [AccountId(row[0]) for row in rows]

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM queue").fetchone()[0])

    def newest(self) -> int:
        """The id of the row that came last, 0 without any: later ones are not answered by what is read now."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM queue").fetchone()[0])

    def done(self, account: AccountId, up_to: int) -> None:
        """The account was recalculated with what was known when row `up_to` was the newest; its payments' rows too."""
        self._connection.execute(
            "DELETE FROM queue WHERE id <= ? AND (account = ? OR (account IS NULL AND EXISTS"
            " (SELECT 1 FROM ledger l WHERE l.until IS NULL AND l.payment = queue.payment AND l.account = ?)))",
            (up_to, account, account),
        )

    def drop(self, row: int) -> int:
        """Let a row go; tells how many there were."""
        return self._connection.execute("DELETE FROM queue WHERE id = ?", (row,)).rowcount

    def failed(self, row: int, error: Text, now: datetime, may_die: bool = True) -> None:
        """Try again after a growing pause; after `GIVEN_UP_AFTER` times, where it `may_die`, only when told to. What
        else waits of the same account would fail likewise, and waits as long."""
        attempts = int(self._connection.execute("SELECT attempts FROM queue WHERE id = ?", (row,)).fetchone()[0]) + 1
        dead = may_die and attempts >= GIVEN_UP_AFTER
        pause = min(FIRST_PAUSE * GROWTH ** min(attempts - 1, 10), LONGEST_PAUSE)
        self._connection.execute(
            "UPDATE queue SET attempts = ?, not_before = ?, error = ?, error_ru = ?, dead = ? WHERE id = ?",
            (attempts, moment(now + pause), *kept_error(error), int(dead), row),
        )
        self._connection.execute(
            "UPDATE queue SET not_before = max(not_before, ?)"
            " WHERE id <> ? AND account = (SELECT account FROM queue WHERE id = ?)",
            (moment(now + pause), row, row),
        )

    def retry(self, row: int | None = None) -> int:
        """Let one row, or all, be tried at once, dead ones too; tells how many there are."""
        return self._connection.execute(
            "UPDATE queue SET dead = 0, attempts = 0, not_before = '' WHERE ? IS NULL OR id = ?", (row, row)
        ).rowcount

    def failing(self) -> set[AccountId]:
        """Accounts that wait because something went wrong."""
        rows = self._connection.execute("SELECT DISTINCT account FROM queue WHERE error <> '' AND account IS NOT NULL")
        return {AccountId(row[0]) for row in rows}

    def next_try(self, account: AccountId) -> datetime | None:
        """When an account that waits is tried again; None where it is given up or does not wait."""
        row = self._connection.execute(
            "SELECT min(not_before) FROM queue WHERE account = ? AND dead = 0", (account,)
        ).fetchone()
        return _since(row[0]) if row and row[0] else None

    def waits(self, account: AccountId) -> bool:
        """Whether the account is known to wait."""
        return bool(self._connection.execute("SELECT 1 FROM queue WHERE account = ? LIMIT 1", (account,)).fetchone())

    def all(self) -> list[Queued]:
        return list(readable(self._connection.execute("SELECT * FROM queue ORDER BY id"), _queued))


def _since(text: str) -> datetime:
    """Who waits is served, also where nobody can tell since when."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return datetime(1970, 1, 1)


def _queued(row: sqlite3.Row) -> Queued:
    return Queued(
        row["id"],
        None if row["account"] is None else AccountId(row["account"]),
        None if row["payment"] is None else PaymentId(row["payment"]),
        row["cause"],
        _since(row["since"]),
        row["attempts"],
        error_of(row),
        bool(row["dead"]),
        row["who"],
    )
