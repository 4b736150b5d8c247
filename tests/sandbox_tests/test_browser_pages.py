"""The sandbox panel's pages as a browser without scripts sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import requests

from tests.sandbox import Sandbox

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)


def logged_in(panel: Sandbox, name: str, password: str) -> requests.Session:
    browser = requests.Session()
    browser.post(panel.url, {"func": "auth", "username": name, "password": password, "lang": "en"}, timeout=10)
    return browser


@pytest.fixture
def staff(common: Sandbox) -> Iterator[requests.Session]:
    with logged_in(common, "admin", "admin-password") as browser:
        yield browser


def test_an_administrator_credits_a_payment_by_its_button(common: Sandbox, staff: requests.Session) -> None:
    account = common.world.add_account("Ромашка & <b>")
    payment = common.world.add_payment(account, 5, None, status=1)
    page = staff.get(common.url, params={"func": "payment"}, timeout=10).text
    assert f'name="elid" value="{payment}"' in page
    assert "Ромашка &amp; &lt;b&gt;" in page
    assert "<b>" not in page.replace("<b>BILLmanager", "")
    shown = staff.post(f"{common.url}?sok=ok", {"func": "payment.setpaid", "elid": [payment]}, timeout=10)
    assert shown.url.endswith("func=payment")
    assert common.mgrctl("payment.info", elid=payment).findtext("payment/status") == "4"


def test_the_wizard_of_a_discount_goes_from_page_to_page_and_back_to_the_list(
    common: Sandbox, staff: requests.Session
) -> None:
    account = common.world.add_account("One")
    first = staff.get(f"{common.url}?func=account.discount.add&plid={account}", timeout=10).text
    assert '<option value="1">Special price</option>' in first
    second = staff.post(common.url, {"func": "account.discount.add", "plid": account, "sok": "ok"}, timeout=10).text
    assert 'value="account.discount.add.product"' in second
    assert '<option value="it_2">Virtual server</option>' in second
    fields = {"plid": account, "name": "Agreed", "type": "0", "percentage": "7", "pricelist_tree": "it_2", "sok": "ok"}
    shown = staff.post(common.url, {"func": "account.discount.add.product", **fields}, timeout=10)
    assert shown.url.endswith(f"func=account.discount&elid={account}")
    assert "7 %" in shown.text


def test_a_client_sees_own_pages_and_a_refusal_elsewhere(common: Sandbox) -> None:
    account = common.world.add_account("One", email="page@example.com")
    common.world.add_payment(account, 5, TODAY)
    with logged_in(common, "page@example.com", "client-password") as browser:
        assert "5.00 RUB" in browser.get(common.url, timeout=10).text
        assert 'role="alert"' in browser.get(common.url, params={"func": "account"}, timeout=10).text


def test_the_language_that_was_chosen_stays(common: Sandbox, staff: requests.Session) -> None:
    assert "Клиенты" in staff.get(common.url, params={"func": "account", "lang": "ru"}, timeout=10).text
    assert "Клиенты" in staff.get(common.url, params={"func": "itemtype"}, timeout=10).text


def test_what_a_visitor_types_is_shown_as_text(common: Sandbox, staff: requests.Session) -> None:
    nasty = '"><script>x</script>'
    tried: tuple[dict[str, str], ...] = (
        {"func": nasty},
        {"func": "account.edit", "elid": nasty},
        {"func": "payment", "elid": nasty},
    )
    for params in tried:
        assert "<script>x" not in staff.get(common.url, params=params, timeout=10).text


def test_without_a_session_there_is_only_the_login(common: Sandbox) -> None:
    page = requests.get(common.url, params={"func": "payment"}, timeout=10).text
    assert 'name="password"' in page
    assert "<table" not in page
