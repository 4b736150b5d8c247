"""Where there are many members, a night looks at those for whom something changed, and at some of the others in turn
(R7). Each test says how many "many" is."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from resellerprogram.panel.payments import PaymentReader, Sketches
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.errors import ImplausibleRead, UnsafePlan
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.tiers import TierTable
from resellerprogram.recalculation import night, noticing, turns
from resellerprogram.store import Store
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.operator import TODAY, Operator
from tests.sandbox.models import Account2Group, Payment

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


@pytest.fixture
def members(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twelve with 600 or 52 000 of 5 January, and two without a payment; a night of 20 January has seen them."""
    world = operator.sandbox.world
    accounts = [world.add_account(f"Client {number}") for number in range(14)]
    for number, account in enumerate(accounts[:12]):
        world.add_payment(account, 52_000 if number % 2 else 600, date(2025, 1, 5))
    operator.store.settings.set("drop_limit_count", "1000")
    operator.apply()
    monkeypatch.setattr(night, "SMALL", 5)
    operator.sandbox.reset_calls()
    return accounts


def asked_about(operator: Operator) -> Counter[str]:
    """How often the panel was asked about one account's payments and discounts."""
    calls = operator.sandbox.calls()
    operator.sandbox.reset_calls()
    single = [call for call in calls if call["func"] == "payment" and call["params"].get("account_id")]
    nobody = [call for call in single if call["params"]["account_id"] == "2147483647"]
    discounts = [call for call in calls if call["func"] == "account.discount"]
    return Counter(payments=len(single) - len(nobody), discounts=len(discounts))


def test_a_night_on_which_nothing_changes_asks_about_one_in_28(operator: Operator, members: list[int]) -> None:
    report = operator.night(TODAY + DAY)
    assert asked_about(operator) == Counter(payments=1, discounts=1)
    assert report.accounts == 1
    assert operator.writes() == []


def test_every_holder_is_verified_within_the_days_of_the_setting(operator: Operator, members: list[int]) -> None:
    operator.store.settings.set("verify_days", "4")
    for number in range(1, 5):
        operator.night(TODAY + number * DAY)
        assert asked_about(operator)["discounts"] == 3
    days = [operator.store.standings.of(AccountId(account)) for account in members[:12]]
    assert {standing.verified_on for standing in days if standing} == {TODAY + number * DAY for number in range(1, 5)}


def test_who_falls_by_forecast_is_asked_about_and_nobody_else(operator: Operator, members: list[int]) -> None:
    """The payments of 5 January count up to 5 February."""
    operator.sandbox.world.add_payment(members[0], 700, date(2025, 1, 30))
    operator.night(date(2025, 1, 30))
    asked_about(operator)
    report = operator.night(date(2025, 2, 6))
    assert operator.percents(members[0]) == STARTER
    assert all(operator.percents(account) == {} for account in members[1:12])
    asked = asked_about(operator)
    assert report.drops == 33, "none of them unforetold"
    assert report.unforetold == 0
    assert asked["payments"] in (11, 12), "the eleven, and whose turn it was"
    assert operator.night(date(2025, 2, 7)).planned == []


def test_what_leaves_the_window_without_a_fall_is_on_record_without_a_call(
    operator: Operator, members: list[int]
) -> None:
    """R7, R11: the turnover of each day is the window's, whoever was asked."""
    world = operator.sandbox.world
    for account in members:
        world.add_payment(account, 300, date(2024, 12, 22))
    operator.night(TODAY)
    asked_about(operator)
    operator.night(date(2025, 1, 22))
    for account, amount in zip(members[:2], (900, 52_300)):
        assert operator.store.decisions.last(AccountId(account)).decision.turnover.amount == amount  # type: ignore[union-attr]
    asked_about(operator)
    report = operator.night(date(2025, 1, 23))
    assert report.accounts == 14
    assert asked_about(operator)["payments"] == 1
    for account, amount in zip(members[:2], (600, 52_000)):
        assert operator.store.decisions.last(AccountId(account)).decision.turnover.amount == amount  # type: ignore[union-attr]


@pytest.mark.parametrize("change", ["new", "fraud", "amount", "deleted", "moved"])
def test_a_payment_that_differs_from_the_ledger_is_found(operator: Operator, members: list[int], change: str) -> None:
    """Whatever event was lost (R6), also of a client who has only this one payment."""
    world, account = operator.sandbox.world, members[0]
    payment = world.add_payment(account, 52_000, date(2025, 1, 6))
    if change != "new":
        operator.night(TODAY)
        assert operator.percents(account) == PARTNER_8
    if change == "fraud":
        world.set_payment(payment, status=7)
    elif change == "amount":
        world.set_payment(payment, subaccountamount=Decimal(1), paymethodamount=Decimal(1))
    elif change == "deleted":
        world.delete_payment(payment)
    elif change == "moved":
        world.move_payment(payment, members[13])
    operator.night(TODAY + DAY)
    assert operator.percents(account) == (PARTNER_8 if change == "new" else STARTER)
    assert operator.percents(members[13]) == (PARTNER_8 if change == "moved" else {})


