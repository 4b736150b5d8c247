"""What clients were told before tiers were kept once is the same after the upgrade."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from resellerprogram.programme.forecast import Keep
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.notices import Kind, Notice
from resellerprogram.programme.outcomes import SENT
from resellerprogram.store import Store, database
from resellerprogram.store.contents import content_of_tier

from tests.programme.builders import ACCOUNT, TABLE

NOW = datetime(2025, 1, 20, 12)
DAY = NOW.date()
EIGHT, SEVEN = TABLE.by_name("Partner #8"), TABLE.by_name("Partner #7")
BEFORE = [path.name for path in sorted(Path(database.__file__).with_name("migrations").glob("*.sql"))].index(
    "0014_growth.sql"
)


def notices() -> list[Notice]:
    assert EIGHT is not None
    keep = Keep(EIGHT, Decimal("1000.00"), date(2025, 1, 20), date(2025, 1, 22))
    return [
        Notice(ACCOUNT, Kind.ROSE, DAY, None, EIGHT),
        Notice(ACCOUNT, Kind.WILL_FALL, date(2025, 1, 23), EIGHT, SEVEN, keep),
        Notice(ACCOUNT, Kind.FELL, date(2025, 1, 23), EIGHT, None),
    ]


def as_before(notice: Notice) -> str:
    keep = notice.keep
    content = {
        "day": str(notice.day),
        "before": content_of_tier(notice.before),
        "tier": content_of_tier(notice.tier),
        "keep": keep and {"amount": str(keep.amount), "first_day": str(keep.first_day), "last_day": str(keep.last_day)},
    }
    return json.dumps(content, ensure_ascii=False)


def test_what_was_told_before_reads_the_same_and_one_that_is_spoilt_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var").mkdir()
    shipped = database._migrations()
    add = "INSERT INTO notice (account, kind, cause, made_at, content, outcome) VALUES (?, ?, ?, ?, ?, ?)"
    with monkeypatch.context() as patched:
        patched.setattr(database, "_migrations", lambda: shipped[:BEFORE])
        connection = database.connect(tmp_path / "var" / "resellerprogram", NOW)
    for number, notice in enumerate(notices()):
        outcome = SENT if number else ""
        row = (notice.account, notice.kind.value, notice.cause, str(NOW), as_before(notice), outcome)
        connection.execute(add, row)
    connection.execute(add, (28, "rose", "2025-01-20//Starter", str(NOW), "{", ""))
    connection.close()
    with Store(tmp_path, NOW) as store:
        assert list(store.notices.told(ACCOUNT)) == notices()
        assert store.notices.told(AccountId(28)) == ()
        assert [each.notice for each in store.notices.waiting()] == notices()[:1]
        assert not store.notices.is_new(notices()[2])
        assert store.notices.count() == 4


def test_what_is_told_from_now_on_is_kept_with_its_tiers(store: Store) -> None:
    for notice in notices():
        store.notices.put(notice, NOW)
        store.notices.end(store.notices.waiting()[0].id, SENT, NOW)
    assert list(store.notices.told(ACCOUNT)) == notices()
