"""The panel in a real browser: an administrator walks through every page, a reseller sees none of them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Error, Locator, Page, expect
from resellerprogram.pages.routes import OF_CLIENTS, PAGES
from resellerprogram.programme.figures import day
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.text import same
from resellerprogram.programme.tiers import published_table
from resellerprogram.store import Store
from resellerprogram.store.notes import DOCTOR, NO_BACKUP

from tests.browser.conftest import TODAY, cli, enter, log_in
from tests.programme.published_texts import as_published, one_cell_a_line
from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

SHOTS = Path(__file__).resolve().parents[2] / "docs"


def open_from_menu(page: Page, line: str, heading: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=line, exact=True).click()
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def row(page: Page, name: str) -> Locator:
    return page.locator("tbody tr", has_text=name)


def choose(page: Page, *names: str) -> None:
    for name in names:
        row(page, name).first.get_by_role("checkbox").check()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@contextmanager
def looked_again(page: Page) -> Iterator[None]:
    """The form has answered what was chosen in it; a real panel lets nobody type meanwhile."""
    with page.expect_response(lambda answer: "sv_field" in (answer.request.post_data or answer.url)):
        yield
    page.wait_for_timeout(100)


def submit(page: Page) -> None:
    press(page, "OK")


def visit(page: Page, url: str) -> None:
    """Open it, also while the page is just going somewhere by itself; the browser lets only one of the two arrive."""
    deadline = time.monotonic() + 60
    while True:
        try:
            page.goto(url)
            return
        except Error as error:
            overtaken = "interrupted by another navigation" in error.message or "ERR_ABORTED" in error.message
            if not overtaken or time.monotonic() > deadline:
                raise


def reload_until(page: Page, done: Callable[[], bool]) -> None:
    """Look again until the worker has done it."""
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        page.wait_for_timeout(300)
        visit(page, page.url)


def only(page: Page, name: str) -> None:
    """Filter the members by a part of the name."""
    open_from_menu(page, "Members", "Members")
    press(page, "Filter")
    page.get_by_label("Name contains").fill(name)
    submit(page)
    expect(page.get_by_role("heading", name="Members", exact=True)).to_be_visible()


def shot(page: Page, name: str, *, whole: bool = False) -> None:
    """For the README: `SCREENSHOTS=1 pytest tests/browser`."""
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)


# --- members ---


def test_members_are_sorted_filtered_and_summed(admin: Page, panel: Sandbox) -> None:
    open_from_menu(admin, "Members", "Members")
    expect(admin.locator("tbody tr")).to_have_count(35)
    expect(admin.locator("tfoot")).to_contain_text(" RUB")
    total = admin.locator("tfoot").inner_text()
    shot(admin, "members")
    visit(admin, f"{admin.url.partition('?')[0]}?func=resellerprogram.members&p_cnt=20")
    expect(admin.locator("tbody tr")).to_have_count(20)
    admin.get_by_role("link", name="→").click()
    expect(admin.locator("tbody tr")).to_have_count(15)
    assert admin.locator("tfoot").inner_text() == total, "of all pages"
    only(admin, "ромашка <")
    expect(admin.locator("tbody tr")).to_have_count(1)
    expect(admin.locator(".banner")).to_have_text("Clients shown (1 of 35): name contains “ромашка <”.")
    shown = row(admin, "Ромашка <b>")
    expect(shown).to_contain_text("52000.00 RUB")
    expect(shown.get_by_role("img", name="Other discounts are suspended")).to_be_visible()
    only(admin, "")
    expect(admin.locator(".banner")).to_have_count(0)
    admin.locator("thead").get_by_role("link", name="Turnover").click()
    expect(admin.locator("tbody tr").first).to_contain_text(re.compile(r"(?<!\d)0\.00 RUB"))


def test_buttons_wait_for_a_selection_and_a_double_click_opens_why(admin: Page) -> None:
    only(admin, "Ромашка <")
    expect(admin.get_by_role("button", name="Why", exact=True)).to_be_disabled()
    choose(admin, "Ромашка <b>")
    expect(admin.get_by_role("button", name="Why", exact=True)).to_be_enabled()
    row(admin, "Ромашка <b>").locator("td").nth(2).dblclick()
    expect(admin.get_by_role("heading", name="Why these discounts")).to_be_visible()
    expect(admin.get_by_text("Turnover RUB 52,000")).to_be_visible()
    expect(admin.get_by_role("row", name="cashback or certificate")).to_be_visible()
    expect(admin.get_by_role("row", name="Reseller program: VPS 19 %")).to_be_visible()
    shot(admin, "why")


def test_a_tier_is_pinned_and_a_refused_form_keeps_what_was_typed(admin: Page, panel: Sandbox) -> None:
    only(admin, "Vector Ltd")
    choose(admin, "Vector Ltd")
    press(admin, "Edit")
    reason = admin.get_by_label("Reason of the pin")
    expect(reason).to_be_hidden()
    with looked_again(admin):
        admin.get_by_label("pinned", exact=True).check()
    with looked_again(admin):
        admin.get_by_label("Pinned tier").select_option("Partner #3")
    with looked_again(admin):
        admin.get_by_label("Last day", exact=True).fill(str(TODAY - timedelta(days=1)))
    reason.fill("contract 12")
    submit(admin)
    expect(admin.get_by_role("alert")).to_contain_text("is over already")
    expect(reason).to_have_value("contract 12")
    expect(admin.locator(".field.refused")).to_have_attribute("data-field", "pin_until")
    shot(admin, "refused")
    with looked_again(admin):
        admin.get_by_label("Last day", exact=True).fill(str(TODAY + timedelta(days=10)))
    submit(admin)
    reload_until(admin, lambda: "Partner #3" in row(admin, "Vector Ltd").inner_text())
    expect(row(admin, "Vector Ltd").get_by_role("img", name="Tier pinned")).to_be_visible()
    account = next(each["account"] for each in panel.world.discounts() if each["percent"] == 9)
    assert panel.world.percents(account)["vds"] == 9


def test_what_takes_discounts_from_a_client_is_told_in_the_form_before_it_is_done(admin: Page) -> None:
    only(admin, "Vega")
    choose(admin, "Vega")
    press(admin, "Edit")
    expect(admin.get_by_text("What the client loses")).to_have_count(0)
    with looked_again(admin):
        admin.get_by_label("pinned", exact=True).check()
    with looked_again(admin):
        admin.get_by_label("exactly this tier").check()
    admin.get_by_label("Reason of the pin").fill("contract 12")
    with looked_again(admin):
        admin.get_by_label("Last day", exact=True).fill(str(TODAY + timedelta(days=10)))
    expect(admin.get_by_text("Program discounts get smaller for 1 client (3).").first).to_be_visible()
    expect(admin.get_by_text("VPS 19 → 3 %")).to_be_visible()
    expect(admin.get_by_label("Reason of the pin")).to_have_value("contract 12")
    expect(admin.get_by_label("Reason, for the record")).to_have_count(0)
    submit(admin)
    expect(admin.get_by_role("alert")).to_contain_text("If that is meant, confirm it.")
    with looked_again(admin):
        admin.get_by_label("by turnover", exact=True).check()
    expect(admin.get_by_text("What the client loses")).to_have_count(0)
    with looked_again(admin):
        admin.get_by_label("excluded", exact=True).check()
    expect(admin.get_by_text("1 client loses its program discounts (3)").first).to_be_visible()
    admin.get_by_label("Reason", exact=True).fill("contract ended")
    admin.get_by_label("I understand").check()
    submit(admin)
    reload_until(admin, lambda: "excluded" in row(admin, "Vega").inner_text())
    choose(admin, "Vega")
    press(admin, "Edit")
    with looked_again(admin):
        admin.get_by_label("as in the settings").check()
    expect(admin.get_by_text("What the client loses")).to_have_count(0)
    submit(admin)
    reload_until(admin, lambda: "19" in row(admin, "Vega").inner_text())


def test_members_are_excluded_with_a_reason_and_enrolled_again_after_a_question(admin: Page) -> None:
    only(admin, "Newcomer Ltd")
    choose(admin, "Newcomer Ltd")
    press(admin, "Exclude")
    admin.get_by_label("Reason").fill("not a reseller")
    submit(admin)
    expect(row(admin, "Newcomer Ltd")).to_contain_text("excluded")
    choose(admin, "Newcomer Ltd")
    expect(admin.get_by_role("button", name="Exclude", exact=True)).to_be_disabled()
    asked: list[str] = []

    def say_yes(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    admin.on("dialog", say_yes)
    press(admin, "Include")
    expect(row(admin, "Newcomer Ltd")).not_to_contain_text("excluded")
    assert asked == [
        "Include the selected clients? They get discounts by turnover at once; their other personal discounts are "
        "suspended."
    ]


def test_the_list_is_exported(admin: Page) -> None:
    only(admin, "Ромашка <")
    press(admin, "Export to CSV")
    expect(admin.get_by_label("CSV")).to_have_value(
        re.compile(r"^id,client,status,.*\n\d+,Ромашка <b>,tier,Partner #8,52000,")
    )


def test_the_programme_is_a_button_on_the_panels_own_client_list(admin: Page) -> None:
    admin.get_by_role("link", name="Clients", exact=True).click()
    choose(admin, "Ромашка <b>")
    press(admin, "Reseller discounts")
    expect(admin.get_by_text("Partner #8 (VPS 19 %")).to_be_visible()


def test_decisions_are_listed_opened_and_compared(admin: Page, panel: Sandbox) -> None:
    account = panel.world.add_account("Growing Ltd")
    for amount in (600, 5_000):
        panel.world.add_payment(account, amount, TODAY)
        cli(panel, "apply", "--account", str(account))
    only(admin, "Growing")
    choose(admin, "Growing")
    press(admin, "History")
    expect(admin.locator("tbody tr")).to_have_count(2)
    for box in admin.locator("tbody input[type=checkbox]").all():
        box.check()
    press(admin, "Compare")
    expect(admin.get_by_role("row", name="tier Starter Partner #2")).to_be_visible()
    shot(admin, "compare")


def test_what_a_client_brought_along_lifts_the_discount_and_is_ended(chief: Page, panel: Sandbox) -> None:
    account = panel.world.add_account("Moved Ltd")
    cli(panel, "apply", "--account", str(account))
    only(chief, "Moved Ltd")
    choose(chief, "Moved Ltd")
    press(chief, "Opening turnover")
    press(chief, "Add")
    expect(chief.get_by_label("Client id")).to_have_value(str(account))
    for label, typed in (("Amount", "20 000,50"), ("Last day", str(TODAY)), ("Reason", "other panel")):
        with looked_again(chief):
            chief.get_by_label(label).fill(typed)
            chief.get_by_label(label).blur()
    expect(chief.get_by_text("discounts are higher for 1 client")).to_be_visible()
    submit(chief)
    expect(row(chief, "Moved Ltd")).to_contain_text("20000.50 RUB")
    only(chief, "Moved Ltd")
    reload_until(chief, lambda: "Partner #5" in row(chief, "Moved Ltd").inner_text())
    open_from_menu(chief, "Opening turnover", "Opening turnover")
    choose(chief, "Moved Ltd")
    press(chief, "End…")
    expect(chief.get_by_text("loses its program discounts (3)").first).to_be_visible()
    chief.get_by_label("Reason").fill("by mistake")
    chief.get_by_role("checkbox").check()
    submit(chief)
    expect(row(chief, "Moved Ltd")).to_contain_text("ended")


# --- preview ---


def test_a_plan_is_made_looked_at_and_applied(chief: Page, panel: Sandbox) -> None:
    cli(panel, "settings", "set", "automatic", "off")
    payer = panel.world.add_account("Rising Ltd")
    panel.world.add_payment(payer, 3_000, TODAY)
    for number in range(5):
        loser = panel.world.add_account(f"Falling {number}")
        panel.world.add_payment(loser, 600, TODAY)
        cli(panel, "apply", "--account", str(loser))
        panel.world.delete_payments(loser)
    cli(panel, "settings", "set", "drop_limit_count", "5")
    cli(panel, "settings", "set", "drop_limit_percent", "0")
    open_from_menu(chief, "Preview", "Preview")
    heading = chief.get_by_role("heading", name="Preview", exact=True)
    press(chief, "Calculate…")
    submit(chief)
    expect(row(chief, "Falling 4")).to_contain_text("VPS 3 % → none", timeout=60_000)
    expect(chief.locator(".banner")).to_contain_text("though nothing foretold it: 15, the drop limit is 5")
    expect(chief.locator("tbody tr").first).to_contain_text("Falling")
    shot(chief, "preview")
    choose(chief, "Rising Ltd")
    press(chief, "Apply to selected")
    submit(chief)
    expect(heading).to_be_visible()
    expect(row(chief, "Rising Ltd")).to_have_count(0, timeout=60_000)
    assert panel.world.percents(payer)["vds"] == 5
    press(chief, "Apply all")
    expect(chief.get_by_text("To apply these too")).to_be_visible()
    chief.get_by_label("Exceed the limit once").check()
    chief.get_by_label("Reason").fill("a quiet month")
    submit(chief)
    expect(heading).to_be_visible()
    expect(chief.locator("tbody tr")).to_have_count(0, timeout=60_000)
    assert panel.world.percents(loser) == {}
    open_from_menu(chief, "Change log", "Change log")
    expect(row(chief, "applied, exceeding the drop limit")).to_contain_text("chief")
    expect(row(chief, "applied, exceeding the drop limit")).to_contain_text("a quiet month")
    for name, value in (("automatic", "on"), ("drop_limit_count", "10"), ("drop_limit_percent", "20")):
        cli(panel, "settings", "set", name, value)


# --- tiers and classes ---


def test_a_tier_is_changed_after_a_look_at_whom_it_touches(chief: Page) -> None:
    open_from_menu(chief, "Tiers", "Tiers")
    expect(chief.locator("tbody tr")).to_have_count(17)
    shot(chief, "tiers")
    row(chief, "Partner #8").locator("td").nth(1).dblclick()
    chief.get_by_label("Turnover from", exact=False).first.fill("52500")
    chief.get_by_label("Name").click()
    expect(chief.get_by_text(f"From {day(TODAY).en} on discounts are lower for 1 client.")).to_be_visible()
    expect(chief.get_by_role("row", name="Ромашка <b>")).to_contain_text("Partner #7")
    shot(chief, "tier")
    submit(chief)
    expect(chief.get_by_role("alert")).to_contain_text("confirm it")
    first_day = TODAY + timedelta(days=5)
    chief.get_by_label("In force from").fill(str(first_day))
    chief.get_by_label("Name").click()
    expect(chief.get_by_text(f"Affected from {day(first_day).en} on")).to_be_visible()
    expect(chief.get_by_label("Turnover from", exact=False).first).to_have_value("52500")
    chief.get_by_role("checkbox", name=f"I understand: from {day(first_day).en} on").check()
    submit(chief)
    expect(chief.get_by_text(f"It takes effect in the night to {day(first_day).en}")).to_be_visible()
    expect(row(chief, "Partner #8")).to_contain_text("52500.00 RUB")
    open_from_menu(chief, "Tiers", "Tiers")
    expect(row(chief, "Partner #8")).to_contain_text("50000.00 RUB")
    press(chief, "Versions")
    choose(chief, "planned")
    press(chief, "Open")
    expect(row(chief, "Partner #8")).to_contain_text("52500.00 RUB")
    chief.on("dialog", lambda dialog: dialog.accept())
    open_from_menu(chief, "Tiers", "Tiers")
    press(chief, "Versions")
    choose(chief, "in force")
    expect(chief.get_by_role("button", name="Delete version")).to_be_disabled()
    chief.reload()
    choose(chief, "planned")
    expect(chief.get_by_role("button", name="Delete version")).to_be_enabled()
    press(chief, "Delete version")
    expect(row(chief, "planned")).to_have_count(0)


def test_a_table_is_imported_from_what_was_exported(chief: Page) -> None:
    open_from_menu(chief, "Tiers", "Tiers")
    press(chief, "Export to CSV")
    text = chief.get_by_label("CSV").input_value()
    open_from_menu(chief, "Tiers", "Tiers")
    press(chief, "Import")
    chief.get_by_label("CSV").fill(text.replace("Starter,500", "Starter;500"))
    submit(chief)
    expect(chief.get_by_role("alert")).to_contain_text("line 2")
    chief.get_by_label("CSV").fill(text.replace("Partner #16,1000000", "Partner #16,3000000"))
    submit(chief)
    expect(chief.get_by_role("alert")).to_contain_text("confirm it")
    chief.get_by_label("I understand what changes").check()
    expect(row(chief, "Partner #16")).to_contain_text("3000000.00 RUB")
    expect(chief.get_by_text("Partner #16: from RUB 1,000,000 → RUB 3,000,000")).to_be_visible()
    submit(chief)
    expect(chief.get_by_text(f"In force from {day(TODAY).en}")).to_be_visible()
    expect(row(chief, "Partner #16")).to_contain_text("3000000.00 RUB")


def test_a_table_is_pasted_as_it_stands_on_the_providers_page(page: Page, panel: Sandbox) -> None:
    rows = as_published(published_table())
    text = one_cell_a_line(rows).replace("до 149999р", "до 149000р").replace("SSL", "Сертификация")
    log_in(page, panel, "chief", "admin-password", "ru")
    open_from_menu(page, "Статусы", "Статусы")
    press(page, "Импорт")
    page.get_by_label("Таблица: текст страницы").fill(text)
    with looked_again(page):
        press(page, "Прочитать")
    expect(page.get_by_text("Прочитано: текст, по ячейке в строке.").first).to_be_visible()
    expect(page.get_by_text("В каком столбце проценты для «SSL-сертификаты»?").first).to_be_visible()
    column = page.get_by_label("Столбец: SSL-сертификаты")
    with looked_again(page):
        column.select_option(label="5. «Сертификация»: 1%, 1%, 1% …")
    expect(page.get_by_text("Partner #9 — до 149 000 ₽, а Partner #10 начинается только от")).to_be_visible()
    expect(row(page, "Partner #16")).to_contain_text("VPS 35 %, выделенные серверы 15 %, SSL-сертификаты 10 %")
    expect(column.locator("option:checked")).to_have_text("5. «Сертификация»: 1%, 1%, 1% …")
    shot(page, "import", whole=True)


def test_tariffs_are_left_out_of_a_class(chief: Page, panel: Sandbox) -> None:
    open_from_menu(chief, "Service categories", "Service categories")
    row(chief, "VPS").locator("td").nth(2).dblclick()
    left_out = chief.get_by_label("Tariff plans without discount")
    expect(left_out.locator("option", has_text="vds: VDS Promo")).to_be_attached()
    shot(chief, "class")
    with looked_again(chief):
        left_out.select_option(label="vds: VDS Promo")
    chief.get_by_label("Reason").fill("no margin there")
    chief.get_by_role("checkbox", name=re.compile("I understand")).check()
    submit(chief)
    expect(row(chief, "VPS")).to_contain_text("1")
    assert "7" in cli(panel, "classes", "list")
    row(chief, "VPS").locator("td").nth(2).dblclick()
    expect(left_out.locator("option:checked")).to_have_text(["vds: VDS Promo"])
    left_out.select_option([])
    submit(chief)
    expect(chief.get_by_role("heading", name="Service categories")).to_be_visible()


# --- settings and health ---


def test_settings_hide_what_does_not_matter_and_mark_what_does_not_fit(chief: Page) -> None:
    open_from_menu(chief, "Settings", "Settings")
    group = chief.locator("select[name=group]")
    expect(group).to_be_hidden()
    with looked_again(chief):
        chief.get_by_label("clients in a group").check()
    expect(group).to_be_visible()
    with looked_again(chief):
        chief.get_by_label("every client").check()
    shot(chief, "settings")
    chief.get_by_label("Warn before a drop, days").fill("29")
    submit(chief)
    expect(chief.get_by_role("alert")).to_contain_text(
        "The value “29” does not fit the setting “Warn before a drop, days” (warn_days)."
    )
    expect(chief.locator(".field.refused")).to_have_attribute("data-field", "warn_days")
    chief.get_by_label("Warn before a drop, days").fill("3")
    chief.get_by_label("Drop limit, at least").fill("12")
    with chief.expect_navigation():
        submit(chief)
    expect(chief.get_by_label("Drop limit, at least")).to_have_value("12")
    open_from_menu(chief, "Change log", "Change log")
    expect(chief.locator("tbody tr").first).to_contain_text("drop_limit_count")
    expect(chief.locator("tbody tr").first).to_contain_text("chief")


def test_a_setting_that_takes_discounts_from_many_tells_from_whom_before_it_is_saved(
    chief: Page, panel: Sandbox
) -> None:
    open_from_menu(chief, "Settings", "Settings")
    expect(chief.get_by_label("Reason")).to_have_count(0)
    with looked_again(chief):
        chief.get_by_label("included by hand").check()
    expect(chief.get_by_text("clients lose their program discounts").first).to_be_visible()
    expect(chief.get_by_text(re.compile(r"Clients: .* and \d+ more"))).to_be_visible()
    chief.get_by_label("Reason").fill("by contract only")
    submit(chief)
    expect(chief.get_by_role("alert")).to_contain_text("If that is meant, confirm it.")
    expect(chief.get_by_label("Reason")).to_have_value("by contract only")
    with looked_again(chief):
        chief.get_by_label("every client").check()
    expect(chief.get_by_label("Reason")).to_have_count(0)
    with Store(panel.root, datetime.now()) as store:
        assert store.settings.texts()["members"] == "all"


def test_health_checks_the_panel_and_makes_a_backup(admin: Page, panel: Sandbox) -> None:
    open_from_menu(admin, "Health", "Health")
    admin.get_by_role("link", name="Check the panel").click()
    submit(admin)
    expect(admin.locator("tr", has_text="the panel answers")).to_have_count(1, timeout=60_000)
    shot(admin, "health")
    admin.get_by_text("Details, and the check of the panel").click()
    expect(admin.get_by_role("row", name="the panel answers holds")).to_be_visible()
    admin.get_by_role("link", name="Back up now").click()
    submit(admin)
    expect(admin.get_by_role("heading", name="Health")).to_be_visible()
    assert len(list((panel.root / "var" / "resellerprogram" / "backups").glob("*.db"))) >= 1
    expect(admin.get_by_role("link", name="Remove all discounts…")).to_have_count(0)


def test_what_was_given_up_is_tried_again_from_the_page(admin: Page, panel: Sandbox) -> None:
    with Store(panel.root, datetime.now()) as store:
        number = store.queue.put(AccountId(1), "payment.setpaid", datetime.now())
        for _ in range(8):
            store.queue.failed(number, same("the panel did not take it"), datetime.now())
    open_from_menu(admin, "Queue", "Queue")
    expect(row(admin, "the panel did not take it")).to_contain_text("retries stopped")
    choose(admin, "the panel did not take it")
    press(admin, "Try again")
    reload_until(admin, lambda: row(admin, "client 1").count() == 0)


# --- all of them ---


def test_a_reseller_sees_no_page_of_the_administrator(page: Page, panel: Sandbox) -> None:
    log_in(page, panel, "romashka@example.com", "client-password", "ru")
    expect(page.get_by_role("link", name="Платежи", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Участники")).to_have_count(0)
    for function in [each for each in PAGES if each not in OF_CLIENTS]:
        visit(page, f"{panel.url}?func={function}&elid=1&sok=ok")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("Недостаточно прав")
        expect(page.get_by_role("table")).to_have_count(0)


def test_a_wrong_password_is_told(page: Page, panel: Sandbox) -> None:
    enter(page, panel, "admin", "wrong")
    expect(page.get_by_text("Invalid username or password")).to_be_visible()


@pytest.mark.parametrize(("width", "height", "language"), [(1400, 900, "ru"), (1400, 900, "en"), (390, 844, "ru")])
def test_health_fits_a_screen_where_all_is_well(
    page: Page, panel: Sandbox, width: int, height: int, language: str
) -> None:
    """Nothing to scroll for on a desk; on a telephone nothing is cut at the side."""
    page.set_viewport_size({"width": width, "height": height})
    log_in(page, panel, "chief", "admin-password", language)
    with Store(panel.root, datetime.now()) as store:
        for row_waits in store.queue.all():
            store.queue.drop(row_waits.id)
        begun = store.runs.begin("daily", TODAY, True, datetime.now())
        store.runs.finish(begun, "done", 65, 0, datetime.now())
        store.notes.forget(DOCTOR)
        store.notes.forget(NO_BACKUP)
    visit(page, f"{panel.url}?func=resellerprogram.health")
    expect(page.get_by_text(re.compile("Всё в порядке|All is well"))).to_be_visible()
    asked = (
        "({across: document.documentElement.scrollWidth,"
        " down: document.querySelector('main form').getBoundingClientRect().bottom})"  # the menu is the panel's
    )
    size = page.evaluate(asked)
    assert size["across"] <= width
    if width > height:
        assert size["down"] <= height
