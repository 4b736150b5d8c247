"""What time it is: `host/clock.py` for those who may load nothing that costs time."""

from __future__ import annotations

import os
import time

DEFAULT_ROOT = "/usr/local/mgr5"
CLOCK_NAME = "resellerprogram.clock"
FORM = "%Y-%m-%d %H:%M:%S"
_LONGEST = 200


def moment(root: str) -> str:
    """Now, as all tables hold it. Raises ValueError and OSError for a test clock that can't be read."""
    path = os.path.join(root, "var", CLOCK_NAME)
    if not os.path.lexists(path) or os.path.realpath(root) == os.path.realpath(DEFAULT_ROOT):
        return time.strftime(FORM)
    from datetime import datetime, timedelta

    with open(path, encoding="utf-8") as file:
        begun, written = datetime.fromisoformat(file.read(_LONGEST).strip()), os.fstat(file.fileno()).st_mtime
    return (begun + timedelta(seconds=max(0.0, time.time() - written))).strftime(FORM)
