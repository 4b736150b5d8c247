"""`resellerprogram.health`: is the programme well, what was run and checked; doctor and backup from here.

For employees. No panel call: a worker makes those.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from .. import __version__
from ..doctor import health
from ..host.logfile import last_errors
from ..programme import figures
from ..programme.deeds import BACKUP, TRY_ON
from ..programme.health import gravest
from ..programme.outcomes import DONE, FAILED, PARTLY, STOPPED, Finding
from ..programme.text import Text
from ..store.notes import DOCTOR
from ..store.runs import Run
from ..store.tasks import EXAMINE, Task
from ..words import health as words
from ..words import labels
from ..words.people import called
from . import documents
from .documents import Cell, Row
from .preview import REFRESHES, is_under_way, under_way
from .visit import Visit

SHOWN_RUNS, SHOWN_ERRORS, SHOWN_ORDERS = 15, 15, 50
_FINDING_COLORS = {Finding.HOLDS: "green", Finding.DIFFERS: "red", Finding.UNKNOWN: "yellow"}
_BUTTONS = {name: f"resellerprogram.{name}" for name in ("preview", "queue", "settings", "setaside")}
"""Where the sentence on top sends one; check and backup have their buttons always."""
_RUN_COLORS = {DONE: "green", PARTLY: "yellow", STOPPED: "red", FAILED: "red", None: "yellow"}


def page(visit: Visit) -> etree._Element:
    """State and problems, runs, tasks, doctor's table, versions, the log's last errors."""
    found = health.health(visit.store, visit.now)
    good = found.last_good
    told = words.sentence_of(gravest(list(found.found)), good.accounts if good else 0, found.discounts)
    for button, function in _BUTTONS.items():
        if function != told.button:
            documents.drop_button(visit.document, button)
    if is_under_way(visit, *labels.TASKS):
        documents.refresh_every(visit.document, REFRESHES)
    return documents.form_page(
        visit.document,
        {
            "state": Cell(told.says.say(visit.language), words.COLORS[found.state], found.state.name.lower()),
            "follows": told.follows.say(visit.language),
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
        (
            Text("last successful recalculation", "последний успешный пересчёт"),
            visit.moment(good.finished_at if good else None),
        ),
        (Text("members looked at", "просмотрено участников"), str(good.accounts) if good else ""),
        (Text("discounts of the program", "скидок программы"), str(found.discounts)),
        (Text("discounts suspended", "приостановлено скидок"), str(found.set_aside)),
        (
            Text("orders with a promotion beside a tier", "заказов с промоакцией или промокодом при статусе"),
            str(found.promo_orders),
        ),
        (Text("in the queue", "в очереди"), str(found.queued)),
        (Text("retries stopped", "попытки прекращены"), str(found.given_up)),
    )
    for name, value in lines:
        yield {"what": name.say(visit.language), "value": value or figures.NOTHING}


def _run(visit: Visit, run: Run) -> Row:
    return {
        "started": visit.moment(run.started_at),
        "cause": visit.cause(run.cause, run.who),
        "outcome": Cell(labels.of(labels.RUN_OUTCOMES, run.outcome, visit.language), _RUN_COLORS.get(run.outcome, "")),
        "accounts": str(run.accounts),
        "written": str(run.written),
        "error": run.error.say(visit.language),
    }


def _orders(visit: Visit) -> Iterator[Row]:
    """Whether it was a code or a promotion of itself the expenses don't tell; where services outside the classes have
    promotions, those are among them."""
    newest = visit.store.promo_orders.newest(SHOWN_ORDERS)
    names = visit.store.standings.names(each.account for each in newest)
    for each in newest:
        yield {
            "day": each.day.isoformat(),
            "whom": called(each.account, names),
            "tier": each.tier,
            "service": each.what,
            "taken": figures.listed_money(each.taken.amount, each.taken.currency),
        }


def _task(visit: Visit, task: Task) -> Row:
    ended = labels.of(labels.TASK_OUTCOMES, task.outcome, visit.language)
    return {
        "asked": visit.moment(task.asked_at),
        "kind": labels.of(labels.TASKS, task.kind, visit.language),
        "who": task.author.name,
        "outcome": ended or under_way(visit, task),
        "message": task.message.say(visit.language),
    }


def _doctor(visit: Visit) -> list[Row]:
    kept = visit.store.notes.read(DOCTOR)
    if not kept:
        return []
    at, index = visit.moment(datetime.fromisoformat(kept["at"])), 1 if visit.language == "ru" else 0
    rows: list[Row] = []
    for each in kept["checks"]:
        finding = Finding(each["finding"])
        color = "yellow" if finding is Finding.DIFFERS and not each["matters"] else _FINDING_COLORS[finding]
        rows.append(
            {
                "about": each["about"][index],
                "finding": Cell(labels.FINDINGS[finding].say(visit.language), color),
                "detail": each["detail"][index],
                "at": at,
            }
        )
    return rows


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
        visit.office.record(TRY_ON, text)
    visit.start_task(EXAMINE, **arguments)
    return documents.ok("func=resellerprogram.health", "form")


def backup(visit: Visit) -> etree._Element:
    """A copy of the database now."""
    if not visit.request.submitted:
        return documents.form_page(visit.document, {"folder": str(visit.store.folder / "backups")})
    path = visit.store.backup(visit.now)
    visit.office.record(BACKUP, path.name)
    return documents.ok("func=resellerprogram.health", "form")


def sixty(visit: Visit) -> etree._Element:
    """Sixty rows, in no menu: doctor asks for their second page (assumption `own_lists`)."""
    return documents.list_page(visit.document, ({"id": str(number)} for number in range(1, 61)))
