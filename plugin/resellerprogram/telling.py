"""How decisions and plans are told to a person, in Russian and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .programme.basis import Basis
from .programme.decision import Decision
from .programme.discounts import Change, Create, Delete, OtherDiscount, PutBack, RestingDiscount, SetAside, TierChange
from .programme.ids import Scope
from .programme.text import Text
from .programme.tiers import TierTable, plain
from .programme.turnover import Reason, Turnover, Verdict
from .programme.window import last_counting_day
from .store.decisions import Record, WrittenChange
from .wording import BECAUSE, NOTHING, Titles, cause, day, moment, money, percent, percents, step_of_tier, table

if TYPE_CHECKING:
    from .recalculation.report import Planned, Report

REASONS = {
    Reason.COUNTED: Text("counts", "учтён"),
    Reason.REFUND_SUBTRACTED: Text("refund, subtracted", "возврат, вычтен"),
    Reason.REFUND_ALREADY_OFF: Text(
        "refund of a payment that does not count; nothing to subtract",
        "возврат платежа, который не учитывается; вычитать нечего",
    ),
    Reason.OTHER_PROVIDER: Text("paid to another provider", "оплачен другому провайдеру"),
    Reason.PROMOTIONAL: Text(
        "cashback or certificate, not money paid in", "кэшбэк или сертификат, а не внесённые деньги"
    ),
    Reason.EXCLUDED_METHOD: Text(
        "payment method {method} is excluded in the settings", "метод оплаты {method} исключён в настройках"
    ),
    Reason.NOT_CREDITED: Text("not credited yet", "ещё не зачислен"),
    Reason.PROMISED: Text("promised payment, a loan", "обещанный платёж, то есть кредит"),
    Reason.AWAITING_REFUND: Text("is being refunded", "ожидает возврата"),
    Reason.REFUNDED: Text("refunded", "возвращён"),
    Reason.FRAUD: Text("marked as fraud", "помечен как мошеннический"),
    Reason.CANCELLED: Text("cancelled", "отменён"),
    Reason.NO_RATE: Text("the panel has no {currency} rate for that day", "в панели нет курса {currency} на этот день"),
}

BASES = {
    Basis.TURNOVER: Text("by turnover", "по обороту"),
    Basis.PINNED: Text("pinned until {until}: {reason}", "закреплён до {until}: {reason}"),
    Basis.EXCLUDED: Text("excluded from the programme by the administrator", "исключён из программы администратором"),
    Basis.LEFT: Text("has left the programme by themselves", "сам вышел из программы"),
    Basis.NOT_A_MEMBER: Text("takes no part in the programme", "не участвует в программе"),
    Basis.WITHDRAWN: Text("the programme was taken off", "программа снята"),
}


def reason(verdict: Verdict, language: str, months: int = 1) -> str:
    """Why a payment counts or does not, and until when it counts: for so many months."""
    payment = verdict.payment
    text = REASONS[verdict.reason](method=payment.method or "?", currency=payment.amount.currency).say(language)
    if verdict.rate:
        text += Text(", at {rate} of {since}", ", по курсу {rate} от {since}")(
            rate=plain(verdict.rate.value), since=day(verdict.rate.since, language)
        ).say(language)
    if verdict.reason in (Reason.COUNTED, Reason.REFUND_SUBTRACTED) and payment.credited_on:
        last = last_counting_day(payment.credited_on, months)
        text += Text(", until {last}", ", до {last}")(last=day(last, language)).say(language)
    return text


def basis(decision: Decision, language: str) -> str:
    pin = decision.pin
    text = BASES[decision.basis]
    return (text(until=day(pin.until, language), reason=pin.reason) if pin else text).say(language)


def explanation(
    decision: Decision, account_name: str, currency: str, tiers: TierTable, titles: Titles, language: str
) -> Iterator[str]:
    """A decision told in full: the tier, the sum, every payment with its reason, what comes next (R11)."""
    whom = f"{decision.account}, {account_name or NOTHING}"
    yield from headline(decision, whom, currency, titles, language)
    if decision.basis.counts_payments:
        yield ""
        yield from _payments(decision.turnover, currency, language)
        yield ""
        yield from next_step(decision, tiers, currency, language)


def headline(decision: Decision, whom: str, currency: str, titles: Titles, language: str) -> Iterator[str]:
    """What was decided, on what basis, and the turnover behind it."""
    tier, turnover, window = decision.tier, decision.turnover, decision.turnover.window
    yield Text("Account {whom}, on {day}: {tier}", "Клиент {whom}, на {day}: {tier}")(
        whom=whom,
        day=day(decision.day, language),
        tier=f"{tier.name} ({percents(tier.percents, titles, language)})"
        if tier
        else Text("no tier, no discounts", "нет уровня и скидок"),
    ).say(language)
    yield Text("Basis: {basis}.", "Основание: {basis}.")(basis=basis(decision, language)).say(language)
    if decision.basis.counts_payments:
        yield Text(
            "Turnover {amount}: payments credited from {first} to {last}, both days included.",
            "Оборот {amount}: платежи, зачисленные с {first} по {last} включительно.",
        )(
            amount=money(turnover.amount, currency),
            first=day(window.first, language),
            last=day(window.last, language),
        ).say(language)


def next_step(decision: Decision, tiers: TierTable, currency: str, language: str) -> Iterator[str]:
    """What it takes to reach the next tier."""
    turnover = decision.turnover
    following = tiers.next_after(turnover.amount) if decision.basis.counts_payments else None
    if following:
        yield Text(
            "{missing} more reach {name}, which starts at {threshold}.",
            "До уровня {name} (от {threshold}) не хватает {missing}.",
        )(
            name=following.name,
            threshold=money(following.threshold, currency),
            missing=money(following.threshold - turnover.amount, currency),
        ).say(language)


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
            "Nothing has been written. `resellerprogram apply` writes it.",
            "Ничего не записано. Запишет `resellerprogram apply`.",
        ).say(language)
    for account, refusal in report.failed.items():
        yield Text("! account {id} waits in the queue: {why}", "! клиент {id} ждёт в очереди: {why}")(
            id=account, why=refusal.text
        ).say(language)


def notice_lines(report: Report, currency: str, titles: Titles, language: str, written: bool) -> Iterator[str]:
    """What clients are told of it, or would be."""
    if not report.notices:
        return
    from .recalculation.letters import letter  # much to load, and most who tell something need none

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


def written_lines(record: Record, language: str) -> Iterator[str]:
    """When a decision was made, by what, and what was written for it."""
    yield Text("Decided {at} ({cause}), confirmed {again}.", "Решено {at} ({cause}), подтверждено {again}.")(
        at=moment(record.decided_at, language),
        cause=cause(record.cause, language) + (f", {record.who}" if record.who else ""),
        again=moment(record.confirmed_at, language),
    ).say(language)
    for item in record.written:
        yield Text("Written: {what}", "Записано: {what}")(what=written(item, language)).say(language)


def written(item: WrittenChange, language: str) -> str:
    """'vds 17 % → 19 %', 'Agreed by hand 40 %: set aside'."""
    because = BECAUSE[item.because].say(language)
    if item.scope is None:
        return f"{item.what} {item.value}: {because}"
    return f"{item.what} {percent(item.before)} → {percent(item.after)}" + (f" ({because})" if because else "")


def _payments(turnover: Turnover, currency: str, language: str) -> Iterator[str]:
    if not turnover.verdicts:
        yield Text("No payments in these days.", "Платежей за эти дни нет.").say(language)
        return
    header = Text("credited|payment|amount|counted|why", "зачислен|платёж|сумма|учтено|почему").say(language).split("|")
    yield from table(
        header,
        (
            (
                day(verdict.payment.credited_on, language) if verdict.payment.credited_on else NOTHING,
                verdict.payment.number or str(verdict.payment.id),
                money(verdict.payment.amount.amount, verdict.payment.amount.currency),
                money(verdict.counted, currency) if verdict.counted else NOTHING,
                reason(verdict, language, turnover.window.months),
            )
            for verdict in turnover.verdicts
        ),
        right=frozenset({2, 3}),
    )


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
