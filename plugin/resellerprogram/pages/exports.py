"""Tables for other programs: as text in a form, to copy or to save."""

from __future__ import annotations

import csv
import io

from lxml import etree

from ..programme.spreadsheets import guarded_throughout
from . import documents
from .members import members_csv
from .overview import people_csv
from .tiers import export_text
from .visit import Visit


def members(visit: Visit) -> etree._Element:
    """The members as they are filtered, as CSV: amounts exact, dates ISO.

    Clients choose their names: no cell begins a formula.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(guarded_throughout, row) for row in members_csv(visit))
    return documents.form_page(visit.document, {"csv": out.getvalue()})


def people(visit: Visit) -> etree._Element:
    """The list of clients to talk to as it is filtered, as CSV; no cell begins a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(guarded_throughout, row) for row in people_csv(visit))
    return documents.form_page(visit.document, {"csv": out.getvalue()})


def tiers(visit: Visit) -> etree._Element:
    """The tier table in force, as CSV that can be imported again."""
    return documents.form_page(visit.document, {"csv": export_text(visit)})
