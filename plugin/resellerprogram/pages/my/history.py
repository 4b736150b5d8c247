"""`resellerprogram.my.history` and what is behind it: tiers by day, payments, a picture (R11).

For clients, about their own account; the panel is asked each time whose session it is, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from lxml import etree

from ...programme import figures
from ...programme.figures import plain
from ...programme.lags import Lag
from ...programme.records import Record
from ...programme.tiers import ServiceClass
from ...programme.turnover import Verdict
from ...recalculation.hindsight import known_now
from ...store.decisions import Stretch
from ...store.listing import MOST_ROWS
from ...words import explanation, hindsight
from ...words.lags import lag_text
from ...words.lines import listed
from ...words.openings import OF_CLIENTS
from .. import documents
from ..documents import Cell, Row
from ..request import is_number
from ..visit import Visit
from .ahead import thresholds
from .picture import Picture, Step
from .reseller import Reseller

MONTHS = ("1", "3", "12")
_DAYS_IN_MONTH = 31


def history(visit: Visit) -> etree._Element:
    """Every stretch of days with one turnover and one tier, the newest first; each leads to its payments."""
    me, decisions = Reseller(visit, asked=True), visit.store.decisions
    found = decisions.stretches(me.account, MOST_ROWS, me.live_since)
    rest = visit.rest(
        len(found),
        decisions.history_length(me.account, me.live_since),
        "These are the newest; ask support about older days.",
        "Это самые новые; о прежних днях спросите поддержку.",
    )
    documents.say_above(visit.document, "history", rest)
    newest = decisions.newest_of(me.account) if me.lags else None
    rows = (_stretch(me, each, me.lags if each.id == newest else {}) for each in found)
    return documents.list_page(visit.document, rows)


def payments(visit: Visit) -> etree._Element:
    """The payments behind a decision of one's own, the newest first, each with its reason; without a choice the last
    decision's."""
    me = Reseller(visit, asked=True)
    number = _own_decision(me)
    record = visit.store.decisions.by_id(number) if number is not None else None
    verdicts = record.decision.turnover.verdicts if record else ()
    newest = verdicts[: -MOST_ROWS - 1 : -1]
    rest = visit.rest(
        len(newest),
        len(verdicts),
        "These are the newest, the others count as well. Menu “Payments” has all of them and a filter by date.",
        "Это самые новые, остальные тоже учтены. Все они есть в меню «Платежи», там можно отобрать их по дате.",
    )
    documents.say_above(visit.document, "payments", rest, _said_of(me, record))
    return documents.list_page(visit.document, (_payment(me, each) for each in newest), visit.request.elid)


def _said_of(me: Reseller, record: Record | None) -> str:
    """That a decision's payments are not kept any more; else what its day looks like by what is known now, where that
    is something else."""
    if record and not record.has_details:
        return explanation.not_kept(me.visit.history_months).say(me.language)
    store = me.visit.store
    found = known_now(store, record.decision) if record and store.decisions.has_news(record.id) else None
    return "" if found is None or found.is_the_same else hindsight.verdict(found, me.visit.currency, me.language)


def picture(visit: Visit) -> etree._Element:
    """The turnover by day with the tiers as steps, over one, three or twelve months, and its figures."""
    me = Reseller(visit, asked=True)
    months = visit.request.text("months")
    months = months if months in MONTHS else "3"
    first = me.today - timedelta(days=_DAYS_IN_MONTH * int(months))
    found = visit.store.decisions.course(me.account, first, me.today, me.live_since)
    steps = list(_steps(me, found, first))
    drawn = Picture(
        steps,
        me.today,
        thresholds(me.table),
        [step.day for before, step in zip(steps, steps[1:]) if before.tier != step.tier],
        me.say("Your turnover by day", "Ваш оборот по дням"),
        _words(me, steps),
        visit.currency,
        me.language,
    )
    return documents.form_page(
        visit.document,
        {"months": months, "picture": drawn.html(), "words": drawn.description},
        {"months": [(each, figures.months(int(each)).say(me.language)) for each in MONTHS]},
        {"days": [_figures(me, step) for step in reversed(steps)]},
    )


