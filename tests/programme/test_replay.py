"""The history played again: with the tables that held it gives what was decided, day by day (R2–R5, R10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.decision import decide
from resellerprogram.programme.ids import PaymentId
from resellerprogram.programme.members import MemberNote
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, Rate
from resellerprogram.programme.refunds import ask_for_earlier
from resellerprogram.programme.replay import Nature, Replay, Stage, Step, Version
from resellerprogram.programme.tiers import Tier, TierTable
from resellerprogram.programme.turnover import CountingRules
from resellerprogram.programme.window import Window, later

from tests.programme.builders import ACCOUNT, RULES, TABLE, US, day, paid
from tests.programme.ledger_model import Book, Row
from tests.programme.on_paper import OnPaper, rules_of
from tests.programme.strategies import tables
from tests.programme.test_money import altered, histories, payment_of, rates, table_of

FIRST, LAST = date(2024, 1, 10), date(2024, 5, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
some_days = st.sampled_from(DAYS)


def version_of(payment: Payment, first_day: date, last_day: date = date.max) -> Version:
    assert payment.credited_on is not None
    nature = Nature(
        payment.status,
        payment.amount.currency,
        payment.provider,
        payment.method_excluded,
        payment.promotional,
        payment.is_refund,
    )
    return Version(
        payment.id, payment.credited_on, payment.amount.amount, nature, first_day, last_day, payment.refund_of
    )


@dataclass
class Life:
    """What is known of an account's payments: a list from some days on."""

    known: dict[date, list[Payment]]

    def on(self, today: date) -> list[Payment]:
        return self.known[max(each for each in self.known if each <= today)]

    def versions(self) -> list[Version]:
        """As the ledger has them: a payment that is known as before has no new version."""
        found: list[Version] = []
        standing: dict[PaymentId, tuple[Payment, date]] = {}
        for today in sorted(self.known):
            now = {each.id: each for each in self.known[today]}
            for number, (payment, since) in list(standing.items()):
                if now.get(number) != payment:
                    found.append(version_of(payment, since, later(today, -1)))
                    del standing[number]
            for number, payment in now.items():
                standing.setdefault(number, (payment, today))
        return found + [version_of(payment, since) for payment, since in standing.values()]


