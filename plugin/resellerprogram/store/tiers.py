"""The tier table in force, and those before it."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from ..programme.tiers import TierTable, published_table
from .database import moment


class TierStore:
    """Keeps every table that was imported; the newest is in force, the published one before the first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def current(self) -> TierTable:
        row = self._connection.execute("SELECT csv FROM tier_table ORDER BY id DESC LIMIT 1").fetchone()
        return TierTable.from_csv(row["csv"]) if row else published_table()

    def put(self, table: TierTable, now: datetime) -> None:
        self._connection.execute(
            "INSERT INTO tier_table (imported_at, csv) VALUES (?, ?)", (moment(now), table.to_csv())
        )
