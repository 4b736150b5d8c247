"""Cart and basket as clients of real panels use them (panel-2 B1, B2), and what an order leaves in expenses (D.4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from lxml import etree

from tests.sandbox import Sandbox
from tests.sandbox_tests.conftest import kind

pytestmark = pytest.mark.slow

TODAY = date(2025, 1, 20)


@pytest.fixture
def client(common: Sandbox) -> str:
    """A client's user; a code takes 80 % off everything."""
    common.world.add_promotion("Everything", 80, None, TODAY, TODAY + timedelta(days=30), "ALL80")
    return common.world.user_of(common.world.add_account("One"))


def ordered(panel: Sandbox, user: str, kind_of_service: str = "vhost") -> str:
    """The line of the cart that an order became."""
    answer = panel.mgrctl(
        f"v2.{kind_of_service}.order.param", clicked_button="order", force_use_new_cart="on", sok="ok", su=user
    )
    return answer.findtext("lineitem.id", "")


def lines(document: etree._Element) -> list[str]:
    return [each.findtext("id", "") for each in document.iterfind("list[@name='lineitems']/elem")]


def cart(panel: Sandbox, user: str, **params: Any) -> etree._Element:
    return panel.mgrctl("cart", su=user, **params)


def test_an_order_becomes_a_line_that_can_be_deleted(common: Sandbox, client: str) -> None:
    """panel-2 B1"""
    first, second = ordered(common, client), ordered(common, client)
    shown = cart(common, client)
    assert (lines(shown), shown.findtext("total/count")) == ([first, second], "2")
    left = cart(common, client, clicked_button="delete", id=first, elid="", promocode="", sok="ok")
    assert lines(left) == [second]
    assert kind(cart(common, client, clicked_button="delete", id=first, sok="ok")) == "missed"
    assert lines(cart(common, client, clicked_button="clear", sok="ok")) == []


def test_a_line_is_its_owners_alone(common: Sandbox, client: str) -> None:
    """panel-2 B1"""
    line = ordered(common, client)
    stranger = common.world.user_of(common.world.add_account("Two"))
    assert kind(cart(common, stranger, clicked_button="delete", id=line, sok="ok")) == "missed"
    assert lines(cart(common, client)) == [line]


@pytest.mark.parametrize("function", ["basket", "cart"])
@pytest.mark.parametrize("button", [{"clicked_button": "setpromocode"}, {}], ids=["button", "none"])
def test_a_code_is_taken_when_it_is_submitted_and_shown_from_then_on(
    common: Sandbox, client: str, function: str, button: dict[str, str]
) -> None:
    """panel-2 B2"""
    assert common.mgrctl(function, promocode="ALL80", su=client).findtext("promocode") == ""
    taken = common.mgrctl(function, promocode="ALL80", sok="ok", su=client, **button)
    assert taken.findtext("promocode") == "ALL80"
    assert common.mgrctl(function, su=client).findtext("promocode") == "ALL80"
    common.mgrctl(function, promocode="", clicked_button="setpromocode", sok="ok", su=client)
    assert common.mgrctl(function, su=client).findtext("promocode") == ""


@pytest.mark.parametrize(("reading", "taken"), [("setpromocode", ""), ("any_operation", "ALL80")])
def test_whether_a_code_that_only_goes_along_is_taken_is_open(
    common: Sandbox, client: str, reading: str, taken: str
) -> None:
    """panel-2 B2"""
    common.read_as(cart_takes_code=reading)
    line = ordered(common, client)
    cart(common, client, clicked_button="delete", id=line, promocode="ALL80", sok="ok")
    assert cart(common, client).findtext("promocode") == taken


@pytest.mark.parametrize(
    ("reading", "discount"), [("shown", None), ("kind", "promo"), ("absent", "")], ids=["id", "kind", "absent"]
)
def test_a_paid_line_is_an_expense_that_tells_what_acted(
    common: Sandbox, client: str, reading: str, discount: str | None
) -> None:
    """panel-2 B1, D3: the older page has an id, the newer a kind."""
    common.read_as(expense_discount=reading)
    cart(common, client, clicked_button="setpromocode", promocode="ALL80", sok="ok")
    line = ordered(common, client)
    assert (
        common.mgrctl("cartorder.create.confirm", elid=line, paymethod_id=0, sok="ok", su=client).find("ok") is not None
    )
    assert lines(cart(common, client)) == []
    row = common.mgrctl("expense", su=client).find("elem")
    assert row is not None
    assert (row.findtext("amount"), row.findtext("discountamount", "")) == (
        "40.00 RUB",
        "" if reading == "absent" else "160.00 RUB",
    )
    assert (
        row.findtext("discount", "") == discount if discount is not None else row.findtext("discount", "").isdecimal()
    )
