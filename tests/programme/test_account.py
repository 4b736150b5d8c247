"""What becomes of one account, thought out without panel, store or clock (R2, R8, R9, R10; spec, section 3)."""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from resellerprogram.programme.account import consider_by_records
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.discounts import PutBack, SetAside
from resellerprogram.programme.errors import ImplausibleRead, UnsafePlan
from resellerprogram.programme.ids import AccountId, Scope
from resellerprogram.programme.limits import DropLimit
from resellerprogram.programme.ownership import DiscountForm
from resellerprogram.programme.payments import Payment, PaymentStatus
from resellerprogram.programme.tiers import TierTable

from tests.programme.builders import TABLE, day, paid
from tests.programme.ledger_model import a_month_before
from tests.programme.on_paper import CLASSES, NO_RATES, OnPaper, night, rules_of
from tests.programme.strategies import payment_lists

TODAY = day("2025-01-20")
VDS = Scope("it_2")
LIMIT = DropLimit()


def percents_for(turnover: Decimal) -> dict[Scope, Decimal]:
    """What the published table gives, without 0 %."""
    tier = max(
        (tier for tier in TABLE.tiers if tier.threshold <= turnover), key=lambda tier: tier.threshold, default=None
    )
    found = {scope: tier.percents[each] for scope, each in CLASSES.items()} if tier else {}
    return {scope: percent for scope, percent in found.items() if percent}


# --- what it should have ---


@given(
    st.lists(st.tuples(st.decimals(Decimal("0.01"), 90_000, places=2), st.dates(day("2024-11-20"), TODAY)), max_size=9)
)
def test_every_day_an_account_has_what_its_window_gives_and_a_second_look_changes_nothing(
    payments: list[tuple[Decimal, date]],
) -> None:
    """R2, R3, R7, R8."""
    person = OnPaper(payments=[paid(amount, on) for amount, on in payments])
    for offset in range(70):
        today = day("2024-12-10") + timedelta(days=offset)
        person.day(rules_of(today))
        window = [amount for amount, on in payments if a_month_before(today) <= on <= today]
        assert person.ours() == percents_for(sum(window, Decimal(0)))
        assert person.think(rules_of(today)).changes == ()


@given(payment_lists, st.integers(0, 40))
def test_what_the_records_alone_tell_is_what_the_panel_says_or_nothing(payments: list[Payment], after: int) -> None:
    """R7: who is gone through by the records is decided as if the panel had been asked; where anything would change
    that is left to the panel."""
    person = OnPaper(payments=payments)
    person.day(rules_of(day("2024-02-20")))
    rules = rules_of(day("2024-02-20") + timedelta(days=after))
    known, asked = person.known(), person.think(rules)
    found = replace(person.look(rules), discounts=(), missing={})
    told = consider_by_records(found, known, rules)
    event("by the records" if told else "left to the panel")
    if told:
        assert told.changes == asked.changes == ()
        assert (told.decision, told.outlook, told.notices) == (asked.decision, asked.outlook, asked.notices)
        assert told.standing == asked.standing
    else:
        assert asked.changes or asked.decision.tier != (known.before.tier if known.before else None)


@given(payment_lists, st.integers(0, 2))
def test_thinking_changes_nothing_that_it_was_given_and_says_the_same_twice(
    payments: list[Payment], given: int
) -> None:
    person = OnPaper(payments=payments)
    person.day(rules_of(day("2024-02-20")))
    for _ in range(given):
        person.give(VDS, Decimal(40), TODAY)
    rules = rules_of(day("2024-03-01"))
    before = copy.deepcopy((person.look(rules), person.known()), {id(NO_RATES): NO_RATES})
    first = person.think(rules)
    assert (person.look(rules), person.known()) == before
    assert person.think(rules) == first


@given(
    st.lists(st.tuples(st.integers(1, 60_000), st.integers(0, 90)), max_size=6),
    st.lists(st.integers(1, 99), max_size=3),
)
def test_what_others_gave_rests_while_a_tier_holds_and_none_is_lost_or_doubled(
    payments: list[tuple[int, int]], given: list[int]
) -> None:
    """R9."""
    start = day("2025-01-01")
    person = OnPaper(payments=[paid(amount, start + timedelta(days=offset)) for amount, offset in payments])
    for percent in given:
        person.give(VDS, Decimal(percent), start)
    for offset in range(0, 130, 3):
        considered = person.day(rules_of(start + timedelta(days=offset)))
        acting = [row.percent for number, row in person.discounts.items() if number not in person.owned]
        resting = [Decimal(each.fields["percentage"]) for each in person.aside]
        assert Counter([*acting, *resting]) == Counter(map(Decimal, given))
        assert not (acting if considered.decision.tier else resting)


def test_lowering_ends_before_nothing_and_a_rise_before_what_others_lose() -> None:
    """R8, R9: nobody has less than before without need, wherever a run is cut short."""
    person = OnPaper(payments=[paid(600, TODAY)])
    person.give(VDS, Decimal(40), TODAY)
    kinds = [type(change).__name__ for change in person.day(rules_of(TODAY)).changes]
    assert kinds == ["Create", "Create", "Create", "SetAside"]
    kinds = [type(change).__name__ for change in person.day(rules_of(day("2025-02-21"))).changes]
    assert kinds == ["PutBack", "Delete", "Delete", "Delete"]


