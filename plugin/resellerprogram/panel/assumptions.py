"""Everything that the reference marks as assumed and that we rely on, each with the probe that `doctor` runs.

The facts stand here as constants and small functions, so that a panel that differs is met in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from ..programme.bounds import is_id
from ..programme.errors import PanelStandsStill
from ..programme.figures import NOTHING, day
from ..programme.ids import AccountId, PaymentId, ProviderId, Scope
from ..programme.outcomes import Finding
from ..programme.payments import Rate
from ..programme.text import Text, joined, same
from ..programme.values import dataclass
from .answers import Row, percent
from .errors import AccessDenied, IncompleteAnswer, MissingObject, PanelError, PanelRefusal, TransportError

if TYPE_CHECKING:
    from .calls import Panel

_Type = TypeVar("_Type", bound=int)

# --- the facts ---------------------------------------------------------------------------------------------

NEEDED_FUNCTIONS = (
    "account",
    "account.discount",
    "account.discount.add.product",
    "account.discount.edit",
    "account.edit",
    "currency",
    "itemtype",
    "notification.edit",
    "payment",
    "payment.filter",
    "paymethod",
    "pricelist",
    "project",
    "user",
    "user.edit",
)
"""What the employee in whose name we call must be allowed to call (`account.discount.delete` asks nothing first)."""
AS_ROOT = frozenset({"actionlist", "employee", "payment.info", "session.newkey", "whoami"})
"""Functions called as root; all others as an employee, as ISPsystem's own tests do (E.2)."""


def from_environment(parameter: str) -> tuple[tuple[str, str], str]:
    """The arguments with which mgrctl takes a parameter's value from its environment, and the variable's name (its
    documentation). Everybody may read the arguments of a process. The name is so short that `$NAME` itself, from an
    mgrctl that took it literally, is refused as a session's key: those have 16 characters or more (E.2)."""
    variable = f"RP_{parameter.upper()}"
    return ("-e", f"{parameter}=${variable}"), variable


FIRST_PROVIDER = ProviderId(1)
"""The provider of a panel that does not list its providers; BILLmanager's own is number one."""
LIKELY_EMPLOYEE = "admin"
"""Whom to try where the panel does not list its employees (the name in ISPsystem's examples)."""

LIST_CAP = 5000
PAGE_ROWS = LIST_CAP
"""One page as long as the panel's longest list: rows that come or go between pages can't be missed."""

SIXTY_ROWS = "resellerprogram.health.sixty"
"""A list of ours that is there to be looked at: whether the core pages what a handler gives."""

OWN_CALL = {"resellerprogram_call": "1"}
"""A parameter that the panel does not know goes along with a call and reaches the handlers (F.9): our own writes of
discounts must not look like somebody else's."""

PROMO_CODE_FUNCTIONS = {"basket": "promocode", "cart": "promocode"}
"""Where a client enters a promo code, and in which parameter: the old cart (B.1), and the new one as clients of real
panels use it (B.5)."""

CLIENT_LEVEL = "16"

USER_LANGUAGE_FIELDS = ("language", "lang", "client_lang")
"""Where a user's form may tell the user's language: the table has `language`, a client's form `client_lang` (D.1)."""

_LOOKS_BACK = 31

NO_SUCH_CODE = "resellerprogram-doctor"
"""A promo code that nobody has: the guard must refuse it before the panel finds out."""

GUARD_ERROR = "resellerprogram_promo_code"
"""The type of the error with which our guard refuses a promo code."""

TYPE_PERCENT = "0"
OPEN_END = "2099-12-31"
NO_VALUE = frozenset({"", "0", "null"})
NOBODY = AccountId(2147483647)

_MEMBER = frozenset({"on", "active", "enabled", "yes", "1"})
_NOT_MEMBER = frozenset({"off", "inactive", "disabled", "suspended", "no", "0"})

