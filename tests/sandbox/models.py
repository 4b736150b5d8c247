"""The panel's tables as far as they are known (reference G.2; money DECIMAL(…,4), flags 'on'/'off', explicit ids).

The tables of personal discounts and promo codes are not visible in any source; those here are the sandbox's own.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Optional

from sqlalchemy import Engine, ForeignKey, Index, Numeric, String, Text, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Money = Numeric(18, 4)


@event.listens_for(Engine, "connect")
def _sqlite_settings(connection: Any, _: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")


class Base(DeclarativeBase):
    """Every table of the panel."""


class Project(Base):
    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    account: Mapped[Optional[int]]
    active: Mapped[str] = mapped_column(String(3), server_default="on")
    billurl: Mapped[str] = mapped_column(String(255), default="")


class Currency(Base):
    __tablename__ = "currency"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    iso: Mapped[str] = mapped_column(String(3))
    symbol: Mapped[str] = mapped_column(String(8), default="")
    code: Mapped[str] = mapped_column(String(3), default="")
    name: Mapped[str] = mapped_column(String(64), default="")
    name_ru: Mapped[str] = mapped_column(String(64), default="")
    active: Mapped[str] = mapped_column(String(3), default="on")


class CurrencyRate(Base):
    __tablename__ = "currencyrate"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    currency: Mapped[int] = mapped_column(ForeignKey("currency.id"))
    date: Mapped[date]
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class Account(Base):
    """Clients (level 16) and client groups (level 20) live in one table (D.1)."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    parent: Mapped[Optional[int]]
    level: Mapped[int] = mapped_column(default=16)
    country: Mapped[Optional[int]]
    registration_date: Mapped[datetime]


class Account2Group(Base):
    __tablename__ = "account2group"
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    accountgroup: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class Account2Project(Base):
    __tablename__ = "account2project"
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    project: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)


class Subaccount(Base):
    __tablename__ = "subaccount"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    project: Mapped[int] = mapped_column(ForeignKey("project.id"))
    currency: Mapped[int] = mapped_column(ForeignKey("currency.id"))
    active: Mapped[str] = mapped_column(String(3), default="on")
    creditlimit: Mapped[Decimal] = mapped_column(Money, default=0)


