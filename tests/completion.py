"""Completion for bash, written from the parser: commands, options and what an option may be, without Python at each
Tab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from resellerprogram.cli.parser import parser_in
from resellerprogram.cli.speaking import Parser
from resellerprogram.programme.settings import SETTINGS


def _commands(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    return next((dict(a.choices) for a in parser._actions if isinstance(a, argparse._SubParsersAction)), {})


def _options(parser: Parser) -> Iterator[argparse.Action]:
    """Those of a group are also those of the command that it stands for."""
    if parser.by_itself:
        yield from _options(_commands(parser)[parser.by_itself])
    yield from (action for action in parser._actions if action.option_strings)


def _branches(parser: Parser, path: str = "") -> Iterator[str]:
    """What a command takes and its help does not tell of is not offered."""
    options = list(_options(parser))
    words = [*_commands(parser), *(SETTINGS if path == " settings set" else ())]
    told = (each for each in options if each.help != argparse.SUPPRESS)
    flags = dict.fromkeys(name for each in told for name in each.option_strings if name.startswith("--"))
    valued = [name for each in options if each.nargs != 0 for name in each.option_strings]
    yield f"""    '{path}') words='{" ".join(words)}' options='{" ".join(flags)}' valued='{" ".join(valued)}' ;;"""
    for name, command in _commands(parser).items():
        yield from _branches(command, f"{path} {name}")


def _choices(parser: Parser, path: str = "") -> Iterator[str]:
    """Options of the program itself may stand behind every command."""
    anywhere = "" if path else "*"
    for each in _options(parser):
        if each.choices and each.help != argparse.SUPPRESS:
            yield f"""    {anywhere}'{path} {each.option_strings[-1]}') words='{" ".join(map(str, each.choices))}' ;;"""
    for name, command in _commands(parser).items():
        yield from _choices(command, f"{path} {name}")


def completion() -> str:
    """What bash sources."""
    parser = parser_in("en")
    return f"""# resellerprogram: completion for bash, written by `python -m tests.copies` from cli/parser.py

# What may follow a command ("": the program itself): words, options, and those of them that take a value.
_resellerprogram_after() {{
    case $1 in
{chr(10).join(_branches(parser))}
    *) words='' ;;
    esac
}}

# What the value of an option may be; nothing: a file.
_resellerprogram_value() {{
    words=''
    case $1 in
{chr(10).join(_choices(parser))}
    esac
}}

_resellerprogram() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} path='' at=1 word words options valued
    _resellerprogram_after ''
    while [ "$at" -lt "$COMP_CWORD" ]; do
        word=${{COMP_WORDS[at]}}
        case " $valued " in *" $word "*)
            at=$((at + 1))
            if [ "${{COMP_WORDS[at]}}" = '=' ]; then at=$((at + 1)); fi  # bash takes --lang=ru for three words
            ;;
        esac
        case " $words " in *" $word "*) path="$path $word" && _resellerprogram_after "$path" ;; esac
        at=$((at + 1))
    done
    if [ "$at" -gt "$COMP_CWORD" ]; then
        _resellerprogram_value "$path $word"
        options=''
    fi
    case $current in -*) words=$options ;; =) current='' ;; esac
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}

complete -o default -F _resellerprogram resellerprogram
"""
