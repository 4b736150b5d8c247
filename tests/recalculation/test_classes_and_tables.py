"""Further service classes, tariffs that are left out, tier tables that take effect on a day, longer windows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.doctor.checks import doctor
from resellerprogram.panel import assumptions
from resellerprogram.panel.answers import Row
from resellerprogram.panel.errors import IncompleteAnswer
from resellerprogram.programme.basis import Because
from resellerprogram.programme.effects import Way
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.tiers import VPS, TierTable
from resellerprogram.recalculation.lagging import Lagging
from resellerprogram.recalculation.undo import undo_run

from tests.operator import TODAY, Operator

VDS = 2
NOON = Operator.clock(TODAY)()
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


@pytest.fixture
def account(operator: Operator) -> AccountId:
    """A reseller who paid 52 000 today."""
    number = operator.sandbox.world.add_account("Romashka")
    operator.sandbox.world.add_payment(number, 52_000, TODAY)
    return AccountId(number)


def test_a_further_class_gets_its_percent_from_the_table(operator: Operator, account: AccountId) -> None:
    """R1"""
    operator.classes("cloud", "vds.vps")
    operator.apply()
    assert operator.percents(account) == PARTNER_8, "the table has no percent for it"
    table = TierTable.from_csv("status,from,vps,dedicated,ssl,cloud\nGold,500,3,2,1,12.5\n")
    operator.store.tiers.put(table, TODAY, "", operator.clock(TODAY)())
    operator.apply(allow_drop=True)
    assert operator.sandbox.world.percents(account)["vds.vps"] == Decimal("12.5")


@pytest.mark.parametrize("told_by", ["id", "name"])
def test_a_type_with_a_tariff_left_out_gets_a_discount_for_each_of_the_others(
    operator: Operator, account: AccountId, told_by: str
) -> None:
    """R8: which of two overlapping discounts wins is not known, so they never overlap."""
    operator.sandbox.read_as(pricelist_itemtype=told_by)
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    fast = operator.sandbox.world.add_tariff("VDS Fast", VDS)
    operator.apply()
    assert operator.percents(account) == PARTNER_8
    operator.classes("vps", "vds", left_out=(cheap,))
    report = operator.apply()
    assert report.scope_names[next(each.scope for each in operator.store.owned.of(account).values())]
    remaining = {"pl_2": 19, f"pl_{fast}": 19, "dedic": 7, "certificate": 3}
    assert operator.percents(account) == remaining
    assert operator.apply().written == 0
    new = operator.sandbox.world.add_tariff("VDS New", VDS)
    operator.apply()
    assert operator.percents(account) == {**remaining, f"pl_{new}": 19}, (
        "a new tariff plan joins at the next recalculation"
    )
    operator.classes("vps", "vds")
    operator.apply()
    assert operator.percents(account) == PARTNER_8


def test_a_lost_store_knows_discounts_for_tariffs_again(operator: Operator, account: AccountId) -> None:
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.classes("vps", "vds", left_out=(cheap,))
    operator.apply()
    before = operator.percents(account)
    operator.store.connection.execute("DELETE FROM owned_discount")
    assert operator.apply().written == 0
    assert operator.percents(account) == before
    assert len(operator.store.owned.of(account)) == 3


def test_a_payment_changes_discounts_for_tariffs_at_once(operator: Operator, account: AccountId) -> None:
    """R6: the worker asks for no tariffs, it knows them from the day's run."""
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.classes("vps", "vds", left_out=(cheap,))
    operator.apply()
    operator.sandbox.reset_calls()
    payment = operator.sandbox.world.add_payment(account, 50_000, TODAY)
    operator.queue(payment)
    operator.work()
    assert operator.percents(account)["pl_2"] == 21
    assert "pricelist" not in {call["func"] for call in operator.sandbox.calls()}


