"""The worker, as an event starts it: detached from the panel, with no more imports than one payment needs."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from .logfile import log_to
from .recalculation.work import work
from .store import Store


def main(root: Path) -> None:
    """Answer the queue of the panel in `root`. What goes wrong is in the log and in the queue."""
    log_to(root)
    try:
        with Store(root, datetime.now()) as store:
            work(root, store, datetime.now)
    except Exception:
        logging.getLogger(__name__).exception("the worker failed; the next sweep goes on")
