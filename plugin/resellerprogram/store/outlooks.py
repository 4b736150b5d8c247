"""What an account's future rests on, kept with its standing: pages forecast without reading a payment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from ..programme.basis import Basis
from ..programme.figures import plain
from ..programme.forecast import Outlook
from ..programme.ids import AccountId
from .contents import content_of_pin, content_of_tier, pin_of, text_of, tier_of
from .readable import if_readable, readable


class OutlookStore:
    """One for every account that a run has decided about. Losing it loses nothing: the next run writes it again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, account: AccountId, outlook: Outlook) -> None:
        """Beside the account's standing, which is there already."""
        content = {
            "day": outlook.day.isoformat(),
            "basis": outlook.basis.value,
            "months": outlook.months,
            "tier": content_of_tier(outlook.tier),
            "counted": _content(outlook.counted),
            "pin": content_of_pin(outlook.pin),
            **({"brought": _content(outlook.brought)} if outlook.brought else {}),
        }
        self._connection.execute("UPDATE standing SET outlook = ? WHERE account = ?", (text_of(content), account))

    def of(self, account: AccountId) -> Outlook | None:
        row = self._connection.execute("SELECT outlook FROM standing WHERE account = ?", (account,)).fetchone()
        return if_readable(row, _outlook) if row and row[0] is not None else None

    def all(self) -> Iterator[tuple[AccountId, str, Outlook]]:
        """Every account that a run has decided about, with its name."""
        rows = self._connection.execute("SELECT account, name, outlook FROM standing WHERE outlook IS NOT NULL")
        return readable(rows, lambda row: (AccountId(row["account"]), row["name"], _outlook_of(row["outlook"])))


def _outlook(row: sqlite3.Row) -> Outlook:
    return _outlook_of(row[0])


def _outlook_of(text: str) -> Outlook:
    content = json.loads(text)
    return Outlook(
        date.fromisoformat(content["day"]),
        Basis(content["basis"]),
        content["months"],
        tier_of(content["tier"]),
        _by_day(content["counted"]),
        pin_of(content["pin"]),
        _by_day(content.get("brought", {})),
    )


def _content(amounts: Mapping[date, Decimal]) -> dict[str, str]:
    return {day.isoformat(): plain(amount) for day, amount in sorted(amounts.items())}


def _by_day(content: Mapping[str, str]) -> dict[date, Decimal]:
    return {date.fromisoformat(day): Decimal(amount) for day, amount in content.items()}
