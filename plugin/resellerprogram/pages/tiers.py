"""`resellerprogram.tiers`: the tier table, its versions by day, add, edit, delete, CSV in and out.

For employees. A change takes effect on a chosen day; before it is saved the form tells who would rise or fall today.
What is confirmed is what the form told (spec, section 3): another table, or one by which more would fall meanwhile, is
told and confirmed again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from lxml import etree

from ..office import token
from ..office.tiers import Effects, with_classes, with_tier, without_tiers
from ..programme.bounds import LONGEST_NAME, written
from ..programme.errors import BadInput, TierTableError
from ..programme.text import Text
from ..programme.tiers import Tier, TierTable, plain
from ..store.tiers import TableVersion
from ..words import figures
from . import documents
from .documents import Cell, Row
from .visit import Visit

LIST = "resellerprogram.tiers"
SHOWN_EFFECTS = 20
NOBODY = Effects(0, 0, ())
_TABLE, _TIER = Text("table", "таблица"), Text("tier", "уровень")


def tiers(visit: Visit) -> etree._Element:
    """The table in force today, or the version that was chosen, with "from" and "to" as published."""
    version = _version(visit, visit.request.elid)
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
    documents.say_above(visit.document, "tiers", _since(visit, version))
    return documents.list_page(visit.document, rows, visit.request.elid)


def versions(visit: Visit) -> etree._Element:
    """Every table that was ever made, the latest first day first."""
    today = visit.store.tiers.on(visit.today).id
    return documents.list_page(
        visit.document, [_version_row(visit, each, each.id == today) for each in visit.store.tiers.all()]
    )


def versions_delete(visit: Visit) -> etree._Element:
    """Take back tables that have not begun yet."""
    for text in visit.request.several("elid"):
        visit.office.tiers.remove(visit.number(text, _TABLE))
    return documents.ok()


def _version_row(visit: Visit, version: TableVersion, in_force: bool) -> Row:
    planned = version.first_day is not None and version.first_day > visit.today
    state = (
        Cell(visit.say("in force", "действует"), "green", "in_force")
        if in_force
        else Cell(visit.say("planned", "запланирована"), "blue", "planned")
        if planned
        else Cell(visit.say("past", "в прошлом"), "", "past")
    )
    return {
        "id": str(version.id),
        "first_day": version.first_day.isoformat() if version.first_day else visit.say("published", "опубликованная"),
        "state": state,
        "is_planned": "on" if planned else "off",
        "count": str(len(version.table.tiers)),
        "made_at": visit.moment(version.made_at),
        "who": version.who,
    }


def _since(visit: Visit, version: TableVersion) -> str:
    """From which day the table holds, and which one comes after it."""
    first, later = version.first_day, visit.store.tiers.days_after(version.first_day or date.min)
    told = (
        visit.say("In force from {day}", "Действует с {day}", day=first)
        if first
        else visit.say("Published table", "Опубликованная таблица")
    )
    return told + (visit.say(", until {day}", ", до {day}", day=later[0]) if later else "")


# --- one tier ---


def tier_edit(visit: Visit) -> etree._Element:
    """A tier of the table in force or of a chosen version: name, threshold, a percent for each class, first day."""
    request = visit.request
    version, tier = _chosen(visit)
    classes = visit.store.classes.all()
    for each in reversed(classes):
        documents.add_field(
            visit.document,
            "threshold",
            f"percent_{each.name}",
            visit.head(each.title),
            visit.say("0 for no discount", "0 — без скидки"),
        )
    if request.submitted:
        return _save(visit, _with_typed_tier(visit, version, tier))
    if request.params.get("sv_field"):
        return _refreshed(visit, lambda: _with_typed_tier(visit, version, tier))
    percents = tier.percents if tier else {}
    return documents.form_page(
        visit.document,
        {
            **({"elid": request.elid} if tier else {}),
            "name": tier.name if tier else "",
            "threshold": written(tier.threshold) if tier else "",
            **{f"percent_{each.name}": plain(percents.get(each.name, Decimal(0))) for each in classes},
            **_about_change(visit, version),
            "told": "",
            "effect": visit.say("nothing is changed yet", "пока ничего не изменено"),
        },
        tables={"effects": []},
    )


def _refreshed(visit: Visit, typed_table: Callable[[], TierTable]) -> etree._Element:
    """What was typed, and whom it would touch today."""
    typed = {name: value for name, value in visit.request.params.items() if name in _fields(visit)}
    try:
        table = typed_table()
        effects = _effects(visit, table)
        remarks = [each.say(visit.language) for each in table.remarks()]
        effect, told = "\n".join([_say_effects(effects, visit.language), *remarks]), _told(table, effects)
    except (TierTableError, BadInput) as error:
        effects, effect, told = NOBODY, error.text.say(visit.language), ""
    return documents.form_page(
        visit.document, {**typed, "told": told, "effect": effect}, tables={"effects": _effect_rows(visit, effects)}
    )


def _fields(visit: Visit) -> set[str]:
    percents = {f"percent_{name}" for name in visit.store.classes.names()}
    return {"elid", "name", "threshold", "first_day", "seen", "confirm", "csv", *percents}


def _with_typed_tier(visit: Visit, version: TableVersion, instead_of: Tier | None) -> TierTable:
    """The version's table with what was typed. Raises TierTableError, BadInput."""
    names = visit.store.classes.names()
    tier = Tier(
        visit.line("name", LONGEST_NAME),
        visit.amount("threshold"),
        {name: visit.percent(f"percent_{name}") for name in names},
    )
    table = with_classes(version.table, names)
    return with_tier(table, tier, instead_of.name if instead_of else None)


