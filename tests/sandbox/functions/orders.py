"""What a client would pay: promotions, promo codes, cart, order price (reference B)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from ..documents import Refusal
from ..models import Basket, Discount, Itemtype, Pricelist, Project, Promotion
from ..request import CLIENT, Request
from .registry import REGISTRY, Function, function


@dataclass(frozen=True)
class Price:
    """A tariff's price before and after the discount that acts, and what kind that is."""

    full: Decimal
    percent: Decimal
    source: str
    special: Decimal | None = None

    @property
    def cost(self) -> Decimal:
        reduced = self.full * (100 - self.percent) / 100 if self.special is None else self.special
        return reduced.quantize(Decimal("0.0001"))


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
    return request.listing([{"id": str(found.id), "name": found.name, "actiontype": "percent"}])


@function("basket", CLIENT, needs_employee=True, writes=True)
def basket(request: Request) -> etree._Element:
    return _cart(request, "promocode")


@function("cart", CLIENT, needs_employee=True, writes=True)
def cart(request: Request) -> etree._Element:
    """The new cart; its real name and parameter are unknown (B.5), the sandbox calls them `cart` and `promocode`."""
    return _cart(request, "promocode")


@function("cart.empty", CLIENT, writes=True)
def cart_empty(request: Request) -> etree._Element:
    account = _account(request)
    found = request.session.get(Basket, account)
    if found is not None:
        request.session.delete(found)
    return request.ok()


def order_function(internal_name: str, prefix: str = "") -> Function:
    """`<itemtype>.order.param` and `v2.<itemtype>.order.param`: the price preview."""

    def action(request: Request) -> etree._Element:
        tariff = _tariff(request, internal_name)
        price, months = price_of(request, _account(request), tariff), _months(request)
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

    return Function(f"{prefix}{internal_name}.order.param", action, CLIENT, needs_employee=True)


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
        return Price(tariff.monthly, promotional.amount_percent, "promocode")
    if personal and personal.type == 1:
        return Price(tariff.monthly, Decimal(0), "personal", Decimal(personal.fixed or tariff.monthly))
    if personal:
        return Price(tariff.monthly, personal.percentage, "personal")
    if promotional:
        return Price(tariff.monthly, promotional.amount_percent, "promotion")
    return Price(tariff.monthly, Decimal(0), "")


def _personal(request: Request, account: int, tariff: Pricelist) -> Discount | None:
    """The V4 rule: the narrower scope first, then the larger discount; or the larger only, by the reading (A.4)."""
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


def _cart(request: Request, parameter: str) -> etree._Element:
    account, code = _account(request), request.param(parameter)
    found = request.session.get(Basket, account)
    if code:
        promotions = request.session.query(Promotion).filter(Promotion.promocode == code).all()
        if not promotions:
            raise Refusal("missed", "promocode", code)
        if not any(each.fromdate <= request.now.date() <= each.todate for each in promotions):
            raise Refusal("promocode_not_use", "promocode", code)
        if found is None:
            found = Basket(account=account)
            request.session.add(found)
        found.promocode = code
    return request.form(
        {
            "promocode": found.promocode if found else "",
            "total_sum": "0.00",
            "full_discount": "0.00",
            "tax": "0.00",
            "billorder": "",
        }
    )


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
