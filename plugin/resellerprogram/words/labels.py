"""What people read of every enum and of every name that is kept, in Russian and English: one table a kind.

A test finds the enums of programme/ and the names in causes, deeds and outcomes, and fails for one without words.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from ..programme import causes, deeds, outcomes
from ..programme.basis import Basis, Because
from ..programme.corrections import Became, Kind, Pattern
from ..programme.effects import Way
from ..programme.hindsight import Since
from ..programme.moves import Mover
from ..programme.notices import NAMES as NOTICES
from ..programme.notices import Kind as NoticeKind
from ..programme.openings import State as OpeningState
from ..programme.outcomes import Finding, State
from ..programme.overview import Whom
from ..programme.payments import PaymentStatus
from ..programme.text import Text, same
from ..programme.turnover import Reason

# --- what becomes of a client ---

WAYS = {
    Way.STARTS: Text("gets discounts", "появятся скидки"),
    Way.RISES: Text("higher", "вырастут"),
    Way.FALLS: Text("lower", "снизятся"),
    Way.ENDS: Text("loses all", "отменятся"),
    Way.PUT_RIGHT: Text("set again, same percents", "исправятся, проценты прежние"),
    Way.OTHER: Text("other discounts only", "только другие скидки"),
}

BECAUSE = {
    Because.TIER: same(""),
    Because.BY_HAND: Text(
        "changed by hand, set again by the program", "скидку меняли вручную, программа её восстановила"
    ),
    Because.DOUBLED: Text("duplicate removed", "удалён дубль"),
    Because.SET_ASIDE: Text("suspended", "приостановлена"),
    Because.PUT_BACK: Text("restored", "восстановлена"),
}

WILL_BE = {
    Because.SET_ASIDE: Text("will be suspended", "будет приостановлена"),
    Because.PUT_BACK: Text("will be restored", "восстановится"),
}
"""What happens to other discounts, while it is only planned."""

BASES = {
    Basis.TURNOVER: Text("by turnover", "по обороту"),
    Basis.PINNED: Text(
        "pinned to at least this tier through {until}: {reason}",
        "закреплён не ниже этого статуса по {until} включительно: {reason}",
    ),
    Basis.EXCLUDED: Text("excluded from the program by the administrator", "исключён из программы администратором"),
    Basis.LEFT: Text("left by themselves", "сам вышел из программы"),
    Basis.NOT_A_MEMBER: Text("not a member", "не участвует в программе"),
    Basis.WITHDRAWN: Text("program discounts removed", "скидки программы отменены"),
}
PINNED_EXACTLY = Text(
    "pinned to exactly this tier through {until}: {reason}",
    "закреплён ровно этот статус по {until} включительно: {reason}",
)

MOVES = {
    Mover.PAYMENT: Text("{day}: payment of {amount}", "{day}: платёж {amount}"),
    Mover.LEFT_THE_WINDOW: Text(
        "{day}: {amount} of {credited_on} left the period",
        "{day}: платёж {amount} от {credited_on} вышел из периода",
    ),
    Mover.TAKEN_BACK: Text("{day}: {amount} taken back", "{day}: возврат или отмена {amount}"),
    Mover.OPENING: Text("{day}: {amount} that you brought along", "{day}: перенесённый оборот {amount}"),
    Mover.OPENING_OVER: Text(
        "{day}: {amount} that you brought along stopped counting",
        "{day}: перестал учитываться перенесённый оборот {amount}",
    ),
    Mover.OPENING_ENDED: Text(
        "{day}: your provider ended {amount} that you brought along",
        "{day}: провайдер отменил перенесённый оборот {amount}",
    ),
    Mover.PIN: Text("{day}: tier pinned by the provider", "{day}: статус закреплён провайдером"),
    Mover.PIN_ENDED: Text("{day}: pin ended", "{day}: закрепление закончилось"),
    Mover.MEMBERSHIP: Text("{day}: you joined", "{day}: вы в программе"),
    Mover.TABLE: Text("{day}: the discount table changed", "{day}: изменилась таблица скидок"),
    Mover.RULES: Text("{day}: the rules of the program changed", "{day}: изменились правила программы"),
}
"""What moved a client's tier, as the client reads it."""

