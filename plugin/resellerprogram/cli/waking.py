"""What happens next with what was said of clients."""

from __future__ import annotations

from ..host.detached import start_worker
from ..panel.standstill import stands_still
from ..programme.errors import PanelStandsStill
from ..programme.ids import AccountId
from ..programme.text import Text, same
from ..store.bell import Bell
from ..words.going_live import NOT_STARTED
from .output import Command

_NOW = Text("It is applied now.", "Применится сейчас.")
_STOPPED = Text(
    "The program is stopped: apply this by `resellerprogram apply{account}`.",
    "Программа остановлена: примените командой `resellerprogram apply{account}`.",
)


def wake(command: Command, account: AccountId | None = None, no_effect: Text | None = None) -> None:
    """Let the worker act on it, unless the panel stands still, and say so; `account` where it is about one, `no_effect`
    where it changes no discount and why."""
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return
    automatic = command.store.settings.current().automatic
    if automatic:
        Bell.ring(command.store.folder)
        start_worker(command.root)
    if no_effect:
        command.say(no_effect)
    elif command.store.going_live.started() is None:
        command.say(NOT_STARTED)
    elif automatic:
        command.say(_NOW)
    else:
        command.say(_STOPPED(account=same("" if account is None else f" --account {account}")))
