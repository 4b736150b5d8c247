"""Opening turnover: given, ended, taken in as a list (R4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ..programme.basis import Basis
from ..programme.caps import capped_table
from ..programme.causes import OPENING as CAUSE
from ..programme.deeds import OPENING
from ..programme.errors import BadInput, MemberError
from ..programme.forecast import Forecast, Outlook
from ..programme.ids import AccountId, named
from ..programme.losses import Loss
from ..programme.members import takes_part
from ..programme.opening_lists import Bad, read
from ..programme.openings import Opening, State, Wanted
from ..programme.payments import Money
from ..programme.tables import Effects, effect, gathered
from ..programme.text import Text
from ..programme.turnover import ZERO
from ..programme.values import dataclass
from ..programme.window import last_counting_day
from ..store.database import transaction
from . import Office, token


@dataclass(frozen=True)
class Understood:
    """A list as it is meant: what is new, with the last day that was asked for if one was; how many lines are there
    already; what can't be; and columns that were passed over."""

    wanted: tuple[Wanted, ...] = ()
    asked: tuple[date | None, ...] = ()
    there: int = 0
    bad: tuple[Bad, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What a form has told of."""
        return token(self)


class Openings:
    """What the office decides of it."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store
        settings = office.store.settings.current()
        self.months, self.currency, self._rule = settings.window_months, settings.currency, settings.members
        self._names: dict[int, str] = {}

    @property
    def today(self) -> date:
        return self._office.clock().date()

    def listed(self, account: AccountId | None = None) -> list[Opening]:
        """All that is on record, of everybody or one, what was given last first."""
        return self._store.ledger.openings(account)

    def names(self, accounts: Iterable[AccountId]) -> Mapping[int, str]:
        """What these are called, also who was only checked and is not on record yet."""
        return {**self._names, **self._store.standings.names(accounts)}

    def of(self, number: int) -> Opening:
        """One that counts. Raises BadInput."""
        found = next((each for each in self.listed() if each.number == number), None)
        if found is None or found.state(self.today, self.months) is not State.COUNTS:
            raise BadInput(
                Text(
                    "there is no opening turnover {number} that counts",
                    "перенесённого оборота № {number} нет или он не учитывается",
                )(number=number)
            )
        return found

    # --- giving ---

    def check(self, account: AccountId) -> str:
        """The name of a client who takes part. Raises MemberError, PanelError."""
        name = self._names[account] = self._office.name_of(account)
        if self._outside(account):
            raise MemberError(
                Text(
                    "client {account} {name} is not in the program, so nothing counts for them; include them first",
                    "клиент {account} {name} не участвует в программе, для него ничего не учитывается; сначала "
                    "включите его в программу",
                )(account=account, name=name),
                "account",
            )
        return name

    def _outside(self, account: AccountId) -> bool:
        """Whether the account takes no part; who is in a client group, the last run has seen."""
        standing = self._store.standings.of(account)
        seen_outside = standing is not None and standing.basis is Basis.NOT_A_MEMBER
        in_group = () if self._rule.group is None or seen_outside else (account,)
        return takes_part(self._store.members.of(account), self._rule, in_group) is not None

    def give(self, wanted: Sequence[Wanted]) -> list[int]:
        """Let all of it count from now on; tells the numbers. The accounts are recalculated at once. Raises BadInput
        for what counts already, MemberError, PanelError; then nothing was given."""
        names = {account: self.check(account) for account in dict.fromkeys(each.account for each in wanted)}
        store, now = self._store, self._office.clock()
        with transaction(store.connection):
            numbers, there = [], self._counting()
            for each in wanted:
                if each in there:
                    raise BadInput(_TWICE(number=there[each]), "reason")
                amount = Money(each.amount, self.currency)
                numbers.append(store.ledger.give(each.account, amount, each.day, each.reason, now))
                self._record(each.account, names[each.account], "", self._values(each, amount))
            for account, name in names.items():
                store.standings.know(account, name)
                self._recalculate(account)
        return numbers

    def effects(self, wanted: Iterable[Wanted], shown: int) -> tuple[Effects, int]:
        """Whose discounts rise today by it, as far as it is known where they stand; and of how many it is not."""
        of_accounts: dict[AccountId, list[Wanted]] = {}
        for each in wanted:
            of_accounts.setdefault(each.account, []).append(each)
        outlooks = {account: self._store.outlooks.of(account) for account in of_accounts}
        known = {account: outlook for account, outlook in outlooks.items() if outlook}
        changes = [(account, outlook, _with(outlook, of_accounts[account])) for account, outlook in known.items()]
        return self._effects(changes, shown), len(of_accounts) - len(known)

    def understood(self, text: str) -> Understood:
        """What a list says: every line is looked at, and nothing is written. Raises BadInput where it is no list."""
        sheet = read(text, self.today, self.months)
        there = set(self._counting())
        wanted, asked, bad = [], [], list(sheet.bad)
        checked: dict[str, AccountId | Text] = {}
        for line in sheet.lines:
            account = self._checked(line.client, checked)
            if isinstance(account, Text):
                bad.append(Bad(line.line, account))
                continue
            each = Wanted(account, line.amount, line.day, line.reason)
            if each not in there:
                there.add(each)
                wanted.append(each)
                asked.append(line.until)
        good = len(sheet.lines) - (len(bad) - len(sheet.bad))
        ordered = tuple(sorted(bad, key=lambda each: each.line))
        return Understood(tuple(wanted), tuple(asked), good - len(wanted), ordered, sheet.left)

    def _counting(self) -> dict[Wanted, int]:
        """What counts today in the programme's currency, as somebody would give it again; with the numbers."""
        return {
            each.as_wanted: each.number
            for each in self.listed()
            if each.amount.currency == self.currency and each.state(self.today, self.months) is State.COUNTS
        }

    def _checked(self, client: str, checked: dict[str, AccountId | Text]) -> AccountId | Text:
        """Who is called that, or why nothing can be given to them; each is asked about once."""
        if client not in checked:
            try:
                account = self._office.clients.meant(client)
                self.check(account)
                checked[client] = account
            except MemberError as error:
                checked[client] = error.text
        return checked[client]

    # --- ending ---

    def loss(self, opening: Opening) -> Loss:
        """Whose discounts end or fall when it counts no more. Raises SettingError, PanelError."""
        if not self._store.owned.of(opening.account):
            return Loss()
        from ..recalculation.losses import loss_by_ending
        from ..recalculation.run import PATIENCE

        return loss_by_ending(self._office.root, self._store, opening, self._office.clock(), PATIENCE)

    def fall(self, opening: Opening) -> Effects:
        """What tier the account comes to hold when it counts no more, as far as it is known where it stands. It takes
        away what it was counted as: nothing before that, and in the programme's currency."""
        outlook = self._store.outlooks.of(opening.account)
        last = self._store.decisions.last(opening.account)
        if outlook is None or last is None:
            return Effects(self.today)
        verdicts = last.decision.turnover.verdicts
        counted = sum((each.counted for each in verdicts if each.payment.id == -opening.number), ZERO)
        return self._effects([(opening.account, outlook, outlook.with_payment(-counted, opening.day))], 1)

    def end(self, opening: Opening, reason: str) -> None:
        """Let it count no more, from now on. The account is recalculated at once."""
        store, name = self._store, self._office.name_of(opening.account)
        with transaction(store.connection):
            self.of(opening.number)
            store.ledger.end(opening.number, self._office.clock())
            before = self._values(opening.as_wanted, opening.amount)
            self._record(opening.account, name, before, json.dumps({"reason": reason}, ensure_ascii=False))
            self._recalculate(opening.account)

    # --- both ---

    def _effects(self, changes: Iterable[tuple[AccountId, Outlook, Outlook]], shown: int) -> Effects:
        from ..recalculation.scopes import highest

        changes = list(changes)
        table = capped_table(self._store.tiers.on(self.today).table, highest(self._store))
        names = self._store.standings.names(account for account, _, _ in changes)
        found = (
            effect(
                account,
                names.get(account, ""),
                self.today,
                Forecast(before, lambda _: table),
                Forecast(after, lambda _: table),
            )
            for account, before, after in changes
        )
        return gathered(found, self.today, shown)

    def _values(self, wanted: Wanted, amount: Money) -> str:
        """As the change log keeps it."""
        values = {
            "amount": str(amount.amount),
            "currency": amount.currency,
            "day": wanted.day.isoformat(),
            "until": last_counting_day(wanted.day, self.months).isoformat(),
            "reason": wanted.reason,
        }
        return json.dumps(values, ensure_ascii=False)

    def _record(self, account: AccountId, name: str, before: str, after: str) -> None:
        self._office.record(OPENING, named(account, name), before, after)

    def _recalculate(self, account: AccountId) -> None:
        store = self._store
        if store.settings.current().automatic:
            store.queue.put(account, CAUSE, self._office.clock(), self._office.author.name)


_TWICE = Text(
    "the same is there already, as opening turnover {number}; if there is more, say so in the reason",
    "такой оборот уже есть, № {number}; если он не тот же, укажите это в причине",
)


def _with(outlook: Outlook, wanted: Iterable[Wanted]) -> Outlook:
    for each in wanted:
        outlook = outlook.with_payment(each.amount, each.day)
    return outlook
