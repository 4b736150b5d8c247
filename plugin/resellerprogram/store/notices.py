"""What resellers are told: written down with the decision, sent afterwards, each at most once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..programme.forecast import Keep
from ..programme.ids import AccountId
from ..programme.notices import Kind, Notice, is_told, joined, overtakes
from ..programme.outcomes import OVER, WITHDRAWN
from ..programme.text import short
from .contents import content_of_tier, tier_of
from .database import LONGEST_ERROR, moment, transaction
from .readable import readable

LATELY = 100
"""Notices of one account among which the last ones are looked for."""


@dataclass(frozen=True)
class KeptNotice:
    """A notice on record; `outcome` is empty while it waits."""

    id: int
    notice: Notice
    made_at: datetime
    outcome: str
    error: str


class NoticeStore:
    """Notices by account, kind and cause. An account's wish not to be told is here, too."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

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
            "INSERT INTO notice (account, kind, cause, made_at, content) VALUES (?, ?, ?, ?, ?)",
            (
                notice.account,
                notice.kind.value,
                f"{notice.cause}#{same + 1}" if same else notice.cause,
                moment(now),
                json.dumps(_content(notice), ensure_ascii=False),
            ),
        )

    def told(self, account: AccountId) -> tuple[Notice, ...]:
        """What the account was told lately, and what it is about to be told, oldest first."""
        return tuple(kept.notice for kept in self._of(account))

    def change(self, number: int, notice: Notice) -> None:
        """One that waited is told as the account stands now."""
        content = json.dumps(_content(notice), ensure_ascii=False)
        self._connection.execute("UPDATE notice SET content = ? WHERE id = ?", (content, number))

    def _of(self, account: AccountId) -> list[KeptNotice]:
        """What the account was told lately, and what it is about to be told, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM notice WHERE account = ? AND outcome NOT IN (?, ?) ORDER BY id DESC LIMIT ?",
            (account, OVER, WITHDRAWN, LATELY),
        ).fetchall()
        return list(readable(reversed(rows), _kept))

    def waiting(self) -> list[KeptNotice]:
        """What is still to be sent, oldest first."""
        rows = self._connection.execute("SELECT * FROM notice WHERE outcome = '' ORDER BY id")
        return list(readable(rows, _kept))

    def newest(self, count: int) -> list[KeptNotice]:
        rows = self._connection.execute("SELECT * FROM notice ORDER BY id DESC LIMIT ?", (count,))
        return list(readable(rows, _kept))

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM notice").fetchone()[0])

    def end(self, number: int, outcome: str, now: datetime, error: str = "") -> None:
        """What became of it; it is not sent again."""
        self._connection.execute(
            "UPDATE notice SET outcome = ?, sent_at = ?, error = ? WHERE id = ?",
            (outcome, moment(now), short(error, LONGEST_ERROR), number),
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


def _content(notice: Notice) -> dict[str, Any]:
    keep = notice.keep
    return {
        "day": notice.day.isoformat(),
        "before": content_of_tier(notice.before),
        "tier": content_of_tier(notice.tier),
        "keep": keep
        and {
            "amount": str(keep.amount),
            "first_day": keep.first_day.isoformat(),
            "last_day": keep.last_day.isoformat(),
        },
    }


def _kept(row: sqlite3.Row) -> KeptNotice:
    content = json.loads(row["content"])
    before, keep = tier_of(content["before"]), content["keep"]
    return KeptNotice(
        row["id"],
        Notice(
            AccountId(row["account"]),
            Kind(row["kind"]),
            date.fromisoformat(content["day"]),
            before,
            tier_of(content["tier"]),
            Keep(
                before,
                Decimal(keep["amount"]),
                date.fromisoformat(keep["first_day"]),
                date.fromisoformat(keep["last_day"]),
            )
            if keep and before
            else None,
        ),
        datetime.fromisoformat(row["made_at"]),
        row["outcome"],
        row["error"],
    )
