"""The filter of a list, kept for each employee as the panel's own lists do (reference, C.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lxml import etree

from . import documents
from .visit import Visit


def kept_filter(visit: Visit, fields: Sequence[str], function: str = "") -> dict[str, str]:
    """The filter in force for a list: the request's own (`filter=on`), none (`filter=off`), or what was left."""
    params = visit.request.params
    mode = params.get("filter", "") if not function else ""
    if mode in ("on", "yes"):
        return _given(params, fields)
    if mode == "off":
        return {}
    kept = visit.store.notes.read(_key(visit, function or visit.request.function)) or {}
    return {name: kept[name] for name in fields if kept.get(name)}


def keep_filter(visit: Visit, function: str, fields: Sequence[str]) -> None:
    """Remember what the filter's form says."""
    visit.store.notes.write(_key(visit, function), _given(visit.request.params, fields))


def take_off(visit: Visit) -> etree._Element:
    """Let the list show everybody again: `LIST.unfilter`."""
    function = visit.request.function.rpartition(".")[0]
    visit.store.notes.forget(_key(visit, function))
    return documents.ok(f"func={function}")


def told_filter(visit: Visit, acting: Iterable[str], count: int, total: Callable[[], int]) -> str:
    """Which clients the list is about, where a filter acts: nobody takes a filtered list for all. Where none acts there
    is nothing to take off."""
    told = "; ".join(filter(None, acting))
    if not told:
        documents.drop_tool(visit.document, "unfilter")
        return ""
    return visit.say(
        "Clients shown ({count} of {total}): {told}.",
        "Показаны клиенты ({count} из {total}): {told}.",
        told=told,
        count=count,
        total=total(),
    )


def told_name(visit: Visit, wanted: Mapping[str, str]) -> str:
    name = wanted.get("name", "")
    return visit.say("name contains “{text}”", "имя содержит «{text}»", text=name) if name else ""


def _given(params: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    found = {name: params.get(name, "").strip() for name in fields}
    return {name: value for name, value in found.items() if value not in ("", "null")}


def _key(visit: Visit, function: str) -> str:
    return f"filter {visit.request.user} {function}"
