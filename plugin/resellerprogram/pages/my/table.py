"""`resellerprogram.my.tiers`: the table of the programme with one's own row marked. For clients; no panel call."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ...programme.figures import NO_BREAK
from ...words.caps import caps_text
from .. import documents
from ..documents import Cell, Row
from ..visit import Visit
from .reseller import Reseller


def tiers(visit: Visit) -> etree._Element:
    """Every tier: from, to, percents, what is missing; the one that is held is marked, caps stand above. Who takes no
    part sees the table.
    """
    me = Reseller(visit)
    if me.outlook is None:
        documents.drop_list_column(visit.document, "missing")
    documents.say_above(visit.document, "caps", caps_text(me.caps_of_table).say(me.language))
    for name in reversed(visit.titles):
        documents.add_column(visit.document, "from", f"percent_{name}", f"{me.title(name)}, %", sorts=False)
    return documents.list_page(visit.document, _rows(me))


def _rows(me: Reseller) -> Iterator[Row]:
    outlook = me.outlook
    forecast = me.forecast(outlook) if outlook else None
    own = me.tier.name if me.tier else None
    for tier, following in zip(me.table.tiers, (*me.table.tiers[1:], None)):
        missing = forecast.missing(tier, me.today) if forecast else None
        color = "green" if tier.name == own else ""
        yield {
            "name": Cell(_unbroken(f"▶ {tier.name}" if tier.name == own else tier.name), color, tier.name),
            "own": Cell("", raw="on" if tier.name == own else "off"),
            "from": me.money(tier.threshold),
            "to": me.money(following.threshold) if following else "",
            **{
                f"percent_{name}": me.percent(tier.percents[name]) if name in tier.percents else ""
                for name in me.visit.titles
            },
            "missing": me.money(missing) if missing else "",
        }


def _unbroken(name: str) -> str:
    """By which a row is known: in one line also where the others are narrow."""
    return name.replace(" ", NO_BREAK)
