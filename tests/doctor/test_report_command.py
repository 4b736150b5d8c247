"""`resellerprogram doctor --report` against the sandbox panel."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from resellerprogram.cli import main

from tests.operator import TODAY, Operator

pytestmark = pytest.mark.slow

WRITES = ("account.discount.add.product", "account.discount.delete")


def report(operator: Operator, target: object, *words: str) -> int:
    return main(["--root", str(operator.sandbox.root), "--lang", "en", "doctor", "--report", str(target), *words])


def test_the_report_writes_nothing_to_the_panel_and_nothing_over_a_file(
    operator: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = operator.sandbox.world.add_account("Ромашка")
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.sandbox.mgrctl("payment.filter", status="1", sok="ok", su="admin")
    operator.sandbox.reset_calls()
    filters, path = operator.sandbox.filters(), tmp_path / "panel.txt"

    assert report(operator, path) == 0

    assert "Read it, then send it" in capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    submits = {"sok", "clicked_button", "promocode", "sv_field"}
    assert [call["func"] for call in operator.sandbox.calls() if submits & call["params"].keys()] == []
    assert operator.sandbox.filters() == filters
    written = path.read_text(encoding="utf-8")
    assert written.startswith("# Как устроены ответы BILLmanager")
    assert "subaccountamount_iso 9.99 XXX" in written
    assert [word for word in ("Ромашка", "52000", "52 000", "RUB", "2025", "example.com") if word in written] == []

    assert report(operator, path) == 1
    assert "is there already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == written

    assert report(operator, "-") == 0
    assert "call payment.info elid=9" in capsys.readouterr().out


def test_what_only_a_write_shows_comes_from_the_test_client_who_is_named(operator: Operator, tmp_path: Path) -> None:
    account = operator.sandbox.world.add_account("Test client")
    assert report(operator, tmp_path / "panel.txt", "--try-on", str(account)) == 0
    written = (tmp_path / "panel.txt").read_text(encoding="utf-8")
    assert [name for name in WRITES if f"call {name} " not in written] == []
    assert "call account.discount.edit elid=9" in written
    assert "Test client" not in written
    assert operator.sandbox.world.discounts(account) == []


def test_what_could_not_be_tried_is_told_and_the_rest_is_in_the_report(
    operator: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = operator.sandbox.world.add_account("Test client")
    operator.sandbox.fault("refuse", "account.discount.add.product")
    assert report(operator, tmp_path / "panel.txt", "--try-on", str(account)) == 0
    assert f"see that client {account} has no discount left" in capsys.readouterr().err
    assert "refused type=db object=other" in (tmp_path / "panel.txt").read_text(encoding="utf-8")


def test_a_test_client_with_discounts_of_the_programme_is_refused(
    operator: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = operator.sandbox.world.add_account("Holder")
    operator.sandbox.world.add_payment(account, 52_000, TODAY)
    operator.apply()
    assert report(operator, tmp_path / "panel.txt", "--try-on", str(account)) == 1
    assert "name a test client" in capsys.readouterr().err
    assert not (tmp_path / "panel.txt").exists()


def test_without_a_panel_there_is_no_report(operator: Operator, tmp_path: Path) -> None:
    operator.sandbox.stop()
    assert report(operator, tmp_path / "panel.txt") == 1
    assert not (tmp_path / "panel.txt").exists()
    operator.sandbox.start()
