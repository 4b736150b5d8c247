"""Pictures of the owner's pages for the documents, in both languages, from a demo that runs:

PYTHONPATH=.:plugin .venv/bin/python -m tests.demo.shots FOLDER
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright
from resellerprogram.programme.tiers import Tier, TierTable, published_table

from tests.browser.conftest import chromium_path, log_in

from .place import Place
from .world import PASSWORD

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("overview", "people", "whatif", "corrections", "gaming", "openings", "undo")
WIDTH, HEIGHT, HIGHEST = 1360, 900, 1700


def a_dearer_table() -> TierTable:
    """A third more to reach a tier: somebody loses, somebody keeps what they have."""
    return TierTable(
        tuple(Tier(each.name, each.threshold * Decimal("1.3"), each.percents) for each in published_table().tiers)
    )


def prepare(place: Place) -> None:
    """What the demo's world has not done yet: a table played, turnover brought along by two clients."""
    panel = place.panel
    csv = a_dearer_table().to_csv()
    panel.mgrctl("resellerprogram.whatif.make", su="chief", sok="ok", csv=csv, months="6")
    until = (panel.today() + timedelta(days=20)).isoformat()
    for account, amount, reason in (("3", "12000", "Contract of the former panel"), ("5", "7500", "Moved from Acme")):
        given = {"account": account, "amount": amount, "until": until, "reason": reason}
        panel.mgrctl("resellerprogram.openings.add", su="chief", sok="ok", **given)
    deadline = time.monotonic() + 60
    while not panel.mgrctl("resellerprogram.whatif", su="chief").findtext("state", "").startswith("Played"):
        assert time.monotonic() < deadline, "the table is still being played"
        time.sleep(0.5)


def shoot(page: Page, name: str) -> None:
    """The page down to its end, or to where nobody reads on."""
    high = min(int(page.evaluate("document.documentElement.scrollHeight")), HIGHEST)
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": high}
    page.screenshot(path=DOCS / f"{name}.png", full_page=True, clip=clip)


def main() -> None:
    place = Place(Path(sys.argv[1]))
    prepare(place)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for language in ("en", "ru"):
            page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
            log_in(page, place.panel, "chief", PASSWORD, language)
            for each in PAGES:
                page.goto(f"{place.panel.url}?func=resellerprogram.{each}&lang={language}")
                page.wait_for_load_state("networkidle")
                shoot(page, f"{each}-{language}")
        browser.close()


if __name__ == "__main__":
    main()
