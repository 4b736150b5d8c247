"""Decisions as they were made, with everything that R11 asks for. The history grows with what changes."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..programme.basis import Basis, Because, Pin
from ..programme.changes import PlainChange
from ..programme.decision import Decision
from ..programme.ids import AccountId, PaymentId, ProviderId, Scope
from ..programme.payments import Money, Payment, PaymentStatus, Rate
from ..programme.records import Record
from ..programme.refunds import Placed
from ..programme.turnover import Reason, Turnover, Verdict
from ..programme.window import Window
from .contents import content_of_pin, content_of_tier, pin_of, tier_of
from .database import moment, transaction
from .readable import readable


@dataclass(frozen=True)
class Stretch:
    """A decision without its payments: from `first_day` to `last_day` the account had this turnover and this tier."""

    id: int
    first_day: date
    last_day: date
    turnover: Decimal
    tier: str | None


@dataclass(frozen=True)
class ListedDecision:
    """A decision as a list shows it: no payments are read, and of what was `written` only how much."""

    stretch: Stretch
    basis: Basis
    pin: Pin | None
    cause: str
    decided_at: datetime
    who: str
    written: int


class DecisionStore:
    """Keeps decisions; one that says the same as the account's last extends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def record(self, decision: Decision, cause: str, now: datetime, will_write: bool = False, who: str = "") -> int:
        """Keep `decision` and tell its id. With `will_write` it gets a row of its own."""
        content = json.dumps(content_of(decision), ensure_ascii=False, sort_keys=True)
        at = moment(now)
        with transaction(self._connection):
            last = self._last_row(decision.account)
            if last and not will_write and last["content"] == content and last["last_day"] <= decision.day.isoformat():
                self._connection.execute(
                    "UPDATE decision SET last_day = ?, confirmed_at = ? WHERE id = ?",
                    (decision.day.isoformat(), at, last["id"]),
                )
                return int(last["id"])
            added = self._connection.execute(
                "INSERT INTO decision"
                " (account, first_day, last_day, content, turnover, payments, tier, cause, decided_at, confirmed_at,"
                " who)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    decision.account,
                    decision.day.isoformat(),
                    decision.day.isoformat(),
                    content,
                    str(decision.turnover.amount),
                    len(decision.turnover.verdicts),
                    decision.tier.name if decision.tier else None,
                    cause,
                    at,
                    at,
                    who,
                ),
            )
            self._keep_rates(decision)
        return int(added.lastrowid or 0)

    def add_written(self, record: int, change: PlainChange) -> None:
        """Add a change that the panel has taken."""
        with transaction(self._connection):
            written = self._connection.execute("SELECT written FROM decision WHERE id = ?", (record,)).fetchone()[0]
            changes = [*json.loads(written), content_of_written(change)]
            self._connection.execute(
                "UPDATE decision SET written = ? WHERE id = ?", (json.dumps(changes, ensure_ascii=False), record)
            )

    def last(self, account: AccountId) -> Record | None:
        row = self._last_row(account)
        return _record(row) if row else None

    def on(self, account: AccountId, day: date) -> Record | None:
        """The decision in force on `day`: the newest one made on or before it that reaches it."""
        row = self._connection.execute(
            "SELECT * FROM decision WHERE account = ? AND first_day <= ? AND last_day >= ? ORDER BY id DESC LIMIT 1",
            (account, day.isoformat(), day.isoformat()),
        ).fetchone()
        return _record(row) if row else None

    def history(self, account: AccountId, count: int = -1, skip: int = 0) -> list[Record]:
        """Newest first: `count` of them, or all."""
        rows = self._connection.execute(
            "SELECT * FROM decision WHERE account = ? ORDER BY id DESC LIMIT ? OFFSET ?", (account, count, skip)
        )
        return list(readable(rows, _record))

    def listed(self, account: AccountId, count: int) -> list[ListedDecision]:
        """The same, `count` of them, as a list shows them."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, turnover, tier, cause, decided_at, who,"
            " json_array_length(written) AS changes, json_extract(content, '$.basis') AS basis,"
            " json_extract(content, '$.pin') AS pin"
            " FROM decision WHERE account = ? ORDER BY id DESC LIMIT ?",
            (account, count),
        )
        return list(readable(rows, _listed))

    def history_length(self, account: AccountId) -> int:
        return int(
            self._connection.execute("SELECT count(*) FROM decision WHERE account = ?", (account,)).fetchone()[0]
        )

    def course(self, account: AccountId, first: date, last: date) -> list[Stretch]:
        """Where the account stood from `first` to `last`, oldest first: no payments are read."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, turnover, tier FROM decision"
            " WHERE account = ? AND last_day >= ? AND first_day <= ? ORDER BY id",
            (account, first.isoformat(), last.isoformat()),
        )
        return list(readable(rows, _stretch))

    def tier_during(self, account: AccountId, day: date) -> str | None:
        """A tier that the account held on that day, for a part of it at least: what the night decided held from its
        beginning, as did the last decision before where that day brought none."""
        row = self._connection.execute(
            "SELECT tier FROM (SELECT id, first_day, tier FROM decision WHERE account = ? AND first_day = ?"
            " UNION ALL SELECT * FROM (SELECT id, first_day, tier FROM decision WHERE account = ? AND first_day < ?"
            " ORDER BY id DESC LIMIT 1))"
            " ORDER BY first_day DESC, tier IS NULL, id DESC LIMIT 1",
            (account, day.isoformat(), account, day.isoformat()),
        ).fetchone()
        return str(row[0]) if row and row[0] else None

    def stretches(self, account: AccountId, count: int) -> list[Stretch]:
        """The same for all days, `count` of them, the newest first."""
        rows = self._connection.execute(
            "SELECT id, first_day, last_day, turnover, tier FROM decision WHERE account = ? ORDER BY id DESC LIMIT ?",
            (account, count),
        )
        return list(readable(rows, _stretch))

    def newest_of(self, account: AccountId) -> int | None:
        """The id of the account's last decision."""
        row = self._connection.execute("SELECT max(id) FROM decision WHERE account = ?", (account,)).fetchone()
        return None if row[0] is None else int(row[0])

    def belongs(self, record: int, account: AccountId) -> bool:
        """Whether that decision is about that account."""
        row = self._connection.execute("SELECT 1 FROM decision WHERE id = ? AND account = ?", (record, account))
        return row.fetchone() is not None

    def payments_of(self, record: int, count: int) -> tuple[list[Verdict], int]:
        """`count` of a decision's payments, the newest first, and how many there are: no others are read."""
        found = self._connection.execute("SELECT payments FROM decision WHERE id = ?", (record,)).fetchone()
        total = found[0] if found else 0
        rows = self._connection.execute(
            "SELECT p.value FROM decision d, json_each(d.content, '$.payments') p WHERE d.id = ? LIMIT ? OFFSET ?",
            (record, count, max(0, total - count)),
        ).fetchall()
        return [_verdict(json.loads(row[0])) for row in reversed(rows)], total

    def by_id(self, number: int) -> Record | None:
        row = self._connection.execute("SELECT * FROM decision WHERE id = ?", (number,)).fetchone()
        return _record(row) if row else None

    def held_since(self, account: AccountId, tier: str | None) -> date | None:
        """The first day of the decisions with that tier that the last one is part of; None without one."""
        row = self._connection.execute(
            "SELECT min(first_day) FROM decision WHERE account = ? AND id >"
            " coalesce((SELECT max(id) FROM decision WHERE account = ? AND tier IS NOT ?), 0)",
            (account, account, tier),
        ).fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def known_rates(self, account: AccountId, currency: str) -> dict[tuple[PaymentId, str], Rate]:
        """The rates into the programme's `currency` that decisions about the account used, by payment and the payment's
        currency (R5)."""
        rows = self._connection.execute(
            "SELECT * FROM payment_rate WHERE account = ? AND programme_currency = ?", (account, currency)
        )
        return {
            (PaymentId(row["payment"]), row["currency"]): Rate(
                row["currency"], date.fromisoformat(row["since"]), Decimal(row["value"])
            )
            for row in rows
        }

    def any(self) -> bool:
        return self._connection.execute("SELECT 1 FROM decision LIMIT 1").fetchone() is not None

    def _last_row(self, account: AccountId) -> Any:
        return self._connection.execute(
            "SELECT * FROM decision WHERE account = ? ORDER BY id DESC LIMIT 1", (account,)
        ).fetchone()

    def _keep_rates(self, decision: Decision) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO payment_rate (payment, account, currency, programme_currency, since, value)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    verdict.payment.id,
                    decision.account,
                    verdict.rate.currency,
                    decision.turnover.currency,
                    verdict.rate.since.isoformat(),
                    str(verdict.rate.value),
                )
                for verdict in decision.turnover.verdicts
                if verdict.rate
            ],
        )


