"""Lists that are too long for one night are read in turn, by the endings of their ids."""

from __future__ import annotations

from ..programme.due import share
from ..store import Store

WHOLE = 25_000
"""A list of so many rows is read whole every time."""
PART = 2_500
"""About so many rows are a part, well below where the panel cuts a list."""


def endings(store: Store, note: str, writes: bool = True) -> list[str]:
    """Of the list of all clients, or of their users, the parts whose turn it is: [""] where that is all of it. `note`
    is where the last part is remembered, unless one only looks; within `verify_days` each one comes."""
    clients = store.due.accounts()
    if clients <= WHOLE:
        return [""]
    digits = len(str(-(-clients // PART) - 1))
    parts: int = 10**digits
    at_once = share(parts, store.settings.current().verify_days)
    begin = ((store.notes.read(note) or 0) + 1) % parts
    if writes:
        store.notes.write(note, (begin + at_once - 1) % parts)
    return [f"{(begin + number) % parts:0{digits}d}" for number in range(at_once)]
