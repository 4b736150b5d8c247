"""Tiers: the table as a list and a form, versions by day, who rises and falls before it is saved, CSV (R1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Basis, Pin
from resellerprogram.programme.forecast import Outlook
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.tiers import SSL, TierTable, published_table
from resellerprogram.store import Store

from tests.pages.desk import NOW, Desk
from tests.programme.published_texts import WRITINGS

TODAY = NOW.date()


@pytest.fixture
def desk(store: Store) -> Desk:
    """A full administrator: who else could take discounts off by a table."""
    return Desk(store.folder.parents[1], store, level=30)


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two clients by turnover: Starter and Partner #8."""
    stands(desk.store, 27, "Atlas", {TODAY: 600})
    stands(desk.store, 28, "Вектор", {TODAY: 52_000})
    return desk


def stands(store: Store, number: int, name: str, paid: dict[date, int], pin: Pin | None = None) -> None:
    """A client as the last run left them, with what they paid by day."""
    account, turnover = AccountId(number), Decimal(sum(paid.values()))
    tier = store.tiers.on(TODAY).table.tier_for(turnover)
    outlook = Outlook(TODAY, Basis.TURNOVER, 1, tier, {day: Decimal(amount) for day, amount in paid.items()}, pin)
    store.standings.keep(
        Standing(account, name, Basis.TURNOVER, tier.name if tier else None, Decimal(1), turnover, decided_at=NOW)
    )
    store.outlooks.keep(account, outlook)


def effects(page: object) -> list[tuple[str, str, str]]:
    rows = page.find("list[@name='effects']")  # type: ignore[attr-defined]
    return [(row.findtext("client"), row.findtext("before"), row.findtext("after")) for row in rows]


def told(desk: Desk, function: str, **typed: str) -> dict[str, str]:
    """A form as it stands once it has told whom it touches."""
    opened = {name: typed[name] for name in ("elid",) if name in typed}
    page = desk.ask(function, **{**desk.form(function, **opened), **typed}, sv_field="threshold")
    return {str(each.tag): each.text or "" for each in page if not len(each)}


def save(desk: Desk, function: str, shown: dict[str, str]) -> None:
    page = desk.ask(function, **{**shown, "confirm": "on"}, sok="ok")
    assert page.find("ok") is not None, page.findtext("error/msg")


def threshold(desk: Desk, name: str, day: date = TODAY) -> Decimal:
    tier = desk.store.tiers.on(day).table.by_name(name)
    assert tier is not None
    return tier.threshold


def test_the_list_shows_from_to_percents_and_who_is_there(two: Desk) -> None:
    rows = two.rows("tiers")
    assert len(rows) == 17
    assert rows[8] == {
        "id": "0-8",
        "name": "Partner #8",
        "threshold": "50000.00 RUB",
        "upto": "99999.99 RUB",
        "percent_vps": "19",
        "percent_dedicated": "7",
        "percent_ssl": "3",
        "holders": "1",
    }
    assert rows[-1]["upto"] == ""
    assert two.said("tiers") == "Initial table"


def test_a_tier_is_changed_from_a_day_on_and_the_days_before_keep_theirs(two: Desk) -> None:
    two.save("tiers.edit", elid="0-16", threshold="2000000", first_day="2025-02-01")
    assert threshold(two, "Partner #16") == 1_000_000
    assert threshold(two, "Partner #16", date(2025, 2, 1)) == 2_000_000
    (planned, published) = two.rows("tables")
    assert (planned["first_day"], planned["state"], planned["who"]) == ("2025-02-01", "planned", "1")
    assert (published["first_day"], published["state"]) == ("initial, from the plugin", "in force")
    assert [row["is_planned"] for row in (planned, published)] == ["on", "off"]
    assert two.ask("tiers", elid=planned["id"]).findtext("plid") == planned["id"]
    assert two.rows("tiers", elid=planned["id"])[16]["threshold"] == "2000000.00 RUB"
    who, address, what, before, after = two.changes()[0]
    assert (who, address, what) == ("1", "192.0.2.7", "tiers")
    assert ("Partner #16,1000000" in before, "Partner #16,2000000" in after) == (True, True)
    two.ask("tables.delete", elid=planned["id"], sok="ok")
    assert threshold(two, "Partner #16", date(2025, 2, 1)) == 1_000_000
    before, after = two.changes()[0][3:]
    assert ("Partner #16,2000000" in before, "Partner #16,1000000" in after) == (True, True), "which holds again"
    assert "not taken effect yet" in two.error(two.ask("tables.delete", elid="0", sok="ok"))[0]


