"""Providers, clients and groups, service types, tariffs, currencies, payment methods (reference D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from sqlalchemy import func, select

from ..documents import Cell, Refusal, Row, add, add_values, new_document
from ..engine import row_of, rows_of
from ..models import (
    Account,
    Account2Group,
    Account2Project,
    Currency,
    CurrencyRate,
    Discount,
    Itemtype,
    Paymethod,
    Pricelist,
    Project,
    Subaccount,
    User,
)
from ..request import CLIENT, Request
from .registry import ANYBODY, function

GROUP_LEVEL = 20
ACCOUNT_FILTER = {"id": "", "name": "", "has_discount": "null"}


@function("project", title=("Providers", "Провайдеры"))
def project(request: Request) -> etree._Element:
    if request.state.reads("project_list", "absent"):
        raise Refusal("missed", "func", "project")
    return request.listing(
        [
            {"id": str(each.id), "name": each.name, "currency_str": "RUB", "billurl": each.billurl}
            for each in rows_of(request.session, Project)
        ],
        request.conditions({}),
    )


@function("account", title=("Clients", "Клиенты"))
def account(request: Request) -> etree._Element:
    conditions = request.conditions(ACCOUNT_FILTER)
    query = select(Account.id, Account.name, Account.registration_date).where(Account.level == CLIENT)
    if conditions["id"]:
        query = query.where(request.with_id(Account.id, conditions["id"]))
    if conditions["name"]:
        query = query.where(Account.name.contains(conditions["name"]))
    having = select(Discount.account)
    if conditions["has_discount"] == "on":
        query = query.where(Account.id.in_(having))
    elif conditions["has_discount"] == "off":
        query = query.where(Account.id.not_in(having))
    return request.listing(request.cut(query, Account.id), build=lambda shown: _account_rows(request, shown))


def _account_rows(request: Request, found: Sequence[Any]) -> list[Row]:
    """Rows of clients; providers and discounts are looked up once for all of them."""
    shown = [each.id for each in found]
    of_project = (
        select(Account2Project.account, func.min(Project.name))
        .join(Project, Project.id == Account2Project.project)
        .where(Account2Project.account.in_(shown))
        .group_by(Account2Project.account)
    )
    projects: dict[int, str] = {row[0]: row[1] for row in request.session.execute(of_project)}
    of_account = select(Discount.account).distinct().where(Discount.account.in_(shown))
    discounted = set(request.session.execute(of_account).scalars())
    tells = request.state.reads("has_discount", "shown")
    return [
        {
            "id": str(each.id),
            "name": each.name,
            "project": projects.get(each.id, ""),
            "balance": "0.00 RUB",
            "account_status": ("Active" if request.language == "en" else "Активен", {"orig": "1"}),
            **({"has_discount": "on" if each.id in discounted else "off"} if tells else {}),
            "tz_registration_date": str(each.registration_date.date()),
        }
        for each in found
    ]


@function("account.filter")
def account_filter(request: Request) -> etree._Element:
    return request.filter_form("account", ACCOUNT_FILTER)


@function("account.edit", writes=True)
def account_edit(request: Request) -> etree._Element:
    if not request.elid:
        return (
            _new_account(request)
            if request.submitted
            else request.form(
                {"email": "", "realname": "", "passwd": "", "project": "1"}, {"project": _providers(request)}
            )
        )
    found = client(request, request.number())
    if request.submitted:
        found.name = request.param("realname") or found.name
        return request.ok()
    return request.form(
        {
            "elid": str(found.id),
            "name": found.name,
            "realname": found.name,
            "registration_date": str(found.registration_date),
        }
    )


@function("account.project")
def account_project(request: Request) -> etree._Element:
    projects = {
        row[0]
        for row in request.session.execute(
            select(Account2Project.project).where(Account2Project.account == client_id(request, request.number()))
        )
    }
    return request.listing(
        [
            {"id": str(each.id), "name": each.name, "active": "on" if each.id in projects else "off"}
            for each in rows_of(request.session, Project)
        ]
    )


@function("subaccount.edit", writes=True)
def subaccount_edit(request: Request) -> etree._Element:
    found = request.session.get(Subaccount, request.number())
    if found is None:
        raise request.missing("subaccount", request.elid)
    if request.submitted:
        found.creditlimit = request.amount("creditlimit")
        return request.ok()
    return request.form(
        {
            "elid": str(found.id),
            "account": str(found.account),
            "project": str(found.project),
            "currency": str(found.currency),
            "creditlimit": f"{found.creditlimit:.2f}",
        }
    )


@function("accountgroup", title=("Client groups", "Группы клиентов"))
def accountgroup(request: Request) -> etree._Element:
    groups = request.session.query(Account).filter(Account.level == GROUP_LEVEL)
    return request.listing([{"id": str(group.id), "name": group.name} for group in groups], request.conditions({}))


@function("accountgroup.account")
def accountgroup_account(request: Request) -> etree._Element:
    members = _members(request, request.number())
    people = request.session.query(Account).filter(Account.level == CLIENT)
    conditions = request.conditions({"id": "", "name": ""})
    if request.state.reads("group_list", "members_only"):
        rows: list[Row] = [{"id": str(each.id), "name": each.name} for each in people if each.id in members]
        return request.listing(rows, conditions)
    return request.listing(
        [{"id": str(each.id), "name": each.name, "status": "on" if each.id in members else "off"} for each in people],
        conditions,
    )


@function("accountgroup.account.resume", writes=True)
def accountgroup_resume(request: Request) -> etree._Element:
    members = _members(request, request.number("plid"))
    for number in request.ids():
        if client(request, number).id not in members:
            request.session.add(Account2Group(account=number, accountgroup=request.number("plid")))
    return request.ok()


@function("accountgroup.account.suspend", writes=True)
def accountgroup_suspend(request: Request) -> etree._Element:
    group = request.number("plid")
    for number in request.ids():
        found = request.session.get(Account2Group, (number, group))
        if found is not None:
            request.session.delete(found)
    return request.ok()


@function("itemtype", title=("Service types", "Типы услуг"))
def itemtype(request: Request) -> etree._Element:
    rows: list[dict[str, Cell]] = []
    for each in sorted(rows_of(request.session, Itemtype), key=lambda row: int(row.id)):
        row: dict[str, Cell] = {
            "id": str(each.id),
            "name": request.localized(each),
            "orderpriority": str(each.orderpriority),
        }
        if request.state.reads("itemtype_list_has_intname", "yes"):
            row["intname"] = each.intname
        rows.append(row)
    return request.listing(rows, request.conditions({}))


@function("itemtype.edit", writes=True)
def itemtype_edit(request: Request) -> etree._Element:
    found = row_of(request.session, Itemtype, request.number())
    if found is None:
        raise request.missing("itemtype", request.elid)
    return request.form({"elid": str(found.id), "intname": found.intname, "name": found.name, "name_ru": found.name_ru})


@function("pricelist", title=("Tariffs", "Тарифы"))
def pricelist(request: Request) -> etree._Element:
    by_name = request.state.reads("pricelist_itemtype", "name")
    types = {each.id: each for each in rows_of(request.session, Itemtype)}
    return request.listing(
        [
            {
                "id": str(each.id),
                "name": request.localized(each),
                "itemtype": request.localized(types[each.itemtype]) if by_name else str(each.itemtype),
                "price": f"{each.monthly:.2f} RUB",
            }
            for each in rows_of(request.session, Pricelist)
        ],
        request.conditions({}),
    )


@function("pricelist.export", ANYBODY)
def pricelist_export(request: Request) -> etree._Element:
    """The price list for other sites, which needs no login (D.7): no list as others are, prices as attributes."""
    reading = request.state.readings["price_list"]
    if reading == "absent":
        raise Refusal("missed", "func", request.func)
    document = new_document(request.func, request.language)
    types = {each.id: each for each in rows_of(request.session, Itemtype)}
    for each in rows_of(request.session, Pricelist):
        kind = types[each.itemtype].intname
        if reading == "by_type" and request.param("itemtype") not in ("", kind):
            continue
        if request.param("onlyavailable") == "on" and each.active != "on":
            continue
        tariff = etree.SubElement(document, "pricelist")
        add_values(
            tariff,
            {
                "id": str(each.id),
                "name": each.name,
                "name_ru": each.name_ru,
                "itemtype": str(each.itemtype),
                "project": str(each.project),
                "active": each.active,
                "hideinorder": "off",
                "archived": "off",
            },
        )
        add(etree.SubElement(tariff, "itemtype_info"), "intname", kind)
        price = etree.SubElement(tariff, "price", currency="RUB")
        for length, name in ((-100, "trial"), (1, "monthly"), (12, "annually")):
            cost = f"{each.monthly * max(length, 0):.4f}"
            etree.SubElement(price, "period", type="month", length=str(length), cost=cost).text = name
    return document


@function("currency", title=("Currencies", "Валюты"))
def currency(request: Request) -> etree._Element:
    return request.listing(
        [
            {
                "id": str(each.id),
                "iso": each.iso,
                "symbol": each.symbol,
                "name": request.localized(each),
                "active": each.active,
            }
            for each in rows_of(request.session, Currency)
        ],
        request.conditions({}),
    )


@function("currencyrate", title=("Currency rates", "Курсы валют"))
def currencyrate(request: Request) -> etree._Element:
    nested = request.state.readings["currencyrate"].startswith("nested")
    if nested and not request.elid and request.state.reads("currencyrate", "nested_empty"):
        return request.listing([])
    if request.state.reads("currencyrate", "absent") or (nested and not request.elid):
        raise Refusal("missed", "func", "currencyrate")
    query = select(CurrencyRate.id, CurrencyRate.currency, Currency.iso, CurrencyRate.date, CurrencyRate.rate).join(
        Currency, Currency.id == CurrencyRate.currency
    )
    if nested:
        query = query.where(CurrencyRate.currency == request.number())
    rows: list[Row] = []
    for row in request.session.execute(query):
        shown: dict[str, Cell] = {"id": str(row.id), "date": str(row.date), "rate": f"{row.rate:f}"}
        if not nested:
            shown["currency"] = str(row.currency) if request.state.reads("currencyrate", "by_id") else row.iso
        rows.append(shown)
    return request.listing(rows, request.conditions({"id": ""}))


@function("paymethod", title=("Payment methods", "Методы оплаты"))
def paymethod(request: Request) -> etree._Element:
    return request.listing(
        [
            {"id": str(each.id), "name": request.localized(each), "module": each.module, "active": each.active}
            for each in rows_of(request.session, Paymethod)
        ],
        request.conditions({}),
    )


def client(request: Request, number: int) -> Account:
    """The client with that id; groups are no clients."""
    found = request.session.get(Account, number)
    if found is None or found.level != CLIENT:
        raise request.missing("account", number)
    return found


def client_id(request: Request, number: int) -> int:
    """The number itself, if it is a client's."""
    found = row_of(request.session, Account, number)
    if found is None or found.level != CLIENT:
        raise request.missing("account", number)
    return number


