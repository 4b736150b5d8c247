"""Our own log, `var/resellerprogram.log` in the panel's folder."""

from __future__ import annotations

from pathlib import Path

TAIL = 256 * 1024
LOG_NAME = "resellerprogram.log"


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
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def last_errors(root: Path, count: int) -> list[str]:
    """The last errors in the log, the newest first; only the log's end is read."""
    try:
        with open(root / "var" / LOG_NAME, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line for line in reversed(lines) if " ERROR " in line][:count]
