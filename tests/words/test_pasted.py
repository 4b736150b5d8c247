"""What was understood of a pasted table is told in both languages: each form, oddity and question."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from resellerprogram.programme.pasting.cells import Form
from resellerprogram.programme.pasting.columns import FROM, STATUS, Column
from resellerprogram.programme.pasting.reading import DECIMAL, SHARES, Odd, Oddity, Question
from resellerprogram.words import pasted

from tests.programme.test_pasting import TITLES, read, tabs

VALUES = {
    **{"tier": "Partner #1", "next": "Partner #2", "from": Decimal(3000), "to": Decimal(4999), "count": 3},
    **{"next_from": Decimal(5000), "other": "USD", "currency": "RUB", "class": "ssl", "column": "Цена", "sample": "9"},
    **{"text": "* " + "за месяц " * 200},
}
COLUMN = Column(4, "Цена", "9, 9")
READINGS = (Decimal("1.5"), Decimal(1500))


def test_every_form_and_oddity_has_its_words() -> None:
    assert pasted.FORMS.keys() == set(Form)
    assert pasted.ODD.keys() == set(Odd)


@pytest.mark.parametrize("kind", Odd)
def test_an_oddity_is_a_sentence_in_both_languages_and_no_longer_than_one_reads(kind: Odd) -> None:
    said = pasted.oddity(Oddity(kind, VALUES), TITLES, "RUB")
    assert re.search("[а-яё]", said.ru)
    assert "{" not in said.en + said.ru
    assert max(map(len, (said.en, said.ru))) < 400


@pytest.mark.parametrize("key", [DECIMAL, SHARES, STATUS, FROM, "vps"])
def test_a_question_is_asked_in_both_languages_and_names_the_option_that_answers_it(key: str) -> None:
    asked = Question(key, "1.500", 2, "Оборот", READINGS, (COLUMN,))
    said, option = pasted.question(asked, TITLES), pasted.option(asked)
    assert re.search("[а-яё]", said.ru)
    assert (said.en != said.ru, option.en.startswith("--")) == (True, True)


def test_what_no_column_says_is_named_by_its_title() -> None:
    found = read("Статус;Оборот;VPS;Выделенные\nA;от 500;3;1\n", columns={"ssl": "-"})
    assert [each.ru for each in pasted.oddities(found, TITLES, "RUB")] == [
        "Столбца для «SSL-сертификаты» нет: везде 0 %."
    ]


def test_how_a_text_was_read_names_its_columns() -> None:
    said = pasted.understood(read(tabs("A|от 500р|3 %|1 %|1 %")), TITLES)
    assert said.en.startswith("Read as cells with tabs between them. Columns: tier — “Статус партнера”, turnover from")
    assert said.ru.startswith(
        "Прочитано: ячейки через табуляцию. Столбцы: статус — «Статус партнера», оборот от — «Обор"
    )
