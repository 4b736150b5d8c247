"""`resellerprogram.tables`: the versions of the tier table by day, and how each form that makes one saves it.

For employees. A new version begins on a chosen day; before it is saved the form tells who would gain and who would lose
on that day, by how much. What is confirmed is what the form told (spec, section 3): another table or day, or one by
which more lose meanwhile, is told and confirmed again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from lxml import etree

from ..office import token
from ..programme.errors import BadInput, TierTableError
from ..programme.figures import day, moment
from ..programme.tables import Effects, changes_between
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..programme.values import dataclass
from ..store.tiers import PUBLISHED, TableVersion
from ..words import tables as words
from ..words.lines import one_line
from . import documents
from .documents import Cell, Row
from .visit import Visit

LIST = "resellerprogram.tiers"
SHOWN_EFFECTS = 20
TABLE = Text("table", "таблица")
SHARED = frozenset({"first_day", "seen", "confirm"})
"""The fields that every form here has for whoever types."""

# --- the versions ---


def versions(visit: Visit) -> etree._Element:
    """One table a first day, the latest first."""
    in_force, all_of_them = visit.store.tiers.on(visit.today).id, visit.store.tiers.all()
    following = [*all_of_them[1:], None]
    return documents.list_page(
        visit.document,
        [_version_row(visit, each, before, each.id == in_force) for each, before in zip(all_of_them, following)],
    )


def versions_delete(visit: Visit) -> etree._Element:
    """Take back tables that have not begun yet."""
    for text in visit.request.several("elid"):
        visit.office.tiers.remove(visit.number(text, TABLE))
    return documents.ok()


def end(visit: Visit) -> etree._Element:
    """End the version in force: the one before it holds again from a chosen day, as a new version."""
    version, request = find(visit, visit.request.elid), visit.request
    before = visit.office.tiers.before(version)
    if request.submitted:
        return save(visit, drafted(visit, lambda _: before.table), always_asks=True)
    typed = {name: request.params[name] for name in SHARED if name in request.params and request.params.get("sv_field")}
    values = {
        "elid": request.elid,
        "version": name_of(visit, version),
        "again": name_of(visit, before),
        **about_change(visit, visit.today),
        **typed,
    }
    return refreshed(visit, values, lambda: drafted(visit, lambda _: before.table, None if typed else visit.today))


def _version_row(visit: Visit, version: TableVersion, before: TableVersion | None, in_force: bool) -> Row:
    planned = is_planned(visit, version)
    state = (
        Cell(visit.say("in force", "действует"), "green", "in_force")
        if in_force
        else Cell(visit.say("planned", "запланирована"), "blue", "planned")
        if planned
        else Cell(visit.say("past", "в прошлом"), "", "past")
    )
    return {
        "id": str(version.id),
        "first_day": version.first_day.isoformat()
        if version.first_day
        else visit.say("initial, from the plugin", "исходная, из плагина"),
        "state": state,
        "is_planned": "on" if planned else "off",
        "may_end": "on" if in_force and version.id != PUBLISHED else "off",
        "count": str(len(version.table.tiers)),
        "changes": one_line("\n".join(_differences(visit, before.table, version.table))) if before else "",
        "made_at": visit.moment(version.made_at),
        "who": version.who,
    }


def is_planned(visit: Visit, version: TableVersion) -> bool:
    return version.first_day is not None and version.first_day > visit.today


def name_of(visit: Visit, version: TableVersion) -> str:
    """'From 2025-02-01 on', or that it is the published one."""
    if version.first_day is None:
        return visit.say("the initial table", "исходная таблица")
    shown = day(version.first_day)
    return visit.say("the table from {day} on", "таблица, действующая с {day}", day=shown)


def about_version(visit: Visit, version: TableVersion) -> list[str]:
    """What is said above a table: from when on it holds and until when, and what a planned one changes."""
    first, later = version.first_day, visit.store.tiers.days_after(version.first_day or date.min)
    until = visit.say(", through {day}", " по {day} включительно", day=day(later[0] - timedelta(1))) if later else ""
    if first is None:
        return [visit.say("Initial table", "Исходная таблица") + until]
    shown = day(first)
    if not is_planned(visit, version):
        return [visit.say("In force from {day}", "Действует с {day}", day=shown) + until]
    draft = _draft(visit, first, version.table, visit.office.tiers.before(version).table)
    return [
        words.saved_text(first, visit.today).say(visit.language),
        *_said(visit, draft, visit.language),
        *_differences(visit, visit.store.tiers.on(visit.today).table, version.table),
    ]


def find(visit: Visit, text: str) -> TableVersion:
    """The version of that id; the one in force today where none is named."""
    if not text:
        return visit.store.tiers.on(visit.today)
    number = visit.number(text, TABLE)
    found = visit.store.tiers.of(number)
    if found is None:
        visit.refuse("table {number} does not exist", "таблицы {number} нет", number=number)
    return found


# --- a new version, before it is saved ---


@dataclass(frozen=True)
class Draft:
    """A table that is to hold from `first_day` on, instead of `before`, and whom that touches on that day."""

    first_day: date
    before: TierTable
    table: TierTable
    effects: Effects

    @property
    def mark(self) -> str:
        """What a form has told of: which table, from which day, and how many lose by it."""
        return f"{token((self.first_day, self.table.to_csv()))}-{self.effects.falls}"


def drafted(visit: Visit, made_of: Callable[[TierTable], TierTable], first_day: date | None = None) -> Draft:
    """What is made of the table that holds on that day, the typed one where none is given. Raises BadInput,
    TierTableError."""
    first_day = first_day or visit.day("first_day")
    return _draft(visit, first_day, made_of(visit.store.tiers.on(first_day).table))


def _draft(visit: Visit, first_day: date, table: TierTable, before: TierTable | None = None) -> Draft:
    before = before or visit.store.tiers.on(first_day).table
    effects = visit.office.tiers.effects_of(table, first_day, SHOWN_EFFECTS, before)
    return Draft(first_day, before, table, effects)


def form(visit: Visit, values: Row, draft: Draft) -> etree._Element:
    """The form, with what the draft changes and whom it touches."""
    told = {
        "told": draft.mark,
        "changes": "\n".join(_differences(visit, draft.before, draft.table)) or visit.say("nothing", "ничего"),
        "effect": "\n".join(_said(visit, draft, visit.language)),
    }
    documents.say(visit.document, "effect", _affected(visit, draft.first_day))
    if draft.effects:
        documents.say(visit.document, "confirm", _understood(draft.effects).say(visit.language))
    return documents.form_page(visit.document, {**values, **told}, tables={"effects": _effect_rows(visit, draft)})


def refreshed(visit: Visit, typed: Row, draft: Callable[[], Draft]) -> etree._Element:
    """The form with all that was typed, and what that would do; or why it can't be."""
    try:
        return form(visit, typed, draft())
    except (TierTableError, BadInput) as error:
        told = {"told": "", "changes": "", "effect": error.text.say(visit.language)}
        return documents.form_page(visit.document, {**typed, **told}, tables={"effects": []})


