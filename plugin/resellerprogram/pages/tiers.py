"""`resellerprogram.tiers`: the tier table: add, edit, delete, CSV out. For employees.

A change is made to the table that holds on the day from which it is to act, so that two changes for one day add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from ..programme.bounds import LONGEST_NAME, written
from ..programme.errors import BadInput, TierTableError
from ..programme.figures import plain
from ..programme.tables import carried_over, same_tier, with_classes, with_tier, without_tiers
from ..programme.text import Text, short
from ..programme.tiers import Tier, TierTable
from ..store.tiers import TableVersion
from . import documents, tables
from .visit import Visit

_TIER = Text("tier", "статус")


def tiers(visit: Visit) -> etree._Element:
    """The table in force today, or the version that was chosen, with "from" and "to" as published."""
    version = tables.find(visit, visit.request.elid)
    classes = visit.store.classes.all()
    for each in reversed(classes):
        documents.add_column(visit.document, "upto", f"percent_{each.name}", visit.head(each.title), sorts=False)
    table = with_classes(version.table, [each.name for each in classes])
    following = [*table.tiers[1:], None]
    rows = [
        {
            "id": f"{version.id}-{position}",
            "name": tier.name,
            "threshold": visit.money(tier.threshold),
            "upto": visit.money(after.threshold - Decimal("0.01")) if after else "",
            **{f"percent_{name}": plain(percent) for name, percent in tier.percents.items()},
            "holders": str(visit.store.standings.holders(tier.name)),
        }
        for position, (tier, after) in enumerate(zip(table.tiers, following))
    ]
    documents.say_above(visit.document, "tiers", *tables.about_version(visit, version))
    return documents.list_page(visit.document, rows, visit.request.elid)


# --- one tier ---


def tier_edit(visit: Visit) -> etree._Element:
    """A tier of the table in force or of a chosen version: name, threshold, a percent for each class, first day."""
    request = visit.request
    version, tier = _chosen(visit)
    for each in reversed(visit.store.classes.all()):
        documents.add_field(
            visit.document,
            "threshold",
            f"percent_{each.name}",
            visit.head(each.title),
            visit.say("0 for no discount", "0 — без скидки"),
        )
    if request.submitted:
        return tables.save(visit, tables.drafted(visit, lambda table: _with_typed_tier(visit, table, tier)))
    if request.params.get("sv_field"):
        return _refreshed_tier(visit, tier)
    first = version.first_day if tables.is_planned(visit, version) else None
    values = {
        **({"elid": request.elid} if tier else {}),
        "base": str(version.id),
        **_tier_values(visit, tier),
        **tables.about_change(visit, first or visit.today),
        "told": "",
        "changes": "",
        "effect": visit.say("nothing is changed yet", "пока ничего не изменено"),
    }
    return documents.form_page(visit.document, values, tables={"effects": []})


def _refreshed_tier(visit: Visit, tier: Tier | None) -> etree._Element:
    """What was typed stays; of another day's table comes what nobody touched."""
    typed = _typed(visit, "elid", "base", "name", "threshold", *_percent_fields(visit))
    return tables.refreshed(
        visit,
        {**typed, **_untouched(visit, tier, typed)},
        lambda: tables.drafted(visit, lambda table: _with_typed_tier(visit, table, tier)),
    )


def _untouched(visit: Visit, tier: Tier | None, typed: Mapping[str, str]) -> dict[str, str]:
    """The fields that nobody touched, as the table of the typed day has them, and which table that is."""
    try:
        on_day = visit.store.tiers.on(visit.day("first_day"))
    except BadInput:
        return {}
    shown, there = _shown(visit, tier), tier and same_tier(tier, on_day.table)
    if shown is None or there is None:
        return {}
    was, becomes = _tier_values(visit, shown), _tier_values(visit, there)
    same = {name: becomes[name] for name in was if typed.get(name, "").strip() == was[name] != becomes[name]}
    return {**same, "base": str(on_day.id)}


def _tier_values(visit: Visit, tier: Tier | None) -> dict[str, str]:
    percents = tier.percents if tier else {}
    return {
        "name": tier.name if tier else "",
        "threshold": written(tier.threshold) if tier else "",
        **{f"percent_{name}": plain(percents.get(name, Decimal(0))) for name in visit.store.classes.names()},
    }


