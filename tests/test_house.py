"""The house's lines: who may import whom, what the plugin never does (docs/design.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "plugin" / "resellerprogram"
MODULES = sorted(PACKAGE.rglob("*.py"))

ALLOWED = {
    "programme": {"programme"},
    "panel": {"programme", "panel"},
    "store": {"programme", "store"},
    "words": {"programme", "words"},
    "recalculation": {"programme", "panel", "store", "recalculation", "words"},
    "doctor": {"programme", "panel", "store", "recalculation", "__version__", "host", "doctor"},
    "quick": {"quick"},
    "host": {"programme", "host"},
    "office": {"programme", "panel", "store", "words", "recalculation", "doctor", "office"},
}


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, in full."""
    package = ["resellerprogram", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    return module.split(".")[1] if module.startswith("resellerprogram.") else ""


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_the_design_lets_it(part: str) -> None:
    strangers = {
        (path.name, module)
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] == part
        for module in imported(path)
        if part_of(module) and part_of(module) not in ALLOWED[part]
    }
    assert strangers == set()


def test_the_rules_do_no_input_or_output_and_read_no_clock() -> None:
    forbidden = {"os", "sys", "time", "io", "pathlib", "sqlite3", "requests", "lxml", "subprocess", "logging"}
    found = {
        (path.name, module)
        for path in (PACKAGE / "programme").glob("*.py")
        for module in imported(path)
        if module.split(".")[0] in forbidden - {"io"}
    }
    assert found == set()
    readers = [
        path.name
        for path in (PACKAGE / "programme").glob("*.py")
        if ".today(" in path.read_text(encoding="utf-8") or ".now(" in path.read_text(encoding="utf-8")
    ]
    assert readers == []


def test_what_time_it_is_only_the_clock_says() -> None:
    """A test clock moves all of the plugin (spec, section 4)."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for word in ("date.today", "datetime.now", "time.strftime(", "time.time(", "utcnow")
        if word in path.read_text(encoding="utf-8")
    }
    assert readers == {"host/clock.py", "quick/clock.py", "quick/event.py", "quick/log.py"}


def test_pages_and_command_line_do_not_call_the_panel_themselves() -> None:
    callers = {
        (path.name, module)
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] in ("pages", "cli")
        for module in imported(path)
        if module.startswith(("resellerprogram.panel.calls", "resellerprogram.panel.transport"))
    }
    assert callers == set()


def test_the_plugin_knows_nothing_of_the_tests_and_the_sandbox_nothing_of_the_plugin() -> None:
    assert [path for path in MODULES if any(module.startswith("tests") for module in imported(path))] == []
    sandbox = list((PROJECT / "tests" / "sandbox").rglob("*.py"))
    assert [path for path in sandbox if "resellerprogram" in path.read_text(encoding="utf-8")] == []


def test_money_is_never_a_float() -> None:
    floats = [
        (path.name, node.lineno)
        for path in (
            *(PACKAGE / "programme").glob("*.py"),
            PACKAGE / "panel" / "answers.py",
            PACKAGE / "panel" / "payments.py",
        )
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "float"
    ]
    assert floats == []


def test_no_shell_is_ever_used() -> None:
    shells = [
        path.name
        for path in MODULES
        if "shell=True" in path.read_text(encoding="utf-8") or "os.system" in path.read_text(encoding="utf-8")
    ]
    assert shells == []


def test_every_public_thing_has_a_docstring_where_the_rules_live() -> None:
    bare = [
        (path.name, node.name)
        for path in (PACKAGE / "programme").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
