"""`./install.sh demo` shows what it promises: a world that is alive, and the published example."""

from __future__ import annotations

import json
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
        [sys.executable, "-m", "tests.demo", *words, "--folder", str(folder)],
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
    show = demo(tmp_path / "demo", "example", "--resellers", "40")
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


def told(folder: Path, *words: str) -> tuple[int, str]:
    done = demo(folder, *words)
    said, _ = done.communicate(timeout=120)
    return done.returncode, said


def test_the_demo_lives_is_moved_and_ends(tmp_path: Path, wheels: Path) -> None:
    """Its world is up to today; a day, a payment and a refund move it; no second one destroys it."""
    folder = tmp_path / "a demo"
    code, said = told(folder, "--months", "0", "--weeks", "1")
    assert (code, said.count("\n  6. ")) == (0, 1), said
    address = re.search(r"The demo runs: (\S+)", said)
    assert address
    try:
        assert requests.get(address[1], timeout=10).status_code == 200
        code, again = told(folder)
        assert (code, address[1] in again, "demo stop" in again) == (1, True, True)
        assert requests.get(address[1], timeout=10).status_code == 200, "nobody has destroyed it"
        assert re.search("Атлас: .*vds 19 → 21 %", told(folder, "pay", "Атлас", "1500")[1])
        code, nights = told(folder, "next-day", "2")
        assert (code, nights.count("the night has run")) == (0, 2)
        assert re.search("Ромашка: .*vds 19 → 17 %", nights)
        assert re.search("Вега: .*vhost 0 → 40 %", told(folder, "refund", "vega@example.com")[1])
        for words, says in (
            (("pay", "nobody", "5"), "no client"),
            (("pay", "а", "5"), "Which of them?"),
            (("pay", "Атлас", "0"), "no amount"),
            (("refund", "Вега"), "no payment to give back"),
            (("next-day", "99"), "From 1 to 31"),
        ):
            code, refused = told(folder, *words)
            assert (code, says in refused) == (1, True), refused
        overview = subprocess.run(
            [str(folder / "mgr5" / "sbin" / "resellerprogram"), "overview", "--json"], capture_output=True, check=True
        )
        assert json.loads(overview.stdout)["given"]["now"] != "0"
    finally:
        assert told(folder, "stop")[0] == 0
    code, refused = told(folder, "pay", "Атлас", "5")
    assert (code, "No demo runs" in refused) == (1, True)


def test_a_folder_of_somebody_elses_is_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    code, said = told(tmp_path)
    assert (code, "not empty and no demo's" in said, kept.read_text()) == (1, True, "mine")
