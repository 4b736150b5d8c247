"""`./install.sh demo` shows what it promises."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests import installation

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]


def demo(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.demo", "--folder", str(folder), *words],
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "PYTHON": str(installation.PREPARED),
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": f"{PROJECT}:{PROJECT / 'plugin'}",
        },
    )


def test_the_demo_plays_the_published_example_and_leaves_a_panel_that_answers(tmp_path: Path, wheels: Path) -> None:
    show = demo(tmp_path / "demo", "--resellers", "40")
    told, address = "", None
    assert show.stdout is not None
    for line in show.stdout:
        told += line
        address = re.search(r"The panel stays up: (\S+)", line) or address
        if "Ctrl-C ends it" in line:
            break
    assert address is not None, told
    page = requests.get(address[1], timeout=10)
    show.send_signal(signal.SIGINT)
    show.wait(timeout=20)
    installation.end_workers(tmp_path / "demo")

    assert "sandbox" in page.text
    assert show.returncode == 0
    assert "A month of VPS for account 42: 1000.00 RUB before, 810.00 RUB now" in told
    assert "Nothing to change." in told
    assert re.search(r"102 000.00 RUB  Partner #8 → Partner #9  19 % → 21 %", told)
    assert re.search(r"49 000.00 RUB  Partner #8 → Partner #7  19 % → 17 %", told)
    assert "Everything came out as published." in told
    time.sleep(0.2)
    with pytest.raises(requests.ConnectionError):
        requests.get(address[1], timeout=2)