def test_whom_a_change_would_touch_is_told_before_it_is_saved(two: Desk) -> None:
    opened = two.form("tiers.edit", elid="0-8")
    refreshed = two.ask("tiers.edit", **{**opened, "threshold": "60 000"}, sv_field="threshold")
    assert refreshed.findtext("effect").splitlines()[0] == "From 20 Jan 2025 on discounts are lower for 1 client."
    assert refreshed.findtext("changes") == "Partner #8: from RUB 50,000 → RUB 60,000"
    assert refreshed.findtext("messages/msg[@name='confirm']") == (
        "I understand: from 20 Jan 2025 on discounts are lower for 1 client"
    )
    assert effects(refreshed) == [("28 Вектор", "Partner #8", "Partner #7: VPS 19 → 17 %, dedicated servers 7 → 6 %")]
    assert refreshed.findtext("threshold") == "60 000", "what was typed stays"
    message, field = two.refused("tiers.edit", elid="0-8", threshold="60000")
    assert (field, "lower for 1 client" in message) == ("confirm", True)
    assert two.store.tiers.on(TODAY).id == 0
    shown = told(two, "tiers.edit", elid="0-8", threshold="60000")
    save(two, "tiers.edit", shown)
    assert threshold(two, "Partner #8") == 60_000


def test_what_is_confirmed_is_what_the_form_has_told(two: Desk) -> None:
    """Another table than the one shown, or one by which more fall meanwhile, is confirmed again (spec, section 3)."""
    message, field = two.refused("tiers.edit", elid="0-8", threshold="60000", confirm="on")
    assert (field, "not what the form has told. From 20 Jan 2025 on discounts are lower for 1 client." in message) == (
        "confirm",
        True,
    )
    shown = told(two, "tiers.edit", elid="0-8", threshold="51000")
    page = two.ask("tiers.edit", **{**shown, "threshold": "90000", "confirm": "on"}, sok="ok")
    assert "not what the form has told" in two.error(page)[0]
    shown = told(two, "tiers.edit", elid="0-8", threshold="60000")
    stands(two.store, 29, "Third", {TODAY: 52_000})
    russian = Desk(two.root, two.store, level=30, language="ru")
    page = russian.ask("tiers.edit", **{**shown, "confirm": "on"}, sok="ok")
    assert russian.error(page)[0].startswith("Форма показала другое. С 20.01.2025 скидки снизятся у 2 клиентов.")
    assert two.store.tiers.on(TODAY).id == 0
    again = two.ask("tiers.edit", **{**shown, "confirm": "on"}, sv_field="confirm")
    assert "lower for 2 clients" in again.findtext("effect")
    stands(two.store, 28, "Вектор", {})
    save(two, "tiers.edit", {**shown, "told": again.findtext("told")})
    assert threshold(two, "Partner #8") == 60_000, "that fewer fall is no reason to ask again"


