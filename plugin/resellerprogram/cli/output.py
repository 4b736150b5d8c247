"""One command as it was given, and how it speaks."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..host.clock import Clock
from ..office import Office
from ..programme import bounds
from ..programme.bounds import LONGEST_NAME
from ..programme.figures import NARROW, NO_BREAK
from ..programme.settings import FULL_LEVEL
from ..programme.text import Text, short
from ..programme.values import dataclass
from ..store import Store
from ..store.changes import Author
from ..words.lines import Titles, table

CONSOLE = "console"
"""The address from which the command line's changes come."""
EXIT_FAILED, EXIT_USAGE, EXIT_ANOTHER_RUN, EXIT_UNSAFE, EXIT_PARTLY, EXIT_CHANGED = 1, 2, 3, 4, 5, 6
EXIT_INTERRUPTED = 130
EXIT_THERE_ARE_CHANGES = 2
"""Of `plan --detailed-exitcode`, as terraform's users know it; anything that goes wrong is 1 then."""
_YES = {"y", "yes", "д", "да"}


@dataclass(frozen=True)
class Command:
    """The options of one invocation, the store of the panel they name, the language to answer in, and what time it
    is."""

    store: Store
    options: argparse.Namespace
    language: str
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def root(self) -> Path:
        root: Path = self.options.root
        return root

    @property
    def office(self) -> Office:
        """What administrators decide, in the name of whoever sits at the console."""
        name = next((os.environ[each] for each in ("SUDO_USER", "LOGNAME", "USER") if os.environ.get(each)), "root")
        name = short(name, LONGEST_NAME)
        return Office(self.root, self.store, Author(name, CONSOLE), self.clock, FULL_LEVEL)

    @property
    def titles(self) -> Titles:
        """What people read of the service classes."""
        return {each.name: each.title for each in self.store.classes.all()}

    def login(self, who: str) -> str:
        """Who that is: the panel tells employees by id."""
        return self.store.notes.staff().get(who, who)

    def say(self, text: Text) -> None:
        print(shown(text.say(self.language)))

    def warn(self, text: Text) -> None:
        print(shown("! " + text.say(self.language)), file=sys.stderr)

    @property
    def can_ask(self) -> bool:
        """Whether somebody sits there who reads and answers."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    def ask(self, question: Text) -> bool:
        """What is not a plain yes is a no."""
        choice = Text(" [y/N] ", " [д/Н] ").say(self.language)
        print(shown(question.say(self.language)) + choice, end="", flush=True)
        return sys.stdin.readline().strip().lower() in _YES

    def ask_for(self, question: Text) -> str:
        """A line that somebody types."""
        print(shown(question.say(self.language)), end="", flush=True)
        return bounds.line(sys.stdin.readline().strip())

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            print(shown(line))

    def table(self, header: Text, rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> None:
        """An aligned table; the header's columns are separated by `|`."""
        self.lines(table(header.say(self.language).split("|"), rows, frozenset(right)))

    def json(self, values: Any) -> None:
        print(json.dumps(values, ensure_ascii=False, indent=2))

    def progress(self) -> Callable[[int, int], None]:
        """A bar on a terminal, silence elsewhere."""
        return _bar if sys.stderr.isatty() else lambda done, total: None


def shown(text: str) -> str:
    """What a terminal may be given: clients choose their names, and these hold no commands for it. It has one kind of
    space."""
    plain = text.replace(NO_BREAK, " ").replace(NARROW, " ")
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in plain)


def _bar(done: int, total: int) -> None:
    filled = 30 * done // max(total, 1)
    end = "\r\033[K" if done >= total else ""
    print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total}{end}", end="", file=sys.stderr, flush=True)
