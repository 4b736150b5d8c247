"""How decisions are told to a person, in Russian and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..programme.basis import Basis, Pin
from ..programme.caps import Limit, that_bite
from ..programme.decision import Decision
from ..programme.figures import NOTHING, day, listed_day, listed_money, moment, money, months, number
from ..programme.forecast import Forecast, Outlook, payable
from ..programme.payments import Payment, PaymentStatus
from ..programme.records import Record
from ..programme.refunds import Placed
from ..programme.text import Text
from ..programme.tiers import TierTable
from ..programme.turnover import COUNTS, Reason, Turnover, Verdict
from ..programme.verdict import ClassOfType
from ..programme.window import last_counting_day
from .caps import caps_text
from .change import folded
from .labels import BASES, PINNED_EXACTLY, REASONS, STATUSES, caused
from .lines import Titles, percents, table
from .openings import OPENING, brought_along


def reason(verdict: Verdict, language: str, months: int = 1) -> str:
    """Why a payment counts or does not, and until when it counts: for so many months."""
    payment = verdict.payment
    text = REASONS[verdict.reason](method=payment.method or "?", currency=payment.amount.currency).say(language)
    if verdict.reason is Reason.NOT_CREDITED and payment.status is not PaymentStatus.CREDITED:
        text += f": {STATUSES[payment.status].say(language)}"
    if verdict.reason in (*COUNTS, Reason.REFUND_SUBTRACTED) and payment.credited_on:
        last = last_counting_day(payment.credited_on, months)
        text += Text(" through {last}", " по {last} включительно")(last=day(last)).say(language)
    if verdict.rate:
        text += Text(", at {rate} of {since}", ", по курсу {rate} от {since}")(
            rate=number(verdict.rate.value), since=day(verdict.rate.since)
        ).say(language)
    if verdict.taken_back:
        text += Text(", {amount} of it were given back", ", из него возвращено {amount}")(
            amount=money(verdict.taken_back, payment.amount.currency)
        ).say(language)
    if verdict.placed:
        text += Text(", belongs to {payments}", ", относится к {payments}")(
            payments=", ".join(_placed(each, payment.amount.currency) for each in verdict.placed)
        ).say(language)
    return text


def called(payment: Payment, language: str) -> str:
    """What employees know a payment by; of opening turnover its number and why it was given."""
    if payment.is_opening:
        return OPENING(number=-payment.id, reason=payment.number).say(language)
    return payment.number or str(payment.id)


def _placed(placed: Placed, currency: str) -> str:
    return f"{placed.number or placed.payment} ({listed_money(placed.amount, currency)})"


def basis(found: Basis, pin: Pin | None, language: str) -> str:
    text = PINNED_EXACTLY if found is Basis.PINNED and pin and pin.exactly else BASES[found]
    return (text(until=day(pin.until), reason=pin.reason) if pin else text).say(language)


def explanation(
    decision: Decision,
    account_name: str,
    currency: str,
    tiers: TierTable,
    titles: Titles,
    language: str,
    limits: Iterable[Limit] = (),
) -> Iterator[str]:
    """A decision told in full: the tier, the sum, every payment with its reason, what comes next (R11)."""
    whom = f"{decision.account}, {account_name or NOTHING}"
    yield from headline(decision, whom, currency, titles, language, limits)
    if decision.basis.counts_payments:
        yield ""
        yield from _payments(decision.turnover, currency, language)
        yield ""
        yield from next_step(decision, tiers, currency, language)


def headline(
    decision: Decision, whom: str, currency: str, titles: Titles, language: str, limits: Iterable[Limit] = ()
) -> Iterator[str]:
    """What was decided, which of these caps give less, on what basis, and the turnover behind it."""
    tier, turnover, window = decision.tier, decision.turnover, decision.turnover.window
    yield Text("Client {whom}, on {day}: {tier}", "Клиент {whom}, на {day}: {tier}")(
        whom=whom,
        day=day(decision.day),
        tier=f"{tier.name} ({percents(tier.percents, titles).say(language)})"
        if tier
        else Text("no tier, no discounts", "нет статуса и скидок"),
    ).say(language)
    biting = list(that_bite(limits, decision.percents))
    if biting:
        yield Text("Less by caps: {caps}.", "Ограничено: {caps}.")(caps=caps_text(biting)).say(language)
    yield Text("Basis: {basis}.", "Основание: {basis}.")(basis=basis(decision.basis, decision.pin, language)).say(
        language
    )
    if decision.basis.counts_payments:
        yield Text(
            "Turnover {amount}: payments credited from {first} to {last}, both days included.",
            "Оборот {amount}: платежи, зачисленные с {first} по {last} включительно.",
        )(
            amount=money(turnover.amount, currency),
            first=day(window.first),
            last=day(window.last),
        ).say(language)
    opening = Outlook.of(decision).opening
    if opening:
        yield brought_along(*opening, currency).say(language)


def next_step(decision: Decision, tiers: TierTable, currency: str, language: str) -> Iterator[str]:
    """What it takes to reach the next tier; of a sum whose payments are not known any more, that is not told."""
    turnover = decision.turnover
    following = Forecast(Outlook.of(decision), lambda _: tiers).next_tier(decision.day)
    if following and turnover.recorded is None:
        yield Text(
            "{missing} more to reach {name} (from {threshold}).",
            "До статуса {name} (от {threshold}) не хватает {missing}.",
        )(
            name=following.name,
            threshold=money(following.threshold, currency),
            missing=money(payable(following.threshold - turnover.amount), currency),
        ).say(language)


def written_lines(
    record: Record, login: str, class_of: ClassOfType, titles: Titles, language: str, history_months: int
) -> Iterator[str]:
    """When a decision was made, by what and by whose `login`, and what was written for it; or that details of that time
    are not kept any more."""
    yield Text(
        "Calculated {at} ({cause}); last checked without change {again}.",
        "Рассчитано {at} ({cause}); последняя проверка без изменений — {again}.",
    )(
        at=moment(record.decided_at),
        cause=caused(record.cause, login, language),
        again=moment(record.confirmed_at),
    ).say(language)
    if record.written:
        changes = folded(record.written, class_of, titles, language, done=True)
        yield Text("Changed: {changes}.", "Изменено: {changes}.")(changes=changes).say(language)
    if not record.has_details:
        yield not_kept(history_months).say(language)


def not_kept(history_months: int) -> Text:
    """That of a time so long ago only the sums are on record; for how many months details are kept now, 0 where they
    don't go any more."""
    gone = Text(
        "Of these days turnover, tier and basis are on record; which payments counted and what was changed is not kept "
        "any more.",
        "Об этих днях сохранены оборот, статус и основание; какие платежи учтены и что изменено, больше не хранится.",
    )
    if not history_months:
        return gone
    return Text("Details are kept for {months}. {gone}", "Подробности хранятся {months}. {gone}")(
        months=months(history_months), gone=gone
    )


def _payments(turnover: Turnover, currency: str, language: str) -> Iterator[str]:
    if turnover.recorded is not None:
        yield Text(
            "The payments behind it are not known any more; the sum is on record.",
            "Платежи этого расчёта больше не известны; сумма сохранена.",
        ).say(language)
        return
    if not turnover.verdicts:
        yield Text("No payments in these days.", "Платежей за эти дни нет.").say(language)
        return
    header = Text("credited|payment|amount|counted|why", "зачислен|платёж|сумма|учтено|почему").say(language).split("|")
    yield from table(
        header,
        (
            (
                listed_day(verdict.payment.credited_on) if verdict.payment.credited_on else NOTHING,
                called(verdict.payment, language),
                listed_money(verdict.payment.amount.amount, verdict.payment.amount.currency),
                listed_money(verdict.counted, currency) if verdict.counted else NOTHING,
                reason(verdict, language, turnover.window.months),
            )
            for verdict in turnover.verdicts
        ),
        right=frozenset({2, 3}),
    )
