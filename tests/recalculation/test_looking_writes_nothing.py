"""A plan, an explanation, a preview and a doctor without `--try-on` write nothing (spec, section 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.doctor.checks import doctor
from resellerprogram.doctor.report import report
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.errors import ResellerProgrammeError
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation.run import as_member, check_settings
from resellerprogram.store.journal import FILE_NAME

from tests.operator import TODAY, Operator

pytestmark = pytest.mark.slow

TOMORROW = TODAY + timedelta(days=1)


def first_run(operator: Operator) -> None:
    """Nobody was ever looked at; somebody has a discount, another a payment, one has ours from a lost store."""
    world = operator.sandbox.world
    account = world.add_account("One")
    world.add_payment(account, 52_000, TODAY)
    world.add_discount(account, 40, "it_1")
    world.add_discount(world.add_account("Lost"), 19, "it_2", "Reseller program: VPS")


def all_is_right(operator: Operator) -> None:
    first_run(operator)
    operator.apply()


def much_has_changed(operator: Operator) -> None:
    """Ours deleted and changed by hand, one under the id of another; payments gone, moved and new; a client gone."""
    world = operator.sandbox.world
    all_is_right(operator)
    falls, moved, gone = (world.add_account(name) for name in ("Falls", "Moved", "Gone"))
    payments = [world.add_payment(account, 52_000, TODAY) for account in (falls, moved, gone)]
    operator.apply()
    world.delete_payment(payments[0])
    world.set_payment(payments[1], subaccount=1)
    world.delete_account(gone)
    first, second, *_ = [each["id"] for each in world.discounts(1)]
    world.delete_discount(first)
    world.put_discount(first, 1, Decimal(30), "it_5", "Agreed")
    world.change_discount(second, percentage=50)


def ids_given_again(operator: Operator) -> None:
    from datetime import datetime

    all_is_right(operator)
    operator.store.members.pin(AccountId(1), Pin("Partner #16", date(2025, 12, 31), "x"), operator.clock(TODAY)())
    operator.sandbox.world.delete_account(2)
    operator.sandbox.world.delete_account(1)
    operator.sandbox.world.add_account("Another", registered=datetime(2025, 1, 15))


def a_tier_has_ended(operator: Operator) -> None:
    all_is_right(operator)
    operator.sandbox.world.set_payment(1, status=6)


STATES = (first_run, all_is_right, much_has_changed, ids_given_again, a_tier_has_ended)


def plan(operator: Operator) -> object:
    return operator.plan(TOMORROW)


def plan_of_one(operator: Operator) -> object:
    return operator.plan(account=1)


def explain(operator: Operator) -> object:
    return operator.explain(1)


def examine(operator: Operator) -> object:
    return list(doctor(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY)()))


def report_the_shapes(operator: Operator) -> object:
    return report(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY)())


def what_joining_would_give(operator: Operator) -> object:
    return as_member(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY)(), AccountId(1), 0)


def check_a_setting(operator: Operator) -> object:
    return check_settings(operator.sandbox.root, operator.store, {"currency": "RUB"}, operator.clock(TODAY)())


LOOKS = (plan, plan_of_one, explain, examine, report_the_shapes, what_joining_would_give, check_a_setting)


def everything(operator: Operator) -> Any:
    """Our database line by line, the journal, and what the panel holds."""
    world, root = operator.sandbox.world, operator.sandbox.root
    journal = root / "var" / FILE_NAME
    return (
        list(operator.store.connection.iterdump()),
        journal.read_bytes() if journal.exists() else b"",
        world.discounts(),
        operator.sandbox.filters(),
        operator.sandbox.notifications(),
    )


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_a_look_changes_neither_database_nor_journal_nor_panel(
    operator: Operator, state: Callable[[Operator], None], look: Callable[[Operator], object]
) -> None:
    state(operator)
    operator.sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
    before = everything(operator)
    try:
        look(operator)
    except ResellerProgrammeError as error:
        assert "no client" in str(error) or "contradict" in str(error) or "lacks" in str(error)  # noqa: PT017
    after = everything(operator)
    for then, now in zip(before, after):
        assert now == then
