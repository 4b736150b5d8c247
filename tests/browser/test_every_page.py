"""Every page on a desk and on a phone, in both languages: nothing cut, nothing wider than the screen, no raw key, and
what an accessibility checker finds (axe-core)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from resellerprogram.pages.routes import OF_CLIENTS, PAGES
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.payments import Money
from resellerprogram.programme.tiers import published_table
from resellerprogram.store import Store
from resellerprogram.store.notes import PREVIEW, WHAT_IF

from tests.browser.conftest import TODAY, log_in
from tests.browser.test_pages import visit
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

DESK, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
RAW_KEY = re.compile(r"\b(?:short|hint|msg|list|menu|title|filter)_\w+|resellerprogram\.\w+|__\w+__")
CHECKED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
WITHOUT_COLOURS = {**CHECKED, "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}}
CUT = """() => [...document.querySelectorAll("main *")].filter((each) => {
  const style = getComputedStyle(each);
  const hides = ["hidden", "clip"].includes(style.overflowX) && each.clientWidth > 1;
  return hides && each.scrollWidth > each.clientWidth + 1;
}).map((each) => each.textContent.trim().slice(0, 60))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how much the page is wider than the screen."""
SCROLLED = """() => [...document.querySelectorAll("main .wide")].map((each) => each.scrollWidth - each.clientWidth)"""
"""How much of each list is beyond the screen's edge."""
AXE = Axe()
ACT_AT_ONCE = {"tables.delete", "classes.delete"}


def objections(found: Any) -> list[str]:
    """What the checker objects to, in a line each: the rule and where."""
    return [
        f"{each['id']}: {', '.join(str(node['target'][0]) for node in each['nodes'][:3])}"
        f" {each['nodes'][0]['failureSummary'].splitlines()[1].strip()}"
        for each in found.response["violations"]
    ]


def faults(page: Page, language: str, colours: bool = True) -> Iterator[str]:
    """What is wrong with the page that is open, on a desk and on a phone. Its `colours` are the same in both languages,
    and looking at them takes most of the time."""
    hints = page.locator("[title]").evaluate_all("all => all.map(each => each.title)")
    texts = [page.locator("body").inner_text(), *hints]
    yield from (f"raw key {found}" for text in texts for found in RAW_KEY.findall(text))
    if language == "en":
        own = page.locator(".tools, th, label > span, legend, summary, nav").all_inner_texts()
        own.append(page.locator("h1").inner_text().partition(" — ")[0])
        yield from (f"not English: {found}" for found in re.findall("[а-яё]+", " ".join(own), re.IGNORECASE))
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width, wider = size["width"], page.evaluate(WIDER)
        if wider > 0:
            yield f"at {width}: {wider} px wider than the screen"
        yield from (f"at {width}: cut: {text}" for text in page.evaluate(CUT))
        if size is DESK:
            yield from (f"at {width}: a list is {more} px wider" for more in page.evaluate(SCROLLED) if more > 0)
    yield from objections(AXE.run(page, options=CHECKED if colours else WITHOUT_COLOURS))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<p>resellerprogram.members</p>", "raw key resellerprogram.members"),
        ("<table><th>Участники</table>", "not English: Участники"),
        ("<div style='width:800px'>wide</div>", "at 390: 4"),
        ("<div style='width:60px;overflow:hidden;white-space:nowrap'>what nobody reads</div>", "at 1400: cut: what"),
        ("<div class='wide' style='overflow-x:auto'><p style='width:2000px'>wide</p></div>", "at 1400: a list is"),
        ("<p style='color:#ccc'>faint</p>", "color-contrast: p"),
        ("<input>", "label: input"),
        (
            "<button style='width:9px;height:9px'>a</button><button style='width:9px;height:9px'>b</button>",
            "target-size",
        ),
    ],
)
def test_each_kind_of_fault_is_found(page: Page, body: str, told: str) -> None:
    page.set_content(f"<html lang=en><title>t</title><h1>t</h1><main style='margin:0'>{body}</main></html>")
    assert [each for each in faults(page, "en") if each.startswith(told)]


def wait_for(done: Callable[[], bool]) -> None:
    """Until the worker has done it."""
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def elements(panel: Sandbox) -> dict[str, object]:
    """The element that each page is opened for; there is something on each."""
    panel.world.add_payment(panel.world.add_account("Of the plan"), 700, TODAY)
    with Store(panel.root, datetime.now()) as store:
        store.notes.forget(PREVIEW)
        panel.mgrctl("resellerprogram.preview.make", sok="ok", su="chief")
        wait_for(lambda: store.notes.read(PREVIEW) is not None)
        in_force = store.tiers.put(published_table(), TODAY, "chief", datetime.now())
    romashka = next(each["account"] for each in panel.world.discounts() if each["percent"] == 19)
    panel.mgrctl("resellerprogram.whatif.make", sok="ok", su="chief", csv=published_table().to_csv(), months="1")
    with Store(panel.root, datetime.now()) as store:
        wait_for(lambda: store.notes.read(WHAT_IF) is not None)
        run = next(run.id for run in store.runs.that_wrote(50) if run.written)
        opening = store.ledger.give(AccountId(romashka), Money(Decimal(5), "RUB"), TODAY, "for all", datetime.now())
    return {
        **dict.fromkeys(("why", "history", "members.exclude"), romashka),
        "members.edit": f"{romashka}&sv_field=standing&standing=excluded",  # the form with all that it can tell
        **{"history.decision": 1, "tiers.delete": "0-3", "classes.edit": "vps", "changes.show": 1},
        **{"tables.end": in_force, "undo.run": run, "openings.end": opening},
    }


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_of_administrators_fits_and_can_be_read(
    page: Page, panel: Sandbox, elements: dict[str, object], language: str
) -> None:
    log_in(page, panel, "chief", "admin-password", language)
    found = {}
    for function in [each for each in PAGES if each not in OF_CLIENTS]:
        name = function.partition(".")[2]
        acts = ("enrol", "recalculate", "retry", "drop", "compare", "unfilter")
        if name.rpartition(".")[2] in acts or name in ACT_AT_ONCE:
            continue
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visit(page, f"{panel.url}?func={function}&elid={elements.get(name, '')}")
        refusal = page.locator("[role=alert]:visible")
        assert refusal.count() == 0, (name, refusal.all_inner_texts())
        found[name] = list(faults(page, language, colours=language == "ru"))
    assert {name: told for name, told in found.items() if told} == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_of_clients_fits_and_can_be_read(browser: Browser, panel: Sandbox, language: str) -> None:
    context = browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, panel, "vega@example.com", "client-password", language)
    found = {}
    for function in OF_CLIENTS:
        name = function.partition(".")[2]
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        visit(page, f"{panel.url}?func={function}")
        if page.locator("[role=alert]:visible").count():
            assert name in ("my.join", "my.leave"), page.locator("main").inner_text()
            continue
        found[name] = list(faults(page, language, colours=language == "ru"))
        for picture in page.get_by_role("img").all():
            box = picture.bounding_box()
            assert box is not None
            assert 250 <= box["width"] <= PHONE["width"], name
    context.close()
    assert {name: told for name, told in found.items() if told} == {}, json.dumps(found, ensure_ascii=False, indent=1)
