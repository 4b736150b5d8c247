"""`etc/billmgr.DoNothing` marks a copy, a standby or maintenance: nothing of ours writes to such a panel, and every
door says so (spec, section 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from resellerprogram.cli import main
from resellerprogram.doctor import health
from resellerprogram.doctor.checks import doctor, tell_if_overdue
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.panel.calls import Panel
from resellerprogram.panel.connection import Access, open_panel
from resellerprogram.panel.standstill import writes
from resellerprogram.programme.errors import PanelStandsStill
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.outcomes import Finding, State
from resellerprogram.recalculation.notifying import deliver
from resellerprogram.recalculation.run import put_all_back, working_on
from resellerprogram.store.tasks import EXAMINE

from tests.operator import TODAY, Operator
from tests.pages.desk import Desk

TOMORROW = TODAY + timedelta(days=1)
SAID = {"en": "etc/billmgr.DoNothing marks it as a copy", "ru": "etc/billmgr.DoNothing отмечает её как копию"}


@pytest.fixture
def still(operator: Operator) -> Operator:
    """Much is to be done: a discount to raise, one of somebody else's to set aside and one that rests, a payment in the
    queue, a notification; and the panel is marked."""
    world = operator.sandbox.world
    account = world.add_account("Ромашка")
    world.add_payment(account, 52_000, TODAY)
    world.add_discount(account, 40, "it_1", "Agreed")
    operator.apply()
    other = world.add_account("Vector")
    world.add_discount(other, 30, "it_1", "Agreed, too")
    operator.queue(world.add_payment(other, 52_000, TODAY), world.add_payment(account, 52_000, TODAY))
    operator.sandbox.do_nothing()
    operator.sandbox.reset_calls()
    return operator


def state(operator: Operator) -> Any:
    return operator.sandbox.world.discounts(), operator.sandbox.notifications(), operator.sandbox.filters()


def refused(door: Callable[[], object]) -> None:
    with pytest.raises(PanelStandsStill):
        door()


def apply(operator: Operator) -> None:
    refused(operator.apply)


def apply_one(operator: Operator) -> None:
    refused(lambda: operator.apply(account=1))


def withdraw(operator: Operator) -> None:
    refused(lambda: operator.apply(withdraw=True))


def put_back(operator: Operator) -> None:
    refused(lambda: put_all_back(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY)))


def worker(operator: Operator) -> None:
    operator.work()
    assert [(row.attempts, row.error.en, row.dead) for row in operator.store.queue.all()] == [(0, "", False)] * 2


def sweep(operator: Operator) -> None:
    assert operator.sweep().written == 0
    assert operator.sweep(TOMORROW).caught_up is False
    assert len(operator.store.queue.all()) == 2


def examine(operator: Operator) -> None:
    root, now = operator.sandbox.root, operator.clock(TODAY)()
    tried = AccountId(operator.sandbox.world.add_account("Test"))
    for try_on, matters in ((None, False), (tried, True)):
        checks = {each.name: each for each in doctor(root, operator.store, TODAY, now, try_on)}
        found = checks["standstill"]
        assert (found.finding, found.matters) == (Finding.DIFFERS, matters)
        assert SAID["en"] in found.detail.en
        assert SAID["ru"] in found.detail.ru
        assert "put_back" not in checks
        assert checks["before_error_blocks"].finding is Finding.UNKNOWN


def overdue(operator: Operator) -> None:
    tell_if_overdue(operator.sandbox.root, operator.store, operator.clock(TODAY + timedelta(days=9))())


DOORS = (apply, apply_one, withdraw, put_back, worker, sweep, examine, overdue)


@pytest.mark.parametrize("door", DOORS)
def test_through_no_door_anything_is_written(still: Operator, door: Callable[[Operator], None]) -> None:
    before = state(still)
    door(still)
    assert state(still) == before
    assert {call["func"] for call in still.sandbox.calls() if call["writes"]} <= {"session.newkey"}


def test_what_waited_is_done_when_the_mark_is_gone(still: Operator) -> None:
    still.work()
    still.sandbox.do_nothing(False)
    still.work()
    assert still.percents(2) == {"vds": 19, "dedic": 7, "certificate": 3}
    assert still.store.queue.all() == []


def test_looks_go_on(still: Operator) -> None:
    assert {planned.account.id for planned in still.plan().planned} == {1, 2}
    assert still.explain(2).changes


def test_a_panel_that_is_marked_while_a_run_is_under_way_is_left_alone_from_then_on(operator: Operator) -> None:
    """Every call that writes asks anew."""
    world = operator.sandbox.world
    for number in range(3):
        world.add_payment(world.add_account(f"Client {number}"), 52_000, TODAY)

    def marks(done: int, total: int) -> None:
        if done == total:
            operator.sandbox.do_nothing()

    with pytest.raises(PanelStandsStill):
        operator.apply(progress=marks)
    assert world.discounts() == []
    last = operator.store.runs.last()
    assert last is not None
    assert last.outcome == "failed"


def test_a_notification_waits_unsent_and_is_not_lost(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Ромашка")
    operator.apply()
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.sandbox.fault("empty", "user.edit")
    operator.apply()
    operator.sandbox.clear_faults()
    operator.sandbox.do_nothing()
    for sent in (0, 1):
        with working_on(operator.sandbox.root, operator.store, TODAY) as context:
            assert deliver(context, operator.clock(TODAY)) == sent
        assert (len(operator.store.notices.waiting()), len(operator.sandbox.notifications())) == (1 - sent, sent)
        operator.sandbox.do_nothing(False)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_status_says_why_and_does_not_cry_for_a_night(
    still: Operator, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = health.health(still.store, still.clock(TODAY + timedelta(days=9))())
    assert (found.state, found.stands_still, found.overdue) == (State.WARNING, True, False)
    assert len(found.problems) == 1
    assert SAID[language] in found.problems[0].say(language)
    assert main(["--root", str(still.sandbox.root), "--lang", language, "status"]) == 1
    assert SAID[language] in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["daily"], 0),
        (["sweep"], 0),
        (["apply"], 1),
        (["apply", "--account", "1"], 1),
        (["withdraw"], 1),
        (["put-back"], 1),
        (["queue", "retry"], 1),
        (["members", "enrol", "2"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_command_says_so(
    still: Operator, language: str, command: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(still)
    assert main(["--root", str(still.sandbox.root), "--lang", language, *command]) == code
    said = capsys.readouterr()
    assert SAID[language] in (said.out if code == 0 else said.err)
    assert state(still) == before
    assert still.store.settings.current().automatic, "nothing was ended for good either"


BUTTONS: dict[str, dict[str, object]] = {
    "members.recalculate": {"elid": "1"},
    "health.takeoff": {"what": "withdraw", "reason": "x", "confirm": "on"},
    "health.doctor": {"try_on": "1"},
    "queue.retry": {"elid": "1"},
    "preview.apply": {},
    "undo.run": {"elid": "1", "reason": "x", "confirm": "on"},
}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("button", BUTTONS)
def test_every_button_that_would_write_says_so(still: Operator, button: str, language: str) -> None:
    desk = Desk(still.sandbox.root, still.store, level=30, language=language)
    if button == "preview.apply":
        desk.ask("preview.make", sok="ok")
        carry_out_all(desk.root, desk.store, lambda: desk.now)
    page = desk.ask(button, sok="ok", **BUTTONS[button])
    assert SAID[language] in page.findtext("error/msg", "")
    assert still.store.settings.current().automatic
    assert still.store.tasks.next() is None
    assert SAID[language] in desk.ask("health").findtext("problems", "")


def test_the_panel_may_be_checked_without_a_test_client(still: Operator) -> None:
    desk = Desk(still.sandbox.root, still.store, level=30)
    desk.ask("health.doctor", sok="ok", try_on="")
    asked = still.store.tasks.next()
    assert asked is not None
    assert asked.kind == EXAMINE


@pytest.mark.parametrize(
    ("function", "params", "does"),
    [
        ("account.discount.edit", {"sok": "ok"}, True),
        ("account.discount.add.product", {"sok": "ok"}, True),
        ("account.discount.delete", {"plid": "1"}, True),
        ("notification.edit", {"sok": "ok"}, True),
        ("basket", {"sok": "ok"}, True),
        ("account.discount.edit", {}, False),
        ("payment", {"filter": "on"}, False),
        ("payment.filter", {"sok": "ok"}, False),
    ],
)
def test_what_is_a_write(function: str, params: dict[str, str], does: bool) -> None:
    """A filter is only put back as it was found."""
    assert writes(function, params) is does


def test_every_panel_that_is_opened_asks_before_it_writes(still: Operator) -> None:
    with open_panel(still.sandbox.root, Access()) as panel:
        assert isinstance(panel, Panel)
        with pytest.raises(PanelStandsStill):
            panel.call("account.discount.delete", {"plid": 1, "elid": 1})
        assert panel.rows("account")
