"""The list filters that the panel remembers for each employee: left as we found them (reference, C.4, I.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from .calls import Panel
from .errors import PanelRefusal

_NOT_FIELDS = frozenset({"func", "out", "lang", "su", "auth", "elid", "plid", "sok", "filter", "progressid"})

SavedFilters = Mapping[str, Mapping[str, str]]

log = logging.getLogger(__name__)


class FilterKeeper:
    """Reads the employee's filter of a list before we first use a filter there, and tells `remember` all so far."""

    def __init__(self, panel: Panel, remember: Callable[[SavedFilters], None]) -> None:
        self._panel, self._remember = panel, remember
        self._saved: dict[str, Mapping[str, str]] = {}
        panel.before_filtering = self.before

    def before(self, function: str) -> None:
        """Make sure that the filter of a list is known. A list without a filter form has none."""
        if function in self._saved:
            return
        self._saved[function] = {}
        try:
            form = self._panel.call(f"{function}.filter")
        except PanelRefusal as refusal:
            log.debug("no filter to remember: %s", refusal)
            return
        self._saved[function] = {name: value for name, value in form.values().items() if name not in _NOT_FIELDS}
        self._remember({name: fields for name, fields in self._saved.items() if fields})


def put_back(panel: Panel, saved: SavedFilters) -> None:
    """Set the filters as the keeper found them."""
    for function, fields in saved.items():
        panel.call(f"{function}.filter", {**fields, "sok": "ok"})
