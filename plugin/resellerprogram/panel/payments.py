"""An account's payments, complete and by their raw values (reference, C)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date, timedelta

from ..programme.bounds import is_id
from ..programme.ids import AccountId, PaymentId, ProviderId
from ..programme.payments import Money, Payment, PaymentSketch, PaymentStatus
from ..programme.refunds import ask_for_earlier
from ..programme.values import dataclass
from ..programme.window import Window
from . import assumptions
from .answers import Document, Row, amount_with_currency
from .calls import Panel, by_days_and_ids, the_row
from .directory import PaymentMethods
from .errors import BadAnswer, Call, IncompleteAnswer, MissingObject, PanelError, UnreadableRow

BEGINNING, END = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class PaymentOrigin:
    """Whose payment it is: `subaccount` always, a `user` of the account where the panel names one.

    `credited_on` is the day on which it was credited, None when it was not or does not count any more. `told` is the
    payment as this answer alone tells it, where it is credited and leaves no doubt.
    """

    payment: PaymentId
    subaccount: int
    user: str
    credited_on: date | None
    told: Payment | None = None


def origin(panel: Panel, payment: PaymentId, excluded: PaymentMethods | None = None) -> PaymentOrigin:
    """Ask the panel about one payment; who leaves methods out says which are `excluded`, or hears of no payment. Raises
    MissingObject when there is none such (C.6)."""
    document = panel.call("payment.info", {"elid": payment})
    subaccount, day = document.value("payment/subaccount"), document.value("payment/paydate")[:10]
    if not is_id(subaccount):
        raise IncompleteAnswer(document.call, f"subaccount={subaccount!r}")
    credited = document.value("payment/status") == str(int(PaymentStatus.CREDITED))
    credited_on = _day(day, document.call) if credited else None
    told = None if excluded is None or credited_on is None else _told(document, payment, credited_on, excluded)
    return PaymentOrigin(payment, int(subaccount), document.value("payment/user_id"), credited_on, told)


def _told(document: Document, payment: PaymentId, credited_on: date, excluded: PaymentMethods) -> Payment | None:
    """A credited payment by payment.info alone; None where only the account's list can tell: what is given back, what
    nobody paid, an amount in another currency than the account's, which the answer does not name (C.6)."""

    def value(name: str) -> str:
        return document.value(f"payment/{name}")

    amount, number, iso = value("subaccountamount"), value("number"), value("currency/iso")
    provider, method, module = value("project/id"), value("paymethod/name"), value("paymethod/module")
    plain = iso and method and is_id(provider) and value("paymethod") not in assumptions.NO_VALUE
    if not plain or amount != value("paymethodamount"):
        return None
    money = amount_with_currency(f"{amount} {iso}", {iso: iso}, document.call)
    if money.amount <= 0 or assumptions.is_refund(number, money.amount, value("refund")):
        return None
    return Payment(
        payment,
        number,
        money,
        PaymentStatus.CREDITED,
        credited_on,
        ProviderId(int(provider)),
        method,
        excluded.has(method, module),
    )


@dataclass(frozen=True)
class Sketches:
    """The payments of all clients, and the rows among them that can't be read."""

    readable: list[PaymentSketch]
    unreadable: list[UnreadableRow]


