"""The documents that a handler prints; no page spells the protocol itself (reference, F.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from ..programme.text import Text


def parse(document: bytes) -> etree._Element:
    """The panel's document on standard input; an empty `doc` where there is none.

    Raises lxml.etree.XMLSyntaxError for one that is broken. Entities are not resolved.
    """
    if not document.strip():
        return etree.Element("doc")
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def list_page(document: etree._Element, rows: Iterable[Mapping[str, str]]) -> etree._Element:
    """The panel's document with `rows` as its list."""
    count = 0
    for row in rows:
        element = etree.SubElement(document, "elem")
        for column, value in row.items():
            etree.SubElement(element, column).text = value
        count += 1
    etree.SubElement(document, "p_elems").text = str(count)
    return document


def error(text: Text, language: str) -> etree._Element:
    """An error document with a message for the person at the screen."""
    document = etree.Element("doc")
    failure = etree.SubElement(document, "error", type="xml", report="no", lang=language)
    etree.SubElement(failure, "msg").text = text.say(language)
    return document


def serialize(document: etree._Element) -> bytes:
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)
