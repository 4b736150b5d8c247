"""The table of tiers: show, import, export."""

from __future__ import annotations

import sys
from pathlib import Path

from ..office.tiers import with_classes
from ..programme.errors import TierTableError
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..words import figures
from .output import Command


def show(command: Command) -> int:
    store, day = command.store, command.options.date or command.today
    table = with_classes(store.tiers.on(day).table, store.classes.names())
    _show_tiers(command, table)
    for remark in table.remarks():
        command.warn(remark)
    for later in store.tiers.days_after(day):
        command.say(
            Text("Another table holds from {day} on: --date {day}.", "С {day} действует другая таблица: --date {day}.")(
                day=later
            )
        )
    return 0


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


def take_in(command: Command) -> int:
    try:
        text = _text_of(command.options.file)
    except UnicodeDecodeError as error:
        raise TierTableError(Text("not UTF-8: {error}", "не в UTF-8: {error}")(error=error)) from error
    table = TierTable.from_csv(text, command.store.classes.names())
    first_day = command.options.first_day or command.today
    command.office.tiers.put(table, first_day)
    command.say(
        Text(
            "Tiers from {day} on: {count}. `resellerprogram plan --date {day}` shows what they change.",
            "Уровней с {day}: {count}. Что это меняет, покажет `resellerprogram plan --date {day}`.",
        )(count=len(table.tiers), day=first_day)
    )
    _show_tiers(command, table)
    for remark in table.remarks():
        command.warn(remark)
    return 0


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