def next_id(request: Request, model: Any) -> int:
    return int(request.session.execute(select(func.coalesce(func.max(model.id), 0))).scalar_one()) + 1


def _members(request: Request, group: int) -> set[int]:
    found = request.session.get(Account, group)
    if found is None or found.level != GROUP_LEVEL:
        raise request.missing("accountgroup", group)
    return {
        row[0]
        for row in request.session.execute(select(Account2Group.account).where(Account2Group.accountgroup == group))
    }


def _new_account(request: Request) -> etree._Element:
    number, provider = next_id(request, Account), request.key("project", "1")
    if not request.param("email"):
        raise Refusal("value", "email")
    if request.session.query(User).filter(User.name == request.param("email")).first():
        raise Refusal("exists", "user", request.param("email"))
    request.session.add(Account(id=number, name=request.param("realname"), level=CLIENT, registration_date=request.now))
    request.session.add(Account2Project(account=number, project=provider))
    request.session.add(
        Subaccount(
            id=next_id(request, Subaccount),
            account=number,
            project=provider,
            currency=request.key("currency", "126"),
        )
    )
    request.session.add(
        User(
            id=next_id(request, User),
            name=request.param("email"),
            realname=request.param("realname"),
            email=request.param("email"),
            account=number,
            password=request.param("passwd"),
        )
    )
    return request.ok(number)


def _providers(request: Request) -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in rows_of(request.session, Project)]
