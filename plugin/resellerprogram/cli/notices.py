"""What clients were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..programme import figures
from ..programme.text import Text
from ..store.notices import KeptNotice
from ..words import labels
from ..words.letters import letter
from ..words.people import called
from .output import Command


def notices(command: Command) -> int:
    found = command.store.notices.newest(command.options.count)
    currency, language = command.store.settings.current().currency, command.language
    names = command.store.standings.names(kept.notice.account for kept in found)
    letters = [letter(kept.notice, currency, command.titles) for kept in found]
    if command.options.json:
        command.json([_notice_values(kept, each.subject.say(language), names) for kept, each in zip(found, letters)])
        return 0
    command.table(
        Text("when|client|notification|outcome|error", "когда|клиент|уведомление|итог|ошибка"),
        (
            (
                figures.listed_moment(kept.made_at),
                called(kept.notice.account, names),
                each.subject.say(language),
                labels.of(labels.NOTICE_OUTCOMES, kept.outcome, language),
                kept.error or figures.NOTHING,
            )
            for kept, each in zip(found, letters)
        ),
    )
    return 0


def _notice_values(kept: KeptNotice, subject: str, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "at": kept.made_at.isoformat(),
        "account": kept.notice.account,
        "name": names.get(kept.notice.account, ""),
        "kind": kept.notice.kind.value,
        "subject": subject,
        "outcome": kept.outcome or "waits",
        "error": kept.error,
    }
