"""`resellerprogram.my.join`, `.leave` and `.notices`: what a client decides. For clients.

What somebody would have as a member takes several panel calls: a process of its own finds it, the page waits for that.
Whose session it is, the panel is asked each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lxml import etree

from ...office import Office
from ...programme import figures
from ...programme.fingerprints import of_words
from ...programme.notices import Kind
from ...programme.outcomes import DONE
from ...programme.text import Text
from ...store.changes import Author
from ...store.prospects import Prospect
from ...store.tasks import PROSPECT
from .. import documents
from ..documents import Row
from ..visit import Visit
from .reseller import Reseller

FRESH = timedelta(minutes=10)
"""What was found so long ago is found again."""
REFRESHES = 2
_OTHER_TERMS = (
    "What you would get or what would be suspended is not what this form showed: open it again and read it.",
    "Условия изменились, пока форма была открыта. Откройте её заново и прочтите.",
)
_PAGE = "func=resellerprogram.my"
_JOIN = Text("Tick “I agree”.", "Отметьте «Принимаю условия».")
_LEAVE = Text("Tick that you understand.", "Отметьте, что понимаете последствия.")


def join(visit: Visit) -> etree._Element:
    """What the client would get today, what would rest, and their consent to just that (spec, section 3)."""
    me = Reseller(visit, asked=True)
    _check_allowed(me)
    if me.state not in ("not_a_member", "left"):
        if me.takes_part:
            visit.refuse("You are already in the program.", "Вы уже участвуете.")
        visit.refuse("You can't join now. Questions: contact support.", "Вступить нельзя. Вопросы — в поддержку.")
    prospect = visit.store.prospects.of(me.account)
    if prospect is None or visit.now - prospect.seen_at > FRESH:
        if visit.request.submitted:
            visit.refuse("Wait until your payments are counted.", "Дождитесь, пока мы посчитаем ваши платежи.")
        return _counting(me)
    terms = _terms(me, prospect)
    agreed = "\n".join([terms, *_resting(me, prospect)])
    seen = of_words([agreed, *("\t".join(other) for other in prospect.others)])
    if visit.request.submitted:
        if visit.request.text("seen") != seen:
            visit.refuse(*_OTHER_TERMS)
        _check_consent(me, _JOIN)
        _office(me).members.join(me.account, agreed)
        visit.wake_worker()
        return documents.ok(_PAGE, "form")
    if prospect.tier is None:
        documents.drop_field(visit.document, "tier")
    if not prospect.others:
        documents.drop_field(visit.document, "others")
    return documents.form_page(
        visit.document,
        {
            "words": terms,
            "seen": seen,
            "turnover": me.money(prospect.turnover),
            "tier": documents.Cell(me.name(prospect.tier), raw=prospect.tier.name if prospect.tier else ""),
            "agree": "off",
        },
        tables={"others": [me.other(name, value, tree) for name, value, tree in prospect.others]},
    )


def leave(visit: Visit) -> etree._Element:
    """What ends, what comes back, and the client's word."""
    me = Reseller(visit, asked=True)
    _check_allowed(me)
    if not me.takes_part and me.state != "uncounted":
        visit.refuse("You are not in the program.", "Вы не участвуете.")
    others = visit.store.set_aside.of(me.account)
    if visit.request.submitted:
        _check_consent(me, _LEAVE)
        _office(me).members.leave(me.account)
        visit.wake_worker()
        return documents.ok(_PAGE, "form")
    if not others:
        documents.drop_field(visit.document, "others")
    rows = [me.other(each.shown.get("name", ""), each.shown.get("value", ""), each.tree) for each in others]
    return documents.form_page(
        visit.document, {"words": _loss(me, bool(others)), "agree": "off"}, tables={"others": rows}
    )


def notices(visit: Visit) -> etree._Element:
    """Of what the client wants to be told; what the administrator has switched off is not offered."""
    me = Reseller(visit, asked=True)
    offered = [kind for kind in Kind if kind.value in me.settings.client_notices]
    for kind in Kind:
        if kind not in offered:
            documents.drop_field(visit.document, kind.value)
    unwanted = visit.store.notices.unwanted(me.account)
    if visit.request.submitted:
        sent = {kind: visit.request.text(kind.value) for kind in offered}
        refused = {kind for kind, wanted in sent.items() if wanted and wanted != "on"}
        unsaid = {kind for kind in unwanted if not sent.get(kind)}
        visit.store.notices.want(me.account, refused | unsaid)
        return documents.ok(_PAGE, "form")
    values: Row = {kind.value: "off" if kind in unwanted else "on" for kind in offered}
    shown: Row = {**values, "warn_days": str(me.settings.warn_days), "words": _noticed(me)}
    return documents.form_page(visit.document, shown)


