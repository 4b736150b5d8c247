"""The page of runs that changed discounts, and of undoing one: told first, asked for a reason and a yes."""

from __future__ import annotations

import pytest
from resellerprogram.recalculation.run import recalculate

from tests.operator import TODAY, Operator
from tests.pages.desk import Desk
from tests.pages.test_health_page import table, work

pytestmark = pytest.mark.slow


def raised(operator: Operator) -> str:
    """Client 1, Ромашка, comes to hold more by a run; its number."""
    operator.apply()
    operator.sandbox.world.add_payment(1, 60_000, TODAY)
    recalculate(operator.sandbox.root, operator.store, TODAY, operator.clock(TODAY), "daily")
    newest = operator.store.runs.last()
    assert newest
    return str(newest.id)


def test_runs_that_changed_discounts_are_listed(office: Desk, operator: Operator) -> None:
    run = raised(operator)
    operator.apply()
    newest, _ = office.rows("undo")
    assert (newest["id"], newest["cause"], newest["written"]) == (run, "nightly recalculation", "3")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_run_is_undone_with_a_reason_and_the_programme_stops(office: Desk, operator: Operator, language: str) -> None:
    run, office.language = raised(operator), language
    before = {"vds": 19, "dedic": 7, "certificate": 3}
    assert operator.percents(1) != before
    told = office.form("undo.run", elid=run)["touched"]
    assert told.startswith(
        {"en": "Undoing it: fall 1", "ru": "Отмена пересчёта: Скидки снизятся у 1 клиента"}[language]
    )
    assert {"en": "The program stops", "ru": "Программа остановится"}[language] in told
    assert office.refused("undo.run", elid=run)[1] == "reason"
    assert office.refused("undo.run", elid=run, reason="wrong table")[1] == "confirm"
    assert office.refused("undo.run", elid=run, reason="wrong table", confirm="on", seen="9-9")[1] == "confirm"
    assert office.store.settings.current().automatic
    office.save("undo.run", elid=run, reason="wrong table", confirm="on")
    assert not office.store.settings.current().automatic
    work(office)
    assert operator.percents(1) == before
    (task, *_) = table(office.ask("health"), "tasks")
    assert task["outcome"] == {"en": "done", "ru": "готово"}[language]
    assert ("undo", "wrong table") in {(what, after) for _, _, what, _, after in office.changes()}
    assert "reason" not in office.form("undo.run", elid=run), "there is nothing to undo any more"


def test_who_has_changed_since_is_named(office: Desk, operator: Operator) -> None:
    run = raised(operator)
    operator.sandbox.world.add_payment(1, 100_000, TODAY)
    operator.apply()
    assert (
        "Left as they are, because they have changed since: 1 Ромашка." in office.form("undo.run", elid=run)["touched"]
    )


def test_what_is_no_run_is_refused(office: Desk) -> None:
    for number, says in (("999", "There is no recalculation 999"), ("x", "Recalculation “x” does not exist")):
        assert says in office.error(office.ask("undo.run", elid=number))[0]


def test_until_it_is_calculated_again_pages_say_what_is_in_effect(office: Desk, operator: Operator) -> None:
    """The tier by turnover is the higher one still; the discounts are those from before the run."""
    run = raised(operator)
    office.save("undo.run", elid=run, reason="wrong table", confirm="on")
    work(office)
    (member,) = office.rows("members")
    assert (member["tier"], member["percent_vps"]) == ("Partner #9", "19 %; 21 % follows")
    head, values = (line.split(",") for line in office.form("members.export")["csv"].splitlines())
    exported = dict(zip(head, values))
    assert (exported["vps"], exported["vps_follows"]) == ("19", "21")
    operator.apply()
    assert office.rows("members")[0]["percent_vps"] == "21"
