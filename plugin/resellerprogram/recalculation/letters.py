"""What a notice says, in the words of the one who reads it."""

from __future__ import annotations

from dataclasses import dataclass

from ..programme.notices import Kind, Notice
from ..programme.text import Text
from ..programme.tiers import Tier
from ..wording import NOTHING, Titles, day_text, money, percents_text

_SUBJECTS = {
    Kind.ROSE: Text("Your status is now {after}", "Ваш статус теперь {after}"),
    Kind.WILL_FALL: Text("{day}: your status will fall to {after}", "{day} ваш статус снизится до {after}"),
    Kind.FELL: Text("Your status has fallen to {after}", "Ваш статус снизился до {after}"),
}
_ENDS = {
    Kind.WILL_FALL: Text("{day}: your reseller discounts will end", "{day} партнёрские скидки закончатся"),
    Kind.FELL: Text("Your reseller discounts have ended", "Партнёрские скидки закончились"),
}
_MESSAGES = {
    Kind.ROSE: Text(
        "Your discounts in the reseller programme are now: {percents}. They apply to your next orders and renewals.",
        "Ваши скидки в партнёрской программе теперь: {percents}. Они действуют на следующие заказы и продления.",
    ),
    Kind.WILL_FALL: Text(
        "From {day} on what you paid in the window that counts is not enough for “{before}” ({had}); it becomes "
        "“{after}” ({percents}), unless you pay {amount} by {last_day}.",
        "С {day} ваших платежей за учитываемый период не хватит на статус «{before}» ({had}), и он сменится на "
        "«{after}» ({percents}), если не внести {amount} по {last_day} включительно.",
    ),
    Kind.FELL: Text(
        "“{before}” ({had}) has become “{after}” ({percents}): what you paid in the window that counts is not enough "
        "for it any more.",
        "Статус «{before}» ({had}) сменился на «{after}» ({percents}): ваших платежей за учитываемый период на "
        "него больше не хватает.",
    ),
}
_WHERE = Text(
    "Details and what to do: menu “Reseller programme”.",
    "Подробности и что можно сделать — в меню «Партнёрская программа».",
)
_NO_STATUS = Text("no status", "без статуса")
_NO_DISCOUNTS = Text("no discounts", "без скидок")


@dataclass(frozen=True)
class Letter:
    """A notice in words."""

    subject: Text
    message: Text


def letter(notice: Notice, currency: str, titles: Titles) -> Letter:
    """`currency` is the programme's, `titles` are what people read of the classes."""
    keep = notice.keep
    values = {
        "day": day_text(notice.day),
        "before": _name(notice.before),
        "had": _percents(notice.before, titles),
        "after": _name(notice.tier),
        "percents": _percents(notice.tier, titles),
        "amount": money(keep.amount, currency) if keep else NOTHING,
        "last_day": day_text(keep.last_day) if keep else NOTHING,
    }
    subjects = _SUBJECTS if notice.tier else {**_SUBJECTS, **_ENDS}
    message = Text("{message}\n\n{where}", "{message}\n\n{where}")(
        message=_MESSAGES[notice.kind](**values), where=_WHERE
    )
    return Letter(subjects[notice.kind](**values), message)


def _name(tier: Tier | None) -> Text | str:
    return tier.name if tier else _NO_STATUS


def _percents(tier: Tier | None, titles: Titles) -> Text:
    return percents_text(tier.percents, titles) if tier else _NO_DISCOUNTS
