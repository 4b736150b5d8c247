"""Personal discounts (reference A)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import bindparam, select

from ..documents import Cell, Refusal, add_rows, new_document
from ..engine import row_of, rows_of
from ..models import Discount, Itemtype, Pricelist
from ..request import CLIENT, Request
from .directory import client_id, next_id
from .registry import function

PERCENT, SPECIAL_PRICE = 0, 1
FAR = date(2050, 1, 1)
_COLUMNS = Discount.__table__.c
_OF_ACCOUNT = select(Discount.__table__).where(_COLUMNS.account == bindparam("number")).order_by(_COLUMNS.id)


@function("account.discount", needs_employee=True)
def discounts(request: Request) -> etree._Element:
    account = client_id(request, request.number())
    found = request.session.execute(_OF_ACCOUNT, {"number": account})
    return request.listing([_row(request, discount) for discount in found], request.conditions({}))


@function("account.discount.add", needs_employee=True)
def discount_add(request: Request) -> etree._Element:
    """The wizard's start; `snext=ok` leads to its last step, as the answer's `func` says (E.4)."""
    account = client_id(request, request.number("plid" if request.param("plid") else "elid"))
    request.panel.wizards.add(_wizard(request, account))
    if request.param("snext") or request.submitted:
        return _product_form(request, account)
    return request.form({"name": "", "type": "0", "plid": str(account)}, {"type": _types(request)})


@function("account.discount.add.product", needs_employee=True, writes=True)
def discount_add_product(request: Request) -> etree._Element:
    account = client_id(request, request.number("plid"))
    if not request.submitted:
        return _product_form(request, account)
    if request.state.reads("wizard_steps", "yes") and _wizard(request, account) not in request.panel.wizards:
        raise Refusal("missed", "wizard", "account.discount.add")
    discount = Discount(id=next_id(request, Discount), account=account)
    _fill(request, discount)
    request.session.add(discount)
    request.panel.wizards.discard(_wizard(request, account))
    tells = request.state.reads("wizard_returns_id", "yes")
    if request.state.fault(request.func, True, "wizard_without_id"):
        tells = False
    return request.ok(discount.id if tells else None)


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
    if request.state.reads("discount_name_localized", "no"):
        del values["name_ru"]
    if discount.type == SPECIAL_PRICE:
        values["monthly126"] = discount.fixed
    return request.form(values, {"type": _types(request), "pricelist_tree": _tree(request)})


@function("account.discount.delete", needs_employee=True, writes=True)
def discount_delete(request: Request) -> etree._Element:
    for number in request.ids():
        request.session.delete(_discount(request, number))
    return request.ok()


@function("account.discountinfo", CLIENT)
def discountinfo(request: Request) -> etree._Element:
    found = request.session.query(Discount).filter(Discount.account == request.caller.account)
    rows = [
        {
            "id": str(each.id),
            "name": request.localized(each),
            "value": _value(each),
            "actiontype": "product",
            "discount_type": str(each.type),
            "period": "",
        }
        for each in found
    ]
    if request.state.reads("discountinfo_shape", "list"):
        return request.listing(rows)
    document = new_document(request.func, request.language)
    add_rows(etree.SubElement(document, "list", name="personal"), rows)
    etree.SubElement(document, "list", name="promotion")
    return document


def _product_form(request: Request, account: int) -> etree._Element:
    values = {
        "plid": str(account),
        "name": request.param("name"),
        "name_ru": "",
        "type": request.param("type", "0"),
        "percentage": "",
        "pricelist_tree": "null",
        "fromdate": str(request.now.date()),
        "todate": "",
    }
    if request.state.reads("discount_name_localized", "no"):
        del values["name_ru"]
    document = request.form(values, {"type": _types(request), "pricelist_tree": _tree(request)})
    document.set("func", "account.discount.add.product")
    return document


def _wizard(request: Request, account: int) -> tuple[str, str, str]:
    return request.caller.user, "account.discount.add", str(account)


def _types(request: Request) -> list[tuple[str, str]]:
    texts = ("Процент", "Особая цена") if request.language == "ru" else ("Percent", "Special price")
    return [("0", texts[0]), ("1", texts[1])]


def _tree(request: Request) -> list[tuple[str, str]]:
    """What a discount may be for: everything, a service type, a tariff (A.3)."""
    everything = "Все услуги" if request.language == "ru" else "All services"
    types = [(f"it_{each.id}", request.localized(each)) for each in rows_of(request.session, Itemtype)]
    tariffs = [(f"pl_{each.id}", request.localized(each)) for each in rows_of(request.session, Pricelist)]
    return [("null", everything), *types, *tariffs]


def _discount(request: Request, number: int) -> Discount:
    found = request.session.get(Discount, number)
    account = request.param("plid").rpartition("/")[2]
    if found is None or (account and str(found.account) != account):
        raise request.missing("discount", number)
    fault = request.state.fault(request.func, False, "missed")
    if fault and fault.id in ("", str(number)):
        raise request.missing("discount", number)
    return found


def _row(request: Request, discount: Any) -> dict[str, Cell]:
    row: dict[str, Cell] = {"id": str(discount.id)}
    columns = request.state.readings["discount_list_columns"]
    if columns in ("full", "id_name"):
        row["name"] = request.localized(discount)
    if columns == "full":
        row["value"] = _value(discount)
        row["fromdate"], row["todate"] = str(discount.fromdate or ""), str(discount.todate or "")
    return row


def _fill(request: Request, discount: Discount) -> None:
    discount.type = request.key("type", "0")
    if discount.type not in (PERCENT, SPECIAL_PRICE):
        raise Refusal("value", "type", request.param("type"))
    discount.percentage = _given_percent(request)
    discount.name = request.param("name") or request.param("name_ru")
    if not discount.name:
        raise Refusal("value", "name")
    discount.name_ru = request.param("name_ru") if request.state.reads("discount_name_localized", "yes") else ""
    discount.pricelist_tree = _scope(request)
    discount.fromdate, discount.todate = request.day("fromdate"), request.day("todate")
    if discount.fromdate and discount.todate and discount.todate < discount.fromdate:
        raise Refusal("value", "todate", request.param("todate"))
    if discount.todate and discount.todate > FAR and request.state.reads("far_todate", "no"):
        raise Refusal("value", "todate", request.param("todate"))
    discount.fixed = request.param("monthly126")


def _given_percent(request: Request) -> Decimal:
    text, percent = request.param("percentage", "0"), request.amount("percentage")
    fraction = percent != percent.to_integral_value() and request.state.reads("decimal_percent", "no")
    zero = percent == 0 and request.state.reads("zero_percent", "no") and request.param("type", "0") == "0"
    if not 0 <= percent <= 100 or fraction or zero:
        raise Refusal("value", "percentage", text)
    return percent


def _scope(request: Request) -> str:
    """`pricelist_tree`: nothing, or nodes of the tree that exist (A.3)."""
    text = request.param("pricelist_tree") or "null"
    for node in text.split(",") if text != "null" else ():
        kind, _, number = node.strip().partition("_")
        model = {"it": Itemtype, "pl": Pricelist}.get(kind)
        exists = number.isdecimal() and (kind == "i" or (model and row_of(request.session, model, int(number))))
        if not exists:
            raise Refusal("value", "pricelist_tree", text)
    return text


def _value(discount: Any) -> str:
    if discount.type == SPECIAL_PRICE:
        return f"{discount.fixed or '0.00'} RUB"
    return f"{_percent(discount.percentage)} %"


def _percent(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
