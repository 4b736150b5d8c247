"""Every refusal is one for a person, in Russian and English. Those of a tier table are held in test_tiers.py."""

from __future__ import annotations

import doctest

import pytest
from resellerprogram.programme import errors, text
from resellerprogram.programme.errors import AnotherRunActive, ResellerProgrammeError, TierTableError, UnsafePlan
from resellerprogram.programme.text import Text, same

from tests.programme.builders import language_problems

REASON = Text("no reason", "нет причины")


@pytest.mark.parametrize(
    "error",
    [
        TierTableError(REASON),
        TierTableError(REASON, 7),
        UnsafePlan(11, 50, 10),
        AnotherRunActive("pid 812 since 03:15"),
    ],
    ids=lambda error: str(error)[:30],
)
def test_an_error_speaks_both_languages_and_leaves_no_placeholder(error: ResellerProgrammeError) -> None:
    assert language_problems(error.text) == []
    assert str(error) == error.text.en


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_unsafe_plan_names_both_figures_the_limit_and_the_way_out(language: str) -> None:
    said = UnsafePlan(11, 53, 10).text.say(language)
    assert [part for part in ("11", "53", "10", "plan", "apply --allow-drop") if part not in said] == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_who_holds_the_run_is_named(language: str) -> None:
    assert "pid 812 since 03:15" in AnotherRunActive("pid 812 since 03:15").text.say(language)


@pytest.mark.parametrize(
    "kind",
    [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)],
    ids=lambda kind: kind.__name__,
)
def test_every_error_belongs_to_the_tree_that_the_module_draws(kind: type[Exception]) -> None:
    assert issubclass(kind, ResellerProgrammeError)
    assert kind.__name__ in (errors.__doc__ or "")


# --- texts ---


def test_a_text_within_a_text_is_told_in_the_language_of_the_whole() -> None:
    filled = Text("line {line}: {reason}", "строка {line}: {reason}")(line=3, reason=REASON)
    assert (filled.say("en"), filled.say("ru")) == ("line 3: no reason", "строка 3: нет причины")


@pytest.mark.parametrize(("language", "said"), [("ru", "да"), ("en", "yes"), ("de", "yes"), ("", "yes")])
def test_whoever_does_not_speak_russian_is_spoken_to_in_english(language: str, said: str) -> None:
    assert Text("yes", "да").say(language) == said


def test_braces_in_what_is_filled_in_stay_as_they_are() -> None:
    assert Text("the name {name}", "название {name}")(name=same("{x}")).ru == "название {x}"


def test_a_forgotten_value_is_an_error_and_no_text_with_a_hole() -> None:
    with pytest.raises(KeyError, match="missing"):
        Text("{missing}", "нет")()


def test_the_examples_of_the_module_hold() -> None:
    result = doctest.testmod(text)
    assert (result.failed, result.attempted > 0) == (0, True)
