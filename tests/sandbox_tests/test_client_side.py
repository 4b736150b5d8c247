"""What a client's pages touch: expenses, a user's form, the payment form, fields of HTML (reference C.1, C.4,
D.1, F.2).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.sandbox import Sandbox
from tests.sandbox_tests.conftest import kind
from tests.sandbox_tests.test_browser_pages import logged_in

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)


@pytest.fixture
def one(common: Sandbox) -> int:
    account = common.world.add_account("One")
    for back in (0, 1, 40):
        common.world.add_expense(account, 810, TODAY - timedelta(days=back), 7, 190)
    common.world.add_expense(common.world.add_account("Other"), 55, TODAY)
    return account


def login(account: int) -> str:
    return f"client{account}@example.com"


def test_expenses_have_the_documented_columns(common: Sandbox, one: int) -> None:
    row = next(common.mgrctl("expense", su=login(one)).iterfind("elem"))
    assert {child.tag for child in row} == {
        "id",
        "locale_name",
        "account",
        "realdate",
        "cdate",
        "amount",
        "notpayd",
        "taxamount",
        "discountamount",
        "discount",
    }
    assert (row.findtext("discountamount"), row.findtext("discount")) == ("190.00 RUB", "7")


@pytest.mark.parametrize(
    ("reading", "by_the_seen", "by_the_guessed"), [("by_day", 2, 3), ("realdate", 3, 2), ("ignored", 3, 3)]
)
def test_expenses_are_filtered_by_day_or_not_at_all(
    common: Sandbox, one: int, reading: str, by_the_seen: int, by_the_guessed: int
) -> None:
    """scale 4: a client's form has `fromdate` and `todate`."""
    common.read_as(expense_filter=reading)
    seen = {"fromdate": "2025-01-19", "todate": "2025-01-20"}
    guessed = {"realdate": "other", "realdatestart": "2025-01-19", "realdateend": "2025-01-20"}
    found = [
        len(common.mgrctl("expense", su=login(one), filter="on", **asked).findall("elem")) for asked in (seen, guessed)
    ]
    assert found == [by_the_seen, by_the_guessed]


def test_a_panel_may_keep_discount_and_currency_to_itself(common: Sandbox, one: int) -> None:
    common.read_as(expense_discount="absent", expense_amounts="plain")
    row = next(common.mgrctl("expense", su=login(one)).iterfind("elem"))
    assert row.find("discount") is None
    assert row.findtext("amount") == "810.0000"


def test_a_client_sees_own_expenses_alone(common: Sandbox, one: int) -> None:
    rows = common.mgrctl("expense", su=login(one), filter="on", account_id="2").findall("elem")
    assert [row.findtext("account") for row in rows] == ["One"] * 3


def test_a_users_form_tells_the_language_or_not(common: Sandbox, one: int) -> None:
    user = common.world.add_user(one, f"english{one}@example.com", language="en")
    assert common.mgrctl("user.edit", elid=user, su="admin").findtext("language") == "en"
    common.read_as(user_form="absent")
    assert common.mgrctl("user.edit", elid=user, su="admin").find("language") is None
    assert kind(common.mgrctl("user.edit", elid=4711, su="admin")) == "missed"
    assert kind(common.mgrctl("user.edit", elid=user, su=login(one))) == "access"


@pytest.mark.parametrize(("reading", "shown"), [("takes_amount", "48000.00"), ("empty", "")])
def test_the_payment_form_may_show_the_amount_of_its_request(
    common: Sandbox, one: int, reading: str, shown: str
) -> None:
    common.read_as(payment_form=reading)
    assert common.mgrctl("payment.add", su=login(one), amount="48000.00").findtext("amount") == shown


@pytest.mark.parametrize(("reading", "drawn"), [("html", True), ("text", False)])
def test_a_field_of_html_is_drawn_or_told(common: Sandbox, one: int, reading: str, drawn: bool) -> None:
    (common.root / "etc" / "xml" / "billmgr_mod_picture.xml").write_text(
        '<mgrdata><handler name="picture" type="xml"><func name="picture"/></handler>'
        '<metadata name="picture" type="form"><form nosubmit="yes"><field name="drawing"><htmldata name="drawing"/>'
        "</field></form></metadata></mgrdata>",
        encoding="utf-8",
    )
    program = common.root / "addon" / "picture"
    program.write_text(
        "#!/bin/sh\nsed 's,</doc>,<drawing>\\&lt;b\\&gt;bold\\&lt;/b\\&gt;</drawing></doc>,'\n", encoding="utf-8"
    )
    program.chmod(0o755)
    common.mgrctl("exit")
    common.read_as(htmldata=reading)
    with logged_in(common, login(one), "client-password") as browser:
        page = browser.get(common.url, params={"func": "picture"}, timeout=10).text
    assert ("<b>bold</b>" in page) is drawn
