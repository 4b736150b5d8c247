"""Forecast and calculator against what the daily run later really does, by the panel's own discounts (R7)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from resellerprogram.programme.forecast import Forecast, Keep
from resellerprogram.programme.ids import AccountId

from tests.operator import Operator

pytestmark = pytest.mark.slow

FIRST = date(2025, 1, 29)
"""So that the walk crosses the end of February, where windows clamp."""
WALKED, ACCOUNTS, ASKED_EVERY = 36, 14, 5
DAY = timedelta(days=1)


def forecast_of(operator: Operator, account: int) -> Forecast | None:
    """As a page makes it."""
    outlook = operator.store.outlooks.of(AccountId(account))
    return Forecast(outlook, lambda day: operator.store.tiers.on(day).table) if outlook else None


def percents_on(forecast: Forecast, day: date) -> dict[str, int]:
    tier = forecast.tier(day)
    names = {"vps": "vds", "dedicated": "dedic", "ssl": "certificate"}
    return {names[name]: int(percent) for name, percent in tier.percents.items()} if tier else {}


def random_payments(operator: Operator, account: int, chance: random.Random) -> None:
    """Payments of every size up to the first day, some of them refunded in part."""
    for _ in range(chance.randint(1, 7)):
        credited_on = FIRST - timedelta(days=chance.randint(0, 33))
        amount = Decimal(chance.choice((400, 900, 3_000, 9_000, 49_000, 120_000)) + chance.randint(0, 999))
        payment = operator.sandbox.world.add_payment(account, amount, credited_on)
        if chance.random() < 0.25:
            day = min(FIRST, credited_on + timedelta(days=chance.randint(0, 9)))
            operator.sandbox.world.refund(payment, day, int(amount / 3))


def asked(operator: Operator, accounts: list[int]) -> Iterator[tuple[int, Forecast]]:
    for account in accounts:
        forecast = forecast_of(operator, account)
        if forecast:
            yield account, forecast


def test_what_was_foretold_comes_true_day_by_day(operator: Operator) -> None:
    """Half of the accounts pay nothing more; the others pay what the page told them to, on a random day that it named.
    Every fifth day all of them ask again."""
    chance = random.Random(20250129)
    accounts = [operator.sandbox.world.add_account(f"Client {number}") for number in range(ACCOUNTS)]
    for account in accounts:
        random_payments(operator, account, chance)
    operator.apply(FIRST, allow_drop=True)
    foretold: list[tuple[int, Forecast]] = list(asked(operator, accounts))
    kept: dict[int, tuple[date, Keep, date]] = {}
    for account, forecast in foretold[: ACCOUNTS // 2]:
        for change in forecast.changes():
            keep = forecast.keep(change)
            if keep and account not in kept:
                span = (keep.last_day - max(keep.first_day, FIRST + DAY)).days
                pays_on = max(keep.first_day, FIRST + DAY) + timedelta(days=chance.randint(0, max(0, span)))
                if pays_on <= keep.last_day:
                    kept[account] = (pays_on, keep, change.day)
    assert kept
    foretold = [
        (account, Forecast(forecast.outlook.with_payment(kept[account][1].amount, kept[account][0]), forecast.table_on))
        if account in kept
        else (account, forecast)
        for account, forecast in foretold
    ]
    for offset in range(1, WALKED):
        today = FIRST + timedelta(days=offset)
        for account, (pays_on, keep, _) in kept.items():
            if pays_on == today:
                operator.sandbox.world.add_payment(account, keep.amount, today)
        operator.apply(today, allow_drop=True)
        for account, forecast in foretold:
            if account not in kept or kept[account][0] <= today or forecast.outlook.day < FIRST + DAY:
                assert operator.percents(account) == percents_on(forecast, today), (account, today)
        for account, (_, keep, falls_on) in kept.items():
            if falls_on == today:
                standing = operator.store.standings.of(AccountId(account))
                assert standing is not None
                assert standing.tier == keep.tier.name, (account, today)
        if offset % ASKED_EVERY == 0:
            foretold += [pair for pair in asked(operator, accounts) if pair[0] not in kept or kept[pair[0]][0] <= today]