def test_a_cap_is_applied_lowered_and_taken_off(operator: Operator, account: AccountId) -> None:
    """R8: a type's own, one of its tariffs, and none again."""
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.apply()
    operator.classes("vps", "vds", caps="vds=15")
    assert [each.way for each in operator.plan().planned] == [Way.FALLS]
    operator.apply()
    assert operator.percents(account) == {**PARTNER_8, "vds": 15}
    standing = operator.store.standings.of(account)
    assert standing is not None
    assert standing.percents[VPS] == 15
    assert operator.apply().written == 0
    operator.classes("vps", "vds", caps=f"{cheap}=10, vds=15")
    (planned,) = operator.plan().planned
    assert (planned.way, planned.drops, planned.unforetold) == (Way.FALLS, 1, 1)
    operator.apply()
    others = {"dedic": 7, "certificate": 3}
    assert operator.percents(account) == {f"pl_{cheap}": 10, "pl_2": 15, **others}
    operator.classes("vps", "vds", caps=f"{cheap}=5")
    operator.apply()
    assert operator.percents(account) == {f"pl_{cheap}": 5, "pl_2": 19, **others}
    assert operator.apply().written == 0
    operator.classes("vps", "vds", caps="vds=25")
    (planned,) = operator.plan().planned
    assert (planned.way, planned.drops, planned.unforetold) == (Way.RISES, 0, 0), "who gets more loses nothing"
    operator.apply()
    assert operator.percents(account) == PARTNER_8


def test_a_payment_does_not_lift_what_is_capped(operator: Operator, account: AccountId) -> None:
    """R6: nor does the worker call it behind."""
    operator.classes("vps", "vds", caps="vds=15")
    operator.apply()
    operator.queue(operator.sandbox.world.add_payment(account, 50_000, TODAY))
    operator.work()
    assert operator.percents(account) == {"vds": 15, "dedic": 8, "certificate": 5}
    operator.store.decisions.record(operator.explain(account).decision, "apply", NOON, True)
    assert account in operator.store.decisions.unfinished()
    assert Lagging(operator.store).of(account, operator.store.standings.of(account)) == {}


def test_a_capped_discount_that_somebody_lifts_is_put_right(operator: Operator, account: AccountId) -> None:
    operator.classes("vps", "vds", caps="vds=15")
    operator.apply()
    (vds,) = (each["id"] for each in operator.sandbox.world.discounts(account) if each["internal_name"] == "vds")
    operator.sandbox.world.change_discount(vds, percentage=40)
    (planned,) = operator.plan().planned
    assert [change.because for change in planned.changes] == [Because.BY_HAND]
    operator.apply()
    assert operator.percents(account)["vds"] == 15


@pytest.mark.parametrize("caps", ["vds=12.5", "PROMO=4.2"])
def test_a_lost_store_knows_capped_discounts_again(operator: Operator, account: AccountId, caps: str) -> None:
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.classes("vps", "vds", caps=caps.replace("PROMO", str(cheap)))
    operator.apply()
    operator.store.connection.execute("DELETE FROM owned_discount")
    assert operator.apply().written == 0
    operator.store.connection.execute("DELETE FROM owned_discount")
    operator.classes("vps", "vds", caps="vds=11")
    operator.apply()
    assert operator.percents(account) == {**PARTNER_8, "vds": 11}, "also by the cap that was before"


def test_a_run_that_capped_is_undone(operator: Operator, account: AccountId) -> None:
    cheap = operator.sandbox.world.add_tariff("VDS Promo", VDS)
    operator.apply()
    operator.classes("vps", "vds", caps=f"{cheap}=10")
    operator.apply()
    (run,) = operator.store.runs.newest(1)
    undone = undo_run(operator.sandbox.root, operator.store, run.id, operator.clock(TODAY))
    assert (undone.report.written, undone.left) == (3, {})
    assert [planned.goes for planned in undone.report.planned] == [Way.RISES]
    assert operator.percents(account) == PARTNER_8


def test_a_capped_tariff_that_is_gone_is_warned_of(operator: Operator) -> None:
    operator.classes("vps", "vds", caps="4711=5")
    assert any("4711" in warning.en and "capped" in warning.en for warning in operator.apply().warnings)


