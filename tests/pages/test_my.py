"""The reseller's pages: where I stand, what is missing, when I lose it; each state has its own words (R11)."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from lxml import etree, html
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.notices import Kind
from resellerprogram.programme.tiers import VPS, TierTable

from tests.operator import TODAY, Operator
from tests.pages.desk import NOW, Desk
from tests.texts import plain_spaces

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def me(operator: Operator) -> Desk:
    """The second published reseller: 52 000 in the window of 20 January, 3 000 of them paid on 20 December; 40 % on
    shared hosting was agreed by hand."""
    account = operator.sandbox.world.add_account("Ромашка <b>")
    operator.sandbox.world.add_payment(account, 3_000, date(2024, 12, 20))
    operator.sandbox.world.add_payment(account, 49_000, date(2025, 1, 5))
    operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    operator.apply(YESTERDAY)
    operator.apply()
    operator.sandbox.reset_calls()
    return as_client(operator, account)


def as_client(operator: Operator, account: int) -> Desk:
    (user,) = operator.store.users.of(AccountId(account))
    return Desk(operator.sandbox.root, operator.store, level=16, user=user)


def raw(page: Any) -> dict[str, str]:
    """The exact values behind a page, as a program reads them."""
    return {str(each.tag): each.get("orig", each.text or "") for each in page if not len(each)}


def table(page: Any, name: str) -> list[dict[str, str]]:
    return [raw(row) for row in page.find(f"list[@name='{name}']")]


def listed(page: Any) -> list[dict[str, str]]:
    return [raw(row) for row in page.iterfind("elem")]


def fields(page: Any) -> set[str]:
    return {str(field.get("name")) for field in page.iter("field")}


def columns(page: Any, name: str) -> list[str]:
    return [str(column.get("name")) for column in page.iterfind(f".//field/list[@name='{name}']/col")]


def drawn(page: Any) -> Any:
    return html.fromstring(page.findtext("facts"))


def read_aloud(page: Any) -> str:
    """What the large facts say to who reads them."""
    said = " ".join(" ".join(drawn(page).itertext()).split())
    return said.replace(" .", ".").replace(" ,", ",")


def buttons(page: Any) -> list[str]:
    return [str(each.get("name")) for each in page.iter("button")]


# --- the status ---


def test_my_status_my_discounts_what_is_missing_and_when_i_lose_it(me: Desk, operator: Operator) -> None:
    page = me.ask("my")
    found = raw(page)
    assert {name: found[name] for name in ("state", "tier", "turnover", "first_day", "last_day", "since")} == {
        "state": "tier",
        "tier": "Partner #8",
        "turnover": "52000",
        "first_day": "2024-12-20",
        "last_day": "2025-01-20",
        "since": "2025-01-19",
    }
    assert page.find("turnover").get("currency") == "RUB"
    assert [(row["class"], row["percent"], row["since"]) for row in table(page, "discounts")] == [
        ("vps", "19", "2025-01-19"),
        ("dedicated", "7", "2025-01-19"),
        ("ssl", "3", "2025-01-19"),
    ]
    assert (found["target"], found["missing"], found["threshold"]) == ("Partner #9", "48000", "100000")
    assert (found["change"], found["change_tier"], found["change_falls"]) == ("2025-01-21", "Partner #7", "on")
    assert (found["keep_amount"], found["keep_first_day"], found["keep_last_day"]) == (
        "1000",
        "2025-01-20",
        "2025-01-20",
    )
    assert page.findtext("words").splitlines() == [
        "Turnover from 20 Dec 2024 to 20 Jan 2025: RUB 52,000.",
        "RUB 48,000 more to reach Partner #9.",
    ]
    assert page.findtext("keep") == "To keep Partner #8, add RUB 1,000 by 20 Jan 2025."
    assert table(page, "others") == [{"name": "Agreed by hand", "value": "40 %", "covers": "it_1"}]
    assert (
        "promo codes can't be used and your other personal discounts (listed at the bottom) are suspended"
        in page.findtext("resting")
    )
    assert operator.sandbox.calls() == []


def test_while_the_panel_refuses_i_read_what_is_in_effect_and_what_follows(me: Desk, operator: Operator) -> None:
    """Two payments: the second one's discount on VPS is refused."""
    operator.sandbox.fault("refuse", "account.discount.edit")
    operator.queue(operator.sandbox.world.add_payment(1, 50_000, TODAY))
    operator.work()
    page = me.ask("my")
    rows = table(page, "discounts")
    assert [(row["class"], row["percent"], row["follows"], row["since"]) for row in rows] == [
        ("vps", "19", "21", ""),
        ("dedicated", "7", "8", ""),
        ("ssl", "3", "5", ""),
    ]
    shown = [[cell.text or "" for cell in row] for row in page.find("list[@name='discounts']")]
    assert [row[1:3] for row in shown] == [["19 %", "21 %"], ["7 %", "8 %"], ["3 %", "5 %"]]
    assert page.findtext("state") == "Your tier: Partner #9. Discounts are still being updated"
    assert page.findtext("waiting").startswith("In effect now: VPS 19 %, ")
    me.language = "ru"
    page = me.ask("my")
    assert page.findtext("state") == "Ваш статус: Partner #9. Скидки ещё обновляются"
    assert "VPS, по статусу 21 %" in page.findtext("facts")
    assert "По статусу: VPS 21 %, выделенные серверы 8 %" in page.findtext("waiting")
    desk = Desk(operator.sandbox.root, operator.store, level=30)
    (row,) = desk.rows("members")
    assert (row["percent_vps"], row["percent_dedicated"]) == ("19 %; 21 % follows", "7 %; 8 % follows")
    assert desk.form("why", elid="1")["waits"].startswith(
        "The panel has not saved all discounts yet. In effect: VPS 19 %, dedicated servers 7 %"
    )
    assert "Next try: 12:00." in desk.form("why", elid="1")["waits"]
    heads, cells = csv.reader(desk.form("members.export")["csv"].splitlines())
    exported = dict(zip(heads, cells))
    assert [(exported[name], exported[f"{name}_follows"]) for name in ("vps", "dedicated", "ssl")] == [
        ("19", "21"),
        ("7", "8"),
        ("3", "5"),
    ]
    me.language = "en"
    newest, before = listed(me.ask("my.history"))
    assert [(newest[f"percent_{name}"], newest[f"follows_{name}"]) for name in ("vps", "dedicated", "ssl")] == [
        ("19", "21"),
        ("7", "8"),
        ("3", "5"),
    ]
    assert newest["discounts"].startswith("VPS 19 %; 21 % follows, dedicated servers 7 %; 8 % follows, ")
    assert (before["percent_vps"], before["follows_vps"]) == ("19", "")
    assert before["discounts"] == "VPS 19 %, dedicated servers 7 %, SSL certificates 3 %"
    operator.sandbox.clear_faults()
    operator.store.queue.retry()
    operator.work()
    page = me.ask("my")
    assert [row["follows"] for row in table(page, "discounts")] == ["", "", ""]
    assert columns(page, "discounts") == ["class", "percent", "since"]
    newest, *_ = listed(me.ask("my.history"))
    assert (newest["percent_vps"], newest["follows_vps"]) == ("21", "")
    assert "waits" not in desk.form("why", elid="1")


