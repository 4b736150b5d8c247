"""How the demo speaks: in the language of the terminal."""

from __future__ import annotations

import os

_SAID = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
RUSSIAN = _SAID.startswith("ru")


class Stop(Exception):
    """What the person at the terminal is told; nothing was done."""


def text(en: str, ru: str) -> str:
    return ru if RUSSIAN else en


def say(en: str, ru: str) -> None:
    print("\n" + text(en, ru), flush=True)
