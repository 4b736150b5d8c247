"""`resellerprogram.undo`: runs that changed discounts, and a way back from each.

The list is for employees, undoing for full administrators; a worker does it. No panel call.
"""

from __future__ import annotations

from lxml import etree

from ..programme.text import Text
from ..store.runs import Run
from ..store.tasks import UNDO
from ..words import undoing as words
from ..words.losses import SAY_WHY
from . import documents
from .documents import Row
from .visit import Visit

SHOWN = 200


def runs(visit: Visit) -> etree._Element:
    """Runs that changed discounts, the newest first."""
    return documents.list_page(visit.document, (_row(visit, run) for run in visit.office.undoing.runs(SHOWN)))


def _row(visit: Visit, run: Run) -> Row:
    return {
        "id": str(run.id),
        "started": visit.moment(run.started_at),
        "cause": visit.cause(run.cause, run.who),
        "accounts": str(run.accounts),
        "written": str(run.written),
    }


def undo_run(visit: Visit) -> etree._Element:
    """Take back what a run changed: how many clients' discounts go which way and whom it leaves is told first."""
    if not visit.is_full:
        return documents.access_denied(visit.request.function, visit.language)
    request, undoing = visit.request, visit.office.undoing
    number = visit.number(request.elid, Text("recalculation", "пересчёт"))
    found = undoing.of(number)
    verdict = undoing.verdict(found)
    if not request.submitted:
        left = words.left_text(found.left, undoing.names(found.left))
        told = (words.undo_text(verdict), left, words.STANDS_STILL if found.changes else None)
        documents.say(visit.document, "confirm", words.understood(len(found.changes)).say(visit.language))
        if not found.changes:
            for field in ("reason", "confirm"):
                documents.drop_field(visit.document, field)
        values = {
            "elid": str(number),
            "seen": found.mark,
            "touched": "\n".join(text.say(visit.language) for text in told if text),
            "reason": request.text("reason"),
            "confirm": "off",
        }
        return documents.form_page(visit.document, values)
    visit.check_may_write()
    visit.check_started()
    if not found.changes:
        visit.refuse(words.NOTHING_LEFT.en, words.NOTHING_LEFT.ru)
    if not request.text("reason"):
        visit.refuse(SAY_WHY.en, SAY_WHY.ru, "reason")
    if request.params.get("confirm") != "on":
        visit.refuse("Tick that you understand.", "Отметьте, что понимаете последствия.", "confirm")
    if request.text("seen") != found.mark:
        visit.refuse(
            "other discounts are to be taken back now than this form has told; open it again",
            "вернуть теперь нужно другие скидки, чем показала эта форма; откройте её заново",
            "confirm",
        )
    undoing.begin(number, visit.line("reason"))
    visit.start_task(UNDO, run=number)
    return documents.ok("func=resellerprogram.health", "form")
