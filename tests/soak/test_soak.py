"""Two hundred clients, sixty days, everything that the panel and the world can do: R1 to R11 and section 3 at once.

`SOAK_SEED` is the first seed; while `SOAK_SECONDS` last, further seeds follow. `SOAK_DAYS` and `SOAK_CLIENTS` make each
of them longer and larger. Where nothing is said, two minutes are enough: on a machine that is too slow for sixty
days in that time the soak ends earlier, and says so.
"""

from __future__ import annotations

import os
import random
import time
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from resellerprogram.programme.ids import AccountId
from resellerprogram.recalculation import night
from resellerprogram.store.journal import FILE_NAME, Journal
from sqlalchemy.orm import Session

from tests.sandbox.models import Currency

from .house import TROUBLE, House, quick_and_impatient
from .life import OURS, as_written
from .oddities import READS, REASONS
from .truth import Client, Discount, is_over, tier_of

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("SOAK_SEED", "11"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "0"))
AT_MOST = 30.0
DAYS = int(os.environ.get("SOAK_DAYS", "60"))
CLIENTS = int(os.environ.get("SOAK_CLIENTS", "200"))
STRUCK = 0.12
"""So often is a night, a worker's round or a sweep struck by trouble."""


def seeds() -> Iterator[int]:
    """One; and more while there is time left."""
    until, seed = time.monotonic() + SECONDS, SEED
    yield seed
    while time.monotonic() < until:
        seed += 1
        yield seed


def test_two_hundred_accounts_through_sixty_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in seeds():
        with monkeypatch.context() as patched:
            chance = random.Random(seed)
            first = date(2023, 12, 10) + timedelta(days=chance.randrange(60))
            house = House(tmp_path / str(seed) / "mgr5", chance, first, patched)
            try:
                quick_and_impatient(patched, house)
                _soak(house, first, f"SOAK_SEED={seed}", CLIENTS, DAYS)
            finally:
                house.close()


