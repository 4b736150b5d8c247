"""What each night found of the whole programme: members and turnover by tier, moves, what discounts took off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from ..programme.basis import COUNTING
from ..programme.effects import Way, way_of_tier
from ..programme.overview import MOVES, DayFigures, Given, Held
from ..programme.tiers import ServiceClass
from .database import moment, transaction
from .listing import PLACES
from .terms import TermStore


class FigureStore:
    """A few rows a day. Losing it loses the course of the past: what stands on record of decisions is counted again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._terms = connection, TermStore(connection)

    # --- counted from decisions ---

    def count(self, day: date, since: datetime = datetime.min) -> DayFigures:
        """The members on `day` as their decisions tell. Those last confirmed before `since` were only a look."""
        rows = self._connection.execute(
            "SELECT basis, tier, turnover FROM decision JOIN (SELECT max(id) AS id FROM decision"
            " WHERE first_day <= ? AND confirmed_at >= ? GROUP BY account) USING (id)",
            (day.isoformat(), moment(since)),
        )
        clients: dict[str | None, int] = {}
        turnover: dict[str | None, Decimal] = {}
        for basis, tier, amount in rows:
            if basis in COUNTING:
                clients[tier] = clients.get(tier, 0) + 1
                turnover[tier] = turnover.get(tier, Decimal(0)) + Decimal(amount)
        return DayFigures(day, {tier: Held(count, turnover[tier]) for tier, count in clients.items()})

    def count_moves(self, first: date, last: date, since: datetime = datetime.min) -> dict[date, dict[Way, int]]:
        """How many clients went which way on each day: from the tier of its beginning to that of its end."""
        rows = self._connection.execute(
            "SELECT d.account, d.first_day, d.tier_term, of_day.began FROM decision d JOIN"
            " (SELECT max(id) AS id, min(id) AS began FROM decision"
            " WHERE first_day BETWEEN ? AND ? AND confirmed_at >= ? GROUP BY account, first_day) of_day USING (id)",
            (first.isoformat(), last.isoformat(), moment(since)),
        ).fetchall()
        found: dict[date, dict[Way, int]] = {}
        for row in rows:
            before = self._connection.execute(
                "SELECT tier_term FROM decision WHERE account = ? AND id < ? AND confirmed_at >= ?"
                " ORDER BY id DESC LIMIT 1",
                (row["account"], row["began"], moment(since)),
            ).fetchone()
            way = self._way(before[0] if before else None, row["tier_term"])
            if way:
                of_day = found.setdefault(date.fromisoformat(row["first_day"]), {})
                of_day[way] = of_day.get(way, 0) + 1
        return found

    def _way(self, before: int | None, after: int | None) -> Way | None:
        return None if before == after else way_of_tier(self._terms.tier(before), self._terms.tier(after))

    def stand(self, day: date) -> DayFigures:
        """The members as they stand now, whatever the last night found; to a ten-thousandth."""
        marks = ", ".join("?" * len(COUNTING))
        rows = self._connection.execute(
            "SELECT tier, count(*), sum(turnover_order) FROM standing"  # noqa: S608  marks
            f" WHERE basis IN ({marks}) GROUP BY tier",
            COUNTING,
        )
        return DayFigures(day, {tier: Held(count, Decimal(total).scaleb(-PLACES)) for tier, count, total in rows})

    # --- kept ---

    def keep(self, figures: DayFigures) -> None:
        """What a night found; another one of the same day replaces it."""
        day = figures.day.isoformat()
        with transaction(self._connection):
            self._connection.execute("DELETE FROM day_figure WHERE day = ?", (day,))
            self._connection.executemany(
                "INSERT INTO day_figure (day, tier, clients, turnover) VALUES (?, ?, ?, ?)",
                [(day, tier or "", held.clients, str(held.turnover)) for tier, held in figures.tiers.items()],
            )
            if figures.falling:
                self._connection.execute(
                    "INSERT INTO day_moves (day, falling, stake) VALUES (?, ?, ?)"
                    " ON CONFLICT (day) DO UPDATE SET falling = excluded.falling, stake = excluded.stake",
                    (day, figures.falling.clients, str(figures.falling.turnover)),
                )

    def keep_moves(self, moves: Mapping[date, Mapping[Way, int]]) -> None:
        """On these days so many went which way."""
        self._connection.executemany(
            "INSERT INTO day_moves (day, starts, rises, falls, ends) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (day) DO UPDATE SET"
            " starts = excluded.starts, rises = excluded.rises, falls = excluded.falls, ends = excluded.ends",
            [(day.isoformat(), *(of_day.get(way, 0) for way in MOVES)) for day, of_day in moves.items()],
        )

    def days(self, first: date, last: date) -> list[DayFigures]:
        """What nights from `first` to `last`, both included, found; the oldest first."""
        within = (first.isoformat(), last.isoformat())
        rows = self._connection.execute("SELECT * FROM day_figure WHERE day BETWEEN ? AND ? ORDER BY day", within)
        tiers: dict[str, dict[str | None, Held]] = {}
        for row in rows:
            tiers.setdefault(row["day"], {})[row["tier"] or None] = Held(row["clients"], Decimal(row["turnover"]))
        falling = {
            row["day"]: Held(row["falling"], Decimal(row["stake"]))
            for row in self._connection.execute(
                "SELECT * FROM day_moves WHERE falling IS NOT NULL AND day BETWEEN ? AND ?", within
            )
        }
        return [DayFigures(date.fromisoformat(day), held, falling.get(day)) for day, held in tiers.items()]

    def moves(self, first: date, last: date) -> dict[date, Mapping[Way, int]]:
        """How many went which way on each recorded day."""
        rows = self._connection.execute(
            "SELECT * FROM day_moves WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat())
        )
        return {date.fromisoformat(row["day"]): {way: row[way.value] for way in MOVES} for row in rows}

    def given(self, first: date, last: date, currency: str) -> list[Given]:
        """What discounts took off on these days, in one currency."""
        rows = self._connection.execute(
            "SELECT * FROM given WHERE day BETWEEN ? AND ? AND currency = ?",
            (first.isoformat(), last.isoformat(), currency),
        )
        return [
            Given(
                date.fromisoformat(row["day"]),
                row["tier"],
                ServiceClass(row["class"]) if row["class"] else None,
                Decimal(row["amount"]),
            )
            for row in rows
        ]

    def other_currencies(self, first: date, last: date, currency: str) -> dict[str, Decimal]:
        """What they took off in other currencies than that."""
        found: dict[str, Decimal] = {}
        for row in self._connection.execute(
            "SELECT currency, amount FROM given WHERE day BETWEEN ? AND ? AND currency <> ?",
            (first.isoformat(), last.isoformat(), currency),
        ):
            found[row["currency"]] = found.get(row["currency"], Decimal(0)) + Decimal(row["amount"])
        return found

    def is_empty(self) -> bool:
        return self._connection.execute("SELECT 1 FROM day_figure LIMIT 1").fetchone() is None

    def last_day_of_moves(self) -> date | None:
        """The newest day whose moves are counted."""
        row = self._connection.execute("SELECT max(day) FROM day_moves").fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def forget_before(self, day: date) -> None:
        for table in ("day_figure", "day_moves", "given"):
            self._connection.execute(f"DELETE FROM {table} WHERE day < ?", (day.isoformat(),))  # noqa: S608  our names

    def replace_given(self, first: date, last: date, given: Iterable[tuple[Given, str]]) -> None:
        """From `first` to `last`, both included, they took this off, in these currencies, and nothing else."""
        sums: dict[tuple[str, str, str, str], Decimal] = {}
        for each, currency in given:
            key = (each.day.isoformat(), each.tier, each.service_class or "", currency)
            sums[key] = sums.get(key, Decimal(0)) + each.amount
        self._connection.execute("DELETE FROM given WHERE day BETWEEN ? AND ?", (first.isoformat(), last.isoformat()))
        self._connection.executemany(
            "INSERT INTO given (day, tier, class, currency, amount) VALUES (?, ?, ?, ?, ?)",
            [(*key, str(amount)) for key, amount in sums.items()],
        )