def test_a_higher_percent_is_a_rise(two: Desk) -> None:
    opened = two.form("tiers.edit", elid="0-0")
    refreshed = two.ask("tiers.edit", **{**opened, "percent_vps": "4,5"}, sv_field="percent_vps")
    assert refreshed.findtext("effect").splitlines()[0] == "From 20 Jan 2025 on discounts are higher for 1 client."


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"threshold": "many"}, "threshold", "Enter a number from 0 up"),
        ({"threshold": "-5"}, "threshold", "Enter a number from 0 up"),
        ({"threshold": "40000"}, "threshold", "not above"),
        ({"name": "Partner #9"}, "name", "repeats"),
        ({"name": ""}, "name", "no name"),
        ({"percent_vps": "101"}, "percent_vps", "outside 0–100"),
        ({"percent_ssl": "1.005"}, "percent_ssl", "two decimals"),
        ({"percent_dedicated": ""}, "percent_dedicated", "Enter a number from 0 up"),
        ({"first_day": "2025-01-19"}, "first_day", "is over"),
        ({"first_day": "19/02/2025"}, "first_day", "Enter a date such as"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(desk: Desk, typed: dict[str, str], field: str, says: str) -> None:
    message, marked = desk.refused("tiers.edit", elid="0-8", **typed)
    assert (marked, says in message) == (field, True)
    assert desk.store.tiers.on(TODAY).id == 0


def test_a_new_tier_finds_its_place(desk: Desk) -> None:
    desk.save(
        "tiers.edit", name="Partner #8½", threshold="75000", percent_vps="20", percent_dedicated="7", percent_ssl="3"
    )
    names = [tier.name for tier in desk.store.tiers.on(TODAY).table.tiers]
    assert names[8:11] == ["Partner #8", "Partner #8½", "Partner #9"]


def test_a_tier_is_deleted_unless_somebody_is_pinned_to_it(two: Desk) -> None:
    two.store.members.pin(AccountId(27), Pin("Partner #3", date(2025, 3, 1), "contract"), NOW)
    assert two.ask("tiers.delete", elid="0-3").findtext("users") == "pinned there: 27 Atlas"
    message, _ = two.refused("tiers.delete", elid="0-3", confirm="on")
    assert "pinned to it are 27 Atlas" in message
    message, field = two.refused("tiers.delete", elid="0-0, 0-5")
    assert (field, "lower for 1 client" in message) == ("confirm", True)
    shown = two.form("tiers.delete", elid="0-0, 0-5")
    other = two.ask("tiers.delete", **{**shown, "elid": "0-0, 0-6", "confirm": "on"}, sok="ok")
    assert "not what the form has told" in two.error(other)[0]
    ticked = two.ask("tiers.delete", **{**shown, "first_day": "2025-02-01", "confirm": "on"}, sv_field="confirm")
    assert (ticked.findtext("first_day"), ticked.findtext("confirm")) == ("2025-02-01", "on"), "what was typed stays"
    two.save("tiers.delete", elid="0-0, 0-5", confirm="on")
    assert len(two.store.tiers.on(TODAY).table.tiers) == 15
    everything = ", ".join(f"{two.store.tiers.on(TODAY).id}-{place}" for place in range(15))
    assert "no tier in it" in two.error(two.ask("tiers.delete", elid=everything))[0]


def test_of_two_administrators_the_second_is_told(desk: Desk) -> None:
    opened = desk.form("tiers.edit", elid="0-16")
    Desk(desk.root, desk.store, level=30, user="boris").save("tiers.edit", elid="0-15", threshold="800000")
    message, _ = desk.error(desk.ask("tiers.edit", **{**opened, "threshold": "3000000"}, sok="ok"))
    assert "Changed meanwhile by boris" in message
    assert threshold(desk, "Partner #16") == 1_000_000


def test_a_table_goes_out_as_csv_and_comes_in_whole_or_not_at_all(two: Desk) -> None:
    text = two.form("tiers.export")["csv"]
    assert text == published_table().to_csv()
    changed = text.replace("Partner #8,50000", "Partner #8,55000")
    page = two.ask("tiers.import", **{**two.form("tiers.import"), "csv": changed}, sv_field="csv")
    assert [row[1] for row in effects(page)] == ["Partner #8"]
    understood = page.find("list[@name='understood']")
    assert (len(understood), understood[8].findtext("threshold")) == (17, "55000.00 RUB"), "as it was understood"
    message, field = two.refused("tiers.import", csv=changed.replace("19,7,3", "19,7"))
    assert (field, "line 10" in message) == ("csv", True)
    save(two, "tiers.import", told(two, "tiers.import", csv=changed))
    assert threshold(two, "Partner #8") == 55_000
    assert two.refused("tiers.import", csv="status,from,cloud\nA,1,2\n") == (
        "Which column has the percents for VPS?",
        "column_vps",
    )


def test_a_further_class_has_its_field_and_its_column(desk: Desk) -> None:
    from resellerprogram.programme.text import Text
    from resellerprogram.programme.tiers import ServiceClass
    from resellerprogram.store.classes import ClassOfServices

    desk.store.classes.put(ClassOfServices(ServiceClass("cloud"), Text("cloud", "облако"), ("vds.vps",)))
    assert desk.form("tiers.edit", elid="0-0")["percent_cloud"] == "0"
    desk.save("tiers.edit", elid="0-0", percent_cloud="2.5")
    assert desk.rows("tiers")[0]["percent_cloud"] == "2.5"
    desk.language = "ru"
    assert desk.ask("tiers").findtext("messages/msg[@name='percent_cloud']") == "Облако, %"


def test_a_long_list_of_those_who_fall_is_cut(desk: Desk) -> None:
    for number in range(1, 61):
        stands(desk.store, number, f"Client {number}", {TODAY: 600})
    opened = desk.form("tiers.edit", elid="0-0")
    refreshed = desk.ask("tiers.edit", **{**opened, "threshold": "700"}, sv_field="threshold")
    assert ("lower for 60 clients" in refreshed.findtext("effect"), len(effects(refreshed))) == (True, 20)


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"threshold": "25,000"}, "threshold", "write 25000, or 25"),
        ({"threshold": "9999999999999999999"}, "threshold", "too large"),
        ({"percent_vps": "3.000"}, "percent_vps", "two ways"),
        ({"name": "x" * 101}, "name", "Too long"),
        ({"first_day": "9999-12-31"}, "first_day", "out of range"),
    ],
)
def test_what_is_out_of_bounds_or_read_in_two_ways_is_refused_at_its_field(
    desk: Desk, typed: dict[str, str], field: str, says: str
) -> None:
    message, marked = desk.refused("tiers.edit", elid="0-8", **typed)
    assert (marked, says in message) == (field, True)
    assert desk.store.tiers.on(TODAY).id == 0


