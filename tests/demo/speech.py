"""How the demo speaks: in the language of the terminal."""

from __future__ import annotations

import os
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
    "vds": text("VPS", "VPS"),
    "dedic": text("dedicated servers", "выделенные серверы"),
    "certificate": text("SSL certificates", "SSL-сертификаты"),
    "vhost": text("web hosting", "виртуальный хостинг"),
}
"""What people call the panel's service types."""


def said(told: Text) -> str:
    """The product's own words; a terminal has no use for other spaces."""
    return text(told.en, told.ru).replace(figures.NO_BREAK, " ").replace(figures.NARROW, " ")


def money(amount: Decimal) -> str:
    return said(figures.money(amount, "RUB"))


def step(service: str, before: Decimal | None, after: Decimal | None) -> str:
    """'VPS 19 → 21 %'."""
    return f"{SERVICES.get(service, service)} {said(figures.percent_step(before, after))}"


def say(en: str, ru: str) -> None:
    print("\n" + text(en, ru), flush=True)