def test_a_table_that_leaves_me_alone_hides_nothing_and_one_that_does_not_is_told_apart(
    me: Desk, operator: Operator
) -> None:
    tiers = operator.store.tiers.on(TODAY).table.tiers
    higher = tuple(
        replace(tier, percents={**tier.percents, VPS: tier.percents[VPS] + (tier.name == "Partner #7")})
        for tier in tiers
    )
    operator.store.tiers.put(TierTable(tiers[:-1]), date(2025, 1, 21), "chief", NOW)
    page = me.ask("my")
    assert (raw(page)["change"], raw(page)["change_tier"], raw(page)["keep_amount"]) == (
        "2025-01-21",
        "Partner #7",
        "1000",
    )
    assert "table_change" not in fields(page)
    operator.store.tiers.put(TierTable(higher), date(2025, 1, 21), "chief", NOW)
    page = me.ask("my")
    assert page.findtext("change").startswith("21 Jan 2025: Partner #8 → Partner #7 (VPS 17 %")
    assert page.findtext("table_change") == "New table from 21 Jan 2025: VPS 17 → 18 %"
    assert raw(page)["table_change"] == "2025-01-21"
    ahead = table(me.ask("my.ahead"), "changes")
    assert ahead[0]["percents"].splitlines()[1] == "New table from 21 Jan 2025: VPS 17 → 18 %"


def test_what_moved_it_last_is_told(me: Desk, operator: Operator) -> None:
    payment = operator.sandbox.world.add_payment(1, 50_000, date(2025, 1, 20))
    operator.queue(payment)
    operator.work()
    page = me.ask("my")
    assert (raw(page)["tier"], raw(page)["since"], raw(page)["moved"]) == ("Partner #9", "2025-01-20", "payment")
    assert page.findtext("moved") == "20 Jan 2025: payment of RUB 50,000"
    assert [row["since"] for row in table(page, "discounts")] == ["2025-01-20"] * 3
    operator.apply(date(2025, 2, 6), allow_drop=True)
    me.now, me.language = datetime(2025, 2, 6, 12), "ru"
    page = me.ask("my")
    assert page.findtext("moved") == ("06.02.2025: платёж 49 000 ₽ от 05.01.2025 вышел из периода")
    assert [row["since"] for row in table(page, "discounts")] == ["2025-02-06"] * 3


def test_a_class_whose_percent_stays_keeps_its_day(me: Desk, operator: Operator) -> None:
    """Partner #7 and #8 have the same 3 % on SSL."""
    operator.apply(date(2025, 1, 21))
    me.now = datetime(2025, 1, 21, 12)
    page = me.ask("my")
    assert {row["class"]: row["since"] for row in table(page, "discounts")} == {
        "vps": "2025-01-21",
        "dedicated": "2025-01-21",
        "ssl": "2025-01-19",
    }


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        ({"clicked_button": "pay"}, "48000.00"),
        ({"clicked_button": "pay", "target": "Partner #10"}, "98000.00"),
        ({"clicked_button": "pay", "target": "Nobody's"}, "48000.00"),
        ({"clicked_button": "hold"}, "1000.00"),
    ],
)
def test_a_button_opens_the_panels_own_payment_with_that_amount(me: Desk, sent: dict[str, str], amount: str) -> None:
    done = me.ask("my", sok="ok", **sent).find("ok")
    assert done.get("type") == "form"
    assert parse_qs(done.text) == {"func": ["payment.add"], "amount": [amount]}


