"""What was set aside survives us (R9; nothing is lost): whole, and compared with the database both ways."""

from __future__ import annotations

import json
import os
import shutil
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.doctor.health import health
from resellerprogram.programme.errors import StoreError
from resellerprogram.programme.ids import AccountId, DiscountId
from resellerprogram.store import Store
from resellerprogram.store.journal import FILE_NAME

NOW = datetime(2025, 1, 20, 12)
CLIENT = AccountId(27)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path


def journal_of(root: Path) -> Path:
    return root / "var" / FILE_NAME


def keep(store: Store, discount: int, name: str = "Agreed", now: datetime = NOW) -> None:
    store.set_aside.keep(CLIENT, DiscountId(discount), {"name": name}, {"percent": "40"}, "<doc/>", now)


def put_back(store: Store, discount: int, again: int, now: datetime = NOW) -> None:
    (record,) = (each.id for each in store.set_aside.of(CLIENT) if each.discount == discount)
    store.set_aside.end_putting_back(record, DiscountId(again), now)


def waiting(store: Store) -> list[tuple[int, str]]:
    return [(each.discount, each.shown["name"]) for each in store.set_aside.all()]


def older(store: Store, root: Path, backup: Path) -> Store:
    """The store after a backup was put in place."""
    store.close()
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    shutil.copy(backup, store.folder / "resellerprogram.db")
    return Store(root, NOW)


# --- compared, both ways (D1) ---


def test_what_was_set_aside_since_a_backup_waits_again_when_that_is_put_in_place(root: Path) -> None:
    store = Store(root, NOW)
    backup = store.backup(NOW)
    keep(store, 4)
    with older(store, root, backup) as behind:
        assert waiting(behind) == []
        assert behind.set_aside.reconcile(NOW).restored == 1
        assert waiting(behind) == [(4, "Agreed")]
        assert not behind.set_aside.reconcile(NOW), "a second look finds nothing to do"


def test_what_was_put_back_since_a_backup_is_not_put_back_twice(root: Path) -> None:
    store = Store(root, NOW)
    keep(store, 4)
    keep(store, 5)
    backup = store.backup(NOW)
    put_back(store, 4, 9)
    store.set_aside.forget(CLIENT, [each.id for each in store.set_aside.all()])
    with older(store, root, backup) as behind:
        assert waiting(behind) == [(4, "Agreed"), (5, "Agreed")]
        assert behind.set_aside.reconcile(NOW).ended == 2
        assert waiting(behind) == []
        row = behind.connection.execute("SELECT put_back_as FROM set_aside").fetchall()
        assert [tuple(each) for each in row] == [(9,)]


def test_an_id_that_comes_again_is_another_discount(root: Path) -> None:
    """R10: discount 4 was put back; another one that was given the id 4 rests since the backup."""
    store = Store(root, NOW)
    keep(store, 4, "First")
    backup = store.backup(NOW)
    put_back(store, 4, 9)
    keep(store, 4, "Second", NOW + timedelta(hours=1))
    with older(store, root, backup) as behind:
        done = behind.set_aside.reconcile(NOW)
        assert (done.restored, done.ended) == (1, 1)
        assert waiting(behind) == [(4, "Second")]


def test_putting_back_that_was_begun_since_a_backup_is_known_after_it(root: Path) -> None:
    store = Store(root, NOW)
    keep(store, 4)
    backup = store.backup(NOW)
    store.set_aside.begin_putting_back(store.set_aside.of(CLIENT)[0].id, [2, 1])
    with older(store, root, backup) as behind:
        behind.set_aside.reconcile(NOW)
        assert behind.set_aside.of(CLIENT)[0].known == {1, 2}


def test_a_lost_journal_is_written_anew_from_the_database(root: Path) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
        keep(store, 5)
        put_back(store, 5, 9)
        journal_of(root).unlink()
        assert store.set_aside.reconcile(NOW).journaled == 1
        for file in store.folder.glob("resellerprogram.db*"):
            file.unlink()
    with Store(root, NOW) as fresh:
        assert waiting(fresh) == [(4, "Agreed")]


def test_what_the_database_knows_as_put_back_ends_in_the_journal(root: Path) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
        before = journal_of(root).read_bytes()
        put_back(store, 4, 9)
        journal_of(root).write_bytes(before)
        assert store.set_aside.reconcile(NOW).journaled == 1
        assert waiting(store) == []
        assert json.loads(journal_of(root).read_text().splitlines()[-1])["as"] == 9
        assert not store.set_aside.reconcile(NOW)


def test_a_database_whose_making_was_cut_short_takes_what_waits_from_the_journal(root: Path) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    (store.folder / "resellerprogram.db").touch()
    with Store(root, NOW) as fresh:
        assert waiting(fresh) == [(4, "Agreed")]


