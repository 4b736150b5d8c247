"""What many rows have in common, word for word: kept once, and referred to by its number. None is ever removed."""

from __future__ import annotations

import sqlite3


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
