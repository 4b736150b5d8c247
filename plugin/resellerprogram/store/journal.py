"""A second record of what was set aside, outside the database: a client's discount must not be lost with it.

One line of JSON per event (`set_aside` with every field, `put_back`, `never_deleted`), in the panel's `var`. Each
discount that is set aside has a mark made of all that was kept of it: journal and database find the same one by it,
also where ids have moved or an older database was put in place. Lines that were damaged stay in the file and are told.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field  # not the house's: the installer runs this file by itself
from datetime import datetime
from pathlib import Path
from typing import Any

FILE_NAME = "resellerprogram.set-aside.jsonl"
SET_ASIDE, PUT_BACK, NEVER_DELETED = "set_aside", "put_back", "never_deleted"
_BEGINNING = b'{"event"'


@dataclass(frozen=True)
class Kept:
    """A discount as it was set aside. `known` are the account's discounts when putting it back began."""

    account: int
    discount: int
    shown: Mapping[str, str]
    fields: Mapping[str, str]
    form: str
    set_aside_at: str
    known: tuple[int, ...] | None = None

    @property
    def mark(self) -> str:
        """Which discount, set aside when: the same in journal and database."""
        whole = [self.account, self.discount, dict(self.shown), dict(self.fields), self.form, self.set_aside_at]
        import hashlib  # takes time to load, and pages write nothing here

        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Ending:
    """How one stopped waiting: put back under the id `discount`, or `put_back` False, as it was never deleted."""

    put_back: bool
    discount: int | None = None


@dataclass
class Contents:
    """What the journal says: what waits and what has ended, by mark, and the numbers of lines that can't be read."""

    waiting: dict[str, Kept] = field(default_factory=dict)
    ended: dict[str, Ending] = field(default_factory=dict)
    damaged: list[int] = field(default_factory=list)

    def take(self, line: Mapping[str, Any]) -> None:
        """The next line. Raises KeyError, TypeError, ValueError for one that says nothing."""
        account, discount, event = _number(line["account"]), _number(line["discount"]), line["event"]
        if event == SET_ASIDE:
            kept = _kept(line)
            for mark in _texts(line.get("replaces")) if "mark" in line else self._waiting_of(account, discount):
                self._end(mark, Ending(False))
            self.waiting[kept.mark] = kept
            self.ended.pop(kept.mark, None)
        elif event in (PUT_BACK, NEVER_DELETED):
            ending = Ending(event == PUT_BACK, None if line.get("as") is None else _number(line["as"]))
            for mark in [str(line["mark"])] if "mark" in line else self._waiting_of(account, discount):
                self._end(mark, ending)
        else:
            raise ValueError(event)

    def _waiting_of(self, account: int, discount: int) -> list[str]:
        """Lines of earlier releases name a discount by its ids alone."""
        return [mark for mark, kept in self.waiting.items() if (kept.account, kept.discount) == (account, discount)]

    def _end(self, mark: str, ending: Ending) -> None:
        self.waiting.pop(mark, None)
        self.ended[mark] = ending


class Journal:
    """Append-only; every line is on the disk before the panel is asked to delete anything."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def set_aside(self, kept: Kept, replaces: list[str]) -> None:
        """Add it and wait until it is on the disk; what it `replaces` waits no more. Raises OSError."""
        with self.held():
            self.add_set_aside(kept, replaces)

    def end(self, kept: Kept, ending: Ending) -> None:
        """It waits no more. Raises OSError."""
        with self.held():
            self.add_end(kept, ending)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes meanwhile."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def add_set_aside(self, kept: Kept, replaces: list[str]) -> None:
        """The same for who holds it already."""
        values = {
            "account": kept.account,
            "discount": kept.discount,
            "mark": kept.mark,
            "shown": dict(kept.shown),
            "fields": dict(kept.fields),
            "form": kept.form,
            "set_aside_at": kept.set_aside_at,
        }
        if replaces:
            values["replaces"] = replaces
        if kept.known is not None:
            values["known"] = list(kept.known)
        self._append(SET_ASIDE, values)

    def add_end(self, kept: Kept, ending: Ending) -> None:
        """The same for who holds it already."""
        values: dict[str, Any] = {"account": kept.account, "discount": kept.discount, "mark": kept.mark}
        if ending.put_back:
            values["as"] = ending.discount
        self._append(PUT_BACK if ending.put_back else NEVER_DELETED, values)

    def read(self) -> Contents:
        """All of it. Raises OSError when there is a file that can't be read."""
        contents = Contents()
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return contents
        for number, line in enumerate(lines, start=1):
            if line.strip() and not _take(contents, line):
                contents.damaged.append(number)
                # a release before this one wrote on behind a line that had been cut short
                rest = line.find(_BEGINNING, 1)
                while rest > 0 and not _take(contents, line[rest:]):
                    rest = line.find(_BEGINNING, rest + 1)
        return contents

    def _append(self, event: str, values: Mapping[str, Any]) -> None:
        """The whole line or nothing of it."""
        line = (json.dumps({"event": event, **values}, ensure_ascii=False) + "\n").encode()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            length = os.fstat(descriptor).st_size
            try:
                if length and os.pread(descriptor, 1, length - 1) != b"\n":
                    line = b"\n" + line
                _write_all(descriptor, line)
                os.fsync(descriptor)
            except BaseException:
                os.ftruncate(descriptor, length)
                os.fsync(descriptor)
                raise
        finally:
            os.close(descriptor)
        if not length:
            _sync_folder(self.path.parent)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(contents: Contents, line: bytes) -> bool:
    try:
        contents.take(json.loads(line))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False
    return True


def _kept(line: Mapping[str, Any]) -> Kept:
    known = line.get("known")
    datetime.fromisoformat(line["set_aside_at"])
    return Kept(
        _number(line["account"]),
        _number(line["discount"]),
        _names(line["shown"]),
        _names(line["fields"]),
        _text(line["form"]),
        line["set_aside_at"],
        None if known is None else tuple(_number(each) for each in known),
    )


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()
    return value


def _texts(values: object) -> list[str]:
    if values is None:
        return []
    if not isinstance(values, list):
        raise TypeError(values)
    return [_text(value) for value in values]


def _names(values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise TypeError(values)
    return {_text(name): _text(value) for name, value in values.items()}
