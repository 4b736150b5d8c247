"""What a notice says, in the words of the one who reads it."""

from __future__ import annotations

from ..programme.figures import NOTHING, day, money
from ..programme.notices import Kind, Notice
from ..programme.text import Text
from ..programme.tiers import Tier
from ..programme.values import dataclass
from .lines import Titles, percents

_SUBJECTS = {
    Kind.ROSE: Text("Your tier is now {after}", "Ваш статус повышен: {after}"),
    Kind.WILL_FALL: Text("{day}: your tier drops to {after}", "{day} статус снизится до {after}"),
    Kind.FELL: Text("Your tier dropped to {after}", "Статус снизился до {after}"),
}
_ENDS = {
    Kind.WILL_FALL: Text("{day}: your program discounts end", "{day} скидки программы закончатся"),
    Kind.FELL: Text("Your reseller program discounts have ended", "Скидки реселлерской программы закончились"),
}
_MESSAGES = {
    Kind.ROSE: Text(
        "Your discounts on new orders and renewals: {percents}.",
        "Теперь действуют скидки: {percents} — на новые заказы и продления.",
    ),
    Kind.WILL_FALL: Text(
        "To keep {before} ({had}), add {amount} between {first_day} and {last_day}, both days included. "
        "Otherwise {becomes}.",
        "Чтобы сохранить {before} ({had}), внесите {amount} с {first_day} по {last_day} включительно. Иначе {becomes}.",
    ),
    Kind.FELL: Text(
        "Your turnover is now below {before} ({had}). {becomes}.",
        "Оборот теперь меньше порога {before} ({had}). {becomes}.",
    ),
}
_BECOMES = {
    Kind.WILL_FALL: Text("your discounts from {day} on are: {percents}", "с {day} скидки будут: {percents}"),
    Kind.FELL: Text("Your discounts: {percents}", "Действуют скидки: {percents}"),
}
_GONE = {
    Kind.WILL_FALL: Text("your program discounts end on {day}", "{day} скидки программы закончатся"),
    Kind.FELL: Text("Your program discounts have ended", "Скидки программы закончились"),
}
_WHERE = Text(
    "Details and what to do: Reseller program → My tier.",
    "Подробности и что можно сделать: «Реселлерская программа» → «Мой статус».",
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
        "day": day(notice.day),
        "before": before.name if before else NOTHING,
        "had": _percents(before, titles),
        "after": after.name if after else NOTHING,
        "percents": _percents(after, titles),
        "amount": money(keep.amount, currency) if keep else NOTHING,
        "first_day": day(keep.first_day) if keep else NOTHING,
        "last_day": day(keep.last_day) if keep else NOTHING,
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
    return subjects[notice.kind](day=day(notice.day), after=after.name if after else NOTHING)


def _percents(tier: Tier | None, titles: Titles) -> Text | str:
    return percents(tier.percents, titles) if tier else NOTHING
