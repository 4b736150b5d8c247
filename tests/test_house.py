"""The house's lines: who may import whom, what the plugin never does (docs/design.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
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
    "mirror": {"programme", "panel", "store", "mirror"},
    "recalculation": {"programme", "panel", "store", "recalculation", "words", "mirror"},
    "doctor": {"programme", "panel", "store", "recalculation", "mirror", "__version__", "host", "doctor"},
    "quick": {"quick"},
    "host": {"programme", "host"},
    "office": {"programme", "panel", "store", "words", "recalculation", "doctor", "office"},
    "pages": {"programme", "store", "words", "recalculation", "doctor", "office", "host", "__version__", "pages"},
    "cli": {"programme", "store", "words", "recalculation", "doctor", "office", "host", "__version__", "mirror", "cli"},
}
AT_THE_TOP = {"__init__.py": set(), "__main__.py": {"cli"}, "worker.py": {*ALLOWED} - {"pages", "cli", "quick"}}
"""Beside the folders nothing but what Python wants, and the one background process."""

ALONE = "store/journal.py"
"""What waits to be put back is read from it where no release runs any more (install.sh)."""

EXCEPTIONS = {
    "pages/visit.py": {"panel.standstill"},
    "pages/my/status.py": {"panel.assumptions"},
    "cli/going_live.py": {"panel.standstill"},
    "cli/preview.py": {"panel.standstill"},
    "cli/queue.py": {"panel.standstill"},
    "cli/takeoff.py": {"panel.standstill"},
    "cli/undo.py": {"panel.standstill"},
    "cli/waking.py": {"panel.standstill"},
}
"""What may be imported beyond that, and no more: whether a panel stands still is a look at a file; the address of the
panel's own payment form is an assumption."""
ENTRANCES = {
    "pages": {"hindsight", "lagging", "lookups", "prices", "scopes"},
    "cli": {"hindsight", "lagging", "retention", "run", "scopes", "sweep", "undo", "whatif", "work"},
}
"""By which modules the doors enter a recalculation: they look up, start a run, and tell what came of it."""


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


def place_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def of_part(part: str) -> list[Path]:
    """The modules of a folder; those at the top for none."""
    return [path for path in MODULES if place_of(path).rpartition("/")[0].partition("/")[0] == part]


def is_excepted(path: Path, module: str) -> bool:
    allowed = EXCEPTIONS.get(place_of(path), set())
    return any(f"{module}.".startswith(f"resellerprogram.{each}.") for each in allowed)


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_the_design_lets_it(part: str) -> None:
    strangers = {
        (place_of(path), module)
        for path in of_part(part)
        for module in imported(path)
        if part_of(module) and part_of(module) not in ALLOWED[part] and not is_excepted(path, module)
    }
    assert strangers == set()


def test_every_folder_has_its_rule() -> None:
    assert {path.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE} == set(ALLOWED)


def test_at_the_top_nothing_stands_but_the_worker() -> None:
    found = {path.name: {part_of(each) for each in imported(path)} - {""} for path in of_part("")}
    assert found.keys() == AT_THE_TOP.keys()
    assert {name for name, parts in found.items() if not parts <= AT_THE_TOP[name]} == set()


def test_no_exception_outlives_its_reason() -> None:
    unused = {
        (place, module)
        for place, modules in EXCEPTIONS.items()
        for module in modules
        if f"resellerprogram.{module}" not in imported(PACKAGE / place)
    }
    assert unused == set()


@pytest.mark.parametrize("part", ["pages", "cli"])
def test_the_doors_enter_a_recalculation_where_they_may(part: str) -> None:
    entered = {
        module.split(".")[2]
        for path in of_part(part)
        for module in imported(path)
        if module.startswith("resellerprogram.recalculation.")
    }
    assert entered == ENTRANCES[part]


def test_the_rules_do_no_input_or_output_and_read_no_clock() -> None:
    forbidden = {"os", "sys", "time", "io", "pathlib", "sqlite3", "requests", "lxml", "subprocess", "logging"}
    found = {
        (path.name, module)
        for path in (PACKAGE / "programme").rglob("*.py")
        for module in imported(path)
        if module.split(".")[0] in forbidden - {"io"}
    }
    assert found == set()
    readers = [
        path.name
        for path in (PACKAGE / "programme").rglob("*.py")
        if ".today(" in path.read_text(encoding="utf-8") or ".now(" in path.read_text(encoding="utf-8")
    ]
    assert readers == []


