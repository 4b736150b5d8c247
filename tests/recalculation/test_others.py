"""Other discounts rest while an account holds a tier, and come back unchanged (R9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.programme.basis import Because
from resellerprogram.programme.discounts import SetAside
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation.run import put_all_back
from resellerprogram.store import Store
from resellerprogram.store.notes import ZERO_PERCENT_CONFIRMED

from tests.operator import TODAY, Operator, go_live

pytestmark = pytest.mark.slow

AFTERWARDS = date(2025, 3, 1)
OURS = {"vds": 19, "dedic": 7, "certificate": 3}


def reseller(operator: Operator, amount: int = 52_000) -> int:
    account = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(account, amount, TODAY)
    return account


def agreed(operator: Operator, account: int) -> None:
    """What somebody once agreed on by hand: a percent with an end, a special price, a tariff, everything."""
    add = operator.sandbox.world.add_discount
    add(account, 40, "it_1", "  Договор №7 <&> ", name_ru="Особые условия", todate=date(2025, 12, 31))
    add(account, 0, "it_2", "Fixed price", type=1, fixed="450.00")
    add(account, Decimal("12.5"), "pl_2,it_3", "Two things", fromdate=date(2024, 5, 5))
    add(account, 5, "null", "Everything")


def said(operator: Operator, account: int) -> list[dict[str, Any]]:
    """The account's discounts that are not ours, ids aside, as the panel's forms give them."""
    found = []
    for each in operator.sandbox.world.discounts(account):
        if each["name"].startswith("Reseller program"):
            continue
        form = operator.sandbox.mgrctl("account.discount.edit", elid=each["id"], plid=account, su="admin")
        skipped = ("elid", "tparams", "saved_filters", "slist")
        found.append({child.tag: child.text for child in form if child.tag not in skipped})
    return sorted(found, key=lambda values: str(values["name"]))


def own(operator: Operator, account: int) -> dict[str, int]:
    return {
        each["internal_name"]: int(each["percent"])
        for each in operator.sandbox.world.discounts(account)
        if each["name"].startswith("Reseller program")
    }


def left(operator: Operator, account: int) -> None:
    operator.store.members.exclude(AccountId(account), "left", operator.clock(TODAY)())
    operator.apply()


def switched_off(operator: Operator, account: int) -> None:
    operator.store.settings.set("other_discounts", "leave")
    operator.apply()


def taken_off(operator: Operator, account: int) -> None:
    operator.apply(withdraw=True)


def uninstalled(operator: Operator, account: int) -> None:
    report = put_all_back(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY))
    assert (report.written, report.failed) == (4, {})


def tier_ended(operator: Operator, account: int) -> None:
    operator.apply(AFTERWARDS)


@pytest.mark.parametrize("ending", [tier_ended, left, switched_off, taken_off, uninstalled])
@pytest.mark.parametrize("columns", ["full", "id_only"])
def test_others_are_set_aside_and_come_back_word_for_word(
    operator: Operator, ending: Callable[[Operator, int], None], columns: str
) -> None:
    operator.sandbox.read_as(discount_list_columns=columns)
    account = reseller(operator)
    agreed(operator, account)
    before = said(operator, account)
    operator.apply()
    assert said(operator, account) == []
    assert own(operator, account) == OURS
    assert operator.store.set_aside.count() == 4

    ending(operator, account)

    assert said(operator, account) == before
    assert own(operator, account) == (OURS if ending in (switched_off, uninstalled) else {})
    assert operator.store.set_aside.count() == 0
    if ending is not uninstalled:
        assert (
            operator.apply(TODAY if ending is not tier_ended else AFTERWARDS, withdraw=ending is taken_off).written == 0
        )


def test_a_client_pays_what_the_tier_says_and_not_what_was_agreed(operator: Operator) -> None:
    account = reseller(operator)
    operator.sandbox.world.add_discount(account, 60, "pl_2")
    assert operator.sandbox.price(account, "vds") == 400
    operator.apply()
    assert operator.sandbox.price(account, "vds") == 810
    operator.apply(AFTERWARDS)
    assert operator.sandbox.price(account, "vds") == 400


def test_who_has_no_tier_keeps_what_was_agreed(operator: Operator) -> None:
    account = reseller(operator, 100)
    agreed(operator, account)
    before = operator.sandbox.world.discounts(account)
    assert operator.apply().written == 0
    assert operator.sandbox.world.discounts(account) == before


def test_a_discount_that_has_ended_stays_where_it_is(operator: Operator) -> None:
    account = reseller(operator)
    ended = operator.sandbox.world.add_discount(account, 40, "it_1", todate=date(2025, 1, 19))
    last_day = operator.sandbox.world.add_discount(account, 40, "it_1", todate=TODAY)
    operator.apply()
    ids = [each["id"] for each in operator.sandbox.world.discounts(account)]
    assert ended in ids
    assert last_day not in ids


def test_the_plan_shows_what_would_be_set_aside_and_touches_nothing(operator: Operator) -> None:
    account = reseller(operator)
    number = operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    (planned,) = operator.plan().planned
    (change,) = [change for change in planned.changes if isinstance(change, SetAside)]
    assert (change.other.id, change.other.name, change.other.value) == (number, "Agreed by hand", "40 %")
    assert [each["id"] for each in operator.sandbox.world.discounts(account)] == [number]
    assert operator.store.set_aside.count() == 0


def test_where_the_settings_leave_them_they_are_reported(operator: Operator) -> None:
    operator.store.settings.set("other_discounts", "leave")
    account = reseller(operator)
    operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    report = operator.apply()
    assert [(each.account, each.name) for each in report.left] == [(account, "Agreed by hand")]
    assert len(operator.sandbox.world.discounts(account)) == 4


def test_one_added_meanwhile_is_set_aside_by_the_next_run_and_both_come_back(operator: Operator) -> None:
    account = reseller(operator)
    operator.sandbox.world.add_discount(account, 40, "it_1", "First")
    operator.apply()
    operator.sandbox.world.add_discount(account, 50, "it_1", "Second")
    operator.apply()
    assert said(operator, account) == []
    operator.apply(AFTERWARDS)
    assert [each["name"] for each in said(operator, account)] == ["First", "Second"]


def test_the_history_tells_what_was_set_aside_and_put_back(operator: Operator) -> None:
    account = reseller(operator)
    operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    operator.apply()
    operator.apply(AFTERWARDS)
    newest, oldest = operator.store.decisions.history(AccountId(account))
    for record, because in ((oldest, Because.SET_ASIDE), (newest, Because.PUT_BACK)):
        (line,) = [item for item in record.written if item.because is because]
        assert (line.what, line.value, line.scope) == ("Agreed by hand", "40 %", None)


def test_what_was_changed_or_deleted_by_hand_is_put_right_with_a_line_in_the_history(operator: Operator) -> None:
    account = reseller(operator)
    operator.apply()
    by_type = {each["internal_name"]: each["id"] for each in operator.sandbox.world.discounts(account)}
    operator.sandbox.world.change_discount(by_type["vds"], percentage=Decimal(90))
    operator.sandbox.world.change_discount(by_type["dedic"], fromdate=date(2030, 1, 1))
    operator.sandbox.world.delete_discount(by_type["certificate"])
    operator.plan()
    operator.apply()
    assert own(operator, account) == OURS
    assert {each["fromdate"] for each in operator.sandbox.world.discounts(account)} == {TODAY}
    (newest, *_) = operator.store.decisions.history(AccountId(account))
    assert {(item.what, item.before, item.after, item.because) for item in newest.written} == {
        ("certificate", None, 3, Because.BY_HAND),
        ("vds", 90, 19, Because.BY_HAND),
        ("dedic", 7, 7, Because.BY_HAND),
    }


def test_a_lost_database_loses_no_discount_that_was_set_aside(operator: Operator) -> None:
    account = reseller(operator)
    agreed(operator, account)
    before = said(operator, account)
    operator.apply()
    operator.store.close()
    for file in operator.store.folder.glob("resellerprogram.db*"):
        file.unlink()

    with Store(operator.sandbox.root, operator.clock(TODAY)()) as fresh:
        again = Operator(operator.sandbox, fresh)
        fresh.settings.set("panel_url", "")
        go_live(fresh)
        assert fresh.set_aside.count() == 4
        again.apply(AFTERWARDS)
        assert said(again, account) == before


def test_a_discount_that_the_panel_does_not_take_back_stays_on_record(operator: Operator) -> None:
    account = reseller(operator)
    operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    operator.apply()
    operator.sandbox.fault("refuse", "account.discount.add.product", count=1)
    report = operator.apply(AFTERWARDS)
    assert list(report.failed) == [account]
    assert own(operator, account) == {}, "what ends waits for nothing (spec, section 3)"
    assert operator.store.set_aside.count() == 1
    operator.apply(AFTERWARDS)
    assert [each["name"] for each in said(operator, account)] == ["Agreed by hand"]


@pytest.mark.parametrize("fault", ["empty", "truncated"])
@pytest.mark.parametrize("returned", ["yes", "no"])
def test_a_lost_answer_puts_nothing_back_twice(operator: Operator, fault: str, returned: str) -> None:
    operator.sandbox.read_as(wizard_returns_id=returned)
    account = reseller(operator)
    agreed(operator, account)
    before = said(operator, account)
    operator.apply()
    for _ in before:
        operator.sandbox.fault(fault, "account.discount.add.product", count=1)
        assert list(operator.apply(AFTERWARDS).failed) == [account]
    operator.apply(AFTERWARDS)
    assert said(operator, account) == before
    assert operator.apply(AFTERWARDS).written == 0


def test_a_client_who_is_deleted_is_forgotten_with_what_was_set_aside(operator: Operator) -> None:
    account = reseller(operator)
    agreed(operator, account)
    operator.apply()
    operator.sandbox.world.delete_account(account)
    operator.apply()
    assert operator.store.set_aside.count() == 0


# --- promotions on service types that the programme does not cover ---


def hosting_sale(operator: Operator) -> None:
    operator.sandbox.world.add_promotion("Sale", 50, "vhost", date(2025, 1, 1), date(2025, 12, 31))


def test_promotions_elsewhere_act_unless_they_are_kept_out_and_only_when_that_is_known_to_work(
    operator: Operator,
) -> None:
    account = reseller(operator)
    hosting_sale(operator)
    reduced = operator.sandbox.price(account, "vhost")
    operator.store.settings.set("promotions", "everywhere")
    report = operator.apply()
    assert "doctor --try-on" in report.warnings[-1].en
    assert operator.sandbox.price(account, "vhost") == reduced

    operator.store.notes.write(ZERO_PERCENT_CONFIRMED, {"account": 1})
    operator.apply()
    assert operator.sandbox.price(account, "vhost") == 2 * reduced
    assert operator.percents(account) == {**OURS, "vhost": 0, "domain": 0, "vds.vps": 0}
    assert {each["name"] for each in operator.sandbox.world.discounts() if each["percent"] == 0} == {
        "Reseller program: no promotions"
    }
    assert operator.apply().written == 0

    operator.apply(AFTERWARDS)
    assert operator.sandbox.price(account, "vhost") == reduced
    assert operator.percents(account) == {}
