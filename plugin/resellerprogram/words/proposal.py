"""How plans are told to a person, in Russian and English: what a run changes, or would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..programme.discounts import Change, Create, Delete, OtherDiscount, PutBack, RestingDiscount, SetAside, TierChange
from ..programme.ids import Scope
from ..programme.text import Text
from .figures import BECAUSE, NOTHING, Titles, day, money, percent, step_of_tier, table
from .letters import letter

if TYPE_CHECKING:
    from ..recalculation.report import Planned, Report


TAKEN_OFF = Text(
    "discounts of the programme that end: {ours}, of clients: {clients}; discounts set aside that come back: {others}",
    "закончатся скидки программы: {ours}, у клиентов: {clients}; вернутся отложенные скидки: {others}",
)
"""What taking the programme off means, as things stand."""


def plan_lines(report: Report, currency: str, language: str, written: bool) -> Iterator[str]:
    """What a run changes, or changed: one line per account, one column per service type."""
    yield Text(
        "{day}: accounts looked at: {accounts}, to change: {changed}; the programme's discounts in the panel: {found}",
        "{day}: просмотрено клиентов: {accounts}, к изменению: {changed}; скидок программы в панели: {found}",
    )(day=day(report.day, language), accounts=report.accounts, changed=len(report.planned), found=report.discounts).say(
        language
    )
    for warning in report.warnings:
        yield "! " + warning.say(language)
    for other in report.left:
        yield Text(
            "! account {id}: a discount of others acts beside the programme's: {what}",
            "! клиент {id}: рядом со скидками программы действует чужая: {what}",
        )(id=other.account, what=other_discount(other)).say(language)
    if not report.planned:
        if report.failed:
            yield from _failed_lines(report, language, written)
            return
        yield Text("Everything is as it should be; nothing to write.", "Всё как должно быть, писать нечего.").say(
            language
        )
        return
    yield ""
    yield from _plan_table(report, currency, language)
    yield ""
    if written:
        yield Text("Written: {count}.", "Записано скидок: {count}.")(count=report.written).say(language)
    else:
        yield Text(
            "Nothing has been written. `resellerprogram apply` writes it; with `--plan {plan}` only if it is this one.",
            "Ничего не записано. Запишет `resellerprogram apply`; с `--plan {plan}` — только если план тот же.",
        )(plan=report.fingerprint).say(language)
    yield from _failed_lines(report, language, written)


def _failed_lines(report: Report, language: str, written: bool) -> Iterator[str]:
    """The accounts that could not be served, each with its reason."""
    head = (
        Text("! account {id} waits in the queue: {why}", "! клиент {id} ждёт в очереди: {why}")
        if written
        else Text("! account {id} can't be decided: {why}", "! по клиенту {id} не решить: {why}")
    )
    for account, error in report.failed.items():
        yield head(id=account, why=error.text).say(language)


def notice_lines(report: Report, currency: str, titles: Titles, language: str, written: bool) -> Iterator[str]:
    """What clients are told of it, or would be."""
    if not report.notices:
        return
    head = (
        Text("Clients are notified: {count}", "Клиентам отправлены уведомления: {count}")
        if written
        else Text("Clients would be notified: {count}", "Клиентам ушли бы уведомления: {count}")
    )
    yield ""
    yield head(count=len(report.notices)).say(language)
    yield from table(
        Text("account|name|notification", "клиент|название|уведомление").say(language).split("|"),
        (
            (str(account.id), account.name or NOTHING, letter(notice, currency, titles).subject.say(language))
            for account, notice in report.notices
        ),
    )


def step(value: TierChange) -> str:
    """'19 % → 21 %', '— → 3 %', '3 % → —'."""
    before = None if isinstance(value, Create) else value.before.percent
    after = None if isinstance(value, Delete) else value.percent
    return f"{percent(before)} → {percent(after)}"


def change(value: Change, names: Mapping[Scope, str], language: str) -> str:
    """One change in words: 'vds 19 % → 21 %', 'Agreed by hand 40 %: set aside'."""
    because = BECAUSE[value.because].say(language)
    if isinstance(value, (SetAside, PutBack)):
        return f"{other_discount(value.other)}: {because}"
    return f"{names.get(value.scope, value.scope)} {step(value)}" + (f" ({because})" if because else "")


def other_discount(other: OtherDiscount | RestingDiscount) -> str:
    """'Agreed by hand 40 %'."""
    return " ".join(part for part in (other.name, other.value) if part) or NOTHING


def _plan_table(report: Report, currency: str, language: str) -> Iterator[str]:
    types = _changed_types(report.planned, report.scope_names)
    header = Text("account|name|turnover|tier", "клиент|название|оборот|уровень").say(language).split("|")
    others = any(isinstance(item, (SetAside, PutBack)) for planned in report.planned for item in planned.changes)
    last = [Text("other discounts", "другие скидки").say(language)] if others else []
    rows = (
        (
            str(planned.account.id),
            planned.account.name or NOTHING,
            money(planned.turnover, currency) if planned.basis.counts_payments else NOTHING,
            step_of_tier(planned.tier_before, planned.tier),
            *(_cell(planned, scope) for scope in types),
            *([_others_cell(planned, language)] if others else []),
        )
        for planned in report.planned
    )
    yield from table([*header, *types.values(), *last], rows, right=frozenset({2}))


def _changed_types(planned: Iterable[Planned], names: Mapping[Scope, str]) -> dict[Scope, str]:
    types = {item.scope for each in planned for item in each.changes if not isinstance(item, (SetAside, PutBack))}
    return {scope: names.get(scope, str(scope)) for scope in sorted(types)}


def _cell(planned: Planned, scope: Scope) -> str:
    return ", ".join(
        step(item) for item in planned.changes if not isinstance(item, (SetAside, PutBack)) and item.scope == scope
    )


def _others_cell(planned: Planned, language: str) -> str:
    return ", ".join(change(item, {}, language) for item in planned.changes if isinstance(item, (SetAside, PutBack)))
