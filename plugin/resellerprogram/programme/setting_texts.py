"""The texts of settings and what they stand for: what may be set, and what an older release has left."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from . import bounds
from .errors import SettingError
from .settings import SETTINGS, Setting, Settings
from .text import Text, short

_MOST_DIGITS = 30
_DOES_NOT_FIT = Text(
    "{value} does not fit the setting {setting}. What is needed: {about}.",
    "{value} не подходит для настройки {setting}. Что нужно: {about}.",
)
_EMPTY = Text("An empty value", "Пустое значение")


def check(name: str, text: str) -> Any:
    """The value that `text` stands for, when it may be set. Raises SettingError."""
    value = _read(name, text)
    try:
        SETTINGS[name].accept(text.strip())
    except ValueError:
        raise _can_not_be(SETTINGS[name], text) from None
    return value


def _read(name: str, text: str) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        raise SettingError(
            Text("There is no setting “{name}”. There are: {names}.", "Настройки «{name}» нет. Есть: {names}.")(
                name=name, names=", ".join(SETTINGS)
            )
        )
    try:
        return setting.kind.read(bounds.line(text.strip(), name, bounds.LONGEST_SETTING))
    except ValueError:
        raise _can_not_be(setting, text) from None


def _can_not_be(setting: Setting, text: str) -> SettingError:
    value = Text("The value “{text}”", "Значение «{text}»")(text=short(text, 100)) if text.strip() else _EMPTY
    return SettingError(_DOES_NOT_FIT(value=value, setting=setting.called, about=setting.about), setting.name)


def _stored(name: str, text: str) -> Any:
    """The value of a text that may be an older release's: 20.000 and 1e1 were figures to it. Raises SettingError."""
    try:
        return _read(name, text)
    except SettingError as error:
        try:
            return SETTINGS[name].kind.read(_as_today(text))
        except ValueError:
            raise error from None


def _as_today(text: str) -> str:
    """A figure as it is written today, of a group too; any other text as it is. Raises ValueError."""
    kind, colon, figure = text.strip().rpartition(":")
    try:
        number = Decimal(figure)
    except InvalidOperation:
        return text.strip()
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(text)
    return f"{kind}{colon}{bounds.written(number)}"


def problem(name: str, text: str) -> Text | None:
    """What is not as it would be taken today: an older release may have taken it."""
    try:
        _read(name, text)
        return None
    except SettingError as error:
        refused = error.text
    try:
        _stored(name, text)
    except SettingError:
        stands_in = Text(
            "The default “{default}” stands in for it; set it anew.",
            "Вместо него действует «{default}»; задайте заново.",
        )(default=SETTINGS[name].default)
        stopped = Text("Nothing is recalculated until it is set anew.", "До исправления ничего не пересчитывается.")
        outcome = stopped if SETTINGS[name].vital else stands_in
    else:
        outcome = Text(
            "It is understood as the release before did; set it anew.",
            "Оно понято, как в прежней версии; задайте заново.",
        )
    return Text("{refused} {outcome}", "{refused} {outcome}")(refused=refused, outcome=outcome)


def settings_of(texts: Mapping[str, str]) -> Settings:
    """Settings from their texts; where one can't be read, its default stands in."""
    values: dict[str, Any] = {}
    unreadable = []
    for name, setting in SETTINGS.items():
        try:
            values[name] = _stored(name, texts[name])
        except SettingError as error:
            values[name] = setting.kind.read(setting.default)
            if setting.vital:
                unreadable.append(error)
    return Settings(**values, unreadable=tuple(unreadable))
