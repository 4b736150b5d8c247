"""The documents that a handler prints; no page spells the protocol itself (reference, E.5, F.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Union

from lxml import etree

from ..programme.text import Text, sentence
from ..programme.values import dataclass


@dataclass(frozen=True)
class Cell:
    """What a list or form shows: a text, its colour, and the raw value behind it, which buttons and icons compare and
    programs read: a word, an exact decimal (of a `currency`), an ISO date."""

    text: str
    color: str = ""
    raw: str | None = None
    currency: str = ""


Row = Mapping[str, Union[str, Cell]]
Choices = Mapping[str, Sequence[tuple[str, str]]]
"""The choices of each select: (key, text)."""
LONGEST_MESSAGE = 1000
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Tables = Mapping[str, Iterable[Row]]


def parse(document: bytes) -> etree._Element:
    """The panel's document on standard input; an empty `doc` where there is none.

    Raises lxml.etree.XMLSyntaxError for one that is broken. Entities are not resolved.
    """
    if not document.strip():
        return etree.Element("doc")
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def list_page(document: etree._Element, rows: Iterable[Row], parent: str = "") -> etree._Element:
    """The panel's document with all rows of a list, also those of other pages: the panel's core sorts, sums and pages
    what it is given (panel-2, A1). A nested list names its `parent`, for its buttons to send along.
    """
    forms: dict[tuple[str, ...], etree._Element] = {}
    for row in rows:
        names = tuple(row)
        form = forms.get(names)
        if form is None:
            form = forms[names] = etree.Element("elem")
            for name in names:
                etree.SubElement(form, name)
        document.append(_filled(copy(form), row))
    if parent:
        _put(document, {"plid": parent})
    return document


def _filled(element: etree._Element, row: Row) -> etree._Element:
    """A row whose cells are there already: half the time of making each, and a list has thousands."""
    for cell, value in zip(element, row.values()):
        if isinstance(value, str):
            text = value
        else:
            text = value.text
            _tell(cell, value)
        if not text:
            continue
        try:
            cell.text = text
        except ValueError:
            cell.text = printable(text)
    return element


def say_above(document: etree._Element, name: str, *lines: str) -> None:
    """Words above a list: the panel has no other place for what is said of a whole list (panel-2, A3, A7)."""
    said = [line for line in lines if line]
    if said:
        banner = etree.SubElement(document, "banner", id=f"resellerprogram_{name}", status="3")
        etree.SubElement(banner, "msg").text = printable("\n".join(said))


def form_page(
    document: etree._Element, values: Row, choices: Choices | None = None, tables: Tables | None = None
) -> etree._Element:
    """The panel's document with a form's values, the choices of its selects and the rows of its tables.

    A chosen value that is no choice any more is added to the choices: the panel would drop it without a word.
    """
    _put(document, values)
    for name, options in (choices or {}).items():
        listed = etree.SubElement(document, "slist", name=name)
        known = {key for key, _ in options}
        chosen = values.get(name, "")
        gone = [key.strip() for key in str(chosen).split(",") if key.strip() and key.strip() not in known]
        for key, text in [*options, *((key, f"{key} (?)") for key in gone)]:
            etree.SubElement(listed, "val", key=printable(key)).text = printable(text)
    for name, rows in (tables or {}).items():
        listed = etree.SubElement(document, "list", name=name)
        for row in rows:
            _put(etree.SubElement(listed, "elem"), row)
    return document


def report_page(document: etree._Element, bands: Tables) -> etree._Element:
    """The panel's document with the rows of a report's bands: the core draws and sums them (panel-2, A8)."""
    data = etree.SubElement(document, "reportdata")
    for name, rows in bands.items():
        band = etree.SubElement(data, name)
        for row in rows:
            _put(etree.SubElement(band, "elem"), row)
    return document


def ok(go: str = "", kind: str = "list") -> etree._Element:
    """It is done; `go` is the request of the page to open next (`func=…`)."""
    document = etree.Element("doc")
    done = etree.SubElement(document, "ok")
    if go:
        done.set("type", kind)
        done.text = go
    return document


def error(text: Text, language: str, field: str = "") -> etree._Element:
    """An error document with a message for the person at the screen; `field` is marked in the form."""
    return _error("resellerprogram", text, language, field)


DENIED = Text("Access denied.", "Недостаточно прав.")


def access_denied(function: str, language: str, why: Text = DENIED) -> etree._Element:
    """The panel's own refusal for somebody who may not call a function (reference, E.5)."""
    return _error("access", why, language, function)


def add_column(document: etree._Element, after: str, name: str, title: str, hint: str = "", sorts: bool = True) -> None:
    """One more column of figures in the list that the document describes: there are as many as there are classes."""
    for column in document.iterfind(f".//coldata/col[@name='{after}']"):
        added = etree.Element("col", name=name, type="data", align="right")
        if sorts:
            added.set("sort", "digit")
        column.addnext(added)
    say(document, name, title)
    if hint:
        say(document, f"hint_{name}", hint)


def add_field(document: etree._Element, after: str, name: str, title: str, hint: str) -> None:
    """One more field for a figure in the form that the document describes."""
    for field in document.iterfind(f".//field[@name='{after}']"):
        added = etree.Element("field", name=name)
        etree.SubElement(added, "input", type="text", name=name, check="money", checkargs="0,100", setvalues="yes")
        field.addnext(added)
    say(document, name, title)
    say(document, f"hint_{name}", hint)


