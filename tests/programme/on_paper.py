"""One account on paper: payments, discounts, records; a day of look, think and act without panel or store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from resellerprogram.programme.account import Considered, Found, Known, Rules, consider
from resellerprogram.programme.decision import Decision
from resellerprogram.programme.discounts import Covered, Create, Delete, Edit, SetAside
from resellerprogram.programme.ids import AccountId, DiscountId, Scope
from resellerprogram.programme.members import Account, MemberNote
from resellerprogram.programme.notices import Notice, Telling
from resellerprogram.programme.ownership import DiscountForm, FoundDiscount, Marks, OwnedDiscount, SetAsideDiscount
from resellerprogram.programme.payments import Payment, RateTable
from resellerprogram.programme.standing import Standing
from resellerprogram.programme.tiers import DEDICATED, SSL, VPS, ServiceClass, TierTable
from resellerprogram.programme.window import Window

from tests.programme.builders import TABLE, US

CLASSES: dict[Scope, ServiceClass] = {Scope("it_2"): VPS, Scope("it_3"): DEDICATED, Scope("it_4"): SSL}
NO_RATES = RateTable()
_ids = count(1)


def rules_of(day: date, table: TierTable = TABLE, **other: Any) -> Rules:
    """The default settings on a day, unless `other` says something else."""
    values = Rules(
        day=day,
        window=Window.of(day),
        provider=US,
        currency="RUB",
        excluded_methods=(),
        table=table,
        table_on=lambda _: table,
        table_days=(),
        covered=[Covered(scope, scope, service_class) for scope, service_class in CLASSES.items()],
        scopes=CLASSES.keys(),
        everywhere=False,
        others_rest=True,
        telling=Telling((), 3),
        marks=Marks(),
    )
    return replace(values, **other)


@dataclass
class OnPaper:
    """What the panel and our records have of one account."""

    account: Account = field(default_factory=lambda: Account(AccountId(next(_ids)), "A client"))
    payments: list[Payment] = field(default_factory=list)
    discounts: dict[DiscountId, FoundDiscount] = field(default_factory=dict)
    owned: dict[DiscountId, OwnedDiscount] = field(default_factory=dict)
    aside: list[SetAsideDiscount] = field(default_factory=list)
    note: MemberNote | None = None
    before: Decision | None = None
    table_before: TierTable | None = None
    standing: Standing | None = None
    told: list[Notice] = field(default_factory=list)

    def known(self) -> Known:
        return Known(
            self.note or MemberNote(self.account.id),
            self.before,
            self.before.day if self.before else None,
            self.table_before,
            self.standing,
            None,
            dict(self.owned),
            tuple(self.aside),
            told=tuple(self.told),
        )

    def look(self, rules: Rules, **other: Any) -> Found:
        """The list of payments goes to the end of the calendar, as the reader's does."""
        window = [each for each in self.payments if each.credited_on is None or each.credited_on >= rules.window.first]
        missing: dict[DiscountId, DiscountForm | None] = {
            number: None for number in self.owned if number not in self.discounts
        }
        found = Found(self.account, None, tuple(window), tuple(self.discounts.values()), missing, rates=NO_RATES)
        return replace(found, **other)

    def think(self, rules: Rules, **other: Any) -> Considered:
        return consider(self.look(rules, **other), self.known(), rules)

    def day(self, rules: Rules, **other: Any) -> Considered:
        """Look, think, act; gives what was thought."""
        considered = self.think(rules, **other)
        for change in considered.changes:
            if isinstance(change, Create):
                self.give(change.scope, change.percent, rules.day, ours=True)
            elif isinstance(change, Edit):
                self._edit(change)
            elif isinstance(change, Delete):
                del self.discounts[change.before.id]
                del self.owned[change.before.id]
            elif isinstance(change, SetAside):
                self._set_aside(self.discounts.pop(change.other.id), rules.day)
            else:
                back = next(each for each in self.aside if each.id == change.other.record)
                self.aside.remove(back)
                self.give(Scope("it_2"), Decimal(back.fields["percentage"]), rules.day, name=back.fields["name"])
        self.before, self.table_before = considered.decision, rules.table
        self.standing = considered.standing
        self.told += considered.notices
        return considered

    def give(
        self, scope: Scope, percent: Decimal, day: date, ours: bool = False, name: str = "Agreed by hand"
    ) -> DiscountId:
        number = DiscountId(next(_ids))
        name = f"Reseller program: {scope}" if ours else name
        shown = {"name": name, "value": f"{percent} %", "scope": scope}
        self.discounts[number] = FoundDiscount(number, self.account.id, name, f"{percent} %", percent, None, shown)
        if ours:
            remembered = {"name": name, "value": "", "scope": scope}
            self.discounts[number] = replace(self.discounts[number], shown=remembered)
            self.owned[number] = OwnedDiscount(number, self.account.id, scope, remembered, percent, day)
        return number

    def percents(self) -> dict[str, Decimal]:
        """What acts, by what the discounts are called."""
        return {each.name or "": each.percent or Decimal(0) for each in self.discounts.values()}

    def ours(self) -> dict[Scope, Decimal]:
        return {owned.scope: self.discounts[number].percent or Decimal(0) for number, owned in self.owned.items()}

    def _edit(self, change: Edit) -> None:
        number = change.before.id
        self.discounts[number] = replace(self.discounts[number], percent=change.percent)
        self.owned[number] = replace(self.owned[number], percent=change.percent)

    def _set_aside(self, row: FoundDiscount, day: date) -> None:
        fields = {"name": row.name or "", "percentage": str(row.percent)}
        self.aside.append(
            SetAsideDiscount(
                next(_ids), row.account, row.id, row.shown, fields, datetime.combine(day, time()), None, True
            )
        )


def night(people: list[OnPaper], rules: Rules) -> tuple[int, int]:
    """A night of all: how many falls nothing foretold, of how many discounts."""
    total = sum(len(person.owned) for person in people)
    return sum(person.day(rules).unforetold for person in people), total
