"""The standard library's parser in the reader's language: its help and its errors."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from ..programme.text import LANGUAGES

RUSSIAN: Mapping[str, str] = {
    "usage: ": "использование: ",
    "options": "ключи",
    "optional arguments": "ключи",
    "positional arguments": "аргументы",
    "show this help message and exit": "показать эту справку",
    "show program's version number and exit": "показать версию",
    "%(prog)s: error: %(message)s\n": "%(prog)s: ошибка: %(message)s\n",
    "%(prog)s: warning: %(message)s\n": "%(prog)s: предупреждение: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "не хватает: %s",
    "one of the arguments %s is required": "укажите что-то одно: %s",
    "unrecognized arguments: %s": "нет таких ключей или лишние слова: %s",
    "ambiguous option: %(option)s could match %(matches)s": "допишите ключ %(option)s: подходят %(matches)s",
    "expected one argument": "укажите значение",
    "expected at most one argument": "значение может быть только одно",
    "expected at least one argument": "укажите хотя бы одно значение",
    "expected %s argument": "нужно значений: %s",
    "not allowed with argument %s": "нельзя вместе с %s",
    "ignored explicit argument %r": "значение %r здесь не нужно",
    "invalid %(type)s value: %(value)r": "значение %(value)r не годится",
    "invalid choice: %(value)r (choose from %(choices)s)": "нет варианта %(value)r; есть: %(choices)s",
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)": (
        "нет варианта %(value)r, возможно, %(suggestion)r; есть: %(choices)s"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": "нет команды %(parser_name)r; есть: %(choices)s",
}
"""What argparse says to whoever types, by its own words in Pythons 3.9 to 3.14."""

PLACES: Mapping[str, str] = {
    "AMOUNT": "СУММА",
    "CLASS=HEADING": "КОД=ЗАГОЛОВОК",
    "CLIENT": "КЛИЕНТ",
    "CODE": "КОД",
    "COMMAND": "КОМАНДА",
    "COUNT": "ЧИСЛО",
    "DAYS": "ДНЕЙ",
    "DIR": "ПАПКА",
    "FILE": "ФАЙЛ",
    "SCHEMA": "БАЗА",
    "FINGERPRINT": "ОТПЕЧАТОК",
    "MONTHS": "МЕСЯЦЕВ",
    "NAME": "ИМЯ",
    "NUMBER": "НОМЕР",
    "RUN": "ПЕРЕСЧЁТ",
    "TABLE": "ТАБЛИЦА",
    "TARIFFS": "ТАРИФЫ",
    "TEXT": "ТЕКСТ",
    "TIER": "СТАТУС",
    "TITLE": "НАЗВАНИЕ",
    "TYPE=PERCENT": "ТИП=ПРОЦЕНТ",
    "TYPES": "ТИПЫ",
    "VALUE": "ЗНАЧЕНИЕ",
    "YYYY-MM-DD": "ГГГГ-ММ-ДД",
}
"""What stands in the help for something that is typed."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let argparse speak that language: it asks two names of its module for every text."""
    names = vars(argparse)
    before = {name: names[name] for name in ("_", "ngettext")}
    if language == "ru":
        names["_"] = _say
        names["ngettext"] = lambda one, many, count: _say(one if one in RUSSIAN else many)
    try:
        yield
    finally:
        names.update(before)


def _say(text: str) -> str:
    return RUSSIAN.get(text, text)


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What the last `--lang` chooses, also for help and errors, which come before the options are known; else the
    terminal's."""
    for word, following in reversed([*zip(arguments, [*arguments[1:], ""])]):
        option, _, value = word.partition("=")
        if option == "--lang" and (value or following) in LANGUAGES:
            return value or following
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ru" if locale.lower().startswith("ru") else "en"


class Parser(argparse.ArgumentParser):
    """A command, or a group of them: one that is named alone does what its command `by_itself` does."""

    language = "en"
    by_itself = ""

    def __init__(self, **options: Any) -> None:
        """Options are written out, as `language_of` looks for them."""
        super().__init__(allow_abbrev=False, **options)

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        added = super().add_argument(*names, **options)
        if added.nargs != 0 and not added.choices:
            added.metavar = self.place(str(added.metavar or added.dest).upper())
        return added

    def place(self, name: str) -> str:
        """What stands for something that is typed, in the reader's language."""
        return PLACES[name] if self.language == "ru" else name

    def format_help(self) -> str:
        """With examples and exit codes, which nobody else loads."""
        from .helping import help_of

        return help_of(self)

    def error(self, message: str) -> NoReturn:
        """Python 3.9 asks nobody how to say “argument”."""
        super().error(message.removeprefix("argument ") if self.language == "ru" else message)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self.by_itself:
            args = list(args or ())
            behind = _behind_the_programs(args)
            if not behind or (behind[0].startswith("-") and behind[0] not in ("-h", "--help")):
                args.insert(0, self.by_itself)
        return super().parse_known_args(args, namespace)


def _behind_the_programs(words: Sequence[str]) -> Sequence[str]:
    """The words behind options of the program itself, which may stand before a command of a group, too."""
    while words and words[0].partition("=")[0] in ("--root", "--lang"):
        words = words[1 if "=" in words[0] else 2 :]
    return words
