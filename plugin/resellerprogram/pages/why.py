"""`resellerprogram.why` and the history behind it: why a client stands where they stand (R11).

For employees. A decision is told as it was recorded; one panel call tells which discounts are there now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from ..programme import figures
from ..programme.caps import Limit
from ..programme.decision import Decision
from ..programme.hindsight import Difference, Hindsight
from ..programme.ids import AccountId, named
from ..programme.records import Record
from ..programme.text import Text
from ..programme.turnover import Verdict
from ..programme.verdict import ClassOfType
from ..recalculation.hindsight import known_now
from ..recalculation.lagging import Lagging
from ..recalculation.scopes import limits
from ..store.decisions import ListedDecision
from ..store.listing import MOST_ROWS
from ..words import explanation, hindsight
from ..words.change import folded
from ..words.change import named as named_changes
from ..words.labels import BECAUSE
from ..words.lags import not_taken
from . import documents
from .documents import Cell, Row
from .visit import Visit

_DECISION = Text("calculation", "расчёт")
_NOT_KEPT = Text("not kept any more", "больше не хранится")
"""Details of decisions that are too old; see the setting history_months."""


def why(visit: Visit) -> etree._Element:
    """The newest decision about a client, and the discounts that the panel has."""
    account = visit.account(visit.request.elid)
    record = visit.store.decisions.last(account)
    if record is None:
        return _unknown(visit, account)
    page = _page(visit, str(account), record, {"found": _found(visit, account)}, limits(visit.store))
    waits = _not_taken(visit, account)
    return documents.form_page(page, {"waits": waits}) if waits else page


def _not_taken(visit: Visit, account: AccountId) -> str:
    """What is in place while the panel has not taken all that was decided, and when it is tried again."""
    lags = Lagging(visit.store).of(account, visit.store.standings.of(account))
    if not lags:
        documents.drop_field(visit.document, "waits")
        return ""
    again = visit.store.queue.next_try(account)
    when = (
        visit.say("Next try: {at}.", "Следующая попытка: {at}.", at=figures.clock(again))
        if again
        else visit.say(
            "It is not tried again by itself: see page Queue.", "Сама программа больше не пробует: см. «Очередь»."
        )
    )
    return f"{not_taken(lags, visit.titles).say(visit.language)} {when}"


def decision(visit: Visit) -> etree._Element:
    """An older decision, by its id."""
    record = _record(visit, visit.request.elid)
    return _page(visit, str(record.id), record, {})


def history(visit: Visit) -> etree._Element:
    """Every decision about a client, the newest first, each to open, two to compare."""
    account, decisions = visit.account(visit.request.elid), visit.store.decisions
    listed = decisions.listed(account, MOST_ROWS)
    rest = visit.rest(
        len(listed),
        decisions.history_length(account),
        "These are the newest. On the server any older day is told by: resellerprogram explain {account} --date DATE.",
        "Это самые новые. О любом прежнем дне на сервере скажет: resellerprogram explain {account} --date ДАТА.",
        account=account,
    )
    documents.say_above(visit.document, "history", rest)
    return documents.list_page(visit.document, (_history_row(visit, each) for each in listed), visit.request.elid)


def compare(visit: Visit) -> etree._Element:
    """Two decisions side by side: only what differs is coloured."""
    chosen = visit.request.several("elid")
    if len(chosen) != 2:
        visit.refuse("choose two calculations to compare", "выберите два расчёта для сравнения")
    first, second = sorted((_record(visit, number) for number in chosen), key=lambda record: record.id)
    if first.decision.account != second.decision.account:
        visit.refuse("these calculations are about different clients", "это расчёты разных клиентов")
    paid: documents.Tables = {}
    if first.has_details or second.has_details:
        paid = {"payments": _side_by_side(_paid(visit, first), _paid(visit, second), *_absent(visit, first, second))}
    else:
        documents.drop_field(visit.document, "payments")
    return documents.form_page(
        visit.document,
        {"elid": visit.request.elid, "whom": _name(visit, first.decision.account)},
        tables={"sides": _side_by_side(_facts(visit, first), _facts(visit, second)), **paid},
    )


def _absent(visit: Visit, *records: Record) -> list[str]:
    """What each side says of a payment that is not among its own."""
    return [figures.NOTHING if each.has_details else _NOT_KEPT.say(visit.language) for each in records]


# --- a decision in words ---


def _page(
    visit: Visit, elid: str, record: Record, tables: documents.Tables, caps: Iterable[Limit] = ()
) -> etree._Element:
    """As it was decided, and by what is known now; the table of what is known otherwise only where there is any. The
    caps in force now are told of the newest decision alone."""
    since = known_now(visit.store, record.decision)
    differ = {"differ": [_difference(visit, record, each) for each in since.differences]} if since else {}
    if not (since and since.differences):
        documents.drop_field(visit.document, "differ")
        differ = {}
    for name in () if record.has_details else ("payments", "written"):
        documents.drop_field(visit.document, name)
    values = {"elid": elid, **_told(visit, record, since, caps)}
    return documents.form_page(visit.document, values, tables={**_tables(visit, record), **differ, **tables})


def _difference(visit: Visit, record: Record, difference: Difference) -> Row:
    months = record.decision.turnover.window.months
    names = ("since", "credited", "number", "then", "now", "reason")
    return dict(zip(names, hindsight.cells(difference, visit.currency, visit.language, months)))


def _told(visit: Visit, record: Record, since: Hindsight | None, caps: Iterable[Limit]) -> Row:
    language, found = visit.language, record.decision
    table = visit.store.tiers.on(record.last_day).table
    whom = _name(visit, found.account)
    login, months = visit.login(record.who), visit.history_months
    made = explanation.written_lines(record, login, _classes(visit), visit.titles, language, months)
    lines = [*explanation.headline(found, whom, visit.currency, visit.titles, language, caps)]
    return {
        "name": _name(visit, found.account),
        "words": "\n".join([*lines, *explanation.next_step(found, table, visit.currency, language)]),
        "made": "\n".join(made),
        "since": hindsight.verdict(since, visit.currency, language) if since else "",
    }


def _tables(visit: Visit, record: Record) -> dict[str, list[Row]]:
    if not record.has_details:
        return {}
    return {
        "payments": [_payment(visit, record.decision, each) for each in record.decision.turnover.verdicts],
        "written": [
            {
                "what": what,
                "before": each.value if each.is_of_others else _percent(visit, each.before),
                "after": "" if each.is_of_others else _percent(visit, each.after),
                "because": BECAUSE[each.because].say(visit.language),
            }
            for what, each in named_changes(record.written, _classes(visit), visit.titles, visit.language)
        ],
    }


def _payment(visit: Visit, found: Decision, verdict: Verdict) -> Row:
    payment = verdict.payment
    counts = verdict.counted != 0
    return {
        "credited": payment.credited_on.isoformat() if payment.credited_on else "",
        "number": explanation.called(payment, visit.language),
        "amount": visit.money(payment.amount.amount, payment.amount.currency),
        "counted": Cell(visit.money(verdict.counted) if counts else figures.NOTHING, "green" if counts else ""),
        "reason": explanation.reason(verdict, visit.language, found.turnover.window.months),
    }


def _found(visit: Visit, account: AccountId) -> list[Row]:
    """The discounts in the panel now: the page's one panel call."""
    from ..recalculation.lookups import personal_discounts

    found = personal_discounts(visit.root, visit.store, account, visit.language)
    owned = visit.store.owned.of(account)
    return [
        {
            "name": row.name or str(row.id),
            "value": row.value,
            "until": row.shown.get("todate", ""),
            "whose": Cell(visit.say("program", "программа"), "green")
            if row.id in owned
            else Cell(visit.say("other", "другое"), "yellow"),
        }
        for row in found
    ]