# --- several tiers ---


def tiers_delete(visit: Visit) -> etree._Element:
    """Delete tiers from a chosen day on; a tier to which somebody is pinned stays, and who that is is told."""
    chosen = [_by_id(visit, text) for text in visit.request.several("elid")]
    if not chosen:
        visit.refuse("no tier is selected", "не выбран ни один уровень")
    version, names = chosen[0][0], [tier.name for _, tier in chosen]
    table = without_tiers(version.table, names)
    if visit.request.submitted:
        return _save(visit, table)
    users = [user for name in names for user in visit.office.tiers.uses_of(name)]
    effects = _effects(visit, table)
    typed = ("first_day", "seen", "confirm") if visit.request.params.get("sv_field") else ()
    return documents.form_page(
        visit.document,
        {
            "elid": visit.request.elid,
            "names": ", ".join(names),
            "users": visit.say("pinned there: {users}", "закреплены: {users}", users=", ".join(users)) if users else "",
            "holders": str(sum(visit.store.standings.holders(name) for name in names)),
            **_about_change(visit, version),
            **{name: visit.request.params.get(name, "") for name in typed},
            "told": _told(table, effects),
            "effect": _say_effects(effects, visit.language),
        },
        tables={"effects": _effect_rows(visit, effects)},
    )


def tiers_import(visit: Visit) -> etree._Element:
    """A whole table from CSV text; taken whole or not at all."""
    request, version = visit.request, visit.store.tiers.on(visit.today)
    if request.submitted:
        return _save(visit, _typed_table(visit))
    if request.params.get("sv_field"):
        return _refreshed(visit, lambda: _typed_table(visit))
    return documents.form_page(
        visit.document,
        {"csv": "", **_about_change(visit, version), "told": "", "effect": ""},
        tables={"effects": []},
    )


def export_text(visit: Visit) -> str:
    return with_classes(visit.store.tiers.on(visit.today).table, visit.store.classes.names()).to_csv()


def _typed_table(visit: Visit) -> TierTable:
    try:
        return TierTable.from_csv(visit.request.params.get("csv", ""), visit.store.classes.names())
    except TierTableError as error:
        error.field = "csv"
        raise


# --- saving, and what it would do ---


