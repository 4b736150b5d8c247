"""The list of payments and its sticky filter (reference C.3, C.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select

from ..documents import Cell
from ..documents import Row as ListRow
from ..models import (
    Account,
    Currency,
    Payment,
    Paymethod,
    Project,
    Promotion2Payment,
    Promotioncoupon2Account,
    Subaccount,
)
from ..request import CLIENT, EMPLOYEE, Request, as_amount, as_day, like
from .directory import client
from .payments import CREDITED, INITIATED, STATUSES
from .registry import function

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
    request.filters[(request.caller.user, "payment")] = {"account_id": str(request.number())}
    return request.ok()


@function("account.payment", EMPLOYEE)
def account_payment(request: Request) -> etree._Element:
    account = client(request, request.number()).id
    return _listing(request, _query(request).where(Subaccount.account == account))


_EVERYTHING: Any = (
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


def _query(request: Request) -> Select[Any]:
    query: Select[Any] = _EVERYTHING
    if request.caller.level <= CLIENT:
        query = query.where(Subaccount.account == request.caller.account)
    return query


def _filtered(request: Request, query: Select[Any], conditions: dict[str, str]) -> Select[Any]:
    for name, value in conditions.items():
        condition = _CONDITIONS.get(name)
        if name == "id" and value:
            query = query.where(request.with_id(Payment.id, value))
        elif value and condition is not None and value not in ("null", "nodate"):
            query = condition(query, value)
    if conditions.get("createdate", "nodate") != "other":
        return query
    for name, compare in (("createdatestart", "__ge__"), ("createdateend", "__le__")):
        if conditions[name]:
            query = query.where(getattr(func.date(Payment.createdate), compare)(_day(conditions[name])))
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


def _day(value: str) -> str:
    return str(as_day("date", value))


_CONDITIONS: dict[str, Callable[[Select[Any], str], Select[Any]]] = {
    "account_id": _ids(Subaccount.account),
    "project": _ids(Subaccount.project),
    "status": _ids(Payment.status),
    "number": lambda query, value: query.where(Payment.number.like(like(value), escape="!")),
    "account": lambda query, value: query.where(Account.name.contains(value)),
    "module": lambda query, value: query.where(Paymethod.module == value),
    "paymethod": _methods,
    "payfromdate": lambda query, value: query.where(func.date(Payment.paydate) >= _day(value)),
    "paytodate": lambda query, value: query.where(func.date(Payment.paydate) <= _day(value)),
    "restrictrefund": lambda query, value: query.where(Payment.restrictrefund == value),
    "saamount_from": lambda query, value: query.where(Payment.subaccountamount >= as_amount("amount", value)),
    "saamount_to": lambda query, value: query.where(Payment.subaccountamount <= as_amount("amount", value)),
    "pmamount_from": lambda query, value: query.where(Payment.paymethodamount >= as_amount("amount", value)),
    "pmamount_to": lambda query, value: query.where(Payment.paymethodamount <= as_amount("amount", value)),
}


def _listing(request: Request, query: Select[Any]) -> etree._Element:
    ids = [row[0] for row in request.cut(query.with_only_columns(Payment.id), Payment.id, newest_first=True)]
    return request.listing(ids, build=lambda shown: _rows(request, query, shown), newest_first=True)


def _rows(request: Request, query: Select[Any], shown: Sequence[int]) -> list[ListRow]:
    found = request.session.execute(query.where(Payment.id.in_(shown))).all()
    names, place = _promotional_names(request, found), {number: position for position, number in enumerate(shown)}
    return [_row(request, row, names) for row in sorted(found, key=lambda row: place[row[0].id])]


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
        cells["paymethod_module"] = ("", {})  # there, and empty; one that is NULL would be left out
    if request.state.reads("refund_source", "present") and each.source_payment:
        cells["source_payment"] = str(each.source_payment)
    if request.caller.level > CLIENT:
        cells["account_name"] = row.account_name
        if not request.state.reads("payment_project", "absent"):
            cells["project"] = str(row.project_id) if request.state.reads("payment_project", "id") else row.project_name
        cells["recipient_name"] = row.project_name
        for name in ("sender", "recipient"):
            cells[f"{name}_id"] = str(getattr(each, name) or "")
        cells["billorder"] = str(each.billorder or "")
    cells["id"] = str(each.id)
    return cells


def _amount(value: Decimal) -> str:
    """Two decimals for a multiple of 0.01, else four (C.3)."""
    return f"{value:.2f}" if value == round(value, 2) else f"{value:.4f}"
