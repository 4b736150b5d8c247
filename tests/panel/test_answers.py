"""The panel's answers are read strictly: whatever is wrong is its own error, never a wrong number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import etree
from resellerprogram.panel.answers import Document, Row, amount_with_currency, parse, percent
from resellerprogram.panel.assumptions import is_group_member, tells_membership
from resellerprogram.panel.errors import (
    AccessDenied,
    AlreadyExists,
    BadAnswer,
    BrokenXml,
    Call,
    EmptyAnswer,
    HtmlAnswer,
    IncompleteAnswer,
    InvalidValue,
    MissingObject,
    NotAuthenticated,
    PanelRefusal,
    TruncatedAnswer,
)

CALL = Call("payment", {"account_id": "27"})
SIGNS = {"RUB": "RUB", "₽": "RUB", "USD": "USD", "$": "USD"}
ERROR = """<doc><error type="{kind}" object="{object}" lang="ru" code="1">
<param name="object" type="msg" msg="x">elid</param>
<param name="value">999</param><stack><action level="30" user="root">user.edit</action></stack>
<group>Поле '__object__'</group><msg>Недопустимое значение</msg></error></doc>"""


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", EmptyAnswer),
        (b"  \n ", EmptyAnswer),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", HtmlAnswer),
        (b"<html><body>Login</body></html>", HtmlAnswer),
        (b"<?xml version='1.0'?>\n<html><body/></html>", HtmlAnswer),
        (b"<doc><elem><id>1</id></elem><elem><id>2</i", TruncatedAnswer),
        (b"<?xml version='1.0' encoding='UTF-8'?>\n<doc><elem><id>1</id></elem>", TruncatedAnswer),
        (b"<doc><elem></doc>", BrokenXml),
        (b"<doc>\xff\xfe</doc>", BrokenXml),
        (b"ERROR: Too many connections", BrokenXml),
        (b"<answer><elem/></answer>", BrokenXml),
    ],
)
def test_an_answer_that_is_not_the_panels_document_is_its_own_error(answer: bytes, error: type[BadAnswer]) -> None:
    with pytest.raises(BadAnswer) as raised:
        parse(answer, CALL)
    assert type(raised.value) is error
    assert "payment account_id=27" in raised.value.text.ru


@pytest.mark.parametrize(
    ("kind", "concerning", "error"),
    [
        ("missed", "discount", MissingObject),
        ("value", "elid", MissingObject),
        ("value", "percentage", InvalidValue),
        ("exists", "name", AlreadyExists),
        ("access", "", AccessDenied),
        ("auth", "", NotAuthenticated),
        ("db", "", PanelRefusal),
        ("promocode_not_use", "promocode", PanelRefusal),
    ],
)
def test_an_error_document_is_a_refusal_with_type_object_value_and_message(
    kind: str, concerning: str, error: type[PanelRefusal]
) -> None:
    with pytest.raises(PanelRefusal) as raised:
        parse(ERROR.format(kind=kind, object=concerning).encode(), CALL)
    refusal = raised.value
    assert type(refusal) is error
    assert (refusal.kind, refusal.concerning, refusal.value, refusal.message) == (
        kind,
        concerning,
        "999",
        "Недопустимое значение",
    )


def test_the_raw_value_is_preferred_to_the_localized_text() -> None:
    row = parse('<doc><elem><status color="green" orig="4">Зачислен</status></elem></doc>'.encode(), CALL).rows()[0]
    assert (row.raw("status"), row.text("status")) == ("4", "Зачислен")


def test_external_entities_are_not_followed() -> None:
    hostile = b'<!DOCTYPE doc [<!ENTITY x SYSTEM "file:///etc/passwd">]><doc><name>&x;</name></doc>'
    assert "root:" not in parse(hostile, CALL).value("name")


def test_a_write_without_ok_is_not_done() -> None:
    with pytest.raises(IncompleteAnswer):
        parse(b"<doc/>", CALL).expect_ok()


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("10.00 RUB", "10", "RUB"),
        ("10.0000 RUB", "10", "RUB"),
        ("12.3456 ₽", "12.3456", "RUB"),
        ("-5.00 $", "-5", "USD"),
        ("12221243.00 RUB", "12221243", "RUB"),
        ("0.00\u00a0USD", "0", "USD"),
        (" 7 RUB ", "7", "RUB"),
    ],
)
def test_amounts_come_with_code_or_symbol_and_two_or_four_decimals(text: str, amount: str, currency: str) -> None:
    money = amount_with_currency(text, SIGNS, CALL)
    assert (money.amount, money.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.00",
        "RUB",
        "10,00 RUB",
        "10.00 €",
        "1 000.00 RUB",
        "1e3 RUB",
        "ten RUB",
        "--5 RUB",
        "10.00000 RUB",
        "NaN RUB",
    ],
)
def test_an_amount_that_is_not_understood_is_an_error_and_no_number(text: str) -> None:
    with pytest.raises(IncompleteAnswer):
        amount_with_currency(text, SIGNS, CALL)


@pytest.mark.parametrize(
    ("text", "value"),
    [("15 %", "15"), ("15", "15"), ("2.50%", "2.5"), ("special price", None), ("", None), ("NaN", None)],
)
def test_a_percent_is_a_percent_or_nothing(text: str, value: str | None) -> None:
    assert percent(text) == (None if value is None else Decimal(value))


def test_a_call_is_shown_without_its_secrets() -> None:
    shown = str(Call("session.newkey", {"key": "top-secret", "auth": "s", "authinfo": "a:b", "elid": "5", "empty": ""}))
    assert shown == "session.newkey key=*** auth=*** authinfo=*** elid=5"


def test_a_refusal_of_five_megabytes_with_lines_of_its_own_is_told_in_one_short_line() -> None:
    message = "no\n2025-01-20 12:00:00,000 7 ERROR forged\n" + "x" * 5_000_000
    with pytest.raises(PanelRefusal) as refused:
        parse(f'<doc><error type="value" object="x"><msg>{message}</msg></error></doc>'.encode(), CALL)
    assert len(str(refused.value)) < 1200
    assert "\n" not in str(refused.value) + refused.value.message


def test_a_call_with_long_values_is_told_shortened() -> None:
    assert len(str(Call("account.edit", {"note": "x\n" * 100_000, "auth": "secret"}))) < 500


def test_a_form_with_one_field_several_times_keeps_all_its_values() -> None:
    answer = b"<doc><pricelist_tree>it_3</pricelist_tree><pricelist_tree>pl_6</pricelist_tree><type>0</type></doc>"
    assert parse(answer, CALL).values() == {"pricelist_tree": "it_3,pl_6", "type": "0"}


@pytest.mark.parametrize("number", ["9" * 20, "\u0663", "-1", ""])
def test_an_id_that_no_database_holds_is_no_id(number: str) -> None:
    (row,) = parse(f"<doc><elem><id>{number}</id></elem></doc>".encode(), CALL).rows()
    with pytest.raises(IncompleteAnswer):
        row.number("id")


def test_an_amount_that_nobody_can_have_paid_is_not_understood() -> None:
    with pytest.raises(IncompleteAnswer):
        amount_with_currency("9" * 25 + ".00 RUB", {"RUB": "RUB"}, CALL)


def group_list(*statuses: str | None) -> list[Row]:
    """A client group's rows; None is a row without the column."""
    document = etree.Element("doc")
    for number, status in enumerate(statuses, 1):
        row = etree.SubElement(document, "elem")
        etree.SubElement(row, "id").text = str(number)
        if status is not None:
            etree.SubElement(row, "status").text = status
    return Document(document, Call("accountgroup.account")).rows()


def test_a_group_lists_all_clients_with_a_status_or_its_members_alone() -> None:
    """D.2"""
    rows = group_list("on", "off", "on")
    assert [row.number("id") for row in rows if is_group_member(row)] == [1, 3]
    assert (tells_membership(rows), tells_membership(group_list(None, None))) == (True, False)


@pytest.mark.parametrize("status", [None, "", "perhaps"])
def test_nobody_is_a_member_because_their_status_is_empty(status: str | None) -> None:
    """panel-2 D2: a column that is NULL is left out of its row; a discount must not come of that."""
    rows = group_list("on", status)
    assert tells_membership(rows)
    with pytest.raises(IncompleteAnswer):
        is_group_member(rows[1])
