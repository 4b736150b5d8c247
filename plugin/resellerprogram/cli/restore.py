"""restore: the one command that does not open the database, as that may be what is broken."""

from __future__ import annotations

import argparse
from datetime import datetime

from ..host.clock import clock_of
from ..programme.errors import BadInput
from ..programme.text import Text
from ..recalculation.run import PATIENCE
from ..store.restoring import Restored
from ..store.restoring import restore as put_in_place
from .output import EXIT_FAILED

_DONE = Text("Restored from {file}.", "Восстановлено из {file}.")
_ONE_OF_TWO = Text("name a copy, or --from-panel", "укажите файл копии или --from-panel")
_TAKEN_OVER = Text(
    "This machine has taken over; the data are those of the copy in the panel's database.",
    "Программу теперь ведёт эта машина; данные взяты из копии в базе панели.",
)
_THERE = Text(
    "The panel's database holds a complete copy; last kept by {holder}.",
    "В базе панели есть полная копия данных; её вела машина {holder}.",
)
_NOTHING_THERE = Text("The panel's database holds no copy.", "В базе панели нет копии данных.")
_WAITING = Text(
    "{holder} was at work less than a minute ago. Waiting until it can be sure to have stopped…",
    "{holder} работала меньше минуты назад. Ждём, пока она наверняка остановится…",
)
_SWEEP = Text(
    "What happened meanwhile is found by the next `resellerprogram sweep`, within five minutes.",
    "Что произошло за это время, найдёт ближайшая сверка (`resellerprogram sweep`), не позже чем через пять минут.",
)
_FORMER = Text("The database as it was is in {former}.", "Прежняя база сохранена в {former}.")
_SET_ASIDE = Text(
    "Suspended discounts, by their journal: {restored} wait again, {ended} are over already.",
    "Приостановленные скидки по журналу: снова ждут восстановления {restored}, уже восстановлены {ended}.",
)
_DAMAGED = Text(
    "Lines of that journal that can't be read: {count}; look at them in {journal}.",
    "Нечитаемых строк в этом журнале: {count}; посмотрите их в {journal}.",
)
_NEXT = Text(
    "Next: resellerprogram plan, then apply.",
    "Дальше: resellerprogram plan, затем apply.",
)


def restore(options: argparse.Namespace, language: str) -> int:
    from ..store.journal import FILE_NAME

    now = clock_of(options.root)()
    if bool(options.file) == options.from_panel:
        raise BadInput(_ONE_OF_TWO, "file")
    if options.from_panel:
        if options.look:
            return _look(options, language)
        restored, told, follows = _take_over(options, language, now), [_TAKEN_OVER], _SWEEP
    else:
        restored = put_in_place(options.root, options.file, now, PATIENCE)
        told, follows = [_DONE(file=options.file)], _NEXT
    if restored.former:
        told.append(_FORMER(former=restored.former))
    found = restored.set_aside
    if found:
        told.append(_SET_ASIDE(restored=found.restored, ended=found.ended))
    if found.damaged:
        told.append(_DAMAGED(count=found.damaged, journal=options.root / "var" / FILE_NAME))
    print("\n".join(text.say(language) for text in (*told, follows)))
    return 0


def _look(options: argparse.Namespace, language: str) -> int:
    """Whether there is anything to take over."""
    from ..mirror.taking_over import what_is_there

    found = what_is_there(options.root, options.schema)
    told = _THERE(holder=found.holder) if found else _NOTHING_THERE
    print(told.say(language))
    return 0 if found else EXIT_FAILED


def _take_over(options: argparse.Namespace, language: str, now: datetime) -> Restored:
    from ..mirror.taking_over import take_over

    def waiting(holder: str) -> None:
        print(_WAITING(holder=holder).say(language), flush=True)

    return take_over(options.root, now, PATIENCE, options.schema, waiting)
