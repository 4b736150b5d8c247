"""Details of what is long past go, sums stay (R11).

What a decision says of days, turnover, tier, basis and cause is kept for ever. Which payments it counted, and what was
written for it, go when they are old enough, and with them what of the ledger no other decision needs. An account's
newest decision keeps its details however old it is, as does the one that was in force when the time kept begins.
"""

from __future__ import annotations

import logging
import sqlite3
from datetime import date

from ..programme.decision import counting_rules
from ..programme.ids import AccountId
from ..programme.window import Window
from .database import transaction
from .decisions import NOT_KEPT
from .ledger import GONE, NOTICED, REFUND
from .notes import RETAINED, NoteStore
from .readable import SPOILT
from .terms import TermStore

BATCH = 1_000
AT_ONCE = 25_000
"""Decisions that are looked at in one night: the first night on a large and old database has an end, too."""

log = logging.getLogger(__name__)


class RetentionStore:
    """Walks the decisions in the order in which they were made, each once, and remembers how far it came."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._notes, self._terms = NoteStore(connection), TermStore(connection)

    def let_go(self, before: date, first: date, at_most: int = AT_ONCE) -> int:
        """Let go of the details of decisions that ended `before` a day, looking at `at_most` so many; tells of how
        many. Payments since `first` stay, whoever needs them. Each account is done as a whole or not at all, and what
        is cut short is begun again."""
        gone = 0
        while at_most > 0:
            aged = self._aged(before, min(BATCH, at_most))
            if not aged:
                break
            for account in dict.fromkeys(AccountId(row["account"]) for row in aged):
                gone += self._of_account(account, before, first)
            self._notes.write(RETAINED, aged[-1]["id"])
            at_most -= len(aged)
        return gone

    def _aged(self, before: date, count: int) -> list[sqlite3.Row]:
        """The decisions that come next, up to the first that is not old enough: whichever an account made before one
        of them ended before that day."""
        rows = self._connection.execute(
            "SELECT id, account, first_day FROM decision WHERE id > ? ORDER BY id LIMIT ?",
            (self._notes.read(RETAINED) or 0, count),
        ).fetchall()
        old = [number for number, row in enumerate(rows) if row["first_day"] > before.isoformat()]
        return rows[: old[0]] if old else rows

    def _of_account(self, account: AccountId, before: date, first: date) -> int:
        """An account of which something can't be read keeps all."""
        try:
            with transaction(self._connection):
                gone = self._thin(account, before)
                if gone:
                    self._forget_payments(account, first)
                return gone
        except SPOILT:
            log.exception("account %s keeps its details", account)
            return 0

    def _thin(self, account: AccountId, before: date) -> int:
        """What could not be counted anew from the ledger keeps its content, but for the payments; none where it can't
        be read."""
        return self._connection.execute(
            "UPDATE decision SET written = ?,"
            " content = CASE WHEN json_valid(content) THEN json_remove(content, '$.payments') END"
            " WHERE account = ? AND last_day < ? AND written <> ? AND NOT unfinished"
            " AND id < (SELECT max(id) FROM decision WHERE account = ? AND first_day <= ?)",
            (NOT_KEPT, account, before.isoformat(), NOT_KEPT, account, before.isoformat()),
        ).rowcount

    def _forget_payments(self, account: AccountId, first: date) -> None:
        """Versions that were replaced before any decision with details was made, payments of days that none of them
        looks at, and the rates of payments of which nothing is left."""
        version, first = self._needed(account, first)
        was = self._payments(account)
        self._connection.execute(
            "DELETE FROM ledger WHERE account = ? AND NOT kind & ?"
            " AND (until <= ? OR (until IS NULL AND kind & ? AND version <= ?))",
            (account, NOTICED, version, GONE, version),
        )
        if not self._gives_back(account, first):
            self._connection.execute(
                "DELETE FROM ledger WHERE account = ? AND day <> '' AND day < ? AND NOT kind & ?",
                (account, first.isoformat(), NOTICED),
            )
        self._connection.executemany(
            "DELETE FROM payment_rate WHERE account = ? AND payment = ?",
            [(account, payment) for payment in was - self._payments(account)],
        )

    def _needed(self, account: AccountId, first: date) -> tuple[int, date]:
        """The earliest version and the first day that decisions with details still refer to, or `first` if that is
        earlier."""
        rows = self._connection.execute(
            "SELECT rules, min(version) AS version, min(last_day) AS day FROM decision"
            " WHERE account = ? AND written <> ? GROUP BY rules",
            (account, NOT_KEPT),
        ).fetchall()
        days = [Window.of(date.fromisoformat(row["day"]), self._months(row["rules"])).first for row in rows]
        return min(row["version"] for row in rows), min([first, *days])

    def _months(self, rules: int | None) -> int:
        found = counting_rules(self._terms.content(rules), {})
        return found.months if found else 1

    def _gives_back(self, account: AccountId, first: date) -> bool:
        """Whether money was given back in these days: then earlier payments tell which it took back (R4)."""
        found = self._connection.execute(
            "SELECT 1 FROM ledger WHERE account = ? AND kind & ? AND (day = '' OR day >= ?) LIMIT 1",
            (account, REFUND, first.isoformat()),
        )
        return found.fetchone() is not None

    def _payments(self, account: AccountId) -> set[int]:
        return {row[0] for row in self._connection.execute("SELECT payment FROM ledger WHERE account = ?", (account,))}
