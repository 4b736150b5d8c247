"""Service classes: the panel's service types behind them, tariffs that are left out, and caps."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..programme import bounds
from ..programme.caps import of_tariff, written
from ..programme.deeds import CLASS
from ..programme.errors import SettingError
from ..programme.text import Text
from ..programme.tiers import ServiceClass, is_class_name
from ..store.classes import ClassOfServices
from ..store.database import transaction
from . import Office, token


class Classes:
    """What the office decides of classes."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def put(self, wanted: ClassOfServices, seen: str | None = None, new: bool = False) -> None:
        """Add or change a class. Raises SettingError for a name or a service type that can't be, EditConflict."""
        store = self._store
        self.check(wanted)
        with transaction(store.connection):
            before = store.classes.of(wanted.name)
            if new and before:
                raise SettingError(
                    Text("there is a category “{name}”", "категория «{name}» уже есть")(name=wanted.name), "name"
                )
            if seen is not None and seen != token(before):
                raise self._office.conflict(CLASS, wanted.name)
            self._check_types(wanted)
            store.classes.put(wanted)
            self._office.record(CLASS, wanted.name, class_values(before), class_values(wanted))

    def check(self, wanted: ClassOfServices) -> None:
        """Raises SettingError for what a class can't be."""
        if not is_class_name(wanted.name):
            raise SettingError(
                Text(
                    "“{name}” can't name a category: small Latin letters, digits and _, beginning with a letter",
                    "«{name}» не годится для кода категории: строчные латинские буквы, цифры и _, первой буква",
                )(name=wanted.name),
                "name",
            )
        for language, title in (("en", wanted.title.en), ("ru", wanted.title.ru)):
            if not title.strip() or not title.isprintable():
                raise SettingError(
                    Text("say what people read", "укажите название, которое увидят люди"), f"title_{language}"
                )
            bounds.line(title, f"title_{language}", bounds.LONGEST_NAME)
        for each in wanted.types:
            bounds.line(each, "types", bounds.LONGEST_NAME)
        strange = [what for what in wanted.caps if of_tariff(what) is None and what not in wanted.types]
        if strange:
            raise _not_of_class(strange)
        self._check_choices(wanted, self._store.classes.of(wanted.name))

    def remove(self, name: ServiceClass) -> None:
        """Remove a class. Raises SettingError, which tells what uses it, while a tier has a percent for it."""
        before = self._store.classes.of(name)
        if before is None:
            raise SettingError(Text("there is no category “{name}”", "категории «{name}» нет")(name=name))
        users = [
            tier.name
            for tier in self._store.tiers.on(self._office.clock().date()).table.tiers
            if tier.percents.get(name)
        ]
        if users:
            raise SettingError(
                Text(
                    "category “{name}” is in use by tiers {users}. Set them to 0 first.",
                    "категория «{name}» занята: процент задан для статусов {users}. Сначала поставьте там 0.",
                )(name=name, users=", ".join(users))
            )
        with transaction(self._store.connection):
            self._store.classes.remove(name)
            self._office.record(CLASS, name, class_values(before), "")

    def _check_choices(self, wanted: ClassOfServices, before: ClassOfServices | None) -> None:
        """Whether the panel has what a class newly names; what it named before may have vanished there meanwhile."""
        types = set(wanted.types) - set(before.types if before else ())
        tariffs = set(wanted.left_out) - set(before.left_out if before else ())
        kept = set(_capped_tariffs(before)) if before else set()
        capped = set(_capped_tariffs(wanted))
        if before and set(before.types) <= set(wanted.types):
            capped -= kept
        if not types and not tariffs and not capped:
            return
        from ..recalculation.lookups import types_and_tariffs

        known_types, known_tariffs = types_and_tariffs(self._office.root, self._store, "en")
        lacking = types - {each.internal_name for each in known_types.values()}
        if lacking:
            raise SettingError(
                Text("the panel has no product type {names}", "в панели нет типа продукта {names}")(
                    names=", ".join(sorted(lacking))
                ),
                "types",
            )
        of_types = {each.id: known_types.get(each.service_type) for each in known_tariffs}
        _check_tariffs(tariffs, of_types.keys(), "left_out")
        _check_tariffs(capped - kept, of_types.keys(), "caps")
        whole = {each.id for each in known_tariffs if (of := of_types[each.id]) and of.internal_name in wanted.types}
        strange = sorted(capped & of_types.keys() - whole)
        if strange:
            raise _not_of_class(map(str, strange))

    def _check_types(self, wanted: ClassOfServices) -> None:
        for other in self._store.classes.all():
            shared = [name for name in wanted.types if name in other.types and other.name != wanted.name]
            if shared:
                raise SettingError(
                    Text("already in category {name}: {type}", "уже относится к категории {name}: {type}")(
                        type=", ".join(shared), name=other.title
                    ),
                    "types",
                )


def class_values(found: ClassOfServices | None) -> str:
    """A class as the change log keeps it; empty without one."""
    if found is None:
        return ""
    import json  # takes time to load, and lists need none

    titles = [found.title.en, found.title.ru]
    values = {"title": titles, "types": found.types, "left_out": found.left_out}
    if found.caps:
        values["caps"] = [written({what: percent}) for what, percent in found.caps.items()]
    return json.dumps(values, ensure_ascii=False)


def _capped_tariffs(found: ClassOfServices) -> list[int]:
    return [tariff for tariff in map(of_tariff, found.caps) if tariff is not None]


def _check_tariffs(named: Collection[int], known: Collection[int], field: str) -> None:
    missing = sorted(set(named) - set(known))
    if missing:
        raise SettingError(
            Text("the panel has no tariff plan {ids}", "в панели нет тарифа {ids}")(ids=", ".join(map(str, missing))),
            field,
        )


def _not_of_class(named: Iterable[str]) -> SettingError:
    return SettingError(
        Text(
            "not of this category: {names}. A cap is for one of its product types or for a tariff plan of these",
            "не относится к этой категории: {names}. Ограничить можно её тип продукта или тариф такого типа",
        )(names=", ".join(named)),
        "caps",
    )
