"""Makes the report of the sandbox anew: `python -m tests.replay`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .made import report_of_the_sandbox
from .played import REPORTS

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        (REPORTS / "sandbox.txt").write_text(report_of_the_sandbox(Path(folder)), encoding="utf-8")