def test_a_pin_that_ends_and_one_that_is_set_are_due(operator: Operator, members: list[int]) -> None:
    """R10"""
    store, now = operator.store, operator.clock(TODAY)()
    store.members.pin(AccountId(members[12]), Pin("Partner #8", TODAY + 3 * DAY, "agreed"), now)
    operator.apply(account=members[12])
    assert operator.percents(members[12]) == PARTNER_8
    operator.night(TODAY + 3 * DAY)
    assert operator.percents(members[12]) == PARTNER_8
    operator.night(TODAY + 4 * DAY)
    assert operator.percents(members[12]) == {}


def test_a_table_moves_those_whom_it_concerns_on_its_first_day(operator: Operator, members: list[int]) -> None:
    begins = TODAY + 5 * DAY
    operator.night(TODAY + DAY)
    table = operator.store.tiers.on(TODAY).table
    operator.store.tiers.put(TierTable(table.tiers[1:]), begins, "chief", operator.clock(TODAY)())  # without Starter
    operator.night(begins - DAY)
    assert operator.percents(members[0]) == STARTER
    asked_about(operator)
    operator.night(begins)
    assert [operator.percents(account) for account in members[:2]] == [{}, PARTNER_8]
    assert asked_about(operator)["payments"] <= 6 + 1, "the six whom it lowers, and whose turn it was"


def test_a_setting_that_decides_what_counts_concerns_everybody(operator: Operator, members: list[int]) -> None:
    operator.night(TODAY + DAY)
    asked_about(operator)
    operator.store.settings.set("warn_days", "2")
    operator.night(TODAY + 2 * DAY)
    assert asked_about(operator)["payments"] == 1
    operator.store.settings.set("excluded_payment_methods", "1")
    operator.night(TODAY + 3 * DAY, allow_drop=True)
    assert asked_about(operator)["payments"] == 14
    assert all(operator.percents(account) == {} for account in members)


def test_who_is_told_of_a_coming_fall_is_told_on_the_day_that_the_setting_says(
    operator: Operator, members: list[int]
) -> None:
    """Three days before the payments of 5 January leave; the night before that tells nobody."""
    operator.night(date(2025, 2, 2))
    assert operator.sandbox.notifications() == []
    operator.night(date(2025, 2, 3))
    assert len(operator.sandbox.notifications()) == 12


def test_a_client_who_joins_the_group_is_found_and_one_who_leaves_it(operator: Operator, members: list[int]) -> None:
    world = operator.sandbox.world
    group = world.add_group("Resellers", members[:8])
    operator.store.settings.set("members", f"group:{group}")
    operator.apply(allow_drop=True)
    assert operator.percents(members[8]) == {}
    world.add_to_group(group, members[9])
    with Session(world.engine) as session:
        session.execute(delete(Account2Group).where(Account2Group.account == members[1]))
        session.commit()
    operator.night(TODAY + DAY)
    assert operator.percents(members[9]) == PARTNER_8
    assert operator.percents(members[1]) == {}


def test_where_the_list_of_clients_tells_no_discounts_they_are_seen_in_turn(
    operator: Operator, members: list[int]
) -> None:
    operator.sandbox.read_as(has_discount="absent")
    operator.store.settings.set("verify_days", "3")
    for each in operator.sandbox.world.discounts(members[11]):
        operator.sandbox.world.delete_discount(each["id"])
    for number in range(1, 4):
        operator.night(TODAY + number * DAY)
    assert operator.percents(members[11]) == PARTNER_8


@pytest.mark.parametrize("gone", ["all of one", "one of one"])
def test_a_discount_that_somebody_deleted_is_seen_in_the_list_of_clients_or_in_turn(
    operator: Operator, members: list[int], gone: str
) -> None:
    world = operator.sandbox.world
    found = world.discounts(members[11])
    for each in found if gone == "all of one" else found[:1]:
        world.delete_discount(each["id"])
    nights = 1
    while operator.percents(members[11]) != PARTNER_8:
        operator.night(TODAY + nights * DAY)
        nights += 1
        assert nights <= 29
    assert (nights == 2) is (gone == "all of one")


def test_a_client_who_is_gone_takes_everything_along(operator: Operator, members: list[int]) -> None:
    """R10"""
    operator.sandbox.world.delete_account(members[0])
    operator.night(TODAY + DAY)
    assert operator.store.standings.of(AccountId(members[0])) is None


def test_a_new_client_is_looked_at_once(operator: Operator, members: list[int]) -> None:
    account = operator.sandbox.world.add_account("New here")
    operator.night(TODAY + DAY)
    assert operator.store.standings.of(AccountId(account)) is not None
    asked_about(operator)
    operator.night(TODAY + 2 * DAY)
    assert asked_about(operator) == Counter(payments=1, discounts=1)


# --- wrong both ways ---


