"""What was confirmed is what is written, and a lifted limit holds for that alone (spec, section 3)."""

from __future__ import annotations

from typing import Any

import pytest
from resellerprogram.programme.errors import UnsafePlan
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation import run

from tests.operator import TODAY, Operator


@pytest.fixture
def two(operator: Operator) -> tuple[AccountId, AccountId]:
    """Two clients on Partner #8 who would fall to Starter."""
    world = operator.sandbox.world
    first, second = AccountId(world.add_account("First")), AccountId(world.add_account("Second"))
    for account in (first, second):
        world.add_payment(account, 52_000, TODAY)
    operator.apply()
    for account in (first, second):
        world.delete_payments(account)
        world.add_payment(account, 600, TODAY)
    return first, second


def test_what_differs_at_the_last_look_before_writing_is_left_out_too(
    operator: Operator, two: tuple[AccountId, AccountId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody deletes a discount while the plan is written: another look finds something that nobody confirmed."""
    first, second = two
    world, original = operator.sandbox.world, vars(run)["act"]
    (victim, *_) = world.discounts(second)

    def meanwhile(*arguments: Any) -> object:
        if world.discounts(second)[0]["id"] == victim["id"]:
            world.delete_discount(victim["id"])
        return original(*arguments)

    confirmed = operator.plan().prints
    monkeypatch.setattr(run, "act", meanwhile)
    report = operator.apply(confirmed=confirmed, allow_drop=True)
    assert operator.percents(first)["vds"] == 3
    assert [each.account.id for each in report.changed] == [second]
    assert [each.account.id for each in report.planned] == [first]
    assert victim["internal_name"] not in operator.percents(second), "nobody confirmed that it comes back"
    last = operator.store.runs.last()
    assert last is not None
    assert (last.outcome, "clients who differ: 1" in last.error.en) == ("partly", True)


def test_only_what_was_confirmed_counts_towards_the_limit(operator: Operator, two: tuple[AccountId, AccountId]) -> None:
    operator.store.settings.set("drop_limit_count", "3")
    operator.store.settings.set("drop_limit_percent", "0")
    first, second = two
    prints = operator.plan().prints
    with pytest.raises(UnsafePlan):
        operator.apply(confirmed=prints)
    assert operator.percents(first)["vds"] == 19
    report = operator.apply(confirmed={first: prints[first]})
    assert operator.percents(first)["vds"] == 3
    assert [each.account.id for each in report.changed] == [second]


def test_what_nobody_confirmed_is_nobodys_decision_and_tells_nobody(
    operator: Operator, two: tuple[AccountId, AccountId]
) -> None:
    """No decision is recorded as written, no client is told, and the account waits nowhere."""
    first, second = two
    prints = operator.plan().prints
    before = operator.store.decisions.last(second)
    told = len(operator.store.notices.newest(100))
    report = operator.apply(confirmed={first: prints[first]}, allow_drop=True)
    assert {account.id for account, _ in report.notices} == {first}
    assert operator.store.decisions.last(second) == before
    assert len(operator.store.notices.newest(100)) == told + 1
    assert operator.store.queue.all() == []
