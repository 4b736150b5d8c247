"""Everything that the product raises on purpose.

ResellerProgrammeError
├── BadInput              what was typed or chosen can't be: the field and what to write
├── TierTableError        a tier table that can't be used: the line and the reason
├── SettingError          a setting that is unknown or has a value that can't be used
├── MemberError           an instruction about an account that can't be carried out
├── EditConflict          somebody else changed it since it was shown
├── ImplausibleRead       the panel's answer contradicts what is known; nothing may be written on it
├── UnsafePlan            a plan that lowers or removes more discounts than the limit allows
├── ClockJumped           the host says a day that can not follow the last run
├── ClockUnreadable       a test clock that does not tell a time
├── PlanChanged           what was confirmed is not what would be written any more
├── AccountTrouble        something unexpected that concerns one account
├── PanelStandsStill      a copy, a standby or maintenance: nothing may be written to this panel
├── NotStarted            the programme only looks until somebody starts it
├── AnotherRunActive      one recalculation at a time
├── StoreError            our own database can't be used              (store/)
└── PanelError            what goes wrong between us and the panel    (panel/errors.py)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from . import causes
from .figures import day, moment
from .text import Filling, Text, same


class ResellerProgrammeError(Exception):
    """Base of the tree. `text` tells a person what happened, to whom, and what to do; `field` names what was typed
    wrong, where it was in a form."""

    def __init__(self, text: Text, field: str = "") -> None:
        super().__init__(text.en)
        self.text, self.field = text, field
        self.what_happened = text
        """The same without what only the log needs."""


class BadInput(ResellerProgrammeError, ValueError):
    """What was typed or chosen can't be; `field` is where."""


class TierTableError(ResellerProgrammeError):
    """A tier table is refused. `line` is the line of the CSV (1 is the header), None for a whole table."""

    def __init__(self, reason: Text, line: int | None = None, field: str = "") -> None:
        where = Text("discount table, line {line}: {reason}", "таблица скидок, строка {line}: {reason}")
        whole = Text("discount table: {reason}", "таблица скидок: {reason}")
        super().__init__(where(line=line, reason=reason) if line else whole(reason=reason), field)
        self.line = line


class SettingError(ResellerProgrammeError):
    """A setting is unknown, or its value can't be used."""


class MemberError(ResellerProgrammeError):
    """An instruction about an account (enrol, exclude, pin) can't be carried out."""


class EditConflict(ResellerProgrammeError):
    """Somebody else changed the same thing between opening a form and saving it; nothing was overwritten."""

    def __init__(self, who: str, at: datetime | None) -> None:
        super().__init__(
            Text(
                "Changed meanwhile by {who}, {at}. Your changes were not saved: open the form again.",
                "Пока форма была открыта, данные изменены ({who}, {at}). Ваши изменения не сохранены: "
                "откройте форму заново.",
            )(who=who or "?", at=moment(at) if at else "?")
        )


class ImplausibleRead(ResellerProgrammeError):
    """The panel answered, but the answer contradicts what is known. Nothing is written on such a read."""


class UnsafePlan(ResellerProgrammeError):
    """A plan would lower or remove more discounts than the limit allows, and nothing known before explains them: only
    these falls were not written."""

    def __init__(self, drops: int, total: int, limit: int) -> None:
        super().__init__(
            Text(
                "{drops} of {total} discounts would be lowered or removed, and no earlier forecast, "
                "refund or fraud explains it; the drop limit is {limit}. These were left as they are, "
                "everything else was done. Look at page Preview or `resellerprogram plan`; if it is "
                "right, apply it there and exceed the limit once, or run `resellerprogram apply "
                "--allow-drop --plan` with the fingerprint that `plan` tells.",
                "снижений не по прогнозу, возврату или мошенничеству: {drops} из {total} скидок, лимит — "
                "{limit}. Эти скидки не изменены, остальное сделано. Посмотрите страницу «Что изменится» "
                "или `resellerprogram plan`; если всё верно, примените изменения там, превысив лимит "
                "один раз, или выполните `resellerprogram apply --allow-drop --plan` с отпечатком, "
                "который выведет `plan`.",
            )(drops=drops, total=total, limit=limit)
        )
        self.drops, self.total, self.limit = drops, total, limit


class ClockJumped(ResellerProgrammeError):
    """The host's clock says a day that can't follow the last run: on a wrong day all payments have left the window."""

    def __init__(self, today: date, last_run: date) -> None:
        super().__init__(
            Text(
                "the host's clock says {today}, but the last full recalculation was for {last}. Nothing "
                "was changed. If the clock is wrong, put it right; if it is not, look at "
                "`resellerprogram plan`, then run `resellerprogram apply`.",
                "часы сервера показывают {today}, а последний пересчёт всех участников был за {last}. "
                "Ничего не изменено. Если часы неверны, исправьте их; если верны, посмотрите "
                "`resellerprogram plan`, затем выполните `resellerprogram apply`.",
            )(today=day(today), last=day(last_run))
        )