def test_a_figure_that_can_be_read_in_two_ways_is_asked_about_where_it_is_answered(desk: Desk) -> None:
    table = "status;from;vps;dedicated;ssl\nPartner #1;3.000;5;1;1\n"
    message, marked = desk.refused("tiers.import", csv=table)
    assert (message, marked) == ("Line 2: column from: “3.000” can be read in two ways: 3 or 3000.", "decimal")
    reason = message[:1].lower() + message[1:-1]
    page = desk.ask("tiers.import", **{**desk.form("tiers.import"), "csv": table}, sv_field="read")
    assert page.findtext("odd").splitlines()[1] == reason
    assert (page.findtext("effect"), len(page.find("list[@name='understood']"))) == (reason, 0)
    page = desk.ask("tiers.import", **{**desk.form("tiers.import"), "csv": table, "decimal": ","}, sv_field="decimal")
    assert (page.findtext("decimal"), page.findtext("list[@name='understood']/elem/threshold")) == (",", "3000.00 RUB")
    save(desk, "tiers.import", told(desk, "tiers.import", csv=table, decimal=","))
    assert [(tier.name, tier.threshold) for tier in desk.store.tiers.on(TODAY).table.tiers] == [("Partner #1", 3000)]


@pytest.mark.parametrize("writing", WRITINGS)
def test_the_published_table_is_understood_as_the_one_that_ships_and_saved(desk: Desk, writing: str) -> None:
    text = WRITINGS[writing](published_table())
    desk.store.tiers.put(TierTable(published_table().tiers[:3]), TODAY, "chief", NOW)
    page = desk.ask("tiers.import", **{**desk.form("tiers.import"), "csv": text}, sv_field="read")
    assert len(page.find("list[@name='understood']")) == 17
    save(desk, "tiers.import", told(desk, "tiers.import", csv=text))
    assert desk.store.tiers.on(TODAY).table == published_table()


