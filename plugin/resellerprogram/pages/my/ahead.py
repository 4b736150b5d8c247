"""`resellerprogram.my.ahead`: the coming month, what keeps each tier, and a calculator. For clients; no panel call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from lxml import etree

from ...programme import figures
from ...programme.figures import KOPECK, plain
from ...programme.forecast import NEXT_DAY, Ahead, Forecast, Outlook
from ...programme.tiers import TierTable
from .. import documents
from ..documents import Cell, Row
from ..visit import Visit
from .picture import Picture, Step
from .reseller import Reseller

MOST = Decimal(1_000_000_000)
"""Nobody pays more at once."""
_CALCULATED = ("result", "course")


def ahead(visit: Visit) -> etree._Element:
    """A picture of the turnover with its figures as a table, the falls with what prevents them, a calculator."""
    me = Reseller(visit)
    outlook = me.outlook
    if outlook is None:
        return outside(me)
    forecast = me.forecast(outlook)
    changes = [change for change in forecast.changes() if change.day > me.today]
    last = me.horizon(outlook)
    documents.drop_field(visit.document, "words" if changes else "changes")  # the table says the same
    return documents.form_page(
        visit.document,
        {
            "picture": _picture(me, forecast, changes, last),
            "words": _words(me, forecast, changes),
            "amount": visit.request.text("amount"),
            "day": visit.request.text("day") or me.today.isoformat(),
            **_result(me, outlook),
        },
        tables={
            "changes": [_change(me, forecast, change) for change in changes],
            "days": _days(me, forecast, last),
            "course": _course(me, outlook),
        },
    )


def outside(me: Reseller) -> etree._Element:
    """Who takes no part has nothing ahead; the first page says why."""
    document = me.visit.document
    documents.keep_only(document, "words")
    words = me.say(
        "No forecast: you are not in the program. See “My tier”.",
        "Прогноза нет: вы не участвуете в программе. Подробнее — на странице «Мой статус».",
    )
    return documents.form_page(document, {"words": Cell(words, raw=me.state)})


def thresholds(table: TierTable) -> list[tuple[str, Decimal]]:
    """The lines of a picture."""
    return [(tier.name, tier.threshold) for tier in table.tiers]


def _picture(me: Reseller, forecast: Forecast, changes: Sequence[Ahead], last: date) -> str:
    days = sorted({me.today, *(day for day in _steps(forecast, me.today, last))})
    steps = [
        Step(day, forecast.turnover(day), tier.name if tier else "", tier.threshold if tier else Decimal(0))
        for day in days
        for tier in (forecast.tier(day),)
    ]
    return Picture(
        steps,
        last,
        thresholds(me.table),
        [change.day for change in changes if change.day <= last],
        me.say("Turnover in the coming days", "Оборот в ближайшие дни"),
        _words(me, forecast, changes),
        me.visit.currency,
        me.language,
    ).html()


def _steps(forecast: Forecast, first: date, last: date) -> Iterator[date]:
    """The days on which the turnover changes."""
    before = None
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        turnover = forecast.turnover(day)
        if turnover != before:
            yield day
        before = turnover


def _words(me: Reseller, forecast: Forecast, changes: Sequence[Ahead]) -> str:
    """Each change in a line, with what prevents it."""
    if not changes:
        return me.say("If you add nothing, nothing changes.", "Если ничего не вносить, ничего не изменится.")
    keeps = (forecast.keep(change) for change in changes)
    lines = [
        f"{me.steps(each)}. {me.kept(keep)}" if keep else f"{me.steps(each)}." for each, keep in zip(changes, keeps)
    ]
    return "\n".join([me.say("If you add nothing:", "Если ничего не вносить:"), *lines])


def _change(me: Reseller, forecast: Forecast, change: Ahead) -> Row:
    keep = forecast.keep(change)
    return {
        "day": me.day(change.day),
        "turnover": me.money(change.turnover),
        "before": Cell(me.name(change.before), raw=change.before.name if change.before else ""),
        "tier": Cell(me.name(change.tier), raw=change.tier.name if change.tier else ""),
        "percents": _percents(me, change),
        "keep": f"{me.money_said(keep.amount)} {me.when_kept(keep)}" if keep else "",
        "keep_amount": me.money(keep.amount) if keep else "",
        "keep_first_day": me.day(keep.first_day) if keep else "",
        "keep_last_day": me.day(keep.last_day) if keep else "",
    }


def _days(me: Reseller, forecast: Forecast, last: date) -> Iterator[Row]:
    for day in _steps(forecast, me.today, last):
        tier = forecast.tier(day)
        yield {
            "day": me.day(day),
            "turnover": me.money(forecast.turnover(day)),
            "tier": Cell(me.name(tier), raw=tier.name if tier else ""),
        }


# --- the calculator ---


def _result(me: Reseller, outlook: Outlook) -> Row:
    """If I pay X on day D: what do I have, until when. Raises BadInput for what can't be paid."""
    paid = _paid(me)
    if paid is None:
        for name in _CALCULATED:
            documents.drop_field(me.visit.document, name)
        return {}
    amount, day = paid
    forecast = me.forecast(outlook.with_payment(amount, day))
    tier = forecast.tier(day)
    following = next((change for change in forecast.changes() if change.day > day), None)
    said = me.say(
        "{when}: {tier} ({percents}), turnover {turnover}.",
        "{when}: {tier} ({percents}), оборот {turnover}.",
        when=me.say("From {first} on", "С {first}", first=me.day_said(day))
        if following is None
        else me.span(day, following.day - NEXT_DAY),
        tier=me.name(tier),
        percents=me.percents(tier),
        turnover=me.money_said(forecast.turnover(day)),
    )
    return {
        "result": said,
        "result_tier": Cell(me.name(tier), raw=tier.name if tier else ""),
        "result_turnover": me.money(forecast.turnover(day)),
        "result_until": me.day(following.day - NEXT_DAY) if following else "",
    }


def _course(me: Reseller, outlook: Outlook) -> Iterator[Row]:
    """All changes if that payment is made."""
    paid = _paid(me)
    forecast = me.forecast(outlook.with_payment(*paid)) if paid else None
    for change in forecast.changes() if forecast else ():
        yield {
            "day": me.day(change.day),
            "turnover": me.money(change.turnover),
            "tier": Cell(me.name(change.tier), raw=change.tier.name if change.tier else ""),
            "percents": _percents(me, change),
        }


def _percents(me: Reseller, change: Ahead) -> str:
    """What is held then; where another table has a part in it, what that changes."""
    told = [me.percents(change.tier), *([me.table_step(change)] if change.is_by_table else [])]
    return "\n".join(told)


def _paid(me: Reseller) -> tuple[Decimal, date] | None:
    """The payment that is thought of; None while nothing was typed. Raises BadInput."""
    visit = me.visit
    if not visit.request.text("amount"):
        return None
    amount = visit.amount("amount")
    if not KOPECK <= amount <= MOST or amount != round(amount, 2):
        visit.refuse(
            "Enter an amount from {least} to {most}, with two decimals at most, not {amount}.",
            "Введите сумму от {least} до {most}, не больше двух знаков после запятой, а не {amount}.",
            "amount",
            least=figures.money(KOPECK, visit.currency),
            most=figures.money(MOST, visit.currency),
            amount=plain(amount),
        )
    day = visit.day("day") if visit.request.text("day") else me.today
    if not me.today <= day <= me.today + timedelta(days=366):
        visit.refuse(
            "Choose a day from today on, within a year.",
            "Выберите день не раньше сегодняшнего, в пределах года.",
            "day",
        )
    return amount, day
