"""What administrators and clients decide, a file a subject. One way for the pages and the command line.

Everything is checked before it is written, and what was written is on record with who, when and from where.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..programme.errors import EditConflict
from ..programme.ids import AccountId
from ..store import Store
from ..store.changes import Author

if TYPE_CHECKING:  # pages that only show load none of these
    from .classes import Classes
    from .clients import Clients
    from .corrections import CorrectionsDesk
    from .going_live import GoingLive
    from .losses import Losses
    from .members import Members
    from .openings import Openings
    from .overview import OverviewDesk
    from .settings import SettingsDesk
    from .tiers import Tiers
    from .undoing import Undoing


class Office:
    """Somebody of that level (30: everything, 29: staff, below: a client) at work on the panel in `root`."""

    def __init__(self, root: Path, store: Store, author: Author, clock: Callable[[], datetime], level: int) -> None:
        self.root, self.store, self.author, self.clock, self.level = root, store, author, clock, level
        self._told: dict[AccountId, str] = {}

    @cached_property
    def members(self) -> Members:
        from .members import Members

        return Members(self)

    @cached_property
    def tiers(self) -> Tiers:
        from .tiers import Tiers

        return Tiers(self)

    @cached_property
    def classes(self) -> Classes:
        from .classes import Classes

        return Classes(self)

    @cached_property
    def clients(self) -> Clients:
        from .clients import Clients

        return Clients(self)

    @cached_property
    def settings(self) -> SettingsDesk:
        from .settings import SettingsDesk

        return SettingsDesk(self)

    @cached_property
    def going_live(self) -> GoingLive:
        from .going_live import GoingLive

        return GoingLive(self)

    @cached_property
    def losses(self) -> Losses:
        from .losses import Losses

        return Losses(self)

    @cached_property
    def openings(self) -> Openings:
        from .openings import Openings

        return Openings(self)

    @cached_property
    def overview(self) -> OverviewDesk:
        from .overview import OverviewDesk

        return OverviewDesk(self)

    @cached_property
    def corrections(self) -> CorrectionsDesk:
        from .corrections import CorrectionsDesk

        return CorrectionsDesk(self)

    @cached_property
    def undoing(self) -> Undoing:
        from .undoing import Undoing

        return Undoing(self)

    def name_of(self, account: AccountId) -> str:
        """The client's name, as the last run knew it or as the panel tells it. Raises MemberError for no client."""
        standing = self.store.standings.of(account)
        if standing and standing.name:
            return standing.name
        if account not in self._told:
            from ..recalculation.lookups import named_client

            self._told[account] = named_client(self.root, self.store, account).name
        return self._told[account]

    def record(self, what: str, whom: str = "", before: str = "", after: str = "") -> None:
        """Put on record what was changed, or done by hand: a run, a retry, a backup."""
        self.store.changes.add(what, whom, before, after, self.author, self.clock())

    def conflict(self, what: str, whom: str | None = None) -> EditConflict:
        """Somebody else has changed it since the form showed it."""
        last = self.store.changes.last(what, whom)
        return EditConflict(last.author.name if last else "?", last.at if last else None)


def token(state: object) -> str:
    """What a form remembers of the state that it showed, to tell whether somebody changed it meanwhile."""
    import hashlib  # takes time to load, and lists need none

    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]