def test_a_journal_of_an_earlier_release_is_understood(root: Path) -> None:
    fields = {"shown": {"name": "Agreed"}, "fields": {}, "form": "", "set_aside_at": "2025-01-01 10:00:00"}
    lines = [
        {"event": "set_aside", "account": 27, "discount": 4, **fields},
        {"event": "set_aside", "account": 27, "discount": 4, **fields, "set_aside_at": "2025-01-01 11:00:00"},
        {"event": "set_aside", "account": 27, "discount": 5, **fields},
        {"event": "put_back", "account": 27, "discount": 5, "as": 8},
    ]
    journal_of(root).write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Store(root, NOW) as store:
        assert waiting(store) == [(4, "Agreed")]
        put_back(store, 4, 9)
        assert not store.set_aside.reconcile(NOW)
        assert waiting(store) == []


def test_a_journal_that_cannot_be_read_stops_and_says_so(root: Path) -> None:
    with Store(root, NOW) as store:
        journal_of(root).mkdir()
        with pytest.raises(StoreError, match="journal"):
            store.set_aside.reconcile(NOW)


# --- whole (D2) ---


def test_a_full_disk_leaves_no_half_line_and_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
        before = journal_of(root).read_bytes()
        real, calls = os.write, []

        def write(descriptor: int, content: bytes) -> int:
            calls.append(content)
            if len(calls) > 1:
                raise OSError(28, "No space left on device")
            return real(descriptor, content[:20])

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write)
            with pytest.raises(OSError, match="No space"):
                keep(store, 5)
        assert journal_of(root).read_bytes() == before
        assert waiting(store) == [(4, "Agreed")], "nothing may be deleted that is not in the journal"


def test_a_short_write_goes_on_until_the_line_is_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with Store(root, NOW) as store:
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", lambda descriptor, content: real(descriptor, content[:7]))
            keep(store, 4)
        assert json.loads(journal_of(root).read_text())["discount"] == 4


def test_a_line_that_was_cut_short_takes_none_with_it(root: Path) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
        keep(store, 5)
        cut = journal_of(root).read_bytes()[:-30]
        journal_of(root).write_bytes(cut)
        keep(store, 6)
        assert journal_of(root).read_bytes().startswith(cut + b"\n{")
        assert store.set_aside.damaged_lines() == [2]


@pytest.mark.parametrize(
    "line",
    [
        b"5",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"event": "set_aside", "account": 1, "discount": 2}',
        b'{"event": "put_back", "account": "27", "discount": 4}',
        b'{"event": "other", "account": 27, "discount": 4}',
        b"\xff\xfe",
        b"[" * 9999,
    ],
)
def test_a_line_that_is_no_record_is_passed_over_kept_and_told(
    root: Path, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with Store(root, NOW) as store:
        keep(store, 4)
        for file in store.folder.glob("resellerprogram.db*"):
            file.unlink()
    whole = line + b"\n" + journal_of(root).read_bytes()
    journal_of(root).write_bytes(whole)
    with Store(root, NOW) as fresh:
        assert waiting(fresh) == [(4, "Agreed")]
        assert fresh.set_aside.reconcile(NOW).damaged == 1
    assert "can't be read: [1]" in caplog.text
    assert journal_of(root).read_bytes() == whole


def test_lines_that_were_passed_over_are_a_warning_that_names_file_and_lines(root: Path) -> None:
    """`status`, the monitoring's answer, doctor and the page *Health* show what health tells."""
    with Store(root, NOW) as store:
        before = health(store, NOW).problems
        journal = root / "var" / FILE_NAME
        journal.write_text('{"event": "set_asi\n\nnonsense\n', encoding="utf-8")
        told = [problem for problem in health(store, NOW).problems if problem not in before]
        assert [(str(journal) in each.en, "1, 3" in each.en, "1, 3" in each.ru) for each in told] == [
            (True, True, True)
        ]
        journal.write_text("nonsense\n" * 1000, encoding="utf-8")
        (told_of_many,) = (each for each in health(store, NOW).problems if str(journal) in each.en)
        assert len(told_of_many.en) < 500
        journal.unlink()
        journal.mkdir()
        assert any("can't be read" in problem.en for problem in health(store, NOW).problems)


def test_a_whole_line_behind_one_that_was_cut_short_is_found(root: Path) -> None:
    """An earlier release wrote on behind it."""
    with Store(root, NOW) as store:
        keep(store, 4)
        keep(store, 5)
    first, second, _ = journal_of(root).read_bytes().split(b"\n")
    journal_of(root).write_bytes(first[:40] + second + b"\n")
    for file in store.folder.glob("resellerprogram.db*"):
        file.unlink()
    with Store(root, NOW) as fresh:
        assert waiting(fresh) == [(5, "Agreed")]


def test_names_with_line_separators_stay_on_their_line(root: Path) -> None:
    odd = "Two\u2028lines\x85and\x0bmore"
    with Store(root, NOW) as store:
        keep(store, 4, odd)
        for file in store.folder.glob("resellerprogram.db*"):
            file.unlink()
    with Store(root, NOW) as fresh:
        assert waiting(fresh) == [(4, odd)]


def test_a_new_journal_and_its_folder_are_on_the_disk_and_its_owners_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    real: Any = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with Store(root, NOW) as store:
        keep(store, 4)
        assert synced == [False, True]
        keep(store, 5)
        assert synced == [False, True, False]
    assert stat.S_IMODE(journal_of(root).stat().st_mode) == 0o600
