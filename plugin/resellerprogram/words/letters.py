"""What a notice says, in the words of the one who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ..programme.figures import NOTHING, day, money
from ..programme.notices import Kind, Notice
from ..programme.settings import Exclusive, Settings
from ..programme.text import Text, joined
from ..programme.tiers import Tier
from ..programme.values import dataclass
from .keeping import when_kept
from .lines import Titles, percents

_SUBJECTS = {
    Kind.ROSE: Text("Your tier is now {after}", "Ваш статус повышен: {after}"),
    Kind.WILL_FALL: Text("Your tier drops to {after} on {day}", "{day} статус снизится до {after}"),
    Kind.FELL: Text("Your tier dropped to {after}", "Статус снизился до {after}"),
}
_ENDS = {
    Kind.WILL_FALL: Text("Your program discounts end on {day}", "{day} скидки программы закончатся"),
    Kind.FELL: Text("Your reseller program discounts have ended", "Скидки реселлерской программы закончились"),
}
_MESSAGES = {
    Kind.ROSE: Text(
        "Your discounts on new orders and renewals: {percents}. How long you keep the tier: Reseller program → My "
        "tier.",
        "Теперь действуют скидки: {percents} — на новые заказы и продления. До какого дня сохранится статус: "
        "«Реселлерская программа» → «Мой статус».",
    ),
    Kind.WILL_FALL: Text(
        "To keep {before} ({had}), add {amount} {when}. Otherwise your discounts from {day} are: {percents}.",
        "Чтобы сохранить {before} ({had}), внесите {amount} {when}. Иначе с {day} скидки будут: {percents}.",
    ),
    Kind.FELL: Text(
        "Your turnover is now below {before}. Your discounts: {percents}. What it takes to get it back: Reseller "
        "program → My tier.",
        "Оборот теперь меньше порога {before}. Действуют скидки: {percents}. Сколько внести, чтобы вернуть статус: "
        "«Реселлерская программа» → «Мой статус».",
    ),
}
_ENDED = {
    Kind.WILL_FALL: Text(
        "To keep {before} ({had}), add {amount} {when}. Otherwise your program discounts end on {day}.",
        "Чтобы сохранить {before} ({had}), внесите {amount} {when}. Иначе {day} скидки программы закончатся.",
    ),
    Kind.FELL: Text("Your turnover is below the first tier.", "Оборот меньше порога первого статуса."),
}
_BACK = {
    (True, True): Text(
        "Promo codes work again, suspended discounts are being restored.",
        "Промокоды снова действуют, приостановленные скидки возвращаются.",
    ),
    (True, False): Text("Promo codes work again.", "Промокоды снова действуют."),
    (False, True): Text("Suspended discounts are being restored.", "Приостановленные скидки возвращаются."),
}
"""What acts again without a tier, by what the settings let rest: promo codes, other personal discounts."""


@dataclass(frozen=True)
class Letter:
    """A notice in words."""

    subject: Text
    message: Text


def letter(notice: Notice, settings: Settings, titles: Titles, today: date) -> Letter:
    """`titles` are what people read of the classes; it is sent `today`."""
    ends = notice.tier is None
    message = (_ENDED if ends else _MESSAGES)[notice.kind](**_values(notice, settings.currency, titles, today))
    again = _again(settings.exclusive) if ends and notice.kind is Kind.FELL else None
    return Letter(subject(notice), joined(" ", [message, again]) if again else message)


def subject(notice: Notice) -> Text:
    """What stands above it."""
    after = notice.tier
    subjects = _SUBJECTS if after else {**_SUBJECTS, **_ENDS}
    return subjects[notice.kind](day=day(notice.day), after=after.name if after else NOTHING)


def _values(notice: Notice, currency: str, titles: Titles, today: date) -> Mapping[str, Text | str]:
    keep, before = notice.keep, notice.before
    return {
        "day": day(notice.day),
        "before": before.name if before else NOTHING,
        "had": _percents(before, titles),
        "percents": _percents(notice.tier, titles),
        "amount": money(keep.amount, currency) if keep else NOTHING,
        "when": when_kept(keep, today) if keep else NOTHING,
    }


def _again(exclusive: Exclusive) -> Text | None:
    return _BACK.get((exclusive.promo_codes_refused, exclusive.others_set_aside))


def _percents(tier: Tier | None, titles: Titles) -> Text | str:
    return percents(tier.percents, titles) if tier else NOTHING
