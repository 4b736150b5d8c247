"""What an event queues, and that it never stands in a payment's way."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path

import pytest
from resellerprogram.panel.standstill import MARK, stands_still
from resellerprogram.quick import clock as quick_clock
from resellerprogram.quick import event, guard
from resellerprogram.quick import log as quick_module
from resellerprogram.store import Store
from resellerprogram.store.lock import as_worker

FUNCTION = "payment.setpaid"


def rows(**environment: str) -> list[tuple[int | None, int | None, str]]:
    return list(event.queue_rows(environment))


def test_every_payment_of_a_group_is_queued_once() -> None:
    assert rows(PARAM_func=FUNCTION, PARAM_elid="5, 6,5,7") == [(None, number, FUNCTION) for number in (5, 6, 7)]
    assert rows(PARAM_func=FUNCTION, PARAM_elids="5, 6") == [(None, 5, FUNCTION), (None, 6, FUNCTION)]


@pytest.mark.parametrize(
    "elid",
    [
        "",
        " ",
        ",",
        "null",
        "-1",
        "1e3",
        "0x10",
        "5; DROP TABLE queue",
        "' OR 1=1",
        "٣",
        "1\n2",
        "9" * 19,
        "5/6",
        "\udcff",
    ],
)
def test_what_is_no_id_is_left_out(elid: str) -> None:
    assert rows(PARAM_func=FUNCTION, PARAM_elid=elid) == []


def test_nobody_can_fill_the_queue_with_one_request() -> None:
    many = ",".join(map(str, range(20_000)))
    assert len(rows(PARAM_func=FUNCTION, PARAM_elid=many)) == event.MOST_IDS


def test_a_form_that_is_merely_opened_changes_nothing() -> None:
    assert rows(PARAM_func="payment.edit", PARAM_elid="5") == []
    assert rows(PARAM_func="payment.edit", PARAM_elid="5", PARAM_sok="ok") == [(None, 5, "payment.edit")]


@pytest.mark.parametrize("function", sorted(event.FORMS))
def test_a_wizards_step_that_is_only_checked_changes_nothing(function: str) -> None:
    """panel-2 C2: it comes with `checkonly=on`, then without `sok`, then for real; a payment can't be hidden so."""
    asked = {"PARAM_func": function, "PARAM_elid": "5", "PARAM_plid": "27"}
    assert rows(**asked, PARAM_checkonly="on") == rows(**asked) == []
    assert rows(**asked, PARAM_checkonly="on", PARAM_sok="ok") == []
    assert len(rows(**asked, PARAM_sok="ok")) == 1
    paid = {"PARAM_func": FUNCTION, "PARAM_elid": "5"}
    assert rows(**paid, PARAM_checkonly="on") == rows(**paid)


def test_a_discount_that_somebody_changed_queues_its_account_and_our_own_changes_nothing() -> None:
    by_hand = {"PARAM_func": "account.discount.edit", "PARAM_elid": "41", "PARAM_plid": "27", "PARAM_sok": "ok"}
    assert rows(**by_hand) == [(27, None, "account.discount.edit")]
    assert rows(**{**by_hand, "PARAM_plid": "3/27"}) == [(27, None, "account.discount.edit")]
    assert rows(**by_hand, PARAM_resellerprogram_call="1") == []
    paid = {"PARAM_func": FUNCTION, "PARAM_elid": "5"}
    assert rows(**paid, PARAM_resellerprogram_call="1") == rows(**paid), "nobody can hide a payment so"
    deleted = {"PARAM_func": "account.discount.delete", "PARAM_elid": "41, 42", "PARAM_plid": "27"}
    assert rows(**deleted) == [(27, None, "account.discount.delete")]


@pytest.fixture
def root(store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A panel's folder in which no worker is really started; `started` says that one would have been."""
    folder = store.folder.parents[1]
    monkeypatch.setattr(event, "_start_worker", lambda root: (Path(root) / "started").touch())
    return folder


def test_a_row_is_written_and_a_worker_started(root: Path, store: Store) -> None:
    event.handle(str(root), {"PARAM_func": FUNCTION, "PARAM_elid": "812"})
    (row,) = store.queue.all()
    assert (row.payment, row.account, row.cause, row.attempts, row.dead) == (812, None, FUNCTION, 0, False)
    assert store.queue.next_due(row.since) == row
    assert (root / "started").exists()


def test_while_a_worker_lives_none_is_started(root: Path, store: Store) -> None:
    with as_worker(store.folder):
        event.handle(str(root), {"PARAM_func": FUNCTION, "PARAM_elid": "812"})
    assert len(store.queue.all()) == 1
    assert not (root / "started").exists()


def test_where_the_panel_stands_still_a_payment_is_queued_and_nobody_started(root: Path, store: Store) -> None:
    """A standby or maintenance: it waits until the mark is gone. The mark is the one that the rest knows."""
    mark = root.joinpath(*MARK)
    mark.parent.mkdir()
    mark.touch()
    event.handle(str(root), {"PARAM_func": FUNCTION, "PARAM_elid": "812"})
    assert len(store.queue.all()) == 1
    assert not (root / "started").exists()
    assert stands_still(root)
    mark.unlink()
    event.handle(str(root), {"PARAM_func": FUNCTION, "PARAM_elid": "813"})
    assert (root / "started").exists()


@pytest.mark.parametrize("trouble", ["missing", "not a database", "an older database", "locked"])
def test_without_a_usable_database_the_payment_goes_on_and_the_log_tells(
    root: Path, store: Store, trouble: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = store.folder / "resellerprogram.db"
    store.connection.execute("DROP TABLE queue") if trouble == "an older database" else None
    if trouble == "locked":
        store.connection.execute("BEGIN EXCLUSIVE")
    elif trouble != "an older database":
        store.close()
        for file in store.folder.glob("resellerprogram.db*"):
            file.unlink()
        if trouble == "not a database":
            path.write_bytes(b"something else" * 100)
    monkeypatch.setattr("sys.argv", ["-c", "site", str(root)])
    monkeypatch.setattr("os.environ", {"PARAM_func": FUNCTION, "PARAM_elid": "812"})
    event.main()
    assert capfdbinary.readouterr().out.endswith(b"<doc/>\n")
    assert "ERROR event:" in (root / "var" / "resellerprogram.log").read_text()
    assert (root / "started").exists(), "the worker mends what it can, and the sweep finds the payment"


def test_the_row_is_the_one_that_the_store_would_write(root: Path, store: Store) -> None:
    event.handle(str(root), {"PARAM_func": FUNCTION, "PARAM_elid": "812"})
    (written,) = store.queue.all()
    store.queue.put_payment(written.payment or 0, FUNCTION, written.since)  # type: ignore[arg-type]
    with sqlite3.connect(store.folder / "resellerprogram.db") as connection:
        first, second = (row[1:] for row in connection.execute("SELECT * FROM queue ORDER BY id"))
    assert first == second


@pytest.mark.parametrize("module", [event, guard, quick_module, quick_clock])
def test_the_quick_handlers_import_nothing_but_the_standard_library_and_little_of_that(module: object) -> None:
    tree = ast.parse(Path(str(vars(module)["__file__"])).read_text(encoding="utf-8"))
    names = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    quick = {"__future__", "os", "sys", "collections.abc", "sqlite3", "time", "fcntl", "re"}
    assert names <= quick | {"xml.etree", "log", "clock", "datetime"}, "log and clock are their own"
