"""What the programme is worth, in words and figures: for the page, the command and the list of clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from ..programme import figures
from ..programme.figures import NOTHING, day, days, money, percent, plain
from ..programme.forecast import Keep
from ..programme.overview import Compared, Overview, Person, Whom
from ..programme.ownership import OTHER_SERVICES
from ..programme.text import Text
from ..programme.tiers import ServiceClass
from .labels import WHOM
from .lines import Titles


class Line(NamedTuple):
    """One of the figures on top: its name, what it is now, what it was a month ago, by how much it changed."""

    what: Text
    now: str
    before: str
    change: str


WITH_TIER = Text("Members with a tier", "Участников со статусом")
TURNOVER = Text("Turnover of all members in the last period", "Оборот всех участников за последний период")
GIVEN = Text("Discounts given in the period", "Скидок предоставлено за период")
SHARE = Text("Discounts as a share of turnover", "Доля скидок в обороте")
FALLING = Text(
    "Members whose tier drops within 7 days (their turnover)",
    "Участников, чей статус снизится за 7 дней (их оборот)",
)
UNKNOWN = Text("the panel does not tell", "панель не сообщает")
NO_TIER = Text("without a tier", "без статуса")
COLUMNS: Mapping[Whom, Sequence[str]] = {
    Whom.FALLING: ("client", "tier", "about", "keep", "turnover"),
    Whom.ROSE: ("client", "about", "turnover"),
    Whom.GAINING: ("client", "tier", "turnover", "given"),
    Whom.IDLE: ("client", "tier", "turnover"),
}
"""What is told of each client on these lists."""
MORE = Text("… and {count} more: page “Clients to talk to”", "… и ещё {count}: страница «С кем поговорить»")
NOT_TOLD = Text("the panel does not tell which", "панель не сообщает, какие")
NEVER_STARTED = Text(
    "The program has not started: nobody has a discount yet, and no figures are kept.",
    "Программа ещё не запущена: скидок ни у кого нет, показатели не записываются.",
)
ELSEWHERE = Text(
    "In other currencies, and in none of these figures: {sums}.", "В других валютах, не вошло в показатели: {sums}."
)


def lines(found: Overview, currency: str, language: str) -> list[Line]:
    """The five figures."""

    def amount(value: Decimal) -> str:
        return money(value, currency).say(language)

    def share(value: Decimal) -> str:
        return percent(value).say(language)

    def points(change: Decimal) -> str:
        return figures.points(change).say(language)

    falling, before = found.falling, found.stake.before
    return [
        _line(WITH_TIER, found.with_tier, plain),
        _line(TURNOVER, found.turnover, amount),
        _line(GIVEN, found.given, amount),
        _line(SHARE, found.share, share, points),
        Line(
            FALLING,
            f"{plain(falling.now)} ({amount(found.stake.now)})",
            NOTHING if falling.before is None or before is None else f"{plain(falling.before)} ({amount(before)})",
            _signed(falling.change, plain),
        ),
    ]


def _line(
    what: Text,
    figure: Compared | None,
    told: Callable[[Decimal], str],
    changed: Callable[[Decimal], str] | None = None,
) -> Line:
    """`changed` tells a change that is not told as the figures are."""
    if figure is None:
        return Line(what, "", "", "")
    before = NOTHING if figure.before is None else told(figure.before)
    return Line(what, told(figure.now), before, _signed(figure.change, changed or told))


def _signed(change: Decimal | None, told: Callable[[Decimal], str]) -> str:
    """'+3', '-1 200 ₽', '0'."""
    if change is None:
        return NOTHING
    return f"+{told(change)}" if change > 0 else told(change)


def title_of(service_class: ServiceClass | None, titles: Titles) -> Text:
    """What people read of the class for which something was given."""
    if service_class is None:
        return NOT_TOLD
    return titles.get(service_class, OTHER_SERVICES)


def name_of(whom: Whom, within: timedelta) -> Text:
    """'Whose tier drops next (7 days)'; of what looks neither ahead nor back, the name alone."""
    if whom not in (Whom.FALLING, Whom.ROSE):
        return WHOM[whom]
    return Text("{name} ({span})", "{name} ({span})")(name=WHOM[whom], span=days(within.days))


def change_text(person: Person, language: str) -> str:
    """'21.01.2025: Partner #8 → Partner #7'."""
    if person.change_day is None:
        return ""
    none = NO_TIER.say(language)
    return f"{day(person.change_day).say(language)}: {person.tier or none} → {person.change_tier or none}"


def rise_text(person: Person, before: str | None, language: str) -> str:
    """'18.01.2025: without a tier → Starter'."""
    if person.since is None:
        return ""
    none = NO_TIER.say(language)
    return f"{day(person.since).say(language)}: {before or none} → {person.tier or none}"


def keep_text(keep: Keep, currency: str) -> Text:
    """'1 000.00 RUB by 20 January'."""
    return Text("{amount} by {day}", "{amount} до {day} включительно")(
        amount=money(keep.amount, currency), day=day(keep.last_day)
    )


def elsewhere_text(sums: Mapping[str, Decimal]) -> Text | None:
    """What no figure holds; None where that is nothing."""
    if not sums:
        return None
    return ELSEWHERE(sums=figures.sums(sums))
