"""How the database grows: sixty days of members who pay in, with the plugin's own looking, thinking and acting.

The panel is a shelf of discounts in this process, and payments come from a life that is made up: what is measured is
what is kept of it. Every night looks at everybody, as small installations do.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace

from resellerprogram.panel.answers import Document, parse
from resellerprogram.panel.assumptions import OPEN_END
from resellerprogram.panel.calls import Employee, Panel
from resellerprogram.panel.directory import PaymentMethods, ServiceTypeId
from resellerprogram.panel.errors import Call
from resellerprogram.panel.facts import Facts
from resellerprogram.programme import causes
from resellerprogram.programme.account import consider
from resellerprogram.programme.ids import AccountId, PaymentId, ProviderId
from resellerprogram.programme.members import Account
from resellerprogram.programme.outcomes import DONE, SENT
from resellerprogram.programme.payments import Money, Payment, PaymentStatus, Rate, RateTable
from resellerprogram.programme.refunds import ask_for_earlier
from resellerprogram.programme.window import Window
from resellerprogram.recalculation.act import act
from resellerprogram.recalculation.context import Context
from resellerprogram.recalculation.look import look
from resellerprogram.recalculation.retention import let_details_go
from resellerprogram.store import Store
from resellerprogram.store.users import ClientUser

from tests.benchmarks.measuring import Row
from tests.operator import go_live

FIRST_DAY = date(2025, 1, 20)
DAYS, MEMBERS, PAYMENTS = 60, 1000, 15_000
US = ProviderId(1)
TYPES = {ServiceTypeId(2): "vds", ServiceTypeId(3): "dedic", ServiceTypeId(4): "certificate"}
FACTS = Facts("admin", {US: "Provider"}, TYPES, {"₽": "RUB", "$": "USD"}, PaymentMethods(), ())
RATES = RateTable([Rate("USD", FIRST_DAY, Decimal("91.2345"))])
QUIET_NIGHTS = 10
BYTES_OF_A_MEGABYTE = 1_000_000


class Shelf:
    """The discounts of a panel, and nothing else of it: whatever is written is taken, and shown again."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, dict[str, str]]] = {}
        self._ids = count(1)

    def send(self, call: Call) -> Document:
        account, discount = call.params.get("plid", ""), call.params.get("elid", "")
        if call.function == "account.discount":
            return self._answer(call, "".join(map(self._row, self._of.get(discount, {}).items())))
        if call.function == "account.discount.delete":
            del self._of[account][discount]
        elif "sok" in call.params:
            discount = discount or str(next(self._ids))
            self._of.setdefault(account, {}).setdefault(discount, {}).update(call.params)
        else:
            return self._answer(call, self._fields(self._of[account][discount]))
        return self._answer(call, f"<id>{discount}</id><ok/>")

    def close(self) -> None:
        """Nothing is held open."""

    @staticmethod
    def _answer(call: Call, content: str) -> Document:
        return parse(f"<doc>{content}</doc>".encode(), call)

    @staticmethod
    def _row(found: tuple[str, dict[str, str]]) -> str:
        number, fields = found
        return (
            f"<elem><id>{number}</id><name>{fields['name']}</name><value>{fields['percentage']} %</value>"
            f"<fromdate>{fields['fromdate']}</fromdate><todate>{OPEN_END}</todate></elem>"
        )

    @staticmethod
    def _fields(fields: dict[str, str]) -> str:
        return "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())


