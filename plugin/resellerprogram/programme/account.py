"""What becomes of one account: from what was found and what is known to what it should have, and why.

Pure: the same values give the same answer, whoever asks: event, worker, sweep, night, apply, plan, page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from .basis import Basis, Because, Pin
from .caps import Ceilings, ceilings
from .decision import Decision, decide, leave_out
from .discounts import Change, Covered, OtherDiscount, TariffsOf, make_way, plan, wanted_percents
from .due import next_day
from .effects import Way, way_of_tier, what_is_held
from .errors import ImplausibleRead
from .falls import unforetold
from .forecast import Forecast, Outlook
from .ids import AccountId, DiscountId, PaymentId, ProviderId, Scope
from .members import Account, MemberNote
from .moves import Move, what_moved
from .notices import Kind as NoticeKind
from .notices import Notice, Telling, is_told, notices
from .ownership import Belongings, DiscountForm, FoundDiscount, Marks, OwnedDiscount, SetAsideDiscount, sort_out
from .payments import Payment, Rate, RateTable
from .standing import Standing, stand
from .text import Text
from .tiers import ServiceClass, TierTable
from .turnover import CountingRules
from .values import dataclass
from .window import Window


@dataclass(frozen=True)
class Found:
    """What the panel says about an account. `outside` is why it takes no part; then no payments are read.

    `missing` are the forms of discounts on record that the list lacks, None where there is none. `moved` tells of
    payments that counted and are not in the list any more though the panel has them credited: whose they are now, the
    account itself where the list is wrong, None where the panel does not say. `rates` are those of the pay dates.
    """

    account: Account
    outside: Basis | None = None
    payments: tuple[Payment, ...] = ()
    discounts: tuple[FoundDiscount, ...] = ()
    missing: Mapping[DiscountId, DiscountForm | None] = field(default_factory=dict)
    moved: Mapping[PaymentId, AccountId | None] = field(default_factory=dict)
    rates: RateTable = field(default_factory=RateTable)


@dataclass(frozen=True)
class Known:
    """What we have on record of an account, before it is looked at. `before` is its last decision, which held until
    `before_until`, and `table_before` the tier table as it was known then. `another`: all of it is of somebody who had
    the same id, and nothing of it holds (R10). `openings` is what it brought along of the window's turnover: the panel
    knows nothing of that."""

    note: MemberNote
    before: Decision | None = None
    before_until: date | None = None
    table_before: TierTable | None = None
    standing: Standing | None = None
    held_since: date | None = None
    owned: Mapping[DiscountId, OwnedDiscount] = field(default_factory=dict)
    aside: tuple[SetAsideDiscount, ...] = ()
    rates: Mapping[tuple[PaymentId, str], Rate] = field(default_factory=dict)
    told: tuple[Notice, ...] = ()
    unwanted: Collection[NoticeKind] = ()
    openings: tuple[Payment, ...] = ()
    another: bool = False

    @property
    def pin(self) -> Pin | None:
        return self.note.pin


@dataclass(frozen=True)
class Rules:
    """What holds for every account on `day`: the settings, the tier tables, what discounts are for.

    `provider` is None while the programme is taken off (`withdraw`): then no payment is looked at. `scopes` are all
    that a discount of ours may be for in this panel; `everywhere`: 0 % discounts keep promotions out of the rest.
    `others_rest`: other discounts are set aside while a tier holds. `is_first`: nobody is told of a first run, and
    whatever was decided before it was never held. `is_live`: not only a look before the programme is started. `tariffs`
    are those of each service type, as far as they are known.
    """

    day: date
    window: Window
    provider: ProviderId | None
    currency: str
    excluded_methods: Collection[str]
    table: TierTable
    table_on: Callable[[date], TierTable]
    table_days: Collection[date]
    covered: Sequence[Covered]
    scopes: Collection[Scope]
    everywhere: bool
    others_rest: bool
    telling: Telling
    marks: Marks
    is_first: bool = False
    withdraw: bool = False
    is_live: bool = True
    tariffs: TariffsOf = field(default_factory=dict)

    @cached_property
    def class_of(self) -> dict[Scope, ServiceClass | None]:
        """The class whose percent each scope gets; also of a type that is covered tariff by tariff, and of the tariffs
        of one that is covered whole."""
        covered = {each.scope: each.service_class for each in self.covered}
        beside = {
            scope: covered[known]
            for whole, of_type in self.tariffs.items()
            for known in (whole, *of_type)
            if known in covered
            for scope in (whole, *of_type)
        }
        return {**beside, **covered}

    @cached_property
    def ceilings(self) -> Ceilings:
        """What the best service of a class may get where all are capped."""
        return ceilings(self.covered)

    def wanted(self, decision: Decision | None) -> dict[Scope, Decimal]:
        """The percents that a decision gives."""
        if decision is None or decision.tier is None:
            return {}
        return wanted_percents(decision, self.covered, self.everywhere)

    def forecast(self, decision: Decision) -> Forecast:
        """What later days bring after a decision."""
        return Forecast(Outlook.of(decision), self.table_on, self.table_days)


@dataclass(frozen=True)
class Considered:
    """What one account should have and why, and the changes that lead there; none where all is right.

    `discounts` is how many of ours it has, `known` all its discounts, `tier_before` the last decision's tier and
    `tier_way` which way it goes from there, None where it stays.
    `unforetold` is how many changes take something that nothing known before explains (see falls.py).
    `left` are other discounts that act beside the tier's because the settings leave them. `move` is what changed the
    tier, None where it stays; `notices` is what to tell. Payments of the account that were transferred are `moved_to`
    these. `another`: what is on record is somebody else's who had the id before. `by_records`: nobody asked the panel.
    """

    account: Account
    decision: Decision
    changes: tuple[Change, ...]
    discounts: int
    known: frozenset[DiscountId]
    tier_before: str | None
    tier_way: Way | None
    outlook: Outlook
    standing: Standing
    unforetold: int = 0
    left: tuple[OtherDiscount, ...] = ()
    belongings: Belongings = field(default_factory=Belongings)
    move: Move | None = None
    notices: tuple[Notice, ...] = ()
    moved_to: tuple[AccountId, ...] = ()
    another: bool = False
    by_records: bool = False

    @property
    def puts_right(self) -> bool:
        """Whether somebody else changed a discount of ours."""
        return any(change.because is Because.BY_HAND for change in self.changes)


def consider(found: Found, known: Known, rules: Rules) -> Considered:
    """Decide and plan. Raises ImplausibleRead where what was found contradicts itself: nothing may be written then."""
    account = found.account
    _believe_what_is_missing(found, known)
    decision = _decide(found, known, rules)
    belongings = _belongings(found, known, rules)
    wanted = rules.wanted(decision)
    way = make_way(belongings.others, belongings.resting, decision.tier is not None and rules.others_rest, rules.day)
    gone = {each.scope for each in belongings.gone}
    changes = plan(account.id, wanted, belongings.ours, way, gone, rules.tariffs)
    before, forecast = known.before, rules.forecast(decision)
    tier_before = before.tier if before else None
    moved = decision.tier != tier_before
    move = what_moved(before, decision) if moved else None
    return Considered(
        account,
        decision,
        changes,
        len(belongings.ours),
        frozenset(row.id for row in found.discounts),
        tier_before.name if tier_before else None,
        way_of_tier(tier_before, decision.tier),
        forecast.outlook,
        stand(
            account,
            decision,
            forecast,
            tier_before,
            move,
            None if rules.is_first else known.standing,
            None if rules.is_first else known.held_since,
            next_day(forecast, rules.telling.warn_days),
            rules.ceilings,
        ),
        _unforetold(changes, known, decision, rules),
        () if rules.others_rest or not decision.tier else belongings.others,
        belongings,
        move,
        _notices(known, decision, changes, forecast, rules),
        tuple(dict.fromkeys(owner for owner in found.moved.values() if owner is not None)),
        known.another,
    )


def consider_by_records(found: Found, known: Known, rules: Rules) -> Considered | None:
    """The same without the panel: `found` has its payments by the ledger, and our discounts are taken to be as they are
    on record. None where that leads to anything but the tier held, or leaves a doubt: then the panel must be asked
    before anything is written (spec, section 3)."""
    before = known.before
    if before is None or known.another or any(each.percent is None for each in known.owned.values()):
        return None
    if any(rate_is_missing(payment, known, rules) for payment in (*found.payments, *known.openings)):
        return None
    owned = {number: replace(each, shown={}) for number, each in known.owned.items()}
    rows = tuple(each.as_row() for each in owned.values())
    considered = consider(replace(found, discounts=rows), replace(known, owned=owned), rules)
    after = considered.decision
    if after.basis is not before.basis or what_is_held(after.tier) != what_is_held(before.tier):
        return None
    if considered.changes and rules.is_live:
        return None
    return replace(considered, by_records=True)


def rate_is_missing(payment: Payment, known: Known, rules: Rules) -> bool:
    """Whether a foreign payment has no rate on record that an earlier decision used (R5)."""
    currency = payment.amount.currency
    return currency != rules.currency and (payment.id, currency) not in known.rates


def vanished(known: Known, payments: Collection[Payment], rules: Rules) -> list[Payment]:
    """Payments that counted in the last decision, are in the window still, and are not among `payments`: whether they
    are gone the panel must say in so many words (spec, section 3). Of opening turnover it can say nothing."""
    if known.before is None or known.before_until is None or known.before_until > rules.day:
        return []
    read = {payment.id for payment in payments}
    return [
        verdict.payment
        for verdict in known.before.turnover.verdicts
        if verdict.counted > 0
        and not verdict.payment.is_opening
        and verdict.payment.id not in read
        and verdict.payment.credited_on
        and verdict.payment.credited_on in rules.window
    ]


def _believe_what_is_missing(found: Found, known: Known) -> None:
    """A payment that counted, is missing and is credited still is another account's, or the list is wrong."""
    of_account = (None, found.account.id)
    contradicted = [number for number, owner in found.moved.items() if owner in of_account]
    if not contradicted:
        return
    verdicts = known.before.turnover.verdicts if known.before else ()
    numbers = {verdict.payment.id: verdict.payment.number for verdict in verdicts}
    raise ImplausibleRead(
        Text(
            "client {account}: the panel's list lacks payment {payments}, which the panel itself "
            "says is credited. Discounts unchanged; it will be tried again.",
            "клиент {account}: в списке панели нет платежа {payments}, хотя сама панель говорит, что "
            "он зачислен. Скидки не изменены, повторим автоматически.",
        )(account=found.account.id, payments=", ".join(numbers.get(each) or str(each) for each in contradicted))
    )