def _save(visit: Visit, table: TierTable) -> etree._Element:
    """Save a table from the chosen day on, when nobody is touched by it or that was told and confirmed."""
    request, first_day = visit.request, visit.day("first_day")
    effects = _effects(visit, table)
    touched = Text(*(_say_effects(effects, language) for language in ("en", "ru")))
    if effects and request.params.get("confirm") != "on":
        visit.refuse(
            "today {effects}. If that is meant, confirm it.",
            "сегодня {effects}. Если так и задумано, подтвердите это.",
            "confirm",
            effects=touched,
        )
    if effects and not _was_told(request.text("told"), table, effects):
        visit.refuse(
            "this is not what the form has told: today {effects}. Take the confirmation away, look, and confirm again.",
            "форма показала другое: сегодня {effects}. Снимите подтверждение, посмотрите и подтвердите снова.",
            "confirm",
            effects=touched,
        )
    seen = request.text("seen")
    visit.office.tiers.put(table, first_day, visit.number(seen, _TABLE))
    return documents.ok(f"func={LIST}")


def _about_change(visit: Visit, version: TableVersion) -> dict[str, str]:
    """The fields that every form here shares: from when on, and what was there when it was opened."""
    first = version.first_day
    day = first if first and first > visit.today else visit.today
    return {"first_day": day.isoformat(), "seen": str(visit.store.tiers.newest()), "confirm": "off"}


def _told(table: TierTable, effects: Effects) -> str:
    """What a form has told of: which table, and how many fall by it."""
    return f"{token(table.to_csv())}-{effects.falls}"


def _was_told(told: str, table: TierTable, effects: Effects) -> bool:
    """Whether a form has told of that table and of no fewer falls: turnovers change with every payment."""
    shown, _, falls = told.partition("-")
    return shown == token(table.to_csv()) and falls.isdecimal() and effects.falls <= int(falls)


def _effects(visit: Visit, table: TierTable) -> Effects:
    return visit.office.tiers.effects_of(table, visit.store.tiers.on(visit.today).table, SHOWN_EFFECTS)


def _say_effects(effects: Effects, language: str) -> str:
    if not effects:
        return Text("nobody would rise or fall", "никто не поднимется и не опустится").say(language)
    return Text("{up} would rise, {down} would fall", "поднимутся: {up}, опустятся: {down}")(
        up=effects.rises, down=effects.falls
    ).say(language)


def _effect_rows(visit: Visit, effects: Effects) -> list[Row]:
    """Those who would fall first; the rest of a long list is left out."""
    return [
        {
            "client": f"{effect.account} {effect.name}".strip(),
            "turnover": visit.money(effect.turnover),
            "before": effect.before.name if effect.before else figures.NOTHING,
            "after": Cell(
                effect.after.name if effect.after else figures.NOTHING, "red" if effect.way.lowers else "green"
            ),
        }
        for effect in effects.first
    ]


# --- which version, which tier ---


def _version(visit: Visit, text: str) -> TableVersion:
    """The version of that id; the one in force today where none is named."""
    if not text:
        return visit.store.tiers.on(visit.today)
    number = visit.number(text, _TABLE)
    found = visit.store.tiers.of(number)
    if found is None:
        visit.refuse("table {number} does not exist", "таблицы {number} нет", number=number)
    return found


def _chosen(visit: Visit) -> tuple[TableVersion, Tier | None]:
    """The tier that a form is about, and its table; a new one belongs to the list that it was opened from."""
    if visit.request.elid:
        return _by_id(visit, visit.request.elid)
    return _version(visit, visit.request.parent), None


def _by_id(visit: Visit, text: str) -> tuple[TableVersion, Tier]:
    """A row of the list is its table's version and its place in it."""
    version, _, place = text.partition("-")
    found = _version(visit, version or "?")
    number = visit.number(place, _TIER)
    if number >= len(found.table.tiers):
        visit.refuse("tier {text!r} does not exist", "уровня {text!r} нет", text=text)
    return found, found.table.tiers[number]