def add_select(document: etree._Element, after: str, name: str, title: str, hint: str) -> None:
    """One more choice in the form that the document describes, told by every change of it."""
    for field in document.iterfind(f".//field[@name='{after}']"):
        added = etree.Element("field", name=name)
        etree.SubElement(added, "select", name=name, setvalues="yes")
        field.addnext(added)
    say(document, name, title)
    say(document, f"hint_{name}", hint)


def drop_button(document: etree._Element, name: str) -> None:
    """Leave out a button of the form that the description has; without any that sends, the form only shows."""
    for button in list(document.iterfind(f".//buttons/button[@name='{name}']")):
        parent = button.getparent()
        if parent is not None:
            parent.remove(button)
    if document.find(".//buttons/button[@type='ok']") is None:
        send_nothing(document)


def drop_tool(document: etree._Element, name: str) -> None:
    """Leave out a button above a list that the description has."""
    for button in list(document.iterfind(f".//toolbar//toolbtn[@name='{name}']")):
        parent = button.getparent()
        if parent is not None:
            parent.remove(button)


def drop_calls(document: etree._Element, may_call: Callable[[str], bool]) -> None:
    """Leave out every button that calls what the caller may not; of a toolbar also the groups that are empty then, and
    a separator with nothing on one side of it."""
    for button in list(document.iterfind(".//toolbtn")) + list(document.iterfind(".//buttons/button")):
        function, parent = button.get("func"), button.getparent()
        if function and parent is not None and not may_call(function):
            parent.remove(button)
    for toolbar in list(document.iterfind(".//toolbar")):
        for group in list(toolbar.iterfind("toolgrp")):
            if group.get("separator") != "yes" and group.find("toolbtn") is None:
                toolbar.remove(group)
        groups = list(toolbar)
        for number, group in enumerate(groups):
            beside = (groups[number - 1 : number] if number else []), groups[number + 1 : number + 2]
            if group.get("separator") == "yes" and not all(beside):
                toolbar.remove(group)
        above = toolbar.getparent()
        if not len(toolbar) and above is not None:
            above.remove(toolbar)


def choose_one(document: etree._Element, name: str) -> None:
    """Let a button that takes several rows take one only."""
    for button in document.iterfind(f".//toolbtn[@name='{name}']"):
        button.set("type", "edit")
        button.set("nogroupedit", "yes")


def send_nothing(document: etree._Element) -> None:
    """Make the form one that only shows: it has no OK."""
    for form in document.iterfind("metadata/form"):
        form.set("nosubmit", "yes")


def keep_only(document: etree._Element, name: str) -> None:
    """Leave out everything of the form but a field."""
    for form in document.iterfind("metadata/form"):
        for part in list(form):
            if part.get("name") != name:
                form.remove(part)


def drop_field(document: etree._Element, name: str) -> None:
    """Leave out a field that the description has, and the part of the form that has no other."""
    for field in list(document.iterfind(f".//field[@name='{name}']")):
        parent = field.getparent()
        if parent is not None:
            parent.remove(field)
            above = parent.getparent()
            if parent.tag == "page" and above is not None and parent.find("field") is None:
                above.remove(parent)


def drop_table_column(document: etree._Element, table: str, name: str) -> None:
    """Leave out a column of a form's table that the description has."""
    _drop(document, f".//list[@name='{table}']/col[@name='{name}']")


def drop_list_column(document: etree._Element, name: str) -> None:
    """Leave out a column of the list that the description has."""
    _drop(document, f".//coldata/col[@name='{name}']")


def _drop(document: etree._Element, path: str) -> None:
    for element in list(document.iterfind(path)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def freeze_field(document: etree._Element, name: str) -> None:
    """Show a field's value and let nobody change it."""
    for control in document.iterfind(f".//field[@name='{name}']/input"):
        control.set("readonly", "yes")


def refresh_every(document: etree._Element, seconds: int) -> None:
    """Let the page look again by itself."""
    for metadata in document.iterfind("metadata"):
        metadata.set("autoupdate", str(seconds))


def serialize(document: etree._Element) -> bytes:
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)


def _error(kind: str, text: Text, language: str, concerning: str) -> etree._Element:
    document = etree.Element("doc")
    failure = etree.SubElement(document, "error", type=kind, object=printable(concerning), lang=language)
    said = printable(sentence(text.say(language)))[:LONGEST_MESSAGE]
    etree.SubElement(failure, "param", name="text").text = said
    etree.SubElement(failure, "msg").text = said
    return document


def say(document: etree._Element, name: str, text: str) -> None:
    """A message of this answer, beside those of the description."""
    messages = document.find("messages")
    if messages is None:
        messages = etree.SubElement(document, "messages")
    etree.SubElement(messages, "msg", name=name).text = printable(text)


def _put(parent: etree._Element, values: Row) -> None:
    for name, value in values.items():
        cell = value if isinstance(value, Cell) else Cell(value)
        element = etree.SubElement(parent, name)
        element.text = printable(cell.text)
        _tell(element, cell)


def _tell(element: etree._Element, cell: Cell) -> None:
    """What a cell has beside its text."""
    if cell.color:
        element.set("color", cell.color)
    for name, text in (("orig", cell.raw), ("currency", cell.currency or None)):
        if text is not None:
            try:
                element.set(name, text)
            except ValueError:
                element.set(name, printable(text))


def printable(text: str) -> str:
    """What XML can carry: control characters and halves of characters are shown as such."""
    return _NOT_IN_XML.sub("\ufffd", text)