def _decide(found: Found, known: Known, rules: Rules) -> Decision:
    account = found.account.id
    if found.outside or rules.provider is None:
        return leave_out(account, rules.day, found.outside or Basis.WITHDRAWN)
    counting = CountingRules(rules.provider, rules.currency, found.rates, known.rates, rules.window.months)
    payments = (*found.payments, *known.openings)
    return decide(account, rules.day, payments, rules.table, counting, known.pin, rules.excluded_methods)


def _belongings(found: Found, known: Known, rules: Rules) -> Belongings:
    """Ours for something that this panel does not have (any more) are left alone, and nobody's."""
    sorted_out = sort_out(found.discounts, found.missing, known.owned, known.aside, rules.marks)
    ours = tuple(each for each in sorted_out.ours if each.scope in rules.scopes or each.scope.startswith("pl_"))
    return replace(sorted_out, ours=ours)


def _unforetold(changes: Sequence[Change], known: Known, decision: Decision, rules: Rules) -> int:
    """Taking the programme off asks for every fall, and was confirmed."""
    if rules.withdraw:
        return 0
    return unforetold(changes, rules.class_of, known.before, decision, known.table_before or rules.table)


def _notices(
    known: Known, decision: Decision, changes: Sequence[Change], forecast: Forecast, rules: Rules
) -> tuple[Notice, ...]:
    """What to tell the client for it. The first run of all tells nobody anything; nor is a move told that the panel's
    discounts show already: records that are older than they are know only half of what was told."""
    if rules.is_first or not rules.telling.kinds:
        return ()
    is_old = known.before is not None and rules.wanted(known.before) != rules.wanted(decision) and not changes
    told = notices(known.before, decision, forecast, rules.telling)
    return tuple(
        each
        for each in told
        if each.kind not in known.unwanted
        and not is_told(each, known.told)
        and not (is_old and each.kind is not NoticeKind.WILL_FALL)
    )
