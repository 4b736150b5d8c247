"""Settings: who may change them, and whether they fit the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..programme.deeds import SETTING
from ..programme.errors import SettingError
from ..programme.settings import SETTINGS
from ..programme.text import Text
from ..store.database import transaction
from ..store.notes import ZERO_PERCENT_CONFIRMED
from . import Office, token

_NOT_CONFIRMED = Text(
    "That promotions can be blocked on all services (promotions = everywhere) was not confirmed on this panel yet. "
    "First check it on a test client: Health → Check the panel, or `resellerprogram doctor --try-on CLIENT`.",
    "Можно ли в этой панели отключить промоакции на всех услугах (promotions = everywhere), ещё не проверено. Сначала "
    "проверьте на тестовом клиенте: «Состояние» → «Проверить панель» или `resellerprogram doctor --try-on КЛИЕНТ`.",
)


class SettingsDesk:
    """What the office decides of settings."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def change(self, changed: Mapping[str, str], seen: str | None = None) -> Sequence[Text]:
        """Change settings that fit the panel, and tell the panel's warnings. Raises SettingError, also for what is
        above the caller's level, and EditConflict."""
        from ..recalculation.run import PATIENCE, check_settings

        store = self._store
        before = store.settings.texts()
        if seen is not None and seen != token(before):
            raise self._office.conflict(SETTING)
        changed = {name: text for name, text in changed.items() if text.strip() != before.get(name)}
        self.check_allowed(changed)
        if changed.get("promotions") == "everywhere" and not store.notes.read(ZERO_PERCENT_CONFIRMED):
            raise SettingError(_NOT_CONFIRMED, "promotions")
        asks_panel = any(name not in SETTINGS or SETTINGS[name].asks_panel for name in changed)
        warnings = (
            check_settings(self._office.root, store, changed, self._office.clock(), PATIENCE) if asks_panel else ()
        )
        with transaction(store.connection):
            for name, text in changed.items():
                store.settings.set(name, text)
                self._office.record(SETTING, name, before[name], text.strip())
        return warnings

    def check_allowed(self, changed: Mapping[str, str]) -> None:
        """Raises SettingError for a change of what is above the caller's level."""
        before = self._store.settings.texts()
        for name, text in changed.items():
            if text.strip() != before.get(name) and name in SETTINGS and self._office.level < SETTINGS[name].level:
                raise SettingError(
                    Text(
                        "Only an administrator with full access can change {setting}.",
                        "{setting} может менять только администратор с полным доступом.",
                    )(setting=SETTINGS[name].called),
                    name,
                )
