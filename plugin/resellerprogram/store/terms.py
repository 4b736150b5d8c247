"""What many rows have in common, word for word: kept once, and referred to by its number. None is ever removed."""

from __future__ import annotations

import json
import sqlite3

from ..programme.tiers import Tier
from .contents import content_of_tier, text_of, tier_of


class TermStore:
    """Texts by number, numbers by text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def number(self, content: str) -> int:
        """The number of a text; it is kept if it was not yet."""
        for _ in range(2):
            row = self._connection.execute("SELECT id FROM term WHERE content = ?", (content,)).fetchone()
            if row:
                break
            self._connection.execute("INSERT INTO term (content) VALUES (?)", (content,))
        return int(row[0])

    def content(self, number: int | None) -> str:
        """The text of a number; of none, the empty one."""
        row = self._connection.execute("SELECT content FROM term WHERE id = ?", (number,)).fetchone()
        return str(row[0]) if row else ""

    def number_of_tier(self, tier: Tier | None) -> int | None:
        """The number of a tier with its threshold and percents; None of none."""
        return self.number(text_of(content_of_tier(tier))) if tier else None

    def tier(self, number: int | None) -> Tier | None:
        """The tier of a number; of none, none. Raises LookupError for one that is lost."""
        if number is None:
            return None
        content = self.content(number)
        if not content:
            raise LookupError(f"term {number}")
        return tier_of(json.loads(content))
