"""`./install.sh demo` shows what it promises: a world that is alive, and the published example."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests import installation
from tests.demo import moves, place
from tests.demo.__main__ import INTERRUPTED, main, with_command
from tests.demo.place import MARK, Place, running
from tests.demo.speech import Stop

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
    show = demo(tmp_path / "demo", "example", "--resellers", "20")
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
    assert "A month of VPS for client 22: RUB 1,000 before, RUB 810 now" in told
    assert "Discounts are correct; nothing to change." in told
    assert re.search(r"102000.00 RUB  Partner #8 → Partner #9  19 → 21 %", told)
    assert re.search(r"49000.00 RUB  Partner #8 → Partner #7  19 → 17 %", told)
    assert "Everything came out as published." in told
    assert told.count("To keep Partner #8") == 1
    time.sleep(0.2)
    with pytest.raises(requests.ConnectionError):
        requests.get(address[1], timeout=2)


def told(folder: Path, *words: str) -> tuple[int, str]:
    done = demo(folder, *words)
    said, _ = done.communicate(timeout=120)
    return done.returncode, said


UNDER_NOHUP = pytest.mark.skipif(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN, reason="nobody hangs up here")


@pytest.mark.parametrize("number", [pytest.param(signal.SIGHUP, marks=UNDER_NOHUP), signal.SIGTERM])
def test_a_start_that_is_ended_on_its_way_leaves_no_panel(number: int, tmp_path: Path) -> None:
    """A demo that is half made would pass for one that runs."""
    starting = demo(tmp_path, "start")
    deadline = time.monotonic() + 60
    while not Place(tmp_path).is_running():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    starting.send_signal(number)
    # Python ends by the signal itself where it struck inside `exec`, as of dataclasses; a shell says 130 of either
    assert starting.wait(timeout=60) in (INTERRUPTED, -signal.SIGINT)
    assert not Place(tmp_path).is_running()


MISTAKES = (
    (("pay", "nobody", "5"), "no client “nobody”; the page Members lists them"),
    (("pay", "а", "5"), " more. Name one by number or login"),
    (("pay", "ар", "5"), "“ар” fits several clients: 8 Заря, 15 Парус. Name one"),
    (("pay", "Атлас", "-5"), "no amount"),
    (("pay", "Атлас", "0"), "no amount"),
    (("pay", "Атлас", "1000000000"), "no amount"),
    (("refund", "pfx/99999"), "There is no payment “pfx/99999”"),
    (("refund", "Вега", "1e3x"), "no amount"),
    (("refund", "pfx/1", "999999999"), "can be given back"),
    (("refund", "Вега"), "no payment to give back"),
)


def test_the_demo_lives_is_moved_and_ends(tmp_path: Path, wheels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its world is up to today; a day, a payment and a refund move it; no second one destroys it."""
    folder = tmp_path / "a demo"
    code, said = told(folder, "start", "--months", "0", "--weeks", "0")
    assert (code, said.count("\n  6. ")) == (0, 1), said
    address = re.search(r"The demo runs: (\S+)", said)
    assert address
    try:
        code, again = told(folder, "start")
        assert (code, address[1] in again, "demo stop" in again) == (1, True, True)
        assert requests.get(address[1], timeout=10).status_code == 200, "nobody has destroyed it"
        assert Place(folder) in running()
        for page in ("overview", "preview", "notices", "setaside", "changes", "undo"):
            assert shown(folder, page), page
        health = Place(folder).panel.mgrctl("resellerprogram.health", su="chief")
        assert [len(health.findall(f"list[@name='{each}']/elem")) for each in ("promo", "errors")] == [0, 0]
        assert re.search(
            "Атлас: Partner #8 → Partner #9, .*\n    VPS 19 → 21 %", told(folder, "pay", "Атлас", "1500")[1]
        )
        assert " more to reach Partner #9." in told(folder, "pay", "romashka", "100")[1]
        code, nights = told(folder, "next-day", "2")
        assert (code, nights.count("the night has passed. Tiers: ")) == (0, 2)
        assert re.search("Ромашка: Partner #8 → Partner #7, .*\n    VPS 19 → 17 %", nights)
        last = next(each for each in moves.payments(Place(folder)) if each.amount == 31_000)
        assert "not changed: Partner #6 is kept through" in told(folder, "refund", last.number, "1000")[1]
        assert re.search("Вега: .*\n.*shared hosting none → 40 %", told(folder, "refund", "vega@example.com")[1])
        assert_says_at_once_that_it_is_stopped(folder)
        before = moves.payments(Place(folder))
        capsys.readouterr()
        for words, says in MISTAKES:
            assert main([*words, "--folder", str(folder)]) == 1
            assert says in capsys.readouterr().err
        assert moves.payments(Place(folder)) == before
    finally:
        code, ended = told(folder, "stop")
    assert (code, f"The demo in {folder} has ended" in ended, f"rm -r '{folder}'`" in ended) == (0, True, True)
    code, refused = told(folder, "pay", "Атлас", "5")
    assert (code, "No demo runs" in refused) == (1, True)


def assert_says_at_once_that_it_is_stopped(folder: Path) -> None:
    """The queue of a stopped program is answered by nobody: not a minute is spent on it."""
    command = Place(folder).command
    subprocess.run([str(command), "stop"], check=True, capture_output=True)
    began = time.monotonic()
    for words in (("pay", "vega", "600"), ("refund", "vega"), ("next-day",)):
        code, said = told(folder, *words)
        assert (code, "was stopped. Start it: `" in said, f"{command}' start`" in said) == (0, True, True)
    assert time.monotonic() - began < moves.PATIENCE
    subprocess.run([str(command), "start", "--yes"], check=True, capture_output=True)