class ClockUnreadable(ResellerProgrammeError):
    """There is a test clock, and what it says is no time. Nothing goes by the host's instead: that may be years off."""

    def __init__(self, path: Filling, why: str) -> None:
        super().__init__(
            Text(
                "the test clock {path} can't be read: {why}. Nothing was done. It has one line such as "
                "`2025-01-20 12:00`; write that, or remove the file to go by the host's clock.",
                "тестовые часы {path} не читаются: {why}. Ничего не сделано. В файле одна строка, например "
                "`2025-01-20 12:00`; запишите её или удалите файл, чтобы жить по часам сервера.",
            )(path=path, why=why)
        )


class PlanChanged(ResellerProgrammeError):
    """A plan is not what it was when it was confirmed: what differs was not written (spec, section 3)."""


class AccountTrouble(ResellerProgrammeError):
    """Something went wrong with one account that nobody thought of; the log has the whole story."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            Text("unexpected error: {error}; see the log", "непредвиденная ошибка: {error}; подробности в журнале")(
                error=repr(error)[:500]
            )
        )


def told(error: Exception) -> Text:
    """What is kept of anything that was raised, for people; the log has the rest."""
    return (error if isinstance(error, ResellerProgrammeError) else AccountTrouble(error)).what_happened


_OF_FILES: Mapping[type[OSError], Text] = {
    FileNotFoundError: Text("there is no such file", "файла нет"),
    IsADirectoryError: Text("it is a folder", "это папка"),
    NotADirectoryError: Text("there is no such folder", "такой папки нет"),
    PermissionError: Text("no permission", "нет прав"),
}


def of_file(error: OSError) -> Text:
    """Why a file can't be used; what is rare, in the system's words."""
    return _OF_FILES.get(type(error)) or same(error.strerror or str(error))


_NIGHT, _CHECK = Text("nightly recalculation", "ночной пересчёт"), Text("check of the panel", "проверка панели")
_PAYMENTS, _PREVIEW = Text("payments", "платежи"), Text("preview", "предварительный расчёт")
_UNDER_WAY: Mapping[str, Text] = {
    causes.DAILY: _NIGHT,
    causes.CAUGHT_UP: _NIGHT,
    causes.WORKER: _PAYMENTS,
    causes.SWEEP: Text("reconciliation with the panel", "сверка с панелью"),
    causes.PLAN: _PREVIEW,
    causes.WITHDRAW: Text("removal of the program's discounts", "отмена скидок программы"),
    causes.UNDO: Text("undoing a recalculation", "отмена пересчёта"),
    "doctor": _CHECK,
    "put-back": Text("restoring suspended discounts", "восстановление приостановленных скидок"),
    "restore": Text("restoring a backup", "восстановление из копии"),
}
"""What keeps everything else waiting; the rest is a recalculation like others."""
_HOLDER = re.compile(r"(?P<purpose>[^,]*), pid (?P<pid>\d+), [-\d]+ (?P<since>\d+:\d+):\d+")


class AnotherRunActive(ResellerProgrammeError):
    """Somebody else is recalculating; `holder` says who and since when, as the lock's file holds it."""

    def __init__(self, holder: str) -> None:
        busy = Text(
            "The program is busy: {what}, since {since} (process {pid}). Try again when it is done.",
            "Программа занята: {what}, с {since} (процесс {pid}). Повторите, когда она закончит.",
        )
        found = _HOLDER.fullmatch(holder)
        what = _UNDER_WAY.get(found["purpose"] if found else "", Text("a recalculation", "пересчёт"))
        since, pid = (found["since"], found["pid"]) if found else ("?", "?")
        super().__init__(busy(what=what, since=since, pid=pid))
        self.holder = holder


_MARKED = Text(
    "the program changes nothing in this panel: the file etc/billmgr.DoNothing marks it as a copy, a standby or under "
    "maintenance. Where it serves clients again, remove that file; what waits is done then.",
    "в этой панели программа ничего не меняет: файл etc/billmgr.DoNothing отмечает её как копию, резерв или панель на "
    "обслуживании. Когда она снова обслуживает клиентов, удалите файл, и всё, что ждёт, выполнится.",
)


class PanelStandsStill(ResellerProgrammeError):
    """The panel is marked as a copy, a standby or under maintenance; nothing is written to it."""

    def __init__(self, why: Text = _MARKED) -> None:
        super().__init__(why)


class NotStarted(ResellerProgrammeError):
    """Nobody has started the programme yet: it counts, decides, and writes nothing to the panel (spec, section 5)."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "the program has not started: it calculates and shows, and changes no discount. "
                "`resellerprogram start`, or the button “Start the program” on the page Preview, shows "
                "what it would do, and asks.",
                "программа ещё не запущена: она только считает и показывает, скидки не меняет. "
                "`resellerprogram start` или кнопка «Запустить программу» на странице «Что изменится» "
                "показывает, что она сделает, и спрашивает.",
            )
        )


class StoreError(ResellerProgrammeError):
    """Our own database can't be opened, read or migrated."""


MISTAKES = (BadInput, EditConflict, MemberError, NotStarted, PanelStandsStill, SettingError, TierTableError)
"""What the person at the screen can put right, or has only to read: no error of the programme."""
