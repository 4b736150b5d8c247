"""Is the programme well? For the operator, a monitoring system and the administrator's page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..panel.standstill import stands_still
from ..programme.errors import ClockJumped, NotStarted, PanelStandsStill
from ..programme.health import Found, Trouble
from ..programme.ids import named
from ..programme.limits import OVERDUE, check_clock
from ..programme.outcomes import FAILED, STOPPED, Finding, State
from ..programme.text import Filling, Text
from ..programme.values import dataclass
from ..store import Store
from ..store.lock import is_taken
from ..store.notes import DOCTOR, MIRROR_TROUBLE, NO_BACKUP, SILENT
from ..store.queue import Queued
from ..store.runs import Run

LATE = timedelta(minutes=15)
LINES_SHOWN = 20
_FAILING = Text(
    "waiting in the queue after a failure: {count}, the first {first}: {error}",
    "ждут в очереди после ошибки: {count}, первым {first}: {error}",
)
_LATE = Text(
    "waiting in the queue for more than 15 minutes: {count}, the first {first}; does cron run `resellerprogram sweep`?",
    "ждут в очереди больше 15 минут: {count}, первым {first}; запускает ли cron `resellerprogram sweep`?",
)
_GIVEN_UP = Text(
    "retries stopped for clients: {count}, the first {first}: {error}; see `resellerprogram queue list`",
    "попытки прекращены, клиентов: {count}, первым {first}: {error}; см. `resellerprogram queue list`",
)
_CANT_RESTORE = Text(
    "suspended discounts that the panel refuses to restore: of {count} clients, the first {first}: {error}",
    "приостановленные скидки, которые панель не восстанавливает: клиентов {count}, первым {first}: {error}",
)
_REFUSED = Text(
    "notifications that the panel refused since yesterday: {count}; see `resellerprogram notices`",
    "уведомления, которые панель не приняла со вчерашнего дня: {count}; см. `resellerprogram notices`",
)
_LAST_WHOLE = Text("the last full recalculation", "последний пересчёт всех участников")
_LAST = Text("the last recalculation", "последний пересчёт")
_SILENT = Text(
    "the panel did not answer when it was last asked: {error}", "в последний раз панель не ответила: {error}"
)
_DIFFERS = Text(
    "the panel differed in things that matter when it was last checked: {count}; see `resellerprogram doctor`",
    "при последней проверке панель отличалась в важном: {count}; см. `resellerprogram doctor`",
)

MAY_BE_BEHIND = timedelta(minutes=1)
_NO_MIRROR = Text(
    "the copy in the panel's database is not complete yet: another machine could not take over",
    "копия в базе панели ещё не полна: другая машина не смогла бы заменить эту",
)
_MIRROR_BEHIND = Text(
    "the copy in the panel's database is behind by {minutes} min, changes: {changes}",
    "копия в базе панели отстаёт на {minutes} мин, изменений: {changes}",
)


@dataclass(frozen=True)
class Health:
    """`problems` tell in full why the state is not OK, `found` the same as words are made of."""

    state: State
    problems: tuple[Text, ...]
    last_good: Run | None
    last: Run | None
    queued: int
    given_up: int
    discounts: int
    set_aside: int
    overdue: bool
    stands_still: bool
    promo_orders: int
    found: tuple[Found, ...]
    started: datetime | None


def health(store: Store, now: datetime) -> Health:
    """The state of the programme: critical without a good run within 26 hours, warning when something waits. Where the
    panel stands still, nothing is expected to happen."""
    still = stands_still(store.root)
    last_good, last, queued = store.runs.last_good(), store.runs.last(), store.queue.all()
    warnings: list[Text] = []
    critical: list[Text] = []
    troubles: list[Found] = []
    overdue = not still and last_good is not None and now - (last_good.finished_at or last_good.started_at) > OVERDUE
    jumped = None if still else _jumped(last_good, now)
    if jumped:
        critical.append(jumped)
        troubles.append(Found(Trouble.CLOCK))
    if still:
        warnings.append(PanelStandsStill().text)
        troubles.append(Found(Trouble.STANDS_STILL))
    current = store.settings.current()
    for told in _mirror(store) if current.mirror else ():
        warnings.append(told)
        troubles.append(Found(Trouble.MIRROR))
    odd = store.settings.problems()
    (critical if current.unreadable else warnings).extend(odd)
    if odd:
        troubles.append(Found(Trouble.SETTINGS if current.unreadable else Trouble.ODD_SETTING, {"count": len(odd)}))
    if not current.automatic:
        troubles.append(Found(Trouble.STOPPED))
        warnings.append(
            Text(
                "the program is stopped (automatic = off): no discount changes",
                "программа остановлена (automatic = off): скидки не меняются",
            )
        )
    begun = store.going_live.started()
    if begun is None:
        warnings.append(NotStarted().text)
        troubles.append(Found(Trouble.NOT_STARTED))
    elif last_good is None and not still:
        troubles.append(Found(Trouble.NO_NIGHT_YET))
        critical.append(Text("no full recalculation has succeeded yet", "пересчёта всех участников ещё не было"))
    elif overdue and last_good and last_good.finished_at:
        troubles.append(Found(Trouble.OVERDUE, {"hours": _hours(now - last_good.finished_at)}))
        critical.append(
            Text(
                "no full recalculation for {hours} hours",
                "пересчёта всех участников не было {hours} ч",
            )(hours=_hours(now - last_good.finished_at))
        )
    for told, unfinished in _unfinished(store, last):
        warnings.append(told)
        troubles.append(unfinished)
    silent = store.notes.read(SILENT)
    if silent and not still:
        warnings.append(_SILENT(error=Text(*silent)))
        troubles.append(Found(Trouble.PANEL_SILENT))
    failing = [each for each in queued if each.error and not each.dead]
    late = [each for each in queued if not still and not each.error and now - each.since > LATE]
    given_up = [each for each in queued if each.dead]
    restoring = store.set_aside.being_put_back()
    missing = [each for each in queued if each.error and each.account in restoring]
    for found, text, trouble in (
        (missing, _CANT_RESTORE, Trouble.CANT_RESTORE),
        (failing, _FAILING, Trouble.CLIENTS_WAIT),
        (late, _LATE, Trouble.QUEUE_IS_LATE),
        (given_up, _GIVEN_UP, Trouble.GIVEN_UP),
    ):
        if found:
            first = _whose(store, found[0])
            values: dict[str, Filling] = {"count": len(found), "first": first, "error": found[0].error}
            warnings.append(text(**values))
            troubles.append(Found(trouble, values))
    refused = store.notices.refused(now - timedelta(days=1))
    if refused:
        warnings.append(_REFUSED(count=refused))
        troubles.append(Found(Trouble.NOTICES_REFUSED, {"count": refused}))
    damaged = list(_journal(store))
    warnings += damaged
    troubles += [Found(Trouble.JOURNAL)] if damaged else []
    no_backup = store.notes.read(NO_BACKUP)
    if no_backup:
        warnings.append(Text(*no_backup))
        troubles.append(Found(Trouble.NO_BACKUP))
    differing = _differing(store)
    if differing:
        warnings.append(_DIFFERS(count=differing))
        troubles.append(Found(Trouble.PANEL_DIFFERS, {"count": differing}))
    state = State.CRITICAL if critical else State.WARNING if warnings else State.OK
    return Health(
        state,
        (*critical, *warnings),
        last_good,
        last,
        len(queued),
        len(given_up),
        store.owned.count(),
        store.set_aside.count(),
        overdue,
        still,
        store.promo_orders.count(),
        tuple(troubles),
        begun.at if begun else None,
    )


def _jumped(last_good: Run | None, now: datetime) -> Text | None:
    """What is wrong with the clock, if anything: nothing goes on by itself then."""
    try:
        if last_good:
            check_clock(now.date(), last_good.started_at.date())
    except ClockJumped as jumped:
        return jumped.text
    return None


def _differing(store: Store) -> int:
    """In how many of the things that matter the panel differed when somebody last had it checked."""
    kept = store.notes.read(DOCTOR) or {"checks": []}
    return sum(each["matters"] and each["finding"] == Finding.DIFFERS.value for each in kept["checks"])


def _unfinished(store: Store, last: Run | None) -> Iterator[tuple[Text, Found]]:
    """The last run, and the last over all members, if they did not do their work: a worker's success hides no night."""
    whole = store.runs.last_whole()
    for run in [last] if whole is None or last == whole else [last, whole]:
        which = _LAST_WHOLE if run == whole else _LAST
        if run and run.outcome in (FAILED, STOPPED):
            text = Text("{run} did not succeed: {error}", "{run} не удался: {error}")
            trouble = Trouble.FALLS_WAIT if run.outcome == STOPPED else Trouble.NIGHT_FAILED
            yield text(run=which, error=run.error), Found(trouble, {"error": run.error})
        elif run and run.outcome is None and not is_taken(store.folder):
            yield Text("{run} died", "{run} оборвался")(run=which), Found(Trouble.NIGHT_DIED)