MEMBER_STATES = {
    "members": Text("member", "участвует"),
    "with_tier": Text("has a tier", "есть статус"),
    "no_tier": Text("has no tier", "нет статуса"),
    "pinned": Text("pinned to a tier", "статус закреплён"),
    "excluded": Text("excluded", "исключён"),
    "set_aside": Text("other discounts suspended", "приостановлены другие скидки"),
    "put_right": Text("changed by hand", "скидку меняли вручную"),
    "failed": Text("waits after a failure", "ждёт после ошибки"),
    "waits": Text("waits in the queue", "ждёт в очереди"),
    "differs": Text("in effect differs from by tier", "действует не то, что по статусу"),
    "trouble": Text("with trouble", "с неполадками"),
    "not_a_member": Text("not a member", "не участвует"),
}
"""By what the list of members can be filtered."""

# --- payments ---

STATUSES = {
    PaymentStatus.NEW: Text("new", "новый"),
    PaymentStatus.IN_PAYMENT: Text("being paid", "оплачивается"),
    PaymentStatus.PROMISED: Text("promised", "обещанный"),
    PaymentStatus.CREDITED: Text("credited", "зачислен"),
    PaymentStatus.AWAITING_REFUND: Text("is being refunded", "ожидает возврата"),
    PaymentStatus.REFUNDED: Text("refunded", "возвращён"),
    PaymentStatus.FRAUD: Text("fraudulent", "мошеннический"),
    PaymentStatus.INITIATED: Text("begun", "инициирован"),
    PaymentStatus.CANCELLED: Text("cancelled", "отменён"),
    PaymentStatus.DELETING: Text("being deleted", "удаляется"),
}

REASONS = {
    Reason.COUNTED: Text("counts", "учитывается"),
    Reason.OPENING: Text("opening turnover, counts", "перенесённый оборот, учитывается"),
    Reason.REFUND_PLACED: Text("refund", "возврат"),
    Reason.REFUND_SUBTRACTED: Text(
        "refund for which no payment is found, subtracted", "возврат, для которого не нашлось платежа, вычитается"
    ),
    Reason.REFUND_ALREADY_OFF: Text(
        "refund of a payment that does not count; nothing to subtract",
        "возврат платежа, который не учитывается; вычитать нечего",
    ),
    Reason.OTHER_PROVIDER: Text("paid to another provider", "оплачен другому провайдеру"),
    Reason.PROMOTIONAL: Text("cashback or certificate, no money came in", "кэшбэк или сертификат: деньги не поступали"),
    Reason.EXCLUDED_METHOD: Text("“{method}” payments don't count", "оплата методом «{method}» не учитывается"),
    Reason.NOT_CREDITED: Text("not credited yet", "ещё не зачислен"),
    Reason.PROMISED: Text("promised payment: the money has not arrived", "обещанный платёж: деньги ещё не поступили"),
    Reason.AWAITING_REFUND: STATUSES[PaymentStatus.AWAITING_REFUND],
    Reason.REFUNDED: STATUSES[PaymentStatus.REFUNDED],
    Reason.FRAUD: STATUSES[PaymentStatus.FRAUD],
    Reason.CANCELLED: STATUSES[PaymentStatus.CANCELLED],
    Reason.NO_RATE: Text(
        "the panel has no usable {currency} rate for that day", "в панели нет пригодного курса {currency} на этот день"
    ),
}

OPENINGS = {
    OpeningState.COUNTS: Text("counts", "учитывается"),
    OpeningState.OVER: Text("its last day is over", "срок прошёл"),
    OpeningState.ENDED: Text("ended", "отменён"),
}

SINCE = {
    Since.APPEARED: Text("appeared", "появился"),
    Since.CHANGED: Text("changed", "изменился"),
    Since.LEFT: Text("left", "исчез"),
}
"""What became of a payment since a decision was made."""

# --- why, and who ---

