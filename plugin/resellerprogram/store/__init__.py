"""What the programme keeps itself: settings, tiers, members, decisions, owned and set-aside discounts, queue, runs.

Losing it loses history and settings, never a client's discount.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ..programme.errors import StoreError
from . import backups, database
from .notes import NO_BACKUP
from .settings import SettingStore

if TYPE_CHECKING:
    from .changes import ChangeStore
    from .classes import ClassStore
    from .clients import ClientStore
    from .corrections import CorrectionStore
    from .decisions import DecisionStore
    from .discounts import OwnedDiscountStore
    from .due import DueStore
    from .figures import FigureStore
    from .going_live import GoingLiveStore
    from .ledger import LedgerStore
    from .members import MemberStore
    from .notes import NoteStore
    from .notices import NoticeStore
    from .outbox import OutboxStore
    from .outlooks import OutlookStore
    from .planned import PlannedStore
    from .promo_orders import PromoOrderStore
    from .prospects import ProspectStore
    from .queue import QueueStore
    from .retention import RetentionStore
    from .runs import RunStore
    from .savings import SavingStore
    from .set_aside import SetAsideStore
    from .standings import StandingStore
    from .subaccounts import SubaccountStore
    from .tasks import TaskStore
    from .tiers import TierStore
    from .users import ClientUserStore

_PARTS = {
    "changes": "ChangeStore",
    "classes": "ClassStore",
    "clients": "ClientStore",
    "corrections": "CorrectionStore",
    "decisions": "DecisionStore",
    "due": "DueStore",
    "figures": "FigureStore",
    "going_live": "GoingLiveStore",
    "ledger": "LedgerStore",
    "members": "MemberStore",
    "notes": "NoteStore",
    "notices": "NoticeStore",
    "outbox": "OutboxStore",
    "outlooks": "OutlookStore",
    "owned": "discounts.OwnedDiscountStore",
    "planned": "PlannedStore",
    "promo_orders": "PromoOrderStore",
    "prospects": "ProspectStore",
    "queue": "QueueStore",
    "retention": "RetentionStore",
    "runs": "RunStore",
    "savings": "SavingStore",
    "standings": "StandingStore",
    "subaccounts": "SubaccountStore",
    "tasks": "TaskStore",
    "tiers": "TierStore",
    "users": "ClientUserStore",
}
"""The store's parts by name, each in a module of that name unless said otherwise."""


class Store:
    """The programme's database under the panel's `var/resellerprogram`. A part is loaded when it is asked for: a page
    waits for none that it has no need of."""

    changes: ChangeStore
    classes: ClassStore
    clients: ClientStore
    corrections: CorrectionStore
    decisions: DecisionStore
    due: DueStore
    figures: FigureStore
    going_live: GoingLiveStore
    ledger: LedgerStore
    members: MemberStore
    notes: NoteStore
    notices: NoticeStore
    outbox: OutboxStore
    outlooks: OutlookStore
    owned: OwnedDiscountStore
    planned: PlannedStore
    promo_orders: PromoOrderStore
    prospects: ProspectStore
    queue: QueueStore
    retention: RetentionStore
    runs: RunStore
    savings: SavingStore
    standings: StandingStore
    subaccounts: SubaccountStore
    tasks: TaskStore
    tiers: TierStore
    users: ClientUserStore

    def __init__(self, root: Path, now: datetime, patience: float = database.PATIENCE) -> None:
        """Open it below the panel's folder `root`; made when missing, migrated when old. Raises StoreError."""
        self.folder, self.root = folder_of(root), root
        lost = database.is_missing(self.folder)
        self.connection = database.connect(self.folder, now, trial_of(root).exists(), patience)
        self.settings = SettingStore(self.connection)
        if lost:
            self.set_aside.reconcile(now)

    @cached_property
    def set_aside(self) -> SetAsideStore:
        """Other discounts that rest; it has a journal beside the database."""
        from .journal import FILE_NAME, Journal
        from .set_aside import SetAsideStore

        return SetAsideStore(self.connection, Journal(self.root / "var" / FILE_NAME))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """A part that is asked for the first time."""
            if name not in _PARTS:
                raise AttributeError(name)
            module, _, part = f"{name}.{_PARTS[name]}".rpartition(".")
            found = getattr(import_module(f".{module.rpartition('.')[2]}", __package__), part)(self.connection)
            setattr(self, name, found)
            return found

    def backup(self, now: datetime, target: Path | None = None) -> Path:
        """A copy of the database, by default in its folder `backups`. Raises StoreError."""
        return backups.copy_to(self.connection, target or backups.path_of(self.folder, now))

    def nightly_backup(self, now: datetime) -> Path:
        """The same every night, packed; a few of them are kept. That there is none of last night is remembered until
        there is one. Raises StoreError."""
        try:
            made = backups.of_the_night(self.connection, self.folder, now)
        except StoreError as error:
            self.notes.write(NO_BACKUP, [error.text.en, error.text.ru])
            raise
        self.notes.forget(NO_BACKUP)
        return made

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def trial_of(root: Path) -> Path:
    """A file that is there until the panel has registered the installed release (`install.sh`)."""
    return root / "lib" / "resellerprogram" / "current" / "on-trial"


def folder_of(root: Path) -> Path:
    return root / "var" / "resellerprogram"