def test_what_is_odd_is_told_in_the_language_of_the_page(two: Desk) -> None:
    two.language = "ru"
    text = WRITINGS["one cell a line"](published_table()).replace("до 149999р", "до 149000р")
    odd = two.ask("tiers.import", **{**two.form("tiers.import"), "csv": text}, sv_field="read").findtext("odd")
    assert odd.splitlines() == [
        "Прочитано: текст, по ячейке в строке. Столбцы: статус — «Статус партнера», оборот от — «Оборот за период», "
        "VPS — «VPS», выделенные серверы — «Выделенные серверы», SSL-сертификаты — «SSL».",
        "Partner #9 — до 149 000 ₽, а Partner #10 начинается только от 150 000 ₽; опечатка? Решают только "
        "пороги: между ними действует Partner #9.",
        "Между «до» и следующим «от» остаются суммы с копейками: Starter — до 2 999 ₽, Partner #1 — от "
        "3 000 ₽; таких мест: 15. Решают только пороги: до следующего «от» действует нижний статус.",
    ]


def test_a_column_is_chosen_where_its_heading_leaves_it_open(desk: Desk) -> None:
    text = "Статус;Оборот;VPS;Выделенные;Сертификация\nA;от 500;3;1;2\nB;от 3000;5;2;2\n"
    page = desk.ask("tiers.import", **{**desk.form("tiers.import"), "csv": text}, sv_field="read")
    assert [(each.get("key"), each.text) for each in page.iterfind("slist[@name='column_ssl']/val")] == [
        ("", "choose"),
        ("1", "1. “Статус”: A, B …"),
        ("2", "2. “Оборот”: от 500, от 3000 …"),
        ("3", "3. “VPS”: 3, 5 …"),
        ("4", "4. “Выделенные”: 1, 2 …"),
        ("5", "5. “Сертификация”: 2, 2 …"),
        ("-", "none: 0 % everywhere"),
    ]
    assert page.findtext("slist[@name='column_vps']/val") == "“VPS”"
    message, marked = desk.refused("tiers.import", csv=text)
    assert (message, marked) == ("Which column has the percents for SSL certificates?", "column_ssl")
    save(desk, "tiers.import", told(desk, "tiers.import", csv=text, column_ssl="5"))
    assert [tier.percents[SSL] for tier in desk.store.tiers.on(TODAY).table.tiers] == [2, 2]
    message, marked = desk.refused("tiers.import", csv=text, column_ssl="9")
    assert ("There is no column “9”" in message, marked) == (True, "column_ssl")


@pytest.mark.parametrize("text", ["", "PK\ufffd\ufffd", "<td>" * 9000, "=cmd|' /C calc'!A0", "status,from\n=1,=2\n"])
def test_what_is_no_table_is_refused_and_changes_nothing(desk: Desk, text: str) -> None:
    message, marked = desk.refused("tiers.import", csv=text, confirm="on")
    assert (marked, message.startswith("Discount table")) == ("csv", True)
    assert desk.store.tiers.on(TODAY).id == 0


def test_a_tier_that_gives_more_than_the_next_one_is_remarked_before_it_is_saved(desk: Desk) -> None:
    opened = desk.form("tiers.edit", elid="0-0")
    told = desk.ask("tiers.edit", **{**opened, "percent_vps": "6"}, sv_field="percent_vps").findtext("effect")
    assert "“Starter” gives more for vps than “Partner #1”: 6 % against 5 %" in told


# --- versions by day (issue: going live is a decision) ---


