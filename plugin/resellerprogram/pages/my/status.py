"""`resellerprogram.my`: where I stand, what is missing to the next tier, when I lose this one. For clients; no
panel call.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

from lxml import etree

from ...programme import figures
from ...programme.figures import plain
from ...programme.forecast import Ahead, Forecast, Keep, Outlook
from ...programme.lags import Lag
from ...programme.moves import Move
from ...programme.text import Text
from ...programme.tiers import Tier
from ...words.caps import caps_text
from ...words.labels import MOVES
from ...words.lags import lag_text, still_updating
from ...words.openings import you_brought
from .. import documents
from ..documents import Cell, Row
from ..visit import Visit
from .reseller import Reseller

REFRESHES = 3
"""Seconds between two looks while a change is being counted."""
_HEADLINES = {
    "tier": Text("Your tier: {tier}", "Ваш статус: {tier}"),
    "pinned": Text(
        "Your tier: {tier}, yours through {until}",
        "Ваш статус: {tier}, закреплён за вами по {until} включительно",
    ),
    "below": Text("No tier yet", "Статуса пока нет"),
    "uncounted": Text("Your payments are being counted", "Ваши платежи ещё считаются"),
    "not_a_member": Text("You are not in the reseller program", "Вы не участвуете в реселлерской программе"),
    "left": Text("You have left the reseller program", "Вы вышли из реселлерской программы"),
    "excluded": Text("You are not in the reseller program", "Вы не участвуете в программе"),
    "withdrawn": Text("The program is not active now", "Программа сейчас не действует"),
    "not_started": Text("The reseller program has not started yet", "Реселлерская программа ещё не запущена"),
}
_EXPLAINED = {
    "tier": Text(
        "Turnover from {first} to {last}: {turnover}.",
        "Оборот с {first} по {last} — {turnover}.",
    ),
    "pinned": Text(
        "Until that day it is yours whatever your turnover. After that it follows your turnover "
        "again; from {first} to {last} it is {turnover}.",
        "До этого дня статус не зависит от оборота. Потом статус снова определит оборот; с "
        "{first} по {last} он составил {turnover}.",
    ),
    "at_least": Text(
        "Until that day it can't drop, and rises with your turnover. After that it follows your "
        "turnover again; from {first} to {last} it is {turnover}.",
        "До этого дня статус не снизится, а с ростом оборота может повыситься. Потом статус "
        "снова определит оборот; с {first} по {last} он составил {turnover}.",
    ),
    "below": Text(
        "Turnover from {first} to {last}: {turnover}. The first tier starts at {threshold}; you "
        "get its discounts as soon as the payment that reaches it is credited.",
        "Оборот с {first} по {last} — {turnover}. Первый статус начинается с {threshold}: скидки "
        "появятся сразу после зачисления платежа, с которым оборот его достигнет.",
    ),
    "uncounted": Text(
        "Recalculation runs every night, and as soon as a payment is credited. Refresh in a few minutes.",
        "Пересчёт идёт каждую ночь и сразу после зачисления платежа. Обновите страницу через несколько минут.",
    ),
    "not_a_member": Text(
        "It gives discounts that grow with your turnover. See “Discount table” and “How it works”.",
        "Она даёт скидки, которые растут вместе с оборотом. Условия — на страницах «Таблица "
        "скидок» и «Как это работает».",
    ),
    "left": Text(
        "Promo codes work again, suspended discounts are being restored.",
        "Промокоды снова действуют, приостановленные скидки возвращаются.",
    ),
    "excluded": Text(
        "Your provider chose this; payments and other discounts are not affected. Questions: contact support.",
        "Так решил провайдер; на платежи и другие скидки это не влияет. Вопросы — в поддержку.",
    ),
    "withdrawn": Text(
        "Its discounts are removed, earlier ones restored.",
        "Её скидки отменены, прежние восстановлены.",
    ),
    "not_started": Text(
        "Until it starts, your prices, discounts and promo codes stay as they are. See “Discount "
        "table” and “How it works”.",
        "До запуска цены, скидки и промокоды остаются прежними. Условия — на страницах «Таблица "
        "скидок» и «Как это работает».",
    ),
}
_OF_MEMBERS = (
    "turnover",
    "tier",
    "since",
    "moved",
    "discounts",
    "target",
    "missing",
    "change",
    "table_change",
    "keep",
)


def my(visit: Visit) -> etree._Element:
    """The status, and for a member everything that follows from it."""
    me = Reseller(visit)
    outlook = me.outlook
    if visit.request.submitted and outlook:
        return _pay(me, _amount(me, me.forecast(outlook), visit.request.text("clicked_button")))
    shown: Row = {"state": Cell(_headline(me), raw=me.state), "words": _words(me), "account": str(me.account)}
    if me.is_waiting:
        documents.refresh_every(visit.document, REFRESHES)
    _leave_out(me)
    if outlook is None:
        return documents.form_page(visit.document, {**shown, **_notes(me)}, tables={"discounts": _discounts(me)})
    forecast = me.forecast(outlook)
    targets = _targets(me, forecast)
    return documents.form_page(
        visit.document,
        {**shown, **_notes(me), **_standing(me, outlook), **_target(me, forecast, targets), **_coming(me, forecast)},
        {"target": [(tier.name, f"{tier.name}: {me.percents(tier)}") for tier in targets]},
        {"discounts": _discounts(me), "caps": me.capped(me.caps), "others": _others(me)},
    )


def _pay(me: Reseller, amount: Decimal | None) -> etree._Element:
    """The panel's own payment with an amount filled in."""
    from ...panel.assumptions import payment_form

    if not amount:
        me.visit.refuse("nothing is missing", "ничего не нужно вносить", "target")
    return documents.ok(urlencode(payment_form(amount)), "form")


