"""The panel's ids, each of its own type so that none is taken for another."""

from __future__ import annotations

from typing import NewType

AccountId = NewType("AccountId", int)
PaymentId = NewType("PaymentId", int)
ProviderId = NewType("ProviderId", int)
DiscountId = NewType("DiscountId", int)
Scope = NewType("Scope", str)
"""What a personal discount is for, as the panel spells it: a service type `it_3`, or one tariff `pl_6`."""


def named(account: int, name: str) -> str:
    """'27 Ромашка'; the number alone where the name is not known."""
    return f"{account} {name}".strip()