def _journal(store: Store) -> Iterator[Text]:
    """Lines that say what rests and can't be read: what they said is known by the database alone, or by nobody."""
    path = store.set_aside.journal_path
    try:
        damaged = store.set_aside.damaged_lines()
    except OSError as error:
        yield Text(
            "the journal of suspended discounts can't be read: {error}; nothing is suspended until it can",
            "журнал приостановленных скидок не читается: {error}; пока это так, ничего не приостанавливается",
        )(error=error)
        return
    if damaged:
        shown = ", ".join(map(str, damaged[:LINES_SHOWN]))
        yield Text(
            "{path}: lines that can't be read and are passed over: {lines}. Compare with a copy of the file, or with "
            "`resellerprogram set-aside`",
            "{path}: нечитаемые строки, они пропущены: {lines}. Сравните с копией файла или с "
            "`resellerprogram set-aside`",
        )(path=path, lines=f"{shown}, …" if len(damaged) > LINES_SHOWN else shown)


def _mirror(store: Store) -> Iterator[Text]:
    """What keeps the copy in the panel's database from being whole, and how far it is behind."""
    trouble, behind = store.notes.read(MIRROR_TROUBLE), store.outbox.behind()
    if trouble:
        yield Text(*trouble)
    if store.outbox.generation() is None:
        yield _NO_MIRROR
    elif behind.lag > MAY_BE_BEHIND:
        yield _MIRROR_BEHIND(changes=behind.changes, minutes=int(behind.lag.total_seconds() // 60))


def _whose(store: Store, queued: Queued) -> Text:
    if queued.account is not None:
        name = store.standings.names([queued.account]).get(queued.account, "")
        return Text("client {whom}", "клиент {whom}")(whom=named(queued.account, name))
    return Text("payment {id}", "платёж {id}")(id=queued.payment or "?")


def _hours(span: timedelta) -> int:
    return int(span.total_seconds() // 3600)
