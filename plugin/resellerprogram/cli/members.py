"""Members: enrol, exclude, pin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..programme import figures
from ..programme.basis import Pin
from ..programme.members import MemberNote
from ..programme.text import Text
from .output import Command
from .waking import wake

_STANDINGS: Mapping[str | None, Text] = {
    "enrolled": Text("included", "включён"),
    "excluded": Text("excluded", "исключён"),
    "left": Text("left by themselves", "вышел сам"),
    None: Text("", ""),
}


def show(command: Command) -> int:
    notes, rule = command.store.members.all(), command.store.settings.texts()["members"]
    if command.options.json:
        command.json({"members": rule, "accounts": [_note_values(note) for note in notes]})
        return 0
    command.say(
        Text(
            "Setting members = {rule}. Clients with terms of their own: {count}.",
            "Настройка members = {rule}. Клиентов с особыми условиями: {count}.",
        )(rule=rule, count=len(notes))
    )
    if notes:
        header = Text(
            "client|participation|reason|pinned tier|through|reason of the pin",
            "клиент|участие|причина|закреплённый статус|по|причина закрепления",
        )
        command.table(header, (_note_cells(note, command.language) for note in notes))
    return 0


def enrol(command: Command) -> int:
    name = command.office.members.enrol(command.options.account, command.options.reason)
    return _noted(command, Text("Client {id}, {name}, is included.", "Клиент {id}, {name}, включён в программу."), name)


def exclude(command: Command) -> int:
    name = command.office.members.exclude(command.options.account, command.options.reason)
    return _noted(
        command, Text("Client {id}, {name}, is excluded.", "Клиент {id}, {name}, исключён из программы."), name
    )


def follow_the_rule(command: Command) -> int:
    name = command.office.members.follow_the_rule(command.options.account)
    return _noted(
        command, Text("Client {id}, {name}, is as in the settings.", "Клиент {id}, {name}: как в настройках."), name
    )


def pin(command: Command) -> int:
    options = command.options
    pin = Pin(options.tier, options.until, options.reason, options.exactly)
    name = command.office.members.pin(options.account, pin)
    return _noted(command, Text("Client {id}, {name}: tier pinned.", "Клиент {id}, {name}: статус закреплён."), name)


def unpin(command: Command) -> int:
    name = command.office.members.unpin(command.options.account)
    return _noted(
        command,
        Text("Client {id}, {name}: tier not pinned any more.", "Клиент {id}, {name}: статус больше не закреплён."),
        name,
    )


def _note_values(note: MemberNote) -> dict[str, Any]:
    pin = note.pin
    return {
        "account": note.account,
        "standing": note.standing,
        "reason": note.reason,
        "pin": pin and {"tier": pin.tier, "until": pin.until.isoformat(), "reason": pin.reason, "exactly": pin.exactly},
    }


def _note_cells(note: MemberNote, language: str) -> tuple[str, ...]:
    cells = _pin_cells(note.pin, language) if note.pin else ("", "", "")
    return (str(note.account), _STANDINGS[note.standing].say(language), note.reason, *cells)


def _pin_cells(pin: Pin, language: str) -> tuple[str, ...]:
    how = Text("exactly {tier}", "ровно {tier}") if pin.exactly else Text("at least {tier}", "не ниже {tier}")
    return (how(tier=pin.tier).say(language), figures.listed_day(pin.until), pin.reason)


def _noted(command: Command, text: Text, name: str = "") -> int:
    command.say(text(id=command.options.account, name=name or figures.NOTHING))
    wake(command, command.options.account)
    return 0