def test_the_buttons_name_amount_and_status(me: Desk) -> None:
    page = me.ask("my", target="Partner #10")
    said = {each.get("name"): each.text for each in page.iterfind("messages/msg")}
    assert (said["msg_pay"], said["msg_hold"]) == (
        "Add RUB 98,000",
        "Add RUB 1,000 to keep the tier",
    )
    assert (raw(page)["missing"], raw(page)["target"]) == ("98000", "Partner #10")


def test_at_the_top_nothing_is_missing(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Great Ltd")
    operator.sandbox.world.add_payment(account, 2_000_000, TODAY)
    operator.apply()
    page = as_client(operator, account).ask("my")
    assert (raw(page)["tier"], "target" in fields(page), buttons(page)) == ("Partner #16", False, [])
    assert page.find("metadata/form").get("nosubmit") == "yes"


def test_what_keeps_the_tier_is_not_asked_for_before_it_would_count(operator: Operator) -> None:
    """R3: on the day of the fall the window begins after today, and a payment of today has left it, too."""
    account = operator.sandbox.world.add_account("Fresh Ltd")
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.apply()
    me = as_client(operator, account)
    page = me.ask("my")
    assert (raw(page)["keep_first_day"], raw(page)["keep_last_day"]) == ("2025-01-21", "2025-02-20")
    assert page.findtext("keep") == (
        "To keep Partner #8, add RUB 50,000 between 21 Jan and 20 Feb 2025: an earlier payment will have left the "
        "period by the day of the drop."
    )
    assert buttons(page) == ["pay"]
    message, _ = me.refused("my", clicked_button="hold")
    assert "There is nothing to add." in message
    (change,) = table(me.ask("my.ahead"), "changes")
    assert (change["keep_first_day"], change["keep_last_day"]) == ("2025-01-21", "2025-02-20")


def test_a_warning_and_its_button_come_with_the_days_in_which_to_act(me: Desk, operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Later Ltd")
    operator.sandbox.world.add_payment(account, 52_000, date(2024, 12, 24))
    operator.apply()
    later = as_client(operator, account)
    page = later.ask("my")
    assert ("falls" in fields(page), buttons(page)) == (False, ["pay"])
    assert read_aloud(page).endswith(
        "If you add nothing, you keep it through 24 Jan 2025. To keep Partner #8, add RUB 50,000 by 24 Jan 2025."
    )
    later.now = datetime(2025, 1, 22, 12)
    page = later.ask("my")
    assert ("falls" in fields(page), buttons(page)) == (True, ["hold", "pay"])
    assert page.findtext("falls") == (
        "Your program discounts end on 25 Jan 2025. To keep Partner #8, add RUB 50,000 by 24 Jan 2025."
    )
    assert "If you add nothing" not in read_aloud(page)
    page = replace(me, language="ru").ask("my")
    assert page.findtext("falls") == (
        "21.01.2025 статус снизится до Partner #7: VPS 19 → 17 %, выделенные серверы 7 → 6 %. Чтобы сохранить "
        "Partner #8, внесите 1 000 ₽ до 20.01.2025 включительно."
    )
    warned = [field.get("name") for field in page.iter("field") if field.find("textdata[@warning='yes']") is not None]
    assert warned == ["falls"]


def test_the_large_facts_come_before_the_rest_and_the_bar_is_told_to_who_does_not_see_it(me: Desk) -> None:
    page = me.ask("my")
    assert read_aloud(page) == (
        "Your tier: Partner #8 19 % VPS 7 % Dedicated servers 3 % SSL certificates Turnover from 20 Dec 2024 to 20 Jan "
        "2025: RUB 52,000. RUB 48,000 more to reach Partner #9. RUB 50,000 Partner #8 RUB 100,000 Partner #9"
    )
    (bar,) = drawn(page).xpath("//*[@role='img']")
    assert bar.get("aria-label") == "RUB 52,000 of RUB 100,000, Partner #9"
    assert [each.get("style").split(";")[0] for each in bar] == ["flex:4 0 0", "flex:96 0 0"]
    open_at_once = [field.get("name") for field in page.iterfind("metadata/form/field")]
    assert open_at_once == ["falls", "facts"]
    assert page.find("metadata/form/page[@name='details']").get("collapsed") == "yes"
    further = me.ask("my", target="Partner #10")
    assert "RUB 98,000 more to reach Partner #10" in read_aloud(further)


def test_what_the_programme_saved_is_told_where_the_panels_expenses_tell_it(me: Desk, operator: Operator) -> None:
    assert "saved" not in fields(me.ask("my"))
    ours = next(iter(operator.store.owned.of(AccountId(1))))
    operator.sandbox.world.add_expense(1, 810, TODAY, ours, 190)
    operator.sandbox.world.add_expense(1, 500, TODAY, 999, 100)
    operator.apply()
    assert me.ask("my").findtext("saved") == "RUB 190"


# --- every state has its own page ---


def test_below_the_first_tier_it_is_told_what_reaches_it(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Small Ltd")
    operator.sandbox.world.add_payment(account, 120, TODAY)
    operator.apply()
    page = as_client(operator, account).ask("my")
    assert (raw(page)["state"], raw(page)["missing"], buttons(page)) == ("below", "380", ["pay"])
    assert page.findtext("words") == (
        "Turnover from 20 Dec 2024 to 20 Jan 2025: RUB 120. The first tier, Starter, starts at RUB 500: add RUB 380 "
        "and you get its discounts as soon as the payment is credited."
    )
    assert [(row["class"], row["percent"]) for row in table(page, "discounts")] == [
        ("vps", "0"),
        ("dedicated", "0"),
        ("ssl", "0"),
    ]
    assert not {"since", "discounts"} & fields(page), "no rows of zeros"


def test_pinned_it_is_told_until_when(me: Desk, operator: Operator) -> None:
    operator.store.members.pin(AccountId(1), Pin("Partner #3", date(2025, 1, 25), "secret deal", exactly=True), NOW)
    operator.apply(allow_drop=True)
    page = me.ask("my")
    assert raw(page)["state"] == "pinned"
    assert page.findtext("state") == "Your tier: Partner #3"
    assert page.findtext("words").splitlines() == [
        "It is yours through 25 Jan 2025, whatever your turnover.",
        "After that it follows your turnover again; now RUB 52,000.",
    ]
    assert (raw(page)["change"], raw(page)["change_tier"], raw(page)["change_falls"]) == (
        "2025-01-26",
        "Partner #7",
        "off",
    )
    assert ("missing" in fields(page), buttons(page)) == (False, [])
    assert b"secret deal" not in etree.tostring(page)


def test_r10_pinned_to_at_least_a_tier_the_next_one_is_shown_and_can_be_paid_for(me: Desk, operator: Operator) -> None:
    operator.store.members.pin(AccountId(1), Pin("Partner #9", date(2025, 1, 25), "secret deal"), NOW)
    operator.apply()
    page = me.ask("my")
    assert (raw(page)["state"], page.findtext("target")) == ("pinned", "Partner #10")
    assert "pay" in buttons(page)
    assert page.findtext("words").splitlines()[1] == (
        "It is yours through 25 Jan 2025: it can't drop until then, and rises to Partner #10 at a turnover of RUB "
        "150,000."
    )
    page = replace(me, language="ru").ask("my")
    assert page.findtext("words").splitlines()[1:] == [
        "Провайдер закрепил его за вами по 25.01.2025 включительно: до этого дня статус не снизится, а с оборотом от "
        "150 000 ₽ повысится до Partner #10.",
        "Потом статус снова определит оборот; сейчас он 52 000 ₽.",
    ]


def test_excluded_it_is_told_without_the_administrators_words(me: Desk, operator: Operator) -> None:
    operator.store.members.exclude(AccountId(1), "never pays in time", NOW)
    operator.apply(allow_drop=True)
    page = me.ask("my")
    assert (raw(page)["state"], buttons(page), fields(page)) == ("excluded", [], {"facts"})
    assert b"never pays" not in etree.tostring(page)


def test_not_a_member_and_who_may_join_sees_the_button(me: Desk, operator: Operator) -> None:
    operator.store.settings.set("members", "enrolled")
    operator.apply(allow_drop=True)
    page = me.ask("my")
    assert (raw(page)["state"], buttons(page), fields(page)) == ("not_a_member", [], {"facts"})
    assert read_aloud(page).endswith("Your provider decides who joins: contact support.")
    operator.store.settings.set("joining", "on")
    page = me.ask("my")
    assert buttons(page) == ["join"]
    assert "contact support" not in read_aloud(page)


def test_not_counted_yet_is_told_and_nobody_seen_before_costs_one_call(operator: Operator) -> None:
    operator.apply()
    account = operator.sandbox.world.add_account("Newcomer")
    me = Desk(operator.sandbox.root, operator.store, level=16, user=str(account + 1))
    operator.sandbox.reset_calls()
    assert raw(me.ask("my"))["state"] == "uncounted"
    assert [call["func"] for call in operator.sandbox.calls()] == ["whoami"]
    operator.sandbox.reset_calls()
    assert raw(me.ask("my"))["account"] == str(account)
    assert operator.sandbox.calls() == []


def test_after_an_upgrade_the_last_decision_is_shown_before_the_next_run(me: Desk, operator: Operator) -> None:
    operator.store.connection.execute(
        "UPDATE standing SET outlook = NULL, since = NULL, class_since = '{}', move = NULL"
    )
    page = me.ask("my")
    assert (raw(page)["tier"], raw(page)["missing"], raw(page)["since"]) == ("Partner #8", "48000", "")
    operator.apply()
    assert raw(me.ask("my"))["since"] == "2025-01-19"


def test_the_programme_taken_off_is_told(me: Desk, operator: Operator) -> None:
    operator.apply(withdraw=True)
    assert raw(me.ask("my"))["state"] == "withdrawn"


def test_a_run_that_stands_still_is_told_with_the_day_of_the_figures(me: Desk, operator: Operator) -> None:
    assert "stopped" not in fields(me.ask("my"))
    me.now = NOW + timedelta(hours=27)
    page = me.ask("my")
    assert raw(page)["stopped"] == "on"
    assert page.findtext("stopped") == (
        "As of 20 Jan 2025, 12:00. Recalculation is paused; your discounts don't change meanwhile."
    )
    assert "RUB 51,000 more to reach Partner #9" in read_aloud(page), "what is held is not offered again"
    assert not {"falls", "keep"} & fields(page)
    me.now = NOW
    operator.store.settings.set("automatic", "off")
    assert raw(me.ask("my"))["stopped"] == "on"


def test_while_a_change_is_counted_the_page_looks_again(me: Desk, operator: Operator) -> None:
    operator.store.queue.put(AccountId(1), "payment.setpaid", NOW)
    page = me.ask("my")
    assert raw(page)["waiting"] == "on"
    assert page.find("metadata").get("autoupdate")


# --- looking ahead ---


def test_each_fall_is_told_with_the_smallest_payment_and_the_last_day_that_keep_the_tier(me: Desk) -> None:
    page = me.ask("my.ahead")
    assert [
        (row["day"], row["turnover"], row["tier"], row["keep_amount"], row["keep_last_day"])
        for row in table(page, "changes")
    ] == [
        ("2025-01-21", "49000", "Partner #7", "1000", "2025-01-20"),
        ("2025-02-06", "0", "", "40000", "2025-02-05"),
    ]
    assert [(row["day"], row["turnover"], row["tier"]) for row in table(page, "days")] == [
        ("2025-01-20", "52000", "Partner #8"),
        ("2025-01-21", "49000", "Partner #7"),
        ("2025-02-06", "0", ""),
    ]
    assert "To keep Partner #8, add RUB 1,000 by 20 Jan 2025." in page.findtext("words")
    assert not fields(page) & {"result", "course"}


def test_the_calculator_tells_the_published_advance(me: Desk) -> None:
    """99 000 on 21 January: the second reseller of the spec keeps Partner #8."""
    page = me.ask("my.ahead", amount="50 000,00", day="2025-01-21")
    found = raw(page)
    assert (found["result_tier"], found["result_turnover"], found["result_until"]) == (
        "Partner #8",
        "99000",
        "2025-02-21",
    )
    assert [(row["day"], row["tier"]) for row in table(page, "course")] == [("2025-02-22", "")]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"amount": "many"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "99999999999"}, "amount"),
        ({"amount": "10,000"}, "amount"),
        ({"amount": "9" * 30}, "amount"),
        ({"amount": "5", "day": "9999-12-31"}, "day"),
        ({"amount": "5", "day": "2025-01-19"}, "day"),
        ({"amount": "5", "day": "2030-01-01"}, "day"),
        ({"amount": "5", "day": "tomorrow"}, "day"),
    ],
)
def test_what_cant_be_paid_is_refused_and_the_field_marked(me: Desk, sent: dict[str, str], field: str) -> None:
    assert me.error(me.ask("my.ahead", **sent))[1] == field


