"""What the programme's discounts saved, by account and day, as the panel's expenses told it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from ..programme.ids import AccountId
from ..programme.overview import Given
from ..programme.payments import Money
from ..programme.tiers import ServiceClass
from ..programme.values import dataclass
from .database import transaction
from .figures import FigureStore
from .notes import SAVINGS, NoteStore

KEPT_FOR = timedelta(days=92)
"""So long an order with a promotion beside a tier is shown, and is known what each client saved on a day."""


def first_kept(first: date, last: date) -> date:
    """The first day of which it is kept what each client saved, where `first` to `last` are the window's."""
    return min(first, last - KEPT_FOR)


@dataclass(frozen=True)
class Saving:
    """What was saved on one day, by a client with that `tier`, by a discount of that class; None where the panel does
    not tell which discount it was."""

    account: AccountId
    day: date
    saved: Money
    tier: str = ""
    service_class: ServiceClass | None = None


class SavingStore:
    """One sum an account, day, currency and class; and for the overview one a day, tier and class. Losing it loses
    nothing of the window, which a night reads again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def replace(
        self,
        first: date,
        last: date,
        savings: Iterable[Saving],
        unknown: Collection[tuple[AccountId, date]] = (),
    ) -> None:
        """From `first` to `last`, both included, these were saved, and nothing else, but for what is `unknown`: days on
        which it can't be told whose discount it was that saved an account something."""
        savings = list(savings)
        sums: dict[tuple[int, str, str, str], Decimal] = {}
        for each in savings:
            key = (each.account, each.day.isoformat(), each.saved.currency, each.service_class or "")
            sums[key] = sums.get(key, Decimal(0)) + each.saved.amount
        with transaction(self._connection):
            self._connection.execute(
                "DELETE FROM saving WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat())
            )
            self._connection.executemany(
                "INSERT INTO saving (account, day, currency, class, amount) VALUES (?, ?, ?, ?, ?)",
                [(*key, str(amount)) for key, amount in sums.items()],
            )
            self._connection.execute(
                "DELETE FROM saving_unknown WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat())
            )
            self._connection.executemany(
                "INSERT OR IGNORE INTO saving_unknown (account, day) VALUES (?, ?)",
                [(account, day.isoformat()) for account, day in unknown],
            )
            FigureStore(self._connection).replace_given(
                first,
                last,
                (
                    (Given(each.day, each.tier, each.service_class, each.saved.amount), each.saved.currency)
                    for each in savings
                ),
            )

    def told(self) -> tuple[date, date] | None:
        """From when until when, both included, it is known what discounts took off; None where the panel does not
        tell."""
        kept = self._told()
        return None if kept is None else (kept[0], kept[2])

    def told_of_accounts(self) -> tuple[date, date] | None:
        """The same of what each account saved, which is not kept for so long."""
        kept = self._told()
        if kept is None:
            return None
        since, first, last = kept
        return max(since, first_kept(first, last)), last

    def _told(self) -> tuple[date, date, date] | None:
        """Since when it is known, and the first and last day of the last night's window."""
        kept = NoteStore(self._connection).read(SAVINGS) or {}
        if not kept.get("told"):
            return None
        since, first, last = kept.get("since") or kept["first"], kept["first"], kept["last"]
        return date.fromisoformat(since), date.fromisoformat(first), date.fromisoformat(last)

    def is_known(self, account: AccountId, first: date, last: date) -> bool:
        """Whether the sum of these days is all that was saved."""
        row = self._connection.execute(
            "SELECT 1 FROM saving_unknown WHERE account = ? AND day BETWEEN ? AND ? LIMIT 1",
            (account, first.isoformat(), last.isoformat()),
        ).fetchone()
        return row is None

    def of(self, account: AccountId, first: date, last: date) -> Mapping[str, Decimal]:
        """What an account saved from `first` to `last`, both included, by currency."""
        rows = self._connection.execute(
            "SELECT currency, amount FROM saving WHERE account = ? AND day BETWEEN ? AND ?",
            (account, first.isoformat(), last.isoformat()),
        )
        sums: dict[str, Decimal] = {}
        for row in rows:
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["amount"])
        return sums

    def by_class(self, account: AccountId, first: date, last: date) -> list[Saving]:
        """The same day by day and class by class; the tier is not told."""
        rows = self._connection.execute(
            "SELECT * FROM saving WHERE account = ? AND day BETWEEN ? AND ?",
            (account, first.isoformat(), last.isoformat()),
        )
        return [
            Saving(
                account,
                date.fromisoformat(row["day"]),
                Money(Decimal(row["amount"]), row["currency"]),
                service_class=ServiceClass(row["class"]) if row["class"] else None,
            )
            for row in rows
        ]

    def forget_before(self, day: date) -> None:
        for table in ("saving", "saving_unknown"):
            self._connection.execute(f"DELETE FROM {table} WHERE day < ?", (day.isoformat(),))  # noqa: S608  our names
