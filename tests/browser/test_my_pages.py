"""The reseller's pages in a real browser: both languages, a screen and a phone."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from resellerprogram.store import Store

from tests.browser.conftest import log_in
from tests.browser.test_pages import open_from_menu, press, reload_until, row, shot, visit
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

PHONE = {"width": 390, "height": 844}


def text(words: str) -> re.Pattern[str]:
    """These words, whatever kind of space is between them."""
    return re.compile(r"\s".join(map(re.escape, words.split(" "))))


DAY = {"en": r"\d{1,2}\s[A-Z][a-z]{2}\s\d{4}", "ru": r"\d\d\.\d\d\.\d{4}"}
MENU = {"en": "My tier", "ru": "Мой статус"}
SAID = {
    "en": [
        text("Your tier: Partner #8"),
        text("RUB 47,000 more to reach Partner #9."),
        re.compile(rf"If you add nothing, you keep it through {DAY['en']}\."),
        re.compile(rf"To keep Partner #8, add RUB\s500 by {DAY['en']}\."),
    ],
    "ru": [
        text("Ваш статус: Partner #8"),
        text("До Partner #9 не хватает 47 000 ₽."),
        re.compile(rf"Если ничего не вносить, статус сохранится по {DAY['ru']} включительно\."),
        re.compile(rf"Чтобы сохранить Partner #8, внесите 500\s₽ до {DAY['ru']} включительно\."),
    ],
}
BUTTON = {"en": text("Add RUB 47,000"), "ru": text("Внести 47 000 ₽")}
DETAILS = {"en": "Details", "ru": "Подробнее"}


STRUCK = """() => [...document.querySelectorAll("svg[role=img] text")].filter((word) => {
  const box = word.getBoundingClientRect();
  return [...word.ownerSVGElement.querySelectorAll("line, text, circle")].some((each) => {
    const other = each.getBoundingClientRect();
    const beside = other.right <= box.left || box.right <= other.left;
    const aboveOrBelow = other.bottom <= box.top + 1 || box.bottom - 1 <= other.top;
    return each !== word && !beside && !aboveOrBelow;
  });
}).map((word) => word.textContent)"""
"""Words of a picture that a line or another word lies on."""


def log_in_as(page: Page, panel: Sandbox, name: str, language: str = "en") -> None:
    log_in(page, panel, f"{name}@example.com", "client-password", language)


def go(page: Page, panel: Sandbox, function: str, **params: str) -> None:
    sent = "".join(f"&{name}={value}" for name, value in params.items())
    visit(page, f"{panel.url}?func=resellerprogram.{function}{sent}")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_status_discounts_what_is_missing_and_when_it_ends_are_seen_at_once(
    page: Page, panel: Sandbox, language: str
) -> None:
    log_in_as(page, panel, "vega", language)
    page.get_by_role("navigation").get_by_role("link", name=MENU[language], exact=True).click()
    for said in SAID[language]:
        expect(page.get_by_text(said).first).to_be_visible()
    expect(page.get_by_role("heading", name="Partner #8")).to_be_visible()
    expect(page.get_by_text(text("19 %")).first).to_be_visible()
    expect(page.locator(".warning")).to_have_count(0)
    shot(page, f"my-{language}")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    button = page.get_by_role("button", name=BUTTON[language])
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "without a swipe"
    if language == "ru":
        shot(page, "my-phone")
    page.get_by_text(DETAILS[language], exact=True).click()
    expect(row(page, "VPS").first).to_contain_text(text("19 %"))
    expect(row(page, "Agreed by hand")).to_contain_text("15 %")
    for name in ("ahead", "prices") if language == "ru" else ():
        go(page, panel, f"my.{name}")
        shot(page, f"my-{name}-phone")


def test_the_button_opens_the_panels_payment_and_the_payment_lifts_the_status(page: Page, panel: Sandbox) -> None:
    log_in_as(page, panel, "lyra")
    go(page, panel, "my")
    page.get_by_text("Details", exact=True).click()
    page.get_by_label("Target tier").select_option("Partner #10")
    page.get_by_role("button", name=text("Add RUB 97,000")).click()
    expect(page.get_by_role("heading", name="New payment")).to_be_visible()
    expect(page.get_by_label("Amount")).to_have_value("97000.00")
    press(page, "OK")
    expect(page.get_by_role("heading", name="New payment")).to_have_count(0)
    placed = panel.mgrctl("payment", su="admin", filter="off").findtext("elem/id")
    assert panel.mgrctl("payment.setpaid", elid=placed).find("ok") is not None
    go(page, panel, "my")
    reload_until(page, lambda: page.get_by_text("Your tier: Partner #10").count() == 1)
    page.get_by_text("Details", exact=True).click()
    expect(page.get_by_text(text("payment of RUB 97,000"))).to_be_visible()


def test_looking_ahead_shows_a_picture_each_fall_and_a_calculator(page: Page, panel: Sandbox) -> None:
    log_in_as(page, panel, "vega")
    open_from_menu(page, "Forecast", "Forecast")
    picture = page.get_by_role("img", name=re.compile("Turnover in the coming days"))
    expect(picture).to_be_visible()
    for word in ("Turnover, RUB", "Partner #8", "50,000", "Date"):
        expect(picture.get_by_text(word, exact=True)).to_be_visible()
    assert page.evaluate(STRUCK) == []
    box, card = picture.bounding_box(), page.locator("form.card").bounding_box()
    assert box is not None
    assert card is not None
    assert box["width"] > card["width"] - 60
    expect(row(page, "Partner #7").first).to_contain_text(text("RUB 500"))
    page.get_by_label("Amount").fill("60000")
    press(page, "Calculate")
    expect(page.get_by_text(re.compile(r"Partner #9 \(VPS 21\s%.*turnover RUB\s113,000"))).to_be_visible()
    shot(page, "my-ahead", whole=True)
    page.get_by_label("Amount").fill("lots")
    press(page, "Calculate")
    expect(page.get_by_role("alert")).to_contain_text("Enter a number from 0 up")
    expect(page.get_by_label("Amount")).to_have_value("lots")


def test_the_table_marks_my_row_and_the_history_leads_to_payments_and_a_picture(page: Page, panel: Sandbox) -> None:
    log_in_as(page, panel, "vega")
    open_from_menu(page, "Discount table", "Discount table")
    expect(row(page, "▶ Partner #8")).to_contain_text(text("19 %"))
    shot(page, "my-tiers")
    open_from_menu(page, "My prices", "My prices")
    expect(row(page, "Virtual server 1")).to_contain_text(text("RUB 810"))
    shot(page, "my-prices", whole=True)
    page.get_by_label("Order period").select_option("P12M")
    expect(row(page, "Virtual server 1")).to_contain_text(text("RUB 9,720"))
    page.get_by_role("link", name="Export to CSV").click()
    expect(page.get_by_label("CSV")).to_have_value(re.compile("^class,type,tariff,name,period,currency,full,"))
    open_from_menu(page, "History", "History")
    page.locator("tbody tr").first.get_by_role("checkbox").check()
    press(page, "Payments")
    expect(row(page, "cashback or certificate")).to_contain_text(text("RUB 500"))
    expect(page.locator("tbody tr", has_text=text("RUB 49,500")).first).to_contain_text("counts until")
    open_from_menu(page, "History", "History")
    press(page, "Picture")
    expect(page.get_by_role("img", name=re.compile("Your turnover by day"))).to_be_visible()
    page.get_by_label("Period").select_option("12")
    expect(page.get_by_role("table")).to_contain_text(text("RUB 53,000"))


def test_i_leave_and_join_again_by_myself(page: Page, panel: Sandbox) -> None:
    log_in_as(page, panel, "vega")
    go(page, panel, "my")
    paying, leaving = page.get_by_role("button", name="Add RUB").last, page.get_by_role("link", name="Leave…")
    shown = [each.evaluate("each => getComputedStyle(each).backgroundColor") for each in (paying, leaving)]
    assert shown[0] != shown[1], "what ends all discounts does not look like what pays"
    leaving.click()
    expect(row(page, "Agreed by hand")).to_be_visible()
    press(page, "OK")
    expect(page.get_by_role("alert")).to_contain_text("Tick that you understand")
    page.get_by_label("I understand: my program discounts end at once").check()
    press(page, "OK")
    expect(page.get_by_text("You left the program")).to_be_visible()
    reload_until(page, lambda: page.get_by_text("A change is being counted").count() == 0)

    page.get_by_role("link", name="Join…").click()
    reload_until(page, lambda: page.get_by_text("Today you would get: Partner #8").count() == 1)
    expect(row(page, "Agreed by hand")).to_be_visible()
    page.get_by_label("I agree").check()
    press(page, "OK")
    expect(page.get_by_role("heading", name=re.compile("^My tier"))).to_be_visible()
    reload_until(page, lambda: page.get_by_text("Your tier: Partner #8").count() == 1)
    with Store(panel.root, datetime.now()) as store:
        assert [each.what for each in store.changes.newest(2)] == ["joined", "left"]


def test_notifications_are_mine_to_switch_off(page: Page, panel: Sandbox) -> None:
    log_in_as(page, panel, "lyra")
    open_from_menu(page, "Notifications", "Notifications")
    page.get_by_label("My tier has risen").uncheck()
    press(page, "OK")
    expect(page.get_by_role("heading", name=re.compile("^My tier"))).to_be_visible()
    open_from_menu(page, "Notifications", "Notifications")
    expect(page.get_by_label("My tier has risen")).not_to_be_checked()
    expect(page.get_by_label("My tier will drop")).to_be_checked()


def test_an_administrator_who_enters_as_the_client_sees_the_clients_page(admin: Page, panel: Sandbox) -> None:
    go(admin, panel, "my", su="lyra@example.com")
    expect(admin.get_by_text(re.compile("Your tier: Partner"))).to_be_visible()
    for reading, told in (("exact", "Access denied"), ("minimum", "belongs to the client area")):
        panel.read_as(menu_level=reading)
        go(admin, panel, "my")
        expect(admin.get_by_role("alert")).to_contain_text(told)
    panel.read_as(menu_level="exact")


def test_where_the_panel_shows_no_html_the_figures_are_there_all_the_same(page: Page, panel: Sandbox) -> None:
    """F.2: `htmldata` is seen in real descriptions, what it draws is not."""
    panel.read_as(htmldata="text")
    try:
        log_in_as(page, panel, "lyra")
        go(page, panel, "my.ahead")
        page.locator("summary").last.click()
        expect(page.get_by_role("table").last).to_contain_text("RUB")
    finally:
        panel.read_as(htmldata="html")
