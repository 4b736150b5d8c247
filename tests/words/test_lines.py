"""Lists and tables of words."""

from __future__ import annotations

from resellerprogram.programme.text import Text
from resellerprogram.programme.tiers import ServiceClass
from resellerprogram.words.lines import short_titles


def test_the_head_of_a_column_is_a_titles_first_word_where_that_tells_which() -> None:
    titles = {
        "vps": Text("VPS", "VPS"),
        "dedicated": Text("dedicated servers", "выделенные серверы"),
        "ssl": Text("SSL certificates", "SSL-сертификаты"),
        "web": Text("Virtual hosting", "Виртуальный хостинг"),
        "storage": Text("Virtual storage", "Виртуальное хранилище"),
    }
    short = short_titles({ServiceClass(name): title for name, title in titles.items()})
    assert [(text.en, text.ru) for text in short.values()] == [
        ("VPS", "VPS"),
        ("dedicated", "выделенные"),
        ("SSL", "SSL"),
        ("Virtual hosting", "Виртуальный хостинг"),
        ("Virtual storage", "Виртуальное хранилище"),
    ]