class Life:
    """Members who pay in, each at their own scale; a few payments are in dollars, and a few are given back."""

    def __init__(self, members: int, payments: int, days: int, seed: int = 1) -> None:
        self.chance, self._ids = Random(seed), count(1)
        self.members = [Account(AccountId(number), _name(number), FIRST_DAY) for number in range(1, members + 1)]
        self._scale = {each.id: self.chance.choice((300, 1000, 3000, 9000, 30000)) for each in self.members}
        self._payments: dict[AccountId, dict[PaymentId, Payment]] = {each.id: {} for each in self.members}
        self._a_day = [payments * (day + 1) // days - payments * day // days for day in range(days)]

    def live(self, number: int) -> Iterator[Account]:
        """What happens on that day, one payment after another, and whose each is."""
        day = FIRST_DAY + timedelta(days=number)
        for _ in range(self._a_day[number]):
            account = self.chance.choice(self.members)
            paid = self._payments[account.id]
            what = self.chance.random()
            if paid and what < 0.015:
                payment = self.chance.choice(list(paid.values()))
                paid[payment.id] = replace(payment, status=PaymentStatus.REFUNDED)
            self._pay(account, day, refund=bool(paid) and 0.015 < what < 0.03, currency="USD" if what > 0.98 else "RUB")
            yield account

    def _pay(self, account: Account, day: date, refund: bool, currency: str) -> None:
        number, scale = PaymentId(next(self._ids)), self._scale[account.id]
        amount = Decimal(self.chance.randint(scale // 3, scale) * (1 if currency == "RUB" else Decimal("0.01")))
        self._payments[account.id][number] = Payment(
            number,
            f"RU-2025/{number}",
            Money((-amount / 2 if refund else amount).quantize(Decimal("0.0001")), currency),
            PaymentStatus.CREDITED,
            day,
            US,
            self.chance.choice(("Банковская карта (ЮKassa)", "Банковский перевод", "СБП")),
            is_refund=refund,
            owner=account.name,
        )

    def of_account(self, account: AccountId, window: Window) -> list[Payment]:
        """As the reader of a panel gives them: earlier ones only where money was given back."""
        known = self._payments[account].values()
        inside = [each for each in known if each.credited_on and window.first <= each.credited_on <= window.last]
        return list(known) if ask_for_earlier(inside) else inside


class House:
    """The plugin through the days, with `store` as all that it knows."""

    def __init__(self, store: Store, life: Life) -> None:
        self.store, self.life = store, life
        self._panel = Panel(Shelf(), Employee("admin"))

    def context(self, day: date) -> Context:
        made = Context(self._panel, self.store, day, self.store.settings.current(), facts=FACTS)
        vars(made)["reader"] = SimpleNamespace(of_account=self.life.of_account, still_credited=lambda payments: [])
        vars(made)["rates"] = SimpleNamespace(read=lambda: RATES)
        return made

    def night(self, day: date) -> None:
        now, store = datetime.combine(day, time(0, 7)), self.store
        self._run(self.context(day), self.life.members, causes.DAILY, now, whole=True)
        users = (ClientUser(str(1000 + each.id), f"client{each.id}", each.id) for each in self.life.members)
        store.users.replace_all(users, now)
        let_details_go(store, day)

    def day(self, number: int) -> None:
        """One event after another, each with a round of the worker of its own."""
        day = FIRST_DAY + timedelta(days=number)
        context, now = self.context(day), datetime.combine(day, time(8))
        for account in self.life.live(number):
            now += timedelta(seconds=100)
            self._run(context, [account], causes.WORKER, now, whole=False)

    def _run(self, context: Context, accounts: list[Account], cause: str, now: datetime, whole: bool) -> None:
        store, written = self.store, 0
        run = store.runs.begin(cause, context.day, whole, now)
        for account in accounts:
            considered = consider(*look(context, account), context.rules)
            written += act(context, considered, causes.DAILY if whole else "payment.setpaid", now)
        for kept in store.notices.waiting():
            store.notices.end(kept.id, SENT, now)
        store.runs.finish(run, DONE, len(accounts), written, now)


@dataclass(frozen=True)
class Growth:
    """In bytes: the whole, and what a payment and a decision take of it with their indexes and their share of what
    pages leave unused; `changing`: one that changed discounts. A `quiet` night is one in which nothing changes."""

    whole: int
    packed: int
    payment: float
    decision: float
    changing: float
    decisions: int
    changed: int
    quiet: float


def grow(store: Store, members: int, payments: int, days: int) -> Growth:
    """Live through these days, and weigh what is there then."""
    house = House(store, Life(members, payments, days))
    for number in range(days):
        house.night(FIRST_DAY + timedelta(days=number))
        house.day(number)
    last = FIRST_DAY + timedelta(days=days)
    house.night(last)
    whole, bare = size(store.connection), size_without(store)
    share = whole / bare
    made, changed = store.connection.execute("SELECT count(*), sum(written <> '[]') FROM decision").fetchone()
    quiet = size_after_quiet_nights(house, last) - whole
    with tempfile.TemporaryDirectory() as folder:
        packed = store.backup(datetime.combine(last, time(1)), Path(folder) / "copy.db.gz").stat().st_size
    return Growth(
        whole,
        packed,
        (bare - size_without(store, "ledger", "payment_rate")) * share / payments,
        (bare - size_without(store, "decision")) * share / made,
        (bare - size_without(store, "decision WHERE written <> '[]'")) * share / changed,
        made,
        changed,
        quiet / QUIET_NIGHTS,
    )


def size_after_quiet_nights(house: House, day: date) -> int:
    for _ in range(QUIET_NIGHTS):
        house.night(day)
    return size(house.store.connection)


def size(connection: sqlite3.Connection) -> int:
    pages, bytes_of_one = connection.execute("SELECT * FROM pragma_page_count, pragma_page_size").fetchone()
    return int(pages * bytes_of_one)


def size_without(store: Store, *rows: str) -> int:
    """Of a copy without gaps, from which these rows are deleted."""
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "copy.db")) as copy:
        store.connection.backup(copy)
        for each in rows:
            copy.execute(f"DELETE FROM {each}")
        copy.commit()
        copy.execute("VACUUM")
        return size(copy)


def measure(share: int) -> list[Row]:
    members, payments = MEMBERS // share, PAYMENTS // share
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "var").mkdir()
        with Store(Path(folder), datetime.combine(FIRST_DAY, time())) as store:
            go_live(store)
            found = grow(store, members, payments, DAYS)
    megabytes = found.whole / BYTES_OF_A_MEGABYTE
    return [
        (
            f"database after {DAYS} days, {members} members, {payments} payments",
            f"{megabytes:.2f} MB",
            f"goal {10 / share:g} MB; its copy of a night, packed, {found.packed / BYTES_OF_A_MEGABYTE:.1f} MB",
        ),
        ("of that a payment, with all its versions and its rate", f"{found.payment:.0f} bytes", "goal 300"),
        (
            "a decision that changed discounts",
            f"{found.changing:.0f} bytes",
            f"goal 400; {found.changed} of {found.decisions}, which take {found.decision:.0f} each",
        ),
        ("a night in which nothing changes", f"{found.quiet:.0f} bytes", f"{members} confirmed, and a line of its own"),
    ]


def _name(number: int) -> str:
    words, kinds = ("North", "Ромашка", "Вектор", "Green", "Облако"), ("Hosting", "Studio", "Сервис", "Digital", "Софт")
    return f"{words[number % 5]} {kinds[number // 5 % 5]} {number}"
