"""A change of a discount as it is told and kept, planned or written: named, and without what only the panel needs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .basis import Because
from .discounts import Change, Edit, PutBack, SetAside
from .effects import Way, way_of
from .figures import plain
from .ids import Scope
from .values import dataclass

OF_TARIFF = ": "
"""Between the service type and the tariff in the name of what a discount is for."""


@dataclass(frozen=True)
class PlainChange:
    """One discount: percent before and after, None where there was or is none.

    `what` is the name of the service type or tariff, or of another discount that is set aside or put back; the latter
    have no `scope`, and `value` is what the panel shows of them. `beside` is what acts before or after it where it is
    not there itself, by a discount for the whole type or for its tariffs.
    """

    scope: Scope | None
    what: str
    before: Decimal | None
    after: Decimal | None
    because: Because = Because.TIER
    value: str = ""
    beside: Decimal | None = None

    @property
    def is_of_others(self) -> bool:
        """Whether the discount is not the programme's."""
        return self.because in (Because.SET_ASIDE, Because.PUT_BACK)

    @property
    def way(self) -> Way:
        """Which way the discount goes."""
        if self.is_of_others:
            return Way.OTHER
        if self.because is Because.DOUBLED:
            return Way.PUT_RIGHT
        return way_of(*(self.beside if each is None else each for each in (self.before, self.after)))

    @property
    def service_type(self) -> str:
        """The internal name of the service type that it is for, also where it is for one tariff of it."""
        return "" if self.is_of_others else self.what.partition(OF_TARIFF)[0]

    @property
    def kind(self) -> str:
        """create, edit, delete; of others set_aside, put_back."""
        if self.is_of_others:
            return self.because.value
        return "create" if self.before is None else "delete" if self.after is None else "edit"


def plain_change(change: Change, names: Mapping[Scope, str]) -> PlainChange:
    """A change as it is told, with what its scope is called in this panel."""
    if isinstance(change, (SetAside, PutBack)):
        return PlainChange(None, change.other.name, None, None, change.because, change.other.value)
    what = names.get(change.scope, change.scope)
    beside = None if isinstance(change, Edit) else change.beside
    return PlainChange(change.scope, what, change.had, change.will_have, change.because, beside=beside)


def values_of(change: PlainChange) -> dict[str, Any]:
    """A change as plain values that JSON can hold: of a plan, an explanation, the plan that a page shows. `covers`, or
    `name` of what is not ours, says the same as `what`: programs read either."""
    return {
        "kind": change.kind,
        "because": change.because.value,
        "scope": change.scope,
        "what": change.what,
        "name" if change.is_of_others else "covers": change.what,
        "before": _written(change.before),
        "after": _written(change.after),
        "value": change.value,
        **({} if change.beside is None else {"beside": plain(change.beside)}),
    }


def change_of(values: Mapping[str, Any]) -> PlainChange:
    """The change that `values_of` made plain, in this release or an earlier one: plans knew no scope and called by
    `name` what is written now, the first decisions by `internal_name`, with the id of a service type."""
    older = values.get("service_type")
    scope = values.get("scope") or (f"it_{older}" if older else None)
    return PlainChange(
        Scope(scope) if scope else None,
        next(values[name] for name in ("what", "name", "internal_name") if name in values),
        _read(values.get("before")),
        _read(values.get("after")),
        Because(values.get("because") or Because.TIER),
        values.get("value") or "",
        _read(values.get("beside")),
    )


def _written(percent: Decimal | None) -> str | None:
    return None if percent is None else plain(percent)


def _read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
