"""Rows as the CSV text of a form, to copy or to save."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from lxml import etree

from ..programme.spreadsheets import guarded_throughout
from . import documents
from .visit import Visit


def csv_page(visit: Visit, rows: Iterable[list[str]]) -> etree._Element:
    """Clients choose their names, and staff those of tariffs: no cell begins a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(guarded_throughout, row) for row in rows)
    return documents.form_page(visit.document, {"csv": out.getvalue()})
