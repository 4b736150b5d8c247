"""What the programme keeps itself: settings, tiers, members, decisions, owned discounts, queue and runs.

Losing it loses history and settings, never a client's discount.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType

from . import database
from .decisions import DecisionStore
from .discounts import OwnedDiscountStore
from .members import MemberStore
from .runs import FilterStore, QueueStore, RunStore
from .settings import SettingStore
from .tiers import TierStore


class Store:
    """The programme's database under the panel's `var/resellerprogram`."""

    def __init__(self, root: Path, now: datetime) -> None:
        """Open it below the panel's folder `root`; made when missing, migrated when old. Raises StoreError."""
        self.folder = folder_of(root)
        self.connection = database.connect(self.folder, now)
        self.settings = SettingStore(self.connection)
        self.tiers = TierStore(self.connection)
        self.members = MemberStore(self.connection)
        self.decisions = DecisionStore(self.connection)
        self.owned = OwnedDiscountStore(self.connection)
        self.queue = QueueStore(self.connection)
        self.runs = RunStore(self.connection)
        self.filters = FilterStore(self.connection)

    def backup(self, now: datetime, target: Path | None = None) -> Path:
        """A copy of the database, by default in its folder `backups`."""
        return database.backup(self.connection, target or database.backup_path(self.folder, now))

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def folder_of(root: Path) -> Path:
    return root / "var" / "resellerprogram"
