"""Preview: what a run would change, made by a process of its own; apply all or some; the limit, lifted once."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.programme.tiers import TierTable
from resellerprogram.store.changes import Author
from resellerprogram.store.notes import PREVIEW
from resellerprogram.store.tasks import APPLY

from tests.operator import TODAY, Operator
from tests.pages.desk import NOW, Desk

ALL_END = "VPS 3 % → none; dedicated servers 1 % → none; SSL certificates 1 % → none"


@pytest.fixture
def desk(office: Desk, operator: Operator) -> Desk:
    """Ромашка would fall, Atlas rise, Вектор start, Delta end, and Nova lose a discount of others for a while."""
    world = operator.sandbox.world
    atlas, delta, vector, nova = (world.add_account(name) for name in ("Atlas", "Delta", "Вектор", "Nova"))
    for account, amount in ((atlas, 600), (delta, 600), (nova, 600)):
        world.add_payment(account, amount, TODAY)
    operator.apply()
    world.refuse_all_payments(1)
    world.add_payment(1, 3_000, TODAY)
    world.add_payment(atlas, 5_000, TODAY)
    world.refuse_all_payments(delta)
    world.add_payment(vector, 3_000, TODAY)
    world.add_discount(nova, 40, "it_1", "Agreed by hand")
    return office


def make(desk: Desk) -> None:
    desk.ask("preview.make", sok="ok")
    work(desk)


def work(desk: Desk) -> None:
    """What the process does that the page starts."""
    carry_out_all(desk.root, desk.store, lambda: desk.now)


def kinds(desk: Desk) -> dict[str, str]:
    return {row["name"]: row["kind"] for row in desk.rows("preview")}


def test_a_plan_tells_who_rises_falls_starts_and_ends_and_writes_nothing(desk: Desk, operator: Operator) -> None:
    assert desk.said("preview") == "No preview yet: press “Calculate…”."
    operator.writes()
    make(desk)
    assert operator.writes() == []
    assert kinds(desk) == {
        "Ромашка": "lower",
        "Atlas": "higher",
        "Вектор": "gets discounts",
        "Delta": "loses all",
        "Nova": "other discounts only",
    }
    rows = {row["name"]: row for row in desk.rows("preview")}
    assert (rows["Ромашка"]["tier"], rows["Ромашка"]["turnover"]) == ("Partner #8 → Partner #1", "3000.00 RUB")
    assert rows["Ромашка"]["changes"] == "VPS 19 → 5 %; dedicated servers 7 → 1 %; SSL certificates 3 → 1 %"
    assert rows["Delta"]["changes"] == ALL_END
    assert rows["Nova"]["changes"] == "Agreed by hand 40 %: will be suspended"
    assert [row["drops"] for row in desk.rows("preview")] == ["3", "3", "0", "0", "0"], "what takes away comes first"
    assert desk.shown("preview").find(".//col[@name='drops']").get("total") == "6"
    assert desk.said("preview").splitlines() == [
        "start 1 · rise 1 · fall 1 · end 1 · suspended 1",
        "VPS: start 1 · rise 1 · fall 1 · end 1",
        "Dedicated servers, SSL certificates: start 1 · fall 1 · end 1",
        "These drops are known beforehand, so the drop limit does not hold them up.",
        "Calculated 20 Jan 2025, 12:00, 5 clients.",
    ]
    desk.ask("preview.filter", sok="ok", name="", kind="falls")
    assert list(kinds(desk)) == ["Ромашка"]
    assert desk.said("preview").splitlines()[-1] == "Clients shown (1 of 5): what happens: lower."
    assert desk.ask("preview").find(".//toolbtn[@name='unfilter']") is not None
    desk.ask("preview.filter", sok="ok", name="", kind="", service="dedicated")
    assert list(kinds(desk)) == ["Ромашка", "Delta", "Вектор"], "Atlas rises for VPS alone"
    assert desk.said("preview").splitlines()[-1] == "Clients shown (3 of 5): category: dedicated servers."
    assert desk.ask("preview.unfilter").findtext("ok") == "func=resellerprogram.preview"
    assert len(desk.rows("preview")) == 5


def test_the_selected_part_is_applied_and_leaves_the_plan(desk: Desk, operator: Operator) -> None:
    make(desk)
    atlas = next(row["id"] for row in desk.rows("preview") if row["name"] == "Atlas")
    desk.save("preview.apply", elid=atlas)
    work(desk)
    assert operator.percents(int(atlas))["vds"] == 7
    assert operator.percents(1)["vds"] == 19
    assert "Atlas" not in kinds(desk)
    record = desk.store.decisions.last(desk.store.planned.accounts()[0])
    assert record is not None
    newest = desk.rows("history", elid=atlas)[0]
    assert newest["cause"] == "by hand, from the preview, admin"
    assert desk.changes()[0][2] == "apply"


def test_all_of_it_is_applied(desk: Desk, operator: Operator) -> None:
    make(desk)
    form = desk.form("preview.apply")
    assert form["whom"].startswith("all of it, 5 clients: 1 Ромашка, ")
    assert form["drops"] == "These drops are known beforehand, so the drop limit does not hold them up."
    desk.save("preview.apply")
    work(desk)
    assert kinds(desk) == {}
    assert operator.plan().planned == []
    assert desk.said("preview").splitlines()[-1].startswith("Calculated ")


def test_beyond_the_limit_it_stops_unless_a_full_administrator_lifts_it_once_with_a_reason(
    desk: Desk, operator: Operator
) -> None:
    desk.store.settings.set("drop_limit_count", "0")
    operator.sandbox.world.delete_payments(1)
    make(desk)
    clerk = Desk(desk.root, desk.store, level=29)
    assert "Only an administrator with full access" in clerk.form("preview.apply")["beyond"]
    assert "allow_drop" not in clerk.form("preview.apply")
    assert "more than the drop limit allows" in clerk.refused("preview.apply")[0]
    message, field = clerk.refused("preview.apply", allow_drop="on", reason="x")
    assert (field, "administrator with full access" in message) == ("allow_drop", True)
    assert desk.refused("preview.apply")[1] == "allow_drop"
    assert desk.refused("preview.apply", allow_drop="on") == ("Enter a reason; it goes into the change log.", "reason")
    assert desk.store.tasks.next() is None
    desk.save("preview.apply", allow_drop="on", reason="a quiet month")
    assert desk.changes()[0][2:] == ("apply without limit", "", "a quiet month")
    work(desk)
    assert operator.percents(1) == {}
    operator.sandbox.world.add_payment(1, 3_000, TODAY)
    operator.apply()
    operator.sandbox.world.delete_payments(1)
    make(desk)
    desk.ask("members.recalculate", elid="1", sok="ok")
    work(desk)
    assert operator.percents(1)["vds"] == 5, "the limit holds again"
    assert desk.said("preview").startswith("stopped: 3 of")


# --- what was confirmed is what is applied (spec, section 3) ---


def id_of(desk: Desk, name: str) -> int:
    return next(int(row["id"]) for row in desk.rows("preview") if row["name"] == name)


def changes(desk: Desk) -> dict[str, str]:
    return {row["name"]: row["changes"] for row in desk.rows("preview")}


def test_what_changed_between_preview_and_yes_is_left_out_named_and_shown_again(desk: Desk, operator: Operator) -> None:
    """A payment of one, a refund of another: everybody else gets what was confirmed."""
    make(desk)
    atlas, delta, vector, nova = (id_of(desk, name) for name in ("Atlas", "Delta", "Вектор", "Nova"))
    world = operator.sandbox.world
    form = desk.form("preview.apply")
    world.add_payment(atlas, 50_000, TODAY)
    world.refuse_all_payments(vector)
    world.add_payment(vector, 600, TODAY)
    assert desk.ask("preview.apply", **form, sok="ok").find("ok") is not None
    work(desk)
    assert operator.percents(1)["vds"] == 5
    assert (operator.percents(atlas)["vds"], operator.percents(vector)) == (3, {}), "left as they were"
    assert (operator.percents(delta), operator.percents(nova)["vds"]) == ({}, 3)
    told = desk.said("preview")
    assert told.startswith("changed meanwhile: the preview has changed since it was confirmed: clients who differ: 2")
    assert f"({atlas} Atlas, {vector} Вектор)" in told
    assert changes(desk) == {
        "Atlas": "VPS 3 → 19 %; dedicated servers 1 → 7 %; SSL certificates 1 → 3 %",
        "Вектор": "VPS none → 3 %; dedicated servers none → 1 %; SSL certificates none → 1 %",
    }
    russian = Desk(desk.root, desk.store, level=30, language="ru")
    assert russian.said("preview").startswith("изменилось за это время: расчёт изменился после подтверждения: клиентов")
    desk.save("preview.apply")
    work(desk)
    assert (operator.percents(atlas)["vds"], operator.percents(vector)["vds"]) == (19, 3), "confirmed as shown again"
    assert (changes(desk), desk.said("preview")) == (
        {},
        "Discounts are correct; nothing to change.\nCalculated 20 Jan 2025, 12:00, 5 clients.",
    )


def test_a_new_table_between_preview_and_yes_applies_to_nobody_who_saw_the_old_one(
    desk: Desk, operator: Operator
) -> None:
    make(desk)
    form = desk.form("preview.apply")
    (_, *others) = desk.store.tiers.on(TODAY).table.tiers
    desk.store.tiers.put(TierTable(tuple(others)), TODAY, "chief", NOW)
    before = operator.sandbox.world.discounts()
    desk.ask("preview.apply", **form, sok="ok")
    work(desk)
    assert operator.percents(id_of(desk, "Nova")) == {"vds": 3, "dedic": 1, "certificate": 1, "vhost": 40}
    assert len(operator.sandbox.world.discounts()) == len(before)
    assert changes(desk)["Nova"] == ALL_END


def test_what_an_event_has_done_meanwhile_is_no_change_of_the_plan(desk: Desk, operator: Operator) -> None:
    make(desk)
    atlas = id_of(desk, "Atlas")
    form = desk.form("preview.apply")
    operator.queue(operator.sandbox.world.add_payment(atlas, 50_000, TODAY))
    operator.work()
    assert "Atlas" not in kinds(desk)
    assert desk.ask("preview.apply", **form, sok="ok").find("ok") is not None
    work(desk)
    assert (operator.percents(atlas)["vds"], operator.percents(1)["vds"]) == (19, 5)
    assert desk.said("preview").splitlines()[-1].startswith("Calculated ")


def test_a_payment_answered_while_the_plan_is_applied_is_done_and_not_shown_again(
    desk: Desk, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R6: the event acts at once, whatever was confirmed."""
    from resellerprogram.recalculation import run

    make(desk)
    atlas = id_of(desk, "Atlas")
    form = desk.form("preview.apply")
    original = vars(run)["act"]
    acted: list[int] = []

    def pay_meanwhile(*arguments: Any) -> object:
        if not acted:
            acted.append(operator.sandbox.world.add_payment(atlas, 50_000, TODAY))
            operator.queue(*acted)
        return original(*arguments)

    monkeypatch.setattr(run, "act", pay_meanwhile)
    desk.ask("preview.apply", **form, sok="ok")
    work(desk)
    assert operator.percents(atlas)["vds"] == 19
    assert changes(desk) == {}


