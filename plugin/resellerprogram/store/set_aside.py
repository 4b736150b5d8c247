"""Personal discounts of others that rest while an account holds a tier (R9): kept word for word, put back unchanged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..programme.errors import StoreError
from ..programme.ids import AccountId, DiscountId
from ..programme.ownership import SetAsideDiscount
from ..programme.text import Text
from ..programme.values import dataclass
from .database import moment, transaction
from .journal import Contents, Ending, Journal, Kept
from .readable import SPOILT, readable

if TYPE_CHECKING:
    import logging

_UNREADABLE = Text(
    "the journal of suspended discounts can't be used: {error}. Nothing was changed; see to the file",
    "журнал приостановленных скидок непригоден: {error}. Ничего не изменено; разберитесь с файлом",
)


@dataclass(frozen=True)
class Reconciliation:
    """What journal and database took from each other: waiting again in the database (`restored`), ended there
    (`ended`), written into the journal (`journaled`); `damaged` lines of the journal can't be read."""

    restored: int
    ended: int
    journaled: int
    damaged: int

    def __bool__(self) -> bool:
        return bool(self.restored or self.ended or self.journaled)


class SetAsideStore:
    """A record is made before the panel deletes the discount, and ends when the panel has it again. The journal
    holds it, too, in case the database is lost, and has every event first."""

    def __init__(self, connection: sqlite3.Connection, journal: Journal) -> None:
        self._connection, self._journal = connection, journal

    def reconcile(self, now: datetime) -> Reconciliation:
        """Compare journal and database; each takes what it lacks, and the journal knows better what has ended.

        The database is held first: whatever is in it was in the journal before. Raises StoreError.
        """
        try:
            with transaction(self._connection):
                contents = self._journal.read()
                done = self._compared(contents, now)
        except OSError as error:
            raise StoreError(_UNREADABLE(error=error)) from error
        if done:
            _log().warning("what was set aside, compared with its journal: %s", done)
        if contents.damaged:
            _log().warning("the journal of what was set aside has lines that can't be read: %s", contents.damaged[:20])
        return done

    @property
    def journal_path(self) -> Path:
        return self._journal.path

    def damaged_lines(self) -> list[int]:
        """Lines of the journal that can't be read. Raises OSError."""
        return self._journal.read().damaged

    def _compared(self, contents: Contents, now: datetime) -> Reconciliation:
        rows, spoilt = self._by_mark()
        self._delete(row for row in spoilt if any(_is_of(row, kept) for kept in contents.waiting.values()))
        restored = ended = journaled = 0
        for mark, kept in contents.waiting.items():
            if mark not in rows:
                self._insert(kept)
                restored += 1
            elif rows[mark]["put_back_at"] is not None:
                self._journal.end(kept, Ending(True, rows[mark]["put_back_as"]))
                journaled += 1
            elif kept.known is not None and rows[mark]["known"] is None:
                self._set_known(rows[mark]["id"], kept.known)
        for mark, row in rows.items():
            if row["put_back_at"] is not None or mark in contents.waiting:
                continue
            if mark in contents.ended:
                self._end(row["id"], contents.ended[mark], now)
                ended += 1
            else:
                journaled += self._journal_again(_kept(row))
        return Reconciliation(restored, ended, journaled, len(contents.damaged))

    def _by_mark(self) -> tuple[dict[str, sqlite3.Row], list[sqlite3.Row]]:
        """All rows, and those that can't be read: what the journal knows of these takes their place, and the rest is
        its account's trouble."""
        rows, spoilt = {}, []
        for row in self._connection.execute("SELECT * FROM set_aside ORDER BY id"):
            try:
                rows[_mark(row)] = row
            except SPOILT as error:
                _log().error(
                    "discount %s of account %s, which was set aside, can't be read: %r",
                    row["discount"],
                    row["account"],
                    error,
                )
                spoilt.append(row)
        return rows, spoilt

    def _journal_again(self, kept: Kept) -> int:
        """What the journal has lost; unless somebody has ended it meanwhile."""
        with self._journal.held():
            now_there = self._journal.read()
            if kept.mark in now_there.waiting or kept.mark in now_there.ended:
                return 0
            self._journal.add_set_aside(kept, [])
        return 1

    def keep(
        self,
        account: AccountId,
        discount: DiscountId,
        shown: Mapping[str, str],
        fields: Mapping[str, str],
        form: str,
        now: datetime,
    ) -> int:
        """Record a discount before it is deleted; one that was recorded and not deleted is recorded anew. Tells the
        record."""
        kept = Kept(account, discount, dict(shown), dict(fields), form, moment(now))
        former = [row for row in self._waiting(account) if row["discount"] == discount and not row["deleted"]]
        self._journal.set_aside(kept, [mark for mark in map(_mark, former) if mark != kept.mark])
        with transaction(self._connection):
            self._delete(former)
            return self._insert(kept)

    def is_deleted(self, record: int) -> None:
        """The panel has said that the discount is gone: another one with its id is another one."""
        self._connection.execute("UPDATE set_aside SET deleted = 1 WHERE id = ?", (record,))

    def of(self, account: AccountId) -> list[SetAsideDiscount]:
        """What waits to be put back, the oldest first."""
        return [_record(row) for row in self._waiting(account)]

    def all(self) -> list[SetAsideDiscount]:
        rows = self._connection.execute("SELECT * FROM set_aside WHERE put_back_at IS NULL ORDER BY id")
        return list(readable(rows, _record))

    def newest(self, count: int) -> list[SetAsideDiscount]:
        rows = self._connection.execute(
            "SELECT * FROM set_aside WHERE put_back_at IS NULL ORDER BY id DESC LIMIT ?", (count,)
        )
        return list(readable(rows, _record))

    def accounts(self) -> set[AccountId]:
        rows = self._connection.execute("SELECT DISTINCT account FROM set_aside WHERE put_back_at IS NULL")
        return {AccountId(row[0]) for row in rows}

    def being_put_back(self) -> set[AccountId]:
        """Those of whom putting back was begun and is not done."""
        rows = self._connection.execute(
            "SELECT DISTINCT account FROM set_aside WHERE put_back_at IS NULL AND known IS NOT NULL"
        )
        return {AccountId(row[0]) for row in rows}

    def others_on(self, account: AccountId, day: date) -> bool:
        """Whether, for all that is on record, a discount of somebody else was in the panel for at least a part of that
        day: before it was set aside, or after it was put back."""
        row = self._connection.execute(
            "SELECT 1 FROM set_aside WHERE account = ?"
            " AND (substr(set_aside_at, 1, 10) >= ? OR substr(put_back_at, 1, 10) <= ?) LIMIT 1",
            (account, day.isoformat(), day.isoformat()),
        ).fetchone()
        return row is not None

    def numbers(self) -> set[DiscountId]:
        """The ids of all discounts that ever were set aside, and those under which they came back."""
        rows = self._connection.execute("SELECT discount, put_back_as FROM set_aside")
        return {DiscountId(number) for row in rows for number in row if number is not None}

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM set_aside WHERE put_back_at IS NULL").fetchone()[0])

    def begin_putting_back(self, record: int, known: Collection[int]) -> None:
        """From now on a discount beside the `known` ones may be this one."""
        there = tuple(sorted(known))
        self._journal.set_aside(replace(self._kept(record), known=there), [])
        self._set_known(record, there)

    def end_putting_back(self, record: int, as_discount: DiscountId | None, now: datetime) -> None:
        ending = Ending(True, as_discount)
        self._journal.end(self._kept(record), ending)
        self._end(record, ending, now)

    def forget(self, account: AccountId, records: Collection[int]) -> None:
        """These are in the panel still: they were recorded, but never deleted."""
        self._forget([row for row in self._waiting(account) if row["id"] in records])

    def forget_account(self, account: AccountId) -> None:
        """The client is gone, and nobody is left to whom anything could be given back."""
        self._forget(self._waiting(account))

    def _forget(self, rows: Iterable[sqlite3.Row]) -> None:
        for row in rows:
            self._journal.end(_kept(row), Ending(False))
            self._delete([row])

    def _end(self, record: int, ending: Ending, now: datetime) -> None:
        if ending.put_back:
            self._connection.execute(
                "UPDATE set_aside SET put_back_at = ?, put_back_as = ? WHERE id = ?",
                (moment(now), ending.discount, record),
            )
        else:
            self._connection.execute("DELETE FROM set_aside WHERE id = ?", (record,))

    def _set_known(self, record: int, known: tuple[int, ...]) -> None:
        self._connection.execute("UPDATE set_aside SET known = ? WHERE id = ?", (json.dumps(known), record))

    def _delete(self, rows: Iterable[sqlite3.Row]) -> None:
        self._connection.executemany("DELETE FROM set_aside WHERE id = ?", [(row["id"],) for row in rows])

    def _insert(self, kept: Kept) -> int:
        added = self._connection.execute(
            "INSERT INTO set_aside (account, discount, shown, fields, form, set_aside_at, known)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                kept.account,
                kept.discount,
                _json(kept.shown),
                _json(kept.fields),
                kept.form,
                kept.set_aside_at,
                None if kept.known is None else json.dumps(kept.known),
            ),
        )
        return int(added.lastrowid or 0)

    def _waiting(self, account: AccountId) -> list[sqlite3.Row]:
        return self._connection.execute(
            "SELECT * FROM set_aside WHERE account = ? AND put_back_at IS NULL ORDER BY id", (account,)
        ).fetchall()

    def _kept(self, record: int) -> Kept:
        return _kept(self._connection.execute("SELECT * FROM set_aside WHERE id = ?", (record,)).fetchone())


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        row["account"],
        row["discount"],
        json.loads(row["shown"]),
        json.loads(row["fields"]),
        row["form"],
        row["set_aside_at"],
        None if row["known"] is None else tuple(json.loads(row["known"])),
    )


def _is_of(row: sqlite3.Row, kept: Kept) -> bool:
    return bool((row["account"], row["discount"]) == (kept.account, kept.discount) and row["put_back_at"] is None)


def _mark(row: sqlite3.Row) -> str:
    return _kept(row).mark


def _record(row: sqlite3.Row) -> SetAsideDiscount:
    return SetAsideDiscount(
        row["id"],
        AccountId(row["account"]),
        DiscountId(row["discount"]),
        json.loads(row["shown"]),
        json.loads(row["fields"]),
        datetime.fromisoformat(row["set_aside_at"]),
        None if row["known"] is None else frozenset(json.loads(row["known"])),
        bool(row["deleted"]),
    )


def _json(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), ensure_ascii=False)


def _log() -> logging.Logger:
    import logging  # takes time to load, and pages have nothing to say

    return logging.getLogger(__name__)