def test_two_edits_for_one_day_add_up_to_one_planned_table(two: Desk) -> None:
    two.save("tiers.edit", elid="0-16", threshold="2000000", first_day="2025-02-01")
    opened = two.form("tiers.edit", elid="0-8")
    other_day = two.ask("tiers.edit", **{**opened, "percent_ssl": "4", "first_day": "2025-02-01"}, sv_field="first_day")
    assert other_day.findtext("changes") == "Partner #8: SSL certificates 3 → 4 %", "and not what is planned already"
    save(two, "tiers.edit", {str(each.tag): each.text or "" for each in other_day if not len(each)})
    planned = two.store.tiers.on(date(2025, 2, 1)).table
    assert (planned.tiers[16].threshold, planned.tiers[8].percents["ssl"]) == (2_000_000, 4)  # type: ignore[index]
    assert [row["first_day"] for row in two.rows("tables")] == ["2025-02-01", "initial, from the plugin"], (
        "one version a day"
    )
    assert two.rows("tables")[0]["changes"] == (
        "Partner #8: SSL certificates 3 → 4 % / Partner #16: from RUB 1,000,000 → RUB 2,000,000"
    )
    said = two.said("tiers", elid=two.rows("tables")[0]["id"])
    assert said.startswith("Saved. It takes effect in the night to 1 Feb 2025")
    assert "Partner #8: SSL certificates 3 → 4 %" in said
    two.ask("tables.delete", elid=two.rows("tables")[0]["id"], sok="ok")
    assert two.store.tiers.on(date(2025, 2, 1)).id == 0, "the whole day is taken back, not its last edit"


def test_another_day_brings_what_holds_there_and_leaves_what_was_typed(desk: Desk) -> None:
    desk.save("tiers.edit", elid="0-8", percent_vps="20", first_day="2025-02-01")
    opened = desk.form("tiers.edit", elid="0-8")
    typed = {**opened, "percent_dedicated": "8", "first_day": "2025-02-01"}
    page = desk.ask("tiers.edit", **typed, sv_field="first_day")
    assert [page.findtext(f"percent_{name}") for name in ("vps", "dedicated", "ssl")] == ["20", "8", "3"]
    assert page.findtext("changes") == "Partner #8: dedicated servers 7 → 8 %"
    back = desk.ask(
        "tiers.edit",
        **{**{str(each.tag): each.text or "" for each in page if not len(each)}, "first_day": "2025-01-20"},
        sv_field="first_day",
    )
    assert [back.findtext(f"percent_{name}") for name in ("vps", "dedicated", "ssl")] == ["19", "8", "3"]


def test_who_gains_and_loses_is_told_for_the_day_on_which_the_table_begins(desk: Desk) -> None:
    """On 1 February the 52 000 of 20 December do not count any more, those of today do."""
    stands(desk.store, 27, "Leaves", {date(2024, 12, 20): 52_000})
    stands(desk.store, 28, "Stays", {TODAY: 52_000})
    opened = desk.form("tiers.edit", elid="0-8")
    for day, told, whom in (
        ("2025-01-20", "20 Jan 2025", ["27 Leaves", "28 Stays"]),
        ("2025-02-01", "1 Feb 2025", ["28 Stays"]),
    ):
        page = desk.ask("tiers.edit", **{**opened, "threshold": "60000", "first_day": day}, sv_field="first_day")
        assert [row[0] for row in effects(page)] == whom
        assert page.findtext("messages/msg[@name='effect']") == f"Affected from {told} on"


def test_whom_a_pin_holds_a_table_does_not_touch(desk: Desk) -> None:
    stands(desk.store, 27, "Pinned", {TODAY: 52_000}, Pin("Partner #10", date(2025, 3, 1), "contract"))
    page = desk.ask("tiers.edit", **{**desk.form("tiers.edit", elid="0-8"), "threshold": "60000"}, sv_field="threshold")
    assert effects(page) == []