def test_a_form_of_another_plan_is_refused_and_so_is_one_that_was_sent_already(desk: Desk, operator: Operator) -> None:
    make(desk)
    form = desk.form("preview.apply")
    assert "has changed since" in desk.error(desk.ask("preview.apply", sok="ok"))[0], "no form was seen at all"
    selected = {**form, "elid": str(id_of(desk, "Atlas"))}
    assert "has changed since" in desk.error(desk.ask("preview.apply", **selected, sok="ok"))[0], "other clients"
    operator.sandbox.world.add_payment(id_of(desk, "Atlas"), 50_000, TODAY)
    make(desk)
    message, _ = Desk.error(desk.ask("preview.apply", **form, sok="ok"))
    assert message.startswith("The preview has changed since this form was opened")
    russian = Desk(desk.root, desk.store, level=30, language="ru")
    assert Desk.error(russian.ask("preview.apply", **form, sok="ok"))[0].startswith("Расчёт изменился")
    assert desk.store.tasks.next() is None
    form = desk.form("preview.apply")
    desk.ask("preview.apply", **form, sok="ok")
    work(desk)
    assert "done already" in desk.error(desk.ask("preview.apply", **form, sok="ok"))[0]
    assert desk.store.tasks.next() is None


def test_selected_clients_are_confirmed_by_themselves(desk: Desk, operator: Operator) -> None:
    """What changes for others is none of their plan; who is gone meanwhile keeps nobody back."""
    make(desk)
    atlas, delta, vector = (id_of(desk, name) for name in ("Atlas", "Delta", "Вектор"))
    form = desk.form("preview.apply", elid=f"{atlas},{vector}")
    assert form["sums"].splitlines()[0] == "start 1 · rise 1"
    assert form["whom"] == f"selected, 2 clients: {atlas} Atlas, {vector} Вектор"
    some = desk.form("preview.apply", elid=f"{atlas},{vector},999")
    assert some["whom"].startswith("selected: 3, of these something changes for 2 clients: ")
    operator.sandbox.world.refuse_all_payments(1)
    operator.sandbox.world.delete_account(vector)
    assert desk.ask("preview.apply", **form, sok="ok").find("ok") is not None
    work(desk)
    assert (operator.percents(atlas)["vds"], operator.percents(delta)["vds"]) == (7, 3)
    assert desk.said("preview").splitlines()[-1].startswith("Calculated ")
    assert kinds(desk) == {"Ромашка": "lower", "Delta": "loses all", "Nova": "other discounts only"}


