"""Past days that should have been otherwise, and tiers by money given back: in words and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ..programme import figures
from ..programme.corrections import Cause, Returned
from ..programme.figures import day, money
from ..programme.text import Text
from ..programme.tiers import Tier
from .labels import BECAME
from .lines import one_line
from .overview import NO_TIER

UNKNOWN = Text("not known", "неизвестно")
ABOUT = Text(
    "Past days on which another tier was held than the payments give by what is known now. "
    "The difference is what the right tier's discounts would have saved more (+) or less "
    "(-), by the expenses of those days. The program charges nothing back and pays nothing "
    "out. As of the last night, up to 92 days back.",
    "Дни, в которые статус был не тем, какой дают платежи по нынешним данным. Разница — на "
    "сколько больше (+) или меньше (-) сэкономили бы скидки верного статуса, по расходам "
    "этих дней. Программа ничего не доначисляет и не возвращает. По состоянию на последнюю "
    "ночь, до 92 дней назад.",
)
ABOUT_TIERS = Text(
    "Days on which a tier was held that rested on payments given back later. These are figures, not an accusation: "
    "refunds have many reasons. As of the last night, up to 92 days back.",
    "Дни, в которые статус держался на платежах, которые потом вернули. Это цифры, а не обвинение: причины возвратов "
    "бывают разными. По состоянию на последнюю ночь, до 92 дней назад.",
)
ABOUT_REPEATED = Text(
    "Clients who paid, ordered with a discount of the program, and were given the money back, more than once in 92 "
    "days. These are figures, not an accusation: refunds have many reasons.",
    "Клиенты, которые за 92 дня не один раз вносили деньги, заказывали со скидкой программы и получали деньги обратно. "
    "Это цифры, а не обвинение: причины возвратов бывают разными.",
)
NOT_TOLD = Text(
    "The panel does not tell what discounts saved, so nobody can be listed.",
    "Панель не сообщает, сколько сэкономили скидки, поэтому составить список нельзя.",
)
NONE = Text("Nothing of the kind is known.", "Ничего такого не известно.")


def tier(of: Tier | None, language: str) -> str:
    """The tier's name; that there is none."""
    return of.name if of else NO_TIER.say(language)


def sums(amounts: Mapping[str, Decimal] | None, currency: str, language: str, signed: bool = False) -> str:
    """'120 ₽, 3,50 USD'; zero in the programme's `currency` where there is nothing."""
    if amounts is None:
        return UNKNOWN.say(language)
    said = figures.signed_sums if signed else figures.sums
    return said(amounts or {currency: Decimal(0)}).say(language)


def negative(amounts: Mapping[str, Decimal] | None) -> dict[str, Decimal] | None:
    """What was too much, where the amounts are what should come on top."""
    return None if amounts is None else {name: -amount for name, amount in amounts.items()}


def cause(of: Cause, currency: str, language: str) -> str:
    """'pfx/812 of 10.01.2025: refunded, 600.00 RUB → 0.00 RUB'."""
    said = Text("{number} of {day}: {became}, {then} → {now}", "{number} от {day}: {became}, {then} → {now}")
    return said(
        number=of.number or str(of.payment),
        day=day(of.day),
        became=BECAME[of.became].say(language),
        then=money(of.then, currency),
        now=money(of.now, currency),
    ).say(language)


def causes(of: Iterable[Cause], currency: str, language: str) -> str:
    """All of them in one line, cut where it gets long."""
    return one_line("\n".join(cause(each, currency, language) for each in of))


def returned(of: Returned, language: str) -> str:
    """'pfx/812: 600.00 RUB, 2025-01-10 – 2025-01-12, refunded'."""
    amount = money(of.amount.amount, of.amount.currency).say(language)
    days = f"{day(of.paid_on).say(language)} – {day(of.returned_on).say(language)}"
    return f"{of.number or of.payment}: {amount}, {days}, {BECAME[of.how].say(language)}"


def returned_payments(of: Iterable[Returned], language: str) -> str:
    """The same of several, in one line, cut where it gets long."""
    return one_line("\n".join(returned(each, language) for each in of))
