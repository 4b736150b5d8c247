"""What a run reads once, whatever the number of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from ..panel import assumptions, directory
from ..panel.calls import Panel
from ..panel.errors import PanelRefusal
from ..panel.payments import PaymentReader
from ..programme.discounts import ServiceType, ServiceTypeId
from ..programme.errors import SettingError
from ..programme.payments import AccountId, ProviderId, RateTable
from ..programme.text import Text
from ..store import Store
from ..store.settings import Settings


class Context:
    """A run's view of the panel, the settings and the tier table: everything that is read once."""

    def __init__(self, panel: Panel, store: Store, day: date, settings: Settings, withdraw: bool = False) -> None:
        self.panel, self.store, self.day, self.settings, self.withdraw = panel, store, day, settings, withdraw
        self.table = store.tiers.current()
        self.warnings: list[Text] = []

    @cached_property
    def provider(self) -> ProviderId:
        """The provider whose programme this is: the one in the settings, else the panel's first.

        Raises SettingError for one that the panel does not have; warns of a choice that was not made.
        """
        known = ", ".join(f"{provider} ({name})" for provider, name in self.providers.items())
        chosen = self.settings.provider
        if not self.providers:
            return chosen or assumptions.FIRST_PROVIDER
        if chosen is None:
            chosen = min(self.providers)
            if len(self.providers) > 1:
                self.warnings.append(
                    Text(
                        "payments to provider {chosen} count; the panel has {known}; see setting `provider`",
                        "учитываются платежи провайдеру {chosen}; в панели есть {known}; см. настройку `provider`",
                    )(chosen=chosen, known=known)
                )
        if chosen not in self.providers:
            raise SettingError(
                Text(
                    "set `provider` to one of the panel's providers: {known}",
                    "задайте настройку `provider`, провайдеры панели: {known}",
                )(known=known)
            )
        return chosen

    @cached_property
    def type_names(self) -> dict[ServiceTypeId, str]:
        """The internal name of every service type of the panel."""
        return directory.service_types(self.panel)

    @cached_property
    def service_types(self) -> list[ServiceType]:
        """The service types of all classes. Those that the panel lacks are warned of; without any, SettingError."""
        ids = {name: number for number, name in self.type_names.items()}
        wanted = [
            (name, service_class) for service_class, names in self.settings.service_types.items() for name in names
        ]
        missing = [name for name, _ in wanted if name not in ids]
        if len(missing) == len(wanted):
            raise SettingError(
                Text(
                    "the panel has none of the service types {names}; see `settings show`",
                    "в панели нет ни одного из типов услуг {names}; см. `settings show`",
                )(names=", ".join(missing) or "-")
            )
        self.warnings += [
            Text(
                "the panel has no service type {name!r}; it is passed over",
                "в панели нет типа услуг {name!r}, он пропущен",
            )(name=name)
            for name in missing
        ]
        return [ServiceType(ids[name], name, service_class) for name, service_class in wanted if name in ids]

    @cached_property
    def group_members(self) -> set[AccountId]:
        """The members of the client group in the settings; empty without one. Raises SettingError."""
        group = self.settings.members.group
        if group is None:
            return set()
        try:
            return directory.group_members(self.panel, group)
        except PanelRefusal as refusal:
            raise SettingError(
                Text("client group {group}: {why}", "группа клиентов {group}: {why}")(group=group, why=refusal.text)
            ) from refusal

    @cached_property
    def reader(self) -> PaymentReader:
        excluded, unknown = directory.payment_methods(self.panel, self.settings.excluded_payment_methods)
        if unknown:
            raise SettingError(
                Text(
                    "excluded_payment_methods: the panel has no method {names}",
                    "excluded_payment_methods: в панели нет метода {names}",
                )(names=", ".join(unknown))
            )
        signs = directory.currency_signs(self.panel)
        if self.settings.currency not in signs.values():
            raise SettingError(
                Text("the panel has no currency {currency}", "в панели нет валюты {currency}")(
                    currency=self.settings.currency
                )
            )
        return PaymentReader(self.panel, self.providers, signs, excluded)

    def prepare(self) -> None:
        """Read what every account needs. Raises SettingError when settings and panel don't fit; taking the programme
        off needs none of them."""
        _ = self.type_names
        if not self.withdraw:
            _ = self.provider, self.service_types, self.group_members, self.reader

    @cached_property
    def providers(self) -> Mapping[ProviderId, str]:
        return directory.providers(self.panel)

    @cached_property
    def rates(self) -> RateTable:
        return directory.rates(self.panel, self.settings.currency)

    @cached_property
    def types(self) -> dict[ServiceTypeId, ServiceType]:
        return {service_type.id: service_type for service_type in self.service_types}
