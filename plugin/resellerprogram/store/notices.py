"""What resellers are told: written down with the decision, sent afterwards, each at most once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from ..programme.forecast import Keep
from ..programme.ids import AccountId
from ..programme.notices import Kind, Notice, is_told, joined, overtakes
from ..programme.outcomes import OVER, REFUSED, WITHDRAWN
from ..programme.text import Text
from ..programme.tiers import Tier
from ..programme.values import dataclass
from .contents import text_of
from .database import NO_ERROR, error_of, kept_error, moment, transaction
from .readable import readable
from .terms import TermStore

LOOKED_AT = 2_000
"""So many of the newest are looked at for refusals."""
LATELY = 100
"""Notices of one account among which the last ones are looked for."""
_LENGTH_OF_A_DAY = len("2025-01-20")


@dataclass(frozen=True)
class KeptNotice:
    """A notice on record; `outcome` is empty while it waits."""

    id: int
    notice: Notice
    made_at: datetime
    outcome: str
    error: Text


class NoticeStore:
    """Notices by account, kind and cause. An account's wish not to be told is here, too."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._terms = connection, TermStore(connection)

    def is_new(self, notice: Notice) -> bool:
        """Whether the account wants to know of it, and does not know yet."""
        if notice.kind in self.unwanted(notice.account):
            return False
        return not is_told(notice, [kept.notice for kept in self._of(notice.account)])

    def put(self, notice: Notice, now: datetime) -> None:
        """Let it be sent, in place of what it overtakes; what the account knows is not put again."""
        with transaction(self._connection):
            if not self.is_new(notice):
                return
            overtaken = [
                kept for kept in self._of(notice.account) if not kept.outcome and overtakes(notice, kept.notice)
            ]
            for kept in overtaken:
                self.end(kept.id, WITHDRAWN, now)
            told = joined(overtaken[0].notice, notice) if overtaken else notice
            if told:
                self._add(told, now)

    def _add(self, notice: Notice, now: datetime) -> None:
        same = self._connection.execute(
            "SELECT count(*) FROM notice WHERE account = ? AND kind = ? AND (cause = ? OR substr(cause, 1, ?) = ?)",
            (notice.account, notice.kind.value, notice.cause, len(notice.cause) + 1, f"{notice.cause}#"),
        ).fetchone()[0]
        self._connection.execute(
            "INSERT INTO notice (account, kind, cause, made_at, before_term, tier_term, content)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                notice.account,
                notice.kind.value,
                f"{notice.cause}#{same + 1}" if same else notice.cause,
                moment(now),
                *self._content(notice),
            ),
        )

    def told(self, account: AccountId) -> tuple[Notice, ...]:
        """What the account was told lately, and what it is about to be told, oldest first."""
        return tuple(kept.notice for kept in self._of(account))

    def change(self, number: int, notice: Notice) -> None:
        """One that waited is told as the account stands now."""
        self._connection.execute(
            "UPDATE notice SET before_term = ?, tier_term = ?, content = ? WHERE id = ?",
            (*self._content(notice), number),
        )

    def _of(self, account: AccountId) -> list[KeptNotice]:
        """What the account was told lately, and what it is about to be told, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM notice WHERE account = ? AND outcome NOT IN (?, ?) ORDER BY id DESC LIMIT ?",
            (account, OVER, WITHDRAWN, LATELY),
        ).fetchall()
        return list(readable(reversed(rows), self._kept))

    def waiting(self) -> list[KeptNotice]:
        """What is still to be sent, oldest first."""
        rows = self._connection.execute("SELECT * FROM notice WHERE outcome = '' ORDER BY id")
        return list(readable(rows, self._kept))

    def newest(self, count: int) -> list[KeptNotice]:
        rows = self._connection.execute("SELECT * FROM notice ORDER BY id DESC LIMIT ?", (count,))
        return list(readable(rows, self._kept))

    def refused(self, since: datetime) -> int:
        """How many clients the panel refused to tell something since then."""
        row = self._connection.execute(
            "SELECT count(DISTINCT account) FROM"
            " (SELECT account, outcome, sent_at FROM notice ORDER BY id DESC LIMIT ?)"
            " WHERE outcome = ? AND sent_at >= ?",
            (LOOKED_AT, REFUSED, moment(since)),
        )
        return int(row.fetchone()[0])

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM notice").fetchone()[0])

    def end(self, number: int, outcome: str, now: datetime, error: Text = NO_ERROR) -> None:
        """What became of it; it is not sent again."""
        self._connection.execute(
            "UPDATE notice SET outcome = ?, sent_at = ?, error = ?, error_ru = ? WHERE id = ?",
            (outcome, moment(now), *kept_error(error), number),
        )

    def wait_again(self, number: int) -> None:
        """Nothing of it was sent."""
        self._connection.execute(
            "UPDATE notice SET outcome = '', sent_at = NULL, error = '', error_ru = '' WHERE id = ?", (number,)
        )

    def unwanted(self, account: AccountId) -> set[Kind]:
        rows = self._connection.execute("SELECT kind FROM unwanted_notice WHERE account = ?", (account,))
        return {Kind(row[0]) for row in rows}

    def want(self, account: AccountId, unwanted: Collection[Kind]) -> None:
        """From now on the account is told everything but these."""
        self._connection.execute("DELETE FROM unwanted_notice WHERE account = ?", (account,))
        self._connection.executemany(
            "INSERT INTO unwanted_notice (account, kind) VALUES (?, ?)", [(account, kind.value) for kind in unwanted]
        )

    def _content(self, notice: Notice) -> tuple[int | None, int | None, str]:
        """Its tiers, and what keeps the first of them."""
        return (
            self._terms.number_of_tier(notice.before),
            self._terms.number_of_tier(notice.tier),
            text_of(_content_of_keep(notice.keep)) if notice.keep else "",
        )

    def _kept(self, row: sqlite3.Row) -> KeptNotice:
        """The day is what every cause begins with."""
        before = self._terms.tier(row["before_term"])
        return KeptNotice(
            row["id"],
            Notice(
                AccountId(row["account"]),
                Kind(row["kind"]),
                date.fromisoformat(row["cause"][:_LENGTH_OF_A_DAY]),
                before,
                self._terms.tier(row["tier_term"]),
                _keep_of(before, json.loads(row["content"])) if row["content"] else None,
            ),
            datetime.fromisoformat(row["made_at"]),
            row["outcome"],
            error_of(row),
        )


def _content_of_keep(keep: Keep) -> dict[str, str]:
    return {
        "amount": str(keep.amount),
        "first_day": keep.first_day.isoformat(),
        "last_day": keep.last_day.isoformat(),
    }


def _keep_of(tier: Tier | None, content: dict[str, str]) -> Keep | None:
    first_day, last_day = date.fromisoformat(content["first_day"]), date.fromisoformat(content["last_day"])
    return Keep(tier, Decimal(content["amount"]), first_day, last_day) if tier else None
