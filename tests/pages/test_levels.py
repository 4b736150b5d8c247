"""Who may do what, against one table: clients (16), employees (29), full administrators (30)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from resellerprogram.office import Office
from resellerprogram.pages.routes import OF_CLIENTS, PAGES, SENT_BY_FULL_ADMINISTRATORS
from resellerprogram.programme.errors import SettingError
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.settings import SETTINGS
from resellerprogram.store import Store
from resellerprogram.store.changes import Author

from tests.operator import Operator
from tests.pages.desk import NOW, Desk
from tests.test_description import DESCRIPTION

CLIENT, EMPLOYEE, FULL = 16, 29, 30
FUNCTIONS_OF_FULL = (
    "classes.delete",
    "classes.edit",
    "health.takeoff",
    "openings.add",
    "openings.end",
    "openings.import",
    "preview.start",
    "preview.stop",
    "tables.delete",
    "tables.end",
    "tiers.delete",
    "tiers.edit",
    "tiers.import",
    "undo.run",
    "whatif.take",
)
LEVELS: Mapping[str, tuple[int, ...]] = {
    **{name: (CLIENT,) if name in OF_CLIENTS else (EMPLOYEE, FULL) for name in PAGES},
    **{f"resellerprogram.{name}": (FULL,) for name in FUNCTIONS_OF_FULL},
}
SENT_BY_FULL: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "members.exclude": (
        {"elid": "1, 2", "reason": "left", "confirm": "on", "seen": "0-0-0-0"},
        {"elid": "1", "reason": "left"},
    ),
    "health.doctor": ({"try_on": "1"}, {}),
}
"""What of an employee's function is for full administrators, and what of it is not."""
SETTINGS_OF_EMPLOYEES: Mapping[str, str] = {
    "promo_codes": "allow",
    "discount_names": "ru",
    "notifications": "off",
    "client_notices": "off",
    "warn_days": "5",
    "joining": "on",
}
"""What an employee may set is granted here once more; all others are for full administrators."""
SETTINGS_OF_FULL = sorted(SETTINGS.keys() - SETTINGS_OF_EMPLOYEES.keys())


@pytest.mark.parametrize("function", PAGES)
@pytest.mark.parametrize("level", [CLIENT, EMPLOYEE, FULL])
def test_every_function_is_for_those_levels_and_no_others(desk: Desk, function: str, level: int) -> None:
    desk.level = level
    if level not in LEVELS[function]:
        for sent in ({}, {"sok": "ok", "elid": "1"}):
            page = desk.ask(function.partition(".")[2], **sent)
            assert page.find("error").get("type") == "access"
    elif function not in OF_CLIENTS:  # those need a panel, and are tried with one
        failure = desk.ask(function.partition(".")[2], elid="x").find("error")
        assert failure is None or failure.get("type") != "access"


@pytest.mark.parametrize("function", SENT_BY_FULL)
def test_what_equals_taking_off_or_unlocks_it_is_for_full_administrators_in_an_employees_function_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    monkeypatch.setattr("resellerprogram.pages.visit.start_worker", lambda *started: None)
    beyond, usual = SENT_BY_FULL[function]
    for account in (1, 2):
        desk.store.standings.know(AccountId(account), "Client")
    for way in ({}, {"sok": "ok"}):
        failure = desk.ask(function, **beyond, **way).find("error")
        assert failure.get("type") == "access"
        assert "administrator with full access" in failure.findtext("msg")
    assert (desk.store.members.all(), desk.store.tasks.newest(1), desk.changes()) == ([], [], [])
    assert desk.ask(function, **usual, sok="ok").find("ok") is not None
    desk.level = FULL
    assert desk.ask(function, **beyond, sok="ok").find("ok") is not None


def test_the_table_of_what_full_administrators_send_is_the_programmes() -> None:
    assert {f"resellerprogram.{name}" for name in SENT_BY_FULL} == SENT_BY_FULL_ADMINISTRATORS.keys()


def test_an_employee_is_not_offered_a_client_to_try_things_on(desk: Desk) -> None:
    for level, offered in ((EMPLOYEE, False), (FULL, True)):
        desk.level = level
        assert ("try_on" in {field.get("name") for field in desk.ask("health.doctor").iter("field")}) == offered


