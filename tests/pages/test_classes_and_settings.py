"""Service classes and settings, with the panel's own choices; what is in use, what vanished, who was faster."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from resellerprogram.office import Office
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import VPS, ServiceClass
from resellerprogram.store.changes import Author

from tests.operator import TODAY, Operator
from tests.pages.desk import NOW, Desk

VDS = 2


def options(page: object, name: str) -> dict[str, str]:
    found = page.find(f"slist[@name='{name}']")  # type: ignore[attr-defined]
    return {each.get("key"): each.text or "" for each in found}


def panel_methods(operator: Operator) -> list[dict[str, str]]:
    page = operator.sandbox.mgrctl("paymethod", su="admin")
    return [{str(cell.tag): cell.text or "" for cell in row} for row in page.iterfind("elem")]


def test_the_classes_are_listed_with_their_types(desk: Desk) -> None:
    assert [(row["name"], row["title_col"], row["types"]) for row in desk.rows("classes")] == [
        ("vps", "VPS", "vds"),
        ("dedicated", "dedicated servers", "dedic"),
        ("ssl", "SSL certificates", "certificate"),
    ]


def test_types_and_tariffs_to_leave_out_are_chosen_from_the_panels(office: Desk, operator: Operator) -> None:
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.sandbox.reset_calls()
    page = office.ask("classes.edit", elid="vps")
    assert len(operator.sandbox.calls()) <= 2
    assert "vds.vps" in options(page, "types")
    assert options(page, "left_out")[str(cheap)] == "vds: VDS Promo"
    agree(office, elid="vps", types="vds, vds.vps", left_out=str(cheap))
    vps = office.store.classes.of(ServiceClass("vps"))
    assert vps is not None
    assert (vps.types, vps.left_out) == (("vds", "vds.vps"), (cheap,))
    operator.apply(allow_drop=True)
    assert operator.percents(1) == {"pl_2": 19, "vds.vps": 19, "dedic": 7, "certificate": 3}
    assert office.rows("changes")[1]["change"] == (
        f"product types: vds → vds, vds.vps / tariff plans without a discount: — → {cheap}"
    )


def test_caps_are_set_and_taken_off_and_on_record(office: Desk, operator: Operator) -> None:
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    assert office.form("classes.edit", elid="vps")["caps"] == ""
    agree(office, elid="vps", caps=f"{cheap}=10\nvds=20 %")
    assert office.form("classes.edit", elid="vps")["caps"] == office.rows("classes")[0]["caps"] == f"{cheap}=10, vds=20"
    operator.apply(allow_drop=True)
    assert operator.percents(1) == {"pl_2": 19, f"pl_{cheap}": 10, "dedic": 7, "certificate": 3}
    assert office.rows("changes")[1]["change"] == f"at most: — → {cheap} 10 %, vds 20 %"
    office.save("classes.edit", elid="vps", title_en="VPS and more")
    assert office.form("classes.edit", elid="vps")["caps"] == f"{cheap}=10, vds=20"
    office.save("classes.edit", elid="vps", caps="")
    operator.apply()
    assert operator.percents(1) == {"vds": 19, "dedic": 7, "certificate": 3}


def test_what_a_table_gives_above_a_cap_touches_nobody(office: Desk, operator: Operator) -> None:
    """Lists show what is left of the percent."""
    operator.classes("vps", "vds", caps="vds=15")
    operator.apply(allow_drop=True)
    assert office.rows("members")[0]["percent_vps"] == "15"
    tiers = Office(office.root, office.store, Author("x"), lambda: NOW, 30).tiers
    table = office.store.tiers.on(TODAY).table
    for percent, falls in (("16", 0), ("14", 1)):
        other = replace(
            table,
            tiers=tuple(replace(tier, percents={**tier.percents, VPS: Decimal(percent)}) for tier in table.tiers),
        )
        effects = tiers.effects_of(other, TODAY, 5)
        assert (effects.falls, effects.rises) == (falls, 0)
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.classes("vps", "vds", caps=f"{cheap}=15")
    operator.apply()
    assert office.rows("members")[0]["percent_vps"] == "19"


def test_a_capped_tariff_that_vanished_stays_until_it_is_taken_out(office: Desk, operator: Operator) -> None:
    operator.classes("vps", "vds", caps="4711=10")
    office.save("classes.edit", elid="vps", caps="4711=10, vds=20")
    message, field = office.refused("classes.edit", elid="vps", types="vds.vps", caps="4711=10, vds=20")
    assert (field, message.startswith("Not of this category: vds.")) == ("caps", True)


def test_a_further_class_is_added_and_removed_unless_it_is_in_use(office: Desk) -> None:
    office.save("classes.edit", name="cloud", title_en="cloud servers", title_ru="облачные серверы", types="vds.vps")
    cloud = office.store.classes.of(ServiceClass("cloud"))
    assert cloud is not None
    assert cloud.title == Text("cloud servers", "облачные серверы")
    message, _ = office.error(office.ask("classes.delete", elid="vps", sok="ok"))
    assert message.startswith("Category “vps” is in use by tiers Starter, Partner #1")
    office.ask("classes.delete", elid="cloud", sok="ok")
    assert office.store.classes.of(ServiceClass("cloud")) is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "Облако", "title_en": "c", "title_ru": "о"}, "name"),
        ({"name": "status", "title_en": "c", "title_ru": "о"}, "name"),
        ({"name": "vps", "title_en": "c", "title_ru": "о"}, "name"),
        ({"name": "cloud", "title_en": "", "title_ru": "о"}, "title_en"),
        ({"name": "cloud", "title_en": "c", "title_ru": "о", "types": "vds"}, "types"),
        ({"name": "cloud", "title_en": "c", "title_ru": "о", "types": "vds.vps, no_such_type"}, "types"),
        ({"elid": "vps", "types": "vds, no_such_type"}, "types"),
        ({"elid": "vps", "left_out": "999999"}, "left_out"),
        ({"elid": "vps", "left_out": "everything"}, "left_out"),
        ({"elid": "vps", "caps": "vds"}, "caps"),
        ({"elid": "vps", "caps": "vds=101"}, "caps"),
        ({"elid": "vps", "caps": "dedic=5"}, "caps"),
        ({"elid": "vps", "caps": "999999=5"}, "caps"),
        ({"elid": "ssl", "caps": "2=5"}, "caps"),
    ],
)
def test_a_class_that_can_not_be_is_refused_at_its_field(office: Desk, typed: dict[str, str], field: str) -> None:
    assert office.refused("classes.edit", **typed)[1] == field
    assert len(office.store.classes.all()) == 3


def test_a_service_type_that_the_panel_lacks_now_is_shown_not_dropped(office: Desk, operator: Operator) -> None:
    operator.classes("vps", "vds", "gone")
    assert options(office.ask("classes.edit", elid="vps"), "types")["gone"] == "gone (?)"
    office.save("classes.edit", elid="vps", title_en="VPS and more")
    assert options(office.ask("classes.edit", elid="vps"), "types")["gone"] == "gone (?)"


def test_of_two_administrators_of_a_class_the_second_is_told(office: Desk) -> None:
    opened = office.form("classes.edit", elid="ssl")
    Desk(office.root, office.store, level=30, user="boris").save("classes.edit", elid="ssl", title_en="certificates")
    message, _ = office.error(office.ask("classes.edit", **{**opened, "title_en": "SSL"}, sok="ok"))
    assert "Changed meanwhile by boris" in message


def agree(office: Desk, **chosen: str) -> None:
    """Choose in the form of a class, read what that takes, and send it with a yes and a reason."""
    opened = {**office.form("classes.edit", elid=chosen["elid"]), **chosen, "sv_field": "types"}
    asked = office.form("classes.edit", **opened)
    sent = {**opened, **asked, "confirm": "on", "reason": "by contract", "sok": "ok"}
    assert office.ask("classes.edit", **sent).find("ok") is not None


@pytest.mark.parametrize(
    ("chosen", "told", "what", "left"),
    [
        ({"types": "vds.vps"}, "1 client loses its program discounts (1).", "19 % → none", {"vds.vps": 19}),
        (
            {"caps": "vds=10"},
            "Program discounts get smaller for 1 client (1).",
            "19 → 10 %",
            {"vds": 10},
        ),
    ],
    ids=["a type", "a cap"],
)
def test_a_class_that_covers_less_tells_from_whom_it_takes_and_asks_for_a_reason_and_a_yes(
    office: Desk, operator: Operator, chosen: dict[str, str], told: str, what: str, left: dict[str, int]
) -> None:
    """What is told is what the next run takes."""
    assert not {"loss", "reason", "confirm"} & office.form("classes.edit", elid="vps").keys()
    opened = {**office.form("classes.edit", elid="vps"), **chosen, "sv_field": "types"}
    asked = office.form("classes.edit", **opened)
    assert (asked["title_en"], asked["seen"]) == ("VPS", opened["seen"]), "what was typed stays"
    assert asked["loss"].splitlines() == [told, f"Client 1 Ромашка: VPS {what}."]
    sent = {**opened, **asked, "sok": "ok"}
    message, field = office.error(office.ask("classes.edit", **sent))
    assert (field, message.endswith("If that is meant, confirm it.")) == ("confirm", True)
    assert office.error(office.ask("classes.edit", **{**sent, "confirm": "on"})) == (
        "Enter a reason; it goes into the change log.",
        "reason",
    )
    other = {**sent, "confirm": "on", "reason": "by contract", "types": "vds.vps", "caps": "vds.vps=1"}
    assert office.error(office.ask("classes.edit", **other))[1] == "confirm", "not what the form has told"
    vps = office.store.classes.of(ServiceClass("vps"))
    assert vps is not None
    assert (vps.types, dict(vps.caps)) == (("vds",), {})
    agree(office, elid="vps", **chosen)
    (what, before, after) = office.changes()[0][2:]
    assert (what, json.loads(before)[0], after) == ("loss", told, "by contract")
    operator.apply(allow_drop=True)
    assert operator.percents(1) == {**left, "dedic": 7, "certificate": 3}


@pytest.mark.parametrize("chosen", [{"types": "vds, vds.vps"}, {"title_en": "Virtual"}, {"caps": "vds=50"}])
def test_a_class_that_covers_no_less_asks_nothing(office: Desk, chosen: dict[str, str]) -> None:
    opened = {**office.form("classes.edit", elid="vps"), **chosen, "sv_field": "types"}
    assert "confirm" not in office.form("classes.edit", **opened)
    office.save("classes.edit", elid="vps", **chosen)


# --- settings ---


def test_the_settings_form_offers_what_the_panel_has(office: Desk, operator: Operator) -> None:
    operator.sandbox.world.add_group("Resellers", [1])
    operator.sandbox.reset_calls()
    page = office.ask("settings")
    assert len(operator.sandbox.calls()) <= 2
    assert options(page, "provider") == {"": "-- the panel's first --", "1": "Example Hosting"}
    assert {"RUB", "USD", "EUR"} <= set(options(page, "currency"))
    assert "Resellers" in options(page, "group").values()
    assert "Bank card" in options(page, "excluded_payment_methods").values()
    office.language = "ru"
    assert "Банковская карта" in options(office.ask("settings"), "excluded_payment_methods").values()


def test_settings_are_saved_as_the_command_line_writes_them(office: Desk, operator: Operator) -> None:
    group = operator.sandbox.world.add_group("Resellers", [1])
    office.save(
        "settings",
        members="group",
        group=group,
        window_months="2",
        excluded_payment_methods="2, 3",
        promo_codes="off",
        drop_limit_percent="12.5",
        discount_names="ru",
        notifications="off",
    )
    texts = office.store.settings.texts()
    assert {name: texts[name] for name in ("members", "excluded_payment_methods", "promo_codes", "window_months")} == {
        "members": f"group:{group}",
        "excluded_payment_methods": "2,3",
        "promo_codes": "allow",
        "window_months": "2",
    }
    recorded = {(before, after) for _, _, what, before, after in office.changes() if what == "setting"}
    assert {("all", f"group:{group}"), ("refuse", "allow"), ("1", "2"), ("20", "12.5"), ("on", "off")} <= recorded
    shown = office.form("settings")
    assert (shown["members"], shown["group"], shown["promo_codes"]) == ("group", str(group), "off")


def test_a_setting_that_takes_discounts_from_somebody_tells_from_whom_and_asks_for_a_reason_and_a_yes(
    office: Desk, operator: Operator
) -> None:
    """Atlas alone is in the group, and Ромашка's other discount comes back."""
    world = operator.sandbox.world
    world.add_payment(world.add_account("Atlas"), 600, TODAY)
    world.add_discount(1, 40, "it_1", "Agreed by hand")
    operator.apply()
    group = world.add_group("Resellers", [2])
    assert not {"loss", "reason", "confirm"} & office.form("settings").keys()
    opened = {**office.form("settings"), "members": "group", "group": str(group), "sv_field": "group"}
    asked = office.form("settings", **opened)
    assert (asked["members"], asked["group"], asked["confirm"]) == ("group", str(group), "off")
    assert asked["loss"].splitlines() == [
        "1 client loses its program discounts (3); suspended discounts that are restored: 1.",
        "Client 1 Ромашка: VPS 19 % → none; dedicated servers 7 % → none; SSL certificates 3 % → none.",
    ]
    sent = {**opened, **asked, "sok": "ok"}
    message, field = office.error(office.ask("settings", **sent))
    assert (field, message.endswith("If that is meant, confirm it.")) == ("confirm", True)
    assert office.error(office.ask("settings", **{**sent, "confirm": "on"})) == (
        "Enter a reason; it goes into the change log.",
        "reason",
    )
    agreed = {**sent, "confirm": "on", "reason": "only these"}
    more = office.error(office.ask("settings", **{**agreed, "members": "enrolled"}))
    assert more[0].startswith("This is not what the form has told. 2 clients lose their program discounts (6)")
    assert office.store.settings.texts()["members"] == "all"
    assert office.ask("settings", **agreed).find("ok") is not None
    assert office.store.settings.texts()["members"] == f"group:{group}"
    lost, suspended = "1 client loses its program discounts (3)", "suspended discounts that are restored: 1."
    change = office.rows("changes")[0]
    assert (change["whom"], change["change"]) == ("settings", f"{lost}; {suspended} / only these")


