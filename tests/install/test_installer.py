"""install.sh against a sandbox panel: as an operator would run it, in a folder that is not the host's."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from resellerprogram import __version__

from tests.copies import COMPLETION
from tests.installation import cli as cli_as_installed
from tests.installation import run, stand_at
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
TODAY = date(2025, 1, 20)
COMPLETIONS = "/usr/share/bash-completion/completions"


cli = partial(cli_as_installed, language="ru_RU.UTF-8")


def files(root: Path) -> dict[str, str]:
    """Every file of the panel's folder with what is in it, logs and databases aside."""
    return {
        str(path.relative_to(root)): os.readlink(path) if path.is_symlink() else path.read_bytes().hex()
        for path in sorted(root.rglob("*"))
        if (path.is_symlink() or path.is_file()) and "var" not in path.relative_to(root).parts[:1]
    }


def test_without_internet_the_plugin_is_installed_registered_and_works(sandbox: Sandbox, wheels: Path) -> None:
    installed = sandbox
    done = run("install", sandbox.root, "--wheels", str(wheels), PYTHON=sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.splitlines()
    assert f"Version {__version__} is installed into {sandbox.root}. Check of the panel:" in told
    assert next(line for line in told if line.startswith("holds: ")).endswith(
        ", not checked: 20 (which and why: `resellerprogram doctor`)"
    )
    assert [line.split()[0].rpartition("/")[2] + " " + line.split()[1] for line in told[-3:]] == [
        "resellerprogram plan",
        "resellerprogram trial",
        "resellerprogram start",
    ]
    assert sum(line.startswith("Partner #") for line in told) == 16
    account = installed.world.add_account("Ромашка")
    installed.world.add_payment(account, 52_000, TODAY)

    stand_at(installed)
    assert cli(installed, "apply").returncode == 1
    applied = cli(installed, "start", "--yes")

    assert (applied.returncode, applied.stderr) == (0, "")
    assert "Изменено скидок: 3." in applied.stdout
    again = run("install", sandbox.root, "--wheels", str(wheels))
    assert again.stdout.splitlines()[-1] == "The program is started and goes on."
    assert installed.world.percents(account)["vds"] == 19
    log = (installed.root / "var" / "billmgr.log").read_text()
    assert "Register action 'resellerprogram.health'" in log
    for path, mode in (("addon/resellerprogram", 0o750), ("etc/xml/billmgr_mod_resellerprogram.xml", 0o644)):
        assert (installed.root / path).stat().st_mode & 0o777 == mode


def test_on_a_panel_that_takes_a_handler_from_one_file_alone_the_descriptions_are_joined(
    sandbox: Sandbox, wheels: Path
) -> None:
    sandbox.read_as(handlers_named_twice="first")
    done = run("install", sandbox.root, "--wheels", str(wheels))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (sandbox.root / "etc" / "xml").glob("*resellerprogram*")] == [
        "billmgr_mod_resellerprogram.xml"
    ]
    for function in ("members", "why", "tiers", "settings", "queue"):
        error = sandbox.mgrctl(f"resellerprogram.{function}", su="admin").find("error")
        assert error is None or error.get("type") == "resellerprogram", "it is the plugin that answers"
    removed = run("uninstall", sandbox.root)
    assert removed.returncode == 0, removed.stdout + removed.stderr
    assert list((sandbox.root / "etc" / "xml").glob("*resellerprogram*")) == []


def test_the_administrator_sees_the_state_in_the_panel_and_a_client_does_not(installed: Sandbox) -> None:
    account = installed.world.add_account("Ромашка")
    page = installed.mgrctl("resellerprogram.health", su="admin", lang="ru")
    assert page.findtext("state", "").startswith("Клиенты ещё не просмотрены")
    assert page.findtext("problems") == "пересчёта всех участников ещё не было"
    refused = installed.mgrctl("resellerprogram.health", su=f"client{account}@example.com")
    assert [child.tag for child in refused] == ["error"]


def test_the_handler_itself_refuses_a_client_whatever_the_panel_lets_through(installed: Sandbox) -> None:
    for level in ("16", "", "x", "-1", "9" * 50 + "x"):
        done = subprocess.run(
            [str(installed.root / "addon" / "resellerprogram")],
            capture_output=True,
            input=b"<doc/>",
            env={"PATH": "/usr/bin:/bin", "PARAM_func": "resellerprogram.health", "AUTH_LEVEL": level},
            check=True,
        )
        assert b"<error" in done.stdout
        assert b"<elem" not in done.stdout


