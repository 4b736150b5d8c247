"""Copies of the database: there as a whole or not at all; those of the nights packed, and few."""

from __future__ import annotations

import argparse
import gzip
import sqlite3
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resellerprogram.cli import preview
from resellerprogram.cli.output import Command
from resellerprogram.doctor.health import health
from resellerprogram.programme.errors import StoreError
from resellerprogram.store import Store, backups
from resellerprogram.store.backups import kept
from resellerprogram.store.restoring import restore

NOW = datetime(2025, 1, 20, 0, 7)
NIGHT = timedelta(days=1)


def names(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / "backups").iterdir())


# --- which are kept ---


def test_of_the_nights_a_week_is_kept_and_before_it_the_first_of_each_of_eight_weeks() -> None:
    """20 January 2025 is a Monday."""
    nights = [NOW - NIGHT * number for number in range(200)]
    weeks = [datetime(2025, 1, 13, 0, 7) - 7 * NIGHT * number for number in range(8)]
    assert kept(nights) == {*nights[:7], *weeks}


def test_night_after_night_they_stay_few_and_none_that_is_needed_later_goes_first() -> None:
    there: set[datetime] = set()
    for number in range(120):
        there = kept([*there, NOW + NIGHT * number])
    assert len(there) == 15
    assert there == kept([NOW + NIGHT * number for number in range(120)])


def test_a_host_that_stood_still_finds_its_copies_again() -> None:
    before = [NOW - NIGHT * number for number in range(7)]
    after = NOW + 365 * NIGHT
    assert kept([*before, after]) >= {*before[:6], after}


@given(st.lists(st.datetimes(datetime(2024, 11, 1), datetime(2025, 2, 1)), max_size=60))
def test_there_are_never_more_than_fifteen_and_the_newest_is_among_them(nights: list[datetime]) -> None:
    found = kept(nights)
    assert len(found) <= 15
    assert found <= set(nights)
    assert not nights or max(nights) in found


def test_every_night_leaves_a_packed_copy_and_only_nightly_ones_go(store: Store) -> None:
    folder = store.folder / "backups"
    folder.mkdir()
    for day in range(1, 19):
        (folder / f"202501{day:02}-000700-nightly.db").touch()
    others = ["20240101-000700.db", "20240101-000700-before-0011.db", "of-our-own-nightly.db"]
    for name in others:
        (folder / name).touch()
    made = store.nightly_backup(NOW)
    assert made.name == "20250120-000700-nightly.db.gz"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    days = [13, 14, 15, 16, 17, 18, 6, 1]
    assert names(store) == sorted([*(f"202501{day:02}-000700-nightly.db" for day in days), made.name, *others])
    assert made.stat().st_size < store.backup(NOW).stat().st_size / 4


# --- where it can't be made ---


def no_room(*arguments: Any) -> sqlite3.Connection:
    """A disk of two pages."""
    copy = sqlite3.Connection(*arguments)
    copy.execute("PRAGMA max_page_count = 2")
    return copy


def no_room_to_pack(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def not_allowed(*_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied")


DISKS: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "copying": (sqlite3, "connect", no_room, "no room on the disk.* needs up to . MB"),
    "packing": (gzip, "open", no_room_to_pack, "no room on the disk"),
    "not allowed": (Path, "touch", not_allowed, "Permission denied"),
}


@pytest.mark.parametrize("disk", DISKS)
def test_a_backup_for_which_there_is_no_room_says_so_in_our_words_and_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    where, name, instead, says = DISKS[disk]
    before = store.nightly_backup(NOW - NIGHT)
    with monkeypatch.context() as patched:
        patched.setattr(where, name, instead)
        with pytest.raises(StoreError, match=says) as told:
            store.nightly_backup(NOW)
    assert "was not made" in told.value.text.en
    assert "не сделана" in told.value.text.ru
    assert names(store) == [before.name]
    assert told.value.text in health(store, NOW).problems
    store.nightly_backup(NOW)
    assert told.value.text not in health(store, NOW).problems


def test_the_night_goes_on_without_its_backup(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """R7: who falls, falls; the disk is the operator's to see to."""
    monkeypatch.setattr(gzip, "open", no_room_to_pack)
    preview._back_up(Command(store, argparse.Namespace(), "en", lambda: NOW))
    assert "no room on the disk" in capsys.readouterr().err


def test_the_rest_of_a_copy_that_was_cut_short_is_no_copy_and_goes(store: Store) -> None:
    folder = store.folder / "backups"
    folder.mkdir()
    rest = folder / "20250119-000700-nightly.db.gz.part"
    rest.touch()
    store.nightly_backup(NOW)
    assert names(store) == ["20250120-000700-nightly.db.gz"]


def test_a_copy_takes_the_place_of_a_copy_and_of_nothing_else(store: Store, tmp_path: Path) -> None:
    copy, letter = tmp_path / "copy.db", tmp_path / "letter"
    letter.write_text("Dear Anna")
    for _ in range(2):
        assert store.backup(NOW, copy) == copy
    with pytest.raises(StoreError, match="no database"):
        store.backup(NOW, letter)
    assert letter.read_text() == "Dear Anna"


# --- each of them comes back ---


@pytest.mark.parametrize("name", ["copy.db", "copy.db.gz", "packed-by-hand"])
def test_every_kind_of_copy_is_restored(tmp_path: Path, name: str) -> None:
    (tmp_path / "var").mkdir()
    with Store(tmp_path, NOW) as store:
        store.settings.set("currency", "EUR")
        copy = store.backup(NOW, tmp_path / name)
        store.settings.set("currency", "USD")
    if name == "packed-by-hand":
        copy.write_bytes(gzip.compress(copy.read_bytes()))
    before = copy.read_bytes()
    restore(tmp_path, copy, NOW)
    with Store(tmp_path, NOW) as store:
        assert store.settings.current().currency == "EUR"
    assert copy.read_bytes() == before


@pytest.mark.parametrize("harm", [lambda whole: whole[:-20], lambda whole: whole[:200] + b"x" * 50 + whole[250:]])
def test_a_packed_copy_that_is_damaged_is_refused(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    (tmp_path / "var").mkdir()
    with Store(tmp_path, NOW) as store:
        copy = store.nightly_backup(NOW)
        copy.write_bytes(harm(copy.read_bytes()))
        with pytest.raises(StoreError, match="damaged"):
            restore(tmp_path, copy, NOW)
        assert store.settings.current().currency == "RUB"


def test_nothing_is_restored_where_the_present_database_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    with Store(tmp_path, NOW) as store:
        copy = store.nightly_backup(NOW)
        store.settings.set("currency", "USD")

        def full(connection: sqlite3.Connection, target: Path) -> Path:
            raise backups._not_made(connection, target, OSError(28, "No space left on device"))

        monkeypatch.setattr(backups, "copy_to", full)
        with pytest.raises(StoreError, match="no room"):
            restore(tmp_path, copy, NOW)
        assert store.settings.current().currency == "USD"
