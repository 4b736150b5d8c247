"""What BILLmanager tells a handler about a request: the environment and the document (reference, F.4)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from ..programme.bounds import is_id
from ..programme.values import dataclass
from .documents import printable

CLIENT_LEVEL = 16
_LANGUAGES = ("ru", "en")


@dataclass(frozen=True)
class Request:
    """One request. `level` is the caller's: 16 client, 29 employee, 30 full administrator; `address` theirs."""

    function: str
    params: Mapping[str, str]
    user: str
    level: int
    language: str
    address: str = ""

    @property
    def submitted(self) -> bool:
        """Whether a form or a group operation was sent; otherwise it is only shown, or refreshed."""
        return bool(self.params.get("sok"))

    @property
    def elid(self) -> str:
        return self.params.get("elid", "").strip()

    @property
    def parent(self) -> str:
        """The nearest parent of a nested list or form: the last part of `plid` (reference, A.2)."""
        return self.params.get("plid", "").rpartition("/")[2].strip()

    def text(self, name: str) -> str:
        """What was typed into a field; the panel's empty choice `null` is nothing."""
        value = self.params.get(name, "").strip()
        return "" if value == "null" else value

    def several(self, name: str) -> list[str]:
        """The values of a group operation or a multiple choice, each once."""
        return list(dict.fromkeys(part.strip() for part in self.text(name).split(",") if part.strip()))


def request_of(environment: Mapping[str, str], document: etree._Element) -> Request:
    """The request behind a handler's environment; an unknown or missing level is a stranger's, 0."""
    params = {name[6:]: printable(value) for name, value in environment.items() if name.startswith("PARAM_")}
    level = environment.get("AUTH_LEVEL", "")
    language = document.get("lang") or params.get("lang", "")
    return Request(
        params.get("func", ""),
        params,
        printable(environment.get("AUTH_USER", "")),
        int(level) if is_number(level) else 0,
        language if language in _LANGUAGES else "en",
        printable(environment.get("AUTH_IP", "") or environment.get("REMOTE_ADDR", "")),
    )


def is_number(text: str) -> bool:
    """Whether a text is a whole number that the database can hold."""
    return is_id(text)
