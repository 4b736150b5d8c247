"""What the quick handlers share. Like them, it imports nothing that costs time."""

from __future__ import annotations

import os
import time


def log(root: str, who: str, error: Exception, consequence: str) -> None:
    """A line in our log, in the log's own form. A disk that is full stops neither a payment nor an order."""
    line = f"{time.strftime('%Y-%m-%d %H:%M:%S')},000 {os.getpid()} ERROR {who}: {repr(error)[:1000]}; {consequence}\n"
    try:
        with open(os.path.join(root, "var", "resellerprogram.log"), "a", encoding="utf-8", errors="replace") as file:
            file.write(line)
    except OSError:
        return
