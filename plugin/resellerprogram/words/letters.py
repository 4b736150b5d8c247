"""What a notice says, in the words of the one who reads it."""

from __future__ import annotations

from ..programme.notices import Kind, Notice
from ..programme.text import Text
from ..programme.tiers import Tier
from ..programme.values import dataclass
from .figures import NOTHING, Titles, day_text, money, percents_text

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
        "From {day} on what you paid in the window that counts is not enough for “{before}” ({had}). "
        "{becomes}, unless you "
        "pay {amount} between {first_day} and {last_day}, both days included.",
        "С {day} ваших платежей за учитываемый период не хватит на статус «{before}» ({had}). {becomes}, если "
        "не внести "
        "{amount} с {first_day} по {last_day} включительно.",
    ),
    Kind.FELL: Text(
        "What you paid in the window that counts is not enough for “{before}” ({had}) any more. {becomes}.",
        "Ваших платежей за учитываемый период больше не хватает на статус «{before}» ({had}). {becomes}.",
    ),
}
_BECOMES = {
    Kind.WILL_FALL: Text("It becomes “{after}” ({percents})", "Он сменится на «{after}» ({percents})"),
    Kind.FELL: Text("It has become “{after}” ({percents})", "Он сменился на «{after}» ({percents})"),
}
_GONE = {
    Kind.WILL_FALL: Text("The discounts end", "Скидки закончатся"),
    Kind.FELL: Text("The discounts have ended", "Скидки закончились"),
}
_WHERE = Text(
    "Details and what to do: menu “Reseller programme”.",
    "Подробности и что можно сделать — в меню «Партнёрская программа».",
)


@dataclass(frozen=True)
class Letter:
    """A notice in words."""

    subject: Text
    message: Text


def letter(notice: Notice, currency: str, titles: Titles) -> Letter:
    """`currency` is the programme's, `titles` are what people read of the classes."""
    keep, kind, before, after = notice.keep, notice.kind, notice.before, notice.tier
    values: dict[str, Text | str] = {
        "day": day_text(notice.day),
        "before": before.name if before else NOTHING,
        "had": _percents(before, titles),
        "after": after.name if after else NOTHING,
        "percents": _percents(after, titles),
        "amount": money(keep.amount, currency) if keep else NOTHING,
        "first_day": day_text(keep.first_day) if keep else NOTHING,
        "last_day": day_text(keep.last_day) if keep else NOTHING,
    }
    becomes = (_BECOMES if after else _GONE).get(kind)
    if becomes:
        values["becomes"] = becomes(**values)
    message = Text("{message}\n\n{where}", "{message}\n\n{where}")(message=_MESSAGES[kind](**values), where=_WHERE)
    return Letter(subject(notice), message)


def subject(notice: Notice) -> Text:
    """What stands above it."""
    after = notice.tier
    subjects = _SUBJECTS if after else {**_SUBJECTS, **_ENDS}
    return subjects[notice.kind](day=day_text(notice.day), after=after.name if after else NOTHING)


def _percents(tier: Tier | None, titles: Titles) -> Text | str:
    return percents_text(tier.percents, titles) if tier else NOTHING