def test_installing_again_changes_nothing_and_keeps_data(installed: Sandbox, wheels: Path) -> None:
    cli(installed, "settings", "set", "drop_limit_count", "25")
    before = {name for name in files(installed.root) if not name.startswith("lib/")}
    assert run("install", installed.root, "--wheels", str(wheels)).returncode == 0
    assert run("upgrade", installed.root, "--wheels", str(wheels)).returncode == 0
    assert {name for name in files(installed.root) if not name.startswith("lib/")} == before
    assert "drop_limit_count          25" in cli(installed, "settings", "show").stdout
    assert len(list((installed.root / "lib" / "resellerprogram" / "releases").iterdir())) == 2
    assert len(list((installed.root / "var" / "resellerprogram" / "backups").iterdir())) == 1


def test_uninstalling_takes_the_discounts_off_removes_all_but_data_and_with_purge_those_too(installed: Sandbox) -> None:
    account = installed.world.add_account("Ромашка")
    installed.world.add_payment(account, 52_000, TODAY)
    theirs = installed.world.add_discount(account, 40, "it_1")
    stand_at(installed)
    cli(installed, "apply")

    done = run("uninstall", installed.root, "--withdraw")

    assert done.returncode == 0, done.stderr
    (left,) = installed.world.discounts(account)
    assert (left["name"], left["percent"], left["internal_name"]) == ("Agreed by hand", 40, "vhost")
    assert theirs != left["id"], "it was set aside, and put back"
    assert [name for name in files(installed.root) if "resellerprogram" in name] == []
    assert (installed.root / "var" / "resellerprogram" / "resellerprogram.db").exists()
    assert installed.mgrctl("resellerprogram.health").find("error") is not None
    assert run("uninstall", installed.root, "--purge").returncode == 0
    assert [path.name for path in (installed.root / "var").iterdir() if "resellerprogram" in path.name] == []


def test_uninstalling_puts_back_what_was_set_aside_or_removes_nothing(installed: Sandbox) -> None:
    account = installed.world.add_account("Ромашка")
    installed.world.add_payment(account, 52_000, TODAY)
    installed.world.add_discount(account, 40, "it_1")
    stand_at(installed)
    cli(installed, "apply")
    assert "Agreed by hand" in cli(installed, "set-aside").stdout
    before = files(installed.root)

    installed.fault("refuse", "account.discount.add.product", count=1)
    refused = run("uninstall", installed.root)
    assert (refused.returncode, "nothing was removed" in refused.stderr) == (1, True)
    assert files(installed.root) == before

    assert run("uninstall", installed.root).returncode == 0
    names = [each["name"] for each in installed.world.discounts(account)]
    assert sorted(names)[0] == "Agreed by hand"
    assert len(names) == 4, "the program's own stay without --withdraw"
    assert [name for name in files(installed.root) if "resellerprogram" in name] == []


@pytest.mark.parametrize("before", ["nothing", "an older release"])
def test_a_failure_half_way_leaves_the_panel_as_it_was(sandbox: Sandbox, wheels: Path, before: str) -> None:
    if before != "nothing":
        assert run("install", sandbox.root, "--wheels", str(wheels)).returncode == 0
    breaking = sandbox.root / "sbin" / "xmlinstall"
    breaking.write_text("#!/bin/sh\necho 'xmlinstall: no such option' >&2\nexit 1\n", encoding="utf-8")
    breaking.chmod(0o755)
    state = files(sandbox.root)

    done = run("install", sandbox.root, "--wheels", str(wheels))

    assert done.returncode != 0
    assert "restoring the previous state" in done.stderr
    assert files(sandbox.root) == state
    registered = sandbox.mgrctl("resellerprogram.health", su="admin").find("error") is None
    assert registered is (before != "nothing")


def test_packages_that_cannot_be_had_leave_the_panel_as_it_was(sandbox: Sandbox, tmp_path: Path) -> None:
    state = files(sandbox.root)
    (tmp_path / "empty").mkdir()
    empty = str(tmp_path / "empty")
    done = run("install", sandbox.root, "--wheels", empty, LC_ALL="ru_RU.UTF-8", PYTHON=sys.executable)
    assert done.returncode == 1
    assert "без интернета используйте --wheels" in done.stderr
    assert files(sandbox.root) == state


