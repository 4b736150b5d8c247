"""A provider with forty resellers, as months of payments, orders and nights have left it, up to today."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby

from resellerprogram.office import Office
from resellerprogram.office.tasks import carry_out_all
from resellerprogram.panel import transport
from resellerprogram.programme.basis import Pin
from resellerprogram.programme.ids import AccountId
from resellerprogram.programme.settings import FULL_LEVEL
from resellerprogram.programme.window import Window, last_counting_day
from resellerprogram.recalculation.run import recalculate
from resellerprogram.recalculation.sweep import sweep
from resellerprogram.store import Store
from resellerprogram.store.changes import Author
from resellerprogram.store.tasks import EXAMINE, PLAN

from tests.sandbox import Sandbox, within

from .speech import text

PASSWORD = "demo-password"
DAILY = 15
"""So many days back every night ran; before that one a week, and before that one a month."""
TRIAL = 2
"""After so many nights somebody started the programme."""
UNNOTICED = 3
"""The client whose last payment the panel told nobody about; the next sweep or night finds it."""
NOTICED = 95
"""So many days back payments are noticed on the day on which they come, after that day's night; before that the next
night finds them."""
NIGHT, NOON, EVENING = time(0, 7), time(12), time(23)
CODE = "SALE"
NAMES = """
Альфа Хостинг, Белый Лев, Вектор, Гранит, Дальний Порт, Ёлка Софт, Живой Код, Заря, Искра, Каскад, Лабиринт, Маяк,
Новый Свет, Облако Плюс, Парус, Радуга, Сфера, Терра, Уют-Сервис, Фонтан, Хорда, Центр Данных, Чайка, Шторм,
Эхо, Юпитер, Ясень, Borealis, Cumulus, Driftnet, Eastwind, Foxglove, Greenfield, Harbour, Ironwood, Juniper, Kestrel
""".replace("\n", " ").split(",")
MONTHLY = (300, 900, 2_500, 4_500, 8_000, 12_000, 22_000, 34_000, 60_000, 115_000, 240_000, 520_000)
PRICES = {"it_2": 1_000, "it_3": 10_000, "it_4": 2_000}


@dataclass(frozen=True)
class Guest:
    """A reseller whose login the demo tells."""

    account: int
    login: str


@dataclass
class World:
    """The panel with its clients; `guests` are those whom one can be: who falls soon, who is near the next tier, and
    whose own discount rests."""

    panel: Sandbox
    store: Store
    today: date
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    paid: list[tuple[date, int, Decimal]] = field(default_factory=list)
    guests: list[Guest] = field(default_factory=list)
    keeper: int = 0

    def settle(self, first: date) -> None:
        """The clients, and everything that they are going to pay."""
        world = self.panel.world
        world.add_employee("chief", level=30, password=PASSWORD)
        for number, name in enumerate(NAMES):
            account = world.add_account(name.strip(), email=f"client{number + 1}@example.com")
            self._pays(account, MONTHLY[number % len(MONTHLY)], first)
        falling, near, resting = (
            self._guest(name, login) for name, login in (("Ромашка", "romashka"), ("Атлас", "atlas"), ("Вега", "vega"))
        )
        leaves = next(
            day
            for day in (self.today - timedelta(days=offset) for offset in range(35))
            if last_counting_day(day) == self.today + timedelta(days=1)
        )
        self._plan(falling, (leaves, 5_000), (self.today - timedelta(days=9), 48_000))
        self._plan(near, (self.today - timedelta(days=11), 98_500))
        self._plan(resting, (self.today - timedelta(days=5), 31_000))
        world.add_discount(resting, 40, "it_1", text("Agreed by hand", "По договорённости"))
        world.add_promotion(
            text("Sale", "Распродажа"), 50, "vds", self.today, self.today + timedelta(days=60), promocode=CODE
        )
        self.paid.sort()

    def _guest(self, name: str, login: str) -> int:
        account = self.panel.world.add_account(name, email=f"{login}@example.com", password=PASSWORD)
        self.guests.append(Guest(account, f"{login}@example.com"))
        return account

    def _plan(self, account: int, *payments: tuple[date, int]) -> None:
        self.paid += [(day, account, Decimal(amount)) for day, amount in payments]

    def _pays(self, account: int, monthly: int, first: date) -> None:
        """Every month about as much, in one to three payments; some come and some go."""
        comes = first + timedelta(days=self.chance.choice((0, 0, 0, 40, 90)))
        goes = self.today - timedelta(days=self.chance.choice((0, 0, 0, 0, 25, 60)))
        day = comes + timedelta(days=self.chance.randrange(20))
        while day < goes:
            parts = self.chance.choice((1, 1, 2, 3))
            for part in range(parts):
                amount = Decimal(monthly * self.chance.randrange(70, 131) // 100 // parts)
                paid_on = day + timedelta(days=6 * part)
                if paid_on < goes:
                    self.paid.append((paid_on, account, amount))
            day += timedelta(days=self.chance.randrange(26, 33))

    # --- living ---

    def nights(self, months: int, weeks: int) -> Iterator[date]:
        """The days whose night ran: one a month, then one a week, and at last every day."""
        first = self.today - timedelta(days=DAILY + 7 * weeks)
        yield from (first - timedelta(days=30 * back) for back in range(months, 0, -1))
        yield from (first + timedelta(days=7 * number) for number in range(weeks))
        yield from (self.today - timedelta(days=back) for back in range(DAILY, -1, -1))

    def live(self, nights: list[date]) -> Iterator[date]:
        """One night after the other, each after the payments and orders of the days before it; tells each. Meanwhile
        the panel is asked without a process for every call."""
        before = date.min
        setattr(transport, "subprocess", within.INSTEAD)  # noqa: B010  # which a module is not declared to take
        for name, value in (("provider", "1"), ("panel_url", ""), ("client_notices", "off")):
            self.store.settings.set(name, value)
        for number, day in enumerate(nights):
            if number == len(nights) - DAILY:
                self.store.settings.set("client_notices", "rose,will_fall,fell")
            self._credit(before, day)
            if number == TRIAL:  # until then it only looked
                self.office(day).going_live.start()
            self._night(day)
            self._order(day)
            before = day
            yield day
        self._say_a_word()
        self.panel.now = datetime.combine(self.today, NOON)
        self.store.settings.set("panel_url", self.panel.url)

    def office(self, day: date) -> Office:
        def night() -> datetime:
            return datetime.combine(day, NIGHT)

        return Office(self.panel.root, self.store, Author("chief", "192.0.2.7"), night, FULL_LEVEL)

    def _credit(self, after: date, until: date) -> None:
        for day, payments in groupby((each for each in self.paid if after <= each[0] < until), lambda each: each[0]):
            noticed = day >= self.today - timedelta(days=NOTICED)
            if noticed and day > after:
                self._night(day)
            with self.panel.world.at_once():
                for _, account, amount in payments:
                    self.panel.world.add_payment(account, amount, day)
            if noticed:
                evening = partial(datetime.combine, day, EVENING)
                self.panel.now = evening()
                sweep(self.panel.root, self.store, evening)

    def _night(self, day: date) -> None:
        def night() -> datetime:
            return datetime.combine(day, NIGHT)

        self.panel.now = night()
        recalculate(self.panel.root, self.store, day, night, "daily", allow_drop=True)
        self._use_up_numbers()

    def _use_up_numbers(self) -> None:
        """A discount's number is never given again, as in a real panel: an expense of long ago would name another's.
        The sandbox counts on from the highest that is there, so that somebody who is no client keeps the last one."""
        kept, self.keeper = self.keeper, max([self.keeper, *(each["id"] for each in self.panel.world.discounts())]) + 1
        self.panel.world.put_discount(self.keeper, 0, Decimal(0), "null", "-")
        if kept:
            self.panel.world.delete_discount(kept)

    def _order(self, day: date) -> None:
        """Who has a discount orders with it, some more and some less, and a few nothing."""
        for account in sorted(self.store.owned.accounts()):
            owned = list(self.store.owned.of(account).values())
            if account % 7 == 0 or self.chance.random() > 0.4:
                continue
            ours = self.chance.choice(owned)
            gross = Decimal(PRICES.get(ours.scope, 1_000) * self.chance.randrange(1, 6))
            saved = (gross * (ours.percent or 0) / 100).quantize(Decimal("0.01"))
            self.panel.world.add_expense(account, gross - saved, day, ours.id, saved)

    def _say_a_word(self) -> None:
        """A client held on a tier, one left out, one whose payment was taken back."""
        yesterday = self.today - timedelta(days=1)
        office, held, out = self.office(self.today), AccountId(5), AccountId(9)
        office.members.pin(held, Pin("Partner #7", self.today + timedelta(days=40), "договор на год"))
        office.members.exclude(out, "своя цена по договору")
        taken = [(number, amount) for number, amount in self._payments_of(AccountId(8))]
        if taken:
            self.panel.world.refund(taken[-1][0], yesterday, taken[-1][1] / 2)
        recalculate(
            self.panel.root,
            self.store,
            self.today,
            self.noon,
            "daily",
            allow_drop=True,
        )

    def look_around(self) -> None:
        """What an administrator has asked for this noon: the panel was checked, and the plan looked at. In it is who
        paid without an event, and whose discount somebody has changed by hand."""
        spared = {UNNOTICED, *(guest.account for guest in self.guests)}
        touched = next(each for each in sorted(self.store.owned.accounts()) if each not in spared)
        self.panel.world.change_discount(min(self.store.owned.of(touched)), percentage=Decimal(50))
        self.panel.world.add_payment(UNNOTICED, 70_000, self.today)
        for kind in (EXAMINE, PLAN):
            self.store.tasks.ask(kind, {}, Author("chief", "192.0.2.7"), self.noon())
        carry_out_all(self.panel.root, self.store, self.noon)

    def noon(self) -> datetime:
        return datetime.combine(self.today, NOON)

    def _payments_of(self, account: AccountId) -> list[tuple[int, Decimal]]:
        window = Window.of(self.today)
        return [(each.id, each.amount.amount) for each in self.store.ledger.as_known(account, window)]
