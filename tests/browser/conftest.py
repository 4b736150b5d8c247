"""A real browser before the sandbox panel with the installed plugin; the clock is the host's."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.installation import end_workers, put_into
from tests.sandbox import Sandbox
from tests.sandbox.population import populate

BEING_INSTALLED = Path(os.environ.get("BROWSER_BEING_INSTALLED", "/nonexistent"))
"""A file that is there while `install.sh test` still installs Chromium beside the other tests."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same engine without windows, and takes half the time."""
TODAY = date.today()


def cli(panel: Sandbox, *words: str) -> str:
    done = subprocess.run(
        [str(panel.root / "sbin" / "resellerprogram"), "--lang", "en", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Sandbox]:
    """A panel with thirty resellers and five more that the tests know by name."""
    with Sandbox.create(tmp_path_factory.mktemp("browser") / "mgr5", now=datetime.now()) as sandbox:
        world = sandbox.world
        populate(world, TODAY, 7, 30)
        world.add_employee("chief", level=30)
        world.add_tariff("VDS Promo", 2)
        romashka = world.add_account("Ромашка <b>", email="romashka@example.com")
        world.add_payment(romashka, 52_000, TODAY)
        world.add_cashback(romashka, 500, TODAY)
        world.add_discount(romashka, 40, "it_1", "Agreed by hand")
        world.add_payment(world.add_account("Vector Ltd"), 700, TODAY - timedelta(days=3))
        world.add_account("Newcomer Ltd")
        for name in ("vega", "lyra"):
            account = world.add_account(name.title(), email=f"{name}@example.com")
            world.add_payment(account, 49_500, TODAY - timedelta(days=15))
            world.add_payment(account, 3_500, TODAY - timedelta(days=26))
            world.add_cashback(account, 500, TODAY - timedelta(days=2))
            world.add_discount(account, 15, "it_1", "Agreed by hand")
        put_into(sandbox, wheels)
        for name, value in (("panel_url", sandbox.url), ("provider", "1"), ("joining", "on")):
            cli(sandbox, "settings", "set", name, value)
        cli(sandbox, "apply")
        yield sandbox
        end_workers(sandbox.root)


def chromium_path() -> str | None:
    while BEING_INSTALLED.exists():
        time.sleep(0.5)
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(),
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
    """An empty page; a script that fails fails the test."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


def log_in(page: Page, panel: Sandbox, name: str, password: str, language: str = "en") -> None:
    enter(page, panel, name, password, language)
    expect(page.locator("input[name=password]")).to_have_count(0)


def enter(page: Page, panel: Sandbox, name: str, password: str, language: str = "en") -> None:
    """What is typed to be let in."""
    page.goto(f"{panel.url}?lang={language}")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button").click()


@pytest.fixture
def admin(page: Page, panel: Sandbox) -> Page:
    log_in(page, panel, "admin", "admin-password")
    return page


@pytest.fixture
def chief(page: Page, panel: Sandbox) -> Page:
    """An administrator whose rights nobody has limited."""
    log_in(page, panel, "chief", "admin-password")
    return page
