"""What was set aside goes back: all of it, to whom it belongs and nobody else, whatever else is wrong (R9, R10)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.report import Report
from resellerprogram.recalculation.run import put_all_back
from resellerprogram.store import Store
from resellerprogram.store.restoring import restore
from sqlalchemy.orm import Session

from tests.operator import TODAY, Operator
from tests.sandbox.models import Payment

pytestmark = pytest.mark.slow

NOON = Operator.clock(TODAY)()
AGREED = ("Agreed by hand", 40)


def resting(operator: Operator, name: str = "Client") -> int:
    """A client with a tier, whose own discount is set aside."""
    account = operator.sandbox.world.add_account(name)
    operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.sandbox.world.add_discount(account, AGREED[1], "it_1", AGREED[0])
    return account


def back(operator: Operator, account: int) -> bool:
    rows = operator.sandbox.world.discounts(account)
    return [(each["name"], int(each["percent"])) for each in rows].count(AGREED) == 1


def given_back(operator: Operator) -> Report:
    return put_all_back(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY))


def put_all(operator: Operator) -> None:
    given_back(operator)


def over_all(operator: Operator) -> None:
    operator.apply()


def over_one(operator: Operator) -> None:
    operator.apply(account=1)


def taken_off(operator: Operator) -> None:
    operator.apply(withdraw=True)


def swept(operator: Operator) -> None:
    operator.sweep()


def worked(operator: Operator) -> None:
    operator.queue(1)
    operator.work()


@pytest.mark.parametrize("start", [put_all, over_all, over_one, taken_off, swept, worked])
def test_whatever_starts_after_a_backup_came_back_knows_what_was_set_aside_since(
    operator: Operator, start: Callable[[Operator], None]
) -> None:
    """D1 a: a recovery by hand, a file put in the place of the database."""
    account = operator.sandbox.world.add_account("Client")
    operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.apply()
    operator.sweep()
    backup = operator.store.backup(NOON)
    operator.sandbox.world.add_discount(account, AGREED[1], "it_1", AGREED[0])
    operator.apply()
    assert not back(operator, account)
    operator.sandbox.world.set_payment(1, status=7)
    operator.store.close()
    for file in operator.store.folder.glob("resellerprogram.db*"):
        file.unlink()
    shutil.copy(backup, operator.store.folder / "resellerprogram.db")
    with Store(operator.sandbox.root, NOON) as operator.store:
        start(operator)
        assert back(operator, account)
        assert operator.store.set_aside.count() == 0


def test_one_accounts_trouble_keeps_nothing_of_others(operator: Operator) -> None:
    """F0, V1: payments have no say in it, and a form that can't be read is that account's trouble."""
    odd, other = resting(operator, "Odd"), resting(operator, "Other")
    operator.apply()
    with Session(operator.sandbox.world.engine) as session:
        for payment in session.query(Payment).filter(Payment.id == 1):
            payment.status = 10
        session.commit()
    operator.sandbox.fault("broken", "account.discount", count=3)
    report = given_back(operator)
    assert list(report.failed) == [odd]
    assert back(operator, other)
    operator.sandbox.clear_faults()
    assert given_back(operator).failed == {}
    assert back(operator, odd)


@pytest.mark.parametrize(("setting", "value"), [("currency", "JPY"), ("provider", "77"), ("members", "group:77")])
def test_settings_that_do_not_fit_the_panel_any_more_keep_nothing(operator: Operator, setting: str, value: str) -> None:
    account = resting(operator)
    operator.apply()
    operator.store.settings.set(setting, value)
    assert given_back(operator).written == 1
    assert back(operator, account)


def test_who_has_the_id_of_a_client_who_is_gone_gets_nothing_of_theirs(operator: Operator) -> None:
    """A5, M2: the id came again."""
    first = resting(operator, "First")
    operator.apply()
    operator.sandbox.world.delete_account(first)
    second = operator.sandbox.world.add_account("Second", registered=datetime(2025, 1, 15))
    assert second == first
    assert given_back(operator).written == 0
    assert operator.sandbox.world.discounts(second) == []
    assert operator.store.set_aside.count() == 0


@pytest.mark.parametrize("rests", [True, False], ids=["something rested", "nothing rested"])
@pytest.mark.parametrize("how", ["event", "sweep"])
def test_before_any_night_a_new_client_gets_nothing_of_the_old_one(operator: Operator, how: str, rests: bool) -> None:
    """A5: neither what rested nor the history, whose turnovers the new client's pages would show."""
    world = operator.sandbox.world
    first = resting(operator, "First")
    operator.store.settings.set("other_discounts", "set_aside" if rests else "leave")
    operator.apply()
    assert operator.store.set_aside.count() == int(rests)
    world.delete_account(first)
    second = world.add_account("Second", registered=datetime(2025, 1, 15))
    assert second == first
    payment = world.add_payment(second, 100, TODAY - timedelta(days=1))
    if how == "event":
        operator.queue(payment)
        operator.work()
    else:
        operator.sweep()
    assert world.discounts(second) == []
    assert [record.decision.turnover.amount for record in operator.store.decisions.history(AccountId(second))] == [100]
    assert operator.store.set_aside.count() == 0


def test_whatever_backup_is_put_in_place_no_discount_is_lost_or_doubled(operator: Operator) -> None:
    """D1: restored to every earlier moment, with a tier and after it."""
    world, root = operator.sandbox.world, operator.sandbox.root
    account = world.add_account("Client")
    backups: list[Path] = []

    def afterwards() -> tuple[list[tuple[str, int]], int, dict[str, int]]:
        operator.apply(allow_drop=True)
        backups.append(operator.store.backup(NOON, root / f"backup-{len(backups)}.db"))
        others = [each for each in world.discounts(account) if each["name"] in ("Spring", "Autumn")]
        ours = {name: int(percent) for name, percent in world.percents(account).items() if name == "vds"}
        return sorted((each["name"], int(each["percent"])) for each in others), operator.store.set_aside.count(), ours

    both = [("Autumn", 25), ("Spring", 40)]
    world.add_discount(account, 40, "it_1", "Spring")
    assert afterwards() == ([("Spring", 40)], 0, {})
    payment = world.add_payment(account, 600, TODAY)
    assert afterwards() == ([], 1, {"vds": 3})
    world.add_discount(account, 25, "it_5", "Autumn")
    assert afterwards() == ([], 2, {"vds": 3})
    world.set_payment(payment, status=6)
    assert afterwards() == (both, 0, {})
    last = world.add_payment(account, 52_000, TODAY)
    for backup in list(backups):
        assert afterwards() == ([], 2, {"vds": 19})
        restore(root, backup, NOON, 5)
        assert afterwards() == ([], 2, {"vds": 19}), f"with a tier, restored {backup.name}"
    world.set_payment(last, status=7)
    for backup in list(backups):
        assert afterwards() == (both, 0, {})
        restore(root, backup, NOON, 5)
        assert afterwards() == (both, 0, {}), f"without a tier, restored {backup.name}"
