"""What a plugin's description adds to the sandbox panel: menu, pages, messages (reference, F; plugins 1.1–1.9)."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox_tests.conftest import kind

pytestmark = pytest.mark.slow

DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?><mgrdata>
<handler name="tiers" type="xml"><func name="tiers"/><func name="tiers.my"/>
  <event name="basket" before="yes"/></handler>
<handler name="heard" type="cgi"><event name="account.discount.add.product" after="yes"/></handler>
<mainmenu level="admin+"><node name="tiergroup"><node name="tiers" type="list"/></node></mainmenu>
<mainmenu level="user"><node name="mine" action="tiers.my"/></mainmenu>
<metadata name="tiers" type="list" level="admin+"/><metadata name="tiers.my" type="form" level="user"/>
<metadata name="account" type="list"><toolbar><toolgrp name="edit">
  <toolbtn name="tier" func="tiers" type="edit" after="edit"/></toolgrp></toolbar>
  <coldata><col name="tier" type="data" after="name"/></coldata></metadata>
<lang name="en"><messages name="desktop"><msg name="menu_mine">My tier</msg></messages>
  <messages name="msgerror"><msg name="msg_error_blocked">No __value__ for __who__</msg></messages></lang>
</mgrdata>"""
HANDLER = """#!/bin/sh
[ "$EVENT_TYPE" = before ] || { cat; exit; }
echo '<doc><error type="blocked" object="promocode"><param name="value">X</param><param name="who">you</param>'
echo '</error></doc>'
"""


HEARS = """#!/bin/sh
echo "sok=$PARAM_sok checkonly=$PARAM_checkonly" >>var/heard
echo '<doc/>'
"""


@pytest.fixture(scope="module")
def plugged(one_panel: Sandbox) -> Sandbox:
    for name, script in (("tiers", HANDLER), ("heard", HEARS)):
        handler = one_panel.root / "addon" / name
        handler.write_text(script)
        handler.chmod(0o750)
    (one_panel.root / "etc" / "xml" / "billmgr_mod_tiers.xml").write_text(DESCRIPTION)
    one_panel.mgrctl("exit")
    return one_panel


def titles(panel: Sandbox, user: str) -> list[tuple[str | None, str | None]]:
    nodes = panel.mgrctl("menu", su=user, lang="en").findall("node")
    return [(node.get("action"), node.get("title")) for node in nodes][-3:]


@pytest.mark.usefixtures("common")
def test_new_functions_are_listed_and_guarded_by_their_level(plugged: Sandbox) -> None:
    """E.4, F.2"""
    user = plugged.world.user_of(plugged.world.add_account("One"))
    names = {each.text for each in plugged.mgrctl("actionlist").iterfind("elem/action")}
    assert {"tiers", "tiers.my", "payment.setpaid"} <= names
    answers = [kind(plugged.mgrctl(name, su=user)) for name in ("tiers", "tiers.my")]
    assert answers == ["access", None]


@pytest.mark.parametrize(("reading", "for_staff"), [("minimum", True), ("exact", False)])
def test_the_menu_opens_what_its_nodes_say_to_whom_it_is_meant_for(
    plugged: Sandbox, common: Sandbox, reading: str, for_staff: bool
) -> None:
    """F.2, plugins 1.7"""
    common.read_as(menu_level=reading)
    user = common.world.user_of(common.world.add_account("One"))
    assert ("tiers.my", "My tier") in titles(plugged, user)
    assert ("tiers", "tiers") not in titles(plugged, user)
    assert ("tiers", "tiers") in titles(plugged, "admin")
    assert (("tiers.my", "My tier") in titles(plugged, "admin")) is for_staff


@pytest.mark.usefixtures("common")
def test_a_description_adds_to_a_list_of_the_panel_where_it_says(plugged: Sandbox) -> None:
    """F.2, plugins 1.9"""
    plugged.world.add_account("One")
    page = plugged.mgrctl("account", out="devel", su="admin").find("metadata")
    assert page is not None
    assert len(page.findall("toolbar")) == len(page.findall("toolbar/toolgrp")) == 1
    assert [each.get("name") for each in page.iterfind(".//toolbtn")] == ["new", "edit", "tier", "discount", "payment"]
    assert [each.get("name") for each in page.iterfind(".//col")][:3] == ["id", "name", "tier"]


@pytest.mark.usefixtures("common")
def test_a_handlers_error_finds_its_message_among_msgerror(plugged: Sandbox) -> None:
    """F.4"""
    user = plugged.world.user_of(plugged.world.add_account("One"))
    error: etree._Element | None = plugged.mgrctl("basket", promocode="X", sok="ok", su=user).find("error")
    assert error is not None
    assert (error.get("type"), error.get("object"), error.findtext("msg")) == ("blocked", "promocode", "No X for you")
    assert error.findtext("param[@name='who']") == "you"


@pytest.mark.parametrize(
    ("reading", "heard"),
    [
        ("without_sok", ["sok= checkonly=on", "sok= checkonly=", "sok=ok checkonly="]),
        ("with_sok", ["sok=ok checkonly=on", "sok= checkonly=", "sok=ok checkonly="]),
        ("none", ["sok=ok checkonly="]),
    ],
)
def test_what_listens_after_a_wizards_step_hears_it_checked_too(
    plugged: Sandbox, common: Sandbox, reading: str, heard: list[str]
) -> None:
    """panel-2 C2: created once, heard of three times."""
    common.read_as(wizard_checks=reading)
    account = plugged.world.add_account("One")
    (plugged.root / "var" / "heard").write_text("")
    fields = {"name": "VPS", "type": 0, "percentage": 5, "pricelist_tree": "it_2", "sok": "ok"}
    plugged.mgrctl("account.discount.add.product", plid=account, **fields)
    assert len(plugged.world.discounts(account)) == 1
    assert (plugged.root / "var" / "heard").read_text().splitlines() == heard


def test_what_an_employee_may_not_call_is_refused_and_vanishes(plugged: Sandbox) -> None:
    """panel-2 A5"""
    plugged.world.add_employee("clerk")
    plugged.deny("clerk", "tiers", "account.discount")
    account = plugged.world.add_account("One")
    assert kind(plugged.mgrctl("account.discount", elid=account, su="clerk")) == "access"
    assert kind(plugged.mgrctl("account.discount", elid=account, su="admin")) is None
    assert ("tiers", "tiers") not in titles(plugged, "clerk")
    page = plugged.mgrctl("account", out="devel", su="clerk").find("metadata")
    assert page is not None
    assert [each.get("name") for each in page.iterfind(".//toolbtn")] == ["new", "edit", "payment"]
