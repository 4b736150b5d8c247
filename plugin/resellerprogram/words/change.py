"""A change of a discount in a line of words, planned or written, wherever it is told."""

from __future__ import annotations

from ..programme import figures
from ..programme.changes import PlainChange
from ..programme.figures import NOTHING
from .labels import BECAUSE, WILL_BE


def change_line(change: PlainChange, language: str) -> str:
    """'vds 17 % → 19 %', 'Agreed by hand 40 %: set aside'."""
    because = BECAUSE[change.because].say(language)
    if change.is_of_others:
        return f"{discount_line(change.what, change.value)}: {because}"
    return percent_step(change, change.what, language)


def planned_line(change: PlainChange, language: str) -> str:
    """The same of what is only planned: 'Agreed by hand 40 %: will be set aside'."""
    if change.because not in WILL_BE:
        return change_line(change, language)
    return f"{discount_line(change.what, change.value)}: {WILL_BE[change.because].say(language)}"


def percent_step(change: PlainChange, what: str, language: str) -> str:
    """'VPS 19 → 17 %', 'VPS none → 3 %', 'VPS 3 % → none'; with the reason where it is not the tier."""
    because = BECAUSE[change.because].say(language)
    return f"{what} {step(change, language)}" + (f" ({because})" if because else "")


def step(change: PlainChange, language: str) -> str:
    """'19 → 21 %', 'none → 3 %', '3 % → none'."""
    return figures.percent_step(change.before, change.after).say(language)


def discount_line(name: str, value: str) -> str:
    """A discount as the panel shows it: 'Agreed by hand 40 %'."""
    return " ".join(part for part in (name, value) if part) or NOTHING
