"""`resellerprogram restore FILE`: a backup in the database's place, and nothing that was set aside lost or doubled."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from resellerprogram.cli import main
from resellerprogram.programme.errors import AnotherRunActive, StoreError
from resellerprogram.programme.ids import AccountId, DiscountId
from resellerprogram.store import Store, database
from resellerprogram.store.lock import only_one
from resellerprogram.store.restoring import restore

NOW = datetime(2025, 1, 20, 12)
LATER = NOW + timedelta(hours=1)
CLIENT = AccountId(27)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path


def keep(store: Store, discount: int) -> None:
    store.set_aside.keep(CLIENT, DiscountId(discount), {"name": "Agreed"}, {"percent": "40"}, "<doc/>", NOW)


def waiting(store: Store) -> list[int]:
    return [each.discount for each in store.set_aside.all()]


def state(root: Path) -> dict[str, bytes]:
    """The files of ours but for the lock, which says who held it last."""
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "lock"}


def test_the_nightly_backup_comes_back_and_the_present_database_is_kept(root: Path) -> None:
    with Store(root, NOW) as store:
        store.settings.set("currency", "USD")
        keep(store, 4)
        keep(store, 5)
        backup = store.nightly_backup(NOW)
        store.settings.set("currency", "EUR")
        store.set_aside.end_putting_back(store.set_aside.of(CLIENT)[0].id, DiscountId(9), NOW)
        keep(store, 6)
    restored = restore(root, backup, LATER)
    assert (restored.set_aside.restored, restored.set_aside.ended) == (1, 1)
    with Store(root, LATER) as store:
        assert store.settings.current().currency == "USD"
        assert waiting(store) == [5, 6]
    assert restored.former is not None
    with sqlite3.connect(restored.former) as former:
        assert former.execute("SELECT value FROM setting WHERE name = 'currency'").fetchone()[0] == "EUR"


def test_whoever_has_the_database_open_goes_on_with_what_was_restored(root: Path) -> None:
    with Store(root, NOW) as store:
        backup = store.nightly_backup(NOW)
        store.settings.set("currency", "EUR")
        restore(root, backup, LATER)
        assert store.settings.current().currency == "RUB"
        store.settings.set("currency", "USD")
    with Store(root, LATER) as again:
        assert again.settings.current().currency == "USD"


def test_a_backup_of_an_older_version_is_migrated_and_a_newer_one_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = database._migrations()
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:2])
        with Store(root, NOW) as store:
            backup = store.backup(NOW)
    with Store(root, NOW):
        pass
    untouched = backup.read_bytes()
    restore(root, backup, LATER)
    with Store(root, LATER) as store:
        assert store.connection.execute("PRAGMA user_version").fetchone()[0] == len(shipped)
    assert backup.read_bytes() == untouched
    with sqlite3.connect(backup) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer program"):
        restore(root, backup, LATER)


@pytest.mark.parametrize("broken", ["no database", "a page", "missing", "empty"])
def test_a_database_that_is_broken_is_replaced_and_kept(root: Path, broken: str) -> None:
    with Store(root, NOW) as store:
        store.settings.set("currency", "USD")
        backup = store.backup(NOW)
        keep(store, 4)
    live = root / "var" / "resellerprogram" / "resellerprogram.db"
    if broken == "missing":
        live.unlink()
    else:
        whole = live.read_bytes()
        live.write_bytes({"no database": b"x" * 9000, "empty": b""}.get(broken, whole[:60] + b"\xff" * 8000))
    restored = restore(root, backup, LATER)
    with Store(root, LATER) as store:
        assert (store.settings.current().currency, waiting(store)) == ("USD", [4])
    assert (restored.former is not None and restored.former.exists()) is (broken in ("no database", "a page"))


@pytest.mark.parametrize("kind", ["text", "damaged", "other", "missing", "itself", "empty"])
def test_what_is_no_whole_backup_of_ours_is_refused_and_nothing_changed(root: Path, kind: str) -> None:
    with Store(root, NOW) as store:
        backup = store.backup(NOW)
    file = root / "given.db"
    if kind == "damaged":
        file.write_bytes(backup.read_bytes()[:9000])
    elif kind == "other":
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE setting (x)")
    elif kind == "itself":
        file = root / "var" / "resellerprogram" / "resellerprogram.db"
    elif kind != "missing":
        file.write_text("not a database " * 100 if kind == "text" else "")
    before = state(root)
    with pytest.raises(StoreError):
        restore(root, file, LATER)
    assert state(root) == before


def test_nothing_is_restored_while_a_run_goes_on(root: Path) -> None:
    with Store(root, NOW) as store:
        backup = store.nightly_backup(NOW)
        with only_one(store.folder, "daily", NOW), pytest.raises(AnotherRunActive):
            restore(root, backup, LATER)


def test_the_command_tells_what_it_did(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(root, NOW) as store:
        backup = store.nightly_backup(NOW)
        keep(store, 4)
    assert main(["--root", str(root), "--lang", "ru", "restore", str(backup)]) == 0
    told = capsys.readouterr().out
    assert "Прежняя база сохранена" in told
    assert "снова ждут восстановления 1" in told
    assert main(["--root", str(root), "restore", str(root / "nothing.db")]) == 1
    assert "no such file" in capsys.readouterr().err
