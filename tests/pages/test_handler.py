"""Our handler: who may see what, and that whatever it is fed comes back as a document."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from resellerprogram.pages.__main__ import answer
from resellerprogram.store import Store

NOW = datetime(2025, 1, 20, 12)
STATUS = {"PARAM_func": "resellerprogram.status", "AUTH_LEVEL": "29", "AUTH_USER": "1"}


def ask(root: Path, given: bytes = b'<doc lang="ru"/>', **environment: str) -> Any:
    return answer({**STATUS, **environment}, given, root, NOW)


@pytest.fixture
def root(store: Store) -> Path:
    return store.folder.parents[1]


def test_an_employee_sees_the_state_in_the_pages_language(root: Path, store: Store) -> None:
    store.runs.finish(store.runs.begin("daily", NOW.date(), True, NOW), "done", 7, 3, NOW)
    rows = {row.findtext("name"): row.findtext("value") for row in ask(root).iterfind("elem")}
    assert rows == {
        "Состояние": "OK",
        "Последний успешный пересчёт": "20.01.2025 12:00:00",
        "Просмотрено участников": "7",
        "Скидок программы": "0",
        "Отложено чужих скидок": "0",
        "В очереди": "0",
        "Брошено": "0",
    }
    assert ask(root, b'<doc lang="en"/>').findtext("elem/name") == "State"


def test_what_the_panel_put_into_its_document_stays(root: Path) -> None:
    page = ask(root, b'<doc lang="en"><metadata name="x"/><messages name="x"/></doc>')
    assert [child.tag for child in page][:3] == ["metadata", "messages", "elem"]


@pytest.mark.parametrize("level", ["", "0", "16", "24", "28", "-1", "twenty-nine", "29x", "²⁹"])
def test_nobody_below_an_employee_sees_anything(root: Path, level: str) -> None:
    page = ask(root, AUTH_LEVEL=level)
    assert page.findtext("error/msg") == "Доступ запрещён."
    assert page.find("elem") is None


@pytest.mark.parametrize(
    "function", ["", "resellerprogram", "resellerprogram.nothing", "payment.setpaid", "../../etc/passwd"]
)
def test_a_function_that_is_not_ours_is_refused(root: Path, function: str) -> None:
    assert ask(root, PARAM_func=function).find("error") is not None


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"<doc>",
        b"\xff\xfe\x00",
        b"<doc lang='ru'>\xff</doc>",
        b"not xml",
        b"<doc/>" * 2,
        b"<!DOCTYPE doc [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><doc>&b;</doc>",
        b'<!DOCTYPE doc [<!ENTITY x SYSTEM "file:///etc/passwd">]><doc><name>&x;</name></doc>',
        b"<doc>" + b"<elem><id>1</id></elem>" * 300_000 + b"</doc>",
    ],
    ids=[
        "nothing",
        "unclosed",
        "binary",
        "invalid utf-8",
        "text",
        "two roots",
        "entities",
        "external entity",
        "megabytes",
    ],
)
def test_whatever_it_is_fed_it_answers_with_a_document(root: Path, given: bytes) -> None:
    page = etree.tostring(ask(root, given))
    assert b"root:" not in page
    assert b"Traceback" not in page
    assert page.startswith(b"<doc")


def test_a_failure_of_ours_is_told_and_logged(
    root: Path, store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resellerprogram.health.health", lambda store, now: 1 / 0)
    page = ask(root)
    assert page.findtext("error/msg") == "Партнёрская программа не смогла ответить, причина в её журнале."
    assert "ZeroDivisionError" in caplog.text
