"""Panels and small readers of documents, shared by the tests of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox.state import READINGS


@pytest.fixture(scope="module")
def one_panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A panel that runs for all tests of a module."""
    with Sandbox.create(tmp_path_factory.mktemp("panel") / "mgr5") as panel:
        yield panel


@pytest.fixture
def common(one_panel: Sandbox) -> Iterator[Sandbox]:
    """The module's panel; readings, faults and filters are as on its first day afterwards."""
    yield one_panel
    one_panel.clear_faults()
    changed = {name: READINGS[name][0] for name, value in one_panel.readings.items() if value != READINGS[name][0]}
    one_panel.read_as(**changed)
    for su in ({}, {"su": "admin"}):
        one_panel.mgrctl("payment.filter", sok="ok", **su)


def kind(document: etree._Element) -> str | None:
    """The type of an error document's error."""
    error = document.find("error")
    return None if error is None else error.get("type")