def fake_panel(root: Path, answer: str, code: int = 0) -> Path:
    (root / "sbin").mkdir(parents=True)
    (root / "sbin" / "mgrctl").write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n", encoding="utf-8")
    (root / "sbin" / "mgrctl").chmod(0o755)
    return root


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        ("<doc><version><billmgr>5.213.0</billmgr></version></doc>", 0, "5.213.0 is too old"),
        ("core is not running", 1, "does not answer: core is not running"),
    ],
)
def test_a_panel_that_does_not_fit_is_told_and_not_touched(tmp_path: Path, answer: str, code: int, says: str) -> None:
    root = fake_panel(tmp_path / "mgr5", answer, code)
    state = files(root)
    done = run("install", root)
    assert (done.returncode, says in done.stderr) == (1, True)
    assert files(root) == state


def test_a_folder_without_billmanager_is_told(tmp_path: Path) -> None:
    assert "is BILLmanager installed?" in run("install", tmp_path).stderr
    assert "no such folder" in run("install", tmp_path / "nowhere").stderr
    assert "run ./install.sh install" in run("upgrade", tmp_path).stderr


def test_nothing_outside_the_folder_is_touched(sandbox: Sandbox, wheels: Path) -> None:
    watched = list(map(Path, ("/etc/cron.d", "/etc/logrotate.d", "/usr/local/mgr5", "/usr/local/bin", COMPLETIONS)))
    before = {path: sorted(path.iterdir()) if path.exists() else None for path in watched}
    assert run("install", sandbox.root, "--wheels", str(wheels)).returncode == 0
    assert {path: sorted(path.iterdir()) if path.exists() else None for path in watched} == before
    current = sandbox.root / "lib" / "resellerprogram" / "current"
    assert (current / "completion.bash").read_bytes() == COMPLETION.read_bytes()
    cron = (current / "cron").read_text()
    assert f"7 0 * * * root {sandbox.root}/sbin/resellerprogram daily" in cron
    assert f"*/5 * * * * root {sandbox.root}/sbin/resellerprogram sweep" in cron


def on_a_host(folder: Path, functions: str) -> subprocess.CompletedProcess[str]:
    """Some of the installer's own functions, as if its panel were the host's and the host in that folder."""
    script = (PROJECT / "install.sh").read_text(encoding="utf-8").replace('\nmain "$@"\n', "\n")
    for name in ("mgr5", "bin", "completions"):
        (folder / name).mkdir(exist_ok=True)
    script = script.replace("${BASH_SOURCE[0]}", str(PROJECT / "install.sh"))
    settings = f"DEFAULT_ROOT='{folder}/mgr5' PATH_DIR='{folder}/bin' COMPLETIONS='{folder}/completions'"
    return subprocess.run(
        ["bash", "-c", f"{script}\n{settings}\nread_options\n{functions}"],
        text=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        check=False,
    )


def test_on_the_host_the_command_is_in_the_path_and_its_completion_where_bash_looks(tmp_path: Path) -> None:
    command, completion = tmp_path / "bin" / "resellerprogram", tmp_path / "completions" / "resellerprogram"
    for _ in range(2):  # an upgrade keeps them
        done = on_a_host(tmp_path, "put_links; typed")
        assert (done.returncode, done.stdout, done.stderr) == (0, "resellerprogram", "")
        assert os.readlink(command) == f"{tmp_path}/mgr5/sbin/resellerprogram"
        assert os.readlink(completion) == f"{tmp_path}/mgr5/lib/resellerprogram/current/completion.bash"
    owned = on_a_host(tmp_path, "owned_files").stdout.splitlines()
    assert owned[-2:] == [str(command), str(completion)], "they go when the plugin goes"


def test_somebody_elses_command_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "resellerprogram"
    for theirs in ("a file", "a link"):
        command.unlink(missing_ok=True)
        command.symlink_to("/opt/theirs") if theirs == "a link" else command.write_text("#!/bin/sh\n")
        done = on_a_host(tmp_path, "put_links; typed; owned_files")
        assert (done.returncode, "belongs to something else" in done.stderr) == (0, True)
        assert done.stdout.startswith(f"{tmp_path}/mgr5/sbin/resellerprogram")
        assert str(command) not in done.stdout.splitlines()
        assert command.is_symlink() == (theirs == "a link")
