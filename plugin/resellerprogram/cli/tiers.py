"""The table of tiers: show, import, end, export."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from ..programme.errors import TierTableError
from ..programme.tables import changes_between, with_classes
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..words import figures
from ..words import tables as words
from .output import EXIT_FAILED, EXIT_USAGE, Command
from .preview import NOTHING_WRITTEN

SHOWN_EFFECTS = 20
_CONFIRM = Text(
    "Nothing has been written: say --yes to take it, or answer at a terminal.",
    "Ничего не записано: подтвердите ключом --yes или ответьте в терминале.",
)


def show(command: Command) -> int:
    store, day = command.store, command.options.date or command.today
    version = store.tiers.on(day)
    _show_tiers(command, with_classes(version.table, store.classes.names()))
    for remark in version.table.remarks():
        command.warn(remark)
    for later in store.tiers.days_after(day):
        command.say(
            Text("Another table holds from {day} on: --date {day}.", "С {day} действует другая таблица: --date {day}.")(
                day=later
            )
        )
        _show_differences(command, version.table, store.tiers.on(later).table)
        version = store.tiers.on(later)
    return 0


def take_in(command: Command) -> int:
    """Take a table from CSV: it is shown as it was understood, and asked about."""
    try:
        text = _text_of(command.options.file)
    except UnicodeDecodeError as error:
        raise TierTableError(Text("not UTF-8: {error}", "не в UTF-8: {error}")(error=error)) from error
    table = TierTable.from_csv(text, command.store.classes.names())
    _show_tiers(command, table)
    return _put(command, table, command.options.first_day or command.today)


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
    if command.options.dry_run:
        command.say(NOTHING_WRITTEN)
        return 0
    if not command.options.yes:
        if not command.can_ask:
            command.warn(_CONFIRM)
            return EXIT_USAGE
        question = Text("Let it hold from {day} on?", "Ввести её в действие с {day}?")
        if not command.ask(question(day=figures.day_text(first_day))):
            command.say(NOTHING_WRITTEN)
            return EXIT_FAILED
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
            figures.money(tier.threshold, currency),
            *(figures.percent(percent) for percent in tier.percents.values()),
        )
        for tier in table.tiers
    )
    titles = "|".join(each.title.say(command.language) for each in classes)
    command.table(Text(f"status|from|{titles}", f"статус|от|{titles}"), rows, right=range(1, 2 + len(classes)))


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
    return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
