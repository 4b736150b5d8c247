"""The second way to the panel: one kept-alive HTTPS session, for large runs (reference, E.1, E.2).

Imported only when such a run begins: a worker that answers one payment has no time to load an HTTP library.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable

import requests

from ..programme.hosts import is_of_this_host
from ..programme.text import Text
from .answers import Document, parse
from .errors import (
    Call,
    IncompleteAnswer,
    NotAuthenticated,
    PanelError,
    PanelTimeout,
    PanelUnreachable,
    TransportError,
)
from .transport import TIMEOUT, Transport

_ELSEWHERE = Text("panel_url is no address of this host", "panel_url — адрес не этого сервера")
_REFUSED = Text("nothing answers at {url}", "по адресу {url} никто не отвечает")
_NOT_TRUSTED = Text("the certificate of {url} is not trusted: {why}", "сертификату {url} нет доверия: {why}")

log = logging.getLogger(__name__)


class Https:
    """One kept-alive session to the panel's HTTP API; the session is opened with a key that mgrctl registers.

    The key opens a session of root's until it is used, so it is registered only when the connection and the
    certificate have proved good, and used at once and once. It goes to this host itself and nowhere else.
    """

    def __init__(self, url: str, mgrctl: Transport, certificate: str = "", timeout: float = TIMEOUT) -> None:
        self._url, self._mgrctl, self._timeout = url, mgrctl, timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = certificate or True
        self._session.headers["Referer"] = url
        self._auth = ""

    def send(self, call: Call) -> Document:
        self.log_in()
        try:
            return parse(self._post(call, {"auth": self._auth}), call)
        except NotAuthenticated:
            self._auth = ""
            self.log_in()
            return parse(self._post(call, {"auth": self._auth}), call)

    def close(self) -> None:
        self._session.close()

    def log_in(self) -> None:
        """Open the session unless it is open. Raises PanelError; nothing else has been sent then."""
        if self._auth:
            return
        self._post(Call("whoami"), {})
        enter = Call("auth", {"key": secrets.token_urlsafe(32)}, repeatable=False)
        try:
            self._mgrctl.send(Call("session.newkey", enter.params, repeatable=False))
            document = self._asked(enter)
            self._auth = document.attribute("auth", "id") or document.value("auth")
            if not self._auth:
                raise IncompleteAnswer(enter, "auth")
        except NotAuthenticated:
            raise  # there is no such key
        except PanelError as error:
            self._use_up(enter, error)
            raise

    def _use_up(self, enter: Call, why: PanelError) -> None:
        """Use a key that may be registered and unused: once more here, then by mgrctl. The session is let go."""
        ways: tuple[Callable[[Call], Document], ...] = (self._asked, self._mgrctl.send)
        for ask in ways:
            try:
                ask(enter)
            except NotAuthenticated:
                break  # there is no such key (any more)
            except PanelError as error:
                log.warning("the key of a session could not be used up: %s", error)
            else:
                break
        else:
            log.error("a session key that opens the panel as root may be left in it, restart the panel's core: %s", why)
            return
        log.warning("a session could not be opened, its key opens nothing any more: %s", why)

    def _asked(self, call: Call) -> Document:
        """The answer to a call without a session."""
        return parse(self._post(call, {}), call)

    def _post(self, call: Call, extra: dict[str, str]) -> bytes:
        form = {"func": call.function, "out": "xml", **call.params, **extra}
        deadline = time.monotonic() + self._timeout
        try:
            if not is_of_this_host(self._url):
                raise PanelUnreachable(_ELSEWHERE, call)
            with self._session.post(
                self._url, data=form, timeout=(5, self._timeout), stream=True, allow_redirects=False
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise PanelUnreachable(f"HTTP {response.status_code}", call)
                return self._read(response, deadline, call)
        except requests.Timeout as error:
            raise PanelTimeout(self._timeout, call) from error
        except requests.RequestException as error:
            raise PanelUnreachable(self._why(error), call) from error
        except (OSError, ValueError) as error:  # a certificate file that is gone, an address that can't be read
            raise PanelUnreachable(error, call) from error

    def _why(self, error: requests.RequestException) -> Text | str:
        said = _without_form(error)
        if isinstance(error, requests.exceptions.SSLError):
            return _NOT_TRUSTED(url=self._url, why=said)
        return _REFUSED(url=self._url) if "Connection refused" in said else said

    def _read(self, response: requests.Response, deadline: float, call: Call) -> bytes:
        parts = []
        for part in response.iter_content(65536):
            parts.append(part)
            if time.monotonic() > deadline:
                raise PanelTimeout(self._timeout, call)
        return b"".join(parts)


class HttpsOrMgrctl:
    """HTTPS while it works; from its first failure on, mgrctl. A write that may have happened is not sent twice.

    One call at a time: the session is one, and who finds it broken must not take it from under another.
    """

    def __init__(self, https: Https, mgrctl: Transport) -> None:
        self._https: Https | None = https
        self._mgrctl = mgrctl
        self._one_at_a_time = threading.Lock()

    def send(self, call: Call) -> Document:
        with self._one_at_a_time:
            return self._send(call)

    def _send(self, call: Call) -> Document:
        if self._https is None:
            return self._mgrctl.send(call)
        try:
            self._https.log_in()
        except PanelError as error:
            self._give_up(error)
            return self._mgrctl.send(call)
        try:
            return self._https.send(call)
        except (TransportError, NotAuthenticated) as error:
            self._give_up(error)
            if isinstance(error, TransportError) and not call.repeatable:
                raise
            return self._mgrctl.send(call)

    def close(self) -> None:
        if self._https is not None:
            self._https.close()

    def _give_up(self, error: PanelError) -> None:
        log.warning("HTTPS to the panel failed, going on with mgrctl: %s", error)
        self.close()
        self._https = None


def _without_form(error: requests.RequestException) -> str:
    """What failed, without the request that requests likes to quote."""
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "reason", cause)).rpartition("): ")[2][:300]
