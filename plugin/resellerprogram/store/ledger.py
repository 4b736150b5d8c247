"""The ledger: every payment that was seen, once, and each version of it with when it was seen (R4, R11).

It is what we saw of the panel's payments, not the payments: it tells who must be looked at, and explains past days. It
is never the ground on which a discount is lowered; before that the account itself is read.

A version is complete when its account was read in full; then `saw` keeps it. What a list of everybody shows is only
noticed: it stands beside the complete versions, and goes when the account is read. A payment that is gone has a version
that says so.

Opening turnover (programme/openings.py) stands here with ids below zero, which no panel gives. No reading and no list
tells anything of it: it is here from the moment at which somebody gave it, until somebody ends it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..programme.corrections import Version
from ..programme.ids import AccountId, PaymentId, ProviderId
from ..programme.openings import Opening, payment_of
from ..programme.payments import Money, Payment, PaymentSketch, PaymentStatus
from ..programme.refunds import ask_for_earlier
from ..programme.values import dataclass
from ..programme.window import Window
from .database import moment, transaction
from .readable import readable
from .terms import TermStore

PROMOTIONAL, METHOD_EXCLUDED, REFUND, GONE, NOTICED = 1, 2, 4, 8, 16
"""What `kind` adds up to."""

_EVERY_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Sighting:
    """A payment as it was last seen, and whose it is; None where that is not known yet."""

    sketch: PaymentSketch
    account: AccountId | None

    def says(self, sketch: PaymentSketch) -> bool:
        """Whether a list shows it unchanged, as far as we know its owner's name at all."""
        mine = self.sketch
        return _looks(mine) == _looks(sketch) and (not mine.owner or mine.owner == sketch.owner)


