"""Two machines as their administrator sees them: the installer, the commands, the worker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from resellerprogram.mirror.taking_over import what_is_there

from tests import installation
from tests.installation import cli
from tests.mirror.conftest import dies
from tests.operator import TODAY
from tests.sandbox import Sandbox
from tests.servers import MariaDB


@pytest.fixture
def with_pymysql(wheels: Path, tmp_path: Path) -> Path:
    """The wheels that an installation with a mirror needs."""
    folder = tmp_path / "wheels"
    shutil.copytree(wheels, folder)
    download = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder), "PyMySQL"]
    subprocess.run(download, check=True)
    return folder


def test_the_second_machine_is_installed_is_offered_the_data_and_goes_on(
    sandbox: Sandbox, server: MariaDB, with_pymysql: Path
) -> None:
    def install(*words: str) -> str:
        done = installation.run("install", sandbox.root, "--wheels", str(with_pymysql), *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    server.configure(sandbox.root)
    account = sandbox.world.add_account("Reseller")
    sandbox.world.add_payment(account, 52_000, TODAY)
    installation.stand_at(sandbox)
    assert "restore --from-panel" not in install("--mirror")
    assert cli(sandbox, "settings", "set", "mirror", "panel").returncode == 0
    assert "complete and up to date" in cli(sandbox, "mirror").stdout
    assert cli(sandbox, "start", "--yes").returncode == 0
    assert cli(sandbox, "sweep").returncode == 0
    assert json.loads(cli(sandbox, "mirror", "--json").stdout)["behind"] == 0
    before = sandbox.world.discounts(account)
    assert len(before) == 3

    # the machine burns; what the panel's database holds is on the second one, too
    installation.end_workers(sandbox.root)
    shutil.rmtree(sandbox.root / "var" / "resellerprogram")
    shutil.rmtree(sandbox.root / "lib" / "resellerprogram")
    dies(server)
    sandbox.world.add_payment(account, 60_000, TODAY)
    assert "restore --from-panel" in install("--mirror")
    taken = cli(sandbox, "restore", "--from-panel")
    assert taken.returncode == 0, taken.stderr
    assert "has taken over" in taken.stdout
    assert cli(sandbox, "sweep").returncode == 0
    after = sandbox.world.discounts(account)
    assert {each["id"] for each in after} == {each["id"] for each in before}
    assert {each["internal_name"]: int(each["percent"]) for each in after}["vds"] > 19

    # the data are gone for good, and are offered to nobody
    assert what_is_there(sandbox.root)
    done = installation.run("uninstall", sandbox.root, "--withdraw", "--purge")
    assert done.returncode == 0, done.stdout + done.stderr
    assert what_is_there(sandbox.root) is None