def _amount(me: Reseller, forecast: Forecast, button: str) -> Decimal | None:
    """What a button pays: what is missing, or what keeps the tier."""
    if button == "hold":
        change = _next_change(me, forecast)
        keep = forecast.keep(change) if change else None
        return keep.amount if keep and keep.first_day <= me.today else None
    target = _chosen(me, _targets(me, forecast))
    return forecast.missing(target, me.today) if target else None


# --- the status ---


def _headline(me: Reseller) -> str:
    until = me.outlook.pin.until if me.outlook and me.outlook.pin else me.today
    return _HEADLINES[me.state](tier=me.name(me.tier), until=figures.day(until)).say(me.language)


def _words(me: Reseller) -> str:
    """In five seconds: what was paid, how much is missing, when it ends."""
    outlook = me.outlook
    rises = me.state == "pinned" and outlook and outlook.pin and not outlook.pin.exactly
    text = _EXPLAINED["at_least" if rises else me.state]
    if outlook is None:
        return text.say(me.language)
    forecast = me.forecast(outlook)
    window = forecast.window(outlook.day)
    explained = text(
        first=figures.day(window.first),
        last=figures.day(window.last),
        turnover=me.money_said(forecast.turnover(outlook.day)),
        threshold=me.money_said(me.table.tiers[0].threshold),
    ).say(me.language)
    if outlook.opening:
        amount, until = outlook.opening
        explained += f" {you_brought(me.money_said(amount), until).say(me.language)}"
    following = next(iter(_targets(me, forecast)), None)
    if following is None:
        return explained
    missing = me.say(
        "{amount} more to reach {tier}.",
        "До {tier} не хватает {amount}.",
        amount=me.money_said(forecast.missing(following, me.today)),
        tier=following.name,
    )
    return f"{explained}\n{missing}"


def _standing(me: Reseller, outlook: Outlook) -> Row:
    forecast, standing = me.forecast(outlook), me.standing
    window = forecast.window(outlook.day)
    return {
        "day": me.day(outlook.day),
        "turnover": me.money(forecast.turnover(outlook.day)),
        "first_day": me.day(window.first),
        "last_day": me.day(window.last),
        **_brought(me, outlook),
        "tier": Cell(me.name(me.tier), raw=me.tier.name if me.tier else ""),
        "since": me.day(standing.since) if standing and standing.since else "",
        "moved": _moved(me, standing.move) if standing and standing.move else "",
    }


def _brought(me: Reseller, outlook: Outlook) -> Row:
    """For programs: how much of the turnover the client brought along, and until when the last of it counts."""
    if outlook.opening is None:
        return {}
    amount, until = outlook.opening
    return {"opening": me.money(amount), "opening_until": me.day(until)}