def _cut(monkeypatch: pytest.MonkeyPatch, keep: int) -> None:
    """Lists of all clients' payments show only the first few rows."""
    whole = PaymentReader.of_everybody

    def cut(self: PaymentReader, first: date, last: date, many: bool = False) -> Sketches:
        listed = whole(self, first, last, many)
        return Sketches(listed.readable[:keep], listed.unreadable)

    monkeypatch.setattr(PaymentReader, "of_everybody", cut)


def test_a_list_of_payments_that_lacks_most_rows_stops_the_night(
    operator: Operator, members: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticing, "BEYOND_DOUBT", 5)
    _cut(monkeypatch, 2)
    with pytest.raises(ImplausibleRead, match="lacks 10 of the 12 that were there"):
        operator.night(TODAY + DAY)
    assert operator.writes() == []


def test_a_list_of_payments_that_lacks_some_rows_takes_nothing_from_anybody(
    operator: Operator, members: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their accounts are read, and have their payments."""
    _cut(monkeypatch, 9)
    report = operator.night(TODAY + DAY)
    assert report.planned == []
    assert asked_about(operator)["payments"] in (3, 4), "and whose turn it was"


def test_rows_of_strangers_give_nobody_anything(operator: Operator, members: list[int]) -> None:
    """Payments to another provider, of clients who take no part, of nobody that the panel knows."""
    world = operator.sandbox.world
    operator.store.members.exclude(AccountId(members[0]), "agreed", operator.clock(TODAY)())
    operator.apply()
    world.add_payment(members[0], 90_000, TODAY)
    world.add_payment(members[2], 90_000, TODAY, project=world.add_project("Another"))
    operator.night(TODAY + DAY)
    assert [operator.percents(account) for account in members[:3]] == [{}, PARTNER_8, STARTER]


def test_a_ledger_that_was_lost_fills_itself_again_and_writes_nothing(operator: Operator, members: list[int]) -> None:
    told = len(operator.sandbox.notifications())
    operator.store.connection.execute("DELETE FROM ledger")
    operator.writes()
    report = operator.night(TODAY + DAY)
    assert (report.planned, operator.writes()) == ([], [])
    assert len(operator.sandbox.notifications()) == told
    asked_about(operator)
    operator.night(TODAY + 2 * DAY)
    assert asked_about(operator)["payments"] == 1


def test_records_a_month_old_are_brought_up_to_date_without_a_storm(
    operator: Operator, members: list[int], tmp_path: Path
) -> None:
    """The machine died, and the newest backup is of a month ago: what happened meanwhile is found, nothing that is
    right is written again, nobody is told again what the panel shows for weeks already."""
    world, root = operator.sandbox.world, operator.sandbox.root
    old = sqlite3.connect(tmp_path / "month-old.db")
    operator.store.connection.backup(old)
    day = TODAY
    while day < date(2025, 2, 17):
        day += DAY
        if day.day % 3 == 0:
            world.add_payment(members[day.day % 12], 20_000, day)
        operator.night(day)
    told, before = len(operator.sandbox.notifications()), [operator.percents(account) for account in members]
    operator.writes()
    old.backup(operator.store.connection)
    with Store(root, datetime(2025, 2, 17, 13)) as store:
        restored = Operator(operator.sandbox, store)
        restored.night(day)
        assert restored.writes() == []
        assert [restored.percents(account) for account in members] == before
        assert len(operator.sandbox.notifications()) == told
        asked_about(restored)
        restored.night(day + DAY)
        assert asked_about(restored)["payments"] <= 4


def test_falls_that_nothing_foretold_stop_a_night_that_picks_too(
    operator: Operator, members: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spec, section 3: half of all payments are gone, and the panel says so in so many words."""
    operator.store.settings.set("drop_limit_count", "2")
    with Session(operator.sandbox.world.engine) as session:
        payments = list(session.scalars(select(Payment.id)))
    for payment in payments[::2]:
        operator.sandbox.world.delete_payment(payment)
    with pytest.raises(UnsafePlan):
        operator.night(TODAY + DAY)
    assert operator.percents(members[0]) == STARTER
    operator.apply(TODAY + DAY, allow_drop=True)
    assert operator.percents(members[0]) == {}


# --- very many ---


def test_lists_too_long_for_one_night_are_read_in_turn(
    operator: Operator, members: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WHOLE", 10)
    monkeypatch.setattr(turns, "PART", 2)
    operator.store.settings.set("verify_days", "5")
    world = operator.sandbox.world
    for each in world.discounts(members[7]):
        world.delete_discount(each["id"])
    gone = members[3]
    world.delete_account(gone)
    seen: set[str] = set()
    for number in range(1, 6):
        operator.night(TODAY + number * DAY)
        lists = [call["params"]["id"] for call in operator.sandbox.calls() if call["func"] == "account"]
        operator.sandbox.reset_calls()
        seen |= {ids for ids in lists if ids.startswith("*")}
    assert seen == {f"*{digit}" for digit in range(10)}
    assert operator.percents(members[7]) == PARTNER_8
    assert operator.store.standings.of(AccountId(gone)) is None
