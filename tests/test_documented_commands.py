"""Commands of the documents and examples of the help: known, typed as they stand, and run where they only look."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from resellerprogram import __version__
from resellerprogram.cli import main
from resellerprogram.cli.helping import EXAMPLES, examples
from resellerprogram.cli.parser import parser_in
from resellerprogram.panel import transport
from resellerprogram.programme.text import LANGUAGES

from tests.demo.__main__ import _parser as parser_of_demo
from tests.installation import put_into, stand_at
from tests.sandbox import Sandbox, within
from tests.test_documents import BLOCK, DOCS, DOCUMENTS, PROJECT, text_of


def typed_in(document: Path) -> Iterator[tuple[str, list[str]]]:
    """The commands in blocks of code: program and words."""
    for _, block in BLOCK.findall(document.read_text(encoding="utf-8")):
        for line in re.findall(
            r"^(?:\$ )?((?:resellerprogram|\./install\.sh|examples/)\S*(?: .*)?)$", block, re.MULTILINE
        ):
            program, *words = shlex.split(line, comments=True)
            yield program, words


def named_in(document: Path) -> Iterator[tuple[str, str]]:
    """The commands between backticks: program and the rest, with what a reader puts in its place."""
    for span in re.findall(r"`([^`\n]+)`", text_of(document)):
        if found := re.match(r"(?:\S*/sbin/)?(resellerprogram|\./install\.sh) (.*)", span):
            yield found[1], found[2]


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


def unknown_to_the_installer(words: Sequence[str]) -> list[str]:
    installer = (PROJECT / "install.sh").read_text(encoding="utf-8")
    wrong = [] if re.search(rf"^        {re.escape(words[0])}\)", installer, re.MULTILINE) else [words[0]]
    options = [each for each in words[1:] if each.startswith("--") and words[0] != "demo"]
    return [*wrong, *(each for each in options if f"            {each})" not in installer)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_commands_that_are_named_are_known(document: Path) -> None:
    parser, wrong = parser_in("en"), []
    for program, words in named_in(document):
        known = words.replace("[", " ").replace("]", " ").split()
        wrong += unknown_words(words, parser) if program == "resellerprogram" else unknown_to_the_installer(known)
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_what_stands_in_blocks_of_code_can_be_typed_as_it_stands(document: Path) -> None:
    for program, words in typed_in(document):
        if program == "resellerprogram":
            assert "--help" in words or parser_in("en").parse_args(words)
        elif program == "./install.sh":
            assert unknown_to_the_installer(words) == []
            if words[0] == "demo" and words[1:]:
                parser_of_demo().parse_args(words[1:])
        else:
            assert (PROJECT / program).exists()


def test_a_command_that_is_not_there_is_noticed() -> None:
    parser = parser_in("en")
    assert unknown_words("plan [--account ID] [--json]", parser) == []
    assert unknown_words("queue list | retry [N] | drop N", parser) == []
    assert unknown_words("settings set automatic off", parser) == []
    assert unknown_words("plans", parser) == ["plans"]
    assert unknown_words("plan --everything", parser) == ["--everything"]
    assert unknown_words("queue list | forget N", parser) == ["forget"]


# --- commands that run ---

ACTING = re.compile(
    r"preview\.(?:apply|daily|sweep)|going_live\.(?:start|stop)|takeoff\.|queue\.(?:retry|drop)|members\.(?!show)|"
    r"openings\.(?!show)|tiers\.(?:take_in|end|export)|settings\.change|classes\.(?:put|remove)|undo\.|health\.backup"
)
"""The functions behind commands that change something, or write a file, unless they are told only to show."""
EXITS = {"status": {0, 1, 2}, "doctor": {0, 1}, "undo": {1}}
"""Not 0 as all others: how the panel is; no recalculation of that number."""
NAME = {"en": "Atlas", "ru": "Ромашка"}
BOTH_NAMES = "Atlas Ромашка"


def only_looks(words: Sequence[str]) -> bool:
    """Whether it can be typed so, and nothing changes by it."""
    if "--help" in words:
        return True
    try:
        options = parser_in("en").parse_args(words)
    except SystemExit:
        return False
    told_to_show = getattr(options, "dry_run", False) or getattr(options, "plan", "") is True
    acts = ACTING.match(options.command or "") or hasattr(options, "without_store") or getattr(options, "try_on", None)
    return bool(told_to_show or not acts)


@dataclass(frozen=True)
class Typed:
    """A command of a document, and what it is said to answer."""

    where: str
    words: tuple[str, ...]
    shown: str = ""


def documented() -> Iterator[Typed]:
    """In blocks of code with what is shown below it, and whole between backticks."""
    for document in DOCUMENTS:
        for _, block in BLOCK.findall(document.read_text(encoding="utf-8")):
            for typed, shown in re.findall(
                r"^(?:\$ )?(resellerprogram\b.*)\n((?:(?!\$ |resellerprogram).*\n)*)", block, re.MULTILINE
            ):
                _, *words = shlex.split(typed, comments=True)
                yield Typed(document.name, tuple(words), shown)
        for span in re.findall(r"`resellerprogram ([a-z-][a-z -]*)`", text_of(document)):
            yield Typed(document.name, tuple(span.split()))


def looks_of_the_help(language: str) -> Iterator[tuple[str, ...]]:
    """The examples of every command that only look."""
    for name in EXAMPLES:
        for line in examples(name, language):
            words = tuple(shlex.split(line)[1:])
            if only_looks(words):
                yield words


def bare(line: str) -> str:
    """A line without its spaces: columns are as wide as what stands in them."""
    return re.sub(r"\s", "", line)


def is_shown(line: str, answered: str) -> bool:
    """Whether a line of a document is among the answer; `…` stands for what is left out."""
    begins, cut, _ = bare(line).partition("…")
    return any(each == begins or (cut and each.startswith(begins)) for each in map(bare, answered.splitlines()))


@pytest.fixture
def at_work(sandbox: Sandbox, wheels: Path, tmp_path: Path) -> Sandbox:
    """An installed plugin, on the day of the documents' examples, and the files that they name."""
    put_into(sandbox, wheels)
    stand_at(sandbox)
    for number in range(26):
        sandbox.world.add_account(f"Client {number}")
    client = sandbox.world.add_account(BOTH_NAMES, email="client@example.com")
    assert client == 27
    sandbox.world.add_payment(client, 600, date(2025, 1, 9))
    block = next(
        block for _, block in BLOCK.findall((DOCS / "tables.md").read_text(encoding="utf-8")) if "page.txt" in block
    )
    page = block.partition("$ cat page.txt\n")[2].partition("$ ")[0]
    for name in ("page.txt", "table.txt"):
        (tmp_path / name).write_text(page, encoding="utf-8")
    (tmp_path / "turnover.csv").write_text(
        "client,amount,until,reason\n27,20000,2025-02-15,former panel\n", encoding="utf-8"
    )
    for words in (("apply",), ("tiers", "export", "table.csv")):
        assert run_in(tmp_path, sandbox, *words).returncode == 0
    return sandbox


