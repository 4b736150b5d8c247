"""What a client would pay: promotions, promo codes, cart, order price (reference B)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from ..documents import Refusal, add, add_rows
from ..models import Basket, Discount, Expense, Itemtype, Lineitem, Pricelist, Project, Promotion, Subaccount
from ..request import CLIENT, Request
from .directory import next_id
from .registry import REGISTRY, Function, function


@dataclass(frozen=True)
class Price:
    """A tariff's price before and after the discount that acts, and what kind that is."""

    full: Decimal
    percent: Decimal
    source: str
    special: Decimal | None = None
    discount: int | None = None

    @property
    def cost(self) -> Decimal:
        reduced = self.full * (100 - self.percent) / 100 if self.special is None else self.special
        return reduced.quantize(Decimal("0.0001"))


OF_PROMOTIONS = 1_000_000
"""The discounts of promotions have ids above; an expense's `discount` is taken to be from one table (panel-2 D3)."""
MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annually": 12, "biennial": 24, "triennial": 36}


@function("promotion", title=("Promotions", "Акции"))
def promotion(request: Request) -> etree._Element:
    return _promotions(request, "off")


@function("promotion.archived")
def promotion_archived(request: Request) -> etree._Element:
    return _promotions(request, "on")


def _promotions(request: Request, archive: str) -> etree._Element:
    providers = {each.id: each.name for each in request.session.query(Project)}
    rows = [
        {
            "id": str(each.id),
            "name": each.name,
            "fromdate": str(each.fromdate),
            "todate": str(each.todate),
            "status": "on" if each.fromdate <= request.now.date() <= each.todate else "off",
            "project_name": providers[each.project],
        }
        for each in request.session.query(Promotion).filter(Promotion.archive == archive)
    ]
    return request.listing(rows, request.conditions({}))


@function("promotion.promocode")
def promotion_promocode(request: Request) -> etree._Element:
    """A promotion's codes; the panel's name for this list is not known (B.1)."""
    found = request.session.get(Promotion, request.number())
    if found is None:
        raise request.missing("promotion", request.elid)
    return request.listing([{"id": str(found.id), "code": found.promocode}] if found.promocode else [])


@function("promotion.discount")
def promotion_discount(request: Request) -> etree._Element:
    found = request.session.get(Promotion, request.number())
    if found is None:
        raise request.missing("promotion", request.elid)
    return request.listing([{"id": str(OF_PROMOTIONS + found.id), "name": found.name, "actiontype": "percent"}])


@function("basket", CLIENT, needs_employee=True, writes=True)
def basket(request: Request) -> etree._Element:
    """The old cart: `clicked_button=setpromocode`, or no button at all, takes a code (panel-2 B2)."""
    _take_code(request)
    account = _account(request)
    lines = _lines(request, account)
    full, cost = _sums(request, account, lines)
    document = request.form(
        {
            "promocode": _code_of(request, account),
            "total_sum": f"{cost:.2f}",
            "full_discount": f"{full - cost:.2f}",
            "tax": "0.00",
            "billorder": "",
        }
    )
    listed = etree.SubElement(document, "list", name="itemlist")
    add_rows(
        listed,
        [
            {
                "item.id": str(each.id),
                "item.type": _type_of(request, each),
                "item.period": str(each.months),
                "item.autoprolong": "on",
                "cost": f"{_cost(request, account, each)[1]:.2f}",
            }
            for each in lines
        ],
    )
    return document


@function("cart", CLIENT, needs_employee=True, writes=True)
def cart(request: Request) -> etree._Element:
    """The new cart (panel-2 B1, B2): its form sends `promocode` along with every operation, a button says which."""
    account, button = _account(request), request.param("clicked_button")
    if request.submitted and button == "delete":
        line = request.session.get(Lineitem, request.number("id"))
        if line is None or line.account != account:
            raise request.missing("lineitem", request.param("id"))
        request.session.delete(line)
        request.session.flush()
    elif request.submitted and button == "clear":
        _empty(request, account)
    if button in ("", "setpromocode") or request.state.reads("cart_takes_code", "any_operation"):
        _take_code(request)
    lines = _lines(request, account)
    document = request.form({"promocode": _code_of(request, account)})
    listed = etree.SubElement(document, "list", name="lineitems")
    for each in lines:
        full, cost = _cost(request, account, each)
        add_rows(
            listed,
            [
                {
                    "id": str(each.id),
                    "name": _name_of(request, each),
                    "period": str(each.months),
                    "cost": f"{cost:.2f}",
                    "full_cost": f"{full:.2f}",
                }
            ],
        )
    total = etree.SubElement(document, "total")
    add(total, "cost", f"{_sums(request, account, lines)[1]:.2f}")
    add(total, "currency", "RUB")
    add(total, "count", str(len(lines)))
    return document


