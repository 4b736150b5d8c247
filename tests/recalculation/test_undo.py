"""Undoing a run on the sandbox panel: the discounts are what they were before it; what changed since stays."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.programme.errors import BadInput, NotStarted, PanelStandsStill
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation.undo import Undone, undo_run, undoable
from resellerprogram.store import Store
from resellerprogram.store.journal import FILE_NAME

from tests.dying import die_before
from tests.operator import TODAY, Operator
from tests.sandbox import Sandbox
from tests.sandbox.world import World

pytestmark = pytest.mark.slow

STARTER = {"vds": 3, "dedic": 1, "certificate": 1}
PARTNER_8 = {"vds": 19, "dedic": 7, "certificate": 3}
TYPES = {"vhost": "it_1", "vds": "it_2", "dedic": "it_3", "certificate": "it_4"}


def last_run(operator: Operator) -> int:
    newest = operator.store.runs.last()
    assert newest
    return newest.id


def undone(operator: Operator, run: int, **options: Any) -> Undone:
    return undo_run(operator.sandbox.root, operator.store, run, operator.clock(TODAY), **options)


def held(world: World) -> list[tuple[int, str, int, str]]:
    """Whose, what for, how much, whether ours: whatever its id is."""
    return sorted(
        (
            each["account"],
            each["internal_name"],
            int(each["percent"]),
            each["name"] if not each["name"].startswith("Reseller program") else "ours",
        )
        for each in world.discounts()
    )


class Town:
    """One client rises and has a discount of their own set aside, one ends and has theirs put back, one is new: all in
    one run, which is to be undone. `small`: only VPS have discounts, so that there are fewer points to die at."""

    def __init__(self, operator: Operator, small: bool = False) -> None:
        self.operator, self.world = operator, operator.sandbox.world
        for name in operator.store.classes.names() if small else ():
            if name != "vps":
                operator.store.classes.remove(name)
        operator.store.settings.set("client_notices", "off")
        self.rising, self.ending, self.new = (self.world.add_account(name) for name in ("Rising", "Ending", "New"))
        self.world.add_payment(self.rising, 600, TODAY)
        gone = self.world.add_payment(self.ending, 600, TODAY)
        self.world.add_discount(self.ending, 45, "it_1", "Agreed with Ending")
        operator.apply()
        self.world.add_payment(self.rising, 52_000, TODAY)
        self.world.add_discount(self.rising, 40, "it_1", "Agreed with Rising")
        self.world.set_payment(gone, status=7)
        self.world.add_payment(self.new, 600, TODAY)
        self.before = held(self.world)
        operator.apply(allow_drop=True)
        self.run = last_run(operator)
        assert held(self.world) != self.before


def test_all_goes_back_to_what_it_was_before_the_run(operator: Operator) -> None:
    town = Town(operator)
    after = held(town.world)
    operator.writes()
    planned = undone(operator, town.run, write=False)
    assert (len(planned.report.planned), operator.writes(), held(town.world)) == (3, [], after)
    found = undone(operator, town.run, confirmed=planned.report.prints, who="anna")
    assert held(town.world) == town.before
    assert (found.left, found.report.failed) == ({}, {})
    assert operator.store.set_aside.count() == 1, "of the one who ended"
    last = operator.store.decisions.last(AccountId(town.rising))
    assert last
    assert (last.cause, last.who, {each.what: each.after for each in last.written}["vds"]) == ("undo", "anna", 3)
    operator.writes()
    assert undone(operator, town.run).report.planned == []
    assert operator.writes() == [], "a second time there is nothing to do"


def test_undoing_is_a_run_and_can_be_undone(operator: Operator) -> None:
    town = Town(operator)
    after = held(town.world)
    undone(operator, town.run)
    undone(operator, last_run(operator))
    assert held(town.world) == after


def test_what_has_changed_since_is_told_and_left(operator: Operator) -> None:
    town = Town(operator)
    operator.queue(town.world.add_payment(town.rising, 50_000, TODAY))
    operator.work()
    (of_new, *_) = town.world.discounts(town.new)
    town.world.change_discount(of_new["id"], percentage=77)
    now = held(town.world)
    known = undoable(operator.store, town.run)
    assert set(known.left) == {town.rising}, "of a change by hand the records know nothing"
    found = undone(operator, town.run)
    assert {account.id: why.ru for account, why in found.left.items()} == {
        town.rising: "скидка на VPS изменилась после пересчёта",
        town.new: "скидка на VPS изменилась после пересчёта",
    }
    left = [each for each in now if each[0] != town.ending]
    assert [each for each in held(town.world) if each[0] != town.ending] == left
    assert operator.percents(town.ending) == STARTER


def test_taking_the_programme_off_is_undone_too(operator: Operator) -> None:
    town = Town(operator)
    after = held(town.world)
    operator.apply(withdraw=True)
    assert not any(each[3] == "ours" for each in held(town.world))
    undone(operator, last_run(operator))
    assert held(town.world) == after


def test_a_narrower_class_is_undone_though_nothing_is_in_it_any_more(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Client")
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.classes("vps", "vds", "vhost")
    operator.apply()
    operator.classes("vps", "vds")
    operator.apply(allow_drop=True)
    assert operator.percents(account) == PARTNER_8
    undone(operator, last_run(operator))
    assert operator.percents(account) == {**PARTNER_8, "vhost": 19}


def test_only_what_was_shown_is_taken_back(operator: Operator) -> None:
    town = Town(operator)
    seen = undone(operator, town.run, write=False).report.prints
    (of_new,) = (each for each in town.world.discounts(town.new) if each["internal_name"] == "vds")
    town.world.delete_discount(of_new["id"])
    town.world.put_discount(999, town.new, Decimal(3), "it_2", of_new["name"])
    found = undone(operator, town.run, confirmed=seen)
    assert town.new in {account.id for account in found.left} | set(found.report.failed)
    assert operator.percents(town.rising) == STARTER | {"vhost": 40}


def test_one_clients_trouble_keeps_nobody_elses_undoing_back(operator: Operator) -> None:
    town = Town(operator)
    operator.sandbox.fault("broken", "account.discount", of={"elid": str(town.rising)}, count=20)
    found = undone(operator, town.run)
    assert list(found.report.failed) == [town.rising]
    assert operator.percents(town.ending) == STARTER
    operator.sandbox.clear_faults()
    undone(operator, town.run)
    assert held(town.world) == town.before


def test_a_client_who_is_gone_or_another_is_left(operator: Operator) -> None:
    town = Town(operator)
    town.world.delete_account(town.new)
    found = undone(operator, town.run)
    assert [account.id for account in found.left] == [town.new]


def test_nothing_is_undone_before_a_start_on_a_copy_or_without_a_run_that_wrote(operator: Operator) -> None:
    town = Town(operator)
    for number, what in ((999, "no recalculation 999"), (last_run(operator), "")):
        if what:
            with pytest.raises(BadInput, match=what):
                undone(operator, number)
    operator.apply()
    with pytest.raises(BadInput, match="changed no discount"):
        undone(operator, last_run(operator))
    still = operator.sandbox.root / "etc" / "billmgr.DoNothing"
    still.touch()
    with pytest.raises(PanelStandsStill):
        undone(operator, town.run)
    still.unlink()
    operator.store.notes.forget("started")
    with pytest.raises(NotStarted):
        undone(operator, town.run)


def test_what_answered_payments_is_not_offered_and_not_undone(operator: Operator) -> None:
    town = Town(operator)
    operator.queue(town.world.add_payment(town.new, 100_000, TODAY))
    operator.work()
    answered = last_run(operator)
    assert operator.percents(town.new)["vds"] == 21
    assert answered not in [each.id for each in operator.store.runs.that_wrote(9)]
    with pytest.raises(BadInput, match="answered payments"):
        undone(operator, answered)


# --- killed ---


class Again:
    """Panel and store put back to how they are now, as often as one likes."""

    def __init__(self, operator: Operator) -> None:
        self.operator, self.world = operator, operator.sandbox.world
        self.discounts = self.world.discounts()
        self.snapshot = operator.store.backup(operator.clock(TODAY)(), operator.sandbox.root / "var" / "before.db")
        self.journal = operator.sandbox.root / "var" / FILE_NAME
        self.rests = self.journal.read_bytes()

    def __call__(self) -> None:
        for each in self.world.discounts():
            self.world.delete_discount(each["id"])
        for each in self.discounts:
            self.world.put_discount(
                each["id"], each["account"], each["percent"], TYPES[each["internal_name"]], each["name"]
            )
        with sqlite3.connect(self.snapshot) as source:
            source.backup(self.operator.store.connection)
        self.journal.write_bytes(self.rests)


def _dying(root: Path, die_at: int, run: int | None) -> None:
    """Undoing that run, or a run over all, that is killed before its `die_at`-th panel call or store statement."""
    counting = die_before(die_at)
    with Store(root, Operator.clock(TODAY)()) as store:
        counting(store)
        operator = Operator(Sandbox(root), store)
        if run is None:
            operator.apply(allow_drop=True)
        else:
            undone(operator, run)
    os._exit(0)


def _killed_at_every_point(operator: Operator, again: Again, run: int | None) -> Iterator[int]:
    """Every point at which it was killed; after each the rest of the loop's body runs."""
    context, point = multiprocessing.get_context("fork"), 0
    while True:
        point += 1
        again()
        process = context.Process(target=_dying, args=(operator.sandbox.root, point, run))
        process.start()
        process.join()
        yield point
        if process.exitcode == 0:
            return


