"""What past days should have been, by a handful of payments: what became of them, and what the difference was worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.corrections import (
    Became,
    Correction,
    Held,
    History,
    Kind,
    Saved,
    Version,
    corrections,
    held_by_returned,
    returned_since,
    worth,
)
from resellerprogram.programme.payments import Money, Payment, PaymentStatus
from resellerprogram.programme.tiers import DEDICATED, SSL, VPS, Tier

from tests.programme.builders import TABLE, paid

DAY, LAST = date(2025, 1, 10), date(2025, 1, 15)
RULES = "1 1 RUB"
HELD = TABLE.tier_for(Decimal(600))


def seen(payment: Payment, *then: tuple[date, dict[str, Any] | None]) -> list[Version]:
    """A payment as it was seen on its day, and what it looked like from other days on; None: gone."""
    versions = [Version(1, payment, payment.credited_on or DAY)]
    for day, changes in then:
        number = len(versions) + 1
        versions[-1] = replace(versions[-1], until=number, ended_on=day)
        versions.append(Version(number, replace(payment, **(changes or {})), day, gone=changes is None))
    return versions


def history(versions: list[Version], *decisions: Held, pin: Pin | None = None) -> History:
    made = decisions or (Held(DAY, 1, HELD, RULES, pin, by_night=True),)
    return History(made, versions, lambda currency: {}, lambda day: TABLE)


def names(tier: Tier | None) -> str | None:
    return tier.name if tier else None


BEFORE = paid(600, "2025-01-10")


@pytest.mark.parametrize(
    ("changes", "became", "should"),
    [
        ({"credited_on": date(2025, 1, 16)}, Became.MOVED, None),
        ({"amount": Money(Decimal(100), "RUB")}, Became.EDITED, None),
        ({"amount": Money(Decimal(3_000), "RUB")}, Became.EDITED, "Partner #1"),
        ({"status": PaymentStatus.FRAUD}, Became.TAKEN_BACK, None),
        ({"status": PaymentStatus.CANCELLED, "credited_on": None}, Became.TAKEN_BACK, None),
        (None, Became.TAKEN_BACK, None),
    ],
)
def test_r4_what_became_of_a_payment_makes_the_difference(
    changes: dict[str, Any] | None, became: Became, should: str | None
) -> None:
    (found,) = corrections(history(seen(BEFORE, (date(2025, 1, 16), changes))), DAY, LAST)
    assert (found.first_day, found.last_day, names(found.held), names(found.other)) == (DAY, LAST, "Starter", should)
    (cause,) = found.causes
    assert (cause.became, cause.then, cause.day) == (became, 600, DAY)


def test_a_payment_that_came_late_counts_from_its_own_day() -> None:
    """R3"""
    versions = [*seen(BEFORE), Version(2, paid(3_000, "2025-01-12"), date(2025, 1, 14))]
    following = Held(date(2025, 1, 14), 2, TABLE.tier_for(Decimal(3_600)), RULES)
    (found,) = corrections(history(versions, Held(DAY, 1, HELD, RULES), following), DAY, LAST)
    assert (found.first_day, found.last_day) == (date(2025, 1, 12), date(2025, 1, 13))
    assert [(each.became, each.then, each.now) for each in found.causes] == [(Became.LATE, 0, 3_000)]


def test_what_a_pin_gave_is_no_difference() -> None:
    """R10"""
    pinned = Pin("Starter", LAST, "by contract")
    versions = seen(BEFORE, (date(2025, 1, 16), {"status": PaymentStatus.FRAUD}))
    assert corrections(history(versions, pin=pinned), DAY, LAST) == []


def test_where_details_are_not_kept_nothing_is_said() -> None:
    versions = seen(BEFORE, (date(2025, 1, 16), None))
    assert corrections(history(versions, Held(DAY, 1, HELD, "")), DAY, LAST) == []


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"status": PaymentStatus.FRAUD}, Became.FRAUD),
        ({"status": PaymentStatus.CANCELLED}, Became.CANCELLED),
        ({"status": PaymentStatus.REFUNDED}, Became.REFUNDED),
    ],
)
def test_a_tier_by_money_that_was_given_back(changes: dict[str, Any], how: Became) -> None:
    books = history(seen(BEFORE, (date(2025, 1, 16), changes)))
    (found,) = held_by_returned(books, DAY, LAST)
    assert (names(found.held), names(found.other), found.causes[0].became) == ("Starter", None, how)
    (returned,) = returned_since(books, DAY)
    assert (returned.paid_on, returned.returned_on, returned.how) == (DAY, date(2025, 1, 16), how)
    assert returned_since(books, date(2025, 1, 17)) == []


def test_a_part_given_back_by_a_refund_lowers_only_by_that() -> None:
    payment = paid(5_000, "2025-01-10")
    refund = paid(2_500, "2025-01-14", is_refund=True, refund_of=payment.id)
    versions = [*seen(payment), Version(2, refund, date(2025, 1, 14))]
    held = [Held(DAY, 1, TABLE.tier_for(Decimal(5_000)), RULES), Held(refund.credited_on or DAY, 2, HELD, RULES)]
    books = history(versions, *held)
    assert corrections(books, DAY, LAST) == [], "until it was given back it counted by right"
    (found,) = held_by_returned(books, DAY, LAST)
    assert (found.last_day, names(found.held), names(found.other)) == (date(2025, 1, 13), "Partner #2", "Starter")
    assert [(each.then, each.now) for each in found.causes] == [(5_000, 2_500)]


def test_a_deleted_payment_was_not_given_back() -> None:
    books = history(seen(BEFORE, (date(2025, 1, 16), None)))
    assert (held_by_returned(books, DAY, LAST), returned_since(books, DAY)) == ([], [])


# --- what it was worth ---


def correction(held: Tier | None, other: Tier | None, *mixed: date) -> Correction:
    return Correction(Kind.CORRECTED, DAY, LAST, held, other, (), frozenset(mixed))


LOW, HIGH = (
    Tier(name, Decimal(at), {VPS: Decimal(vps), DEDICATED: Decimal(1), SSL: Decimal(0)})
    for name, at, vps in (
        ("Low", 500, 4),
        ("High", 3_000, 10),
    )
)
SAVED = [Saved(DAY, VPS, Money(Decimal(40), "RUB")), Saved(LAST, DEDICATED, Money(Decimal(7), "USD"))]


def test_the_difference_is_worth_what_the_other_percents_take_off() -> None:
    assert worth(correction(LOW, HIGH), SAVED) == {"RUB": 60, "USD": 0}
    assert worth(correction(HIGH, LOW), SAVED) == {"RUB": -24, "USD": 0}
    assert worth(correction(HIGH, None), SAVED) == {"RUB": -40, "USD": -7}
    assert worth(correction(LOW, HIGH), []) == {}


@pytest.mark.parametrize(
    ("found", "saved"),
    [
        (correction(None, LOW), []),
        (correction(LOW, replace(HIGH, percents={**HIGH.percents, SSL: Decimal(5)})), SAVED),
        (correction(LOW, HIGH), [replace(SAVED[0], service_class=None)]),
        (correction(LOW, HIGH), [replace(SAVED[0], service_class=SSL)]),
        (correction(LOW, HIGH, DAY), SAVED),
    ],
    ids=["no discount", "none of that category", "panel does not tell", "none acted", "two were held"],
)
def test_what_it_was_worth_is_not_known(found: Correction, saved: list[Saved]) -> None:
    assert worth(found, saved) is None