def content_of(decision: Decision) -> dict[str, Any]:
    """A decision as plain values, without its account and day: two that are equal here say the same."""
    months = decision.turnover.window.months
    return {
        "basis": decision.basis.value,
        **({} if months == 1 else {"months": months}),
        "turnover": str(decision.turnover.amount),
        "tier": content_of_tier(decision.tier),
        "pin": content_of_pin(decision.pin),
        **({"rules": decision.rules} if decision.rules else {}),
        "payments": [_verdict_content(verdict) for verdict in decision.turnover.verdicts],
        **({"currency": decision.turnover.currency} if any(each.rate for each in decision.turnover.verdicts) else {}),
    }


def _verdict_content(verdict: Verdict) -> dict[str, Any]:
    payment, rate = verdict.payment, verdict.rate
    return {
        "id": payment.id,
        "number": payment.number,
        "status": int(payment.status),
        "provider": payment.provider,
        "credited_on": payment.credited_on and payment.credited_on.isoformat(),
        "amount": str(payment.amount.amount),
        "currency": payment.amount.currency,
        "method": payment.method,
        "refund": payment.is_refund,
        "reason": verdict.reason.value,
        "counted": str(verdict.counted),
        "rate": rate and [rate.currency, rate.since.isoformat(), str(rate.value)],
        **({"taken_back": str(verdict.taken_back)} if verdict.taken_back else {}),
        **({"placed": [_placed_content(each) for each in verdict.placed]} if verdict.placed else {}),
    }


