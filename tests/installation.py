"""install.sh as an operator runs it, for tests that need the plugin inside a panel's folder."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from resellerprogram.store import Store

from tests.operator import go_live
from tests.sandbox import Sandbox

PROJECT = Path(__file__).resolve().parents[1]
RUNTIME = ("lxml", "requests", "python-dateutil")

PREPARED: Path | None = None
"""An interpreter whose new environments are copies of one that has the runtime packages already; see `prepare`."""


def download(folder: Path) -> Path:
    """The runtime packages as files, as somebody would carry them to a host without internet."""
    subprocess.run([sys.executable, "-m", "pip", "download", "-qq", "--dest", str(folder), *RUNTIME], check=True)
    return folder


def prepare(folder: Path, wheels: Path) -> Path:
    """The interpreter of `PREPARED`: making an environment anew takes most of an installation's time."""
    environment, python = folder / "environment", folder / "python"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    install = ["-m", "pip", "install", "-qq", "--no-index", "--find-links", str(wheels), *RUNTIME]
    subprocess.run([str(environment / "bin" / "python"), *install], check=True)
    python.write_text(
        "#!/bin/sh\n"
        f'if [ "$1 $2 $3" = "-I -m venv" ]; then exec cp -a {shlex.quote(str(environment))} "$4"; fi\n'
        f'exec {shlex.quote(sys.executable)} "$@"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    return python


def put_into(sandbox: Sandbox, wheels: Path) -> None:
    """The plugin as `install.sh install` has put it into another panel just like this one, copied from there, and
    started. For tests of what comes after an installation; the first one makes it."""
    model = wheels.with_name("model") / "mgr5"
    with open(wheels.with_name("model.lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not model.exists():
            with Sandbox.create(model) as panel:
                done = run("install", panel.root, "--wheels", str(wheels))
            if done.returncode:
                shutil.rmtree(model)
                raise RuntimeError(done.stdout + done.stderr)
    for folder in ("lib", "sbin", "addon", "etc/xml", "var"):
        for each in (model / folder).glob("*resellerprogram*"):
            subprocess.run(["cp", "-a", str(each), str(sandbox.root / folder)], check=True)
    with Store(sandbox.root, datetime.now()) as store:
        go_live(store)
    sandbox.mgrctl("exit")


def workers_of(root: Path) -> list[int]:
    """The processes of workers of the panel in that folder, or in one below it."""
    marks = (os.fsencode(root), b"resellerprogram.worker")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if all(mark in line for mark in marks):
            found.append(int(folder.name))
    return found


def end_workers(root: Path) -> None:
    """A worker waits ten minutes for more, also where nothing is to come any more."""
    for process in workers_of(root):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def stand_at(sandbox: Sandbox, moment: str = "2025-01-20 12:00") -> None:
    """Put a test clock into the panel's folder: the installed plugin lives by it from now on."""
    (sandbox.root / "var" / "resellerprogram.clock").write_text(f"{moment}\n", encoding="utf-8")


def cli(sandbox: Sandbox, *words: str, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    """The installed command, in an environment that knows nothing else."""
    return subprocess.run(
        [str(sandbox.root / "sbin" / "resellerprogram"), *words],
        text=True,
        capture_output=True,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LANG": language},
        check=False,
    )


def run(
    command: str, root: Path, *words: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    python = str(PREPARED or sys.executable)
    variables = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHON": python, "PIP_NO_INDEX": "1", **environment}
    return subprocess.run(
        [str(PROJECT / "install.sh"), command, "--root", str(root), *words],
        text=True,
        capture_output=True,
        env=variables,
        check=False,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
    )
