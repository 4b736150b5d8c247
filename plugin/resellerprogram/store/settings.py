"""The settings as the administrator left them."""

from __future__ import annotations

import sqlite3

from ..programme.setting_texts import check, problem, settings_of
from ..programme.settings import SETTINGS, Settings
from ..programme.text import Text


class SettingStore:
    """Settings as texts; what they mean is told by programme/settings.py."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def texts(self) -> dict[str, str]:
        """Every setting as text, defaults included."""
        stored = dict(self._connection.execute("SELECT name, value FROM setting").fetchall())
        return {name: stored.get(name, setting.default) for name, setting in SETTINGS.items()}

    def current(self) -> Settings:
        """Those in force; nothing is raised, see `Settings.unreadable`."""
        return settings_of(self.texts())

    def problems(self) -> list[Text]:
        """What of the stored texts is not as it would be taken today: an older release may have taken it."""
        return [found for found in (problem(name, text) for name, text in self.texts().items()) if found]

    def set(self, name: str, text: str) -> None:
        """Store a setting. Raises SettingError for an unknown name or a value that can't be used."""
        check(name, text)
        self._connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, text.strip()))
