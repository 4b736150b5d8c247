"""install.sh when something is odd: damaged, twice at once, half-way, in a folder with spaces. Nothing is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from resellerprogram.programme.ids import AccountId, DiscountId
from resellerprogram.store import Store, database

from tests import installation
from tests.installation import PROJECT, cli, run, stand_at
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

NOW = datetime(2025, 1, 20, 12)


@pytest.fixture
def spaced(tmp_path: Path) -> Iterator[Sandbox]:
    """A panel in a folder with spaces and a quote."""
    with Sandbox.create(tmp_path / "the panel's 5") as panel:
        yield panel


def rest(root: Path) -> Path:
    """Somebody's discount is set aside; where the journal is."""
    with Store(root, NOW) as store:
        store.set_aside.keep(AccountId(1), DiscountId(4), {"name": "Agreed"}, {}, "<doc/>", NOW)
    return root / "var" / "resellerprogram.set-aside.jsonl"


def version(root: Path) -> int:
    with sqlite3.connect(root / "var" / "resellerprogram" / "resellerprogram.db") as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


# --- whose files they are (A7) ---


def test_whatever_the_umask_nobody_else_may_write_what_root_runs(sandbox: Sandbox, wheels: Path) -> None:
    before = os.umask(0)
    try:
        done = run("install", sandbox.root, "--wheels", str(wheels), PYTHON=sys.executable)
        assert done.returncode == 0, done.stderr
        cli(sandbox, "status")
        event = sandbox.root / "addon" / "resellerprogram_event"
        log = sandbox.root / "var" / "resellerprogram.log"
        log.unlink(missing_ok=True)
        subprocess.run([str(event)], env={"PARAM_func": "payment.setpaid", "PARAM_elid": "1"}, check=True)
    finally:
        os.umask(before)
    ours = [sandbox.root / "lib" / "resellerprogram", sandbox.root / "var" / "resellerprogram"]
    paths = [path for folder in ours for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    assert [str(path) for path in paths if path.stat().st_mode & 0o022] == []
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    rotation = (sandbox.root / "lib" / "resellerprogram" / "current" / "logrotate").read_text()
    assert "create 0600 root root" in rotation


def test_nothing_is_loaded_from_the_folder_in_which_root_happens_to_be(sandbox: Sandbox, tmp_path: Path) -> None:
    """A1: `cd /tmp; ~/plugin/install.sh install` must not run what anybody has put there as a module."""
    anybodys = tmp_path / "tmp"
    anybodys.mkdir()
    ran = tmp_path / "ran"
    for name in ("venv", "ensurepip", "configparser", "pip", "sysconfig", "lxml", "compileall", "resellerprogram"):
        (anybodys / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r} + ' ')\n")
    wheels = tmp_path / "none"
    wheels.mkdir()
    done = run("install", sandbox.root, "--wheels", str(wheels), cwd=anybodys, PYTHON=sys.executable)
    assert (ran.read_text() if ran.exists() else "") == ""
    assert "the packages could not be installed" in done.stderr
    run("uninstall", sandbox.root, "--purge", cwd=anybodys, PYTHON=sys.executable)
    assert not ran.exists()


# --- a log that can't be opened (V12) ---