def _moved(me: Reseller, move: Move) -> Cell:
    said = MOVES[move.mover](
        day=figures.day(move.day),
        amount="" if move.amount is None else me.money_said(move.amount),
        credited_on=figures.day(move.credited_on or move.day),
    )
    return Cell(said.say(me.language), raw=move.mover.value)


def _discounts(me: Reseller) -> Iterator[Row]:
    """In effect for each class, what follows where that is another percent, and since when; nothing is said before
    anything was counted."""
    standing = me.standing
    percents, since = (standing.percents, standing.class_since) if standing else ({}, {})
    for name in () if me.state in ("uncounted", "not_started") else {**dict.fromkeys(me.visit.titles), **percents}:
        lag = me.lags.get(name)
        yield {
            "class": Cell(me.title(name), raw=name),
            "percent": _in_place(me, lag) if lag else me.percent(percents.get(name, Decimal(0))),
            "follows": me.percent(lag.follows) if lag else "",
            "since": me.day(since[name]) if name in since and not lag else "",
        }


def _in_place(me: Reseller, lag: Lag) -> Cell:
    """'21 %; 25 % follows', where the panel has not taken it yet; behind it the percent that is charged."""
    return Cell(lag_text(lag).say(me.language), raw=plain(lag.now))


def _leave_out(me: Reseller) -> None:
    """What does not concern this account is not on its page."""
    document = me.visit.document
    for name in () if me.takes_part else _OF_MEMBERS:
        documents.drop_field(document, name)
    if me.tier is None:
        documents.drop_field(document, "since")
    if not (me.standing and me.standing.move):
        documents.drop_field(document, "moved")
    may_join = me.settings.joining and me.state in ("not_a_member", "left")
    may_leave = me.settings.joining and (me.takes_part or me.state == "uncounted")
    members = me.takes_part
    for button, wanted in (("pay", members), ("hold", members), ("join", may_join), ("leave", may_leave)):
        if not wanted:
            documents.drop_button(document, button)


# --- the next tier ---


def _targets(me: Reseller, forecast: Forecast) -> list[Tier]:
    """The tiers that are not reached yet, the next one first; none while no payment changes the status."""
    return forecast.tiers_above(me.today)


def _chosen(me: Reseller, targets: list[Tier]) -> Tier | None:
    wanted = me.visit.request.text("target")
    return next((tier for tier in targets if tier.name == wanted), targets[0] if targets else None)


def _target(me: Reseller, forecast: Forecast, targets: list[Tier]) -> Row:
    """What it takes to reach the next tier, or the one that was asked for."""
    target, document = _chosen(me, targets), me.visit.document
    if target is None:
        documents.drop_field(document, "target")
        documents.drop_field(document, "missing")
        documents.drop_button(document, "pay")
        return {}
    missing = forecast.missing(target, me.today)
    said = me.say("Add {amount}", "Внести {amount}", tier=target.name, amount=me.money_said(missing))
    documents.say(document, "msg_pay", said)
    return {
        "target": target.name,
        "threshold": me.money(target.threshold),
        "missing": me.money(missing),
    }


# --- what comes ---


def _next_change(me: Reseller, forecast: Forecast) -> Ahead | None:
    """The client's own: a table that changes something for them is told apart, one that does not is not told."""
    return next((change for change in forecast.changes() if change.day > me.today and change.is_own), None)


def _next_table(me: Reseller, forecast: Forecast) -> Ahead | None:
    return next((change for change in forecast.changes() if change.day > me.today and change.is_by_table), None)


def _coming(me: Reseller, forecast: Forecast) -> Row:
    """The next change, what keeps the tier, and what another table changes."""
    change, document = _next_change(me, forecast), me.visit.document
    table = _next_table(me, forecast)
    keep = forecast.keep(change) if change else None
    if keep and keep.first_day <= me.today:
        documents.say(
            document,
            "msg_hold",
            me.say(
                "Add {amount} to keep the tier",
                "Внести {amount}, чтобы сохранить статус",
                tier=keep.tier.name,
                day=me.day_said(keep.last_day),
                amount=me.money_said(keep.amount),
            ),
        )
    else:
        documents.drop_button(document, "hold")
    if keep is None:
        documents.drop_field(document, "keep")
    if table is None:
        documents.drop_field(document, "table_change")
    if change is None:
        documents.drop_field(document, "change")
    return {**(_changed(me, change, keep) if change else {}), **(_by_table(me, table) if table else {})}


