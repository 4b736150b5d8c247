"""A change of a discount in a line of words, planned or written, wherever it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..programme import figures
from ..programme.changes import OF_TARIFF, PlainChange
from ..programme.figures import NOTHING
from ..programme.text import Text, same
from ..programme.verdict import ClassOfType, by_class
from .labels import BECAUSE, WILL_BE
from .lines import Titles


def folded(
    changes: Iterable[PlainChange], class_of: ClassOfType, titles: Titles, language: str, done: bool = False
) -> str:
    """What happens to a client's discounts: 'VPS 19 → 17 %; SSL certificates 3 → 1 %; Agreed 40 %: will be suspended'.
    What is `done` is told as that."""
    line = change_line if done else planned_line
    return "; ".join(line(change, what, language) for what, change in named(changes, class_of, titles, language))


def named(
    changes: Iterable[PlainChange], class_of: ClassOfType, titles: Titles, language: str
) -> Iterator[tuple[str, PlainChange]]:
    """Each change with what it is about, in the order of the titles; a class whose discounts all go alike once, what
    is not ours at the end."""
    changes = list(changes)
    classes = by_class(changes, class_of)
    for name in (*titles, *(each for each in classes if each not in titles)):
        found = classes.get(name, [])
        alike = {(change.before, change.after, change.because) for change in found}
        if name and name in titles and len(alike) == 1:
            yield titles[name].say(language), found[0]
        else:
            yield from ((called(change.what, class_of, titles).say(language), change) for change in found)
    yield from ((change.what, change) for change in changes if change.is_of_others)


def called(what: str, class_of: ClassOfType, titles: Titles) -> Text:
    """What people call a service type or tariff: 'VPS', 'VPS: Start'; 'VPS (vds)' where the class has other types, too.
    What is in no class keeps the panel's name."""
    kind, apart, tariff = what.partition(OF_TARIFF)
    name = class_of.get(kind)
    if name is None or name not in titles:
        return same(what)
    if apart:
        return Text("{title}: {tariff}", "{title}: {tariff}")(title=titles[name], tariff=tariff)
    if list(class_of.values()).count(name) == 1:
        return titles[name]
    return Text("{title} ({type})", "{title} ({type})")(title=titles[name], type=kind)


def change_line(change: PlainChange, what: str, language: str) -> str:
    """'VPS 19 → 17 %', 'Agreed by hand 40 %: suspended'."""
    if change.is_of_others:
        return f"{discount_line(what, change.value)}: {BECAUSE[change.because].say(language)}"
    return percent_step(change, what, language)


def planned_line(change: PlainChange, what: str, language: str) -> str:
    """The same of what is only planned: 'Agreed by hand 40 %: will be suspended'."""
    if change.because not in WILL_BE:
        return change_line(change, what, language)
    return f"{discount_line(what, change.value)}: {WILL_BE[change.because].say(language)}"


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
