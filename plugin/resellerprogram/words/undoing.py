"""Undoing a run in words: what it takes and gives, whom it leaves, and what follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..programme.changes import PlainChange
from ..programme.ids import AccountId
from ..programme.text import Text
from ..programme.verdict import ClassOfType, Verdict
from .change import called
from .lines import Titles
from .people import first_names
from .tables import clients
from .verdict import verdict_text

STANDS_STILL = Text(
    "The program stops: payments and nights change no discount until you start it again. It would then set discounts "
    "by tier once more, so put right first what was wrong.",
    "Программа остановится: платежи и ночной пересчёт не изменят скидки, пока вы не запустите её снова. После запуска "
    "она опять установит скидки по статусу, поэтому сначала исправьте то, что было неверно.",
)
NOTHING_LEFT = Text(
    "Nothing to undo: all discounts that this recalculation changed are as before it, or have changed since.",
    "Отменять нечего: все скидки, которые менял этот пересчёт, уже прежние или изменились после него.",
)
_SINCE = Text(
    "the discount for {what} has changed since the recalculation", "скидка на {what} изменилась после пересчёта"
)
_OTHER_SINCE = Text(
    "the discount “{name}” has changed since the recalculation", "скидка «{name}» изменилась после пересчёта"
)
_LEFT = Text(
    "Left as they are, because they have changed since: {names}.",
    "Останутся как есть, потому что изменились после пересчёта: {names}.",
)


def changed_since(change: PlainChange, class_of: ClassOfType, titles: Titles) -> Text:
    """Why a client's discounts are left as they are: by the discount that is not as the recalculation left it."""
    if change.is_of_others:
        return _OTHER_SINCE(name=change.what)
    return _SINCE(what=called(change.what, class_of, titles))


def undo_text(verdict: Verdict) -> Text:
    """'By undoing: rise 12 · end 3 · put back 2', or that there is nothing to undo."""
    if not verdict:
        return NOTHING_LEFT
    return Text("Undoing it: {verdict}.", "Отмена пересчёта: {verdict}.")(verdict=verdict_text(verdict))


def left_text(left: Collection[AccountId], names: Mapping[int, str]) -> Text | None:
    """Whom it leaves as they are; None where that is nobody."""
    return _LEFT(names=first_names(left, names)) if left else None


def understood(count: int) -> Text:
    """What one ticks: of how many clients."""
    whom = clients(count)
    return Text(
        f"I understand: the discounts of {whom.en} go back to what they were before, and the program stops",
        f"Понимаю: у {whom.ru} скидки станут прежними, программа остановится",
    )
