"""The table as people publish it (R1, R2): what is understood, what is odd, what is asked and never guessed."""

from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.programme.errors import BadInput, TierTableError
from resellerprogram.programme.figures import plain
from resellerprogram.programme.pasting import AS_PERCENT, AS_SHARE
from resellerprogram.programme.pasting.cells import LONGEST_TEXT, Form
from resellerprogram.programme.pasting.reading import Answers, Odd, Understanding, understand
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import PUBLISHED_CLASSES, SSL, ServiceClass, TierTable, published_table

from tests.programme.published_texts import (
    RUSSIAN,
    WRITINGS,
    as_published,
    html_table,
    one_cell_a_line,
    tab_separated,
)
from tests.programme.strategies import tables
from tests.texts import plain_spaces

TITLES = dict(
    zip(
        PUBLISHED_CLASSES,
        (
            Text("VPS", "VPS"),
            Text("dedicated servers", "выделенные серверы"),
            Text("SSL certificates", "SSL-сертификаты"),
        ),
    )
)
ROWS = as_published(published_table())
HEADER = "\t".join(RUSSIAN)


def read(text: str, titles: dict[ServiceClass, Text] = TITLES, **answers: object) -> Understanding:
    return understand(text, titles, "RUB", Answers(**answers))  # type: ignore[arg-type]


def tabs(*rows: str) -> str:
    """A table under the published header; cells are parted by `|`."""
    return "\n".join([HEADER, *(row.replace("|", "\t") for row in rows)])


def odd(found: Understanding) -> list[Odd]:
    return [each.kind for each in found.oddities]


def thresholds(found: Understanding) -> list[str]:
    assert found.table is not None, found.questions
    return [plain(tier.threshold) for tier in found.table.tiers]


def ssl(found: Understanding) -> Decimal:
    """The first tier's percent for SSL."""
    assert found.table is not None, found.questions
    return found.table.tiers[0].percents[SSL]


# --- the published table ---


@pytest.mark.parametrize("writing", WRITINGS)
def test_the_published_table_gives_exactly_the_table_that_ships(writing: str) -> None:
    found = read(WRITINGS[writing](published_table()))
    assert (found.table, found.questions) == (published_table(), ())


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (one_cell_a_line(ROWS), Form.LINES),
        (tab_separated(ROWS), Form.TABS),
        (html_table(ROWS), Form.HTML),
        (published_table().to_csv(), Form.CSV),
    ],
)
def test_it_says_how_it_read_the_text(text: str, form: Form) -> None:
    assert read(text).form is form


def test_the_published_page_has_its_misprint_and_its_holes_for_kopecks_told() -> None:
    rows = [[cell.replace("до 149999р", "до 149000р") for cell in row] for row in ROWS]
    found = read(one_cell_a_line(rows))
    assert found.table == published_table()
    gap, kopecks = found.oddities
    assert (gap.kind, gap.values["tier"], gap.values["to"], gap.values["next_from"]) == (
        Odd.GAP,
        "Partner #9",
        149_000,
        150_000,
    )
    assert (kopecks.kind, kopecks.values["count"], kopecks.values["to"]) == (Odd.KOPECKS, 15, 2_999)


def test_what_stands_around_a_table_is_left_and_told() -> None:
    text = f"Реселлерам\nЧем больше оборот, тем выше скидка, и так далее.\n{one_cell_a_line(ROWS)}\n* за месяц\n"
    found = read(text)
    assert found.table == published_table()
    assert found.oddities[-1].values["text"] == (
        "Реселлерам / Чем больше оборот, тем выше скидка, и так далее. / * за месяц"
    )


def test_a_page_that_breaks_a_turnover_in_two_lines_is_read_alike() -> None:
    assert read(one_cell_a_line(ROWS).replace("р до ", "р\nдо ")).table == published_table()
    assert read(tab_separated(ROWS).replace("р до ", "р\nдо ")).table == published_table()
    assert read(html_table(ROWS).replace("р до ", "р<br>до ")).table == published_table()


