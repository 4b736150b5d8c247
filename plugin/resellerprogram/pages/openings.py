"""`resellerprogram.openings`: turnover that clients bring along: of all or of one, given, ended, as a list.

The list is for employees; what gives discounts or takes them is for full administrators. No panel call, but for the
name of a client whom no run has seen yet, and for what ending takes from whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from lxml import etree

from ..office.openings import Understood
from ..programme.errors import BadInput, MemberError
from ..programme.openings import Opening, State, Wanted, amount_of, day_of, reason_of
from ..programme.text import Text
from ..store.listing import MOST_ROWS
from ..words import openings as words
from ..words.labels import OPENINGS
from ..words.losses import SAY_WHY, loss_text, understood
from ..words.people import called
from ..words.tables import effects_text
from . import documents
from .documents import Cell, Row
from .visit import Visit

_COLORS = {State.COUNTS: "green", State.OVER: "", State.ENDED: ""}
_TYPED = ("account", "amount", "until", "day", "reason")
_NUMBER = Text("opening turnover", "перенесённый оборот")


def openings(visit: Visit) -> etree._Element:
    """What clients have brought along, what was given last first; of one client where it is opened from theirs."""
    account = visit.account(visit.request.elid) if visit.request.elid else None
    listed = visit.office.openings.listed(account)
    shown = listed[:MOST_ROWS]
    names = visit.store.standings.names(each.account for each in shown)
    rest = visit.rest(
        len(shown),
        len(listed),
        "These are the newest; on the server all of them are listed by: resellerprogram opening list.",
        "Это самые новые; на сервере все покажет: resellerprogram opening list.",
    )
    documents.say_above(visit.document, "openings", rest)
    return documents.list_page(visit.document, (_row(visit, each, names) for each in shown), visit.request.elid)


def _row(visit: Visit, opening: Opening, names: Mapping[int, str]) -> Row:
    months = visit.office.openings.months
    state = opening.state(visit.today, months)
    return {
        "id": str(opening.number),
        "account": called(opening.account, names),
        "amount": visit.money(opening.amount.amount, opening.amount.currency),
        "day": opening.day.isoformat(),
        "until": opening.until(months).isoformat(),
        "state": Cell(OPENINGS[state].say(visit.language), _COLORS[state], state.value),
        "given": opening.given_on.isoformat(),
        "reason": opening.reason,
        "counts": "on" if state is State.COUNTS else "off",
    }


def add(visit: Visit) -> etree._Element:
    """Give a client opening turnover; while it is typed, what comes of it is told."""
    request = visit.request
    if not visit.is_full:
        return documents.access_denied(request.function, visit.language)
    if request.submitted:
        visit.office.openings.give([_wanted(visit)])
        visit.wake_worker()
        return documents.ok()
    typed = {name: request.text(name) for name in _TYPED}
    values = {**typed, "account": typed["account"] or request.parent, "told": ""}
    if request.params.get("sv_field"):
        try:
            wanted = _wanted(visit)
            values["told"] = "\n".join(_told(visit, [wanted], [_until(visit)]))
        except (BadInput, MemberError) as error:
            values["told"] = error.text.say(visit.language)
    return documents.form_page(visit.document, values)


def _wanted(visit: Visit) -> Wanted:
    """What was typed. Raises BadInput, MemberError."""
    request, desk = visit.request, visit.office.openings
    account = visit.account(request.text("account"), "account")
    desk.check(account)
    return Wanted(
        account,
        amount_of(request.text("amount")),
        day_of(request.text("until"), request.text("day"), visit.today, desk.months),
        reason_of(request.text("reason")),
    )


def _until(visit: Visit) -> date | None:
    return visit.day("until") if visit.request.text("until") else None


def _told(visit: Visit, wanted: Sequence[Wanted], asked: Sequence[date | None]) -> Iterator[str]:
    """What is about to be given, and whose discounts rise by it."""
    desk = visit.office.openings
    names = desk.names(each.account for each in wanted)
    for text in words.told_all(wanted, asked, names, desk.currency, desk.months):
        yield text.say(visit.language)
    effects, unknown = desk.effects(wanted, 0)
    yield effects_text(effects).say(visit.language)
    if unknown:
        yield words.NOT_CALCULATED(count=unknown).say(visit.language)


def end(visit: Visit) -> etree._Element:
    """Let one count no more: whose it is and what falls is told, a reason and a yes asked for."""
    request, desk = visit.request, visit.office.openings
    if not visit.is_full:
        return documents.access_denied(request.function, visit.language)
    opening = desk.of(visit.number(request.elid, _NUMBER))
    loss = desk.loss(opening)
    if not request.submitted:
        documents.say(visit.document, "confirm", understood(loss).say(visit.language))
        name = visit.office.name_of(opening.account)
        texts = (
            words.told(opening.as_wanted, name, opening.amount.currency, desk.months),
            effects_text(desk.fall(opening)),
            loss_text(loss),
        )
        values = {
            "elid": request.elid,
            "seen": loss.mark,
            "told": "\n".join(each.say(visit.language) for each in texts),
            "reason": request.text("reason"),
            "confirm": "off",
        }
        return documents.form_page(visit.document, values)
    if not request.text("reason"):
        visit.refuse(SAY_WHY.en, SAY_WHY.ru, "reason")
    if request.params.get("confirm") != "on":
        visit.refuse("{loss} Confirm it.", "{loss} Подтвердите это.", "confirm", loss=loss_text(loss))
    if not loss.was_told(request.text("seen")):
        visit.refuse(
            "more would be lost now than this form has told; open it again",
            "теперь отменилось бы больше, чем показала эта форма; откройте её заново",
            "confirm",
        )
    desk.end(opening, visit.line("reason"))
    visit.wake_worker()
    return documents.ok()


# --- a list of it ---


def take_in(visit: Visit) -> etree._Element:
    """A whole list, shown as it was understood; taken whole or not at all, and after a yes."""
    request = visit.request
    if not visit.is_full:
        return documents.access_denied(request.function, visit.language)
    text = request.params.get("csv", "")
    if request.submitted:
        return _take(visit, visit.office.openings.understood(text))
    values = {"csv": text, "seen": "", "told": "", "confirm": "off"}
    if request.params.get("sv_field"):
        try:
            found = visit.office.openings.understood(text)
            values.update(seen=found.mark, told="\n".join(_read(visit, found)))
            values["confirm"] = request.text("confirm") or "off"
        except BadInput as error:
            values["told"] = error.text.say(visit.language)
    return documents.form_page(visit.document, values)


def _take(visit: Visit, found: Understood) -> etree._Element:
    """Raises BadInput where something of it can't be, or it is not what the form has told."""
    if found.bad:
        told = "\n".join(_read(visit, found))
        visit.refuse("{told}", "{told}", "csv", told=told)
    if not found.wanted:
        visit.refuse(words.NOTHING_NEW.en, words.NOTHING_NEW.ru, "csv")
    if visit.request.params.get("confirm") != "on":
        visit.refuse("Tick that you understand.", "Отметьте, что понимаете последствия.", "confirm")
    if visit.request.text("seen") != found.mark:
        visit.refuse(
            "This is not what the form has told. Take the confirmation away, look, and confirm again.",
            "Форма показала другое. Снимите подтверждение, посмотрите и подтвердите снова.",
            "confirm",
        )
    visit.office.openings.give(found.wanted)
    visit.wake_worker()
    return documents.ok("func=resellerprogram.openings")


def _read(visit: Visit, found: Understood) -> Iterator[str]:
    """How a list was read, and what taking it gives."""
    for each in words.understood(len(found.wanted), found.there, found.bad, found.left):
        yield each.say(visit.language)
    if found.wanted and not found.bad:
        yield from _told(visit, found.wanted, found.asked)