def _noticed(me: Reseller) -> str:
    if not me.settings.client_notices:
        return me.say("The provider sends no notifications.", "Провайдер не присылает уведомлений.")
    return me.say(
        "Notifications come in the panel. We warn you {days} before a drop, with the amount that keeps your tier.",
        "Уведомления приходят в личный кабинет. О снижении предупредим за {days} и назовём "
        "сумму, которая сохранит статус.",
        days=figures.days(me.settings.warn_days).say(me.language),
    )


def _loss(me: Reseller, others: bool) -> str:
    """What leaving means."""
    parts = []
    if me.tier:
        parts.append(
            me.say(
                "Your discounts of the program end at once: {percents}.",
                "Скидки программы отменятся сразу: {percents}.",
                percents=me.percents(me.tier),
            )
        )
    if me.tier and me.settings.exclusive.promo_codes_refused:
        parts.append(me.say("Promo codes work again.", "Промокоды снова будут действовать."))
    if others:
        parts.append(me.say("Suspended discounts come back.", "Приостановленные скидки вернутся."))
    parts.append(
        me.say(
            "You may join again at any time; your payments of the period then count as before.",
            "Вступить снова можно в любой момент, платежи за период тогда учтутся как прежде.",
        )
    )
    return "\n".join(parts)


def _check_allowed(me: Reseller) -> None:
    if not me.settings.joining:
        me.visit.refuse(
            "Your provider decides who joins: contact support.",
            "Участников определяет провайдер: чтобы вступить, обратитесь в поддержку.",
        )


def _check_consent(me: Reseller, asked: Text) -> None:
    if me.visit.request.text("agree") != "on":
        me.visit.refuse(asked.en, asked.ru, "agree")


def _counting(me: Reseller) -> etree._Element:
    """Somebody is counting, or could not; what could not be counted is tried again after a while."""
    visit, about = me.visit, {"account": me.account}
    for name in ("seen", "turnover", "tier", "others", "agree"):
        documents.drop_field(visit.document, name)
    documents.send_nothing(visit.document)
    task = visit.store.tasks.last_about(PROSPECT, about)
    if task and task.outcome not in (None, DONE) and visit.now - task.asked_at < FRESH:
        words = me.say(
            "Your payments can't be counted at the moment. Try again later.",
            "Сейчас ваши платежи не удаётся посчитать. Попробуйте позже.",
        )
        return documents.form_page(visit.document, {"words": words, "waiting": "off"})
    if task is None or task.outcome is not None:
        visit.start_task(PROSPECT, **about)
    documents.refresh_every(visit.document, REFRESHES)
    words = me.say("Your payments are being counted…", "Считаем ваши платежи…")
    return documents.form_page(visit.document, {"words": words, "waiting": "on"})


def _terms(me: Reseller, prospect: Prospect) -> str:
    """What is agreed to, in the client's words."""
    parts = [
        me.say(
            "Today you would get: {tier} ({percents}).",
            "Сегодня вы получите: {tier} ({percents}).",
            tier=prospect.tier.name,
            percents=me.percents(prospect.tier),
        )
        if prospect.tier
        else me.say(
            "Today you would have no tier yet: your turnover in the period is below the first one.",
            "Сегодня статуса ещё не будет: оборот за период меньше порога первого статуса.",
        )
    ]
    if me.settings.exclusive.promo_codes_refused:
        parts.append(
            me.say(
                "While you have a tier, promo codes can't be used.",
                "Пока у вас есть статус, промокоды не применяются.",
            )
        )
    if me.settings.exclusive.others_set_aside:
        parts.append(
            me.say(
                "Your other personal discounts are suspended meanwhile and come back unchanged.",
                "Другие ваши персональные скидки на это время приостанавливаются и вернутся без изменений.",
            )
        )
    return "\n".join(parts)


def _resting(me: Reseller, prospect: Prospect) -> Iterator[str]:
    """What the table shows of the discounts that will rest, for the record of what was agreed to."""
    for name, value, tree in prospect.others:
        covers = f"({me.covers(tree)})" if tree else ""
        yield " ".join(filter(None, ("—", name, value, covers)))


def _office(me: Reseller) -> Office:
    """The client's own hand, told by login."""
    visit = me.visit
    user = visit.request.user
    author = Author(visit.store.users.name_of(user) or user, visit.request.address)
    return Office(visit.root, visit.store, author, lambda: visit.now, visit.request.level)
