"""How plans are told to a person, in Russian and English: what a run changes, or would change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..programme.changes import PlainChange, plain_change
from ..programme.ids import Scope
from ..programme.report import Planned, Report
from ..programme.text import Text
from .change import change_line, discount_line, step
from .figures import NOTHING, Titles, day, money, step_of_tier, table
from .letters import letter

TAKEN_OFF = Text(
    "discounts of the programme that end: {ours}, of clients: {clients}; discounts set aside that come back: {others}",
    "закончатся скидки программы: {ours}, у клиентов: {clients}; вернутся отложенные скидки: {others}",
)
"""What taking the programme off means, as things stand."""


ONLY_A_LOOK = Text(
    "Only a look at {day}: nothing has been written, and nothing acts for another day than today.",
    "Это только взгляд на {day}: ничего не записано, действует программа всегда за сегодня.",
)
BEYOND_THE_LIMIT = Text(
    "{drops} of {total} discounts would be lowered or removed, and no earlier forecast, refund or fraud explains it; "
    "the limit is {limit}.",
    "снизились бы или были бы сняты скидки: {drops} из {total}, и этого не объясняют ни прогноз, ни возврат, ни "
    "мошенничество; предел {limit}.",
)
HOW_TO_LIFT_IT = Text(
    "{told} `apply` leaves these alone, `apply --allow-drop --plan {plan}` writes them.",
    "{told} `apply` оставит их как есть, `apply --allow-drop --plan {plan}` запишет.",
)


def plan_lines(report: Report, currency: str, language: str, written: bool, only_look: bool = False) -> Iterator[str]:
    """What a run changes, or changed: one line per account, one column per service type. Of what is `only_look` no
    command writes anything."""
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
        )(id=other.account, what=discount_line(other.name, other.value)).say(language)
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
    elif not only_look:
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


def _plan_table(report: Report, currency: str, language: str) -> Iterator[str]:
    plain = [[plain_change(change, report.scope_names) for change in planned.changes] for planned in report.planned]
    types = {each.scope: each.what for changes in plain for each in changes if each.scope}
    header = Text("account|name|turnover|tier", "клиент|название|оборот|уровень").say(language).split("|")
    others = any(each.is_of_others for changes in plain for each in changes)
    last = [Text("other discounts", "другие скидки").say(language)] if others else []
    rows = (
        (
            *_whose(planned, currency),
            *(_steps(changes, scope) for scope in sorted(types)),
            *([_others(changes, language)] if others else []),
        )
        for planned, changes in zip(report.planned, plain)
    )
    yield from table([*header, *(types[scope] for scope in sorted(types)), *last], rows, right=frozenset({2}))


def _whose(planned: Planned, currency: str) -> tuple[str, ...]:
    return (
        str(planned.account.id),
        planned.account.name or NOTHING,
        money(planned.turnover, currency) if planned.basis.counts_payments else NOTHING,
        step_of_tier(planned.tier_before, planned.tier),
    )


def _steps(changes: Iterable[PlainChange], scope: Scope) -> str:
    return ", ".join(step(each) for each in changes if each.scope == scope)


def _others(changes: Iterable[PlainChange], language: str) -> str:
    return ", ".join(change_line(each, language) for each in changes if each.is_of_others)