def as_read(payments: list[Payment], window: Window) -> list[Payment]:
    """What the panel's reader gives: earlier payments only where money was given back."""
    inside = [each for each in payments if each.credited_on and each.credited_on >= window.first]
    return payments if ask_for_earlier(inside) else inside


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Payments that come to be known, are changed, given back, go."""
    rows: list[Row] = draw(histories())
    known = {FIRST: rows}
    for today in sorted(draw(st.sets(some_days, max_size=4))):
        rows = draw(altered(rows))
        known[today] = rows
    if draw(st.booleans()):  # each is heard of when it is credited
        known = {
            today: [row for row in known[max(each for each in known if each <= today)] if row.day <= today]
            for today in DAYS
        }
    mine = {today: [payment_of(row) for row in rows if row.account == 1] for today, rows in known.items()}
    return Life(mine)


pins = st.builds(
    Pin, st.sampled_from(["Tier 0", "Tier 1", "Partner #3", "gone"]), some_days, st.just("agreed"), st.booleans()
)


@st.composite
def conditions(draw: st.DrawFn) -> dict[date, tuple[Pin | None, CountingRules | None]]:
    """What administrators said and set, from some days on."""
    months = draw(st.sampled_from([1, 1, 2, 3]))
    found = table_of(draw(rates()))
    one, other = CountingRules(US, "RUB", found, {}, months), CountingRules(US, "USD", found, {}, 1)
    of_a_day = st.tuples(st.none() | pins, st.sampled_from([one, one, one, other, None]))
    first = draw(st.tuples(st.none() | pins, st.just(one)))
    return {FIRST: first, **draw(st.dictionaries(some_days, of_a_day, max_size=3))}


def in_force(what: dict[date, Any], today: date) -> Any:
    return what[max(each for each in what if each <= today)]


@given(lives(), conditions(), st.dictionaries(some_days, tables(), max_size=2), tables())
def test_every_day_is_played_as_it_is_decided(
    life: Life,
    said: dict[date, tuple[Pin | None, CountingRules | None]],
    later_tables: dict[date, TierTable],
    table: TierTable,
) -> None:
    """Random payments and versions, pins, settings, tables that begin on some days."""
    by_day = {FIRST: table, **later_tables}
    stages = [Stage(today, None, rules, pin) for today, (pin, rules) in sorted(said.items())]
    played = Replay(FIRST, LAST, lambda today: in_force(by_day, today), by_day.keys()).of(stages, life.versions())
    for today in DAYS:
        pin, rules = in_force(said, today)
        if rules is None:
            assert played.on(today) == Step(played.on(today).day, None, None)
            continue
        payments = as_read(life.on(today), Window.of(today, rules.months))
        decision = decide(ACCOUNT, today, payments, in_force(by_day, today), rules, pin)
        assert played.on(today).tier == decision.tier, today
        assert played.on(today).earned == in_force(by_day, today).tier_for(decision.turnover.amount), today


@given(lives(), tables(), st.none() | pins)
def test_every_day_is_played_as_the_engine_considers_it(life: Life, table: TierTable, pin: Pin | None) -> None:
    """Look, think and act each day, as the programme does."""
    person = OnPaper(note=MemberNote(ACCOUNT, pin=pin))
    played = Replay(FIRST, LAST, lambda _: table).of([Stage(FIRST, None, RULES, pin)], life.versions())
    for today in DAYS[:: 1 + len(DAYS) // 60]:
        rules = rules_of(today, table)
        person.payments = life.on(today)
        read = as_read(person.payments, rules.window)
        assert person.day(rules, payments=tuple(read)).decision.tier == played.on(today).tier, today


@given(histories(), rates(), tables())
def test_paper_and_pencil_say_the_same(rows: list[Row], found: Any, table: TierTable) -> None:
    """The model that is independent of the engine; a rate that was used once is used again."""
    book, mine = Book(found), [payment_of(row) for row in rows if row.account == 1]
    rules = CountingRules(US, "RUB", table_of(found), {})
    versions = [version_of(each, FIRST) for each in mine if each.credited_on]
    played = Replay(FIRST, LAST, lambda _: table).of([Stage(FIRST, None, rules)], versions)
    for today in DAYS:
        turnover = book.turnover(rows, 1, today)
        expected = [each for each in table.tiers if Fraction(each.threshold) <= turnover]
        assert played.on(today).earned == (expected[-1] if expected else None), today


@given(lives(), tables())
def test_what_is_counted_in_the_end_is_what_is_counted_of_all_that_is_known(life: Life, table: TierTable) -> None:
    played = Replay(FIRST, LAST, lambda _: table).of([Stage(FIRST, None, RULES)], life.versions())
    payments = [each for each in life.on(LAST) if each.credited_on]
    verdicts = decide(ACCOUNT, LAST, payments, table, replace(RULES, months=12)).turnover.verdicts
    expected: dict[date, Decimal] = {}
    for verdict in verdicts:
        credited_on = verdict.payment.credited_on
        if verdict.counted and credited_on and credited_on >= FIRST:
            expected[credited_on] = expected.get(credited_on, Decimal(0)) + verdict.counted
    ((currency, counted),) = played.counted
    assert (currency, {each: amount for each, amount in counted.items() if amount}) == (
        "RUB",
        {each: amount for each, amount in expected.items() if amount},
    )


# --- in single steps ---


def play(*versions: Version, stages: list[Stage] | None = None, **other: Any) -> list[tuple[str, str | None]]:
    replay = Replay(FIRST, LAST, lambda _: TABLE, **other)
    played = replay.of(stages or [Stage(FIRST, None, RULES)], versions)
    return [(step.day.isoformat(), step.tier.name if step.tier else None) for step in played.steps]


def test_r3_a_payment_lifts_on_its_day_and_leaves_a_month_later() -> None:
    payment = paid(600, "2024-01-20")
    assert play(version_of(payment, day("2024-01-20"))) == [
        ("2024-01-10", None),
        ("2024-01-20", "Starter"),
        ("2024-02-21", None),
    ]


def test_what_was_heard_of_late_lifts_late_and_leaves_in_time() -> None:
    payment = paid(600, "2024-01-20")
    assert play(version_of(payment, day("2024-02-01"))) == [
        ("2024-01-10", None),
        ("2024-02-01", "Starter"),
        ("2024-02-21", None),
    ]
    assert play(version_of(payment, day("2024-02-21"))) == [("2024-01-10", None)]


def test_a_payment_is_what_it_was_known_as_then() -> None:
    """It was given back in February: until then it counted."""
    payment = paid(600, "2024-01-20")
    gone = replace(payment, status=PaymentStatus.REFUNDED)
    versions = [version_of(payment, day("2024-01-20"), day("2024-02-02")), version_of(gone, day("2024-02-03"))]
    assert play(*versions) == [("2024-01-10", None), ("2024-01-20", "Starter"), ("2024-02-03", None)]


def test_r10_a_pin_holds_up_to_its_last_day_and_one_whose_tier_is_gone_does_not() -> None:
    pin = Pin("Partner #3", day("2024-02-10"), "agreed")
    stages = [Stage(FIRST, None, RULES, pin)]
    assert play(stages=stages) == [("2024-01-10", "Partner #3"), ("2024-02-11", None)]
    other = TierTable((Tier("Gold", Decimal(500), TABLE.tiers[0].percents),))
    played = Replay(FIRST, LAST, lambda _: other).of(stages, [version_of(paid(600, "2024-01-20"), FIRST)])
    assert [step.tier and step.tier.name for step in played.steps] == [None, "Gold", None]


def test_who_took_no_part_holds_nothing_and_from_then_on_all_counts_that_is_in_the_window() -> None:
    payment = version_of(paid(600, "2024-01-20"), day("2024-01-20"))
    stages = [Stage(FIRST, None, None), Stage(day("2024-02-01"), None, RULES)]
    assert play(payment, stages=stages) == [("2024-01-10", None), ("2024-02-01", "Starter"), ("2024-02-21", None)]


def test_r5_a_foreign_payment_counts_by_the_rate_on_record() -> None:
    payment = paid(10, "2024-01-20", currency="USD")
    version = version_of(payment, day("2024-01-20"))
    assert play(version) == [("2024-01-10", None)]
    rate = Rate("USD", day("2024-01-01"), Decimal(60))
    rules = replace(RULES, known_rates={(payment.id, "USD"): rate})
    assert play(version, stages=[Stage(FIRST, None, rules)])[1] == ("2024-01-20", "Starter")


def test_a_day_before_the_first_stage_is_not_played() -> None:
    played = Replay(FIRST, LAST, lambda _: TABLE).of([Stage(day("2024-03-01"), None, RULES)], [])
    with pytest.raises(ValueError, match="2024-02-29"):
        played.on(day("2024-02-29"))


def test_of_payments_of_one_kind_the_rules_are_asked_once() -> None:
    replay = Replay(FIRST, LAST, lambda _: TABLE)
    versions = [version_of(paid(number, "2024-01-20"), FIRST) for number in range(1, 9)]
    versions = [each._replace(nature=versions[0].nature) for each in versions]
    replay.of([Stage(FIRST, None, RULES)], versions)
    assert len(replay._worth) == 1


def test_money_is_what_it_was() -> None:
    """A version is the payment again, but for what no rule looks at."""
    payment = paid("12.3456", "2024-01-20", currency="USD", method_excluded=True, refund_of=PaymentId(7))
    again = version_of(payment, FIRST).payment
    assert again == replace(payment, number="", method="")
    assert again.amount == Money(Decimal("12.3456"), "USD")
