"""Settings: show and change."""

from __future__ import annotations

from ..programme.settings import SETTINGS
from ..programme.text import Text, same
from ..words import figures
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
    name, value = command.options.name, command.options.value
    command.office.settings.change({name: value})
    command.say(same(f"{name} = {value or figures.NOTHING}"))
    return 0
