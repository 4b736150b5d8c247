"""A table played over the records: with today's table it is what was decided, day by day (R2–R5, R10, R11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.decision import Decision, decide, leave_out
from resellerprogram.programme.errors import BadInput
from resellerprogram.programme.ids import AccountId, PaymentId
from resellerprogram.programme.payments import Money, Payment, PaymentStatus
from resellerprogram.programme.replay import Replay
from resellerprogram.programme.tiers import SSL, VPS, Tier, TierTable
from resellerprogram.programme.whatif import Beside, Between, WhatIf, values_of, whatif_of
from resellerprogram.recalculation import whatif
from resellerprogram.recalculation.whatif import play
from resellerprogram.store import Store
from resellerprogram.store.notes import SAVINGS
from resellerprogram.store.past import PastStore
from resellerprogram.store.savings import Saving

from tests.programme.builders import ACCOUNT, RULES, TABLE, paid
from tests.store.history import History

FIRST = date(2025, 1, 15)
OTHER = AccountId(28)


def tables_of(*tiers: tuple[str, int, int, int]) -> TierTable:
    """Name, threshold, percents of VPS and SSL."""
    return TierTable(
        tuple(Tier(name, Decimal(start), {VPS: Decimal(vps), SSL: Decimal(ssl)}) for name, start, vps, ssl in tiers)
    )


HELD = tables_of(("Silver", 500, 10, 1), ("Gold", 1000, 20, 2))
THOUGHT_OF = tables_of(("Silver", 500, 12, 1), ("Gold", 2000, 20, 2), ("Platinum", 9000, 30, 3))


def record(store: Store, decision: Decision, at: time = time(12)) -> None:
    store.decisions.record(decision, "apply", datetime.combine(decision.day, at))


def live(
    store: Store, payments: list[Payment], days: int = 60, table: TierTable = HELD, account: AccountId = ACCOUNT
) -> None:
    """Each day is decided with what is credited by then."""
    for day in (FIRST + timedelta(days=number) for number in range(days)):
        known = [each for each in payments if each.credited_on and each.credited_on <= day]
        record(store, decide(account, day, known, table, RULES))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "var").mkdir()
    with Store(tmp_path, datetime.combine(FIRST, time())) as store:
        yield store


def tiers(found: WhatIf) -> list[dict[str, tuple[int, int]]]:
    return [dict(month.tiers) for month in found.months]


# --- what really happened ---


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(20, 75))
def test_what_if_of_todays_table_is_what_really_happened_day_by_day(
    tmp_path_factory: pytest.TempPathFactory, seed: int, length: int
) -> None:
    """Payments of every kind, changed, moved, given back, in dollars; a pin that ends, other settings from March on."""
    root = tmp_path_factory.mktemp("panel")
    (root / "var").mkdir()
    days = [FIRST + timedelta(days=number) for number in range(length)]
    with Store(root, datetime.combine(FIRST, time())) as store:
        lives = [History(number, seed + number) for number in (1, 2)]
        for day in days:
            for each in lives:
                each.live(day)
                record(store, each.decide(day))
        for past in PastStore(store.connection).read(AccountId(1), AccountId(9), FIRST, "RUB"):
            played = Replay(FIRST, days[-1], lambda _: TABLE).of(past.stages, past.versions)
            for day in days:
                decided = store.decisions.on(past.account, day)
                assert decided is not None
                assert played.on(day).tier == decided.decision.tier, (past.account, day)
        found = play(store, TABLE, 12)
        assert (found.clients, found.differing, found.rises, found.falls) == (2, 0, 0, 0)
        assert all(really == other for month in found.months for really, other in month.tiers.values())
        assert all(sums.more == 0 for sums in found.classes.values())
        assert (found.gained, found.lost) == ((), ())


def test_r11_what_was_known_later_changes_no_day_before(empty: Store) -> None:
    """A payment that was marked as refunded in February counted until then."""
    payment = paid(600, "2025-01-20")
    for day in (FIRST + timedelta(days=number) for number in range(40)):
        status = PaymentStatus.REFUNDED if day >= date(2025, 2, 3) else PaymentStatus.CREDITED
        known = [replace(payment, status=status)] if day >= date(2025, 1, 20) else []
        record(empty, decide(ACCOUNT, day, known, HELD, RULES))
    found = play(empty, HELD, 12)
    assert found.differing == 0
    assert tiers(found) == [{"Silver": (1, 1)}, {"": (1, 1)}]
    assert found.turnover == 0, "in the end nothing of it counted"


# --- another table ---


def test_tiers_by_month_and_who_would_hold_what(empty: Store) -> None:
    live(empty, [paid(600, "2025-01-20"), paid(900, "2025-02-10")])
    live(empty, [replace(paid(9_500, "2025-02-20"))], account=OTHER)
    found = play(empty, THOUGHT_OF, 12)
    assert (found.first, found.last, found.clients, found.differing) == (FIRST, date(2025, 3, 15), 2, 2)
    assert [month.day for month in found.months] == [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 15)]
    assert tiers(found) == [
        {"Silver": (1, 1), "": (1, 1)},
        {"Silver": (1, 1), "Gold": (1, 0), "Platinum": (0, 1)},
        {"": (1, 1), "Gold": (1, 0), "Platinum": (0, 1)},
    ]
    assert (found.rises, found.falls, found.turnover) == (1, 0, 11_000)
    assert found.empty == (Between("Gold", Decimal(2000), Decimal(9000)),)
    assert found.months[1].with_tier == (2, 2)


def test_the_cost_by_payments_is_each_payment_at_the_percent_of_its_day(empty: Store) -> None:
    """600 at Silver (10 → 12 %), then 900 at Gold (20 %), which the other table gives Silver's 12 %."""
    live(empty, [paid(600, "2025-01-20"), paid(900, "2025-02-10")])
    found = play(empty, THOUGHT_OF, 12)
    assert found.classes[VPS] == Beside(Decimal(60 + 180), Decimal(72 + 108))
    assert found.classes[SSL] == Beside(Decimal(6 + 18), Decimal(6 + 9))
    assert found.percent(found.classes[VPS].really) == Decimal("16.00")
    (lost,) = found.lost
    assert (lost.account, lost.amount, lost.service_class, lost.paid) == (ACCOUNT, Decimal(-60), VPS, Decimal(1500))
    assert found.gained == ()