def test_a_page_that_draws_its_table_without_one_is_read_line_by_line() -> None:
    page = "".join(f"<div><span>{cell}</span></div>" for row in ROWS for cell in row)
    found = read(f"<html><body>{page}</body></html>")
    assert (found.table, found.form) == (published_table(), Form.HTML)


def test_headings_in_two_rows_and_merged_cells_are_understood() -> None:
    text = (
        "<table><tr><th rowspan=2>Статус<th rowspan='2'>Оборот<th colspan=\"3\">Скидка</tr>"
        "<tr><th>VPS/VDS<th>Выделенные<th>Сертификаты SSL</tr>"
        "<tr><td>A<td>от 500<td>3<td rowspan=2>1<td>1<tr><td>B<td>от 3000<td>5<td>2</table>"
    )
    table = read(text).table
    assert table is not None
    assert [list(tier.percents.values()) for tier in table.tiers] == [[3, 1, 1], [5, 1, 2]]


def test_only_the_table_of_tiers_on_a_page_of_tables_is_read() -> None:
    menu = "<table><tr><td>Телефон</td><td>8 800</td></tr></table>"
    page = f"<table><tr><td>{menu}{html_table(ROWS)}<!-- <table> --><script>'<td>'</script></td></tr></table>"
    assert read(page).table == published_table()
    with pytest.raises(TierTableError, match="several tables"):
        read(html_table(ROWS) * 2)


def test_our_own_list_copied_from_the_panel_is_read() -> None:
    text = (
        "Статус\tОт\tДо\tVPS, %\tВыделенные серверы, %\tSSL-сертификаты, %\tУчастников\nStarter\t500.00 "
        "RUB\t2999.99 RUB\t3\t1\t1\t12\nPartner #1\t3000.00 RUB\t\t5\t1\t1\t7\n"
    )
    found = read(text)
    assert (thresholds(found), odd(found)) == (["500", "3000"], [Odd.COLUMN_LEFT])


# --- any table ---


@given(tables(), st.sampled_from(sorted(WRITINGS)))
def test_any_table_comes_back_the_same_however_it_is_written(table: TierTable, writing: str) -> None:
    assert read(WRITINGS[writing](table)).table == table


# --- figures ---


