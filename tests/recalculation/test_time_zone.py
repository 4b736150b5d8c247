"""Days are the billing server's (R3): also where its zone changes while a worker lives (case V12)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from resellerprogram.recalculation.work import work
from resellerprogram.store import Store


@pytest.fixture
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_zone")
def test_a_worker_that_lives_long_takes_the_hosts_new_zone_with_its_next_round(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets: list[int] = []

    def wait(_: object) -> bool:
        offsets.append(time.localtime().tm_gmtoff)
        monkeypatch.setenv("TZ", "XXX-09")
        return len(offsets) < 2

    work(store.folder.parents[1], store, datetime.now, wait)
    assert offsets == [0, 9 * 3600]
