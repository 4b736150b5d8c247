"""Health: state, runs, tasks, doctor's table, log; the queue; what is set aside; who changed what; taking it off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from resellerprogram.doctor.health import health
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.panel.errors import PanelUnreachable
from resellerprogram.programme.health import gravest
from resellerprogram.programme.ids import AccountId, DiscountId, PaymentId
from resellerprogram.programme.payments import Money
from resellerprogram.programme.text import same
from resellerprogram.store.changes import Author
from resellerprogram.store.notes import ZERO_PERCENT_CONFIRMED
from resellerprogram.store.promo_orders import PromoOrder
from resellerprogram.words.health import sentence_of

from tests.operator import TODAY, Operator
from tests.pages.desk import NOW, Desk


def table(page: object, name: str) -> list[dict[str, str]]:
    listed = page.find(f"list[@name='{name}']")  # type: ignore[attr-defined]
    return [{str(cell.tag): cell.text or "" for cell in row} for row in listed]


def work(desk: Desk) -> None:
    carry_out_all(desk.root, desk.store, lambda: desk.now)


def test_it_tells_at_a_glance_whether_all_is_well(desk: Desk) -> None:
    page = desk.ask("health")
    assert page.findtext("state").startswith("Nobody has been looked at yet")
    assert (page.find("state").get("color"), page.find("state").get("orig")) == ("red", "critical")
    assert page.findtext("follows") == "The next night does it; or calculate and apply now."
    assert {each.get("name") for each in page.iter("button")} == {"doctor", "backup", "preview", "undo"}
    assert page.findtext("problems") == "no full recalculation has succeeded yet"
    desk.store.runs.finish(desk.store.runs.begin("daily", NOW.date(), True, NOW), "done", 7, 3, NOW)
    run = desk.store.runs.begin("preview", NOW.date(), False, NOW, "anna")
    desk.store.runs.finish(run, "stopped", 5, 0, NOW, same("too many"))
    page = desk.ask("health")
    assert page.findtext("state").startswith("Some discounts wait for a person")
    assert page.find("state").get("color") == "yellow"
    assert [(row["cause"], row["outcome"], row["error"]) for row in table(page, "runs")] == [
        ("by hand, from the preview, anna", "stopped by the drop limit", "too many"),
        ("nightly recalculation", "done", ""),
    ]
    assert {row["what"]: row["value"] for row in table(page, "figures")}["members looked at"] == "7"
    assert "Python 3." in page.findtext("version")


def test_what_is_not_well_has_a_sentence_whatever_it_is(desk: Desk) -> None:
    """OK exactly where there is nothing to tell on top; a setting that an older release has taken is something."""
    desk.store.runs.finish(desk.store.runs.begin("daily", NOW.date(), True, NOW), "done", 7, 3, NOW)
    assert health(desk.store, NOW).found == ()
    assert desk.ask("health").findtext("state").startswith("All is well")
    for name, value in (("warn_days", "99"), ("currency", "rubles")):
        desk.store.connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))
        found = health(desk.store, NOW)
        assert found.found
        assert max(each.state for each in found.found) is found.state
        assert not desk.ask("health").findtext("state").startswith("All is well")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_r9_orders_with_a_promotion_beside_a_tier_are_shown_with_who_when_and_how_much(
    desk: Desk, language: str
) -> None:
    desk.language = language
    order = PromoOrder(812, AccountId(27), NOW.date(), "order", "Partner #8", Money(Decimal(1160), "RUB"))
    desk.store.promo_orders.replace(NOW.date(), NOW.date(), [order])
    desk.store.standings.know(AccountId(27), "Ромашка")
    page = desk.ask("health")
    (row,) = table(page, "promo")
    assert (row["day"], row["whom"], row["tier"]) == ("2025-01-20", "27 Ромашка", "Partner #8")
    assert row["taken"] == "1160.00 RUB"
    words = {"en": "orders with a promotion beside a tier", "ru": "заказов с промоакцией или промокодом при статусе"}
    assert {each["what"]: each["value"] for each in table(page, "figures")}[words[language]] == "1"


def well(desk: Desk, at: datetime = NOW) -> None:
    desk.store.runs.finish(desk.store.runs.begin("daily", at.date(), True, at), "done", 7, 3, at)


def told(desk: Desk) -> tuple[str, str, str]:
    """Its state, its sentence, and what helps."""
    found = health(desk.store, desk.now)
    first = gravest(list(found.found))
    assert first
    return found.state.name, first.trouble.value, sentence_of(first, 0, 0).button.rpartition(".")[2]


def test_a_clock_that_jumped_is_the_first_thing_told(desk: Desk) -> None:
    well(desk)
    desk.now = NOW + timedelta(days=40)
    assert told(desk) == ("CRITICAL", "clock", "preview")
    desk.now = NOW - timedelta(days=3)
    assert desk.ask("health").findtext("state").startswith("Nobody's discounts change: the host's clock")


def test_a_panel_that_did_not_answer_is_told_until_it_does(operator: Operator) -> None:
    operator.apply()
    desk = Desk(operator.sandbox.root, operator.store)
    operator.sandbox.stop()
    with pytest.raises(PanelUnreachable):
        operator.night()
    assert told(desk) == ("WARNING", "panel_silent", "doctor")
    with pytest.raises(PanelUnreachable):
        operator.plan()
    operator.sandbox.start()
    operator.store.settings.set("panel_url", "")
    operator.plan()
    assert told(desk)[1] == "panel_silent", "a look leaves the records as they are"
    operator.night()
    assert health(desk.store, NOW).found == ()


def test_clients_whose_own_discount_the_panel_does_not_restore_are_told_of(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Ромашка")
    payment = operator.sandbox.world.add_payment(account, 600, TODAY)
    operator.sandbox.world.add_discount(account, 40, "it_1", "Agreed by hand")
    operator.apply()
    operator.sandbox.world.set_payment(payment, status=7)
    operator.sandbox.fault("refuse", "account.discount.add.product")
    operator.night(allow_drop=True)
    desk = Desk(operator.sandbox.root, operator.store)
    assert told(desk) == ("WARNING", "cant_restore", "queue")
    assert "miss a discount of their own: 1, first client 1" in desk.ask("health").findtext("state")
    operator.sandbox.clear_faults()
    operator.store.queue.retry()
    operator.work()
    assert operator.percents(account) == {"vhost": 40}
    assert health(desk.store, NOW).found == ()


def test_notifications_that_the_panel_refuses_are_told_of_for_a_day(operator: Operator) -> None:
    account = operator.sandbox.world.add_account("Ромашка")
    operator.apply()
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.sandbox.fault("refuse", "notification.edit")
    operator.night()
    desk = Desk(operator.sandbox.root, operator.store)
    assert told(desk) == ("WARNING", "notices_refused", "notices")
    later = NOW + timedelta(days=1, minutes=1)
    well(desk, later)
    assert health(desk.store, later).found == ()


def test_the_logs_last_errors_are_shown_and_no_more(desk: Desk) -> None:
    levels = ("INFO", "ERROR") * 30
    lines = [f"2025-01-20 12:00:{number:02},000 7 {level} line {number}" for number, level in enumerate(levels)]
    (desk.root / "var" / "resellerprogram.log").write_text("\n".join(lines) + "\n")
    shown = [row["line"] for row in table(desk.ask("health"), "errors")]
    assert (len(shown), shown[0][-7:]) == (15, "line 59")


def test_the_panel_is_checked_by_a_process_of_its_own(office: Desk) -> None:
    assert table(office.ask("health"), "doctor") == []
    office.save("health.doctor")
    assert office.ask("health").find("metadata").get("autoupdate") == "5"
    work(office)
    page = office.ask("health")
    checks = {row["about"]: row["finding"] for row in table(page, "doctor")}
    assert checks["the panel answers"] == "holds"
    assert len(checks) > 15
    assert table(page, "tasks")[0]["outcome"] == "done"
    office.language = "ru"
    assert "панель отвечает" in {row["about"] for row in table(office.ask("health"), "doctor")}


def test_what_only_a_write_tells_is_tried_on_a_test_client(office: Desk, operator: Operator) -> None:
    world = operator.sandbox.world
    guinea = world.add_account("Test")
    world.add_promotion("Sale", 90, "vhost", date(2025, 1, 1), date(2025, 3, 1))
    assert office.refused("health.doctor", try_on="me")[1] == "try_on"
    office.save("health.doctor", try_on=guinea)
    assert office.changes()[0][2] == "doctor"
    work(office)
    assert office.store.notes.read(ZERO_PERCENT_CONFIRMED)["account"] == guinea
    office.save("settings", promotions="on")
    assert office.store.settings.texts()["promotions"] == "everywhere"


def test_a_backup_is_made_now(desk: Desk) -> None:
    assert desk.form("health.backup")["folder"].endswith("backups")
    desk.save("health.backup")
    assert [path.name for path in (desk.store.folder / "backups").iterdir()] == ["20250120-120000.db"]
    assert desk.changes()[0][2] == "backup"


@pytest.mark.parametrize(("what", "left"), [("withdraw", {"vhost": 40}), ("put_back", {"vhost": 40, "vds": 19})])
def test_a_full_administrator_takes_it_all_off_with_a_reason(
    office: Desk, operator: Operator, what: str, left: dict[str, int]
) -> None:
    operator.sandbox.world.add_discount(1, 40, "it_1", "Agreed by hand")
    operator.apply()
    assert office.refused("health.takeoff", what="everything")[1] == "what"
    assert office.refused("health.takeoff", what=what)[1] == "reason"
    assert office.refused("health.takeoff", what=what, reason="moving")[1] == "confirm"
    form = {**office.form("health.takeoff"), "what": what, "reason": "moving", "confirm": "on"}
    assert form["touched"].splitlines() == [
        "1 client loses its program discounts (3); suspended discounts that are restored: 1.",
        "Client 1 Ромашка: VPS 19 % → none; dedicated servers 7 % → none; SSL certificates 3 % → none.",
    ]
    (owned, *_) = office.store.owned.of(AccountId(1)).values()
    office.store.owned.keep(replace(owned, id=DiscountId(99), account=AccountId(2)))
    message, field = office.error(office.ask("health.takeoff", **form, sok="ok"))
    assert (field, message.startswith("There are more discounts now")) == ("confirm", True)
    office.store.owned.forget_account(AccountId(2))
    assert office.store.settings.current().automatic
    office.save("health.takeoff", what=what, reason="moving", confirm="on")
    work(office)
    percents = operator.percents(1)
    assert {name: percents.get(name) for name in left} == left
    assert (len(percents) == 1) is (what == "withdraw")
    assert not office.store.settings.current().automatic
    assert (what, "moving") in {(kind, after) for _, _, kind, _, after in office.changes()}


# --- queue, set aside, changes ---


def test_what_was_given_up_is_tried_again_or_forgotten(office: Desk, operator: Operator) -> None:
    queue = office.store.queue
    dead, waits = queue.put(AccountId(1), "payment.setpaid", NOW, "anna"), queue.put(AccountId(1), "sweep", NOW)
    queue.put_payment(PaymentId(7), "payment.setpaid", NOW)
    for _ in range(8):
        queue.failed(dead, same("refused"), NOW)
    rows = office.rows("queue")
    assert [(row["what"], row["cause"], row["state"]) for row in rows] == [
        ("client 1 Ромашка", "payment credited, anna", "retries stopped"),
        ("client 1 Ромашка", "found by reconciliation", "waits"),
        ("payment 7", "payment credited", "waits"),
    ]
    office.ask("queue.retry", elid=str(dead), sok="ok")
    assert not next(row for row in queue.all() if row.id == dead).dead
    office.ask("queue.drop", elid=f"{waits}, {rows[2]['id']}", sok="ok")
    operator.work()
    assert queue.all() == []
    assert [change[2] for change in office.changes()] == ["queue drop", "queue retry"]


def test_what_is_set_aside_is_listed(office: Desk, operator: Operator) -> None:
    operator.sandbox.world.add_discount(1, 40, "it_1", "Agreed by hand")
    operator.apply()
    (row,) = office.rows("setaside")
    assert (row["account"], row["name"], row["value"], row["covers"]) == (
        "1 Ромашка",
        "Agreed by hand",
        "40 %",
        "Shared hosting: all tariff plans",
    )
    tariff = operator.sandbox.world.add_tariff("VDS Promo", 2)
    operator.sandbox.world.add_discount(1, 15, f"pl_{tariff}", "For one tariff plan")
    operator.apply()
    russian = Desk(office.root, office.store, level=30, language="ru")
    (newest, _) = russian.rows("setaside")
    assert newest["covers"] == "Виртуальный сервер: тариф VDS Promo"


def test_who_changed_what_is_listed_and_opened_in_full(desk: Desk) -> None:
    long = "a,b,c\n" * 100
    desk.store.changes.add("tiers", "2025-02-01", "", long, Author("anna", "192.0.2.9"), NOW)
    desk.store.changes.add("setting", "currency", "RUB", "USD", Author("root", "console"), NOW)
    first, second = desk.rows("changes")
    assert (first["who"], first["what"], first["whom"]) == ("root", "setting", "Currency (currency)")
    assert first["change"] == "RUB → USD"
    assert (second["address"], second["whom"], len(second["change"])) == ("192.0.2.9", "from 1 Feb 2025", 120)
    assert desk.form("changes.show", elid=second["id"])["after"] == long


def test_of_a_changed_table_the_list_shows_the_lines_that_differ(desk: Desk) -> None:
    before, after = "name,from\nA,1\nB,2\n", "name,from\nA,1\nB,3\nC,4\n"
    desk.store.changes.add("tiers", "2025-02-01", before, after, Author("anna", ""), NOW)
    (row,) = desk.rows("changes")
    assert row["change"] == "B,2 → B,3 / C,4", "as it was kept, where it is no table that we know"
    assert "not exist" in desk.error(desk.ask("changes.show", elid="99"))[0]
