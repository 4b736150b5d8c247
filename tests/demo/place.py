"""Where a demo lives: a folder with a mark of its own, so that nobody else's is ever made anew or ended."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.installation import end_workers
from tests.sandbox import Sandbox

from .speech import Stop, text

PROJECT = Path(__file__).resolve().parents[2]
MARK = ".reseller-demo"


def default_folder() -> Path:
    """In the project; where that is not ours to write, in the user's home."""
    return PROJECT / "build" / "demo" if os.access(PROJECT, os.W_OK) else Path.home() / "reseller-demo"


@dataclass(frozen=True)
class Place:
    """A folder for a demo."""

    folder: Path

    @property
    def panel(self) -> Sandbox:
        return Sandbox(self.folder / "mgr5")

    @property
    def command(self) -> Path:
        """The plugin's command, as it was installed."""
        return self.folder / "mgr5" / "sbin" / "resellerprogram"

    def take(self) -> None:
        """Make it ours, empty. Raises Stop where a demo runs, and where something else is."""
        if self.is_running():
            raise Stop(
                text(
                    f"A demo runs in {self.folder} already: {self.panel.url}\n"
                    "End it with `./install.sh demo stop`, or start another one with --folder DIR.",
                    f"В {self.folder} уже работает демо: {self.panel.url}\n"
                    "Завершить: `./install.sh demo stop`; ещё одно рядом: --folder ПАПКА.",
                )
            )
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / MARK).exists():
            raise Stop(
                text(
                    f"{self.folder} is not empty and no demo's; nothing was touched. Choose another: --folder DIR.",
                    f"Папка {self.folder} не пуста и не от демо; ничего не тронуто. Укажите другую: --folder ПАПКА.",
                )
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.remember({})

    def remember(self, what: dict[str, Any]) -> None:
        (self.folder / MARK).write_text(json.dumps(what), encoding="utf-8")

    def remembered(self) -> dict[str, Any]:
        """What the start has written down."""
        found: dict[str, Any] = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
        return found

    def is_running(self) -> bool:
        """Whether its panel answers."""
        if not (self.folder / MARK).exists():
            return False
        try:
            return bool(self.panel.now)
        except (OSError, RuntimeError):
            return False

    def check_running(self) -> None:
        """Raises Stop where no demo runs."""
        if not self.is_running():
            raise Stop(
                text(
                    f"No demo runs in {self.folder}. Start one: `./install.sh demo`; or name its folder: --folder DIR.",
                    f"В {self.folder} демо не работает. Запустите: `./install.sh demo`, или укажите папку: --folder.",
                )
            )

    def stop(self) -> None:
        """End panel and workers; the folder stays to be looked at."""
        self.panel.stop()
        end_workers(self.folder)

    def today(self) -> date:
        return self.panel.today()
