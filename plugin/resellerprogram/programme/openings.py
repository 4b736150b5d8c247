"""Opening turnover: what a client brings along from elsewhere counts like a payment of a given day (R4).

An administrator gives it with a reason, until a day or of a day. It counts from the moment at which it is given, and
leaves the window like a payment of its day; nothing changes what was on days before it was given, or before it was
ended.

>>> day_until(date(2025, 2, 15), date(2025, 1, 20))
datetime.date(2025, 1, 15)
"""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal

from . import bounds, figures
from .errors import BadInput
from .ids import AccountId, PaymentId, ProviderId
from .payments import Money, Payment, PaymentStatus
from .text import Text
from .values import dataclass
from .window import Window, last_counting_day

OF_THE_PROGRAMME = ProviderId(0)
"""The provider of opening turnover: the programme's own, whichever that is; the panel gives none this id."""


class State(str, enum.Enum):
    """Whether it counts: it does, its last day is over, or somebody has ended it."""

    COUNTS = "counts"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """Opening turnover before it is given: an amount above zero in the programme's currency, of a day that counts."""

    account: AccountId
    amount: Decimal
    day: date
    reason: str


@dataclass(frozen=True)
class Opening:
    """Turnover that `account` brought along, which counts like a payment credited on `day`. `number` is its own, and
    never given again; `reason` is why it was given, on `given_on`."""

    number: int
    account: AccountId
    amount: Money
    day: date
    reason: str
    given_on: date
    ended_on: date | None = None

    @property
    def as_wanted(self) -> Wanted:
        """The same as somebody would give it again."""
        return Wanted(self.account, self.amount.amount, self.day, self.reason)

    def until(self, months: int) -> date:
        """The last day on which it counts, in a window of so many months."""
        return last_counting_day(self.day, months)

    def state(self, today: date, months: int) -> State:
        """How it stands on `today`."""
        if self.ended_on:
            return State.ENDED
        return State.COUNTS if today <= self.until(months) else State.OVER


def payment_of(number: int, amount: Money, day: date, reason: str) -> Payment:
    """What the rules count: none of the panel's payments has an id like its."""
    return Payment(PaymentId(-number), reason, amount, PaymentStatus.CREDITED, day, OF_THE_PROGRAMME)


def amount_of(text: str) -> Decimal:
    """The amount in what was typed. Raises BadInput."""
    amount = bounds.amount(text, "amount")
    if amount <= 0:
        raise BadInput(
            Text("the amount must be above zero, not {text}", "сумма должна быть больше нуля, а не {text}")(
                text=text.strip()
            ),
            "amount",
        )
    return amount


def reason_of(text: str) -> str:
    """The reason in what was typed. Raises BadInput."""
    reason = bounds.line(text.strip(), "reason")
    if not reason:
        raise BadInput(
            Text("Enter a reason; it goes into the change log.", "Укажите причину: она сохранится в журнале."), "reason"
        )
    return reason


def day_of(until: str, day: str, today: date, months: int = 1) -> date:
    """The day in what was typed: the last one on which it is to count, or its own; where both are, they must agree.
    Raises BadInput."""
    if not until.strip() and not day.strip():
        raise BadInput(
            Text(
                "say until which day it counts, or of which day it is",
                "укажите, по какой день он учитывается или каким днём",
            ),
            "until",
        )
    if not day.strip():
        return day_until(bounds.day(until, "until"), today, months)
    found = _counting(bounds.day(day, "day"), today, months)
    last = last_counting_day(found, months)
    if until.strip() and bounds.day(until, "until") != last:
        raise BadInput(
            Text(
                "what is of {day} counts through {last}, not through {until}; leave one of the two out",
                "оборот за {day} учитывается по {last} включительно, а не по {until}; оставьте одно из двух",
            )(day=figures.day(found), last=figures.day(last), until=until.strip()),
            "until",
        )
    return found


def day_until(until: date, today: date, months: int = 1) -> date:
    """The day whose payments count through `until`; where a month's end leaves none, through the next possible day.
    Raises BadInput for a last day that is over, or that no payment of today reaches."""
    last = last_counting_day(today, months)
    if until < today:
        raise BadInput(
            Text(
                "{until} is over already; choose a last day from {today} to {last}",
                "{until} уже прошло; выберите последний день от {today} до {last}",
            )(until=figures.day(until), today=figures.day(today), last=figures.day(last)),
            "until",
        )
    if until > last:
        raise BadInput(
            Text(
                "opening turnover counts no longer than a payment of today: through {last} at the latest; for longer, "
                "pin a tier",
                "перенесённый оборот учитывается не дольше сегодняшнего платежа: самое позднее по {last} включительно; "
                "на больший срок закрепите статус",
            )(last=figures.day(last)),
            "until",
        )
    return Window.of(until, months).first


def _counting(day: date, today: date, months: int) -> date:
    """The day itself. Raises BadInput where a payment of it does not count today."""
    window = Window.of(today, months)
    if day > today:
        raise BadInput(
            Text(
                "{day} is a day to come; the last possible one is today, {today}, which counts through {last}; for "
                "longer, pin a tier",
                "{day} ещё не наступило; последний возможный день — сегодня, {today}, он учитывается по {last} "
                "включительно; на больший срок закрепите статус",
            )(day=figures.day(day), today=figures.day(today), last=figures.day(last_counting_day(today, months))),
            "day",
        )
    if day not in window:
        raise BadInput(
            Text(
                "what is of {day} counts no more: its last day was {last}; the first possible day is {first}",
                "оборот за {day} уже не учитывается: последним днём было {last}; первый возможный день — {first}",
            )(
                day=figures.day(day),
                last=figures.day(last_counting_day(day, months)),
                first=figures.day(window.first),
            ),
            "day",
        )
    return day