def _unknown(visit: Visit, account: AccountId) -> etree._Element:
    words = visit.say(
        "This client has not been calculated yet. Recalculate them, or wait for the nightly recalculation.",
        "Этого клиента ещё не рассчитывали. Пересчитайте его или дождитесь ночного пересчёта.",
    )
    values = {"elid": str(account), "name": visit.office.name_of(account), "words": words, "made": "", "since": ""}
    documents.drop_field(visit.document, "differ")
    documents.drop_field(visit.document, "waits")
    return documents.form_page(visit.document, values)


# --- history ---


def _history_row(visit: Visit, listed: ListedDecision) -> Row:
    stretch = listed.stretch
    return {
        "id": str(stretch.id),
        "decided": visit.moment(listed.decided_at),
        "days": figures.listed_day(stretch.first_day)
        if stretch.first_day == stretch.last_day
        else figures.listed_span(stretch.first_day, stretch.last_day),
        "tier": stretch.tier or figures.NOTHING,
        "turnover": visit.money(stretch.turnover) if listed.basis.counts_payments else "",
        "basis": explanation.basis(listed.basis, listed.pin, visit.language),
        "cause": visit.cause(listed.cause, listed.who),
        "written": _NOT_KEPT.say(visit.language) if listed.written is None else str(listed.written),
    }


