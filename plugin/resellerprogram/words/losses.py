"""What a step takes from many, in words: how many, whose, what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..programme.changes import PlainChange
from ..programme.losses import Loss
from ..programme.text import LANGUAGES, Text, joined, same
from ..programme.verdict import ClassOfType
from .change import folded
from .lines import Titles
from .people import called, first_names
from .tables import clients

SAY_WHY = Text("Enter a reason; it goes into the change log.", "Укажите причину: она сохранится в журнале.")
"""Nobody takes something from many without a reason on record."""


def loss_text(loss: Loss) -> Text:
    """'132 clients lose their program discounts (396); suspended discounts that are restored: 8.'"""
    parts = [_lost(loss), _restored(loss)]
    said = [each for each in parts if each]
    if not said:
        return Text("Nobody's discounts end or get smaller.", "Ничьи скидки не отменятся и не снизятся.")
    return same("{all}.")(all=joined("; ", said))


def whose_text(loss: Loss, names: Mapping[int, str]) -> Text | None:
    """'Clients: 27 Ромашка, 28 Atlas and 122 more.'"""
    if not loss:
        return None
    return Text("Clients: {names}.", "Клиенты: {names}.")(names=first_names(loss.clients, names))


def what_text(
    loss: Loss, names: Mapping[int, str], changes: Iterable[PlainChange], class_of: ClassOfType, titles: Titles
) -> Text:
    """Of one client alone: 'Client 27 Ромашка: VPS 19 % → none; SSL certificates 3 % → none.'; the `changes` are those
    of the loss, named."""
    (account,), changes = loss.clients, list(changes)
    what = Text(*(folded(changes, class_of, titles, language) for language in LANGUAGES))
    return Text("Client {whom}: {what}.", "Клиент {whom}: {what}.")(whom=called(account, names), what=what)


def understood(loss: Loss) -> Text:
    """What one ticks."""
    said = loss_text(loss)
    return Text(
        f"I understand: {said.en[:1].lower()}{said.en[1:].rstrip('.')}",
        f"Понимаю: {said.ru[:1].lower()}{said.ru[1:].rstrip('.')}",
    )


def stopped_by_limit(loss: Loss, limit: int) -> Text | None:
    """That the limit on drops will hold it up; None where it won't."""
    if loss.drops <= limit:
        return None
    return Text(
        "The drop limit is {limit}: the recalculation leaves these discounts as they are until somebody lets the limit "
        "be exceeded once (page Preview).",
        "Лимит снижений — {limit}: пересчёт оставит эти скидки как есть, пока лимит не разрешат превысить один раз "
        "(страница «Что изменится»).",
    )(limit=limit)


def _lost(loss: Loss) -> Text | None:
    if not loss:
        return None
    whom = clients(len(loss.clients))
    one = len(loss.clients) == 1
    if not loss.ended:
        return Text(
            f"Program discounts get smaller for {whom.en} ({loss.lowered})",
            f"Скидки программы снизятся у {whom.ru} (скидок: {loss.lowered})",
        )
    if not loss.lowered:
        lose = "loses its" if one else "lose their"
        return Text(
            f"{whom.en} {lose} program discounts ({loss.ended})",
            f"Скидки программы отменятся у {whom.ru} (скидок: {loss.ended})",
        )
    return Text(
        f"Program discounts end or get smaller for {whom.en} (end: {loss.ended}, smaller: {loss.lowered})",
        f"Скидки программы отменятся или снизятся у {whom.ru} (отменится: {loss.ended}, снизится: {loss.lowered})",
    )


def _restored(loss: Loss) -> Text | None:
    if not loss.put_back:
        return None
    return Text(
        "suspended discounts that are restored: {count}" if loss else "Suspended discounts that are restored: {count}",
        "восстановится приостановленных скидок: {count}" if loss else "Восстановится приостановленных скидок: {count}",
    )(count=loss.put_back)
