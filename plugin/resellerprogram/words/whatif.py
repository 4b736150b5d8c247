"""What a table would have done to the past, in words: for the page and the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..programme import figures
from ..programme.figures import day
from ..programme.text import Text, joined, same
from ..programme.whatif import Client, Month, WhatIf
from .lines import Titles
from .people import called
from .tables import NO_TIER, clients

COSTS = Text("category|really|at this table|difference", "категория|на деле|по этой таблице|разница")
CLIENTS = Text(
    "client|payments|really|at this table|at most|category",
    "клиент|внесено|на деле|по этой таблице|не больше|категория",
)
MONTHS = Text("tier", "статус")
GAINED = Text("Would have gained most:", "Больше всех выиграли бы:")
LOST = Text("Would have lost most:", "Больше всех потеряли бы:")
BY_MONTH = Text(
    "Clients by tier, at the end of each month (really → at this table):",
    "Клиенты по статусам на конец месяца (на деле → по этой таблице):",
)
BY_PAYMENTS = Text(
    "What the discounts come to, if all payments had been spent on one category on the day of the payment:",
    "Во что обойдутся скидки, если бы всё внесённое тратилось на одну категорию в день платежа:",
)
IN_FORCE = Text("This table is in force already.", "Эта таблица уже действует.")
TAKE_IT = Text(
    "To take it from a day on: `resellerprogram tiers import {file} --from {day}`",
    "Ввести её с нужного дня: `resellerprogram tiers import {file} --from {day}`",
)
NOTHING_PLAYED = Text(
    "No table has been played yet: press “Play a table…”.", "Таблиц ещё не проверяли: нажмите «Проверить таблицу…»."
)


def summary(found: WhatIf) -> Iterator[Text]:
    """Which days and how many clients; for how many it would have differed, and how they would stand in the end."""
    yield Text(
        "Played from {first} to {last}: {clients}, {some} of them would have held other discounts on some day.",
        "Проверено с {first} по {last}, клиентов: {all}; другие скидки хотя бы в один день были бы у {clients_some}.",
    )(
        first=day(found.first),
        last=day(found.last),
        clients=clients(found.clients),
        all=found.clients,
        some=found.differing,
        clients_some=clients(found.differing),
    )
    yield Text(
        "On {day} discounts would be higher for {rises}, lower for {falls}.",
        "На {day} скидки были бы выше у {rises}, ниже у {falls}.",
    )(day=day(found.last), rises=clients(found.rises), falls=clients(found.falls))
    yield Text("Turnover of these days: {turnover}.", "Оборот за эти дни: {turnover}.")(
        turnover=_money(found.turnover, found)
    )


def grounds(found: WhatIf) -> Iterator[Text]:
    """What the figures rest on, as far as it is not all that one would wish."""
    if found.started is None:
        yield Text(
            "The program has not been started: “really” is what it calculated, nothing of it was given.",
            "Программа не запущена: «на деле» — это её расчёты, сами скидки не давались.",
        )
    elif found.started > found.first:
        yield Text(
            "Before {day} the program only looked: “really” is what it calculated then, nothing of it was given.",
            "До {day} программа только считала: «на деле» за эти дни — её расчёты, сами скидки не давались.",
        )(day=day(found.started))
    if found.unpinned:
        yield Text(
            "Pinned to a tier that this table does not have: {clients}; there the turnover decides.",
            "Закреплено на статусах, которых нет в этой таблице: {count}; там решает оборот.",
        )(clients=clients(found.unpinned), count=found.unpinned)


def expenses(found: WhatIf) -> Iterator[Text]:
    """What the panel's expenses say; they do not tell the class."""
    kept = found.expenses
    if kept is None:
        yield Text(
            "What the discounts really saved is not on record for these days.",
            "Сколько скидки сэкономили на деле, за эти дни не записано.",
        )
        return
    between = {"first": day(kept.first), "last": day(kept.last)}
    yield Text(
        "By the expenses from {first} to {last} the discounts saved {really}; at this table {would}.",
        "По расходам с {first} по {last} скидки сэкономили {really}; по этой таблице — {would}.",
    )(
        **between,
        really=_money(kept.really, found),
        would=_range(kept.least + kept.untold, kept.most + kept.untold, found),
    )
    yield Text(
        "Expenses are on record by client and day, not by category, and only of those who had a discount.",
        "Расходы записаны по клиентам и дням, но не по категориям, и только у тех, у кого скидка была.",
    )
    if kept.untold:
        yield Text(
            "Of that {untold} was saved on days without a tier on record, and is taken to stay.",
            "Из них {untold} — за дни, статус которых не записан; эта сумма считается неизменной.",
        )(untold=_money(kept.untold, found))