@dataclass(frozen=True)
class PaymentReader:
    """Reads payments of accounts. `providers` names the panel's providers, `currency_signs` its currencies,
    `excluded` the methods that the administrator leaves out."""

    panel: Panel
    providers: Mapping[ProviderId, str]
    currency_signs: dict[str, str]
    excluded: PaymentMethods = field(default_factory=PaymentMethods)
    _by_shown: dict[str, ProviderId] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        names = list(self.providers.values())
        for provider, name in self.providers.items():
            self._by_shown[str(provider)] = provider
            if name and names.count(name) == 1:
                self._by_shown[name] = provider

    def check_filter(self) -> None:
        """Raises IncompleteAnswer when the panel does not filter payments by account: a client who does not
        exist must have none."""
        rows = self.panel.rows("payment", conditions=assumptions.payment_filter(assumptions.NOBODY, {}))
        if rows:
            raise IncompleteAnswer(rows[0].call, "account_id")

    def of_account(self, account: AccountId, window: Window) -> list[Payment]:
        """Every payment credited since the window's first day, whatever its status: one with a day to come, too.

        When money was given back in the window, the account's earlier payments come along: they tell which
        payment the refund belongs to. Raises PanelError, UnreadableRow for what is this account's trouble alone;
        never returns a part.
        """
        payments = self._credited(account, window.first, END)
        if ask_for_earlier(payments.values()):
            payments |= self._credited(account, BEGINNING, window.first - timedelta(days=1))
        return list(payments.values())

    def not_credited(self, account: AccountId, window: Window) -> list[Payment]:
        """Payments placed in the window that were never credited (new, promised, cancelled…)."""
        placed = {"createdate": "other", "createdatestart": str(window.first), "createdateend": str(window.last)}
        rows = self.panel.rows("payment", conditions=assumptions.payment_filter(account, placed))
        found = (self._payment_of(account, row) for row in rows)
        return [payment for payment in found if payment.credited_on is None]

    def has(self, account: AccountId, payment: PaymentId) -> bool:
        """Whether a payment is one of the account's, whenever it was credited."""
        return self._row_of(account, payment) is not None

    def one(self, account: AccountId, payment: PaymentId) -> Payment | None:
        """A payment of the account, whenever it was credited; None where it is not among its own. Raises PanelError."""
        row = self._row_of(account, payment)
        return None if row is None else self._payment_of(account, row)

    def _row_of(self, account: AccountId, payment: PaymentId) -> Row | None:
        rows = self.panel.rows("payment", conditions=assumptions.payment_filter(account, {"id": str(payment)}))
        return next((row for row in rows if row.number("id") == payment), None)

    def still_credited(self, payments: Iterable[Payment]) -> list[Payment]:
        """Those of `payments` of which the panel, asked one by one, says that they are credited as before."""
        return [payment for payment in payments if self._is_credited(payment)]

    def of_everybody(self, first: date, last: date, many: bool = False) -> Sketches:
        """All clients' payments credited from `first` to `last`, both included, whatever their status; `many` where one
        day is known to have more of them than the panel lists.

        A row that can't be read keeps no other back.
        """

        def read(start: date, end: date, ids: str) -> list[Row]:
            dates = {"payfromdate": str(start), "paytodate": str(end), "id": ids}
            return self.panel.rows("payment", conditions=assumptions.any_payment(dates))

        def take(row: Row) -> PaymentSketch | UnreadableRow:
            try:
                return self._sketch(row)
            except BadAnswer as error:
                return _unreadable(row, None, error)

        found = by_days_and_ids(read, first, last, take, many)
        return Sketches(
            [each for each in found if isinstance(each, PaymentSketch)],
            [each for each in found if isinstance(each, UnreadableRow)],
        )

    def _credited(self, account: AccountId, first: date, last: date) -> dict[PaymentId, Payment]:
        """By id, so that a payment counts once though the panel should show it twice."""

        def read(start: date, end: date, ids: str) -> list[Row]:
            dates = {"payfromdate": str(start), "paytodate": str(end), "id": ids}
            return self.panel.rows("payment", conditions=assumptions.payment_filter(account, dates))

        rows = by_days_and_ids(read, first, last, the_row)
        _same_account(rows)
        return {payment.id: payment for payment in (self._payment_of(account, row) for row in rows)}

    def _payment_of(self, account: AccountId, row: Row) -> Payment:
        try:
            return self._payment(row, self._sketch_or_asked(row))
        except (BadAnswer, MissingObject) as error:
            raise _unreadable(row, account, error) from error

    def _sketch_or_asked(self, row: Row) -> PaymentSketch:
        """What the row tells; where it can't be read, what payment.info does."""
        try:
            return self._sketch(row)
        except IncompleteAnswer:
            document = self.panel.call("payment.info", {"elid": row.number("id")})
        number, day = document.value("payment/number") or row.raw("number"), document.value("payment/paydate")
        return PaymentSketch(
            PaymentId(row.number("id")),
            number,
            self._amount(row, document),
            _status(document.value("payment/status"), document.call),
            _day(day, document.call),
            row.text("account_name"),
        )

    def _amount(self, row: Row, document: Document) -> Money:
        """The account's amount; its currency is that of the row where it names one. Where it does not, it is the
        payment's own, which it is for sure only when both amounts are the same (C.6)."""
        try:
            return amount_with_currency(row.text("subaccountamount_iso"), self.currency_signs, row.call)
        except IncompleteAnswer:
            amount, own = document.value("payment/subaccountamount"), document.value("payment/paymethodamount")
        sign = row.text("subaccountamount_iso").lstrip("-0123456789., \u00a0\u202f")
        currency = {document.value(f"payment/currency/{name}") for name in ("iso", "symbol")}
        if sign not in self.currency_signs and amount == own and (not sign or sign in currency):
            sign = document.value("payment/currency/iso")
        return amount_with_currency(f"{amount} {sign}", self.currency_signs, document.call)

    def _sketch(self, row: Row) -> PaymentSketch:
        amount = amount_with_currency(row.text("subaccountamount_iso"), self.currency_signs, row.call)
        status = _status(row.raw("real_status", "status"), row.call)
        return PaymentSketch(
            PaymentId(row.number("id")),
            row.raw("number"),
            amount,
            status,
            _day(row.raw("pay_date"), row.call),
            row.text("account_name"),
        )

    def _payment(self, row: Row, sketch: PaymentSketch) -> Payment:
        payment = Payment(
            sketch.id,
            sketch.number,
            sketch.amount,
            sketch.status,
            sketch.credited_on,
            provider=self._provider(row),
            method=row.text("paymethod_name"),
            method_excluded=self.excluded.covers(row),
            is_refund=assumptions.is_refund(sketch.number, sketch.amount.amount, row.raw("refund")),
            refund_of=assumptions.refunded_payment(row),
            owner=sketch.owner,
        )
        if row.raw("paymethod_module") or payment.is_refund:
            return payment
        return replace(payment, promotional=not self._has_method(payment.id))

    def _provider(self, row: Row) -> ProviderId:
        """The provider of a row, which shows its name or id. What the row leaves open (a name that two providers
        bear, too), payment.info tells; a name that is not listed is asked for once."""
        shown = row.raw("project")
        if shown not in self._by_shown:
            if not shown and len(self.providers) == 1:
                return next(iter(self.providers))
            document = self.panel.call("payment.info", {"elid": row.number("id")})
            number = document.value("payment/project/id")
            if not is_id(number):
                raise IncompleteAnswer(document.call, f"project={shown!r}")
            if not shown or shown in self.providers.values():
                return ProviderId(int(number))
            self._by_shown[shown] = ProviderId(int(number))
        return self._by_shown[shown]

    def _has_method(self, payment: PaymentId) -> bool:
        document = self.panel.call("payment.info", {"elid": payment})
        return document.value("payment/paymethod") not in assumptions.NO_VALUE

    def _is_credited(self, payment: Payment) -> bool:
        try:
            document = self.panel.call("payment.info", {"elid": payment.id})
        except MissingObject:
            return False
        return document.value("payment/status") == str(int(PaymentStatus.CREDITED)) and document.value(
            "payment/paydate"
        )[:10] == str(payment.credited_on)


def _unreadable(row: Row, account: AccountId | None, why: PanelError) -> UnreadableRow:
    number = row.raw("id")
    payment = PaymentId(int(number)) if is_id(number) else None
    return UnreadableRow(payment, account, why, repr(sorted(row.columns().items())))


def _status(code: str, call: Call) -> PaymentStatus:
    try:
        return PaymentStatus(int(code))
    except ValueError:
        raise IncompleteAnswer(call, f"status={code!r}") from None


def _day(shown: str, call: Call) -> date | None:
    """The day of crediting; the panel gives server-local dates, with or without a time (E.7)."""
    if not shown or shown.startswith("0000"):
        return None
    try:
        return date.fromisoformat(shown[:10])
    except ValueError:
        raise IncompleteAnswer(call, f"pay_date={shown!r}") from None


def _same_account(rows: list[Row]) -> None:
    """A filter that is not obeyed shows other clients' payments; that must never become a turnover."""
    names = {row.text("account_name") for row in rows if row.has("account_name")}
    if len(names) > 1:
        raise IncompleteAnswer(rows[0].call, f"account_name={sorted(names)[:3]}")
