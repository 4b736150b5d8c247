"""What a run sets aside on disk until all of it is known, so that memory does not grow with payments."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Staging(Generic[Item]):
    """Items in the order in which they were put; gone with the process."""

    def __init__(self, folder: Path) -> None:
        self._file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  closed by close()
        self._count = 0

    def put(self, item: Item) -> None:
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __iter__(self) -> Iterator[Item]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301  written above, in a file without a name

    def close(self) -> None:
        self._file.close()
