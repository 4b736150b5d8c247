"""What the core does to a handler's list, and to whom a function is open (panel-2 A1–A5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox.decoration import complaints, decorate
from tests.sandbox.html_parts import list_of
from tests.sandbox.plugins import may
from tests.sandbox_tests.conftest import kind


def listing(*columns: str, rows: str = "", buttons: str = "", messages: str = "") -> Any:
    """A list as a handler gives it; a column is 'name attribute=value …'."""
    document = etree.fromstring(
        f"<doc><metadata type='list' key='id'><toolbar><toolgrp name='g'>{buttons}</toolgrp></toolbar><coldata/>"
        f"</metadata><messages>{messages}</messages></doc>"
    )
    (described,) = document.iter("coldata")
    for column in columns:
        name, *attributes = column.split()
        etree.SubElement(
            described, "col", {"name": name, "type": "data", **dict(each.split("=") for each in attributes)}
        )
    for number, row in enumerate(rows.split("|"), 1):
        element = etree.SubElement(document, "elem")
        etree.SubElement(element, "id").text = str(number)
        for name, text in zip((each.split()[0] for each in columns), row.split(",")):
            etree.SubElement(element, name).text = text
    return document


def texts(document: etree._Element, name: str) -> list[str]:
    return [row.findtext(name, "") for row in document.iterfind("elem")]


def told(document: etree._Element) -> list[str]:
    return [document.findtext(name, "") for name in ("p_sort", "p_order", "page", "p_cnt", "p_num", "p_elems")]


def test_the_core_orders_by_the_description_and_by_what_was_asked_for() -> None:
    rows = "10.50 RUB,b|9.00 RUB,C|100.00 RUB,a"
    page = listing("sum sort=digit sorted=-1", "name sort=alpha", rows=rows)
    decorate(page, {})
    assert texts(page, "sum") == ["100.00 RUB", "10.50 RUB", "9.00 RUB"]
    assert told(page) == ["sum", "desc", "100.00 RUB - 9.00 RUB", "1000", "1", "3"]
    decorate(page, {"p_sort": "name", "p_order": "asc"})
    assert texts(page, "name") == ["a", "b", "C"]
    decorate(page, {"p_sort": "sum"})
    assert texts(page, "id") == ["2", "1", "3"]
    plain = listing("name", rows="b|a")
    decorate(plain, {"p_sort": "name"})
    assert texts(plain, "name") == ["b", "a"], "a column without `sort` leaves the handler's order"
    assert told(plain) == ["", "", "1 - 2", "1000", "1", "2"]


def test_the_core_pages_what_it_was_given_and_tells_it_once() -> None:
    page = listing("name", rows="|".join(f"row {number}" for number in range(1, 62)))
    etree.SubElement(page, "p_elems").text = "7"
    decorate(page, {"p_cnt": "50", "p_num": "2"})
    assert texts(page, "id") == [str(number) for number in range(51, 62)]
    assert told(page)[2:] == ["51 - 61", "50", "2", "61"]
    assert len(page.findall("p_elems")) == 1


@pytest.mark.parametrize(
    ("rows", "total"),
    [("1.00 RUB|2.50 RUB|", "3.50 RUB"), ("3|4", "7"), ("1.00 RUB|1.00 USD", None), ("|", None)],
)
def test_the_core_sums_numbers_of_one_unit(rows: str, total: str | None) -> None:
    page = listing("sum stat=yes", rows=rows)
    decorate(page, {"p_cnt": "1"})
    assert page.find(".//col").get("total") == total, "over all rows, not those of a page"


def test_what_is_the_cores_and_what_it_can_not_count_is_complained_of() -> None:
    page = listing("name stat=yes", "sum sort=digit", rows="Ромашка,52 000.00 RUB")
    for name in ("p_elems", "p_sort"):
        etree.SubElement(page, name).text = "1"
    page.find(".//col").set("total", "1 client")
    found = "\n".join(complaints(page))
    for mistake in ("<p_elems>", "<p_sort>", "total of the column 'name'", "'Ромашка' is none", "'52 000.00 RUB' is"):
        assert mistake in found
    assert list(complaints(listing("sum stat=yes sort=digit", rows="1.00 RUB|-2|"))) == []


def test_messages_are_worded_and_with_them_what_buttons_compare_with() -> None:
    compared = "<hide name='state' value='4'/><show name='raw' value='4'/>"
    button = f"<toolbtn name='b' func='f' type='group'>{compared}</toolbtn>"
    page = listing("state", "raw", rows="4,4", buttons=button, messages="<msg name='state_4'>Credited</msg>")
    page.find(".//col[@name='state']").set("type", "msg")
    decorate(page, {})
    assert (texts(page, "state"), page.find("elem/state").get("orig")) == (["Credited"], "4")
    shown = list_of(page, page.find("metadata"), {})
    assert [(each["name"], each["value"]) for each in _conditions(shown)] == [("state", "Credited"), ("raw", "4")]


def _conditions(shown: dict[str, Any]) -> list[dict[str, str]]:
    (button,) = shown["buttons"]
    conditions: list[dict[str, str]] = json.loads(button["conditions"])
    return conditions


def test_buttons_and_icons_know_the_text_of_a_row_and_no_raw_value() -> None:
    page = listing("state", rows="planned")
    page.find("elem/state").set("orig", "p")
    etree.SubElement(page.find(".//col"), "xprop", name="state", value="p", img="p-off")
    (row,) = list_of(page, page.find("metadata"), {})["rows"]
    assert ('"state": "planned"' in row["texts"], row["cells"]["state"]["icons"]) == (True, [])


@pytest.mark.parametrize(
    ("levels", "exactly", "at_least"),
    [
        ("user", {16}, {16, 29, 30}),
        ("admin+", {29, 30}, {29, 30}),
        ("super", {30}, {30}),
        ("16 super", {16, 30}, {16, 29, 30}),
        ("all", {16, 29, 30}, {16, 29, 30}),
        ("registered", {16, 29, 30}, {16, 29, 30}),
    ],
)
def test_levels_are_numbers_or_names_several_or_at_least(levels: str, exactly: set[int], at_least: set[int]) -> None:
    for exact, wanted in ((True, exactly), (False, at_least)):
        assert {level for level in (16, 29, 30) if may(levels, level, exact)} == wanted


DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?><mgrdata>
<handler name="rows" type="cgi"><func name="rows"/><func name="bad"/><func name="rows.open"/></handler>
<mainmenu level="all"><node name="rows" type="list"/><node name="free" action="rows.open"/></mainmenu>
<metadata name="rows" type="list" key="id" level="admin+"><toolbar><toolgrp name="edit">
  <toolbtn name="open" func="rows.open" type="group"/></toolgrp></toolbar>
  <coldata><col name="id" type="data" sort="digit" sorted="-1" stat="yes"/></coldata></metadata>
<metadata name="bad" type="list" key="id" level="admin+"><coldata><col name="id" type="data"/></coldata></metadata>
</mgrdata>"""
HANDLER = """#!/bin/sh
echo '<doc><elem><id>2</id></elem><elem><id>10</id></elem><elem><id orig="99">3</id></elem>'
[ "$PARAM_func" = bad ] && echo '<p_elems>7</p_elems>'
echo '</doc>'
"""


