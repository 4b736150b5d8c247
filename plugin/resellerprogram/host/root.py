"""Which panel this program belongs to."""

from __future__ import annotations

import sys
from pathlib import Path

DEFAULT_ROOT = Path("/usr/local/mgr5")


def is_panels(folder: Path) -> bool:
    """Whether a panel is there, or at least what this program has kept of one."""
    return (folder / "sbin" / "mgrctl").exists() or (folder / "var" / "resellerprogram").is_dir()


def panel_root(prefix: Path = Path(sys.prefix)) -> Path:
    """The panel's folder in which this program is installed; BILLmanager's usual one where it is in none."""
    return next((folder for folder in prefix.parents if (folder / "sbin" / "mgrctl").exists()), DEFAULT_ROOT)