def test_only_one_place_puts_figures_into_form() -> None:
    """Money, percents and days as people read them. What a text is filled with, mypy holds: no day and no number with
    a fraction (programme/text.py). Drawings, log lines and file names are no figures."""
    found = {
        (place_of(path), ast.unparse(node))
        for part in ("programme", "recalculation", "words", "pages", "cli", "office", "doctor")
        for path in of_part(part)
        if place_of(path) != "programme/figures.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if puts_into_form(node)
    }
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        "f'{amount:,.2f}'",
        "f'{day:%d.%m.%Y}'",
        "day.strftime('%d.%m')",
        "f'{plain(value)} %'",
        "Text('{percent} % for {name}', '{percent} % на {name}')",
        "f'{amount} {currency}'",
        "f'{amount} RUB'",
        "'{amount} ₽'",
        "at.isoformat(' ', 'minutes')",
        "f'{first_day} – {last_day}'",
        "f'{record.first_day}'",
    ],
)
def test_each_way_around_that_place_is_found(code: str) -> None:
    assert any(map(puts_into_form, ast.walk(ast.parse(code))))


def puts_into_form(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "strftime"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "isoformat":
        return bool(node.args) and ast.unparse(node.args[0]) == "' '" and ast.unparse(node.args[-1]) == "'minutes'"
    if isinstance(node, ast.FormattedValue):
        return bool(node.format_spec and re.search("[,%]", ast.unparse(node.format_spec))) or bool(
            re.fullmatch(r"(\w+\.)*(first_day|last_day|day|until|credited_on)", ast.unparse(node.value))
        )
    if isinstance(node, ast.JoinedStr):
        told = "".join(
            str(each.value) if isinstance(each, ast.Constant) else "{" + ast.unparse(each) + "}" for each in node.values
        )
        return FIGURE_IN_TEXT.search(told) is not None
    return (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and FIGURE_IN_TEXT.search(node.value) is not None
    )


FIGURE_IN_TEXT = re.compile(r"\}[ \u00a0\u202f]?%|\}[ \u00a0](RUB|₽)|\} \{.*\bcurrency\b[^{]*\}")


def test_what_time_it_is_only_the_clock_says() -> None:
    """A test clock moves all of the plugin (spec, section 4)."""
    readers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for word in ("date.today", "datetime.now", "time.strftime(", "time.time(", "utcnow")
        if word in path.read_text(encoding="utf-8")
    }
    lease = "mirror/carrying.py"  # between two machines only what passes counts, whatever a test clock says
    assert readers == {"host/clock.py", "quick/clock.py", "quick/event.py", "quick/log.py", lease}


def test_the_plugin_knows_nothing_of_the_tests_and_the_sandbox_nothing_of_the_plugin() -> None:
    assert [path for path in MODULES if any(module.startswith("tests") for module in imported(path))] == []
    sandbox = list((PROJECT / "tests" / "sandbox").rglob("*.py"))
    assert [path for path in sandbox if "resellerprogram" in path.read_text(encoding="utf-8")] == []


def test_values_are_made_by_the_house_s_own_decorator() -> None:
    """The standard library's costs a page half a millisecond for each of a hundred classes (programme/values.py)."""
    found = [
        place_of(path)
        for path in MODULES
        if "dataclasses.dataclass" in imported(path) and place_of(path) != "programme/values.py"
    ]
    assert found == [ALONE]


def test_what_the_installer_runs_by_itself_needs_nothing_of_the_house() -> None:
    assert [name for name in imported(PACKAGE / ALONE) if name.startswith("resellerprogram")] == []


def test_money_is_never_a_float() -> None:
    floats = [
        (path.name, node.lineno)
        for path in (
            *(PACKAGE / "programme").rglob("*.py"),
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
        for path in (PACKAGE / "programme").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_behind_every_command_is_a_function() -> None:
    """They are loaded by name, each when it is asked for."""
    named = re.findall(r'"([a-z_]+)\.([a-z_]+)"', (PACKAGE / "cli" / "parser.py").read_text(encoding="utf-8"))
    assert len(named) > 40
    for module, function in named:
        assert callable(getattr(import_module(f"resellerprogram.cli.{module}"), function))
