"""The documents hold: what code and tests cite can be opened in docs/, links lead somewhere, commands are known."""

from __future__ import annotations

import argparse
import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from resellerprogram.cli.parser import parser_in

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *DOCS.glob("*.md"), *(PROJECT / "tests").rglob("*.md")])
SOURCES = sorted(
    path for folder in ("plugin", "tests") for kind in ("*.py", "*.sql") for path in (PROJECT / folder).rglob(kind)
)

PARTS = r"(?:[A-Z]\d{1,2}(?:–[A-Z]\d{1,2})?)"
CITATION = re.compile(
    r"\b(?:"
    r"(?P<rule>R\d+(?:–R\d+)?)"
    r"|spec, section (?P<section>\d)"
    rf"|panel-2,? (?P<newer>{PARTS}(?:(?:, | and ){PARTS})*)"
    r"|plugins,? (?P<plugins>\d+(?:\.\d+)?(?:–\d+\.\d+)?)"
    r"|scale,? (?P<scale>\d+)"
    r"|(?P<paragraph>[A-K]\.\d+)(?!\d|\.\d)"
    r"|reference,? (?P<chapters>[A-K](?:, [A-K])*)(?![\w.])"
    r"|(?P<case>[AMDVFU]\d{1,2})(?!\w|\.\d)"
    r")"
)
"""A case may be cited by its letter and number alone; paragraphs of the newer evidence say so."""