class LedgerStore:
    """Versions of payments. Losing it costs the payments behind past decisions, and one needless look at everybody."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._terms = connection, TermStore(connection)

    # --- what an account's payments were ---

    def saw(
        self, account: AccountId, payments: Iterable[Payment], first: date, now: datetime, last: date = date.max
    ) -> None:
        """The account was read in full: these are its payments credited from `first` to `last` (and any that never
        were). Written only when something differs."""
        in_the_panel = (each for each in payments if not each.is_opening)
        wanted = {each.id: each for each in in_the_panel if _is_within(each.credited_on, first, last)}
        known, noticed = self._newest_of(account, first, last)
        fresh = [each for each in wanted.values() if not _is_kept(each, known.get(each.id))]
        gone = [row["version"] for number, row in known.items() if number not in wanted and not row["kind"] & GONE]
        named = [(each.owner, known[each.id]["version"]) for each in wanted.values() if _is_new_name(each, known)]
        if not (fresh or gone or noticed or named):
            return
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM ledger WHERE version = ?", [(each,) for each in noticed])
            self._connection.executemany("UPDATE ledger SET owner = ? WHERE version = ?", named)
            for payment in fresh:
                self._add(account, payment, now)
            for version in gone:
                self._end(version, GONE, now)

    def as_known(self, account: AccountId, window: Window, version: int | None = None) -> list[Payment]:
        """What `window` is counted from, as it was known up to `version` (None: as it is known now): the account's
        payments of these days, those that never were credited, and, where money was given back, all earlier ones. What
        was given or ended after the window's last day of opening turnover is never known of it."""
        found = self._valid(account, window.first, window.last, version)
        if ask_for_earlier(found.values()):
            found |= self._valid(account, date.min, window.first, version)
        if version is not None:
            return list(found.values())
        return [*(each for each in found.values() if not each.is_opening), *self.brought(account, window)]

    def latest(self) -> int:
        """The highest number that a version was ever given, though it may be gone: what a decision refers to stays what
        it was, whoever's payments are forgotten."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'").fetchone()
        return int(row[0]) if row else 0

    def versions(self, account: AccountId) -> list[Version]:
        """All complete versions of the account's payments that are kept, in the order in which they were seen."""
        rows = self._connection.execute(
            "SELECT l.*, t.content AS method_name, n.seen AS ended FROM ledger l"
            " LEFT JOIN term t ON t.id = l.method LEFT JOIN ledger n ON n.version = l.until"
            " WHERE l.account = ? AND NOT l.kind & ? ORDER BY l.version",
            (account, NOTICED),
        )
        return list(map(_version, rows))

    def with_another_past(self, version: int, first: date) -> set[AccountId]:
        """Accounts of which a version after `version` says something new of a day that was over when it was seen, on
        `first` or later, or that something was given back; and of which something had been decided before. Opening
        turnover says nothing of days before it was given."""
        rows = self._connection.execute(
            "SELECT account FROM (SELECT account, max(seen) AS seen FROM"
            " (SELECT account, seen FROM ledger WHERE version > ? AND payment >= 0 AND NOT kind & ?"
            " AND ((day < substr(seen, 1, 10) AND day <> '') OR kind & ?)"
            " UNION ALL SELECT l.account, n.seen FROM ledger l JOIN ledger n ON n.version = l.until"
            " WHERE l.until > ? AND l.payment >= 0 AND l.day <> '' AND l.day < substr(n.seen, 1, 10))"
            " WHERE account IS NOT NULL AND seen >= ? GROUP BY account) fresh WHERE EXISTS (SELECT 1 FROM decision d"
            " WHERE d.account = fresh.account AND d.first_day < substr(fresh.seen, 1, 10))",
            (version, NOTICED, REFUND, version, first.isoformat()),
        )
        return {AccountId(row[0]) for row in rows}

    def saw_past(self, account: AccountId, payment: Payment, now: datetime) -> None:
        """A payment that no window holds any more was looked at by itself: what past days should have been is told by
        it. Written only when it looks different."""
        known = self._complete(payment.id)
        if known is None or known["account"] != account or not self._looks_alike(known, payment):
            with transaction(self._connection):
                self._add(account, payment, now)

    def is_past_and_gone(self, payment: PaymentId, now: datetime) -> None:
        """A payment that no window holds any more is not in the panel."""
        known = self._complete(payment)
        if known and not known["kind"] & GONE:
            with transaction(self._connection):
                self._end(known["version"], GONE, now)

    def day_of(self, payment: PaymentId) -> date | None:
        """The day on which it was credited as it was last read, if it was."""
        known = self._complete(payment)
        return date.fromisoformat(known["day"]) if known and known["day"] and not known["kind"] & GONE else None

    # --- what accounts brought along ---

    def give(self, account: AccountId, amount: Money, day: date, reason: str, now: datetime) -> int:
        """Opening turnover of an account; tells its number: that of its version, so that it is never given again."""
        with transaction(self._connection):
            number = self.latest() + 1
            self._add(account, payment_of(number, amount, day, reason), now)
        return number

    def end(self, number: int, now: datetime) -> None:
        """Opening turnover counts no more; nothing for one that does not anyway."""
        known = self._complete(PaymentId(-number))
        if known and not known["kind"] & GONE:
            with transaction(self._connection):
                self._end(known["version"], GONE, now)

    def openings(self, account: AccountId | None = None) -> list[Opening]:
        """All opening turnover that is kept, of everybody or one, what was given last first."""
        rows = self._connection.execute(
            "SELECT l.*, first.seen AS given FROM ledger l JOIN ledger first ON first.version = -l.payment"
            " WHERE l.until IS NULL AND l.payment < 0 AND (? IS NULL OR l.account = ?) ORDER BY l.payment",
            (account, account),
        )
        return list(readable(rows, _opening))

    def with_openings(self) -> set[AccountId]:
        """Accounts with opening turnover that nobody has ended: no more of each is read, there may be a hundred
        thousand."""
        rows = self._connection.execute(
            "SELECT account FROM ledger WHERE until IS NULL AND payment < 0 AND NOT kind & ?", (GONE,)
        )
        return {AccountId(row[0]) for row in rows}

    def brought(self, account: AccountId, window: Window) -> list[Payment]:
        """Opening turnover of the window's days that was there in the evening of its last one."""
        evening = window.last.isoformat()
        rows = self._connection.execute(
            "SELECT l.*, NULL AS method_name FROM ledger l LEFT JOIN ledger n ON n.version = l.until"
            " WHERE l.account = ? AND l.day BETWEEN ? AND ? AND l.payment < 0 AND NOT l.kind & ?"
            " AND substr(l.seen, 1, 10) <= ? AND (l.until IS NULL OR substr(n.seen, 1, 10) > ?)",
            (account, window.first.isoformat(), evening, GONE, evening, evening),
        )
        return list(map(_payment, rows))

    # --- what lists of everybody show ---

    def newest(self, first: date, last: date) -> dict[PaymentId, Sighting]:
        """Payments credited from `first` to `last`, both included, as they were last seen, however it was; none that
        are gone, and none that no list would show."""
        rows = self._connection.execute(
            "SELECT payment, account, day, status, amount, currency, number, owner FROM ledger l"
            " WHERE until IS NULL AND day BETWEEN ? AND ? AND NOT kind & ? AND NOT EXISTS"
            " (SELECT 1 FROM ledger n WHERE n.until IS NULL AND n.payment = l.payment AND n.version > l.version)",
            (first.isoformat(), last.isoformat(), GONE),
        )
        return {PaymentId(row["payment"]): _sighting(row) for row in rows if row["payment"] >= 0}

    def notice(self, sketch: PaymentSketch, account: AccountId | None, now: datetime) -> None:
        """A list shows it like that; `account` is whose it was when it was last read in full, if it was."""
        with transaction(self._connection):
            self._forget_noticed(sketch.id)
            known = self._complete(sketch.id)
            if known and not known["kind"] & GONE and _sighting(known).says(sketch):
                if sketch.owner != known["owner"]:
                    self._name(known["version"], sketch.owner)
                return
            self._connection.execute(
                "INSERT INTO ledger (payment, account, day, status, amount, currency, number, owner, kind, seen)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (sketch.id, account, *_looks(sketch), sketch.owner, NOTICED, moment(now)),
            )

    def notice_gone(self, payment: PaymentId, now: datetime) -> None:
        """No list shows it any more."""
        with transaction(self._connection):
            self._forget_noticed(payment)
            known = self._complete(payment)
            if known and not known["kind"] & GONE:
                self._copy(known["version"], GONE | NOTICED, now)

    def forget_noticed_before(self, day: date) -> None:
        """Payments of nobody that we know, which no window will hold again."""
        self._connection.execute(
            "DELETE FROM ledger WHERE until IS NULL AND day < ? AND kind & ?", (day.isoformat(), NOTICED)
        )

    def count(self, first: date) -> int:
        """How many payments credited since `first` are known, opening turnover left out: no list shows it."""
        row = self._connection.execute(
            "SELECT count(*) FROM ledger WHERE until IS NULL AND day >= ?", (first.isoformat(),)
        )
        return int(row.fetchone()[0]) - sum(self._brought_per_day(first, date.max).values())

    def per_day(self, first: date, last: date) -> dict[date, int]:
        """The same for each day from `first` to `last`, both included."""
        rows = self._connection.execute(
            "SELECT day, count(*) FROM ledger WHERE until IS NULL AND day BETWEEN ? AND ? GROUP BY day",
            (first.isoformat(), last.isoformat()),
        )
        known, brought = {date.fromisoformat(day): count for day, count in rows}, self._brought_per_day(first, last)
        return {day: count - brought[day] for day, count in known.items()}

    def _brought_per_day(self, first: date, last: date) -> Counter[date]:
        """Counted by themselves: whoever counts a million payments looks into an index of their days alone."""
        rows = self._connection.execute(
            "SELECT day FROM ledger WHERE until IS NULL AND payment < 0 AND +day BETWEEN ? AND ?",
            (first.isoformat(), last.isoformat()),
        )
        return Counter(date.fromisoformat(row[0]) for row in rows)

    def account_of(self, payment: PaymentId) -> AccountId | None:
        """Whose it was when it was last seen."""
        row = self._connection.execute(
            "SELECT account FROM ledger WHERE until IS NULL AND payment = ? AND NOT kind & ?"
            " ORDER BY account IS NULL, version DESC LIMIT 1",
            (payment, GONE),
        ).fetchone()
        return AccountId(row[0]) if row and row[0] is not None else None

    # --- rows ---

    def _newest_of(self, account: AccountId, first: date, last: date) -> tuple[dict[int, sqlite3.Row], list[int]]:
        """The newest complete versions of the account's payments in the panel, and the numbers of those only
        noticed."""
        rows = self._connection.execute(
            "SELECT l.*, t.content AS method_name FROM ledger l LEFT JOIN term t ON t.id = l.method"
            " WHERE account = ? AND (day = '' OR day BETWEEN ? AND ?) AND until IS NULL",
            (account, first.isoformat(), last.isoformat()),
        ).fetchall()
        complete = {row["payment"]: row for row in rows if row["payment"] >= 0 and not row["kind"] & NOTICED}
        return complete, [row["version"] for row in rows if row["kind"] & NOTICED]

    def _valid(self, account: AccountId, first: date, last: date, version: int | None) -> dict[PaymentId, Payment]:
        """Complete versions that were the newest ones when `version` was."""
        at = _EVERY_VERSION if version is None else version
        rows = self._connection.execute(
            "SELECT l.*, t.content AS method_name FROM ledger l LEFT JOIN term t ON t.id = l.method"
            " WHERE account = ? AND (day = '' OR day BETWEEN ? AND ?) AND version <= ?"
            " AND (until IS NULL OR until > ?) AND NOT kind & ?",
            (account, first.isoformat(), last.isoformat(), at, at, GONE | NOTICED),
        )
        return {payment.id: payment for payment in map(_payment, rows)}

    @staticmethod
    def _looks_alike(row: sqlite3.Row, payment: Payment) -> bool:
        return _looked(row) == _looks(payment) and not row["kind"] & GONE

    def _complete(self, payment: PaymentId) -> Any:
        return self._connection.execute(
            "SELECT * FROM ledger WHERE until IS NULL AND payment = ? AND NOT kind & ?", (payment, NOTICED)
        ).fetchone()

    def _add(self, account: AccountId, payment: Payment, now: datetime) -> None:
        self._forget_noticed(payment.id)
        method = self._terms.number(payment.method) if payment.method else None
        added = self._connection.execute(
            "INSERT INTO ledger (payment, account, day, status, amount, currency, number, owner, kind, provider,"
            " method, refund_of, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                payment.id,
                account,
                *_looks(payment),
                payment.owner,
                _kind(payment),
                payment.provider,
                method,
                payment.refund_of,
                moment(now),
            ),
        )
        self._replaced(payment.id, int(added.lastrowid or 0))

    def _end(self, version: int, kind: int, now: datetime) -> None:
        payment, added = self._copy(version, kind, now)
        self._replaced(payment, added)

    def _copy(self, version: int, kind: int, now: datetime) -> tuple[PaymentId, int]:
        """The same again with something added to its kind."""
        added = self._connection.execute(
            "INSERT INTO ledger (payment, account, day, status, amount, currency, number, owner, kind, provider,"
            " method, refund_of, seen) SELECT payment, account, day, status, amount, currency, number, owner, kind | ?,"
            " provider, method, refund_of, ? FROM ledger WHERE version = ?",
            (kind, moment(now), version),
        ).lastrowid
        payment = self._connection.execute("SELECT payment FROM ledger WHERE version = ?", (added,)).fetchone()[0]
        return PaymentId(payment), int(added or 0)

    def _replaced(self, payment: PaymentId, version: int) -> None:
        """Whatever was a payment's newest version before is not any more."""
        self._connection.execute(
            "UPDATE ledger SET until = ? WHERE until IS NULL AND payment = ? AND version < ?",
            (version, payment, version),
        )

    def _name(self, version: int, owner: str) -> None:
        self._connection.execute("UPDATE ledger SET owner = ? WHERE version = ?", (owner, version))

    def _forget_noticed(self, payment: PaymentId) -> None:
        self._connection.execute(
            "DELETE FROM ledger WHERE until IS NULL AND payment = ? AND kind & ?", (payment, NOTICED)
        )