def test_a_limit_that_was_lifted_for_one_plan_still_holds_for_another(desk: Desk, operator: Operator) -> None:
    """Ромашка's fall was confirmed; that of Nova came after it, and as little foretold."""
    desk.store.settings.set("drop_limit_count", "0")
    world = operator.sandbox.world
    world.delete_payments(1)
    make(desk)
    nova = id_of(desk, "Nova")
    form = {**desk.form("preview.apply"), "allow_drop": "on", "reason": "a quiet month"}
    world.delete_payments(nova)
    desk.ask("preview.apply", **form, sok="ok")
    work(desk)
    assert operator.percents(1) == {}
    assert operator.percents(nova)["vds"] == 3
    assert desk.said("preview").startswith("changed meanwhile: ")
    assert changes(desk) == {"Nova": ALL_END}
    assert "nothing foretold it: 3, the drop limit is 2: these stay as they are" in desk.said("preview")
    assert "done already" not in desk.error(desk.ask("preview.apply", **form, sok="ok"))[0], "the plan is another one"
    assert desk.refused("preview.apply") == (
        "3 discounts would be lowered or removed, more than the drop limit allows.",
        "allow_drop",
    )
    assert operator.percents(nova)["vds"] == 3


def test_a_task_that_names_no_plan_lifts_no_limit(desk: Desk, operator: Operator) -> None:
    """Such as one that was asked for before an upgrade."""
    desk.store.settings.set("drop_limit_count", "0")
    operator.sandbox.world.delete_payments(1)
    desk.store.tasks.ask(APPLY, {"allow_drop": True}, Author("admin"), NOW)
    work(desk)
    assert operator.percents(1)["vds"] == 19
    assert desk.said("preview").startswith("stopped: 3 of")


