"""R3, R4, R5, R10: turnover over random histories against a model that is independent of the engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.decision import decide
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, Rate, RateTable
from resellerprogram.programme.turnover import CountingRules, Turnover, count
from resellerprogram.programme.window import Window
from resellerprogram.store import database
from resellerprogram.store.decisions import DecisionStore

from tests.programme.builders import NOW, TABLE
from tests.programme.ledger_model import BEING_REFUNDED, CREDITED, REFUNDED, Book, Row

FIRST = date(2024, 1, 15)
CURRENCIES = ("RUB", "USD", "EUR")
days = st.integers(0, 100).map(lambda number: FIRST + timedelta(days=number))
cents = st.sampled_from([1, 99, 100, 5_000, 10_000]) | st.integers(1, 20_000)
statuses = st.sampled_from(
    [CREDITED] * 6 + [BEING_REFUNDED, REFUNDED, REFUNDED] + [int(each) for each in PaymentStatus]
)
seldom = st.sampled_from([False] * 7 + [True])


@st.composite
def rates(draw: st.DrawFn) -> dict[str, dict[date, Fraction]]:
    """Of some days; nothing, below nothing, or missing now and then."""
    value = st.sampled_from([Fraction(50), Fraction(100), Fraction("91.2345"), Fraction(0), Fraction(-3)])
    return {each: draw(st.dictionaries(days, value, max_size=3)) for each in CURRENCIES[1:]}


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Payments, and refunds of every kind: named and not, in part, whole, larger, by row, by status or by both."""
    rows: list[Row] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        rows.append(
            Row(
                number * 10,
                draw(cents),
                draw(st.sampled_from(CURRENCIES)),
                draw(statuses),
                draw(days),
                provider=draw(st.sampled_from([1] * 5 + [2])),
                cashback=draw(seldom),
                excluded=draw(seldom),
            )
        )
    for number in range(1, draw(st.integers(0, 6)) + 1):
        source = draw(st.sampled_from(rows[: len(rows) - number + 1 or 1]))
        part = draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(99, 100), Fraction(1, 3), Fraction(5, 4)]))
        if part == 1 and draw(st.booleans()):
            source.status = REFUNDED
        rows.append(
            Row(
                number * 10 + 1,
                max(1, int(source.cents * part)),
                source.currency,
                draw(st.sampled_from([CREDITED, CREDITED, REFUNDED, BEING_REFUNDED, 1])),
                draw(st.sampled_from([source.day + timedelta(days=each) for each in (-1, 0, 1, 20, 45)])),
                provider=source.provider,
                excluded=draw(seldom),
                refund=True,
                names=draw(st.sampled_from([source.id, source.id, None, None, 10_000])),
            )
        )
    return rows


