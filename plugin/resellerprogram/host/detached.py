"""The program of ours that runs on when whoever started it has gone."""

from __future__ import annotations

from pathlib import Path


def start_worker(root: Path) -> None:
    """Start a worker in a session of its own; where one lives, the new one ends when there is nothing else to do.
    Nothing happens where the plugin is not installed into the panel in `root`."""
    program = root / "lib" / "resellerprogram" / "current" / "bin" / "resellerprogram-worker"
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
