"""Caps in words, for whoever reads what a tier gives."""

from __future__ import annotations

from collections.abc import Iterable

from ..programme.caps import Limit
from ..programme.figures import percent
from ..programme.text import Text, joined

AT_MOST = Text("{named}: at most {percent}", "{named}: не больше {percent}")
NOTHING_THERE = Text("{named}: no discount", "{named}: без скидки")


def caps_text(limits: Iterable[Limit]) -> Text:
    """'VPS: at most 20 %; tariff VDS Promo: at most 10 %'; empty without any."""
    return joined("; ", map(_told, limits))


def _told(limit: Limit) -> Text:
    return (AT_MOST if limit.percent else NOTHING_THERE)(named=limit.named, percent=percent(limit.percent))
