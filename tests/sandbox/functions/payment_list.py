"""The list of payments and its sticky filter (reference C.3, C.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import Row as SqlRow
from sqlalchemy import bindparam, func, select

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
from .directory import client_id
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
    return _listing(request, [*_own(request), *_filtered(request, request.conditions(FILTER))])


@function("payment.filter", CLIENT)
def payment_filter(request: Request) -> etree._Element:
    return request.filter_form("payment", FILTER)


@function("payment.setfilter", EMPLOYEE, writes=True)
def payment_setfilter(request: Request) -> etree._Element:
    request.filters[(request.caller.user, "payment")] = {"account_id": str(request.number())}
    return request.ok()


@function("account.payment", EMPLOYEE)
def account_payment(request: Request) -> etree._Element:
    account = client_id(request, request.number())
    return _listing(request, [*_own(request), _OF.account == account])


_WHAT, _OF, _WHO, _WITH = (model.__table__.c for model in (Payment, Subaccount, Account, Paymethod))
_PROVIDER, _MONEY = Project.__table__.c, Currency.__table__.c
_JOINED = (
    Payment.__table__.join(Subaccount.__table__, _OF.id == _WHAT.subaccount)
    .join(Account.__table__, _WHO.id == _OF.account)
    .join(Project.__table__, _PROVIDER.id == _OF.project)
    .join(Currency.__table__, _MONEY.id == _OF.currency)
    .outerjoin(Paymethod.__table__, _WITH.id == _WHAT.paymethod)
)
_LISTED = select(_WHAT.id).select_from(_JOINED).where(_WHAT.status != INITIATED)
_SHOWN = (
    select(
        Payment.__table__,
        _WHO.name.label("account_name"),
        _PROVIDER.id.label("project_id"),
        _PROVIDER.name.label("project_name"),
        _MONEY.iso,
        _MONEY.symbol,
        _WITH.name.label("method"),
        _WITH.name_ru.label("method_ru"),
        _WITH.module,
        _WITH.allowrefund,
    )
    .select_from(_JOINED)
    .where(_WHAT.id.in_(bindparam("shown", expanding=True)))
)


def _own(request: Request) -> list[Any]:
    """A client sees his own."""
    return [_OF.account == request.caller.account] if request.caller.level <= CLIENT else []


def _filtered(request: Request, conditions: dict[str, str]) -> list[Any]:
    found = []
    for name, value in conditions.items():
        condition = _CONDITIONS.get(name)
        if name == "id" and value:
            found.append(request.with_id(_WHAT.id, value))
        elif value and condition is not None and value not in ("null", "nodate"):
            found.append(condition(value))
    if conditions.get("createdate", "nodate") != "other":
        return found
    for name, compare in (("createdatestart", "__ge__"), ("createdateend", "__le__")):
        if conditions[name]:
            found.append(getattr(func.date(_WHAT.createdate), compare)(_day(conditions[name])))
    return found


def _methods(value: str) -> Any:
    picked = [part.strip() for part in value.split(",")]
    promotional = {
        "cashback_paymethod": select(Promotion2Payment.payment_cashback),
        "coupon_paymethod": select(Promotioncoupon2Account.payment),
    }
    condition: Any = _WHAT.paymethod.in_([int(part) for part in picked if part.isdecimal()])
    for part in picked:
        if part in promotional:
            condition = condition | _WHAT.id.in_(promotional[part])
        elif part == "null_paymethod":
            condition = condition | _WHAT.paymethod.is_(None)
    return condition


def _ids(column: Any) -> Callable[[str], Any]:
    def condition(value: str) -> Any:
        ids = [int(part) for part in value.split(",") if part.strip().isdecimal()]
        return column == ids[0] if len(ids) == 1 else column.in_(ids)

    return condition


def _day(value: str) -> str:
    return str(as_day("date", value))


_CONDITIONS: dict[str, Callable[[str], Any]] = {
    "account_id": _ids(_OF.account),
    "project": _ids(_OF.project),
    "status": _ids(_WHAT.status),
    "number": lambda value: _WHAT.number.like(like(value), escape="!"),
    "account": lambda value: _WHO.name.contains(value),
    "module": lambda value: _WITH.module == value,
    "paymethod": _methods,
    "payfromdate": lambda value: func.date(_WHAT.paydate) >= _day(value),
    "paytodate": lambda value: func.date(_WHAT.paydate) <= _day(value),
    "restrictrefund": lambda value: _WHAT.restrictrefund == value,
    "saamount_from": lambda value: _WHAT.subaccountamount >= as_amount("amount", value),
    "saamount_to": lambda value: _WHAT.subaccountamount <= as_amount("amount", value),
    "pmamount_from": lambda value: _WHAT.paymethodamount >= as_amount("amount", value),
    "pmamount_to": lambda value: _WHAT.paymethodamount <= as_amount("amount", value),
}


def _listing(request: Request, conditions: Sequence[Any]) -> etree._Element:
    ids = [row[0] for row in request.cut(_LISTED.where(*conditions), _WHAT.id, newest_first=True)]
    return request.listing(ids, build=lambda shown: _rows(request, shown), newest_first=True)


def _rows(request: Request, shown: Sequence[int]) -> list[ListRow]:
    found = request.session.execute(_SHOWN, {"shown": list(shown)}).all() if shown else []
    names, place = _promotional_names(request, found), {number: position for position, number in enumerate(shown)}
    return [_row(request, row, names) for row in sorted(found, key=lambda row: place[row.id])]


def _promotional_names(request: Request, found: Any) -> dict[int, str]:
    """What the list calls the method of cashback and certificate payments, by payment."""
    ids = [row.id for row in found if row.paymethod is None]
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


def _row(request: Request, each: SqlRow[Any], promotional: dict[int, str]) -> ListRow:
    russian = request.language == "ru"
    sign = each.symbol if request.state.reads("amount_sign", "symbol") else each.iso
    cells: dict[str, Cell] = {
        "docflow_pdf_status": "4",
        "store_payment": "off",
        "paymethodamount_iso": f"{_amount(each.paymethodamount)} {sign}",
        "subaccountamount_iso": f"{_amount(each.subaccountamount)} {sign}",
        "sender_name": " - ",
        "paymethod_name": (
            (each.method_ru if russian else each.method) or promotional.get(each.id, "select"),
            {"nolink": "yes"},
        ),
        "create_date": str(each.createdate.date()),
        "pay_date": str(each.paydate.date()) if each.paydate else "",
        "allowrefund": "on" if each.allowrefund == "on" and each.refund == "off" else "off",
        "refund": each.refund,
        "real_status": str(each.status),
        "status": (
            STATUSES[each.status][russian],
            {"color": "green" if each.status == CREDITED else "gray", "orig": str(each.status)},
        ),
        "number": each.number,
    }
    if each.module:
        cells["paymethod_module"] = each.module
    elif request.state.reads("promotional_module", "empty"):
        cells["paymethod_module"] = ("", {})  # there, and empty; one that is NULL would be left out
    if request.state.reads("refund_source", "present") and each.source_payment:
        cells["source_payment"] = str(each.source_payment)
    if request.caller.level > CLIENT:
        cells["account_name"] = each.account_name
        if not request.state.reads("payment_project", "absent"):
            cells["project"] = (
                str(each.project_id) if request.state.reads("payment_project", "id") else each.project_name
            )
        cells["recipient_name"] = each.project_name
        for name in ("sender", "recipient"):
            cells[f"{name}_id"] = str(getattr(each, name) or "")
        cells["billorder"] = str(each.billorder or "")
    cells["id"] = str(each.id)
    return cells


def _amount(value: Decimal) -> str:
    """Two decimals for a multiple of 0.01, else four (C.3)."""
    return f"{value:.2f}" if value == round(value, 2) else f"{value:.4f}"
