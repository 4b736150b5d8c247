"""Lists and tables of words and figures. Used by the command line and the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ..programme.figures import NOTHING, percent
from ..programme.text import Text, joined, same
from ..programme.tiers import ServiceClass

LONGEST_LINE = 120

Titles = Mapping[ServiceClass, Text]
"""What people read of the service classes."""


def percents(of: Mapping[ServiceClass, Decimal], titles: Titles) -> Text:
    """'VPS 19 %, SSL certificates 3 %', in the order of the titles."""
    return listed({name: percent(value) for name, value in of.items()}, titles)


def listed(of: Mapping[ServiceClass, Text], titles: Titles) -> Text:
    """What is told of each class, in the order of the titles; those that have none come last."""
    ordered = [name for name in titles if name in of] + [name for name in of if name not in titles]
    return joined(", ", [titled(name, of[name], titles) for name in ordered])


def titled(name: ServiceClass, told: Text, titles: Titles) -> Text:
    """What is told of a class, behind its title; behind its short name where it has none."""
    return same("{title} {told}")(title=titles.get(name, same(name)), told=told)


def short_titles(titles: Titles) -> Titles:
    """The first word of each, an abbreviation before a hyphen alone, for the head of a column: 'Выделенные', 'SSL'; the
    whole title of those whose first words are alike."""
    found = {name: Text(*map(_first_word, (title.en, title.ru))) for name, title in titles.items()}
    alike = Counter(text for short in found.values() for text in {short.en, short.ru})
    return {name: titles[name] if max(alike[short.en], alike[short.ru]) > 1 else short for name, short in found.items()}


def _first_word(title: str) -> str:
    word = title.partition(" ")[0]
    abbreviation = word.partition("-")[0]
    return abbreviation if abbreviation.isupper() else word


def one_line(text: str) -> str:
    """A text of several lines in one, cut where it gets long."""
    line = " / ".join(part for part in text.splitlines() if part)
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def step_of_tier(before: str | None, after: str | None) -> str:
    """'Partner #7 → Partner #8'; where nothing changed, the tier alone."""
    shown = after or NOTHING
    return shown if before in (None, after) else f"{before} → {shown}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Aligned lines; the columns in `right` are right-aligned."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        )
        yield "  ".join(cells).rstrip()
