"""Tables for other programs: as text in a form, to copy or to save."""

from __future__ import annotations

from lxml import etree

from . import documents
from .corrections import corrections_csv, gaming_csv
from .members import members_csv
from .overview import people_csv
from .preview import preview_csv
from .sheets import csv_page
from .tiers import export_text
from .visit import Visit


def members(visit: Visit) -> etree._Element:
    """The members as they are filtered, as CSV: amounts exact, dates ISO."""
    return csv_page(visit, members_csv(visit))


def preview(visit: Visit) -> etree._Element:
    """What a run would change as it is filtered, as CSV."""
    return csv_page(visit, preview_csv(visit))


def people(visit: Visit) -> etree._Element:
    """The list of clients to talk to as it is filtered, as CSV."""
    return csv_page(visit, people_csv(visit))


def corrections(visit: Visit) -> etree._Element:
    """Past days that should have been otherwise, as they are filtered, as CSV."""
    return csv_page(visit, corrections_csv(visit))


def gaming(visit: Visit) -> etree._Element:
    """The list of money given back as it is filtered, as CSV."""
    return csv_page(visit, gaming_csv(visit))


def tiers(visit: Visit) -> etree._Element:
    """The tier table in force, as CSV that can be imported again."""
    return documents.form_page(visit.document, {"csv": export_text(visit)})
