"""How the demo speaks: in the language of the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable
from decimal import Decimal

from resellerprogram.programme import figures
from resellerprogram.programme.text import Text

_SAID = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
RUSSIAN = _SAID.startswith("ru")


class Stop(Exception):
    """What the person at the terminal is told; nothing was done."""


def text(en: str, ru: str) -> str:
    return ru if RUSSIAN else en


SERVICES = {
    "vds": Text("VPS", "VPS"),
    "dedic": Text("dedicated servers", "выделенные серверы"),
    "certificate": Text("SSL certificates", "SSL-сертификаты"),
    "vhost": Text("shared hosting", "виртуальный хостинг"),
}
"""What people call the panel's product types, in the order in which the product tells them."""


def service(name: str) -> str:
    return said(SERVICES[name]) if name in SERVICES else name


def in_order(names: Iterable[str]) -> list[str]:
    """Product types as the product lists them; those that it has no discounts for come last."""
    known = list(SERVICES)
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))


def said(told: Text) -> str:
    """The product's own words; a terminal has no use for other spaces."""
    return text(told.en, told.ru).replace(figures.NO_BREAK, " ").replace(figures.NARROW, " ")


def money(amount: Decimal) -> str:
    return said(figures.money(amount, "RUB"))


def step(name: str, before: Decimal | None, after: Decimal | None) -> str:
    """'VPS 19 → 21 %'."""
    return f"{service(name)} {said(figures.percent_step(before, after))}"


def say(en: str, ru: str) -> None:
    print("\n" + text(en, ru), flush=True)
