"""The whole flow against the sandbox panel: what the provider sees in the panel's database afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.discounts import Create, Edit
from resellerprogram.programme.errors import SettingError, UnsafePlan
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.tiers import TierTable
from resellerprogram.programme.turnover import Reason

from tests.operator import TODAY, Operator

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("over_https")]

PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


def reseller(operator: Operator, *payments: tuple[int, date], name: str = "Romashka") -> int:
    account = operator.sandbox.world.add_account(name)
    for amount, day in payments:
        operator.sandbox.world.add_payment(account, amount, day)
    return account


def test_the_published_example_comes_out_in_the_panel(operator: Operator) -> None:
    advance = reseller(operator, (30_000, date(2024, 12, 27)), (22_000, date(2025, 1, 9)))
    falling = reseller(operator, (3_000, date(2024, 12, 20)), (49_000, date(2025, 1, 9)))
    operator.apply(TODAY)
    assert operator.percents(advance) == operator.percents(falling) == PARTNER_8

    operator.sandbox.world.add_payment(advance, 50_000, date(2025, 1, 21))
    operator.apply(date(2025, 1, 21))

    assert operator.percents(advance) == {"vds": 21, "dedic": 8, "certificate": 5}
    assert operator.percents(falling) == {"vds": 17, "dedic": 6, "certificate": 3}


def test_a_client_pays_less_for_a_vps_and_an_automatic_promotion_does_not_act(operator: Operator) -> None:
    account = reseller(operator, (52_000, TODAY))
    operator.sandbox.world.add_promotion("January sale", 50, "vds", date(2025, 1, 1), date(2025, 1, 31))
    assert operator.sandbox.price(account, "vds") == 500
    operator.apply()
    assert operator.sandbox.price(account, "vds") == 810


def test_a_second_run_writes_nothing(operator: Operator) -> None:
    operator.sandbox.world.populate(TODAY, count=30)
    operator.store.settings.set("provider", "1")
    first = operator.apply()
    assert first.written == sum(len(planned.changes) for planned in first.planned) > 20
    operator.writes()
    second = operator.apply()
    assert (second.planned, second.written, operator.writes()) == ([], 0, [])


def test_writes_are_exactly_the_differing_discounts(operator: Operator) -> None:
    """R8: edited in place, nothing else touched."""
    rising = reseller(operator, (10_000, TODAY))
    reseller(operator, (10_000, TODAY))
    operator.apply()
    before = {each["internal_name"]: each["id"] for each in operator.sandbox.world.discounts(rising)}
    operator.sandbox.world.add_payment(rising, 5_000, TODAY)
    operator.writes()
    operator.apply()
    assert operator.writes() == ["account.discount.edit"] * 3
    assert {each["internal_name"]: each["id"] for each in operator.sandbox.world.discounts(rising)} == before


def test_plan_tells_what_apply_then_does_and_writes_nothing(operator: Operator) -> None:
    account = reseller(operator, (600, TODAY))
    planned = operator.plan()
    assert [type(change) for change in planned.planned[0].changes] == [Create] * 3
    assert operator.writes() == []
    assert operator.store.decisions.last(AccountId(account)) is None
    assert operator.apply().planned == planned.planned


def test_when_payments_leave_the_window_the_discounts_are_removed(operator: Operator) -> None:
    account = reseller(operator, (600, TODAY))
    operator.apply()
    operator.apply(date(2025, 2, 20))
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
    operator.apply(date(2025, 2, 21))
    assert operator.percents(account) == {}


def test_a_refund_is_taken_off_once(operator: Operator) -> None:
    account = reseller(operator, (10_000, date(2025, 1, 5)), (52_000, date(2025, 1, 6)))
    operator.sandbox.world.refund(operator.sandbox.world.add_payment(account, 40_000, date(2025, 1, 7)), TODAY)
    operator.sandbox.world.refund(operator.sandbox.world.add_payment(account, 1_000, date(2025, 1, 8)), TODAY, 400)
    assert operator.explain(account).decision.turnover.amount == 62_600


@pytest.mark.parametrize("sign", ["negative", "positive"])
@pytest.mark.parametrize("status", ["4", "6"])
def test_a_refund_is_taken_off_once_in_every_shape_that_the_panel_may_give_it(
    operator: Operator, sign: str, status: str
) -> None:
    operator.sandbox.read_as(refund_sign=sign, refund_row_status=status)
    account = reseller(operator, (10_000, date(2025, 1, 5)))
    operator.sandbox.world.refund(operator.sandbox.world.add_payment(account, 4_000, date(2024, 12, 1)), TODAY)
    operator.sandbox.world.refund(operator.sandbox.world.add_payment(account, 3_000, date(2025, 1, 7)), TODAY)
    operator.sandbox.world.refund(operator.sandbox.world.add_payment(account, 1_000, date(2025, 1, 8)), TODAY, 400)
    assert operator.explain(account).decision.turnover.amount == 10_600


def test_payments_to_another_provider_do_not_count(operator: Operator) -> None:
    """R5"""
    other = operator.sandbox.world.add_project("Second Brand")
    account = reseller(operator, (600, TODAY))
    operator.sandbox.world.add_payment(account, 50_000, TODAY, project=other)
    assert operator.apply().warnings[0].en.startswith("payments to provider 1 count; the panel has 1 (Example")
    assert operator.percents(account)["vds"] == 3
    operator.store.settings.set("provider", str(other))
    operator.apply()
    assert operator.percents(account)["vds"] == 19


def test_a_panel_that_lists_neither_providers_nor_employees_is_served_all_the_same(operator: Operator) -> None:
    operator.sandbox.read_as(project_list="absent", employee_list="absent", needs_su="yes", currencyrate="absent")
    other = operator.sandbox.world.add_project("Second Brand")
    account = reseller(operator, (600, TODAY))
    operator.sandbox.world.add_payment(account, 50_000, TODAY, project=other)
    operator.apply()
    assert operator.percents(account)["vds"] == 3


def test_the_rate_of_a_foreign_payment_is_kept_and_never_looked_up_again(operator: Operator) -> None:
    """R5"""
    account = reseller(operator)
    operator.sandbox.world.add_rate("USD", date(2025, 1, 10), "90")
    operator.sandbox.world.add_payment(account, 10, date(2025, 1, 12), currency="USD")
    operator.sandbox.world.add_payment(account, 7, date(2025, 1, 12), currency="EUR")
    operator.apply()
    operator.sandbox.world.add_rate("USD", date(2025, 1, 11), "500")

    turnover = operator.explain(account).decision.turnover

    assert turnover.amount == 900
    assert [verdict.reason for verdict in turnover.verdicts] == [Reason.COUNTED, Reason.NO_RATE]


def test_a_service_class_may_stand_for_several_types_and_the_discount_of_one_that_left_is_removed(
    operator: Operator,
) -> None:
    account = reseller(operator, (52_000, TODAY))
    operator.classes("vps", "vds", "vds.vps")
    operator.apply()
    assert operator.percents(account) == {**PARTNER_8, "vds.vps": 19}
    operator.classes("vps", "vds")
    operator.apply()
    assert operator.percents(account) == PARTNER_8


def test_a_service_type_that_the_panel_lacks_is_passed_over_with_a_warning(operator: Operator) -> None:
    account = reseller(operator, (52_000, TODAY))
    operator.classes("ssl", "ssl_cert")
    report = operator.apply()
    assert operator.percents(account) == {"vds": 19, "dedic": 7}
    assert "ssl_cert" in report.warnings[0].ru


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("provider", "9", "1 (Example Hosting)"),
        ("currency", "GBP", "no currency GBP"),
        ("members", "group:9", "client group 9"),
        ("excluded_payment_methods", "Gold", "no method Gold"),
    ],
)
def test_settings_that_do_not_fit_the_panel_stop_the_run_before_it_reads_payments(
    operator: Operator, name: str, value: str, says: str
) -> None:
    operator.store.settings.set(name, value)
    with pytest.raises(SettingError, match=says.replace("(", r"\(").replace(")", r"\)")):
        operator.apply()
    assert "payment" not in {call["func"] for call in operator.sandbox.calls()}


def test_an_excluded_payment_method_that_was_deleted_is_warned_of_and_the_rest_goes_on(operator: Operator) -> None:
    """Case U3"""
    account = operator.sandbox.world.add_account("Roubles")
    operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.store.settings.set("excluded_payment_methods", "99")
    report = operator.apply()
    assert operator.percents(account)
    assert "no method 99" in report.warnings[0].en


def test_classes_without_any_service_type_of_the_panel_stop_the_run(operator: Operator) -> None:
    for name in ("vps", "dedicated", "ssl"):
        operator.classes(name)
    with pytest.raises(SettingError, match="none of the product types"):
        operator.apply()


# --- members (R10) ---


def test_only_members_of_the_group_take_part_and_who_leaves_loses_the_discount(operator: Operator) -> None:
    inside, outside = reseller(operator, (600, TODAY)), reseller(operator, (600, TODAY))
    operator.apply()
    group = operator.sandbox.world.add_group("Resellers", [inside])
    operator.store.settings.set("members", f"group:{group}")
    report = operator.apply()
    assert (operator.percents(inside)["vds"], operator.percents(outside)) == (3, {})
    assert [(planned.account.id, planned.basis) for planned in report.planned] == [(outside, Basis.NOT_A_MEMBER)]


def test_an_enrolled_account_takes_part_and_an_excluded_one_does_not(operator: Operator) -> None:
    enrolled, other, excluded = (reseller(operator, (600, TODAY)) for _ in range(3))
    now = operator.clock(TODAY)()
    operator.store.settings.set("members", "enrolled")
    operator.store.members.enrol(AccountId(enrolled), "", now)
    operator.store.members.enrol(AccountId(excluded), "", now)
    operator.store.members.exclude(AccountId(excluded), "abuse", now)
    operator.apply()
    assert [bool(operator.percents(account)) for account in (enrolled, other, excluded)] == [True, False, False]
    operator.sandbox.reset_calls()
    operator.apply()
    asked = {call["params"].get("account_id") for call in operator.sandbox.calls() if call["func"] == "payment"}
    assert str(enrolled) in asked
    assert str(other) not in asked


def test_a_pin_holds_its_tier_until_its_last_day(operator: Operator) -> None:
    account = reseller(operator, (600, TODAY))
    operator.store.members.pin(
        AccountId(account), Pin("Partner #8", date(2025, 1, 25), "contract"), operator.clock(TODAY)()
    )
    operator.apply(date(2025, 1, 25))
    assert operator.percents(account) == PARTNER_8
    operator.apply(date(2025, 1, 26))
    assert operator.percents(account)["vds"] == 3


def test_a_new_tier_table_acts_with_the_next_run(operator: Operator) -> None:
    account = reseller(operator, (600, TODAY))
    operator.apply()
    operator.store.tiers.put(
        TierTable.from_csv("status,from,vps,dedicated,ssl\nGold,100,12.5,0,1\n"), TODAY, "", operator.clock(TODAY)()
    )
    operator.apply()
    assert operator.sandbox.world.percents(account) == {"vds": Decimal("12.5"), "certificate": 1}


# --- what must hold whatever happens ---


def test_discounts_that_are_not_ours_are_never_touched_where_the_settings_leave_them(operator: Operator) -> None:
    operator.store.settings.set("other_discounts", "leave")
    account = reseller(operator, (600, TODAY))
    theirs = [operator.sandbox.world.add_discount(account, 40, tree) for tree in ("it_1", "pl_5", "null")]
    operator.apply()
    operator.apply(date(2025, 2, 21))
    assert [each["id"] for each in operator.sandbox.world.discounts(account)] == theirs


def test_what_somebody_changed_or_deleted_by_hand_is_put_right(operator: Operator) -> None:
    account = reseller(operator, (52_000, TODAY))
    operator.apply()
    by_type = {each["internal_name"]: each["id"] for each in operator.sandbox.world.discounts(account)}
    operator.sandbox.world.change_discount(by_type["vds"], percentage=Decimal(90))
    operator.sandbox.world.change_discount(by_type["dedic"], todate=date(2025, 2, 1))
    operator.sandbox.world.delete_discount(by_type["certificate"])
    report = operator.apply()
    assert {type(change) for change in report.planned[0].changes} == {Create, Edit}
    assert operator.percents(account) == PARTNER_8
    assert {each["todate"] for each in operator.sandbox.world.discounts(account)} == {date(2099, 12, 31)}


@pytest.mark.parametrize("columns", ["full", "id_name", "id_only"])
@pytest.mark.parametrize("localized", ["en", "ru"])
def test_a_lost_store_adopts_its_discounts_and_doubles_none(operator: Operator, columns: str, localized: str) -> None:
    operator.sandbox.read_as(discount_list_columns=columns)
    operator.store.settings.set("other_discounts", "leave")
    account = reseller(operator, (52_000, TODAY))
    theirs = operator.sandbox.world.add_discount(account, 40, "it_2")
    operator.apply()
    before = [each["id"] for each in operator.sandbox.world.discounts(account)]
    if localized == "ru":
        for each in operator.sandbox.world.discounts(account):
            if each["id"] != theirs:
                operator.sandbox.world.change_discount(
                    each["id"],
                    name=each["name"]
                    .replace("Reseller program", "Реселлерская программа")
                    .replace("dedicated servers", "выделенные серверы")
                    .replace("SSL certificates", "SSL-сертификаты"),
                )
    operator.store.connection.execute("DELETE FROM owned_discount")
    operator.store.connection.execute("DELETE FROM decision")

    report = operator.apply()

    assert report.planned == []
    assert [each["id"] for each in operator.sandbox.world.discounts(account)] == before
    assert operator.store.owned.count() == 3
    assert [each["percent"] for each in operator.sandbox.world.discounts(account) if each["id"] == theirs] == [40]


def test_a_doubled_discount_is_reduced_to_one(operator: Operator) -> None:
    account = reseller(operator, (52_000, TODAY))
    operator.apply()
    operator.sandbox.world.add_discount(account, 19, "it_2", name="Reseller program: VPS")
    operator.apply()
    assert operator.percents(account) == PARTNER_8


def test_falls_that_nothing_foretold_wait_until_they_are_let_and_the_rest_goes_on(operator: Operator) -> None:
    """Spec, section 3: rises and foretold falls go on and use up nothing."""
    accounts = [reseller(operator, (52_000, TODAY), name=f"Client {number}") for number in range(5)]
    foretold = [reseller(operator, (600, date(2024, 12, 20)), name=f"Foretold {number}") for number in range(5)]
    operator.apply()
    for number in range(1, 6):
        operator.sandbox.world.delete_payment(number)
    rises = reseller(operator, (600, date(2025, 1, 21)), name="Rises")
    with pytest.raises(UnsafePlan) as stopped:
        operator.apply(date(2025, 1, 21))
    assert (stopped.value.drops, stopped.value.total, stopped.value.limit) == (15, 30, 10)
    assert [operator.percents(account) for account in foretold] == [{}] * 5
    assert operator.percents(rises) == {"vds": 3, "dedic": 1, "certificate": 1}
    assert [operator.percents(account) for account in accounts] == [PARTNER_8] * 5
    assert operator.store.runs.last().outcome == "stopped"  # type: ignore[union-attr]
    operator.apply(date(2025, 1, 21), allow_drop=True)
    assert [operator.percents(account) for account in accounts] == [{}] * 5


def test_the_first_of_march_and_whatever_a_forecast_named_stop_nothing(operator: Operator) -> None:
    accounts = [reseller(operator, (52_000, TODAY), name=f"Client {number}") for number in range(5)]
    operator.apply()
    assert operator.apply(date(2025, 3, 1)).written == 15
    assert [operator.percents(account) for account in accounts] == [{}] * 5


def test_a_client_who_is_deleted_is_forgotten(operator: Operator) -> None:
    gone, stays = reseller(operator, (600, TODAY)), reseller(operator, (600, TODAY))
    operator.apply()
    operator.sandbox.world.delete_account(gone)
    assert operator.apply().accounts == 1
    assert operator.store.owned.accounts() == {stays}


def test_taking_the_programme_off_removes_its_discounts_and_no_other(operator: Operator) -> None:
    account = reseller(operator, (52_000, TODAY))
    theirs = operator.sandbox.world.add_discount(account, 40, "it_1")
    operator.apply()
    report = operator.apply(withdraw=True)
    assert report.written == 4, "three are taken off, and one is put back"
    (left,) = operator.sandbox.world.discounts(account)
    assert (left["name"], left["percent"], left["id"] != theirs) == ("Agreed by hand", 40, True)


def test_the_programme_can_be_taken_off_though_its_settings_do_not_fit_the_panel_any_more(operator: Operator) -> None:
    reseller(operator, (52_000, TODAY))
    operator.apply()
    for name, value in (("members", "group:99"), ("provider", "9")):
        operator.store.settings.set(name, value)
    operator.classes("vps", "gone")
    operator.sandbox.fault("broken", "payment")
    assert operator.apply(withdraw=True).written == 3
    assert operator.sandbox.world.discounts() == []


# --- history (R11) ---


def test_a_decision_that_confirms_the_last_one_extends_it(operator: Operator) -> None:
    account = AccountId(reseller(operator, (600, TODAY)))
    for offset in range(6):
        operator.apply(TODAY + timedelta(days=offset))
    (record,) = operator.store.decisions.history(account)
    assert (record.first_day, record.last_day) == (TODAY, TODAY + timedelta(days=5))
    assert [(item.what, item.before, item.after) for item in record.written] == [
        ("vds", None, 3),
        ("dedic", None, 1),
        ("certificate", None, 1),
    ]


def test_the_history_tells_window_payments_sum_tier_what_was_written_cause_and_time(operator: Operator) -> None:
    account = AccountId(reseller(operator, (600, TODAY)))
    operator.sandbox.world.add_cashback(account, 50, TODAY)
    operator.apply()
    operator.sandbox.world.add_payment(account, 3_000, TODAY + timedelta(days=1))
    operator.apply(TODAY + timedelta(days=1))

    newest, oldest = operator.store.decisions.history(account)

    assert [verdict.reason for verdict in oldest.decision.turnover.verdicts] == [Reason.COUNTED, Reason.PROMOTIONAL]
    assert oldest.decision.turnover.window.first == date(2024, 12, 20)
    assert (newest.decision.turnover.amount, newest.cause) == (3_600, "apply")
    assert newest.decision.tier is not None
    assert newest.decision.tier.name == "Partner #1"
    assert [(item.what, item.before, item.after) for item in newest.written] == [("vds", 3, 5)]
    assert newest.decided_at.date() == TODAY + timedelta(days=1)
    on_the_first_day = operator.store.decisions.on(account, TODAY)
    assert on_the_first_day is not None
    assert on_the_first_day.id == oldest.id


def test_explain_also_tells_payments_that_were_never_credited(operator: Operator) -> None:
    account = reseller(operator, (600, TODAY))
    operator.sandbox.world.add_payment(account, 9_000, None, status=3, created_on=TODAY)
    verdicts = operator.explain(account).decision.turnover.verdicts
    assert {verdict.reason for verdict in verdicts} == {Reason.COUNTED, Reason.PROMISED}