@function("cartorder.create.confirm", CLIENT, needs_employee=True, writes=True)
def cartorder_confirm(request: Request) -> etree._Element:
    """Pay for lines of the cart: each becomes an expense that says what acted on it (panel-2 B1, D3)."""
    account = _account(request)
    lines = [each for each in _lines(request, account) if str(each.id) in request.elid.replace(" ", "").split(",")]
    if not lines:
        raise request.missing("lineitem", request.elid)
    if not request.submitted:
        return request.form({"elid": request.elid, "paymethod_id": "0"})
    subaccount = request.session.query(Subaccount).filter(Subaccount.account == account).first()
    if subaccount is None:
        raise Refusal("value", "paymethod_id", request.param("paymethod_id"))
    for each in lines:
        tariff = request.session.get_one(Pricelist, each.pricelist)
        price = price_of(request, account, tariff)
        full, cost = price.full * each.months, price.cost * each.months
        request.session.add(
            Expense(
                id=next_id(request, Expense),
                subaccount=subaccount.id,
                operation="order",
                realdate=request.now.date(),
                amount=cost,
                discount=price.discount,
                kind=_KINDS.get(price.source, "") if full != cost else "",
                discountamount=full - cost,
            )
        )
        request.session.delete(each)
        request.session.flush()
    return request.ok()


@function("cart.empty", CLIENT, writes=True)
def cart_empty(request: Request) -> etree._Element:
    _empty(request, _account(request))
    return request.ok()


def order_function(internal_name: str, prefix: str = "") -> Function:
    """`<itemtype>.order.param` and `v2.<itemtype>.order.param`: the price preview."""

    def action(request: Request) -> etree._Element:
        tariff = _tariff(request, internal_name)
        price, months = price_of(request, _account(request), tariff), _months(request)
        if request.submitted and request.param("clicked_button") in _INTO_THE_CART:
            return _add_line(request, tariff, months)
        return request.form(
            {
                "pricelist": str(tariff.id),
                "order_period": request.param("order_period") or "1",
                "full_cost": f"{price.full * months:.2f}",
                "discount": f"{price.percent:f}",
                "discount_source": price.source,
                "cost": f"{price.cost * months:.4f}",
            }
        )

    return Function(f"{prefix}{internal_name}.order.param", action, CLIENT, needs_employee=True, writes=True)


def register_orders(internal_names: list[str]) -> None:
    for name in internal_names:
        for prefix in ("", "v2."):
            order = order_function(name, prefix)
            REGISTRY[order.name] = order


def price_of(request: Request, account: int, tariff: Pricelist) -> Price:
    """A personal discount outranks promotions; without one the best promotion acts (B.5)."""
    personal, promotional = _personal(request, account, tariff), _promotional(request, account, tariff)
    if personal and not personal.percentage and request.state.reads("zero_percent_outranks", "no") and promotional:
        personal = None if personal.type == 0 else personal
    if promotional and request.state.reads("promo_code_beats_personal", "yes") and promotional.promocode:
        return Price(tariff.monthly, promotional.amount_percent, "promocode", discount=OF_PROMOTIONS + promotional.id)
    if personal and personal.type == 1:
        return Price(tariff.monthly, Decimal(0), "personal", Decimal(personal.fixed or tariff.monthly), personal.id)
    if personal:
        return Price(tariff.monthly, personal.percentage, "personal", discount=personal.id)
    if promotional:
        source = "promocode" if promotional.promocode else "promotion"
        return Price(tariff.monthly, promotional.amount_percent, source, discount=OF_PROMOTIONS + promotional.id)
    return Price(tariff.monthly, Decimal(0), "")


def _personal(request: Request, account: int, tariff: Pricelist) -> Discount | None:
    """By version 4: the narrower scope first, then the larger discount; or the larger only, by the reading (A.4)."""
    scopes = {f"pl_{tariff.id}": 3, f"it_{tariff.itemtype}": 2, "null": 1, "": 1}
    today = request.now.date()
    matching = [
        (max(scopes.get(node.strip(), 0) for node in discount.pricelist_tree.split(",")), discount.percentage, discount)
        for discount in request.session.query(Discount).filter(Discount.account == account)
        if (discount.fromdate is None or discount.fromdate <= today)
        and (discount.todate is None or today <= discount.todate)
    ]
    matching = [match for match in matching if match[0]]
    if request.state.reads("several_discounts", "largest"):
        return max(matching, key=lambda match: match[1])[2] if matching else None
    return max(matching, key=lambda match: match[:2])[2] if matching else None


