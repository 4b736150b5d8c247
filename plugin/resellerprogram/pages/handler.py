"""Where BILLmanager's requests for our pages arrive: `addon/resellerprogram` starts this.

Who may see what is checked here. All pages read alike: read the request, read the store, build a document, return it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lxml import etree

from ..host.clock import Clock, clock_of
from ..host.logfile import LOG_NAME
from ..programme.errors import MISTAKES, BadInput, EditConflict, MemberError, ResellerProgrammeError
from ..programme.settings import EMPLOYEE_LEVEL, FULL_LEVEL
from ..programme.text import Text
from . import documents
from .request import CLIENT_LEVEL, Request, request_of
from .routes import OF_CLIENTS, PAGES, SENT_BY_FULL_ADMINISTRATORS, may_call, page_of

_ENTER_AS_CLIENT = Text(
    "This page belongs to the client area. Open the client's area to see it.",
    "Эта страница — часть личного кабинета. Откройте личный кабинет нужного клиента.",
)
_BUSY = Text(
    "The reseller program is busy, nothing was saved. Try again in a minute.",
    "Реселлерская программа занята, ничего не сохранено. Повторите через минуту.",
)

_NOT_SHOWN = Text(
    "The page could not be shown. Try again in a minute, or contact support.",
    "Страница не открылась. Повторите через минуту; не помогло — напишите в поддержку.",
)
_UNEXPECTED = Text(
    "Internal error of the reseller program; details: {log}.",
    "Внутренняя ошибка реселлерской программы, подробности: {log}.",
)
_FOR_CLIENTS = (BadInput, EditConflict, MemberError)
"""What a client can put right; what else went wrong is told to employees, and stands in the log."""


def answer(environment: dict[str, str], given: bytes, root: Path, clock: Clock) -> etree._Element:
    """The document for one request; whatever fails becomes an error document and a line in the log."""
    request = Request("", {}, "", 0, "en")
    try:
        document = documents.parse(given)
        request = request_of(environment, document)
        denied = _denied(request)
        if denied:
            return documents.access_denied(request.function, request.language, denied)
        return page_of(request, document, root, clock())
    except ResellerProgrammeError as error:
        if not isinstance(error, MISTAKES):
            _log(root, request.function, error)
        told = error.what_happened if _is_employee(request) or isinstance(error, _FOR_CLIENTS) else _NOT_SHOWN
        return documents.error(told, request.language, error.field)
    except Exception as error:
        _log(root, request.function, error)
        if type(error).__name__ == "OperationalError" and "locked" in str(error):  # sqlite3 is not loaded to say so
            return documents.error(_BUSY, request.language)
        told = _UNEXPECTED(log=root / "var" / LOG_NAME) if _is_employee(request) else _NOT_SHOWN
        return documents.error(told, request.language)


def _is_employee(request: Request) -> bool:
    return request.level >= EMPLOYEE_LEVEL


def _denied(request: Request) -> Text | None:
    """Why a session of that level may not call the function, or not like this. Clients' pages are for clients: an
    administrator enters as the client, and is one then."""
    if request.function in OF_CLIENTS:
        return None if CLIENT_LEVEL <= request.level < EMPLOYEE_LEVEL else _ENTER_AS_CLIENT
    if request.function not in PAGES or not may_call(request.function, request.level):
        return documents.DENIED
    is_beyond, told = SENT_BY_FULL_ADMINISTRATORS.get(request.function, (None, None))
    return told if is_beyond and is_beyond(request) and request.level < FULL_LEVEL else None


def _log(root: Path, function: str, error: Exception) -> None:
    """What was ours or the panel's fault. Logging takes time to load, and most pages have nothing to log."""
    import logging

    from ..host.logfile import log_to

    try:
        log_to(root)
    except OSError:
        return  # a full disk is no reason to leave the person without an answer
    unexpected = not isinstance(error, ResellerProgrammeError)
    logging.getLogger(__name__).error("%.100s: %.500r", function, error, exc_info=error if unexpected else None)


def main() -> None:
    """`python -c … SITE ROOT`: the environment is the panel's request, standard input its document."""
    root = Path(sys.argv[2])
    given = sys.stdin.buffer.read() if sys.stdin else b""
    sys.stdout.buffer.write(documents.serialize(answer(dict(os.environ), given, root, clock_of(root))))
