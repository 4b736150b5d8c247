"""What happens to a payment: crediting, refunds, other changes of status, with their lock (reference C.5, C.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lxml import etree
from sqlalchemy import func, select

from ..documents import Refusal
from ..models import HistoryPayment, Payment, Paymethod, Subaccount
from ..request import CLIENT, EMPLOYEE, Request, as_day
from .directory import next_id
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
        found.paydate = request.now.combine(as_day("pay_date", request.param("pay_date")), request.now.time())
    return request.ok()


@function("payment.add", CLIENT, writes=True)
def payment_add(request: Request) -> etree._Element:
    if not request.submitted:
        return _payment_form(request)
    account = request.caller.account or request.number("account")
    subaccount = request.session.query(Subaccount).filter(Subaccount.account == account).first()
    if subaccount is None:
        raise request.missing("subaccount", account)
    amount, number = request.amount("amount"), next_id(request, Payment)
    if amount <= 0:
        raise Refusal("value", "amount", str(amount))
    method = request.session.get(Paymethod, request.key("paymethod", "1"))
    if method is None:
        raise request.missing("paymethod", request.param("paymethod"))
    request.session.add(
        Payment(
            id=number,
            number=f"pfx/{number}",
            subaccount=subaccount.id,
            paymethod=method.id,
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
    amount = request.amount("amount", str(found.subaccountamount))
    if found.status != CREDITED or found.refund == "on" or not 0 < amount <= found.subaccountamount:
        raise Refusal("value", "amount", str(amount))
    _lock(request, found.subaccount)
    awaited = amount == found.subaccountamount and request.state.reads("full_refund", "awaited")
    full = AWAITING if awaited else REFUNDED
    _change(request, found, full if amount == found.subaccountamount else CREDITED)
    number = add_refund(request.session, request.state.readings, found, amount, request.now)
    if awaited:
        row = request.session.get_one(Payment, number)
        row.status, row.paydate = NEW, None
    request.session.commit()
    return request.ok(number)


def _status_function(name: str, status: int) -> None:
    @function(name, EMPLOYEE, writes=True)
    def change(request: Request) -> etree._Element:
        for number in request.ids():
            found = _payment(request, number)
            _lock(request, found.subaccount)
            if (
                found.status == PROMISED
                and status == CREDITED
                and request.state.reads("promised_paid_by_setpaid", "no")
            ):
                raise Refusal("value", "status", str(PROMISED))
            _change(request, found, status)
            if found.refund == "on" and status == CREDITED:
                _end_awaited_refund(request, found)
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
            fromdate=found.paydate or found.createdate,
            changedate=request.now,
            changedfields="status",
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


def _end_awaited_refund(request: Request, refund: Payment) -> None:
    """The payment that awaited this refund is refunded now (C.5)."""
    source = request.session.get(Payment, refund.source_payment) if refund.source_payment else None
    if source is not None and source.status == AWAITING:
        _change(request, source, REFUNDED)


def _payment_form(request: Request) -> etree._Element:
    methods = [(str(each.id), request.localized(each)) for each in request.session.query(Paymethod)]
    values = {"amount": "", "payment_currency": "126", "paymethod": "1"}
    if request.state.reads("payment_form", "takes_amount"):
        values.update({name: request.param(name) for name in values if request.param(name)})
    if request.caller.account is None:
        values["account"] = ""
    return request.form(values, {"paymethod": methods})


def _lock(request: Request, subaccount: int) -> None:
    """The lock `payment.status_<subaccount>`, held until the request is over, its `after` events included (C.7)."""
    request.panel.lock_payments(request, subaccount)


def _payment(request: Request, number: int) -> Payment:
    found = request.session.get(Payment, number)
    if found is None:
        raise request.missing("payment", number)
    return found
