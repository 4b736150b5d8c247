"""`resellerprogram.status`: is the programme well? For employees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from lxml import etree

from .. import health, wording
from ..programme.text import Text
from ..store import Store
from . import documents
from .request import Request


def page(request: Request, document: etree._Element, root: Path, now: datetime) -> etree._Element:
    """A list of what `resellerprogram status` says."""
    with Store(root, now) as store:
        found = health.health(store, now)
    rows = (
        {"id": str(number), "name": name.say(request.language), "value": value}
        for number, (name, value) in enumerate(_lines(found, request.language), start=1)
    )
    return documents.list_page(document, rows)


def _lines(found: health.Health, language: str) -> Iterator[tuple[Text, str]]:
    good = found.last_good
    yield Text("State", "Состояние"), found.state.name
    for problem in found.problems:
        yield Text("Problem", "Проблема"), problem.say(language)
    yield (
        Text("Last successful run", "Последний успешный пересчёт"),
        wording.moment(good.finished_at, language) if good and good.finished_at else wording.NOTHING,
    )
    yield Text("Members looked at", "Просмотрено участников"), str(good.accounts) if good else wording.NOTHING
    yield Text("Discounts of the programme", "Скидок программы"), str(found.discounts)
    yield Text("Discounts set aside", "Отложено чужих скидок"), str(found.set_aside)
    yield Text("In the queue", "В очереди"), str(found.queued)
    yield Text("Given up", "Брошено"), str(found.given_up)