def about_change(visit: Visit, first_day: date) -> dict[str, str]:
    """What every form here shares as it is opened: from when on, and what was there."""
    return {"first_day": first_day.isoformat(), "seen": str(visit.office.tiers.newest_change()), "confirm": "off"}


def save(visit: Visit, draft: Draft, always_asks: bool = False) -> etree._Element:
    """Save a draft when nobody is touched by it, or that was told and confirmed; then show the table."""
    request, effects = visit.request, draft.effects
    touched = words.effects_text(effects)
    if (effects or always_asks) and request.params.get("confirm") != "on":
        visit.refuse(
            "{effects} If that is meant, confirm it.",
            "{effects} Если так и задумано, подтвердите это.",
            "confirm",
            effects=touched,
        )
    if (effects or always_asks) and not _was_told(request.text("told"), draft):
        visit.refuse(
            "This is not what the form has told. {effects} Take the confirmation away, look, and confirm again.",
            "Форма показала другое. {effects} Снимите подтверждение, посмотрите и подтвердите снова.",
            "confirm",
            effects=touched,
        )
    version = visit.office.tiers.put(draft.table, draft.first_day, visit.number(request.text("seen"), TABLE))
    return documents.ok(f"func={LIST}&elid={version}")


def _was_told(told: str, draft: Draft) -> bool:
    """Whether a form has told of that table and of no fewer who lose: turnovers change with every payment."""
    shown, _, falls = told.partition("-")
    return shown == draft.mark.partition("-")[0] and falls.isdecimal() and draft.effects.falls <= int(falls)


def _affected(visit: Visit, first_day: date) -> str:
    shown = day(first_day)
    return visit.say("Affected from {day} on", "Кого затронет с {day}", day=shown)


def _understood(effects: Effects) -> Text:
    told = words.effects_text(effects)
    return Text("I understand: {what}", "Понимаю: {what}")(
        what=Text(_without_full_stop(told.en), _without_full_stop(told.ru))
    )


def _without_full_stop(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _said(visit: Visit, draft: Draft, language: str) -> list[str]:
    """Whom it touches, what stops it, and what is worth a second look."""
    store, brake = visit.store, visit.office.tiers.brake_on(draft.effects)
    texts = [words.effects_text(draft.effects), words.brake_text(brake), *draft.table.remarks()]
    texts += [words.LATER_TABLE(day=day(later)) for later in store.tiers.days_after(draft.first_day)[:1]]
    taken = store.tiers.on(draft.first_day)
    if taken.first_day == draft.first_day and taken.table != draft.table and is_planned(visit, taken):
        texts.append(
            words.REPLACED(day=day(draft.first_day), who=taken.who, at=moment(taken.made_at) if taken.made_at else "?")
        )
    return [text.say(language) for text in texts if text]


def _differences(visit: Visit, before: TierTable, after: TierTable) -> list[str]:
    changes = changes_between(before, after)
    return list(words.difference_lines(changes, visit.titles, visit.currency, visit.language))


def _effect_rows(visit: Visit, draft: Draft) -> list[Row]:
    """Those who lose first; the rest of a long list is left out."""
    rows: list[Row] = []
    for effect in draft.effects.first:
        client, _, before, after = words.effect_cells(effect, visit.titles, visit.currency, visit.language)
        color = "red" if effect.way.lowers else "green"
        turnover = visit.money(effect.turnover)
        rows.append({"client": client, "turnover": turnover, "before": before, "after": Cell(after, color)})
    return rows
