"""What another tier table changes, and whom it touches, in words; for the page and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ..programme.effects import ZERO, percents_of
from ..programme.figures import NOTHING, day, listed_money, money, percent_step
from ..programme.ids import named
from ..programme.tables import Brake, Effect, Effects, TierChange
from ..programme.text import Text, joined
from ..programme.tiers import Tier
from .lines import Titles, percents, table, titled

NEW, GONE = Text("new", "новый"), Text("removed", "удалён")
NO_TIER = Text("no tier", "без статуса")


def difference_lines(changes: Iterable[TierChange], titles: Titles, currency: str, language: str) -> Iterator[str]:
    """'Partner #5: VPS 13 → 10 %', a line a tier."""
    return (difference(change, titles, currency, language) for change in changes)


def difference(change: TierChange, titles: Titles, currency: str, language: str) -> str:
    before, after = change.before, change.after
    if before and after:
        name = after.name if after.name == before.name else f"{before.name} → {after.name}"
        steps = ", ".join(_steps(before, after, titles, currency, language))
        return f"{name}: {steps}" if steps else name
    if after:
        told = f"{NEW.say(language)}, {_from(after, currency, language)}"
        return f"{after.name}: {told}, {percents(after.percents, titles).say(language)}"
    return f"{before.name}: {GONE.say(language)}" if before else NOTHING


def _steps(before: Tier, after: Tier, titles: Titles, currency: str, language: str) -> Iterator[str]:
    if before.threshold != after.threshold:
        yield f"{_from(before, currency, language)} → {money(after.threshold, currency).say(language)}"
    yield from percent_steps(before, after, titles, language)


def percent_steps(before: Tier | None, after: Tier | None, titles: Titles, language: str) -> Iterator[str]:
    """'VPS 19 → 21 %', for each class whose percent differs."""
    had, has = percents_of(before), percents_of(after)
    for name in {**dict.fromkeys(titles), **dict.fromkeys(had), **dict.fromkeys(has)}:
        was, becomes = had.get(name, ZERO), has.get(name, ZERO)
        if was != becomes:
            yield titled(name, percent_step(was, becomes), titles).say(language)


def _from(tier: Tier, currency: str, language: str) -> str:
    return Text("from {amount}", "от {amount}")(amount=money(tier.threshold, currency)).say(language)


def table_step(before: Tier | None, after: Tier | None, titles: Titles, language: str) -> str:
    """What another table changes for a client: 'VPS 19 → 21 %', 'Partner #8 → Gold', both where it is both."""
    names = tuple(tier.name if tier else NO_TIER.say(language) for tier in (before, after))
    renamed = [" → ".join(names)] if names[0] != names[1] else []
    return ", ".join([*renamed, *percent_steps(before, after, titles, language)])


# --- whom it touches ---


def effects_text(effects: Effects) -> Text:
    """'From 2026-12-01 on discounts are lower for 12 clients, higher for 3 clients.'"""
    if not effects:
        return Text("From {day} on nobody's discounts would differ.", "С {day} ничьи скидки не изменятся.")(
            day=day(effects.day)
        )
    ways = [
        way(clients=clients(count))
        for way, count in (
            (Text("lower for {clients}", "снизятся у {clients}"), effects.falls),
            (Text("higher for {clients}", "вырастут у {clients}"), effects.rises),
        )
        if count
    ]
    return Text("From {day} on discounts are {ways}.", "С {day} скидки {ways}.")(
        day=day(effects.day), ways=joined(", ", ways)
    )


def clients(count: int) -> Text:
    """'1 client', 'у 1 клиента', 'у 12 клиентов': how many somebody or something has."""
    one = count % 10 == 1 and count % 100 != 11
    return Text(f"{count} client{'' if count == 1 else 's'}", f"{count} клиент{'а' if one else 'ов'}")


def brake_text(brake: Brake) -> Text | None:
    """Whether the limit on drops stops the night on which the table begins; None where nothing is lowered."""
    lowered, allowed = brake.lowered, brake.allowed
    if not lowered:
        return None
    if brake.foretold:
        return Text(
            "These drops are known beforehand, so the drop limit does not hold them up.",
            "Эти снижения известны заранее, лимит снижений их не задержит.",
        )
    if brake.stops:
        return Text(
            "About {lowered} discounts get smaller, the drop limit is {allowed}: the recalculation stops until "
            "somebody lets it exceed the limit once (page Preview). A table that begins in two days or later is not "
            "held up.",
            "Снизится скидок: около {lowered}, лимит снижений — {allowed}: пересчёт остановится, пока лимит не "
            "разрешат превысить один раз (страница «Что изменится»). Таблицу, которая начнёт действовать через два "
            "дня или позже, лимит не задержит.",
        )(lowered=lowered, allowed=allowed)
    return Text(
        "About {lowered} discounts get smaller; the drop limit is {allowed} and does not stop that.",
        "Снизится скидок: около {lowered}; лимит снижений — {allowed}, пересчёт он не остановит.",
    )(lowered=lowered, allowed=allowed)


def effect_cells(effect: Effect, titles: Titles, currency: str, language: str) -> tuple[str, str, str, str]:
    """Client, turnover on that day, tier without the change, and with it: 'Partner #5: VPS 13 → 10 %'."""
    steps = ", ".join(percent_steps(effect.before, effect.after, titles, language))
    name = effect.after.name if effect.after else NO_TIER.say(language)
    return (
        named(effect.account, effect.name),
        listed_money(effect.turnover, currency),
        effect.before.name if effect.before else NO_TIER.say(language),
        f"{name}: {steps}" if steps else name,
    )


def effect_table(effects: Effects, titles: Titles, currency: str, language: str) -> Iterator[str]:
    """The first of those who are touched, as lines."""
    header = Text("client|turnover then|before|after", "клиент|оборот на этот день|было бы|будет").say(language)
    rows = (effect_cells(each, titles, currency, language) for each in effects.first)
    return table(header.split("|"), rows, frozenset({1}))


def saved_text(first_day: date, today: date) -> Text:
    """What happens next with a table that was saved."""
    if first_day <= today:
        return Text(
            "Saved; it is in force. The discounts follow with the next recalculation.",
            "Таблица сохранена и действует. Скидки изменит ближайший пересчёт.",
        )
    return Text(
        "Saved. It takes effect in the night to {day}; until then it can be removed under Versions.",
        "Таблица сохранена и вступит в силу в ночь на {day}. До этого её можно удалить в «Версиях».",
    )(day=day(first_day))


LATER_TABLE = Text(
    "From {day} on another table holds that was planned before: this change is not in it.",
    "С {day} действует другая, запланированная раньше таблица: этого изменения в ней нет.",
)
"""An edit of a day does not reach into the tables of later days."""


REPLACED = Text(
    "A table for {day} was planned already ({who}, {at}); this one takes its place.",
    "На {day} уже запланирована таблица ({who}, {at}); эта её заменит.",
)