def test_a_day_is_typed_as_people_of_either_language_write_it(me: Desk) -> None:
    days = {me.ask("my.ahead", amount="100", day=day).findtext("result") for day in ("2025-01-21", "21.01.2025")}
    assert len(days) == 1


def test_who_takes_no_part_finds_nothing_to_press_ahead(me: Desk, operator: Operator) -> None:
    operator.store.members.exclude(AccountId(1), "never pays in time", NOW)
    operator.apply(allow_drop=True)
    page = me.ask("my.ahead")
    assert [each.get("name") for each in page.find("metadata/form")] == ["words"]
    assert "My tier" in page.findtext("words")


def test_the_picture_is_plain_svg_with_words_for_who_cant_see_it(me: Desk, operator: Operator) -> None:
    for function in ("my.ahead", "my.picture"):
        drawing = etree.fromstring(me.ask(function).findtext("picture"))
        assert (etree.QName(drawing).localname, drawing.get("role")) == ("svg", "img")
        assert drawing.findtext("{*}title")
        assert drawing.get("aria-label")
        allowed = {"svg", "title", "rect", "line", "circle", "text"}
        assert {etree.QName(each).localname for each in drawing.iter()} <= allowed
        assert {"Turnover, RUB", "Date"} <= {each.text for each in drawing.iterfind("{*}text")}
        assert not [name for each in drawing.iter() for name in each.attrib if str(name).lower().startswith("on")]


