"""The one sentence on how the programme is: who, what it means, what happens next, what to press."""

from __future__ import annotations

import re

import pytest
from resellerprogram.pages.routes import PAGES
from resellerprogram.programme.health import CRITICAL, Found, Trouble, gravest
from resellerprogram.programme.outcomes import State
from resellerprogram.programme.text import Filling
from resellerprogram.words.health import COLORS, FINE, SENTENCES, sentence_of

VALUES: dict[str, Filling] = {"count": 3, "hours": 27, "first": "client 27", "error": "the panel says no"}


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_trouble_says_what_it_means_and_what_follows(trouble: Trouble, language: str) -> None:
    told = sentence_of(Found(trouble, VALUES), 0, 0)
    for text in (told.says.say(language), told.follows.say(language)):
        assert text
        assert "{" not in text
        assert len(text) < 220
    assert told.button == "" or told.button in PAGES
    foreign = "[А-я]" if language == "en" else "[A-Za-z]{5,}"
    assert not re.search(foreign, re.sub(r"`[^`]+`|etc/\S+", "", _own(told.says.say(language))))


def _own(text: str) -> str:
    """Without what somebody else has said."""
    return text.replace(str(VALUES["error"]), "").replace(str(VALUES["first"]), "")


def test_the_gravest_is_told_first() -> None:
    found = [Found(Trouble.NO_BACKUP), Found(Trouble.OVERDUE), Found(Trouble.GIVEN_UP)]
    first = gravest(found)
    assert first is not None
    assert (first.trouble, first.state, COLORS[first.state]) == (Trouble.OVERDUE, State.CRITICAL, "red")
    assert gravest([]) is None
    order = list(Trouble)
    assert max(order.index(each) for each in CRITICAL) < min(
        order.index(each) for each in order if each not in CRITICAL
    )


def test_where_all_is_well_it_says_how_much_that_is() -> None:
    told = sentence_of(None, 132, 396)
    assert ": 132;" in told.says.en
    assert "396" in told.says.ru
    assert told.follows == FINE.follows
    assert set(SENTENCES) == set(Trouble)
