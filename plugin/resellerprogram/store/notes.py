"""Small things to remember between two runs."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

FACTS = "facts"
SCOPES = "scopes"
"""The names of service types and tariffs, as the last run read them: for pages, which ask the panel nothing."""
PRICES = "prices"
"""The panel's price list, as the last night read it: once for all clients."""
GROUP_LIST = "group_list"
"""How the panel lists the client group of the settings."""
REMEMBERED_FILTERS = "remembered_filters"
SWEPT, SWEPT_ACCOUNT = "swept", "swept_account"
CLIENTS_TURN, USERS_TURN = "clients_turn", "users_turn"
"""Which part of a list too long for one night was read last."""
RULES = "rules"
"""A mark of the settings, classes and tables by which the last night decided."""
RETAINED = "retained"
"""The newest decision that had aged when the last night looked for details that go."""
CORRECTED = "corrected"
"""The newest version of a payment that the last night knew when it looked at past days."""
UNREADABLE = "unreadable"
"""The payments whose rows the last sweep could not read, and a mark of how they were shown."""
STAFF = "staff"
STARTED = "started"
PREVIEW, DOCTOR = "preview", "doctor"
WHAT_IF = "what_if"
"""What the table that was played last came to, and when."""
PRINTS = "preview_prints"
"""The fingerprints by which the accounts of the last plan were shown."""
WORKER_DROPS = "worker_drops"
SILENT = "silent"
"""That the panel did not answer when it was last asked, and how, in both languages."""
NO_BACKUP = "no_backup"
"""Why last night left no backup, in both languages."""
MIRROR, MIRROR_TROUBLE = "mirror", "mirror_trouble"
"""The mirror's generation that is of this database (or that what is there may be replaced); what keeps it, in both
languages."""
OVERDUE_TOLD = "overdue_told"
SAVINGS = "savings"
ZERO_PERCENT_CONFIRMED = "zero_percent_confirmed"


class NoteStore:
    """One JSON value by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, name: str) -> Any:
        """The value, None without one."""
        row = self._connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def write(self, name: str, value: Any) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False))
        )

    def staff(self) -> dict[str, str]:
        """The employees' logins by the id by which the panel tells who did something; none before a run read them."""
        return self.read(STAFF) or {}

    def forget(self, name: str) -> None:
        self._connection.execute("DELETE FROM note WHERE name = ?", (name,))
