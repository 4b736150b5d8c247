"""A change of a discount in a line of words, planned or written, wherever it is told."""

from __future__ import annotations

from decimal import Decimal

from ..programme.changes import PlainChange
from ..programme.text import Text
from ..programme.tiers import plain
from .figures import NOTHING, percent
from .labels import BECAUSE, WILL_BE


def change_line(change: PlainChange, language: str) -> str:
    """'vds 17 % → 19 %', 'Agreed by hand 40 %: set aside'."""
    because = BECAUSE[change.because].say(language)
    if change.is_of_others:
        return f"{discount_line(change.what, change.value)}: {because}"
    return f"{change.what} {step(change)}" + (f" ({because})" if because else "")


def planned_line(change: PlainChange, language: str) -> str:
    """The same of what is only planned: 'Agreed by hand 40 %: will be set aside'."""
    if change.because not in WILL_BE:
        return change_line(change, language)
    return f"{discount_line(change.what, change.value)}: {WILL_BE[change.because].say(language)}"


def percent_step(change: PlainChange, what: str, language: str) -> str:
    """'VPS 19 → 17 %', 'VPS none → 3 %', 'VPS 3 % → none'; with the reason where it is not the tier."""
    none = Text("none", "нет").say(language)
    if change.before is None or change.after is None:
        said = f"{_or(change.before, none)} → {_or(change.after, none)}"
    else:
        said = f"{plain(change.before)} → {plain(change.after)} %"
    because = BECAUSE[change.because].say(language)
    return f"{what} {said}" + (f" ({because})" if because else "")


def _or(value: Decimal | None, none: str) -> str:
    return none if value is None else percent(value)


def step(change: PlainChange) -> str:
    """'19 % → 21 %', '— → 3 %', '3 % → —'."""
    return f"{percent(change.before)} → {percent(change.after)}"


def discount_line(name: str, value: str) -> str:
    """A discount as the panel shows it: 'Agreed by hand 40 %'."""
    return " ".join(part for part in (name, value) if part) or NOTHING
