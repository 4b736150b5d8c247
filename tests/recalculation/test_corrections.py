"""What past days should have been, and tiers by money given back: a random history of payments that come late, move,
are edited and taken back, every stretch and figure against a slow computation of its own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain

import pytest
from resellerprogram.office import Office
from resellerprogram.office.corrections import CorrectionsDesk, Listed, Sums
from resellerprogram.programme.corrections import Became, Kind
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.tiers import published_table
from resellerprogram.store.changes import Author

from tests.operator import TODAY, Operator
from tests.programme.ledger_model import CREDITED, REFUNDED, Book, Row
from tests.recalculation.test_overview import CLASS_OF, rank, tier

pytestmark = pytest.mark.slow

FIRST = date(2024, 12, 11)
ONE = timedelta(days=1)
FRAUD, CANCELLED = 7, 9
PERCENTS = {
    each.name: {str(name): percent for name, percent in each.percents.items()} for each in published_table().tiers
}


def desk_of(operator: Operator, day: date = TODAY) -> CorrectionsDesk:
    def noon() -> datetime:
        return datetime(day.year, day.month, day.day, 12)

    return Office(operator.sandbox.root, operator.store, Author("owner", ""), noon, 30).corrections


@dataclass
class Books:
    """What the panel's list showed at the end of each day, and what discounts took off."""

    accounts: list[int] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)
    untouched: list[int] = field(default_factory=list)
    returned_on: dict[int, date] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    evenings: dict[date, list[Row]] = field(default_factory=dict)
    saved: list[tuple[int, date, str, int]] = field(default_factory=list)

    def tier(self, rows: list[Row], account: int, day: date) -> str | None:
        return tier(Decimal(str(float(Book({}).turnover(rows, account, day)))))

    def held(self, account: int, day: date) -> str | None:
        return self.tier(self.evenings[day], account, day)

    def began(self, account: int, day: date) -> str | None:
        return self.tier(self.evenings.get(day - ONE, []), account, day)

    def should(self, account: int, day: date) -> str | None:
        return self.tier(list(self.rows.values()), account, day)

    def seen(self) -> Iterator[Row]:
        """The rows of all evenings."""
        return chain.from_iterable(self.evenings.values())

    def given_back(self) -> dict[int, int]:
        """Cents of each payment that were given back until today."""
        taken: Counter[int] = Counter()
        for row in self.rows.values():
            if row.refund:
                taken[row.names or 0] += row.cents
            elif row.status != CREDITED:
                taken[row.id] = max(taken[row.id], row.cents)
        return {number: min(cents, self.rows[number].cents) for number, cents in taken.items()}

    def without(self, account: int, day: date) -> str | None:
        """The tier of the day's end without what was given back later."""
        taken = self.given_back()
        rows = [
            replace(row, cents=max(0, row.cents - taken.get(row.id, 0)))
            for row in self.evenings[day]
            if not row.refund and row.status == CREDITED
        ]
        return self.tier(rows, account, day)