def _is_within(day: date | None, first: date, last: date) -> bool:
    return day is None or first <= day <= last


def _looks(payment: Payment | PaymentSketch) -> tuple[str, int, str, str, str]:
    """Day, status, amount, currency and number: what a list shows of a payment beside whose it is."""
    day, amount = payment.credited_on, payment.amount
    return day.isoformat() if day else "", int(payment.status), str(amount.amount), amount.currency, payment.number


def _looked(row: sqlite3.Row) -> tuple[str, int, str, str, str]:
    """The same of a version that is kept."""
    return row["day"], row["status"], row["amount"], row["currency"], row["number"]


def _kind(payment: Payment) -> int:
    return payment.promotional * PROMOTIONAL | payment.method_excluded * METHOD_EXCLUDED | payment.is_refund * REFUND


def _is_kept(payment: Payment, row: sqlite3.Row | None) -> bool:
    """Whether that version says the same; one that an earlier release kept has no owner's name."""
    return (
        row is not None
        and _looked(row) == _looks(payment)
        and (row["kind"], row["provider"], row["refund_of"]) == (_kind(payment), payment.provider, payment.refund_of)
        and (row["method_name"] or "") == payment.method
        and row["owner"] in ("", payment.owner)
    )


def _is_new_name(payment: Payment, known: dict[int, sqlite3.Row]) -> bool:
    """Whether it is kept already, but for the owner's name."""
    row = known.get(payment.id)
    return bool(payment.owner and row and not row["owner"] and _is_kept(payment, row))


