"""Who changed what."""

from __future__ import annotations

from typing import Any

from ..programme import figures
from ..programme.text import Text
from ..store.changes import RecordedChange
from ..words import audit, labels
from ..words.lines import one_line
from .output import Command


def changes(command: Command) -> int:
    found = command.store.changes.newest(command.options.count)
    if command.options.json:
        command.json([_change_values(command, each) for each in found])
        return 0
    command.table(
        Text("when|who|address|object|which one|change", "когда|кто|адрес|объект|какой|изменение"),
        (
            (
                figures.listed_moment(each.at),
                each.author.name or figures.NOTHING,
                each.author.address or figures.NOTHING,
                labels.of(labels.DEEDS, each.what, command.language),
                audit.whose(each.what, each.whom, command.language),
                one_line("\n".join(_lines(command, each))),
            )
            for each in found
        ),
    )
    return 0


def _lines(command: Command, each: RecordedChange) -> list[str]:
    currency = command.store.settings.current().currency
    return audit.change_lines(each.what, each.before, each.after, command.titles, currency, command.language)


def _change_values(command: Command, each: RecordedChange) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "who": each.author.name,
        "address": each.author.address,
        "what": each.what,
        "whom": each.whom,
        "before": each.before,
        "after": each.after,
        "change": _lines(command, each),
    }
