"""Which function is which page. A page's module is loaded when it is asked for: nobody waits for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path

from lxml import etree

from ..programme.settings import EMPLOYEE_LEVEL, FULL_LEVEL
from ..programme.text import Text
from ..store import Store
from ..store.database import PAGE_PATIENCE
from . import documents
from .request import Request
from .visit import Visit

OF_CLIENTS = {
    "resellerprogram.my": "status.my",
    "resellerprogram.my.ahead": "ahead.ahead",
    "resellerprogram.my.tiers": "table.tiers",
    "resellerprogram.my.prices": "prices.prices",
    "resellerprogram.my.prices.export": "prices.export",
    "resellerprogram.my.history": "history.history",
    "resellerprogram.my.payments": "history.payments",
    "resellerprogram.my.picture": "history.picture",
    "resellerprogram.my.how": "how.how",
    "resellerprogram.my.join": "membership.join",
    "resellerprogram.my.leave": "membership.leave",
    "resellerprogram.my.notices": "membership.notices",
}
"""The reseller's own; all others are for employees."""
PAGES = {
    **{name: f"my.{page}" for name, page in OF_CLIENTS.items()},
    "resellerprogram.overview": "overview.report",
    "resellerprogram.people": "overview.people",
    "resellerprogram.people.filter": "overview.people_filter",
    "resellerprogram.people.export": "exports.people",
    "resellerprogram.corrections": "corrections.corrections",
    "resellerprogram.corrections.filter": "corrections.corrections_filter",
    "resellerprogram.corrections.export": "exports.corrections",
    "resellerprogram.gaming": "corrections.gaming",
    "resellerprogram.gaming.filter": "corrections.gaming_filter",
    "resellerprogram.gaming.export": "exports.gaming",
    "resellerprogram.members": "members.members",
    "resellerprogram.members.filter": "members.members_filter",
    "resellerprogram.members.unfilter": "filters.take_off",
    "resellerprogram.members.edit": "members.member_edit",
    "resellerprogram.members.enrol": "members.members_enrol",
    "resellerprogram.members.exclude": "members.members_exclude",
    "resellerprogram.members.recalculate": "members.members_recalculate",
    "resellerprogram.members.export": "exports.members",
    "resellerprogram.openings": "openings.openings",
    "resellerprogram.openings.add": "openings.add",
    "resellerprogram.openings.end": "openings.end",
    "resellerprogram.openings.import": "openings.take_in",
    "resellerprogram.why": "why.why",
    "resellerprogram.history": "why.history",
    "resellerprogram.history.decision": "why.decision",
    "resellerprogram.history.compare": "why.compare",
    "resellerprogram.preview": "preview.preview",
    "resellerprogram.preview.filter": "preview.preview_filter",
    "resellerprogram.preview.unfilter": "filters.take_off",
    "resellerprogram.preview.export": "exports.preview",
    "resellerprogram.preview.make": "preview.preview_make",
    "resellerprogram.preview.start": "preview.preview_start",
    "resellerprogram.preview.stop": "preview.preview_stop",
    "resellerprogram.preview.apply": "preview.preview_apply",
    "resellerprogram.tiers": "tiers.tiers",
    "resellerprogram.tiers.edit": "tiers.tier_edit",
    "resellerprogram.tiers.delete": "tiers.tiers_delete",
    "resellerprogram.tiers.import": "importing.take_in",
    "resellerprogram.tiers.export": "exports.tiers",
    "resellerprogram.tables": "tables.versions",
    "resellerprogram.tables.delete": "tables.versions_delete",
    "resellerprogram.tables.end": "tables.end",
    "resellerprogram.whatif": "whatif.what_if",
    "resellerprogram.whatif.make": "whatif.make",
    "resellerprogram.whatif.take": "whatif.take",
    "resellerprogram.classes": "classes.classes",
    "resellerprogram.classes.edit": "classes.class_edit",
    "resellerprogram.classes.delete": "classes.class_delete",
    "resellerprogram.settings": "settings.settings",
    "resellerprogram.notices": "notices.notices",
    "resellerprogram.health": "health.page",
    "resellerprogram.health.doctor": "health.doctor",
    "resellerprogram.health.backup": "health.backup",
    "resellerprogram.health.takeoff": "takeoff.take_off",
    "resellerprogram.health.sixty": "health.sixty",
    "resellerprogram.undo": "undo.runs",
    "resellerprogram.undo.run": "undo.undo_run",
    "resellerprogram.queue": "queue.queue",
    "resellerprogram.queue.retry": "queue.queue_retry",
    "resellerprogram.queue.drop": "queue.queue_drop",
    "resellerprogram.setaside": "setaside.set_aside",
    "resellerprogram.changes": "changes.changes",
    "resellerprogram.changes.show": "changes.change",
}
FOR_FULL_ADMINISTRATORS = frozenset(
    {
        "resellerprogram.classes.delete",
        "resellerprogram.classes.edit",
        "resellerprogram.health.takeoff",
        "resellerprogram.openings.add",
        "resellerprogram.openings.end",
        "resellerprogram.openings.import",
        "resellerprogram.preview.start",
        "resellerprogram.preview.stop",
        "resellerprogram.tables.delete",
        "resellerprogram.tables.end",
        "resellerprogram.tiers.delete",
        "resellerprogram.tiers.edit",
        "resellerprogram.tiers.import",
        "resellerprogram.undo.run",
        "resellerprogram.whatif.take",
    }
)
"""What takes everybody's discounts off, or can amount to it; and what gives some for money that nobody paid here."""
SENT_BY_FULL_ADMINISTRATORS: Mapping[str, tuple[Callable[[Request], bool], Text]] = {
    "resellerprogram.members.exclude": (
        lambda request: len(request.several("elid")) > 1,
        Text(
            "Excluding removes discounts: only an administrator with full access may exclude several "
            "clients at once. Select one.",
            "Исключение отменяет скидки: сразу нескольких клиентов исключает только администратор с "
            "полным доступом. Выберите одного.",
        ),
    ),
    "resellerprogram.health.doctor": (
        lambda request: bool(request.text("try_on")),
        Text(
            "Only an administrator with full access may try things on a client. Leave the client out "
            "to check the rest.",
            "Проверять на клиенте может только администратор с полным доступом. Без клиента проверится остальное.",
        ),
    ),
}
"""What of a function for employees is for full administrators, and what the others are told."""


def page_of(request: Request, document: etree._Element, root: Path, now: datetime) -> etree._Element:
    """The answer of the page that a request is for. Raises ResellerProgrammeError, which is for the person to read."""
    module, _, name = PAGES[request.function].rpartition(".")
    page = getattr(import_module(f".{module}", __package__), name)
    with Store(root, now, PAGE_PATIENCE) as store:
        answer: etree._Element = page(Visit(request, document, root, store, now))
    documents.drop_calls(answer, lambda function: may_call(function, request.level))
    return answer


def may_call(function: str, level: int) -> bool:
    """Whether a session of that level may call a function; those that are not ours the panel itself judges."""
    if function not in PAGES or function in OF_CLIENTS:
        return True
    return level >= (FULL_LEVEL if function in FOR_FULL_ADMINISTRATORS else EMPLOYEE_LEVEL)
