"""what-if: a table played over the recorded past."""

from __future__ import annotations

from datetime import timedelta

from ..programme.tables import changes_between
from ..programme.text import same
from ..programme.whatif import Client, WhatIf, values_of
from ..recalculation.whatif import play
from ..words import whatif as words
from .output import Command
from .parser import CURRENT
from .tiers import read_table


def what_if(command: Command) -> int:
    """Tell what the table would have done; nothing is changed by it."""
    store, options = command.store, command.options
    current = store.tiers.on(command.today).table
    table = current if options.table == CURRENT else read_table(command, options.table)
    found = play(store, table, options.months, command.progress())
    if options.json:
        command.json(_values(command, found))
        return 0
    _tell(command, found)
    if changes_between(current, table):
        tomorrow = command.today + timedelta(days=1)
        command.say(words.TAKE_IT(file=options.table, day=tomorrow.isoformat()))
    else:
        command.say(words.IN_FORCE)
    return 0


def _tell(command: Command, found: WhatIf) -> None:
    for text in (*words.summary(found), *words.grounds(found)):
        command.say(text)
    command.lines([""])
    command.say(words.BY_PAYMENTS)
    command.table(words.COSTS, words.cost_cells(found, command.titles, command.language), right=(1, 2, 3))
    for text in words.expenses(found):
        command.say(text)
    command.lines([""])
    command.say(words.BY_MONTH)
    heads = "|".join([words.MONTHS.say(command.language), *words.month_names(found)])
    command.table(same(heads), words.tier_rows(found, command.language), right=range(1, 1 + len(found.months)))
    for head, whose in ((words.GAINED, found.gained), (words.LOST, found.lost)):
        if whose:
            command.lines([""])
            command.say(head)
            cells = words.client_cells(whose, found, _names(command, whose), command.titles, command.language)
            command.table(words.CLIENTS, cells, right=(1, 4))
    command.lines([""])
    empty = words.empty_text(found)
    if empty:
        command.say(empty)


def _names(command: Command, whose: tuple[Client, ...]) -> dict[int, str]:
    return command.store.standings.names(each.account for each in whose)


def _values(command: Command, found: WhatIf) -> dict[str, object]:
    """For programs: also what clients are called, and the cost in percent of the turnover."""
    names = _names(command, (*found.gained, *found.lost))
    values = values_of(found)
    for side in ("gained", "lost"):
        values[side] = [{**each, "name": names.get(each["account"], "")} for each in values[side]]
    for name, sums in found.classes.items():
        percents = {side: found.percent(getattr(sums, side)) for side in ("really", "other")}
        values["classes"][name]["percent"] = {
            side: None if each is None else str(each) for side, each in percents.items()
        }
    return values
