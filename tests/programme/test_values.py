"""The decorator of all values: what `dataclasses.dataclass` promises, though a class is made with its first value."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace
from threading import Barrier

import pytest
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.payments import Money
from resellerprogram.programme.values import dataclass


@dataclass(frozen=True)
class Sum:
    amount: int
    currency: str = "RUB"
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Dated(Sum):
    days: list[int] = field(default_factory=list)


@dataclass
class Book:
    sums: list[Sum] = field(default_factory=list)
    total: int = field(init=False)
    read: dict[str, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.total = sum(each.amount for each in self.sums)


def test_values_are_the_same_where_their_fields_are() -> None:
    assert Sum(3) == Sum(3, "RUB", note="paid") != Sum(3, "USD")
    assert len({Sum(3), Sum(3, note="paid"), Sum(4)}) == 2
    assert Sum(3) != Dated(3), "another category"
    assert Sum.__eq__(Sum(3), (3, "RUB")) is NotImplemented


def test_they_tell_what_they_hold() -> None:
    assert repr(Sum(3, note="paid")) == "Sum(amount=3, currency='RUB')"
    assert asdict(Dated(3, days=[7])) == {"amount": 3, "currency": "RUB", "note": "", "days": [7]}
    assert [each.name for each in fields(Dated)] == ["amount", "currency", "note", "days"]
    assert is_dataclass(Sum)


def test_what_is_frozen_stays_as_it_is() -> None:
    value = Sum(3)
    with pytest.raises(FrozenInstanceError):
        value.amount = 4  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del value.amount
    assert replace(value, amount=4) == Sum(4)


def test_what_is_not_frozen_may_change_and_is_no_key() -> None:
    book = Book([Sum(3), Sum(4)])
    assert (book.total, book.read) == (7, {})
    book.total = 8
    assert book != Book([Sum(3), Sum(4)])
    with pytest.raises(TypeError):
        hash(book)


def test_nothing_is_shared_that_nobody_gave() -> None:
    Dated(1).days.append(7)
    assert Dated(1).days == []


@pytest.mark.parametrize("given", [(), (1, "RUB", "", "too much")])
def test_what_is_missing_or_too_much_is_refused(given: tuple[object, ...]) -> None:
    with pytest.raises(TypeError):
        Sum(*given)  # type: ignore[arg-type]


def test_a_class_is_made_with_its_first_value_whoever_makes_it_first() -> None:
    @dataclass(frozen=True)
    class Fresh:
        amount: int
        note: str = ""

    before = Fresh.__init__
    start = Barrier(8)

    def make(number: int) -> Fresh:
        start.wait()
        return Fresh(number)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(make, range(8)))
    assert made == [Fresh(number) for number in range(8)]
    assert Fresh.__init__ is not before


def test_a_value_from_another_process_may_be_the_first_of_its_class() -> None:
    given = pickle.dumps([Money(3, "RUB"), Pin("Starter", None, "x")])  # type: ignore[arg-type]
    script = (
        "import pickle, sys; one, pin = pickle.loads(sys.stdin.buffer.read());"
        "print(repr(one), one == type(one)(3, 'RUB'), hash(pin) == hash(type(pin)('Starter', None, 'x')))"
    )
    done = subprocess.run([sys.executable, "-c", script], input=given, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["Money(amount=3,", "currency='RUB')", "True", "True"]
