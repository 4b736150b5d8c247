"""How a past day is told by what is known now, in Russian and English."""

from __future__ import annotations

from collections.abc import Iterator

from ..programme.figures import NOTHING, listed_day, listed_money, money
from ..programme.hindsight import Difference, Hindsight
from ..programme.text import Text
from ..programme.turnover import Verdict
from .explanation import called, reason
from .labels import SINCE
from .lines import table

_SAME = Text("By what is known now the same comes out.", "По тому, что известно сейчас, выходит то же самое.")
_OTHER = Text(
    "By what is known now it would be {tier}, turnover {turnover}; known otherwise since then: {count}.",
    "По тому, что известно сейчас, было бы: {tier}, оборот {turnover}; с тех пор стало известно иначе: {count}.",
)
_NO_TIER = Text("no tier", "нет статуса")


def verdict(found: Hindsight, currency: str, language: str) -> str:
    """In one sentence."""
    if found.is_the_same:
        return _SAME.say(language)
    tier = found.tier.name if found.tier else _NO_TIER
    return _OTHER(tier=tier, turnover=money(found.turnover, currency), count=len(found.differences)).say(language)


def lines(found: Hindsight, currency: str, language: str, months: int = 1) -> Iterator[str]:
    """That, and every payment that is known otherwise."""
    yield verdict(found, currency, language)
    if found.is_the_same:
        return
    header = Text("since|credited|payment|then|now|why", "с тех пор|зачислен|платёж|тогда|сейчас|почему").say(language)
    rows = (cells(each, currency, language, months) for each in found.differences)
    yield from table(header.split("|"), rows, right=frozenset({3, 4}))


def cells(difference: Difference, currency: str, language: str, months: int = 1) -> tuple[str, ...]:
    """What became of a payment, its day, its number, what it counted then and would now, and why."""
    payment, seen = difference.payment, difference.now or difference.then
    return (
        SINCE[difference.since].say(language),
        listed_day(payment.credited_on) if payment.credited_on else NOTHING,
        called(payment, language),
        _counted(difference.then, currency),
        _counted(difference.now, currency),
        reason(seen, language, months) if seen and difference.now else NOTHING,
    )


def _counted(found: Verdict | None, currency: str) -> str:
    return listed_money(found.counted, currency) if found and found.counted else NOTHING
