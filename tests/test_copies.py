"""What is declared once is the same wherever a file must hold a copy of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from resellerprogram.programme.bounds import LARGEST_ID
from resellerprogram.programme.kinds import Percent, Whole
from resellerprogram.programme.notices import Kind
from resellerprogram.programme.settings import GROUP_TITLES, NOTICE_KINDS, SETTINGS, Group, Settings

from tests.copies import copies


@pytest.mark.parametrize("file", copies(), ids=lambda file: file.name)
def test_a_file_that_holds_a_copy_is_what_the_declaration_gives(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == copies()[file], "run python -m tests.copies"


def test_a_setting_that_is_declared_is_among_those_in_force_and_no_other() -> None:
    assert Settings.__dataclass_fields__.keys() - {"unreadable"} == SETTINGS.keys()
    assert tuple(kind.value for kind in Kind) == NOTICE_KINDS
    assert GROUP_TITLES.keys() == set(Group)


def test_every_setting_says_itself_in_both_languages_and_its_default_can_be_set() -> None:
    for setting in SETTINGS.values():
        setting.kind.read(setting.default)
        for text in (setting.label, setting.hint, setting.about):
            assert text.en, setting.name
            assert text.ru != text.en, setting.name


def test_every_setting_says_what_may_be_set_as_an_error_repeats_it() -> None:
    """Behind “What is needed: ”, so without another colon at its beginning, and with the range."""
    for setting in SETTINGS.values():
        kind = setting.kind
        for told in (setting.about.en, setting.about.ru):
            beginning = told.partition(";")[0].replace("group:ID", "").replace("::1", "")
            assert ":" not in beginning, setting.name
            if isinstance(kind, Percent):
                assert re.search(r"\b0 (to|до) 100\b", told), setting.name
            if isinstance(kind, Whole):
                most = f"(to|до) {kind.most}" if kind.most < LARGEST_ID else "(or more|или больше)"
                assert re.search(rf"\b{kind.least} {most}\b", told), setting.name