@pytest.mark.parametrize(
    ("cell", "threshold"),
    [
        ("500", "500"),
        ("500р", "500"),
        ("500 ₽", "500"),
        ("RUB 500", "500"),
        ("от 3\u00a0000,00 руб.", "3000"),
        ("3,000.00", "3000"),
        ("1.000.000", "1000000"),
        ("3\u2009000", "3000"),
        ("от 3 тыс. до 5 тыс.", "3000"),
        ("1,5 млн", "1500000"),
        ("3 000 – 4 999", "3000"),
        ("3000+", "3000"),
        ("3000 и более", "3000"),
        ("≥ 3000", "3000"),
        ("from $3,000.50 up to $4,000", "3000.5"),
        ("2999.99", "2999.99"),
        ("0,5", "0.5"),
    ],
)
def test_a_turnover_is_taken_as_people_write_it(cell: str, threshold: str) -> None:
    assert thresholds(read(tabs(f"A|{cell}|3 %|1|1"))) == [threshold]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A|=SUM(B1:B9)|3|1|1", "line 2: column Оборот за период: “=SUM(B1:B9)” is not a number"),
        ("A|1 00 0|3|1|1", "line 2: column Оборот за период: “1 00 0” is not a number"),
        ("A|от 500|три|1|1", "line 2: column VPS: “три” is not a number"),
        ("A|от 500||1|1", "line 2: column VPS: enter a number such as 3000 or 2.5"),
        ("A|от 500|3,000.5,0|1|1", "column VPS: “3,000.5,0” is not a number"),
        ("A|от 500|101 %|1|1", "line 2: 101 % for vps is outside 0–100"),
        ("A|от 500|-5 %|1|1", "line 2: -5 % for vps is outside 0–100"),
        ("A|-500|3|1|1", "line 2: the threshold is below zero"),
        ("A|от 9999999999999|3|1|1", "too large"),
        ("A|до 3000р|3|1|1", "does not tell from which turnover"),
        ("A|от 500|3|1", "line 2: 4 cells instead of 5"),
        ("A|от 500|3|1|1|9", "line 2: 6 cells instead of 5"),
        (f"{'A' * 101}|от 500|3|1|1", "too long: 101 characters"),
        ("|от 500|3|1|1", "no name"),
        ("A|от 500|3|1|1\nA|от 600|3|1|1", "line 3: the name “A” repeats"),
        ("A|от 500|3|1|1\nB|от 400|4|1|1", "line 3: the threshold 400 is not above 500 of “A”"),
        ("A|500|3|1|1\nB|50|4|1|1\nC|900|5|1|1", "line 3: the threshold 50 is not above 500 of “A”"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_line(row: str, reason: str) -> None:
    with pytest.raises(TierTableError) as refused:
        read(tabs(*row.split("\n")))
    assert reason in plain_spaces(refused.value.text.en)


# --- what is odd ---


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("A|от 500 до 2999.99|3|1|1", "B|от 3000|4|1|1"), []),
        (("A|от 500 до 3000|3|1|1", "B|от 3000|4|1|1"), []),
        (("A|от 500 до 2999|3|1|1", "B|от 3000|4|1|1"), [Odd.KOPECKS]),
        (("A|от 500 до 2500|3|1|1", "B|от 3000|4|1|1"), [Odd.GAP]),
        (("A|от 500 до 3500|3|1|1", "B|от 3000|4|1|1"), [Odd.OVERLAP]),
        (("A|от 500 до 50|3|1|1", "B|от 3000|4|1|1"), [Odd.BACKWARDS]),
        (("A|от 500 до 2999.99|3|1|1", "B|от 3000 до 9000|4|1|1"), [Odd.CLOSED_TOP]),
        (("A|свыше 500|3|1|1", "B|более 3000|4|1|1"), [Odd.STRICT]),
        (("C|9000|5|2|1", "B|3000|4|2|1", "A|500|3|1|1"), [Odd.DESCENDING]),
        (("A|от $500|3|1|1", "B|от $3000|4|1|1"), [Odd.CURRENCY]),
        (("A|от 500|3|—|нет", "B|от 3000|4|1|1"), [Odd.DASH]),
        (("A|от 500|3|1|1", "Скидки не суммируются||||", "B|от 3000|4|1|1"), [Odd.TEXT_LEFT]),
    ],
)
def test_what_is_odd_is_told_and_changes_nothing(rows: tuple[str, ...], told: list[Odd]) -> None:
    found = read(tabs(*rows))
    assert odd(found) == told
    assert thresholds(found) == sorted(thresholds(found), key=Decimal)


def test_percents_that_fall_and_tiers_alike_are_remarked_of_any_table() -> None:
    found = read(tabs("A|от 500|3|1|1", "B|от 3000|3|1|1", "C|от 5000|2|1|1"))
    assert found.table is not None
    assert [plain_spaces(each.en) for each in found.table.remarks()] == [
        "“A” and “B” give the same: nobody gains by reaching “B”",
        "“B” gives more for vps than “C”: 3 % against 2 %",
    ]


# --- what is asked ---