def test_the_cost_by_expenses_lies_between_what_any_class_would_make_of_it(empty: Store) -> None:
    live(empty, [paid(600, "2025-01-20")])
    day = date(2025, 1, 25)
    rubles = Money(Decimal(30), "RUB")
    empty.savings.replace(day, day, [Saving(ACCOUNT, day, rubles), Saving(OTHER, day, rubles)])
    assert play(empty, THOUGHT_OF, 12).expenses is None, "the panel has told nothing"
    empty.notes.write(SAVINGS, {"told": True, "first": "2025-01-01", "last": "2025-02-01"})
    found = play(empty, THOUGHT_OF, 12).expenses
    assert found is not None
    assert (found.first, found.last) == (FIRST, date(2025, 2, 1))
    assert (found.really, found.least, found.most, found.untold) == (30, 30, 36, 0), "10 → 12 % or 1 → 1 %"
    empty.savings.replace(date(2025, 3, 1), date(2025, 3, 1), [Saving(ACCOUNT, date(2025, 3, 1), rubles)])
    found = play(empty, THOUGHT_OF, 12).expenses
    assert found is not None
    assert (found.really, found.untold) == (60, 30), "no tier is on record of that day"


def test_the_cost_by_expenses_reaches_back_to_where_savings_are_kept(empty: Store) -> None:
    """The panel has told since longer ago than the last night's window, whose first day is kept beside."""
    live(empty, [paid(600, "2025-01-20")])
    day = date(2025, 1, 25)
    empty.savings.replace(day, day, [Saving(ACCOUNT, day, Money(Decimal(30), "RUB"))])
    told = {"told": True, "since": "2024-06-01", "first": "2025-02-01", "last": "2025-03-01"}
    empty.notes.write(SAVINGS, told)
    found = play(empty, THOUGHT_OF, 12).expenses
    assert found is not None
    assert (found.first, found.really) == (FIRST, 30)
    empty.notes.write(SAVINGS, {**told, "since": "2025-02-01"})
    found = play(empty, THOUGHT_OF, 12).expenses
    assert found is not None
    assert found.first == date(2025, 2, 1)