def test_a_tier_named_like_a_script_stays_a_name(me: Desk, operator: Operator) -> None:
    table_ = operator.store.tiers.on(TODAY).table.to_csv().replace("Partner #9", '"<script>alert(1)</script>"')
    from resellerprogram.programme.tiers import TierTable

    operator.store.tiers.put(TierTable.from_csv(table_), TODAY, "admin", NOW)
    picture = me.ask("my.ahead").findtext("picture")
    assert "<script>" not in picture
    assert "&lt;script&gt;alert(…" in picture
    facts = me.ask("my").findtext("facts")
    assert "<script>" not in facts
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in facts


# --- the table, the history, the rules ---


def test_the_table_has_my_own_row_marked(me: Desk, operator: Operator) -> None:
    rows = listed(me.ask("my.tiers"))
    assert [row["name"] for row in rows if row["own"] == "on"] == ["Partner #8"]
    assert (rows[8]["from"], rows[8]["to"], rows[8]["percent_vps"], rows[8]["missing"]) == ("50000", "100000", "19", "")
    assert (rows[9]["missing"], rows[16]["to"], len(rows)) == ("48000", "", 17)
    operator.store.members.exclude(AccountId(1), "x", NOW)
    assert [row["own"] for row in listed(me.ask("my.tiers"))] == ["off"] * 17


