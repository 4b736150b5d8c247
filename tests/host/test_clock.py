"""What time it is: the host's clock, or a test clock in the panel's folder (spec, section 4)."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from resellerprogram.doctor.checks import _clock as checked
from resellerprogram.host import clock as host_clock
from resellerprogram.host.clock import CLOCK_NAME, clock_of
from resellerprogram.pages.handler import answer
from resellerprogram.programme.errors import ClockUnreadable
from resellerprogram.programme.outcomes import Finding
from resellerprogram.quick import clock as quick_clock
from resellerprogram.quick import event
from resellerprogram.recalculation.work import work
from resellerprogram.store import Store

NOON = datetime(2025, 1, 20, 12)
A_MOMENT = timedelta(seconds=5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path


def stand_at(root: Path, text: str, written_ago: float = 0) -> None:
    file = root / "var" / CLOCK_NAME
    file.write_text(text, encoding="utf-8")
    os.utime(file, (time.time() - written_ago,) * 2)


def quick(root: Path) -> datetime:
    return datetime.fromisoformat(quick_clock.moment(str(root)))


def test_without_a_test_clock_it_is_the_hosts(root: Path) -> None:
    for told in (clock_of(root)(), quick(root)):
        assert abs(told - datetime.now()) < A_MOMENT


@pytest.mark.parametrize("line", ["2025-01-20 12:00", "2025-01-20T12:00\n", "2025-01-20 12:00:00\n"])
def test_the_time_goes_on_from_what_the_file_says_since_it_was_written(root: Path, line: str) -> None:
    stand_at(root, line, written_ago=3600)
    for told in (clock_of(root)(), quick(root)):
        assert timedelta(0) <= told - datetime(2025, 1, 20, 13) + timedelta(seconds=1) < A_MOMENT


def test_who_asked_before_follows_when_the_clock_is_moved(root: Path) -> None:
    clock = clock_of(root)
    stand_at(root, "2025-01-20 12:00")
    assert clock().date() == NOON.date()
    stand_at(root, "2025-02-21 00:07")
    assert clock().date() == datetime(2025, 2, 21).date()


def test_a_file_that_is_dated_tomorrow_has_not_gone_on_yet(root: Path) -> None:
    stand_at(root, "2025-01-20 12:00", written_ago=-86_400)
    assert clock_of(root)() == quick(root) == NOON


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2025-01-20", "2025-02-30 12:00", "2025-01-20 12:00\n2025-01-21 12:00", "2025-01-20 12:00Z"],
)
def test_a_line_that_can_not_be_read_is_an_error_that_names_the_file(root: Path, text: str) -> None:
    stand_at(root, text)
    with pytest.raises(ClockUnreadable, match=CLOCK_NAME):
        clock_of(root)()


def test_at_the_panels_usual_place_the_file_is_ignored_and_doctor_objects(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_at(root, "2025-01-20 12:00")
    assert (checked(root, NOON).finding, checked(root, NOON).matters) == (Finding.DIFFERS, False)
    assert "20 Jan 2025, 12:00" in checked(root, NOON).detail.en
    monkeypatch.setattr(host_clock, "DEFAULT_ROOT", root)
    monkeypatch.setattr(quick_clock, "DEFAULT_ROOT", str(root))
    for told in (clock_of(root)(), quick(root)):
        assert abs(told - datetime.now()) < A_MOMENT
    assert (checked(root, NOON).finding, checked(root, NOON).matters) == (Finding.DIFFERS, True)
    (root / "var" / CLOCK_NAME).unlink()
    assert checked(root, NOON).finding is Finding.HOLDS


@pytest.mark.parametrize(("line", "year"), [("2025-01-20 12:00", 2025), ("nonsense", datetime.now().year)])
def test_a_payment_is_queued_by_that_clock_and_also_where_it_tells_no_time(
    store: Store, line: str, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_at(store.root, line)
    monkeypatch.setattr(event, "_start_worker", lambda root: None)
    event.handle(str(store.root), {"PARAM_func": "payment.setpaid", "PARAM_elid": "812"})
    (row,) = store.queue.all()
    log = store.root / "var" / "resellerprogram.log"
    assert (row.payment, row.since.year) == (812, year)
    assert log.exists() == (line == "nonsense")


def test_a_worker_stops_where_the_clock_tells_no_time_and_what_waits_waits(store: Store) -> None:
    event._put(str(store.folder), [(1, None, "payment.setpaid")], "", "2025-01-20 12:00:00")
    stand_at(store.root, "nonsense")
    work(store.root, store, clock_of(store.root), lambda pause: pytest.fail("it would wait"))
    assert [row.attempts for row in store.queue.all()] == [0]


def test_a_page_says_that_the_clock_tells_no_time(store: Store) -> None:
    stand_at(store.root, "nonsense")
    asked = {"PARAM_func": "resellerprogram.health", "AUTH_LEVEL": "30", "AUTH_USER": "1"}
    page = answer(asked, etree.tostring(etree.Element("doc", lang="en")), store.root, clock_of(store.root))
    assert CLOCK_NAME in (page.findtext("error/msg") or "")
