"""`resellerprogram.my`: where I stand, what is missing to the next tier, when I lose this one. For clients; no
panel call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

from lxml import etree

from ...programme import figures
from ...programme.figures import plain
from ...programme.forecast import Ahead, Forecast, Keep, Outlook
from ...programme.moves import Move
from ...programme.tiers import Tier
from ...words.caps import caps_text
from ...words.labels import MOVES
from ...words.lags import still_updating
from .. import documents
from ..documents import Cell, Row
from ..visit import Visit
from .facts import Facts, Sentence, drawn, headline, outside
from .reseller import Reseller

REFRESHES = 3
"""Seconds between two looks while a change is being counted."""
_OF_MEMBERS = ("falls", "table_change", "discounts", "change", "target", "missing", "since", "moved")


def my(visit: Visit) -> etree._Element:
    """The status, and for a member everything that follows from it."""
    me = Reseller(visit)
    outlook = me.outlook
    if visit.request.submitted and outlook:
        return _pay(me, _amount(me, outlook, visit.request.text("clicked_button")))
    if me.is_waiting:
        documents.refresh_every(visit.document, REFRESHES)
    _leave_out(me)
    shown: Row = {"state": Cell(headline(me), raw=me.state), "account": str(me.account), **_notes(me)}
    if outlook is None:
        told = outside(me)
        shown = {**shown, "words": _plainly(me, told), "facts": drawn(me, told)}
        return documents.form_page(visit.document, shown, tables={"discounts": _discounts(me)})
    targets = _targets(me, outlook)
    target = _chosen(me, targets)
    facts = Facts(me, outlook, target)
    return documents.form_page(
        visit.document,
        {
            **shown,
            "words": _plainly(me, facts.sentences()),
            "facts": facts.html(),
            **_standing(me, outlook),
            **_target(me, me.forecast(outlook), target),
            **_coming(me, facts),
        },
        {"target": [(tier.name, f"{tier.name}: {me.percents(tier)}") for tier in targets]},
        {"discounts": _discounts(me), "caps": me.capped(me.caps), "others": _others(me)},
    )


def _plainly(me: Reseller, sentences: Iterable[Sentence]) -> str:
    return "\n".join(each.say(me.language) for each in sentences)


def _pay(me: Reseller, amount: Decimal | None) -> etree._Element:
    """The panel's own payment with an amount filled in."""
    from ...panel.assumptions import payment_form

    if not amount:
        me.visit.refuse("There is nothing to add.", "Вносить ничего не нужно.", "target")
    return documents.ok(urlencode(payment_form(amount)), "form")


def _amount(me: Reseller, outlook: Outlook, button: str) -> Decimal | None:
    """What a button pays: what is missing, or what keeps the tier."""
    target = _chosen(me, _targets(me, outlook))
    if button == "hold":
        keep = Facts(me, outlook, target).keep
        return keep.amount if keep and keep.first_day <= me.today else None
    return me.forecast(outlook).missing(target, me.today) if target else None


# --- the status ---


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
    """In effect for each class, by tier while the panel has not taken that, and since when; nothing is said before
    anything was counted."""
    standing = me.standing
    percents, since = (standing.percents, standing.class_since) if standing else ({}, {})
    for name in () if me.state in ("uncounted", "not_started") else {**dict.fromkeys(me.visit.titles), **percents}:
        lag, by_tier = me.lags.get(name), percents.get(name, Decimal(0))
        yield {
            "class": Cell(me.title(name), raw=name),
            "percent": me.percent(lag.now if lag else by_tier),
            "follows": replace(me.percent(by_tier), raw=plain(lag.follows) if lag else ""),
            "since": me.day(since[name]) if name in since and not lag else "",
        }


def _leave_out(me: Reseller) -> None:
    """What does not concern this account is not on its page."""
    document = me.visit.document
    for name in () if me.takes_part else _OF_MEMBERS:
        documents.drop_field(document, name)
    if me.tier is None:
        documents.drop_field(document, "since")
        documents.drop_field(document, "discounts")
    if not me.lags:
        documents.drop_table_column(document, "discounts", "follows")
    if not (me.standing and me.standing.move):
        documents.drop_field(document, "moved")
    may_join = me.settings.joining and me.state in ("not_a_member", "left")
    may_leave = me.settings.joining and (me.takes_part or me.state == "uncounted")
    members = me.takes_part
    for button, wanted in (("hold", members), ("pay", members), ("join", may_join), ("leave", may_leave)):
        if not wanted:
            documents.drop_button(document, button)


# --- the next tier ---


def _targets(me: Reseller, outlook: Outlook) -> list[Tier]:
    """The tiers that payments of today reach, the next one first; not the one that is held still while nothing
    recalculates."""
    held = me.tier.threshold if me.tier else Decimal(0)
    return [tier for tier in me.forecast(outlook).tiers_above(me.today) if tier.threshold > held]


def _chosen(me: Reseller, targets: list[Tier]) -> Tier | None:
    """The next one of those that are not reached yet, or the one that was asked for; none while no payment changes the
    status."""
    wanted = me.visit.request.text("target")
    return next((tier for tier in targets if tier.name == wanted), targets[0] if targets else None)


def _target(me: Reseller, forecast: Forecast, target: Tier | None) -> Row:
    """What it takes to reach the next tier, or the one that was asked for."""
    document = me.visit.document
    if target is None:
        documents.drop_field(document, "target")
        documents.drop_field(document, "missing")
        documents.drop_button(document, "pay")
        return {}
    missing = forecast.missing(target, me.today)
    documents.say(document, "msg_pay", me.say("Add {amount}", "Внести {amount}", amount=me.money_said(missing)))
    return {
        "target": target.name,
        "threshold": me.money(target.threshold),
        "missing": me.money(missing),
    }


# --- what comes ---


def _coming(me: Reseller, facts: Facts) -> Row:
    """The next change, what keeps the tier, and what another table changes; a warning and its button only once it is
    time."""
    change, keep, table, document = facts.change, facts.keep, facts.by_table, me.visit.document
    if facts.is_falling and keep and keep.first_day <= me.today:
        documents.say(
            document,
            "msg_hold",
            me.say(
                "Add {amount} to keep the tier",
                "Внести {amount}, чтобы сохранить статус",
                amount=me.money_said(keep.amount),
            ),
        )
    else:
        documents.drop_button(document, "hold")
    for name, is_there in (("falls", facts.is_falling), ("table_change", table), ("change", change)):
        if not is_there:
            documents.drop_field(document, name)
    return {
        "falls": facts.warning(),
        **(_changed(me, change, keep) if change else {}),
        **(_by_table(me, table) if table else {}),
    }


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
        "As of {at}. Recalculation is paused; your discounts don't change meanwhile.",
        "Данные на {at}. Пересчёт временно не идёт, ваши скидки пока не меняются.",
        at=figures.moment(me.counted_at),
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