def test_the_same_where_a_night_picks_whom_it_looks_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with many members; whoever has a discount is verified every night, so that the same holds every morning."""
    monkeypatch.setattr(night, "SMALL", 0)
    chance = random.Random(SEED + 1)
    first = date(2023, 12, 10) + timedelta(days=chance.randrange(60))
    house = House(tmp_path / "mgr5", chance, first, monkeypatch)
    house.store.settings.set("verify_days", "1")
    try:
        quick_and_impatient(monkeypatch, house)
        _soak(house, first, f"picked, SOAK_SEED={SEED}", CLIENTS // 5, DAYS // 4)
    finally:
        house.close()


def _soak(house: House, first: date, which: str, clients: int, days: int) -> None:
    life, chance, day, begun = house.life, house.chance, first, time.monotonic()
    bounded = not SECONDS and "SOAK_DAYS" not in os.environ
    with Session(house.sandbox.world.engine) as session:
        session.add(Currency(id=78, iso="CAD", symbol="$", code="124", name="Canadian dollar", name_ru="CAD"))
        session.commit()
    life.begin(clients)
    life.make_odd(days)
    for number in range(days):
        trouble = _trouble(chance) if number else ""
        report = house.night(trouble)
        if report is not None:
            struck = report.failed.keys() if trouble else ()
            _check_sound(house, day, f"{which}, after the night of {day}, {trouble or 'quiet'}", struck)
        life.live(day)
        house.heard()
        house.work(_trouble(chance))
        if chance.random() < 0.3:
            house.sweep(_trouble(chance))
        day = house.next_day()
        if begun + AT_MOST < time.monotonic() and number >= days // 3 and bounded:
            warnings.warn(f"{which}: {number + 1} days were all that there was time for", stacklevel=1)
            break
    _end(house, day, which)


def _trouble(chance: random.Random) -> str:
    return chance.choice(TROUBLE) if chance.random() < STRUCK else ""


def _end(house: House, day: date, which: str) -> None:
    """A day on which nothing strikes any more; then everything is looked at."""
    house.night()
    house.life.last_words(day)
    house.heard()
    house.work()
    house.sweep()
    house.next_day()
    house.night()
    day = house.now.date()
    _check_sound(house, day, f"{which}, in the end")
    _check_odd(house, day, which)
    _check_others(house, day, which)
    plan = house.recalculated(house.store, write=False, allow_drop=True)
    sound, life_rates = {client.id for client in _sound(house, day)}, house.life.rates
    assert {each.account for each in plan.planned} & sound == set(), which
    assert set(plan.failed) & sound == set(), which
    for client in _sound(house, day):
        decisions, account = house.store.decisions, AccountId(client.id)
        record = decisions.last(account) if client.outside else decisions.on(account, day)
        assert record is not None, (which, client.id)
        tier = tier_of(client, day, life_rates)
        assert (record.decision.tier.name if record.decision.tier else "") == (tier.name if tier else ""), which


def _sound(house: House, day: date) -> list[Client]:
    return [client for client in house.life.clients.values() if not client.is_odd(day)]


def _check_sound(house: House, day: date, when: str, but_for: Collection[int] = ()) -> None:
    """R2 to R5, R8, R9, R10: percents, what is ours, what rests."""
    present, life = house.life.discounts_now(), house.life
    owned = dict(house.store.connection.execute("SELECT id, account FROM owned_discount").fetchall())
    resting = _resting(house)
    for client in _sound(house, day):
        if client.id in but_for:
            continue
        told = f"{when}, client {client.id}"
        tier = tier_of(client, day, life.rates)
        ours, others = [], Counter[Discount]()
        for row in present.get(client.id, []):
            if row.name.startswith(OURS):
                ours.append(row)
            else:
                others[as_written(row)] += 1
        assert len(ours) == len({row.pricelist_tree for row in ours}), f"{told}: doubled {ours}"
        found = {row.pricelist_tree: int(row.percentage) for row in ours}
        assert found == (dict(tier.percents) if tier else {}), f"{told}: {sorted(client.rows.values(), key=str)}"
        assert {row.id for row in ours} == {number for number, whose in owned.items() if whose == client.id}, told
        assert all(str(row.todate) == "2099-12-31" for row in ours), told
        waits = resting.get(client.id, Counter())
        assert others + waits == +client.by_hand, f"{told}: {others} here, {waits} resting, not {+client.by_hand}"
        if tier:
            assert all(is_over(each, day) for each in others), f"{told}: {others} act beside {tier.name}"
        else:
            assert not waits, f"{told}: {waits} rest though it holds no tier"
    assert set(owned.values()) <= life.clients.keys(), when


def _check_odd(house: House, day: date, which: str) -> None:
    """Each waits with its reason, and nobody else does."""
    waiting: dict[int, list[str]] = {}
    for row in house.store.queue.all():
        waiting.setdefault(row.account or -(row.payment or 0), []).append(row.error.en)
    sound = {client.id for client in _sound(house, day)}
    odd = [client for client in house.life.clients.values() if client.is_odd(day)]
    assert {who for who in waiting if who not in {client.id for client in odd}} == set(), (which, waiting)
    assert not waiting.keys() & sound, which
    for client in odd:
        reasons = waiting.get(client.id, [])
        right = client.odd not in READS and _stands(house, client, day)
        told = any(REASONS[client.odd] in reason for reason in reasons)
        assert right or told, (which, client.id, client.odd, reasons)
    assert {client.odd for client in odd if client.id in waiting} >= READS or len(house.life.clients) < max(
        CLIENTS, 200
    ), which


def _stands(house: House, client: Client, day: date) -> bool:
    tier = tier_of(client, day, house.life.rates)
    rows = house.life.discounts_now().get(client.id, [])
    ours = {row.pricelist_tree: int(row.percentage) for row in rows if row.name.startswith(OURS)}
    others = [as_written(row) for row in rows if not row.name.startswith(OURS)]
    right = ours == (dict(tier.percents) if tier else {})
    if client.odd == "form lacks its scope":
        assert right, f"client {client.id}: its own discounts do not wait for what can't be set aside"
    return right and not (tier and any(not is_over(each, day) for each in others))


def _check_others(house: House, day: date, which: str) -> None:
    """Whoever is odd: what was given by hand exists exactly once, word for word; and the journal says the same."""
    present, resting = house.life.discounts_now(), _resting(house)
    for client in house.life.clients.values():
        here = Counter(as_written(row) for row in present.get(client.id, []) if not row.name.startswith(OURS))
        assert here + resting.get(client.id, Counter()) == +client.by_hand, (which, client.id, client.odd)
    assert resting.keys() <= house.life.clients.keys(), which
    contents = Journal(house.sandbox.root / "var" / FILE_NAME).read()
    journaled: dict[int, Counter[Discount]] = {}
    for kept in contents.waiting.values():
        journaled.setdefault(kept.account, Counter())[_written(kept.fields)] += 1
    assert journaled == resting, which
    assert contents.damaged == [], which


def _resting(house: House) -> dict[int, Counter[Discount]]:
    found: dict[int, Counter[Discount]] = {}
    for each in house.store.set_aside.all():
        found.setdefault(each.account, Counter())[_written(each.fields)] += 1
    return found


def _written(fields: Any) -> Discount:
    percent = format(Decimal(fields["percentage"]).normalize(), "f")
    scope = (fields["pricelist_tree"], fields["fromdate"], fields["todate"])
    return (fields["name"], fields.get("name_ru", ""), percent, *scope)
