"""What starting the programme would do, in a line; what a trial's nights would have done (spec, section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ..programme import figures
from ..programme.discounts import SetAside
from ..programme.effects import Way
from ..programme.report import Report
from ..programme.text import Text
from ..programme.values import dataclass

NOT_STARTED = Text(
    "The program has not started: it calculates and shows, and changes no discount.",
    "Программа ещё не запущена: она считает и показывает, скидки не меняет.",
)
HOW_TO_START = Text(
    "No discount has changed: the program has not started. `resellerprogram start` shows this, asks, and does it.",
    "Скидки не изменены: программа ещё не запущена. `resellerprogram start` покажет это, спросит и сделает.",
)
STOPPED = Text(
    "The program is stopped: no discount changes, neither after payments nor at night.",
    "Программа остановлена: скидки не меняются ни после платежей, ни ночью.",
)
NIGHTS = Text(
    "night|members|with a tier|start|rise|fall|end", "ночь|участников|со статусом|появятся|вырастут|снизятся|отменятся"
)
NO_NIGHTS = Text(
    "No night has been tried yet: the next one adds a line here.",
    "Ни одной пробной ночи ещё не было: ближайшая добавит сюда строку.",
)
NIGHTS_BEFORE = Text(
    "Trial nights before the program was started ({when}); they changed no discount. `resellerprogram undo` tells what "
    "recalculations have changed since.",
    "Пробные ночи до запуска программы ({when}); скидки они не меняли. Что изменили пересчёты после запуска, покажет "
    "`resellerprogram undo`.",
)
NO_NIGHTS_BEFORE = Text(
    "The program was started {when}, and no night was tried before. `resellerprogram undo` tells what recalculations "
    "have changed since.",
    "Программа запущена {when}, пробных ночей до этого не было. Что изменили пересчёты после запуска, покажет "
    "`resellerprogram undo`.",
)


@dataclass(frozen=True)
class AtTheStart:
    """What would happen at the start: clients who `get` discounts, whose are `lowered` or taken, how many discounts of
    others would `rest`, how many clients could not be decided (`failed`). By last month's orders it costs `monthly`, or
    `at_least` that; empty where nothing is known."""

    get: int
    lowered: int
    rest: int
    failed: int
    monthly: str = ""
    at_least: bool = False
    currency: str = ""


def at_the_start(report: Report, currency: str) -> AtTheStart:
    return AtTheStart(
        sum(1 for each in report.planned if each.tier and not each.drops),
        sum(1 for each in report.planned if each.drops),
        sum(isinstance(change, SetAside) for each in report.planned for change in each.changes),
        len(report.failed),
        figures.plain(report.estimate.monthly) if report.estimate else "",
        report.estimate is not None and not report.estimate.all_of_it,
        currency,
    )


def verdict(found: AtTheStart, language: str) -> str:
    """'132 clients get discounts; 8 other personal discounts will be suspended; about 41 300 RUB a month at last
    month's orders'; what there is nothing of is left out."""
    counts = ((found.get, _GET), (found.rest, _REST), (found.lowered, _LOSE), (found.failed, _FAILED))
    told = [figures.counted(count, *forms).say(language) for count, forms in counts if count]
    if not told:
        told.append(_NOBODY.say(language))
    if found.monthly and found.currency:  # an earlier release kept the amount in words
        amount = figures.about(Decimal(found.monthly), found.currency)
        told.append((_AT_LEAST if found.at_least else _ABOUT)(amount=amount).say(language))
    return "; ".join(told)


_NOBODY = Text("Nobody's discounts change", "Скидки ни у кого не изменятся")
_ABOUT = Text("about {amount} a month at last month's orders", "примерно {amount} в месяц по заказам прошлого месяца")
_AT_LEAST = Text(
    "at least {amount} a month at last month's orders", "не меньше {amount} в месяц по заказам прошлого месяца"
)
_Forms = tuple[tuple[str, str], tuple[str, str, str]]
_GET: _Forms = (
    ("client gets discounts", "clients get discounts"),
    ("клиент получит скидки", "клиента получат скидки", "клиентов получат скидки"),
)
_REST: _Forms = (
    ("other personal discount will be suspended", "other personal discounts will be suspended"),
    (
        "другая персональная скидка будет приостановлена",
        "другие персональные скидки будут приостановлены",
        "других персональных скидок будет приостановлено",
    ),
)
_LOSE: _Forms = (
    ("client whose discounts fall or end", "clients whose discounts fall or end"),
    (
        "клиент, у которого скидки снизятся или отменятся",
        "клиента, у которых скидки снизятся или отменятся",
        "клиентов, у которых скидки снизятся или отменятся",
    ),
)
_FAILED: _Forms = (
    ("client could not be calculated", "clients could not be calculated"),
    ("клиента не удалось посчитать", "клиентов не удалось посчитать", "клиентов не удалось посчитать"),
)


def night_cells(day: date, members: int, with_tier: int, ways: Mapping[Way, int], language: str) -> list[str]:
    """A row of `NIGHTS`."""
    return [figures.listed_day(day), *map(str, (members, with_tier, *ways.values()))]
