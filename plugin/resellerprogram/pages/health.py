"""`resellerprogram.health` and the lists behind it: is the programme well, what waits, what was done by whom.

For employees; taking the programme off and putting discounts back for full administrators. No panel call but by a
process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from .. import __version__
from ..doctor import health
from ..host.logfile import last_errors
from ..programme.text import Text
from ..store.listing import MOST_ROWS
from ..store.notes import DOCTOR, PREVIEW
from ..store.queue import Queued
from ..store.runs import Run
from ..store.tasks import EXAMINE, PUT_BACK, WITHDRAW, Task
from ..words import figures
from ..words.proposal import TAKEN_OFF
from . import documents
from .documents import Cell, Row
from .preview import OUTCOMES, REFRESHES, is_under_way, under_way
from .visit import Visit

SHOWN_RUNS, SHOWN_ERRORS, SHOWN_ORDERS = 15, 15, 50
_NOTICE_COLORS = {"sent": "green", "refused": "red", "lost": "yellow"}
_FINDINGS = {
    "holds": (Text("holds", "верно"), "green"),
    "differs": (Text("differs", "иначе"), "red"),
    "could not tell": (Text("could not tell", "не удалось узнать"), "yellow"),
}
_RUN_OUTCOMES = {
    "done": (Text("done", "готово"), "green"),
    "partly": (Text("partly", "частично"), "yellow"),
    "stopped": (Text("stopped by the limit", "остановлен пределом"), "red"),
    "failed": (Text("failed", "не удался"), "red"),
    None: (Text("under way or cut short", "идёт или прерван"), "yellow"),
}
_STATES = {
    health.State.OK: (Text("well", "в порядке"), "green"),
    health.State.WARNING: (Text("look at it", "требует внимания"), "yellow"),
    health.State.CRITICAL: (Text("does not work", "не работает"), "red"),
}


def page(visit: Visit) -> etree._Element:
    """State and problems, runs, tasks, doctor's table, versions, the log's last errors."""
    found = health.health(visit.store, visit.now)
    if is_under_way(visit, *figures.TASKS):
        documents.refresh_every(visit.document, REFRESHES)
    return documents.form_page(
        visit.document,
        {
            "state": _STATES[found.state][0].say(visit.language),
            "problems": "\n".join(problem.say(visit.language) for problem in found.problems),
            "version": f"{__version__}, Python {sys.version.split()[0]}",
        },
        tables={
            "figures": _figures(visit, found),
            "runs": [_run(visit, each) for each in visit.store.runs.newest(SHOWN_RUNS)],
            "promo": _orders(visit),
            "tasks": [_task(visit, each) for each in visit.store.tasks.newest(5)],
            "doctor": _doctor(visit),
            "errors": [{"line": line} for line in last_errors(visit.root, SHOWN_ERRORS)],
        },
    )


def _figures(visit: Visit, found: health.Health) -> Iterator[Row]:
    good = found.last_good
    lines = (
        (Text("last good run", "последний успешный пересчёт"), visit.moment(good.finished_at if good else None)),
        (Text("members looked at", "просмотрено участников"), str(good.accounts) if good else ""),
        (Text("discounts of the programme", "скидок программы"), str(found.discounts)),
        (Text("discounts set aside", "отложено чужих скидок"), str(found.set_aside)),
        (
            Text("orders with a promotion beside a tier", "заказов с акцией или промокодом при статусе"),
            str(found.promo_orders),
        ),
        (Text("in the queue", "в очереди"), str(found.queued)),
        (Text("given up", "брошено"), str(found.given_up)),
    )
    for name, value in lines:
        yield {"what": name.say(visit.language), "value": value or figures.NOTHING}


def _run(visit: Visit, run: Run) -> Row:
    told, color = _RUN_OUTCOMES.get(run.outcome, _RUN_OUTCOMES[None])
    return {
        "started": visit.moment(run.started_at),
        "cause": visit.cause(run.cause, run.who),
        "outcome": Cell(told.say(visit.language), color),
        "accounts": str(run.accounts),
        "written": str(run.written),
        "error": run.error,
    }


def _orders(visit: Visit) -> Iterator[Row]:
    """Whether it was a code or a promotion of itself the expenses don't tell; where services outside the classes have
    promotions, those are among them."""
    newest = visit.store.promo_orders.newest(SHOWN_ORDERS)
    names = visit.store.standings.names(each.account for each in newest)
    for each in newest:
        yield {
            "day": f"{each.day:%Y-%m-%d}",
            "whom": f"{each.account} {names.get(each.account, '')}".strip(),
            "tier": each.tier,
            "service": each.what,
            "taken": figures.money(each.taken.amount, each.taken.currency),
        }


def _task(visit: Visit, task: Task) -> Row:
    outcome = OUTCOMES[task.outcome].say(visit.language) if task.outcome in OUTCOMES else under_way(visit, task)
    return {
        "asked": visit.moment(task.asked_at),
        "kind": figures.TASKS.get(task.kind, Text(task.kind, task.kind)).say(visit.language),
        "who": task.author.name,
        "outcome": outcome,
        "message": task.message.say(visit.language),
    }


def _doctor(visit: Visit) -> list[Row]:
    kept = visit.store.notes.read(DOCTOR)
    if not kept:
        return []
    at, index = visit.moment(datetime.fromisoformat(kept["at"])), 1 if visit.language == "ru" else 0
    rows: list[Row] = []
    for each in kept["checks"]:
        told, color = _FINDINGS[each["finding"]]
        color = "yellow" if color == "red" and not each["matters"] else color
        rows.append(
            {
                "about": each["about"][index],
                "finding": Cell(told.say(visit.language), color),
                "detail": each["detail"][index],
                "at": at,
            }
        )
    return rows


# --- what is done from here ---


def doctor(visit: Visit) -> etree._Element:
    """Let the panel be checked; for full administrators with a test client also what only a write can tell: that
    allows `promotions = everywhere`."""
    if not visit.request.submitted:
        if not visit.is_full:
            documents.drop_field(visit.document, "try_on")
        return documents.form_page(visit.document, {"try_on": ""})
    text = visit.request.text("try_on")
    if text:
        visit.check_may_write()
    arguments = {"try_on": visit.account(text, "try_on")} if text else {}
    if text:
        visit.office.record("doctor", text)
    visit.start_task(EXAMINE, **arguments)
    return documents.ok("func=resellerprogram.health", "form")


def backup(visit: Visit) -> etree._Element:
    """A copy of the database now."""
    if not visit.request.submitted:
        return documents.form_page(visit.document, {"folder": str(visit.store.folder / "backups")})
    path = visit.store.backup(visit.now)
    visit.office.record("backup", path.name)
    return documents.ok("func=resellerprogram.health", "form")


def take_off(visit: Visit) -> etree._Element:
    """Take the whole programme off, or only put back what was set aside; payments change nothing any more then."""
    if not visit.is_full:
        return documents.access_denied(visit.request.function, visit.language)
    request = visit.request
    choices = [
        (
            WITHDRAW,
            visit.say(
                "take off all discounts of the programme, put the others back",
                "снять все скидки программы и вернуть отложенные",
            ),
        ),
        (PUT_BACK, visit.say("only put back what was set aside", "только вернуть отложенные")),
    ]
    ours, others = visit.store.owned.count(), visit.store.set_aside.count()
    if not request.submitted:
        clients = len(visit.store.owned.accounts())
        touched = TAKEN_OFF(ours=ours, clients=clients, others=others).say(visit.language)
        values = {"seen": f"{ours}-{others}", "touched": touched, "what": "", "reason": "", "confirm": "off"}
        return documents.form_page(visit.document, values, {"what": choices})
    if request.text("what") not in (WITHDRAW, PUT_BACK):
        visit.refuse("choose what to do", "выберите, что сделать", "what")
    if not request.text("reason"):
        visit.refuse("say why", "укажите причину", "reason")
    if request.params.get("confirm") != "on":
        visit.refuse("confirm it", "подтвердите", "confirm")
    visit.check_may_write()
    if not _was_told(request.text("seen"), ours, others):
        visit.refuse(
            "there are more discounts now than this form has told; open it again",
            "скидок теперь больше, чем показала эта форма; откройте её заново",
            "confirm",
        )
    visit.office.settings.change({"automatic": "off"})
    visit.office.record(request.text("what"), "*", "", request.text("reason"))
    visit.start_task(request.text("what"))
    return documents.ok("func=resellerprogram.health", "form")


def _was_told(seen: str, *now: int) -> bool:
    """Whether a form has told of no less than there is now; who has lost a discount meanwhile loses none more."""
    told = seen.split("-")
    return len(told) == len(now) and all(text.isdecimal() and count <= int(text) for text, count in zip(told, now))


# --- the queue ---


def sixty(visit: Visit) -> etree._Element:
    """Sixty rows, in no menu: doctor asks for their second page (assumption `own_lists`)."""
    return documents.list_page(visit.document, ({"id": str(number)} for number in range(1, 61)))


def queue(visit: Visit) -> etree._Element:
    """What waits to be recalculated, and what was given up."""
    found = visit.store.queue.listed(MOST_ROWS)
    rest = visit.rest(
        len(found),
        visit.store.queue.count(),
        "These are first what was given up, then what fails. Settle these and the others follow; on the server all of "
        "it is listed by: resellerprogram queue list.",
        "Сначала брошенное, затем повторяемое. Разберите это, и появится остальное; на сервере всё покажет: "
        "resellerprogram queue list.",
    )
    documents.say_above(visit.document, "queue", rest)
    return documents.list_page(visit.document, (_queued(visit, each) for each in found))


def _queued(visit: Visit, each: Queued) -> Row:
    state = (
        Cell(visit.say("given up", "брошено"), "red", "dead")
        if each.dead
        else Cell(visit.say("tried again", "повторяется"), "yellow", "fails")
        if each.error
        else Cell(visit.say("waits", "ждёт"), "", "waits")
    )
    return {
        "id": str(each.id),
        "what": visit.say("client {id}", "клиент {id}", id=each.account)
        if each.account is not None
        else visit.say("payment {id}", "платёж {id}", id=each.payment),
        "cause": visit.cause(each.cause, each.who),
        "since": visit.moment(each.since),
        "attempts": str(each.attempts),
        "state": state,
        "error": each.error,
    }


def queue_retry(visit: Visit) -> etree._Element:
    """Let the selected ones be tried at once, also those that were given up."""
    visit.check_may_write()
    for row in visit.request.several("elid"):
        visit.store.queue.retry(visit.number(row, Text("row", "строка")))
    visit.office.record("queue retry", visit.request.elid)
    visit.wake_worker()
    return documents.ok()


def queue_drop(visit: Visit) -> etree._Element:
    """Forget the selected ones; the nightly run looks at everybody anyway."""
    for row in visit.request.several("elid"):
        visit.store.queue.drop(visit.number(row, Text("row", "строка")))
    visit.office.record("queue drop", visit.request.elid)
    return documents.ok()


# --- set aside, and who did what ---


def set_aside(visit: Visit) -> etree._Element:
    """Other personal discounts that rest while a tier holds, word for word."""
    found = visit.store.set_aside.newest(MOST_ROWS)
    names = visit.store.standings.names(each.account for each in found)
    rows = (
        {
            "id": str(each.id),
            "account": f"{each.account} {names.get(each.account, '')}".strip(),
            "name": each.shown.get("name", ""),
            "value": each.shown.get("value", ""),
            "covers": each.fields.get("pricelist_tree", ""),
            "since": visit.moment(each.set_aside_at),
        }
        for each in found
    )
    rest = visit.rest(
        len(found),
        visit.store.set_aside.count(),
        "These are the newest; on the server all of them are listed by: resellerprogram set-aside.",
        "Это самые новые; на сервере все покажет: resellerprogram set-aside.",
    )
    documents.say_above(visit.document, "setaside", rest)
    return documents.list_page(visit.document, rows)


def notices(visit: Visit) -> etree._Element:
    """What clients were told, the newest first, after what the last plan would tell them."""
    from ..words.letters import subject

    language, notices = visit.language, visit.store.notices
    planned = (visit.store.notes.read(PREVIEW) or {}).get("notices", [])
    rows = [
        {
            "id": f"planned{number}",
            "made": "",
            "account": f"{each['account']} {each['name']}".strip(),
            "subject": each["subject"][language == "ru"],
            "outcome": Cell(figures.NOTICE_OUTCOMES["planned"].say(language), "blue", "planned"),
        }
        for number, each in enumerate(planned)
    ]
    newest = notices.newest(max(0, MOST_ROWS - len(rows)))
    names = visit.store.standings.names(kept.notice.account for kept in newest)
    rows += [
        {
            "id": str(kept.id),
            "made": visit.moment(kept.made_at),
            "account": f"{kept.notice.account} {names.get(kept.notice.account, '')}".strip(),
            "subject": subject(kept.notice).say(language),
            "outcome": Cell(
                ": ".join(filter(None, (figures.NOTICE_OUTCOMES[kept.outcome].say(language), kept.error))),
                _NOTICE_COLORS.get(kept.outcome, ""),
                kept.outcome,
            ),
        }
        for kept in newest
    ]
    count = len(planned) + notices.count()
    rest = visit.rest(
        min(len(rows), MOST_ROWS),
        count,
        "These are the newest; on the server older ones are listed by: resellerprogram notices --count {count}.",
        "Это самые новые; на сервере прежние покажет: resellerprogram notices --count {count}.",
        count=count,
    )
    documents.say_above(visit.document, "notices", rest)
    return documents.list_page(visit.document, rows[:MOST_ROWS])


def changes(visit: Visit) -> etree._Element:
    """What administrators changed, the newest first."""
    found, count = visit.store.changes.newest(MOST_ROWS), visit.store.changes.count()
    rows = (
        {
            "id": str(each.id),
            "at": f"{each.at:%Y-%m-%d %H:%M:%S}",
            "who": each.author.name,
            "address": each.author.address,
            "what": figures.CHANGED.get(each.what, Text(each.what, each.what)).say(visit.language),
            "whom": each.whom,
            "before": figures.one_line(_without_lines_of(each.before, each.after)),
            "after": figures.one_line(_without_lines_of(each.after, each.before)),
        }
        for each in found
    )
    rest = visit.rest(
        len(found),
        count,
        "These are the newest; on the server older ones are listed by: resellerprogram changes --count {count}.",
        "Это самые новые; на сервере прежние покажет: resellerprogram changes --count {count}.",
        count=count,
    )
    documents.say_above(visit.document, "changes", rest)
    return documents.list_page(visit.document, rows)


def _without_lines_of(text: str, other: str) -> str:
    """Of a text of many lines, such as a table, what the other lacks: a list has room for no more."""
    if "\n" not in text or "\n" not in other:
        return text
    common = set(other.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in common)


def change(visit: Visit) -> etree._Element:
    """One change in full."""
    number = visit.number(visit.request.elid, Text("change", "изменение"))
    found = visit.store.changes.by_id(number)
    if found is None:
        visit.refuse("change {number} does not exist", "изменения {number} нет", number=number)
    return documents.form_page(
        visit.document,
        {
            "elid": str(found.id),
            "made": f"{found.at:%Y-%m-%d %H:%M:%S}, {found.author.name}, {found.author.address}",
            "whom": found.whom,
            "before": found.before,
            "after": found.after,
        },
    )
