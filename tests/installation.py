"""install.sh as an operator runs it, for tests that need the plugin inside a panel's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RUNTIME = ("lxml", "requests", "python-dateutil")


def download(folder: Path) -> Path:
    """The runtime packages as files, as somebody would carry them to a host without internet."""
    subprocess.run([sys.executable, "-m", "pip", "download", "-qq", "--dest", str(folder), *RUNTIME], check=True)
    return folder


def run(command: str, root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHON": sys.executable, "PIP_NO_INDEX": "1", **environment}
    return subprocess.run(
        [str(PROJECT / "install.sh"), command, "--root", str(root), *words],
        text=True,
        capture_output=True,
        env=variables,
        check=False,
        stdin=subprocess.DEVNULL,
    )
