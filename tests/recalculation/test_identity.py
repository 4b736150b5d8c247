"""An id alone proves nothing: who and what something is, name, scope, owner and dates say, too (R10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from sqlalchemy.orm import Session

from tests.operator import TODAY, Operator
from tests.sandbox.models import Subaccount, User

pytestmark = pytest.mark.slow

NOW = Operator.clock(TODAY)()
TOMORROW = TODAY + timedelta(days=1)
STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}


def client(operator: Operator, name: str = "Client", amount: int = 52_000) -> int:
    account = operator.sandbox.world.add_account(name)
    if amount:
        operator.sandbox.world.add_payment(account, amount, TODAY)
    return account


def names(operator: Operator, account: int) -> list[tuple[str, int]]:
    """The account's discounts that are not the programme's."""
    rows = operator.sandbox.world.discounts(account)
    return sorted((each["name"], int(each["percent"])) for each in rows if "Reseller program: " not in each["name"])


# --- clients (A5) ---


@pytest.mark.parametrize("noticed", [True, False], ids=["the night saw it go", "nobody saw it go"])
def test_who_gets_a_clients_id_starts_with_nothing(operator: Operator, noticed: bool) -> None:
    first = client(operator, "First")
    operator.sandbox.world.add_discount(first, 40, "it_1")
    operator.store.members.pin(AccountId(first), Pin("Partner #16", date(2025, 12, 31), "friend"), NOW)
    operator.apply()
    assert operator.percents(first)["vds"] == 35
    operator.sandbox.world.delete_account(first)
    if noticed:
        operator.apply()
    second = operator.sandbox.world.add_account("Second", registered=datetime(2025, 1, 15))
    assert second == first
    operator.apply()
    assert operator.sandbox.world.discounts(second) == []
    assert operator.store.members.of(AccountId(second)).pin is None
    (record,) = operator.store.decisions.history(AccountId(second))
    assert (record.decision.tier, record.decision.turnover.amount) == (None, 0)
    assert operator.store.set_aside.count() == 0
    operator.sandbox.world.add_payment(second, 600, TODAY)
    operator.apply()
    assert operator.percents(second) == STARTER


def test_an_event_does_not_give_a_new_client_the_old_ones_pin(operator: Operator) -> None:
    first = client(operator, "First")
    operator.store.members.pin(AccountId(first), Pin("Partner #16", date(2025, 12, 31), "friend"), NOW)
    operator.apply()
    operator.sandbox.world.delete_account(first)
    second = operator.sandbox.world.add_account("Second", registered=datetime(2025, 1, 15))
    operator.queue(operator.sandbox.world.add_payment(second, 600, TODAY))
    operator.work()
    assert operator.percents(second) == STARTER


def test_a_day_more_or_less_is_a_time_zone_and_the_same_client(operator: Operator) -> None:
    account = client(operator)
    operator.store.members.exclude(AccountId(account), "by contract", NOW)
    operator.apply()
    operator.store.clients.know(AccountId(account), date(2023, 12, 31))
    operator.apply()
    assert operator.store.members.of(AccountId(account)).standing == "excluded"


def test_clients_who_are_gone_take_what_is_kept_of_them(operator: Operator) -> None:
    account = client(operator)
    operator.apply()
    operator.store.members.exclude(AccountId(account), "by contract", NOW)
    operator.sandbox.world.delete_account(account)
    operator.apply()
    for table in ("member", "decision", "standing", "client", "ledger", "client_user", "owned_discount"):
        assert operator.store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table


# --- discounts (M2, F5) ---


def test_a_discount_that_is_given_the_id_of_one_that_rests_is_another(operator: Operator) -> None:
    """M2 a: both come back, each once."""
    account = client(operator)
    first = operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed in spring")
    operator.apply()
    operator.sandbox.world.put_discount(first, account, Decimal(25), "it_5", "Agreed in autumn")
    operator.apply()
    assert names(operator, account) == []
    assert operator.store.set_aside.count() == 2
    operator.sandbox.world.set_payment(1, status=6)
    operator.apply(TOMORROW)
    assert names(operator, account) == [("Agreed in autumn", 25), ("Agreed in spring", 40)]
    assert operator.store.set_aside.count() == 0
    operator.apply(TOMORROW)
    assert len(names(operator, account)) == 2


def test_somebodys_discount_under_the_id_of_one_of_ours_is_set_aside_and_comes_back(operator: Operator) -> None:
    """M2 b: ours was deleted by hand, and an employee's was given its id."""
    account = client(operator)
    operator.apply()
    ours = next(each for each in operator.sandbox.world.discounts(account) if each["internal_name"] == "certificate")
    operator.sandbox.world.delete_discount(ours["id"])
    operator.sandbox.world.put_discount(ours["id"], account, Decimal(40), "it_5", "Agreed by hand")
    operator.apply()
    assert operator.percents(account) == PARTNER_8
    assert names(operator, account) == []
    operator.sandbox.world.set_payment(1, status=6)
    operator.apply(TOMORROW)
    assert names(operator, account) == [("Agreed by hand", 40)]


