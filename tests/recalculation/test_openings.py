"""Opening turnover in the life of a programme: it lifts at once, stays, leaves on its day, and falls as it was asked to
(R4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.office import Office
from resellerprogram.office.openings import Openings
from resellerprogram.programme.corrections import Kind as CorrectionKind
from resellerprogram.programme.errors import MemberError
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.moves import Mover
from resellerprogram.programme.notices import Kind
from resellerprogram.programme.openings import Wanted
from resellerprogram.programme.turnover import Reason
from resellerprogram.recalculation import night
from resellerprogram.recalculation.hindsight import known_now
from resellerprogram.store.changes import Author

from tests.operator import TODAY, Operator
from tests.pages.desk import Desk

pytestmark = pytest.mark.slow

TOMORROW, LAST = TODAY + timedelta(days=1), date(2025, 2, 15)
DAY = date(2025, 1, 15)
PARTNER_5 = {"vds": 13, "dedic": 4, "certificate": 3}
STARTER = {"vds": 3, "dedic": 1, "certificate": 1}


def desk(operator: Operator, day: date = TODAY) -> Openings:
    return Office(operator.sandbox.root, operator.store, Author("chief", ""), operator.clock(day), 30).openings


def give(operator: Operator, account: int, amount: int = 20_000, day: date = DAY, today: date = TODAY) -> int:
    (number,) = desk(operator, today).give([Wanted(AccountId(account), Decimal(amount), day, "other panel")])
    operator.work(today)
    return number


def counted(operator: Operator, account: int) -> tuple[Decimal, Sequence[Reason]]:
    """The turnover of the last decision, and why each of its payments counts as it does."""
    record = operator.store.decisions.last(AccountId(account))
    assert record
    turnover = record.decision.turnover
    return turnover.amount, [each.reason for each in turnover.verdicts]


@pytest.fixture
def client(operator: Operator) -> int:
    """Pays 600 on 18 January, and holds Starter."""
    account = operator.sandbox.world.add_account("Ромашка")
    operator.sandbox.world.add_payment(account, 600, date(2025, 1, 18))
    operator.apply()
    return account


def test_it_lifts_at_once_stays_and_leaves_on_the_day_after_its_last(operator: Operator, client: int) -> None:
    operator.store.settings.set("drop_limit_percent", "0")
    operator.store.settings.set("drop_limit_count", "0")
    give(operator, client)
    assert operator.percents(client) == PARTNER_5
    assert counted(operator, client) == (20_600, [Reason.OPENING, Reason.COUNTED])
    standing = operator.store.standings.of(AccountId(client))
    assert standing
    assert standing.move
    assert (standing.move.mover, standing.change_day) == (Mover.OPENING, LAST + timedelta(days=1))
    assert [each.kind for each in operator.store.notices.told(AccountId(client))] == [Kind.ROSE]
    operator.sandbox.reset_calls()
    for day in (TOMORROW, LAST):
        operator.night(day)
        operator.sweep(day)
        operator.work(day)
        assert operator.percents(client) == PARTNER_5
    assert [each for each in operator.sandbox.calls() if each["func"] == "payment.info"] == []
    operator.night(LAST + timedelta(days=1))
    assert operator.percents(client) == STARTER, "foretold, so that no limit holds it up"


def test_a_payment_that_crosses_nothing_is_counted_beside_it_once(operator: Operator, client: int) -> None:
    give(operator, client)
    operator.queue(operator.sandbox.world.add_payment(client, 10, TODAY))
    operator.work()
    operator.queue(operator.sandbox.world.add_payment(client, 20, TODAY))
    operator.sandbox.reset_calls()
    operator.work()
    assert {call["func"] for call in operator.sandbox.calls()} == {"payment.info"}, "the records tell the rest"
    assert counted(operator, client)[0] == 20_630


def test_a_night_that_goes_by_the_records_knows_it(
    operator: Operator, client: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(operator, client)
    monkeypatch.setattr(night, "SMALL", 0)
    operator.night(TOMORROW)
    operator.store.connection.execute("UPDATE standing SET due_on = '2025-01-22', verified_on = '2025-01-21'")
    operator.night(date(2025, 1, 22))
    assert counted(operator, client) == (20_600, [Reason.OPENING, Reason.COUNTED])
    operator.night(LAST + timedelta(days=1))
    assert operator.percents(client) == STARTER


def test_r4_a_refund_that_names_no_payment_takes_nothing_of_it(operator: Operator, client: int) -> None:
    give(operator, client, day=date(2025, 1, 19))
    operator.sandbox.world.add_payment(client, -700, TODAY, number="return/1")
    operator.apply()
    amount, _ = counted(operator, client)
    assert amount == 19_900, "600 of its payment, and 100 that it finds nowhere on its own day"
    record = operator.store.decisions.last(AccountId(client))
    assert record
    assert [each.taken_back for each in record.decision.turnover.verdicts if each.payment.is_opening] == [0]


def test_what_is_ended_falls_at_once_and_nothing_holds_it_up(operator: Operator, client: int) -> None:
    operator.store.settings.set("drop_limit_percent", "0")
    operator.store.settings.set("drop_limit_count", "0")
    office, number = desk(operator), give(operator, client)
    opening = office.of(number)
    loss = office.loss(opening)
    assert (loss.lowered, loss.ended, loss.clients) == (3, 0, {client})
    (effect,) = office.fall(opening).first
    assert (effect.before and effect.before.name, effect.after and effect.after.name) == ("Partner #5", "Starter")
    office.end(opening, "by mistake")
    operator.work()
    assert operator.percents(client) == STARTER
    assert operator.store.queue.count() == 0
    standing = operator.store.standings.of(AccountId(client))
    assert standing
    assert standing.move
    assert standing.move.mover is Mover.OPENING_ENDED


@pytest.mark.parametrize("by_event", [True, False], ids=["an event", "a night"])
def test_r10_another_client_who_gets_the_id_has_none(operator: Operator, client: int, by_event: bool) -> None:
    give(operator, client)
    operator.sandbox.world.delete_account(client)
    second = operator.sandbox.world.add_account("Second", registered=datetime(2025, 1, 15))
    assert second == client
    payment = operator.sandbox.world.add_payment(second, 600, TODAY)
    if by_event:
        operator.queue(payment)
        operator.work()
    else:
        operator.apply()
    assert operator.percents(second) == STARTER
    assert counted(operator, second) == (600, [Reason.COUNTED])
    assert operator.store.ledger.openings() == []


def test_r10_nor_does_another_client_get_what_gave_nobody_a_tier(operator: Operator) -> None:
    """Nothing in the panel tells that it was the first one's."""
    first = operator.sandbox.world.add_account("First")
    operator.apply()
    give(operator, first, 100)
    operator.sandbox.world.delete_account(first)
    second = operator.sandbox.world.add_account("Second", registered=datetime(2025, 1, 15))
    operator.queue(operator.sandbox.world.add_payment(second, 450, TODAY))
    operator.work()
    assert second == first
    assert (counted(operator, second)[0], operator.percents(second)) == (450, {})


