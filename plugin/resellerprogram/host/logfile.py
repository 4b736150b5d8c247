"""Our own log, `var/resellerprogram.log` in the panel's folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

TAIL = 256 * 1024
LOG_NAME = "resellerprogram.log"
LONGEST_LINE, LONGEST_STORY = 2000, 20_000
_FORM = "%(asctime)s %(process)d %(levelname)s %(message)s"
_ERROR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8},[0-9]{3} [0-9]+ (ERROR|CRITICAL) ")


def log_to(root: Path) -> None:
    """Log there from now on. logrotate may move the file away: what runs then ends its story in the old one. Where it
    can't be written, what is done is worth more than its story: that goes to the standard error."""
    import logging  # pages that only read the log don't wait for it

    path = root / "var" / LOG_NAME
    handler: logging.Handler
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(_formatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def _formatter() -> logging.Formatter:
    import logging

    class OneLine(logging.Formatter):
        """A message is one line, whatever somebody else put into it; a traceback follows it, indented."""

        def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
            record.message = escaped(record.message, LONGEST_LINE)
            return super().formatMessage(record)

        def formatException(self, ei: object) -> str:  # noqa: N802  logging's name
            story = super().formatException(ei)  # type: ignore[arg-type]
            return "\n".join("    " + escaped(line, LONGEST_LINE) for line in story[-LONGEST_STORY:].splitlines())

    return OneLine(_FORM)


def escaped(text: str, longest: int) -> str:
    """A text on one line: what would begin another, or move the reader's cursor, is written as its escape."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in cut)


def last_errors(root: Path, count: int) -> list[str]:
    """The last errors in the log, the newest first; only the log's end is read."""
    try:
        with open(root / "var" / LOG_NAME, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line for line in reversed(lines) if _ERROR.match(line)][:count]
