"""The documents hold: what code and tests cite can be opened in docs/, links lead somewhere, both languages say the
same, the version has its entry."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from resellerprogram import __version__
from resellerprogram.programme.text import LANGUAGES

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


def anchors(path: Path) -> list[str]:
    """Of a document's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.*)$", text_of(path), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines]


BLOCK = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def text_of(document: Path) -> str:
    """What it says, without blocks of code."""
    return BLOCK.sub("", document.read_text(encoding="utf-8"))


def links_of(document: Path) -> list[str]:
    """Links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", text_of(document))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in links_of(document):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


# --- two languages ---

FOR_DEVELOPERS = {"design.md", "rules.md", "cases.md", "panel.md"}
"""In English alone."""
IN_ENGLISH = [
    path
    for path in (*PROJECT.glob("*.md"), *DOCS.glob("*.md"))
    if path.name not in FOR_DEVELOPERS and not path.name.endswith(".ru.md")
]
MOST_WORDS = 900


def in_russian(document: Path) -> Path:
    return document.with_suffix(".ru.md")


def names_alone(code: str) -> str:
    """What a piece of code says in any language: names and options, without what a reader puts in their place."""
    code = re.sub(r"\"[^\"]*\"", "X", code.replace(".ru.md", ".md"))
    return re.sub(r"(?<=lang[ =])(?:en|ru)\b", "X", re.sub(r"[A-ZА-ЯЁ]\w*", "X", code))


def lines_of_code(document: Path) -> list[list[str]]:
    """The commands of each block of code, or how many lines it has where it has none."""
    blocks = []
    for kind, block in BLOCK.findall(document.read_text(encoding="utf-8")):
        typed = [line for line in block.splitlines() if kind == "sh" or line.startswith("$ ")]
        blocks.append([names_alone(line.partition(" #")[0].strip()) for line in typed] or [str(block.count("\n"))])
    return blocks


def structure(document: Path) -> dict[str, object]:
    """What must be the same in both languages."""
    text = text_of(document)
    links = []
    for link in links_of(document)[1:]:
        name, _, anchor = link.partition("#")
        section = anchors(document.parent / name if name else document).index(anchor) if anchor else None
        links.append((re.sub(r"(?:\.ru)?\.md$|-(?:en|ru)\.png$|(?<=\w)/(?:en|ru|spec|lang)/.*", "", name), section))
    return {
        "headings": [len(each) for each in re.findall(r"^(#+) ", text, re.MULTILINE)],
        "tables": [line.count("|") - line.count("\\|") for line in re.findall(r"^\|.*$", text, re.MULTILINE)],
        "lists": re.findall(r"^(?:\* |\d\. )", text, re.MULTILINE),
        "links": sorted(map(str, links)),
        "code": lines_of_code(document),
        "names": sorted({names_alone(each) for each in re.findall(r"`([^`\n]+)`", text)}),
        "figures": sorted(re.findall(r"\d+", re.sub(r"`[^`]*`|\]\([^)]*\)|(?<=\d)[\s,.](?=\d)", "", text))),
    }


@pytest.mark.parametrize("document", IN_ENGLISH, ids=lambda path: path.name)
def test_both_languages_have_the_same_sections_tables_links_commands_and_figures(document: Path) -> None:
    english, russian = structure(document), structure(in_russian(document))
    for what, there in english.items():
        assert russian[what] == there, what
    for each, other in ((document, in_russian(document)), (in_russian(document), document)):
        title, empty, link, *_ = each.read_text(encoding="utf-8").splitlines()
        assert (title[:2], empty, link.partition("](")[2]) == ("# ", "", f"{other.name})")


def test_a_difference_between_the_languages_is_noticed(tmp_path: Path) -> None:
    english = "# A\n\n[По-русски](a.ru.md)\n\n* `set N` for 20 % ([b](b.md))\n\n```sh\nresellerprogram plan\n```\n"
    russian = english.replace("[По-русски](a.ru.md)", "[English](a.md)").replace("`set N`", "`set ЧИСЛО`")
    (tmp_path / "a.md").write_text(english, encoding="utf-8")
    wrong = ("* ", ""), ("20", "30"), ("(b.md)", "(c.md)"), (" plan", " apply"), ("`set", "`get"), ("# A", "## A")
    for change in (("", ""), *wrong):
        (tmp_path / "a.ru.md").write_text(russian.replace(*change), encoding="utf-8")
        same = structure(tmp_path / "a.md") == structure(tmp_path / "a.ru.md")
        assert same is (change not in wrong), change


def test_no_document_is_in_russian_alone() -> None:
    russian = {path for folder in (PROJECT, DOCS) for path in folder.glob("*.ru.md")}
    assert russian == {in_russian(document) for document in IN_ENGLISH}


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_first_page_is_short_and_begins_with_what_it_is_a_picture_and_two_commands(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert len(text.split()) <= MOST_WORDS
    _, _, first, picture, *_ = text.split("\n\n")
    assert first.startswith(("Reseller program for BILLmanager 6. ", "Реселлерская программа для BILLmanager 6. "))
    assert picture.startswith("![")
    assert [block.strip() for _, block in BLOCK.findall(text)][:2] == ["./install.sh demo", "./install.sh test"]


@pytest.mark.parametrize("name", ["pages", "resellers"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_called_as_the_panel_calls_them(name: str, language: str) -> None:
    said = {
        message.text
        for file in (PROJECT / "xml").glob("*.xml")
        for texts in etree.parse(str(file)).iter("lang")
        if texts.get("name") == language
        for message in texts.iter("msg")
    }
    document = DOCS / (f"{name}.md" if language == "en" else f"{name}.ru.md")
    rows = re.findall(r"^\| (\*\*[^|]*)\|", document.read_text(encoding="utf-8"), re.MULTILINE)
    called = {each for row in rows for each in re.findall(r"\*\*(.+?)\*\*", row)}
    assert len(called) > 8
    assert called - said == set()


# --- the version ---


@pytest.mark.parametrize("name", ["CHANGELOG.md", "CHANGELOG.ru.md"])
def test_the_version_heads_the_changelog_and_each_one_has_its_day(name: str) -> None:
    headings = re.findall(r"^## (.*)$", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE)
    versions = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) — (\d{4}-\d\d-\d\d)", each) for each in headings]
    assert all(versions)
    numbers = [tuple(map(int, each.groups()[:3])) for each in versions if each]
    assert numbers == sorted(numbers, reverse=True)
    assert headings[0].partition(" ")[0] == __version__
    assert [date.fromisoformat(each[4]) for each in versions if each]


def test_the_version_stands_in_one_place() -> None:
    setup = (PROJECT / "setup.cfg").read_text(encoding="utf-8")
    assert "\nversion = attr: resellerprogram.__version__\n" in setup


# --- where a new thing goes ---

MANUALS = (DOCS / "adding.md", DOCS / "adding.ru.md")
THINGS = {
    name: text
    for manual in MANUALS
    for name, text in re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", manual.read_text(encoding="utf-8"), re.MULTILINE)
}
LANGUAGE = ("A language", "Язык")


def test_every_usual_thing_has_its_place() -> None:
    wanted = ["rule", "setting", "page", "notification", "panel function", "command", "language"]
    assert list(THINGS)[: len(wanted)] == [f"A {each}" for each in wanted]


@pytest.mark.parametrize("thing", THINGS)
def test_a_new_thing_touches_at_most_three_files_and_all_that_are_named_are_there(thing: str) -> None:
    steps = re.findall(r"^\d\. `[^`]+`", THINGS[thing], re.MULTILINE)
    assert len(steps) <= 3
    assert steps or thing in LANGUAGE
    named = re.findall(r"`((?:[\w.]+/)+(?:[\w.]+\.\w+)?)`", THINGS[thing])
    places = (PROJECT, PROJECT / "plugin" / "resellerprogram")
    assert [each for each in named if not any((place / each).exists() for place in places)] == []
