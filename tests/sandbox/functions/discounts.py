"""Personal discounts (reference A)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from ..documents import Cell, Refusal, add_rows, new_document
from ..models import Discount
from ..request import CLIENT, Request
from .directory import client, next_id
from .registry import function

FAR = date(2050, 1, 1)


@function("account.discount", needs_employee=True)
def discounts(request: Request) -> etree._Element:
    account = client(request, request.number()).id
    found = request.session.query(Discount).filter(Discount.account == account).order_by(Discount.id)
    return request.listing([_row(request, discount) for discount in found], request.conditions({}))


@function("account.discount.add", needs_employee=True)
def discount_add(request: Request) -> etree._Element:
    return request.form({"name": "", "type": "0", "plid": request.param("elid") or request.param("plid")})


@function("account.discount.add.product", needs_employee=True, writes=True)
def discount_add_product(request: Request) -> etree._Element:
    account = client(request, request.number("plid")).id
    if not request.submitted:
        return request.form(
            {
                "plid": str(account),
                "name": "",
                "type": "0",
                "percentage": "",
                "pricelist_tree": "null",
                "fromdate": str(request.now.date()),
                "todate": "",
            }
        )
    discount = Discount(id=next_id(request, Discount), account=account)
    _fill(request, discount)
    request.session.add(discount)
    return request.ok(discount.id if request.state.reads("wizard_returns_id", "yes") else None)


@function("account.discount.edit", needs_employee=True, writes=True)
def discount_edit(request: Request) -> etree._Element:
    if not request.elid:
        return discount_add_product(request)
    discount = _discount(request, request.number())
    if request.submitted:
        _fill(request, discount)
        return request.ok()
    values: dict[str, Cell] = {
        "elid": str(discount.id),
        "plid": str(discount.account),
        "name": discount.name,
        "name_ru": discount.name_ru,
        "type": str(discount.type),
        "percentage": _percent(discount.percentage),
        "pricelist_tree": discount.pricelist_tree,
        "fromdate": str(discount.fromdate or ""),
        "todate": str(discount.todate or ""),
    }
    return request.form(values)


@function("account.discount.delete", needs_employee=True, writes=True)
def discount_delete(request: Request) -> etree._Element:
    for number in request.ids():
        request.session.delete(_discount(request, number))
    return request.ok()


@function("account.discountinfo", CLIENT)
def discountinfo(request: Request) -> etree._Element:
    document = new_document(request.func, request.language)
    found = request.session.query(Discount).filter(Discount.account == request.caller.account)
    personal = etree.SubElement(document, "list", name="personal")
    add_rows(
        personal,
        [
            {"id": str(each.id), "name": request.localized(each), "value": f"{_percent(each.percentage)} %"}
            for each in found
        ],
    )
    etree.SubElement(document, "list", name="promotion")
    return document


def _discount(request: Request, number: int) -> Discount:
    found = request.session.get(Discount, number)
    account = request.param("plid").rpartition("/")[2]
    if found is None or (account and str(found.account) != account):
        raise request.missing("discount", number)
    fault = request.state.fault(request.func, False, "missed")
    if fault and fault.id in ("", str(number)):
        raise request.missing("discount", number)
    return found


def _row(request: Request, discount: Discount) -> dict[str, Cell]:
    row: dict[str, Cell] = {"id": str(discount.id)}
    columns = request.state.readings["discount_list_columns"]
    if columns in ("full", "id_name"):
        row["name"] = request.localized(discount)
    if columns == "full":
        row["value"] = f"{_percent(discount.percentage)} %" if discount.type == 0 else "special price"
        row["fromdate"], row["todate"] = str(discount.fromdate or ""), str(discount.todate or "")
    return row


def _fill(request: Request, discount: Discount) -> None:
    discount.type = int(request.param("type", "0"))
    discount.percentage = _given_percent(request)
    discount.name = request.param("name") or request.param("name_ru")
    if not discount.name:
        raise Refusal("value", "name")
    discount.name_ru = request.param("name_ru")
    discount.pricelist_tree = request.param("pricelist_tree", "null")
    discount.fromdate, discount.todate = _day(request, "fromdate"), _day(request, "todate")
    if discount.todate and discount.todate > FAR and request.state.reads("far_todate", "no"):
        raise Refusal("value", "todate", request.param("todate"))
    discount.fixed = request.param("monthly126")


def _given_percent(request: Request) -> Decimal:
    text = request.param("percentage", "0")
    try:
        percent = Decimal(text)
    except InvalidOperation:
        raise Refusal("value", "percentage", text) from None
    fraction = percent != percent.to_integral_value() and request.state.reads("decimal_percent", "no")
    zero = percent == 0 and request.state.reads("zero_percent", "no") and request.param("type", "0") == "0"
    if not 0 <= percent <= 100 or fraction or zero:
        raise Refusal("value", "percentage", text)
    return percent


def _day(request: Request, name: str) -> date | None:
    text = request.param(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("value", name, text) from None


def _percent(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
