"""What the night lets go of: details of decisions that are older than the settings want them (R11)."""

from __future__ import annotations

import logging
from datetime import date

from ..programme.errors import StoreError
from ..programme.setting_texts import problem
from ..programme.window import Window
from ..store import Store

log = logging.getLogger(__name__)


def let_details_go(store: Store, today: date) -> int:
    """Tells of how many decisions. Nothing goes where the setting can't be read: what is gone does not come back. It is
    the last thing of a night, so that a clock that is wrong was found out before; what fails is left to the next."""
    if problem("history_months", store.settings.texts()["history_months"]):
        return 0
    settings = store.settings.current()
    if not settings.history_months:
        return 0
    before = Window.of(today, settings.history_months).first
    try:
        gone = store.retention.let_go(before, Window.of(before, settings.window_months).first)
    except StoreError as error:
        log.error("%s", error)
        return 0
    if gone:
        log.info("details of %s decisions that ended before %s are not kept any more", gone, before)
    return gone