def test_who_could_not_be_calculated_is_told_above_and_listed_first_with_the_reason(
    desk: Desk, operator: Operator
) -> None:
    operator.sandbox.fault("refuse", "payment", count=1, skip=1)
    make(desk)
    told = desk.said("preview").splitlines()
    assert told[0].startswith("start ")
    assert told[1].startswith("Not calculated: 1 Ромашка. ")
    (first, *_) = desk.rows("preview")
    assert (first["name"], first["kind"], "Lost connection" in first["changes"]) == ("Ромашка", "not calculated", True)
    assert "[call:" not in first["changes"], "the log has that"
    desk.ask("preview.filter", sok="ok", name="", kind="failed")
    assert list(kinds(desk)) == ["Ромашка"]
    russian = Desk(desk.root, desk.store, level=30, language="ru")
    assert russian.said("preview").splitlines()[0].startswith("Скидки появятся у 1 клиента · вырастут у 1 · ")


def test_a_failed_plan_tells_why(desk: Desk, operator: Operator) -> None:
    operator.sandbox.fault("refuse", "payment")
    make(desk)
    assert desk.said("preview").startswith("failed: ")
    assert "Lost connection to database" in desk.said("preview")


def test_while_a_task_is_under_way_the_page_tells_how_far_it_is_and_looks_again(desk: Desk) -> None:
    desk.ask("preview.make", sok="ok")
    task = desk.store.tasks.next()
    assert task is not None
    desk.store.tasks.begin(task.id, NOW)
    desk.store.tasks.progress(task.id, 40, 5000)
    page = desk.ask("preview")
    assert page.find("metadata").get("autoupdate") == "5"
    assert desk.said("preview") == "calculating: 40 / 5000"
    desk.store.connection.execute("UPDATE task SET process = 999999999")
    assert desk.said("preview").startswith("cut short"), "its process died"
    assert desk.ask("preview").find("metadata").get("autoupdate") is None


