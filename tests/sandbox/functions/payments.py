"""Payments: list and filter, status changes with their lock and events, refunds (reference C)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select

from ..documents import Cell, Refusal, add, add_values, new_document
from ..documents import Row as ListRow
from ..models import (
    Account,
    Currency,
    HistoryPayment,
    Payment,
    Paymethod,
    Project,
    Promotion2Payment,
    Promotioncoupon2Account,
    Subaccount,
)
from ..request import CLIENT, EMPLOYEE, Request
from .directory import client, next_id
from .registry import function

STATUSES = {
    1: ("New", "Новый"),
    2: ("In payment", "Оплачивается"),
    3: ("Promised payment", "Обещанный платеж"),
    4: ("Credited", "Зачислен"),
    5: ("Awaiting refund", "Ожидает возврата"),
    6: ("Refunded", "Возвращен"),
    7: ("Fraudulent", "Мошеннический"),
    8: ("Initiated", "Инициирован"),
    9: ("Cancelled", "Отменен"),
    100: ("Deleting", "Удаляется"),
}
NEW, IN_PAYMENT, PROMISED, CREDITED, AWAITING, REFUNDED, FRAUD, INITIATED, CANCELLED = range(1, 10)
FILTER = {
    **dict.fromkeys(
        (
            "id",
            "number",
            "sender",
            "sender_id",
            "createdatestart",
            "createdateend",
            "payfromdate",
            "paytodate",
            "paymethod",
            "status",
            "saamount_from",
            "saamount_to",
            "pmamount_from",
            "pmamount_to",
            "account",
            "account_id",
            "project",
            "recipient",
            "module",
            "docflow_pdf_status",
        ),
        "",
    ),
    "createdate": "nodate",
    "restrictrefund": "null",
    "hide_internal": "off",
}


@function("payment", CLIENT, title=("Payments", "Платежи"))
def payment(request: Request) -> etree._Element:
    return _listing(request, _filtered(request, _query(request), request.conditions(FILTER)))


@function("payment.filter", CLIENT)
def payment_filter(request: Request) -> etree._Element:
    return request.filter_form("payment", FILTER)


@function("payment.setfilter", EMPLOYEE, writes=True)
def payment_setfilter(request: Request) -> etree._Element:
    request.filters[(request.caller.user, "payment")] = {"account_id": request.elid}
    return request.ok()


@function("account.payment", EMPLOYEE)
def account_payment(request: Request) -> etree._Element:
    account = client(request, request.number()).id
    return _listing(request, _query(request).where(Subaccount.account == account))


@function("payment.info", EMPLOYEE)
def payment_info(request: Request) -> etree._Element:
    found = _payment(request, request.number())
    document = new_document(request.func, request.language)
    element = etree.SubElement(document, "payment", id=str(found.id), level="30", lang=request.language)
    subaccount = request.session.get_one(Subaccount, found.subaccount)
    values: dict[str, Cell] = {
        name: _scalar(getattr(found, name))
        for name in (
            "id",
            "subaccount",
            "paymethod",
            "subaccountamount",
            "status",
            "number",
            "paymethodamount",
            "usedamount",
            "commissionamount",
            "paydate",
            "createdate",
            "currency",
            "externalid",
            "description",
            "refund",
            "restrictrefund",
        )
    }
    if request.state.reads("refund_source", "present"):
        values["source_payment"] = _scalar(found.source_payment)
    add_values(element, values)
    method = request.session.get(Paymethod, found.paymethod) if found.paymethod else None
    _nested(element, "paymethod", {"id": method.id, "name": method.name, "module": method.module} if method else {})
    currency = request.session.get_one(Currency, found.currency)
    _nested(
        element, "currency", {"id": currency.id, "iso": currency.iso, "symbol": currency.symbol, "code": currency.code}
    )
    provider = request.session.get_one(Project, subaccount.project)
    _nested(element, "project", {"id": provider.id, "name": provider.name})
    return document


@function("payment.edit", EMPLOYEE, writes=True)
def payment_edit(request: Request) -> etree._Element:
    found = _payment(request, request.number())
    if not request.submitted:
        return request.form(
            {
                "elid": str(found.id),
                "number": found.number,
                "description": found.description,
                "pay_date": str(found.paydate.date()) if found.paydate else "",
            }
        )
    found.number = request.param("number") or found.number
    if request.param("pay_date"):
        found.paydate = request.now.combine(date.fromisoformat(request.param("pay_date")), request.now.time())
    return request.ok()


@function("payment.add", CLIENT, writes=True)
def payment_add(request: Request) -> etree._Element:
    if not request.submitted:
        return request.form({"amount": "", "payment_currency": "126", "paymethod": "1"})
    account = request.caller.account or request.number("account")
    subaccount = request.session.query(Subaccount).filter(Subaccount.account == account).first()
    if subaccount is None:
        raise request.missing("subaccount", account)
    amount, number = Decimal(request.param("amount", "0")), next_id(request, Payment)
    request.session.add(
        Payment(
            id=number,
            number=f"pfx/{number}",
            subaccount=subaccount.id,
            paymethod=int(request.param("paymethod", "1")),
            subaccountamount=amount,
            paymethodamount=amount,
            currency=subaccount.currency,
            status=NEW,
            createdate=request.now,
        )
    )
    return request.ok(number)


@function("payment.delete", EMPLOYEE, writes=True)
def payment_delete(request: Request) -> etree._Element:
    for number in request.ids():
        found = _payment(request, number)
        _lock(request, found.subaccount)
        request.session.delete(found)
        request.session.commit()
    return request.ok()


@function("payment.refund", EMPLOYEE, writes=True)
def payment_refund(request: Request) -> etree._Element:
    """Give money back: a row `return/…`; a full refund also makes the payment refunded (C.5)."""
    found = _payment(request, request.number())
    amount = Decimal(request.param("amount") or found.subaccountamount)
    if found.status != CREDITED or found.refund == "on" or not 0 < amount <= found.subaccountamount:
        raise Refusal("value", "amount", str(amount))
    _lock(request, found.subaccount)
    _change(request, found, REFUNDED if amount == found.subaccountamount else CREDITED)
    number = add_refund(request.session, request.state.readings, found, amount, request.now)
    request.session.commit()
    return request.ok(number)


def _status_function(name: str, status: int) -> None:
    @function(name, EMPLOYEE, writes=True)
    def change(request: Request) -> etree._Element:
        for number in request.ids():
            found = _payment(request, number)
            _lock(request, found.subaccount)
            _change(request, found, status)
            request.session.commit()
        return request.ok()


for _name, _status in (
    ("payment.setpaid", CREDITED),
    ("payment.setinpay", IN_PAYMENT),
    ("payment.setfraud", FRAUD),
    ("payment.setcanceled", CANCELLED),
    ("payment.setnopay", NEW),
):
    _status_function(_name, _status)


def add_refund(session: Any, readings: dict[str, str], source: Payment, amount: Decimal, now: Any) -> int:
    """The row that a refund leaves, in the shape that the readings say."""
    number = int(session.execute(select(func.max(Payment.id))).scalar_one()) + 1
    signed = -amount if readings["refund_sign"] == "negative" else amount
    session.add(
        Payment(
            id=number,
            number=f"return/{number}",
            subaccount=source.subaccount,
            paymethod=source.paymethod,
            subaccountamount=signed,
            paymethodamount=signed,
            currency=source.currency,
            status=int(readings["refund_row_status"]),
            createdate=now,
            paydate=now,
            refund=readings["refund_flag"],
            source_payment=source.id,
        )
    )
    return number


def _change(request: Request, found: Payment, status: int) -> None:
    if status == found.status:
        return
    request.session.add(
        HistoryPayment(
            reference=found.id,
            status=found.status,
            status_new=status,
            changedate=request.now,
            request_action=request.func,
            request_ip=request.origin,
            username=request.caller.name,
        )
    )
    found.status = status
    if status == CREDITED and found.paydate is None:
        found.paydate = request.now
    if request.param("externalid"):
        found.externalid = request.param("externalid")


def _lock(request: Request, subaccount: int) -> None:
    """The lock `payment.status_<subaccount>`, held until the request is over, its `after` events included (C.7)."""
    request.panel.lock_payments(request, subaccount)


def _payment(request: Request, number: int) -> Payment:
    found = request.session.get(Payment, number)
    if found is None:
        raise request.missing("payment", number)
    return found


def _query(request: Request) -> Select[Any]:
    query: Any = (
        select(
            Payment,
            Account.name.label("account_name"),
            Project.id.label("project_id"),
            Project.name.label("project_name"),
            Currency.iso,
            Currency.symbol,
            Paymethod.name.label("method"),
            Paymethod.name_ru.label("method_ru"),
            Paymethod.module,
            Paymethod.allowrefund,
        )
        .join(Subaccount, Subaccount.id == Payment.subaccount)
        .join(Account, Account.id == Subaccount.account)
        .join(Project, Project.id == Subaccount.project)
        .join(Currency, Currency.id == Subaccount.currency)
        .outerjoin(Paymethod, Paymethod.id == Payment.paymethod)
        .where(Payment.status != INITIATED)
    )
    if request.caller.level <= CLIENT:
        query = query.where(Subaccount.account == request.caller.account)
    found: Select[Any] = query
    return found


def _filtered(request: Request, query: Select[Any], conditions: dict[str, str]) -> Select[Any]:
    for name, value in conditions.items():
        condition = _CONDITIONS.get(name)
        if value and condition is not None and value not in ("null", "nodate"):
            query = condition(query, value)
    if conditions.get("createdate", "nodate") != "other":
        return query
    for name, compare in (("createdatestart", "__ge__"), ("createdateend", "__le__")):
        if conditions[name]:
            query = query.where(getattr(func.date(Payment.createdate), compare)(conditions[name]))
    return query


def _methods(query: Select[Any], value: str) -> Select[Any]:
    picked = [part.strip() for part in value.split(",")]
    promotional = {
        "cashback_paymethod": select(Promotion2Payment.payment_cashback),
        "coupon_paymethod": select(Promotioncoupon2Account.payment),
    }
    condition: Any = Payment.paymethod.in_([int(part) for part in picked if part.isdecimal()])
    for part in picked:
        if part in promotional:
            condition = condition | Payment.id.in_(promotional[part])
        elif part == "null_paymethod":
            condition = condition | Payment.paymethod.is_(None)
    return query.where(condition)


def _ids(column: Any) -> Callable[[Select[Any], str], Select[Any]]:
    return lambda query, value: query.where(
        column.in_([int(part) for part in value.split(",") if part.strip().isdecimal()])
    )


_CONDITIONS: dict[str, Callable[[Select[Any], str], Select[Any]]] = {
    "id": _ids(Payment.id),
    "account_id": _ids(Subaccount.account),
    "project": _ids(Subaccount.project),
    "status": _ids(Payment.status),
    "number": lambda query, value: query.where(Payment.number.contains(value)),
    "account": lambda query, value: query.where(Account.name.contains(value)),
    "module": lambda query, value: query.where(Paymethod.module == value),
    "paymethod": _methods,
    "payfromdate": lambda query, value: query.where(func.date(Payment.paydate) >= value),
    "paytodate": lambda query, value: query.where(func.date(Payment.paydate) <= value),
    "restrictrefund": lambda query, value: query.where(Payment.restrictrefund == value),
    "saamount_from": lambda query, value: query.where(Payment.subaccountamount >= Decimal(value)),
    "saamount_to": lambda query, value: query.where(Payment.subaccountamount <= Decimal(value)),
    "pmamount_from": lambda query, value: query.where(Payment.paymethodamount >= Decimal(value)),
    "pmamount_to": lambda query, value: query.where(Payment.paymethodamount <= Decimal(value)),
}


def _listing(request: Request, query: Select[Any]) -> etree._Element:
    found = request.session.execute(query.order_by(Payment.id.desc()).limit(5001)).all()
    names = _promotional_names(request, found)
    return request.listing([_row(request, row, names) for row in found])


def _promotional_names(request: Request, found: Any) -> dict[int, str]:
    """What the list calls the method of cashback and certificate payments, by payment."""
    ids = [row[0].id for row in found if row[0].paymethod is None]
    if not ids:
        return {}
    russian = request.language == "ru"
    certificates = request.session.execute(
        select(Promotioncoupon2Account.payment).where(Promotioncoupon2Account.payment.in_(ids))
    )
    cashback = request.session.execute(
        select(Promotion2Payment.payment_cashback).where(Promotion2Payment.payment_cashback.in_(ids))
    )
    return {
        **{row[0]: "Сертификат" if russian else "Certificate" for row in certificates},
        **{row[0]: "Кэшбэк" if russian else "Cashback" for row in cashback},
    }


def _row(request: Request, row: SqlRow[Any], promotional: dict[int, str]) -> ListRow:
    each: Payment = row[0]
    russian = request.language == "ru"
    sign = row.symbol if request.state.reads("amount_sign", "symbol") else row.iso
    cells: dict[str, Cell] = {
        "docflow_pdf_status": "4",
        "store_payment": "off",
        "paymethodamount_iso": f"{_amount(each.paymethodamount)} {sign}",
        "subaccountamount_iso": f"{_amount(each.subaccountamount)} {sign}",
        "sender_name": " - ",
        "paymethod_name": (
            (row.method_ru if russian else row.method) or promotional.get(each.id, "select"),
            {"nolink": "yes"},
        ),
        "create_date": str(each.createdate.date()),
        "pay_date": str(each.paydate.date()) if each.paydate else "",
        "allowrefund": "on" if row.allowrefund == "on" and each.refund == "off" else "off",
        "refund": each.refund,
        "real_status": str(each.status),
        "status": (
            STATUSES[each.status][russian],
            {"color": "green" if each.status == CREDITED else "gray", "orig": str(each.status)},
        ),
        "number": each.number,
    }
    if row.module:
        cells["paymethod_module"] = row.module
    elif request.state.reads("promotional_module", "empty"):
        cells["paymethod_module"] = ""
    if request.state.reads("refund_source", "present") and each.source_payment:
        cells["source_payment"] = str(each.source_payment)
    if request.caller.level > CLIENT:
        cells["account_name"] = row.account_name
        if not request.state.reads("payment_project", "absent"):
            cells["project"] = str(row.project_id) if request.state.reads("payment_project", "id") else row.project_name
    cells["id"] = str(each.id)
    return cells


def _amount(value: Decimal) -> str:
    """Two decimals for a multiple of 0.01, else four (C.3)."""
    return f"{value:.2f}" if value == round(value, 2) else f"{value:.4f}"


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, Decimal) else str(value)


def _nested(parent: etree._Element, name: str, values: dict[str, Any]) -> None:
    element = etree.SubElement(parent, name)
    for key, value in values.items():
        add(element, key, str(value))