def shown(folder: Path, page: str) -> int:
    """How many rows a page shows an administrator."""
    return len(Place(folder).panel.mgrctl(f"resellerprogram.{page}", su="chief").findall(".//elem"))


def test_a_folder_of_somebody_elses_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    assert main([str(tmp_path)]) == 1
    assert "not empty and no demo's" in capsys.readouterr().err
    assert main([str(kept)]) == 1
    assert "can't be used" in capsys.readouterr().err
    assert kept.read_text() == "mine"


def test_of_an_ended_demo_only_what_is_its_own_is_made_anew(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    with Place(tmp_path).taken():
        (tmp_path / "mgr5" / "var").mkdir(parents=True)
    kept.write_text("mine")
    with Place(tmp_path).taken():
        assert sorted(each.name for each in tmp_path.iterdir()) == [MARK, "kept.txt"]
        with pytest.raises(Stop, match="Another command is at work"), Place(tmp_path).taken():
            pass
    assert kept.read_text() == "mine"


def test_what_is_left_of_a_demo_is_its_folder_unless_somebody_has_put_something_beside_it(tmp_path: Path) -> None:
    with Place(tmp_path).taken():
        (tmp_path / "mgr5").mkdir()
    assert Place(tmp_path).remains() == [tmp_path]
    (tmp_path / "kept.txt").write_text("mine")
    assert Place(tmp_path).remains() == [tmp_path / "mgr5", tmp_path / MARK]


def test_a_command_without_a_folder_is_for_the_only_demo_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (Place(tmp_path / name) for name in ("one", "two"))
    for each in (one, two):
        (each.folder / "mgr5" / "var" / "run").mkdir(parents=True)
        (each.folder / "mgr5" / "var" / "run" / "address").write_text("http://127.0.0.1:1/billmgr")
    for found, says in (([], "No demo runs"), ([one, two], "Several demos run")):
        monkeypatch.setattr(place, "running", lambda found=found: found)
        with pytest.raises(Stop, match=says):
            place.named_or_running(None)
    monkeypatch.setattr(place, "running", lambda: [two])
    assert place.named_or_running(None) == two
    with pytest.raises(Stop, match=f"These run:\n  {two.folder}"):
        place.named_or_running(one.folder)


@pytest.mark.parametrize(("copy", "found"), [(PROJECT, True), (Path("/"), False)])
def test_a_demo_of_another_copy_of_the_project_has_to_be_named(
    copy: Path, found: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`stop` would end what somebody else does there."""
    monkeypatch.setattr(Place, "is_running", lambda self: self.folder == tmp_path)
    sleeps = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    with subprocess.Popen(
        [*sleeps, "tests.sandbox", "serve", str(tmp_path / "mgr5"), "--port"], cwd=copy, stdout=subprocess.PIPE
    ) as panel:
        try:
            assert panel.stdout
            panel.stdout.readline()
            assert running() == [Place(tmp_path)] * found
        finally:
            panel.kill()


@pytest.mark.parametrize(
    ("word", "begins"),
    [("nextday", "There is no command nextday; is next-day meant? "), ("foo", "There is no command foo. ")],
)
def test_a_mistyped_command_starts_no_demo(
    word: str, begins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is yet to be made is written with a slash."""
    monkeypatch.setenv("CALLED_FROM", str(tmp_path))
    assert main([word]) == 1
    told = capsys.readouterr().err
    assert told.startswith(begins + "Commands: start, example, next-day, pay, refund, stop.")
    assert f" demo ./{word}`" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("--port", "1"), ("./new",), ("/new",), ("there",)])
def test_a_folder_is_one_that_is_there_or_is_written_with_a_slash(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLED_FROM", str(tmp_path))
    (tmp_path / "there").mkdir()
    assert with_command([*words]) == ["start", *words]


@pytest.mark.parametrize("typed", ["--folder there", "--folder=there"])
def test_the_folder_may_stand_before_the_command(typed: str) -> None:
    """Else `--folder there stop` would start a demo there."""
    folder = typed.split()
    assert with_command([*folder, "pay", "atlas", "5"]) == ["pay", "atlas", "5", *folder]
    assert with_command([*folder, "stop"]) == ["stop", *folder]
    assert with_command(folder) == ["start", *folder]


def test_a_folder_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["start", str(tmp_path / "one"), "--folder", str(tmp_path / "two")])
    assert "not allowed with argument" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    ["next-day 99", "next-day 0", "next-day -1", "next-day x", "start --port 65536", "start --port -5",
     "start --months -1", "start --weeks x", "example --resellers 0"],
)  # fmt: skip
def test_a_number_that_makes_no_sense_is_refused_before_anything_begins(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*words.split(), "--folder", str(tmp_path / "demo")])
    assert "a number from " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["start", "example"])
def test_a_port_that_is_taken_is_said(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main([command, "--port", str(taken.getsockname()[1]), "--folder", str(tmp_path)]) == 1
    assert re.search(
        "The panel can't be started: .*in use\n.*Without --port a free one is taken", capsys.readouterr().err
    )


def test_help_is_help() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["help"])
    assert ended.value.code == 0
