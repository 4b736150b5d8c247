"""What clients were charged (BILLmanager API, "Expenses (expense)": columns and access levels)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import select

from ..documents import Cell
from ..documents import Row as ListRow
from ..models import Account, Currency, Expense, Subaccount
from ..request import CLIENT, Request, as_day
from .registry import function

_AMOUNTS = ("amount", "compare_type", "notpayd_amount", "notpayd_compare_type")
FILTER = dict.fromkeys(("item", "id", "locale_name", "fromdate", "todate", *_AMOUNTS), "")
"""As a client's form was seen (scale 4); the administrator's may have more."""


_DAYS: dict[str, dict[str, str]] = {
    "by_day": {"fromdate": "__ge__", "todate": "__le__"},
    "realdate": {"realdatestart": "__ge__", "realdateend": "__le__"},
    "ignored": {},
}


@function("expense", CLIENT, title=("Expenses", "Расходы"))
def expense(request: Request) -> etree._Element:
    found: Any = (
        select(Expense, Account.name, Currency.iso)
        .join(Subaccount, Subaccount.id == Expense.subaccount)
        .join(Account, Account.id == Subaccount.account)
        .join(Currency, Currency.id == Subaccount.currency)
    )
    conditions = request.conditions(FILTER)
    if request.caller.level <= CLIENT:
        found = found.where(Subaccount.account == request.caller.account)
    for name, compare in _DAYS[request.state.readings["expense_filter"]].items():
        if conditions.get(name):
            found = found.where(getattr(Expense.realdate, compare)(as_day(name, conditions[name])))
    if conditions["locale_name"]:
        found = found.where(Expense.operation == conditions["locale_name"])
    if conditions["id"]:
        found = found.where(request.with_id(Expense.id, conditions["id"]))
    ids = [row[0] for row in request.cut(found.with_only_columns(Expense.id), Expense.id, newest_first=True)]
    return request.listing(
        ids,
        build=lambda shown: [
            _row(request, *row)
            for row in request.session.execute(found.where(Expense.id.in_(shown)).order_by(Expense.id.desc()))
        ],
        newest_first=True,
    )


@function("expense.filter", CLIENT)
def expense_filter(request: Request) -> etree._Element:
    return request.filter_form("expense", FILTER)


def _row(request: Request, each: Expense, account: str, iso: str) -> ListRow:
    row: dict[str, Cell] = {
        "id": str(each.id),
        "locale_name": each.operation,
        "account": account,
        "realdate": str(each.realdate),
        "cdate": str(each.realdate),
        "amount": _amount(request, each.amount, iso),
        "notpayd": _amount(request, each.notpayd, iso),
        "taxamount": _amount(request, Decimal(0), iso),
    }
    if request.state.reads("expense_discount", "absent"):
        return row
    row["discountamount"] = _amount(request, each.discountamount, iso) if each.discountamount else ""
    row["discount"] = _discount(request, each)
    return row


def _discount(request: Request, each: Expense) -> str:
    """What acted: its id by the older page, `personal`, `promo` or `globaldiscount` by the newer (panel-2 D3)."""
    if request.state.reads("expense_discount", "kind"):
        return each.kind or ("personal" if each.discount else "")
    return str(each.discount or "")


def _amount(request: Request, amount: Decimal, iso: str) -> str:
    return f"{amount:.2f} {iso}" if request.state.reads("expense_amounts", "iso") else f"{amount:.4f}"