def cost_cells(found: WhatIf, titles: Titles, language: str) -> Iterator[tuple[str, str, str, str]]:
    """For each class: really, at this table, difference: '17.34 % · 982 142,46 ₽'."""
    known = [name for name in titles if name in found.classes]
    for name in [*known, *(each for each in found.classes if each not in known)]:
        sums = found.classes[name]
        title = titles.get(name, same(name)).say(language)
        really, other = _share(sums.really, found), _share(sums.other, found)
        yield title, really.say(language), other.say(language), _share(sums.more, found, signed=True).say(language)


def month_names(found: WhatIf) -> list[str]:
    return [figures.listed_month(month.day) for month in found.months]


def tier_rows(found: WhatIf, language: str) -> Iterator[list[str]]:
    """A line a tier, a cell a month: '12', or '12 → 15'; those without a tier last."""
    names = {name: None for month in found.months for name in month.tiers}
    tiers = [tier.name for tier in found.table.tiers]
    known = [name for name in tiers if name in names]
    rest = sorted(name for name in names if name and name not in known)
    for name in [*known, *rest, *([""] if "" in names else [])]:
        yield [name or NO_TIER.say(language), *(_step(month, name) for month in found.months)]


def _step(month: Month, name: str) -> str:
    really, other = month.tiers.get(name, (0, 0))
    return str(really) if really == other else f"{really} → {other}"


def client_cells(
    of: Sequence[Client], found: WhatIf, names: Mapping[int, str], titles: Titles, language: str
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Client, what was paid in, tier really and at this table on the last day, what it comes to at most, of which
    class."""
    for each in of:
        yield (
            called(each.account, names),
            _money(each.paid, found).say(language),
            each.really or NO_TIER.say(language),
            each.other or NO_TIER.say(language),
            figures.signed_money(each.amount, found.currency).say(language),
            titles.get(each.service_class, same(each.service_class)).say(language),
        )


def empty_text(found: WhatIf) -> Text | None:
    """Thresholds that nobody's turnover was ever between."""
    if not found.empty:
        return None
    told = Text(
        "Nobody's turnover was ever between: {places}.", "Ничей оборот ни разу не попал в промежутки: {places}."
    )
    places = [
        Text("{tier} (from {from_} to {to})", "{tier} (от {from_} до {to})")(
            tier=each.tier, from_=_money(each.threshold, found), to=_money(each.following, found)
        )
        if each.following is not None
        else Text("{tier} (from {from_})", "{tier} (от {from_})")(tier=each.tier, from_=_money(each.threshold, found))
        for each in found.empty
    ]
    return told(places=joined(", ", places))


def _share(amount: Decimal, found: WhatIf, signed: bool = False) -> Text:
    percent = found.percent(amount)
    told = (figures.signed_money if signed else figures.money)(amount, found.currency)
    if percent is None:
        return told
    return same("{percent} · {money}")(
        percent=(figures.signed_points if signed else figures.percent)(percent), money=told
    )


def _range(least: Decimal, most: Decimal, found: WhatIf) -> Text:
    first, last = _money(least, found), _money(most, found)
    return first if first == last else Text("from {least} to {most}", "от {least} до {most}")(least=first, most=last)


def _money(amount: Decimal, found: WhatIf) -> Text:
    return figures.money(amount, found.currency)
