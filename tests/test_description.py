"""What the panel reads of us, against a strict client: known elements and attributes, targets that exist, every text
in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from resellerprogram.pages.routes import FOR_FULL_ADMINISTRATORS, OF_CLIENTS, PAGES
from resellerprogram.panel.description import joined

from tests.sandbox.functions import REGISTRY
from tests.sandbox.vocabulary import complaints

PROJECT = Path(__file__).resolve().parents[1]
FILES = sorted((PROJECT / "xml").glob("*.xml"))
DESCRIPTION = joined(FILES).getroot()
PAGES_DESCRIBED = DESCRIPTION.findall("metadata")
OWN = [page for page in PAGES_DESCRIBED if str(page.get("name")).startswith("resellerprogram.")]
RESERVED = {
    "elid",
    "plid",
    "lang",
    "theme",
    "out",
    "func",
    "sok",
    "sback",
    "snext",
    "sv_field",
    "clicked_button",
    "filter",
}


def messages(language: str, page: str) -> dict[str, str]:
    path = f"lang[@name='{language}']/messages[@name='{page}']/msg"
    return {str(each.get("name")): each.text or "" for each in DESCRIPTION.iterfind(path)}


def texts_of(page: etree._Element) -> Iterator[str]:
    """The messages that a page needs."""
    if page.get("mgr"):
        yield "title"
    for button in page.iter("toolbtn"):
        yield f"short_{button.get('name')}"
        yield f"hint_{button.get('name')}"
        if button.get("warning") == "yes":
            yield f"msg_confirm_{button.get('name')}"
    for column in page.iterfind("coldata/col"):
        if column.get("hidden") != "yes":
            yield str(column.get("name"))
        for icon in column:
            yield f"hint_p_{icon.get('name')}"
    for each in page.iter("page", "band", "diagram"):
        yield str(each.get("name"))
    for column in page.iterfind("band/col"):
        yield str(column.get("name"))
    if page.get("type") == "report":
        yield "report_info"
    for field in page.iter("field"):
        yield from _texts_of_field(field)
    for button in page.iter("button"):
        yield f"msg_{button.get('name')}"


def _texts_of_field(field: etree._Element) -> Iterator[str]:
    (control,) = field
    if control.get("type") == "hidden":
        return
    if field.get("noname") != "yes" or control.get("type") == "msg":
        yield str(field.get("name"))
    if control.tag in ("input", "select"):
        yield f"hint_{control.get('name')}"
    if control.tag == "list":
        yield from (f"list_{column.get('name')}" for column in control)


def test_a_strict_client_knows_every_element_attribute_and_value() -> None:
    assert list(complaints(DESCRIPTION, whole=True)) == []


def test_the_strict_client_is_strict() -> None:
    wrong = etree.fromstring(
        "<metadata name='x' type='table'><toolbar><toolgrp name='a'><toolbtn name='b' func='c' type='button'/>"
        "</toolgrp></toolbar><coldata><col name='d' typ='data'/><column name='e'/></coldata>"
        "<form><field name='f' fullwith='yes'><select name='f'><if hide='g'/></select></field></form></metadata>"
    )
    found = "\n".join(complaints(wrong))
    for mistake in ("type='table'", "type='button'", "'typ'", "<column>", "'fullwith'", "either value or empty"):
        assert mistake in found


def test_the_file_is_spelled_as_utf_8() -> None:
    for file in FILES:
        assert file.read_bytes().startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        assert file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem.rpartition("_")[2])
def test_each_file_is_one_subject_with_its_functions_description_and_both_languages(file: Path) -> None:
    described = etree.parse(str(file)).getroot()
    subject = file.stem.partition("resellerprogram_")[2]
    functions = {str(each.get("name")) for each in described.iter("func")}
    own = {str(each.get("name")) for each in described.iterfind("metadata")} - {"account"}
    assert own == functions
    for language in ("en", "ru"):
        texts = {each.get("name") for each in described.iterfind(f"lang[@name='{language}']/messages")}
        assert functions <= texts
    if functions:
        assert f"resellerprogram.{subject}" in functions


@pytest.mark.parametrize("page", [str(page.get("name")) for page in PAGES_DESCRIBED])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_text_of_a_page_is_there(page: str, language: str) -> None:
    (described,) = [each for each in PAGES_DESCRIBED if each.get("name") == page]
    known = messages(language, page)
    assert [name for name in texts_of(described) if not known.get(name)] == []


def test_both_languages_say_the_same_things_and_nothing_that_nobody_asks_for() -> None:
    for block in DESCRIPTION.iterfind("lang[@name='en']/messages"):
        page = str(block.get("name"))
        english, russian = messages("en", page), messages("ru", page)
        assert english.keys() == russian.keys(), page
        assert not [name for name, text in english.items() if re.search("[а-яё]", text, re.IGNORECASE)], page
        described = [each for each in PAGES_DESCRIBED if each.get("name") == page]
        if described:
            extra = english.keys() - set(texts_of(described[0])) - {"title_new"}
            assert [name for name in extra if not name.startswith("hint_")] == [], page


def test_every_button_leads_somewhere() -> None:
    known = {*REGISTRY, *PAGES}
    led = {str(each.get("func")) for each in DESCRIPTION.iter("toolbtn", "button") if each.get("func")}
    assert led - known == set()
    opened = {str(node.get("action")) for node in DESCRIPTION.iter("node") if node.get("action")}
    assert opened - known == set()


def test_every_page_is_registered_and_described() -> None:
    registered = {str(each.get("name")) for each in DESCRIPTION.iterfind("handler[@name='resellerprogram']/func")}
    assert registered == set(PAGES)
    assert {str(page.get("name")) for page in OWN} == registered


def test_every_function_says_who_may_call_it_for_without_a_level_everybody_may() -> None:
    """panel-2 A5"""
    described = {str(page.get("name")): page for page in OWN}
    for function in DESCRIPTION.iter("func"):
        assert described[str(function.get("name"))].get("level"), function.get("name")
    for page in OWN:
        name = page.get("name")
        wanted = "super" if name in FOR_FULL_ADMINISTRATORS else "user" if name in OF_CLIENTS else "admin+"
        assert page.get("level") == wanted, name


def test_what_hides_and_shows_exists() -> None:
    for page in OWN:
        fields = {str(field.get("name")) for field in page.iter("field")}
        hidden = {str(each.get("hide") or each.get("shadow")) for each in page.iter("if", "else")}
        assert hidden - fields == set(), page.get("name")


def test_buttons_compare_raw_fields_and_no_words() -> None:
    """A client compares the text of the row (panel-2 A2): a column of words has another one in each language."""
    for page in OWN:
        columns = {str(column.get("name")) for column in page.iterfind("coldata/col")}
        compared = {str(each.get("name")) for each in page.iter("hide", "show", "remove")}
        assert compared & columns == set(), page.get("name")
        assert {str(each.get("value")) for each in page.iter("hide", "show", "remove")} <= {"on", "off"}


REAL_ICONS = {
    *("t-new", "t-edit", "t-delete", "t-on", "t-off", "t-retry", "t-filter", "t-download", "t-print"),
    *("p-off", "p-error", "p-pr3"),
}
"""Those that real descriptions have (panel-2 A9, plugins 1.5)."""


def test_buttons_and_icons_are_drawn_as_real_ones_are() -> None:
    """panel-2 A9"""
    for each in DESCRIPTION.iter("toolbtn", "xprop", "prop"):
        assert (each.get("sprite"), each.get("spritesvg")) == ("yes", "yes"), each.get("name")
        assert each.get("img") in REAL_ICONS, each.get("name")
    for button in DESCRIPTION.iterfind(".//toolbtn[@name='filter']"):
        assert (button.get("type"), button.get("img")) == ("new", "t-filter")
    for group in DESCRIPTION.iterfind("mainmenu/node"):
        assert group.get("icon"), group.get("name")


def test_columns_that_are_summed_are_ordered_as_numbers_too() -> None:
    """panel-2 A3: what can be summed is a number; whether the cells are is told by the sandbox."""
    for column in DESCRIPTION.iterfind(".//col[@stat='yes']"):
        assert column.get("sort") == "digit", column.get("name")


def test_fields_are_named_as_their_controls_and_take_none_of_the_panels_names() -> None:
    for page in OWN:
        names = [(field.get("name"), control.get("name")) for field in page.iter("field") for control in field]
        assert [pair for pair in names if pair[0] != pair[1]] == [], page.get("name")
        assert {name for name, _ in names} & RESERVED == set(), page.get("name")


def test_every_menu_line_has_its_words() -> None:
    for language in ("ru", "en"):
        known = messages(language, "desktop")
        assert [
            node.get("name") for node in DESCRIPTION.iter("node") if not known.get(f"menu_{node.get('name')}")
        ] == []


def test_every_handler_is_there_and_may_be_started() -> None:
    for handler in DESCRIPTION.iterfind("handler"):
        program = PROJECT / "plugin" / "addon" / str(handler.get("name"))
        assert program.stat().st_mode & 0o100
