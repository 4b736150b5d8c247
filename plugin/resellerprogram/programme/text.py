"""A text for a person, in both languages that the product speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, Union

from .values import dataclass

if TYPE_CHECKING:

    class _Path(Protocol):
        def __fspath__(self) -> str: ...


Filling = Union["Text", str, int, BaseException, "_Path"]
"""What may stand in a text as it is. A day, a percent or money may not: figures.py puts these into words."""

LANGUAGES = ("en", "ru")


@dataclass(frozen=True)
class Text:
    """The same sentence in English and Russian; calling it fills the placeholders of both.

    >>> Text("account {id}", "клиент {id}")(id=27).say("ru")
    'клиент 27'
    """

    en: str
    ru: str

    def __call__(self, **values: Filling) -> Text:
        return Text(
            *(
                template.format(**_in_language(values, language))
                for language, template in zip(LANGUAGES, (self.en, self.ru))
            )
        )

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.en)

    def say(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


def same(text: str) -> Text:
    """A text that reads alike in both languages, such as a name or a figure."""
    return Text(text, text)


def short(text: object, longest: int = 500) -> str:
    """What somebody else said, on one line and not longer than that.

    >>> short("cut\\n2025-01-01 ERROR forged", 12)
    'cut 2025-01…'
    """
    said = str(text)
    line = "".join(sign if sign.isprintable() else " " for sign in said[: 2 * longest])
    words = " ".join(line.split())
    return words if len(words) <= longest and len(said) <= 2 * longest else words[: longest - 1] + "…"


def from_capital(said: str) -> str:
    """As at the beginning of a sentence or a label."""
    return f"{said[:1].upper()}{said[1:]}"


def sentence(said: str) -> str:
    """What may stand behind a colon, as it stands alone: from a capital to a full stop. A list keeps its end."""
    if said.partition(" ")[0].isalpha():
        said = from_capital(said)
    return said if said.endswith((".", "!", "?", "…")) or "\n" in said else f"{said}."


def joined(by: str, parts: Iterable[Text]) -> Text:
    """Several texts in one."""
    listed = list(parts)
    return Text(*(by.join(part.say(language) for part in listed) for language in LANGUAGES))


def _in_language(values: Mapping[str, Filling], language: str) -> dict[str, Filling]:
    return {name: value.say(language) if isinstance(value, Text) else value for name, value in values.items()}