def _words(me: Reseller, steps: Sequence[Step]) -> str:
    """What the line and the area are, and where the line ends."""
    if not steps:
        return me.say("There are no calculations in this period.", "За это время расчётов не было.")
    return me.say(
        "The line is your turnover, now {turnover}; shaded is the threshold of the tier you had.",
        "Линия — ваш оборот, сейчас {turnover}; закрашено до порога статуса, который у вас был.",
        turnover=me.money_said(steps[-1].turnover),
    )


def _own_decision(me: Reseller) -> int | None:
    """The decision that was asked for, if it is the account's own; else its last. Raises BadInput for another's."""
    wanted, decisions = me.visit.request.elid, me.visit.store.decisions
    if not wanted:
        return decisions.newest_of(me.account)
    if not is_number(wanted) or not decisions.belongs(int(wanted), me.account):
        me.visit.refuse("There is no calculation {number}.", "Расчёта {number} нет.", number=wanted[:20])
    return int(wanted)


def _stretch(me: Reseller, stretch: Stretch, lags: Mapping[ServiceClass, Lag]) -> Row:
    """While the panel has not taken all of the newest decision, what is in effect and what follows."""
    return {
        "id": str(stretch.id),
        "first_day": me.day(stretch.first_day),
        "last_day": me.day(stretch.last_day),
        "tier": Cell(stretch.tier or me.name(None), raw=stretch.tier or ""),
        "discounts": _discounts(me, stretch, lags),
        **_percents(me, stretch, lags),
        "turnover": me.money(stretch.turnover),
    }


def _discounts(me: Reseller, stretch: Stretch, lags: Mapping[ServiceClass, Lag]) -> str:
    """'VPS 19 %; 21 % follows, SSL certificates 3 %'; nothing of percents that are not known any more."""
    told = {name: figures.percent(percent) for name, percent in (stretch.percents or {}).items() if percent}
    told.update((name, lag_text(lag)) for name, lag in lags.items())
    return listed(told, me.visit.titles).say(me.language)


def _percents(me: Reseller, stretch: Stretch, lags: Mapping[ServiceClass, Lag]) -> Row:
    """The same for programs: for each class the percent in effect, and the one by tier where that is another."""
    found: dict[str, Cell | str] = {}
    for name in {**dict.fromkeys(me.visit.titles), **(stretch.percents or {})}:
        lag, by_tier = lags.get(name), None if stretch.percents is None else stretch.percents.get(name, Decimal(0))
        found[f"percent_{name}"] = me.percent(lag.now if lag else by_tier)
        found[f"follows_{name}"] = me.percent(lag.follows) if lag else ""
    return found


def _payment(me: Reseller, verdict: Verdict) -> Row:
    payment, outlook = verdict.payment, me.outlook
    counts = verdict.counted != 0
    return {
        "credited": me.day(payment.credited_on) if payment.credited_on else "",
        "number": OF_CLIENTS.say(me.language) if payment.is_opening else payment.number or str(payment.id),
        "amount": Cell(
            me.in_currency(payment.amount.amount, payment.amount.currency),
            raw=plain(payment.amount.amount),
            currency=payment.amount.currency,
        ),
        "counted": Cell(
            me.money_said(verdict.counted), "green" if counts else "", plain(verdict.counted), me.visit.currency
        ),
        "reason": Cell(
            explanation.reason(verdict, me.language, outlook.months if outlook else 1), raw=verdict.reason.value
        ),
    }


def _steps(me: Reseller, found: list[Stretch], first: date) -> Iterator[Step]:
    """One step a day at most: of several decisions the day's last."""
    by_day: dict[date, Stretch] = {}
    for stretch in found:
        by_day[max(stretch.first_day, first)] = stretch
    for day, stretch in sorted(by_day.items()):
        tier = me.table.by_name(stretch.tier) if stretch.tier else None
        yield Step(day, stretch.turnover, stretch.tier or "", tier.threshold if tier else Decimal(0))


def _figures(me: Reseller, step: Step) -> Row:
    return {
        "day": me.day(step.day),
        "turnover": me.money(step.turnover),
        "tier": Cell(step.tier or me.name(None), raw=step.tier),
    }
