"""What the programme keeps itself: settings, tiers, members, decisions, owned and set-aside discounts, queue, runs.

Losing it loses history and settings, never a client's discount.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from . import database
from .changes import ChangeStore
from .classes import ClassStore
from .discounts import OwnedDiscountStore
from .journal import FILE_NAME, Journal
from .members import MemberStore
from .notes import NoteStore
from .planned import PlannedStore
from .queue import QueueStore
from .runs import RunStore
from .set_aside import SetAsideStore
from .settings import SettingStore
from .standings import StandingStore
from .tasks import TaskStore
from .tiers import TierStore
from .users import ClientUserStore

if TYPE_CHECKING:
    from .decisions import DecisionStore
    from .notices import NoticeStore
    from .outlooks import OutlookStore
    from .prospects import ProspectStore
    from .savings import SavingStore
    from .seen import SeenPaymentStore

NIGHTLY, NIGHTS = "-nightly", 14


class Store:
    """The programme's database under the panel's `var/resellerprogram`."""

    def __init__(self, root: Path, now: datetime) -> None:
        """Open it below the panel's folder `root`; made when missing, migrated when old. Raises StoreError."""
        self.folder = folder_of(root)
        lost = not (self.folder / database.FILE_NAME).exists()
        self.connection = database.connect(self.folder, now)
        self.settings = SettingStore(self.connection)
        self.classes = ClassStore(self.connection)
        self.tiers = TierStore(self.connection)
        self.members = MemberStore(self.connection)
        self.standings = StandingStore(self.connection)
        self.owned = OwnedDiscountStore(self.connection)
        self.queue = QueueStore(self.connection)
        self.runs = RunStore(self.connection)
        self.set_aside = SetAsideStore(self.connection, Journal(root / "var" / FILE_NAME))
        if lost:
            self.set_aside.restore()
        self.users = ClientUserStore(self.connection)
        self.notes = NoteStore(self.connection)
        self.changes = ChangeStore(self.connection)
        self.tasks = TaskStore(self.connection)
        self.planned = PlannedStore(self.connection)

    @cached_property
    def decisions(self) -> DecisionStore:
        """What was decided; loaded when it is asked for, because lists have no need of it."""
        from . import decisions

        return decisions.DecisionStore(self.connection)

    @cached_property
    def seen(self) -> SeenPaymentStore:
        """The payments that decisions rest on; loaded when asked for."""
        from . import seen

        return seen.SeenPaymentStore(self.connection)

    @cached_property
    def outlooks(self) -> OutlookStore:
        """What each account's future rests on; loaded when asked for."""
        from . import outlooks

        return outlooks.OutlookStore(self.connection)

    @cached_property
    def notices(self) -> NoticeStore:
        """What resellers are told; loaded when asked for."""
        from . import notices

        return notices.NoticeStore(self.connection)

    @cached_property
    def prospects(self) -> ProspectStore:
        """What those who think of joining would have; loaded when asked for."""
        from . import prospects

        return prospects.ProspectStore(self.connection)

    @cached_property
    def savings(self) -> SavingStore:
        """What was saved; loaded when asked for."""
        from . import savings

        return savings.SavingStore(self.connection)

    def backup(self, now: datetime, target: Path | None = None) -> Path:
        """A copy of the database, by default in its folder `backups`."""
        return database.backup(self.connection, target or database.backup_path(self.folder, now))

    def nightly_backup(self, now: datetime) -> Path:
        """The same every night; the last fourteen are kept."""
        path = self.backup(now, database.backup_path(self.folder, now, NIGHTLY))
        for old in sorted(path.parent.glob(f"*{NIGHTLY}.db"))[:-NIGHTS]:
            old.unlink()
        return path

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
