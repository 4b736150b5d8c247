"""The operator's door: `resellerprogram`.

Exit codes: 0 done · 1 failed, see the message · 2 wrong usage · 3 another run is active · 4 stopped by the limit on
lowered or removed discounts · 5 done, but some accounts wait in the queue · 6 the plan has changed since it was
confirmed, and what differs was not written. `status` uses those of monitoring
systems: 0 OK, 1 warning, 2 critical. `doctor`: 1 when something that matters differs. `plan --detailed-exitcode`:
0 nothing to do, 1 whatever went wrong, 2 there are changes.
"""

from __future__ import annotations

import importlib
import io
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..host.clock import clock_of
from ..host.logfile import LOG_NAME, log_to
from ..host.root import is_panels
from ..programme.errors import MISTAKES, AnotherRunActive, PlanChanged, ResellerProgrammeError, UnsafePlan
from ..programme.text import Text, sentence
from ..store import Store
from .output import (
    EXIT_ANOTHER_RUN,
    EXIT_CHANGED,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_UNSAFE,
    EXIT_USAGE,
    Command,
    shown,
)
from .parser import DETAILED, Named, parser_in
from .speaking import language_of, speaking

BY_CRON = ("preview.daily", "preview.sweep")
_EXITS: Mapping[type[ResellerProgrammeError], int] = {
    AnotherRunActive: EXIT_ANOTHER_RUN,
    UnsafePlan: EXIT_UNSAFE,
    PlanChanged: EXIT_CHANGED,
}
_UNEXPECTED = Text(
    "Internal error: {error}. Details: {log}; the next start finishes what was begun.",
    "Внутренняя ошибка: {error}. Подробности: {log}; начатое завершит следующий запуск.",
)
_NO_PANEL = Text(
    "There is no BILLmanager in {folder}. Name the panel's folder: --root DIR.",
    "В папке {folder} нет панели BILLmanager. Укажите папку панели: --root ПАПКА.",
)

_OF_FILES: Mapping[type[OSError], Text] = {
    FileNotFoundError: Text("There is no file {file}.", "Файла {file} нет."),
    IsADirectoryError: Text("{file} is a folder; name a file.", "{file} — папка; укажите файл."),
    PermissionError: Text("{file} can't be opened: no permission.", "{file} не открывается: нет прав."),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and tell its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        try:
            return _run(words, language_of(words, os.environ))
        finally:
            print(end="", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough, as with `| head`
        return 0


def _run(words: Sequence[str], language: str) -> int:
    """Raises BrokenPipeError."""
    try:
        with speaking(language):
            parser = parser_in(language)
            options = parser.parse_args(words)
    except SystemExit as refused:
        if refused.code == EXIT_USAGE and DETAILED in words:
            raise SystemExit(EXIT_FAILED) from None
        raise
    language = options.lang or language
    if options.command is None:
        from .helping import overview

        print(overview(parser), end="")
        return 0
    if not is_panels(options.root):
        print(shown(_NO_PANEL(folder=options.root).say(language)), file=sys.stderr)
        return EXIT_FAILED if getattr(options, "detailed_exitcode", False) else EXIT_USAGE
    try:
        log_to(options.root)
        if "without_store" in options:
            return int(_behind(options.without_store)(options, language))
        clock = clock_of(options.root)
        with Store(options.root, clock()) as store:
            command = Command(store, options, language, clock)
            _find_clients(command)
            return int(_behind(options.command)(command) or 0)
    except ResellerProgrammeError as error:
        print(shown(sentence(error.text.say(language))), file=sys.stderr)
        by_cron = options.command in BY_CRON
        mistake = isinstance(error, MISTAKES) and not by_cron
        logging.getLogger(__name__).log(logging.INFO if mistake else logging.ERROR, "%s", error)
        return EXIT_FAILED if getattr(options, "detailed_exitcode", False) else _EXITS.get(type(error), EXIT_FAILED)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:
        known = _OF_FILES.get(type(error))
        print(known(file=error.filename).say(language) if known else error, file=sys.stderr)
        return EXIT_FAILED
    except Exception as error:
        logging.getLogger(__name__).exception("unexpected")
        print(_UNEXPECTED(error=error, log=options.root / "var" / LOG_NAME).say(language), file=sys.stderr)
        return EXIT_FAILED


def _behind(command: str) -> Callable[..., Any]:
    module, _, function = command.partition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f".{module}", __name__), function)
    return found


def _find_clients(command: Command) -> None:
    """Whoever was named by e-mail or name is a number from here on. Raises MemberError, PanelError."""
    for option, value in vars(command.options).items():
        if isinstance(value, Named):
            setattr(command.options, option, command.office.clients.meant(value))
