"""`resellerprogram.health.takeoff`: the programme taken off, or what was set aside given back.

For full administrators; a worker does it.
"""

from __future__ import annotations

from lxml import etree

from ..programme.losses import Loss
from ..store.tasks import PUT_BACK, WITHDRAW
from ..words.losses import SAY_WHY, loss_text, understood
from . import documents
from .visit import Visit


def take_off(visit: Visit) -> etree._Element:
    """Take the whole programme off, or only put back what was set aside; payments change nothing any more then. How
    many lose what, whose and what comes back is told first."""
    if not visit.is_full:
        return documents.access_denied(visit.request.function, visit.language)
    request, losses = visit.request, visit.office.losses
    loss, put_back = losses.withdrawing(), losses.putting_back()
    if not request.submitted:
        whose = losses.whose(loss)
        what = request.text("what")
        values = {
            "seen": loss.mark,
            "touched": "\n".join(text.say(visit.language) for text in (loss_text(loss), whose) if text),
            "what": what,
            "reason": request.text("reason"),
            "confirm": "off",
        }
        if what in (WITHDRAW, PUT_BACK):
            meant = loss if what == WITHDRAW else put_back
            documents.say(visit.document, "confirm", understood(meant).say(visit.language))
        return documents.form_page(visit.document, values, {"what": _choices(visit, loss, put_back)})
    if request.text("what") not in (WITHDRAW, PUT_BACK):
        visit.refuse("Choose an action.", "Выберите действие.", "what")
    if not request.text("reason"):
        visit.refuse(SAY_WHY.en, SAY_WHY.ru, "reason")
    if request.params.get("confirm") != "on":
        visit.refuse("Tick that you understand.", "Отметьте, что понимаете последствия.", "confirm")
    visit.check_may_write()
    if not loss.was_told(request.text("seen")):
        visit.refuse(
            "there are more discounts now than this form has told; open it again",
            "скидок теперь больше, чем показала эта форма; откройте её заново",
            "confirm",
        )
    visit.office.settings.change({"automatic": "off"})
    visit.office.record(request.text("what"), "*", "", request.text("reason"))
    visit.start_task(request.text("what"))
    return documents.ok("func=resellerprogram.health", "form")


def _choices(visit: Visit, loss: Loss, put_back: Loss) -> list[tuple[str, str]]:
    return [
        (
            WITHDRAW,
            visit.say(
                "remove all program discounts ({ours}) and restore the suspended ones ({others})",
                "отменить все скидки программы ({ours}) и восстановить приостановленные ({others})",
                ours=loss.drops,
                others=loss.put_back,
            ),
        ),
        (
            PUT_BACK,
            visit.say(
                "only restore the suspended ones ({others}); program discounts stay",
                "только восстановить приостановленные ({others}); скидки программы останутся",
                others=put_back.put_back,
            ),
        ),
    ]
