"""The demo's content: resellers with payments of every kind, the same for the same seed and day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from .functions.payments import AWAITING, CANCELLED, FRAUD, NEW, PROMISED
from .world import World

_WORDS = ("North", "Blue", "Rapid", "Ромашка", "Вектор", "Green", "Облако", "Atlas", "Север", "Delta", "Nova", "Сигма")
_KINDS = ("Hosting", "Web", "Studio", "Сервис", "Digital", "Софт", "Media", "Networks")


def populate(world: World, today: date, seed: int, count: int) -> list[int]:
    """Three months of payments up to today, a client group, dollar rates, and a few discounts made by hand."""
    chance = random.Random(seed)
    other = world.add_project("Second Brand")
    for back in range(0, 100, 7):
        world.add_rate("USD", today - timedelta(days=back), str(Decimal(90) + chance.randint(-300, 300) / Decimal(100)))
    accounts = [
        world.add_account(f"{chance.choice(_WORDS)} {chance.choice(_KINDS)} {number}") for number in range(1, count + 1)
    ]
    for account in accounts:
        _three_months(world, account, today, chance, other)
    world.add_group("Resellers", accounts[::2])
    for account in accounts[3::20]:
        world.add_discount(account, 10, "it_1")
    return accounts


def _three_months(world: World, account: int, today: date, chance: random.Random, other: int) -> None:
    scale = chance.choice((300, 1000, 3000, 9000, 30000))
    for _ in range(chance.randint(2, 9)):
        day = today - timedelta(days=chance.randint(0, 92))
        amount = Decimal(chance.randint(scale // 3, scale) * 100 + chance.choice((0, 0, 50))) / 100
        kind = chance.random()
        if kind < 0.70:
            world.add_payment(account, amount, day, method=chance.choice((1, 2)))
        elif kind < 0.75:
            world.refund(world.add_payment(account, amount, day), min(today, day + timedelta(days=3)))
        elif kind < 0.79:
            world.refund(world.add_payment(account, amount, day), min(today, day + timedelta(days=5)), amount / 2)
        elif kind < 0.82:
            world.add_payment(account, amount, day, status=chance.choice((PROMISED, AWAITING, FRAUD)))
        elif kind < 0.86:
            world.add_payment(account, amount, None, status=chance.choice((NEW, CANCELLED)), created_on=day)
        elif kind < 0.90:
            chance.choice((world.add_cashback, world.add_certificate))(account, amount / 10, day)
        elif kind < 0.94:
            world.add_payment(account, amount, day, created_on=day + timedelta(days=20))
        elif kind < 0.97:
            world.add_payment(account, round(amount / 90, 2), day, currency="USD")
        else:
            world.add_payment(account, amount, day, project=other)