def test_ours_that_somebody_renamed_or_moved_is_ours_and_put_right(operator: Operator) -> None:
    account = client(operator)
    operator.apply()
    before = {each["id"] for each in operator.sandbox.world.discounts(account)}
    vds, dedic = sorted(before)[:2]
    operator.sandbox.world.change_discount(vds, name="Something else", percentage=50)
    operator.sandbox.world.change_discount(dedic, todate=date(2025, 6, 30))
    operator.apply()
    assert operator.percents(account) == PARTNER_8
    assert {each["id"] for each in operator.sandbox.world.discounts(account)} == before


@pytest.mark.parametrize("name", ["Reseller program: agreed with the boss", "Реселлерская программа: по договору"])
def test_a_name_like_ours_is_not_ours(operator: Operator, name: str) -> None:
    """F5: set aside and put back with a tier, left alone without one."""
    world = operator.sandbox.world
    member, outsider = client(operator, "Has a tier", 600), client(operator, "Has none", 0)
    world.add_discount(member, 50, "it_1", name)
    world.add_discount(member, 40, "it_2", name)
    world.add_discount(outsider, 30, "it_2", name)
    assert operator.plan().discounts == 0
    operator.apply()
    assert operator.percents(member) == STARTER
    assert operator.store.set_aside.count() == 2
    assert [int(each["percent"]) for each in world.discounts(outsider)] == [30]
    world.set_payment(1, status=6)
    operator.apply(TOMORROW)
    assert sorted((each["name"], int(each["percent"])) for each in world.discounts(member)) == [(name, 40), (name, 50)]


# --- payments (V2) ---


def test_a_payment_that_gets_the_id_of_anothers_is_counted_where_it_belongs(operator: Operator) -> None:
    """The event comes before anybody has heard that the first one was deleted."""
    old, new = client(operator, "Old", 0), client(operator, "New", 0)
    payment = operator.sandbox.world.add_payment(old, 52_000, TODAY - timedelta(days=3))
    operator.apply()
    operator.sandbox.world.delete_payment(payment)
    assert operator.sandbox.world.add_payment(new, 600, TODAY) == payment
    operator.queue(payment)
    operator.work()
    assert operator.percents(new) == STARTER
    operator.work()
    assert operator.percents(old) == {}


def test_a_sweep_sees_that_a_payment_has_moved(operator: Operator) -> None:
    """F1: at once or with the next sweep, not only by night."""
    from tests.recalculation.test_own_trouble import transfer

    right, wrong = client(operator, "Right", 600), client(operator, "Wrong", 600)
    payment = operator.sandbox.world.add_payment(wrong, 52_000, TODAY)
    operator.apply()
    operator.sweep()
    transfer(operator, payment, right)
    operator.sweep()
    assert [operator.percents(each) for each in (right, wrong)] == [PARTNER_8, STARTER]


def test_a_subaccount_that_moved_is_not_believed_to_be_where_it_was_also_for_a_payment_of_long_ago(
    operator: Operator,
) -> None:
    """R10: what the worker remembers of subaccounts says where to look first; the panel says whose the payment is."""
    world = operator.sandbox.world
    old, new = world.add_account("Old owner"), world.add_account("New owner")
    long_ago = world.add_payment(old, 700, date(2024, 6, 1))
    world.add_payment(old, 52_000, TODAY)
    operator.apply()
    operator.queue(long_ago)
    operator.work()
    with Session(world.engine) as session:
        session.query(Subaccount).filter(Subaccount.account == new).delete()
        session.query(Subaccount).filter(Subaccount.account == old).update({"account": new})
        user = session.query(User).filter(User.account == new).first()
        assert user is not None
        session.commit()
    operator.queue(long_ago)
    operator.work()
    assert operator.percents(new)["vds"] == 19
