"""Words and figures as a person reads them, in Russian and English. Used by the command line and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from ..programme.basis import Because
from ..programme.text import LANGUAGES, Text, same
from ..programme.tiers import ServiceClass, plain

NOTHING = "—"

LONGEST_LINE = 120

Titles = Mapping[ServiceClass, Text]
"""What people read of the service classes."""

CAUSES = {
    "member": Text("what was said of the member", "указание об участнике"),
    "joined": Text("the client joined", "клиент вступил сам"),
    "left": Text("the client left", "клиент вышел сам"),
    "preview": Text("by hand, from the preview", "вручную, со страницы «Что изменится»"),
    "recalculate": Text("by hand, from the members' list", "вручную, из списка участников"),
    "apply": Text("by hand", "вручную"),
    "daily": Text("daily run", "ежедневный пересчёт"),
    "caught_up": Text("daily run, caught up", "ежедневный пересчёт, с опозданием"),
    "worker": Text("payments and changes", "платежи и изменения"),
    "plan": Text("plan", "план"),
    "sweep": Text("found by the sweep", "найдено обходом"),
    "withdraw": Text("programme taken off", "снятие программы"),
    "payment.setpaid": Text("payment credited", "платёж зачислен"),
    "payment.setinpay": Text("payment set to being paid", "платёж переведён в оплачиваемые"),
    "payment.setnopay": Text("payment set to new", "платёж переведён в новые"),
    "payment.setfraud": Text("payment marked as fraud", "платёж помечен мошенническим"),
    "payment.setcanceled": Text("payment cancelled", "платёж отменён"),
    "payment.refund": Text("payment refunded", "платёж возвращён"),
    "payment.edit": Text("payment edited", "платёж изменён"),
    "payment.delete": Text("payment deleted", "платёж удалён"),
    "account.discount.add.product": Text("discount added by hand", "скидка добавлена вручную"),
    "account.discount.edit": Text("discount changed by hand", "скидка изменена вручную"),
    "account.discount.delete": Text("discount deleted by hand", "скидка удалена вручную"),
}

CHANGED = {
    "member": Text("member", "участник"),
    "tiers": Text("tier table", "таблица уровней"),
    "class": Text("service class", "класс услуг"),
    "setting": Text("setting", "настройка"),
    "recalculate": Text("recalculation", "пересчёт"),
    "apply": Text("applied from the preview", "применение плана"),
    "apply without limit": Text("applied without the limit on drops", "применение без предела снижений"),
    "withdraw": Text("programme taken off", "снятие программы"),
    "put_back": Text("discounts put back", "возврат отложенных скидок"),
    "joined": Text("joined by themselves", "вступил сам"),
    "left": Text("left by themselves", "вышел сам"),
    "doctor": Text("tried on a client", "проверка на клиенте"),
    "backup": Text("backup", "резервная копия"),
    "queue retry": Text("queue: tried again", "очередь: повтор"),
    "queue drop": Text("queue: forgotten", "очередь: удаление"),
}

TASKS = {
    "plan": Text("plan", "план"),
    "apply": Text("recalculation", "пересчёт"),
    "doctor": Text("check of the panel", "проверка панели"),
    "withdraw": Text("programme taken off", "снятие программы"),
    "put_back": Text("discounts put back", "возврат отложенных скидок"),
}

NOTICES = {
    "rose": Text("the tier rose", "уровень вырос"),
    "will_fall": Text("the tier will fall", "уровень скоро снизится"),
    "fell": Text("the tier fell", "уровень снизился"),
}
NOTICE_OUTCOMES = {
    "": Text("waits", "ждёт"),
    "planned": Text("would be sent by the next run", "отправит ближайший пересчёт"),
    "sent": Text("sent", "отправлено"),
    "refused": Text("refused by the panel", "панель не приняла"),
    "lost": Text("sent, and no answer", "отправлено, ответа нет"),
    "nobody": Text("the client has no user", "у клиента нет пользователей"),
    "over": Text("not sent: the day is over", "не отправлено: день прошёл"),
    "withdrawn": Text("not sent: no longer true or wanted", "не отправлено: уже неверно или не нужно"),
}

BECAUSE = {
    Because.TIER: same(""),
    Because.BY_HAND: Text("put right after a change by hand", "исправлено после ручного изменения"),
    Because.DOUBLED: Text("there were two", "их было две"),
    Because.SET_ASIDE: Text("set aside", "отложена"),
    Because.PUT_BACK: Text("put back", "возвращена"),
}


def money(amount: Decimal, currency: str) -> str:
    """The exact amount with at least two decimals: 102 000.00 RUB."""
    whole, _, fraction = plain(abs(amount)).partition(".")
    sign = "-" if amount < 0 else ""
    return f"{sign}{int(whole):,}".replace(",", " ") + f".{fraction.ljust(2, '0')} {currency}"


def percent(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{plain(value)} %"


def day(value: date, language: str) -> str:
    return f"{value:%d.%m.%Y}" if language == "ru" else value.isoformat()


def days(count: int) -> Text:
    """'3 days', '3 дня'."""
    return Text(f"{count} day{'' if count == 1 else 's'}", f"{count} {_plural(count, 'день', 'дня', 'дней')}")


def months(count: int) -> Text:
    """'3 months', '3 месяца'."""
    return Text(f"{count} month{'' if count == 1 else 's'}", f"{count} {_plural(count, 'месяц', 'месяца', 'месяцев')}")


def _plural(count: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun after a number."""
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else many


def day_text(value: date) -> Text:
    return Text(*(day(value, language) for language in LANGUAGES))


def moment(value: datetime, language: str) -> str:
    return f"{day(value.date(), language)} {value:%H:%M:%S}"


def cause(value: str, language: str) -> str:
    return CAUSES.get(value, same(value)).say(language)


def one_line(text: str) -> str:
    """A text of several lines in one, cut where it gets long."""
    line = " / ".join(part for part in text.splitlines() if part)
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def step_of_tier(before: str | None, after: str | None) -> str:
    """'Partner #7 → Partner #8'; where nothing changed, the tier alone."""
    shown = after or NOTHING
    return shown if before in (None, after) else f"{before} → {shown}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Aligned lines; the columns in `right` are right-aligned."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        )
        yield "  ".join(cells).rstrip()


def percents(of: Mapping[ServiceClass, Decimal], titles: Titles, language: str) -> str:
    """'VPS 19 %, SSL certificates 3 %'."""
    ordered = [name for name in titles if name in of] + [name for name in of if name not in titles]
    return ", ".join(f"{titles.get(name, same(name)).say(language)} {percent(of[name])}" for name in ordered)


def percents_text(of: Mapping[ServiceClass, Decimal], titles: Titles) -> Text:
    return Text(*(percents(of, titles, language) for language in LANGUAGES))
