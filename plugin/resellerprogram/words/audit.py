"""The change log in words: what was changed, in the reader's language, from the plain values that were kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ..programme import deeds
from ..programme.errors import ResellerProgrammeError
from ..programme.figures import NOTHING, day, money, percent
from ..programme.settings import SETTINGS
from ..programme.tables import changes_between
from ..programme.text import Text
from ..programme.tiers import TierTable
from .lines import Titles
from .tables import difference_lines

STANDINGS = {
    None: Text("as in the settings", "как в настройках"),
    "enrolled": Text("included", "включён в программу"),
    "excluded": Text("excluded", "исключён из программы"),
    "left": Text("left by themselves", "вышел сам"),
}
_PARTICIPATION, _PIN = Text("participation", "участие"), Text("pinned tier", "закреплённый статус")
_PINNED = Text("at least {tier} through {until}: {reason}", "не ниже {tier} по {until} включительно: {reason}")
_PINNED_EXACTLY = Text("exactly {tier} through {until}: {reason}", "ровно {tier} по {until} включительно: {reason}")
_OPENING = Text(
    "{amount}, counts like a payment of {day}, through {until}: {reason}",
    "{amount}, учитывается как платёж от {day} по {until} включительно: {reason}",
)
_TITLES, _TYPES = Text("titles", "названия"), Text("product types", "типы продуктов")
_CAPS = Text("at most", "не больше")
_LEFT_OUT = Text("tariff plans without a discount", "тарифы без скидки")
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ResellerProgrammeError)
"""What values of an earlier release may raise, which kept some of them as English words."""


def change_lines(what: str, before: str, after: str, titles: Titles, currency: str, language: str) -> list[str]:
    """'Partner #5: VPS 13 → 10 %', a line for each thing that was changed. Values that can't be read, such as those of
    an earlier release, are told as they were kept."""
    reader = _READERS.get(what)
    if reader:
        try:
            return list(reader(before, after, titles, currency, language))
        except _UNREADABLE:
            pass
    before, after = _without_lines_of(before, after), _without_lines_of(after, before)
    return [_step(before, after)] if before else [after] if after else []


def whose(what: str, whom: str, language: str) -> str:
    """Which setting, day or client a change is about."""
    if what in (deeds.SETTING, deeds.LOSS) and whom in SETTINGS:
        return f"{SETTINGS[whom].label.say(language)} ({whom})"
    if what == deeds.LOSS and whom == "settings":
        return Text("settings", "настройки").say(language)
    if what == deeds.TIERS:
        try:
            return Text("from {day}", "с {day}")(day=day(date.fromisoformat(whom))).say(language)
        except ValueError:
            return whom
    return whom


def _of_tiers(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    changes = changes_between(TierTable.from_csv(before), TierTable.from_csv(after))
    return difference_lines(changes, titles, currency, language)


def _of_setting(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    yield _step(before, after)


def _of_member(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    was, becomes = json.loads(before), json.loads(after)
    yield from _steps(_PARTICIPATION, _participation(was, language), _participation(becomes, language), language)
    yield from _steps(_PIN, _pin(was, language), _pin(becomes, language), language)
    if becomes.get("agreed"):
        yield from becomes["agreed"].splitlines()


def _participation(note: Mapping[str, Any], language: str) -> str:
    said = STANDINGS[note["standing"]].say(language)
    return f"{said}: {note['reason']}" if note["standing"] and note["reason"] else said


def _pin(note: Mapping[str, Any], language: str) -> str:
    pin = note["pin"]
    if not pin:
        return NOTHING
    until = day(date.fromisoformat(pin["until"])).say(language)
    how = _PINNED_EXACTLY if pin["exactly"] else _PINNED
    return how(tier=pin["tier"], until=until, reason=pin["reason"]).say(language)


def _of_opening(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    """Given: before it was nothing. Ended: then it is nothing, but for the reason."""
    was, becomes = json.loads(before or "{}"), json.loads(after)
    if "amount" in becomes:
        yield _step("", _opening(becomes, language))
    else:
        yield _step(_opening(was, language), "")
        yield becomes["reason"]


def _opening(values: Mapping[str, Any], language: str) -> str:
    day_of, until = (day(date.fromisoformat(values[name])).say(language) for name in ("day", "until"))
    amount = money(Decimal(values["amount"]), values["currency"])
    return _OPENING(amount=amount, day=day_of, until=until, reason=values["reason"]).say(language)


def _of_loss(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    """What is lost, and why somebody wanted it."""
    yield Text(*json.loads(before)).say(language)
    yield after


def _of_class(before: str, after: str, titles: Titles, currency: str, language: str) -> Iterator[str]:
    was, becomes = (json.loads(text) if text else {} for text in (before, after))
    for label, name in ((_TITLES, "title"), (_TYPES, "types"), (_LEFT_OUT, "left_out")):
        yield from _steps(label, _joined(was.get(name)), _joined(becomes.get(name)), language)
    had, has = ([_cap(each, language) for each in values.get("caps") or ()] for values in (was, becomes))
    yield from _steps(_CAPS, _joined(had), _joined(has), language)


def _cap(kept: str, language: str) -> str:
    """'vds 20 %' of 'vds=20'; an earlier release kept the words."""
    what, assigned, value = kept.partition("=")
    return f"{what} {percent(Decimal(value)).say(language)}" if assigned else kept


def _joined(values: Sequence[object] | None) -> str:
    return ", ".join(map(str, values or ())) or NOTHING


def _steps(label: Text, before: str, after: str, language: str) -> Iterator[str]:
    if before != after:
        yield f"{label.say(language)}: {_step(before, after)}"


def _step(before: str, after: str) -> str:
    return f"{before or NOTHING} → {after or NOTHING}"


_READERS: Mapping[str, Callable[[str, str, Titles, str, str], Iterator[str]]] = {
    deeds.TIERS: _of_tiers,
    deeds.SETTING: _of_setting,
    deeds.CLASS: _of_class,
    deeds.MEMBER: _of_member,
    deeds.LOSS: _of_loss,
    deeds.OPENING: _of_opening,
    deeds.JOINED: _of_member,
    deeds.LEFT: _of_member,
}


def _without_lines_of(text: str, other: str) -> str:
    """Of a text of many lines, such as a table, what the other lacks: a list has room for no more."""
    if "\n" not in text or "\n" not in other:
        return text
    common = set(other.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in common)