def _payment(row: sqlite3.Row) -> Payment:
    sketch, kind = _sketch(row), row["kind"]
    return Payment(
        sketch.id,
        sketch.number,
        sketch.amount,
        sketch.status,
        sketch.credited_on,
        ProviderId(row["provider"]),
        row["method_name"] or "",
        bool(kind & METHOD_EXCLUDED),
        bool(kind & PROMOTIONAL),
        bool(kind & REFUND),
        row["refund_of"],
        sketch.owner,
    )


def _version(row: sqlite3.Row) -> Version:
    ended = row["ended"]
    return Version(
        row["version"],
        _payment(row),
        datetime.fromisoformat(row["seen"]).date(),
        bool(row["kind"] & GONE),
        row["until"],
        datetime.fromisoformat(ended).date() if ended else None,
    )


def _opening(row: sqlite3.Row) -> Opening:
    ended_on = datetime.fromisoformat(row["seen"]).date() if row["kind"] & GONE else None
    return Opening(
        -row["payment"],
        AccountId(row["account"]),
        Money(Decimal(row["amount"]), row["currency"]),
        date.fromisoformat(row["day"]),
        row["number"],
        datetime.fromisoformat(row["given"]).date(),
        ended_on,
    )


def _sighting(row: sqlite3.Row) -> Sighting:
    account = row["account"]
    return Sighting(_sketch(row), None if account is None else AccountId(account))


def _sketch(row: sqlite3.Row) -> PaymentSketch:
    return PaymentSketch(
        PaymentId(row["payment"]),
        row["number"],
        Money(Decimal(row["amount"]), row["currency"]),
        PaymentStatus(row["status"]),
        date.fromisoformat(row["day"]) if row["day"] else None,
        row["owner"],
    )