_NO_PAYMENT_FILTER = {
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


def payment_filter(account: AccountId, conditions: Mapping[str, str]) -> dict[str, str]:
    """Conditions for the payments of one account; every other field of the filter is said to be empty,
    because a filter that the employee saved could otherwise join in (C.4)."""
    return {**any_payment(conditions), "account_id": str(account)}


def any_payment(conditions: Mapping[str, str]) -> dict[str, str]:
    """The same for the payments of all clients."""
    return {**_NO_PAYMENT_FILTER, "account_id": "", "filter": "on", **conditions}


EXPENSE_KINDS = ("personal", "promo", "globaldiscount")
"""How the newer of two pages says what acted on an expense; the older gives the discount's id (D.4)."""


def expenses_of(first: date, last: date) -> dict[str, str]:
    """Conditions for all clients' expenses of these days. `fromdate` and `todate` were seen in its form; `realdate` is
    taken to filter as `createdate` does (C.4). Whoever reads looks at the days of the rows, too."""
    return {
        "filter": "on",
        **dict.fromkeys(("id", "account", "account_id", "item", "locale_name", "amount", "notpayd_amount"), ""),
        "fromdate": str(first),
        "todate": str(last),
        "realdate": "other",
        "realdatestart": str(first),
        "realdateend": str(last),
    }


def tells_discount(row: Row) -> bool:
    """Whether an expense says what made it smaller. An empty column is left out of a row, so that one without it had no
    discount (C.3)."""
    return row.has("discount") and row.has("discountamount")


def kind_of_discount(acted: str) -> str | None:
    """The kind in an expense's column `discount`, None for an id or anything unheard of."""
    return acted.lower() if acted.lower() in EXPENSE_KINDS else None


def ids_ending_in(digits: str) -> str:
    """The value of a filter by id for all ids that end so: `*` is the wildcard, as in field `number` (C.4)."""
    return f"*{digits}"


def has_discount(row: Row) -> bool | None:
    """Whether a client has any personal discount, None where the list of clients does not tell (D.1)."""
    return {"on": True, "off": False}.get(row.raw("has_discount"))


def by_id(ids: str) -> dict[str, str]:
    """Conditions for a list that is filtered by id alone, "" for all of it."""
    return {"filter": "on", "id": ids} if ids else {"filter": "off"}


def payment_form(amount: Decimal) -> dict[str, str]:
    """The request that opens the panel's own payment with an amount filled in (C.1)."""
    return {"func": "payment.add", "amount": f"{amount:f}"}


def user_filter(conditions: Mapping[str, str]) -> dict[str, str]:
    """Conditions for the list of users; its filter fields are taken to be its columns (E.4)."""
    columns = ("id", "name", "email", "realname", "account", "account_id")
    return {**dict.fromkeys(columns, ""), "filter": "on", **conditions}


def is_refund(number: str, amount: Decimal, refund_flag: str) -> bool:
    """Refund rows are numbered `return/…`, carry refund=on, or have a negative amount (C.5)."""
    return number.startswith("return/") or refund_flag == "on" or amount < 0


def refunded_payment(row: Row) -> PaymentId | None:
    """The payment that a refund row gives back, where the panel names it as it does for refund modules (C.5)."""
    source = row.raw("source_payment")
    return PaymentId(int(source)) if is_id(source) and source not in NO_VALUE else None


def tells_membership(rows: list[Row]) -> bool:
    """Whether a client group's list shows all clients with a status; else it shows the members alone, and no such
    column (D.2). An empty column is left out of a row (C.3): one row without it is no member by that."""
    return any(row.has("status") for row in rows)


def is_group_member(row: Row) -> bool:
    """A row of a list that tells it. Raises IncompleteAnswer."""
    status = row.raw("status").lower()
    if status in _MEMBER or status in _NOT_MEMBER:
        return status in _MEMBER
    raise IncompleteAnswer(row.call, f"status={status!r}")


def currency_rate(
    row: Row, currencies: Mapping[str, str], programme_currency: str, listed_for: str = ""
) -> Rate | None:
    """A row of `currencyrate` as a rate into the programme's currency; None for other pairs. `listed_for` is the
    currency of a list that does not name it in its rows.

    One that can't be used (none, zero, negative) is 0 from its day on: an older one does not hold any more (R5). Raises
    IncompleteAnswer for one of no day or no currency.
    """
    shown = row.raw("currency", "currency_iso", "iso", "currency_name") or listed_for
    into = row.raw("relate", "maincurrency", "base_currency", "currency_to")
    value, since = percent(row.raw("rate", "value")), row.raw("date", "ratedate", "fromdate")[:10]
    if into and currencies.get(into, into) != programme_currency:
        return None
    try:
        day = date.fromisoformat(since)
    except ValueError:
        day = None
    if day is None or not shown:
        raise IncompleteAnswer(row.call, f"rate={row.columns()}")
    return Rate(currencies.get(shown, shown), day, value or Decimal(0))


def preview_of(service_type: str) -> tuple[str, str]:
    """The function that tells what an order of a service type would cost, and in which field (B.5)."""
    return f"{service_type}.order.param", "cost"


def type_scope(service_type: int) -> Scope:
    """What a discount for a whole service type is for, as its form spells it (A.3)."""
    return Scope(f"it_{service_type}")


def tariff_scope(tariff: int) -> Scope:
    """The same for one tariff."""
    return Scope(f"pl_{tariff}")


def scope_of(tree: str) -> Scope | None:
    """The one service type or tariff that a discount's form names; None for anything else."""
    prefix, _, number = tree.strip().partition("_")
    return Scope(f"{prefix}_{int(number)}") if prefix in ("it", "pl") and is_id(number) else None


def type_of_tariff(row: Row, types: Mapping[str, _Type]) -> _Type | None:
    """The service type of a row of the tariffs' list: by its id, or by the name that the list of types shows (D.3)."""
    shown = row.raw("itemtype")
    known = {str(number): number for number in types.values()}
    return known.get(shown) or types.get(shown) or types.get(row.text("itemtype_name"))


PRICE_LIST = "pricelist.export"
"""The panel's price list as others' sites read it, without a login (D.7)."""


def prices_of(service_type: str) -> dict[str, str]:
    """What to send for the tariffs of a service type that can be ordered."""
    return {"itemtype": service_type, "onlyavailable": "on"}


def type_of_price(row: Row, types: Mapping[str, _Type]) -> _Type | None:
    """The service type of a tariff of the price list, by its id or by the internal name in `itemtype_info`."""
    known = {str(number): number for number in types.values()}
    named = next((each.raw("intname") for each in row.parts("itemtype_info")), "")
    return known.get(row.raw("itemtype")) or types.get(named)


def is_on_sale(row: Row, provider: ProviderId) -> bool:
    """Whether a tariff of the price list is for every client of the provider to order: the list may be longer for
    staff, in whose name it is read."""
    hidden = any(row.raw(name) == "on" for name in ("hideinorder", "archived")) or row.raw("active") == "off"
    whose = row.raw("project")
    return not hidden and (not is_id(whose) or int(whose) == provider)


# --- the probes --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Specimen:
    """What the probes may look at: known things of this panel, where there are any."""

    discount: tuple[AccountId, int] | None = None
    account: AccountId | None = None
    user: str | None = None
    promo_codes_refused: bool = True
    group: int | None = None
    day: date | None = None
    decimal_percents: bool = False


Probe = Callable[["Panel", Specimen], "tuple[Finding, Text]"]

_NOTHING_TO_SAY = same("")
_NO_PAYMENT = Text("no payment to look at", "нет платежа для проверки")
_NO_DISCOUNT = Text("no discount of the program yet", "скидок программы ещё нет")
_NO_TIER = Text("no client with a tier", "нет клиента со статусом")
_PAYMENTS = Text("payments {ids}", "платежи {ids}")


@dataclass(frozen=True)
class Assumption:
    """One assumed fact: what we believe, what relies on it, whether a different panel makes results wrong."""

    name: str
    belief: Text
    used_in: str
    matters: bool
    probe: Probe


def _found(holds: bool, detail: Text = _NOTHING_TO_SAY) -> tuple[Finding, Text]:
    return (Finding.HOLDS if holds else Finding.DIFFERS), detail


def _payments(ids: list[str]) -> Text:
    return _PAYMENTS(ids=", ".join(ids[:5])) if ids else _NOTHING_TO_SAY


def _shown(*parts: str) -> Text:
    """The panel's own names and values, as it spells them."""
    return same(", ".join(parts))


def _functions(panel: Panel) -> set[str]:
    """The names of all functions that the panel lists."""
    document = panel.call("actionlist")
    return {*document.find_all("elem/action"), *document.find_all("elem/name"), *document.find_all("elem/id")}


def _discount_functions(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    needed = {"account.discount", "account.discount.add.product", "account.discount.edit", "account.discount.delete"}
    known = _functions(panel)
    if not known:
        return Finding.UNKNOWN, same("actionlist")
    return _found(needed <= known, _shown(*sorted(needed - known)))


def _account_filter(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    rows = panel.rows("payment", conditions=payment_filter(NOBODY, {}))
    told = Text("payments of a client who does not exist: {count}", "платежей клиента, которого нет: {count}")
    return _found(not rows, told(count=len(rows)) if rows else _NOTHING_TO_SAY)


def _provider_column(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    rows = _some_payments(panel, specimen)
    return _found(all(row.raw("project") for row in rows)) if rows else (Finding.UNKNOWN, _NO_PAYMENT)


def _promotional_without_method(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    rows = [
        row
        for kind in ("cashback_paymethod", "coupon_paymethod")
        for row in panel.rows("payment", conditions=any_payment({"paymethod": kind}))
    ]
    if not rows:
        return Finding.UNKNOWN, Text("no cashback or certificate payment", "нет платежей кэшбэком и сертификатом")
    with_method = [row.raw("id") for row in rows if row.raw("paymethod_module")]
    return _found(not with_method, _payments(with_method))


def _refund_rows(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    rows = panel.rows("payment", conditions=any_payment({"number": "return/*"}))
    rows = [row for row in rows if row.raw("number").startswith("return/")]
    if not rows:
        known = _some_payments(panel, specimen)[:1]
        for number in [row.raw("number") for row in known if len(row.raw("number")) > 1]:
            asked = payment_filter(AccountId(specimen.account or NOBODY), {"number": f"{number[:-1]}*"})
            if number not in {row.raw("number") for row in panel.rows("payment", conditions=asked)}:
                told = Text(
                    "number={asked} does not find payment {number}", "number={asked} не находит платёж {number}"
                )
                return Finding.UNKNOWN, told(asked=f"{number[:-1]}*", number=number)
        return Finding.UNKNOWN, Text("no refund", "возвратов нет")
    odd = [
        row.raw("id")
        for row in rows
        if row.raw("refund") != "on" or not row.text("subaccountamount_iso").startswith("-")
    ]
    return _found(not odd, _payments(odd))


def _discount_list_columns(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if not specimen.discount:
        return Finding.UNKNOWN, _NO_DISCOUNT
    account, discount = specimen.discount
    for row in panel.rows("account.discount", {"elid": account}):
        if row.number("id") == discount:
            return _found(row.has("name") and percent(row.raw("value")) is not None, _shown(*row.columns()))
    return Finding.UNKNOWN, Text(
        "discount {discount} of client {account} is gone", "скидки {discount} клиента {account} больше нет"
    )(discount=discount, account=account)


def _discount_form(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if not specimen.discount:
        return Finding.UNKNOWN, _NO_DISCOUNT
    account, discount = specimen.discount
    form = panel.call("account.discount.edit", {"plid": account, "elid": discount})
    seen = {name: form.value(name) for name in ("type", "percentage", "pricelist_tree", "todate")}
    holds = (
        seen["type"] == TYPE_PERCENT
        and percent(seen["percentage"]) is not None
        and scope_of(seen["pricelist_tree"]) is not None
        and seen["todate"] == OPEN_END
    )
    return _found(holds, same(" ".join(f"{name}={value}" for name, value in seen.items())))


def _decimal_percent(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if not specimen.decimal_percents:
        return Finding.HOLDS, Text(
            "the discount table has whole percents only", "в таблице скидок только целые проценты"
        )
    return Finding.UNKNOWN, Text(
        "look at a discount with a fraction after the next recalculation",
        "посмотрите на скидку с дробным процентом после ближайшего пересчёта",
    )


def _group_list(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.group is None:
        return Finding.HOLDS, Text("no client group in the settings", "в настройках нет группы клиентов")
    rows = panel.rows("accountgroup.account", {"elid": specimen.group})
    tells = tells_membership(rows)
    try:
        members = [row for row in rows if not tells or is_group_member(row)]
    except IncompleteAnswer as error:
        return Finding.DIFFERS, error.text
    told = Text("members: {members} of {count} rows", "участников: {members}, строк: {count}")
    return Finding.HOLDS, told(members=len(members), count=len(rows))


def _currency_rates(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    currencies = {row.raw("id"): row.raw("iso") for row in panel.rows("currency")}
    refused, why = Text("no rate", "курсов нет"), _NOTHING_TO_SAY
    try:
        rows = [(row, "") for row in panel.rows("currencyrate")]
    except PanelRefusal as error:
        rows, refused = [], error.text
    for number, iso in currencies.items() if not rows else ():  # a list of one currency's rates (D.5)
        try:
            rows += [(row, iso) for row in panel.rows("currencyrate", {"elid": number})]
        except PanelRefusal:
            continue
    for row, iso in rows:
        try:
            currency_rate(row, currencies, "", iso)
        except IncompleteAnswer as error:
            why = error.text
        else:
            return Finding.HOLDS, same(f"currencyrate elid, {iso}" if iso else "")
    return (Finding.DIFFERS, why) if rows else (Finding.UNKNOWN, refused)


def _wildcard_on_id(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    plain = {row.raw("id"): row for row in _some_payments(panel, specimen)}
    if specimen.account is None or not plain:
        return Finding.UNKNOWN, _NO_PAYMENT
    parts: list[str] = []
    for digit in "0123456789":
        rows = panel.rows("payment", conditions=payment_filter(specimen.account, {"id": ids_ending_in(digit)}))
        odd = [row.raw("id") for row in rows if not row.raw("id").endswith(digit)]
        if odd:
            return Finding.DIFFERS, Text("id={asked}: {payments}", "id={asked}: {payments}")(
                asked=ids_ending_in(digit), payments=_payments(odd)
            )
        parts += [row.raw("id") for row in rows]
    told = Text("found {found} of {count} payments", "найдено платежей: {found} из {count}")
    return _found(sorted(parts) == sorted(plain), told(found=len(parts), count=len(plain)))


def _list_cut(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    newest = {row.raw("id") for row in panel.capped_rows("payment", "desc")}
    if len(newest) < LIST_CAP:
        told = Text("payments: {count}, nothing is cut", "платежей: {count}, список не обрезан")
        return Finding.UNKNOWN, told(count=len(newest))
    oldest = {row.raw("id") for row in panel.capped_rows("payment", "asc")}
    if newest == oldest:
        return Finding.HOLDS, _NOTHING_TO_SAY
    return Finding.DIFFERS, Text("by p_order=asc other payments are shown", "с p_order=asc видны другие платежи")


def _client_list_tells_discounts(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.account is None:
        return Finding.UNKNOWN, Text("no client to look at", "нет клиента для проверки")
    rows = panel.rows("account", conditions=by_id(str(specimen.account)))
    told = has_discount(rows[0]) if rows else None
    if told is None:
        return Finding.UNKNOWN, Text(
            "has_discount is missing: discounts are verified in turn alone",
            "нет has_discount: скидки проверяются только по очереди",
        )
    count = len(panel.rows("account.discount", {"elid": specimen.account}))
    says = Text("has_discount={told}, discounts: {count}", "has_discount={told}, скидок: {count}")
    return _found(told == bool(count), says(told="on" if told else "off", count=count))


def _payment_alone(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    rows = [row for row in _some_payments(panel, specimen) if row.raw("paymethod_module") and row.raw("refund") != "on"]
    if not rows:
        return Finding.UNKNOWN, _NO_PAYMENT
    row = rows[0]
    document = panel.call("payment.info", {"elid": row.number("id")})
    amount = row.text("subaccountamount_iso").partition(" ")[0]
    said = {
        "number": (document.value("payment/number"), row.raw("number")),
        "paydate": (document.value("payment/paydate")[:10], row.raw("pay_date")[:10]),
        "paymethod": (document.value("payment/paymethod/name"), row.text("paymethod_name")),
        "subaccountamount": (percent(document.value("payment/subaccountamount")), percent(amount)),
    }
    differs = Text("{name}: {alone}, in the list {listed}", "{name}: {alone}, в списке {listed}")
    odd = [
        differs(name=name, alone=repr(alone), listed=repr(listed))
        for name, (alone, listed) in said.items()
        if alone != listed
    ]
    return _found(not odd, joined("; ", odd))


def _own_lists(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    try:
        second = panel.call(SIXTY_ROWS, {"p_cnt": "10", "p_num": "2"})
    except PanelRefusal as refusal:
        return Finding.UNKNOWN, refusal.text
    shown = [row.raw("id") for row in second.rows()]
    if shown == [str(number) for number in range(11, 21)]:
        return Finding.HOLDS, _NOTHING_TO_SAY
    told = Text(
        "asked for ten rows of the second page: {count} came, {first} …",
        "запрошены десять строк второй страницы: пришло {count}, {first} …",
    )
    return Finding.DIFFERS, told(count=len(shown), first=", ".join(shown[:3]))


def _html_fields(_panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    """Only eyes can tell."""
    return Finding.UNKNOWN, Text(
        "open “My tier” in a client's area: are there words in angle brackets?",
        "откройте «Мой статус» в личном кабинете клиента: нет ли там слов в угловых скобках?",
    )


def _filter_forms(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    values = panel.call("payment.filter").values()
    return _found("payfromdate" in values or "status" in values or "createdate" in values, _shown(*values))


def _missing_object(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    try:
        panel.call("account.edit", {"elid": NOBODY})
    except PanelRefusal as refusal:
        return _found(isinstance(refusal, MissingObject), same(refusal.kind))
    return Finding.DIFFERS, Text("a form came for a client who does not exist", "пришла форма клиента, которого нет")


def _payment_names_user(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    rows = _some_payments(panel, specimen)
    if not rows:
        return Finding.UNKNOWN, _NO_PAYMENT
    document = panel.call("payment.info", {"elid": rows[0].number("id")})
    user = document.value("payment/user_id")
    if not document.value("payment/subaccount") or not user:
        told = Text(
            "payment.info: subaccount or user_id is missing, payment {id}",
            "payment.info: нет subaccount или user_id, платёж {id}",
        )
        return Finding.DIFFERS, told(id=rows[0].raw("id"))
    owners = [row for row in panel.rows("user", conditions=user_filter({"id": user})) if row.raw("id") == user]
    named = {row.raw("account_id") or row.raw("account") for row in owners}
    told = Text("user {user}: client {clients}", "пользователь {user}: клиент {clients}")
    return _found(named == {str(specimen.account)}, told(user=user, clients=", ".join(sorted(named)) or NOTHING))


def _promo_code_functions(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    known = _functions(panel)
    missing = PROMO_CODE_FUNCTIONS.keys() - known
    others = {name for name in known - PROMO_CODE_FUNCTIONS.keys() if "promocode" in name and "promotion" not in name}
    if not missing and not others:
        return Finding.HOLDS, _NOTHING_TO_SAY
    return Finding.UNKNOWN, Text(
        "missing: {missing}; also there: {others}", "не хватает: {missing}; есть также: {others}"
    )(missing=", ".join(sorted(missing)) or NOTHING, others=", ".join(sorted(others)) or NOTHING)


def _guard_refuses(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.user is None or not specimen.promo_codes_refused:
        return Finding.UNKNOWN, Text(
            "no client with a tier, or promo codes are allowed", "нет клиента со статусом или промокоды разрешены"
        )
    for function, parameter in PROMO_CODE_FUNCTIONS.items():
        submitted = {parameter: NO_SUCH_CODE, "clicked_button": "setpromocode", "sok": "ok", "su": specimen.user}
        try:
            panel.call(function, submitted)
        except PanelRefusal as refusal:
            if refusal.concerning != "func":
                return _found(refusal.kind == GUARD_ERROR, same(f"{function}: {refusal.kind} {refusal.message}"))
        else:
            took = Text(
                "{function} took a promo code that does not exist", "{function} принимает промокод, которого нет"
            )
            return Finding.DIFFERS, took(function=function)
    none = Text("the panel has none of {functions}", "в панели нет ни одной из функций {functions}")
    return Finding.UNKNOWN, none(functions=_shown(*PROMO_CODE_FUNCTIONS))


def _employee_rights(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    """Rights are set function by function and person by person (E.3): only calls that change nothing are tried.
    What else may be wrong with them is other probes' business."""
    elid = specimen.account or NOBODY
    denied = []
    for function in NEEDED_FUNCTIONS:
        try:
            panel.call(function, {"elid": elid, "plid": elid, "p_cnt": 1})
        except AccessDenied as refusal:
            denied.append(f"{function} ({refusal.message})")
        except PanelRefusal:
            continue
    return _found(not denied, same(f"{panel.employee or 'root'}: {', '.join(denied)}" if denied else ""))


def _notifications(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    return _found("notification.edit" in _functions(panel))


def _expense_columns(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    """Only a row that something made smaller tells how the panel spells that: a month is looked through for one."""
    if specimen.day is None:
        return Finding.UNKNOWN, _NOTHING_TO_SAY
    first = specimen.day - timedelta(days=_LOOKS_BACK)
    try:
        rows = panel.rows("expense", conditions=expenses_of(first, specimen.day))
    except PanelError:  # more than it lists
        first = specimen.day - timedelta(days=1)
        rows = panel.rows("expense", conditions=expenses_of(first, specimen.day))
    if not rows:
        return Finding.UNKNOWN, Text("no expense to look at", "нет расхода для проверки")
    outside = [row.raw("id") for row in rows if not str(first) <= row.raw("realdate")[:10] <= str(specimen.day)]
    if not all(row.raw("realdate") for row in rows):
        return Finding.DIFFERS, same("realdate")
    told = [row for row in rows if row.text("discountamount").split(" ")[0].strip("-0.,") and row.has("discountamount")]
    if not told:
        none = Text("expenses: {count}, none with a discount: {columns}", "расходов: {count}, без скидок: {columns}")
        return Finding.UNKNOWN, none(count=len(rows), columns=_shown(*rows[0].columns()))
    shown = same(f"discount={told[0].raw('discount')} discountamount={told[0].text('discountamount')}")
    odd = [row for row in told if not is_id(row.raw("discount")) and not kind_of_discount(row.raw("discount"))]
    if odd:
        strange = Text("expense {id}: discount={acted}", "расход {id}: discount={acted}")
        return Finding.DIFFERS, strange(id=odd[0].raw("id"), acted=odd[0].raw("discount"))
    others = Text("expenses of other days: {ids}", "расходы за другие дни: {ids}")
    return _found(not outside, others(ids=_shown(*outside[:5])) if outside else shown)


def _expense_days(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.day is None:
        return Finding.UNKNOWN, _NOTHING_TO_SAY
    first, last = specimen.day - timedelta(days=3), specimen.day - timedelta(days=2)
    found = [row.raw("realdate")[:10] for row in panel.rows("expense", conditions=expenses_of(first, last))]
    if not found:
        return Finding.UNKNOWN, Text("no expense of these days", "расходов за эти дни нет")
    others = sorted({each for each in found if not str(first) <= each <= str(last)})
    told = Text("asked for {first} to {last}, told of {days}", "запрошено с {first} по {last}, показано за {days}")
    return _found(
        not others,
        told(first=day(first), last=day(last), days=_shown(*others[:5])) if others else _NOTHING_TO_SAY,
    )


def expense_is_of(what: str, names: Iterable[str]) -> str | None:
    """Which of these tariffs' names an expense has in its own: the longest; none where none does."""
    return max((name for name in names if name and name in what), key=len, default=None)


def _expense_names(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    """An estimate only rests on it, so that nothing is wrong where it does not hold."""
    if specimen.day is None:
        return Finding.UNKNOWN, _NOTHING_TO_SAY
    first = specimen.day - timedelta(days=1)
    told = [row.text("locale_name") for row in panel.rows("expense", conditions=expenses_of(first, specimen.day))]
    names = [row.text("name") for row in panel.rows("pricelist")]
    found = sum(expense_is_of(text, names) is not None for text in told)
    says = Text(
        "expenses that name a tariff plan: {found} of {count}", "расходов с названием тарифа: {found} из {count}"
    )
    return (Finding.HOLDS if found else Finding.UNKNOWN), says(found=found, count=len(told))


def _price_list(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    """One service type of the panel is looked at; a panel that tells no prices takes nothing but them from clients."""
    names = [row.raw("intname") for row in panel.rows("itemtype")]
    name = next((each for each in ("certificate", "vds", "dedic") if each in names), "vds")
    tariffs = panel.call(PRICE_LIST, prices_of(name)).parts("pricelist")
    if not tariffs:
        return Finding.UNKNOWN, Text("no tariff plan of {type}", "нет тарифов типа {type}")(type=name)
    told = [(price, each) for row in tariffs for price in row.parts("price") for each in price.parts("period")]
    sound = [(price, each) for price, each in told if price.attribute("currency") and percent(each.attribute("cost"))]
    if not sound:
        lacking = Text("tariff plans: {count}, columns {columns}", "тарифов: {count}, столбцы {columns}")
        return Finding.DIFFERS, lacking(count=len(tariffs), columns=_shown(*tariffs[0].columns()))
    price, each = sound[0]
    shown = " ".join(f"{attribute}={each.attribute(attribute)}" for attribute in ("type", "length", "cost"))
    others = any(row.raw("itemtype") != tariffs[0].raw("itemtype") for row in tariffs)
    mixed = Text("tariff plans of all types: {count}, {shown}", "тарифов всех типов: {count}, {shown}")
    alike = Text("tariff plans: {count}, {shown}", "тарифов: {count}, {shown}")
    detail = (mixed if others else alike)(count=len(tariffs), shown=f"{shown} {price.attribute('currency')}")
    return Finding.HOLDS, detail


def _charges_rounded(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    """Whole amounts tell nothing, so that only one with more places is something else."""
    if specimen.day is None:
        return Finding.UNKNOWN, _NOTHING_TO_SAY
    first = specimen.day - timedelta(days=1)
    rows = panel.rows("expense", conditions=expenses_of(first, specimen.day))
    amounts = [row.text("amount").split(" ")[0] for row in rows]
    longer = [text for text in amounts if len(text.partition(".")[2].rstrip("0")) > 2]
    if longer:
        return Finding.DIFFERS, same(f"amount={longer[0]}")
    return (Finding.HOLDS if amounts else Finding.UNKNOWN), Text("expenses: {count}", "расходов: {count}")(
        count=len(amounts)
    )


def _fields_once(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.discount is None:
        return Finding.UNKNOWN, _NO_DISCOUNT
    account, discount = specimen.discount
    form = panel.call("account.discount.edit", {"plid": account, "elid": discount})
    return _found(not form.repeated(), _shown(*form.repeated()))


def _payment_form(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.user is None:
        return Finding.UNKNOWN, _NO_TIER
    asked = payment_form(Decimal("123.45"))
    form = panel.call(asked.pop("func"), {**asked, "su": specimen.user}).values()
    return _found(form.get("amount", "").startswith("123.45"), same(f"amount={form.get('amount')}"))


def _user_language(panel: Panel, specimen: Specimen) -> tuple[Finding, Text]:
    if specimen.user is None:
        return Finding.UNKNOWN, _NO_TIER
    form = panel.call("user.edit", {"elid": specimen.user}).values()
    return _found(any(name in form for name in USER_LANGUAGE_FIELDS), _shown(*form))


def _tariff_types(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    types = {row.text("name"): row.number("id") for row in panel.rows("itemtype")}
    rows = panel.rows("pricelist")
    if not rows:
        return Finding.UNKNOWN, Text("no tariff plans", "тарифов нет")
    strangers = [row.raw("id") for row in rows if type_of_tariff(row, types) is None]
    told = Text("tariff plans without a known product type: {ids}", "тарифы без известного типа продукта: {ids}")
    return _found(not strangers, told(ids=_shown(*strangers[:10])) if strangers else _NOTHING_TO_SAY)


def _unknown_parameter(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    panel.call("whoami", OWN_CALL)
    return Finding.HOLDS, _NOTHING_TO_SAY


def _secrets_from_environment(panel: Panel, _: Specimen) -> tuple[Finding, Text]:
    """Over HTTPS it holds, too: the session was opened with a key that mgrctl took from its environment."""
    try:
        panel.call("whoami", {"confirm": "resellerprogram"})
    except PanelError as error:
        return Finding.DIFFERS, error.text
    return Finding.HOLDS, _NOTHING_TO_SAY


def _some_payments(panel: Panel, specimen: Specimen) -> list[Row]:
    if specimen.account is None:
        return []
    return panel.rows("payment", conditions=payment_filter(specimen.account, {}))


ASSUMPTIONS = (
    Assumption(
        "discount_functions",
        Text(
            "personal discounts are listed, created, edited and deleted by account.discount*",
            "персональные скидки читаются и пишутся функциями account.discount*",
        ),
        "panel/discounts.py",
        True,
        _discount_functions,
    ),
    Assumption(
        "payment_filter_by_account",
        Text(
            "the payment list obeys the filter field account_id", "список платежей подчиняется полю фильтра account_id"
        ),
        "panel/payments.py",
        True,
        _account_filter,
    ),
    Assumption(
        "payment_names_provider",
        Text(
            "a payment row names its provider in column project (else payment.info is asked)",
            "строка платежа называет провайдера в столбце project (иначе спрашиваем payment.info)",
        ),
        "panel/payments.py",
        False,
        _provider_column,
    ),
    Assumption(
        "promotional_without_method",
        Text(
            "cashback and certificate payments have no payment method",
            "у платежей кэшбэка и сертификатов нет метода оплаты",
        ),
        "panel/payments.py",
        True,
        _promotional_without_method,
    ),
    Assumption(
        "refund_rows",
        Text(
            "a refund is a row numbered return/…, with refund=on and a negative amount",
            "возврат — строка с номером return/…, refund=on и отрицательной суммой",
        ),
        "panel/payments.py",
        False,
        _refund_rows,
    ),
    Assumption(
        "missing_object",
        Text(
            "an object that is gone answers with an error of type missed or value elid",
            "об отсутствующем объекте панель сообщает ошибкой missed или value elid",
        ),
        "panel/errors.py",
        True,
        _missing_object,
    ),
    Assumption(
        "discount_list_columns",
        Text(
            "the discount list shows name and percent (else every form is read, which is slower)",
            "список скидок показывает название и процент (иначе читается каждая форма, это медленнее)",
        ),
        "recalculation.py",
        False,
        _discount_list_columns,
    ),
    Assumption(
        "discount_form",
        Text(
            "the discount form gives back type, percentage, pricelist_tree=it_N and todate=2099-12-31",
            "форма скидки возвращает type, percentage, pricelist_tree=it_N и todate=2099-12-31",
        ),
        "panel/discounts.py",
        True,
        _discount_form,
    ),
    Assumption(
        "decimal_percent",
        Text("a percent may have two decimals", "у процента может быть два знака после запятой"),
        "panel/discounts.py",
        True,
        _decimal_percent,
    ),
    Assumption(
        "group_list",
        Text(
            "accountgroup.account lists the members, or all clients with a status",
            "accountgroup.account перечисляет участников или всех клиентов с их статусом",
        ),
        "panel/directory.py",
        True,
        _group_list,
    ),
    Assumption(
        "currency_rates",
        Text(
            "currencyrate lists currency, date and rate (else such payments are left out)",
            "currencyrate перечисляет валюту, дату и курс (иначе такие платежи не учитываются)",
        ),
        "panel/directory.py",
        False,
        _currency_rates,
    ),
    Assumption(
        "payment_names_user",
        Text(
            "payment.info names the payment's subaccount and a user of its client (else the nightly "
            "recalculation counts it)",
            "payment.info называет лицевой счёт платежа и пользователя клиента (иначе его учтёт ночной пересчёт)",
        ),
        "recalculation/drain.py",
        True,
        _payment_names_user,
    ),
    Assumption(
        "promo_code_functions",
        Text(
            "clients enter promo codes in basket and, in the new cart, in cart, parameter promocode",
            "промокоды вводятся в basket, в новой корзине в cart, параметр promocode",
        ),
        "xml/, quick/guard.py",
        False,
        _promo_code_functions,
    ),
    Assumption(
        "before_error_blocks",
        Text(
            "an error of our handler before basket keeps a promo code out",
            "ошибка нашего обработчика перед basket не пускает промокод",
        ),
        "quick/guard.py",
        True,
        _guard_refuses,
    ),
    Assumption(
        "employee_rights",
        Text(
            "the employee of the settings may call the functions that we need",
            "сотруднику из настроек доступны нужные функции",
        ),
        "panel/calls.py",
        True,
        _employee_rights,
    ),
    Assumption(
        "notifications",
        Text(
            "notification.edit tells the administrator something in the panel",
            "notification.edit показывает администратору уведомление в панели",
        ),
        "panel/notices.py",
        False,
        _notifications,
    ),
    Assumption(
        "expense_columns",
        Text(
            "expenses tell day, discount and what it took off, and obey a filter by day (else savings are not shown)",
            "расходы называют день, скидку и её сумму и фильтруются по дню (иначе экономия не показывается)",
        ),
        "panel/expenses.py",
        False,
        _expense_columns,
    ),
    Assumption(
        "expense_days",
        Text(
            "the list of expenses is filtered by day (else all of it is read every night)",
            "список расходов фильтруется по дню (иначе каждую ночь он читается целиком)",
        ),
        "panel/expenses.py",
        False,
        _expense_days,
    ),
    Assumption(
        "expense_names",
        Text(
            "an expense's name holds the name of its tariff plan (else a start does not tell what it costs)",
            "название расхода содержит название тарифа (иначе при запуске не сказано, во сколько он обойдётся)",
        ),
        "recalculation/estimate.py",
        False,
        _expense_names,
    ),
    Assumption(
        "fields_once",
        Text(
            "a discount's form has each field once (else its values are sent back joined by commas: `doctor --try-on` "
            "tells whether such a discount comes back whole)",
            "в форме скидки каждое поле одно (иначе его значения возвращаются через запятую: целиком ли возвращается "
            "такая скидка, покажет `doctor --try-on`)",
        ),
        "panel/answers.py",
        False,
        _fields_once,
    ),
    Assumption(
        "payment_form",
        Text(
            "payment.add opens with the amount that it is called with (else the client types it)",
            "payment.add открывается с переданной суммой (иначе клиент вводит её сам)",
        ),
        "pages/my/status.py",
        False,
        _payment_form,
    ),
    Assumption(
        "user_language",
        Text(
            "user.edit tells which language a user reads (else notifications come in both)",
            "user.edit называет язык пользователя (иначе уведомления приходят на обоих)",
        ),
        "panel/notices.py",
        False,
        _user_language,
    ),
    Assumption(
        "tariff_types",
        Text(
            "the list of tariff plans tells each one's product type, by id or by name",
            "список тарифов называет тип продукта каждого, по id или по названию",
        ),
        "panel/directory.py",
        False,
        _tariff_types,
    ),
    Assumption(
        "unknown_parameter",
        Text(
            "a parameter that the panel does not know is no error",
            "неизвестный панели параметр не приводит к ошибке",
        ),
        "panel/discounts.py",
        True,
        _unknown_parameter,
    ),
    Assumption(
        "wildcard_on_id",
        Text(
            "a filter by id takes * for any digits (else lists that the panel cuts can't be read whole)",
            "фильтр по id понимает * как любые цифры (иначе списки, которые панель обрезает, целиком не прочитать)",
        ),
        "panel/calls.py",
        False,
        _wildcard_on_id,
    ),
    Assumption(
        "list_cut",
        Text(
            "a list that is too long is cut in its own order, before it is sorted (else both its ends can be read)",
            "слишком длинный список обрезается в своём порядке, до сортировки (иначе можно прочитать оба его конца)",
        ),
        "panel/calls.py",
        False,
        _list_cut,
    ),
    Assumption(
        "client_list_tells_discounts",
        Text(
            "the list of clients tells in has_discount who has a personal discount (else that is seen in turn)",
            "список клиентов показывает в has_discount, у кого есть персональная скидка (иначе это видно по очереди)",
        ),
        "recalculation/night.py",
        False,
        _client_list_tells_discounts,
    ),
    Assumption(
        "payment_alone",
        Text(
            "payment.info tells of a payment what the list does: number, day, method, amount",
            "payment.info говорит о платеже то же, что список: номер, день, способ, сумма",
        ),
        "panel/payments.py",
        True,
        _payment_alone,
    ),
    Assumption(
        "price_list",
        Text(
            "pricelist.export tells each tariff plan's prices by period and currency (else clients see percents alone)",
            "pricelist.export сообщает цены тарифов по периодам и валютам (иначе клиенты видят одни проценты)",
        ),
        "panel/prices.py",
        False,
        _price_list,
    ),
    Assumption(
        "charges_rounded",
        Text(
            "the panel rounds what it charges to hundredths, as prices are shown to clients",
            "панель округляет списания до сотых, как цены показаны клиентам",
        ),
        "programme/prices.py",
        False,
        _charges_rounded,
    ),
    Assumption(
        "own_lists",
        Text(
            "the panel sorts and pages the rows of our own lists (else each list is one long page)",
            "панель сама сортирует и листает строки наших списков (иначе каждый список — одна длинная страница)",
        ),
        "pages/documents.py",
        False,
        _own_lists,
    ),
    Assumption(
        "html_fields",
        Text(
            "a field of HTML is drawn, with bars and pictures (else “My tier” shows markup above its sentences)",
            "поле с HTML рисуется, с полосами и графиками (иначе в «Моём статусе» над фразами видна разметка)",
        ),
        "pages/my/facts.py",
        False,
        _html_fields,
    ),
    Assumption(
        "secrets_from_environment",
        Text(
            "mgrctl takes a secret value from its environment: -e name=$VARIABLE (else large "
            "recalculations go by mgrctl)",
            "mgrctl берёт секретное значение из окружения: -e имя=$ПЕРЕМЕННАЯ (иначе пересчёты идут через mgrctl)",
        ),
        "panel/transport.py",
        False,
        _secrets_from_environment,
    ),
    Assumption(
        "filter_forms",
        Text(
            "payment.filter shows the saved filter, so that it can be restored",
            "payment.filter показывает сохранённый фильтр, и его можно вернуть",
        ),
        "panel/filters.py",
        False,
        _filter_forms,
    ),
)


def examine(panel: Panel, assumption: Assumption, specimen: Specimen) -> tuple[Finding, Text]:
    """What the live panel says about an assumption; a refusal, or a list that is too long, leaves it open, and so does
    a panel to which nothing may be written."""
    try:
        return assumption.probe(panel, specimen)
    except TransportError:
        raise
    except (PanelError, PanelStandsStill) as error:
        return Finding.UNKNOWN, error.text
