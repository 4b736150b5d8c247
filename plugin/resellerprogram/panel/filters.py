"""The list filters that the panel remembers for each employee: left as we found them (reference, C.4, I.1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from .calls import Panel
from .errors import PanelRefusal

FILTERED_LISTS = ("payment", "account")
_NOT_FIELDS = frozenset({"func", "out", "lang", "su", "auth", "elid", "plid", "sok", "filter", "progressid"})

SavedFilters = Mapping[str, Mapping[str, str]]

log = logging.getLogger(__name__)


def remember(panel: Panel) -> SavedFilters:
    """The filters that the employee has set, by list. A list without a filter form is left out."""
    saved = {}
    for function in FILTERED_LISTS:
        try:
            form = panel.call(f"{function}.filter")
        except PanelRefusal as refusal:
            log.info("no filter to remember: %s", refusal)
            continue
        saved[function] = {name: value for name, value in form.values().items() if name not in _NOT_FIELDS}
    return saved


def put_back(panel: Panel, saved: SavedFilters) -> None:
    """Set the filters as `remember` found them."""
    for function, fields in saved.items():
        panel.call(f"{function}.filter", {**fields, "sok": "ok"})
