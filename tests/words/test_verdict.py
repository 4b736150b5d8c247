"""The first line of a plan, in both languages, with the plurals that numbers ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from resellerprogram.programme.basis import Because
from resellerprogram.programme.changes import PlainChange
from resellerprogram.programme.effects import Way
from resellerprogram.programme.ids import Scope
from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import SSL, VPS
from resellerprogram.programme.verdict import Verdict
from resellerprogram.words.change import folded
from resellerprogram.words.verdict import class_lines, limit_text, verdict_text

from tests.texts import plain_spaces

TITLES = {VPS: Text("VPS", "VPS"), SSL: Text("SSL certificates", "SSL-сертификаты")}
ALL = Verdict(
    {Way.STARTS: 3, Way.RISES: 5, Way.FALLS: 12, Way.ENDS: 2, Way.PUT_RIGHT: 1, Way.OTHER: 4},
    {Way.STARTS: 3, Way.RISES: 5, Way.FALLS: 11, Way.ENDS: 2, Way.PUT_RIGHT: 1, Way.OTHER: 4},
    30,
    1,
    4,
    0,
    {VPS: {Way.RISES: 5, Way.FALLS: 12}, SSL: {Way.ENDS: 2}, None: {Way.ENDS: 1}},
)


def test_the_verdict_of_a_plan_is_one_line() -> None:
    told = verdict_text(ALL)
    assert told.en == "start 3 · rise 5 · fall 12 (11 foretold) · end 2 · put right 1 · suspended 4"
    assert told.ru == (
        "Скидки появятся у 3 клиентов · вырастут у 5 · снизятся у 12 (из них по прогнозу у 11) · отменятся у 2 · "
        "исправятся у 1 · других скидок приостановится: 4"
    )
    done = verdict_text(ALL, done=True)
    assert done.en.startswith("started 3 · rose 5 · fell 12 (11 foretold) · ended 2")
    assert done.ru.startswith("Скидки появились у 3 клиентов · выросли у 5 · снизились у 12 (")


@pytest.mark.parametrize(
    ("count", "whom"), [(1, "у 1 клиента"), (2, "у 2 клиентов"), (11, "у 11 клиентов"), (21, "у 21 клиента")]
)
def test_the_first_number_names_the_clients_in_the_right_case(count: int, whom: str) -> None:
    verdict = Verdict({Way.ENDS: count}, {Way.ENDS: count}, count, 0, 0, 2, {})
    assert verdict_text(verdict).ru == f"Скидки отменятся {whom} · других скидок восстановится: 2"
    assert verdict_text(verdict).en == f"end {count} · restored 2"


def test_where_there_is_nothing_to_do_it_says_so() -> None:
    nothing = Verdict({}, {}, 0, 0, 0, 0, {})
    assert (verdict_text(nothing).en, verdict_text(nothing, done=True).ru) == (
        "Discounts are correct; nothing to change.",
        "Менять было нечего.",
    )


def test_each_class_has_its_line_by_its_title() -> None:
    assert list(class_lines(ALL, TITLES, "en")) == [
        "VPS: rise 5 · fall 12",
        "SSL certificates: end 2",
        "Other services: end 1",
    ]
    alike = Verdict({Way.ENDS: 2}, {}, 6, 6, 0, 0, {SSL: {Way.ENDS: 2}, VPS: {Way.ENDS: 2}})
    assert list(class_lines(alike, TITLES, "en")) == ["VPS, SSL certificates: end 2"]
    assert verdict_text(alike).en == "end 2 (none foretold)"
    assert verdict_text(alike).ru == "Скидки отменятся у 2 клиентов (не по прогнозу)"
    assert next(class_lines(ALL, TITLES, "ru")) == "VPS: вырастут у 5 · снизятся у 12"


def test_the_limit_is_a_sentence() -> None:
    assert limit_text(0, 0, 10) is None
    said = [limit_text(30, unforetold, 10) for unforetold in (0, 10, 11)]
    assert [text.en for text in said if text] == [
        "These drops are known beforehand, so the drop limit does not hold them up.",
        "Discounts that drop though nothing foretold it: 10; the drop limit, 10, does not stop them.",
        "Discounts that drop though nothing foretold it: 11, the drop limit is 10: these stay as they are until "
        "somebody lets the limit be exceeded once.",
    ]
    assert said[:2] == [limit_text(30, unforetold, 10, lifted=True) for unforetold in (0, 10)]
    lifted = limit_text(30, 11, 10, lifted=True)
    assert lifted is not None
    assert lifted.en.endswith("11, the drop limit is 10: it will be exceeded, these drop, too.")


def change(what: str, before: int | None, after: int | None, because: Because = Because.TIER) -> PlainChange:
    had, has = (None if each is None else Decimal(each) for each in (before, after))
    return PlainChange(Scope("it_2"), what, had, has, because)


def test_a_class_whose_discounts_go_alike_is_told_once() -> None:
    classes = {"vds": VPS, "vds.vps": VPS, "certificate": SSL}
    alike = [change("certificate", None, 3), change("vds", 19, 17), change("vds.vps", 19, 17)]
    aside = PlainChange(None, "Agreed", None, None, Because.SET_ASIDE, "40 %")
    assert plain_spaces(folded([*alike, aside], classes, TITLES, "en")) == (
        "VPS 19 → 17 %; SSL certificates none → 3 %; Agreed 40 %: will be suspended"
    )
    assert plain_spaces(folded([change("certificate", 3, None)], classes, TITLES, "ru")) == "SSL-сертификаты 3 % → нет"
    mixed = [change("vds", 19, 17), change("vds.vps", None, 17)]
    assert plain_spaces(folded(mixed, classes, TITLES, "en")) == "VPS (vds) 19 → 17 %; VPS (vds.vps) none → 17 %"
    by_hand = [change("vds", 40, 19, Because.BY_HAND)]
    told = plain_spaces(folded(by_hand, classes, TITLES, "en"))
    assert told == "VPS 40 → 19 % (changed by hand, set again by the program)"
