"""`resellerprogram.health.takeoff`: the programme taken off, or what was set aside given back.

For full administrators; a worker does it.
"""

from __future__ import annotations

from lxml import etree

from ..store.tasks import PUT_BACK, WITHDRAW
from ..words.proposal import TAKEN_OFF
from . import documents
from .visit import Visit


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
