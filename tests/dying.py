"""A process that kills itself before its n-th panel call or store statement, for the tests that try every n."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from resellerprogram.panel.https import Https
from resellerprogram.panel.transport import Mgrctl
from resellerprogram.store import Store


def die_before(nth: int) -> Callable[[Store], None]:
    """From now on this process counts its panel calls; the store that is given to the answer is counted, too."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == nth:
            os.kill(os.getpid(), 9)

    for transport in (Https, Mgrctl):
        _before_each(transport, tick)

    def watch(store: Store) -> None:
        """Inside a transaction only its end is a point: whatever dies before that is undone as a whole."""

        def traced(statement: str) -> None:
            ends = statement.lstrip().upper().startswith("COMMIT")
            if ends or (_changes(statement) and not store.connection.in_transaction):
                tick()

        store.connection.set_trace_callback(traced)

    return watch


def _before_each(owner: Any, tick: Callable[[], None]) -> None:
    original = vars(owner)["send"]

    def counted(self: Any, call: Any) -> Any:
        tick()
        return original(self, call)

    owner.send = counted


def _changes(statement: str) -> bool:
    return statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
