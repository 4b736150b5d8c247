"""A text for a person, in both languages that the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "ru")


@dataclass(frozen=True)
class Text:
    """The same sentence in English and Russian; calling it fills the placeholders of both.

    >>> Text("account {id}", "клиент {id}")(id=27).say("ru")
    'клиент 27'
    """

    en: str
    ru: str

    def __call__(self, **values: Any) -> Text:
        return Text(
            *(
                template.format(**_in_language(values, language))
                for language, template in zip(LANGUAGES, (self.en, self.ru))
            )
        )

    def say(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


def same(text: str) -> Text:
    """A text that reads alike in both languages, such as a name or a figure."""
    return Text(text, text)


def _in_language(values: dict[str, Any], language: str) -> dict[str, Any]:
    return {name: value.say(language) if isinstance(value, Text) else value for name, value in values.items()}
