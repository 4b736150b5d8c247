"""Where everybody must stand, from the words of the rules: R2, R3, R4, R5, R9, R10. Nothing of the plugin's is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.programme.ledger_model import Book, Row

TABLE = """
Starter 500 3 1 1 | Partner #1 3000 5 1 1 | Partner #2 5000 7 1 1 | Partner #3 10000 9 2 1 | Partner #4 15000 11 3 3
| Partner #5 20000 13 4 3 | Partner #6 30000 15 5 3 | Partner #7 40000 17 6 3 | Partner #8 50000 19 7 3
| Partner #9 100000 21 8 5 | Partner #10 150000 23 9 5 | Partner #11 200000 25 10 5 | Partner #12 300000 27 11 5
| Partner #13 400000 29 12 5 | Partner #14 500000 31 13 10 | Partner #15 700000 33 14 10
| Partner #16 1000000 35 15 10
"""
"""The published table: status, from, percent for VPS, dedicated servers, SSL."""

Discount = tuple[str, str, str, str, str, str]
"""Name, Russian name, percent, what for, first and last day: word for word."""


@dataclass(frozen=True)
class Tier:
    name: str
    threshold: int
    percents: Mapping[str, int]


def _tiers() -> list[Tier]:
    lines = (" ".join(line.split()).rsplit(" ", 4) for line in TABLE.split("|"))
    return [
        Tier(name, int(threshold), dict(zip(("it_2", "it_3", "it_4"), map(int, percents))))
        for name, threshold, *percents in lines
    ]


TIERS = _tiers()


@dataclass(frozen=True)
class Pinned:
    tier: Tier
    until: date
    exactly: bool


@dataclass
class Client:
    """A client as somebody who sees everything knows him. `by_hand` are the discounts that people gave him and nobody
    took away again, wherever they are now; `odd` is what the panel does about him, `since` when."""

    id: int
    rows: dict[int, Row] = field(default_factory=dict)
    by_hand: Counter[Discount] = field(default_factory=Counter)
    pinned: Pinned | None = None
    outside: bool = False
    odd: str = ""
    since: date | None = None
    until: date | None = None

    def is_odd(self, day: date) -> bool:
        began = bool(self.odd) and self.since is not None and self.since <= day
        return began and (self.until is None or day < self.until)


def turnover(client: Client, day: date, rates: dict[str, dict[date, Fraction]]) -> Fraction:
    return Book(rates).turnover(list(client.rows.values()), client.id, day)


def tier_of(client: Client, day: date, rates: dict[str, dict[date, Fraction]]) -> Tier | None:
    """R2, R10: the highest threshold that is not above the turnover, or the pin where that gives more or is exact."""
    if client.outside:
        return None
    money = turnover(client, day, rates)
    earned = max((tier for tier in TIERS if tier.threshold <= money), key=lambda tier: tier.threshold, default=None)
    pinned = client.pinned
    if pinned is None or day > pinned.until:
        return earned
    if pinned.exactly or earned is None or earned.threshold < pinned.tier.threshold:
        return pinned.tier
    return earned


def is_over(discount: Discount, day: date) -> bool:
    """It acts no more, so that nobody need set it aside."""
    return bool(discount[5]) and discount[5] < str(day)
