"""A panel with very many clients, and the records of a plugin that has lived there: written in bulk, decided by the
engine itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from resellerprogram.panel import discounts
from resellerprogram.panel.connection import open_panel
from resellerprogram.programme.account import Found, Known, consider
from resellerprogram.programme.ids import AccountId, DiscountId, PaymentId, ProviderId, Scope
from resellerprogram.programme.members import Account, MemberNote
from resellerprogram.programme.ownership import OwnedDiscount
from resellerprogram.programme.payments import Money, Payment, PaymentStatus
from resellerprogram.recalculation.act import act
from resellerprogram.recalculation.context import Context
from resellerprogram.recalculation.lookups import access_of
from resellerprogram.recalculation.night import keep_rules
from resellerprogram.recalculation.run import working_on
from resellerprogram.store import Store
from resellerprogram.store.database import transaction
from sqlalchemy import insert, select

from tests.sandbox import Sandbox
from tests.sandbox.models import Discount, Subaccount
from tests.sandbox.models import Payment as PaymentRow

DAYS = 31
"""The payments of an account are spread over most of the window of `TODAY`, 20 December to 20 January. Every night
those of one day leave it; with most of them goes nobody's tier."""
TODAY = date(2025, 1, 20)
FIRST_DAY = date(2024, 12, 20)
AT_ONCE = 20_000


@dataclass
class Town:
    """`members` clients with `each` payments, `holders` of them with a tier; of these `movers` lose it on the night of
    21 January."""

    members: int
    holders: int
    movers: int
    each: int
    seed: int = 13
    payments: dict[int, list[tuple[int, int, date]]] = field(default_factory=dict)

    def settle(self, panel: Sandbox) -> None:
        """Clients and payments, straight into the panel's database."""
        accounts = panel.world.add_many(self.members, 0, TODAY)
        chance, number = random.Random(self.seed), 1
        for place, account in enumerate(accounts):
            first, *others = self._amounts(place)
            drawn = [(first, 0 if self._moves(place) else chance.randrange(1, DAYS))]
            drawn += [(amount, chance.randrange(DAYS)) for amount in others]
            self.payments[account] = []
            for amount, offset in drawn:
                self.payments[account].append((number, amount, FIRST_DAY + timedelta(days=offset)))
                number += 1
        subaccount = self._subaccounts(panel, accounts)
        rows = (
            {
                "id": payment,
                "number": f"pfx/{payment}",
                "subaccount": subaccount[account],
                "paymethod": 1,
                "subaccountamount": Decimal(amount),
                "paymethodamount": Decimal(amount),
                "currency": 126,
                "status": 4,
                "createdate": datetime.combine(day, datetime.min.time()),
                "paydate": datetime.combine(day, datetime.min.time()),
            }
            for account, made in self.payments.items()
            for payment, amount, day in made
        )
        _in_bulk(panel, PaymentRow, rows)

    def remember(self, panel: Sandbox, store: Store, now: datetime) -> None:
        """What the plugin has on record after a night that looked at everybody, discounts in the panel included: each
        account is considered and recorded as it would be there, and only the asking is left out."""
        with working_on(panel.root, store, TODAY, settings=store.settings.current()) as context:
            context.prepare()
            owned = self._give(panel, store, context)
            with transaction(store.connection):
                for account, made in self.payments.items():
                    self._decide(store, context, account, made, owned.get(account, ()), now)
            context.keep_users(now)
            keep_rules(context)
        store.runs.finish(store.runs.begin("daily", TODAY, True, now), "done", self.members, 0, now)

    def _amounts(self, place: int) -> list[int]:
        """Of a mover the payment that leaves is what the tier rests on; others keep their tier whatever leaves."""
        if self._moves(place):
            return [400, *[40] * (self.each - 1)]
        return [3_100, *[60] * (self.each - 1)] if place < self.holders else [40] * self.each

    def _moves(self, place: int) -> bool:
        return self.holders - self.movers <= place < self.holders

    def _subaccounts(self, panel: Sandbox, accounts: Sequence[int]) -> dict[int, int]:
        with panel.world.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(select(Subaccount.account, Subaccount.id))}

    def _give(self, panel: Sandbox, store: Store, context: Context) -> dict[int, list[OwnedDiscount]]:
        """The discounts that the tiers ask for, in the panel and on record, as its list shows them."""
        found: dict[int, list[OwnedDiscount]] = {}
        number, rows = 1, []
        for account, made in list(self.payments.items())[: self.holders]:
            tier = context.table.tier_for(Decimal(sum(amount for _, amount, _ in made)))
            assert tier is not None
            for part in context.covered:
                title = context.title_of(part.service_class)
                percent = tier.percents[part.service_class] if part.service_class else Decimal(0)
                rows.append(
                    {
                        "id": number,
                        "account": account,
                        "name": f"Reseller program: {title.en}",
                        "name_ru": f"Реселлерская программа: {title.ru}",
                        "type": 0,
                        "percentage": percent,
                        "pricelist_tree": part.scope,
                        "fromdate": FIRST_DAY,
                        "todate": date(2099, 12, 31),
                    }
                )
                found.setdefault(account, []).append(
                    OwnedDiscount(DiscountId(number), AccountId(account), Scope(part.scope), {}, percent, FIRST_DAY)
                )
                number += 1
        _in_bulk(panel, Discount, iter(rows))
        with open_panel(panel.root, access_of(store.settings.current())) as asked:
            first = AccountId(next(iter(found)))
            shown = {found[first][place].scope: row.shown for place, row in enumerate(discounts.listed(asked, first))}
        for account, whose in found.items():
            found[account] = [replace(each, shown={**shown[each.scope], "id": str(each.id)}) for each in whose]
        return found

    def _decide(
        self,
        store: Store,
        context: Context,
        account: int,
        made: Sequence[tuple[int, int, date]],
        owned: Sequence[OwnedDiscount],
        now: datetime,
    ) -> None:
        payments = tuple(
            Payment(
                PaymentId(number),
                f"pfx/{number}",
                Money(Decimal(f"{amount}.00"), "RUB"),
                PaymentStatus.CREDITED,
                day,
                ProviderId(1),
                "Bank transfer",
                owner=f"Client {account}",
            )
            for number, amount, day in made
        )
        for each in owned:
            store.owned.keep(each)
        client = Account(AccountId(account), f"Client {account}", date(2024, 1, 1))
        found = Found(client, None, payments, tuple(each.as_row() for each in owned))
        known = Known(MemberNote(client.id), owned={each.id: each for each in owned})
        considered = consider(found, known, context.rules)
        assert not considered.changes, considered.changes
        act(context, considered, "daily", now)


def _in_bulk(panel: Sandbox, model: type, rows: Iterator[dict[str, object]]) -> None:
    with panel.world.engine.begin() as connection:
        part: list[dict[str, object]] = []
        for row in rows:
            part.append(row)
            if len(part) == AT_ONCE:
                connection.execute(insert(model), part)
                part = []
        if part:
            connection.execute(insert(model), part)