def _shown(visit: Visit, tier: Tier | None) -> Tier | None:
    """The tier as the form has shown it: of the table that its values were taken from. Raises BadInput."""
    if tier is None:
        return None
    return same_tier(tier, tables.find(visit, visit.request.text("base")).table) or tier


def _with_typed_tier(visit: Visit, table: TierTable, tier: Tier | None) -> TierTable:
    """The table with what was typed: a new tier, or the changes to the one that was shown. Raises TierTableError,
    BadInput."""
    names = visit.store.classes.names()
    typed = Tier(
        visit.line("name", LONGEST_NAME),
        visit.amount("threshold"),
        {name: visit.percent(f"percent_{name}") for name in names},
    )
    table = with_classes(table, names)
    if tier is None:
        return with_tier(table, typed)
    there = same_tier(tier, table)
    if there is None:
        raise TierTableError(
            Text(
                "the table of that day has no tier “{name}”: choose another day, or add it there",
                "в таблице на этот день нет статуса «{name}»: выберите другой день или добавьте его там",
            )(name=tier.name),
            field="first_day",
        )
    shown = _shown(visit, tier) or tier
    return with_tier(table, carried_over(typed, shown, there), there.name)


def _percent_fields(visit: Visit) -> list[str]:
    return [f"percent_{name}" for name in visit.store.classes.names()]


def _typed(visit: Visit, *names: str) -> dict[str, str]:
    return {name: visit.request.params[name] for name in (*names, *tables.SHARED) if name in visit.request.params}


# --- several tiers ---


def tiers_delete(visit: Visit) -> etree._Element:
    """Delete tiers from a chosen day on; a tier to which somebody is pinned stays, and who that is is told."""
    chosen = [_by_id(visit, text) for text in visit.request.several("elid")]
    if not chosen:
        visit.refuse("Select a tier.", "Выберите статус.")
    version, gone = chosen[0][0], [tier for _, tier in chosen]
    names = [tier.name for tier in gone]
    if visit.request.submitted:
        return tables.save(visit, tables.drafted(visit, lambda table: _without(table, gone)))
    users = [user for name in names for user in visit.office.tiers.uses_of(name)]
    first = version.first_day if tables.is_planned(visit, version) else None
    about = tables.about_change(visit, first or visit.today)
    typed = _typed(visit) if visit.request.params.get("sv_field") else {}
    values = {
        "elid": visit.request.elid,
        "names": ", ".join(names),
        "users": visit.say("pinned there: {users}", "закреплены: {users}", users=", ".join(users)) if users else "",
        "holders": str(sum(visit.store.standings.holders(name) for name in names)),
        **about,
        **typed,
    }
    if not typed:
        return tables.form(
            visit, values, tables.drafted(visit, lambda table: _without(table, gone), first or visit.today)
        )
    return tables.refreshed(visit, values, lambda: tables.drafted(visit, lambda table: _without(table, gone)))


def _without(table: TierTable, gone: list[Tier]) -> TierTable:
    there = [same_tier(tier, table) for tier in gone]
    return without_tiers(table, [tier.name for tier in there if tier])


def export_text(visit: Visit) -> str:
    return with_classes(visit.store.tiers.on(visit.today).table, visit.store.classes.names()).to_csv()


# --- which tier ---


def _chosen(visit: Visit) -> tuple[TableVersion, Tier | None]:
    """The tier that a form is about, and its table; a new one belongs to the list that it was opened from."""
    if visit.request.elid:
        return _by_id(visit, visit.request.elid)
    return tables.find(visit, visit.request.parent), None


def _by_id(visit: Visit, text: str) -> tuple[TableVersion, Tier]:
    """A row of the list is its table's version and its place in it."""
    version, _, place = text.partition("-")
    found = tables.find(visit, version or "?")
    number = visit.number(place, _TIER)
    if number >= len(found.table.tiers):
        visit.refuse("tier “{text}” does not exist", "статуса «{text}» нет", text=short(text, 40))
    return found, found.table.tiers[number]
