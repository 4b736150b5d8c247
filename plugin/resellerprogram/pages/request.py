"""What BILLmanager tells a handler about a request: the environment and the document (reference, F.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

EMPLOYEE_LEVEL = 29
_LANGUAGES = ("ru", "en")


@dataclass(frozen=True)
class Request:
    """One request. `level` is the caller's: 16 client, 29 employee, 30 root."""

    function: str
    params: Mapping[str, str]
    user: str
    level: int
    language: str

    @property
    def by_employee(self) -> bool:
        return self.level >= EMPLOYEE_LEVEL


def request_of(environment: Mapping[str, str], document: etree._Element) -> Request:
    """The request behind a handler's environment; an unknown or missing level is a stranger's, 0."""
    params = {name[6:]: value for name, value in environment.items() if name.startswith("PARAM_")}
    level = environment.get("AUTH_LEVEL", "")
    language = document.get("lang") or params.get("lang", "")
    return Request(
        params.get("func", ""),
        params,
        environment.get("AUTH_USER", ""),
        int(level) if level.isdecimal() else 0,
        language if language in _LANGUAGES else "en",
    )
