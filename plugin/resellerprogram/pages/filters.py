"""The filter of a list, kept for each employee as the panel's own lists do (reference, C.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def _given(params: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    found = {name: params.get(name, "").strip() for name in fields}
    return {name: value for name, value in found.items() if value not in ("", "null")}


def _key(visit: Visit, function: str) -> str:
    return f"filter {visit.request.user} {function}"