CAUSES = {
    causes.MEMBER: Text("the client's terms changed", "изменены условия клиента"),
    causes.OPENING: Text("opening turnover given or ended", "перенесённый оборот добавлен или отменён"),
    causes.JOINED: Text("the client joined", "клиент вступил сам"),
    causes.LEFT: Text("the client left", "клиент вышел сам"),
    causes.PREVIEW: Text("by hand, from the preview", "вручную, со страницы «Что изменится»"),
    causes.RECALCULATE: Text("by hand, from the members' list", "вручную, из списка участников"),
    causes.APPLY: Text("by hand", "вручную"),
    causes.DAILY: Text("nightly recalculation", "ночной пересчёт"),
    causes.CAUGHT_UP: Text("nightly recalculation (late)", "ночной пересчёт (позже срока)"),
    causes.WORKER: Text("payments and changes", "платежи и изменения"),
    causes.PLAN: Text("preview", "предварительный расчёт"),
    causes.SWEEP: Text("found by reconciliation", "найдено при сверке"),
    causes.WITHDRAW: Text("program discounts removed", "скидки программы отменены"),
    causes.UNDO: Text("a recalculation undone", "отмена пересчёта"),
    "payment.setpaid": Text("payment credited", "платёж зачислен"),
    "payment.setinpay": Text("payment set to “Being paid”", "платёж переведён в статус «Оплачивается»"),
    "payment.setnopay": Text("payment set to “New”", "платёж переведён в статус «Новый»"),
    "payment.setfraud": Text("payment found fraudulent", "платёж признан мошенническим"),
    "payment.setcanceled": Text("payment cancelled", "платёж отменён"),
    "payment.refund": Text("payment refunded", "платёж возвращён"),
    "payment.edit": Text("payment edited", "платёж изменён"),
    "payment.delete": Text("payment deleted", "платёж удалён"),
    "account.discount.add.product": Text("discount added by hand", "скидка добавлена вручную"),
    "account.discount.edit": Text("discount changed by hand", "скидка изменена вручную"),
    "account.discount.delete": Text("discount deleted by hand", "скидка удалена вручную"),
}

DEEDS = {
    deeds.MEMBER: Text("member", "участник"),
    deeds.OPENING: Text("opening turnover", "перенесённый оборот"),
    deeds.TIERS: Text("discount table", "таблица скидок"),
    deeds.CLASS: Text("service category", "категория услуг"),
    deeds.SETTING: Text("setting", "настройка"),
    deeds.START: Text("program started", "запуск программы"),
    deeds.STOP: Text("program stopped", "остановка программы"),
    deeds.LOSS: Text("discounts removed or lowered", "отмена и снижение скидок"),
    deeds.RECALCULATE: Text("recalculation", "пересчёт"),
    deeds.APPLY: Text("applied from the preview", "применено со страницы «Что изменится»"),
    deeds.APPLY_WITHOUT_LIMIT: Text("applied, exceeding the drop limit", "применение с превышением лимита снижений"),
    deeds.WITHDRAW: Text("program discounts removed", "скидки программы отменены"),
    deeds.PUT_BACK: Text("discounts restored", "восстановление скидок"),
    deeds.UNDO: Text("a recalculation undone", "отмена пересчёта"),
    deeds.JOINED: Text("joined by themselves", "вступил сам"),
    deeds.LEFT: Text("left by themselves", "вышел сам"),
    deeds.TRY_ON: Text("tried on a client", "проверка на клиенте"),
    deeds.BACKUP: Text("backup", "резервная копия"),
    deeds.QUEUE_RETRY: Text("queue: tried again", "очередь: повтор"),
    deeds.QUEUE_DROP: Text("removed from the queue", "убрано из очереди"),
}
"""What stands in the change log."""

TASKS = {
    "plan": Text("preview", "предварительный расчёт"),
    "apply": Text("recalculation", "пересчёт"),
    "doctor": Text("check of the panel", "проверка панели"),
    "withdraw": Text("program discounts removed", "скидки программы отменены"),
    "put_back": Text("discounts restored", "восстановление скидок"),
    "undo": Text("a recalculation undone", "отмена пересчёта"),
    "what_if": Text("table played over the past", "таблица на прошлых данных"),
}
"""What administrators let be done."""

# --- how it ended, how it stands ---

RUN_OUTCOMES: Mapping[str | None, Text] = {
    outcomes.DONE: Text("done", "завершён"),
    outcomes.PARTLY: Text("done, not for all", "завершён не для всех"),
    outcomes.STOPPED: Text("stopped by the drop limit", "остановлен лимитом снижений"),
    outcomes.FAILED: Text("failed", "ошибка"),
    None: Text("under way or cut short", "идёт или прерван"),
}