def test_what_was_asked_for_twice_is_done_once(desk: Desk) -> None:
    desk.ask("preview.make", sok="ok")
    desk.ask("preview.make", sok="ok")
    assert len(desk.store.tasks.newest(10)) == 1


def test_payments_do_not_wait_for_a_plan(desk: Desk, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """R6"""
    from resellerprogram.recalculation import run

    original = vars(run)["consider"]
    credited: list[int] = []

    def pay_meanwhile(*arguments: object) -> object:
        if not credited:
            credited.append(operator.sandbox.world.add_payment(2, 50_000, date(2025, 1, 20)))
            operator.queue(*credited)
        return original(*arguments)

    monkeypatch.setattr(run, "consider", pay_meanwhile)
    make(desk)
    assert operator.percents(2)["vds"] == 19
    assert desk.store.queue.all() == []


def test_the_whole_preview_is_given_as_csv_as_it_is_filtered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resellerprogram.pages.preview.MOST_ROWS", 2)
    make(desk)
    assert len(desk.rows("preview")) == 2
    assert desk.said("preview").splitlines()[-1] == (
        "Shown: 2 of 5, not shown: 3. These are the clients who lose most. Press “Filter” to see others, or "
        "“Export to CSV” to take all."
    )
    head, *rows = csv.reader(io.StringIO(desk.form("preview.export")["csv"]))
    told = {row[1]: dict(zip(head, row)) for row in rows}
    assert list(told) == ["Ромашка", "Delta", "Atlas", "Вектор", "Nova"], "what takes most away comes first"
    assert (told["Delta"]["kind"], told["Delta"]["tier_before"], told["Delta"]["tier"]) == ("ends", "Starter", "")
    assert (told["Delta"]["changes"], told["Delta"]["drops"]) == (ALL_END, "3")
    assert (told["Atlas"]["turnover"], told["Atlas"]["currency"]) == ("5600", "RUB")
    desk.ask("preview.filter", sok="ok", name="", kind="falls")
    _, *rows = csv.reader(io.StringIO(desk.form("preview.export")["csv"]))
    assert [row[1] for row in rows] == ["Ромашка"]


def test_who_could_not_be_calculated_is_in_the_csv_too(desk: Desk) -> None:
    make(desk)
    kept = desk.store.notes.read(PREVIEW) or {}
    desk.store.notes.write(PREVIEW, {**kept, "failed": [[1, "no rate", "нет курса"]]})
    _, first, *rows = csv.reader(io.StringIO(desk.form("preview.export")["csv"]))
    assert first == ["1", "Ромашка", "failed", "", "", "", "", "0", "no rate"]
    assert len(rows) == 5
