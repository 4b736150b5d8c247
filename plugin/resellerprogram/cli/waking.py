"""What happens next with what was said of clients."""

from __future__ import annotations

from ..host.detached import start_worker
from ..panel.standstill import stands_still
from ..programme.errors import PanelStandsStill
from ..programme.ids import AccountId
from ..programme.text import Text, same
from ..store.bell import Bell
from .output import Command


def wake(command: Command, account: AccountId | None = None) -> None:
    """Let the worker act on it, unless the panel stands still, and say so; `account` where it is about one."""
    if stands_still(command.root):
        command.say(PanelStandsStill().text)
        return
    if command.store.settings.current().automatic:
        Bell.ring(command.store.folder)
        start_worker(command.root)
    command.say(
        Text(
            "The worker acts on it; with automatic = off only `resellerprogram apply{account}` does.",
            "Применит фоновый пересчёт; при automatic = off — только `resellerprogram apply{account}`.",
        )(account=same("" if account is None else f" --account {account}"))
    )
