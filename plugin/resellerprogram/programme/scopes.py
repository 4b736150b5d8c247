"""What a discount is for, by the names that people know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from .text import Text, same
from .values import dataclass

TYPE, TARIFF = "it_", "pl_"
"""How a discount's form begins the id of a service type, and of a tariff."""


@dataclass(frozen=True)
class ScopeNames:
    """The panel's service types by id, as it shows them in both languages, and its tariffs: name, service type."""

    types: Mapping[int, Text] = field(default_factory=dict)
    tariffs: Mapping[int, tuple[str, int]] = field(default_factory=dict)

    def lacks(self, tree: str) -> bool:
        """Whether something that a discount is for has no name here."""
        return any(self._named(part) is None for part in _parts(tree))

    def text(self, tree: str) -> Text:
        """'Shared hosting: all tariffs', 'VDS: tariff Promo'; of what has no name its id."""
        said = [self._named(part) or same(part) for part in _parts(tree)]
        return Text(", ".join(text.en for text in said), ", ".join(text.ru for text in said))

    def _named(self, part: str) -> Text | None:
        number = int(part[len(TYPE) :]) if part[len(TYPE) :].isdecimal() else -1
        if part.startswith(TYPE) and number in self.types:
            return Text("{type}: all tariff plans", "{type}: все тарифы")(type=self.types[number])
        if part.startswith(TARIFF) and number in self.tariffs:
            name, of_type = self.tariffs[number]
            whole = self.types.get(of_type)
            tariff = Text("tariff plan {name}", "тариф {name}")(name=name)
            return Text("{type}: {tariff}", "{type}: {tariff}")(type=whole, tariff=tariff) if whole else tariff
        return None


def _parts(tree: str) -> list[str]:
    return [part.strip() for part in tree.split(",") if part.strip()]
