"""Opening turnover on pages: the list, giving, ending, a list taken in; what members and clients read of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable

import pytest
from resellerprogram.programme.basis import Basis
from resellerprogram.programme.decision import decide
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.turnover import Turnover
from resellerprogram.programme.window import Window
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.pages.desk import NOW, Desk
from tests.programme.builders import ACCOUNT, RULES, TABLE, paid

TODAY = NOW.date()
TYPED = {"account": "27", "amount": "20 000,50", "until": "2025-02-15", "reason": "other panel"}
Given = Callable[[], None]


def counted(store: Store) -> Turnover:
    """What the next recalculation of client 27 counts, and leaves on record."""
    payments = [paid(600, "2025-01-18"), *store.ledger.brought(ACCOUNT, Window.of(TODAY))]
    decision = decide(ACCOUNT, TODAY, payments, TABLE, RULES)
    store.decisions.record(decision, "opening", NOW)
    tier = decision.tier.name if decision.tier else None
    store.standings.keep(
        Standing(ACCOUNT, "Ромашка", Basis.TURNOVER, tier, turnover=decision.turnover.amount, decided_at=NOW)
    )
    store.outlooks.keep(ACCOUNT, Outlook.of(decision))
    return decision.turnover


@pytest.fixture
def desk(store: Store) -> Desk:
    """A full administrator; client 27 has paid 600, client 28 has not been calculated yet."""
    counted(store)
    store.standings.know(AccountId(28), "Atlas")
    return Desk(store.folder.parents[1], store, level=30)


def told(desk: Desk, function: str, **typed: str) -> dict[str, str]:
    """A form as it stands once it has read what was typed."""
    page = desk.ask(function, **{**desk.form(function), **typed}, sv_field="csv")
    return {str(each.tag): each.text or "" for each in page if not len(each)}


def test_it_is_given_after_it_was_told_what_it_gives(desk: Desk) -> None:
    assert told(desk, "openings.add", **TYPED)["told"] == (
        "27 Ромашка: RUB 20,000.50, counts like a payment of 15 Jan 2025, through 15 Feb 2025: other panel\n"
        "From 20 Jan 2025 on discounts are higher for 1 client."
    )
    assert "above zero" in told(desk, "openings.add", **{**TYPED, "amount": "0"})["told"]
    assert desk.store.ledger.openings() == []
    desk.save("openings.add", **TYPED)
    (row,) = desk.rows("openings")
    assert row == {
        "id": "2",
        "account": "27 Ромашка",
        "amount": "20000.50 RUB",
        "day": "2025-01-15",
        "until": "2025-02-15",
        "state": "counts",
        "given": "2025-01-20",
        "reason": "other panel",
        "counts": "on",
    }
    assert [(each.account, each.cause) for each in desk.store.queue.all()] == [(27, "opening")]
    assert [what for _, _, what, _, _ in desk.changes()] == ["opening"]
    told_of = desk.form("changes.show", elid=str(desk.store.changes.newest(1)[0].id))
    assert "RUB 20,000.50, counts like a payment of 15 Jan 2025, through 15 Feb 2025: other panel" in str(told_of)


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("account", "Ромашка", "enter a client id"),
        ("amount", "-5", "above zero"),
        ("until", "2025-03-15", "through 20 Feb 2025 at the latest"),
        ("reason", "", "Enter a reason; it goes into the change log."),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(desk: Desk, field: str, text: str, says: str) -> None:
    message, marked = desk.refused("openings.add", **{**TYPED, field: text})
    assert (says in message, marked) == (True, field)
    assert desk.store.ledger.openings() == []


def test_a_client_is_opened_with_what_is_theirs(desk: Desk) -> None:
    desk.save("openings.add", **TYPED)
    assert desk.rows("openings", elid="28") == []
    assert [row["id"] for row in desk.rows("openings", elid="27")] == ["2"]
    assert desk.form("openings.add", plid="28")["account"] == "28"


def test_ending_tells_what_falls_and_asks_for_a_reason_and_a_yes(desk: Desk) -> None:
    desk.save("openings.add", **TYPED)
    counted(desk.store)
    form = desk.form("openings.end", elid="2")
    assert form["told"].splitlines()[:2] == [
        "27 Ромашка: RUB 20,000.50, counts like a payment of 15 Jan 2025, through 15 Feb 2025: other panel",
        "From 20 Jan 2025 on discounts are lower for 1 client.",
    ]
    assert desk.refused("openings.end", elid="2")[1] == "reason"
    assert desk.refused("openings.end", elid="2", reason="by mistake")[1] == "confirm"
    assert desk.refused("openings.end", elid="2", reason="by mistake", confirm="on", seen="x")[1] == "confirm"
    assert desk.rows("openings")[0]["counts"] == "on"
    desk.save("openings.end", elid="2", reason="by mistake", confirm="on")
    (row,) = desk.rows("openings")
    assert (row["state"], row["counts"]) == ("ended", "off")
    assert json.loads(desk.changes()[0][4]) == {"reason": "by mistake"}
    assert "no opening turnover 2 that counts" in desk.error(desk.ask("openings.end", elid="2"))[0]


LIST = "Клиент;Сумма;По;Причина\n27;20 000,50;15.02.2025;other panel\nAtlas;3000;20.02.2025;other panel\n"


def test_a_list_is_shown_as_it_is_understood_and_taken_after_a_yes(desk: Desk) -> None:
    shown = told(desk, "openings.import", csv=LIST)
    assert shown["told"].startswith("Lines: 2; new: 2; already there: 0; bad: 0.\n27 Ромашка: RUB 20,000.50")
    typed = {"csv": LIST, "seen": shown["seen"]}
    assert desk.refused("openings.import", **typed)[1] == "confirm"
    other = {**typed, "csv": LIST.replace("3000", "4000")}
    assert "not what the form has told" in desk.refused("openings.import", **other, confirm="on")[0]
    bad = LIST + "29;0;20.02.2025;x\n"
    assert "line 4: the amount must be above zero, not 0" in desk.refused("openings.import", csv=bad, confirm="on")[0]
    assert desk.store.ledger.openings() == []
    desk.save("openings.import", **typed, confirm="on")
    assert sorted(row["account"] for row in desk.rows("openings")) == ["27 Ромашка", "28 Atlas"]
    assert desk.refused("openings.import", csv=LIST, confirm="on") == ("Nothing of it is new.", "csv")


def test_members_and_their_csv_show_it_apart(desk: Desk) -> None:
    assert "opening" not in desk.rows("members")[0]
    desk.save("openings.add", **TYPED)
    counted(desk.store)
    first, second = desk.rows("members")
    assert (first["turnover"], first["opening"], second["opening"]) == ("20600.50 RUB", "20000.50 RUB", "")
    heads, cells, _ = csv.reader(desk.form("members.export")["csv"].splitlines())
    exported = dict(zip(heads, cells))
    assert (exported["turnover"], exported["opening"], exported["opening_until"]) == (
        "20600.5",
        "20000.5",
        "2025-02-15",
    )


def test_r11_a_decision_tells_it_apart_with_the_reason(desk: Desk) -> None:
    desk.save("openings.add", **TYPED)
    counted(desk.store)
    newest = desk.store.decisions.newest_of(ACCOUNT)
    desk.language = "ru"
    page = desk.ask("history.decision", elid=newest)
    assert "Из него перенесённый оборот — 20 000,50 ₽, по 15.02.2025 включительно." in page.findtext("words")
    row, *_ = page.iterfind("list[@name='payments']/elem")
    assert (row.findtext("number"), row.findtext("reason")) == (
        "перенесённый оборот № 2: other panel",
        "перенесённый оборот, учитывается по 15.02.2025 включительно",
    )


def test_the_client_reads_how_much_and_until_when_and_not_why(desk: Desk) -> None:
    desk.save("openings.add", **TYPED)
    counted(desk.store)
    desk.store.queue.done(ACCOUNT, desk.store.queue.newest())
    desk.store.users.remember(ClientUser("7", "romashka", ACCOUNT), NOW)
    me = Desk(desk.root, desk.store, level=16, user="7")
    page = me.ask("my")
    assert "Of the sum, RUB 20,000.50 you brought along, through 15 Feb 2025." in page.findtext("words").replace(
        "\xa0", " "
    )
    assert (page.find("opening").get("orig"), page.find("opening_until").get("orig")) == ("20000.5", "2025-02-15")
    assert "other panel" not in "".join(page.itertext())
    me.language = "ru"
    assert "Из этой суммы 20 000,50 ₽ — перенесённый оборот, по 15.02.2025 включительно." in me.ask("my").findtext(
        "words"
    ).replace("\xa0", " ")
