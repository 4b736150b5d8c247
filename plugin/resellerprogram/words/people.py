"""Naming some of many clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..programme.ids import AccountId, named
from ..programme.report import NAMED
from ..programme.text import Text


def called(account: int, names: Mapping[int, str]) -> str:
    """'27 Ромашка'; the number alone where the name is not known."""
    return named(account, names.get(account, ""))


def first_names(accounts: Collection[AccountId], names: Mapping[int, str]) -> Text:
    """'27 Ромашка, 28 Atlas and 122 more': the first ten of them, by id, as far as their `names` are known."""
    first = sorted(accounts)[:NAMED]
    named = ", ".join(called(account, names) for account in first)
    rest = len(accounts) - len(first)
    if not rest:
        return Text(named, named)
    return Text("{named} and {rest} more", "{named} и ещё {rest}")(named=named, rest=rest)
