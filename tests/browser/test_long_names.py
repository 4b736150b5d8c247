"""Names as long as companies have them: every list still fits a desk, and no page is wider than a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from resellerprogram.programme.tiers import TierTable, published_table
from resellerprogram.store import Store
from resellerprogram.store.notes import PREVIEW

from tests.browser.conftest import TODAY, cli, log_in
from tests.browser.test_every_page import DESK, faults, wait_for
from tests.browser.test_pages import visit
from tests.installation import end_workers, put_into
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

COMPANY = "Общество с ограниченной ответственностью «Северо-Западная телекоммуникационная компания»"
OTHER = "Нижегородские системы связи и телекоммуникаций, филиал"
TIERS = {
    "Partner #8": "Генеральный партнёр Северо-Западного федерального округа",
    "Partner #9": "Партнёр Северо-Западного федерального округа",
}


def long_table() -> TierTable:
    text = published_table().to_csv()
    for short, long in TIERS.items():
        text = text.replace(short, long)
    return TierTable.from_csv(text)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[tuple[Sandbox, int]]:
    """One of the clients has the long name, and all that a list tells of somebody."""
    with Sandbox.create(tmp_path_factory.mktemp("long") / "mgr5", now=datetime.now()) as sandbox:
        world = sandbox.world
        world.add_employee("chief", level=30)
        company = world.add_account(COMPANY, email="company@example.com")
        world.add_payment(company, 52_000, TODAY - timedelta(days=15))
        world.add_discount(company, 40, "it_1", "По договорённости с отделом продаж Северо-Западного округа")
        world.add_payment(world.add_account(OTHER), 120_000, TODAY - timedelta(days=3))
        put_into(sandbox, wheels)
        for name, value in (("panel_url", sandbox.url), ("provider", "1"), ("joining", "on")):
            cli(sandbox, "settings", "set", name, value)
        with Store(sandbox.root, datetime.now()) as store:
            store.tiers.put(long_table(), TODAY, "chief", datetime.now())
        cli(sandbox, "apply")
        world.add_payment(company, 60_000, TODAY)
        sandbox.mgrctl("resellerprogram.preview.make", sok="ok", su="chief")
        with Store(sandbox.root, datetime.now()) as store:
            wait_for(lambda: store.notes.read(PREVIEW) is not None)
        yield sandbox, company
        end_workers(sandbox.root)


PAGES_WITH_NAMES = (
    *("members", "preview", "tiers", "tables", "why", "history", "notices", "setaside", "overview", "changes"),
    *("members.edit", "members.exclude", "tiers.edit"),
)


def test_long_names_of_clients_and_tiers_fit(page: Page, named: tuple[Sandbox, int]) -> None:
    panel, company = named
    log_in(page, panel, "chief", "admin-password", "ru")
    found = {}
    for name in PAGES_WITH_NAMES:
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visit(page, f"{panel.url}?func=resellerprogram.{name}&elid={company}")
        found[name] = list(faults(page, "ru"))
    assert {name: told for name, told in found.items() if told} == {}, json.dumps(found, ensure_ascii=False, indent=1)