def test_event_and_guard_work_also_where_the_log_cannot_be_opened(installed: Sandbox) -> None:
    log = installed.root / "var" / "resellerprogram.log"
    log.unlink(missing_ok=True)
    log.mkdir()
    (installed.root / "lib" / "resellerprogram" / "current" / "bin" / "resellerprogram-worker").unlink()
    with Store(installed.root, NOW) as store:
        store.connection.execute("INSERT INTO client_user (id, name, account) VALUES (7, 'client', 1)")
        store.connection.execute(
            "INSERT INTO decision (account, first_day, last_day, basis, turnover, payments, tier, version, mark, cause,"
            " decided_at, confirmed_at) VALUES (1, '2025-01-20', '2025-01-20', 'turnover', '500', 0, 'Starter', 0, x'',"
            " 'daily', '2025-01-20', '2025-01-20')"
        )
    addons = installed.root / "addon"
    event = subprocess.run(
        [str(addons / "resellerprogram_event")],
        env={"PARAM_func": "payment.setpaid", "PARAM_elid": "5"},
        capture_output=True,
        check=True,
    )
    guard = subprocess.run(
        [str(addons / "resellerprogram_guard")],
        env={"AUTH_LEVEL": "16", "AUTH_USER": "client", "PARAM_promocode": "SALE", "PARAM_sok": "ok"},
        input=b"<doc/>",
        capture_output=True,
        check=True,
    )
    assert b"<doc/>" in event.stdout
    assert b"resellerprogram_promo_code" in guard.stdout
    with Store(installed.root, NOW) as store:
        assert [each.payment for each in store.queue.all()] == [5]
    assert cli(installed, "settings", "show").returncode == 0


# --- uninstalling (D3) ---


def test_a_damaged_installation_is_not_removed_while_it_cannot_give_back(installed: Sandbox, wheels: Path) -> None:
    root = installed.root
    journal = rest(root)
    current = root / "lib" / "resellerprogram" / "current"
    target = os.readlink(current)
    current.unlink()
    current.symlink_to("releases/gone")

    for words in ((), ("--purge",), ("--withdraw",)):
        refused = run("uninstall", root, *words)
        assert (refused.returncode, "nothing was removed" in refused.stderr) == (1, True)
        assert os.path.lexists(root / "sbin" / "resellerprogram")

    removed = run("uninstall", root, "--as-is", "--purge")
    assert (removed.returncode, "Suspended discounts still wait" in removed.stdout) == (0, True)
    assert not os.path.lexists(root / "sbin" / "resellerprogram")
    assert json.loads(journal.read_text())["discount"] == 4
    later = run("uninstall", root, "--purge")
    assert (later.returncode, "still wait" in later.stderr) == (1, True)
    assert journal.exists(), target


# --- upgrading ---


def test_an_upgrade_that_is_not_registered_leaves_the_data_to_the_release_before(
    installed: Sandbox, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D4: the check itself calls the new release's page."""
    root = installed.root
    newest = older_data(root, monkeypatch, 3)
    mgrctl = root / "sbin" / "mgrctl"
    real = mgrctl.read_bytes()
    mgrctl.rename(root / "sbin" / "mgrctl.real")
    mgrctl.write_text(
        "#!/bin/sh\ncase \"$*\" in *actionlist*) echo '<doc/>' ;; *.health*)"
        ' "$0.real" "$@" >/dev/null; echo \'<doc><error type="missed"/></doc>\' ;; *) exec "$0.real" "$@" ;; esac\n'
    )
    mgrctl.chmod(0o755)
    for program, does in (("sleep", ""), ("seq", "echo 1 9 10 11")):  # the first looks and the last, without pauses
        (tmp_path / program).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / program).chmod(0o755)
    before = os.readlink(root / "lib" / "resellerprogram" / "current")

    failed = run("install", root, "--wheels", str(wheels), PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert (failed.returncode, "has not registered" in failed.stderr) == (1, True)
    assert os.readlink(root / "lib" / "resellerprogram" / "current") == before
    assert version(root) == 3
    mgrctl.write_bytes(real)
    done = run("install", root, "--wheels", str(wheels))
    assert (done.returncode, version(root)) == (0, newest), done.stderr


def installing(root: Path, wheels: Path) -> subprocess.Popen[str]:
    """An install that goes on while the test does."""
    words = [str(PROJECT / "install.sh"), "install", "--root", str(root), "--wheels", str(wheels)]
    variables = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHON": str(installation.PREPARED), "PIP_NO_INDEX": "1"}
    return subprocess.Popen(words, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def older_data(root: Path, monkeypatch: pytest.MonkeyPatch, release: int) -> int:
    """The database is one of an earlier release; tells how far it has to be brought."""
    shipped = database._migrations()
    for file in (root / "var" / "resellerprogram").glob("resellerprogram.db*"):
        file.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:release])
        Store(root, NOW).close()
    return len(shipped)