@pytest.mark.parametrize(
    ("turnovers", "asked"),
    [
        (("3.000", "5.000"), "3.000"),
        (("500", "1,500"), "1,500"),
        (("от 1.500р до 1.999р", "от 2.000р"), "1.500"),
        (("3.000", "1.000.000"), None),
        (("3.000", "5.000,50"), None),
        (("3,000", "5000.50"), None),
        (("1.500", "1502,5"), None),
    ],
)
def test_a_figure_that_could_be_thousands_or_decimals_is_asked_about_unless_the_rest_settles_it(
    turnovers: tuple[str, str], asked: str | None
) -> None:
    found = read(tabs(f"A|{turnovers[0]}|3 %|1|1", f"B|{turnovers[1]}|4 %|1|1"))
    assert [(each.key, each.example) for each in found.questions] == ([("decimal", asked)] if asked else [])
    assert (found.table is None) == bool(asked)


def test_the_answer_settles_it() -> None:
    text = tabs("A|1.500|3 %|1|1", "B|3.000|4 %|1|1")
    assert read(text).questions[0].readings == (Decimal("1.500"), Decimal(1500))
    assert thresholds(read(text, decimal=",")) == ["1500", "3000"]
    assert thresholds(read(text, decimal=".")) == ["1.5", "3"]


def test_percents_below_one_without_a_sign_are_asked_about() -> None:
    text = tabs("A|от 500|0,03|0,01|0", "B|от 3000|0,19|0,01|0,01")
    found = read(text)
    assert [(each.key, each.readings) for each in found.questions] == [("shares", (Decimal("0.03"), Decimal(3)))]
    shares, percents = read(text, shares=AS_SHARE).table, read(text, shares=AS_PERCENT).table
    assert (shares and shares.tiers[1].percents["vps"], percents and percents.tiers[1].percents["vps"]) == (  # type: ignore[index]
        19,
        Decimal("0.19"),
    )
    assert read(text.replace("0,19", "0,19 %")).questions == ()


def test_a_class_that_no_column_names_is_asked_about_and_may_be_in_none() -> None:
    text = "Статус;Оборот;VPS;Выделенные;Домены\nA;от 500;3;1;2\n"
    (question,) = read(text).questions
    assert (question.key, [column.heading for column in question.columns]) == ("ssl", ["Домены"])
    found = read(text, columns={"ssl": "Домены"})
    assert ssl(found) == 2
    assert read(text, columns={"ssl": "5"}).table == found.table
    found = read(text, columns={"ssl": "-"})
    assert ssl(found) == 0
    assert odd(found) == [Odd.NO_COLUMN, Odd.COLUMN_LEFT]
    with pytest.raises(BadInput, match="the columns are: Статус, Оборот, VPS, Выделенные, Домены") as refused:
        read(text, columns={"ssl": "Cloud"})
    assert refused.value.field == "column_ssl"


@pytest.mark.parametrize(
    ("headings", "asked"),
    [
        ("Статус;Оборот;VPS;VPS;SSL", ["vps", "dedicated"]),
        ("Статус;Оборот;Виртуальные выделенные серверы;Выделенные серверы;SSL", ["vps", "dedicated"]),
        ("Статус;Оборот;VPS и выделенные;Прочее;SSL", ["vps", "dedicated"]),
        ("a;b;c;d;e", ["vps", "dedicated", "ssl"]),
    ],
)
def test_a_heading_that_may_mean_several_or_nothing_is_asked_about(headings: str, asked: list[str]) -> None:
    found = read(f"{headings}\nA;от 500;3;1;2\nB;от 3000;5;2;2\n")
    assert [each.key for each in found.questions] == asked


def test_without_headings_status_and_turnover_are_known_by_what_they_are_and_the_rest_is_asked() -> None:
    found = read("A\t500\t3\t1\t1\nB\t3000\t5\t1\t1\n")
    assert [each.key for each in found.questions] == ["vps", "dedicated", "ssl"]
    answers = {"vps": "3", "dedicated": "4", "ssl": "5"}
    assert thresholds(read("A\t500\t3\t1\t1\nB\t3000\t5\t1\t1\n", columns=answers)) == ["500", "3000"]
    assert [each.key for each in read("A\t50\t3\t1\t1\nB\t90\t5\t1\t1\n").questions] == [
        "from",
        "vps",
        "dedicated",
        "ssl",
    ]


