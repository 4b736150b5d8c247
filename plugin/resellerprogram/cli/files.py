"""What a command reads from a file, or from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from ..programme.errors import BadInput
from ..programme.pasting.cells import LONGEST_TEXT
from ..programme.text import Text


def text_of(file: str) -> str:
    """What is in a file (`-`: standard input), no more of it than a table may have. Raises BadInput."""
    try:
        if file == "-":
            text = sys.stdin.read(LONGEST_TEXT + 1)
            text.encode()  # without a locale Python lets pass what is in another encoding
            return text
        with Path(file).open(encoding="utf-8-sig") as opened:
            return opened.read(LONGEST_TEXT + 1)
    except UnicodeError as error:
        raise BadInput(
            Text("not UTF-8: {error}; save it as CSV in UTF-8", "не в UTF-8: {error}; сохраните его как CSV в UTF-8")(
                error=error
            )
        ) from error