def run_in(folder: Path, sandbox: Sandbox, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(sandbox.root / "sbin" / "resellerprogram"), *words],
        text=True,
        capture_output=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def allowed(words: Sequence[str]) -> set[int]:
    name = next((word for word in words if not word.startswith("-") and word not in LANGUAGES), "")
    return {0} if "--help" in words or "--report" in words else EXITS.get(name, {0})


def test_what_only_looks_runs_as_documents_and_help_write_it(
    at_work: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The documents' by the command that is installed; the help's, which are many, in this process."""
    wrong: list[tuple[object, ...]] = []
    answers: dict[tuple[str, ...], str] = {}
    for each in filter(lambda typed: only_looks(typed.words), documented()):
        if each.words not in answers:
            done = run_in(tmp_path, at_work, *each.words)
            answers[each.words] = done.stdout + done.stderr
            if done.returncode not in allowed(each.words) or "Traceback" in done.stderr:
                wrong.append((each, done.returncode, done.stderr))
        said = answers[each.words].replace(BOTH_NAMES, NAME["ru" if each.where.endswith(".ru.md") else "en"])
        wrong += [(each.where, line, said) for line in each.shown.splitlines() if not is_shown(line, said)]
    assert len(answers) > 20
    assert f'"version": "{__version__}"' in answers["status", "--json"]
    monkeypatch.setattr(transport, "subprocess", within.INSTEAD)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "panel.txt").unlink()
    assert main(["--root", str(at_work.root), "tiers", "import", "page.txt", "--yes"]) == 0, "so that one can be ended"
    looked = [(language, words) for language in LANGUAGES for words in dict.fromkeys(looks_of_the_help(language))]
    assert len(looked) > 60
    for language, words in looked:
        code = main(["--root", str(at_work.root), "--lang", language, *words])
        (tmp_path / "panel.txt").unlink(missing_ok=True)
        if code not in allowed(words):
            wrong.append((language, words, code, capsys.readouterr()))
    assert wrong == []


@pytest.mark.parametrize(
    ("words", "looks"),
    [
        ("plan", True),
        ("apply", False),
        ("apply --plan 3f9a2b7c", False),
        ("apply --help", True),
        ("withdraw --plan", True),
        ("tiers import table.txt --dry-run", True),
        ("tiers import table.txt", False),
        ("restore file", False),
        ("restore", False),
        ("doctor --try-on 27", False),
        ("", True),
    ],
)
def test_what_looks_and_what_acts_is_told_apart(words: str, looks: bool) -> None:
    assert only_looks(words.split()) is looks


def test_the_example_for_resellers_tells_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, str(PROJECT / "examples" / "purchase_discounts.py"), "--help"],
        text=True,
        capture_output=True,
        check=False,
        env={},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "BILLING_URL" in done.stdout
    assert "DAYS" in done.stdout