def test_what_such_a_setting_takes_is_what_the_next_run_takes(office: Desk, operator: Operator) -> None:
    """A payment method that does not count any more, by its id, a name or a module; a longer window lowers nobody."""
    world = operator.sandbox.world
    card = world.add_account("Card")
    world.add_payment(card, 3_000, TODAY, method=2)
    world.add_payment(card, 600, TODAY)
    operator.apply()
    losses = Office(office.root, office.store, Author("x"), lambda: NOW, 30).losses
    by_method = losses.by_settings({"excluded_payment_methods": "2"})
    assert (by_method.clients, by_method.ended, by_method.lowered) == ({card}, 0, 1)
    for row in panel_methods(operator):
        if row["id"] == "2":
            assert losses.by_settings({"excluded_payment_methods": row["name"]}) == by_method
            assert losses.by_settings({"excluded_payment_methods": row["module"]}).clients >= by_method.clients
    assert not losses.by_settings({"window_months": "3"})
    assert losses.by_settings({"provider": str(world.add_project("Second"))}).ended == 6
    office.store.settings.set("excluded_payment_methods", "2")
    (planned,) = operator.plan().planned
    assert (planned.account.id, planned.drops) == (card, by_method.drops)


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"window_months": "13"}, "window_months", "1 to 12"),
        ({"drop_limit_percent": "200"}, "drop_limit_percent", "of all discounts, 0 to 100"),
        ({"currency": "GBP"}, "currency", "no currency GBP"),
        ({"provider": "9"}, "provider", "1 (Example Hosting)"),
        ({"members": "group", "group": "999"}, "group", "(members) names client group 999"),
        ({"members": "group", "group": ""}, "group", "group:ID"),
        ({"excluded_payment_methods": "Gold"}, "excluded_payment_methods", "no method Gold"),
        ({"promotions": "on"}, "promotions", "not confirmed"),
        ({"panel_url": "ftp://panel"}, "panel_url", "panel_url"),
        ({"panel_certificate": "/nowhere/ca.pem"}, "panel_certificate", "there is no such file. Name a file"),
        ({"panel_certificate": __file__}, "panel_certificate", "there is no certificate in it. Name a file"),
        ({"employee": "nobody_here"}, "employee", "The panel has no employee “nobody_here”"),
        ({"employee": "client@example.com"}, "employee", "The panel has no employee “client@example.com”"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_at_its_field_and_changes_nothing(
    office: Desk, operator: Operator, typed: dict[str, str], field: str, says: str
) -> None:
    operator.sandbox.world.add_account("One", email="client@example.com")
    before = office.store.settings.texts()
    message, marked = office.refused("settings", **typed, notifications="off")
    assert (marked, says in message) == (field, True)
    assert office.store.settings.texts() == before
    assert office.changes() == []


def test_of_two_administrators_of_the_settings_the_second_is_told(office: Desk) -> None:
    opened = office.form("settings")
    Desk(office.root, office.store, level=30, user="boris").save("settings", drop_limit_count="30")
    message, _ = office.error(office.ask("settings", **{**opened, "drop_limit_count": "5"}, sok="ok"))
    assert "Changed meanwhile by boris" in message
    assert office.store.settings.texts()["drop_limit_count"] == "30"


def test_a_provider_that_has_vanished_is_shown_not_dropped(office: Desk) -> None:
    office.store.settings.set("provider", "9")
    assert options(office.ask("settings"), "provider")["9"] == "9 (?)"
