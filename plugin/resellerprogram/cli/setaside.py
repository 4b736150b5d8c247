"""Discounts of others that rest."""

from __future__ import annotations

from ..programme.text import Text
from ..words import figures
from .output import Command


def set_aside(command: Command) -> int:
    resting = command.store.set_aside.all()
    if command.options.json:
        command.json(
            [
                {
                    "account": each.account,
                    "discount": each.discount,
                    "set_aside_at": each.set_aside_at.isoformat(),
                    "fields": dict(each.fields),
                }
                for each in resting
            ]
        )
        return 0
    command.say(Text("Discounts set aside: {count}.", "Отложено скидок: {count}.")(count=len(resting)))
    if resting:
        command.table(
            Text("account|name|discount|covers|since", "клиент|название|скидка|на что|с"),
            (
                (
                    str(each.account),
                    each.shown.get("name") or figures.NOTHING,
                    each.shown.get("value") or figures.NOTHING,
                    each.fields.get("pricelist_tree", ""),
                    figures.moment(each.set_aside_at, command.language),
                )
                for each in resting
            ),
        )
    return 0