def _changed(me: Reseller, change: Ahead, keep: Keep | None) -> Row:
    return {
        "change": Cell(f"{me.step(change)} ({me.percents(change.own)})", raw=change.day.isoformat()),
        "change_tier": change.own.name if change.own else "",
        "change_falls": "on" if change.falls_by_itself else "off",
        **(_kept(me, keep) if keep else {}),
    }


def _by_table(me: Reseller, change: Ahead) -> Row:
    """What another table does to this client, with both percents."""
    return {
        "table_change": Cell(me.table_step(change), raw=change.day.isoformat()),
        "table_change_tier": change.tier.name if change.tier else "",
    }


def _kept(me: Reseller, keep: Keep) -> Row:
    """The smallest payment that prevents a fall, and the last day for it."""
    return {
        "keep": me.kept(keep),
        "keep_amount": me.money(keep.amount),
        "keep_first_day": me.day(keep.first_day),
        "keep_last_day": me.day(keep.last_day),
    }


# --- beside it ---


def _notes(me: Reseller) -> Row:
    """What else there is to know; what there is nothing to say about is left out."""
    said = {
        "stopped": _stopped(me),
        "waiting": _waiting(me),
        "resting": _resting(me),
        "saved": _saved(me),
        "capped": caps_text(me.caps).say(me.language),
    }
    for name, text in said.items():
        if not text:
            documents.drop_field(me.visit.document, name)
    if not me.visit.store.set_aside.of(me.account):
        documents.drop_field(me.visit.document, "others")
    switches = ("stopped", "waiting", "resting")
    return {name: Cell(text, raw="on" if text else "off") if name in switches else text for name, text in said.items()}


def _waiting(me: Reseller) -> str:
    """That a change is being counted; and where the panel has not taken what was decided, what is in effect."""
    if me.lags:
        return still_updating(me.lags, me.visit.titles).say(me.language)
    return me.say("A change is being counted…", "Изменение учитывается…") if me.is_waiting else ""


def _stopped(me: Reseller) -> str:
    if not me.is_stopped or me.counted_at is None:
        return ""
    return me.say(
        "The figures are of {at}: the nightly recalculation is paused. Your discounts stay as "
        "they are until it goes on.",
        "Данные на {at}: ночной пересчёт не идёт. До его возобновления скидки останутся прежними.",
        at=figures.moment(me.counted_at).say(me.language),
    )


def _resting(me: Reseller) -> str:
    """What rests while the account has a tier (R9)."""
    if me.tier is None:
        return ""
    promo_codes = me.settings.exclusive.promo_codes_refused
    others = bool(me.visit.store.set_aside.of(me.account))
    if promo_codes and others:
        return me.say(
            "While you have a tier, promo codes can't be used and your other personal discounts "
            "(listed at the bottom) are suspended. They return when the tier ends.",
            "Пока у вас есть статус, промокоды не применяются, а другие ваши персональные скидки "
            "приостановлены (список внизу страницы). Статус закончится — они вернутся сами.",
        )
    if promo_codes:
        return me.say(
            "While you have a tier, promo codes can't be used.", "Пока у вас есть статус, промокоды не применяются."
        )
    if others:
        return me.say(
            "While you have a tier, your other personal discounts (listed at the bottom) are "
            "suspended. They return when the tier ends.",
            "Пока у вас есть статус, другие ваши персональные скидки приостановлены (список внизу "
            "страницы). Статус закончится — они вернутся сами.",
        )
    return ""


def _others(me: Reseller) -> Iterator[Row]:
    for each in me.visit.store.set_aside.of(me.account):
        yield me.other(each.shown.get("name", ""), each.shown.get("value", ""), each.tree)


def _saved(me: Reseller) -> str:
    """What the programme saved in the window, where the panel's expenses tell it."""
    outlook = me.outlook
    if outlook is None or me.visit.store.savings.told() is None:
        return ""
    window = me.forecast(outlook).window(me.today)
    if not me.visit.store.savings.is_known(me.account, window.first, window.last):
        return ""
    return figures.sums(me.visit.store.savings.of(me.account, window.first, window.last)).say(me.language)