def test_r10_a_pin_holds_as_it_did_and_where_its_tier_is_gone_the_turnover_decides(empty: Store) -> None:
    pin = Pin("Gold", date(2025, 2, 10), "agreed")
    for day in (FIRST + timedelta(days=number) for number in range(40)):
        record(empty, decide(ACCOUNT, day, [], HELD, RULES, pin))
    assert tiers(play(empty, THOUGHT_OF, 12)) == [{"Gold": (1, 1)}, {"": (1, 1)}]
    without = play(empty, tables_of(("Silver", 500, 10, 1)), 12)
    assert (tiers(without)[0], without.unpinned) == ({"Gold": (1, 0), "": (0, 1)}, 1)


def test_r10_who_took_no_part_then_takes_none(empty: Store) -> None:
    payment = paid(600, "2025-01-16")
    for number in range(20):
        day = FIRST + timedelta(days=number)
        taking_part = number >= 10
        decision = (
            decide(ACCOUNT, day, [payment], HELD, RULES) if taking_part else leave_out(ACCOUNT, day, Basis.EXCLUDED)
        )
        record(empty, decision)
    found = play(empty, HELD, 12)
    assert (found.differing, tiers(found)[0]) == (0, {"Silver": (1, 1)})


def test_only_so_many_months_are_played_and_what_came_before_still_counts(empty: Store) -> None:
    live(empty, [paid(600, "2025-02-10")], days=70)
    found = play(empty, HELD, 1)
    assert (found.first, found.last, found.differing) == (date(2025, 2, 26), date(2025, 3, 25), 0)
    assert tiers(found) == [{"Silver": (1, 1)}, {"": (1, 1)}]


def test_r11_days_of_which_no_details_are_kept_are_not_played(empty: Store) -> None:
    live(empty, [paid(600, "2025-01-20"), paid(600, "2025-02-25")], days=60)
    empty.retention.let_go(date(2025, 2, 21), date(2025, 2, 21))
    found = play(empty, HELD, 12)
    assert found.differing == 0
    assert [month.day.month for month in found.months][-1] == 3


def test_without_records_it_says_so(empty: Store) -> None:
    with pytest.raises(BadInput, match="Nothing is on record"):
        play(empty, HELD, 12)


def test_all_of_it_is_kept_as_json(empty: Store) -> None:
    live(empty, [paid(600, "2025-01-20")])
    empty.notes.write(SAVINGS, {"told": True, "first": "2025-01-01", "last": "2025-02-01"})
    empty.going_live.start(datetime(2025, 1, 18), "chief")
    found = play(empty, THOUGHT_OF, 12)
    empty.notes.write("played", values_of(found))
    assert whatif_of(empty.notes.read("played")) == found
    assert found.started == date(2025, 1, 18)


def test_nothing_is_written_and_two_processes_say_what_one_says(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 8):
        payment = replace(paid(300 * number, "2025-01-20"), id=PaymentId(9000 + number))
        live(empty, [payment], days=40, account=AccountId(number))
    before, told = empty.connection.total_changes, list[tuple[int, int]]()
    alone = play(empty, THOUGHT_OF, 12)
    monkeypatch.setattr(whatif, "MANY", 1)
    monkeypatch.setattr(whatif, "AT_ONCE", 2)
    assert play(empty, THOUGHT_OF, 12, lambda done, total: told.append((done, total))) == alone
    assert (told[-1], len(told)) == ((7, 7), 4)
    assert empty.connection.total_changes == before
