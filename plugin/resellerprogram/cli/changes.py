"""Who changed what."""

from __future__ import annotations

from typing import Any

from ..programme.text import Text
from ..store.changes import RecordedChange
from ..words import figures, labels
from .output import Command


def changes(command: Command) -> int:
    found = command.store.changes.newest(command.options.count)
    if command.options.json:
        command.json([_change_values(each) for each in found])
        return 0
    command.table(
        Text("when|who|from|what|whom|before|after", "когда|кто|откуда|что|кого|было|стало"),
        (
            (
                figures.moment(each.at, command.language),
                each.author.name or figures.NOTHING,
                each.author.address or figures.NOTHING,
                labels.of(labels.DEEDS, each.what, command.language),
                each.whom,
                figures.one_line(figures.without_lines_of(each.before, each.after)),
                figures.one_line(figures.without_lines_of(each.after, each.before)),
            )
            for each in found
        ),
    )
    return 0


def _change_values(each: RecordedChange) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "who": each.author.name,
        "address": each.author.address,
        "what": each.what,
        "whom": each.whom,
        "before": each.before,
        "after": each.after,
    }
