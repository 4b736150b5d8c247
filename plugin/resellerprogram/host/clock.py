"""What time it is: the host's clock, or a test clock that stands in the panel's folder (spec, section 4).

`var/resellerprogram.clock` holds one line, `2025-01-20 12:00`: it was that time when the file was written, and time has
gone on since. A demo, a test or a staging copy is moved from day to day so. At the default folder the file is ignored.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ..programme.errors import ClockUnreadable
from .root import DEFAULT_ROOT

CLOCK_NAME = "resellerprogram.clock"
_LINE = r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)\s*"
_LONGEST = 200

Clock = Callable[[], datetime]


def clock_of(root: Path) -> Clock:
    """The clock by which everything of ours lives in the panel in `root`. It follows the file for as long as it is
    asked; asking raises ClockUnreadable."""
    if _is_default(root):
        return datetime.now
    path = clock_file(root)
    return lambda: _by(path)


def clock_file(root: Path) -> Path:
    """Where a test clock stands."""
    return root / "var" / CLOCK_NAME


def is_ignored(root: Path) -> bool:
    """Whether somebody has put a test clock where real clients are."""
    return _is_default(root) and os.path.lexists(clock_file(root))


def is_tested(root: Path) -> bool:
    """Whether a test clock says what time it is."""
    return not _is_default(root) and os.path.lexists(clock_file(root))


def _is_default(root: Path) -> bool:
    return root.resolve() == DEFAULT_ROOT.resolve()


def _by(path: Path) -> datetime:
    try:
        with open(path, encoding="utf-8") as file:
            text, written = file.read(_LONGEST), os.fstat(file.fileno()).st_mtime
    except FileNotFoundError:
        return datetime.now()
    except (OSError, UnicodeDecodeError) as error:
        raise ClockUnreadable(path, str(error)) from error
    try:
        line = re.fullmatch(_LINE, text)
        begun = datetime.fromisoformat(f"{line[1]} {line[2]}") if line else None
        if begun:
            return begun + timedelta(seconds=max(0.0, time.time() - written))
    except (ValueError, OverflowError):
        pass
    raise ClockUnreadable(path, repr(text[:40]))
