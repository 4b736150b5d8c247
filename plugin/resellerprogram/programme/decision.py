"""The decision about one account on one day: its turnover, tier and percents, and why (R2, R8, R10, R11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal

from .basis import Basis, Pin
from .ids import AccountId, PaymentId, ProviderId
from .payments import Payment, Rate, RateTable
from .pins import held, pin_holds
from .tiers import ServiceClass, Tier, TierTable
from .turnover import CountingRules, Turnover, Verdict, count
from .values import dataclass
from .window import Window, later


@dataclass(frozen=True)
class Decision:
    """Why an account stands where it stands on `day`. `tier` is None when it has no discount.

    `pin` holds on that day, whether it decided (then the basis says so) or the money earned as much. `rules` are the
    settings under which it was made, empty where that is not known. `to_come` are payments credited already with a day
    to come: only the forecast rests on them, and they are not kept. `looked_at` are all payments that it was made from,
    those of other days, too; empty for one that is read from the records.
    """

    account: AccountId
    day: date
    basis: Basis
    turnover: Turnover
    tier: Tier | None = None
    pin: Pin | None = None
    rules: str = ""
    to_come: tuple[Verdict, ...] = field(default=(), compare=False)
    looked_at: tuple[Payment, ...] = field(default=(), compare=False)
    percents: Mapping[ServiceClass, Decimal] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "percents", self.tier.percents if self.tier else {})


def decide(
    account: AccountId,
    day: date,
    payments: Iterable[Payment],
    table: TierTable,
    rules: CountingRules,
    pin: Pin | None = None,
    excluded_methods: Collection[str] = (),
) -> Decision:
    """The decision for a member. A pin that still holds, on a tier that still exists, outranks the turnover: always
    where it is exact, and otherwise where less is earned (R10)."""
    payments = tuple(payments)
    turnover = count(payments, Window.of(day, rules.months), rules)
    found = held(pin, day, turnover.amount, table)
    return Decision(
        account,
        day,
        Basis.PINNED if found.is_pinned else Basis.TURNOVER,
        turnover,
        found.tier,
        pin if pin_holds(pin, day) else None,
        _rules_in_words(rules, excluded_methods),
        _to_come(day, payments, rules),
        payments,
    )


def leave_out(account: AccountId, day: date, basis: Basis) -> Decision:
    """The decision for an account that takes no part: no payments are looked at, no tier is held (R10)."""
    return Decision(account, day, basis, Turnover(Window.of(day), ()))


def _rules_in_words(rules: CountingRules, excluded_methods: Collection[str]) -> str:
    """The settings that decide what counts, so that a later decision knows whether they were others."""
    said = (rules.months, rules.provider, rules.currency, ",".join(sorted(excluded_methods)))
    return " ".join(map(str, said)).strip()


def counting_rules(
    in_words: str, known_rates: Mapping[tuple[PaymentId, str], Rate], rates: RateTable | None = None
) -> CountingRules | None:
    """The rules that an earlier decision kept; None where they can't be told from its words."""
    months, provider, currency, *_ = [*in_words.split(" ", 3), "", "", ""]
    if not (months.isdecimal() and provider.isdecimal() and currency):
        return None
    return CountingRules(ProviderId(int(provider)), currency, rates or RateTable(), known_rates, int(months))


def _to_come(day: date, payments: Iterable[Payment], rules: CountingRules) -> tuple[Verdict, ...]:
    """What counts of the payments that are credited already, but with a day after `day`."""
    after = [each for each in payments if each.credited_on and each.credited_on > day and not each.is_refund]
    if not after:
        return ()
    verdicts = count(after, Window(later(day, 1), date.max, rules.months), rules).verdicts
    return tuple(each for each in verdicts if each.counted > 0)
