"""A second record of what was set aside, outside the database: a client's discount must not be lost with it.

One line of JSON per event (`set_aside` with every field, `put_back`, `never_deleted`), in the panel's `var`. A database
that is made anew takes from it what still waits to be put back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "resellerprogram.set-aside.jsonl"


class Journal:
    """Append-only; every line is on the disk before the panel is asked to delete anything."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: str, values: Mapping[str, Any]) -> None:
        """Add one line and wait until it is on the disk. Raises OSError."""
        line = json.dumps({"event": event, **values}, ensure_ascii=False) + "\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode("utf-8"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def waiting(self) -> list[dict[str, Any]]:
        """What was set aside and not put back, the oldest first. A line that was cut short is passed over."""
        found: dict[tuple[int, int], dict[str, Any]] = {}
        for line in self._lines():
            key = (line["account"], line["discount"])
            if line["event"] == "set_aside":
                found[key] = line
            else:
                found.pop(key, None)
        return list(found.values())

    def _lines(self) -> Iterator[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue
