"""overview: what the programme is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..office.overview import Listed
from ..programme import figures
from ..programme.figures import plain
from ..programme.ids import named
from ..programme.overview import MOVES, SOON, Compared, Overview, Whom
from ..programme.text import Text, same
from ..words import going_live
from ..words import overview as words
from .output import Command

SHOWN = 10
_HEADS = {
    "client": Text("client", "клиент"),
    "tier": Text("tier", "статус"),
    "about": Text("change", "изменение"),
    "keep": Text("to keep the tier", "чтобы сохранить статус"),
    "turnover": Text("turnover", "оборот"),
    "given": Text("saved", "экономия"),
}


def overview(command: Command) -> int:
    """Five figures beside those of a month ago; clients by tier; months and weeks; the first of each list."""
    desk = command.office.overview
    found, currency = desk.overview(), command.store.settings.current().currency
    listed = {whom: desk.listed(whom, count=SHOWN) for whom in Whom}
    if command.options.json:
        command.json(_values(found, listed, desk.elsewhere(), currency))
        return 0
    if command.store.going_live.started() is None:
        command.say(going_live.NOT_STARTED)
    unknown = words.UNKNOWN.say(command.language)
    command.table(
        Text("|now|a month ago|change", "|сейчас|месяц назад|изменение"),
        (
            (line.what.say(command.language), line.now or unknown, line.before, line.change)
            for line in words.lines(found, currency, command.language)
        ),
        right=(1, 2, 3),
    )
    elsewhere = words.elsewhere_text(desk.elsewhere())
    if elsewhere:
        command.say(elsewhere)
    _tiers(command, found)
    _course(command, found)
    for whom, clients in listed.items():
        if clients:
            _people(command, whom, clients, desk.count(whom), currency)
    return 0


def _tiers(command: Command, found: Overview) -> None:
    command.lines([""])
    command.table(
        Text("tier|clients|turnover|discounts given", "статус|клиентов|оборот|скидок предоставлено"),
        (
            (
                each.tier or words.NO_TIER.say(command.language),
                str(each.held.clients),
                _amount(each.held.turnover),
                _amount(each.given),
            )
            for each in found.tiers
        ),
        right=(1, 2, 3),
    )
    if found.classes:
        command.lines([""])
        command.table(
            Text("category|discounts given", "категория|скидок предоставлено"),
            (
                (words.title_of(name, command.titles).say(command.language), _amount(amount))
                for name, amount in found.classes.items()
            ),
            right=(1,),
        )


def _course(command: Command, found: Overview) -> None:
    command.lines([""])
    command.table(
        Text("month|with a tier|turnover|discounts given", "месяц|со статусом|оборот|скидок предоставлено"),
        (
            (figures.listed_month(each.last), str(each.with_tier), _amount(each.turnover), _amount(each.given))
            for each in found.months
        ),
        right=(1, 2, 3),
    )
    command.lines([""])
    command.table(
        Text("week from|started|rose|fell|ended", "неделя с|появились|выросли|снизились|отменены"),
        ((figures.listed_day(each.first), *(str(each.moves.get(way, 0)) for way in MOVES)) for each in found.weeks),
        right=(1, 2, 3, 4),
    )


def _people(command: Command, whom: Whom, clients: list[Listed], count: int, currency: str) -> None:
    """The first of `count` clients."""
    columns = words.COLUMNS[whom]
    heads = same("|".join(_HEADS[name].say(command.language) for name in columns))
    cells = ([_cell(command, whom, each, name, currency) or figures.NOTHING for name in columns] for each in clients)
    command.lines(["", words.name_of(whom, SOON).say(command.language)])
    command.table(heads, cells, right=[place for place, name in enumerate(columns) if name in ("turnover", "given")])
    if count > len(clients):
        command.say(words.MORE(count=count - len(clients)))


def _cell(command: Command, whom: Whom, listed: Listed, column: str, currency: str) -> str:
    person, language = listed.person, command.language
    if column == "client":
        return named(person.account, person.name)
    if column == "tier":
        return person.tier or ""
    if column == "about" and whom is Whom.FALLING:
        return words.change_text(person, language)
    if column == "about":
        return words.rise_text(person, listed.before, language)
    if column == "keep":
        return words.keep_text(listed.keep, currency).say(language) if listed.keep else ""
    return figures.listed_money(person.turnover if column == "turnover" else person.given, currency)


def _amount(amount: Decimal | None) -> str:
    return figures.NOTHING if amount is None else figures.listed_amount(amount)


def _values(
    found: Overview, listed: dict[Whom, list[Listed]], elsewhere: dict[str, Decimal], currency: str
) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "currency": currency,
        "with_tier": _compared(found.with_tier),
        "turnover": _compared(found.turnover),
        "given": _compared(found.given),
        "share_percent": _compared(found.share),
        "falling": _compared(found.falling),
        "falling_turnover": _compared(found.stake),
        "given_in_other_currencies": {name: plain(amount) for name, amount in elsewhere.items()},
        "tiers": [
            {
                "tier": each.tier,
                "clients": each.held.clients,
                "turnover": plain(each.held.turnover),
                "given": _plain(each.given),
            }
            for each in found.tiers
        ],
        "classes": [{"class": name, "given": plain(amount)} for name, amount in found.classes.items()],
        "months": [
            {
                "last_day": each.last.isoformat(),
                "with_tier": each.with_tier,
                "turnover": plain(each.turnover),
                "given": _plain(each.given),
            }
            for each in found.months
        ],
        "weeks": [
            {"first_day": each.first.isoformat(), **{way.value: each.moves.get(way, 0) for way in MOVES}}
            for each in found.weeks
        ],
        **{f"{whom.value}_clients": [_person(each) for each in clients] for whom, clients in listed.items()},
    }


def _person(listed: Listed) -> dict[str, Any]:
    person, keep = listed.person, listed.keep
    return {
        "account": person.account,
        "name": person.name,
        "address": person.addresses,
        "tier": person.tier,
        "before": listed.before,
        "turnover": plain(person.turnover),
        "since": person.since and person.since.isoformat(),
        "change_day": person.change_day and person.change_day.isoformat(),
        "change_tier": person.change_tier,
        "keep_amount": _plain(keep.amount if keep else None),
        "keep_last_day": keep.last_day.isoformat() if keep else None,
        "given": plain(person.given),
    }


def _compared(figure: Compared | None) -> dict[str, str | None] | None:
    if figure is None:
        return None
    return {"now": plain(figure.now), "before": _plain(figure.before), "change": _plain(figure.change)}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
