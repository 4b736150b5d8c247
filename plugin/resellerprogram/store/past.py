"""The recorded past, account after account: decisions, payments as they were known then, savings. Only read.

Whoever plays it again reads a million payments: rows are plain tuples here, what many have in common is made once, and
no more than one account is in memory at a time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from ..programme.basis import Basis, Pin
from ..programme.decision import counting_rules
from ..programme.ids import AccountId, PaymentId, ProviderId
from ..programme.payments import PaymentStatus, Rate
from ..programme.replay import Nature, Stage, Version
from ..programme.tiers import Tier
from ..programme.turnover import CountingRules
from ..programme.values import dataclass
from ..programme.window import Window, later
from .contents import pin_of
from .decisions import NOT_KEPT
from .ledger import GONE, METHOD_EXCLUDED, NOTICED, PROMOTIONAL, REFUND
from .terms import TermStore

NEVER = date.max.isoformat()
LONGEST_WINDOW = 12
"""Calendar months; payments so long before the first day may still be in a window."""


@dataclass(frozen=True)
class Past:
    """What is on record of an account from the first day on that is looked at: its decisions, all versions of its
    payments that matter then, and what discounts saved it by day."""

    account: AccountId
    stages: list[Stage]
    versions: list[Version]
    saved: list[tuple[date, Decimal]]


@dataclass(frozen=True)
class Days:
    """From which day to which the records of all together reach."""

    first: date
    last: date


class PastStore:
    """Reads what decisions, ledger, rates and savings keep; writes nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._common = _Common(connection)

    def days(self) -> Days | None:
        """None while nothing was decided. The last day is that of the last good night, or of the newest decision."""
        first = self._one("SELECT first_day FROM decision ORDER BY id LIMIT 1")
        if first is None:
            return None
        last = self._one("SELECT last_day FROM decision ORDER BY id DESC LIMIT 1") or first
        night = self._one(
            "SELECT max(day) FROM run WHERE whole AND outcome IN ('done', 'partly')"
            " AND day <= substr(started_at, 1, 10)"
        )
        return Days(date.fromisoformat(first), date.fromisoformat(max(last, night or "")))

    def accounts(self) -> list[AccountId]:
        """All that anything was ever decided of, by id."""
        rows = self._connection.execute(
            "WITH RECURSIVE known (account) AS (SELECT min(account) FROM decision UNION ALL"
            " SELECT (SELECT min(account) FROM decision d WHERE d.account > known.account) FROM known"
            " WHERE known.account IS NOT NULL) SELECT account FROM known WHERE account IS NOT NULL"
        )
        return [AccountId(row[0]) for row in rows]

    def read(self, lowest: AccountId, highest: AccountId, first: date, currency: str) -> Iterator[Past]:
        """The accounts with ids from `lowest` to `highest`, both included, that anything was decided of, as far as it
        matters from `first` on; savings in `currency`. What an account's decisions have no details of any more is left
        out, with all days before; so is what was decided by rules that are not on record."""
        between = (lowest, highest)
        since = Window.of(first, LONGEST_WINDOW).first
        payments = _Apart(self._tuples(_PAYMENTS, (*between, since.isoformat(), GONE | NOTICED)))
        rates = _Apart(self._tuples(_RATES, between))
        saved = _Apart(self._tuples(_SAVED, (*between, first.isoformat(), currency)))
        decided = _Apart(self._tuples(_DECISIONS, (NOT_KEPT, *between)))
        for account, rows in decided:
            stages = self._common.stages(rows, first, rates.of(account))
            mine = payments.of(account)
            if not stages:
                continue
            if any(row[_KIND] & REFUND for row in mine):
                mine += self._tuples(_EARLIER, (account, since.isoformat(), GONE | NOTICED)).fetchall()
            yield Past(
                AccountId(account),
                stages,
                self._common.versions(mine),
                [(self._common.day(row[1]), Decimal(row[2])) for row in saved.of(account)],
            )

    def _tuples(self, query: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(query, values)

    def _one(self, query: str) -> str | None:
        row = self._connection.execute(query).fetchone()
        return None if row is None or row[0] is None else str(row[0])


_COLUMNS = (
    "SELECT l.account, l.payment, l.day, l.status, l.amount, l.currency, l.kind, l.provider, l.refund_of,"
    " substr(l.seen, 1, 10), CASE WHEN l.until IS NOT NULL THEN"
    " (SELECT substr(u.seen, 1, 10) FROM ledger u WHERE u.version = l.until) END FROM ledger l"
)
_KIND = 6
_PAYMENTS = f"{_COLUMNS} WHERE l.account BETWEEN ? AND ? AND l.day >= ? AND NOT l.kind & ? ORDER BY l.account"
_EARLIER = f"{_COLUMNS} WHERE l.account = ? AND l.day <> '' AND l.day < ? AND NOT l.kind & ?"
_DECISIONS = (
    "SELECT account, first_day, tier_term, rules, pin, basis, CASE written WHEN ? THEN last_day END FROM decision"
    " WHERE account BETWEEN ? AND ? ORDER BY account, id"
)
_RATES = (
    "SELECT account, payment, currency, programme_currency, since, value FROM payment_rate"
    " WHERE account BETWEEN ? AND ? ORDER BY account"
)
_SAVED = (
    "SELECT account, day, amount FROM saving s WHERE account BETWEEN ? AND ? AND day >= ? AND currency = ?"
    " AND NOT EXISTS (SELECT 1 FROM saving_unknown u WHERE u.account = s.account AND u.day = s.day) ORDER BY account"
)


class _Apart:
    """Rows by account, each account's together; of those that nobody asks for nothing is kept."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._groups = groupby(rows, itemgetter(0))
        self._next = next(self._groups, None)

    def __iter__(self) -> Iterator[tuple[int, list[Any]]]:
        while self._next is not None:
            account = self._next[0]
            yield account, self.of(account)

    def of(self, account: int) -> list[Any]:
        """The rows of an account, which is behind all that were asked for before."""
        while self._next is not None and self._next[0] < account:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] > account:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found


@dataclass
class _Common:
    """What many rows have in common, made once."""

    connection: sqlite3.Connection
    _days: dict[str, date] = field(default_factory=dict)
    _natures: dict[tuple[int, str, int, int], Nature] = field(default_factory=dict)
    _tiers: dict[int | None, Tier | None] = field(default_factory=lambda: {None: None})
    _rules: dict[int | None, CountingRules | None] = field(default_factory=lambda: {None: None})
    _pins: dict[str | None, Pin | None] = field(default_factory=lambda: {None: None})

    def day(self, text: str) -> date:
        found = self._days.get(text)
        if found is None:
            found = self._days[text] = date.fromisoformat(text)
        return found

    def stages(self, rows: list[Any], first: date, rates: list[Any]) -> list[Stage]:
        """The last decision of each day, those that change nothing left out; of what was before `first` only what was
        in force then."""
        found: list[Stage] = []
        began, before = first.isoformat(), None
        said: dict[Any, tuple[Tier | None, CountingRules | None, Pin | None] | None] = {}
        own = _OwnRules(self._rules_of, rates)
        make, days = tuple.__new__, self._days
        for row in rows:
            same = row[2:]
            if same == before:
                continue
            before, day = same, row[1]
            if same not in said:
                said[same] = self._said(same, own)
            content = said[same]
            if content is None:
                found, began = [], max(began, later(date.fromisoformat(same[-1] or day), 1).isoformat())
                continue
            begins = days.get(day) if day > began else self.day(began)
            if found and found[-1][0] == begins:
                found.pop()
            found.append(make(Stage, (begins or self.day(day), *content)))
        return found

    def _said(
        self, decided: tuple[Any, ...], own: _OwnRules
    ) -> tuple[Tier | None, CountingRules | None, Pin | None] | None:
        """What a decision says; None where it is not known any more what was counted."""
        term, rules, pin, basis, gone_until = decided
        counted = own.of(rules) if Basis(basis).counts_payments else None
        if gone_until or (counted is None and Basis(basis).counts_payments):
            return None
        return self._tier(term), counted, self._pin(pin)

    def versions(self, rows: list[Any]) -> list[Version]:
        found = []
        day, days, natures, make = self.day, self._days.get, self._natures, tuple.__new__
        for _, number, credited, status, amount, currency, kind, provider, refund_of, seen, until in rows:
            key = status, currency, kind, provider
            nature = natures.get(key)
            if nature is None:
                nature = natures[key] = _nature(*key)
            last_day = date.max if until is None else later(day(until), -1)
            credited_on = days(credited) or day(credited)
            first_day = credited_on if seen == credited else days(seen) or day(seen)
            found.append(make(Version, (number, credited_on, Decimal(amount), nature, first_day, last_day, refund_of)))
        return found

    def _tier(self, term: int | None) -> Tier | None:
        if term not in self._tiers:
            self._tiers[term] = TermStore(self.connection).tier(term)
        return self._tiers[term]

    def _rules_of(self, term: int | None) -> CountingRules | None:
        if term not in self._rules:
            self._rules[term] = counting_rules(TermStore(self.connection).content(term), {})
        return self._rules[term]

    def _pin(self, text: str | None) -> Pin | None:
        if text not in self._pins:
            self._pins[text] = pin_of(json.loads(text or "null"))
        return self._pins[text]


class _OwnRules:
    """Rules of counting with the rates of one account that lead to their currency (R5); each made once."""

    def __init__(self, rules_of: Callable[[int | None], CountingRules | None], rates: list[Any]) -> None:
        self._rules_of, self._rates = rules_of, rates
        self._made: dict[int | None, CountingRules | None] = {}

    def of(self, term: int | None) -> CountingRules | None:
        if term not in self._made:
            rules = self._rules_of(term)
            self._made[term] = replace(rules, known_rates=self._known(rules)) if rules and self._rates else rules
        return self._made[term]

    def _known(self, rules: CountingRules) -> dict[tuple[PaymentId, str], Rate]:
        return {
            (PaymentId(payment), currency): Rate(currency, date.fromisoformat(since), Decimal(value))
            for _, payment, currency, into, since, value in self._rates
            if into == rules.currency
        }


def _nature(status: int, currency: str, kind: int, provider: int) -> Nature:
    return Nature(
        PaymentStatus(status),
        currency,
        ProviderId(provider),
        bool(kind & METHOD_EXCLUDED),
        bool(kind & PROMOTIONAL),
        bool(kind & REFUND),
    )
