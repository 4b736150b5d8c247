"""Complete lists, whatever the panel does with pages; whose name a call bears."""

from __future__ import annotations

import pytest
from resellerprogram.panel import directory, payments
from resellerprogram.panel.answers import Document, parse
from resellerprogram.panel.assumptions import ASSUMPTIONS, Specimen
from resellerprogram.panel.calls import Employee, Panel, TooManyRows
from resellerprogram.panel.errors import Call, IncompleteAnswer
from resellerprogram.programme.ids import AccountId, PaymentId
from resellerprogram.programme.outcomes import Finding


class Pages:
    """A panel that answers each page of a list as told; the last one again and again."""

    def __init__(self, *pages: str) -> None:
        self.pages, self.calls = list(pages), list[Call]()

    def send(self, call: Call) -> Document:
        self.calls.append(call)
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        return parse(f"<doc>{page}</doc>".encode(), call)

    def close(self) -> None:
        """Nothing is held."""


def rows(first: int, last: int, total: int | None = None) -> str:
    listed = "".join(f"<elem><id>{number}</id></elem>" for number in range(first, last + 1))
    return listed + (f"<p_elems>{total}</p_elems>" if total is not None else "")


def listed(*numbers: int, total: int) -> str:
    return "".join(f"<elem><id>{number}</id></elem>" for number in numbers) + f"<p_elems>{total}</p_elems>"


def ids(pages: Pages) -> list[int]:
    return [row.number("id") for row in Panel(pages).rows("payment")]


def test_one_page_with_all_rows_is_one_call() -> None:
    pages = Pages(rows(1, 3, 3))
    assert ids(pages) == [1, 2, 3]
    assert len(pages.calls) == 1


def test_an_empty_list_is_one_call() -> None:
    pages = Pages("<p_elems>0</p_elems>")
    assert ids(pages) == []
    assert len(pages.calls) == 1


def test_pages_are_read_until_the_total_is_there_and_a_second_reading_says_the_same() -> None:
    pages = Pages(*[rows(1, 2, 5), rows(3, 4, 5), rows(5, 5, 5)] * 2)
    assert ids(pages) == [1, 2, 3, 4, 5]
    assert [call.params["p_num"] for call in pages.calls] == ["1", "2", "3"] * 2


def test_a_list_that_does_not_count_its_rows_is_read_until_a_page_brings_nothing_new() -> None:
    assert ids(Pages(*[rows(1, 2), rows(3, 4), rows(3, 4)] * 2)) == [1, 2, 3, 4]
    assert ids(Pages(rows(1, 2))) == [1, 2]
    assert ids(Pages("")) == []


def test_a_row_that_came_between_two_pages_makes_the_list_be_read_again() -> None:
    assert ids(Pages(rows(1, 2, 4), rows(2, 3, 5), rows(1, 5, 5))) == [1, 2, 3, 4, 5]


def test_a_row_that_went_between_two_pages_hides_no_other() -> None:
    """Case M9: 11 rows by ten; row 5 goes, so that row 11 moves to the first page."""
    shifted = [rows(1, 10, 11), "<p_elems>10</p_elems>"]
    assert 11 in ids(Pages(*shifted, listed(*range(1, 5), *range(6, 12), total=10)))


def test_a_row_that_went_and_one_that_came_between_two_pages_hide_no_other() -> None:
    """Case M9: row 2 goes and row 7 comes, so that row 4 is on no page and the number of rows is as before."""
    shifted = [rows(1, 3, 6), listed(5, 6, 7, total=6)]
    right = [listed(1, 3, 4, total=6), listed(5, 6, 7, total=6)]
    assert ids(Pages(*shifted, *right, *right)) == [1, 3, 4, 5, 6, 7]


def test_a_page_shorter_than_the_one_before_is_not_believed_while_rows_are_to_come() -> None:
    short = [rows(1, 3, 8), rows(4, 5, 8), rows(6, 8, 8)]
    right = [rows(1, 3, 8), rows(4, 6, 8), rows(7, 8, 8)]
    pages = Pages(*short[:2], *right, *right)
    assert ids(pages) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(pages.calls) == 8


def test_more_rows_than_the_panel_counts_are_not_believed() -> None:
    with pytest.raises(IncompleteAnswer, match="rows that came: 3 of 2"):
        ids(Pages(rows(1, 3, 2)))