@st.composite
def altered(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    """The same a day later: amount, day, status, currency or owner of some are others; some are gone."""
    return [
        replace(row, **draw(st.sampled_from([{}, {}, _another(draw, row)]))) for row in rows if draw(st.integers(0, 9))
    ]


def _another(draw: st.DrawFn, row: Row) -> dict[str, Any]:
    return draw(
        st.fixed_dictionaries({"cents": cents})
        | st.fixed_dictionaries({"day": days})
        | st.fixed_dictionaries({"status": statuses})
        | st.fixed_dictionaries({"currency": st.sampled_from(CURRENCIES)})
        | st.fixed_dictionaries({"account": st.sampled_from([1, 2])})
    )


def payment_of(row: Row) -> Payment:
    return Payment(
        PaymentId(row.id),
        f"pfx/{row.id}",
        Money(Decimal(row.cents) / 100 * (-1 if row.refund else 1), row.currency),
        PaymentStatus(row.status),
        row.day,
        ProviderId(row.provider),
        method_excluded=row.excluded,
        promotional=row.cashback,
        is_refund=row.refund,
        refund_of=None if row.names is None else PaymentId(row.names),
    )


def table_of(found: dict[str, dict[date, Fraction]]) -> RateTable:
    return RateTable(
        Rate(currency, since, Decimal(value.numerator) / value.denominator)
        for currency, by_day in found.items()
        for since, value in by_day.items()
    )


def counted(rows: list[Row], today: date, found: dict[str, dict[date, Fraction]], account: int = 1) -> Turnover:
    rules = CountingRules(ProviderId(1), "RUB", table_of(found), {})
    return count([payment_of(row) for row in rows if row.account == account], Window.of(today), rules)


@given(histories(), days, rates())
def test_r4_the_turnover_is_what_paper_and_pencil_say(rows: list[Row], today: date, found: Any) -> None:
    assert Fraction(counted(rows, today, found).amount) == Book(found).turnover(rows, 1, today)


@contextmanager
def decisions() -> Iterator[DecisionStore]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    database._migrate(connection, Path(), NOW, on_trial=False)
    yield DecisionStore(connection)
    connection.close()


@given(st.data(), histories(), days, rates(), rates())
def test_r5_rates_stay_while_payments_change_amount_day_status_currency_or_owner(
    data: st.DataObject, rows: list[Row], today: date, found: Any, later: Any
) -> None:
    """Day by day through the store, two owners, and the programme's currency is another one on the third day."""
    books = {account: Book(found) for account in (1, 2)}
    with decisions() as store:
        for step, (rate_list, currency) in enumerate([(found, "RUB"), (later, "RUB"), (later, "EUR"), (found, "RUB")]):
            day = today + timedelta(days=step)
            for account, book in books.items():
                book.rates = rate_list
                known = store.known_rates(AccountId(account), currency)
                rules = CountingRules(ProviderId(1), currency, table_of(rate_list), known)
                mine = [payment_of(row) for row in rows if row.account == account]
                decision = decide(AccountId(account), day, mine, TABLE, rules)
                assert Fraction(decision.turnover.amount) == book.turnover(rows, account, day, currency)
                store.record(decision, "daily", NOW)
                last = store.last(AccountId(account))
                assert last is not None
                assert [
                    (each.reason, each.counted, each.rate, each.taken_back, each.placed)
                    for each in last.decision.turnover.verdicts
                ] == [
                    (each.reason, each.counted, each.rate, each.taken_back, each.placed)
                    for each in decision.turnover.verdicts
                ]
            rows = data.draw(altered(rows))


@given(histories(), days, rates(), st.randoms())
def test_r4_refunds_are_placed_the_same_in_whatever_order_they_come(
    rows: list[Row], today: date, found: Any, chance: Any
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert counted(shuffled, today, found) == counted(rows, today, found)


@given(histories(), days, rates())
def test_r4_every_cent_of_a_refund_is_placed_once_or_subtracted(rows: list[Row], today: date, found: Any) -> None:
    result = counted(rows, today, found)
    assert result.amount == max(Decimal(0), sum((each.counted for each in result.verdicts), Decimal(0)))
    for each in result.verdicts:
        assert each.payment.is_refund or 0 <= each.taken_back <= each.payment.amount.amount
        assert each.counted >= 0 or each.payment.is_refund
    placed = sum((step.amount for each in result.verdicts for step in each.placed), Decimal(0))
    assert placed >= sum((each.taken_back for each in result.verdicts), Decimal(0))


@given(histories(), days, rates(), st.data())
def test_r4_giving_back_99_of_100_and_all_of_it_never_differ_by_more_than_that_one(
    rows: list[Row], today: date, found: Any, data: st.DataObject
) -> None:
    """Named, beside any other history; the whole by status alone, or by status and row."""
    back_on = today - timedelta(days=data.draw(st.integers(0, 40)))
    payment = Row(900, 10_000, "RUB", CREDITED, back_on - timedelta(days=data.draw(st.integers(0, 40))))
    part = Row(901, 9_900, "RUB", CREDITED, back_on, refund=True, names=900)
    without_rows = [row for row in rows if not row.refund or row.names == row.id]
    most = counted([*without_rows, payment, part], today, found).amount
    gone = replace(payment, status=REFUNDED)
    for whole in ([gone], [gone, replace(part, cents=10_000)]):
        assert 0 <= most - counted([*without_rows, *whole], today, found).amount <= 1
