"""`resellerprogram.classes`: VPS, dedicated servers, SSL and further classes, and the service types behind them.

For employees. The choices come from the panel: two calls when a form is opened.
"""

from __future__ import annotations

from lxml import etree

from ..office import token
from ..programme.caps import read, written
from ..programme.losses import Loss
from ..programme.text import Text, short
from ..programme.tiers import ServiceClass
from ..store.classes import ClassOfServices
from . import documents
from .asking import ask, check_agreed
from .documents import Row
from .visit import Visit


def classes(visit: Visit) -> etree._Element:
    """The classes in their order."""
    return documents.list_page(visit.document, [_row(visit, each) for each in visit.store.classes.all()])


def _row(visit: Visit, each: ClassOfServices) -> Row:
    return {
        "id": each.name,
        "name": each.name,
        "title_col": each.title.say(visit.language),
        "types": ", ".join(each.types),
        "left_out": str(len(each.left_out) or ""),
        "caps": written(each.caps),
    }


def class_edit(visit: Visit) -> etree._Element:
    """A class: its titles, its service types, the tariffs of these that get no discount, and caps. Where what was
    chosen takes discounts from somebody, the form tells from whom and asks for a reason and a yes."""
    request = visit.request
    found = visit.store.classes.of(ServiceClass(request.elid)) if request.elid else None
    if request.elid and found is None:
        visit.refuse("there is no category “{name}”", "категории «{name}» нет", name=short(request.elid, 40))
    if request.submitted:
        return _save(visit, found)
    if found:
        documents.freeze_field(visit.document, "name")
    chosen = bool(request.text("sv_field"))
    shown = _typed(visit, found) if chosen else found or ClassOfServices(ServiceClass(""), Text("", ""))
    types, tariffs = _choices(visit)
    return documents.form_page(
        visit.document,
        {
            **({"elid": shown.name} if found else {}),
            "name": shown.name,
            "title_en": shown.title.en,
            "title_ru": shown.title.ru,
            "types": ",".join(shown.types),
            "left_out": ",".join(map(str, shown.left_out)),
            "caps": written(shown.caps),
            "seen": request.text("seen") if chosen else token(found),
            **ask(visit, visit.office.losses.by_class(shown) if chosen and found else Loss(), _mark(shown)),
        },
        {"types": types, "left_out": tariffs},
    )


def _save(visit: Visit, found: ClassOfServices | None) -> etree._Element:
    wanted, office = _typed(visit, found), visit.office
    office.classes.check(wanted)
    loss = office.losses.by_class(wanted) if found else Loss()
    if loss:
        check_agreed(visit, loss, _mark(wanted))
    office.classes.put(wanted, visit.request.text("seen"), new=found is None)
    if loss:
        office.losses.record(wanted.name, loss, visit.line("reason"))
    return documents.ok("func=resellerprogram.classes")


def _typed(visit: Visit, found: ClassOfServices | None) -> ClassOfServices:
    request = visit.request
    left_out = request.several("left_out")
    return ClassOfServices(
        found.name if found else ServiceClass(request.text("name")),
        Text(request.text("title_en"), request.text("title_ru")),
        tuple(request.several("types")),
        tuple(visit.number(text, Text("tariff plan", "тариф"), "left_out") for text in left_out),
        read(request.text("caps"), "caps"),
    )


def _mark(wanted: ClassOfServices) -> str:
    """Of which class the form tells."""
    return token((sorted(wanted.types), sorted(wanted.left_out), sorted(wanted.caps.items())))


def _choices(visit: Visit) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The panel's service types and tariffs."""
    from ..recalculation.lookups import types_and_tariffs

    types, tariffs = types_and_tariffs(visit.root, visit.store, visit.language)
    names = {number: each.internal_name for number, each in types.items()}
    return (
        [(each.internal_name, f"{each.name} ({each.internal_name})") for each in types.values()],
        [(str(tariff.id), f"{names.get(tariff.service_type, '?')}: {tariff.name}") for tariff in tariffs],
    )


def class_delete(visit: Visit) -> etree._Element:
    """Remove classes; one that a tier has a percent for stays, and which tiers these are is told."""
    for name in visit.request.several("elid"):
        visit.office.classes.remove(ServiceClass(name))
    return documents.ok()