def headings(name: str) -> set[str]:
    """The first words of each heading: `R4`, `C.4`, `panel-2 A1`, `M7`, `3`."""
    lines = re.findall(r"^#+ (.*)$", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {
        match[0].rstrip(".")
        for line in lines
        if (match := re.match(r"(panel-2 |plugins |scale )?[A-Z]?[\d.]+|[A-K]\.\d+|[A-K]\.", line))
    }


def every(first_to_last: str) -> Iterator[str]:
    """'A1–A3': A1, A2, A3; '1.2–1.4' alike."""
    first, _, last = first_to_last.partition("–")
    stem, number = re.fullmatch(r"(\D*(?:\d+\.)?)(\d+)", first).groups()  # type: ignore[union-attr]
    end = re.findall(r"\d+", last)[-1] if last else number
    yield from (f"{stem}{each}" for each in range(int(number), int(end) + 1))


def cited(text: str) -> Iterator[tuple[str, str]]:
    """The document and heading of each citation in a text."""
    for found in CITATION.finditer(text):
        kind, what = next((kind, what) for kind, what in found.groupdict().items() if what)
        if kind == "rule":
            yield from (("rules.md", each) for each in every(what))
        elif kind == "section":
            yield "rules.md", what
        elif kind == "case":
            yield "cases.md", what
        elif kind == "newer":
            for part in re.split(", | and ", what):
                yield from (("panel.md", f"panel-2 {each}") for each in every(part))
        elif kind in ("plugins", "scale"):
            yield from (("panel.md", f"{kind} {each}") for each in every(what))
        else:
            yield from (("panel.md", each) for each in what.split(", "))


def prose(path: Path) -> str:
    """Comments and docstrings of a file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return " ".join(re.findall(r"--(.*)", source))
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    docstrings = [
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return "\n".join(re.sub(r"\s+", " ", each) for each in [*comments, *docstrings])


def test_citations_are_found_in_every_form() -> None:
    text = (
        "R3, R10 (spec, section 3); reference, C.4, E.4, I). panel-2 A1–A3, D3: plugins 1.2–1.3, F.2; "
        "scale 4; Cases V1, U4; M7's kind; a tariff of 2.5, the A-list, B.5: no more."
    )
    assert list(cited(text)) == [
        *[("rules.md", each) for each in ("R3", "R10", "3")],
        *[("panel.md", each) for each in ("C.4", "E.4", "panel-2 A1", "panel-2 A2", "panel-2 A3", "panel-2 D3")],
        *[("panel.md", each) for each in ("plugins 1.2", "plugins 1.3", "F.2", "scale 4")],
        *[("cases.md", each) for each in ("V1", "U4", "M7")],
        ("panel.md", "B.5"),
    ]


@pytest.mark.slow
def test_what_code_and_tests_cite_can_be_opened() -> None:
    known = {name: headings(name) for name in ("rules.md", "panel.md", "cases.md")}
    lost = sorted(
        (str(path.relative_to(PROJECT)), document, what)
        for path in SOURCES
        if path != Path(__file__)
        for document, what in cited(prose(path))
        if what not in known[document]
    )
    assert lost == []
    sandbox = (PROJECT / "tests" / "sandbox" / "README.md").read_text(encoding="utf-8")
    assert [each for each in cited(sandbox) if each[1] not in known[each[0]]] == []


def anchors(path: Path) -> set[str]:
    """Of a document's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    broken = []
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


# --- where a new thing goes ---

MANUAL = (DOCS / "adding.md").read_text(encoding="utf-8")
THINGS = dict(re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", MANUAL, re.MULTILINE))


def test_every_usual_thing_has_its_place() -> None:
    wanted = ["rule", "setting", "page", "notification", "panel function", "command", "language"]
    assert list(THINGS) == [f"A {each}" for each in wanted]


@pytest.mark.parametrize("thing", THINGS)
def test_a_new_thing_touches_at_most_three_files_and_all_that_are_named_are_there(thing: str) -> None:
    steps = re.findall(r"^\d\. `[^`]+`", THINGS[thing], re.MULTILINE)
    assert len(steps) <= 3
    assert steps or thing == "A language"
    named = re.findall(r"`((?:[\w.]+/)+(?:[\w.]+\.\w+)?)`", THINGS[thing])
    places = (PROJECT, PROJECT / "plugin" / "resellerprogram")
    assert [each for each in named if not any((place / each).exists() for place in places)] == []


# --- commands ---


def commands_in(document: Path) -> Iterator[str]:
    """What a reader may type: commands in blocks and between backticks."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [*lines, *spans]:
        if re.match(r"(?:\S*/sbin/)?resellerprogram |\./install\.sh ", line):
            yield line


def unknown_words(line: str, parser: argparse.ArgumentParser) -> list[str]:
    """Commands and options in a line that the parser has not; `a | b` are commands side by side, `[--x]` optional."""
    wrong = []
    beside: argparse.ArgumentParser | None = None
    for word in line.replace("\\|", "|").replace("[", " ").replace("]", " ").split():
        choices = next((a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)), None)
        if word == "|":
            parser = beside or parser
        elif word.startswith("-") and len(word) > 1:
            if word not in parser._option_string_actions:
                wrong.append(word)
        elif choices is not None:
            if word in choices:
                beside, parser = parser, choices[word]
            else:
                return [*wrong, word]
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_commands_are_known(document: Path) -> None:
    installer = (PROJECT / "install.sh").read_text(encoding="utf-8")
    parser, wrong = parser_in("en"), []
    for line in commands_in(document):
        program, _, words = line.partition(" ")
        if program == "./install.sh":
            name, *options = words.replace("[", " ").replace("]", " ").split()
            wrong += [line] if not re.search(rf"^        {re.escape(name)}\)", installer, re.MULTILINE) else []
            wrong += [
                line
                for each in options
                if each.startswith("--") and f"{each})" not in installer and f"{each} " not in installer
            ]
        elif unknown_words(words, parser):
            wrong.append(line)
    assert wrong == []


def test_a_command_that_is_not_there_is_noticed() -> None:
    parser = parser_in("en")
    assert unknown_words("plan [--account ID] [--json]", parser) == []
    assert unknown_words("queue list | retry [N] | drop N", parser) == []
    assert unknown_words("settings set automatic off", parser) == []
    assert unknown_words("plans", parser) == ["plans"]
    assert unknown_words("plan --everything", parser) == ["--everything"]
    assert unknown_words("queue list | forget N", parser) == ["forget"]