class User(Base):
    """Clients' users and, with level 29 and no account, the provider's employees."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), index=True)
    realname: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    phone: Mapped[str] = mapped_column(String(32), server_default="")
    account: Mapped[Optional[int]] = mapped_column(ForeignKey("account.id"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="ru")
    level: Mapped[int] = mapped_column(default=16)
    enabled: Mapped[str] = mapped_column(String(3), default="on")
    password: Mapped[str] = mapped_column(String(255), default="")


class Paymethod(Base):
    __tablename__ = "paymethod"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    name_ru: Mapped[str] = mapped_column(String(255))
    currency: Mapped[int] = mapped_column(ForeignKey("currency.id"))
    active: Mapped[str] = mapped_column(String(3), default="on")
    allowrefund: Mapped[str] = mapped_column(String(3), default="on")
    xmlparams: Mapped[Optional[str]] = mapped_column(Text)


class Payment(Base):
    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(64))
    subaccount: Mapped[int] = mapped_column(ForeignKey("subaccount.id"))
    paymethod: Mapped[Optional[int]] = mapped_column(ForeignKey("paymethod.id"))
    subaccountamount: Mapped[Decimal] = mapped_column(Money)
    paymethodamount: Mapped[Decimal] = mapped_column(Money)
    usedamount: Mapped[Decimal] = mapped_column(Money, default=0)
    commissionamount: Mapped[Decimal] = mapped_column(Money, default=0)
    paymethodcommissionamount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    expense_commission: Mapped[Decimal] = mapped_column(Money, server_default="0")
    chargecommission: Mapped[str] = mapped_column(String(3), server_default="off")
    taxrate: Mapped[Decimal] = mapped_column(Money, server_default="0")
    taxamount: Mapped[Decimal] = mapped_column(Money, server_default="0")
    sender: Mapped[Optional[int]]
    recipient: Mapped[Optional[int]]
    billorder: Mapped[Optional[int]]
    invoice: Mapped[Optional[int]]
    recurring: Mapped[Optional[int]]
    recurring_subscription: Mapped[Optional[int]]
    randomnumber: Mapped[str] = mapped_column(String(32), server_default="")
    documentnumber: Mapped[str] = mapped_column(String(64), server_default="")
    documentdate: Mapped[Optional[date]]
    autogenerated: Mapped[str] = mapped_column(String(3), server_default="off")
    xmlparams: Mapped[Optional[str]] = mapped_column(Text)
    currency: Mapped[int] = mapped_column(ForeignKey("currency.id"))
    status: Mapped[int]
    createdate: Mapped[datetime]
    paydate: Mapped[Optional[datetime]]
    refund: Mapped[str] = mapped_column(String(3), default="off")
    restrictrefund: Mapped[str] = mapped_column(String(3), default="off")
    externalid: Mapped[str] = mapped_column(String(255), default="")
    description: Mapped[str] = mapped_column(String(255), default="")
    info: Mapped[str] = mapped_column(Text, default="")
    source_payment: Mapped[Optional[int]]
    __table_args__ = (Index("payment_by_subaccount", "subaccount", "paydate"), Index("payment_by_date", "paydate"))


class HistoryPayment(Base):
    __tablename__ = "history_payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[int] = mapped_column(index=True)
    status: Mapped[int]
    status_new: Mapped[int]
    fromdate: Mapped[Optional[datetime]]
    changedate: Mapped[datetime]
    changedfields: Mapped[str] = mapped_column(String(255), server_default="status")
    request_action: Mapped[str] = mapped_column(String(64))
    request_ip: Mapped[str] = mapped_column(String(64))
    username: Mapped[str] = mapped_column(String(255))


class Itemtype(Base):
    __tablename__ = "itemtype"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    intname: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    name_ru: Mapped[str] = mapped_column(String(255))
    orderpriority: Mapped[int] = mapped_column(default=0)
    parent: Mapped[Optional[int]]


class Pricelist(Base):
    __tablename__ = "pricelist"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    itemtype: Mapped[int] = mapped_column(ForeignKey("itemtype.id"))
    project: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(255))
    name_ru: Mapped[str] = mapped_column(String(255))
    monthly: Mapped[Decimal] = mapped_column(Money)
    intname: Mapped[str] = mapped_column(String(64), server_default="")
    parent: Mapped[Optional[int]]
    compound: Mapped[Optional[int]]
    billtype: Mapped[int] = mapped_column(server_default="0")
    active: Mapped[str] = mapped_column(String(3), default="on")


class Promotion(Base):
    """type 1 certificate, 2 cashback (B.4); 0 here stands for discounts on services."""

    __tablename__ = "promotion"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[int] = mapped_column(default=0)
    archive: Mapped[str] = mapped_column(String(3), default="off")
    fromdate: Mapped[date]
    todate: Mapped[date]
    project: Mapped[int] = mapped_column(ForeignKey("project.id"))
    itemtype: Mapped[Optional[int]] = mapped_column(ForeignKey("itemtype.id"))
    amount_percent: Mapped[Decimal] = mapped_column(Money, default=0)
    promocode: Mapped[str] = mapped_column(String(64), default="")


class Promotioncondition(Base):
    __tablename__ = "promotioncondition"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promotion: Mapped[int] = mapped_column(ForeignKey("promotion.id"))


class Promotioncoupon(Base):
    __tablename__ = "promotioncoupon"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promotion: Mapped[int] = mapped_column(ForeignKey("promotion.id"))


class Promotion2Payment(Base):
    __tablename__ = "promotion2payment"
    promotion: Mapped[int] = mapped_column(ForeignKey("promotion.id"), primary_key=True)
    payment_source: Mapped[Optional[int]]
    payment_cashback: Mapped[int] = mapped_column(primary_key=True)


class Promotioncoupon2Account(Base):
    __tablename__ = "promotioncoupon2account"
    promotioncoupon: Mapped[int] = mapped_column(primary_key=True)
    payment: Mapped[int] = mapped_column(primary_key=True)


class Item(Base):
    """A client's service."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), server_default="")
    account: Mapped[int] = mapped_column(ForeignKey("account.id"))
    pricelist: Mapped[int] = mapped_column(ForeignKey("pricelist.id"))
    parent: Mapped[Optional[int]]
    status: Mapped[int] = mapped_column(server_default="2")
    period: Mapped[int] = mapped_column(server_default="1")
    price: Mapped[Decimal] = mapped_column(Money, server_default="0")
    fixedprices: Mapped[str] = mapped_column(String(3), server_default="off")
    autoprolong: Mapped[Optional[int]]
    createdate: Mapped[Optional[date]]
    expiredate: Mapped[Optional[date]]
    processingmodule: Mapped[Optional[int]]


class Expense(Base):
    __tablename__ = "expense"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[Optional[int]] = mapped_column(ForeignKey("item.id"))
    subaccount: Mapped[int] = mapped_column(ForeignKey("subaccount.id"))
    operation: Mapped[str] = mapped_column(String(32))
    realdate: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money)
    notpayd: Mapped[Decimal] = mapped_column(Money, server_default="0")
    discount: Mapped[Optional[int]]
    kind: Mapped[str] = mapped_column(String(16), server_default="")
    discountamount: Mapped[Decimal] = mapped_column(Money, server_default="0")


class Basket(Base):
    """The promo code that an account has put into its cart (the sandbox's own table)."""

    __tablename__ = "basket"
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    promocode: Mapped[str] = mapped_column(String(64), default="")


class Lineitem(Base):
    """A line of the new cart (reference B.5: `lineitem(id,item,count,…,cartorder)`; account and tariff are the
    sandbox's short cut to what is ordered)."""

    __tablename__ = "lineitem"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    pricelist: Mapped[int] = mapped_column(ForeignKey("pricelist.id"))
    months: Mapped[int] = mapped_column(default=1)
    count: Mapped[int] = mapped_column(default=1)


class Discount(Base):
    """A personal discount (the sandbox's own table; A.7 leaves the real one unknown)."""

    __tablename__ = "discount"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    name_ru: Mapped[str] = mapped_column(String(255), default="")
    type: Mapped[int] = mapped_column(default=0)
    percentage: Mapped[Decimal] = mapped_column(Money, default=0)
    pricelist_tree: Mapped[str] = mapped_column(String(255), default="null")
    fromdate: Mapped[Optional[date]]
    todate: Mapped[Optional[date]]
    fixed: Mapped[str] = mapped_column(Text, default="")