@pytest.mark.usefixtures("impatient")
def test_undoing_that_was_killed_at_any_point_is_finished_by_asking_again(operator: Operator) -> None:
    town = Town(operator, small=True)
    again = Again(operator)
    point = 0
    for point in _killed_at_every_point(operator, again, town.run):
        with Store(operator.sandbox.root, operator.clock(TODAY)()) as reopened:
            undone(Operator(operator.sandbox, reopened), town.run)
        assert held(town.world) == town.before, f"killed at {point}"
    assert point > 25


@pytest.mark.usefixtures("impatient")
def test_a_run_that_was_killed_at_any_point_is_undone(operator: Operator) -> None:
    """Also what it had written and could not put on record any more."""
    town = Town(operator, small=True)
    undone(operator, town.run)
    again, before, known = Again(operator), held(town.world), last_run(operator)
    point = 0
    for point in _killed_at_every_point(operator, again, None):
        with Store(operator.sandbox.root, operator.clock(TODAY)() + timedelta(seconds=1)) as reopened:
            killed = reopened.runs.last()
            with suppress(BadInput):  # it had written nothing yet
                if killed and killed.id != known:
                    undone(Operator(operator.sandbox, reopened), killed.id)
        assert held(town.world) == before, f"killed at {point}"
    assert point > 25