def test_a_cap_that_bites_is_told_wherever_percents_are(me: Desk, operator: Operator) -> None:
    """The whole class by its type, one tariff of another class by its name."""
    cheap = operator.sandbox.world.add_tariff("Promo <b>", 3)
    operator.classes("vps", "vds", caps="vds=15")
    operator.classes("dedicated", "dedic", caps=f"dedic=50, {cheap}=2")
    operator.apply(allow_drop=True)
    page = me.ask("my")
    assert raw(page)["capped"] == "VPS: at most 15 %; tariff plan Promo <b>: at most 2 %"
    found = {row["class"]: row["percent"] for row in table(page, "discounts")}
    assert found == {"vps": "15", "dedicated": "7", "ssl": "3"}
    assert [tuple(row.values()) for row in table(page, "caps")] == [
        ("vps", "vds", "15"),
        ("dedicated", str(cheap), "2"),
    ]
    assert "VPS 15 %" in page.findtext("change") + page.findtext("slist[@name='target']/val")
    rows = {row["name"]: row for row in listed(me.ask("my.tiers"))}
    assert [rows[name]["percent_vps"] for name in ("Partner #1", "Partner #8", "Partner #11")] == ["5", "15", "15"]
    assert me.said("my.tiers") == "VPS: at most 15 %; tariff plan Promo <b>: at most 2 %"
    how = me.ask("my.how")
    assert {row["topic"]: row["rule"] for row in table(how, "rules")}["caps"].endswith(me.said("my.tiers") + ".")
    assert "VPS 25 %" not in etree.tostring(me.ask("my.ahead", amount="500000"), encoding="unicode")
    russian = replace(me, language="ru").ask("my")
    assert raw(russian)["capped"] == "VPS: не больше 15 %; тариф Promo <b>: не больше 2 %"


def test_a_cap_that_takes_nothing_is_not_told(me: Desk, operator: Operator) -> None:
    operator.classes("vps", "vds", caps="vds=24")
    operator.apply()
    assert "capped" not in fields(me.ask("my"))
    assert me.said("my.tiers") == "VPS: at most 24 %", "the table has more"
    operator.classes("vps", "vds", caps="vds=90")
    assert me.said("my.tiers") == ""
    assert "caps" not in {row["topic"] for row in table(me.ask("my.how"), "rules")}


def test_the_history_tells_tiers_by_day_and_leads_to_the_payments(me: Desk, operator: Operator) -> None:
    operator.sandbox.world.add_cashback(1, 500, TODAY)
    operator.apply(date(2025, 1, 21))
    rows = listed(me.ask("my.history"))
    assert [(row["first_day"], row["last_day"], row["tier"], row["turnover"]) for row in rows] == [
        ("2025-01-21", "2025-01-21", "Partner #7", "49000"),
        ("2025-01-19", "2025-01-20", "Partner #8", "52000"),
    ]
    newest = listed(me.ask("my.payments"))
    assert [(row["credited"], row["amount"], row["counted"], row["reason"]) for row in newest] == [
        ("2025-01-20", "500", "0", "promotional"),
        ("2025-01-05", "49000", "49000", "counted"),
    ]
    older = listed(me.ask("my.payments", elid=rows[1]["id"]))
    assert [row["credited"] for row in older] == ["2025-01-05", "2024-12-20"]
    page = me.shown("my.payments", elid=rows[1]["id"], p_cnt=1, p_num=2)
    assert ([row["credited"] for row in listed(page)], page.findtext("p_elems")) == (["2024-12-20"], "2")
    assert page.findtext("plid") == rows[1]["id"]


def test_r11_of_days_long_past_i_read_the_sums_and_that_payments_are_not_kept(me: Desk, operator: Operator) -> None:
    operator.apply(date(2025, 1, 21))
    was = listed(me.ask("my.history"))
    assert operator.store.retention.let_go(date(2025, 1, 21), YESTERDAY) == 1
    assert listed(me.ask("my.history")) == was
    page = me.ask("my.payments", elid=was[1]["id"])
    assert listed(page) == []
    assert page.findtext("banner/msg").startswith("Details are kept for 36 months. Of these days turnover, tier")
    assert me.said("my.payments") == ""