TASK_OUTCOMES = {
    outcomes.DONE: Text("done", "готово"),
    outcomes.FAILED: Text("failed", "не удалось"),
    outcomes.STOPPED: Text("stopped", "остановлено"),
    outcomes.CHANGED: Text("changed meanwhile", "изменилось за это время"),
    outcomes.CUT_SHORT: Text("cut short", "прервано"),
}

NOTICE_OUTCOMES = {
    "": Text("waits", "ждёт"),
    "planned": Text("would be sent by the next recalculation", "отправит ближайший пересчёт"),
    outcomes.SENT: Text("sent", "отправлено"),
    outcomes.REFUSED: Text("refused by the panel", "панель не приняла"),
    outcomes.LOST: Text("sent, not confirmed", "отправлено, панель не подтвердила"),
    outcomes.NOBODY: Text("the client has no user", "у клиента нет пользователей"),
    outcomes.OVER: Text("not sent: out of date", "не отправлено: уже неактуально"),
    outcomes.WITHDRAWN: Text("not sent: no longer true or wanted", "не отправлено: уже неверно или не нужно"),
}

QUEUE = {
    outcomes.WAITS: Text("waits", "ждёт"),
    outcomes.FAILS: Text("tried again", "повторяется"),
    outcomes.DEAD: Text("retries stopped", "попытки прекращены"),
}

FINDINGS = {
    Finding.HOLDS: Text("holds", "совпадает"),
    Finding.DIFFERS: Text("differs", "отличается"),
    Finding.UNKNOWN: Text("not checked", "не проверено"),
}

STATES = {
    State.OK: Text("OK", "в порядке"),
    State.WARNING: Text("needs attention", "требует внимания"),
    State.CRITICAL: Text("not working", "не работает"),
}

WHOM = {
    Whom.FALLING: Text("Whose tier drops next", "У кого скоро снизится статус"),
    Whom.ROSE: Text("Who has risen lately", "У кого статус недавно вырос"),
    Whom.GAINING: Text("Who saves most", "Кто больше всего экономит"),
    Whom.IDLE: Text("A tier, and no order for a month", "Есть статус, но нет заказов за период"),
}
"""The lists of clients to talk to."""

BECAME = {
    Became.LATE: Text("credited late", "зачислен задним числом"),
    Became.MOVED: Text("moved to another day", "перенесён на другой день"),
    Became.EDITED: Text("edited", "изменён"),
    Became.TAKEN_BACK: Text("taken back", "больше не учитывается"),
    Became.REFUNDED: Text("refunded", "возвращён"),
    Became.FRAUD: Text("fraudulent", "мошеннический"),
    Became.CANCELLED: Text("cancelled", "отменён"),
}
"""What became of a payment later."""

KINDS_OF_CORRECTION = {
    Kind.CORRECTED: Text("Corrections", "Исправления"),
    Kind.GIVEN_BACK: Text("Money given back", "Возвращённые деньги"),
}

PATTERNS = {
    Pattern.TIERS: Text("Tiers reached by payments given back later", "Статусы по платежам, которые потом вернули"),
    Pattern.REPEATED: Text("Paid, ordered, took it back: more than once", "Оплата, заказ, возврат: не один раз"),
}
"""The lists of money given back."""

OF_ENUMS: Mapping[type[enum.Enum], Mapping[Any, Text]] = {
    Way: WAYS,
    Because: BECAUSE,
    Basis: BASES,
    Mover: MOVES,
    OpeningState: OPENINGS,
    PaymentStatus: STATUSES,
    Reason: REASONS,
    Since: SINCE,
    NoticeKind: NOTICES,
    Finding: FINDINGS,
    State: STATES,
    Whom: WHOM,
    Became: BECAME,
    Kind: KINDS_OF_CORRECTION,
    Pattern: PATTERNS,
}


def of(table: Mapping[Any, Text], name: str | None, language: str) -> str:
    """What people read of a kept name; of one that this release does not know, the name itself."""
    return table[name].say(language) if name in table else name or ""


def cause(name: str, language: str) -> str:
    return of(CAUSES, name, language)


def caused(name: str, login: str, language: str) -> str:
    """'payment credited, admin'; the cause alone where nobody is known for it."""
    told = cause(name, language)
    return f"{told}, {who(login, language)}" if login else told


def who(login: str, language: str) -> str:
    """A login as it is; of a user of whom the panel has told only an id, 'user 1'."""
    return Text("user {id}", "пользователь {id}")(id=login).say(language) if login.isdecimal() else login
