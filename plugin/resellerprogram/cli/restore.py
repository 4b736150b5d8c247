"""restore: the one command that does not open the database, as that may be what is broken."""

from __future__ import annotations

import argparse

from ..host.clock import clock_of
from ..programme.text import Text
from ..recalculation.run import PATIENCE
from ..store.restoring import restore as put_in_place

_DONE = Text("Restored from {file}.", "Восстановлено из {file}.")
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

    restored = put_in_place(options.root, options.file, clock_of(options.root)(), PATIENCE)
    told = [_DONE(file=options.file)]
    if restored.former:
        told.append(_FORMER(former=restored.former))
    found = restored.set_aside
    if found:
        told.append(_SET_ASIDE(restored=found.restored, ended=found.ended))
    if found.damaged:
        told.append(_DAMAGED(count=found.damaged, journal=options.root / "var" / FILE_NAME))
    print("\n".join(text.say(language) for text in (*told, _NEXT)))
    return 0