def plugged(panel: Sandbox) -> Sandbox:
    handler = panel.root / "addon" / "rows"
    handler.write_text(HANDLER)
    handler.chmod(0o750)
    (panel.root / "etc" / "xml" / "billmgr_mod_rows.xml").write_text(DESCRIPTION)
    return panel


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with plugged(Sandbox.create(tmp_path_factory.mktemp("lists") / "mgr5")) as panel:
        yield panel


@pytest.mark.slow
def test_a_handlers_list_is_ordered_summed_and_paged_by_the_core_in_every_format(listed: Sandbox) -> None:
    page: Any = listed.mgrctl("rows", out="devel", p_cnt=2)
    assert (texts(page, "id"), page.findtext("p_elems"), page.find(".//col").get("total")) == (["10", "3"], "3", "15")
    assert texts(listed.mgrctl("rows", p_cnt=2, p_num=2), "id") == ["2"]


@pytest.mark.slow
def test_the_second_readings_leave_it_alone_or_order_by_what_is_behind(listed: Sandbox) -> None:
    listed.read_as(list_order="orig")
    assert texts(listed.mgrctl("rows"), "id") == ["3", "10", "2"]
    listed.read_as(list_order="shown", handler_lists="as_given")
    page = listed.mgrctl("rows", p_cnt=1)
    assert (texts(page, "id"), page.find("p_elems")) == (["2", "10", "3"], None)
    listed.read_as(handler_lists="decorated")


@pytest.mark.slow
def test_what_says_no_level_is_open_to_everybody_and_the_rest_vanishes(listed: Sandbox) -> None:
    user = listed.world.user_of(listed.world.add_account("One"))
    assert [kind(listed.mgrctl(name, su=user)) for name in ("rows", "rows.open")] == ["access", None]
    opened = {node.get("action") for node in listed.mgrctl("menu", su=user).findall("node")}
    assert ("rows.open" in opened, "rows" in opened) == (True, False)


@pytest.mark.slow
def test_a_handler_that_pages_by_itself_fails_whoever_leaves_the_panel(tmp_path: Path) -> None:
    panel = plugged(Sandbox.create(tmp_path / "mgr5"))
    with pytest.raises(AssertionError, match="bad: <p_elems> is the core's"), panel:
        assert panel.mgrctl("bad").findtext("p_elems") == "3"
    panel.forgive()
    with panel:
        panel.mgrctl("rows")
