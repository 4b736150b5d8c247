"""mirror: how far the copy in the panel's database is behind, and whose it is."""

from __future__ import annotations

from ..mirror.keeping import keep
from ..programme.text import Text
from .output import EXIT_FAILED, Command

_OFF = Text(
    "No copy is kept in the panel's database; see setting `mirror`.",
    "Копия в базе панели не ведётся; см. настройку `mirror`.",
)
_WHOLE = Text("The copy in the panel's database is complete and up to date.", "Копия в базе панели полна и не отстаёт.")
_BEHIND = Text(
    "The copy in the panel's database is behind by changes: {changes}, the oldest for {seconds} s.",
    "Копия в базе панели отстаёт, изменений: {changes}, старейшее ждёт {seconds} с.",
)
_NOT_YET = Text("The copy in the panel's database is not complete yet.", "Копия в базе панели ещё не полна.")


def mirror(command: Command) -> int:
    """Carry what waits, and tell how that went."""
    store = command.store
    if not store.settings.current().mirror:
        keep(command.root, store)
        if command.options.json:
            command.json({"kept": False})
        else:
            command.say(_OFF)
        return 0
    if command.options.replace:
        store.outbox.replace(None)
    error = keep(command.root, store)
    behind, whole = store.outbox.behind(), store.outbox.generation() is not None
    lag = int(behind.lag.total_seconds())
    if command.options.json:
        trouble = error.text.say(command.language) if error else None
        command.json({"kept": True, "whole": whole, "behind": behind.changes, "seconds": lag, "trouble": trouble})
        return EXIT_FAILED if error else 0
    if error:
        command.warn(error.text)
    if not whole:
        command.say(_NOT_YET)
    elif behind.changes:
        command.say(_BEHIND(changes=behind.changes, seconds=lag))
    else:
        command.say(_WHOLE)
    return EXIT_FAILED if error else 0
