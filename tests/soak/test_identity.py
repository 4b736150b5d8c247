"""What the soak found and what is not mended yet."""

from __future__ import annotations

from datetime import date

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId

from tests.operator import TODAY, Operator

pytestmark = pytest.mark.slow


@pytest.mark.xfail(strict=True, reason="R10: the identity of a client is not known yet, see soak/life.py")
@pytest.mark.parametrize("word", ["pinned", "excluded"])
def test_r10_a_client_who_gets_the_id_of_one_who_is_gone_starts_with_nothing(operator: Operator, word: str) -> None:
    """Found by the soak, SOAK_SEED=4 SOAK_DAYS=25 SOAK_CLIENTS=60."""
    world, members, now = operator.sandbox.world, operator.store.members, operator.clock(TODAY)()
    account = world.add_account("Romashka")
    world.add_account("Somebody else")
    if word == "pinned":
        members.pin(AccountId(account), Pin("Partner #5", date(2025, 3, 1), "agreed"), now)
    else:
        members.exclude(AccountId(account), "agreed", now)
    operator.apply()
    world.delete_account(account)
    operator.apply()
    world.add_account("Another", number=account, registered=now)
    world.add_payment(account, 600, TODAY)
    operator.apply()
    assert operator.percents(account) == {"vds": 3, "dedic": 1, "certificate": 1}