def _placed_content(placed: Placed) -> list[Any]:
    return [placed.payment, placed.number, str(placed.amount)]


def content_of_written(change: PlainChange) -> dict[str, Any]:
    """A written change as plain values."""
    return {
        "scope": change.scope,
        "what": change.what,
        "before": change.before if change.before is None else str(change.before),
        "after": change.after if change.after is None else str(change.after),
        "because": change.because.value,
        "value": change.value,
    }


def _stretch(row: sqlite3.Row) -> Stretch:
    first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
    return Stretch(row["id"], first, last, Decimal(row["turnover"]), row["tier"])


def _listed(row: sqlite3.Row) -> ListedDecision:
    return ListedDecision(
        _stretch(row),
        Basis(row["basis"]),
        pin_of(json.loads(row["pin"])) if row["pin"] else None,
        row["cause"],
        datetime.fromisoformat(row["decided_at"]),
        row["who"],
        row["changes"],
    )


def _record(row: sqlite3.Row) -> Record:
    first, last = date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])
    return Record(
        row["id"],
        _decision(AccountId(row["account"]), last, json.loads(row["content"])),
        first,
        last,
        tuple(map(_written, json.loads(row["written"]))),
        row["cause"],
        datetime.fromisoformat(row["decided_at"]),
        datetime.fromisoformat(row["confirmed_at"]),
        row["who"],
    )


def _decision(account: AccountId, day: date, content: dict[str, Any]) -> Decision:
    return Decision(
        account,
        day,
        Basis(content["basis"]),
        Turnover(
            Window.of(day, content.get("months", 1)),
            tuple(map(_verdict, content["payments"])),
            content.get("currency", ""),
        ),
        tier_of(content["tier"]),
        pin_of(content["pin"]),
        content.get("rules", ""),
    )


def _verdict(content: dict[str, Any]) -> Verdict:
    rate, credited_on = content["rate"], content["credited_on"]
    payment = Payment(
        PaymentId(content["id"]),
        content["number"],
        Money(Decimal(content["amount"]), content["currency"]),
        PaymentStatus(content["status"]),
        date.fromisoformat(credited_on) if credited_on else None,
        ProviderId(content["provider"]),
        content["method"],
        is_refund=content["refund"],
    )
    return Verdict(
        payment,
        Reason(content["reason"]),
        Decimal(content["counted"]),
        Rate(rate[0], date.fromisoformat(rate[1]), Decimal(rate[2])) if rate else None,
        Decimal(content.get("taken_back", "0")),
        tuple(Placed(PaymentId(each[0]), each[1], Decimal(each[2])) for each in content.get("placed", ())),
    )


def _written(content: dict[str, Any]) -> PlainChange:
    before, after, older = content["before"], content["after"], content.get("service_type")
    return PlainChange(
        content.get("scope") or (Scope(f"it_{older}") if older else None),
        content.get("what") or content["internal_name"],  # the older name
        None if before is None else Decimal(before),
        None if after is None else Decimal(after),
        Because(content.get("because", "tier")),
        content.get("value", ""),
    )
