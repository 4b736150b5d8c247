"""How the demo speaks: in the language of the terminal."""

from __future__ import annotations

import os
from decimal import Decimal

from resellerprogram.programme import figures

_SAID = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
RUSSIAN = _SAID.startswith("ru")


class Stop(Exception):
    """What the person at the terminal is told; nothing was done."""


def text(en: str, ru: str) -> str:
    return ru if RUSSIAN else en


SERVICES = {
    "vds": text("VPS", "VPS"),
    "dedic": text("dedicated servers", "выделенные серверы"),
    "certificate": text("SSL certificates", "SSL-сертификаты"),
    "vhost": text("web hosting", "виртуальный хостинг"),
}
"""What people call the panel's service types."""


def money(amount: Decimal) -> str:
    told = figures.money(amount, "RUB")
    return _plain(text(told.en, told.ru))


def step(service: str, before: Decimal | None, after: Decimal | None) -> str:
    """'VPS 19 → 21 %'."""
    told = figures.percent_step(before, after)
    return f"{SERVICES.get(service, service)} {_plain(text(told.en, told.ru))}"


def _plain(told: str) -> str:
    """A terminal has no use for other spaces."""
    return told.replace(figures.NO_BREAK, " ").replace(figures.NARROW, " ")


def say(en: str, ru: str) -> None:
    print("\n" + text(en, ru), flush=True)