def test_a_table_takes_effect_on_its_day_and_the_past_keeps_its_own(operator: Operator, account: AccountId) -> None:
    """R1"""
    first = TODAY + timedelta(days=3)
    operator.store.tiers.put(
        TierTable.from_csv("status,from,vps,dedicated,ssl\nGold,100,12.5,0,1\n"), first, "anna", operator.clock(TODAY)()
    )
    for offset, vps in ((0, 19), (2, 19), (3, Decimal("12.5"))):
        operator.apply(TODAY + timedelta(days=offset), allow_drop=True)
        assert operator.sandbox.world.percents(account)["vds"] == vps
    then = operator.explain(account, TODAY).decision
    assert (then.tier and then.tier.name) == "Partner #8"


def test_a_longer_window_counts_longer(operator: Operator) -> None:
    """R3, where the administrator set it to three months."""
    account = AccountId(operator.sandbox.world.add_account("Romashka"))
    operator.sandbox.world.add_payment(account, 600, date(2024, 10, 20))
    operator.apply()
    assert operator.percents(account) == {}
    operator.store.settings.set("window_months", "3")
    operator.apply()
    assert operator.percents(account)["vds"] == 3
    record = operator.store.decisions.last(account)
    assert record is not None
    assert str(record.decision.turnover.window) == "2024-10-20..2025-01-20"
    operator.apply(TODAY + timedelta(days=1))
    assert operator.percents(account) == {}


def test_where_an_account_stands_is_kept_for_the_lists(operator: Operator, account: AccountId) -> None:
    operator.apply()
    standing = operator.store.standings.of(account)
    assert standing is not None
    assert (standing.name, standing.tier, standing.turnover) == ("Romashka", "Partner #8", 52_000)
    assert (standing.next_tier, standing.missing) == ("Partner #9", 48_000)
    assert (standing.change_day, standing.change_tier) == (date(2025, 2, 21), None)
    assert standing.put_right_at is None
    (vds,) = (each["id"] for each in operator.sandbox.world.discounts(account) if each["internal_name"] == "vds")
    operator.sandbox.world.change_discount(vds, percentage=5)
    operator.apply()
    standing = operator.store.standings.of(account)
    assert standing is not None
    assert standing.put_right_at is not None


def test_the_language_of_the_discounts_names_is_the_administrators_choice(
    operator: Operator, account: AccountId
) -> None:
    operator.store.settings.set("discount_names", "ru")
    operator.apply()
    assert {each["name"] for each in operator.sandbox.world.discounts(account)} == {
        "Реселлерская программа: VPS",
        "Реселлерская программа: выделенные серверы",
        "Реселлерская программа: SSL-сертификаты",
    }


def test_a_tariff_that_is_gone_and_still_left_out_of_a_class_is_warned_of(operator: Operator) -> None:
    operator.classes("vps", "vds", left_out=(4711,))
    report = operator.apply()
    assert any("4711" in warning.en and "vps" in warning.en for warning in report.warnings)
    (settings,) = (
        each for each in doctor(operator.sandbox.root, operator.store, TODAY, NOON) if each.name == "settings"
    )
    assert "4711" in settings.detail.ru


@pytest.mark.parametrize("told", [True, False], ids=["all told", "one not told"])
def test_a_client_of_whom_the_panel_does_not_tell_whether_they_are_in_the_group_waits_alone(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """R10: no guess in either direction, and the others are served."""
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(3)]
    operator.store.settings.set("members", f"group:{operator.sandbox.world.add_group('Resellers', accounts)}")
    for account in accounts:
        operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.apply()
    is_member = assumptions.is_group_member

    def odd(row: Row) -> bool:
        if row.number("id") == accounts[0] and not told:
            raise IncompleteAnswer(row.call, "status='?'")
        return is_member(row)

    monkeypatch.setattr(assumptions, "is_group_member", odd)
    for account in accounts:
        operator.sandbox.world.add_payment(account, 50_000, TODAY)
    report = operator.apply()
    assert list(report.failed) == ([] if told else [accounts[0]])
    assert [operator.percents(account)["vds"] for account in accounts] == [21 if told else 19, 21, 21]
    assert [row.account for row in operator.store.queue.all()] == list(report.failed)
