"""Service classes: the panel's service types behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..programme import figures
from ..programme.bounds import is_id
from ..programme.caps import changed, written
from ..programme.errors import SettingError
from ..programme.figures import plain
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from ..store.classes import ClassOfServices
from .confirming import agreed_to
from .output import Command


def show(command: Command) -> int:
    classes = command.store.classes.all()
    if command.options.json:
        command.json([_class_values(each) for each in classes])
        return 0
    _show(command, classes)
    return 0


def put(command: Command) -> int:
    """Change a class, or add it; what is not named stays as it is. What takes discounts from somebody tells from whom,
    and asks for a reason and a yes first."""
    options, store = command.options, command.store
    name = ServiceClass(options.name)
    before = store.classes.of(name) or ClassOfServices(name, Text(name, name))
    wanted = ClassOfServices(
        name,
        Text(options.title_en or before.title.en, options.title_ru or before.title.ru),
        before.types if options.types is None else _words(options.types),
        before.left_out if options.leave_out is None else _tariffs(options.leave_out),
        changed(before.caps, options.cap or ()),
    )
    office = command.office
    office.classes.check(wanted)
    loss, reason = office.losses.by_class(wanted), ""
    if loss:
        agreed = agreed_to(command, loss, Text("Change the category all the same?", "Всё равно изменить категорию?"))
        if isinstance(agreed, int):
            return agreed
        reason = agreed
    office.classes.put(wanted)
    if loss:
        office.losses.record(name, loss, reason)
    _show(command, [wanted])
    return 0


def remove(command: Command) -> int:
    command.office.classes.remove(ServiceClass(command.options.name))
    return 0


def _show(command: Command, classes: Iterable[ClassOfServices]) -> None:
    command.table(
        Text(
            "category|title|product types|tariff plans without discount|at most, %",
            "категория|название|типы продуктов|тарифы без скидки|не больше, %",
        ),
        (
            (
                each.name,
                each.title.say(command.language),
                ", ".join(each.types),
                ", ".join(map(str, each.left_out)) or figures.NOTHING,
                written(each.caps) or figures.NOTHING,
            )
            for each in classes
        ),
    )


def _class_values(each: ClassOfServices) -> dict[str, Any]:
    return {
        "class": each.name,
        "title": {"en": each.title.en, "ru": each.title.ru},
        "types": list(each.types),
        "left_out": list(each.left_out),
        "caps": {what: plain(percent) for what, percent in each.caps.items()},
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _tariffs(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not all(map(is_id, words)):
        raise SettingError(
            Text("“{text}”: tariff plans are named by id", "«{text}»: тарифы указываются по id")(text=text)
        )
    return tuple(map(int, words))
