"""The reports that are here: what they are, that they can be read, that playing them back shows the same shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from resellerprogram.doctor.shapes import Shape, shape_of
from resellerprogram.panel.calls import Panel
from resellerprogram.panel.errors import AccessDenied, HtmlAnswer, PanelError, PanelTimeout

from .made import report_of_the_sandbox
from .played import REPORTS, NotInTheReport, Replay, Report, build

NAMES = sorted(path.stem for path in REPORTS.glob("*.txt"))


def text(name: str) -> str:
    return (REPORTS / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_report_says_at_its_top_what_it_is(name: str) -> None:
    assert text(name).startswith("# WHAT THIS IS: ")


@pytest.mark.parametrize("name", NAMES)
def test_a_report_that_is_played_back_shows_the_same_shapes(name: str) -> None:
    for told in Report.named(name).calls:
        if isinstance(told.answer, Shape):
            assert list(shape_of(build(told.answer)).lines()) == list(told.answer.lines()), told.function


def test_the_sandbox_has_the_shapes_of_its_report(tmp_path: Path) -> None:
    """Make it anew with `python -m tests.replay` when the sandbox has changed."""
    assert report_of_the_sandbox(tmp_path) == text("sandbox")


def test_no_name_that_the_sandbox_has_from_the_reference_is_masked() -> None:
    masked = [line for line in text("sandbox").splitlines() if line.split()[0] == "other" or "@other" in line]
    assert masked == []


WITHOUT_ANSWERS = """
call project
  took 120.00
  unusable PanelTimeout
call employee
  took 0.10
  unusable HtmlAnswer
call itemtype
  took 0.10
  refused type=access object=other
"""


@pytest.mark.parametrize(
    ("function", "error"), [("project", PanelTimeout), ("employee", HtmlAnswer), ("itemtype", AccessDenied)]
)
def test_what_came_instead_of_an_answer_comes_again(function: str, error: type[PanelError]) -> None:
    with pytest.raises(error):
        Panel(Replay(Report(WITHOUT_ANSWERS))).call(function)


def test_a_call_that_a_report_does_not_tell_of_says_what_it_tells_of() -> None:
    with pytest.raises(NotInTheReport, match="the report has employee, itemtype, project"):
        Panel(Replay(Report(WITHOUT_ANSWERS))).call("payment")
