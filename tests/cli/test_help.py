"""What somebody reads who does not know the command line yet: overview, help, examples, errors, completion."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.cli.helping import EXAMPLES, EXITS, GROUPS, examples
from resellerprogram.cli.parser import parser_in
from resellerprogram.cli.speaking import RUSSIAN, Parser, speaking
from resellerprogram.host.root import panel_root
from resellerprogram.programme.effects import WAY_NAMES
from resellerprogram.programme.text import LANGUAGES

from tests.copies import COMPLETION

FOR_PROGRAMMERS = {
    "%(heading)s:",
    "%r is not callable",
    "'required' is an invalid argument for positionals",
    ".__call__() not defined",
    'argument "-" with mode %r',
    "argument '-' with mode %r",
    "can't open '%(filename)s': %(error)s",
    "cannot have multiple subparser arguments",
    "conflicting subparser alias: %s",
    "conflicting subparser: %s",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "mutually exclusive arguments must be optional",
    "unexpected option string: %s",
    "cannot merge actions - two groups are named %r",
    "conflicting option string: %s",
    " (default: %(default)s)",
    "subcommands",
    "argument '%(argument_name)s' is deprecated",
    "command '%(parser_name)s' is deprecated",
    "option '%(option)s' is deprecated",
}
"""What argparse says only of a parser that is built wrongly, or of what ours has not."""


def commands(parser: Parser) -> Iterator[Parser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from commands(each)


def typed(capture: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = main(words)
    except SystemExit as left:
        code = int(str(left.code or 0))
    out, err = capture.readouterr()
    return code, out, err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_tells_examples_that_can_be_typed(language: str) -> None:
    with speaking(language):
        parser = parser_in(language)
        of_commands = {each.prog.partition(" ")[2]: each for each in commands(parser)}
        assert EXAMPLES.keys() == of_commands.keys()
        for name, command in of_commands.items():
            told, shown = command.format_help(), list(examples(name, language))
            assert [line for line in shown if f"\n  {line}\n" not in told] == []
            assert all(line.startswith(f"resellerprogram {name}") for line in shown)
            for line in shown:
                parser.parse_args(shlex.split(line)[1:])
            assert all(f"\n  {code:>3}  {text.say(language)}\n" in told for code, text in EXITS.get(name, ()))
            if language == "ru":
                assert (
                    re.findall(r"\b(?:usage|options|show this|DIR|TEXT|CLIENT|FILE|NAME|NUMBER|COMMAND)\b", told) == []
                )


def test_every_command_is_in_one_group_of_the_overview(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    names = [name for _, group in GROUPS for name in group]
    assert sorted(names) == sorted(
        each.prog.split()[1] for each in commands(parser_in("en")) if each.prog.count(" ") == 1
    )
    code, out, err = typed(capsys, "--root", str(tmp_path), "--lang", "ru")
    assert (code, err, list(tmp_path.iterdir())) == (0, "", [])
    assert [name for name in names if f"\n  {name} " not in out] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_plan_is_filtered_by_is_told_value_by_value_and_a_category_by_its_code(language: str) -> None:
    with speaking(language):
        parser = parser_in(language)
        told = {each.prog.split(" ", 1)[-1]: " ".join(each.format_help().split()) for each in commands(parser)}
    about = told["plan"].partition("put-right,other} ")[2].partition("--class")[0]
    assert [name for name in WAY_NAMES.values() if name not in about] == []
    code = "КОД" if language == "ru" else "CODE"
    assert (f"--class {code}" in told["plan"], f" {code} " in told["classes set"]) == (True, True)


def test_a_group_alone_shows_its_list_with_the_options_of_that() -> None:
    parser = parser_in("en")
    for name, shows in (("members", "members.show"), ("queue", "queue.show"), ("tiers", "tiers.show")):
        assert parser.parse_args([name]).command == shows
    for name in ("settings", "classes", "opening"):
        assert parser.parse_args([name, "--json"]).json is True
    assert str(parser.parse_args(["tiers", "--date", "2025-01-31"]).date) == "2025-01-31"


def test_options_of_the_program_are_taken_behind_a_command_too() -> None:
    parser = parser_in("en")
    for line in (
        "--root /srv --lang ru members exclude 27 --reason x",
        "members --root=/srv --lang ru exclude 27 --reason x",
        "members exclude 27 --lang ru --reason x --root /srv",
        "--root /srv members list --lang=ru",
        "members --root /srv --lang ru",
        "status --root /srv --lang ru",
    ):
        options = parser.parse_args(line.split())
        assert (str(options.root), options.lang) == ("/srv", "ru"), line
    alone = parser.parse_args(["status"])
    assert (alone.root, alone.lang) == (panel_root(), None)
    told = {each.prog: each.format_help() for each in commands(parser)}
    assert [prog for prog, text in told.items() if "--root" in text] == ["resellerprogram"]


def test_the_last_language_named_is_that_of_help_and_errors_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line, last in (("--lang en status --lang ru", "ru"), ("--lang=ru status --lang=en", "en")):
        for more in (("--help",), ("--bogus",), ("--root", str(tmp_path))):
            code, out, err = typed(capsys, *line.split(), *more)
            assert (code, re.search("[а-я]", out + err) is not None) == (0 if "--help" in more else 2, last == "ru")


def test_an_option_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--lan", "ru", "status"), ("status", "--lan", "ru"), ("members", "list", "--pin")):
        code, _, err = typed(capsys, "--lang", "en", *words)
        assert (code, err.startswith("usage: ")) == (2, True), words


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_a_panel_is_refused_and_stays_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    (tmp_path / "empty" / "var").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    root = tmp_path / folder
    for words in (("status",), ("restore", "copy.db")):
        assert typed(capsys, "--lang", "ru", *words, "--root", str(root)) == (
            2,
            "",
            f"В папке {root} нет панели BILLmanager. Укажите папку панели: --root ПАПКА.\n",
        )
    assert typed(capsys, "--root", str(root), "plan", "--detailed-exitcode")[0] == 1, "2 says that there are changes"
    assert sorted(tmp_path.rglob("*")) == before
    assert typed(capsys, "--root", str(root), "--version")[0] == 0


@pytest.mark.parametrize("words", [("--root", ""), ("--root=",), ("--root", " ")])
def test_an_empty_root_is_not_the_folder_where_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    (tmp_path / "var" / "resellerprogram").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    code, out, err = typed(capsys, "--lang", "ru", "status", *words)
    assert (code, out, "--root: укажите папку панели" in err) == (2, "", True)
    assert list((tmp_path / "var" / "resellerprogram").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("explain",), "resellerprogram explain: ошибка: не хватает: КЛИЕНТ"),
        (("explode",), "КОМАНДА: нет варианта 'explode'; есть: 'plan', "),
        (("plan", "--way", "up"), "--way: нет варианта 'up'; есть: 'start', "),
        (("plan", "--all"), "нет таких ключей или лишние слова: --all"),
        (("plan", "--date"), "--date: укажите значение"),
        (("tiers", "end", "--yes", "--dry-run"), "--dry-run: нельзя вместе с --yes"),
        (("changes", "--count", "0"), "--count: укажите 1 или больше"),
        (("explain", " "), "КЛИЕНТ: укажите клиента: номер, e-mail или название"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_russian(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    code, out, err = typed(capsys, *words)
    assert (code, out, says in err, "использование: " in err) == (2, "", True, True), err
    code, _, err = typed(capsys, "--lang", "en", *words)
    assert (code, err.startswith("usage: "), says in err) == (2, True, False)


def test_whatever_argparse_says_to_whoever_types_is_said_in_russian() -> None:
    """Of the Python that runs: another may have other words."""
    source = inspect.getsource(argparse)
    literal = r"((?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:\s*(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))*)"
    said = {
        eval("(" + match + ")")  # noqa: S307
        for match in re.findall(rf"(?:\b_|\bngettext)\(\s*{literal}", source)
    }
    assert len(said) > 20
    assert said - RUSSIAN.keys() - FOR_PROGRAMMERS == set()


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("me", ["members"]),
        ("members ", ["list", "enrol", "exclude", "pin", "reset", "unpin"]),
        ("--root /srv members pin 27 --un", ["--until"]),
        ("plan --way ", ["start", "rise", "fall", "end", "put-right", "other"]),
        ("members list --lang ", ["en", "ru"]),
        ("--lang =", ["en", "ru"]),
        ("--lang = r", ["ru"]),
        ("--lang = ru members ex", ["exclude"]),
        ("--root = list members --lang = ru li", ["list"]),
        ("members --root list --within 7 --tr", ["--trouble"]),
        ("undo --plan --j", ["--json"]),
        ("apply --plan --j", []),
        ("settings set drop_limit_p", ["drop_limit_percent"]),
        ("backup ", []),
    ],
)
def test_bash_completes_commands_options_and_values(line: str, offers: list[str]) -> None:
    words = ["resellerprogram", *line.split(" ")]
    script = f"""
        source {shlex.quote(str(COMPLETION))}
        COMP_WORDS=({" ".join(map(shlex.quote, words))}) COMP_CWORD={len(words) - 1}
        _resellerprogram
        [ ${{#COMPREPLY[@]}} = 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}"
        complete -p resellerprogram
    """
    done = subprocess.run(["bash", "-uc", script], text=True, capture_output=True, check=False)
    *offered, how = done.stdout.splitlines()
    assert (offered, done.stderr) == (offers, "")
    assert how == "complete -o default -F _resellerprogram resellerprogram"
