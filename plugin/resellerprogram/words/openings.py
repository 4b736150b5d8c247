"""Opening turnover in words: what was given, what it does, and how a list of it was understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from ..programme.figures import day, money
from ..programme.ids import named
from ..programme.text import Text
from ..programme.window import last_counting_day

if TYPE_CHECKING:  # clients' pages need none of it
    from ..programme.opening_lists import Bad
    from ..programme.openings import Wanted

LISTED = 200
"""So many lines of a list are told one by one; those that can't be, always."""
OPENING = Text("opening turnover {number}: {reason}", "перенесённый оборот № {number}: {reason}")
OF_CLIENTS = Text("what you brought along", "перенесённый оборот")
"""What a client reads in place of a payment's number: why it was given is for employees."""
NONE = Text("Nobody has brought any turnover along.", "Перенесённого оборота ни у кого нет.")
GIVE_IT = Text("Let it count?", "Учитывать его?")
END_IT = Text("Let it count no more?", "Больше его не учитывать?")
GIVEN = Text("Opening turnover given: {count}.", "Перенесённый оборот добавлен, записей: {count}.")
ENDED = Text("Opening turnover {number} counts no more.", "Перенесённый оборот № {number} больше не учитывается.")
NOTHING_NEW = Text("Nothing of it is new.", "Нового в нём ничего нет.")
NOT_CALCULATED = Text(
    "Of clients who have not been calculated yet it is not known what it gives: {count}.",
    "Что он даст клиентам, которых ещё не пересчитали, неизвестно; таких: {count}.",
)
_COUNTS = Text(
    "{whom}: {amount}, counts like a payment of {day}, through {until}: {reason}",
    "{whom}: {amount}, учитывается как платёж от {day} по {until} включительно: {reason}",
)
_LONGER = Text(
    "No day's payments count through {until}: this counts through {last}.",
    "Платежей, которые учитывались бы ровно по {until}, нет: оборот учитывается по {last} включительно.",
)
_MORE = Text("… and {count} more", "… и ещё {count}")
_BROUGHT = Text(
    "Of it {amount} is opening turnover, through {until}.",
    "Из него перенесённый оборот — {amount}, по {until} включительно.",
)
_YOU_BROUGHT = Text(
    "Of the sum, {amount} you brought along, through {until}.",
    "Из этой суммы {amount} — перенесённый оборот, по {until} включительно.",
)
_BAD = Text("line {line}: {why}", "строка {line}: {why}")
_READ = Text(
    "Lines: {count}; new: {new}; already there: {there}; bad: {bad}.",
    "Строк: {count}; новых: {new}; уже есть: {there}; с ошибками: {bad}.",
)
_NOTHING_CHANGED = Text(
    "While a line is bad, nothing of it is imported.", "Пока хоть одна строка с ошибкой, не добавляется ничего."
)
_LEFT = Text("Columns that were passed over: {columns}.", "Пропущены столбцы: {columns}.")


def brought_along(amount: Decimal, until: date, currency: str) -> Text:
    """How much of a turnover is opening turnover, and until when the last of it counts."""
    return _BROUGHT(amount=money(amount, currency), until=day(until))


def you_brought(amount: str, until: date) -> Text:
    """The same for the client."""
    return _YOU_BROUGHT(amount=amount, until=day(until))


def told_all(
    wanted: Sequence[Wanted], asked: Sequence[date | None], names: Mapping[int, str], currency: str, months: int
) -> Iterator[Text]:
    """What somebody is about to give, a line each, the first of many; and where it counts longer than was `asked`."""
    for each, until in zip(wanted[:LISTED], asked):
        yield told(each, names.get(each.account, ""), currency, months)
        last = last_counting_day(each.day, months)
        if until and until != last:
            yield _LONGER(until=day(until), last=day(last))
    if len(wanted) > LISTED:
        yield _MORE(count=len(wanted) - LISTED)


def told(wanted: Wanted, name: str, currency: str, months: int) -> Text:
    """What somebody is about to give, or has given."""
    return _COUNTS(
        whom=named(wanted.account, name),
        amount=money(wanted.amount, currency),
        day=day(wanted.day),
        until=day(last_counting_day(wanted.day, months)),
        reason=wanted.reason,
    )


def understood(count: int, there: int, bad: Sequence[Bad], left: Sequence[str]) -> Iterator[Text]:
    """How a list was read: how many lines are new, which are bad and why, what was passed over."""
    lines = count + there + len(bad)
    yield _READ(count=lines, new=count, there=there, bad=len(bad))
    yield from (_BAD(line=each.line, why=each.why) for each in bad)
    if bad:
        yield _NOTHING_CHANGED
    if left:
        yield _LEFT(columns=", ".join(left))
