"""What somebody who takes no part would have today: found by a task, shown on the page on which they join."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ..programme.ids import AccountId
from ..programme.tiers import Tier
from ..programme.values import dataclass
from .contents import content_of_tier, tier_of
from .database import moment


@dataclass(frozen=True)
class Prospect:
    """An account as a member, `seen_at` that time: `others` are the discounts that would rest: name, value, and what
    each is for, as its form spells it."""

    account: AccountId
    seen_at: datetime
    turnover: Decimal
    tier: Tier | None
    others: Sequence[tuple[str, str, str]]


class ProspectStore:
    """The newest for each account that asked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, prospect: Prospect) -> None:
        content = {
            "turnover": str(prospect.turnover),
            "tier": content_of_tier(prospect.tier),
            "others": [list(other) for other in prospect.others],
        }
        self._connection.execute(
            "INSERT OR REPLACE INTO prospect (account, seen_at, content) VALUES (?, ?, ?)",
            (prospect.account, moment(prospect.seen_at), json.dumps(content, ensure_ascii=False)),
        )

    def of(self, account: AccountId) -> Prospect | None:
        row = self._connection.execute("SELECT * FROM prospect WHERE account = ?", (account,)).fetchone()
        if row is None:
            return None
        content = json.loads(row["content"])
        return Prospect(
            AccountId(row["account"]),
            datetime.fromisoformat(row["seen_at"]),
            Decimal(content["turnover"]),
            tier_of(content["tier"]),
            [(name, value, tree[0] if tree else "") for name, value, *tree in content["others"]],
        )
