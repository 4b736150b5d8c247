"""R2, R8, R10, R11: the decision about an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from resellerprogram.programme.decision import Basis, Decision, Pin, decide, leave_out
from resellerprogram.programme.payments import Payment, PaymentId, PaymentStatus, ProviderId, Rate, RateTable
from resellerprogram.programme.tiers import ServiceClass, TierTable
from resellerprogram.programme.turnover import CountingRules, Reason
from resellerprogram.programme.window import Window

from tests.programme.builders import ACCOUNT, RULES, TABLE, US, day, decided, paid, percents, reasons, refunded
from tests.programme.model import Ledger, month_before, tier_held
from tests.programme.strategies import amounts, days, histories, payment_lists, tables

PIN = Pin("Partner #8", day("2025-01-31"), "contract 12/2024")


def test_a_decision_carries_everything_that_explains_it() -> None:
    """R11: the window, every payment with counted or not and why, the sum, the tier, the percents."""
    payments = [paid(600, "2025-01-05"), paid(50, "2025-01-06", promotional=True), paid(900, None)]

    decision = decided(payments, "2025-01-20")

    assert (decision.account, decision.day) == (ACCOUNT, day("2025-01-20"))
    assert decision.turnover.window == Window(day("2024-12-20"), day("2025-01-20"))
    assert [
        (verdict.payment.amount.amount, verdict.reason, verdict.counted) for verdict in decision.turnover.verdicts
    ] == [
        (900, Reason.NOT_CREDITED, 0),
        (600, Reason.COUNTED, 600),
        (50, Reason.PROMOTIONAL, 0),
    ]
    assert (decision.turnover.amount, decision.tier, decision.basis) == (600, TABLE.tiers[0], Basis.TURNOVER)
    assert percents(decision) == {"vps": 3, "dedicated": 1, "ssl": 1}
    assert decision.pin is None


@given(st.builds(lambda some, others: some + others, payment_lists, histories()), days, tables())
def test_every_payment_of_the_window_has_one_verdict_and_they_add_up(
    payments: list[Payment], today: date, table: TierTable
) -> None:
    """R11"""
    decision = decide(ACCOUNT, today, payments, table, RULES)
    judged = [verdict.payment for verdict in decision.turnover.verdicts]
    inside = [each for each in payments if each.credited_on and month_before(today) <= each.credited_on <= today]
    assert sorted(each.id for each in judged) == sorted(each.id for each in inside)
    assert judged == sorted(judged, key=lambda each: (each.credited_on, each.id))
    assert decision.turnover.amount == max(0, sum(verdict.counted for verdict in decision.turnover.verdicts))
    assert {verdict.counted for verdict in decision.turnover.verdicts if verdict.reason not in ADDING} <= {0}


ADDING = (Reason.COUNTED, Reason.REFUND_SUBTRACTED)


def test_without_a_tier_there_are_no_percents() -> None:
    decision = decided([paid("499.99", "2025-01-05")], "2025-01-20")
    assert (decision.tier, decision.percents) == (None, {})


def test_every_day_is_decided_anew_and_what_was_paid_moves_the_tier_both_ways() -> None:
    """R6, R7"""
    payments = [paid(2_500, "2025-01-05"), paid(600, "2025-01-20")]
    held = [decided(payments, on).tier for on in ("2025-01-04", "2025-01-05", "2025-01-20", "2025-02-06", "2025-02-21")]
    assert [tier and tier.name for tier in held] == [None, "Starter", "Partner #1", "Starter", None]


# --- pins and members (R10) ---


@pytest.mark.parametrize(
    ("on", "tier", "basis"),
    [
        ("2025-01-30", "Partner #8", Basis.PINNED),
        ("2025-01-31", "Partner #8", Basis.PINNED),
        ("2025-02-01", "Starter", Basis.TURNOVER),
    ],
)
def test_a_pin_holds_up_to_and_including_its_last_day(on: str, tier: str, basis: Basis) -> None:
    decision = decide(ACCOUNT, day(on), [paid(600, "2025-01-05")], TABLE, RULES, PIN)
    assert decision.tier is not None
    assert (decision.tier.name, decision.basis) == (tier, basis)
    assert decision.turnover.amount == 600
    assert decision.pin == (PIN if basis is Basis.PINNED else None)


def test_a_pin_outranks_a_turnover_that_would_give_more() -> None:
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(1_000_000, "2025-01-05")], TABLE, RULES, PIN)
    assert (percents(decision), decision.basis) == ({"vps": 19, "dedicated": 7, "ssl": 3}, Basis.PINNED)


def test_a_pin_gives_its_tier_to_whoever_paid_nothing() -> None:
    assert percents(decide(ACCOUNT, day("2025-01-20"), [], TABLE, RULES, PIN))["vps"] == 19


def test_a_pin_gives_what_the_table_of_today_gives_its_tier() -> None:
    table = TierTable.from_csv("status,from,vps,dedicated,ssl\nPartner #8,70000,50,0,0\n")
    assert percents(decide(ACCOUNT, day("2025-01-20"), [], table, RULES, PIN))["vps"] == 50


def test_a_pin_on_a_tier_that_the_table_no_longer_has_gives_way_to_the_turnover() -> None:
    gone = Pin("Gold", day("2025-12-31"), "old table")
    decision = decide(ACCOUNT, day("2025-01-20"), [paid(600, "2025-01-05")], TABLE, RULES, gone)
    assert (decision.basis, decision.tier, decision.pin) == (Basis.TURNOVER, TABLE.tiers[0], None)


@pytest.mark.parametrize("basis", [Basis.EXCLUDED, Basis.NOT_A_MEMBER, Basis.WITHDRAWN])
def test_who_takes_no_part_has_no_tier_and_the_decision_says_why(basis: Basis) -> None:
    decision = leave_out(ACCOUNT, day("2025-01-20"), basis)
    assert (decision.basis, decision.tier, decision.percents, decision.pin) == (basis, None, {}, None)
    assert (decision.turnover.window, decision.turnover.verdicts) == (Window.of(day("2025-01-20")), ())


# --- properties ---


@given(payment_lists, tables(), tables(), days)
def test_a_new_table_decides_from_the_same_turnover(
    payments: list[Payment], old: TierTable, new: TierTable, today: date
) -> None:
    before, after = (decide(ACCOUNT, today, payments, table, RULES) for table in (old, new))
    assert before.turnover == after.turnover
    assert after.tier == tier_held(new, after.turnover.amount)


@given(payment_lists, days)
def test_nothing_carries_over_from_day_to_day(payments: list[Payment], first: date) -> None:
    """R7: two months later every payment has left."""
    later = max([first, *(payment.credited_on for payment in payments if payment.credited_on)]) + timedelta(days=62)
    assert decide(ACCOUNT, later, payments, TABLE, RULES).turnover.amount == Decimal(0)


DOLLARS = [Rate("USD", date(2024, 1, 20), Decimal("90.5")), Rate("USD", date(2024, 2, 29), Decimal("91.234567"))]
WITH_RATES = CountingRules(US, "RUB", RateTable(DOLLARS), {})
WORTH_NOTHING: list[dict[str, Any]] = [
    *({"status": status} for status in PaymentStatus if status is not PaymentStatus.CREDITED),
    {"promotional": True},
    {"method_excluded": True},
    {"provider": ProviderId(2)},
    {"currency": "EUR"},
]


class AnAccountOverTime(RuleBasedStateMachine):
    """Payments, refunds in every shape, back-dated payments, new tables and days that pass, in any order.

    The ledger is told what happened, the engine sees the rows that the panel shows for it. Refund rows that name
    no payment have amounts of their own here: what the engine does where they are ambiguous, examples tell.
    """

    deposits: Bundle[PaymentId] = Bundle("deposits")

    def __init__(self) -> None:
        super().__init__()
        self.today, self.table, self.ledger = date(2024, 1, 31), TABLE, Ledger()
        self.rows: dict[PaymentId, Payment] = {}
        self.parts: dict[PaymentId, list[Payment]] = {}

    def show(self, row: Payment) -> Payment:
        self.rows[row.id] = row
        return row

    @rule(target=deposits, amount=amounts, days_ago=st.sampled_from([0, 0, 1, 29, 30, 31, 32, 70]))
    def pay_today_or_back_dated(self, amount: Decimal, days_ago: int) -> PaymentId:
        row = self.show(paid(amount, self.today - timedelta(days=days_ago)))
        self.ledger.add(self.today - timedelta(days=days_ago), amount, row.id)
        return row.id

    @rule(amount=amounts, days_ago=st.integers(0, 40))
    def pay_in_dollars(self, amount: Decimal, days_ago: int) -> None:
        paid_on = self.today - timedelta(days=days_ago)
        row = self.show(paid(amount, paid_on, currency="USD"))
        values = [rate.value for rate in DOLLARS if rate.since <= paid_on]
        self.ledger.add(paid_on, amount * values[-1] if values else Decimal(0), row.id)

    @rule(amount=amounts, days_ago=st.integers(0, 40), what=st.sampled_from(WORTH_NOTHING))
    def get_what_is_no_money_paid_in(self, amount: Decimal, days_ago: int, what: dict[str, Any]) -> None:
        self.show(paid(amount, self.today - timedelta(days=days_ago), **what))

    @rule(amount=amounts, status=st.sampled_from([PaymentStatus.NEW, PaymentStatus.PROMISED]))
    def place_what_is_not_credited(self, amount: Decimal, status: PaymentStatus) -> None:
        self.show(paid(amount, None, status=status))

    @rule(deposit=deposits, named=st.booleans())
    def refund_a_part(self, deposit: PaymentId, named: bool) -> None:
        parts = self.parts.setdefault(deposit, [])
        if deposit not in self.rows or len(parts) == 3:
            return
        part = round(self.rows[deposit].amount.amount / 5, 2) + Decimal("0.001")
        parts.append(self.show(refunded(self.rows[deposit], self.today, part, named)))
        self.ledger.add(self.today, -part, deposit)

    @rule(deposit=consumes(deposits))
    def refund_the_rest_by_a_row(self, deposit: PaymentId) -> None:
        rest = self.rest(deposit)
        self.show(refunded(self.rows[deposit], self.today, rest))
        self.ledger.add(self.today, -rest, deposit)

    @rule(deposit=consumes(deposits), with_row=st.booleans(), named=st.booleans())
    def refund_the_whole_and_mark_it_refunded(self, deposit: PaymentId, with_row: bool, named: bool) -> None:
        parts = self.parts.get(deposit, [])
        if any(part.refund_of is None for part in parts):
            return
        if with_row:
            self.show(refunded(self.rows[deposit], self.today, self.rest(deposit), named or bool(parts)))
        self.show(replace(self.rows[deposit], status=PaymentStatus.REFUNDED))
        self.ledger.undo(deposit)

    @rule(
        deposit=consumes(deposits),
        status=st.sampled_from([PaymentStatus.FRAUD, PaymentStatus.CANCELLED, PaymentStatus.DELETING]),
    )
    def take_a_payment_back(self, deposit: PaymentId, status: PaymentStatus) -> None:
        if not self.parts.get(deposit):
            self.show(replace(self.rows[deposit], status=status))
            self.ledger.undo(deposit)

    @rule(deposit=consumes(deposits))
    def delete_a_payment(self, deposit: PaymentId) -> None:
        if not self.parts.get(deposit):
            del self.rows[deposit]
            self.ledger.undo(deposit)

    @rule(table=tables())
    def change_the_table(self, table: TierTable) -> None:
        self.table = table

    @rule(later=st.sampled_from([1, 1, 7, 28, 29, 30, 31, 45]))
    def let_days_pass(self, later: int) -> None:
        self.today += timedelta(days=later)

    @invariant()
    def the_engine_agrees_with_the_ledger(self) -> None:
        decision = decide(ACCOUNT, self.today, self.rows.values(), self.table, WITH_RATES)
        turnover = self.ledger.turnover(self.today)
        tier = tier_held(self.table, turnover)
        assert decision.turnover.amount == turnover
        assert decision.tier == tier
        assert decision.percents == (tier.percents if tier else {})

    def rest(self, deposit: PaymentId) -> Decimal:
        return self.rows[deposit].amount.amount - sum(-part.amount.amount for part in self.parts.get(deposit, []))


def test_whatever_happens_to_an_account_the_engine_agrees_with_a_plain_sum() -> None:
    """R2–R7"""
    run_state_machine_as_test(AnAccountOverTime, settings=settings(max_examples=80, stateful_step_count=25))