def test_whether_the_drop_limit_stops_it_is_told_before_it_is_saved(desk: Desk) -> None:
    for number in range(1, 5):
        stands(desk.store, number, f"Client {number}", {TODAY: 52_000})
    typed = {**desk.form("tiers.edit", elid="0-8"), "percent_vps": "18", "percent_dedicated": "6", "percent_ssl": "2"}
    told = desk.ask("tiers.edit", **typed, sv_field="percent_vps").findtext("effect")
    assert "About 12 discounts get smaller, the drop limit is 10: the recalculation stops" in told
    tomorrow = desk.ask("tiers.edit", **{**typed, "first_day": "2025-01-21"}, sv_field="first_day").findtext("effect")
    assert "the recalculation stops" in tomorrow
    later = desk.ask("tiers.edit", **{**typed, "first_day": "2025-01-22"}, sv_field="first_day").findtext("effect")
    assert "known beforehand, so the drop limit does not hold them up" in later


def test_a_change_of_today_says_which_planned_table_it_does_not_reach(desk: Desk) -> None:
    desk.save("tiers.edit", elid="0-16", threshold="2000000", first_day="2025-02-01")
    page = desk.ask(
        "tiers.edit", **{**desk.form("tiers.edit", elid="0-8"), "percent_vps": "20"}, sv_field="percent_vps"
    )
    assert "From 1 Feb 2025 on another table holds that was planned before" in page.findtext("effect")


def test_after_saving_the_planned_table_is_shown(desk: Desk) -> None:
    page = desk.ask(
        "tiers.edit",
        **{**desk.form("tiers.edit", elid="0-8"), "percent_vps": "20", "first_day": "2025-02-01"},
        sok="ok",
    )
    version = desk.store.tiers.on(date(2025, 2, 1)).id
    assert page.findtext("ok") == f"func=resellerprogram.tiers&elid={version}"


def test_the_version_in_force_is_ended_by_the_one_before_it(two: Desk) -> None:
    two.save("tiers.edit", elid="0-16", threshold="2000000")
    first = two.store.tiers.on(TODAY).id
    assert [row["may_end"] for row in two.rows("tables")] == ["on", "off"]
    opened = two.form("tables.end", elid=first)
    assert (opened["version"], opened["again"]) == ("the table from 20 Jan 2025 on", "the initial table")
    assert opened["changes"] == "Partner #16: from RUB 2,000,000 → RUB 1,000,000"
    assert two.refused("tables.end", elid=first)[1] == "confirm"
    two.save("tables.end", elid=first, confirm="on")
    assert threshold(two, "Partner #16") == 1_000_000
    assert two.store.tiers.on(TODAY).id != first, "as a new version; what held stays on record"
    assert two.store.tiers.of(first) is not None
    message, _ = two.error(two.ask("tables.end", elid="0"))
    assert "no table before the initial one" in message


def test_a_class_without_services_is_given_no_percent(desk: Desk) -> None:
    from resellerprogram.programme.text import Text
    from resellerprogram.programme.tiers import ServiceClass
    from resellerprogram.store.classes import ClassOfServices

    desk.store.classes.put(ClassOfServices(ServiceClass("cloud"), Text("cloud", "облако"), ()))
    message, field = desk.refused("tiers.edit", elid="0-0", percent_cloud="2.5")
    assert (field, "no product types, so 2.5 % for it" in message) == ("percent_cloud", True)
    desk.save("tiers.edit", elid="0-0", percent_vps="3.5")


def test_two_who_change_a_planned_table_are_told_also_after_it_was_taken_back(desk: Desk) -> None:
    """A version's number may come again once the newest is taken back; the change log's does not."""
    desk.save("tiers.edit", elid="0-16", threshold="2000000", first_day="2025-02-01")
    opened = desk.form("tiers.edit", elid="0-15")
    desk.ask("tables.delete", elid=desk.rows("tables")[0]["id"], sok="ok")
    desk.save("tiers.edit", elid="0-16", threshold="3000000", first_day="2025-02-01")
    message, _ = desk.error(desk.ask("tiers.edit", **{**opened, "threshold": "800000"}, sok="ok"))
    assert "Changed meanwhile by" in message