def test_a_list_that_never_stands_still_is_an_error() -> None:
    class Moving(Pages):
        def send(self, call: Call) -> Document:
            self.calls.append(call)
            first = len(self.calls) * 10
            return parse(f"<doc>{rows(first, first + 1, 4)}</doc>".encode(), call)

    moving = Moving("")
    with pytest.raises(IncompleteAnswer, match="don't agree"):
        ids(moving)
    assert len(moving.calls) == 10


def test_a_list_that_stays_short_of_its_total_is_an_error_and_no_part() -> None:
    with pytest.raises(IncompleteAnswer, match="rows that came: 2 of 3"):
        ids(Pages(rows(1, 2, 3)))


def test_a_row_without_an_id_is_an_error() -> None:
    with pytest.raises(IncompleteAnswer, match="id"):
        ids(Pages("<elem><name>x</name></elem><p_elems>1</p_elems>"))


def test_the_cap_is_an_error_however_it_shows() -> None:
    for page in (rows(1, 5000, 5000), rows(1, 5000), rows(1, 10, 5001)):
        with pytest.raises(TooManyRows):
            ids(Pages(page))


def test_calls_are_made_as_the_employee_but_for_those_that_only_root_may_make() -> None:
    pages = Pages("<ok/>")
    panel = Panel(pages, Employee("robot"))
    for function in ("payment", "payment.info", "account.discount.edit", "actionlist"):
        panel.call(function, {"elid": 5})
    assert [call.params.get("su") for call in pages.calls] == ["robot", None, "robot", None]
    assert {call.params["lang"] for call in pages.calls} == {"en"}


# --- rows that can't be read ---


ODD_IDS = ["x", "-1", "1.5", "\u00b2", "9" * 30]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_a_provider_type_or_tariff_with_an_odd_id_is_named_and_the_others_are_known(odd: str) -> None:
    panel = Panel(
        Pages(
            f"<elem><id>1</id><name>One</name><intname>vds</intname><itemtype>1</itemtype></elem>"
            f"<elem><id>{odd}</id><name>Odd</name><intname>odd</intname><itemtype>1</itemtype></elem><p_elems>2</p_elems>"
        )
    )
    told: list[str] = []
    assert directory.providers(panel, told.append) == {1: "One"}
    assert directory.service_types(panel, told.append) == {1: "vds"}
    assert [tariff.id for tariff in directory.tariffs(panel, told.append)] == [1]
    assert ["Odd" in each for each in told] == [True] * 4
    assert directory.users_of(panel, AccountId(1)) == []


@pytest.mark.parametrize("odd", ["\u00b2", "9" * 30])
def test_what_looks_like_a_number_and_is_no_id_is_read_as_none(odd: str) -> None:
    """`isdecimal` takes digits of every script, `int` any length; a database does not."""
    with pytest.raises(IncompleteAnswer):
        payments.origin(Panel(Pages(f"<payment><subaccount>{odd}</subaccount></payment>")), PaymentId(1))
    with pytest.raises(IncompleteAnswer):
        Panel(Pages(f"<elem><id>1</id></elem><p_elems>{odd}</p_elems>")).rows("payment")
    assert directory.user_as_seen(Panel(Pages(f'<user id="1" name="a" level="16" account="{odd}"/>')), "1") is None


def test_fields_that_a_form_has_several_times_are_told() -> None:
    form = parse(b"<doc><a>1</a><a>2</a><b>1</b><b>1</b><c/></doc>", Call("account.discount.edit"))
    assert form.repeated() == ["a"]
    assert form.values() == {"a": "1,2", "b": "1", "c": ""}


@pytest.mark.parametrize(
    ("form", "finding"), [("<a>1</a><b>2</b>", Finding.HOLDS), ("<a>1</a><a>2</a>", Finding.DIFFERS)]
)
def test_the_doctor_names_fields_that_a_discounts_form_has_several_times(form: str, finding: Finding) -> None:
    """Case M10"""
    (probe,) = (each for each in ASSUMPTIONS if each.name == "fields_once")
    found, detail = probe.probe(Panel(Pages(form)), Specimen(discount=(AccountId(1), 5)))
    assert (found, "a" in detail.en) == (finding, finding is Finding.DIFFERS)
