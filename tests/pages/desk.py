"""An administrator's browser, as our handler meets it: the panel's document goes in with metadata and messages."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree
from resellerprogram.pages.handler import answer
from resellerprogram.store import Store

from tests.sandbox.decoration import complaints, decorate
from tests.test_description import DESCRIPTION
from tests.texts import plain_spaces

NOW = datetime(2025, 1, 20, 12)


@dataclass
class Desk:
    """Asks for pages in the name of employee 1, from 192.0.2.7."""

    root: Path
    store: Store
    level: int = 29
    language: str = "en"
    now: datetime = NOW
    user: str = "1"

    def ask(self, function: str, **params: object) -> Any:
        """The document of `resellerprogram.<function>`; every parameter is a request parameter."""
        name = f"resellerprogram.{function}"
        document = etree.Element("doc", lang=self.language)
        for described in DESCRIPTION.iterfind(f"metadata[@name='{name}']"):
            document.append(copy.deepcopy(described))
        environment = {
            "PARAM_func": name,
            "AUTH_LEVEL": str(self.level),
            "AUTH_USER": self.user,
            "AUTH_IP": "192.0.2.7",
            **{f"PARAM_{each}": str(value) for each, value in params.items()},
        }
        page = answer(environment, etree.tostring(document), self.root, lambda: self.now)
        for element in page.iter():
            element.text = plain_spaces(element.text) if element.text else element.text
        assert list(complaints(page)) == [], "what the panel's core does is none of ours"
        return page

    def shown(self, function: str, **params: object) -> Any:
        """The same as it is shown: the core has sorted, summed and paged what it was given."""
        page = self.ask(function, **params)
        assert page.find("error") is None, page.findtext("error/msg")
        decorate(page, {name: str(value) for name, value in params.items()})
        return page

    def said(self, function: str, **params: object) -> str:
        """The words above a list."""
        return self.ask(function, **params).findtext("banner/msg") or ""

    def rows(self, function: str, **params: object) -> list[dict[str, str]]:
        page = self.shown(function, **params)
        return [{str(cell.tag): cell.text or "" for cell in row} for row in page.iterfind("elem")]

    def form(self, function: str, **params: object) -> dict[str, str]:
        """The values of a form as it is opened."""
        page = self.ask(function, **params)
        assert page.find("error") is None, page.findtext("error/msg")
        names = {str(field.get("name")) for field in page.iter("field")} | {"elid"}
        return {str(each.tag): each.text or "" for each in page if each.tag in names}

    def save(self, function: str, **params: object) -> None:
        """Open a form, change these fields, and send all of it."""
        opened = {name: params[name] for name in ("elid", "plid") if name in params}
        page = self.ask(function, **{**self.form(function, **opened), **params}, sok="ok")
        assert page.find("error") is None, page.findtext("error/msg")
        assert page.find("ok") is not None

    def refused(self, function: str, **params: object) -> tuple[str, str]:
        """What a form says when it refuses, and which field it marks."""
        opened = {name: params[name] for name in ("elid", "plid") if name in params}
        page = self.ask(function, **{**self.form(function, **opened), **params}, sok="ok")
        return self.error(page)

    @staticmethod
    def error(page: Any) -> tuple[str, str]:
        failure = page.find("error")
        assert failure is not None
        return failure.findtext("msg"), failure.get("object")

    def changes(self) -> list[tuple[str, str, str, str, str]]:
        """Who, from where, what, before, after; the newest first."""
        return [
            (each.author.name, each.author.address, each.what, each.before, each.after)
            for each in self.store.changes.newest(100)
        ]