def test_others_stay_where_the_settings_leave_them_and_are_told_of() -> None:
    person = OnPaper(payments=[paid(600, TODAY)])
    theirs = person.give(VDS, Decimal(40), TODAY)
    considered = person.day(rules_of(TODAY, others_rest=False))
    assert not any(isinstance(change, (SetAside, PutBack)) for change in considered.changes)
    assert [each.id for each in considered.left] == [theirs]


@pytest.mark.parametrize("outside", [Basis.EXCLUDED, Basis.LEFT, Basis.NOT_A_MEMBER])
def test_who_takes_no_part_keeps_nothing_of_ours_whatever_they_paid(outside: Basis) -> None:
    """R10."""
    person = OnPaper(payments=[paid(52_000, TODAY)])
    person.day(rules_of(TODAY))
    person.payments = []
    assert person.day(rules_of(TODAY), outside=outside).decision.basis is outside
    assert person.ours() == {}


# --- where nothing may be written ---


def test_a_payment_that_the_list_lacks_and_the_panel_has_stops_the_account_and_one_that_moved_does_not() -> None:
    payment = paid(52_000, TODAY)
    person = OnPaper(payments=[payment])
    person.day(rules_of(TODAY))
    person.payments = []
    for owner in (person.account.id, None):
        with pytest.raises(ImplausibleRead):
            person.think(rules_of(TODAY), moved={payment.id: owner})
    another = AccountId(9_999)
    considered = person.day(rules_of(TODAY), moved={payment.id: another})
    assert (considered.moved_to, person.ours()) == ((another,), {})


def test_a_discount_that_the_list_lacks_and_the_panel_has_stops_the_account() -> None:
    person = OnPaper(payments=[paid(52_000, TODAY)])
    person.day(rules_of(TODAY))
    number = next(iter(person.owned))
    form = DiscountForm({"name": "Reseller program: it_2"}, VDS, Decimal(19), TODAY, True)
    with pytest.raises(ImplausibleRead):
        person.think(rules_of(TODAY), missing={number: form})
    stranger = replace(form, fields={"name": "Of somebody else"}, scope=Scope("it_9"), first_day=day("2024-01-01"))
    rows = tuple(row for row in person.discounts.values() if row.id != number)
    again = person.think(rules_of(TODAY), missing={number: stranger}, discounts=rows)
    assert len(again.changes) == 1, "its id was given to another discount: ours is gone, and made anew"


# --- what the limit on drops stops (spec, section 3) ---


def walk(
    people: list[OnPaper], start: date, days: int, rng: random.Random, a_day: int, table: TierTable = TABLE
) -> list[tuple[date, int, int]]:
    """Night after night; on each day so many payments of anybody. What the limit would have stopped."""
    stopped = []
    for offset in range(days):
        today = start + timedelta(days=offset)
        drops, total = night(people, rules_of(today, table))
        if drops > LIMIT.allows(total):
            stopped.append((today, drops, total))
        payers = [rng.choice(people) for _ in range(a_day)]
        for person in payers:
            person.payments.append(paid(rng.randrange(500, 20_000), today))
        for person in {each.account.id: each for each in payers}.values():
            person.day(rules_of(today, table))
            person.payments = [
                each for each in person.payments if each.credited_on and (today - each.credited_on).days < 40
            ]
    return stopped


@pytest.mark.slow
def test_a_year_of_evenly_spread_payments_stops_no_night() -> None:
    """M6: on 1 March the payments of four days leave the window together, every year."""
    people = [OnPaper() for _ in range(25)]
    assert walk(people, day("2024-12-20"), 365, random.Random(6), 12) == []


def test_charge_backs_and_clients_who_leave_stop_no_night_either() -> None:
    rng = random.Random(7)
    people = [OnPaper() for _ in range(12)]
    assert walk(people, day("2025-01-01"), 20, rng, 12) == []
    for person in people[:6]:
        person.payments = [replace(each, status=PaymentStatus.FRAUD) for each in person.payments]
    drops, total = night(people, rules_of(day("2025-01-21")))
    assert (drops, total > 0) == (0, True)
    assert not any(person.ours() for person in people[:6])
    assert sum(person.day(rules_of(day("2025-01-21")), outside=Basis.LEFT).unforetold for person in people) == 0


def test_a_table_that_gives_less_and_payments_that_are_deleted_are_stopped() -> None:
    """Which a limit that never stops would let through."""
    rng = random.Random(8)
    people = [OnPaper() for _ in range(12)]
    walk(people, day("2025-01-01"), 20, rng, 12)
    poorer = TierTable(
        tuple(
            replace(tier, percents={each: value / 2 for each, value in tier.percents.items()}) for tier in TABLE.tiers
        )
    )
    for changed in ("table", "payments"):
        if changed == "payments":
            for person in people:
                person.payments = []
        rules = rules_of(day("2025-01-20"), poorer if changed == "table" else TABLE)
        drops = sum(person.think(rules).unforetold for person in people)
        with pytest.raises(UnsafePlan):
            LIMIT.check(drops, sum(len(person.owned) for person in people))