def _record(visit: Visit, text: str) -> Record:
    number = visit.number(text, _DECISION)
    found = visit.store.decisions.by_id(number)
    if found is None:
        visit.refuse("calculation {number} does not exist", "расчёта {number} нет", number=number)
    return found


def _percent(visit: Visit, value: Decimal | None) -> str:
    return figures.NOTHING if value is None else figures.percent(value).say(visit.language)


def _facts(visit: Visit, record: Record) -> dict[str, str]:
    """A decision as lines to compare."""
    found, language = record.decision, visit.language
    window = found.turnover.window
    return {
        visit.say("calculated", "рассчитано"): visit.moment(record.decided_at),
        visit.say("trigger", "чем вызван"): visit.cause(record.cause, record.who),
        visit.say("in force", "действовало"): figures.listed_span(record.first_day, record.last_day),
        visit.say("basis", "основание"): explanation.basis(found.basis, found.pin, language),
        visit.say("period", "период"): figures.listed_span(window.first, window.last),
        visit.say("turnover", "оборот"): visit.money(found.turnover.amount),
        visit.say("tier", "статус"): found.tier.name if found.tier else figures.NOTHING,
        **{
            visit.titles.get(name, Text(name, name)).say(language): figures.percent(percent).say(language)
            for name, percent in found.percents.items()
        },
        visit.say("changes", "изменения"): folded(record.written, _classes(visit), visit.titles, language, done=True)
        if record.has_details
        else _NOT_KEPT.say(language),
    }


def _paid(visit: Visit, record: Record) -> dict[str, str]:
    return {
        explanation.called(verdict.payment, visit.language): f"{visit.money(verdict.counted)}, "
        + explanation.reason(verdict, visit.language, record.decision.turnover.window.months)
        for verdict in record.decision.turnover.verdicts
    }


def _side_by_side(
    first: dict[str, str], second: dict[str, str], no_first: str = figures.NOTHING, no_second: str = figures.NOTHING
) -> Iterator[Row]:
    for name in {**first, **second}:
        left, right = first.get(name, no_first), second.get(name, no_second)
        color = "" if left == right else "yellow"
        yield {"what": name, "first": left or figures.NOTHING, "second": Cell(right or figures.NOTHING, color)}


def _classes(visit: Visit) -> ClassOfType:
    return visit.store.classes.of_types()


def _name(visit: Visit, account: AccountId) -> str:
    standing = visit.store.standings.of(account)
    return named(account, standing.name if standing else "")
