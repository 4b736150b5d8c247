"""Every enum, and every name that is kept, has its words in both languages (docs/design.md, words/)."""

from __future__ import annotations

import enum
import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import resellerprogram.programme
from lxml import etree
from resellerprogram.programme import causes, deeds, outcomes
from resellerprogram.programme.health import Trouble
from resellerprogram.programme.payments import PaymentStatus
from resellerprogram.programme.settings import GROUP_TITLES, Group
from resellerprogram.programme.text import Text
from resellerprogram.store import tasks
from resellerprogram.store.standings import STATES
from resellerprogram.words import labels
from resellerprogram.words.health import SENTENCES

XML = Path(__file__).resolve().parents[2] / "xml"
MODULES = [
    importlib.import_module(f"resellerprogram.programme.{each.name}")
    for each in pkgutil.iter_modules(resellerprogram.programme.__path__)
]
ENUMS = sorted(
    {
        found
        for module in MODULES
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, enum.Enum) and found.__module__ == module.__name__
    },
    key=lambda found: found.__name__,
)
TABLES = {
    name: table
    for name, table in vars(labels).items()
    if name.isupper() and isinstance(table, dict) and name != "OF_ENUMS"
}


WORDS: dict[type[enum.Enum], Mapping[Any, Text]] = {
    **labels.OF_ENUMS,
    Group: GROUP_TITLES,
    Trouble: {trouble: sentence.says for trouble, sentence in SENTENCES.items()},
}
"""What is said of settings stands where each is declared."""


def names_in(module: ModuleType) -> set[str]:
    """The names that a module of constants declares, one by one or several together."""
    found: set[str] = set()
    for name, value in vars(module).items():
        if name.isupper():
            found |= {value} if isinstance(value, str) else set(value)
    return found


def test_the_enums_are_found() -> None:
    assert PaymentStatus in ENUMS
    assert len(ENUMS) >= 9


@pytest.mark.parametrize("kind", ENUMS)
def test_every_enum_of_the_rules_has_words_for_each_of_its_members(kind: type[enum.Enum]) -> None:
    assert set(WORDS[kind]) == set(kind)


def test_every_cause_has_words() -> None:
    assert labels.CAUSES.keys() == names_in(causes)


def test_every_deed_in_the_change_log_has_words() -> None:
    assert labels.DEEDS.keys() == names_in(deeds)


def test_every_event_that_is_heard_is_a_cause_with_words() -> None:
    described = etree.parse(str(XML / "billmgr_mod_resellerprogram_events.xml"))
    heard = {
        each.get("name")
        for handler in described.iterfind(".//handler[@name='resellerprogram_event']")
        for each in handler.iterfind("event")
    }
    assert heard == set(causes.EVENTS)


def test_every_outcome_has_words() -> None:
    assert labels.RUN_OUTCOMES.keys() == {*outcomes.OF_RUNS, None}
    assert labels.TASK_OUTCOMES.keys() == set(outcomes.OF_TASKS)
    assert labels.NOTICE_OUTCOMES.keys() == {"", "planned", *outcomes.OF_NOTICES}
    assert labels.QUEUE.keys() == set(outcomes.OF_QUEUE)
    listed = {*outcomes.OF_RUNS, *outcomes.OF_TASKS, *outcomes.OF_NOTICES, *outcomes.OF_QUEUE}
    assert listed == {value for name, value in vars(outcomes).items() if name.isupper() and isinstance(value, str)}


def test_every_task_of_an_administrator_and_every_filter_of_members_has_words() -> None:
    shown = {tasks.PLAN, tasks.APPLY, tasks.EXAMINE, tasks.WITHDRAW, tasks.PUT_BACK, tasks.UNDO, tasks.WHAT_IF}
    assert labels.TASKS.keys() == shown
    assert labels.MEMBER_STATES.keys() == STATES.keys()


@pytest.mark.parametrize("table", TABLES)
def test_every_label_speaks_both_languages(table: str) -> None:
    silent = [
        name
        for name, text in TABLES[table].items()
        if not isinstance(text, Text) or bool(text.en) != bool(text.ru) or (text.en and text.en == text.ru)
    ]
    assert silent == []


def test_a_name_that_this_release_does_not_know_is_told_as_it_is() -> None:
    assert labels.cause("payment.split", "ru") == "payment.split"
    assert labels.cause(causes.DAILY, "ru") == "ночной пересчёт"
    assert labels.of(labels.TASK_OUTCOMES, None, "ru") == ""
