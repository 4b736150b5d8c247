"""Programs of ours that run on when whoever started them has gone."""

from __future__ import annotations

from pathlib import Path

WORKER, TASKS = "resellerprogram-worker", "resellerprogram-tasks"


def start(root: Path, name: str) -> None:
    """Start one in a session of its own; where one lives already, the new one ends at once. Nothing happens where the
    plugin is not installed into the panel in `root`."""
    program = root / "lib" / "resellerprogram" / "current" / "bin" / name
    if not program.exists():
        return
    import subprocess  # much to load for those who start nothing

    subprocess.Popen(  # noqa: S603  no shell
        [str(program), str(root)],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
