"""What a plan is known by: what somebody confirmed is what is written, and nothing else (spec, section 3).

Each account's part has a fingerprint of its own, made of what would be written and why, as plain values; when it was
looked at, and in which order, makes no difference. A plan's is made of those of its accounts. On a panel with
thousands of clients there is always one who pays, so what was confirmed is compared account by account:

- as it was confirmed: it is written;
- nothing to do any more, because an event has done it meanwhile: no change of the plan;
- another change than the confirmed one, or one of an account that had none: left as it is, named, and shown again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NewType

from .discounts import Change, Create, Delete, Edit, PutBack, SetAside
from .figures import plain
from .ids import AccountId

Fingerprint = NewType("Fingerprint", str)
Prints = Mapping[AccountId, Fingerprint]
"""A plan's accounts, each with the fingerprint of its part."""

_LENGTH = 12


def of_account(account: AccountId, changes: Iterable[Change]) -> Fingerprint:
    """Of what would be written for one account."""
    return _hashed([str(account), *sorted(json.dumps(_values(change)) for change in changes)])


def of_plan(prints: Prints) -> Fingerprint:
    """Of a whole plan, or of some accounts' part of it."""
    return _hashed([f"{account} {prints[account]}" for account in sorted(prints)])


def of_words(words: Iterable[str]) -> Fingerprint:
    """Of what was shown to somebody who consents to it."""
    return _hashed(list(words))


def _values(change: Change) -> list[str]:
    """What it is, of which discount, what is there before it and after it, and why."""
    what = [type(change).__name__, change.because.value]
    if isinstance(change, SetAside):
        return [*what, str(change.other.id), change.other.name, change.other.value]
    if isinstance(change, PutBack):
        return [*what, str(change.other.record), change.other.name, change.other.value]
    return [*what, _existing(change), str(change.scope), _percent(change.had), _percent(change.will_have)]


def _existing(change: Create | Edit | Delete) -> str:
    return "" if isinstance(change, Create) else str(change.before.id)


def _percent(percent: Decimal | None) -> str:
    return "" if percent is None else plain(percent)


def _hashed(parts: list[str]) -> Fingerprint:
    import hashlib  # takes time to load, and most who come by need none

    return Fingerprint(hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_LENGTH])
