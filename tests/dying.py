"""A process that kills itself before its n-th panel call or store statement, for the tests that try every n."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from resellerprogram.panel.errors import Call
from resellerprogram.panel.https import Https
from resellerprogram.panel.standstill import writes
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.store import Store


def die_before(nth: int) -> Callable[[Store], None]:
    """From now on this process counts its panel calls; the store that is given to the answer is counted, too. Behind
    what left panel and store as they were, nothing is counted but what writes to the panel: dying there would leave
    what dying before it did."""
    passed, stores, changes, changed = 0, list[Store](), 0, True

    def tick(changes_something: bool, counts: bool = False) -> None:
        nonlocal passed, changes, changed
        before, changes = changes, sum(each.connection.total_changes for each in stores)
        if changed or counts or changes != before:
            passed += 1
            if passed == nth:
                os.kill(os.getpid(), 9)
        changed = changes_something

    def called(call: Call) -> None:
        written = writes(call.function, call.params)
        leaves_filter = call.params.get("filter") == "on" or "sok" in call.params
        tick(written or leaves_filter, counts=written)

    for transport in (Https, Mgrctl):
        _before_each(transport, called)

    def watch(store: Store) -> None:
        """Inside a transaction only its end is a point: whatever dies before that is undone as a whole."""
        stores.append(store)

        def traced(statement: str) -> None:
            ends = statement.lstrip().upper().startswith("COMMIT")
            if ends or (_changes(statement) and not store.connection.in_transaction):
                tick(changes_something=ends)

        store.connection.set_trace_callback(traced)

    return watch


def _before_each(owner: Any, called: Callable[[Call], None]) -> None:
    original = vars(owner)["send"]

    def counted(self: Any, call: Call) -> Any:
        called(call)
        return original(self, call)

    owner.send = counted


def _changes(statement: str) -> bool:
    return statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