class Life:
    """Makes things happen to payments, in the panel and on paper."""

    def __init__(self, operator: Operator, books: Books, chance: random.Random) -> None:
        self.operator, self.world, self.books, self.chance = operator, operator.sandbox.world, books, chance

    def pay(self, day: date, credited_on: date) -> None:
        account = self.chance.choice(self.books.accounts)
        amount = self.chance.choice((1, 400, 600, 2_999, 4_000, 12_345, 48_000))
        number = self.world.add_payment(account, amount, credited_on)
        self.books.rows[number] = Row(number, amount * 100, "RUB", CREDITED, credited_on, account=account)
        self.books.untouched.append(number)
        self._tell(day, number, "payment.setpaid")

    def _tell(self, day: date, payment: int, cause: str) -> None:
        self.operator.queue(payment, day=day, cause=cause)

    def _pick(self) -> Row:
        return self.books.rows[self.books.untouched.pop(self.chance.randrange(len(self.books.untouched)))]

    def happen(self, day: date) -> None:
        what = self.chance.choice(
            (self.move, self.edit, self.fraud, self.cancel, self.refund, self.refund, self.delete)
        )
        if self.books.untouched:
            what(day, self._pick())

    def move(self, day: date, row: Row) -> None:
        row.day = max(FIRST, min(day, row.day + timedelta(days=self.chance.randint(-20, 10))))
        self.world.set_payment(row.id, paydate=row.day)
        self._tell(day, row.id, "payment.edit")

    def edit(self, day: date, row: Row) -> None:
        row.cents = row.cents * self.chance.choice((1, 3, 20)) // 2
        amount = Decimal(row.cents) / 100
        self.world.set_payment(row.id, subaccountamount=amount, paymethodamount=amount)
        self._tell(day, row.id, "payment.edit")

    def fraud(self, day: date, row: Row) -> None:
        self._ends(day, row, FRAUD, "payment.setfraud")

    def cancel(self, day: date, row: Row) -> None:
        self._ends(day, row, CANCELLED, "payment.setcanceled")

    def _ends(self, day: date, row: Row, status: int, cause: str) -> None:
        row.status, self.books.returned_on[row.id] = status, day
        self.world.set_payment(row.id, status=status)
        self._tell(day, row.id, cause)

    def refund(self, day: date, row: Row) -> None:
        cents = self.chance.choice((row.cents, row.cents // 2))
        number = self.world.refund(row.id, day, Decimal(cents) / 100)
        if cents == row.cents:
            row.status = REFUNDED
        self.books.returned_on[row.id] = day
        self.books.rows[number] = Row(
            number, cents, "RUB", CREDITED, day, refund=True, names=row.id, account=row.account
        )
        self._tell(day, row.id, "payment.refund")
        self._tell(day, number, "payment.setpaid")

    def delete(self, day: date, row: Row) -> None:
        del self.books.rows[row.id]
        self.world.delete_payment(row.id)
        self._tell(day, row.id, "payment.delete")

    def order(self, day: date) -> None:
        for account in self.books.accounts:
            owned = list(self.operator.store.owned.of(AccountId(account)).values())
            if owned and account % 4 and self.chance.random() < 0.5:
                ours, saved = self.chance.choice(owned), self.chance.choice((19, 190, 7))
                self.world.add_expense(account, 800, day, ours.id, saved)
                self.books.saved.append((account, day, CLASS_OF[ours.scope], saved))


@pytest.fixture
def books(operator: Operator) -> Books:
    """Seven weeks of five clients; the newest day today, whose night has been."""
    chance, books = random.Random(5), Books()
    operator.sandbox.read_as(refund_source="present")
    operator.store.settings.set("drop_limit_count", "1000")
    operator.store.settings.set("client_notices", "off")
    books.accounts += [operator.sandbox.world.add_account(f"Client {number}") for number in range(5)]
    life, day = Life(operator, books, chance), FIRST
    elsewhere = operator.sandbox.world.add_account("Elsewhere")
    while day < TODAY:
        operator.sandbox.world.add_discount(elsewhere, 1, "it_1")  # a number of ours that is gone never comes again
        operator.night(day)
        operator.sandbox.world.add_discount(elsewhere, 1, "it_1")
        for _ in range(chance.choice((0, 1, 1, 2))):
            life.pay(day, day if chance.random() < 0.7 else max(FIRST, day - timedelta(days=chance.randint(1, 40))))
        if chance.random() < 0.8:
            life.happen(day)
        operator.work(day)
        life.order(day)
        books.evenings[day] = [replace(row) for row in books.rows.values()]
        day += ONE
    operator.night(TODAY)
    return books


def stretches(books: Books, kind: Kind) -> Iterator[tuple[int, date, date, str | None, str | None]]:
    """Days that follow one another with the same difference, by account."""
    for account in books.accounts:
        found: list[tuple[date, str | None, str | None]] = []
        for day in books.evenings:
            held = books.held(account, day)
            other = books.should(account, day) if kind is Kind.CORRECTED else books.without(account, day)
            if held != other:
                found.append((day, held, other))
        first = 0
        for place, (day, *tiers) in enumerate(found):
            following = found[place + 1] if place + 1 < len(found) else None
            if following != (day + ONE, *tiers):
                yield account, found[first][0], day, tiers[0], tiers[1]
                first = place + 1


def as_found(listed: list[Listed]) -> set[tuple[int, date, date, str | None, str | None]]:
    return {
        (
            each.account,
            each.correction.first_day,
            each.correction.last_day,
            each.correction.held.name if each.correction.held else None,
            each.correction.other.name if each.correction.other else None,
        )
        for each in listed
    }


def worth(books: Books, listed: Listed) -> Fraction | None:
    """What the difference comes to, expense by expense."""
    found, total = listed.correction, Fraction(0)
    held = PERCENTS[found.held.name] if found.held else {}
    other = PERCENTS[found.other.name] if found.other else {}
    if not held:
        return None
    for account, day, service_class, saved in books.saved:
        if account == listed.account and found.first_day <= day <= found.last_day:
            if books.began(account, day) != books.held(account, day):
                return None
            rise = Fraction(other.get(service_class, Decimal(0))) - Fraction(held[service_class])
            total += saved * rise / Fraction(held[service_class])
    return total


def test_every_stretch_and_figure_is_what_a_separate_computation_says(operator: Operator, books: Books) -> None:
    desk = desk_of(operator)
    became: set[Became] = set()
    worths: list[Sums | None] = []
    for kind in Kind:
        listed = desk.listed(kind)
        expected = set(stretches(books, kind))
        assert as_found(listed) == expected
        assert len(expected) > 3
        assert [each.correction.last_day for each in listed] == sorted(
            (each.correction.last_day for each in listed), reverse=True
        )
        for each in listed:
            assert each.correction.causes
            became |= {cause.became for cause in each.correction.causes}
            _check_figures(books, each)
        worths += [each.worth for each in listed]
    assert any(worths)
    assert None in worths
    assert became == set(Became)
    _check_repeated(desk, books)


def _check_figures(books: Books, listed: Listed) -> None:
    found = listed.correction
    saved = sum(
        amount
        for account, day, _, amount in books.saved
        if account == listed.account and found.first_day <= day <= found.last_day
    )
    assert sum((listed.saved or {}).values()) == saved
    expected = worth(books, listed)
    if expected is None:
        assert listed.worth is None
    else:
        assert listed.worth is not None
        assert abs(Fraction(sum(listed.worth.values(), Decimal(0))) - expected) < Fraction(1, 1000)
    if found.kind is Kind.GIVEN_BACK:
        assert rank(found.other.name if found.other else None) < rank(found.held.name if found.held else None)


def _check_repeated(desk: CorrectionsDesk, books: Books) -> None:
    times: Counter[int] = Counter()
    for number, returned_on in books.returned_on.items():
        row = books.rows[number]
        if not any(each.id == number and each.status == CREDITED for each in books.seen()):
            continue  # given back before it ever counted
        times[row.account] += any(
            account == row.account and row.day <= day <= returned_on for account, day, *_ in books.saved
        )
    listed = desk.repeated()
    assert {each.account: each.times for each in listed} == {who: count for who, count in times.items() if count > 1}
    assert listed
