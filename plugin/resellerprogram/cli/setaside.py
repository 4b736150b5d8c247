"""Discounts of others that rest."""

from __future__ import annotations

from ..programme import figures
from ..programme.text import Text
from ..recalculation.scopes import scope_names
from .output import Command


def set_aside(command: Command) -> int:
    resting, scopes = command.store.set_aside.all(), scope_names(command.store)
    if command.options.json:
        command.json(
            [
                {
                    "account": each.account,
                    "discount": each.discount,
                    "set_aside_at": each.set_aside_at.isoformat(),
                    "covers": scopes.text(each.tree).say(command.language),
                    "fields": dict(each.fields),
                }
                for each in resting
            ]
        )
        return 0
    command.say(Text("Discounts suspended: {count}.", "Приостановлено скидок: {count}.")(count=len(resting)))
    if resting:
        command.table(
            Text("client|name|discount|applies to|since", "клиент|название|скидка|действует на|с"),
            (
                (
                    str(each.account),
                    each.shown.get("name") or figures.NOTHING,
                    each.shown.get("value") or figures.NOTHING,
                    scopes.text(each.tree).say(command.language),
                    figures.listed_moment(each.set_aside_at),
                )
                for each in resting
            ),
        )
    return 0
