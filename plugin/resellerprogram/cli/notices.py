"""What clients were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..programme import figures
from ..programme.text import Text
from ..store.notices import KeptNotice
from ..words import labels
from ..words.letters import subject
from ..words.people import called
from .output import Command


def notices(command: Command) -> int:
    found = command.store.notices.newest(command.options.count)
    language = command.language
    names = command.store.standings.names(kept.notice.account for kept in found)
    if command.options.json:
        command.json([_notice_values(kept, subject(kept.notice).say(language), names, language) for kept in found])
        return 0
    command.table(
        Text("when|client|notification|outcome|error", "когда|клиент|уведомление|итог|ошибка"),
        (
            (
                figures.listed_moment(kept.made_at),
                called(kept.notice.account, names),
                subject(kept.notice).say(language),
                labels.of(labels.NOTICE_OUTCOMES, kept.outcome, language),
                kept.error.say(command.language) or figures.NOTHING,
            )
            for kept in found
        ),
    )
    return 0


def _notice_values(kept: KeptNotice, said: str, names: Mapping[int, str], language: str) -> dict[str, Any]:
    return {
        "at": kept.made_at.isoformat(),
        "account": kept.notice.account,
        "name": names.get(kept.notice.account, ""),
        "kind": kept.notice.kind.value,
        "subject": said,
        "outcome": kept.outcome or "waits",
        "error": kept.error.say(language),
    }
