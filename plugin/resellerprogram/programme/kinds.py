"""Kinds of settings: how the text of one is read, within which bounds, and between what one chooses.

Each has `read`, which raises ValueError for a text that is none of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from . import bounds
from .ids import ProviderId
from .members import GroupId, MemberRule
from .text import Text
from .values import dataclass

_FEW = 12


class Kind(Protocol):
    """What every kind can."""

    def read(self, text: str) -> Any:
        """The value that a text stands for. Raises ValueError."""


@dataclass(frozen=True)
class Flag:
    """One of two words; true for the first. A box to tick: ticked, unticked.

    >>> Flag("refuse", "allow").read("allow")
    False
    """

    ticked: str = "on"
    unticked: str = "off"

    def read(self, text: str) -> bool:
        if text not in (self.ticked, self.unticked):
            raise ValueError(text)
        return text == self.ticked


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds, both included; of a few one chooses."""

    least: int = 0
    most: int = bounds.LARGEST_ID

    @property
    def is_chosen(self) -> bool:
        return self.most <= _FEW

    def read(self, text: str) -> int:
        value = bounds.whole(text)
        if not self.least <= value <= self.most:
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class Percent:
    """A percent from 0 to 100."""

    def read(self, text: str) -> Decimal:
        value = bounds.percent(text)
        if not 0 <= value <= 100:
            raise ValueError(text)
        return value


@dataclass(frozen=True)
class OneOf:
    """One of these words; what each means."""

    words: Mapping[str, Text]

    def read(self, text: str) -> str:
        if text not in self.words:
            raise ValueError(text)
        return text


@dataclass(frozen=True)
class SomeOf:
    """Any of these words, separated by commas; none is written `off`. Without words: of what the panel has, or none.

    >>> SomeOf(("rose", "fell")).read("off")
    ()
    >>> SomeOf().read("2, cash")
    ('2', 'cash')
    """

    words: tuple[str, ...] = ()

    def read(self, text: str) -> tuple[str, ...]:
        if self.words and text == "off":
            return ()
        found = tuple(part.strip() for part in text.split(",") if part.strip())
        if self.words and any(word not in self.words for word in found):
            raise ValueError(text)
        return found


@dataclass(frozen=True)
class Line:
    """Any text of one line, of `longest` characters in the form."""

    longest: int

    def read(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Provider:
    """The id of one of the panel's providers, None where it is empty."""

    def read(self, text: str) -> ProviderId | None:
        return ProviderId(bounds.whole(text)) if text else None


@dataclass(frozen=True)
class Currency:
    """The ISO code of one of the panel's currencies."""

    def read(self, text: str) -> str:
        if len(text) != 3 or not text.isalpha() or not text.isascii():
            raise ValueError(text)
        return text.upper()


@dataclass(frozen=True)
class Members:
    """Who takes part: `all`, `enrolled`, or `group:ID` with a client group of the panel. The form asks for the group
    in a field of its own; `rules` are its choices.

    >>> Members({}).read("group:7")
    MemberRule(everybody=False, group=7)
    """

    rules: Mapping[str, Text]

    def read(self, text: str) -> MemberRule:
        rule, _, group = text.partition(":")
        if text in ("all", "enrolled"):
            return MemberRule(everybody=text == "all")
        if rule == "group":
            return MemberRule(everybody=False, group=GroupId(bounds.whole(group)))
        raise ValueError(text)
