"""A form that takes discounts from somebody tells from whom, and asks for a reason and a yes: in its fields `told`,
`loss`, `confirm` and one for the reason, which are left out where nobody loses."""

from __future__ import annotations

from ..programme.losses import Loss
from ..words import losses as words
from . import documents
from .documents import Row
from .visit import Visit

_FIELDS = ("told", "loss", "confirm")


def ask(visit: Visit, loss: Loss, of: str, reason: str = "reason") -> Row:
    """The values of these fields; `of` is what the loss comes from, as the form has it now, `reason` the field of that
    name."""
    if not loss:
        for name in (*_FIELDS, reason):
            documents.drop_field(visit.document, name)
        return {}
    documents.say(visit.document, "confirm", words.understood(loss).say(visit.language))
    return {
        "told": f"{of} {loss.mark}",
        "loss": _told(visit, loss),
        reason: visit.request.text(reason),
        "confirm": "off",
    }


def check_agreed(visit: Visit, loss: Loss, of: str, reason: str = "reason") -> None:
    """Raises BadInput where what was sent is no yes to that; without a `reason` field where the form has one anyway."""
    told = _told(visit, loss)
    if visit.request.params.get("confirm") != "on":
        visit.refuse(
            "{told} If that is meant, confirm it.", "{told} Если так и задумано, подтвердите.", "confirm", told=told
        )
    shown, _, mark = visit.request.text("told").partition(" ")
    if shown != of or not loss.was_told(mark):
        visit.refuse(
            "This is not what the form has told. {told} Look, and confirm again.",
            "Форма показала другое. {told} Посмотрите и подтвердите снова.",
            "confirm",
            told=told,
        )
    if reason and not visit.line(reason):
        visit.refuse(words.SAY_WHY.en, words.SAY_WHY.ru, reason)


def _told(visit: Visit, loss: Loss) -> str:
    losses = visit.office.losses
    texts = (
        words.loss_text(loss),
        losses.whose(loss),
        words.stopped_by_limit(loss, losses.limit()),
    )
    return "\n".join(text.say(visit.language) for text in texts if text)
