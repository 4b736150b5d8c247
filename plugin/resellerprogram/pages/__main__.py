"""Where BILLmanager's requests for our pages arrive: `addon/resellerprogram` starts this.

Who may see what is checked here. All pages read alike: read the request, read the store, build a document, return it.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import datetime
from pathlib import Path

from lxml import etree

from ..logfile import log_to
from ..programme.errors import EditConflict, MemberError, ResellerProgrammeError, SettingError, TierTableError
from ..programme.text import Text
from ..root import panel_root
from . import documents
from .request import EMPLOYEE_LEVEL, FULL_LEVEL, Request, request_of
from .routes import FOR_FULL_ADMINISTRATORS, PAGES, page_of
from .visit import BadInput

MISTAKES = (BadInput, EditConflict, MemberError, SettingError, TierTableError)
"""What the person at the screen can put right; no error of the programme."""

log = logging.getLogger(__name__)


def answer(environment: dict[str, str], given: bytes, root: Path, now: datetime) -> etree._Element:
    """The document for one request; whatever fails becomes an error document and a line in the log."""
    request = Request("", {}, "", 0, "en")
    try:
        document = documents.parse(given)
        request = request_of(environment, document)
        needed = FULL_LEVEL if request.function in FOR_FULL_ADMINISTRATORS else EMPLOYEE_LEVEL
        if request.function not in PAGES or request.level < needed:
            return documents.access_denied(request.function, request.language)
        return page_of(request, document, root, now)
    except ResellerProgrammeError as error:
        level = logging.INFO if isinstance(error, MISTAKES) else logging.ERROR
        log.log(level, "%.100s: %.500s", request.function, error)
        return documents.error(error.text, request.language, error.field)
    except Exception:
        log.exception("%.100s failed", request.function)
        return documents.error(
            Text(
                "The reseller programme could not answer; its log says why.",
                "Партнёрская программа не смогла ответить, причина в её журнале.",
            ),
            request.language,
        )


def main() -> int:
    root = panel_root()
    log_to(root)
    given = sys.stdin.buffer.read() if sys.stdin else b""
    sys.stdout.buffer.write(documents.serialize(answer(dict(os.environ), given, root, datetime.now())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