@pytest.mark.parametrize("level", [EMPLOYEE, FULL])
@pytest.mark.parametrize(
    "function", ["members", "openings", "preview", "tiers", "tables", "classes", "health", "queue", "changes"]
)
def test_no_button_is_shown_that_one_may_not_press(desk: Desk, function: str, level: int) -> None:
    desk.level = level
    page = desk.ask(function)
    buttons = [each.get("func") for path in (".//toolbtn", ".//buttons/button") for each in page.iterfind(path)]
    beyond = {f"resellerprogram.{name}" for name in FUNCTIONS_OF_FULL}
    described = {
        each.get("func") for each in DESCRIPTION.iterfind(f"metadata[@name='resellerprogram.{function}']//*[@func]")
    }
    pointless = {"resellerprogram.preview.start"}  # it has been started
    pointless |= {f"resellerprogram.{name}.unfilter" for name in ("members", "preview")}  # no filter acts
    if function == "health":  # it sends nobody there today
        pointless |= {f"resellerprogram.{name}" for name in ("queue", "settings", "setaside")}
    assert set(buttons) == (described if level == FULL else described - beyond) - pointless
    for toolbar in page.iterfind(".//toolbar"):
        groups = list(toolbar)
        assert groups
        assert all(group.find("toolbtn") is not None for group in groups if group.get("separator") != "yes")
        assert "yes" not in (groups[0].get("separator"), groups[-1].get("separator"))


def test_an_employee_selects_one_client_to_exclude(desk: Desk) -> None:
    for level, kind in ((EMPLOYEE, ("edit", "yes")), (FULL, ("groupform", None))):
        desk.level = level
        button = desk.ask("members").find(".//toolbtn[@name='exclude']")
        assert (button.get("type"), button.get("nogroupedit")) == kind


def test_every_setting_has_its_level() -> None:
    assert {name for name, setting in SETTINGS.items() if setting.level == EMPLOYEE} == SETTINGS_OF_EMPLOYEES.keys()
    assert {name for name, setting in SETTINGS.items() if setting.level == FULL} == set(SETTINGS_OF_FULL)


def office_of(store: Store, level: int) -> Office:
    return Office(store.folder.parents[1], store, Author("x", ""), lambda: NOW, level)


@pytest.mark.parametrize("level", [CLIENT, EMPLOYEE])
@pytest.mark.parametrize("name", SETTINGS_OF_FULL)
def test_settings_that_carry_trust_or_take_discounts_off_are_for_full_administrators(
    store: Store, name: str, level: int
) -> None:
    before = store.settings.texts()
    with pytest.raises(SettingError, match="administrator with full access") as refused:
        office_of(store, level).settings.change({name: "another value", "notifications": "off"})
    assert refused.value.field == name
    assert store.settings.texts() == before


def test_no_client_changes_any_setting(store: Store) -> None:
    for name, text in SETTINGS_OF_EMPLOYEES.items():
        with pytest.raises(SettingError, match=name):
            office_of(store, CLIENT).settings.change({name: text})


def test_what_one_may_not_change_is_not_on_the_form_and_can_not_be_sent(office: Desk, operator: Operator) -> None:
    full = office.form("settings")
    assert full.keys() >= SETTINGS.keys()
    office.level = EMPLOYEE
    page = office.ask("settings")
    shown = {field.get("name") for field in page.iter("field")}
    assert shown & SETTINGS.keys() == SETTINGS_OF_EMPLOYEES.keys()
    assert "group" not in shown
    assert [each.get("name") for each in page.iter("page") if each.find("field") is None] == []
    office.save("settings", warn_days="5")
    assert office.store.settings.texts()["warn_days"] == "5"
    message, field = office.refused("settings", drop_limit_percent="100")
    assert (field, "administrator with full access" in message) == ("drop_limit_percent", True)
    message, field = office.refused("settings", panel_url="https://127.0.0.1:15002/billmgr")
    assert field == "panel_url"


def test_a_full_administrator_changes_them(office: Desk) -> None:
    office.save("settings", drop_limit_count="30")
    assert office.store.settings.texts()["drop_limit_count"] == "30"
