"""What waits to be recalculated: list, retry, drop."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..panel.standstill import check_may_write
from ..programme import figures
from ..programme.errors import BadInput
from ..programme.text import Text
from ..recalculation.run import PATIENCE
from ..recalculation.work import work
from ..store.bell import Bell
from ..store.queue import Queued
from ..words import labels
from ..words.people import called
from .output import EXIT_PARTLY, Command

_NOT_THERE = Text(
    "There is no row {number} in the queue; `resellerprogram queue list` shows what waits.",
    "В очереди нет строки {number}; что ждёт, покажет `resellerprogram queue list`.",
)


def show(command: Command) -> int:
    waiting = command.store.queue.all()
    names = command.store.standings.names(each.account for each in waiting if each.account is not None)
    if command.options.json:
        command.json([_queued_values(each, names, command.language) for each in waiting])
        return 0
    if not waiting:
        command.say(Text("The queue is empty.", "Очередь пуста."))
        return 0
    command.table(
        Text(
            "number|client|payment|because of|since|tries|state|error",
            "номер|клиент|платёж|причина|с|попыток|состояние|ошибка",
        ),
        (
            (
                str(each.id),
                "" if each.account is None else called(each.account, names),
                str(each.payment or ""),
                labels.caused(each.cause, command.login(each.who), command.language),
                figures.listed_moment(each.since),
                str(each.attempts),
                labels.of(labels.QUEUE, each.state, command.language),
                each.error.say(command.language),
            )
            for each in waiting
        ),
    )
    return 0


def retry(command: Command) -> int:
    """Everything, or one, is due at once: for the worker that lives, else for this process."""
    check_may_write(command.root)
    queue, number = command.store.queue, command.options.number
    count = queue.retry(number)
    if number is not None and not count:
        raise BadInput(_NOT_THERE(number=number))
    Bell.ring(command.store.folder)
    deadline = time.monotonic() + PATIENCE
    work(command.root, command.store, command.clock, lambda pause: False)
    while queue.next_due(command.now) and time.monotonic() < deadline:
        time.sleep(0.1)
    left = len(queue.all())
    command.say(
        Text("Tried again: {count}; still waiting: {left}.", "Повторено: {count}; ждёт ещё: {left}.")(
            count=count, left=left
        )
    )
    return EXIT_PARTLY if left else 0


def drop(command: Command) -> int:
    number = command.options.number
    if not command.store.queue.drop(number):
        raise BadInput(_NOT_THERE(number=number))
    command.say(Text("Row {number} is removed from the queue.", "Строка {number} убрана из очереди.")(number=number))
    return 0


def _queued_values(each: Queued, names: Mapping[int, str], language: str) -> dict[str, Any]:
    return {
        "number": each.id,
        "account": each.account,
        "name": names.get(each.account or 0, ""),
        "payment": each.payment,
        "cause": each.cause,
        "since": each.since.isoformat(),
        "attempts": each.attempts,
        "given_up": each.dead,
        "error": each.error.say(language),
    }
