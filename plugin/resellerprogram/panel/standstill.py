"""`etc/billmgr.DoNothing`: this panel is a copy, a standby or under maintenance, and nothing of ours writes to it.

BILLmanager's own modules pause there (scale 1), while users look and order, and every function is answered:
nobody but we keep our writes away.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..programme.errors import PanelStandsStill

MARK = ("etc", "billmgr.DoNothing")


def stands_still(root: Path) -> bool:
    """Whether the panel in `root` is marked so; by a link that leads nowhere, too."""
    mark = root.joinpath(*MARK)
    return mark.is_symlink() or mark.exists()


def check_may_write(root: Path) -> None:
    """Raises PanelStandsStill."""
    if stands_still(root):
        raise PanelStandsStill


def writes(function: str, params: Mapping[str, str]) -> bool:
    """Whether a call of ours changes something in the panel. A list's filter is only put back as it was found."""
    return ("sok" in params or function.endswith(".delete")) and not function.endswith(".filter")
