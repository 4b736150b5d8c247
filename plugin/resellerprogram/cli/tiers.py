"""The table of tiers: show, import as people publish it, end, export."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from ..programme import figures
from ..programme.errors import BadInput, TierTableError
from ..programme.pasting.columns import FROM, STATUS
from ..programme.pasting.reading import Answers, Understanding
from ..programme.tables import changes_between, with_classes
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..words import pasted
from ..words import tables as words
from .confirming import said_yes
from .files import text_of
from .output import EXIT_USAGE, Command
from .preview import NOTHING_WRITTEN

SHOWN_EFFECTS = 20


def show(command: Command) -> int:
    store, day = command.store, command.options.date or command.today
    version = store.tiers.on(day)
    _show_tiers(command, with_classes(version.table, store.classes.names()))
    for remark in version.table.remarks():
        command.warn(remark)
    for later in store.tiers.days_after(day):
        command.say(
            Text(
                "Another table holds from {day} on: --date {date}.", "С {day} действует другая таблица: --date {date}."
            )(day=figures.day(later), date=later.isoformat())
        )
        _show_differences(command, version.table, store.tiers.on(later).table)
        version = store.tiers.on(later)
    return 0


def take_in(command: Command) -> int:
    """Take a table as somebody has it: it is shown as it was understood, with what is odd, and asked about."""
    found = command.office.tiers.understand(_text_of(command.options.file), _answers(command))
    command.say(pasted.understood(found, command.titles))
    if found.table is None:
        return _ask_for_options(command, found)
    _show_tiers(command, found.table)
    for odd in pasted.oddities(found, command.titles, command.store.settings.current().currency):
        command.warn(odd)
    return _put(command, found.table, command.options.first_day or command.today)


def _answers(command: Command) -> Answers:
    """What the options say of the text. Raises BadInput for a column of no class."""
    options = command.options
    known = (STATUS, FROM, *command.store.classes.names())
    unknown = [key for key in options.columns if key not in known]
    if unknown:
        raise BadInput(
            Text("there is no category “{name}”; there are {known}", "категории «{name}» нет; есть {known}")(
                name=unknown[0], known=", ".join(known)
            )
        )
    return Answers(options.decimal, options.percents, options.columns)


def _ask_for_options(command: Command, found: Understanding) -> int:
    """What is ambiguous is answered by an option, and never guessed."""
    answer = Text("{question} — answer with {option}", "{question} — ответьте ключом: {option}")
    for each in found.questions:
        command.warn(answer(question=pasted.question(each, command.titles), option=pasted.option(each)))
    command.say(NOTHING_WRITTEN)
    return EXIT_USAGE


def read_table(command: Command, file: str) -> TierTable:
    """A table as somebody has it, from a file or from standard input for `-`. Raises TierTableError where it is
    ambiguous: `tiers import --dry-run` takes answers and gives it as it is meant."""
    found = command.office.tiers.understand(_text_of(file), Answers())
    if found.table is None:
        raise TierTableError(pasted.question(found.questions[0], command.titles))
    return found.table


def end(command: Command) -> int:
    """Let the table before the one in force hold again, as a new version."""
    version = command.store.tiers.on(command.today)
    return _put(command, command.office.tiers.before(version).table, command.options.first_day or command.today)


def _put(command: Command, table: TierTable, first_day: date) -> int:
    """Show what a table changes and for whom, ask, and let it hold."""
    tiers, language = command.office.tiers, command.language
    before = command.store.tiers.on(first_day).table
    effects = tiers.effects_of(table, first_day, SHOWN_EFFECTS)
    _show_differences(command, before, table)
    command.say(words.effects_text(effects))
    if effects:
        currency = command.store.settings.current().currency
        command.lines(words.effect_table(effects, command.titles, currency, language))
    for warning in filter(None, (words.brake_text(tiers.brake_on(effects)), *table.remarks())):
        command.warn(warning)
    question = Text("Let it hold from {day} on?", "Ввести её в действие с {day}?")
    left = said_yes(command, question(day=figures.day(first_day)))
    if left is not None:
        return left
    tiers.put(table, first_day)
    command.say(words.saved_text(first_day, command.today))
    return 0


def _show_differences(command: Command, before: TierTable, table: TierTable) -> None:
    currency = command.store.settings.current().currency
    changes = changes_between(before, table)
    lines = list(words.difference_lines(changes, command.titles, currency, command.language))
    head = (
        Text("Differences:", "Отличия:")
        if lines
        else Text("No differences from the table of that day.", "От таблицы на этот день она не отличается.")
    )
    command.say(head)
    command.lines(f"  {line}" for line in lines)


def _show_tiers(command: Command, table: TierTable) -> None:
    currency, classes = command.store.settings.current().currency, command.store.classes.all()
    rows = (
        (
            tier.name,
            figures.listed_money(tier.threshold, currency),
            *(figures.percent(percent).say(command.language) for percent in tier.percents.values()),
        )
        for tier in table.tiers
    )
    titles = "|".join(each.title.say(command.language) for each in classes)
    command.table(Text(f"tier|from|{titles}", f"статус|от|{titles}"), rows, right=range(1, 2 + len(classes)))


def export(command: Command) -> int:
    store = command.store
    table = store.tiers.on(command.options.date or command.today).table
    text = with_classes(table, store.classes.names()).to_csv()
    if command.options.file == "-":
        sys.stdout.write(text)
    else:
        Path(command.options.file).write_text(text, encoding="utf-8")
    return 0


def _text_of(file: str) -> str:
    """Raises TierTableError."""
    try:
        return text_of(file)
    except BadInput as error:
        raise TierTableError(error.text) from error