def _promotional(request: Request, account: int, tariff: Pricelist) -> Promotion | None:
    today, basket = request.now.date(), request.session.get(Basket, account)
    code = basket.promocode if basket else ""
    found = [
        each
        for each in request.session.query(Promotion).filter(Promotion.type == 0, Promotion.archive == "off")
        if each.fromdate <= today <= each.todate
        and each.promocode in ("", code)
        and each.itemtype in (None, tariff.itemtype)
    ]
    return max(found, key=lambda each: each.amount_percent) if found else None


_KINDS = {"personal": "personal", "promotion": "promo", "promocode": "promo"}
"""How the newer page calls what acted on an expense (panel-2 D3); a global discount nobody has here."""
_INTO_THE_CART = ("order", "quickbasket")


def _take_code(request: Request) -> None:
    """A code that a submitted operation brought; an empty one takes away what is there only by its own button."""
    account, code = _account(request), request.param("promocode")
    found = request.session.get(Basket, account)
    if not request.submitted or not code:
        if found is not None and request.submitted and request.param("clicked_button") == "setpromocode":
            request.session.delete(found)
            request.session.flush()
        return
    promotions = request.session.query(Promotion).filter(Promotion.promocode == code).all()
    if not promotions:
        raise Refusal("missed", "promocode", code)
    if not any(each.fromdate <= request.now.date() <= each.todate for each in promotions):
        raise Refusal("promocode_not_use", "promocode", code)
    if found is None:
        found = Basket(account=account)
        request.session.add(found)
    found.promocode = code
    request.session.flush()


def _add_line(request: Request, tariff: Pricelist, months: int) -> etree._Element:
    line = Lineitem(
        id=next_id(request, Lineitem), account=_account(request), pricelist=tariff.id, months=months, count=1
    )
    request.session.add(line)
    document = request.ok()
    add(document, "lineitem.id", str(line.id))
    return document


def _empty(request: Request, account: int) -> None:
    """What `cart.empty` and the button `clear` do."""
    found = request.session.get(Basket, account)
    for each in (found, *_lines(request, account)):
        if each is not None:
            request.session.delete(each)
    request.session.flush()


def _lines(request: Request, account: int) -> list[Lineitem]:
    return request.session.query(Lineitem).filter(Lineitem.account == account).order_by(Lineitem.id).all()


def _code_of(request: Request, account: int) -> str:
    found = request.session.get(Basket, account)
    return found.promocode if found else ""


def _cost(request: Request, account: int, line: Lineitem) -> tuple[Decimal, Decimal]:
    """A line's price before and after what acts on it."""
    price = price_of(request, account, request.session.get_one(Pricelist, line.pricelist))
    return price.full * line.months, price.cost * line.months


def _sums(request: Request, account: int, lines: list[Lineitem]) -> tuple[Decimal, Decimal]:
    costs = [_cost(request, account, each) for each in lines]
    return sum((full for full, _ in costs), Decimal(0)), sum((cost for _, cost in costs), Decimal(0))


def _name_of(request: Request, line: Lineitem) -> str:
    return request.localized(request.session.get_one(Pricelist, line.pricelist))


def _type_of(request: Request, line: Lineitem) -> str:
    tariff = request.session.get_one(Pricelist, line.pricelist)
    return request.session.get_one(Itemtype, tariff.itemtype).intname


def _months(request: Request) -> int:
    """`order_period`: a number of months, or a period's name (A.3)."""
    text = request.param("order_period") or "1"
    months = MONTHS.get(text, int(text) if text.isdecimal() else 0)
    if not 0 < months <= 120:
        raise Refusal("value", "order_period", text)
    return months


def _tariff(request: Request, internal_name: str) -> Pricelist:
    query = (
        request.session.query(Pricelist)
        .join(Itemtype, Itemtype.id == Pricelist.itemtype)
        .filter(Itemtype.intname == internal_name)
    )
    if request.param("pricelist").isdecimal():
        query = query.filter(Pricelist.id == int(request.param("pricelist")))
    found = query.first()
    if found is None:
        raise request.missing("pricelist", request.param("pricelist"))
    return found


def _account(request: Request) -> int:
    if request.caller.account is None:
        raise Refusal("access", "", "", "Function is not available for the administrator. Try su")
    return request.caller.account
