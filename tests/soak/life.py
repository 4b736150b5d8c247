"""What happens in sixty days: each event changes the panel's database and the truth alike."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from tests.programme.ledger_model import CREDITED, REFUNDED, Row
from tests.sandbox.models import Discount as PanelDiscount
from tests.sandbox.world import World

from .oddities import REASONS
from .truth import TIERS, Client, Discount, Pinned

FRAUD, CANCELLED, PROMISED = 7, 9, 3
EXCLUDED_METHOD = 3
ROUBLES = (1, 499, 500, 700, 2_500, 3_000, 4_800, 12_345, 30_000, 52_000, 120_000, 450_000)
OURS = "Reseller program: "
TREES = ("it_1", "it_2", "it_3", "pl_1", "null")


def as_written(row: PanelDiscount) -> Discount:
    percent = format(row.percentage.normalize(), "f")
    return (row.name, row.name_ru, percent, row.pricelist_tree, str(row.fromdate or ""), str(row.todate or ""))


class Life:
    """The clients, and the chance that rules them. `announced` are the payments of which the panel told us today,
    `called` the clients about whom an administrator did."""

    def __init__(self, world: World, chance: random.Random, first: date) -> None:
        self.world, self.chance, self.day = world, chance, first
        self.clients: dict[int, Client] = {}
        self.rates: dict[str, dict[date, Fraction]] = {}
        self.announced: list[int] = []
        self.called: list[tuple[int, str]] = []
        self.gone: list[int] = []
        self.registered: dict[int, date] = {}
        self.happened: Counter[str] = Counter()
        self.other_brand = 0
        self.names = 0

    # --- the beginning ---

    def begin(self, count: int) -> None:
        with self.world.at_once():
            self.other_brand = self.world.add_project("Second Brand")
            for currency, rate in (("USD", 90), ("EUR", 100)):
                self._rate(currency, self.day - timedelta(days=70), Fraction(rate))
            for number in range(count):
                account = self.world.add_account(f"Client {number}")
                self.clients[account] = Client(account)
            for client in self.clients.values():
                for _ in range(self.chance.randint(0, 4)):
                    self._credit(client, self.day - timedelta(days=self.chance.randint(0, 60)))
                if self.chance.random() < 0.25:
                    self._give_by_hand(client)

    def make_odd(self, days: int) -> None:
        """One in ten from some day on; and a few more who are odd for a while only."""
        chosen = self.chance.sample(sorted(self.clients), len(self.clients) // 10 + len(self.clients) // 40)
        kinds = list(REASONS)
        for number, account in enumerate(chosen):
            client = self.clients[account]
            client.odd = kinds[number % len(kinds)]
            client.since = self.day + timedelta(days=self.chance.randint(3, max(4, days - 15)))
            if number >= len(self.clients) // 10:
                client.until = client.since + timedelta(days=self.chance.randint(1, 10))

    # --- a day ---

    def live(self, day: date) -> None:
        self.day, self.announced, self.called = day, [], []
        present = self.discounts_now()
        with self.world.at_once():
            self._rates_of_the_day()
            for _ in range(self.chance.randint(8, 24)):
                event = self.chance.choices(list(EVENTS), list(EVENTS.values()))[0]
                client = self.chance.choice(list(self.clients.values()))
                event(self, client, present)
            for client in self.clients.values():
                if client.since == day:
                    self._prepare_odd(client)

    def last_words(self, day: date) -> None:
        """What lets every oddity show: money in the window, a discount to set aside, a tier that must change."""
        self.day, self.announced, self.called = day, [], []
        with self.world.at_once():
            for client in self.clients.values():
                if client.odd and client.until is None:
                    client.since = min(client.since or day, day)
                if client.is_odd(day):
                    client.outside = False
                    self.called.append((client.id, "reset"))
                    self._prepare_odd(client)

    def _prepare_odd(self, client: Client) -> None:
        for _ in range(2):
            self._credit(client, self.day, 1_100_000 if client.odd == "refuses writes" else 4_000, currency="RUB")
        if client.odd == "form lacks its scope":
            self._give_by_hand(client)

    def discounts_now(self) -> dict[int, list[PanelDiscount]]:
        """By client, as the panel's database has them."""
        found: dict[int, list[PanelDiscount]] = {}
        with Session(self.world.engine) as session:
            for row in session.query(PanelDiscount).order_by(PanelDiscount.id):
                found.setdefault(row.account, []).append(row)
            session.expunge_all()
        return found

    # --- money ---

    def _rates_of_the_day(self) -> None:
        for currency, value in (("USD", 90), ("EUR", 100)):
            if self.chance.random() < 0.2:
                self._rate(currency, self.day, Fraction(value + self.chance.randint(-9, 9)))
            elif currency == "EUR" and self.chance.random() < 0.05:
                self._rate(currency, self.day, Fraction(0))

    def _rate(self, currency: str, day: date, rate: Fraction) -> None:
        if day not in self.rates.setdefault(currency, {}):
            self.world.add_rate(currency, day, str(rate))
            self.rates[currency][day] = rate

    def _credit(self, client: Client, day: date, amount: int = 0, currency: str = "") -> None:
        currency = currency or self.chance.choices(("RUB", "USD", "EUR"), (85, 10, 5))[0]
        roubles = amount or self.chance.choice(ROUBLES)
        cents = roubles * 100 + self.chance.choice((0, 0, 0, 1, 99)) if currency == "RUB" else roubles + 1
        plain = bool(amount)
        method = 1 if plain else self.chance.choices((1, 2, EXCLUDED_METHOD), (60, 30, 6))[0]
        project = 1 if plain or self.chance.random() > 0.06 else self.other_brand
        status = CREDITED if plain else self.chance.choices((CREDITED, PROMISED, CANCELLED), (94, 3, 3))[0]
        payment = self.world.add_payment(
            client.id,
            Decimal(cents) / 100,
            day,
            method=method,
            project=project,
            status=status,
            currency=currency,
        )
        client.rows[payment] = Row(
            payment,
            cents,
            currency,
            status,
            day,
            provider=project,
            excluded=method == EXCLUDED_METHOD,
            account=client.id,
        )
        self._tell(payment)

    def _tell(self, *payments: int) -> None:
        """Most events reach us, some are lost."""
        if self.chance.random() < 0.7:
            self.announced += payments

    def _some(self, client: Client, *statuses: int) -> Row | None:
        found = [row for row in client.rows.values() if row.status in statuses and not row.refund and not row.cashback]
        return self.chance.choice(found) if found else None

    def pays(self, client: Client, present: object) -> None:
        back = self.chance.choices((0, self.chance.randint(1, 20), -self.chance.randint(1, 3)), (85, 12, 3))[0]
        self._credit(client, self.day - timedelta(days=back))

    def gets_cashback(self, client: Client, present: object) -> None:
        add = self.chance.choice((self.world.add_cashback, self.world.add_certificate))
        payment = add(client.id, 5_000, self.day)
        client.rows[payment] = Row(payment, 500_000, "RUB", CREDITED, self.day, cashback=True, account=client.id)
        self._tell(payment)

    def is_refunded(self, client: Client, present: object) -> None:
        row = self._some(client, CREDITED)
        if row is None or row.day > self.day:
            return
        cents = self.chance.choice((row.cents, row.cents, row.cents - 1, row.cents // 3, row.cents * 2)) or row.cents
        refund = self.world.refund(row.id, self.day, Decimal(cents) / 100)
        if cents == row.cents:
            row.status = REFUNDED
        named = self.chance.random() < 0.5
        if not named:
            self.world.set_payment(refund, source_payment=None)
        client.rows[refund] = Row(
            refund,
            cents,
            row.currency,
            int(self.world.readings["refund_row_status"]),
            self.day,
            provider=row.provider,
            excluded=row.excluded,
            refund=True,
            names=row.id if named and self.world.readings["refund_source"] == "present" else None,
            account=client.id,
        )
        self._tell(row.id, refund)

    def is_fraud(self, client: Client, present: object) -> None:
        self._turn(client, CREDITED, FRAUD)

    def is_no_fraud(self, client: Client, present: object) -> None:
        self._turn(client, FRAUD, CREDITED)

    def is_paid_later(self, client: Client, present: object) -> None:
        self._turn(client, PROMISED, CREDITED)

    def _turn(self, client: Client, before: int, after: int) -> None:
        row = self._some(client, before)
        if row:
            row.status = after
            self.world.set_payment(row.id, status=after)
            self._tell(row.id)

    def loses_a_payment(self, client: Client, present: object) -> None:
        row = self._some(client, CREDITED, CANCELLED)
        if row:
            del client.rows[row.id]
            self.world.delete_payment(row.id)
            self._tell(row.id)

    def passes_a_payment_on(self, client: Client, present: object) -> None:
        row, other = self._some(client, CREDITED), self.chance.choice(list(self.clients.values()))
        if row and other is not client:
            self.world.move_payment(row.id, other.id)
            other.rows[row.id] = client.rows.pop(row.id)
            row.account = other.id
            self._tell(row.id)

    def is_corrected(self, client: Client, present: object) -> None:
        """Another amount, or another day: of roubles only, whose rate no day changes."""
        row = self._some(client, CREDITED)
        if row is None:
            return
        if row.currency == "RUB" and self.chance.random() < 0.5:
            row.day = self.day - timedelta(days=self.chance.randint(0, 40))
            self.world.set_payment(row.id, paydate=row.day)
        else:
            row.cents = self.chance.choice(ROUBLES) * 100
            amount = Decimal(row.cents) / 100
            self.world.set_payment(row.id, subaccountamount=amount, paymethodamount=amount)
        self._tell(row.id)

    # --- discounts ---

    def gets_a_discount_by_hand(self, client: Client, present: object) -> None:
        self._give_by_hand(client)

    def _give_by_hand(self, client: Client) -> None:
        self.names += 1
        name = self.chance.choice((f"Agreed {self.names}", "Agreed by hand", "Скидка «Ромашка» & Co"))
        last = self.chance.choice((date(2099, 12, 31), date(2099, 12, 31), self.day + timedelta(days=9)))
        made = PanelDiscount(
            account=client.id,
            percentage=Decimal(self.chance.choice((3, 12, 40, "7.5"))),
            pricelist_tree=self.chance.choice(TREES),
            name=name,
            name_ru=self.chance.choice(("", f"По договору {self.names}")),
            fromdate=date(2023, 1, 1),
            todate=last,
            type=0,
        )
        client.by_hand[as_written(made)] += 1
        self.world.add_discount(
            client.id,
            made.percentage,
            made.pricelist_tree,
            name,
            name_ru=made.name_ru,
            fromdate=made.fromdate,
            todate=last,
        )

    def has_it_changed_by_hand(self, client: Client, present: dict[int, list[PanelDiscount]]) -> None:
        row = self._other(client, present)
        if row:
            client.by_hand[as_written(row)] -= 1
            row.percentage = Decimal(self.chance.randint(1, 50))
            client.by_hand[as_written(row)] += 1
            self.world.change_discount(row.id, percentage=row.percentage)

    def has_it_deleted_by_hand(self, client: Client, present: dict[int, list[PanelDiscount]]) -> None:
        row = self._other(client, present)
        if row:
            client.by_hand[as_written(row)] -= 1
            self.world.delete_discount(row.id)
            present[client.id].remove(row)

    def _other(self, client: Client, present: dict[int, list[PanelDiscount]]) -> PanelDiscount | None:
        found = [row for row in present.get(client.id, []) if client.by_hand[as_written(row)] > 0]
        return self.chance.choice(found) if found else None

    def has_ours_meddled_with(self, client: Client, present: dict[int, list[PanelDiscount]]) -> None:
        ours = [row for row in present.get(client.id, []) if row.name.startswith(OURS)]
        if not ours or client.odd:
            return
        row = self.chance.choice(ours)
        what = self.chance.randrange(3)
        if what == 0:
            self.world.delete_discount(row.id)
            present[client.id].remove(row)
        elif what == 1:
            self.world.change_discount(row.id, percentage=Decimal(self.chance.randint(1, 99)))
        else:
            self.world.change_discount(row.id, todate=self.day + timedelta(days=30))

    # --- administrators ---

    def is_pinned(self, client: Client, present: object) -> None:
        if client.pinned and client.pinned.until >= self.day:
            client.pinned = None
            self.called.append((client.id, "unpin"))
        else:
            until = self.day + timedelta(days=self.chance.randint(0, 12))
            client.pinned = Pinned(self.chance.choice(TIERS), until, self.chance.random() < 0.5)
            self.called.append((client.id, "pin"))

    def leaves_or_returns(self, client: Client, present: object) -> None:
        client.outside = not client.outside
        self.called.append((client.id, "exclude" if client.outside else "reset"))

    def is_new(self, client: Client, present: object) -> None:
        free = [each for each in self.gone if self.day - self.registered.get(each, date.min) > timedelta(days=1)]
        number = free[-1] if free and self.chance.random() < 0.7 else None
        if number:
            self.gone.remove(number)
        registered = datetime(self.day.year, self.day.month, self.day.day, 9)
        account = self.world.add_account(f"New {self.day}", registered=registered, number=number)
        self.registered[account] = self.day
        self.clients[account] = new = Client(account)
        self._credit(new, self.day)

    def is_deleted(self, client: Client, present: dict[int, list[PanelDiscount]]) -> None:
        if client.odd or any(other == client.id for other, _ in self.called):
            return
        self.world.delete_account(client.id)
        self.announced = [payment for payment in self.announced if payment not in client.rows]
        present.pop(client.id, None)
        del self.clients[client.id]
        self.gone.append(client.id)  # given again, but not to somebody who registers within a day of the first


Event = Callable[[Life, Client, dict[int, list[PanelDiscount]]], None]

EVENTS: dict[Event, int] = {
    Life.pays: 40,
    Life.gets_cashback: 2,
    Life.is_refunded: 10,
    Life.is_fraud: 4,
    Life.is_no_fraud: 2,
    Life.is_paid_later: 2,
    Life.loses_a_payment: 4,
    Life.passes_a_payment_on: 4,
    Life.is_corrected: 5,
    Life.gets_a_discount_by_hand: 5,
    Life.has_it_changed_by_hand: 4,
    Life.has_it_deleted_by_hand: 3,
    Life.has_ours_meddled_with: 5,
    Life.is_pinned: 4,
    Life.leaves_or_returns: 3,
    Life.is_new: 2,
    Life.is_deleted: 2,
}