def test_beyond_the_cap_a_client_is_told_how_many_rows_are_left_out(
    me: Desk, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.apply(date(2025, 1, 21))
    assert [me.said(function) for function in ("my.history", "my.payments")] == ["", ""]
    record = listed(me.ask("my.history"))[1]["id"]
    monkeypatch.setattr("resellerprogram.pages.my.history.MOST_ROWS", 1)
    assert [row["first_day"] for row in listed(me.ask("my.history"))] == ["2025-01-21"]
    assert me.said("my.history").startswith("Shown: 1 of 2, not shown: 1. These are the newest")
    assert [row["credited"] for row in listed(me.ask("my.payments", elid=record))] == ["2025-01-05"]
    assert "Menu “Payments” has all of them" in me.said("my.payments", elid=record)


def test_the_picture_of_the_past_has_its_figures_beside_it(me: Desk, operator: Operator) -> None:
    operator.apply(date(2025, 1, 21))
    me.now = datetime(2025, 1, 21, 12)
    page = me.ask("my.picture", months="12")
    assert [(row["day"], row["turnover"], row["tier"]) for row in table(page, "days")] == [
        ("2025-01-21", "49000", "Partner #7"),
        ("2025-01-19", "52000", "Partner #8"),
    ]
    assert raw(me.ask("my.picture", months="10000000"))["months"] == "3"


def test_how_it_works_follows_the_settings(me: Desk, operator: Operator) -> None:
    rules = {row["topic"]: row["rule"] for row in table(me.ask("my.how"), "rules")}
    assert "from the same day of last month up to today" in rules["counts"]
    assert "It is priced at the old discount" in rules["order"]
    assert rules["promo_codes"] == "They can't be used while you have a tier."
    for name, value in (
        ("window_months", "3"),
        ("promo_codes", "allow"),
        ("other_discounts", "leave"),
        ("joining", "on"),
        ("excluded_payment_methods", "Bonus"),
    ):
        operator.store.settings.set(name, value)
    page = me.ask("my.how")
    rules = {row["topic"]: row["rule"] for row in table(page, "rules")}
    assert "from the same day 3 months ago up to today" in rules["counts"]
    assert "; the payment methods Bonus." in rules["does_not_count"]
    assert rules["promo_codes"] == "They work beside the program."
    assert rules["other_discounts"] == "They stay as they are."
    assert rules["joining"].startswith("You may join and leave")
    assert (raw(page)["months"], raw(page)["promo_codes"], raw(page)["currency"]) == ("3", "allow", "RUB")


# --- joining, leaving, being told ---


@pytest.fixture
def outsider(me: Desk, operator: Operator) -> Desk:
    """The same reseller, who takes no part and may join."""
    operator.store.settings.set("members", "enrolled")
    operator.apply(allow_drop=True)
    operator.store.settings.set("joining", "on")
    return me


def test_joining_shows_what_i_get_and_what_rests_and_asks_for_consent(outsider: Desk, operator: Operator) -> None:
    page = outsider.ask("my.join")
    assert raw(page)["waiting"] == "on"
    assert page.find("metadata").get("autoupdate")
    carry_out_all(operator.sandbox.root, operator.store, operator.clock(TODAY))
    page = outsider.ask("my.join")
    assert (raw(page)["tier"], raw(page)["turnover"]) == ("Partner #8", "52000")
    assert table(page, "others") == [{"name": "Agreed by hand", "value": "40 %", "covers": "it_1"}]
    assert page.findtext("list[@name='others']/elem/covers") == "Shared hosting: all tariff plans"
    assert operator.percents(1) == {"vhost": 40}

    seen = raw(page)["seen"]
    assert outsider.error(outsider.ask("my.join", sok="ok", agree="off", seen=seen))[1] == "agree"
    assert operator.store.members.of(AccountId(1)).standing is None
    answer = outsider.ask("my.join", sok="ok", agree="on", seen=seen)
    assert answer.find("ok").text == "func=resellerprogram.my"
    operator.work()
    assert operator.percents(1) == {"vds": 19, "dedic": 7, "certificate": 3}
    who, address, what, before, after = outsider.changes()[0]
    assert (address, what, "enrolled" in before) == ("192.0.2.7", "joined", False)
    assert "client1@example.com" in who
    assert "Today you would get: Partner #8 (VPS 19 %" in plain_spaces(after)
    assert "— Agreed by hand 40 % (Shared hosting: all tariff plans)" in after
    assert raw(outsider.ask("my"))["state"] == "tier"


def test_leaving_gives_back_what_was_set_aside_and_i_may_come_again(outsider: Desk, operator: Operator) -> None:
    operator.store.members.enrol(AccountId(1), "", NOW)
    operator.apply()
    assert outsider.error(outsider.ask("my.leave", sok="ok"))[1] == "agree"
    assert outsider.ask("my.leave", sok="ok", agree="on").find("error") is None
    assert operator.store.members.of(AccountId(1)).standing == "left"
    operator.work()
    assert operator.percents(1) == {"vhost": 40}
    page = outsider.ask("my")
    assert (raw(page)["state"], buttons(page)) == ("left", ["join"])
    assert outsider.changes()[0][2] == "left"


def test_who_left_stays_out_also_where_everybody_takes_part(outsider: Desk, operator: Operator) -> None:
    operator.store.settings.set("members", "all")
    operator.apply()
    outsider.ask("my.leave", sok="ok", agree="on")
    operator.apply(allow_drop=True)
    assert operator.percents(1) == {"vhost": 40}


def test_who_joins_before_any_run_has_seen_them_costs_one_call(operator: Operator) -> None:
    operator.store.settings.set("members", "enrolled")
    operator.store.settings.set("joining", "on")
    operator.apply()
    account = operator.sandbox.world.add_account("Newcomer", email="new@example.com")
    me = Desk(operator.sandbox.root, operator.store, level=16, user=str(account + 1))
    me.ask("my.join")
    carry_out_all(operator.sandbox.root, operator.store, operator.clock(TODAY))
    seen = raw(me.ask("my.join"))["seen"]
    operator.sandbox.reset_calls()
    assert me.ask("my.join", sok="ok", agree="on", seen=seen).find("ok") is not None
    assert [call["func"] for call in operator.sandbox.calls()] == ["whoami"]
    assert operator.store.changes.newest(1)[0].whom == f"{account} new@example.com"


def test_nobody_joins_or_leaves_where_it_is_not_allowed(outsider: Desk, operator: Operator) -> None:
    operator.store.settings.set("joining", "off")
    for function in ("my.join", "my.leave"):
        assert "Your provider decides" in outsider.error(outsider.ask(function, sok="ok", agree="on"))[0]
    operator.store.settings.set("joining", "on")
    operator.store.members.exclude(AccountId(1), "never pays", NOW)
    assert "You can't join" in outsider.error(outsider.ask("my.join", sok="ok", agree="on"))[0]
    assert operator.store.members.of(AccountId(1)).standing == "excluded"


def test_nothing_is_agreed_to_before_it_was_shown(outsider: Desk, operator: Operator) -> None:
    assert "Wait until" in outsider.error(outsider.ask("my.join", sok="ok", agree="on"))[0]
    assert operator.store.members.of(AccountId(1)).standing is None


def test_what_was_shown_is_what_is_agreed_to(outsider: Desk, operator: Operator) -> None:
    """Spec, section 3: when the terms have changed since they were shown, they are shown again."""
    outsider.ask("my.join")
    carry_out_all(operator.sandbox.root, operator.store, operator.clock(TODAY))
    shown = raw(outsider.ask("my.join"))["seen"]
    operator.store.settings.set("promo_codes", "allow")
    for seen in (shown, ""):
        assert "open it again" in outsider.error(outsider.ask("my.join", sok="ok", agree="on", seen=seen))[0]
    assert operator.store.members.of(AccountId(1)).standing is None
    again = raw(outsider.ask("my.join"))["seen"]
    assert outsider.ask("my.join", sok="ok", agree="on", seen=again).find("ok") is not None


def test_somebody_who_looks_again_and_again_is_counted_once(outsider: Desk, operator: Operator) -> None:
    for _ in range(3):
        outsider.ask("my.join")
    assert operator.store.connection.execute("SELECT count(*) FROM task").fetchone()[0] == 1


def test_what_could_not_be_counted_is_told_and_tried_again_later(outsider: Desk, operator: Operator) -> None:
    outsider.ask("my.join")
    operator.sandbox.fault("refuse", "payment")
    carry_out_all(operator.sandbox.root, operator.store, operator.clock(TODAY))
    page = outsider.ask("my.join")
    assert (raw(page)["waiting"], page.find("metadata").get("autoupdate")) == ("off", None)
    assert "can't be counted at the moment" in page.findtext("words")
    operator.sandbox.clear_faults()
    outsider.now = NOW + timedelta(minutes=11)
    assert raw(outsider.ask("my.join"))["waiting"] == "on"


def test_each_notification_can_be_switched_off_by_me(me: Desk, operator: Operator) -> None:
    assert {name: raw(me.ask("my.notices"))[name] for name in ("rose", "will_fall", "fell")} == dict.fromkeys(
        ("rose", "will_fall", "fell"), "on"
    )
    me.ask("my.notices", sok="ok", rose="off", will_fall="on", fell="off")
    assert operator.store.notices.unwanted(AccountId(1)) == {Kind.ROSE, Kind.FELL}
    assert raw(me.ask("my.notices"))["rose"] == "off"
    me.ask("my.notices", sok="ok", rose="on")
    assert operator.store.notices.unwanted(AccountId(1)) == {Kind.FELL}, "what a program does not send stays"
    me.ask("my.notices", sok="ok", rose="off")
    operator.store.settings.set("client_notices", "will_fall")
    assert fields(me.ask("my.notices")) == {"words", "will_fall"}
    me.ask("my.notices", sok="ok", will_fall="on")
    assert operator.store.notices.unwanted(AccountId(1)) == {Kind.ROSE, Kind.FELL}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_speaks_my_language(me: Desk, operator: Operator, language: str) -> None:
    """No Russian letter in an English page but names, and every sentence of a Russian one in Russian."""
    operator.store.settings.set("joining", "on")
    me.language = language
    for function in ("my", "my.ahead", "my.tiers", "my.history", "my.payments", "my.how", "my.leave", "my.notices"):
        page = me.ask(function)
        assert page.find("error") is None, function
        texts = " ".join(text for each in page if each.tag != "metadata" for text in each.itertext())
        texts = texts.replace("Ромашка", "")
        russian = any("а" <= letter <= "я" for letter in texts.lower())
        assert russian is (language == "ru"), function