def test_what_was_given_later_leaves_what_past_days_should_have_been(operator: Operator, client: int) -> None:
    """Corrections and explanations of days before are what they were."""
    number = give(operator, client, today=TOMORROW)
    third = TOMORROW + timedelta(days=1)
    desk(operator, third).end(desk(operator, third).of(number), "by mistake")
    operator.work(third)
    operator.night(third + timedelta(days=1))
    assert operator.store.corrections.listed(CorrectionKind.CORRECTED) == []
    held = {day: operator.store.decisions.on(AccountId(client), day) for day in (TODAY, TOMORROW, third)}
    names = {day: record and record.decision.tier and record.decision.tier.name for day, record in held.items()}
    assert names == {TODAY: "Starter", TOMORROW: "Partner #5", third: "Starter"}
    for day, record in held.items():
        assert record
        found = known_now(operator.store, record.decision)
        assert found
        assert found.is_the_same, day


def test_what_is_given_or_ended_after_the_night_says_nothing_of_the_days_up_to_then(
    operator: Operator, client: int
) -> None:
    """The night has told that the day before goes on today, as it does every day."""
    operator.night(TOMORROW)
    number = give(operator, client, today=TOMORROW)
    third = TOMORROW + timedelta(days=1)
    operator.night(third)
    desk(operator, third).end(desk(operator, third).of(number), "by mistake")
    operator.work(third)
    for day in (TODAY, TOMORROW, third):
        record = operator.store.decisions.on(AccountId(client), day)
        found = record and known_now(operator.store, record.decision)
        assert found
        assert found.is_the_same, day


def test_who_takes_no_part_is_given_nothing(operator: Operator, client: int) -> None:
    operator.store.members.exclude(AccountId(client), "abuse", operator.clock(TODAY)())
    wanted = Wanted(AccountId(client), Decimal(5), DAY, "other panel")
    with pytest.raises(MemberError, match="is not in the program, so nothing counts for them; include them first"):
        desk(operator).give([wanted])
    with pytest.raises(MemberError, match="no client 99"):
        desk(operator).give([Wanted(AccountId(99), Decimal(5), DAY, "other panel")])
    assert operator.store.ledger.openings() == []


def test_the_clients_payments_show_it_apart_and_not_why_it_was_given(operator: Operator, client: int) -> None:
    give(operator, client)
    (user,) = operator.store.users.of(AccountId(client))
    me = Desk(operator.sandbox.root, operator.store, level=16, user=user)
    rows = [(row["number"], row["counted"].replace("\xa0", " "), row["reason"]) for row in me.rows("my.payments")]
    assert rows[1] == (
        "what you brought along",
        "RUB 20,000",
        "opening turnover, counts through 15 Feb 2025",
    )
    assert me.ask("my.payments").findall("elem")[1].find("reason").get("orig") == "opening"
    assert "brought along" in me.form("my")["moved"]