def test_whoever_brings_the_data_along_is_not_interrupted(
    installed: Sandbox, wheels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D4, one more: an install that is told to stop while the data are migrated must not leave them to a release that
    does not know them."""
    root = installed.root
    newest, before = older_data(root, monkeypatch, 3), os.readlink(root / "lib" / "resellerprogram" / "current")
    trial = root / "lib" / "resellerprogram" / "current" / "on-trial"
    holder = sqlite3.connect(root / "var" / "resellerprogram" / "resellerprogram.db", isolation_level=None)
    with installing(root, wheels) as install:
        _until(lambda: trial.exists() and os.readlink(trial.parent) != before)
        holder.execute("BEGIN IMMEDIATE")
        _until(lambda: not trial.exists())
        time.sleep(0.5)  # now it waits for who holds the database
        install.terminate()
        time.sleep(0.5)
        holder.execute("ROLLBACK")
        holder.close()
        assert install.stdout is not None
        told = install.stdout.read()
    assert (install.returncode, version(root)) == (0, newest), told
    assert os.readlink(trial.parent) != before
    assert cli(installed, "settings", "show").returncode == 0


def _until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("waited in vain")


@pytest.mark.parametrize("dead", ["the interpreter", "the whole release"])
def test_a_release_that_does_not_run_any_more_is_upgraded_and_that_is_told(
    installed: Sandbox, wheels: Path, dead: str
) -> None:
    current = installed.root / "lib" / "resellerprogram" / "current"
    if dead == "the interpreter":
        (current / "venv" / "bin" / "python").unlink()
    else:
        current.unlink()
        current.symlink_to("releases/gone")
    done = run("upgrade", installed.root, "--wheels", str(wheels))
    assert (done.returncode, "does not run any more" in done.stderr) == (0, True), done.stderr
    assert cli(installed, "--version").returncode == 0


def test_two_at_once_are_one_after_the_other(sandbox: Sandbox, wheels: Path) -> None:
    """D5: the second says so and does nothing; nobody keeps the lock when the first has ended."""
    with installing(sandbox.root, wheels) as first:
        assert first.stdout is not None
        assert "Building" in first.stdout.readline()
        second = run("install", sandbox.root, "--wheels", str(wheels))
        uninstalling = run("uninstall", sandbox.root)
        told = first.stdout.read()
    assert first.returncode == 0, told
    for each in (second, uninstalling):
        assert (each.returncode, "another install.sh is at work" in each.stderr) == (1, True)
    assert cli(sandbox, "--version").returncode == 0
    assert run("upgrade", sandbox.root, "--wheels", str(wheels)).returncode == 0


# --- a folder with spaces ---


def test_a_root_with_spaces_and_a_quote_works_from_install_to_uninstall(spaced: Sandbox, wheels: Path) -> None:
    done = run("install", spaced.root, "--wheels", str(wheels))
    assert done.returncode == 0, done.stderr
    account = spaced.world.add_account("Ромашка")
    spaced.world.add_payment(account, 52_000, date(2025, 1, 20))
    stand_at(spaced)
    assert cli(spaced, "start", "--yes").returncode == 0
    assert spaced.world.percents(account)["vds"] == 19
    current = spaced.root / "lib" / "resellerprogram" / "current"
    for line in (current / "cron").read_text().splitlines()[1:]:
        command = line.split(" root ", 1)[1].replace("daily", "--version").replace("sweep", "--version")
        shell = ["/bin/sh", "-c", command.replace(" >/dev/null 2>&1", "")]
        assert subprocess.run(shell, capture_output=True, check=True).stdout != b""
    assert f'"{spaced.root}/var/resellerprogram.log" {{' in (current / "logrotate").read_text()
    assert run("upgrade", spaced.root, "--wheels", str(wheels)).returncode == 0
    done = run("uninstall", spaced.root, "--withdraw", "--purge")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (spaced.root / "var").iterdir() if "resellerprogram" in path.name] == []