def test_headings_that_are_not_as_many_as_the_cells_of_a_row_are_none() -> None:
    """Shifted by one, each class would get its neighbour's percents."""
    text = one_cell_a_line(ROWS).replace("Выделенные серверы", "Выделенные\nсерверы")
    found = read(text)
    assert [each.key for each in found.questions] == ["vps", "dedicated", "ssl"]
    assert read(text, columns={"vps": "3", "dedicated": "4", "ssl": "5"}).table == published_table()


def test_a_class_of_the_installation_is_known_by_its_name_and_its_titles() -> None:
    titles = {
        **TITLES,
        ServiceClass("vds"): Text("fast VDS", "быстрые VDS"),
        ServiceClass("dns"): Text("DNS", "домены"),
    }
    found = read("Статус;Оборот;VPS;Быстрые VDS;Выделенные;SSL;домены\nA;от 500;3;4;1;2;7\n", titles)
    assert found.table is not None
    assert dict(found.table.tiers[0].percents) == {"vps": 3, "dedicated": 1, "ssl": 2, "vds": 4, "dns": 7}


# --- hostile input ---


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no table is found"),
        ("  \n\t\n", "no table is found"),
        ("Здравствуйте!", "no table is found"),
        ("status,from,vps,dedicated,ssl\n", "no tier in it"),
        ("PK\x03\x04\x00\x00", "not a text"),
        ("\udcd0\udcd1", "not a text"),
        ("status,from,vps\x00\n", "not a text"),
        ("A" * (LONGEST_TEXT + 1), "too long"),
        ("a\tb\t" * 30_000, "no table is found|too many cells"),
        ("<table><tr>" + "<td colspan=99>x" * 1000, "too many cells"),
        ("<table><tr><td colspan=99 rowspan=99>x" + "<tr><td>x" * 400, "too many cells|no table is found"),
        ('status,from,vps,dedicated,ssl\n"A,500,3,1,1\n', "line 2: not CSV"),
        ('status,from,vps,dedicated,ssl\n"A\tB",500,3,1,1\n', "can't be shown"),
        ("<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><table><tr><td>&b;<td>&b;", "no table is found"),
    ],
)
def test_what_is_no_table_gets_a_clear_error(text: str, reason: str) -> None:
    with pytest.raises(TierTableError, match=reason):
        read(text)


HTML_PIECES = (
    *("<", "<table", "<table>", "<td>", "<td><table>", "<!--", "<script>", "&", "&amp", "<a <", "<td a='"),
    *('<td a="', "<td \"'", "<tr><td>A<td>от 1<td>3", "<td a='b'"),
)


@pytest.mark.parametrize(
    "piece",
    [*HTML_PIECES, "от ", "1 ", "1,", '"', "A\n500\n3%\n", "от 1 до ", "\t", ";;\n", "1.\n"],
)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    text = "<div>" * ("<" in piece) + piece * (200_000 // len(piece))
    began = time.process_time()
    with suppress(TierTableError):
        read(text)
    assert time.process_time() - began < 5


@given(st.text() | st.text("<>/tabledr \t\n;,от 50%&#\"'=-"))
def test_any_text_is_a_table_a_question_or_a_refusal(text: str) -> None:
    try:
        found = read(text)
    except TierTableError:
        return
    assert (found.table is None) == bool(found.questions)


def test_entities_are_read_as_signs_and_markup_in_them_is_none() -> None:
    text = html_table([list(RUSSIAN), ["<b>A</b> & B", "от&nbsp;500&#8381;", "3 %", "1 %", "1 %"]])
    table = read(text.replace("&amp;nbsp;", "&nbsp;").replace("&amp;#8381;", "&#8381;")).table
    assert table is not None
    assert (table.tiers[0].name, table.tiers[0].threshold) == ("<b>A</b> & B", 500)
