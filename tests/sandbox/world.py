"""What is in a fresh panel, and the writing of test data straight into its database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from .engine import opened
from .functions.directory import GROUP_LEVEL
from .functions.payments import CREDITED, REFUNDED, add_refund
from .models import (
    Account,
    Account2Group,
    Account2Project,
    Base,
    Currency,
    CurrencyRate,
    Discount,
    Expense,
    HistoryPayment,
    Itemtype,
    Payment,
    Paymethod,
    Pricelist,
    Project,
    Promotion,
    Promotion2Payment,
    Promotioncoupon2Account,
    Subaccount,
    User,
)

RUB, USD, EUR = 126, 153, 64
NOON = time(12)


class World:
    """The panel's database as a test writes it, behind the panel's back."""

    def __init__(self, database: str, readings: dict[str, str]) -> None:
        self.engine = opened(database)
        self.readings = readings
        self._batch: Session | None = None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Everything written inside becomes one transaction."""
        with Session(self.engine) as session:
            self._batch = session
            try:
                yield
                session.commit()
            finally:
                self._batch = None

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        if self._batch is not None:
            yield self._batch
            self._batch.flush()
            return
        with Session(self.engine) as session:
            yield session
            session.commit()

    def found(self, staff_password: str) -> None:
        """A panel just installed: provider, currencies, an employee, service types with tariffs, payment methods."""
        Base.metadata.create_all(self.engine)
        with self._writing() as session:
            session.add_all(
                [
                    Project(id=1, name="Example Hosting", billurl="https://billing.example.com"),
                    Currency(
                        id=RUB, iso="RUB", symbol="₽", code="643", name="Russian ruble", name_ru="Российский рубль"
                    ),
                    Currency(id=USD, iso="USD", symbol="$", code="840", name="US dollar", name_ru="Доллар США"),
                    Currency(id=EUR, iso="EUR", symbol="€", code="978", name="Euro", name_ru="Евро"),
                    User(
                        id=1,
                        name="admin",
                        realname="Administrator",
                        email="admin@example.com",
                        level=29,
                        password=staff_password,
                    ),
                ]
            )
            session.flush()
            for number, (internal, en, ru, price) in enumerate(
                (
                    ("vhost", "Shared hosting", "Виртуальный хостинг", 200),
                    ("vds", "Virtual server", "Виртуальный сервер", 1000),
                    ("dedic", "Dedicated server", "Выделенный сервер", 10000),
                    ("certificate", "SSL certificate", "SSL-сертификат", 2000),
                    ("domain", "Domain", "Домен", 300),
                    ("vds.vps", "Cloud server", "Облачный сервер", 1500),
                ),
                start=1,
            ):
                session.add(Itemtype(id=number, intname=internal, name=en, name_ru=ru, orderpriority=number))
                session.flush()
                session.add(
                    Pricelist(
                        id=number, itemtype=number, project=1, name=f"{en} 1", name_ru=f"{ru} 1", monthly=Decimal(price)
                    )
                )
            for number, (module, en, ru) in enumerate(
                (
                    ("pmbank", "Bank transfer", "Банковский перевод"),
                    ("pmcard", "Bank card", "Банковская карта"),
                    ("pmbonus", "Bonus", "Бонус"),
                ),
                start=1,
            ):
                session.add(Paymethod(id=number, module=module, name=en, name_ru=ru, currency=RUB))

    # --- one by one ---

    def add_tariff(self, name: str, itemtype: int, price: int | str = 1000) -> int:
        return self._add(
            Pricelist, itemtype=itemtype, project=1, name=name, name_ru=name, monthly=Decimal(price), billtype=0
        )

    def add_project(self, name: str) -> int:
        return self._add(Project, name=name)

    def add_user(self, account: int, name: str, language: str = "ru") -> int:
        """Another user of a client."""
        return self._add(
            User,
            name=name,
            email=name,
            realname=name,
            account=account,
            level=16,
            language=language,
            password="client-password",
        )

    def delete_user(self, name: str) -> None:
        with self._writing() as session:
            session.query(User).filter(User.name == name).delete()

    def move_user(self, name: str, account: int) -> None:
        """Let a login be another client's from now on; its id stays."""
        with self._writing() as session:
            session.query(User).filter(User.name == name).update({User.account: account})

    def add_employee(self, name: str, level: int = 29, password: str = "admin-password") -> int:
        """Another employee; level 30 is one whose rights nobody has limited."""
        return self._add(User, name=name, email=name, realname=name, level=level, password=password)

    def add_account(
        self,
        name: str,
        *,
        email: str = "",
        password: str = "client-password",
        project: int = 1,
        currency: str = "RUB",
        registered: datetime = datetime(2024, 1, 1),
        number: int | None = None,
    ) -> int:
        """A client with a user and a subaccount; `number` is an id that is to be used again."""
        with self._writing() as session:
            account, subaccount, user = (self._number(session, model) for model in (Account, Subaccount, User))
            account = account if number is None else number
            session.add(Account(id=account, name=name, level=16, registration_date=registered))
            session.flush()
            session.add_all(
                [
                    Account2Project(account=account, project=project),
                    Subaccount(id=subaccount, account=account, project=project, currency=_currency(session, currency)),
                    User(
                        id=user,
                        name=email or f"client{account}@example.com",
                        realname=name,
                        account=account,
                        email=email or f"client{account}@example.com",
                        password=password,
                    ),
                ]
            )
        return account

    def delete_account(self, account: int) -> None:
        """The client is gone, discounts included; payments stay in the books without an owner's row."""
        with self._writing() as session:
            session.query(Discount).filter(Discount.account == account).delete()
            subaccounts = select(Subaccount.id).where(Subaccount.account == account)
            session.query(Payment).filter(Payment.subaccount.in_(subaccounts)).delete(synchronize_session=False)
            for model in (Subaccount, User, Account2Project, Account2Group):
                session.query(model).filter(model.account == account).delete()
            session.query(Account).filter(Account.id == account).delete()

    def add_group(self, name: str, members: Iterable[int] = ()) -> int:
        with self._writing() as session:
            group = self._number(session, Account)
            session.add(Account(id=group, name=name, level=GROUP_LEVEL, registration_date=datetime(2024, 1, 1)))
            session.flush()
            session.add_all([Account2Group(account=member, accountgroup=group) for member in members])
        return group

    def add_to_group(self, group: int, *members: int) -> None:
        with self._writing() as session:
            session.add_all([Account2Group(account=member, accountgroup=group) for member in members])

    def add_payment(
        self,
        account: int,
        amount: Decimal | int | str,
        credited_on: date | None,
        *,
        status: int = CREDITED,
        currency: str = "RUB",
        method: int | None = 1,
        project: int = 1,
        number: str = "",
        created_on: date | None = None,
        refund: str = "off",
        refund_of: int | None = None,
    ) -> int:
        with self._writing() as session:
            payment = self._number(session, Payment)
            created = datetime.combine(created_on or credited_on or date(2025, 1, 1), NOON)
            session.add(
                Payment(
                    id=payment,
                    number=number or f"pfx/{payment}",
                    paymethod=method,
                    status=status,
                    refund=refund,
                    source_payment=refund_of,
                    subaccount=self._subaccount(session, account, project, currency),
                    subaccountamount=Decimal(amount),
                    paymethodamount=Decimal(amount),
                    currency=_currency(session, currency),
                    createdate=created,
                    paydate=datetime.combine(credited_on, NOON) if credited_on else None,
                )
            )
        return payment

    def add_cashback(self, account: int, amount: Decimal | int | str, credited_on: date) -> int:
        payment = self.add_payment(account, amount, credited_on, method=None)
        self._save(Promotion2Payment(promotion=1, payment_source=None, payment_cashback=payment))
        return payment

    def add_certificate(self, account: int, amount: Decimal | int, credited_on: date) -> int:
        payment = self.add_payment(account, amount, credited_on, method=None)
        self._save(Promotioncoupon2Account(promotioncoupon=payment, payment=payment))
        return payment

    def refund(self, payment: int, refunded_on: date, amount: Decimal | int | None = None) -> int:
        """As `payment.refund` does it, on a day of its own."""
        with self._writing() as session:
            source = session.get_one(Payment, payment)
            given = source.subaccountamount if amount is None else Decimal(amount)
            if given == source.subaccountamount:
                source.status = REFUNDED
            number = add_refund(session, self.readings, source, given, datetime.combine(refunded_on, NOON))
        return number

    def credit_quietly(self, payment: int, now: datetime) -> None:
        """Credited on one of the ways that do not call `payment.setpaid`: no event, only the history tells (C.8)."""
        with self._writing() as session:
            found = session.get_one(Payment, payment)
            session.add(
                HistoryPayment(
                    reference=payment,
                    status=found.status,
                    status_new=CREDITED,
                    changedate=now,
                    request_action="payment.edit",
                    request_ip="127.0.0.1",
                    username="admin",
                )
            )
            found.status, found.paydate = CREDITED, found.paydate or now

    def set_payment(self, payment: int, **columns: Any) -> None:
        with self._writing() as session:
            found = session.get_one(Payment, payment)
            for name, value in columns.items():
                setattr(found, name, datetime.combine(value, NOON) if name == "paydate" else value)

    def move_payment(self, payment: int, account: int) -> None:
        """What the panel's "Payments transfer" leaves: the payment has a subaccount of another client."""
        with self._writing() as session:
            found = session.get_one(Payment, payment)
            before = session.get_one(Subaccount, found.subaccount)
            iso = session.get_one(Currency, before.currency).iso
            found.subaccount = self._subaccount(session, account, before.project, iso)

    def refuse_all_payments(self, account: int) -> None:
        """None of the account's payments counts any more."""
        with self._writing() as session:
            subaccounts = select(Subaccount.id).where(Subaccount.account == account)
            session.query(Payment).filter(Payment.subaccount.in_(subaccounts)).update(
                {"status": 9}, synchronize_session=False
            )

    def delete_payment(self, payment: int) -> None:
        with self._writing() as session:
            session.delete(session.get_one(Payment, payment))

    def delete_payments(self, account: int) -> None:
        """All payments of an account are gone."""
        with self._writing() as session:
            subaccounts = select(Subaccount.id).where(Subaccount.account == account)
            session.query(Payment).filter(Payment.subaccount.in_(subaccounts)).delete(synchronize_session=False)

    def add_rate(self, currency: str, day: date, rate: Decimal | str) -> int:
        with self._writing() as session:
            number = self._number(session, CurrencyRate)
            session.add(CurrencyRate(id=number, currency=_currency(session, currency), date=day, rate=Decimal(rate)))
        return number

    def add_discount(
        self, account: int, percent: Decimal | int, tree: str, name: str = "Agreed by hand", **columns: Any
    ) -> int:
        values: dict[str, Any] = {"fromdate": date(2024, 1, 1), "todate": date(2099, 12, 31), **columns}
        return self._add(
            Discount, account=account, percentage=Decimal(percent), pricelist_tree=tree, name=name, **values
        )

    def add_expense(
        self,
        account: int,
        amount: Decimal | int,
        day: date,
        discount: int | None = None,
        saved: Decimal | int = 0,
        currency: str = "RUB",
        kind: str = "",
        what: str = "prolong",
    ) -> int:
        """The client was charged for that; `saved` is what a discount took off, of that kind (a personal one if not
        said)."""
        with self._writing() as session:
            number = self._number(session, Expense)
            session.add(
                Expense(
                    id=number,
                    subaccount=self._subaccount(session, account, 1, currency),
                    operation=what,
                    realdate=day,
                    amount=Decimal(amount),
                    discount=discount,
                    kind=kind or ("personal" if discount else ""),
                    discountamount=Decimal(saved),
                )
            )
        return number

    def add_many_expenses(self, account: int, count: int, last: date, discount: int, saved: Decimal | int) -> None:
        """`count` expenses on the three days up to `last`; written in bulk."""
        with self._writing() as session:
            first = self._number(session, Expense)
            subaccount = self._subaccount(session, account, 1, "RUB")
            session.execute(
                insert(Expense),
                [
                    {
                        "id": first + number,
                        "subaccount": subaccount,
                        "operation": "prolong",
                        "realdate": last - timedelta(days=number % 3),
                        "amount": Decimal(9),
                        "notpayd": Decimal(0),
                        "discount": discount,
                        "discountamount": Decimal(saved),
                    }
                    for number in range(count)
                ],
            )

    def put_discount(self, number: int, account: int, percent: Decimal, tree: str, name: str) -> None:
        """A discount with that very id."""
        self._save(
            Discount(
                id=number,
                account=account,
                percentage=percent,
                pricelist_tree=tree,
                name=name,
                fromdate=date(2024, 1, 1),
                todate=date(2099, 12, 31),
            )
        )

    def change_discount(self, discount: int, **columns: Any) -> None:
        with self._writing() as session:
            found = session.get_one(Discount, discount)
            for name, value in columns.items():
                setattr(found, name, value)

    def delete_discount(self, discount: int) -> None:
        with self._writing() as session:
            session.delete(session.get_one(Discount, discount))

    def add_promotion(
        self, name: str, percent: int, internal_name: str | None, first: date, last: date, promocode: str = ""
    ) -> int:
        with Session(self.engine) as session:
            itemtype = session.execute(select(Itemtype.id).where(Itemtype.intname == internal_name)).scalar()
        return self._add(
            Promotion,
            name=name,
            amount_percent=Decimal(percent),
            itemtype=itemtype,
            fromdate=first,
            todate=last,
            promocode=promocode,
            project=1,
        )

    # --- reading ---

    def discounts(self, account: int | None = None) -> list[dict[str, Any]]:
        """The personal discounts that are really there: id, account, internal_name, percent, todate, name."""
        with Session(self.engine) as session:
            names = {f"it_{each.id}": each.intname for each in session.query(Itemtype)}
            query = session.query(Discount).order_by(Discount.account, Discount.id)
            if account is not None:
                query = query.filter(Discount.account == account)
            return [
                {
                    "id": each.id,
                    "account": each.account,
                    "name": each.name,
                    "percent": each.percentage.normalize(),
                    "internal_name": names.get(each.pricelist_tree, each.pricelist_tree),
                    "fromdate": each.fromdate,
                    "todate": each.todate,
                    "type": each.type,
                }
                for each in query
            ]

    def user_of(self, account: int) -> str:
        """The login name of the account's first user."""
        with Session(self.engine) as session:
            query = select(User.name).where(User.account == account).order_by(User.id)
            return session.execute(query).scalars().first() or ""

    def percents(self, account: int) -> dict[str, Decimal]:
        """Percent by service type of the account's discounts; an account with two for one type fails loudly."""
        found = self.discounts(account)
        by_type = {each["internal_name"]: each["percent"] for each in found}
        assert len(by_type) == len(found), f"doubled discounts: {found}"
        return by_type

    def history(self, payment: int) -> list[HistoryPayment]:
        with Session(self.engine) as session:
            return session.query(HistoryPayment).filter(HistoryPayment.reference == payment).all()

    # --- many ---

    def add_many(self, count: int, payments_each: int, last: date, amount: Decimal | int = 700) -> list[int]:
        """`count` clients with that many credited payments in the 25 days up to `last`; written in bulk."""
        with self._writing() as session:
            first, subaccount, user, payment = (
                self._number(session, model) for model in (Account, Subaccount, User, Payment)
            )
            ids = list(range(first, first + count))
            registered = datetime(2024, 1, 1)
            session.execute(
                insert(Account),
                [{"id": each, "name": f"Client {each}", "level": 16, "registration_date": registered} for each in ids],
            )
            session.execute(insert(Account2Project), [{"account": each, "project": 1} for each in ids])
            session.execute(
                insert(Subaccount),
                [
                    {
                        "id": subaccount + offset,
                        "account": each,
                        "project": 1,
                        "currency": RUB,
                        "active": "on",
                        "creditlimit": 0,
                    }
                    for offset, each in enumerate(ids)
                ],
            )
            session.execute(
                insert(User),
                [
                    {
                        "id": user + offset,
                        "name": f"client{each}@example.com",
                        "email": f"client{each}@example.com",
                        "realname": f"Client {each}",
                        "account": each,
                        "level": 16,
                        "password": "client-password",
                    }
                    for offset, each in enumerate(ids)
                ],
            )
            rows = []
            for offset in range(count):
                for turn in range(payments_each):
                    day = datetime.combine(last - timedelta(days=turn % 25), NOON)
                    rows.append(
                        {
                            "id": payment,
                            "number": f"pfx/{payment}",
                            "subaccount": subaccount + offset,
                            "paymethod": 1,
                            "subaccountamount": Decimal(amount),
                            "paymethodamount": Decimal(amount),
                            "currency": RUB,
                            "status": CREDITED,
                            "createdate": day,
                            "paydate": day,
                        }
                    )
                    payment += 1
            for start in range(0, len(rows), 50000):
                session.execute(insert(Payment), rows[start : start + 50000])
        return ids

    def populate(self, today: date, seed: int = 1, count: int = 200) -> list[int]:
        """Resellers with three months of payments of every kind, a group, rates, and discounts made by hand."""
        from .population import populate

        with self.at_once():
            return populate(self, today, seed, count)

    # --- inside ---

    def _add(self, model: Any, **columns: Any) -> int:
        with self._writing() as session:
            number = self._number(session, model)
            session.add(model(id=number, **columns))
        return number

    def _save(self, record: Any) -> None:
        with self._writing() as session:
            session.add(record)

    def _number(self, session: Session, model: Any) -> int:
        return int(session.execute(select(func.coalesce(func.max(model.id), 0))).scalar_one()) + 1

    def _subaccount(self, session: Session, account: int, project: int, currency: str) -> int:
        """The client's subaccount for provider and currency, opened when missing."""
        wanted = {"account": account, "project": project, "currency": _currency(session, currency)}
        found = session.query(Subaccount).filter_by(**wanted).first()
        if found is None:
            found = Subaccount(id=self._number(session, Subaccount), **wanted)
            session.add(found)
            session.flush()
        return found.id


def _currency(session: Session, iso: str) -> int:
    return session.execute(select(Currency.id).where(Currency.iso == iso)).scalar_one()
