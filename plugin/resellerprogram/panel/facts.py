"""What seldom changes in a panel: asked by every whole run, kept for the worker, which has no time to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..programme.ids import ProviderId
from ..programme.text import Text
from ..programme.values import dataclass
from . import directory
from .calls import Panel
from .directory import PaymentMethods, ServiceTypeId, Tariff, TariffId


@dataclass(frozen=True)
class Facts:
    """The panel's providers, the internal names of its service types, the ISO code behind every currency sign, and
    the excluded payment methods as its rows show them. `unknown_methods` were excluded, but the panel lacks them.
    `employee` is in whose name it answers. `tariffs` is None where nobody asked for them."""

    employee: str | None
    providers: Mapping[ProviderId, str]
    type_names: Mapping[ServiceTypeId, str]
    currency_signs: Mapping[str, str]
    excluded: PaymentMethods
    unknown_methods: tuple[str, ...]
    tariffs: tuple[Tariff, ...] | None = None
    odd: tuple[str, ...] = ()
    """Rows that can't be read and were left out."""
    type_titles: Mapping[ServiceTypeId, Text] = field(default_factory=dict)
    """What people read of the service types."""

    @classmethod
    def ask(cls, panel: Panel, picked_methods: tuple[str, ...], with_tariffs: bool = False) -> Facts:
        """Read all of it, tariffs only where they are needed. Raises PanelError."""
        odd: list[str] = []
        excluded, unknown = directory.payment_methods(panel, picked_methods)
        return cls(
            panel.employee,
            directory.providers(panel, odd.append),
            directory.service_types(panel, odd.append),
            directory.currency_signs(panel),
            excluded,
            tuple(unknown),
            tuple(directory.tariffs(panel, odd.append)) if with_tariffs else None,
            tuple(dict.fromkeys(odd)),
            directory.type_titles(panel),
        )

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "employee": self.employee,
            "providers": {str(provider): name for provider, name in self.providers.items()},
            "type_names": {str(number): name for number, name in self.type_names.items()},
            "currency_signs": dict(self.currency_signs),
            "excluded": [sorted(self.excluded.names), sorted(self.excluded.modules)],
            "unknown_methods": list(self.unknown_methods),
            "tariffs": None
            if self.tariffs is None
            else [[tariff.id, tariff.name, tariff.service_type] for tariff in self.tariffs],
            "odd": list(self.odd),
            "type_titles": {str(number): [title.en, title.ru] for number, title in self.type_titles.items()},
        }

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Facts:
        names, modules = values["excluded"]
        return cls(
            values["employee"],
            {ProviderId(int(provider)): name for provider, name in values["providers"].items()},
            {ServiceTypeId(int(number)): name for number, name in values["type_names"].items()},
            values["currency_signs"],
            PaymentMethods(frozenset(names), frozenset(modules)),
            tuple(values["unknown_methods"]),
            None
            if values["tariffs"] is None
            else tuple(Tariff(TariffId(number), name, ServiceTypeId(kind)) for number, name, kind in values["tariffs"]),
            tuple(values.get("odd", ())),
            {ServiceTypeId(int(number)): Text(*title) for number, title in values.get("type_titles", {}).items()},
        )
