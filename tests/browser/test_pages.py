"""The panel in a real browser: what an administrator and a reseller see."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox panel with the plugin installed and one reseller."""
    with Sandbox.create(tmp_path_factory.mktemp("browser") / "mgr5") as sandbox:
        account = sandbox.world.add_account("Ромашка <b>", email="romashka@example.com")
        sandbox.world.add_payment(account, 52_000, date(2025, 1, 20))
        subprocess.run(
            [str(PROJECT / "install.sh"), "install", "--root", str(sandbox.root)],
            check=True,
            env={**os.environ, "PYTHON": sys.executable},
            stdout=subprocess.DEVNULL,
        )
        subprocess.run(
            [str(sandbox.root / "sbin" / "resellerprogram"), "apply", "--date", "2025-01-20"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield sandbox


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 700})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


def log_in(page: Page, panel: Sandbox, name: str, password: str) -> None:
    page.goto(f"{panel.url}?lang=ru")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Войти").click()


def test_the_administrator_finds_the_state_of_the_programme_in_the_menu(page: Page, panel: Sandbox) -> None:
    log_in(page, panel, "admin", "admin-password")
    page.get_by_role("link", name="Состояние").click()
    expect(page.get_by_role("heading", name="Партнёрская программа: состояние")).to_be_visible()
    expect(page.get_by_role("row", name="Состояние OK")).to_be_visible()
    expect(page.get_by_role("row", name="Скидок программы 3")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Reseller programme: state")).to_be_visible()
    expect(page.get_by_role("row", name="Discounts of the programme 3")).to_be_visible()


def test_the_administrator_sees_the_clients_discounts_where_the_panel_shows_them(page: Page, panel: Sandbox) -> None:
    log_in(page, panel, "admin", "admin-password")
    page.get_by_role("link", name="Клиенты", exact=True).click()
    expect(page.get_by_role("cell", name="Ромашка <b>")).to_be_visible()
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_role("cell", name="19 %")).to_be_visible()


def test_a_reseller_sees_no_page_of_the_administrator(page: Page, panel: Sandbox) -> None:
    log_in(page, panel, "romashka@example.com", "client-password")
    expect(page.get_by_role("link", name="Платежи")).to_be_visible()
    expect(page.get_by_role("link", name="Состояние")).to_have_count(0)
    page.goto(f"{panel.url}?func=resellerprogram.status")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)


def test_a_wrong_password_is_told(page: Page, panel: Sandbox) -> None:
    log_in(page, panel, "admin", "wrong")
    expect(page.get_by_text("Invalid username or password")).to_be_visible()
