"""Settings: show and change."""

from __future__ import annotations

from ..programme import figures
from ..programme.settings import SETTINGS
from ..programme.text import Text, same
from .confirming import agreed_to
from .output import Command


def show(command: Command) -> int:
    texts = command.store.settings.texts()
    if command.options.json:
        command.json(texts)
        return 0
    rows = (
        (name, value or figures.NOTHING, SETTINGS[name].about.say(command.language)) for name, value in texts.items()
    )
    command.table(Text("setting|value|meaning", "настройка|значение|смысл"), rows)
    return 0


def change(command: Command) -> int:
    """A setting that takes discounts from somebody tells from whom, and asks for a reason and a yes first."""
    name, value = command.options.name, command.options.value
    loss = command.office.losses.by_settings({name: value})
    if loss:
        reason = agreed_to(command, loss, Text("Set it all the same?", "Всё равно изменить настройку?"))
        if isinstance(reason, int):
            return reason
        command.office.losses.record(name, loss, reason)
    warnings = command.office.settings.change({name: value})
    for warning in warnings:
        command.warn(warning)
    command.say(same(f"{name} = {value or figures.NOTHING}"))
    return 0
