"""`resellerprogram.tiers.import`: a whole table as somebody has it: a page's text or HTML, a spreadsheet's copy, CSV.

It is shown as it was understood, with what is odd; what is ambiguous is answered on the form and never guessed. For
full administrators.
"""

from __future__ import annotations

from lxml import etree

from ..programme.errors import BadInput, TierTableError
from ..programme.pasting.columns import FROM, NO_TIER, STATUS
from ..programme.pasting.reading import DECIMAL, SHARES, Answers, Understanding
from ..programme.tiers import TierTable
from ..words import pasted
from ..words.lines import percents
from . import documents, tables
from .visit import Visit


def take_in(visit: Visit) -> etree._Element:
    """A whole table as somebody has it, shown as it was understood with what is odd; taken whole or not at all, and
    only when what is ambiguous is answered."""
    request = visit.request
    if request.submitted:
        return tables.save(visit, tables.drafted(visit, lambda _: _table_of(visit, _pasted(visit))), always_asks=True)
    for key in reversed(_keys(visit)):
        title, hint = _about_column(visit, key)
        documents.add_select(visit.document, "shares", f"column_{key}", title, hint)
    if request.params.get("sv_field"):
        return _understood(visit)
    empty = dict.fromkeys(("csv", "told", "changes", "effect", "odd", *_answer_fields(visit)), "")
    values = {**empty, **tables.about_change(visit, visit.today)}
    return documents.form_page(visit.document, values, _choices(visit, None), {"understood": [], "effects": []})


def _understood(visit: Visit) -> etree._Element:
    """What was typed, the table that it says, and what is odd or to be answered."""
    found = _pasted_or_none(visit)
    typed = {**dict.fromkeys(_answer_fields(visit), ""), **_typed(visit)}
    page = tables.refreshed(visit, typed, lambda: tables.drafted(visit, lambda _: _table_of(visit, _pasted(visit))))
    rows = [
        {
            "name": tier.name,
            "threshold": visit.money(tier.threshold),
            "percents": percents(tier.percents, visit.titles).say(visit.language),
        }
        for tier in (found.table.tiers if found and found.table else ())
    ]
    told = {"odd": "\n".join(_told(visit, found))}
    return documents.form_page(page, {**typed, **told}, _choices(visit, found), {"understood": rows})


def _told(visit: Visit, found: Understanding | None) -> list[str]:
    """How the text was read, what is odd about it, and what it leaves open."""
    if found is None:
        return []
    texts = [pasted.understood(found, visit.titles), *pasted.oddities(found, visit.titles, visit.currency)]
    texts += [pasted.question(each, visit.titles) for each in found.questions]
    return [text.say(visit.language) for text in texts]


def _pasted(visit: Visit) -> Understanding:
    """What was pasted, with what was answered. Raises TierTableError, BadInput."""
    request = visit.request
    columns = {key: answer for key in _keys(visit) if (answer := request.text(f"column_{key}"))}
    answers = Answers(_chosen_of(visit, "decimal"), _chosen_of(visit, "shares"), columns)
    try:
        return visit.office.tiers.understand(request.params.get("csv", ""), answers)
    except TierTableError as error:
        error.field = "csv"
        raise


def _pasted_or_none(visit: Visit) -> Understanding | None:
    try:
        return _pasted(visit)
    except (TierTableError, BadInput):
        return None


def _table_of(visit: Visit, found: Understanding) -> TierTable:
    """The table that was understood. Raises BadInput at the field that answers the first question it leaves."""
    for each in found.questions:
        field = each.key if each.key in (DECIMAL, SHARES) else f"column_{each.key}"
        raise BadInput(pasted.question(each, visit.titles), field)
    if found.table is None:
        raise TierTableError(NO_TIER, field="csv")
    return found.table


def _chosen_of(visit: Visit, field: str) -> str:
    """One of the choices of a select, nothing for what is none of them."""
    chosen, choices = visit.request.text(field), (*pasted.DECIMAL_CHOICES, *pasted.SHARE_CHOICES)
    return chosen if chosen in dict(choices) else ""


def _keys(visit: Visit) -> list[str]:
    """What a column may say."""
    return [STATUS, FROM, *visit.store.classes.names()]


def _typed(visit: Visit) -> dict[str, str]:
    names = ("csv", *_answer_fields(visit), *tables.SHARED)
    return {name: visit.request.params[name] for name in names if name in visit.request.params}


def _answer_fields(visit: Visit) -> list[str]:
    return [DECIMAL, SHARES, *(f"column_{key}" for key in _keys(visit))]


def _about_column(visit: Visit, key: str) -> tuple[str, str]:
    title = pasted.column_title(key, visit.titles).say(visit.language)
    return title, visit.say("Where the headings leave it open", "Если по заголовкам не понять")


def _choices(visit: Visit, found: Understanding | None) -> documents.Choices:
    listed = {
        DECIMAL: pasted.DECIMAL_CHOICES,
        SHARES: pasted.SHARE_CHOICES,
        **{f"column_{key}": pasted.column_choices(found, key) for key in _keys(visit)},
    }
    return {name: [(key, text.say(visit.language)) for key, text in each] for name, each in listed.items()}
