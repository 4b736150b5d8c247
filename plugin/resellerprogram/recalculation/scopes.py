"""What the panel's discounts are for: the names that a run has kept, and which class covers what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..panel import assumptions, directory, discounts
from ..panel.calls import Panel
from ..panel.directory import ServiceTypeId, Tariff
from ..panel.errors import MissingObject, PanelError
from ..panel.facts import Facts
from ..programme.caps import MOST, Ceilings, Limit, ceilings, of_tariff
from ..programme.discounts import Covered, OtherDiscount, TariffsOf
from ..programme.ids import Scope
from ..programme.scopes import ScopeNames
from ..programme.text import Text, same
from ..store import Store
from ..store.classes import ClassOfServices
from ..store.notes import SCOPES


def parts(
    number: ServiceTypeId, name: str, whose: ClassOfServices, known_tariffs: Sequence[Tariff] | None
) -> list[Covered]:
    """A service type as a whole, or its remaining tariffs where some of them are left out or capped: which of two
    overlapping discounts wins is not known (A.4)."""
    tariffs = [tariff for tariff in known_tariffs or () if tariff.service_type == number]
    if not any(tariff.id in whose.left_out or str(tariff.id) in whose.caps for tariff in tariffs):
        return [Covered(assumptions.type_scope(number), name, whose.name, whose.cap(name))]
    return [
        Covered(assumptions.tariff_scope(tariff.id), f"{name}: {tariff.name}", whose.name, whose.cap(name, tariff.id))
        for tariff in tariffs
        if tariff.id not in whose.left_out
    ]


def tariffs_of_types(tariffs: Iterable[Tariff]) -> TariffsOf:
    """Which tariffs a service type has."""
    found: dict[Scope, set[Scope]] = {}
    for tariff in tariffs:
        found.setdefault(assumptions.type_scope(tariff.service_type), set()).add(assumptions.tariff_scope(tariff.id))
    return found


def keep_scopes(store: Store, facts: Facts) -> None:
    """Keep what a run has read of the panel's names, for pages that ask it nothing; tariffs that it did not read stay
    as they were."""
    before = store.notes.read(SCOPES) or {}
    store.notes.write(
        SCOPES,
        {
            "types": _kept_types(facts.type_names, facts.type_titles),
            "tariffs": before.get("tariffs", {}) if facts.tariffs is None else _kept_tariffs(facts.tariffs),
        },
    )


def _kept_types(names: Mapping[ServiceTypeId, str], titles: Mapping[ServiceTypeId, Text]) -> dict[str, list[str]]:
    kept = {number: titles.get(number, same(name)) for number, name in names.items()}
    return {str(number): [names[number], title.en, title.ru] for number, title in kept.items()}


def _kept_tariffs(tariffs: Sequence[Tariff]) -> dict[str, list[object]]:
    return {str(tariff.id): [tariff.name, tariff.service_type] for tariff in tariffs}


def scope_names(store: Store) -> ScopeNames:
    """What a run has kept, however old."""
    kept = store.notes.read(SCOPES) or {}
    return ScopeNames(
        {int(number): Text(en, ru) for number, (_, en, ru) in kept.get("types", {}).items()},
        {int(number): (name, of_type) for number, (name, of_type) in kept.get("tariffs", {}).items()},
    )


def kept_tariffs(store: Store) -> list[Tariff]:
    """The tariffs that a run has kept."""
    kept = store.notes.read(SCOPES) or {}
    return [
        Tariff(directory.TariffId(int(number)), name, ServiceTypeId(of_type))
        for number, (name, of_type) in kept.get("tariffs", {}).items()
    ]


def covered(store: Store) -> list[Covered]:
    """What the discounts of each class are for, by the names that a run has kept."""
    kept = store.notes.read(SCOPES) or {}
    ids = {name: ServiceTypeId(int(number)) for number, (name, *_) in kept.get("types", {}).items()}
    tariffs = kept_tariffs(store)
    return [
        part
        for each in store.classes.all()
        for name in each.types
        if name in ids
        for part in parts(ids[name], name, each, tariffs)
    ]


def highest(store: Store) -> Ceilings:
    """What the best service of a class may get where all are capped, by the same names."""
    return ceilings(covered(store)) if any(each.caps for each in store.classes.all()) else {}


def limits(store: Store) -> list[Limit]:
    """All caps as people read them, each class's types first."""
    classes = [each for each in store.classes.all() if each.caps]
    if not classes:
        return []
    kept = store.notes.read(SCOPES) or {}
    types = {name: Text(en, ru) for name, en, ru in kept.get("types", {}).values()}
    internal = {int(number): name for number, (name, *_) in kept.get("types", {}).items()}
    tariffs = {number: (name, internal.get(of_type, "")) for number, (name, of_type) in kept.get("tariffs", {}).items()}
    return [limit for each in classes for limit in _limits(each, types, tariffs)]


def _limits(
    whose: ClassOfServices, types: Mapping[str, Text], tariffs: Mapping[str, tuple[str, str]]
) -> Iterator[Limit]:
    """A class that is one service type has the better name; what a tariff's type says already is not said again."""
    for what, percent in whose.caps.items():
        if of_tariff(what) is None:
            named = whose.title if whose.types == (what,) else types.get(what, same(what))
            yield Limit(whose.name, what, percent, named)
    for what, percent in whose.caps.items():
        if of_tariff(what) is not None:
            name, of_type = tariffs.get(what, (what, ""))
            if percent < whose.caps.get(of_type, MOST):
                yield Limit(whose.name, what, percent, Text("tariff plan {name}", "тариф {name}")(name=name))


def read_names(panel: Panel, store: Store, tree: str) -> None:
    """Where a discount is for something whose name no run has read, read all names once; without them its id is
    shown."""
    if not scope_names(store).lacks(tree):
        return
    try:
        types, titles, tariffs = (
            directory.service_types(panel),
            directory.type_titles(panel),
            directory.tariffs(panel),
        )
    except PanelError as error:
        import logging  # much to load for pages, which mostly read records

        logging.getLogger(__name__).warning("the names of services could not be read: %s", error)
        return
    store.notes.write(SCOPES, {"types": _kept_types(types, titles), "tariffs": _kept_tariffs(tariffs)})


def tree_of(panel: Panel, other: OtherDiscount) -> str:
    """What another's discount is for, as its form spells it. Raises PanelError."""
    try:
        return discounts.read(panel, other.account, other.id).fields.get("pricelist_tree", "")
    except MissingObject:
        return ""


def tariffs_of(facts: Facts) -> Mapping[Scope, str]:
    """The internal names of service type and tariff, for every tariff that was read."""
    return {
        assumptions.tariff_scope(tariff.id): f"{facts.type_names.get(tariff.service_type, '?')}: {tariff.name}"
        for tariff in facts.tariffs or ()
    }
